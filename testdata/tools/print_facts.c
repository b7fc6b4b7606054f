// SPDX-License-Identifier: MIT
#include "base/clock.h"
#include "base/fs.h"
#include "base/strbuf.h"
#include "clang/extract.h"
#include "clang/pool.h"
#include "clang/shared.h"
#include "flow/interp.h"
#include "program/program.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

/*
 * For developers: the facts of one unit as text.
 *
 *	print_facts [-o FACTS] FILE [clang flags...]
 *	print_facts -r RULES -t TREE -b BUILD|-c CACHE [-q|-p] [-j N] PATH...
 *
 * In the second form the paths (files or folders) are relative to the tree and
 * compiled as the build says, or as relock keeps it below CACHE; -q prints one
 * line a unit instead of its facts, -j works in N processes as relock itself does,
 * and takes from CACHE what relock left there. -o also writes the encoded
 * facts to a file, for the fuzzer to start from. -s DIR parses each unit with
 * headers that are shared in DIR and without, and says whether the facts are
 * the same; the status is 1 if any are not. -p, with -j, prints instead of the
 * facts with how many locks each function with locks returns when it is run.
 */

static char *write_prelude(const struct rules *rules)
{
	char *path = xstrdup("/tmp/print_facts-XXXXXX");
	struct strbuf sb = STRBUF_INIT;
	int fd = mkstemp(path);

	extract_prelude(rules, &sb);
	if (fd < 0 || write(fd, sb.buf, sb.len) != (ssize_t)sb.len) {
		perror(path);
		exit(2);
	}
	close(fd);
	strbuf_release(&sb);
	return path;
}

#define RETURNS_STEPS 5000 /* instructions a function may take that is run */

static const char *encoded_to, *shared_dir;
static bool returns; /* not the facts, but what the interpreter makes of them */

static void write_encoded(const struct facts *f)
{
	struct strbuf bytes = STRBUF_INIT;
	FILE *out = fopen(encoded_to, "w");

	facts_encode(f, &bytes);
	if (!out || fwrite(bytes.buf, 1, bytes.len, out) != bytes.len || fclose(out)) {
		perror(encoded_to);
		exit(2);
	}
	strbuf_release(&bytes);
}

static int print_unit(const struct compile_unit *cu, const struct kbuild *kb,
		      const struct rules *rules, const char *prelude, bool quiet)
{
	struct extract_job job = { .unit = cu, .kb = kb, .prelude = prelude };
	struct strbuf out = STRBUF_INIT, bytes = STRBUF_INIT;
	double start = seconds_now(), took;
	struct extract_result r;
	struct facts f;
	int err;

	err = extract_unit(&job, &f, &r);
	took = seconds_now() - start;
	if (err) {
		printf("%s: error: %s\n", cu->file, r.error);
	} else if (quiet) {
		facts_encode(&f, &bytes);
		printf("%-45s %.2f s (%.2f s walk) %zu bytes, %zu functions, %zu instructions, "
		       "%zu expressions\n",
		       cu->file, took, extract_walk_seconds(), bytes.len, f.funcs.n, f.insns.n,
		       f.exprs.n);
	} else {
		facts_print(&f, &out);
		fputs(out.buf, stdout);
	}
	if (!err && encoded_to)
		write_encoded(&f);
	extract_result_release(&r);
	facts_release(&f);
	strbuf_release(&out);
	strbuf_release(&bytes);
	return err ? 1 : 0;
}

/* For a look at what differs. */
static void write_text(const char *file, const char *what, const struct strbuf *text)
{
	struct strbuf path = STRBUF_INIT;

	strbuf_addf(&path, "%s/%s.%s", shared_dir, fs_basename(file), what);
	if (fs_write(path.buf, text->buf, text->len))
		perror(path.buf);
	strbuf_release(&path);
}

/* With the headers and without; prints what differs. */
static int compare_unit(const struct extract_job *on_shared, bool quiet, double took[2],
			bool *ret_shared)
{
	struct extract_job plain = *on_shared;
	struct strbuf a = STRBUF_INIT, b = STRBUF_INIT;
	struct extract_result ra, rb;
	struct facts fa, fb;
	double start = seconds_now();
	bool same;

	extract_unit(on_shared, &fa, &ra);
	took[0] = seconds_now() - start;
	plain.shared = NULL;
	start = seconds_now();
	extract_unit(&plain, &fb, &rb);
	took[1] = seconds_now() - start;
	facts_encode(&fa, &a);
	facts_encode(&fb, &b);
	*ret_shared = ra.shared;
	same = a.len == b.len && !memcmp(a.buf, b.buf, a.len);
	printf("%-40s %s %.2f s (%.2f s walk), plain %.2f s%s%s\n", on_shared->unit->file,
	       same ? "same," : "DIFFERENT,", took[0], extract_walk_seconds(), took[1],
	       ra.shared ? "" : ", not shared: ", ra.unfit ? ra.unfit : "");
	if (!same && !quiet) {
		strbuf_reset(&a);
		strbuf_reset(&b);
		facts_print(&fa, &a);
		facts_print(&fb, &b);
		/* And the strings, of which those that nothing names are not printed. */
		for (size_t i = 0; i < fa.strings.n; i += strlen(fa.strings.v + i) + 1)
			strbuf_addf(&a, "%s\n", fa.strings.v + i);
		for (size_t i = 0; i < fb.strings.n; i += strlen(fb.strings.v + i) + 1)
			strbuf_addf(&b, "%s\n", fb.strings.v + i);
		write_text(on_shared->unit->file, "shared", &a);
		write_text(on_shared->unit->file, "plain", &b);
	}
	extract_result_release(&ra);
	extract_result_release(&rb);
	facts_release(&fa);
	facts_release(&fb);
	strbuf_release(&a);
	strbuf_release(&b);
	return !same;
}

