// SPDX-License-Identifier: MIT
#include "help.h"

#include <string.h>

static const char header[] = "# Made by 'relock help --completion'; not for editing.\n";

enum kind { TAKES_NOTHING, TAKES_WORD, TAKES_VALUES, TAKES_DIR, TAKES_FILE };

/* What stands behind an option. The values are in @values, if they are a list. */
static enum kind takes(const struct command *c, const struct help_option *o, struct strbuf *values)
{
	strbuf_reset(values);
	if (!o->arg || o->arg_optional)
		return TAKES_NOTHING;
	if (help_values(c, o, values))
		return TAKES_VALUES;
	if (!strcmp(o->arg, "DIR"))
		return TAKES_DIR;
	return !strcmp(o->arg, "FILE") || !strcmp(o->arg, "PATH") ? TAKES_FILE : TAKES_WORD;
}

/* In single quotes of a shell; what separates fields of zsh's tables gets a backslash. */
static void add_quoted(struct strbuf *out, const char *text, const char *escape)
{
	for (; *text; text++) {
		if (*text == '\'') {
			strbuf_addstr(out, "'\\''");
			continue;
		}
		if (strchr(escape, *text))
			strbuf_addch(out, '\\');
		strbuf_addch(out, *text);
	}
}

static void add_rules(struct strbuf *out, const struct rules *rules)
{
	for (size_t i = 0; i < rules->hazards.n; i++)
		strbuf_addf(out, "%s%s", i ? " " : "", rules->hazards.v[i].code);
}

static void add_topics(struct strbuf *out)
{
	for (size_t i = 0; commands[i]; i++)
		strbuf_addf(out, "%s ", commands[i]->name);
	for (const struct help_topic *t = help_topics; t->name; t++)
		strbuf_addf(out, "%s%s", t->name, t[1].name ? " " : "");
}

static void bash_command(struct strbuf *out, const struct command *c)
{
	struct help_options options = { 0 };
	struct strbuf values = STRBUF_INIT;

	help_collect(c->argp, &options);
	strbuf_addf(out, "\t%s)\n\t\toptions='", c->name);
	for (size_t i = 0; i < options.v.n; i++) {
		if (options.v.v[i].name)
			strbuf_addf(out, "%s--%s", i ? " " : "", options.v.v[i].name);
	}
	strbuf_addstr(out, "'\n\t\tcase $previous in\n");
	for (size_t i = 0; i < options.v.n; i++) {
		const struct help_option *o = &options.v.v[i];
		enum kind kind = takes(c, o, &values);

		if (kind == TAKES_NOTHING)
			continue;
		strbuf_addstr(out, "\t\t");
		if (o->key)
			strbuf_addf(out, "-%c%s", o->key, o->name ? " | " : "");
		if (o->name)
			strbuf_addf(out, "--%s", o->name);
		if (kind == TAKES_VALUES)
			strbuf_addf(out, ") kind=words words='%s' ;;\n", values.buf);
		else
			strbuf_addf(out, ") kind=%s ;;\n",
				    kind == TAKES_DIR	 ? "folders"
				    : kind == TAKES_FILE ? "files"
							 : "none");
	}
	strbuf_addstr(out, "\t\tesac ;;\n");
	strbuf_release(&values);
	vec_release(&options.v);
}

static void bash_operand(struct strbuf *out, const struct command *c, const struct rules *rules)
{
	strbuf_addf(out, "\t%s) ", c->name);
	switch (c->operand) {
	case OPERAND_NONE:
		strbuf_addstr(out, "kind=none");
		break;
	case OPERAND_TREE:
		strbuf_addstr(out, "kind=folders");
		break;
	case OPERAND_FILES:
		strbuf_addstr(out, "kind=files");
		break;
	case OPERAND_RULE:
		strbuf_addstr(out, "kind=words words='");
		add_rules(out, rules);
		strbuf_addstr(out, "'");
		break;
	case OPERAND_TOPIC:
		strbuf_addstr(out, "kind=words words='");
		add_topics(out);
		strbuf_addstr(out, "'");
		break;
	}
	strbuf_addstr(out, " ;;\n");
}

