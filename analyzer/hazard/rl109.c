// SPDX-License-Identifier: MIT
#include "hazard/fill.h"

#include <string.h>

/*
 * RL109 lock-order: a program that runs under lock A can take B, and the other
 * order exists too.
 *
 * A lock without a guard comes back to itself, which is its own finding, and
 * that it is taken in every order as well follows from it. So this is about
 * locks with a guard: the guard stops a program from taking the same lock on
 * this CPU, and says nothing of another lock, or of another lock of its class
 * that has a guard of its own. And about any two that plain code takes in both
 * orders: what would mend each lock by itself leaves that.
 */

/* A lock, as far as orders go: its class, and of a storage's its kind. */
struct order_lock {
	uint32_t class;
	uint32_t kind; /* FACTS_NONE: not of a storage, nor in a value of one */
	uint32_t guard; /* what is meant to protect it, or FACTS_NONE */
	bool shared; /* a CPU takes another's, or one that all have */
};

/* One of the first lock is held, and one of the second is waited for. */
struct edge {
	uint32_t from, to;	     /* locks */
	struct outer *plain;	     /* code that does so without a program, or NULL */
	const struct acquire *held;  /* with plain: of it */
	const struct point *acquire; /* with plain: its acquire of the second */
	bool by_program;
	struct hazard h;     /* with by_program: the surest */
	struct site_list sites;
};

/* Two edges that close a circle. */
struct circle {
	uint32_t there, back; /* edges; there is by a program, back too or by plain code */
	bool back_plain;
	struct finding finding;
};

/* What a nested run waits for: one way to each class. */
struct wants {
	struct want {
		const struct acquire *acquire;
		uint32_t lock;
	} *v;
	size_t n;
};

struct orders {
	struct analysis *an;
	VEC(struct order_lock) locks;
	VEC(struct wants) wants;
	struct map64 wants_at; /* nested run -> number in wants */
	VEC(struct edge) edges;
	struct map64 edge_at; /* (from, to) */
	VEC(struct circle) circles;
};

/* Whether some code takes a lock of @class that is not known to be its own CPU's. */
static bool is_shared(const struct analysis *an, uint32_t class)
{
	size_t i, k;

	for (i = 0; i < an->outers.n; i++) {
		const struct run *run = &an->outers.v[i]->run;

		for (k = 0; k < run->acquires.n; k++)
			if (run->acquires.v[k].class == class && !run->acquires.v[k].own_cpu)
				return true;
	}
	return false;
}

static uint32_t lock_of(struct orders *od, const struct run *run, const struct acquire *a)
{
	uint32_t kind = lock_storage_kind(od->an, run, a), i;

	/* A value of a storage is no other map's, as far as the storages' own locks go. */
	if (a->kind != FACTS_NONE && lock_is_in_value(od->an, a) && kind_is_storage(od->an, a->kind))
		kind = a->kind;

	for (i = 0; i < od->locks.n; i++)
		if (od->locks.v[i].class == a->class && od->locks.v[i].kind == kind)
			return i;
	vec_push(&od->locks, ((struct order_lock){ a->class, kind,
						   lock_guard(od->an, a->class, kind),
						   is_shared(od->an, a->class) }));
	return i;
}

static struct edge *find_edge(struct orders *od, uint32_t from, uint32_t to)
{
	uint32_t at = map64_get(&od->edge_at, (uint64_t)from << 32 | to);

	return at == MAP64_EMPTY ? NULL : &od->edges.v[at];
}

static struct edge *edge_of(struct orders *od, uint32_t from, uint32_t to)
{
	struct edge *e = find_edge(od, from, to);

	if (e)
		return e;
	map64_put(&od->edge_at, (uint64_t)from << 32 | to, (uint32_t)od->edges.n);
	vec_push(&od->edges, ((struct edge){ .from = from, .to = to }));
	return &od->edges.v[od->edges.n - 1];
}

static bool waits(const struct acquire *a)
{
	return a->class && a->blocking && !a->rule->sleeps;
}

/* --- what code does without a program --- */

/* Whether @o is the better telling of edge @e: an operation on a map, then the shorter one. */
static bool plainer(const struct edge *e, const struct outer *o, const struct acquire *held,
		    const struct point *pt)
{
	bool map = o->kind != FACTS_NONE, was = e->plain->kind != FACTS_NONE;

	if (map != was)
		return map;
	return held->frame->depth + pt->frame->depth <
	       e->held->frame->depth + e->acquire->frame->depth;
}

