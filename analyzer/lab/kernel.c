// SPDX-License-Identifier: MIT
#include "lab/lab.h"

#include "base/fs.h"
#include "base/hash.h"
#include "base/run.h"
#include "kbuild/prepare.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define BUILD_TIMEOUT (4 * 3600)

const char *lab_missing_tools(struct lab *l)
{
	struct strbuf sb = STRBUF_INIT;
	const char *list = NULL;

	for (size_t i = 0; i < l->rules->lab_tools.n; i++) {
		const struct rule_tool *t = &l->rules->lab_tools.v[i];

		if (!prepare_has_tool(t))
			strbuf_addf(&sb, "%s%s (for %s; Debian package %s)", sb.len ? ", " : "",
				    t->tool, t->needed_for, t->package);
	}
	if (sb.len)
		list = arena_strdup(l->a, sb.buf);
	strbuf_release(&sb);
	return list;
}

static int make(struct lab *l, const struct lab_kernel *k, const char *const *args, size_t n,
		const char **ret_error)
{
	const char *argv[12];
	struct run_options o = {.argv = argv,
				.env = prepare_make_env,
				.timeout = BUILD_TIMEOUT,
				.tick = l->tick,
				.data = l->data};
	struct run_result r;
	size_t argc = 0;
	int err;

	argv[argc++] = "make";
	argv[argc++] = "-s";
	argv[argc++] = "-C";
	argv[argc++] = k->tree;
	argv[argc++] = arena_printf(l->a, "O=%s/out", k->dir);
	for (size_t i = 0; i < n; i++)
		argv[argc++] = args[i];
	argv[argc] = NULL;
	err = run(&o, &r);
	if (err) {
		*ret_error = arena_printf(l->a, "cannot run make: %s", strerror(-err));
		return err;
	}
	if (r.status != 0) {
		*ret_error =
			arena_printf(l->a, "'make %s' of %s failed: %s", args[n - 1], k->tree,
				     r.timed_out ? "it took too long"
						 : prepare_first_error(r.err.buf, r.out.buf, l->a));
		err = -ECANCELED;
	}
	run_release(&r);
	return err;
}

/* Lines of @config that .config does not have: what else it needs is not there. */
static const char *dropped(struct lab *l, const struct lab_kernel *k, const char *config)
{
	struct strbuf text = STRBUF_INIT, got = STRBUF_INIT, sb = STRBUF_INIT;
	const char *ret = NULL, *p;

	if (!fs_read(config, &text) &&
	    !fs_read(arena_printf(l->a, "%s/out/.config", k->dir), &got)) {
		for (p = text.buf; *p; p += strcspn(p, "\n"), p += *p == '\n') {
			size_t len = strcspn(p, "\n");
			const char *line = arena_printf(l->a, "\n%.*s\n", (int)len, p);

			if (!strncmp(p, "CONFIG_", 7) && !strstr(got.buf, line))
				strbuf_addf(&sb, "%s%.*s", sb.len ? ", " : "",
					    (int)strcspn(p + 7, "="), p + 7);
		}
	}
	if (sb.len)
		ret = arena_strdup(l->a, sb.buf);
	strbuf_release(&text);
	strbuf_release(&got);
	strbuf_release(&sb);
	return ret;
}

/* Two of these on one tree take turns. */
static int lock_dir(struct lab_kernel *k, struct arena *a)
{
	k->lock = open(fs_join(a, k->dir, "lock"), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (k->lock < 0)
		return -errno;
	while (flock(k->lock, LOCK_EX) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	return 0;
}

int lab_kernel(struct lab *l, const char *tree, struct lab_kernel *ret, const char **ret_error)
{
	char *real = realpath(tree, NULL), hex[17];
	const char *path;

	if (!real) {
		int err = -errno;

		*ret_error = arena_printf(l->a, "%s: %s", tree, strerror(-err));
		return err;
	}
	path = arena_strdup(l->a, real);
	free(real);
	if (!fs_exists(fs_join(l->a, path, "Kconfig"))) {
		*ret_error = arena_printf(l->a, "%s is no kernel tree: it has no Kconfig", tree);
		return -EINVAL;
	}
	hash64_hex(path, strlen(path), hex);
	return lab_kernel_in(l, path,
			     arena_printf(l->a, "%s/lab/%s-%s", l->cache, fs_basename(path), hex),
			     ret, ret_error);
}

int lab_kernel_in(struct lab *l, const char *tree, const char *dir, struct lab_kernel *ret,
		  const char **ret_error)
{
	const char *config = fs_join(l->a, l->templates, "lab.config");
	unsigned int jobs = l->jobs ? l->jobs : (unsigned int)sysconf(_SC_NPROCESSORS_ONLN);
	struct lab_kernel k = {.tree = tree, .dir = dir, .lock = -1};
	const char *args[2];
	int err;

	k.image = arena_printf(l->a, "%s/out/%s", k.dir, l->rules->lab.image);
	k.vmlinux = arena_printf(l->a, "%s/out/vmlinux", k.dir);
	err = fs_mkdirs(arena_printf(l->a, "%s/out", k.dir));
	if (!err)
		err = lock_dir(&k, l->a);
	if (err) {
		*ret_error = arena_printf(l->a, "cannot make %s: %s", k.dir, strerror(-err));
		lab_kernel_release(&k);
		return err;
	}
	/* The same config each time leaves its times as they are, and so nothing is built again. */
	args[0] = arena_printf(l->a, "KCONFIG_ALLCONFIG=%s", config);
	args[1] = "allnoconfig";
	err = make(l, &k, args, 2, ret_error);
	if (!err) {
		k.dropped = dropped(l, &k, config);
		args[0] = arena_printf(l->a, "-j%u", jobs ? jobs : 1);
		args[1] = l->rules->lab.target;
		err = make(l, &k, args, 2, ret_error);
	}
	if (err) {
		lab_kernel_release(&k);
		return err;
	}
	*ret = k;
	return 0;
}

void lab_kernel_release(struct lab_kernel *k)
{
	if (k->lock >= 0)
		close(k->lock);
	k->lock = -1;
}

int lab_program(struct lab *l, const struct lab_kernel *k, const struct repro *r,
		const char *version, const char **ret, const char **ret_error)
{
	const char *dir = arena_printf(l->a, "%s/programs/%s", k->dir, r->finding->id);
	const char *const argv[] = {"make",
				    "-s",
				    "-C",
				    dir,
				    "LDFLAGS=-static",
				    arena_printf(l->a, "BTF=%s", k->vmlinux),
				    NULL};
	struct run_options o = {.argv = argv,
				.env = prepare_make_env,
				.timeout = 600,
				.tick = l->tick,
				.data = l->data};
	struct run_result result;
	int err;

	fs_remove_all(dir);
	err = repro_write(l->a, r, l->templates, version, dir, ret_error);
	if (err)
		return err;
	err = run(&o, &result);
	if (err) {
		*ret_error = arena_printf(l->a, "cannot run make: %s", strerror(-err));
		return err;
	}
	if (result.status != 0) {
		*ret_error =
			arena_printf(l->a, "the program does not compile: %s",
				     prepare_first_error(result.err.buf, result.out.buf, l->a));
		err = -ECANCELED;
	}
	run_release(&result);
	*ret = fs_join(l->a, dir, "repro");
	return err;
}
