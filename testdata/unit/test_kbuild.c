// SPDX-License-Identifier: MIT
/* Compile commands: shell text, .cmd files, compile_commands.json, options, scope, Kconfig. */
#include "base/fs.h"
#include "kbuild/commands.h"
#include "kbuild/flags.h"
#include "kbuild/kbuild.h"
#include "kbuild/kconfig.h"
#include "kbuild/prepare.h"
#include "kbuild/shell.h"
#include "kbuild/stamp.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct rules rules;
static struct arena arena;
static char dir[64];

static int setup(void **state)
{
	const char *error = NULL;

	if (rules_read_path(&rules, RELOCK_SOURCE_DIR "/rules/kbuild.yaml", &error)) {
		print_error("%s\n", error);
		return -1;
	}
	snprintf(dir, sizeof(dir), "/tmp/relock-test-kbuild.XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
	rules_release(&rules);
	arena_release(&arena);
	return fs_remove_all(dir);
}

static void put_file(const char *name, const char *text)
{
	const char *path = fs_join(&arena, dir, name);

	assert_int_equal(fs_mkdirs(fs_dirname(&arena, path)), 0);
	assert_int_equal(fs_write(path, text, strlen(text)), 0);
}

/* ---- shell ---------------------------------------------------------------------------------- */

static const char *split(const char *text)
{
	struct shell_words w = { 0 };
	struct strbuf sb = STRBUF_INIT;
	const char *result;

	while ((text = shell_next(text, &w))) {
		for (size_t i = 0; i < w.v.n; i++)
			strbuf_addf(&sb, "[%s]", w.v.v[i]);
		strbuf_addch(&sb, '|');
	}
	result = arena_strdup(&arena, sb.buf);
	strbuf_release(&sb);
	shell_release(&w);
	return result;
}

static void test_shell(void **state)
{
	assert_string_equal(split(""), "");
	assert_string_equal(split(" ;; \n&& "), "");
	assert_string_equal(split("a b;c&&d || e\nf"), "[a][b]|[c]|[d]|[e]|[f]|");
	assert_string_equal(split("gcc -DX='\"a b\"' -DY=\\\"z\\\""), "[gcc][-DX=\"a b\"][-DY=\"z\"]|");
	assert_string_equal(split("echo 'a;b' \"c;$(d;e)\" f\\ g ''"),
			    "[echo][a;b][c;$(d;e)][f g][]|");
	assert_string_equal(split("a $(b c; d) `e f` g"), "[a][$(b c; d)][`e f`][g]|");
	assert_string_equal(split("a > out 2>&1 b"), "[a][2][b]|");
	assert_string_equal(split("a \\\n b"), "[a][b]|");
	/* What has no end ends with the text. */
	assert_string_equal(split("a 'b"), "[a][b]|");
	assert_string_equal(split("a \"b\\"), "[a][b\\]|");
	assert_string_equal(split("a $(b"), "[a][$(b]|");
	assert_string_equal(split("a `b"), "[a][`b]|");
}

/* ---- commands ------------------------------------------------------------------------------- */

static const char *args_of(const struct commands *c, size_t i)
{
	struct strbuf sb = STRBUF_INIT;
	const struct command *cmd = &c->v.v[i];
	const char *result;

	strbuf_addf(&sb, "%s: %s -> %s:", commands_word(c, cmd->directory),
		    commands_word(c, cmd->source), commands_word(c, cmd->object));
	for (uint32_t j = 0; j < cmd->n_args; j++)
		strbuf_addf(&sb, " %s", commands_word(c, c->args.v[cmd->args + j]));
	result = arena_strdup(&arena, sb.buf);
	strbuf_release(&sb);
	return result;
}

static void test_dry_run(void **state)
{
	static const char text[] =
		"make -f scripts/Makefile.build obj=kernel\n"
		"set -e; echo '# CC a.o'; echo '  gcc -D__KERNEL__ -c -o k/a.o /t/k/a.c'; "
		"trap 'rm -f a.o' HUP; gcc -Wp,-MMD,k/.a.o.d -D__KERNEL__ -DM='\"k/a\"' "
		"-include /t/x.c -c -o k/a.o /t/k/a.c ; scripts/fixdep k/.a.o.d k/a.o "
		"'gcc -D__KERNEL__ -c -o k/a.o /t/k/a.c' > k/.a.o.cmd\n"
		"gcc -D__KERNEL__ -D__ASSEMBLY__ -c -o k/b.o /t/k/b.S\n"
		"gcc -Wall -c -o scripts/h.o /t/scripts/h.c\n"
		"ccache gcc -D__KERNEL__ -c /t/k/c.c -o k/c.o\n"
		"gcc -D__KERNEL__ -S -o k/d.s /t/k/d.c\n";
	struct commands c;

	commands_init(&c);
	commands_add_shell(&c, "/o", text);
	assert_int_equal(c.v.n, 3);
	commands_drop_host(&c);
	assert_int_equal(c.v.n, 2);
	assert_string_equal(args_of(&c, 0), "/o: /t/k/a.c -> k/a.o: -Wp,-MMD,k/.a.o.d -D__KERNEL__ "
					    "-DM=\"k/a\" -include /t/x.c");
	assert_string_equal(args_of(&c, 1), "/o: /t/k/c.c -> k/c.o: -D__KERNEL__");
	commands_release(&c);
}

static void test_cmd_file(void **state)
{
	struct commands c;

	commands_init(&c);
	assert_true(commands_add_cmd_line(&c, "/o",
					  "savedcmd_k/a.o := gcc -D__KERNEL__ -DD='a$$b\\#c$(pound)d' "
					  "-c -o k/a.o ../k/a.c ; ./tools/objtool k/a.o\n"));
	assert_string_equal(args_of(&c, 0), "/o: ../k/a.c -> k/a.o: -D__KERNEL__ -DD=a$b#c#d");
	assert_true(commands_add_cmd_line(&c, "/o", "cmd_k/b.o := gcc -D__KERNEL__ -c -o k/b.o b.c"));
	assert_false(commands_add_cmd_line(&c, "/o", "savedcmd_k/c.o := ld -r -o k/c.o k/a.o\n"));
	assert_false(commands_add_cmd_line(&c, "/o", "savedcmd_k/c.o"));
	assert_false(commands_add_cmd_line(&c, "/o", "savedcmd_k/c.o :="));
	assert_false(commands_add_cmd_line(&c, "/o", ""));
	assert_false(commands_add_cmd_line(&c, "/o", "deps_k/c.o := gcc -c -o x x.c"));
	assert_int_equal(c.v.n, 2);
	commands_release(&c);
}

static int add_json(struct commands *c, const char *text)
{
	const char *error = NULL;
	int err = commands_add_json(c, text, strlen(text), &error);

	assert_true(!err || error);
	return err;
}

static void test_compile_commands(void **state)
{
	struct commands c;

	commands_init(&c);
	assert_int_equal(add_json(&c, "[]"), 0);
	assert_int_equal(add_json(&c, "[{\"directory\":\"/b\",\"file\":\"/t/a.c\",\"command\":"
				      "\"gcc -DX='\\\"q\\\"' -c -o a.o /t/a.c\"},"
				      "{\"directory\":\"/b\",\"file\":\"b.c\",\"arguments\":"
				      "[\"clang\",\"-DY=a b\",\"-c\",\"b.c\"]}]"),
			 0);
	assert_int_equal(c.v.n, 2);
	assert_string_equal(args_of(&c, 0), "/b: /t/a.c -> a.o: -DX=\"q\"");
	assert_string_equal(args_of(&c, 1), "/b: b.c -> : -DY=a b");
	/* No kernel code among them: then all of them are wanted. */
	commands_drop_host(&c);
	assert_int_equal(c.v.n, 2);
	assert_int_equal(add_json(&c, ""), -EBADMSG);
	assert_int_equal(add_json(&c, "{}"), -EBADMSG);
	assert_int_equal(add_json(&c, "[{\"command\":\"gcc\"}]"), -EBADMSG);
	assert_int_equal(add_json(&c, "[{\"directory\":\"/\"}]"), -EBADMSG);
	assert_int_equal(add_json(&c, "[{\"directory\":\"/\",\"arguments\":\"x\"}]"), -EBADMSG);
	assert_int_equal(add_json(&c, "[{\"directory\":\"/\",\"arguments\":[1]}]"), -EBADMSG);
	assert_int_equal(add_json(&c, "[1, 2"), -EBADMSG);
	commands_release(&c);
}

static void test_save_and_load(void **state)
{
	const char *argv[] = { "gcc", "-DX=a\nb\\c", "-c", "-o", "x.o", "x.c" };
	struct strbuf sb = STRBUF_INIT, again = STRBUF_INIT;
	struct commands c, d;

	commands_init(&c);
	assert_true(commands_add(&c, "/d", argv, ARRAY_SIZE(argv)));
	assert_true(commands_add(&c, "/d", argv, ARRAY_SIZE(argv)));
	commands_save(&c, &sb);
	commands_init(&d);
	assert_int_equal(commands_load(&d, sb.buf, sb.len), 0);
	assert_string_equal(args_of(&d, 1), "/d: x.c -> x.o: -DX=a\nb\\c");
	commands_save(&d, &again);
	assert_string_equal(sb.buf, again.buf);
	commands_release(&d);
	/* Cut anywhere, or with a byte changed, it is refused or is another whole list; never a crash. */
	for (size_t len = 0; len < sb.len; len++) {
		commands_init(&d);
		assert_int_equal(commands_load(&d, sb.buf, len), -EBADMSG);
		commands_release(&d);
	}
	for (size_t i = 0; i < sb.len; i++) {
		char was = sb.buf[i];

		sb.buf[i] = '9';
		commands_init(&d);
		if (commands_load(&d, sb.buf, sb.len) == 0 && d.v.n)
			args_of(&d, d.v.n - 1);
		commands_release(&d);
		sb.buf[i] = was;
	}
	strbuf_release(&sb);
	strbuf_release(&again);
	commands_release(&c);
}

/* ---- options -------------------------------------------------------------------------------- */

static const char *filtered(const char *command, struct compile_unit *ret)
{
	struct strbuf sb = STRBUF_INIT;
	struct flags_memo memo = { 0 };
	struct compile_unit u = { 0 };
	struct commands c;
	const char *result;

	commands_init(&c);
	commands_add_shell(&c, "/o", command);
	assert_int_equal(c.v.n, 1);
	flags_apply(&c, &c.v.v[0], &rules, &memo, &arena, &u);
	for (const char **arg = u.argv; *arg; arg++)
		strbuf_addf(&sb, "%s%s", sb.len ? " " : "", *arg);
	if (ret)
		*ret = u;
	result = arena_strdup(&arena, sb.buf);
	strbuf_release(&sb);
	vec_release(&memo.words);
	commands_release(&c);
	return result;
}

static const char *optimised(const char *command)
{
	struct compile_unit u;

	filtered(command, &u);
	return u.optimise;
}

static void test_flags(void **state)
{
	assert_string_equal(filtered("gcc -nostdinc -I./include -I /t/i -isystem x -iquote ./q "
				     "-include ./k.h -std=gnu11 -DA -D B=1 -UC -c -o a.o a.c", NULL),
			    "-nostdinc -I/o/include -I /t/i -isystem /o/x -iquote /o/q "
			    "-include /o/k.h -std=gnu11 -DA -D B=1 -UC");
	assert_string_equal(filtered("gcc -fshort-wchar -funsigned-char -fno-common -O2 -g -gdwarf-5 "
				     "-Wall -Wp,-MMD,x.d -mcmodel=kernel -m64 -mno-sse -fplugin=p.so "
				     "-falign-jumps=1 --param allow-store-data-races=0 "
				     "--param=ssp-buffer-size=8 -pipe -fno-builtin-bcmp "
				     "-mrecord-mcount -fnew-thing -unknown -c -o a.o a.c", NULL),
			    "-fshort-wchar -funsigned-char -m64 -mno-sse -fno-builtin-bcmp");
	assert_string_equal(filtered("aarch64-linux-gnu-gcc-12 -mlittle-endian -c a.c", NULL),
			    "--target=aarch64-linux-gnu -mlittle-endian");
	assert_string_equal(filtered("clang --target=x86_64-linux-gnu -c a.c", NULL),
			    "--target=x86_64-linux-gnu");
	/* The last one counts, for units that need one. */
	assert_string_equal(optimised("gcc -O2 -Os -c a.c"), "-Os");
	assert_null(optimised("gcc -c a.c"));
	/* An option that lost its argument takes nothing with it. */
	assert_string_equal(filtered("gcc -c a.c -DX -I", NULL), "-DX");
}

static void test_ftrace(void **state)
{
	struct compile_unit u;

	filtered("gcc -fpatchable-function-entry=16,16 -pg -mfentry -c a.c", &u);
	assert_true(u.ftrace);
	/* x86 without CC_FLAGS_FTRACE: the padding stays. */
	filtered("gcc -fpatchable-function-entry=16,16 -c a.c", &u);
	assert_false(u.ftrace);
	/* CFLAGS_REMOVE_tsc.o = -pg: how it would be done stays, and is not done. */
	filtered("gcc -mfentry -mrecord-mcount -DCC_USING_FENTRY -c a.c", &u);
	assert_false(u.ftrace);
	/* arm64, with and without. */
	filtered("gcc -fpatchable-function-entry=4,2 -c a.c", &u);
	assert_true(u.ftrace);
	filtered("gcc -fpatchable-function-entry=2 -c a.c", &u);
	assert_true(u.ftrace);
	filtered("gcc -c a.c", &u);
	assert_false(u.ftrace);
}

/* ---- a whole tree ---------------------------------------------------------------------------- */

static void put_small_kernel(void)
{
	put_file("t/kernel/a.c", "int a;\n");
	put_file("t/kernel/sched/policy.c", "#ifdef CONFIG_EXT\n# include \"ext.c\"\n#else\n"
					    "#include \"none.c\"\n#endif\n#include \"rt.c\"\n");
	put_file("t/kernel/sched/ext.c", "");
	put_file("t/kernel/sched/rt.c", "");
	put_file("t/Makefile", "# SPDX\nVERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 3\n"
			       "EXTRAVERSION = -rc1\nNAME = x\n");
	put_file("b/.config", "# Linux/x86 6.12.3 Kernel Configuration\nCONFIG_BPF_SYSCALL=y\n");
	put_file("b/kernel/.a.o.cmd", "savedcmd_kernel/a.o := gcc -D__KERNEL__ -pg -I../t/include "
				      "-c -o kernel/a.o ../t/kernel/a.c\n\nsource_x := y\n");
	put_file("b/kernel/sched/.policy.o.cmd",
		 "savedcmd_x := gcc -D__KERNEL__ -c -o kernel/sched/policy.o "
		 "../t/kernel/sched/policy.c\n");
	put_file("b/lib/.gen.o.cmd", "cmd_lib/gen.o := gcc -D__KERNEL__ -c -o lib/gen.o lib/gen.c\n");
	put_file("b/scripts/.h.o.cmd", "cmd_scripts/h.o := gcc -c -o scripts/h.o ../t/h.c\n");
	put_file("b/kernel/.x.o.cmd", "");
}

static int open_tree(const char *tree, const char *build, struct kbuild *kb, const char **error)
{
	struct kbuild_options o = {
		.tree = fs_join(&arena, dir, tree),
		.build = build ? fs_join(&arena, dir, build) : NULL,
		.cache = fs_join(&arena, dir, "cache"),
		.offline = true,
	};

	return kbuild_open(kb, &o, &rules, error);
}

static void test_build_with_cmd_files(void **state)
{
	struct unit_list units = { 0 };
	const char *error = NULL;
	struct kbuild kb;

	put_small_kernel();
	assert_int_equal(open_tree("t", "b", &kb, &error), 0);
	assert_string_equal(kb.kernel_version, "6.12.3-rc1");
	assert_int_equal(kb.units.n, 3);
	assert_string_equal(kb.units.v[0].file, "build:lib/gen.c");
	assert_string_equal(kb.units.v[0].object, "lib/gen.o");
	assert_string_equal(kb.units.v[1].file, "kernel/a.c");
	assert_true(kb.units.v[1].ftrace);
	assert_false(kb.units.v[2].ftrace);
	assert_string_equal(kb.units.v[2].file, "kernel/sched/policy.c");
	assert_true(fs_exists(kb.units.v[2].path));
	assert_int_equal(kb.missing.n + 1, rules.kconfig.n);

	assert_int_equal(kbuild_scope(&kb, "", &units), 3);
	units.v.n = 0;
	assert_int_equal(kbuild_scope(&kb, "kernel/sched/", &units), 1);
	assert_int_equal(kbuild_scope(&kb, "./kernel", &units), 2);
	assert_int_equal(units.v.n, 2);
	assert_int_equal(units.v.v[0], 1);
	assert_int_equal(units.v.v[1], 2);
	assert_int_equal(kbuild_scope(&kb, "kern", &units), 0);
	assert_int_equal(kbuild_scope(&kb, "kernel/a.c", &units), 1);
	assert_int_equal(kbuild_scope(&kb, "kernel/sched/rt.c", &units), 1);
	/* Its #ifdef is off in this config, so the #else is on. */
	assert_int_equal(kbuild_scope(&kb, "kernel/sched/ext.c", &units), 0);
	assert_int_equal(kbuild_scope(&kb, "kernel/sched/none.c", &units), 1);
	vec_release(&units.v);
	kbuild_release(&kb);
	put_file("b/.config", "CONFIG_EXT=y\n");
	assert_int_equal(open_tree("t", "b", &kb, &error), 0);
	assert_int_equal(kbuild_scope(&kb, "kernel/sched/ext.c", &units), 1);
	vec_release(&units.v);
	kbuild_release(&kb);
}

static void expect_error(const char *tree, const char *build, const char *part)
{
	const char *error = NULL;
	struct kbuild kb;

	if (open_tree(tree, build, &kb, &error) == 0)
		fail_msg("opening %s with %s should fail: %s", tree, build ? build : "nothing", part);
	assert_non_null(error);
	if (!strstr(error, part))
		fail_msg("'%s' is not in '%s'", part, error);
	kbuild_release(&kb);
}

static void test_bad_trees(void **state)
{
	put_small_kernel();
	expect_error("none", NULL, "No such file");
	expect_error("t/Makefile", NULL, "Not a directory");
	expect_error("t", NULL, "no kernel source tree");
	expect_error("t", "none", "No such file");
	expect_error("t", "t/kernel", "neither a compile_commands.json");
	put_file("j/compile_commands.json", "[{]");
	expect_error("t", "j", "compile_commands.json: 1:");
	put_file("j/compile_commands.json",
		 "[{\"directory\": \"/gone\", \"command\": \"gcc -c -o e.o /elsewhere/e.c\"}]");
	expect_error("t", "j", "none of the 1 compile commands");
	put_file("t/Kconfig", "");
	put_file("t/Kbuild", "");
	put_file("t/scripts/Makefile.build", "");
	expect_error("t", NULL, "--offline forbids");
	put_file("t/.config", "");
	expect_error("t", NULL, "built in place");
}

/* ---- config ---------------------------------------------------------------------------------- */

static void test_kconfig(void **state)
{
	struct kconfig k;
	const char *tree = fs_join(&arena, dir, "kc");

	put_file("kc/Kconfig", "mainmenu \"x\"\nsource \"arch/$(SRCARCH)/Kconfig\"\n"
			       "if NET\nsource \"net/Kconfig\"\nendif\n"
			       "config FOO\n\tbool \"foo\"\n\tdepends on BAR && \\\n\t\t!BAZ\n"
			       "\thelp\n\t  config HELP\n\n\t  depends on NOTHING\n"
			       "config BAR\n\tbool \"bar\"\n\tdepends on DEEP\n"
			       "config VER\n\tbool \"v\"\n\tdepends on V >= 116\n\tdepends on A || V > 5\n"
			       "config SILENT\n\tbool\n"
			       "config FREE\n\tbool \"free\"\n");
	put_file("kc/arch/x86/Kconfig", "config X86\n\tdef_bool y\n");
	put_file("kc/net/Kconfig", "menu \"m\"\n\tdepends on INET\nconfig SOCK\n\tbool \"s\"\nendmenu\n"
				   "config OPEN\n\tbool \"o\"\n");
	kconfig_parse(&k, "# Linux/x86 6.1 Kernel Configuration\nCONFIG_BAZ=y\nCONFIG_V=3\n"
			  "# CONFIG_NET is not set\nCONFIG_S=\"a=b\"\nrubbish\nCONFIG_\nCONFIG_Q");
	assert_string_equal(k.srcarch, "x86");
	assert_string_equal(kconfig_get(&k, "BAZ"), "y");
	assert_string_equal(kconfig_get(&k, "NET"), "n");
	assert_string_equal(kconfig_get(&k, "S"), "\"a=b\"");
	assert_string_equal(kconfig_explain(&k, tree, "FOO", "y", &arena),
			    "BAR is not set, BAZ is set");
	assert_string_equal(kconfig_explain(&k, tree, "BAR", "y", &arena),
			    "DEEP is not set: this kernel has no such symbol");
	assert_string_equal(kconfig_explain(&k, tree, "VER", "y", &arena),
			    "V >= 116 does not hold (V is 3), A || V > 5 does not hold");
	assert_string_equal(kconfig_explain(&k, tree, "SOCK", "y", &arena),
			    "NET is not set, INET is not set");
	assert_string_equal(kconfig_explain(&k, tree, "OPEN", "y", &arena),
			    "NET is not set: this kernel has no such symbol");
	assert_string_equal(kconfig_explain(&k, tree, "HELP", "y", &arena),
			    "this kernel has no such symbol");
	assert_string_equal(kconfig_explain(&k, tree, "SILENT", "y", &arena),
			    "it has no prompt: other symbols or the tools select it");
	assert_string_equal(kconfig_explain(&k, tree, "FREE", "y", &arena),
			    "its dependencies hold, but the config says otherwise");
	assert_string_equal(kconfig_explain(&k, tree, "BAZ", "n", &arena),
			    "it is y, not n: this kernel has no such symbol");
	kconfig_release(&k);

	/* A file that sources itself comes to an end, as do expressions that are none. */
	put_file("kc2/Kconfig", "config A\n\tbool \"a\"\n\tdepends on (((\n\tdepends on && || !\n"
				"\tdepends on B =\nsource \"Kconfig\"\nendif\nendmenu\nif\n");
	kconfig_parse(&k, "");
	kconfig_explain(&k, fs_join(&arena, dir, "kc2"), "A", "y", &arena);
	kconfig_release(&k);
}

static void test_stamp(void **state)
{
	struct strbuf stamp = STRBUF_INIT, fresh = STRBUF_INIT;
	const char *tree = fs_join(&arena, dir, "st");

	put_file("st/Makefile", "x\n");
	put_file("st/a/Kconfig", "x\n");
	put_file("st/.git/Makefile", "x\n");
	stamp_make(tree, "head 1", &stamp);
	assert_true(stamp_holds(tree, "head 1", stamp.buf, &fresh));
	assert_int_equal(fresh.len, 0);
	assert_false(stamp_holds(tree, "head", stamp.buf, &fresh));
	assert_false(stamp_holds(tree, "head 1", "", &fresh));
	assert_false(stamp_holds(tree, "head 1", "H head 1\nF\nrubbish\n", &fresh));
	/* A new file that does not matter: it holds, and there is a newer stamp to keep. */
	put_file("st/a/new.c", "");
	assert_true(stamp_holds(tree, "head 1", stamp.buf, &fresh));
	assert_true(fresh.len > 0);
	put_file("st/.git/Makefile", "other\n");
	assert_true(stamp_holds(tree, "head 1", fresh.buf, &fresh));
	strbuf_reset(&fresh);
	put_file("st/b/Makefile", "");
	assert_false(stamp_holds(tree, "head 1", stamp.buf, &fresh));
	strbuf_reset(&stamp);
	stamp_make(tree, "head 1", &stamp);
	put_file("st/Makefile", "xy\n");
	assert_false(stamp_holds(tree, "head 1", stamp.buf, &fresh));
	assert_int_equal(fresh.len, 0);
	strbuf_release(&stamp);
	strbuf_release(&fresh);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shell),
		cmocka_unit_test(test_dry_run),
		cmocka_unit_test(test_cmd_file),
		cmocka_unit_test(test_compile_commands),
		cmocka_unit_test(test_save_and_load),
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_ftrace),
		cmocka_unit_test(test_build_with_cmd_files),
		cmocka_unit_test(test_bad_trees),
		cmocka_unit_test(test_kconfig),
		cmocka_unit_test(test_stamp),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