/*
 * Whether @run has lost track of the locks of @class: one release gives back what is held on one path
 * and what is not on another. What it seems to hold of them may have been given back.
 */
static bool lost_track(const struct run *run, const struct acquire *a)
{
	return run_released(run, a->class, &a->released) == (RELEASED_HELD | RELEASED_STRAY);
}

/* Whether what @pt holds last is the lock that was waited for there, or a word: waited for before. */
static bool ends_with_wait(const struct run *run, const struct point *pt)
{
	uint8_t last = (uint8_t)(pt->n_held - 1);

	return pt->n_held > 1 &&
	       (pt->at_exit ||
		(run->acquires.v[pt->held[last]].rule->word && !(pt->doubtful >> last & 1)));
}

/* @pt, as it would be where the word @a was taken that it holds last. */
static const struct point *where_taken(const struct analysis *an, const struct point *pt,
				       const struct acquire *a)
{
	struct point *ret;

	if (pt->at_exit)
		return pt;
	ret = arena_memdup(an->arena, pt, sizeof(*pt));
	ret->callee = a->primitive;
	ret->loc = a->loc;
	ret->func = a->func;
	ret->frame = a->frame;
	return ret;
}

static void add_plain(struct orders *od, struct outer *o)
{
	size_t i;
	uint8_t j;

	for (i = 0; i < o->run.points.n; i++) {
		const struct point *pt = &o->run.points.v[i];
		const struct acquire *wanted;
		uint32_t to;

		if (o->beyond || !ends_with_wait(&o->run, pt))
			continue;
		wanted = &o->run.acquires.v[pt->held[pt->n_held - 1]];
		if (!waits(wanted) || section_out_of_reach(od->an, o, wanted))
			continue;
		to = lock_of(od, &o->run, wanted);
		for (j = 0; j + 1 < pt->n_held; j++) {
			const struct acquire *held = &o->run.acquires.v[pt->held[j]];
			uint32_t from;
			struct edge *e;

			if (!held->class || lost_track(&o->run, held) ||
			    section_out_of_reach(od->an, o, held))
				continue;
			/*
			 * Which fields the values of a storage may have is decided where the map
			 * is made: an order that depends on one was not shown.
			 */
			if (wanted->map_fields &&
			    lock_storage_kind(od->an, &o->run, held) != FACTS_NONE)
				continue;
			from = lock_of(od, &o->run, held);
			e = from == to ? NULL : edge_of(od, from, to);
			if (!e || (e->plain && !plainer(e, o, held, pt)))
				continue;
			e->plain = o;
			e->held = held;
			e->acquire = where_taken(od->an, pt, wanted);
		}
	}
}

/* --- what programs do --- */

/* Whether an order of these two is a finding of its own; see the top of this file. */
static bool worth(struct orders *od, uint32_t from, uint32_t to)
{
	const struct order_lock *a = &od->locks.v[from], *b = &od->locks.v[to];
	const struct edge *there = find_edge(od, from, to), *back = find_edge(od, to, from);

	/* The kernel itself has both orders, so that each lock is not all there is to mend. */
	if (there && there->plain && back && back->plain)
		return true;
	if (a->guard == FACTS_NONE && b->guard == FACTS_NONE)
		return false;
	return (a->guard != FACTS_NONE && b->guard != FACTS_NONE) || (back && back->plain);
}

/* The guards @g as they are for another object, or another index. */
static struct guards for_another(const struct analysis *an, const struct guards *g)
{
	struct guards only = { .n = 0 };
	uint8_t i;

	for (i = 0; i < g->n; i++)
		if (map64_get(&an->in.plural_guards, g->v[i].guard) == MAP64_EMPTY)
			guards_set(&only, g->v[i].guard, g->v[i].count);
	return only;
}

/* Whether programs that are called with @h's guards up come to wait for a lock of its class. */
static bool comes_back(struct analysis *an, const struct hazard *h)
{
	const struct nested *n = reenter_run(an, h->reenter, &h->guards, false);
	size_t i;

	for (i = 0; i < n->run.acquires.n; i++)
		if (n->run.acquires.v[i].class == h->held->class && waits(&n->run.acquires.v[i]))
			return true;
	return false;
}

