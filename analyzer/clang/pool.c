// SPDX-License-Identifier: MIT
#include "clang/pool.h"

#include "base/clock.h"
#include "base/fs.h"
#include "base/strbuf.h"

#include <clang-c/Index.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define TIMEOUT_DEFAULT 120
#define MIN_TODO 4 /* units that a shared header is made for */
#define STACK_MIN ((rlim_t)8 << 20)   /* what libclang gives a thread that parses */
#define FRAME_MAX ((uint64_t)1 << 30) /* no unit's facts come near this */

/*
 * What a worker sends back: this, then len bytes: n_deps of encoded deps (none
 * where they are not wanted or not known) and encoded facts, or the error's text.
 */
struct frame {
	uint64_t len, n_deps;
	uint64_t shared;
	double walk_seconds;
};

struct worker {
	pid_t pid;	 /* 0: none */
	int fd;		 /* socket to it */
	size_t result;	 /* what it works on */
	bool busy;
	double begin, deadline;
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
	struct shared_plan plan; /* if there is a folder for headers */
	struct shared **shared;	 /* by group, opened by each worker where they are ready */
	bool *ready;		 /* by group */
	struct facts_key *keys; /* of the units, if there is a cache */
	size_t *todo;		/* results that the cache does not have */
	size_t n_todo;
	size_t n, next, done;
};

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

static const struct shared *shared_of(const struct pool *p, size_t result)
{
	uint32_t g;

	if (!p->ready)
		return NULL;
	g = p->plan.group_of[result];
	if (p->ready[g] && !p->shared[g]) {
		p->shared[g] = shared_open(&p->plan.groups.v[g]);
		p->ready[g] = p->shared[g] != NULL;
	}
	return p->shared[g];
}

static bool answer(const struct pool *p, int fd, size_t result)
{
	struct extract_job job = { .unit = &p->kb->units.v[p->units[result]], .kb = p->kb,
				   .shared = shared_of(p, result),
				   .prelude = p->prelude, .rules = p->rules,
				   .want_deps = p->o->cache != NULL };
	struct strbuf out = STRBUF_INIT;
	struct extract_result r;
	struct frame frame = { 0 };
	struct facts facts;
	bool sent;

	/* What is wrong with a unit is told and kept as facts are. */
	extract_unit(&job, &facts, &r);
	frame.shared = r.shared;
	frame.walk_seconds = extract_walk_seconds();
	if (r.deps_known)
		deps_encode(&r.deps, &out);
	frame.n_deps = out.len;
	facts_encode(&facts, &out);
	extract_result_release(&r);
	facts_release(&facts);
	frame.len = out.len;
	sent = send_all(fd, &frame, sizeof(frame)) && send_all(fd, out.buf, out.len);
	strbuf_release(&out);
	return sent;
}

/* Whether this process's own stack is large enough to parse on, or may become so. */
static bool has_stack(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_STACK, &r))
		return false;
	if (r.rlim_cur >= STACK_MIN)
		return true;
	if (r.rlim_max < STACK_MIN)
		return false;
	r.rlim_cur = STACK_MIN;
	return !setrlimit(RLIMIT_STACK, &r);
}

/* What a process needs before it calls libclang. */
static void become_worker(void)
{
	static const int crashes[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP };

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
	/* In a process that never had a second thread, memory is taken and given back without locks. */
	if (has_stack())
		setenv("LIBCLANG_NOTHREADS", "1", 1);
	/* Folders that clang would look for headers in, whatever the command says. */
	unsetenv("CPATH");
	unsetenv("C_INCLUDE_PATH");
	clang_toggleCrashRecovery(0);
	for (size_t i = 0; i < ARRAY_SIZE(crashes); i++)
		signal(crashes[i], SIG_DFL);
}

