// SPDX-License-Identifier: MIT
#include "clang/pool.h"

#include "base/strbuf.h"

#include <clang-c/Index.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TIMEOUT_DEFAULT 120
#define FRAME_MAX ((uint64_t)1 << 30) /* no unit's facts come near this */

/*
 * What a worker sends back: this, then len bytes: n_deps of encoded deps (none
 * where they are not wanted or not known) and encoded facts, or the error's text.
 */
struct frame {
	uint64_t len, n_deps;
	uint64_t ok;
};

struct worker {
	pid_t pid;	 /* 0: none */
	int fd;		 /* socket to it */
	size_t result;	 /* what it works on */
	bool busy;
	double deadline;
	struct strbuf in; /* what came of its answer so far */
};

struct pool {
	const struct kbuild *kb;
	const struct rules *rules;
	const size_t *units;
	const struct pool_options *o;
	struct pool_result *ret;
	struct arena *arena;
	struct worker *workers;
	unsigned int n_workers;
	unsigned int timeout;
	char prelude[64];
	int prelude_fd;
	struct strbuf prelude_text;
	struct facts_key *keys; /* of the units, if there is a cache */
	size_t *todo;		/* results that the cache does not have */
	size_t n_todo;
	size_t n, next, done;
};

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* --- In the worker --- */