/* Whether one of lock @lock is held at @pt besides acquire number @but. */
static bool is_held(struct orders *od, const struct run *run, const struct point *pt, uint32_t but,
		    uint32_t lock)
{
	uint8_t j;

	for (j = 0; j < pt->n_held; j++)
		if (pt->held[j] != but &&
		    lock_of(od, run, &run->acquires.v[pt->held[j]]) == lock)
			return true;
	return false;
}

/* Leaves out places where the second lock is held already: what comes there is a recursion. */
static void keep_outside(struct orders *od, const struct hazard *h, uint32_t to,
			 struct site_list *l)
{
	size_t i, n = 0;

	l->best = l->best_objectless = CERT_NO;
	for (i = 0; i < l->v.n; i++) {
		struct site *s = &l->v.v[i];

		if (is_held(od, &h->outer->run, s->point, h->held_index, to))
			continue;
		if (s->has_object && s->certainty > l->best)
			l->best = s->certainty;
		if (s->certainty > l->best_objectless)
			l->best_objectless = s->certainty;
		l->v.v[n++] = *s;
	}
	l->v.n = n;
}

/* How likely the locks of @h are those of the other order, and in use: 2 same kind of map, 1 some map. */
static int nearness(const struct hazard *h, const struct edge *back)
{
	if (h->outer->kind == FACTS_NONE)
		return 0;
	return back && back->plain && back->plain->kind == h->outer->kind ? 2 : 1;
}

/* Positive: @h with @l is the better telling of edge @e; @back: the edge that closes the circle. */
static int better(const struct edge *e, const struct edge *back, const struct hazard *h,
		  const struct site_list *l)
{
	int near = nearness(h, back), was;

	if (!e->by_program)
		return 1;
	if (l->best != e->sites.best)
		return l->best > e->sites.best ? 1 : -1;
	if (l->best_objectless != e->sites.best_objectless)
		return l->best_objectless > e->sites.best_objectless ? 1 : -1;
	if (h->held->nested != e->h.held->nested)
		return h->held->nested ? -1 : 1;
	was = nearness(&e->h, back);
	if (near != was)
		return near > was ? 1 : -1;
	return ladder_length(h) < ladder_length(&e->h) ? 1 : -1;
}

static void try_edge(struct orders *od, struct hazard *h, uint32_t from, uint32_t to)
{
	const struct edge *back;
	struct site_list sites;
	struct edge *e;

	/* What each CPU only takes of its own, no other CPU holds. */
	if ((!od->locks.v[from].shared && h->held->own_cpu) ||
	    (!od->locks.v[to].shared && h->wanted->own_cpu))
		return;
	if (from == to ? sym_get(&h->outer->run.syms, h->held->addr)->op == SY_GADDR ||
				 comes_back(od->an, h)
		       : !worth(od, from, to))
		return;
	if (from == to && od->locks.v[from].guard == FACTS_NONE)
		return;
	e = edge_of(od, from, to);
	back = find_edge(od, to, from);
	/* Nothing is surer than this, so only a shorter one is better. */
	if (e->by_program && e->sites.best >= CERT_LIKELY && better(e, back, h, &e->sites) < 0)
		return;
	sites_find(od->an, h, &sites);
	if (from != to)
		keep_outside(od, h, to, &sites);
	if (!sites.best_objectless || better(e, back, h, &sites) < 0) {
		sites_release(&sites);
		return;
	}
	sites_release(&e->sites);
	e->by_program = true;
	e->h = *h;
	e->sites = sites;
}

/* Whether acquire @k of @run is the first that waits for its class. */
static bool is_first(const struct run *run, size_t k)
{
	const struct acquire *a = run->acquires.v;
	size_t m;

	for (m = 0; m < k; m++)
		if (a[m].class == a[k].class && waits(&a[m]))
			return false;
	return waits(&a[k]) && !a[k].last_put;
}

static struct wants wants_of(struct orders *od, const struct nested *n)
{
	uint32_t at = map64_get(&od->wants_at, (uintptr_t)n);
	struct wants w = { 0 };
	size_t k;

	if (at != MAP64_EMPTY)
		return od->wants.v[at];
	w.v = ARENA_ARRAY(od->an->arena, struct want, n->run.acquires.n);
	for (k = 0; k < n->run.acquires.n; k++) {
		const struct acquire *a = &n->run.acquires.v[k];

		if (is_first(&n->run, k))
			w.v[w.n++] = (struct want){ a, lock_of(od, &n->run, a) };
	}
	map64_put(&od->wants_at, (uintptr_t)n, (uint32_t)od->wants.n);
	vec_push(&od->wants, w);
	return w;
}

