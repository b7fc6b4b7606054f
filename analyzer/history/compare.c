// SPDX-License-Identifier: MIT
#include "history/compare.h"

#include <stdlib.h>
#include <string.h>

static void add_note(struct finding *f, struct arena *a, const char *note)
{
	const char **v = ARENA_ARRAY(a, const char *, f->notes.n + 1);

	if (f->notes.n)
		memcpy(v, f->notes.v, f->notes.n * sizeof(*v));
	v[f->notes.n++] = note;
	f->notes.v = v;
}

/* "@function()", or "@function() of kprobe programs"; NULL: it is in @old, and so are its programs. */
static const char *more_of(const struct reentry *r, const struct strlist *old, struct arena *a)
{
	const char *types = NULL;

	if (!strlist_has(old, r->function))
		return arena_printf(a, "%s()", r->function);
	for (size_t i = 0; i < r->program_types.n; i++) {
		const char *type = r->program_types.v[i];

		if (!strlist_has(old, reentry_of_type(a, r->function, type)))
			types = types ? arena_printf(a, "%s, %s", types, type) : type;
	}
	return types ? arena_printf(a, "%s() of %s programs", r->function, types) : NULL;
}

/* "a(), b() of kprobe programs": what comes back to the lock of @f and is not in @old; or NULL. */
static const char *more_reentry(const struct finding *f, const struct strlist *old, struct arena *a)
{
	const char *ret = NULL;

	/* A note is about what nothing can use. */
	for (size_t i = 0; f->severity > SEV_NOTE && i < f->n_reentry; i++) {
		const char *more = more_of(&f->reentry[i], old, a);

		if (more)
			ret = ret ? arena_printf(a, "%s, %s", ret, more) : more;
	}
	return ret;
}

static bool report_has(const struct report *r, const char *id)
{
	for (size_t i = 0; i < r->n_findings; i++) {
		if (!strcmp(r->findings[i].id, id))
			return true;
	}
	return false;
}

/* What @b knows of the cause of @f, a finding of @r, under this id or another one; or NULL. */
static const struct known *find_known(const struct baseline *b, const struct report *r,
				      const struct finding *f)
{
	const struct known *found = baseline_find(b, f->id);

	if (found)
		return found;
	for (size_t i = 0; i < b->v.n; i++) {
		if (!known_is_cause_of(&b->v.v[i], f) || report_has(r, b->v.v[i].id))
			continue;
		if (found) /* which of them it was is not known */
			return NULL;
		found = &b->v.v[i];
	}
	for (size_t i = 0; found && i < r->n_findings; i++) {
		const struct finding *other = &r->findings[i];

		if (other != f && known_is_cause_of(found, other) && !baseline_find(b, other->id))
			return NULL;
	}
	return found;
}

/* Is @f, of @r, in @b, and no worse than there? */
static bool covers(const struct baseline *b, const char *what, const struct report *r,
		   struct finding *f, struct arena *a, const struct known **ret)
{
	const struct known *k = b ? find_known(b, r, f) : NULL;
	const char *more;

	if (!k)
		return false;
	more = k->knows_reentry ? more_reentry(f, &k->reentry, a) : NULL;
	if (k->rated && k->severity < f->severity) {
		add_note(
			f, a,
			arena_printf(a, "the %s has it as a %s", what, severity_name(k->severity)));
		return false;
	}
	if (strcmp(k->id, f->id) != 0)
		add_note(f, a, arena_printf(a, "the %s has it as %s, at %s()", what, k->id, k->function));
	if (more)
		add_note(f, a,
			 arena_printf(a, "in the %s it does not come back through %s", what, more));
	*ret = k;
	return true;
}

/* --- what came back to nothing before --- */

static bool add_reentry(struct strlist *l, struct arena *a, const struct finding *f)
{
	/* A note is about what nothing can use. */
	return f->severity > SEV_NOTE && reentry_add(l, a, f);
}

/*
 * Of a function that came back to no lock in the revision, or not in programs of
 * a type, and does so now, the first finding that has it is new: that is a cause of
 * its own, and one finding tells of it, however many locks it comes to.
 */