static void complete_bash(struct strbuf *out, const struct rules *rules)
{
	strbuf_addstr(out, header);
	/* readline takes --option=value apart at the '='. */
	strbuf_addstr(out, "_relock() {\n"
			   "\tlocal current=${COMP_WORDS[COMP_CWORD]}\n"
			   "\tlocal previous=${COMP_WORDS[COMP_CWORD - 1]}\n"
			   "\tlocal command=${COMP_WORDS[1]} kind='' words='' options=''\n"
			   "\tCOMPREPLY=()\n"
			   "\tif ((COMP_CWORD == 1)); then\n"
			   "\t\tmapfile -t COMPREPLY < <(compgen -W '");
	for (size_t i = 0; commands[i]; i++)
		strbuf_addf(out, "%s ", commands[i]->name);
	strbuf_addstr(out, "--help --version' -- \"$current\")\n\t\treturn\n\tfi\n"
			   "\tif [[ $current == '=' ]]; then\n\t\tcurrent=''\n"
			   "\telif [[ $previous == '=' ]]; then\n"
			   "\t\tprevious=${COMP_WORDS[COMP_CWORD - 2]}\n\tfi\n"
			   "\tcase $command in\n");
	for (size_t i = 0; commands[i]; i++)
		bash_command(out, commands[i]);
	strbuf_addstr(out, "\tesac\n"
			   "\tif [[ -z $kind && $current == -* ]]; then\n"
			   "\t\tmapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$current\")\n"
			   "\t\treturn\n\tfi\n"
			   "\t[[ -n $kind ]] || case $command in\n");
	for (size_t i = 0; commands[i]; i++)
		bash_operand(out, commands[i], rules);
	strbuf_addstr(
		out, "\tesac\n"
		     "\tcase $kind in\n"
		     "\twords) mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\") ;;\n"
		     "\tfolders) mapfile -t COMPREPLY < <(compgen -d -- \"$current\") ;;\n"
		     "\tfiles) mapfile -t COMPREPLY < <(compgen -f -- \"$current\") ;;\n"
		     "\tesac\n"
		     "\t[[ $kind == f* ]] && compopt -o filenames 2>/dev/null\n"
		     "\treturn 0\n}\n"
		     "complete -F _relock relock\n");
}

static void zsh_option(struct strbuf *out, const struct command *c, const struct help_option *o)
{
	struct strbuf values = STRBUF_INIT;
	enum kind kind = takes(c, o, &values);
	const char *many = strstr(o->doc, "(repeatable)") ? "*" : "";

	for (int is_long = 0; is_long < 2; is_long++) {
		if (is_long ? !o->name : !o->key || o->key == '?')
			continue;
		strbuf_addf(out, " \\\n\t\t\t\t'%s", many);
		if (is_long)
			strbuf_addf(out, "--%s%s[", o->name, kind != TAKES_NOTHING ? "=" : "");
		else
			strbuf_addf(out, "-%c%s[", o->key, kind != TAKES_NOTHING ? "+" : "");
		add_quoted(out, o->doc, "[]:\\");
		strbuf_addch(out, ']');
		if (kind != TAKES_NOTHING) {
			strbuf_addch(out, ':');
			add_quoted(out, o->arg, "[]:\\");
			strbuf_addch(out, ':');
		}
		if (kind == TAKES_VALUES)
			strbuf_addf(out, "(%s)", values.buf);
		else if (kind == TAKES_DIR)
			strbuf_addstr(out, "_files -/");
		else if (kind == TAKES_FILE)
			strbuf_addstr(out, "_files");
		strbuf_addch(out, '\'');
	}
	strbuf_release(&values);
}

static void zsh_command(struct strbuf *out, const struct command *c, const struct rules *rules)
{
	struct help_options options = { 0 };

	strbuf_addf(out, "\t\t%s)\n\t\t\t_arguments -s -S", c->name);
	help_collect(c->argp, &options);
	for (size_t i = 0; i < options.v.n; i++)
		zsh_option(out, c, &options.v.v[i]);
	switch (c->operand) {
	case OPERAND_NONE:
		break;
	case OPERAND_TREE:
		strbuf_addstr(out, " \\\n\t\t\t\t'*:tree:_files -/'");
		break;
	case OPERAND_FILES:
		strbuf_addstr(out, " \\\n\t\t\t\t'*:report:_files'");
		break;
	case OPERAND_RULE:
		strbuf_addstr(out, " \\\n\t\t\t\t'*:rule:(");
		add_rules(out, rules);
		strbuf_addstr(out, ")'");
		break;
	case OPERAND_TOPIC:
		strbuf_addstr(out, " \\\n\t\t\t\t'*:topic:(");
		add_topics(out);
		strbuf_addstr(out, ")'");
		break;
	}
	strbuf_addstr(out, " ;;\n");
	vec_release(&options.v);
}

