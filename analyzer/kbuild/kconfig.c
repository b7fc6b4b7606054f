// SPDX-License-Identifier: MIT
#include "kbuild/kconfig.h"

#include "base/fs.h"
#include "base/strbuf.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#define MAX_SOURCE_DEPTH 32
#define MAX_EXPLAIN_DEPTH 4

struct kconfig_value {
	const char *symbol;
	const char *value;
	UT_hash_handle hh;
};

/* ---- .config --------------------------------------------------------------------------- */

static void set_value(struct kconfig *k, const char *symbol, size_t len, const char *value,
		      size_t value_len)
{
	struct kconfig_value *v;

	HASH_FIND(hh, k->table, symbol, len, v);
	if (!v) {
		v = ARENA_NEW(&k->arena, struct kconfig_value);
		v->symbol = arena_strndup(&k->arena, symbol, len);
		HASH_ADD_KEYPTR(hh, k->table, v->symbol, len, v);
	}
	v->value = arena_strndup(&k->arena, value, value_len);
}

void kconfig_parse(struct kconfig *ret, const char *text)
{
	memset(ret, 0, sizeof(*ret));
	while (*text) {
		size_t len = strcspn(text, "\n");
		size_t name;

		if (!strncmp(text, "CONFIG_", 7)) {
			name = strcspn(text + 7, "=\n");
			if (text[7 + name] == '=')
				set_value(ret, text + 7, name, text + 8 + name, len - 8 - name);
		} else if (!ret->srcarch && !strncmp(text, "# Linux/", 8)) {
			ret->srcarch =
				arena_strndup(&ret->arena, text + 8, strcspn(text + 8, " \n"));
		}
		text += len;
		if (*text)
			text++;
	}
}

int kconfig_read(struct kconfig *ret, const char *path)
{
	struct strbuf sb = STRBUF_INIT;
	int err = fs_read(path, &sb);

	if (!err)
		kconfig_parse(ret, sb.buf);
	strbuf_release(&sb);
	return err;
}

void kconfig_release(struct kconfig *k)
{
	HASH_CLEAR(hh, k->table);
	arena_release(&k->arena);
}

static const char *get_n(const struct kconfig *k, const char *symbol, size_t len)
{
	struct kconfig_value *v;

	HASH_FIND(hh, k->table, symbol, len, v);
	return v ? v->value : NULL;
}

const char *kconfig_get(const struct kconfig *k, const char *symbol)
{
	const char *value = get_n(k, symbol, strlen(symbol));

	return value ? value : "n";
}

/* ---- Kconfig expressions ---------------------------------------------------------------- */

/*
 * y is 2, m is 1, n is 0, as in Kconfig. While an expression is evaluated, the
 * parts that make it less than wanted are noted: of "A && B" those of both, of
 * "A || B" the whole, as either would do.
 */
struct eval {
	const struct kconfig *k;
	struct arena *a;
	const char *p;
	VEC(const char *) unmet;   /* sentence parts */
	VEC(const char *) symbols; /* symbols that would have to be set */
};

static int eval_or(struct eval *e);

static void skip_space(struct eval *e)
{
	while (*e->p == ' ' || *e->p == '\t')
		e->p++;
}

static bool is_operand(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '.' || c == '/';
}

/* A symbol, a number, a quoted string or a $(macro); its text as written. */
static const char *operand(struct eval *e)
{
	const char *start;

	skip_space(e);
	start = e->p;
	if (*e->p == '"' || *e->p == '\'') {
		char quote = *e->p++;

		while (*e->p && *e->p != quote)
			e->p++;
		if (*e->p)
			e->p++;
	} else if (*e->p == '$') {
		int depth = 0;

		do {
			if (*e->p == '(')
				depth++;
			else if (*e->p == ')')
				depth--;
			e->p++;
		} while (*e->p && depth);
	} else {
		while (is_operand(*e->p))
			e->p++;
	}
	return arena_strndup(e->a, start, (size_t)(e->p - start));
}