static void work(const struct pool *p, int fd) __attribute__((noreturn));
static void work(const struct pool *p, int fd)
{
	size_t result;

	become_worker();
	while (receive_all(fd, &result, sizeof(result)))
		if (!answer(p, fd, result))
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

static void finish(struct pool *p, struct worker *w)
{
	p->ret[w->result].seconds = seconds_now() - w->begin;
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
	w->begin = seconds_now();
	w->deadline = w->begin + p->timeout;
	/* If it is dead already, reading from it will tell. */
	send_all(w->fd, &w->result, sizeof(w->result));
	return 0;
}

/* Facts that only say what is wrong with the unit become its error. */
static void take_error(struct pool_result *r, struct arena *a)
{
	if (!r->facts.unit.error)
		return;
	r->error = arena_strdup(a, facts_str(&r->facts, r->facts.unit.error));
	facts_release(&r->facts);
}

/* The whole answer is there. */
static void take_answer(struct pool *p, struct worker *w, const struct frame *frame)
{
	const char *data = w->in.buf + sizeof(*frame), *facts = data + frame->n_deps;
	size_t n_facts = frame->len - frame->n_deps;
	struct pool_result *r = &p->ret[w->result];

	r->shared = frame->shared;
	r->walk_seconds = frame->walk_seconds;
	if (facts_decode(facts, n_facts, &r->facts)) {
		r->error = "facts that do not make sense came back";
	} else if (frame->n_deps) {
		r->kept = facts_cache_store(p->o->cache, &p->keys[w->result], data,
					    frame->n_deps, facts, n_facts);
		r->reads = p->keys[w->result].reads;
	}
	take_error(r, p->arena);
	finish(p, w);
}

static void read_answer(struct pool *p, struct worker *w)
{
	char buf[65536];
	struct frame frame = { 0 };
	ssize_t n = recv(w->fd, buf, sizeof(buf), 0);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n > 0)
		strbuf_add(&w->in, buf, (size_t)n);
	if (w->in.len >= sizeof(frame))
		memcpy(&frame, w->in.buf, sizeof(frame));
	if (n <= 0 || frame.len > FRAME_MAX || frame.n_deps > frame.len) {
		p->ret[w->result].error = why_ended(p, end_worker(w, n > 0));
		finish(p, w);
		return;
	}
	if (w->in.len >= sizeof(frame) && w->in.len - sizeof(frame) >= frame.len)
		take_answer(p, w, &frame);
}

static void expire(struct pool *p, struct worker *w)
{
	end_worker(w, true);
	p->ret[w->result].error = arena_printf(p->arena, "timed out after %u s", p->timeout);
	finish(p, w);
}

