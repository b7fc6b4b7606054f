// SPDX-License-Identifier: MIT
#include "base/run.h"

#include "base/arena.h"
#include "base/vec.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define DEFAULT_MAX ((size_t)1 << 20)
#define LINGER_MS 500 /* how long a grandchild may keep the pipes open after the child's end */

extern char **environ;

struct pipes {
	int in[2], out[2], err[2], fail[2]; /* fail: how exec went; closed by its success */
};

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void pipes_close(struct pipes *p)
{
	for (int i = 0; i < 2; i++) {
		close_fd(&p->in[i]);
		close_fd(&p->out[i]);
		close_fd(&p->err[i]);
		close_fd(&p->fail[i]);
	}
}

static int pipes_open(struct pipes *p)
{
	int err;

	memset(p, 0xff, sizeof(*p));
	if (pipe2(p->in, O_CLOEXEC) == 0 && pipe2(p->out, O_CLOEXEC) == 0 &&
	    pipe2(p->err, O_CLOEXEC) == 0 && pipe2(p->fail, O_CLOEXEC) == 0)
		return 0;
	err = -errno;
	pipes_close(p);
	return err;
}

static size_t env_name_len(const char *entry)
{
	return strcspn(entry, "=");
}

/* Our environment with @changes; the array is malloc'ed, the strings are not copied. */
static char **make_env(const char *const *changes)
{
	VEC(char *) env = { 0 };

	for (char **e = environ; *e; e++) {
		bool changed = false;

		for (const char *const *c = changes; c && *c; c++) {
			size_t len = env_name_len(*c);

			if (env_name_len(*e) == len && !strncmp(*e, *c, len))
				changed = true;
		}
		if (!changed)
			vec_push(&env, *e);
	}
	for (const char *const *c = changes; c && *c; c++) {
		if ((*c)[env_name_len(*c)] == '=')
			vec_push(&env, (char *)(uintptr_t)*c);
	}
	vec_push(&env, NULL);
	return env.v;
}

static void __attribute__((noreturn))
child(const struct run_options *o, char *const *argv, char **env, struct pipes *p)
{
	sigset_t none;
	int err;

	/* A group of its own, so that a timeout reaches its children as well. */
	setpgid(0, 0);
	/* ... which takes it out of reach of the terminal's ^C, so it ends with us. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	signal(SIGPIPE, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (dup2(p->in[0], STDIN_FILENO) >= 0 && dup2(p->out[1], STDOUT_FILENO) >= 0 &&
	    dup2(p->err[1], STDERR_FILENO) >= 0 && (!o->cwd || chdir(o->cwd) == 0))
		execvpe(argv[0], argv, env);
	err = errno;
	while (write(p->fail[1], &err, sizeof(err)) < 0 && errno == EINTR)
		;
	_exit(127);
}

static long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Reads what is there; closes *fd at its end. */
static void read_some(int *fd, struct strbuf *sb, size_t max, bool *cut)
{
	char buf[65536];
	ssize_t n = read(*fd, buf, sizeof(buf));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		close_fd(fd);
		return;
	}
	if ((size_t)n > max - sb->len) {
		*cut = true;
		n = (ssize_t)(max - sb->len);
	}
	strbuf_add(sb, buf, (size_t)n);
}

static void write_some(int *fd, const struct run_options *o, size_t *done)
{
	ssize_t n = write(*fd, o->input + *done, o->input_len - *done);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n > 0)
		*done += (size_t)n;
	if (n <= 0 || *done == o->input_len)
		close_fd(fd);
}