static const char *value_of(struct eval *e, const char *text)
{
	size_t len = strlen(text);
	const char *value;

	if (len >= 2 && (text[0] == '"' || text[0] == '\''))
		return arena_strndup(e->a, text + 1, len - 2);
	value = get_n(e->k, text, len);
	if (!value)
		return isdigit((unsigned char)text[0]) || !strcmp(text, "y") ||
				       !strcmp(text, "m") || !strcmp(text, "n") ?
			       text :
			       "";
	len = strlen(value);
	if (len >= 2 && value[0] == '"')
		return arena_strndup(e->a, value + 1, len - 2);
	return value;
}

static bool compare(const char *op, const char *left, const char *right)
{
	char *end_left, *end_right;
	long long a = strtoll(left, &end_left, 0), b = strtoll(right, &end_right, 0);
	int order;

	if (*left && *right && !*end_left && !*end_right)
		order = a < b ? -1 : a > b;
	else
		order = strcmp(left, right);
	if (!strcmp(op, "="))
		return order == 0;
	if (!strcmp(op, "!="))
		return order != 0;
	if (!strcmp(op, "<"))
		return order < 0;
	if (!strcmp(op, ">"))
		return order > 0;
	return !strcmp(op, "<=") ? order <= 0 : order >= 0;
}

static int eval_primary(struct eval *e)
{
	static const char *const ops[] = { "<=", ">=", "!=", "=", "<", ">" };
	const char *left, *right, *value;
	int v;

	skip_space(e);
	if (*e->p == '(') {
		e->p++;
		v = eval_or(e);
		skip_space(e);
		if (*e->p == ')')
			e->p++;
		return v;
	}
	if (*e->p == '!' && e->p[1] != '=') {
		const char *start = ++e->p;
		size_t unmet = e->unmet.n, symbols = e->symbols.n;

		v = 2 - eval_primary(e);
		/* What is missing below a '!' is missing rightly. */
		e->unmet.n = unmet;
		e->symbols.n = symbols;
		if (v < 2)
			vec_push(&e->unmet,
				 arena_printf(e->a, "%.*s is set", (int)(e->p - start), start));
		return v;
	}
	left = operand(e);
	if (!*left) {
		/* Nothing that this reader knows: skip a character, so as to come to an end. */
		if (*e->p)
			e->p++;
		return 2;
	}
	skip_space(e);
	for (size_t i = 0; i < ARRAY_SIZE(ops); i++) {
		if (strncmp(e->p, ops[i], strlen(ops[i])))
			continue;
		e->p += strlen(ops[i]);
		right = operand(e);
		value = value_of(e, left);
		if (compare(ops[i], value, value_of(e, right)))
			return 2;
		vec_push(&e->unmet, arena_printf(e->a, "%s %s %s does not hold (%s is %s)", left,
						 ops[i], right, left, *value ? value : "not set"));
		return 0;
	}
	if (*left == '$')
		return 2; /* a macro: what the compiler or the shell said, not known here */
	value = value_of(e, left);
	v = !strcmp(value, "y") ? 2 : !strcmp(value, "m") ? 1 : 0;
	if (v < 2) {
		vec_push(&e->unmet, arena_printf(e->a, "%s is %s", left, v ? "m" : "not set"));
		vec_push(&e->symbols, left);
	}
	return v;
}

static int eval_and(struct eval *e)
{
	int v = eval_primary(e);

	for (;;) {
		int w;

		skip_space(e);
		if (strncmp(e->p, "&&", 2))
			return v;
		e->p += 2;
		w = eval_primary(e);
		v = w < v ? w : v;
	}
}

static int eval_or(struct eval *e)
{
	size_t unmet = e->unmet.n, symbols = e->symbols.n;
	const char *start = e->p;
	bool several = false;
	int v = eval_and(e);

	for (;;) {
		int w;

		skip_space(e);
		if (strncmp(e->p, "||", 2))
			break;
		several = true;
		e->p += 2;
		w = eval_and(e);
		v = w > v ? w : v;
	}
	if (!several)
		return v;
	e->unmet.n = unmet;
	if (v == 2) {
		e->symbols.n = symbols;
		return v;
	}
	while (*start == ' ')
		start++;
	vec_push(&e->unmet, arena_printf(e->a, "%.*s does not hold", (int)(e->p - start), start));
	return v;
}

/* ---- Kconfig files ---------------------------------------------------------------------- */

