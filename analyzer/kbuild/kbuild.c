// SPDX-License-Identifier: MIT
#include "kbuild/kbuild.h"

#include "base/fs.h"
#include "base/strbuf.h"
#include "kbuild/commands.h"
#include "kbuild/flags.h"
#include "kbuild/kconfig.h"
#include "kbuild/prepare.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_ERRORS_NAMED 3

struct opening {
	struct kbuild *kb;
	const struct kbuild_options *o;
	const struct rules *rules;
	struct arena *a;
	struct commands commands;
	const char *error;
};

static int fail(struct opening *op, int err, const char *error)
{
	op->error = error;
	return err;
}

static bool has(struct opening *op, const char *dir, const char *name)
{
	return fs_exists(fs_join(op->a, dir, name));
}

/* ---- the tree ---------------------------------------------------------------------------- */

static int find_tree(struct opening *op)
{
	char *real = realpath(op->o->tree, NULL);
	DIR *d;

	if (!real)
		return fail(op, -errno,
			    arena_printf(op->a, "%s: %s", op->o->tree, strerror(errno)));
	op->kb->tree = arena_strdup(op->a, real);
	free(real);
	d = opendir(op->kb->tree);
	if (!d)
		return fail(op, -errno,
			    arena_printf(op->a, "%s: %s", op->o->tree, strerror(errno)));
	closedir(d);
	return 0;
}

/* The value of "NAME = value" in the head of a Makefile; "" when there is none. */
static const char *make_variable(struct opening *op, const char *text, const char *name)
{
	size_t len = strlen(name);

	for (const char *p = text; p && *p; p = strchr(p, '\n')) {
		const char *value;

		p += *p == '\n';
		if (strncmp(p, name, len))
			continue;
		value = p + len + strspn(p + len, " \t");
		if (*value != '=')
			continue;
		value++;
		value += strspn(value, " \t");
		return arena_strndup(op->a, value, strcspn(value, " \t\n#"));
	}
	return "";
}

static void read_version(struct opening *op)
{
	struct strbuf sb = STRBUF_INIT;
	const char *version, *patch, *sub, *extra;

	op->kb->kernel_version = "";
	if (fs_read(fs_join(op->a, op->kb->tree, "Makefile"), &sb) == 0) {
		version = make_variable(op, sb.buf, "VERSION");
		patch = make_variable(op, sb.buf, "PATCHLEVEL");
		sub = make_variable(op, sb.buf, "SUBLEVEL");
		extra = make_variable(op, sb.buf, "EXTRAVERSION");
		if (*version && *patch)
			op->kb->kernel_version =
				arena_printf(op->a, "%s.%s%s%s%s", version, patch,
					     *sub ? "." : "", sub, extra);
	}
	strbuf_release(&sb);
}

static int check_kernel_tree(struct opening *op)
{
	static const char *const files[] = { "Makefile", "Kconfig", "Kbuild",
					     "scripts/Makefile.build" };

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		if (!has(op, op->kb->tree, files[i]))
			return fail(op, -EINVAL,
				    arena_printf(op->a,
						 "%s is no kernel source tree: it has no %s (a "
						 "folder with compile_commands.json can be given "
						 "with --build)",
						 op->o->tree, files[i]));
	}
	if (!*op->kb->kernel_version)
		return fail(op, -EINVAL,
			    arena_printf(op->a, "%s is no kernel source tree: its Makefile "
						"has no VERSION", op->o->tree));
	return 0;
}

/* As make O= sees it: a tree that was configured or built in place. */
static bool built_in_place(struct opening *op)
{
	const char *tree = op->kb->tree;

	return has(op, tree, ".config") || has(op, tree, "include/config") ||
	       has(op, tree, "include/generated");
}

/* ---- somebody else's build ------------------------------------------------------------------- */

