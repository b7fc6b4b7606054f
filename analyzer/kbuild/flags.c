// SPDX-License-Identifier: MIT
#include "kbuild/flags.h"

#include "base/fs.h"

#include <string.h>

enum action {
	ACT_NEW,
	ACT_DROP,
	ACT_DROP_NEXT,
	ACT_KEEP,
	ACT_KEEP_NEXT, /* with its argument as it is */
	ACT_PATH_NEXT, /* with its argument, a path */
	ACT_FTRACE,
	ACT_OPTIMISE,
};

const struct rule_flag *flags_rule(const struct rules *rules, const char *option)
{
	const struct rule_flag *best = NULL;
	size_t best_len = 0;

	for (size_t i = 0; i < rules->flags.n; i++) {
		const struct rule_flag *f = &rules->flags.v[i];
		size_t len = strlen(f->option);
		bool match, any = len && f->option[len - 1] == '*';

		if (any)
			match = !strncmp(option, f->option, len - 1);
		else
			match = !strcmp(option, f->option);
		/* What is given in full beats any pattern; of equals the later one, the user's. */
		len = any ? len : SIZE_MAX;
		if (match && len >= best_len) {
			best = f;
			best_len = len;
		}
	}
	return best;
}

/* Options of the preprocessor and of the language that gcc and clang share. */
static const struct {
	const char *option;
	enum action alone;  /* what the option means when it is the whole word */
	enum action joined; /* and with its argument in the same word; ACT_NEW: not so used */
} shared[] = {
	{ "-include", ACT_PATH_NEXT, ACT_NEW },
	{ "-imacros", ACT_PATH_NEXT, ACT_NEW },
	{ "-isystem", ACT_PATH_NEXT, ACT_PATH_NEXT },
	{ "-iquote", ACT_PATH_NEXT, ACT_PATH_NEXT },
	{ "-idirafter", ACT_PATH_NEXT, ACT_PATH_NEXT },
	{ "-I", ACT_PATH_NEXT, ACT_PATH_NEXT },
	{ "-D", ACT_KEEP_NEXT, ACT_KEEP },
	{ "-U", ACT_KEEP_NEXT, ACT_KEEP },
	{ "-nostdinc", ACT_KEEP, ACT_NEW },
	{ "-undef", ACT_KEEP, ACT_NEW },
	{ "-target", ACT_KEEP_NEXT, ACT_NEW },
	{ "--target=", ACT_NEW, ACT_KEEP },
	{ "--sysroot=", ACT_NEW, ACT_PATH_NEXT },
	{ "-std=", ACT_NEW, ACT_KEEP },
};

static bool decide_shared(const char *text, const char *directory, struct arena *a,
			  struct flags_word *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(shared); i++) {
		size_t len = strlen(shared[i].option);
		const char *rest = text + len;
		enum action action;

		if (strncmp(text, shared[i].option, len))
			continue;
		action = *rest ? shared[i].joined : shared[i].alone;
		if (action == ACT_NEW)
			continue;
		ret->action = (unsigned char)action;
		ret->text = text;
		if (*rest && action == ACT_PATH_NEXT) {
			ret->action = ACT_KEEP;
			ret->text = arena_printf(a, "%s%s", shared[i].option,
						 fs_absolute(a, directory, rest));
		}
		return true;
	}
	return false;
}

/* "-DNAME=unit" or, where the macro is a string, "-DNAME=\"unit\"" */
static const char *nameless(const char *text, struct arena *a)
{
	const char *value = strchr(text, '=');

	if (!value)
		return text;
	value++;
	return arena_printf(a, "%.*s%s", (int)(value - text), text,
			    *value == '"' ? "\"unit\"" : "unit");
}

static void decide(const char *text, const char *directory, const struct rules *rules,
		   struct arena *a, struct flags_word *ret)
{
	const struct rule_flag *rule;

	rule = flags_rule(rules, text);
	if (rule && rule->does == FLAG_UNIT_NAME) {
		ret->text = nameless(text, a);
		ret->action = ACT_KEEP;
		return;
	}
	if (decide_shared(text, directory, a, ret))
		return;
	ret->text = text;
	ret->action = ACT_DROP;
	if (!rule)
		return;
	switch (rule->does) {
	case FLAG_DROP:
		break;
	case FLAG_DROP_NEXT:
		ret->action = ACT_DROP_NEXT;
		break;
	case FLAG_FTRACE:
		ret->action = ACT_FTRACE;
		break;
	case FLAG_OPTIMISE:
		ret->action = ACT_OPTIMISE;
		break;
	case FLAG_UNIT_NAME:
	case FLAG_KEEP:
		ret->action = ACT_KEEP;
		break;
	}
}

/* "aarch64-linux-gnu-gcc-12" compiles for aarch64-linux-gnu; clang has to be told. */
static const char *cross_target(const char *compiler, struct arena *a)
{
	const char *name = fs_basename(compiler);
	const char *gcc = strstr(name, "-gcc");

	if (!gcc || gcc == name)
		return NULL;
	return arena_printf(a, "--target=%.*s", (int)(gcc - name), name);
}

void flags_apply(const struct commands *c, const struct command *cmd, const struct rules *rules,
		 struct flags_memo *memo, struct arena *a, struct compile_unit *u)
{
	const char *directory = commands_word(c, cmd->directory);
	const char *target = cross_target(commands_word(c, cmd->compiler), a);
	size_t n = 0;

	if (memo->words.n != c->words.n || memo->directory != cmd->directory) {
		vec_grow(&memo->words, c->words.n);
		memo->words.n = c->words.n;
		memo->directory = cmd->directory;
		memset(memo->words.v, 0, memo->words.n * sizeof(*memo->words.v));
	}
	u->argv = ARENA_ARRAY(a, const char *, (size_t)cmd->n_args + 2);
	u->optimise = NULL;
	u->ftrace = false;
	if (target)
		u->argv[n++] = target;
	for (uint32_t i = 0; i < cmd->n_args; i++) {
		uint32_t number = c->args.v[cmd->args + i];
		struct flags_word *w = &memo->words.v[number];
		const char *next = NULL;

		if (w->action == ACT_NEW) {
			const char *text = arena_strdup(a, commands_word(c, number));

			decide(text, directory, rules, a, w);
		}
		if (i + 1 < cmd->n_args)
			next = commands_word(c, c->args.v[cmd->args + i + 1]);
		switch ((enum action)w->action) {
		case ACT_NEW:
		case ACT_DROP:
			break;
		case ACT_DROP_NEXT:
			i++;
			break;
		case ACT_FTRACE:
			u->ftrace = true;
			break;
		case ACT_OPTIMISE:
			u->optimise = w->text;
			break;
		case ACT_KEEP:
			u->argv[n++] = w->text;
			break;
		case ACT_KEEP_NEXT:
		case ACT_PATH_NEXT:
			if (!next)
				break;
			u->argv[n++] = w->text;
			u->argv[n++] = w->action == ACT_KEEP_NEXT ? arena_strdup(a, next) :
								    fs_absolute(a, directory, next);
			i++;
			break;
		}
	}
	u->argv[n] = NULL;
}