/* One place where the symbol is defined. */
struct definition {
	VEC(const char *) depends; /* its own and those of the menus and ifs around it */
	bool prompt;
	bool in_choice;
};

struct block {
	char kind; /* 'i'f, 'm'enu, 'c'hoice */
	size_t depends; /* how many conditions there were before it */
};

struct scan {
	const char *tree;
	const char *srcarch;
	const char *symbol;
	struct arena *a;
	VEC(const char *) depends; /* of the blocks around the current line */
	VEC(struct block) blocks;
	VEC(struct definition) found;
	unsigned int depth;
};

static const char *after_keyword(const char *line, const char *keyword)
{
	size_t len = strlen(keyword);

	if (strncmp(line, keyword, len))
		return NULL;
	line += len;
	if (*line && *line != ' ' && *line != '\t' && *line != '"')
		return NULL;
	while (*line == ' ' || *line == '\t')
		line++;
	return line;
}

static void scan_file(struct scan *s, const char *path);

static void scan_source(struct scan *s, const char *rest)
{
	struct strbuf sb = STRBUF_INIT;
	size_t len;

	if (*rest == '"')
		rest++;
	len = strcspn(rest, "\" \t");
	while (len) {
		static const char var[] = "$(SRCARCH)";

		if (len >= sizeof(var) - 1 && !strncmp(rest, var, sizeof(var) - 1)) {
			strbuf_addstr(&sb, s->srcarch ? s->srcarch : "x86");
			rest += sizeof(var) - 1;
			len -= sizeof(var) - 1;
		} else {
			strbuf_addch(&sb, *rest++);
			len--;
		}
	}
	scan_file(s, sb.buf);
	strbuf_release(&sb);
}

static void open_block(struct scan *s, char kind)
{
	struct block b = { .kind = kind, .depends = s->depends.n };

	vec_push(&s->blocks, b);
}

static void close_block(struct scan *s, size_t keep)
{
	if (s->blocks.n > keep)
		s->depends.n = s->blocks.v[--s->blocks.n].depends;
}

/* The last definition that was found, while its lines are being read. */
struct entry {
	bool ours;
	bool block_head; /* menu or choice: their depends are for all that they hold */
};

static void scan_line(struct scan *s, const char *line, struct entry *e, size_t keep)
{
	const char *rest;

	if ((rest = after_keyword(line, "config")) || (rest = after_keyword(line, "menuconfig"))) {
		size_t len = strcspn(rest, " \t");

		e->block_head = false;
		e->ours = strlen(s->symbol) == len && !strncmp(rest, s->symbol, len);
		if (e->ours) {
			struct definition d = { 0 };

			for (size_t i = 0; i < s->depends.n; i++)
				vec_push(&d.depends, s->depends.v[i]);
			d.in_choice = s->blocks.n && s->blocks.v[s->blocks.n - 1].kind == 'c';
			vec_push(&s->found, d);
		}
	} else if ((rest = after_keyword(line, "if"))) {
		*e = (struct entry){ 0 };
		open_block(s, 'i');
		vec_push(&s->depends, arena_strdup(s->a, rest));
	} else if (after_keyword(line, "menu") || after_keyword(line, "choice")) {
		*e = (struct entry){ .block_head = true };
		open_block(s, line[0]);
	} else if (after_keyword(line, "endif") || after_keyword(line, "endmenu") ||
		   after_keyword(line, "endchoice")) {
		*e = (struct entry){ 0 };
		close_block(s, keep);
	} else if (after_keyword(line, "comment")) {
		*e = (struct entry){ 0 };
	} else if ((rest = after_keyword(line, "source"))) {
		*e = (struct entry){ 0 };
		scan_source(s, rest);
	} else if ((rest = after_keyword(line, "depends on"))) {
		if (e->ours)
			vec_push(&s->found.v[s->found.n - 1].depends, arena_strdup(s->a, rest));
		else if (e->block_head)
			vec_push(&s->depends, arena_strdup(s->a, rest));
	} else if (e->ours && ((rest = after_keyword(line, "bool")) ||
			       (rest = after_keyword(line, "tristate")) ||
			       (rest = after_keyword(line, "int")) ||
			       (rest = after_keyword(line, "string")) ||
			       (rest = after_keyword(line, "prompt")))) {
		if (*rest == '"' || *rest == '\'')
			s->found.v[s->found.n - 1].prompt = true;
	}
}

