// SPDX-License-Identifier: MIT
#include "kbuild/prepare.h"

#include "base/fs.h"
#include "base/hash.h"
#include "base/run.h"
#include "kbuild/kconfig.h"
#include "kbuild/stamp.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* A dry run of vmlinux prints each command three times: 26 MB on 6.12. */
#define MAX_DRY_RUN ((size_t)1 << 30)
#define MAKE_TIMEOUT 1800

struct prepare {
	struct kbuild *kb;
	const struct kbuild_options *o;
	const struct rules *rules;
	struct arena *a;
	const char *dir;      /* <cache>/build/NAME-HASH */
	const char *out;      /* dir/out: make's O= */
	const char *stamp;    /* dir/stamp */
	const char *commands; /* dir/commands */
	const char *generated; /* dir/generated: make_generated() was through */
	const char *fragment; /* what is merged into the defconfig */
	const char *head;     /* of the stamp */
	const char *error;
};

/* ---- host tools ---------------------------------------------------------------------------- */

static bool is_header(const struct rule_tool *t)
{
	size_t len = strlen(t->tool);

	return len > 2 && !strcmp(t->tool + len - 2, ".h");
}

/* Does it serve a config symbol, which goes away without it, rather than the build? */
static bool is_for_symbol(const struct rule_tool *t)
{
	return strstr(t->needed_for, "CONFIG_") != NULL;
}

static bool have_program(const char *name)
{
	char *path = run_find(name);

	free(path);
	return path != NULL;
}

static bool have_header(const char *name)
{
	const char *argv[] = { "gcc", "-E", "-include", name, "-x", "c", "/dev/null", NULL };
	struct run_options o = { .argv = argv, .timeout = 60 };
	struct run_result r;
	bool have;

	/* Without a compiler it cannot be told, and that is an error of its own. */
	if (run(&o, &r) < 0)
		return true;
	have = r.status == 0;
	run_release(&r);
	return have;
}

static const char *list_missing(const struct rules *rules, bool headers, struct arena *a)
{
	struct strbuf sb = STRBUF_INIT;
	const char *list = NULL;

	for (size_t i = 0; i < rules->tools.n; i++) {
		const struct rule_tool *t = &rules->tools.v[i];

		if (is_for_symbol(t) || is_header(t) != headers)
			continue;
		if (headers ? have_header(t->tool) : have_program(t->tool))
			continue;
		strbuf_addf(&sb, "%s%s (for %s; Debian package %s)", sb.len ? ", " : "", t->tool,
			    t->needed_for, t->package);
	}
	if (sb.len)
		list = arena_strdup(a, sb.buf);
	strbuf_release(&sb);
	return list;
}

bool prepare_has_tool(const struct rule_tool *t)
{
	return is_header(t) ? have_header(t->tool) : have_program(t->tool);
}

const char *prepare_missing_tool(const struct rules *rules, struct arena *a)
{
	return list_missing(rules, false, a);
}

const struct rule_tool *prepare_tool_of(const struct rules *rules, const char *symbol)
{
	for (size_t i = 0; i < rules->tools.n; i++) {
		const struct rule_tool *t = &rules->tools.v[i];
		const char *at = strstr(t->needed_for, "CONFIG_");
		size_t len = strlen(symbol);

		if (at && !strncmp(at + 7, symbol, len) &&
		    !isalnum((unsigned char)at[7 + len]) && at[7 + len] != '_' &&
		    !have_program(t->tool))
			return t;
	}
	return NULL;
}

/* ---- make ---------------------------------------------------------------------------------- */

const char *const prepare_make_env[] = {
	"LC_ALL=C",	     "MAKEFLAGS",	"MFLAGS",	    "MAKELEVEL",
	"MAKEOVERRIDES",     "GNUMAKEFLAGS",	"KBUILD_OUTPUT",    "KBUILD_EXTMOD",
	"KBUILD_VERBOSE",    "KBUILD_SRC",	"KBUILD_DEFCONFIG", "KCONFIG_CONFIG",
	"KCONFIG_ALLCONFIG", "O",		"M",		    "V",
	"W",		     "C",		"ARCH",		    NULL
};

