// SPDX-License-Identifier: MIT
#include "base/clock.h"
#include "base/fs.h"
#include "base/strbuf.h"
#include "clang/shared_info.h"
#include "clang/unit.h"
#include "clang/words.h"

#include <dlfcn.h>
#include <errno.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <time.h>

/*
 * Attributes that the C API has no cursor for, made into annotations, which it
 * shows. Names with underscores are also kept where the compiler's own checks
 * need them; a macro is not replaced within itself.
 */
static const char *const attribute_defines[] = {
	"-D__no_instrument_function__=__annotate__(\"" ANN_NOTRACE "\")",
	"-Dno_instrument_function=__annotate__(\"" ANN_NOTRACE "\")",
	"-D__patchable_function_entry__(n,...)=__annotate__(\"" ANN_PATCHABLE "\" #n)",
	"-Dpatchable_function_entry(n,...)=__annotate__(\"" ANN_PATCHABLE "\" #n)",
	"-D__section__(x)=__annotate__(\"" ANN_SECTION "\" x)",
	"-Dsection(x)=__annotate__(\"" ANN_SECTION "\" x)",
	"-D__cleanup__(f)=__annotate__(\"" ANN_CLEANUP "\" #f)",
	"-D__always_inline__=__always_inline__,__annotate__(\"" ANN_ALWAYS_INLINE "\")",
	"-D__noinline__=__noinline__,__annotate__(\"" ANN_NOINLINE "\")",
	"-D__noreturn__=__noreturn__,__annotate__(\"" ANN_NORETURN "\")",
	"-D__weak__=__weak__,__annotate__(\"" ANN_WEAK "\")",
};

/* So that the same unit gives the same facts today and tomorrow, here and there. */
static const char *const fixed_args[] = {
	"-D__DATE__=\"\"", "-D__TIME__=\"\"", "-D__TIMESTAMP__=\"\"", "--no-default-config",
};

/*
 * Names made with __COUNTER__ depend on all headers before, and on whether they
 * were parsed or came precompiled. The line tells names apart as well, nearly
 * everywhere: a unit that has errors with this is parsed without it.
 */
static const char line_counter[] = "-D__COUNTER__=__LINE__";

static enum CXChildVisitResult collect_kid(CXCursor c, CXCursor parent, CXClientData data)
{
	struct unit *u = data;

	(void)parent;
	vec_push(&u->kids, c);
	return CXChildVisit_Continue;
}

struct kids unit_kids(struct unit *u, CXCursor c)
{
	struct kids k = { 0 };

	vec_clear(&u->kids);
	clang_visitChildren(c, collect_kid, u);
	k.n = (unsigned int)u->kids.n;
	if (k.n)
		k.v = arena_memdup(&u->scratch, u->kids.v, k.n * sizeof(*k.v));
	return k;
}

static void unit_release(struct unit *u)
{
	arena_release(&u->arena);
	arena_release(&u->scratch);
	vec_release(&u->kids);
	vec_release(&u->files);
	vec_release(&u->records);
	vec_release(&u->funcs);
	vec_release(&u->func_queue);
	vec_release(&u->vars);
	vec_release(&u->var_queue);
	unit_names_release(u);
	pair_map_release(&u->file_ids);
	pair_map_release(&u->hidden_files);
	pair_map_release(&u->type_ids);
	pair_map_release(&u->type_keys);
	pair_map_release(&u->func_names);
	pair_map_release(&u->var_names);
	cursor_map_release(&u->record_ids);
	cursor_map_release(&u->enums);
	cursor_map_release(&u->builtins);
	cursor_map_release(&u->func_ids);
	cursor_map_release(&u->var_ids);
	free(u->expr_slot);
}

/* Takes the folder @dir out of @sb where a path begins with it: errors travel, too. */
static void cut_folder(struct strbuf *sb, const char *dir)
{
	size_t len = strlen(dir);
	char *at;

	while (len && (at = strstr(sb->buf, dir)) != NULL && at[len] == '/') {
		memmove(at, at + len + 1, strlen(at + len + 1) + 1);
		strbuf_setlen(sb, sb->len - len - 1);
	}
}

/*
 * The first error of the unit as "FILE:LINE:COL: text", malloc'ed; NULL if there is none.
 * @ret_lasts: whether the text is to blame, so that it comes again as long as that is the same.
 * What libclang has no category for is trouble with the machine (a file that cannot be opened).
 */