static void try_section(struct orders *od, struct outer *o, uint32_t held, const struct guards *g)
{
	struct analysis *an = od->an;
	struct guards another = for_another(an, g);
	uint32_t from = lock_of(od, &o->run, &o->run.acquires.v[held]);
	size_t i, k;

	for (i = 0; i < an->reenters.n; i++) {
		struct reenter *r = an->reenters.v[i];
		const struct nested *n = reenter_run(an, r, &another, false);
		const struct wants w = wants_of(od, n);

		for (k = 0; k < w.n; k++) {
			struct hazard h = { .outer = o, .held = &o->run.acquires.v[held],
					    .held_index = held, .guards = *g, .reenter = r,
					    .nested = n, .wanted = w.v[k].acquire,
					    .context = CTX_ORDER };

			try_edge(od, &h, from, w.v[k].lock);
		}
	}
}

/* The sections of @o, once for each set of guards that is up somewhere in them. */
static void add_sections(struct orders *od, struct outer *o)
{
	VEC(struct hazard) seen = { 0 };
	size_t k, s;
	uint8_t j;

	for (k = 0; k < o->run.points.n; k++) {
		const struct point *pt = &o->run.points.v[k];

		for (j = 0; j < pt->n_held; j++) {
			const struct acquire *a = &o->run.acquires.v[pt->held[j]];
			struct hazard key = { .held_index = pt->held[j], .guards = pt->guards };

			for (s = 0; s < seen.n; s++)
				if (seen.v[s].held_index == key.held_index &&
				    guards_equal(&seen.v[s].guards, &key.guards))
					break;
			if (s < seen.n || !a->class)
				continue;
			vec_push(&seen, key);
			remedy_raises(od->an, a, &key.guards);
			if (!section_out_of_reach(od->an, o, a))
				try_section(od, o, pt->held[j], &key.guards);
		}
	}
	vec_release(&seen);
}

/* --- circles --- */

/* Whether readers on both sides let each other pass. */
static bool passes(const struct acquire *held, const struct acquire *wanted)
{
	return held->rule->shared && wanted->rule->shared;
}

static const struct acquire *edge_wanted(const struct edge *e, bool plain)
{
	return plain ? &e->plain->run.acquires.v[e->acquire->held[e->acquire->n_held - 1]]
		     : e->h.wanted;
}

static bool closes(const struct edge *there, const struct edge *back, bool back_plain)
{
	const struct acquire *held = back_plain ? back->held : back->h.held;

	return !passes(there->h.held, edge_wanted(back, back_plain)) &&
	       !passes(held, there->h.wanted);
}

static int cmp_lock(const struct analysis *an, const struct order_lock *a,
		    const struct order_lock *b)
{
	const char *x = a->kind == FACTS_NONE ? NULL : kind_people_name(an, a->kind);
	const char *y = b->kind == FACTS_NONE ? NULL : kind_people_name(an, b->kind);
	int d = strcmp(program_str(an->p, a->class), program_str(an->p, b->class));

	return d ? d : strcmp(x ? x : "", y ? y : "");
}

static void find_circles(struct orders *od)
{
	size_t i;

	for (i = 0; i < od->edges.n; i++) {
		const struct edge *e = &od->edges.v[i];
		const struct edge *back = find_edge(od, e->to, e->from);
		bool plain = back && back->plain && e->from != e->to;

		if (!e->by_program || !back || (!plain && !back->by_program))
			continue;
		/* Two programs: told once, from the lock whose name comes first. */
		if (!plain && e->from != e->to &&
		    (e->plain || cmp_lock(od->an, &od->locks.v[e->from], &od->locks.v[e->to]) > 0))
			continue;
		/* Code that does both by itself, and a program that makes one of them likelier. */
		if (plain && e->plain && back->by_program &&
		    cmp_lock(od->an, &od->locks.v[e->from], &od->locks.v[e->to]) > 0)
			continue;
		if (closes(e, back, plain))
			vec_push(&od->circles,
				 ((struct circle){ .there = (uint32_t)i,
						   .back = (uint32_t)(back - od->edges.v),
						   .back_plain = plain }));
	}
}

/* --- findings --- */

static const char *lock_name(struct orders *od, uint32_t lock)
{
	const struct order_lock *l = &od->locks.v[lock];
	const char *kind = l->kind == FACTS_NONE ? NULL : kind_people_name(od->an, l->kind);
	const char *class = program_str(od->an->p, l->class);

	return kind ? arena_printf(od->an->arena, "%s (%s)", class, kind) : class;
}

