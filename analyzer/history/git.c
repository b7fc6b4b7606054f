// SPDX-License-Identifier: MIT
#include "history/git.h"

#include "base/fs.h"
#include "base/hash.h"
#include "base/run.h"
#include "base/strbuf.h"
#include "base/vec.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define COMMIT_LEN 40
#define QUICK 120     /* seconds for a question */
#define CHECKOUT 3600 /* and for writing a whole tree */
#define ARGS_MAX 64

/*
 * What a hook that calls relock leaves in the environment is of another
 * purpose. No locks that are optional: they are files in the checkout.
 */
static const char *const plain_env[] = {"GIT_DIR",
					"GIT_WORK_TREE",
					"GIT_INDEX_FILE",
					"GIT_PREFIX",
					"GIT_COMMON_DIR",
					"GIT_NAMESPACE",
					"GIT_OPTIONAL_LOCKS=0",
					"GIT_TERMINAL_PROMPT=0",
					"GIT_PAGER=cat",
					"LC_ALL=C",
					NULL};

static const char *const no_programs[] = {"-c", "core.fsmonitor=false", "-c",
					  "core.hooksPath=/dev/null"};

/* git's own first line of trouble, without its "fatal: ". */
static const char *first_line(struct git *g, const struct run_result *r)
{
	const char *s = r->err.buf;

	if (r->timed_out)
		return "it did not end in time";
	if (!strncmp(s, "fatal: ", 7))
		s += 7;
	return *s ? arena_strndup(&g->arena, s, strcspn(s, "\n")) : "it failed";
}

/* Runs git; @ret is to be released where that returns 0, whatever git's own status is. */
static int call(struct git *g, const char *cwd, const char *const *env, unsigned int timeout,
		const char *const *args, size_t n, struct run_result *ret)
{
	const char *argv[ARGS_MAX + ARRAY_SIZE(no_programs) + 2] = {"git"};
	struct run_options o = {
		.argv = argv,
		.cwd = cwd,
		.env = env,
		.timeout = timeout,
		.tick = g->tick,
		.data = g->data,
	};

	memcpy(argv + 1, no_programs, sizeof(no_programs));
	memcpy(argv + 1 + ARRAY_SIZE(no_programs), args, n * sizeof(*args));
	return run(&o, ret);
}

static int fail(struct git *g, int err, const char **ret_error, const char *message)
{
	*ret_error = message ? message : arena_strdup(&g->arena, strerror(-err));
	return err;
}

static int cannot_run(struct git *g, int err, const char **ret_error)
{
	return fail(g, err, ret_error,
		    arena_printf(&g->arena, "cannot run git: %s", strerror(-err)));
}

/* Cuts the first line off @s, in place; NULL at the end. */
static char *next_line(char **s)
{
	char *line = *s, *end;

	if (!*line)
		return NULL;
	end = line + strcspn(line, "\n");
	*s = *end ? end + 1 : end;
	*end = '\0';
	return line;
}

int git_open(struct git *g, const char *tree, const char **ret_error)
{
	const char *args[] = {"rev-parse", "--absolute-git-dir", "--show-prefix"};
	struct run_result r;
	char *at, *line;
	int err;

	memset(g, 0, sizeof(*g));
	g->lock_fd = -1;
	g->tree = arena_strdup(&g->arena, tree);
	g->prefix = "";
	if (!fs_is_dir(tree))
		return fail(g, -ENOTDIR, ret_error,
			    arena_printf(&g->arena, "%s is no folder", tree));
	err = call(g, tree, plain_env, QUICK, args, ARRAY_SIZE(args), &r);
	if (err)
		return cannot_run(g, err, ret_error);
	at = r.out.buf;
	line = r.status == 0 ? next_line(&at) : NULL;
	if (line) {
		g->dir = arena_strdup(&g->arena, line);
		line = next_line(&at);
		g->prefix = arena_strdup(&g->arena, line ? line : "");
	} else {
		err = fail(g, -EINVAL, ret_error,
			   arena_printf(&g->arena, "%s is no git checkout: git says: %s", tree,
					first_line(g, &r)));
	}
	run_release(&r);
	return err;
}

void git_release(struct git *g)
{
	if (g->lock_fd >= 0)
		close(g->lock_fd);
	g->lock_fd = -1;
	arena_release(&g->arena);
}