static int read_json(struct opening *op, const char *path)
{
	struct strbuf sb = STRBUF_INIT;
	const char *error = NULL;
	int err;

	err = fs_read(path, &sb);
	if (err) {
		fail(op, err, arena_printf(op->a, "cannot read %s: %s", path, strerror(-err)));
	} else {
		err = commands_add_json(&op->commands, sb.buf, sb.len, &error);
		if (err)
			fail(op, err, arena_printf(op->a, "%s: %s", path, error));
	}
	strbuf_release(&sb);
	return err;
}

/* Commands of @dir: its compile_commands.json, or the .cmd files of a build. */
static int read_build(struct opening *op, const char *dir)
{
	const char *json = fs_join(op->a, dir, "compile_commands.json");
	int err;

	op->kb->build = dir;
	if (fs_exists(json)) {
		err = read_json(op, json);
		if (err)
			return err;
		/* The folder may hold nothing but the list; the build is where the commands ran. */
		if (op->commands.v.n && !has(op, dir, ".config") &&
		    !has(op, dir, "include/generated")) {
			const char *ran = commands_word(&op->commands,
							op->commands.v.v[0].directory);

			if (ran[0] == '/' && fs_is_dir(ran))
				op->kb->build = fs_absolute(op->a, "/", ran);
		}
	} else {
		err = commands_add_cmd_files(&op->commands, dir);
		if (err)
			return fail(op, err,
				    arena_printf(op->a, "%s: %s", dir, strerror(-err)));
	}
	commands_drop_host(&op->commands);
	return 0;
}

static int open_build(struct opening *op)
{
	char *real = realpath(op->o->build, NULL);
	int err;

	if (!real || !fs_is_dir(real)) {
		err = real ? -ENOTDIR : -errno;
		free(real);
		return fail(op, err,
			    arena_printf(op->a, "--build %s: %s", op->o->build, strerror(-err)));
	}
	if (op->o->config) {
		free(real);
		return fail(op, -EINVAL,
			    "--config goes into a build directory of relock's own; with --build "
			    "the config is the one that was built");
	}
	err = read_build(op, arena_strdup(op->a, real));
	free(real);
	if (!err && !op->commands.v.n)
		return fail(op, -ENOENT,
			    arena_printf(op->a,
					 "--build %s has neither a compile_commands.json with "
					 "compile commands of C files nor .cmd files of a build",
					 op->o->build));
	return err;
}

static int open_in_place(struct opening *op)
{
	if (op->o->config)
		return fail(op, -EINVAL,
			    arena_printf(op->a,
					 "%s was configured in place, so --config cannot be merged; "
					 "give --build DIR of a build elsewhere, or clean the tree "
					 "(make mrproper)", op->o->tree));
	return read_build(op, op->kb->tree);
}

/* ---- units ------------------------------------------------------------------------------------ */

static const char *resolve(struct opening *op, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *dir = fs_dirname(op->a, path);
	char *real = realpath(dir, NULL);
	const char *resolved;

	if (!real || !slash) {
		free(real);
		return path;
	}
	resolved = fs_join(op->a, real, slash + 1);
	free(real);
	return resolved;
}

/* The name that reports give to @path, or NULL for what is in neither folder. */
static const char *name_of(struct opening *op, const char *path)
{
	const struct kbuild *kb = op->kb;
	const char *below;

	/* The build directory may be a folder of the tree, and the tree one of it. */
	below = fs_below(path, kb->build);
	if (below && strcmp(kb->build, kb->tree) && !fs_below(kb->tree, kb->build))
		return arena_printf(op->a, "build:%s", below);
	below = fs_below(path, kb->tree);
	if (below)
		return below;
	below = fs_below(path, kb->build);
	return below ? arena_printf(op->a, "build:%s", below) : NULL;
}

static int unit_cmp(const void *a, const void *b)
{
	const struct compile_unit *x = a, *y = b;
	int order = strcmp(x->file, y->file);

	return order ? order : strcmp(x->object, y->object);
}