static char *first_error(struct unit *u, bool *ret_lasts)
{
	unsigned int n = clang_getNumDiagnostics(u->tu);
	struct strbuf sb = STRBUF_INIT;

	for (unsigned int i = 0; i < n; i++) {
		CXDiagnostic d = clang_getDiagnostic(u->tu, i);
		struct fact_loc loc;
		CXString s;

		if (clang_getDiagnosticSeverity(d) < CXDiagnostic_Error) {
			clang_disposeDiagnostic(d);
			continue;
		}
		*ret_lasts = clang_getDiagnosticCategory(d) != 0;
		loc = unit_loc(u, clang_getDiagnosticLocation(d));
		s = clang_getDiagnosticSpelling(d);
		if (loc.line)
			strbuf_addf(&sb, "%s:%u:%u: ", facts_str(u->f, loc.file), loc.line,
				    loc.col);
		strbuf_addstr(&sb, clang_getCString(s));
		clang_disposeString(s);
		clang_disposeDiagnostic(d);
		cut_folder(&sb, u->kb->build);
		cut_folder(&sb, u->kb->tree);
		return strbuf_detach(&sb, NULL);
	}
	return NULL;
}

void unit_args_release(struct unit_args *a)
{
	vec_release(&a->v);
	strbuf_release(&a->map_build);
	strbuf_release(&a->map_tree);
}

void unit_args_make(struct unit_args *a, const struct compile_unit *cu, const struct kbuild *kb,
		    bool count_lines)
{
	memset(a, 0, sizeof(*a));
	strbuf_init(&a->map_build);
	strbuf_init(&a->map_tree);
	for (size_t i = 0; cu->argv && cu->argv[i]; i++)
		vec_push(&a->v, cu->argv[i]);
	for (size_t i = 0; i < ARRAY_SIZE(attribute_defines); i++)
		vec_push(&a->v, attribute_defines[i]);
	for (size_t i = 0; i < ARRAY_SIZE(fixed_args); i++)
		vec_push(&a->v, fixed_args[i]);
	if (count_lines)
		vec_push(&a->v, line_counter);
	/* __FILE__ is text of the unit, and says the same wherever the tree lies. */
	strbuf_addf(&a->map_build, "-fmacro-prefix-map=%s/=", kb->build);
	strbuf_addf(&a->map_tree, "-fmacro-prefix-map=%s/=", kb->tree);
	vec_push(&a->v, a->map_build.buf);
	vec_push(&a->v, a->map_tree.buf);
	vec_push(&a->v, "-w");
	vec_push(&a->v, "-Wno-everything");
	if (cu->directory) {
		vec_push(&a->v, "-working-directory");
		vec_push(&a->v, cu->directory);
	}
}

static CXTranslationUnit parse(struct unit *u, CXIndex index, const struct shared *shared,
			       bool count_lines, enum CXErrorCode *ret_code)
{
	CXTranslationUnit tu = NULL;
	struct unit_args args;
	unsigned int options = CXTranslationUnit_None;

	unit_args_make(&args, u->cu, u->kb, count_lines);
	if (shared) {
		vec_push(&args.v, "-include-pch");
		vec_push(&args.v, shared->pch);
		options = CXTranslationUnit_DetailedPreprocessingRecord;
	} else if (u->prelude) {
		vec_push(&args.v, "-include");
		vec_push(&args.v, u->prelude);
	}
	if (u->optimised)
		vec_push(&args.v, u->cu->optimise);
	*ret_code = clang_parseTranslationUnit2(index, u->cu->path, args.v.v, (int)args.v.n, NULL,
						0, options, &tu);
	unit_args_release(&args);
	return tu;
}

static void put_string(struct strbuf *out, const char *s)
{
	strbuf_add(out, s ? s : "", s ? strlen(s) + 1 : 1);
}

void extract_key(const struct compile_unit *cu, const struct kbuild *kb, struct strbuf *out)
{
	struct unit_args args;

	unit_args_make(&args, cu, kb, true);
	put_string(out, cu->file);
	put_string(out, cu->path);
	put_string(out, cu->object);
	put_string(out, cu->optimise);
	put_string(out, cu->ftrace ? "ftrace" : "");
	put_string(out, kb->tree);
	put_string(out, kb->build);
	for (size_t i = 0; i < args.v.n; i++)
		put_string(out, args.v.v[i]);
	unit_args_release(&args);
}

