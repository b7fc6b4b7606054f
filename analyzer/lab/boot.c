// SPDX-License-Identifier: MIT
#include "lab/lab.h"

#include "base/fs.h"
#include "base/run.h"
#include "base/vec.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define CONSOLE_MAX (16 << 20)

/* ---- the initramfs: cpio of the "newc" kind (Documentation/driver-api/early-userspace/) -------
 */

static void pad(struct strbuf *out)
{
	while (out->len % 4)
		strbuf_addch(out, '\0');
}

static void add_entry(struct strbuf *out, const char *name, unsigned int mode, const char *data,
		      size_t len)
{
	static unsigned int inode;

	/* magic, inode, mode, uid, gid, links, mtime, size, device, rdevice, name's length, check
	 */
	strbuf_addf(out, "070701%08X%08X%08X%08X%08X%08X%08zX%08X%08X%08X%08X%08zX%08X", ++inode,
		    mode, 0, 0, 1, 0, len, 0, 0, 0, 0, strlen(name) + 1, 0);
	strbuf_add(out, name, strlen(name) + 1);
	pad(out);
	strbuf_add(out, data, len);
	pad(out);
}

static int add_file(struct strbuf *out, const char *name, const char *path)
{
	struct strbuf data = STRBUF_INIT;
	int err = fs_read(path, &data);

	if (!err)
		add_entry(out, name, S_IFREG | 0755, data.buf, data.len);
	strbuf_release(&data);
	return err;
}

/* The first process, compiled for each machine: it takes a tenth of a second. */
static int compile_init(struct lab *l, const char *to, const char **ret_error)
{
	const char *const argv[] = {
		"cc", "-O1", "-static", "-o", to, fs_join(l->a, l->templates, "init.c"), NULL};
	struct run_options o = {.argv = argv, .timeout = 60, .tick = l->tick, .data = l->data};
	struct run_result r;
	int err = run(&o, &r);

	if (err) {
		*ret_error = arena_printf(l->a, "cannot run cc: %s", strerror(-err));
		return err;
	}
	if (r.status != 0) {
		*ret_error =
			arena_printf(l->a, "the machine's first process does not compile: %.*s",
				     (int)strcspn(r.err.buf, "\n"), r.err.buf);
		err = -ECANCELED;
	}
	run_release(&r);
	return err;
}

static int make_initramfs(struct lab *l, const struct lab_kernel *k, const char *loader,
			  const char *places, const char *to, const char **ret_error)
{
	static const char *const dirs[] = {"proc", "sys", "dev", "tmp"};
	const char *init = fs_join(l->a, k->dir, "init");
	struct strbuf out = STRBUF_INIT;
	int err = compile_init(l, init, ret_error);

	if (err)
		return err;
	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++)
		add_entry(&out, dirs[i], S_IFDIR | 0755, "", 0);
	err = add_file(&out, "init", init);
	if (!err)
		err = add_file(&out, "repro", loader);
	if (places)
		add_entry(&out, "places", S_IFREG | 0644, places, strlen(places));
	add_entry(&out, "TRAILER!!!", 0, "", 0);
	if (!err)
		err = fs_write(to, out.buf, out.len);
	if (err)
		*ret_error = arena_printf(l->a, "cannot make %s: %s", to, strerror(-err));
	strbuf_release(&out);
	return err;
}

/* ---- the machine ----------------------------------------------------------------------------- */

/* The words between the blanks of @command; @ret has room for them. Returns how many. */
static size_t split(struct arena *a, const char *command, const char **ret)
{
	size_t n = 0;

	while (*(command += strspn(command, " "))) {
		size_t len = strcspn(command, " ");

		ret[n++] = arena_strndup(a, command, len);
		command += len;
	}
	return n;
}

int lab_boot(struct lab *l, const struct lab_kernel *k, const char *loader, const char *places,
	     struct strbuf *console, const char **ret_error)
{
	const char **argv = ARENA_ARRAY(l->a, const char *, strlen(l->rules->lab.emulator) + 8);
	const char *initramfs = fs_join(l->a, k->dir, "initramfs");
	struct run_options o = {.argv = argv,
				.max_output = CONSOLE_MAX,
				.timeout = l->seconds,
				.tick = l->tick,
				.data = l->data};
	struct run_result r;
	size_t n;
	int err;

	err = make_initramfs(l, k, loader, places, initramfs, ret_error);
	if (err)
		return err;
	n = split(l->a, l->rules->lab.emulator, argv);
	argv[n++] = "-kernel";
	argv[n++] = k->image;
	argv[n++] = "-initrd";
	argv[n++] = initramfs;
	argv[n++] = "-append";
	argv[n++] = l->rules->lab.append;
	err = run(&o, &r);
	if (err) {
		*ret_error = arena_printf(l->a, "cannot run %s: %s", argv[0], strerror(-err));
		return err;
	}
	if (!r.out.len) {
		*ret_error = arena_printf(l->a, "%s says nothing on its console: %.*s", argv[0],
					  (int)strcspn(r.err.buf, "\n"), r.err.buf);
		err = -EIO;
	}
	strbuf_add(console, r.out.buf, r.out.len);
	run_release(&r);
	return err;
}