static void mark_newcomers(struct report *r, struct arena *a, const struct known_before *k)
{
	struct strlist told = { NULL, 0 };

	for (size_t i = 0; i < k->revision->v.n; i++) {
		const struct known *old = &k->revision->v.v[i];

		for (size_t n = 0; old->severity > SEV_NOTE && n < old->reentry.n; n++)
			strlist_add(&told, a, old->reentry.v[n]);
	}
	for (size_t i = 0; i < r->n_findings; i++)
		if (!strcmp(r->findings[i].state, "new"))
			add_reentry(&told, a, &r->findings[i]);
	for (size_t i = 0; i < r->n_findings; i++) {
		struct finding *f = &r->findings[i];

		if (strcmp(f->state, "unchanged") != 0 || !blames_reentry(f->code) ||
		    (k->baseline && baseline_find(k->baseline, f->id)))
			continue;
		if (add_reentry(&told, a, f))
			f->state = "new";
	}
}

static void mark_one(const struct report *r, struct finding *f, struct arena *a,
		     const struct known_before *k)
{
	const struct known *known = NULL;
	size_t n = k->suppressions ? k->suppressions->v.n : 0;

	for (size_t i = 0; i < n; i++) {
		const struct suppression *s = &k->suppressions->v.v[i];

		if (!suppression_means(s, f))
			continue;
		if (suppression_ended(s, k->today)) {
			add_note(f, a,
				 arena_printf(a, "it was suppressed until %s: %s", s->until,
					      s->reason));
			continue;
		}
		f->state = "suppressed";
		f->state_reason = s->reason;
		return;
	}
	if (!k->baseline && !k->revision)
		return;
	if (covers(k->baseline, "baseline", r, f, a, &known) ||
	    covers(k->revision, "older tree", r, f, a, &known)) {
		f->state = "unchanged";
		f->state_reason = known->reason;
	} else {
		f->state = "new";
	}
}

/* For each entry of @b whether a finding of @r, with whatever id, is about it. For free(). */
static bool *find_there(const struct report *r, const struct baseline *b)
{
	bool *ret = xcalloc(b->v.n + 1, sizeof(*ret));

	for (size_t i = 0; i < r->n_findings; i++) {
		const struct known *k = find_known(b, r, &r->findings[i]);

		if (k)
			ret[k - b->v.v] = true;
	}
	return ret;
}

static void add_fixed(struct report *r, const struct baseline *b, const char *listed)
{
	bool *there = b ? find_there(r, b) : NULL;

	for (size_t i = 0; b && i < b->v.n; i++) {
		const struct known *k = &b->v.v[i];
		struct fixed *x = &r->fixed[r->n_fixed];

		if (there[i])
			continue;
		x->id = k->id;
		x->code = k->code;
		x->severity = k->rated ? severity_name(k->severity) : "";
		x->function = k->function;
		x->lock = k->lock;
		x->reason = k->reason;
		x->listed = listed;
		r->n_fixed++;
	}
	free(there);
}

static int by_id(const void *a, const void *b)
{
	const struct fixed *x = a, *y = b;
	int order = strcmp(x->id, y->id);

	return order ? order : strcmp(x->listed, y->listed);
}

static void find_idle(struct report *r, struct arena *a, const struct known_before *k)
{
	size_t n = k->suppressions ? k->suppressions->v.n : 0;

	r->idle = ARENA_ARRAY(a, struct idle_suppression, n);
	for (size_t i = 0; i < n; i++) {
		const struct suppression *s = &k->suppressions->v.v[i];
		struct idle_suppression *idle = &r->idle[r->n_idle];
		bool used = false;

		for (size_t j = 0; j < r->n_findings && !used; j++)
			used = suppression_means(s, &r->findings[j]);
		idle->entry = s->text;
		idle->reason = s->reason;
		if (!used)
			idle->why = "no finding is like this";
		else if (suppression_ended(s, k->today))
			idle->why = arena_printf(a, "it ended on %s", s->until);
		else
			continue;
		r->n_idle++;
	}
}

void mark_known(struct report *r, struct arena *a, const struct known_before *k)
{
	size_t most = (k->baseline ? k->baseline->v.n : 0) + (k->revision ? k->revision->v.n : 0);

	for (size_t i = 0; i < r->n_findings; i++)
		mark_one(r, &r->findings[i], a, k);
	if (k->revision)
		mark_newcomers(r, a, k);
	r->fixed = ARENA_ARRAY(a, struct fixed, most);
	add_fixed(r, k->baseline, "baseline");
	add_fixed(r, k->revision, "revision");
	if (r->n_fixed)
		qsort(r->fixed, r->n_fixed, sizeof(*r->fixed), by_id);
	find_idle(r, a, k);
}