static bool is_commit(const char *s)
{
	size_t len = strspn(s, "0123456789abcdef");

	/* 64 digits where the repository uses SHA-256. */
	return (len == COMMIT_LEN || len == 64) && (!s[len] || s[len] == '\n' || s[len] == ' ');
}

int git_commit(struct git *g, const char *revision, const char **ret_commit, const char **ret_error)
{
	const char *args[] = {"rev-parse", "--verify",
			      arena_printf(&g->arena, "%s^{commit}", revision)};
	struct run_result r;
	int err;

	/* It would be an option of git's. No name of a revision begins with it. */
	if (revision[0] == '-' || !*revision)
		return fail(g, -EINVAL, ret_error,
			    arena_printf(&g->arena, "'%s' is no revision", revision));
	err = call(g, g->tree, plain_env, QUICK, args, ARRAY_SIZE(args), &r);
	if (err)
		return cannot_run(g, err, ret_error);
	if (r.status == 0 && is_commit(r.out.buf))
		*ret_commit = arena_strndup(&g->arena, r.out.buf, strcspn(r.out.buf, "\n"));
	else
		err = fail(g, -ENOENT, ret_error,
			   arena_printf(&g->arena,
					"%s has no commit '%s' (git says: %s); a shallow "
					"clone has to fetch it first",
					g->tree, revision, first_line(g, &r)));
	run_release(&r);
	return err;
}

/* ---- another worktree ------------------------------------------------------------------------ */

/*
 * With an index of its own, so that git writes nothing about it into the
 * checkout; `git worktree add` would.
 */
static int check_out(struct git *g, const char *dir, const char *commit, const char **ret_why)
{
	const char *tree = fs_join(&g->arena, dir, "tree");
	const char *env[ARRAY_SIZE(plain_env) + 3];
	/* All of it, whatever of it the user's own checkout shows. */
	const char *args[] = {"-c",	   "core.sparseCheckout=false",
			      "-c",	   "core.splitIndex=false",
			      "-c",	   "core.untrackedCache=false",
			      "-c",	   "submodule.recurse=false",
			      "read-tree", "--reset",
			      "-u",	   commit};
	struct run_result r;
	size_t n = 0;
	int err;

	for (size_t i = 0; plain_env[i]; i++) {
		if (strcmp(plain_env[i], "GIT_DIR") && strcmp(plain_env[i], "GIT_WORK_TREE") &&
		    strcmp(plain_env[i], "GIT_INDEX_FILE"))
			env[n++] = plain_env[i];
	}
	env[n++] = arena_printf(&g->arena, "GIT_DIR=%s", g->dir);
	env[n++] = arena_printf(&g->arena, "GIT_WORK_TREE=%s", tree);
	env[n++] = arena_printf(&g->arena, "GIT_INDEX_FILE=%s/index", dir);
	env[n] = NULL;
	/* We hold the lock: this one is of a run that was killed. */
	unlink(fs_join(&g->arena, dir, "index.lock"));
	err = fs_mkdirs(tree);
	if (!err)
		err = call(g, tree, env, CHECKOUT, args, ARRAY_SIZE(args), &r);
	if (err) {
		*ret_why = arena_strdup(&g->arena, strerror(-err));
		return err;
	}
	if (r.status) {
		*ret_why = first_line(g, &r);
		err = -EIO;
	}
	run_release(&r);
	return err;
}

static int lock(struct git *g, const char *path)
{
	g->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (g->lock_fd < 0)
		return -errno;
	while (flock(g->lock_fd, LOCK_EX)) {
		if (errno != EINTR)
			return -errno;
	}
	return 0;
}