const char *prepare_first_error(const char *err, const char *out, struct arena *a)
{
	static const char *const signs[] = { "rror:", "not found", "No such file", "***" };
	const char *texts[] = { err, out };

	for (size_t i = 0; i < ARRAY_SIZE(signs); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(texts); j++) {
			const char *hit = strstr(texts[j], signs[i]);
			const char *start = hit;

			if (!hit)
				continue;
			while (start > texts[j] && start[-1] != '\n')
				start--;
			return arena_strndup(a, start, strcspn(start, "\n"));
		}
	}
	return *err ? arena_strndup(a, err, strcspn(err, "\n")) : "it says nothing";
}

static int make_failed(struct prepare *p, const char *what, const struct run_result *r)
{
	const char *missing = list_missing(p->rules, false, p->a);

	if (!missing)
		missing = list_missing(p->rules, true, p->a);
	if (r->timed_out)
		p->error = arena_printf(p->a, "'make %s' took longer than %d s", what,
					MAKE_TIMEOUT);
	else if (missing)
		p->error = arena_printf(p->a, "'make %s' needs what is not installed: %s", what,
					missing);
	else
		p->error = arena_printf(p->a, "'make %s' failed: %s", what,
					prepare_first_error(r->err.buf, r->out.buf, p->a));
	return -ECANCELED;
}

/*
 * Runs make on the tree with O=. @out gets what it prints. A failure is an
 * error unless @may_fail.
 */
static int make(struct prepare *p, const char *const *args, size_t n, const char *what,
		bool may_fail, struct run_result *ret)
{
	const char **argv = ARENA_ARRAY(p->a, const char *, n + 7);
	struct run_options o = { .argv = argv, .env = prepare_make_env, .max_output = MAX_DRY_RUN,
				 .timeout = MAKE_TIMEOUT, .tick = p->o->tick,
				 .data = p->o->data };
	size_t argc = 0;
	int err;

	argv[argc++] = "make";
	argv[argc++] = "--no-print-directory";
	argv[argc++] = "-C";
	argv[argc++] = p->kb->tree;
	argv[argc++] = arena_printf(p->a, "O=%s", p->out);
	if (p->o->arch)
		argv[argc++] = arena_printf(p->a, "ARCH=%s", p->o->arch);
	for (size_t i = 0; i < n; i++)
		argv[argc++] = args[i];
	argv[argc] = NULL;
	err = run(&o, ret);
	if (err) {
		p->error = arena_printf(p->a, "cannot run make: %s", strerror(-err));
		return err;
	}
	if (ret->status == 0 || (may_fail && !ret->timed_out && ret->status > 0))
		return 0;
	err = make_failed(p, what, ret);
	run_release(ret);
	return err;
}

static const char *make_jobs(const struct prepare *p)
{
	long jobs = p->o->jobs ? (long)p->o->jobs : sysconf(_SC_NPROCESSORS_ONLN);

	return arena_printf(p->a, "-j%ld", jobs > 0 ? jobs : 1);
}

static int make_target(struct prepare *p, const char *target)
{
	const char *args[] = { make_jobs(p), target };
	struct run_result r;
	int err;

	err = make(p, args, ARRAY_SIZE(args), target, false, &r);
	if (!err)
		run_release(&r);
	return err;
}

static void stage(const struct prepare *p, const char *what)
{
	if (p->o->progress)
		p->o->progress(p->o->data, what);
}

static int fail_file(struct prepare *p, const char *what, const char *path, int err)
{
	p->error = arena_printf(p->a, "cannot %s %s: %s", what, path, strerror(-err));
	return err;
}

static int make_config(struct prepare *p)
{
	struct strbuf config = STRBUF_INIT;
	const char *path = fs_join(p->a, p->out, ".config");
	int err;

	stage(p, "configuring the kernel");
	err = make_target(p, "defconfig");
	if (err)
		return err;
	err = fs_read(path, &config);
	if (err) {
		strbuf_release(&config);
		return fail_file(p, "read", path, err);
	}
	strbuf_addstr(&config, p->fragment);
	err = fs_write(path, config.buf, config.len);
	strbuf_release(&config);
	if (err)
		return fail_file(p, "write", path, err);
	return make_target(p, "olddefconfig");
}

