// SPDX-License-Identifier: MIT
#include "base/fs.h"
#include "base/log.h"
#include "help.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { KEY_MAN = 0x200, KEY_COMPLETION };

struct help_command {
	struct options o;
	const char *topic;
	const char *man;
	const char *shell;
};

static void collect(const struct argp *argp, struct help_options *ret)
{
	for (const struct argp_option *o = argp->options; o && (o->name || o->key); o++) {
		struct help_option option = {
			.name = o->name,
			.key = o->key > ' ' && o->key < 0x7f ? (char)o->key : 0,
			.arg = o->arg,
			.arg_optional = o->flags & OPTION_ARG_OPTIONAL,
			.doc = o->doc,
		};

		vec_push(&ret->v, option);
	}
	for (const struct argp_child *c = argp->children; c && c->argp; c++)
		collect(c->argp, ret);
}

void help_collect(const struct argp *argp, struct help_options *ret)
{
	static const struct help_option common[] = {
		{ "help", '?', NULL, false, "Say how the command is used" },
		{ "usage", 0, NULL, false, "The same in short" },
		{ "version", 'V', NULL, false, "Say which version this is" },
	};

	collect(argp, ret);
	for (size_t i = 0; i < ARRAY_SIZE(common); i++)
		vec_push(&ret->v, common[i]);
}

bool help_values(const struct command *c, const struct help_option *o, struct strbuf *out)
{
	if (!o->name)
		return false;
	if (strcmp(o->name, "output") != 0)
		return options_values(o->name, out);
	for (size_t i = 0; c->writers && c->writers[i]; i++)
		strbuf_addf(out, "%s%s", i ? " " : "", c->writers[i]->name);
	for (size_t i = 0; c->formats && c->formats[i]; i++)
		strbuf_addf(out, "%s%s", i ? " " : "", c->formats[i]);
	return out->len > 0;
}

/* @text between @indent and the 80th column; the first line has @used columns already. */
static void wrap(struct strbuf *out, const char *text, size_t indent, size_t used)
{
	size_t col = used;

	while (*text) {
		size_t n = strcspn(text, " ");

		if (col > indent && col + 1 + n > 79) {
			strbuf_addch(out, '\n');
			strbuf_addchars(out, ' ', indent);
			col = indent;
		} else if (col > indent) {
			strbuf_addch(out, ' ');
			col++;
		} else {
			strbuf_addchars(out, ' ', indent - col);
			col = indent;
		}
		strbuf_add(out, text, n);
		col += n;
		text += n + (text[n] == ' ');
	}
	strbuf_addch(out, '\n');
}

static void add_topic(struct strbuf *out, const struct help_topic *t)
{
	strbuf_addf(out, "relock %s: %s\n", t->name, t->title);
	for (const struct help_block *b = t->blocks; b->kind != HELP_END; b++) {
		if (b == t->blocks || b->kind != HELP_ITEM || b[-1].kind != HELP_ITEM)
			strbuf_addch(out, '\n');
		if (b->kind == HELP_ITEM) {
			size_t len = strlen(b->term);

			strbuf_addf(out, "  %s", b->term);
			if (len + 2 >= 16)
				strbuf_addch(out, '\n');
			wrap(out, b->text, 16, len + 2 < 16 ? len + 2 : 0);
		} else if (b->kind == HELP_CODE) {
			for (const char *p = b->text; *p;) {
				size_t n = strcspn(p, "\n");

				strbuf_addf(out, "    %.*s\n", (int)n, p);
				p += n + (p[n] == '\n');
			}
		} else {
			wrap(out, b->text, 0, 0);
		}
	}
}

static void add_overview(struct strbuf *out)
{
	strbuf_addstr(
		out,
		"Usage: relock COMMAND [OPTION...]\n"
		"Finds where BPF code in a Linux kernel tree can take a lock it already holds.\n\n"
		"Commands:\n");
	for (size_t i = 0; commands[i]; i++)
		strbuf_addf(out, "  %-12s %s\n", commands[i]->name, commands[i]->what);
	strbuf_addstr(out, "\nTopics:\n");
	for (const struct help_topic *t = help_topics; t->name; t++)
		strbuf_addf(out, "  %-12s %s\n", t->name, t->title);
	strbuf_addstr(
		out,
		"\n'relock help COMMAND' lists a command's options, 'relock help TOPIC' is about a "
		"topic.\n'relock --version' says which version this is, and with --verbose what "
		"it found.\n");
}