static size_t indent_of(const char *line)
{
	size_t n = 0;

	for (; *line == ' ' || *line == '\t'; line++)
		n = *line == '\t' ? (n | 7) + 1 : n + 1;
	return n;
}

static void scan_file(struct scan *s, const char *path)
{
	struct strbuf text = STRBUF_INIT, line = STRBUF_INIT;
	char *full = fs_join(s->a, s->tree, path);
	size_t keep = s->blocks.n, help_indent = 0;
	struct entry e = { 0 };
	bool help = false;

	if (s->depth == MAX_SOURCE_DEPTH || fs_read(full, &text) < 0) {
		strbuf_release(&text);
		return;
	}
	s->depth++;
	for (const char *p = text.buf; *p;) {
		size_t indent, len;
		const char *start;

		strbuf_reset(&line);
		for (;;) {
			len = strcspn(p, "\n");
			strbuf_add(&line, p, len);
			p += len;
			if (*p)
				p++;
			if (!line.len || line.buf[line.len - 1] != '\\' || !*p)
				break;
			strbuf_setlen(&line, line.len - 1);
		}
		indent = indent_of(line.buf);
		start = line.buf + strspn(line.buf, " \t");
		if (!*start)
			continue;
		if (help) {
			/* Help text goes on as far as it is indented like its first line. */
			if (!help_indent)
				help_indent = indent;
			if (indent && indent >= help_indent)
				continue;
			help = false;
		}
		if (!strcmp(start, "help") || !strcmp(start, "---help---")) {
			help = true;
			help_indent = 0;
			continue;
		}
		if (*start != '#')
			scan_line(s, start, &e, keep);
	}
	while (s->blocks.n > keep)
		close_block(s, keep);
	s->depth--;
	strbuf_release(&text);
	strbuf_release(&line);
}

static void explain(const struct kconfig *k, const char *tree, const char *symbol,
		    unsigned int depth, struct strbuf *out, struct arena *a)
{
	struct scan s = { .tree = tree, .srcarch = k->srcarch, .symbol = symbol, .a = a };
	struct eval e = { .k = k, .a = a };

	scan_file(&s, "Kconfig");
	if (!s.found.n) {
		strbuf_addf(out, "%sthis kernel has no such symbol", depth ? ": " : "");
		goto out;
	}
	for (size_t i = 0; i < s.found.v[0].depends.n; i++) {
		e.p = s.found.v[0].depends.v[i];
		eval_or(&e);
	}
	if (e.unmet.n) {
		for (size_t i = 0; i < e.unmet.n; i++)
			strbuf_addf(out, "%s%s", i ? ", " : depth ? " (" : "", e.unmet.v[i]);
		if (depth + 1 < MAX_EXPLAIN_DEPTH && e.symbols.n == 1 && e.unmet.n == 1)
			explain(k, tree, e.symbols.v[0], depth + 1, out, a);
		if (depth)
			strbuf_addch(out, ')');
	} else if (!depth) {
		if (s.found.v[0].in_choice)
			strbuf_addstr(out, "another option of its choice is set");
		else if (!s.found.v[0].prompt)
			strbuf_addstr(out, "it has no prompt: other symbols or the tools select it");
		else
			strbuf_addstr(out, "its dependencies hold, but the config says otherwise");
	}
out:
	for (size_t i = 0; i < s.found.n; i++)
		vec_release(&s.found.v[i].depends);
	vec_release(&s.found);
	vec_release(&s.depends);
	vec_release(&s.blocks);
	vec_release(&e.unmet);
	vec_release(&e.symbols);
}

const char *kconfig_explain(const struct kconfig *k, const char *tree, const char *symbol,
			    const char *wanted, struct arena *a)
{
	const char *is = kconfig_get(k, symbol);
	struct strbuf sb = STRBUF_INIT;
	const char *text;

	if (strcmp(is, "n"))
		strbuf_addf(&sb, "it is %s, not %s: ", is, wanted);
	explain(k, tree, symbol, 0, &sb, a);
	text = arena_strdup(a, sb.buf);
	strbuf_release(&sb);
	return text;
}