/* Reads the compile commands of vmlinux from a dry run and keeps them. */
static int make_commands(struct prepare *p)
{
	/*
	 * It ends with an error where something is to be made of objects that no
	 * dry run makes; -k, so that it has gone through all folders before.
	 */
	const char *args[] = { "-k", "-n", "V=1", "vmlinux" };
	struct strbuf saved = STRBUF_INIT;
	struct run_result r;
	struct commands c;
	int err;

	stage(p, "reading the compile commands");
	err = make(p, args, ARRAY_SIZE(args), "-n vmlinux", true, &r);
	if (err)
		return err;
	commands_init(&c);
	commands_add_shell(&c, p->out, r.out.buf);
	commands_drop_host(&c);
	if (!c.v.n) {
		err = make_failed(p, "-n vmlinux", &r);
	} else {
		commands_save(&c, &saved);
		err = fs_write(p->commands, saved.buf, saved.len);
		if (err)
			err = fail_file(p, "write", p->commands, err);
	}
	strbuf_release(&saved);
	commands_release(&c);
	run_release(&r);
	return err;
}

static int make_all(struct prepare *p)
{
	int err;

	err = make_config(p);
	if (err)
		return err;
	stage(p, "preparing the kernel's generated headers (make prepare)");
	err = make_target(p, "prepare");
	if (err)
		return err;
	return make_commands(p);
}

static int renew(struct prepare *p)
{
	struct strbuf stamp = STRBUF_INIT;
	bool fresh = !fs_exists(p->out);
	int err;

	p->error = prepare_missing_tool(p->rules, p->a);
	if (p->error) {
		p->error = arena_printf(p->a, "preparing a build directory needs what is not "
					      "installed: %s", p->error);
		return -ENOENT;
	}
	unlink(p->stamp);
	unlink(p->generated);
	err = fs_mkdirs(p->out);
	if (err)
		return fail_file(p, "make the folder", p->out, err);
	/* As the tree is now: what changes while make runs is noticed by the next run. */
	stamp_make(p->kb->tree, p->head, &stamp);
	err = make_all(p);
	if (err == -ECANCELED && !fresh) {
		/* Remains of an older state may be in the way. */
		fs_remove_all(p->out);
		err = fs_mkdirs(p->out);
		if (!err)
			err = make_all(p);
	}
	if (!err) {
		err = fs_write(p->stamp, stamp.buf, stamp.len);
		if (err)
			err = fail_file(p, "write", p->stamp, err);
	}
	strbuf_release(&stamp);
	return err;
}

/* ---- the directory ------------------------------------------------------------------------- */

static int load(struct prepare *p, struct commands *ret)
{
	struct strbuf sb = STRBUF_INIT, fresh = STRBUF_INIT;
	struct commands c;
	int err;

	err = fs_read(p->stamp, &sb);
	if (!err && !stamp_holds(p->kb->tree, p->head, sb.buf, &fresh))
		err = -ESTALE;
	/* A cache that cannot be written to costs time only. */
	if (!err && fresh.len)
		fs_write(p->stamp, fresh.buf, fresh.len);
	strbuf_release(&fresh);
	strbuf_reset(&sb);
	if (!err)
		err = fs_read(p->commands, &sb);
	if (!err) {
		commands_init(&c);
		err = commands_load(&c, sb.buf, sb.len);
		if (!err) {
			commands_release(ret);
			*ret = c;
		} else {
			commands_release(&c);
		}
	}
	strbuf_release(&sb);
	return err;
}