static void drop_twins(struct kbuild *kb)
{
	size_t n = 0;

	for (size_t i = 0; i < kb->units.n; i++) {
		if (!n || unit_cmp(&kb->units.v[n - 1], &kb->units.v[i]))
			kb->units.v[n++] = kb->units.v[i];
	}
	kb->units.n = n;
}

static void make_units(struct opening *op)
{
	struct kbuild *kb = op->kb;
	struct flags_memo memo = { 0 };

	for (size_t i = 0; i < op->commands.v.n; i++) {
		const struct command *cmd = &op->commands.v.v[i];
		struct compile_unit u = { 0 };
		const char *object, *below;

		u.directory = arena_strdup(op->a, commands_word(&op->commands, cmd->directory));
		u.path = fs_absolute(op->a, u.directory,
				     commands_word(&op->commands, cmd->source));
		u.file = strstr(u.path, "/../") ? NULL : name_of(op, u.path);
		if (!u.file) {
			/* Written with "..", or through a symbolic link. */
			u.path = resolve(op, u.path);
			u.file = name_of(op, u.path);
		}
		if (!u.file)
			continue;
		object = commands_word(&op->commands, cmd->object);
		below = fs_below(fs_absolute(op->a, u.directory, object), kb->build);
		u.object = below ? below : arena_strdup(op->a, object);
		flags_apply(&op->commands, cmd, op->rules, &memo, op->a, &u);
		vec_push(&kb->units, u);
	}
	vec_release(&memo.words);
	if (kb->units.n)
		qsort(kb->units.v, kb->units.n, sizeof(*kb->units.v), unit_cmp);
	drop_twins(kb);
}

/* ---- scope ------------------------------------------------------------------------------------ */

static bool is_below(const char *file, const char *dir, size_t len)
{
	return !strncmp(file, dir, len) && (file[len] == '/' || !file[len] || !len);
}

void unit_list_add(struct unit_list *list, size_t unit)
{
	size_t at = list->v.n;

	while (at && list->v.v[at - 1] > unit)
		at--;
	if (at && list->v.v[at - 1] == unit)
		return;
	vec_push(&list->v, unit);
	memmove(list->v.v + at + 1, list->v.v + at, (list->v.n - 1 - at) * sizeof(*list->v.v));
	list->v.v[at] = unit;
}

/* Does the text #include "@name", other than under an #ifdef of a config symbol that is not set? */
static bool includes(const char *text, const char *name, const struct kconfig *config)
{
	VEC(bool) off = { 0 };
	bool found = false;

	for (const char *p = text; *p && !found;) {
		size_t len = strcspn(p, "\n");
		const char *s = p + strspn(p, " \t");

		p += len;
		p += *p == '\n';
		if (*s != '#')
			continue;
		s++;
		s += strspn(s, " \t");
		if (!strncmp(s, "if", 2)) {
			bool now_off = off.n && off.v[off.n - 1];

			if (!strncmp(s, "ifdef CONFIG_", 13)) {
				struct arena a = ARENA_INIT;
				const char *symbol =
					arena_strndup(&a, s + 13, strcspn(s + 13, " \t\r\n/"));

				now_off |= !strcmp(kconfig_get(config, symbol), "n");
				arena_release(&a);
			}
			vec_push(&off, now_off);
		} else if (!strncmp(s, "el", 2) && off.n) {
			off.v[off.n - 1] = off.n > 1 && off.v[off.n - 2];
		} else if (!strncmp(s, "endif", 5) && off.n) {
			off.n--;
		} else if (!strncmp(s, "include", 7) && !(off.n && off.v[off.n - 1])) {
			s += 7;
			s += strspn(s, " \t");
			found = *s == '"' && !strncmp(s + 1, name, strlen(name)) &&
				s[1 + strlen(name)] == '"';
		}
	}
	vec_release(&off);
	return found;
}

