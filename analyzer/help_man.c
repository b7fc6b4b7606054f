// SPDX-License-Identifier: MIT
#include "help.h"

#include <string.h>

/* Text as roff prints it: no escapes, no requests, hyphens that can be copied. */
static void add_text(struct strbuf *out, const char *text, size_t len)
{
	bool start = !out->len || out->buf[out->len - 1] == '\n';

	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (start && (c == '.' || c == '\''))
			strbuf_addstr(out, "\\&");
		start = c == '\n';
		if (c == '\\')
			strbuf_addstr(out, "\\e");
		else if (c == '-')
			strbuf_addstr(out, "\\-");
		else if (c == '\'')
			strbuf_addstr(out, "\\(aq");
		else
			strbuf_addch(out, c);
	}
}

static void add_string(struct strbuf *out, const char *text)
{
	add_text(out, text, strlen(text));
}

static void add_line(struct strbuf *out, const char *before, const char *text, const char *after)
{
	strbuf_addstr(out, before);
	add_string(out, text);
	strbuf_addstr(out, after);
}

static void add_head(struct strbuf *out, const char *name, int section, const char *what)
{
	strbuf_addstr(out, ".\\\" Made by 'relock help --man'; not for editing.\n.TH ");
	for (const char *p = name; *p; p++)
		strbuf_addch(out, *p >= 'a' && *p <= 'z' ? *p - 'a' + 'A' : *p);
	strbuf_addf(out, " %d \"\" \"relock %s\" \"relock\"\n.SH NAME\n", section, RELOCK_VERSION);
	add_string(out, name);
	add_line(out, " \\- ", what, "\n");
}

static void add_blocks(struct strbuf *out, const struct help_block *b)
{
	for (; b->kind != HELP_END; b++) {
		switch (b->kind) {
		case HELP_ITEM:
			add_line(out, ".TP\n.B ", b->term, "\n");
			add_line(out, "", b->text, "\n");
			break;
		case HELP_CODE:
			add_line(out, ".PP\n.in +4n\n.nf\n", b->text, "\n.fi\n.in\n");
			break;
		default:
			add_line(out, ".PP\n", b->text, "\n");
		}
	}
}

static void add_option(struct strbuf *out, const struct help_option *o)
{
	strbuf_addstr(out, ".TP\n");
	if (o->key)
		strbuf_addf(out, "\\fB\\-%c\\fR", o->key);
	if (o->name) {
		add_line(out, o->key ? ", \\fB\\-\\-" : "\\fB\\-\\-", o->name, "\\fR");
		if (o->arg)
			add_line(out, o->arg_optional ? "[=\\fI" : "=\\fI", o->arg,
				 o->arg_optional ? "\\fR]" : "\\fR");
	}
	add_line(out, "\n", o->doc, ".\n");
}

static void see_also(struct strbuf *out, const char *self)
{
	strbuf_addstr(out, ".SH \"SEE ALSO\"\n");
	if (strcmp(self, "relock") != 0)
		strbuf_addstr(out, ".BR relock (1),\n");
	for (size_t i = 0; commands[i]; i++) {
		if (strcmp(self, commands[i]->name) != 0)
			strbuf_addf(out, ".BR relock\\-%s (1),\n", commands[i]->name);
	}
	for (const struct help_topic *t = help_topics; t->name; t++) {
		if (strcmp(self, t->name) != 0) {
			add_line(out, ".BR relock\\-", t->name, "");
			strbuf_addf(out, " (%d)%s\n", t->section, t[1].name ? "," : "");
		}
	}
}

void help_man_program(struct strbuf *out)
{
	add_head(out, "relock", 1,
		 "find where BPF code in a Linux kernel tree can take a lock it already holds");
	strbuf_addstr(out, ".SH SYNOPSIS\n.B relock\n\\fICOMMAND\\fR [\\fIOPTION\\fR...]\n.br\n"
			   ".B relock help\n[\\fICOMMAND\\fR|\\fITOPIC\\fR]\n.br\n"
			   ".B relock \\-\\-version\n[\\fB\\-\\-verbose\\fR]\n.SH COMMANDS\n");
	for (size_t i = 0; commands[i]; i++) {
		strbuf_addf(out, ".TP\n.BR relock\\-%s (1)\n", commands[i]->name);
		add_line(out, "", commands[i]->what, "\n");
	}
	strbuf_addstr(out, ".SH TOPICS\n");
	for (const struct help_topic *t = help_topics; t->name; t++) {
		add_line(out, ".TP\n.BR relock\\-", t->name, "");
		strbuf_addf(out, " (%d)\n", t->section);
		add_line(out, "", t->title, "\n");
	}
	strbuf_addstr(out, ".SH \"EXIT STATUS\"\n");
	add_blocks(out, help_exit_status.blocks);
}

void help_man_command(const struct command *c, struct strbuf *out)
{
	struct strbuf name = STRBUF_INIT;
	struct help_options options = { 0 };
	const char *args = c->argp->args_doc ? c->argp->args_doc : "";
	const char *doc = c->argp->doc;
	size_t len = strcspn(doc, "\v");

	strbuf_addf(&name, "relock-%s", c->name);
	add_head(out, name.buf, 1, c->what);
	strbuf_addstr(out, ".SH SYNOPSIS\n");
	for (bool first = true; first || *args; first = false) {
		size_t n = strcspn(args, "\n");

		strbuf_addf(out, "%s.B relock %s\n[\\fIOPTION\\fR...] ", first ? "" : ".br\n",
			    c->name);
		add_text(out, args, n);
		strbuf_addch(out, '\n');
		args += n + (args[n] == '\n');
	}
	strbuf_addstr(out, ".SH DESCRIPTION\n");
	add_text(out, doc, len);
	strbuf_addch(out, '\n');
	if (doc[len])
		add_line(out, ".PP\n", doc + len + 1, "\n");
	strbuf_addstr(out, ".SH OPTIONS\n");
	help_collect(c->argp, &options);
	for (size_t i = 0; i < options.v.n; i++)
		add_option(out, &options.v.v[i]);
	strbuf_addstr(out, ".SH \"EXIT STATUS\"\n");
	add_blocks(out, help_exit_status.blocks);
	see_also(out, c->name);
	vec_release(&options.v);
	strbuf_release(&name);
}

void help_man_topic(const struct help_topic *t, struct strbuf *out)
{
	struct strbuf name = STRBUF_INIT;

	strbuf_addf(&name, "relock-%s", t->name);
	add_head(out, name.buf, t->section, t->title);
	strbuf_addstr(out, ".SH DESCRIPTION\n");
	add_blocks(out, t->blocks);
	see_also(out, t->name);
	strbuf_release(&name);
}