static int lock(struct prepare *p, const char *path, int how)
{
	bool waits = false;

	for (;;) {
		if (flock(p->kb->lock_fd, how | (waits ? 0 : LOCK_NB)) == 0)
			return 0;
		if (errno == EWOULDBLOCK && !waits) {
			stage(p, "waiting for another relock to prepare the same build directory");
			waits = true;
		} else if (errno != EINTR) {
			return fail_file(p, "lock", path, -errno);
		}
	}
}

static int open_locked(struct prepare *p, struct commands *ret)
{
	const char *path = arena_printf(p->a, "%s.lock", p->dir);
	int err;

	err = fs_mkdirs(fs_dirname(p->a, p->dir));
	if (err)
		return fail_file(p, "make the folder", fs_dirname(p->a, p->dir), err);
	p->kb->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (p->kb->lock_fd < 0)
		return fail_file(p, "open", path, -errno);
	err = lock(p, path, LOCK_SH);
	if (!err && load(p, ret) == 0)
		return 0;
	if (!err && p->o->offline) {
		p->error = "there is no build directory ready for this tree and config, and "
			   "--offline forbids to make one; run once without it, or give --build DIR";
		return -ENOENT;
	}
	if (!err)
		err = lock(p, path, LOCK_EX);
	if (err)
		return err;
	/* Another run may have made it while we waited. */
	if (load(p, ret) < 0) {
		err = renew(p);
		if (!err) {
			err = load(p, ret);
			if (err)
				p->error = "the tree changed while its build directory was being "
					   "prepared; run again";
		}
	}
	return err ? err : lock(p, path, LOCK_SH);
}

/* ---- what else is generated ------------------------------------------------------------------ */

/* Runs make for what there is to be of it; that it ends with an error means nothing then. */
static int make_some(struct prepare *p, const char *const *args, size_t n, const char *what)
{
	struct run_result r;
	int err = make(p, args, n, what, true, &r);

	if (!err)
		run_release(&r);
	return err;
}

/* Units whose source is made of other objects, and so not there without these. */
static int make_missing_units(struct prepare *p)
{
	const char **args = ARENA_ARRAY(p->a, const char *, p->kb->units.n + 2);
	size_t n = 0;

	args[n++] = make_jobs(p);
	args[n++] = "-k";
	for (size_t i = 0; i < p->kb->units.n; i++)
		if (p->kb->units.v[i].object && !fs_exists(p->kb->units.v[i].path))
			args[n++] = p->kb->units.v[i].object;
	return n == 2 ? 0 : make_some(p, args, n, "generated units");
}

/* In this build nothing is compiled or archived; what needs objects fails, and -k goes on. */
static int make_generated(struct prepare *p)
{
	const char *args[] = { make_jobs(p), "-k", "rule_cc_o_c=@:", "rule_as_o_S=@:",
			       "cmd_ar_builtin=@:", "vmlinux" };
	int err = make_some(p, args, ARRAY_SIZE(args), "vmlinux"), kept;

	if (!err)
		err = make_missing_units(p);
	/* Not to be tried again, whatever came of it. */
	kept = fs_write(p->generated, "\n", 1);
	return err ? err : kept ? fail_file(p, "write", p->generated, kept) : 0;
}

bool prepare_generate(struct kbuild *kb, const struct kbuild_options *o, const struct rules *rules)
{
	struct prepare p = { .kb = kb, .o = o, .rules = rules, .a = &kb->arena, .out = kb->build };
	struct strbuf was = STRBUF_INIT, is = STRBUF_INIT;
	int err;

	p.dir = fs_dirname(p.a, kb->build);
	p.stamp = fs_join(p.a, p.dir, "stamp");
	p.generated = fs_join(p.a, p.dir, "generated");
	if (!kbuild_is_own(kb) || o->offline || fs_exists(p.generated))
		return false;
	fs_read(p.stamp, &was);
	err = lock(&p, p.dir, LOCK_EX);
	if (!err && !fs_exists(p.generated)) {
		stage(&p, "making the kernel's other generated sources");
		err = make_generated(&p);
	}
	if (err)
		stage(&p, p.error);
	err = lock(&p, p.dir, LOCK_SH);
	/* While a lock is exchanged for another, somebody else may have it, and renew all. */
	fs_read(p.stamp, &is);
	if (!err && (is.len != was.len || memcmp(is.buf, was.buf, is.len) != 0))
		err = -ESTALE;
	strbuf_release(&was);
	strbuf_release(&is);
	return !err;
}

