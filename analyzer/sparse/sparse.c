// SPDX-License-Identifier: MIT
#include "sparse/sparse.h"

#include "base/fs.h"
#include "base/hash.h"
#include "base/run.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEFAULT_TIMEOUT 120
#define MAX_OUTPUT ((size_t)16 << 20)
#define MAX_JOBS 64
#define CONTEXT "warning: context imbalance in '"
#define ERROR "error: "

static const char *const kind_text[] = {
	[SPARSE_AT_EXIT] = "wrong count at exit",
	[SPARSE_PATHS] = "different lock contexts for basic block",
	[SPARSE_UNEXPECTED] = "unexpected unlock",
};

struct unit_output {
	struct strbuf text; /* standard error, where sparse writes */
	bool found; /* it was there from an earlier run */
	const char *error;  /* it could not be run to its end */
};

struct work {
	const struct kbuild *kb;
	const size_t *units;
	size_t n;
	const struct sparse_options *o;
	const char *program, *version;
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

/* Lines of it that mean something here: the rest is most of it. */
static void keep_lines(struct strbuf *text)
{
	struct strbuf kept = STRBUF_INIT;

	for (const char *p = text->buf; p < text->buf + text->len;) {
		size_t len = strcspn(p, "\n");
		const char *imbalance = memmem(p, len, CONTEXT, strlen(CONTEXT));

		if (imbalance || memmem(p, len, ERROR, strlen(ERROR))) {
			strbuf_add(&kept, p, len);
			strbuf_addch(&kept, '\n');
		}
		p += len + (p[len] == '\n');
	}
	strbuf_release(text);
	*text = kept;
}

/* The file for the words of sparse on unit @i, named by all that they hang on; NULL if that is not known. */
static char *kept_path(const struct work *w, size_t i)
{
	const struct compile_unit *u = &w->kb->units.v[w->units[i]];
	struct strbuf sb = STRBUF_INIT;
	char hex[33];

	if (!w->o->cache || !w->o->reads || !w->o->reads[i])
		return NULL;
	strbuf_addf(&sb, "%s\n%s\n%s\n%s\n%s\n", w->version, w->program, w->o->reads[i],
		    u->directory, u->path);
	for (size_t k = 0; k < ARRAY_SIZE(fixed_flags); k++)
		strbuf_addf(&sb, "%s\n", fixed_flags[k]);
	for (const char *const *a = (const char *const *)u->argv; *a; a++)
		strbuf_addf(&sb, "%s\n", *a);
	hash128_hex(sb.buf, sb.len, hex);
	strbuf_reset(&sb);
	strbuf_addf(&sb, "%s/%s", w->o->cache, hex);
	return strbuf_detach(&sb, NULL);
}

/* An entry is a hash of the rest, a line end, and the rest. */
static bool find_kept(const char *path, struct unit_output *out)
{
	struct strbuf sb = STRBUF_INIT;
	char hex[33];
	bool whole = fs_read(path, &sb) == 0 && sb.len > 32 && sb.buf[32] == '\n';

	if (whole) {
		hash128_hex(sb.buf + 33, sb.len - 33, hex);
		whole = !memcmp(hex, sb.buf, 32);
	}
	if (whole) {
		strbuf_add(&out->text, sb.buf + 33, sb.len - 33);
		out->found = true;
		/* The time of the last change says when it was used last. */
		utimensat(AT_FDCWD, path, NULL, 0);
	}
	strbuf_release(&sb);
	return whole;
}

/* Trouble with writing costs the entry and is no error. */
static void keep(const char *path, const struct unit_output *out)
{
	struct strbuf sb = STRBUF_INIT;
	char hex[33];

	hash128_hex(out->text.buf, out->text.len, hex);
	strbuf_addf(&sb, "%s\n", hex);
	strbuf_add(&sb, out->text.buf, out->text.len);
	fs_write(path, sb.buf, sb.len);
	strbuf_release(&sb);
}

static void answer_for(const struct work *w, size_t i)
{
	struct unit_output *out = &w->out[i];
	char *path = kept_path(w, i);

	if (!path || !find_kept(path, out)) {
		run_unit(w, &w->kb->units.v[w->units[i]], out);
		keep_lines(&out->text);
		if (path && !out->error)
			keep(path, out);
	}
	free(path);
}

static void *worker(void *data)
{
	struct work *w = data;
	size_t i;

	while ((i = atomic_fetch_add(&w->next, 1)) < w->n) {
		answer_for(w, i);
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
		answer_for(w, i);
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
	struct sparse_warning w = { 0 };
	size_t file_len;
	const char *rest = split_place(line, &file_len, &w.line), *quote;

	if (!rest)
		return;
	if (!strncmp(rest, ERROR, strlen(ERROR)) && !*error)
		*error = arena_printf(c->a, "line %u: %s", w.line, rest + strlen(ERROR));
	if (strncmp(rest, CONTEXT, strlen(CONTEXT)) != 0)
		return;
	rest += strlen(CONTEXT);
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
	w.version = ret->version = version_of(program, arena);
	if (o->cache)
		fs_mkdirs(o->cache);
	run_all(&w);
	for (size_t i = 0; i < n; i++) {
		read_output(&c, &kb->units.v[units[i]], &w.out[i]);
		ret->n_found += w.out[i].found;
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