int git_worktree(struct git *g, const char *commit, const char *cache, const char **ret_tree,
		 const char **ret_error)
{
	char *cwd = getcwd(NULL, 0), *real = realpath(g->tree, NULL);
	const char *dir, *why = NULL;
	char hex[17];
	int err;

	hash64_hex(g->dir, strlen(g->dir), hex);
	dir = arena_printf(&g->arena, "%s/since/%s-%s",
			   fs_absolute(&g->arena, cwd ? cwd : "/", cache),
			   fs_basename(real ? real : g->tree), hex);
	free(cwd);
	free(real);
	err = fs_mkdirs(dir);
	if (!err)
		err = lock(g, fs_join(&g->arena, dir, "lock"));
	if (err)
		return fail(g, err, ret_error,
			    arena_printf(&g->arena, "cannot keep a worktree in %s: %s", dir,
					 strerror(-err)));
	err = check_out(g, dir, commit, &why);
	if (err) {
		/* What an earlier run left there may be in the way. */
		fs_remove_all(fs_join(&g->arena, dir, "tree"));
		unlink(fs_join(&g->arena, dir, "index"));
		err = check_out(g, dir, commit, &why);
	}
	if (err)
		return fail(
			g, err, ret_error,
			arena_printf(&g->arena, "cannot check out %s in %s: %s", commit, dir, why));
	*ret_tree = arena_printf(&g->arena, "%s/tree/%s", dir, g->prefix);
	if (!fs_is_dir(*ret_tree))
		return fail(g, -ENOENT, ret_error,
			    arena_printf(&g->arena, "%s has no folder %s", commit, g->prefix));
	return 0;
}

/* ---- blame ----------------------------------------------------------------------------------- */

/* One commit that blame names. */
struct blamed {
	const char *commit; /* NULL: not committed yet */
	const char *subject;
	unsigned long long time; /* the committer's */
	bool before;		 /* the boundary: no younger than what was asked for */
	const char *file;
	unsigned int line;
};

struct blamed_list {
	VEC(struct blamed) v;
};

static bool is_zero(const char *commit)
{
	return commit[strspn(commit, "0")] == ' ';
}

/* Text of `git blame --line-porcelain`: a head, lines of "key value", and the line after a tab. */
static void read_blame(char *at, const char *file, struct arena *a, struct blamed_list *ret)
{
	struct blamed b = {.file = file, .subject = ""};
	char *line;

	while ((line = next_line(&at))) {
		if (is_commit(line)) {
			char *end = strchr(line, ' ');

			b = (struct blamed){.file = file, .subject = ""};
			b.commit = !end || is_zero(line)
					   ? NULL
					   : arena_strndup(a, line, (size_t)(end - line));
			/* "COMMIT LINE-THERE LINE-HERE" */
			if (end && (end = strchr(end + 1, ' ')))
				b.line = (unsigned int)strtoul(end + 1, NULL, 10);
		} else if (!strncmp(line, "summary ", 8)) {
			b.subject = arena_strdup(a, line + 8);
		} else if (!strncmp(line, "committer-time ", 15)) {
			b.time = strtoull(line + 15, NULL, 10);
		} else if (!strcmp(line, "boundary")) {
			b.before = true;
		} else if (line[0] == '\t') {
			vec_push(&ret->v, b);
		}
	}
}

static bool in_tree(const struct location *l)
{
	return l->file && l->line && strncmp(l->file, "build:", 6) != 0 && l->file[0] != '/';
}

/* Blames lines of one file; @since: nothing is said of what was there at that commit. */
static void blame(struct git *g, const char *since, const char *file, const unsigned int *lines,
		  size_t n, struct arena *a, struct blamed_list *ret)
{
	const char *args[ARGS_MAX] = {"blame", "--line-porcelain", "-w"};
	struct run_result r;
	size_t k = 3;

	for (size_t i = 0; i < n && k + 5 < ARGS_MAX; i++)
		args[k++] = arena_printf(a, "-L%u,%u", lines[i], lines[i]);
	if (since)
		args[k++] = arena_printf(a, "^%s", since);
	args[k++] = "--";
	args[k++] = file;
	if (call(g, g->tree, plain_env, QUICK, args, k, &r))
		return;
	if (r.status == 0)
		read_blame(r.out.buf, file, a, ret);
	run_release(&r);
}

/* The files of a finding's places, each once, the one of its location first. */
struct places {
	VEC(const char *) files;
	VEC(struct location) all;
};

static void add_place(struct places *p, const struct location *l)
{
	if (!in_tree(l))
		return;
	vec_push(&p->all, *l);
	for (size_t i = 0; i < p->files.n; i++) {
		if (!strcmp(p->files.v[i], l->file))
			return;
	}
	vec_push(&p->files, l->file);
}

static struct brought *make(struct arena *a, const char *commit, const char *subject,
			    const char *how)
{
	struct brought *b = ARENA_NEW(a, struct brought);

	b->commit = commit;
	b->subject = subject;
	b->how = how;
	return b;
}