static const char *more_than(const struct finding *old, const struct finding *new, struct arena *a)
{
	struct strlist names = { NULL, 0 };

	reentry_add(&names, a, old);
	return more_reentry(new, &names, a);
}

static enum change change_of(const struct finding *old, const struct finding *new)
{
	if (!new)
		return CHANGE_FIXED;
	if (finding_suppressed(new))
		return CHANGE_SUPPRESSED;
	if (!old)
		return CHANGE_NEW;
	if (old->severity == new->severity)
		return CHANGE_NONE;
	return new->severity > old->severity ? CHANGE_WORSE : CHANGE_BETTER;
}

static int by_change(const void *a, const void *b)
{
	const struct diff_row *x = a, *y = b;
	const struct finding *f = x->new ? x->new : x->old, *g = y->new ? y->new : y->old;
	int order;

	if (x->change != y->change)
		return x->change < y->change ? -1 : 1;
	if (f->severity != g->severity)
		return f->severity > g->severity ? -1 : 1;
	order = strcmp(f->code, g->code);
	if (!order)
		order = strcmp(f->location.function, g->location.function);
	return order ? order : strcmp(f->id, g->id);
}

/* As mark_newcomers(). The rows are those of the new findings, in their order. */
static void find_newcomers(struct diff *d, struct arena *a)
{
	struct strlist told = { NULL, 0 };

	for (size_t i = 0; i < d->old->n_findings; i++)
		add_reentry(&told, a, &d->old->findings[i]);
	for (size_t i = 0; i < d->n_rows; i++)
		if (d->rows[i].change == CHANGE_NEW || d->rows[i].change == CHANGE_WORSE)
			add_reentry(&told, a, d->rows[i].new);
	for (size_t i = 0; i < d->n_rows; i++)
		if (d->rows[i].change == CHANGE_NONE && blames_reentry(d->rows[i].new->code) &&
		    add_reentry(&told, a, d->rows[i].new))
			d->rows[i].change = CHANGE_WORSE;
}

/* The finding of the old report that is about what @f of the new one is, or NULL. @b: the old one's. */
static const struct finding *find_old(const struct diff *d, const struct baseline *b,
				      const struct finding *f)
{
	const struct known *k = find_known(b, d->new, f);

	return k ? report_finding(d->old, k->id) : NULL;
}

void diff_reports(const struct report *old, const struct report *new, struct arena *a,
		  struct diff *ret)
{
	struct baseline known;
	bool *there;

	memset(ret, 0, sizeof(*ret));
	ret->old = old;
	ret->new = new;
	ret->rows = ARENA_ARRAY(a, struct diff_row, old->n_findings + new->n_findings);
	baseline_take(&known, old);
	for (size_t i = 0; i < new->n_findings; i++) {
		struct diff_row *row = &ret->rows[ret->n_rows++];

		row->new = &new->findings[i];
		row->old = find_old(ret, &known, row->new);
		row->more = row->old ? more_than(row->old, row->new, a) : NULL;
		row->change = change_of(row->old, row->new);
	}
	find_newcomers(ret, a);
	there = find_there(new, &known);
	for (size_t i = 0; i < old->n_findings; i++) {
		struct diff_row *row = &ret->rows[ret->n_rows];

		if (there[baseline_find(&known, old->findings[i].id) - known.v.v])
			continue;
		row->old = &old->findings[i];
		row->change = CHANGE_FIXED;
		ret->n_rows++;
	}
	free(there);
	baseline_release(&known);
	if (ret->n_rows)
		qsort(ret->rows, ret->n_rows, sizeof(*ret->rows), by_change);
}

const char *change_name(enum change c)
{
	switch (c) {
	case CHANGE_NEW:
		return "new";
	case CHANGE_WORSE:
		return "worse";
	case CHANGE_FIXED:
		return "fixed";
	case CHANGE_BETTER:
		return "better";
	case CHANGE_SUPPRESSED:
		return "suppressed";
	case CHANGE_NONE:
		break;
	}
	return "unchanged";
}
