// SPDX-License-Identifier: MIT
#include "kept/code.h"

#include <errno.h>
#include <string.h>

/* Writing where there is an @out, reading else. Reading past the end gives zeros and is ->bad. */
struct code {
	struct strbuf *out;
	struct arena *a;
	const char *p, *end;
	bool bad;
	struct report *report;
};

static void bytes(struct code *c, void *v, size_t len)
{
	if (c->out) {
		strbuf_add(c->out, v, len);
	} else if ((size_t)(c->end - c->p) < len) {
		c->bad = true;
		c->p = c->end;
		memset(v, 0, len);
	} else {
		memcpy(v, c->p, len);
		c->p += len;
	}
}

#define CODE(c, v) bytes((c), &(v), sizeof(v))

/* A string or NULL; read ones are where they are. */
static void text(struct code *c, const char **s)
{
	uint32_t len = c->out && *s ? (uint32_t)strlen(*s) + 1 : 0;

	CODE(c, len);
	if (c->out) {
		strbuf_add(c->out, *s ? *s : "", len);
		return;
	}
	*s = NULL;
	if (len > (size_t)(c->end - c->p) || (len && c->p[len - 1]))
		c->bad = true;
	else if (len)
		*s = c->p;
	c->p = c->bad ? c->end : c->p + len;
}

typedef void code_fn(struct code *c, void *item);

/* Returns the array: the one given, or what was read. No item is without bytes. */
static void *items(struct code *c, void *v, size_t *n, size_t size, code_fn *one)
{
	CODE(c, *n);
	if (!c->out) {
		if (*n > (size_t)(c->end - c->p)) {
			c->bad = true;
			*n = 0;
		}
		v = *n ? arena_calloc(c->a, *n, size) : NULL;
	}
	for (size_t i = 0; i < *n && !c->bad; i++)
		one(c, (char *)v + i * size);
	return v;
}

#define ITEMS(c, v, n, one) ((v) = items((c), (v), &(n), sizeof(*(v)), (one)))

static void code_text(struct code *c, void *item)
{
	text(c, item);
}

static void texts(struct code *c, struct strlist *l)
{
	ITEMS(c, l->v, l->n, code_text);
}

static void location(struct code *c, struct location *l)
{
	text(c, &l->file);
	CODE(c, l->line);
	CODE(c, l->column);
	text(c, &l->function);
}

static void lock(struct code *c, struct lock_ref *l)
{
	text(c, &l->class);
	text(c, &l->kind);
	location(c, &l->acquired);
	location(c, &l->released);
}

static void code_attach(struct code *c, void *item)
{
	struct attach_point *p = item;

	text(c, &p->function);
	text(c, &p->name);
	texts(c, &p->how);
	CODE(c, p->certainty);
	text(c, &p->reason);
	location(c, &p->location);
}

static void code_reentry(struct code *c, void *item)
{
	struct reentry *r = item;

	text(c, &r->function);
	text(c, &r->what);
	texts(c, &r->program_types);
	text(c, &r->object);
}

static void code_step(struct code *c, void *item)
{
	struct step *s = item;

	CODE(c, s->kind);
	CODE(c, s->depth);
	text(c, &s->function);
	location(c, &s->location);
	text(c, &s->note);
	CODE(c, s->since);
}

static void code_ladder(struct code *c, void *item)
{
	struct ladder *l = item;

	ITEMS(c, l->v, l->n, code_step);
}

static void code_remedy(struct code *c, void *item)
{
	struct remedy *m = item;

	text(c, &m->kind);
	text(c, &m->what);
	CODE(c, m->closes);
	CODE(c, m->leaves);
}

static void code_other(struct code *c, struct other_order *o)
{
	text(c, &o->entry_function);
	text(c, &o->entry_via);
	ITEMS(c, o->attach, o->n_attach, code_attach);
	ITEMS(c, o->reentry, o->n_reentry, code_reentry);
}

static void code_finding(struct code *c, void *item)
{
	struct finding *f = item;
	bool second = f->lock2 != NULL, other = f->other != NULL;

	CODE(c, f->id);
	f->id[sizeof(f->id) - 1] = '\0';
	text(c, &f->context);
	text(c, &f->rule);
	text(c, &f->code);
	CODE(c, f->severity);
	text(c, &f->message);
	location(c, &f->location);
	lock(c, &f->lock);
	CODE(c, second);
	if (second) {
		if (!c->out)
			f->lock2 = ARENA_NEW(c->a, struct lock_ref);
		lock(c, f->lock2);
	}
	texts(c, &f->guard_expected);
	texts(c, &f->guard_raised);
	text(c, &f->entry_function);
	text(c, &f->entry_via);
	ITEMS(c, f->attach, f->n_attach, code_attach);
	ITEMS(c, f->reentry, f->n_reentry, code_reentry);
	CODE(c, other);
	if (other) {
		if (!c->out)
			f->other = ARENA_NEW(c->a, struct other_order);
		code_other(c, f->other);
	}
	ITEMS(c, f->ladders, f->n_ladders, code_ladder);
	texts(c, &f->assumptions);
	ITEMS(c, f->remedies, f->n_remedies, code_remedy);
	texts(c, &f->notes);
	CODE(c, f->cause);
}

