// SPDX-License-Identifier: MIT
#include "sparse/sparse.h"

#include "base/fs.h"
#include "base/run.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_TIMEOUT 120
#define MAX_OUTPUT ((size_t)16 << 20)
#define MAX_JOBS 64

static const char *const kind_text[] = {
	[SPARSE_AT_EXIT] = "wrong count at exit",
	[SPARSE_PATHS] = "different lock contexts for basic block",
	[SPARSE_UNEXPECTED] = "unexpected unlock",
};

struct unit_output {
	struct strbuf text; /* standard error, where sparse writes */
	const char *error;  /* it could not be run to its end */
};

struct work {
	const struct kbuild *kb;
	const size_t *units;
	size_t n;
	const struct sparse_options *o;
	const char *program;
	struct unit_output *out;
	atomic_size_t next, done;
};

const char *sparse_kind_text(enum sparse_kind k)
{
	return kind_text[k];
}

/* What the kernel's Makefile gives to sparse before a unit's own flags. */
static const char *const fixed_flags[] = {
	"-D__linux__", "-Dlinux", "-D__STDC__", "-Dunix", "-D__unix__",
	/* Everything else that it warns of is not the question. */
	"-Wno-all", "-Wcontext", "-fmax-warnings=unlimited",
};

/* The machine that clang was told of, in sparse's words, or NULL for the host's. */
static char *arch_flag(const char *target)
{
	size_t len = strcspn(target, "-");
	struct strbuf sb = STRBUF_INIT;

	strbuf_addf(&sb, "--arch=%.*s", (int)len, target);
	return strbuf_detach(&sb, NULL);
}

static void run_unit(const struct work *w, const struct compile_unit *u, struct unit_output *out)
{
	static const char target[] = "--target=";
	VEC(const char *) argv = { 0 };
	struct run_options ro = { .cwd = u->directory, .max_output = MAX_OUTPUT,
				  .timeout = w->o->timeout ? w->o->timeout : DEFAULT_TIMEOUT };
	struct run_result r;
	char *arch = NULL;
	int err;

	vec_push(&argv, w->program);
	for (size_t i = 0; i < ARRAY_SIZE(fixed_flags); i++)
		vec_push(&argv, fixed_flags[i]);
	for (const char *const *a = (const char *const *)u->argv; *a; a++) {
		const char *machine = NULL;

		if (!strncmp(*a, target, strlen(target)))
			machine = *a + strlen(target);
		else if (!strcmp(*a, "-target") && a[1])
			machine = *++a;
		if (!machine) {
			vec_push(&argv, *a);
		} else if (!arch) {
			arch = arch_flag(machine);
			vec_push(&argv, (const char *)arch);
		}
	}
	vec_push(&argv, u->path);
	vec_push(&argv, (const char *)NULL);
	ro.argv = argv.v;
	err = run(&ro, &r);
	if (err) {
		out->error = strerror(-err);
	} else {
		if (r.timed_out)
			out->error = "timed out";
		else if (r.signal)
			out->error = "sparse crashed";
		strbuf_add(&out->text, r.err.buf, r.err.len);
		run_release(&r);
	}
	free(arch);
	vec_release(&argv);
}

static void *worker(void *data)
{
	struct work *w = data;
	size_t i;

	while ((i = atomic_fetch_add(&w->next, 1)) < w->n) {
		run_unit(w, &w->kb->units.v[w->units[i]], &w->out[i]);
		atomic_fetch_add(&w->done, 1);
	}
	return NULL;
}

static void run_all(struct work *w)
{
	pthread_t threads[MAX_JOBS];
	long online = sysconf(_SC_NPROCESSORS_ONLN);
	size_t jobs = w->o->jobs ? w->o->jobs : online > 0 ? (size_t)online : 1, n = 0, i;

	if (jobs > w->n)
		jobs = w->n;
	if (jobs > MAX_JOBS)
		jobs = MAX_JOBS;
	/* This thread works too, and tells how far all have come. */
	while (n + 1 < jobs && !pthread_create(&threads[n], NULL, worker, w))
		n++;
	while ((i = atomic_fetch_add(&w->next, 1)) < w->n) {
		run_unit(w, &w->kb->units.v[w->units[i]], &w->out[i]);
		i = atomic_fetch_add(&w->done, 1) + 1;
		if (w->o->progress)
			w->o->progress(w->o->data, i, w->n);
	}
	while (n)
		pthread_join(threads[--n], NULL);
}

/* "FILE:LINE:COL: rest"; NULL if @line is not of this shape. */
static const char *split_place(const char *line, size_t *ret_file_len, unsigned int *ret_line)
{
	for (const char *p = strchr(line, ':'); p; p = strchr(p + 1, ':')) {
		char *end;
		unsigned long n = strtoul(p + 1, &end, 10);

		if (end == p + 1 || *end != ':')
			continue;
		*ret_file_len = (size_t)(p - line);
		*ret_line = (unsigned int)n;
		strtoul(end + 1, &end, 10);
		return *end == ':' && end[1] == ' ' ? end + 2 : NULL;
	}
	return NULL;
}

