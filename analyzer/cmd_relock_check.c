// SPDX-License-Identifier: MIT
#include "base/fs.h"
#include "base/log.h"
#include "clang/pool.h"
#include "hazard/analyse.h"
#include "options.h"
#include "program/program.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * relock-check: what make C=1 CHECK=relock-check calls beside the compiler. The
 * kernel's make runs "CHECK CHECKFLAGS C_FLAGS FILE". C_FLAGS are word by word
 * the compiler's, so that facts are kept under the same key as those that
 * relock check --build makes. They begin with the option that names the file of
 * dependencies, and that one tells the object. CHECKFLAGS are for sparse, but
 * for what the user adds for us with CF=.
 */

#define DEPENDENCY_FILE "-Wp,-MMD,"
#define DEPENDENCY_FILE_OLD "-Wp,-MD,"

struct unit_check {
	struct options o;
	struct arena arena;
	struct rules rules;
	struct kbuild kb;
	struct facts_cache cache;
	struct program program;
	const char *file; /* as it was given */
};

static const char *after(const char *s, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(s, prefix, len) ? NULL : s + len;
}

static const char *dependency_file(const char *word)
{
	const char *file = after(word, DEPENDENCY_FILE);

	return file ? file : after(word, DEPENDENCY_FILE_OLD);
}

/* "kernel/bpf/.x.o.d" is about kernel/bpf/x.o. */
static const char *object_of(const char *deps, struct arena *a)
{
	const char *name = fs_basename(deps), *dir = fs_dirname(a, deps);
	size_t len = strlen(name);

	if (name[0] != '.' || len < 4 || strcmp(name + len - 2, ".d") != 0)
		return NULL;
	name = arena_strndup(a, name + 1, len - 3);
	return strchr(deps, '/') ? fs_join(a, dir, name) : name;
}

/* What CF= has for us: options that relock check has under the same name. */
static void read_checkflags(struct unit_check *c, char **argv, int n)
{
	for (int i = 0; i < n; i++) {
		const char *value;

		if ((value = after(argv[i], "--cache=")))
			c->o.cache = value;
		else if ((value = after(argv[i], "--rules=")))
			vec_push(&c->o.rules, value);
	}
}

/* The tree that @file is in; $srctree where make says so. NULL: there is none. */
static const char *find_tree(const char *file, struct arena *a)
{
	const char *module = getenv("KBUILD_EXTMOD"), *tree = getenv("srctree");
	char *real = realpath(file, NULL);
	const char *dir = real ? fs_dirname(a, real) : NULL;

	free(real);
	if (module && *module) {
		/* Of a module outside the kernel, its own folder is the tree. */
		real = realpath(module, NULL);
		module = real ? arena_strdup(a, real) : module;
		free(real);
		if (dir && (!strcmp(dir, module) || fs_below(dir, module)))
			return module;
	}
	if (tree && *tree)
		return tree;
	for (; dir && strcmp(dir, "/") != 0; dir = fs_dirname(a, dir)) {
		if (fs_exists(fs_join(a, dir, "Kconfig")) &&
		    fs_exists(fs_join(a, dir, "scripts/Makefile.build")))
			return dir;
	}
	return NULL;
}

/* The compiler's command: $(CC) $(C_FLAGS) -c -o OBJECT FILE. */
static bool open_unit(struct unit_check *c, char **argv, int argc)
{
	VEC(const char *) words = { 0 };
	const char *cc = getenv("CC"), *object = NULL, *tree, *error = NULL;
	char build[4096], *save = NULL, *compiler;
	int first = 1, err;

	while (first < argc && !dependency_file(argv[first]))
		first++;
	read_checkflags(c, argv + 1, first < argc ? first - 1 : argc - 1);
	if (first == argc)
		first = 1;
	else
		object = object_of(dependency_file(argv[first]), &c->arena);
	for (int i = first; i < argc; i++) {
		size_t len = strlen(argv[i]);

		if (argv[i][0] != '-' && len > 2 && !strcmp(argv[i] + len - 2, ".c"))
			c->file = argv[i];
	}
	/* Make also has files of assembly checked. */
	if (!c->file)
		return false;
	tree = find_tree(c->file, &c->arena);
	if (!tree || !getcwd(build, sizeof(build))) {
		log_error("%s: it is in no kernel tree; relock-check is for the kernel's make: "
			  "make C=1 CHECK=relock-check", c->file);
		return false;
	}
	/* It may have two words (ccache gcc), and its name may tell the machine. */
	compiler = arena_strdup(&c->arena, cc && *cc ? cc : "cc");
	for (char *w = strtok_r(compiler, " ", &save); w; w = strtok_r(NULL, " ", &save))
		vec_push(&words, (const char *)w);
	for (int i = first; i < argc; i++)
		vec_push(&words, (const char *)argv[i]);
	vec_push(&words, "-c");
	if (object) {
		vec_push(&words, "-o");
		vec_push(&words, object);
	}
	err = options_read_rules(&c->o, &c->rules) ?
		      kbuild_open_command(&c->kb, tree, build, words.v, words.n, &c->rules,
					  &error) :
		      -EINVAL;
	if (error)
		log_error("%s: %s", c->file, error);
	vec_release(&words);
	return !err;
}