static void fill_lock(struct orders *od, uint32_t lock, const struct acquire *a,
		      struct lock_ref *ret)
{
	const struct order_lock *l = &od->locks.v[lock];

	ret->class = program_str(od->an->p, l->class);
	ret->kind = l->kind == FACTS_NONE ? NULL : kind_people_name(od->an, l->kind);
	ret->acquired = program_location(od->an->p, &a->loc, a->func);
	ret->acquired.function = people_name(od->an->p, a->func);
	ret->released = program_location(od->an->p, &a->released, a->func);
}

/* The two locks of @c, whichever is held first. */
static const char *pair_name(struct orders *od, const struct circle *c)
{
	const struct edge *e = &od->edges.v[c->there];
	const char *a = lock_name(od, e->from), *b = lock_name(od, e->to);

	return strcmp(a, b) < 0 ? arena_printf(od->an->arena, "%s, %s", a, b) :
				  arena_printf(od->an->arena, "%s, %s", b, a);
}

static const char *message(struct orders *od, const struct circle *c)
{
	struct analysis *an = od->an;
	const struct edge *e = &od->edges.v[c->there], *back = &od->edges.v[c->back];
	const char *callee = func_name(an->p, an->t.callables.v[e->h.reenter->callable].func);
	const char *holder = people_name(an->p, e->h.outer->func);
	const char *to = lock_name(od, e->to), *from = lock_name(od, e->from);

	if (e->from == e->to)
		return arena_printf(an->arena,
				    "%s() can take another %s while %s() holds one, on two CPUs in "
				    "opposite orders",
				    callee, to, holder);
	if (c->back_plain)
		return arena_printf(an->arena,
				    "%s() can take %s while %s() holds %s, and %s() takes them the "
				    "other way round",
				    callee, to, holder, from,
				    people_name(an->p, back->plain->func));
	return arena_printf(an->arena,
			    "%s() can take %s while %s() holds %s, and %s() the other way round",
			    callee, to, holder, from,
			    func_name(an->p, an->t.callables.v[back->h.reenter->callable].func));
}

static struct ladder program_ladder(struct analysis *an, const struct edge *e)
{
	struct finding f = { .n_attach = 0 };

	fill_attach(an, &e->h, &e->sites, &f);
	return make_ladder(an, &e->h, e->sites.v.v[0].point, f.attach[0].name,
			   attach_note(an, &f.attach[0]));
}

static struct other_order *other_order(struct analysis *an, const struct edge *back, bool plain)
{
	struct other_order *ret = ARENA_NEW(an->arena, struct other_order);
	const struct outer *o = plain ? back->plain : back->h.outer;
	const struct seen s = { &back->h, back->sites, true };
	struct finding f = { .n_attach = 0 };

	ret->entry_function = people_name(an->p, o->func);
	ret->entry_via = o->via;
	if (plain)
		return ret;
	fill_attach(an, &back->h, &back->sites, &f);
	fill_reentry(an, &s, 1, &f);
	ret->attach = f.attach;
	ret->n_attach = f.n_attach;
	ret->reentry = f.reentry;
	ret->n_reentry = f.n_reentry;
	return ret;
}