/* The blamed line that tells most: the finding's own, else the youngest of its ladder. */
static struct brought *by_blame(struct git *g, const char *since, const struct places *p,
				struct arena *a)
{
	const struct location *own = p->all.n ? &p->all.v[0] : NULL;
	const struct blamed *best = NULL;
	struct blamed_list list = {0};
	struct brought *ret = NULL;

	if (!own)
		return NULL;
	for (size_t i = 0; i < p->files.n; i++) {
		VEC(unsigned int) lines = {0};

		for (size_t k = 0; k < p->all.n; k++) {
			if (!strcmp(p->all.v[k].file, p->files.v[i]))
				vec_push(&lines, p->all.v[k].line);
		}
		blame(g, since, p->files.v[i], lines.v, lines.n, a, &list);
		vec_release(&lines);
	}
	for (size_t i = 0; i < list.v.n; i++) {
		const struct blamed *b = &list.v.v[i];
		bool is_own = b->line == own->line && !strcmp(b->file, own->file);

		if (b->before)
			continue;
		if (is_own || !best || !b->commit || (best->commit && b->time > best->time))
			best = b;
		if (is_own)
			break;
	}
	if (best)
		/* What is not committed has a subject that git makes up. */
		ret = make(a, best->commit, best->commit ? best->subject : "",
			   arena_printf(a, "blame of %s:%u", best->file, best->line));
	vec_release(&list.v);
	return ret;
}

/* Where lines went away no line is to blame; but one commit may be the only one that it can be. */
static struct brought *by_files(struct git *g, const char *since, const struct places *p,
				struct arena *a)
{
	const char *range = arena_printf(a, "%s..HEAD", since);
	const char *log[ARGS_MAX] = {"log", "-2", "--format=%H %s", range, "--"};
	const char *diff[ARGS_MAX] = {"diff", "--quiet", "HEAD", "--"};
	struct brought *ret = NULL;
	char *at, *first, *second;
	struct run_result r;
	bool dirty;
	size_t n;

	for (n = 0; n < p->files.n && n + 5 < ARGS_MAX; n++) {
		log[5 + n] = p->files.v[n];
		diff[4 + n] = p->files.v[n];
	}
	if (call(g, g->tree, plain_env, QUICK, diff, 4 + n, &r))
		return NULL;
	dirty = r.status == 1;
	run_release(&r);
	if (call(g, g->tree, plain_env, QUICK, log, 5 + n, &r))
		return NULL;
	at = r.out.buf;
	first = r.status == 0 ? next_line(&at) : NULL;
	second = first ? next_line(&at) : NULL;
	if (dirty && !first)
		ret = make(a, NULL, "", "in files on its path");
	else if (!dirty && first && !second && is_commit(first) && strchr(first, ' '))
		ret = make(a, arena_strndup(a, first, strcspn(first, " ")),
			   arena_strdup(a, strchr(first, ' ') + 1),
			   "the only commit that touches files on its path");
	run_release(&r);
	return ret;
}

struct brought *git_brought(struct git *g, const char *commit, const struct finding *f,
			    struct arena *a)
{
	struct places p = {0};
	struct brought *ret;

	add_place(&p, &f->location);
	for (size_t i = 0; i < f->n_ladders; i++) {
		for (size_t k = 0; k < f->ladders[i].n; k++)
			add_place(&p, &f->ladders[i].v[k].location);
	}
	ret = by_blame(g, commit, &p, a);
	if (!ret && p.files.n)
		ret = by_files(g, commit, &p, a);
	vec_release(&p.files);
	vec_release(&p.all);
	return ret;
}

struct brought *git_last_change(struct git *g, const struct location *l, struct arena *a)
{
	struct blamed_list list = {0};
	struct brought *ret = NULL;

	if (!in_tree(l))
		return NULL;
	blame(g, NULL, l->file, &l->line, 1, a, &list);
	/* The first commit of a shallow clone has everything older, too: it says nothing. */
	if (list.v.n && !list.v.v[0].before)
		ret = make(a, list.v.v[0].commit, list.v.v[0].commit ? list.v.v[0].subject : "",
			   arena_printf(a, "blame of %s:%u", l->file, l->line));
	vec_release(&list.v);
	return ret;
}