static size_t add_includers(const struct kbuild *kb, const char *path, struct unit_list *ret)
{
	struct arena a = ARENA_INIT;
	const char *dir = fs_dirname(&a, path), *name = fs_basename(path);
	struct strbuf text = STRBUF_INIT;
	struct kconfig config = { 0 };
	size_t n = 0;

	kconfig_read(&config, fs_join(&a, kb->build, ".config"));
	for (size_t i = 0; i < kb->units.n; i++) {
		const struct compile_unit *u = &kb->units.v[i];

		if (strcmp(fs_dirname(&a, u->file), dir))
			continue;
		strbuf_reset(&text);
		if (fs_read(u->path, &text) == 0 && includes(text.buf, name, &config)) {
			unit_list_add(ret, i);
			n++;
		}
	}
	strbuf_release(&text);
	kconfig_release(&config);
	arena_release(&a);
	return n;
}

size_t kbuild_scope(const struct kbuild *kb, const char *path, struct unit_list *ret)
{
	size_t len, n = 0;

	while (!strncmp(path, "./", 2))
		path += 2;
	if (!strcmp(path, "."))
		path = "";
	len = strlen(path);
	while (len && path[len - 1] == '/')
		len--;
	for (size_t i = 0; i < kb->units.n; i++) {
		if (is_below(kb->units.v[i].file, path, len)) {
			unit_list_add(ret, i);
			n++;
		}
	}
	if (!n && len > 2 && path[len - 2] == '.')
		n = add_includers(kb, path, ret);
	return n;
}

/* ---- what is there ------------------------------------------------------------------------------ */

/*
 * A build in place may be older than its config, or have stopped on the way:
 * then folders of the scope that the tree has are without commands.
 */
static int check_in_place(struct opening *op)
{
	struct strbuf without = STRBUF_INIT;
	size_t missing = 0;
	int err = 0;

	for (size_t i = 0; i < op->o->n_scope; i++) {
		struct unit_list units = { 0 };
		const char *path = op->o->scope[i];
		const char *full = fs_join(op->a, op->kb->tree, path);

		bool done;

		if (!fs_exists(full))
			continue;
		/* A folder's archive is made last. A single file may be configured away. */
		if (fs_is_dir(full))
			done = kbuild_scope(op->kb, path, &units) && has(op, full, "built-in.a");
		else
			done = has(op, fs_dirname(op->a, full), "built-in.a");
		vec_release(&units.v);
		if (done)
			continue;
		if (missing++ < MAX_ERRORS_NAMED)
			strbuf_addf(&without, "%s%s", without.len ? ", " : "", path);
	}
	if (!op->kb->units.n || missing)
		err = fail(op, -ENOENT,
			   arena_printf(op->a,
					"%s was configured or built in place, which make O= refuses, "
					"and its build has too few .cmd files%s%s: finish the build, "
					"clean the tree (make mrproper), or give --build DIR with the "
					"build or the compile_commands.json to use",
					op->o->tree, missing ? " (incomplete: " : "",
					missing ? arena_printf(op->a, "%s)", without.buf) : ""));
	strbuf_release(&without);
	return err;
}

static void compare_config(struct opening *op, bool own)
{
	struct kbuild *kb = op->kb;
	struct kconfig config;

	if (kconfig_read(&config, fs_join(op->a, kb->build, ".config")) < 0) {
		kb->config = "of the build, not known";
		return;
	}
	kb->config = own ? arena_printf(op->a, "%s defconfig with what the rules need%s%s",
					config.srcarch ? config.srcarch : "default",
					op->o->config ? " and " : "",
					op->o->config ? fs_basename(op->o->config) : "") :
			   "of the build";
	for (size_t i = 0; i < op->rules->kconfig.n; i++) {
		const struct rule_kconfig *k = &op->rules->kconfig.v[i];
		struct kconfig_missing m = { .symbol = k->symbol, .without = k->without };
		const struct rule_tool *tool;

		if (!strcmp(kconfig_get(&config, k->symbol), k->value))
			continue;
		m.why = kconfig_explain(&config, kb->tree, k->symbol, k->value, op->a);
		tool = prepare_tool_of(op->rules, k->symbol);
		if (tool && own)
			m.why = arena_printf(op->a, "%s; %s is not installed (Debian package %s)",
					     m.why, tool->tool, tool->package);
		vec_push(&kb->missing, m);
	}
	kconfig_release(&config);
}