void extract_identity(struct strbuf *out, bool travels)
{
	const char *(*function)(CXString) = clang_getCString;
	CXString s = clang_getClangVersion();
	struct stat st;
	void *address;
	Dl_info info;

	/* In full, as distributions say their own revision there. */
	put_string(out, clang_getCString(s));
	clang_disposeString(s);
	/* One that somebody builds again and again says the same each time. */
	memcpy(&address, &function, sizeof(address));
	if (!travels && dladdr(address, &info) && info.dli_fname && stat(info.dli_fname, &st) == 0)
		strbuf_addf(out, "%s %" PRId64 " %" PRId64 ".%09ld", info.dli_fname,
			    (int64_t)st.st_size, (int64_t)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
	strbuf_addch(out, '\0');
}

static double walk_seconds;

double extract_walk_seconds(void)
{
	return walk_seconds;
}

static void unit_begin(struct unit *u, const struct extract_job *job, struct facts *f)
{
	memset(u, 0, sizeof(*u));
	u->cu = job->unit;
	u->kb = job->kb;
	u->prelude = job->prelude;
	u->optimised = job->optimised;
	u->f = f;
	facts_init(f);
}

static void unit_end(struct unit *u, CXIndex index)
{
	unit_release(u);
	if (u->tu)
		clang_disposeTranslationUnit(u->tu);
	clang_disposeIndex(index);
}

static void name_unit(const struct compile_unit *cu, struct facts *f)
{
	f->unit.file = facts_string(f, cu->file);
	f->unit.object = cu->object ? facts_string(f, cu->object) : 0;
	f->unit.flags = cu->ftrace ? FUNIT_FTRACE : 0;
}

static void fill(struct unit *u)
{
	name_unit(u->cu, u->f);
	unit_find_main(u);
	walk_seconds = seconds_now();
	unit_walk(u);
	walk_seconds = seconds_now() - walk_seconds;
}

/* On the shared header. Returns whether the unit fits; if not, nothing has happened. */
static bool extract_shared(const struct extract_job *job, struct facts *ret,
			   struct extract_result *r, struct deps *deps)
{
	CXIndex index = clang_createIndex(1, 0);
	enum CXErrorCode code;
	struct unit u;
	char *error;
	bool fits = false, lasts;

	unit_begin(&u, job, ret);
	u.prelude = job->shared->header;
	u.shared = job->shared;
	if (fit_command(&u))
		u.tu = parse(&u, index, job->shared, true, &code);
	if (u.tu) {
		u.main_file = clang_getFile(u.tu, u.cu->path);
		error = first_error(&u, &lasts);
		fits = !error && fit_unit(&u);
		r->unfit = error ? error : u.unfit ? xstrdup(u.unfit) : NULL;
	} else if (u.unfit) {
		r->unfit = xstrdup(u.unfit);
	}
	if (fits) {
		/* Names of files in errors may be in the facts already. */
		facts_release(ret);
		facts_init(ret);
		fill(&u);
		fits = !u.unfit;
		r->unfit = u.unfit ? xstrdup(u.unfit) : NULL;
		if (deps && fits) {
			deps_add_base(deps, &job->shared->deps);
			unit_reads(&u, deps);
		}
	}
	unit_end(&u, index);
	if (!fits)
		facts_release(ret);
	return fits;
}

/* A unit that the build generates is not there before. Returns the error, malloc'ed, or NULL. */
static char *missing_unit(const struct extract_job *job, struct deps *deps)
{
	const struct compile_unit *cu = job->unit;
	struct strbuf sb = STRBUF_INIT;

	if (fs_exists(cu->path) || cu->path[0] != '/')
		return NULL;
	strbuf_addf(&sb, "%s: there is no such file%s", cu->file,
		    fs_below(cu->path, job->kb->build) ? "; building the kernel makes it" : "");
	if (deps)
		deps_add_missing(deps, cu->path);
	return strbuf_detach(&sb, NULL);
}

static int extract_plain(const struct extract_job *job, bool count_lines, struct facts *ret,
			 char **ret_error, bool *ret_lasts, struct deps *deps)
{
	CXIndex index = clang_createIndex(0, 0);
	enum CXErrorCode code;
	struct unit u;
	int err = 0;

	unit_begin(&u, job, ret);
	u.tu = parse(&u, index, NULL, count_lines, &code);
	if (!u.tu) {
		struct strbuf sb = STRBUF_INIT;

		strbuf_addf(&sb, "%s: libclang gave no translation unit (error %d)", u.cu->file,
			    (int)code);
		*ret_error = strbuf_detach(&sb, NULL);
		err = -EIO;
	} else {
		u.main_file = clang_getFile(u.tu, u.cu->path);
		*ret_error = first_error(&u, ret_lasts);
		err = *ret_error ? -EINVAL : 0;
		/* Also where another way is tried next: that it is depends on these. */
		if (deps)
			unit_reads(&u, deps);
	}
	if (!err)
		fill(&u);
	unit_end(&u, index);
	if (err) {
		facts_release(ret);
		facts_init(ret);
	}
	return err;
}

static void note_word(void *data, enum word_kind kind, const char *word, size_t len)
{
	(void)kind;
	word_table_add(data, word, len);
}

static bool has_word(const struct word_table *t, const char *word)
{
	return word_table_find(t, word, strlen(word)) != FACTS_NONE;
}

/*
 * Whether the unit's own file says something that only the prelude makes facts
 * of. What headers say in inline functions is lost without it, unless another
 * unit has these as well.
 */
static bool needs_prelude(const struct extract_job *job)
{
	const struct rules *r = job->rules;
	struct strbuf text = STRBUF_INIT;
	struct word_table words;
	bool needs;
	size_t i;

	if (!job->prelude || !r)
		return true;
	word_table_init(&words);
	needs = fs_read(job->unit->path, &text) != 0;
	words_scan(text.buf, text.len, note_word, &words);
	for (i = 0; i < r->percpu.n && !needs; i++)
		needs = has_word(&words, r->percpu.v[i].macro);
	for (i = 0; i < r->words.n && !needs; i++)
		needs = r->words.v[i].header && has_word(&words, r->words.v[i].function);
	for (i = 0; i < r->claims.n && !needs; i++)
		needs = has_word(&words, r->claims.v[i].macro);
	for (i = 0; i < r->btf_macros.n && !needs; i++)
		needs = has_word(&words, r->btf_macros.v[i].macro);
	for (i = 0; i < r->values.n && !needs; i++)
		needs = r->values.v[i].header && has_word(&words, r->values.v[i].function);
	word_table_release(&words);
	strbuf_release(&text);
	return needs;
}

/*
 * Once more in another way, after an error. Where that one goes well there is
 * none; else the first remains.
 */
static int extract_again(const struct extract_job *job, bool count_lines, struct facts *ret,
			 struct extract_result *r, bool *lasts, struct deps *deps)
{
	char *error = NULL;
	bool this_lasts = false;
	int err;

	facts_release(ret);
	err = extract_plain(job, count_lines, ret, &error, &this_lasts, deps);
	/* It might have gone well. */
	*lasts &= this_lasts;
	if (!err) {
		free(r->error);
		r->error = NULL;
	}
	free(error);
	return err;
}

int extract_unit(const struct extract_job *job, struct facts *ret, struct extract_result *r)
{
	struct deps *deps = job->want_deps ? &r->deps : NULL;
	const struct compile_unit *u = job->unit;
	struct timespec since;
	bool lasts = false;
	int err;

	memset(r, 0, sizeof(*r));
	clock_gettime(CLOCK_REALTIME, &since);
	if (deps)
		deps_init(deps, u->directory, u->argv);
	r->error = missing_unit(job, deps);
	if (r->error) {
		facts_init(ret);
		err = -ENOENT;
		lasts = true;
	} else {
		r->shared = job->shared && extract_shared(job, ret, r, deps);
		err = r->shared ? 0 : extract_plain(job, true, ret, &r->error, &lasts, deps);
	}
	/* Two names on one line may need the counter after all. */
	if (err == -EINVAL)
		err = extract_again(job, false, ret, r, &lasts, deps);
	/* A name of the unit's own may be a macro in a header that only the prelude includes. */
	if (err == -EINVAL && !needs_prelude(job)) {
		struct extract_job bare = *job;

		bare.prelude = NULL;
		err = extract_again(&bare, true, ret, r, &lasts, deps);
	}
	/* What it uses may be declared for compilers that optimise only (string functions that check). */
	if (err == -EINVAL && u->optimise) {
		struct extract_job optimised = *job;

		optimised.optimised = true;
		err = extract_again(&optimised, true, ret, r, &lasts, deps);
	}
	if (err) {
		name_unit(u, ret);
		ret->unit.error = facts_string(ret, r->error);
	}
	if (err && deps)
		deps_add_failure(deps);
	r->deps_known = deps && (!err || lasts) && deps_finish(deps, &since);
	return err;
}

void extract_result_release(struct extract_result *r)
{
	free(r->error);
	free(r->unfit);
	deps_release(&r->deps);
}

const char *extract_libclang_version(void)
{
	static char version[64];
	const char *text, *end;
	CXString s;
	size_t n = 0;

	if (*version)
		return version;
	s = clang_getClangVersion();
	text = clang_getCString(s);
	text = text ? strstr(text, "version ") : NULL;
	if (text) {
		text += strlen("version ");
		end = text + strspn(text, "0123456789.");
		n = (size_t)(end - text);
		if (n >= sizeof(version))
			n = sizeof(version) - 1;
		memcpy(version, text, n);
	}
	version[n] = '\0';
	clang_disposeString(s);
	return version;
}