/* Moves bytes until the child has closed its ends and is gone. Returns its wait status. */
static int talk(const struct run_options *o, pid_t pid, struct pipes *p, struct run_result *r)
{
	long deadline = o->timeout ? now_ms() + (long)o->timeout * 1000 : 0;
	size_t max = o->max_output ? o->max_output : DEFAULT_MAX;
	size_t written = 0;
	bool reaped = false;
	int status = 0;

	while (!reaped || p->out[0] >= 0 || p->err[0] >= 0) {
		struct pollfd fds[3] = {
			{ .fd = p->out[0], .events = POLLIN },
			{ .fd = p->err[0], .events = POLLIN },
			{ .fd = p->in[1], .events = POLLOUT },
		};
		/* The pipes may close before it ends and stay open after it: look at both. */
		int wait = p->out[0] < 0 && p->err[0] < 0 ? 5 : 100;
		int n = poll(fds, 3, wait);

		if (o->tick)
			o->tick(o->data);
		if (n > 0) {
			if (fds[0].revents)
				read_some(&p->out[0], &r->out, max, &r->out_cut);
			if (fds[1].revents)
				read_some(&p->err[0], &r->err, max, &r->err_cut);
			if (fds[2].revents)
				write_some(&p->in[1], o, &written);
		}
		if (!reaped && waitpid(pid, &status, WNOHANG) == pid) {
			reaped = true;
			close_fd(&p->in[1]);
			if (!deadline || deadline > now_ms() + LINGER_MS)
				deadline = now_ms() + LINGER_MS;
		}
		if (deadline && now_ms() >= deadline) {
			if (!reaped) {
				r->timed_out = true;
				kill(-pid, SIGKILL);
				kill(pid, SIGKILL);
				while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
					;
				reaped = true;
			} else {
				/* Whoever still holds the pipes is none that we wait for. */
				if (n > 0)
					continue;
				break;
			}
			deadline = now_ms() + LINGER_MS;
		}
	}
	return status;
}

int run(const struct run_options *o, struct run_result *ret)
{
	struct run_result r = { .out = STRBUF_INIT, .err = STRBUF_INIT };
	sigset_t pipe_set, old_set;
	struct pipes p;
	char **env;
	pid_t pid;
	int err, status;
	ssize_t n;

	err = pipes_open(&p);
	if (err)
		return err;
	env = make_env(o->env);
	pid = fork();
	if (pid < 0) {
		err = -errno;
		free(env);
		pipes_close(&p);
		return err;
	}
	if (pid == 0)
		child(o, (char *const *)(uintptr_t)o->argv, env, &p);
	free(env);
	close_fd(&p.in[0]);
	close_fd(&p.out[1]);
	close_fd(&p.err[1]);
	close_fd(&p.fail[1]);

	err = 0;
	do {
		n = read(p.fail[0], &err, sizeof(err));
	} while (n < 0 && errno == EINTR);
	if (n == (ssize_t)sizeof(err)) {
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
		pipes_close(&p);
		return -err;
	}
	fcntl(p.in[1], F_SETFL, O_NONBLOCK);
	if (!o->input || !o->input_len)
		close_fd(&p.in[1]);

	/* A child that does not read its input must not end us. */
	sigemptyset(&pipe_set);
	sigaddset(&pipe_set, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &pipe_set, &old_set);
	status = talk(o, pid, &p, &r);
	while (sigtimedwait(&pipe_set, NULL, &(struct timespec){ 0 }) == SIGPIPE)
		;
	pthread_sigmask(SIG_SETMASK, &old_set, NULL);
	pipes_close(&p);

	if (WIFSIGNALED(status)) {
		r.status = -1;
		r.signal = WTERMSIG(status);
	} else {
		r.status = WEXITSTATUS(status);
	}
	*ret = r;
	return 0;
}

void run_release(struct run_result *r)
{
	strbuf_release(&r->out);
	strbuf_release(&r->err);
}

static bool is_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

char *run_find(const char *program)
{
	const char *path = getenv("PATH");
	struct strbuf sb = STRBUF_INIT;

	if (!*program)
		return NULL;
	if (strchr(program, '/'))
		return is_program(program) ? xstrdup(program) : NULL;
	if (!path)
		path = "/usr/local/bin:/usr/bin:/bin";
	for (;;) {
		size_t len = strcspn(path, ":");

		strbuf_reset(&sb);
		if (len)
			strbuf_add(&sb, path, len);
		else
			strbuf_addch(&sb, '.');
		strbuf_addch(&sb, '/');
		strbuf_addstr(&sb, program);
		if (is_program(sb.buf))
			return strbuf_detach(&sb, NULL);
		if (!path[len])
			break;
		path += len + 1;
	}
	strbuf_release(&sb);
	return NULL;
}