static int open_tree(struct opening *op)
{
	struct kbuild *kb = op->kb;
	bool in_place = false, own = false;
	int err;

	err = find_tree(op);
	if (err)
		return err;
	read_version(op);
	if (op->o->build) {
		err = open_build(op);
	} else if (has(op, kb->tree, "compile_commands.json")) {
		err = read_build(op, kb->tree);
	} else {
		err = check_kernel_tree(op);
		if (err)
			return err;
		in_place = built_in_place(op);
		own = !in_place;
		err = in_place ? open_in_place(op) :
				 prepare_open(kb, op->o, op->rules, &op->commands, &op->error);
	}
	if (err)
		return err;
	make_units(op);
	if (in_place)
		err = check_in_place(op);
	else if (!kb->units.n)
		err = fail(op, -ENOENT,
			   arena_printf(op->a, "none of the %zu compile commands is of a file in %s",
					op->commands.v.n, op->o->tree));
	if (!err)
		compare_config(op, own);
	return err;
}

static int open_command(struct opening *op, const char *const *argv, size_t n)
{
	char *real = realpath(op->o->build, NULL);
	int err;

	if (!real)
		return fail(op, -errno, arena_printf(op->a, "%s: %s", op->o->build, strerror(errno)));
	op->kb->build = arena_strdup(op->a, real);
	free(real);
	err = find_tree(op);
	if (err)
		return err;
	read_version(op);
	if (!commands_add(&op->commands, op->kb->build, argv, n))
		return fail(op, -EINVAL, "this is no command that compiles a C file");
	make_units(op);
	if (!op->kb->units.n)
		return fail(op, -ENOENT,
			    arena_printf(op->a, "the compiled file is not in %s", op->o->tree));
	return 0;
}

static void opening_init(struct opening *op, struct kbuild *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->lock_fd = -1;
	ret->kernel_version = "";
	ret->config = "";
	commands_init(&op->commands);
}

static int opening_end(struct opening *op, int err, const char **ret_error)
{
	if (err)
		*ret_error = arena_strdup(op->a, op->error ? op->error : strerror(-err));
	commands_release(&op->commands);
	return err;
}

int kbuild_open(struct kbuild *ret, const struct kbuild_options *o, const struct rules *rules,
		const char **ret_error)
{
	struct opening op = { .kb = ret, .o = o, .rules = rules, .a = &ret->arena };

	opening_init(&op, ret);
	return opening_end(&op, open_tree(&op), ret_error);
}

bool kbuild_generate(struct kbuild *kb, const struct kbuild_options *o, const struct rules *rules)
{
	return prepare_generate(kb, o, rules);
}

int kbuild_open_command(struct kbuild *ret, const char *tree, const char *build,
			const char *const *argv, size_t n, const struct rules *rules,
			const char **ret_error)
{
	const struct kbuild_options o = { .tree = tree, .build = build };
	struct opening op = { .kb = ret, .o = &o, .rules = rules, .a = &ret->arena };

	opening_init(&op, ret);
	return opening_end(&op, open_command(&op, argv, n), ret_error);
}

void kbuild_release(struct kbuild *kb)
{
	if (kb->lock_fd >= 0)
		close(kb->lock_fd);
	vec_release(&kb->units);
	vec_release(&kb->missing);
	arena_release(&kb->arena);
	kb->lock_fd = -1;
}