static void fill_circle(struct orders *od, struct circle *c)
{
	struct analysis *an = od->an;
	const struct edge *e = &od->edges.v[c->there], *back = &od->edges.v[c->back];
	struct seen s = { &e->h, e->sites, true }, t = { &back->h, back->sites, true };
	const struct rule_hazard *rule = rules_hazard(an->p->rules, "RL109");
	struct finding *f = &c->finding;
	struct fact_loc loc;
	uint32_t func;
	uint8_t i;

	memset(f, 0, sizeof(*f));
	f->cause = UINT32_MAX;
	strlist_add(&f->orders, an->arena, pair_name(od, c));
	f->context = "order";
	f->code = "RL109";
	f->rule = rule ? rule->name : f->code;
	f->message = message(od, c);
	func = taken_at(an, e->h.wanted, &loc);
	f->location = program_location(an->p, &loc, func);
	f->location.function = people_name(an->p, func);
	fill_lock(od, e->from, e->h.held, &f->lock);
	f->lock2 = ARENA_NEW(an->arena, struct lock_ref);
	fill_lock(od, e->to, e->h.wanted, f->lock2);
	f->entry_function = people_name(an->p, e->h.outer->func);
	f->entry_via = e->h.outer->via;
	for (i = 0; i < e->h.guards.n; i++)
		if (e->h.guards.v[i].count > 0 && e->h.guards.v[i].guard != GUARD_IRQS_OFF)
			strlist_add(&f->guard_raised, an->arena,
				    guard_name(an->p, e->h.guards.v[i].guard));
	fill_attach(an, &e->h, &e->sites, f);
	fill_reentry(an, &s, 1, f);
	fill_severity(an, &s, f);
	f->other = other_order(an, back, c->back_plain);
	f->n_ladders = 2;
	f->ladders = ARENA_ARRAY(an->arena, struct ladder, f->n_ladders);
	f->ladders[0] = program_ladder(an, e);
	if (c->back_plain) {
		f->ladders[1] = make_plain_ladder(an, back->plain, back->held, back->acquire);
	} else {
		enum severity there = f->severity;

		f->ladders[1] = program_ladder(an, back);
		fill_severity(an, &t, f);
		if (there < f->severity)
			f->severity = there;
	}
	add_order_remedies(an, &e->h, f);
	fill_id(f, 0);
}

/*
 * Two guards that say nothing of each other's locks are one cause, however many
 * locks each is for. Where plain code has one of the orders, that is the cause.
 */
static bool same_cause(struct orders *od, const struct circle *a, const struct circle *b)
{
	const struct edge *e = &od->edges.v[a->there], *f = &od->edges.v[b->there];
	uint32_t p = od->locks.v[e->from].guard, q = od->locks.v[e->to].guard;
	uint32_t r = od->locks.v[f->from].guard, s = od->locks.v[f->to].guard;

	if (a->back_plain || b->back_plain || (e->from == e->to) != (f->from == f->to))
		return false;
	return (p == r && q == s) || (p == s && q == r);
}

static uint32_t circle_length(struct orders *od, const struct circle *c)
{
	const struct edge *e = &od->edges.v[c->there], *back = &od->edges.v[c->back];

	return ladder_length(&e->h) + (c->back_plain ? back->held->frame->depth
						     : ladder_length(&back->h));
}

/* Whether @a tells a cause better than @b: surer, then easier to follow. */
static bool tells_better(struct orders *od, const struct circle *a, const struct circle *b)
{
	if (a->finding.severity != b->finding.severity)
		return a->finding.severity > b->finding.severity;
	return circle_length(od, a) < circle_length(od, b);
}

static void note_alike(struct orders *od, const struct circle *c, struct finding *f)
{
	const struct edge *e = &od->edges.v[c->there];

	strlist_add(&f->orders, od->an->arena, pair_name(od, c));
	strlist_add(&f->notes, od->an->arena,
		    arena_printf(od->an->arena, "the same is true of %s and %s",
				 lock_name(od, e->from), lock_name(od, e->to)));
}

void find_orders(struct analysis *an, struct finding_list *ret)
{
	struct orders od = { .an = an };
	size_t i, k;

	for (i = 0; i < an->outers.n; i++)
		add_plain(&od, an->outers.v[i]);
	for (i = 0; i < an->outers.n; i++) {
		if (an->o->progress)
			an->o->progress(an->o->data, "orders of locks", i, an->outers.n);
		add_sections(&od, an->outers.v[i]);
	}
	find_circles(&od);
	for (i = 0; i < od.circles.n; i++)
		fill_circle(&od, &od.circles.v[i]);
	for (i = 0; i < od.circles.n; i++) {
		struct circle *c = &od.circles.v[i];
		bool best = true;

		for (k = 0; k < od.circles.n; k++)
			if (k != i && same_cause(&od, c, &od.circles.v[k]))
				best &= tells_better(&od, c, &od.circles.v[k]) ||
					(k > i && !tells_better(&od, &od.circles.v[k], c));
		if (!best)
			continue;
		for (k = 0; k < od.circles.n; k++)
			if (k != i && same_cause(&od, c, &od.circles.v[k]))
				note_alike(&od, &od.circles.v[k], &c->finding);
		vec_push(ret, c->finding);
	}
	for (i = 0; i < od.edges.n; i++)
		sites_release(&od.edges.v[i].sites);
	vec_release(&od.circles);
	vec_release(&od.edges);
	vec_release(&od.locks);
	vec_release(&od.wants);
	map64_release(&od.wants_at);
	map64_release(&od.edge_at);
}