static bool send_all(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len) {
		ssize_t n = send(fd, p, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

static bool receive_all(int fd, void *data, size_t len)
{
	char *p = data;

	while (len) {
		ssize_t n = recv(fd, p, len, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

static bool answer(const struct pool *p, int fd, size_t unit)
{
	struct strbuf out = STRBUF_INIT;
	const struct compile_unit *u = &p->kb->units.v[unit];
	struct frame frame = { 0 };
	struct deps deps = { 0 };
	char *error = NULL;
	struct facts facts;
	bool sent, known = false;
	int err;

	if (p->o->cache)
		err = extract_unit_deps(u, p->kb, p->rules, p->prelude, &facts, &error, &deps,
					&known);
	else
		err = extract_unit(u, p->kb, p->rules, p->prelude, &facts, &error);
	if (known)
		deps_encode(&deps, &out);
	frame.n_deps = out.len;
	frame.ok = !err;
	if (frame.ok)
		facts_encode(&facts, &out);
	else
		strbuf_addstr(&out, error ? error : "no facts");
	deps_release(&deps);
	facts_release(&facts);
	free(error);
	frame.len = out.len;
	sent = send_all(fd, &frame, sizeof(frame)) && send_all(fd, out.buf, out.len);
	strbuf_release(&out);
	return sent;
}

static void work(const struct pool *p, int fd) __attribute__((noreturn));
static void work(const struct pool *p, int fd)
{
	static const int crashes[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP };
	size_t unit;

	/* Whoever waits for the answers may die without a word. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
#ifndef __SANITIZE_ADDRESS__
	{
		/* What a dying libclang prints is of no use: the unit is named anyway. */
		int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

		if (null >= 0)
			dup2(null, STDERR_FILENO);
	}
#endif
	/*
	 * A crash shall be one and end this process, whatever libclang and the
	 * caller do about theirs. clang_createIndex() looks at the variable; the
	 * toggle brings back handlers of the caller's, so it comes first.
	 */
	setenv("LIBCLANG_DISABLE_CRASH_RECOVERY", "1", 1);
	/* Folders that clang would look for headers in, whatever the command says. */
	unsetenv("CPATH");
	unsetenv("C_INCLUDE_PATH");
	clang_toggleCrashRecovery(0);
	for (size_t i = 0; i < ARRAY_SIZE(crashes); i++)
		signal(crashes[i], SIG_DFL);
	while (receive_all(fd, &unit, sizeof(unit)))
		if (!answer(p, fd, unit))
			break;
	_exit(0);
}

/* --- In the parent --- */

static int start_worker(struct pool *p, struct worker *w)
{
	int fds[2], err;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds))
		return -errno;
	/* What is buffered would be written by both. */
	fflush(NULL);
	w->pid = fork();
	if (w->pid < 0) {
		err = -errno;
		w->pid = 0;
		close(fds[0]);
		close(fds[1]);
		return err;
	}
	if (!w->pid) {
		/* The others' sockets must not stay open here, or they never see their end. */
		for (unsigned int i = 0; i < p->n_workers; i++)
			if (p->workers[i].pid && &p->workers[i] != w)
				close(p->workers[i].fd);
		close(fds[0]);
		work(p, fds[1]);
	}
	close(fds[1]);
	w->fd = fds[0];
	return 0;
}

/* Ends the worker and says how it ended. */
static int end_worker(struct worker *w, bool kill_it)
{
	int status = 0;

	if (kill_it)
		kill(w->pid, SIGKILL);
	close(w->fd);
	while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
		;
	w->pid = 0;
	w->busy = false;
	strbuf_reset(&w->in);
	return status;
}

static void finish(struct pool *p, struct worker *w, const char *error)
{
	p->ret[w->result].error = error;
	w->busy = false;
	strbuf_reset(&w->in);
	p->done++;
	if (p->o->progress)
		p->o->progress(p->o->data, p->done, p->n);
}

static const char *why_ended(struct pool *p, int status)
{
	if (WIFSIGNALED(status))
		return arena_printf(p->arena, "libclang crashed (signal %d)", WTERMSIG(status));
	return arena_printf(p->arena, "libclang's process ended with status %d",
			    WEXITSTATUS(status));
}

/* Gives the worker the next unit, if there is one. */
static int feed(struct pool *p, struct worker *w)
{
	int err;

	if (p->next >= p->n_todo)
		return 0;
	if (!w->pid) {
		err = start_worker(p, w);
		if (err)
			return err;
	}
	w->result = p->todo[p->next++];
	w->busy = true;
	w->deadline = now() + p->timeout;
	/* If it is dead already, reading from it will tell. */
	send_all(w->fd, &p->units[w->result], sizeof(*p->units));
	return 0;
}

/* The whole answer is there. */
static void take_answer(struct pool *p, struct worker *w, const struct frame *frame)
{
	const char *data = w->in.buf + sizeof(*frame), *facts = data + frame->n_deps;
	size_t n_facts = frame->len - frame->n_deps;
	const char *error = NULL;

	if (!frame->ok)
		error = arena_strndup(p->arena, data, frame->len);
	else if (facts_decode(facts, n_facts, &p->ret[w->result].facts))
		error = "facts that do not make sense came back";
	else if (frame->n_deps)
		facts_cache_store(p->o->cache, &p->keys[w->result], data, frame->n_deps, facts,
				  n_facts);
	finish(p, w, error);
}

static void read_answer(struct pool *p, struct worker *w)
{
	char buf[65536];
	struct frame frame = { 0 };
	ssize_t n = recv(w->fd, buf, sizeof(buf), 0);
	const char *why;

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n > 0)
		strbuf_add(&w->in, buf, (size_t)n);
	if (w->in.len >= sizeof(frame))
		memcpy(&frame, w->in.buf, sizeof(frame));
	if (n <= 0 || frame.len > FRAME_MAX || frame.n_deps > frame.len) {
		why = why_ended(p, end_worker(w, n > 0));
		finish(p, w, why);
		return;
	}
	if (w->in.len >= sizeof(frame) && w->in.len - sizeof(frame) >= frame.len)
		take_answer(p, w, &frame);
}

static void expire(struct pool *p, struct worker *w)
{
	end_worker(w, true);
	finish(p, w, arena_printf(p->arena, "timed out after %u s", p->timeout));
}

/* Waits until something happens to any busy worker, and sees to it. */
static int serve(struct pool *p, struct pollfd *fds)
{
	double first = now() + p->timeout, left;
	int n;

	for (unsigned int i = 0; i < p->n_workers; i++) {
		struct worker *w = &p->workers[i];

		fds[i] = (struct pollfd){ .fd = w->busy ? w->fd : -1, .events = POLLIN };
		if (w->busy && w->deadline < first)
			first = w->deadline;
	}
	left = first - now();
	n = poll(fds, p->n_workers, left > 0 ? (int)(left * 1000) + 1 : 0);
	if (n < 0 && errno != EINTR)
		return -errno;
	for (unsigned int i = 0; i < p->n_workers; i++) {
		struct worker *w = &p->workers[i];

		if (!w->busy)
			continue;
		if (n > 0 && fds[i].revents)
			read_answer(p, w);
		else if (now() >= w->deadline)
			expire(p, w);
	}
	return 0;
}

/* Feeds and serves until all units are done. */
static int run(struct pool *p)
{
	struct pollfd *fds = ARENA_ARRAY(p->arena, struct pollfd, p->n_workers);
	int err = 0;

	while (p->done < p->n) {
		bool any = false;

		for (unsigned int i = 0; i < p->n_workers; i++) {
			if (!p->workers[i].busy)
				err = feed(p, &p->workers[i]);
			any |= p->workers[i].busy;
		}
		/* With one worker it goes on, only more slowly. */
		if (!any)
			return err ? err : -ECHILD;
		err = serve(p, fds);
		if (err)
			return err;
	}
	return 0;
}

/*
 * The prelude as a file without a name, which leaves nothing behind however
 * this process ends. The workers have the same descriptor.
 */
static int make_prelude(struct pool *p)
{
	ssize_t n;

	p->prelude_fd = memfd_create("relock-prelude", MFD_CLOEXEC);
	if (p->prelude_fd < 0)
		return -errno;
	n = write(p->prelude_fd, p->prelude_text.buf, p->prelude_text.len);
	if (n != (ssize_t)p->prelude_text.len) {
		close(p->prelude_fd);
		return -EIO;
	}
	snprintf(p->prelude, sizeof(p->prelude), "/proc/self/fd/%d", p->prelude_fd);
	return 0;
}

/* Takes what the cache has; the rest is to do. */
static void ask_cache(struct pool *p)
{
	struct strbuf text = STRBUF_INIT;
	size_t same;

	p->keys = ARENA_ARRAY(p->arena, struct facts_key, p->n);
	extract_identity(&text);
	strbuf_add(&text, p->prelude_text.buf, p->prelude_text.len + 1);
	same = text.len;
	for (size_t i = 0; i < p->n; i++) {
		strbuf_setlen(&text, same);
		extract_key(&p->kb->units.v[p->units[i]], p->kb, &text);
		p->keys[i] = facts_cache_key(p->o->cache, text.buf, text.len);
		if (!facts_cache_find(p->o->cache, &p->keys[i], &p->ret[i].facts)) {
			p->todo[p->n_todo++] = i;
			continue;
		}
		p->done++;
		if (p->o->progress)
			p->o->progress(p->o->data, p->done, p->n);
	}
	strbuf_release(&text);
}

static int extract_todo(struct pool *p)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	int err;

	p->n_workers = p->o->jobs ? p->o->jobs : cpus > 0 ? (unsigned int)cpus : 1;
	if (p->n_workers > p->n_todo)
		p->n_workers = (unsigned int)p->n_todo;
	p->timeout = p->o->timeout ? p->o->timeout : TIMEOUT_DEFAULT;
	err = make_prelude(p);
	if (err)
		return err;
	p->workers = ARENA_ARRAY(p->arena, struct worker, p->n_workers);
	for (unsigned int i = 0; i < p->n_workers; i++)
		strbuf_init(&p->workers[i].in);
	err = run(p);
	for (unsigned int i = 0; i < p->n_workers; i++) {
		if (p->workers[i].pid)
			end_worker(&p->workers[i], err != 0);
		strbuf_release(&p->workers[i].in);
	}
	close(p->prelude_fd);
	return err;
}

int pool_extract(const struct kbuild *kb, const struct rules *rules, const size_t *units, size_t n,
		 const struct pool_options *o, struct pool_result *ret, struct arena *arena)
{
	struct pool p = { .kb = kb, .rules = rules, .units = units, .n = n,
			  .o = o,   .ret = ret,	    .arena = arena };
	int err = 0;

	memset(ret, 0, n * sizeof(*ret));
	strbuf_init(&p.prelude_text);
	extract_prelude(rules, &p.prelude_text);
	p.todo = ARENA_ARRAY(arena, size_t, n);
	if (o->cache) {
		ask_cache(&p);
	} else {
		for (size_t i = 0; i < n; i++)
			p.todo[p.n_todo++] = i;
	}
	if (p.n_todo)
		err = extract_todo(&p);
	strbuf_release(&p.prelude_text);
	return err;
}