static bool add_help(const char *name, struct strbuf *out)
{
	const struct help_topic *topic = name ? help_find_topic(name) : NULL;
	const struct command *command = name ? command_find(name) : NULL;
	struct strbuf names = STRBUF_INIT;

	if (!name) {
		add_overview(out);
		return true;
	}
	if (topic) {
		add_topic(out, topic);
		return true;
	}
	if (command) {
		char self[64], option[] = "--help", *argv[] = { self, option, NULL };

		snprintf(self, sizeof(self), "relock %s", name);
		/* argp prints it and exits. */
		command->run(2, argv);
		return true;
	}
	for (size_t i = 0; commands[i]; i++)
		strbuf_addf(&names, "%s, ", commands[i]->name);
	for (const struct help_topic *t = help_topics; t->name; t++)
		strbuf_addf(&names, "%s%s", t->name, t[1].name ? ", " : "");
	log_error("there is no help on '%s'; there is on %s", name, names.buf);
	strbuf_release(&names);
	return false;
}

static bool write_page(const char *dir, const char *name, int section, struct strbuf *page)
{
	struct arena a = ARENA_INIT;
	const char *folder = arena_printf(&a, "%s/man%d", dir, section);
	const char *path = arena_printf(&a, "%s/%s.%d", folder, name, section);
	int err = fs_mkdirs(folder);

	if (!err)
		err = fs_write(path, page->buf, page->len);
	if (err)
		log_error("--man: cannot write %s: %s", path, strerror(-err));
	strbuf_reset(page);
	arena_release(&a);
	return !err;
}

static bool write_pages(const char *dir)
{
	struct strbuf page = STRBUF_INIT, name = STRBUF_INIT;
	bool ok;

	help_man_program(&page);
	ok = write_page(dir, "relock", 1, &page);
	for (size_t i = 0; ok && commands[i]; i++) {
		strbuf_reset(&name);
		strbuf_addf(&name, "relock-%s", commands[i]->name);
		help_man_command(commands[i], &page);
		ok = write_page(dir, name.buf, 1, &page);
	}
	for (const struct help_topic *t = help_topics; ok && t->name; t++) {
		strbuf_reset(&name);
		strbuf_addf(&name, "relock-%s", t->name);
		help_man_topic(t, &page);
		ok = write_page(dir, name.buf, t->section, &page);
	}
	strbuf_release(&page);
	strbuf_release(&name);
	return ok;
}

static bool add_completion(const struct help_command *c, struct strbuf *out)
{
	struct rules rules;
	bool ok = options_read_rules(&c->o, &rules);

	if (ok && !help_completion(c->shell, &rules, out)) {
		log_error("--completion takes one of bash, zsh, fish, not '%s'", c->shell);
		ok = false;
	}
	rules_release(&rules);
	return ok;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct help_command *c = state->input;

	switch (key) {
	case KEY_MAN:
		c->man = arg;
		return 0;
	case KEY_COMPLETION:
		c->shell = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (c->topic)
			argp_error(state, "one command or topic at a time: '%s' is the second",
				   arg);
		c->topic = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option own_options[] = {
	{ "man", KEY_MAN, "DIR", 0, "Write all man pages below the folder DIR", 1 },
	{ "completion", KEY_COMPLETION, "SHELL", 0, "Print what bash, zsh or fish completes with",
	  1 },
	{ 0 },
};
static const struct argp argp = {
	.options = own_options,
	.parser = parse,
	.args_doc = "[COMMAND|TOPIC]",
	.doc = "Says how a command is used, or what there is to know of a topic. Without either, "
	       "says "
	       "which there are.",
};

static int run(int argc, char **argv)
{
	const struct output to = { .format = "help" };
	struct help_command c = { 0 };
	struct strbuf out = STRBUF_INIT;
	bool ok;

	options_init(&c.o);
	argp_parse(&argp, argc, argv, 0, NULL, &c);
	if (c.man)
		ok = write_pages(c.man);
	else if (c.shell)
		ok = add_completion(&c, &out);
	else
		ok = add_help(c.topic, &out);
	ok = ok && options_write(&to, &out);
	strbuf_release(&out);
	options_release(&c.o);
	return ok ? EXIT_CLEAN : EXIT_ERROR;
}

const struct command cmd_help = {
	.name = "help",
	.what = "how a command is used, or what there is to know of a topic",
	.argp = &argp,
	.run = run,
	.operand = OPERAND_TOPIC,
};