static void code_call(struct code *c, void *item)
{
	struct section_call *call = item;

	text(c, &call->caller);
	text(c, &call->callee);
	CODE(c, call->skipped);
}

static void code_section(struct code *c, void *item)
{
	struct section *s = item;

	lock(c, &s->lock);
	text(c, &s->lock_type);
	text(c, &s->primitive);
	texts(c, &s->guard_raised);
	texts(c, &s->guard_meant);
	texts(c, &s->entries);
	ITEMS(c, s->attach, s->n_attach, code_attach);
	ITEMS(c, s->calls, s->n_calls, code_call);
	texts(c, &s->findings);
}

static void code_danger(struct code *c, void *item)
{
	struct danger *d = item;

	text(c, &d->function);
	text(c, &d->what);
	text(c, &d->lock);
	text(c, &d->finding);
}

static void code_attachable(struct code *c, void *item)
{
	struct attachable *a = item;

	text(c, &a->name);
	CODE(c, a->tracepoint);
	texts(c, &a->how);
	CODE(c, a->certainty);
	text(c, &a->reason);
	location(c, &a->location);
	texts(c, &a->locks);
	ITEMS(c, a->dangers, a->n_dangers, code_danger);
}

/* One of the report's own, which come first, by its number. */
static void finding_ref(struct code *c, const struct finding **f)
{
	size_t at = c->out ? (size_t)(*f - c->report->findings) : 0;

	CODE(c, at);
	if (at >= c->report->n_findings)
		c->bad = true;
	else
		*f = &c->report->findings[at];
}

static void code_leftover(struct code *c, void *item)
{
	struct leftover *l = item;
	size_t n = l->n_open;

	finding_ref(c, &l->finding);
	CODE(c, l->severity);
	ITEMS(c, l->open, l->n_open, code_attach);
	ITEMS(c, l->open_object, n, code_text);
	c->bad |= n != l->n_open;
	texts(c, &l->objects);
}

static void code_trial(struct code *c, void *item)
{
	struct trial *t = item;

	text(c, &t->kind);
	texts(c, &t->guards);
	texts(c, &t->notrace);
	texts(c, &t->objects);
	texts(c, &t->hidden);
	texts(c, &t->hidden_objects);
	ITEMS(c, t->left, t->n_left, code_leftover);
}

static void code_proposals(struct code *c, void *item)
{
	struct proposals *p = item;

	finding_ref(c, &p->finding);
	ITEMS(c, p->trials, p->n_trials, code_trial);
	texts(c, &p->nmi);
}

static void whatif(struct code *c, struct whatif **w)
{
	bool any = *w != NULL, given = *w && (*w)->given;

	CODE(c, any);
	if (!any)
		return;
	if (!c->out)
		*w = ARENA_NEW(c->a, struct whatif);
	CODE(c, given);
	if (given) {
		if (!c->out)
			(*w)->given = ARENA_NEW(c->a, struct trial);
		code_trial(c, (*w)->given);
	}
	ITEMS(c, (*w)->proposals, (*w)->n_proposals, code_proposals);
}

static void code_failed(struct code *c, void *item)
{
	struct failed_unit *f = item;

	text(c, &f->file);
	text(c, &f->error);
}

static void code_cut(struct code *c, void *item)
{
	struct cut *cut = item;

	text(c, &cut->function);
	text(c, &cut->reason);
}

static void code_stat(struct code *c, void *item)
{
	struct stat_entry *s = item;

	text(c, &s->name);
	CODE(c, s->value);
}

static void code_report(struct code *c, struct report *r)
{
	c->report = r;
	CODE(c, r->units_total);
	CODE(c, r->units_analysed);
	ITEMS(c, r->failed, r->n_failed, code_failed);
	ITEMS(c, r->findings, r->n_findings, code_finding);
	ITEMS(c, r->sections, r->n_sections, code_section);
	ITEMS(c, r->attachables, r->n_attachables, code_attachable);
	whatif(c, &r->whatif);
	ITEMS(c, r->cuts, r->n_cuts, code_cut);
	texts(c, &r->beyond);
	texts(c, &r->assumptions);
	texts(c, &r->evidence);
	ITEMS(c, r->stats, r->n_stats, code_stat);
}

void report_encode(const struct report *r, struct strbuf *out)
{
	/* Nothing is changed while writing. */
	struct report copy = *r;
	struct code c = { .out = out };

	code_report(&c, &copy);
}

int report_decode(struct arena *a, const char *data, size_t len, struct report *ret)
{
	struct report r = *ret;
	struct code c = { .a = a, .p = data, .end = data + len };

	r.whatif = NULL;
	code_report(&c, &r);
	if (c.bad || c.p != c.end)
		return -EBADMSG;
	/* Proposals refer to findings, which do not move: they are in the arena. */
	*ret = r;
	return 0;
}