static const char *name_of(const struct kbuild *kb, const struct compile_unit *u, const char *file,
			   size_t len, struct arena *a)
{
	const char *path = fs_absolute(a, u->directory, arena_strndup(a, file, len));
	const char *below = fs_below(path, kb->tree);

	return below ? below : path;
}

struct collector {
	const struct kbuild *kb;
	struct arena *a;
	VEC(struct sparse_warning) warnings;
	VEC(struct sparse_failure) failed;
};

static void read_line(struct collector *c, const struct compile_unit *u, const char *line,
		      const char **error)
{
	static const char context[] = "warning: context imbalance in '", err[] = "error: ";
	struct sparse_warning w = { 0 };
	size_t file_len;
	const char *rest = split_place(line, &file_len, &w.line), *quote;

	if (!rest)
		return;
	if (!strncmp(rest, err, strlen(err)) && !*error)
		*error = arena_printf(c->a, "line %u: %s", w.line, rest + strlen(err));
	if (strncmp(rest, context, strlen(context)))
		return;
	rest += strlen(context);
	quote = strstr(rest, "' - ");
	if (!quote)
		return;
	w.function = arena_strndup(c->a, rest, (size_t)(quote - rest));
	w.file = name_of(c->kb, u, line, file_len, c->a);
	w.unit = u->file;
	for (size_t k = 0; k < ARRAY_SIZE(kind_text); k++) {
		if (strcmp(quote + strlen("' - "), kind_text[k]) != 0)
			continue;
		w.kind = (enum sparse_kind)k;
		vec_push(&c->warnings, w);
	}
}

static void read_output(struct collector *c, const struct compile_unit *u,
			const struct unit_output *out)
{
	const char *error = out->error;
	char *text = arena_strndup(c->a, out->text.buf, out->text.len), *save = NULL;

	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		read_line(c, u, line, &error);
	if (error)
		vec_push(&c->failed, ((struct sparse_failure){ u->file, error }));
}

static int cmp_warning(const void *pa, const void *pb)
{
	const struct sparse_warning *a = pa, *b = pb;
	int c = strcmp(a->file, b->file);

	if (c)
		return c;
	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	c = strcmp(a->function, b->function);
	return c ? c : (int)a->kind - (int)b->kind;
}

static int cmp_warning_unit(const void *pa, const void *pb)
{
	const struct sparse_warning *a = pa, *b = pb;
	int c = cmp_warning(a, b);

	return c ? c : strcmp(a->unit, b->unit);
}

/* Functions of headers are warned of in each unit. */
static size_t unique(struct sparse_warning *v, size_t n)
{
	size_t kept = 0;

	if (n)
		qsort(v, n, sizeof(*v), cmp_warning_unit);
	for (size_t i = 0; i < n; i++) {
		if (!kept || cmp_warning(&v[kept - 1], &v[i]))
			v[kept++] = v[i];
	}
	return kept;
}

static const char *version_of(const char *program, struct arena *a)
{
	const char *const argv[] = { program, "--version", NULL };
	struct run_options ro = { .argv = argv, .timeout = 10 };
	const char *version = "of unknown version";
	struct run_result r;

	if (run(&ro, &r))
		return version;
	if (!r.status && r.out.len)
		version = arena_strndup(a, r.out.buf, strcspn(r.out.buf, "\n"));
	run_release(&r);
	return version;
}

int sparse_run(const struct kbuild *kb, const size_t *units, size_t n,
	       const struct sparse_options *o, struct arena *arena, struct sparse_result *ret)
{
	struct collector c = { .kb = kb, .a = arena };
	struct work w = { .kb = kb, .units = units, .n = n, .o = o };
	char *program = run_find(o->program ? o->program : "sparse");

	if (!program)
		return -ENOENT;
	memset(ret, 0, sizeof(*ret));
	w.program = program;
	w.out = ARENA_ARRAY(arena, struct unit_output, n);
	for (size_t i = 0; i < n; i++)
		strbuf_init(&w.out[i].text);
	ret->version = version_of(program, arena);
	run_all(&w);
	for (size_t i = 0; i < n; i++) {
		read_output(&c, &kb->units.v[units[i]], &w.out[i]);
		strbuf_release(&w.out[i].text);
	}
	ret->n_warnings = unique(c.warnings.v, c.warnings.n);
	ret->warnings = arena_memdup(arena, c.warnings.v, ret->n_warnings * sizeof(*ret->warnings));
	ret->failed = arena_memdup(arena, c.failed.v, c.failed.n * sizeof(*ret->failed));
	ret->n_failed = c.failed.n;
	vec_release(&c.warnings);
	vec_release(&c.failed);
	free(program);
	return 0;
}
