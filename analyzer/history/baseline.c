// SPDX-License-Identifier: MIT
#include "history/baseline.h"

#include "base/fs.h"
#include "history/lines.h"

#include <errno.h>
#include <string.h>

bool is_id(const char *s)
{
	return strspn(s, "0123456789abcdef") == 16 && !s[16];
}

static int by_id(const void *a, const void *b)
{
	const struct known *x = a, *y = b;
	int order = strcmp(x->id, y->id);

	return order ? order : (x->line > y->line) - (x->line < y->line);
}

static bool add_entry(struct baseline *b, struct lines *l, const struct entry *e)
{
	struct known k = {.id = e->words[0], .reason = e->reason, .line = e->line};
	struct strbuf lock = STRBUF_INIT;

	if (!is_id(k.id))
		return lines_fail(l,
				  "'%s' is no id of a finding (16 hex digits in small letters); a "
				  "baseline is made by --write-baseline",
				  k.id);
	if (e->n > 1 && !severity_from_name(e->words[1], &k.severity))
		return lines_fail(l,
				  "'%s' is no severity (error, warning, note); a reason begins "
				  "with '#'",
				  e->words[1]);
	k.rated = e->n > 1;
	k.code = e->n > 2 ? e->words[2] : "";
	k.function = e->n > 3 ? e->words[3] : "";
	for (size_t i = 4; i < e->n; i++)
		strbuf_addf(&lock, "%s%s", i > 4 ? " " : "", e->words[i]);
	k.lock = arena_strdup(&b->arena, lock.buf);
	strbuf_release(&lock);
	vec_push(&b->v, k);
	return true;
}

int baseline_parse(struct baseline *b, const char *name, const char *text, size_t len,
		   const char **ret_error)
{
	struct entry e;
	struct lines l;

	memset(b, 0, sizeof(*b));
	lines_init(&l, &b->arena, name, text, len);
	while (lines_next(&l, &e) && add_entry(b, &l, &e))
		;
	if (!l.error && b->v.n) {
		qsort(b->v.v, b->v.n, sizeof(*b->v.v), by_id);
		for (size_t i = 1; i < b->v.n && !l.error; i++) {
			if (strcmp(b->v.v[i - 1].id, b->v.v[i].id))
				continue;
			l.line = b->v.v[i].line;
			lines_fail(&l, "%s is in line %u already; remove one of them", b->v.v[i].id,
				   b->v.v[i - 1].line);
		}
	}
	if (!l.error)
		return 0;
	*ret_error = l.error;
	return -EBADMSG;
}

int baseline_read(struct baseline *b, const char *path, const char **ret_error)
{
	struct strbuf text = STRBUF_INIT;
	int err = fs_read(path, &text);

	if (err) {
		memset(b, 0, sizeof(*b));
		*ret_error = arena_printf(&b->arena, "cannot read %s: %s", path, strerror(-err));
	} else {
		err = baseline_parse(b, path, text.buf, text.len, ret_error);
	}
	strbuf_release(&text);
	return err;
}

static const char *lock_text(const struct finding *f, struct arena *a)
{
	return f->lock.kind ? arena_printf(a, "%s (%s)", f->lock.class, f->lock.kind)
			    : arena_strdup(a, f->lock.class);
}

/* The context of @f if it is about a lock that no guard protects, or NULL. */
static const char *lock_context(const struct finding *f)
{
	return blames_reentry(f->code) && !f->guard_expected.n ? f->context : NULL;
}

bool known_is_cause_of(const struct known *k, const struct finding *f)
{
	const char *context = lock_context(f);
	struct arena a = ARENA_INIT;
	bool same_lock, ret = false;

	if (!k->context || !context || strcmp(k->context, context) || strcmp(k->code, f->code))
		return false;
	same_lock = !strcmp(k->lock, lock_text(f, &a));
	arena_release(&a);
	for (size_t i = 0; i < f->n_reentry && same_lock; i++)
		ret |= strlist_has(&k->reentry, f->reentry[i].function);
	return ret;
}

const char *reentry_of_type(struct arena *a, const char *function, const char *type)
{
	return arena_printf(a, "%s %s", function, type);
}

bool reentry_add(struct strlist *l, struct arena *a, const struct finding *f)
{
	size_t before = l->n;

	for (size_t i = 0; i < f->n_reentry; i++) {
		const struct reentry *r = &f->reentry[i];

		strlist_add(l, a, arena_strdup(a, r->function));
		for (size_t k = 0; k < r->program_types.n; k++)
			strlist_add(l, a, reentry_of_type(a, r->function, r->program_types.v[k]));
	}
	return l->n > before;
}

void baseline_take(struct baseline *b, const struct report *r)
{
	memset(b, 0, sizeof(*b));
	for (size_t i = 0; i < r->n_findings; i++) {
		const struct finding *f = &r->findings[i];
		struct known k = {
			.id = arena_strdup(&b->arena, f->id),
			.rated = true,
			.severity = f->severity,
			.code = arena_strdup(&b->arena, f->code),
			.function = arena_strdup(&b->arena, f->location.function),
			.lock = lock_text(f, &b->arena),
			.knows_reentry = true,
		};

		if (lock_context(f))
			k.context = arena_strdup(&b->arena, lock_context(f));
		reentry_add(&k.reentry, &b->arena, f);
		vec_push(&b->v, k);
	}
	if (b->v.n)
		qsort(b->v.v, b->v.n, sizeof(*b->v.v), by_id);
}

void baseline_release(struct baseline *b)
{
	vec_release(&b->v);
	arena_release(&b->arena);
}

const struct known *baseline_find(const struct baseline *b, const char *id)
{
	size_t low = 0, high = b->v.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(b->v.v[middle].id, id);

		if (!order)
			return &b->v.v[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* A word, or words, of an entry: whatever would end one, or begin a reason, is replaced. */
static void add_words(struct strbuf *out, const char *s, bool one)
{
	strbuf_addch(out, ' ');
	if (!*s)
		strbuf_addch(out, '-');
	for (; *s; s++) {
		bool bad = (unsigned char)*s < ' ' || *s == '#' || *s == 0x7f || (one && *s == ' ');

		strbuf_addch(out, bad ? '_' : *s);
	}
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void baseline_write(const struct report *r, const struct baseline *old, struct strbuf *out)
{
	struct strbuf sb = STRBUF_INIT;
	struct arena a = ARENA_INIT;
	VEC(const char *) lines = {0};

	for (size_t i = 0; i < r->n_findings; i++) {
		const struct finding *f = &r->findings[i];
		const struct known *before = old ? baseline_find(old, f->id) : NULL;

		if (finding_suppressed(f))
			continue;
		strbuf_reset(&sb);
		strbuf_addf(&sb, "%s %s", f->id, severity_name(f->severity));
		add_words(&sb, f->code, true);
		add_words(&sb, f->location.function, true);
		add_words(&sb, lock_text(f, &a), false);
		if (before && before->reason)
			strbuf_addf(&sb, " # %s", before->reason);
		vec_push(&lines, arena_strdup(&a, sb.buf));
	}
	if (lines.n)
		qsort(lines.v, lines.n, sizeof(*lines.v), by_text);
	strbuf_addstr(out, "# Findings of relock that are known: ID SEVERITY RULE FUNCTION LOCK "
			   "# REASON\n");
	for (size_t i = 0; i < lines.n; i++)
		strbuf_addf(out, "%s\n", lines.v[i]);
	vec_release(&lines);
	strbuf_release(&sb);
	arena_release(&a);
}
