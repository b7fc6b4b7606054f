// SPDX-License-Identifier: GPL-2.0
/*
 * The first process of the virtual machine in which `relock lab` tries a finding:
 * runs /repro, says how that ended, and restarts. Where there is a file /places it
 * runs "/repro --dry" under ftrace instead, and says which of the functions and
 * tracepoints in there were come to.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <unistd.h>

static void mount_at(const char *type, const char *where)
{
	if (mount(type, where, type, 0, NULL))
		printf("lab: no %s at %s\n", type, where);
}

static void set(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY);

	/* A kernel that cannot do it is waited for longer. */
	if (fd < 0)
		return;
	if (write(fd, value, 1) != 1)
		printf("lab: %s stays as it is\n", path);
	close(fd);
}

/* ---- what the operation comes to (Documentation/trace/ftrace.rst) ---- */

#define TRACING "/sys/kernel/tracing/"
#define PLACES 4096

struct place {
	char name[128];
	bool hit;
};
static struct place places[PLACES];
static size_t n_places;
static bool anywhere;

/* Returns whether it could be written: not all functions are there in every kernel. */
static bool put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_APPEND);
	bool ok;

	if (fd < 0)
		return false;
	ok = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	close(fd);
	return ok;
}

static bool enable_event(const char *name)
{
	DIR *groups = opendir(TRACING "events");
	struct dirent *group;
	bool found = false;
	char path[600];

	while (groups && !found && (group = readdir(groups))) {
		snprintf(path, sizeof(path), TRACING "events/%s/%s/enable", group->d_name, name);
		found = put(path, "1");
	}
	if (groups)
		closedir(groups);
	return found;
}

/* Only what this process does is traced: otherwise there is more than can be read here. */
static void trace_me(void)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", getpid());
	put(TRACING "set_ftrace_pid", pid);
	put(TRACING "set_event_pid", pid);
}

/*
 * "function NAME" and "event NAME", a line each; "anywhere" if it need not be the loader
 * that comes there. Returns whether there are any.
 */
static bool watch_places(void)
{
	FILE *file = fopen("/places", "r");
	size_t functions = 0;
	char line[160], kind[16];

	if (!file)
		return false;
	mount_at("tracefs", "/sys/kernel/tracing");
	put(TRACING "buffer_size_kb", "16384");
	while (n_places < PLACES && fgets(line, sizeof(line), file)) {
		struct place *p = &places[n_places];
		bool event;

		if (!strcmp(line, "anywhere\n"))
			anywhere = true;
		if (sscanf(line, "%15s %127s", kind, p->name) != 2)
			continue;
		event = !strcmp(kind, "event");
		if (event ? enable_event(p->name) : put(TRACING "set_ftrace_filter", p->name)) {
			functions += !event;
			n_places++;
		}
	}
	fclose(file);
	/* Without a filter it would trace all. */
	if (functions)
		put(TRACING "current_tracer", "function");
	return true;
}

/*
 * "  repro-41  [000] d..1.  12.345678: NAME <-CALLER", or "NAME: ..." of an event. Only
 * what stands between the loader's marks is of its operation.
 */
static void read_line(const char *line)
{
	static bool inside;
	const char *name = strstr(line, ": ");
	size_t len;

	if (!name)
		return;
	if (strstr(name, "relock-repro begins"))
		inside = true;
	if (strstr(name, "relock-repro ends"))
		inside = false;
	if (!inside)
		return;
	name += 2;
	len = strcspn(name, " :\n");
	for (size_t i = 0; i < n_places; i++) {
		if (strlen(places[i].name) == len && !strncmp(places[i].name, name, len))
			places[i].hit = true;
	}
}

static void say_hits(void)
{
	FILE *file = fopen(TRACING "trace", "r");
	char line[512];

	while (file && fgets(line, sizeof(line), file))
		read_line(line);
	if (file)
		fclose(file);
	for (size_t i = 0; i < n_places; i++) {
		if (places[i].hit)
			printf("lab: hit %s\n", places[i].name);
	}
}

int main(void)
{
	char *argv[] = { "/repro", NULL, NULL }, *const env[] = { NULL };
	bool watched;
	int status = 0;
	pid_t child;

	setvbuf(stdout, NULL, _IONBF, 0);
	mount_at("proc", "/proc");
	mount_at("sysfs", "/sys");
	mount_at("devtmpfs", "/dev");
	mount_at("cgroup2", "/sys/fs/cgroup");
	mount_at("tmpfs", "/tmp");
	/* A hang ends the machine, and soon. */
	set("/proc/sys/kernel/watchdog_thresh", "2");
	set("/proc/sys/kernel/hardlockup_panic", "1");
	set("/proc/sys/kernel/softlockup_panic", "1");
	watched = watch_places();
	if (watched)
		argv[1] = "--dry";
	printf("lab: up\n");
	child = fork();
	if (!child) {
		if (watched && !anywhere)
			trace_me();
		dup2(STDOUT_FILENO, STDERR_FILENO);
		execve(argv[0], argv, env);
		_exit(127);
	}
	if (child < 0 || waitpid(child, &status, 0) < 0)
		printf("lab: no process\n");
	printf("lab: status %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	if (watched)
		say_hits();
	/* What is put off may still go wrong. */
	sleep(2);
	printf("lab: done\n");
	reboot(RB_AUTOBOOT);
	return 1;
}
