// SPDX-License-Identifier: GPL-2.0
/*
 * The first process of the virtual machine in which `relock lab` tries a finding:
 * runs /repro, says how that ended, and restarts.
 */
#include <fcntl.h>
#include <stdio.h>
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

int main(void)
{
	char *const argv[] = { "/repro", NULL }, *const env[] = { NULL };
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
	printf("lab: up\n");
	child = fork();
	if (!child) {
		dup2(STDOUT_FILENO, STDERR_FILENO);
		execve(argv[0], argv, env);
		_exit(127);
	}
	if (child < 0 || waitpid(child, &status, 0) < 0)
		printf("lab: no process\n");
	printf("lab: status %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	/* What is put off may still go wrong. */
	sleep(2);
	printf("lab: done\n");
	reboot(RB_AUTOBOOT);
	return 1;
}