/* ---- where it is ----------------------------------------------------------------------------- */

static int make_fragment(struct prepare *p, struct strbuf *sb)
{
	int err;

	strbuf_addstr(sb, "\n");
	for (size_t i = 0; i < p->rules->kconfig.n; i++) {
		const struct rule_kconfig *k = &p->rules->kconfig.v[i];

		if (!strcmp(k->value, "n"))
			strbuf_addf(sb, "# CONFIG_%s is not set\n", k->symbol);
		else
			strbuf_addf(sb, "CONFIG_%s=%s\n", k->symbol, k->value);
	}
	if (!p->o->config)
		return 0;
	/* The user's comes last and has the last word. */
	err = fs_read(p->o->config, sb);
	if (err)
		return fail_file(p, "read", p->o->config, err);
	strbuf_addch(sb, '\n');
	return 0;
}

/* The programs that shape the config, as they are now: an upgrade renews the directory. */
static void add_tool_state(struct prepare *p, struct strbuf *head)
{
	for (size_t i = 0; i < p->rules->tools.n; i++) {
		const struct rule_tool *t = &p->rules->tools.v[i];
		struct stat st;
		char *path;

		if (is_header(t))
			continue;
		path = run_find(t->tool);
		if (path && stat(path, &st) == 0)
			strbuf_addf(head, " %s:%lld:%lld", t->tool, (long long)st.st_mtim.tv_sec,
				    (long long)st.st_size);
		free(path);
	}
}

/* Variables of the environment that make hands to the kernel's Makefiles and that matter. */
static void add_environment(struct strbuf *sb)
{
	static const char *const names[] = { "CROSS_COMPILE", "LLVM", "LLVM_IAS", "CC",
					     "HOSTCC",	      "LD",   "KCFLAGS",  "KCPPFLAGS" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const char *value = getenv(names[i]);

		if (value)
			strbuf_addf(sb, " %s=%s", names[i], value);
	}
}

int prepare_open(struct kbuild *kb, const struct kbuild_options *o, const struct rules *rules,
		 struct commands *ret, const char **ret_error)
{
	struct prepare p = { .kb = kb, .o = o, .rules = rules, .a = &kb->arena };
	struct strbuf fragment = STRBUF_INIT, key = STRBUF_INIT, head = STRBUF_INIT;
	const char *cache;
	char hex[17];
	char *cwd;
	int err;

	if (!o->cache) {
		*ret_error = "there is no folder to keep build directories in (HOME is not set): "
			     "give --cache DIR";
		return -ENOENT;
	}
	/* make runs elsewhere. */
	cwd = getcwd(NULL, 0);
	cache = fs_absolute(p.a, cwd ? cwd : "/", o->cache);
	free(cwd);
	err = make_fragment(&p, &fragment);
	if (err)
		goto out;
	p.fragment = fragment.buf;
	strbuf_addf(&key, "%s\n%s\n%s", kb->tree, o->arch ? o->arch : "", fragment.buf);
	add_environment(&key);
	hash64_hex(key.buf, key.len, hex);
	p.dir = arena_printf(p.a, "%s/build/%s-%s", cache, fs_basename(kb->tree), hex);
	p.out = fs_join(p.a, p.dir, "out");
	p.stamp = fs_join(p.a, p.dir, "stamp");
	p.commands = fs_join(p.a, p.dir, "commands");
	p.generated = fs_join(p.a, p.dir, "generated");
	strbuf_addf(&head, "relock %s %s", RELOCK_VERSION, hex);
	add_tool_state(&p, &head);
	p.head = head.buf;
	kb->build = p.out;
	err = open_locked(&p, ret);
out:
	strbuf_release(&fragment);
	strbuf_release(&key);
	strbuf_release(&head);
	if (err)
		*ret_error = p.error;
	return err;
}