static bool read_unit(struct unit_check *c, struct pool_result *ret)
{
	const char *dir = options_cache(&c->o, &c->arena);
	struct pool_options po = { .jobs = 1 };
	const size_t unit = 0;
	int err;

	err = dir ? facts_cache_open(&c->cache, dir, c->o.cache_size) : -ENOENT;
	if (err)
		log_warn("%s: facts cannot be kept in %s: %s", c->file, dir ? dir : "$HOME/.cache",
			 strerror(-err));
	else
		po.cache = &c->cache;
	err = pool_extract(&c->kb, &c->rules, &unit, 1, &po, ret, &c->arena);
	if (err) {
		log_error("%s: cannot start a worker process: %s", c->file, strerror(-err));
		return false;
	}
	if (ret->error) {
		/* "FILE:LINE:COL: text", or a sentence. */
		log_warn("%s: not read: %s", c->file, ret->error);
		return false;
	}
	return true;
}

/* As a compiler names it: relative to where make runs, so that editors find it. */
static const char *shown_file(struct unit_check *c, const char *file)
{
	const struct compile_unit *u = &c->kb.units.v[0];

	if (!strcmp(file, u->file))
		return c->file;
	return after(file, "build:") ? after(file, "build:") :
				       fs_join(&c->arena, c->kb.tree, file);
}

static void print_findings(struct unit_check *c, const struct report *r)
{
	for (size_t i = 0; i < r->n_findings; i++) {
		const struct finding *f = &r->findings[i];

		fprintf(stderr, "%s:%u:%u: warning: %s [%s %s]\n",
			shown_file(c, f->location.file), f->location.line, f->location.column,
			f->message, f->code, f->rule);
	}
}

static void check_unit(struct unit_check *c, int argc, char **argv)
{
	struct report report = { 0 };
	struct pool_result result = { 0 };

	if (!open_unit(c, argv, argc) || !read_unit(c, &result))
		return;
	program_link(&c->program, &c->rules, &result.facts, 1);
	analyse_alone(&c->program, &c->arena, &report);
	print_findings(c, &report);
}

static void print_help(void)
{
	printf("Usage: make C=1 CHECK=relock-check [CF='--cache=DIR --rules=FILE']\n"
	       "Called by the kernel's make beside the compiler, it reads each unit that is\n"
	       "compiled (C=2: each that make comes to), keeps what it read for\n"
	       "relock check TREE --build DIR, and prints what one unit shows by itself.\n"
	       "It never fails: its exit status is 0.\n");
}

static void check_once(int argc, char **argv)
{
	struct unit_check c = { .kb = { .lock_fd = -1 } };

	options_init(&c.o);
	check_unit(&c, argc, argv);
	program_release(&c.program);
	facts_cache_release(&c.cache);
	kbuild_release(&c.kb);
	rules_release(&c.rules);
	options_release(&c.o);
	arena_release(&c.arena);
}

/*
 * The kernel's make stops at any exit status but 0. So a process of its own does
 * the work, and even its crash ends no build.
 */
int cmd_relock_check(int argc, char **argv)
{
	int status = 0;
	pid_t child;

	if (argc == 2 && !strcmp(argv[1], "--help")) {
		print_help();
		return EXIT_CLEAN;
	}
	child = fork();
	if (child < 0) {
		log_error("relock-check cannot start a process: %s", strerror(errno));
		return EXIT_CLEAN;
	}
	if (!child) {
		check_once(argc, argv);
		exit(EXIT_CLEAN);
	}
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFSIGNALED(status))
		log_error("relock-check crashed (signal %d) on %s", WTERMSIG(status),
			  argc > 1 ? argv[argc - 1] : "nothing");
	return EXIT_CLEAN;
}
