// SPDX-License-Identifier: MIT
#include "base/strbuf.h"
#include "clang/extract.h"
#include "clang/pool.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

/*
 * For developers: the facts of one unit as text.
 *
 *	print_facts [-o FACTS] FILE [clang flags...]
 *	print_facts -r RULES -t TREE -b BUILD [-q] [-j N] PATH...
 *
 * In the second form the paths (files or folders) are relative to the tree and
 * compiled as the build says; -q prints one line a unit instead of its facts,
 * -j works in N processes as relock itself does. -o also writes the encoded
 * facts to a file, for the fuzzer to start from.
 */

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

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

static const char *encoded_to;

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
	struct strbuf out = STRBUF_INIT, bytes = STRBUF_INIT;
	double start = now(), took;
	char *error = NULL;
	struct facts f;
	int err;

	err = extract_unit(cu, kb, rules, prelude, &f, &error);
	took = now() - start;
	if (err) {
		printf("%s: error: %s\n", cu->file, error);
		free(error);
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
	facts_release(&f);
	strbuf_release(&out);
	strbuf_release(&bytes);
	return err ? 1 : 0;
}

static int print_from_pool(const struct kbuild *kb, const struct rules *rules,
			   const struct unit_list *units, unsigned int jobs, bool quiet)
{
	struct pool_options o = { .jobs = jobs };
	struct pool_result *r = xcalloc(units->v.n, sizeof(*r));
	struct strbuf out = STRBUF_INIT;
	struct arena arena = ARENA_INIT;
	double start = now();
	int bad = 0;

	if (pool_extract(kb, rules, units->v.v, units->v.n, &o, r, &arena)) {
		fprintf(stderr, "the pool failed\n");
		bad = 1;
	}
	for (size_t i = 0; i < units->v.n; i++) {
		if (r[i].error) {
			printf("%s: error: %s\n", kb->units.v[units->v.v[i]].file, r[i].error);
			bad = 1;
		} else if (!quiet) {
			facts_print(&r[i].facts, &out);
		}
		facts_release(&r[i].facts);
	}
	fputs(out.buf, stdout);
	printf("%zu units in %.2f s\n", units->v.n, now() - start);
	strbuf_release(&out);
	arena_release(&arena);
	free(r);
	return bad;
}

static int print_from_build(const struct rules *rules, const char *prelude, const char *tree,
			    const char *build, char **paths, bool quiet, unsigned int jobs)
{
	struct kbuild_options o = { .tree = tree, .build = build, .offline = true };
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
	if (jobs)
		bad = print_from_pool(&kb, rules, &units, jobs, quiet);
	for (size_t i = 0; !jobs && i < units.v.n; i++)
		bad += print_unit(&kb.units.v[units.v.v[i]], &kb, rules, prelude, quiet);
	vec_release(&units.v);
	kbuild_release(&kb);
	return bad ? 1 : 0;
}

int main(int argc, char **argv)
{
	const char *tree = NULL, *build = NULL, *dir = NULL, *error = NULL;
	struct rules rules = { 0 };
	unsigned int jobs = 0;
	bool quiet = false;
	char *prelude = NULL;
	int opt, ret;

	while ((opt = getopt(argc, argv, "+r:t:b:qj:o:")) != -1) {
		if (opt == 'r')
			dir = optarg;
		else if (opt == 't')
			tree = optarg;
		else if (opt == 'b')
			build = optarg;
		else if (opt == 'q')
			quiet = true;
		else if (opt == 'o')
			encoded_to = optarg;
		else if (opt == 'j')
			jobs = (unsigned int)strtoul(optarg, NULL, 10);
		else
			return 2;
	}
	if (optind >= argc) {
		fprintf(stderr, "usage: print_facts [-q] [-o FACTS] [-r RULES [-t TREE -b BUILD]] "
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
		ret = print_from_build(&rules, prelude, tree, build, argv + optind, quiet,
				       jobs);
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
