// SPDX-License-Identifier: MIT
#include "kbuild/scan.h"

#include "base/hash.h"
#include "base/map.h"
#include "base/vec.h"
#include "kbuild/scan_macro.h"

#include <string.h>

/* ---- characters ---------------------------------------------------------------------------- */

#define C_IDENT 1u /* of an identifier, or of a number */
#define C_STOP 2u  /* means something within a function's body */
#define C_DIGIT 4u

static const unsigned char classes[256] = {
	['a' ... 'z'] = C_IDENT,
	['A' ... 'Z'] = C_IDENT,
	['0' ... '9'] = C_IDENT | C_DIGIT,
	['_'] = C_IDENT,
	['\n'] = C_STOP,
	['{'] = C_STOP,
	['}'] = C_STOP,
	['"'] = C_STOP,
	['\''] = C_STOP,
	['/'] = C_STOP,
};

static bool is_ident(char c)
{
	return classes[(unsigned char)c] & C_IDENT;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

static const char *ident_end(const char *p)
{
	while (is_ident(*p))
		p++;
	return p;
}

static bool is_word(const char *p, size_t len, const char *word)
{
	return !strncmp(p, word, len) && !word[len];
}

/* ---- state --------------------------------------------------------------------------------- */

enum last { LAST_NONE, LAST_IDENT, LAST_STAR, LAST_PAREN, LAST_OTHER };

/* What has been seen since the last declaration ended. */
struct decl {
	const char *name; /* what stands before the parameters, or NULL */
	const char *word; /* the last identifier */
	uint32_t name_len, word_len;
	uint32_t name_line, word_line;
	enum last last;
	bool typed;	/* something that may be a type, since the last ')' */
	bool word_typed; /* the same before the last identifier */
	bool assigned;	/* an initialiser, not a body */
	bool is_static;
	bool notrace;
};

struct place {
	uint32_t braces;
	uint32_t parens;
	struct decl decl;
};

enum truth { FALSE, MAYBE, TRUE };

struct condition {
	struct place at_if; /* each branch starts from here */
	enum truth taken;   /* whether a branch before this one is compiled */
};

struct hit {
	size_t at;
	uint32_t identifier;
};

struct scan {
	const struct scan_options *o;
	const char *text, *p, *end;
	uint32_t line;
	struct place place;
	VEC(struct condition) conditions;
	VEC(struct hit) hits; /* by place */
	size_t next_hit;
	bool *mentioned;
	VEC(struct scan_macro) macros; /* those of this text that make functions */
	const struct scan_macro *call; /* the one that is called at file level, or NULL... */
	const char *args;	       /* ...and what it is handed */
	struct strbuf *out;
};

/* ---- records ------------------------------------------------------------------------------- */

static void put(struct strbuf *out, enum scan_kind kind, unsigned int flags, uint32_t number,
		const char *name, size_t len)
{
	char head[6] = { (char)kind, (char)flags };

	memcpy(head + 2, &number, sizeof(number));
	strbuf_add(out, head, sizeof(head));
	strbuf_add(out, name, len);
	strbuf_addch(out, '\0');
}

bool scan_next(const char **p, const char *end, struct scan_item *ret)
{
	const char *at = *p, *nul;

	if (end - at < 7)
		return false;
	nul = memchr(at + 6, '\0', (size_t)(end - at) - 6);
	if (!nul)
		return false;
	ret->kind = (enum scan_kind)at[0];
	ret->flags = (unsigned char)at[1];
	memcpy(&ret->number, at + 2, sizeof(ret->number));
	ret->name = at + 6;
	*p = nul + 1;
	return true;
}

/* ---- mentions ------------------------------------------------------------------------------ */

/* One pass over the words of the text: how many identifiers are wanted hardly matters. */
static void find_hits(struct scan *s)
{
	const struct scan_options *o = s->o;
	struct map64 wanted = { 0 };
	const char *p = s->text;

	/* Of one that is wanted twice, the first has the mentions: index_mentions(). */
	for (size_t i = o->n_identifiers; i; i--)
		map64_put(&wanted, hash64(o->identifiers[i - 1], strlen(o->identifiers[i - 1])),
			  (uint32_t)i - 1);
	while (o->n_identifiers && p < s->end) {
		const char *word = p;
		uint32_t i;

		while (is_ident(*p))
			p++;
		if (p == word) {
			p++;
			continue;
		}
		i = map64_get(&wanted, hash64(word, (size_t)(p - word)));
		if (i != MAP64_EMPTY && !strncmp(o->identifiers[i], word, (size_t)(p - word)) &&
		    !o->identifiers[i][p - word])
			vec_push(&s->hits, ((struct hit){ (size_t)(word - s->text), i }));
	}
	map64_release(&wanted);
}

/* What was found before @until counts. */
static void keep_hits(struct scan *s, const char *until)
{
	while (s->next_hit < s->hits.n && s->text + s->hits.v[s->next_hit].at < until)
		s->mentioned[s->hits.v[s->next_hit++].identifier] = true;
}

/* What was found from @from to @until does not. */
static void drop_hits(struct scan *s, const char *from, const char *until)
{
	if (s->next_hit == s->hits.n)
		return;
	keep_hits(s, from);
	while (s->next_hit < s->hits.n && s->text + s->hits.v[s->next_hit].at < until)
		s->next_hit++;
}

/* ---- what is skipped ----------------------------------------------------------------------- */

static void count_lines(struct scan *s, const char *from, const char *until)
{
	while ((from = memchr(from, '\n', (size_t)(until - from)))) {
		s->line++;
		from++;
	}
}

/* s->p is at the '/' of a comment: moves behind it, which for a "//" is its newline. */
static void skip_comment(struct scan *s)
{
	const char *from = s->p, *p = from + 2;

	if (from[1] == '*') {
		p = memmem(p, (size_t)(s->end - p), "*/", 2);
		p = p ? p + 2 : s->end;
	} else {
		do {
			p = memchr(p, '\n', (size_t)(s->end - p));
		} while (p && p[-1] == '\\' && ++p);
		if (!p)
			p = s->end;
	}
	count_lines(s, from, p);
	drop_hits(s, from, p);
	s->p = p;
}

/* s->p is at a quote: moves behind its other one, or to the newline before it. */
static void skip_quoted(struct scan *s)
{
	const char *from = s->p, *p = from + 1;

	while (p < s->end && *p != *from && *p != '\n') {
		if (*p == '\\' && p + 1 < s->end) {
			p++;
			s->line += *p == '\n';
		}
		p++;
	}
	if (p < s->end && *p == *from)
		p++;
	drop_hits(s, from, p);
	s->p = p;
}

static bool at_comment(const char *p)
{
	return p[0] == '/' && (p[1] == '*' || p[1] == '/');
}

/* ---- conditions ---------------------------------------------------------------------------- */

/* An expression of #if, as far as the config decides it. */
struct expr {
	const struct kconfig *config;
	const char *p, *end;
	unsigned int depth;
};

#define MAX_DEPTH 64

static enum truth expr_or(struct expr *e);

static void expr_space(struct expr *e)
{
	for (;;) {
		if (e->p < e->end && (is_blank(*e->p) || *e->p == '\\' || *e->p == '\n')) {
			e->p++;
		} else if (e->end - e->p > 1 && at_comment(e->p)) {
			const char *close = e->p[1] == '/' ? NULL :
					    memmem(e->p + 2, (size_t)(e->end - e->p) - 2, "*/", 2);

			e->p = close ? close + 2 : e->end;
		} else {
			return;
		}
	}
}

static bool expr_eat(struct expr *e, const char *token)
{
	size_t len = strlen(token);

	expr_space(e);
	if ((size_t)(e->end - e->p) < len || memcmp(e->p, token, len))
		return false;
	e->p += len;
	return true;
}

/* An identifier, or a number; its length, 0 where there is none. */
static size_t expr_word(struct expr *e, const char **ret)
{
	expr_space(e);
	*ret = e->p;
	while (e->p < e->end && is_ident(*e->p))
		e->p++;
	return (size_t)(e->p - *ret);
}

/* Whether the macro of a config symbol is defined; no other macro is known. */
static enum truth is_defined(const struct kconfig *config, const char *word, size_t len)
{
	static const char prefix[] = "CONFIG_";
	char symbol[128];
	const char *value;

	if (!config || len < sizeof(prefix) || len - sizeof(prefix) + 1 >= sizeof(symbol) ||
	    memcmp(word, prefix, sizeof(prefix) - 1))
		return MAYBE;
	word += sizeof(prefix) - 1;
	len -= sizeof(prefix) - 1;
	memcpy(symbol, word, len);
	symbol[len] = '\0';
	value = kconfig_get(config, symbol);
	if (!strcmp(value, "m"))
		return FALSE;
	if (strcmp(value, "n"))
		return TRUE;
	/* The macro of a symbol that is a module has a suffix. */
	if (len > 7 && !strcmp(symbol + len - 7, "_MODULE")) {
		symbol[len - 7] = '\0';
		if (!strcmp(kconfig_get(config, symbol), "m"))
			return TRUE;
	}
	return FALSE;
}

static enum truth truth_not(enum truth t)
{
	return (enum truth)(TRUE - t);
}

static enum truth truth_and(enum truth a, enum truth b)
{
	return a < b ? a : b;
}

static enum truth truth_or(enum truth a, enum truth b)
{
	return a > b ? a : b;
}

/* Behind "NAME(": to its ')'. */
static void expr_skip_arguments(struct expr *e)
{
	unsigned int depth = 1;

	for (; e->p < e->end && depth; e->p++)
		depth += (*e->p == '(') - (*e->p == ')');
}

static enum truth expr_primary(struct expr *e)
{
	const char *word, *argument;
	enum truth t;
	size_t len;

	if (expr_eat(e, "(")) {
		t = e->depth < MAX_DEPTH ? expr_or(e) : MAYBE;
		return expr_eat(e, ")") ? t : MAYBE;
	}
	len = expr_word(e, &word);
	if (!len) {
		e->p = e->end;
		return MAYBE;
	}
	if (classes[(unsigned char)*word] & C_DIGIT)
		return len > 1 ? MAYBE : *word == '0' ? FALSE : TRUE;
	if (is_word(word, len, "defined")) {
		bool open = expr_eat(e, "(");

		len = expr_word(e, &word);
		t = is_defined(e->config, word, len);
		return !open || expr_eat(e, ")") ? t : MAYBE;
	}
	if (!expr_eat(e, "("))
		return MAYBE;
	/*
	 * NAME(CONFIG_X): whatever the macro asks of the symbol, built in, a module
	 * or either, one that is not set at all is none of it.
	 */
	len = expr_word(e, &argument);
	t = MAYBE;
	if (len && expr_eat(e, ")")) {
		char module[160];

		if (len + 8 > sizeof(module) || is_defined(e->config, argument, len) != FALSE)
			return MAYBE;
		memcpy(module, argument, len);
		memcpy(module + len, "_MODULE", 7);
		return is_defined(e->config, module, len + 7) == FALSE ? FALSE : MAYBE;
	}
	expr_skip_arguments(e);
	return t;
}

static enum truth expr_unary(struct expr *e)
{
	bool negate = false;
	enum truth t;

	while (expr_eat(e, "!"))
		negate = !negate;
	t = expr_primary(e);
	expr_space(e);
	/* Compared with something: not for us. */
	if (e->p < e->end && *e->p != ')' && strncmp(e->p, "&&", 2) && strncmp(e->p, "||", 2)) {
		t = MAYBE;
		while (e->p < e->end && *e->p != ')' && strncmp(e->p, "&&", 2) &&
		       strncmp(e->p, "||", 2)) {
			if (*e->p++ == '(')
				expr_skip_arguments(e);
		}
	}
	return negate ? truth_not(t) : t;
}

static enum truth expr_and(struct expr *e)
{
	enum truth t = expr_unary(e);

	while (expr_eat(e, "&&"))
		t = truth_and(t, expr_unary(e));
	return t;
}

static enum truth expr_or(struct expr *e)
{
	enum truth t;

	e->depth++;
	t = expr_and(e);
	while (expr_eat(e, "||"))
		t = truth_or(t, expr_and(e));
	e->depth--;
	return t;
}

static enum truth evaluate(const struct scan *s, const char *p, const char *end)
{
	struct expr e = { .config = s->o->config, .p = p, .end = end };
	enum truth t = expr_or(&e);

	expr_space(&e);
	return e.p == e.end ? t : MAYBE;
}

/* ---- directives ---------------------------------------------------------------------------- */

/* The end of the line, with those that are joined to it by a backslash or a comment. */
static const char *directive_end(const struct scan *s, const char *p)
{
	for (; p < s->end && *p != '\n'; p++) {
		if (*p == '\\' && p + 1 < s->end) {
			p++;
			p += *p == '\r' && p + 1 < s->end;
		} else if (p[0] == '/' && p[1] == '*') {
			p = memmem(p + 2, (size_t)(s->end - p) - 2, "*/", 2);
			if (!p)
				return s->end;
			p++;
		} else if (p[0] == '/' && p[1] == '/') {
			p = memchr(p, '\n', (size_t)(s->end - p));
			return p ? p : s->end;
		}
	}
	return p;
}

/* The next directive of a line that starts at @p: its word, or NULL when it is no directive. */
static const char *directive_word(const char *p, size_t *ret_len)
{
	while (is_blank(*p))
		p++;
	if (*p != '#')
		return NULL;
	p++;
	while (is_blank(*p))
		p++;
	*ret_len = (size_t)(ident_end(p) - p);
	return p;
}

/*
 * s->p is at the start of a line of a branch that is not compiled: moves to the
 * line of the directive that ends the branch.
 */
static void skip_branch(struct scan *s)
{
	const char *from = s->p;
	unsigned int depth = 0;

	while (s->p < s->end) {
		const char *nl, *word;
		size_t len = 0;

		word = directive_word(s->p, &len);
		if (word && len >= 2) {
			if (!memcmp(word, "if", 2))
				depth++;
			else if (!depth && (!memcmp(word, "el", 2) || is_word(word, len, "endif")))
				break;
			else if (is_word(word, len, "endif"))
				depth--;
		}
		nl = memchr(s->p, '\n', (size_t)(s->end - s->p));
		s->p = nl ? nl + 1 : s->end;
		s->line += nl != NULL;
	}
	drop_hits(s, from, s->p);
}

static void add_include(struct scan *s, const char *p, const char *end)
{
	const char *close;

	while (p < end && is_blank(*p))
		p++;
	if (p == end || *p != '"')
		return;
	p++;
	close = memchr(p, '"', (size_t)(end - p));
	if (close && !memchr(p, '\0', (size_t)(close - p)))
		put(s->out, SCAN_INCLUDE, 0, 0, p, (size_t)(close - p));
}

/* s->p is at the '#' that starts a line: moves behind the line, or where scanning goes on. */
static void directive(struct scan *s)
{
	const char *p = s->p, *end = directive_end(s, p), *word, *rest;
	struct condition *c = s->conditions.n ? &s->conditions.v[s->conditions.n - 1] : NULL;
	enum truth t = TRUE;
	size_t len = 0;

	word = directive_word(p, &len);
	rest = word + len;
	count_lines(s, p, end);
	s->p = end;
	if (s->p < s->end) {
		s->p++;
		s->line++;
	}
	if (len < 4 && !is_word(word, len, "if"))
		return;
	if (is_word(word, len, "include")) {
		add_include(s, rest, end);
	} else if (is_word(word, len, "define")) {
		struct scan_macro m;

		if (scan_macro_read(rest, end, &m))
			vec_push(&s->macros, m);
	} else if (!memcmp(word, "if", 2)) {
		struct condition new = { .at_if = s->place, .taken = FALSE };
		struct expr e = { .config = s->o->config, .p = rest, .end = end };
		const char *name;

		if (is_word(word, len, "if")) {
			t = evaluate(s, rest, end);
		} else {
			len = expr_word(&e, &name);
			t = is_defined(s->o->config, name, len);
			if (word[2] == 'n')
				t = truth_not(t);
		}
		new.taken = t;
		vec_push(&s->conditions, new);
		if (t == FALSE)
			skip_branch(s);
	} else if (c && (is_word(word, len, "else") || is_word(word, len, "elif"))) {
		if (word[2] == 'i')
			t = evaluate(s, rest, end);
		if (c->taken == TRUE)
			t = FALSE;
		c->taken = truth_or(c->taken, t);
		if (t == FALSE) {
			skip_branch(s);
		} else {
			/* It is instead of the branch before it, whose brackets do not count. */
			s->place = c->at_if;
		}
	} else if (c && is_word(word, len, "endif")) {
		s->conditions.n--;
	}
}

/* ---- declarations -------------------------------------------------------------------------- */

static bool is_notrace_word(const struct scan *s, const char *p, size_t len)
{
	for (size_t i = 0; i < s->o->words->n; i++) {
		if (is_word(p, len, s->o->words->v[i]))
			return true;
	}
	return false;
}

static void identifier(struct scan *s)
{
	struct decl *d = &s->place.decl;
	const char *end = ident_end(s->p);
	size_t len = (size_t)(end - s->p);

	d->word = s->p;
	d->word_len = (uint32_t)len;
	d->word_line = s->line;
	d->word_typed = d->typed;
	d->last = LAST_IDENT;
	s->p = end;
	if (is_notrace_word(s, d->word, len))
		d->notrace = true; /* says nothing of a type: it may stand behind the parameters */
	else
		d->typed = true;
	if (is_word(d->word, len, "static"))
		d->is_static = true;
}

/* The macro that @d's only word is, or NULL. */
static const struct scan_macro *called_macro(const struct scan *s, const struct decl *d)
{
	if (d->last != LAST_IDENT || d->word_typed)
		return NULL;
	for (size_t i = s->macros.n; i-- > 0;) {
		const struct scan_macro *m = &s->macros.v[i];

		if (m->name_len == d->word_len && !memcmp(m->name, d->word, d->word_len))
			return m;
	}
	return NULL;
}

/* The functions that s->call makes are defined in the line where it is called. */
static void put_made(struct scan *s)
{
	const struct scan_options o = { .config = s->o->config, .words = s->o->words };
	struct strbuf text = STRBUF_INIT, record = STRBUF_INIT;
	struct scan_item item;
	const char *p;

	scan_macro_expand(s->call, s->args, (size_t)(s->p - s->args), &text);
	scan_text(text.buf, text.len, &o, &record);
	p = record.buf;
	while (scan_next(&p, record.buf + record.len, &item))
		if (item.kind == SCAN_DEF)
			put(s->out, SCAN_DEF, item.flags, s->line, item.name, strlen(item.name));
	strbuf_release(&text);
	strbuf_release(&record);
}

/*
 * A parenthesis opens at file level. What stands before it is the function's
 * name if something that may be its type stands before that: the first word
 * is a macro. "__printf(1, 2) int f(int a) __acquires(x)" shows why the last
 * such word wins, and why one right behind a ')' does not.
 */
static void open_paren(struct scan *s)
{
	struct decl *d = &s->place.decl;

	if (d->last == LAST_IDENT && d->word_typed && !d->assigned) {
		d->name = d->word;
		d->name_len = d->word_len;
		d->name_line = d->word_line;
	}
	s->call = called_macro(s, d);
	s->args = s->p + 1;
	s->place.parens = 1;
}

static void open_brace(struct scan *s)
{
	const struct decl *d = &s->place.decl;

	if (!s->place.braces && !s->place.parens && d->name && !d->assigned &&
	    (d->last == LAST_PAREN || d->last == LAST_IDENT))
		put(s->out, SCAN_DEF,
		    (d->is_static ? SCAN_STATIC : 0) | (d->notrace ? SCAN_NOTRACE : 0),
		    d->name_line, d->name, d->name_len);
	s->place.braces++;
}

/*
 * The kernel has a brace in the first column only where a function or the like
 * begins or ends: that mends what a torn condition did to the count.
 */
static void close_brace(struct scan *s)
{
	bool first_column = s->p == s->text || s->p[-1] == '\n';

	if (first_column && s->place.braces) {
		s->place.braces = 0;
		s->place.parens = 0;
	} else if (s->place.braces) {
		s->place.braces--;
	}
	if (!s->place.braces && !s->place.parens)
		memset(&s->place.decl, 0, sizeof(s->place.decl));
}

/* ---- the loop ------------------------------------------------------------------------------ */

/* s->p is at a newline: goes on to what follows it, through directives. */
static void newline(struct scan *s)
{
	s->p++;
	s->line++;
}

static void line_start(struct scan *s)
{
	for (;;) {
		const char *p = s->p;

		while (is_blank(*p))
			p++;
		if (p == s->end || *p != '#')
			return;
		s->p = p;
		directive(s);
	}
}

/* What means something inside braces as well. False if @s->p is at none of it. */
static bool common(struct scan *s)
{
	switch (*s->p) {
	case '\n':
		newline(s);
		line_start(s);
		return true;
	case '"':
	case '\'':
		s->place.decl.last = LAST_OTHER;
		skip_quoted(s);
		return true;
	case '/':
		if (at_comment(s->p))
			skip_comment(s);
		else
			s->p++;
		return true;
	case '{':
		open_brace(s);
		s->p++;
		return true;
	case '}':
		close_brace(s);
		s->p++;
		return true;
	default:
		return false;
	}
}

static void in_body(struct scan *s)
{
	const unsigned char *p = (const unsigned char *)s->p, *end = (const unsigned char *)s->end;

	while (p < end && !(classes[*p] & C_STOP))
		p++;
	s->p = (const char *)p;
	if (s->p < s->end)
		common(s);
}

static void in_parens(struct scan *s)
{
	struct place *at = &s->place;

	if (*s->p == '(')
		at->parens++;
	else if (*s->p == ')' && !--at->parens) {
		at->decl.last = LAST_PAREN;
		at->decl.typed = false;
		if (s->call)
			put_made(s);
		s->call = NULL;
	}
	s->p++;
}

static void at_file_level(struct scan *s)
{
	struct decl *d = &s->place.decl;

	switch (*s->p) {
	case '(':
		open_paren(s);
		break;
	case ';':
		memset(d, 0, sizeof(*d));
		break;
	case '*':
		d->last = LAST_STAR;
		break;
	case '=':
		d->assigned = true;
		d->last = LAST_OTHER;
		break;
	default:
		if (!is_blank(*s->p) && *s->p != '\\')
			d->last = LAST_OTHER;
		break;
	}
	s->p++;
}

void scan_text(const char *text, size_t len, const struct scan_options *o, struct strbuf *out)
{
	struct scan s = {
		.o = o, .text = text, .p = text, .end = text + len, .line = 1, .out = out,
	};

	s.mentioned = xcalloc(o->n_identifiers + 1, sizeof(*s.mentioned));
	find_hits(&s);
	line_start(&s);
	while (s.p < s.end) {
		if (s.place.braces)
			in_body(&s);
		else if (is_ident(*s.p) && !s.place.parens)
			identifier(&s);
		else if (common(&s))
			continue;
		else if (s.place.parens)
			in_parens(&s);
		else
			at_file_level(&s);
	}
	keep_hits(&s, s.end);
	for (size_t i = 0; i < o->n_identifiers; i++) {
		if (s.mentioned[i])
			put(out, SCAN_MENTION, 0, (uint32_t)i, "", 0);
	}
	free(s.mentioned);
	vec_release(&s.conditions);
	vec_release(&s.macros);
	vec_release(&s.hits);
}