/* Waits until something happens to any busy worker, and sees to it. */
static int serve(struct pool *p, struct pollfd *fds)
{
	double first = seconds_now() + p->timeout, left;
	int n;

	for (unsigned int i = 0; i < p->n_workers; i++) {
		struct worker *w = &p->workers[i];

		fds[i] = (struct pollfd){ .fd = w->busy ? w->fd : -1, .events = POLLIN };
		if (w->busy && w->deadline < first)
			first = w->deadline;
	}
	left = first - seconds_now();
	n = poll(fds, p->n_workers, left > 0 ? (int)(left * 1000) + 1 : 0);
	if (n < 0 && errno != EINTR)
		return -errno;
	for (unsigned int i = 0; i < p->n_workers; i++) {
		struct worker *w = &p->workers[i];

		if (!w->busy)
			continue;
		if (n > 0 && fds[i].revents)
			read_answer(p, w);
		else if (seconds_now() >= w->deadline)
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

/* Takes what @cache has of what is to do. @ret_keys: what each unit is called there. */
static void ask(struct pool *p, struct facts_cache *cache, struct facts_key **ret_keys)
{
	struct strbuf text = STRBUF_INIT;
	size_t n = p->n_todo, same;

	*ret_keys = ARENA_ARRAY(p->arena, struct facts_key, p->n);
	extract_identity(&text, facts_cache_travels(cache));
	strbuf_add(&text, p->prelude_text.buf, p->prelude_text.len + 1);
	same = text.len;
	p->n_todo = 0;
	for (size_t i = 0; i < n; i++) {
		size_t unit = p->todo[i];
		struct facts_key *key = &(*ret_keys)[unit];

		strbuf_setlen(&text, same);
		extract_key(&p->kb->units.v[p->units[unit]], p->kb, &text);
		*key = facts_cache_key(cache, text.buf, text.len);
		if (cache == p->o->cache)
			p->ret[unit].key = *key;
		if (!facts_cache_find(cache, key, &p->ret[unit].facts)) {
			p->todo[p->n_todo++] = unit;
			continue;
		}
		p->ret[unit].found = true;
		p->ret[unit].reads = key->reads;
		take_error(&p->ret[unit], p->arena);
		p->done++;
		if (p->o->progress)
			p->o->progress(p->o->data, p->done, p->n);
	}
	strbuf_release(&text);
}

/*
 * In a process of its own, as libclang may crash here too; the units are then
 * parsed plainly, as they are if this takes too long.
 */
static pid_t start_build(struct pool *p, const struct shared_group *g)
{
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid)
		return pid;
	become_worker();
	alarm(p->timeout);
	_exit(shared_build(g, p->kb, p->prelude_text.buf) ? 1 : 0);
}

static void end_build(struct pool *p, pid_t *pids, uint32_t g)
{
	int status = 1;

	while (waitpid(pids[g], &status, 0) < 0 && errno == EINTR)
		;
	p->ready[g] = WIFEXITED(status) && !WEXITSTATUS(status);
	pids[g] = 0;
}

/* Says which units share headers. Also where there is nothing to do, as later calls choose the same. */
static void plan_shared(struct pool *p)
{
	struct strbuf identity = STRBUF_INIT;

	extract_identity(&identity, false);
	/* What is known of a header is for those who made it so. */
	strbuf_addstr(&identity, facts_makers);
	shared_plan(&p->plan, p->kb, p->units, p->n, p->prelude_text.buf, identity.buf,
		    p->o->headers, p->o->chosen);
	strbuf_release(&identity);
}

/* Parses what the units share, if that is not there from an earlier run. */
static void make_shared(struct pool *p)
{
	struct pool_headers made = { .seconds = seconds_now() };
	size_t *todo;
	pid_t *pids;
	uint32_t first = 0;
	unsigned int running = 0;

	p->ready = ARENA_ARRAY(p->arena, bool, p->plan.groups.n);
	p->shared = ARENA_ARRAY(p->arena, struct shared *, p->plan.groups.n);
	todo = ARENA_ARRAY(p->arena, size_t, p->plan.groups.n);
	pids = ARENA_ARRAY(p->arena, pid_t, p->plan.groups.n);
	for (size_t i = 0; i < p->n_todo; i++)
		todo[p->plan.group_of[p->todo[i]]]++;
	for (uint32_t g = 0; g < p->plan.groups.n; g++) {
		const struct shared_group *group = &p->plan.groups.v[g];

		if (!group->headers.n || !todo[g])
			continue;
		p->ready[g] = shared_is_current(group);
		if (p->ready[g] || todo[g] < MIN_TODO)
			continue;
		for (; running >= p->n_workers; first++) {
			if (pids[first] > 0) {
				end_build(p, pids, first);
				running--;
			}
		}
		pids[g] = start_build(p, group);
		running += pids[g] > 0;
		made.n_built += pids[g] > 0;
	}
	for (; first < p->plan.groups.n; first++)
		if (pids[first] > 0)
			end_build(p, pids, first);
	for (uint32_t g = 0; g < p->plan.groups.n; g++)
		made.n += p->ready[g];
	made.seconds = seconds_now() - made.seconds;
	if (p->o->made) {
		p->o->made->n += made.n;
		p->o->made->n_built += made.n_built;
		p->o->made->seconds += made.seconds;
	}
}

struct sized {
	size_t result;
	off_t size;
};

static int by_size(const void *a, const void *b)
{
	const struct sized *x = a, *y = b;

	if (x->size != y->size)
		return x->size > y->size ? -1 : 1;
	return x->result < y->result ? -1 : x->result > y->result;
}

/* Large files first, so that no worker still has one when the others have nothing left. */
static void order_todo(struct pool *p)
{
	struct sized *sized = ARENA_ARRAY(p->arena, struct sized, p->n_todo);
	struct stat st;

	for (size_t i = 0; i < p->n_todo; i++) {
		sized[i].result = p->todo[i];
		if (!stat(p->kb->units.v[p->units[p->todo[i]]].path, &st))
			sized[i].size = st.st_size;
	}
	qsort(sized, p->n_todo, sizeof(*sized), by_size);
	for (size_t i = 0; i < p->n_todo; i++)
		p->todo[i] = sized[i].result;
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
	order_todo(p);
	if (p->plan.group_of)
		make_shared(p);
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
	struct facts_key *given_keys;
	int err = 0;

	memset(ret, 0, n * sizeof(*ret));
	strbuf_init(&p.prelude_text);
	extract_prelude(rules, &p.prelude_text);
	p.todo = ARENA_ARRAY(arena, size_t, n);
	for (size_t i = 0; i < n; i++)
		p.todo[p.n_todo++] = i;
	if (o->cache)
		ask(&p, o->cache, &p.keys);
	if (o->given)
		ask(&p, o->given, &given_keys);
	if (o->headers && !fs_mkdirs(o->headers))
		plan_shared(&p);
	if (p.n_todo)
		err = extract_todo(&p);
	shared_plan_release(&p.plan);
	strbuf_release(&p.prelude_text);
	return err;
}