static void complete_zsh(struct strbuf *out, const struct rules *rules)
{
	strbuf_addstr(out, "#compdef relock\n");
	strbuf_addstr(out, header);
	strbuf_addstr(out,
		      "_relock() {\n"
		      "\tlocal curcontext=$curcontext state line\n"
		      "\tlocal -a relock_commands\n"
		      "\t_arguments -C '--help[what there is]' '--version[which version this is]' "
		      "'1: :->command' '*:: :->rest' && return 0\n"
		      "\tcase $state in\n\tcommand)\n\t\trelock_commands=(\n");
	for (size_t i = 0; commands[i]; i++) {
		strbuf_addf(out, "\t\t\t'%s:", commands[i]->name);
		add_quoted(out, commands[i]->what, ":\\");
		strbuf_addstr(out, "'\n");
	}
	strbuf_addstr(out, "\t\t)\n\t\t_describe -t commands command relock_commands ;;\n"
			   "\trest)\n\t\tcase $words[1] in\n");
	for (size_t i = 0; commands[i]; i++)
		zsh_command(out, commands[i], rules);
	strbuf_addstr(out, "\t\tesac ;;\n\tesac\n}\n"
			   "if [[ $funcstack[1] == _relock ]]; then\n\t_relock \"$@\"\n"
			   "else\n\tcompdef _relock relock\nfi\n");
}

static void fish_command(struct strbuf *out, const struct command *c, const struct rules *rules)
{
	struct help_options options = { 0 };
	struct strbuf values = STRBUF_INIT, on = STRBUF_INIT;

	strbuf_addf(out, "complete -c relock -n __fish_use_subcommand -a %s -d '", c->name);
	add_quoted(out, c->what, "\\");
	strbuf_addstr(out, "'\n");
	strbuf_addf(&on, "complete -c relock -n '__fish_seen_subcommand_from %s'", c->name);
	help_collect(c->argp, &options);
	for (size_t i = 0; i < options.v.n; i++) {
		const struct help_option *o = &options.v.v[i];
		enum kind kind = takes(c, o, &values);

		strbuf_addstr(out, on.buf);
		if (o->key && o->key != '?')
			strbuf_addf(out, " -s %c", o->key);
		if (o->name)
			strbuf_addf(out, " -l %s", o->name);
		if (kind == TAKES_VALUES)
			strbuf_addf(out, " -x -a '%s'", values.buf);
		else if (kind == TAKES_DIR)
			strbuf_addstr(out, " -x -a '(__fish_complete_directories)'");
		else if (kind == TAKES_FILE)
			strbuf_addstr(out, " -r -F");
		else if (kind == TAKES_WORD)
			strbuf_addstr(out, " -x");
		strbuf_addstr(out, " -d '");
		add_quoted(out, o->doc, "\\");
		strbuf_addstr(out, "'\n");
	}
	if (c->operand != OPERAND_NONE)
		strbuf_addstr(out, on.buf);
	if (c->operand == OPERAND_TREE)
		strbuf_addstr(out, " -a '(__fish_complete_directories)'\n");
	else if (c->operand == OPERAND_FILES)
		strbuf_addstr(out, " -F\n");
	else if (c->operand == OPERAND_RULE || c->operand == OPERAND_TOPIC) {
		strbuf_addstr(out, " -a '");
		if (c->operand == OPERAND_RULE)
			add_rules(out, rules);
		else
			add_topics(out);
		strbuf_addstr(out, "'\n");
	}
	strbuf_release(&values);
	strbuf_release(&on);
	vec_release(&options.v);
}

static void complete_fish(struct strbuf *out, const struct rules *rules)
{
	strbuf_addstr(out, header);
	strbuf_addstr(out,
		      "complete -c relock -f\n"
		      "complete -c relock -n __fish_use_subcommand -l help -d 'what there is'\n"
		      "complete -c relock -n __fish_use_subcommand -l version -d 'which version "
		      "this is'\n");
	for (size_t i = 0; commands[i]; i++)
		fish_command(out, commands[i], rules);
}

bool help_completion(const char *shell, const struct rules *rules, struct strbuf *out)
{
	if (!strcmp(shell, "bash"))
		complete_bash(out, rules);
	else if (!strcmp(shell, "zsh"))
		complete_zsh(out, rules);
	else if (!strcmp(shell, "fish"))
		complete_fish(out, rules);
	else
		return false;
	return true;
}