static int compare_shared(const struct kbuild *kb, const struct rules *rules, const char *prelude,
			  const struct unit_list *units, const char *dir, bool quiet)
{
	double took[2] = { 0 }, one[2];
	struct strbuf text = STRBUF_INIT;
	size_t n = units->v.n, n_grouped = 0, n_shared = 0, n_bad = 0;
	struct shared_chosen chosen = { 0 };
	struct shared_plan plan;

	extract_prelude(rules, &text);
	fs_mkdirs(dir);
	shared_plan(&plan, kb, units->v.v, n, text.buf, "", dir, &chosen);
	for (size_t g = 0; g < plan.groups.n; g++) {
		const struct shared_group *group = &plan.groups.v[g];
		struct shared *s = NULL;
		double start = seconds_now();

		if (group->path && !shared_is_current(group) &&
		    shared_build(group, kb, text.buf))
			printf("group %zu: no header\n", g);
		else if (group->path)
			s = shared_open(group);
		printf("group %zu: %zu units, %zu headers, %.2f s\n", g, group->n_units,
		       group->headers.n, seconds_now() - start);
		for (size_t i = 0; i < n && group->path; i++) {
			struct extract_job job = { .unit = &kb->units.v[units->v.v[i]], .kb = kb,
						   .prelude = prelude, .shared = s };

			bool fitted;

			if (plan.group_of[i] != g)
				continue;
			n_bad += compare_unit(&job, quiet, one, &fitted) != 0;
			n_grouped++;
			n_shared += fitted;
			took[0] += one[0];
			took[1] += one[1];
			fflush(stdout);
		}
		shared_close(s);
	}
	printf("%zu units, %zu compared, %zu on shared headers, %zu different; %.1f s, plain %.1f s\n",
	       n, n_grouped, n_shared, n_bad, took[0], took[1]);
	shared_plan_release(&plan);
	shared_chosen_release(&chosen);
	strbuf_release(&text);
	return n_bad != 0;
}

/* Functions that a lock is taken or released in, or in what they call. */
static void mark_locking(struct program *p)
{
	bool changed = true;
	size_t i;

	while (changed) {
		changed = false;
		for (i = 0; i < p->calls.n; i++) {
			struct func *from = &p->funcs.v[p->calls.v[i].caller];
			uint32_t to = p->calls.v[i].callee;

			if (to == FACTS_NONE || from->touches_direct ||
			    !(p->funcs.v[to].lock || p->funcs.v[to].touches_direct))
				continue;
			from->touches_direct = changed = true;
		}
	}
}

/* How many locks return @r leaves, without those that no other checker could count. */
static unsigned int held_counted(const struct run *run, const struct run_return *r)
{
	unsigned int n = 0;
	uint8_t i;

	for (i = 0; i < r->n_held; i++)
		n += !run->acquires.v[r->held[i]].rule->uncounted;
	return n;
}

static void print_returns(const struct program *p, struct interp *in, uint32_t func)
{
	struct run_input input = { .func = func, .kind = FACTS_NONE, .own_unit = true,
				   .returns = true, .max_steps = RETURNS_STEPS };
	struct run run;
	size_t i;

	interp_run(in, &input, &run);
	printf("returns %s%s%s%s", func_name(p, func), run.cut ? " cut" : "",
	       run.forgot ? " forgot" : "", run.strays.n ? " stray" : "");
	for (i = 0; i < run.returns.n; i++)
		printf(" %u", held_counted(&run, &run.returns.v[i]));
	printf("\n");
	interp_run_release(&run);
}

/* The unit's functions, each run by itself, and with how many locks each return of it leaves. */
static void print_unit_returns(struct facts *f, const struct rules *rules)
{
	struct program p = { 0 };
	struct interp in;
	uint32_t i;

	program_link(&p, rules, f, 1);
	interp_init(&in, &p);
	mark_locking(&p);
	for (i = 0; i < p.funcs.n; i++) {
		const struct func *fn = &p.funcs.v[i];

		if (fn->defined && fn->touches_direct && !(func_fact(&p, fn)->flags & FF_INLINE))
			print_returns(&p, &in, i);
	}
	interp_release(&in);
	program_release(&p);
}

static int print_from_pool(const struct kbuild *kb, const struct rules *rules,
			   const struct unit_list *units, const char *dir, unsigned int jobs,
			   bool quiet)
{
	struct pool_options o = { .jobs = jobs };
	struct facts_cache cache = { 0 };
	struct pool_result *r = xcalloc(units->v.n, sizeof(*r));
	struct strbuf out = STRBUF_INIT;
	struct arena arena = ARENA_INIT;
	double start = seconds_now();
	int bad = 0;

	if (dir && !facts_cache_open(&cache, dir, FACTS_CACHE_SIZE))
		o.cache = &cache;
	if (pool_extract(kb, rules, units->v.v, units->v.n, &o, r, &arena)) {
		fprintf(stderr, "the pool failed\n");
		bad = 1;
	}
	for (size_t i = 0; i < units->v.n; i++) {
		if (r[i].error) {
			printf("%s: error: %s\n", kb->units.v[units->v.v[i]].file, r[i].error);
			bad = 1;
		} else if (returns) {
			printf("unit %s\n", kb->units.v[units->v.v[i]].file);
			print_unit_returns(&r[i].facts, rules);
		} else if (!quiet) {
			facts_print(&r[i].facts, &out);
		}
		facts_release(&r[i].facts);
	}
	fputs(out.buf, stdout);
	printf("%zu units in %.2f s\n", units->v.n, seconds_now() - start);
	if (dir)
		facts_cache_release(&cache);
	strbuf_release(&out);
	arena_release(&arena);
	free(r);
	return bad;
}

static int print_from_build(const struct rules *rules, const char *prelude, const char *tree,
			    const char *build, const char *cache, char **paths, bool quiet,
			    unsigned int jobs)
{
	struct kbuild_options o = { .tree = tree, .build = build, .cache = cache, .offline = true };
	struct unit_list units = { 0 };
	const char *error = NULL;
	struct kbuild kb = { 0 };
	int bad = 0;

	if (kbuild_open(&kb, &o, rules, &error)) {
		fprintf(stderr, "%s\n", error);
		return 2;
	}
	for (; *paths; paths++)
		if (!kbuild_scope(&kb, *paths, &units))
			fprintf(stderr, "%s: no unit\n", *paths);
	if (shared_dir)
		bad = compare_shared(&kb, rules, prelude, &units, shared_dir, quiet);
	else if (jobs)
		bad = print_from_pool(&kb, rules, &units, cache, jobs, quiet);
	for (size_t i = 0; !jobs && !shared_dir && i < units.v.n; i++)
		bad += print_unit(&kb.units.v[units.v.v[i]], &kb, rules, prelude, quiet);
	vec_release(&units.v);
	kbuild_release(&kb);
	return bad ? 1 : 0;
}

int main(int argc, char **argv)
{
	const char *tree = NULL, *build = NULL, *cache = NULL, *dir = NULL, *error = NULL;
	struct rules rules = { 0 };
	unsigned int jobs = 0;
	bool quiet = false;
	char *prelude = NULL;
	int opt, ret;

	while ((opt = getopt(argc, argv, "+r:t:b:c:qpj:o:s:")) != -1) {
		if (opt == 'r')
			dir = optarg;
		else if (opt == 't')
			tree = optarg;
		else if (opt == 'b')
			build = optarg;
		else if (opt == 'c')
			cache = optarg;
		else if (opt == 'q')
			quiet = true;
		else if (opt == 'o')
			encoded_to = optarg;
		else if (opt == 's')
			shared_dir = optarg;
		else if (opt == 'p')
			returns = true;
		else if (opt == 'j')
			jobs = (unsigned int)strtoul(optarg, NULL, 10);
		else
			return 2;
	}
	if (optind >= argc) {
		fprintf(stderr, "usage: print_facts [-q] [-o FACTS] [-r RULES [-t TREE -b BUILD|-c CACHE]] "
				"FILE [FLAG...]\n");
		return 2;
	}
	if (dir) {
		if (rules_read_dir(&rules, dir, &error)) {
			fprintf(stderr, "%s\n", error);
			return 2;
		}
		prelude = write_prelude(&rules);
	}
	if (tree) {
		ret = print_from_build(&rules, prelude, tree, build, cache, argv + optind,
				       quiet, jobs);
	} else {
		VEC(const char *) flags = { 0 };
		char *cwd = getcwd(NULL, 0);
		struct kbuild kb = { .tree = cwd, .build = "/nonexistent", .lock_fd = -1 };
		struct compile_unit cu = { .file = argv[optind], .path = argv[optind],
					   .object = "", .directory = cwd };

		for (int i = optind + 1; i <= argc; i++)
			vec_push(&flags, argv[i]);
		cu.argv = flags.v;
		ret = print_unit(&cu, &kb, &rules, prelude, quiet);
		vec_release(&flags);
		free(cwd);
	}
	if (prelude)
		unlink(prelude);
	free(prelude);
	rules_release(&rules);
	return ret;
}
