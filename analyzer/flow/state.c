// SPDX-License-Identifier: MIT
#include "flow/state.h"

#include <string.h>

/* MAX_ERRNO, include/linux/err.h. */
#define MAX_ERRNO 4095

struct state *state_clone(struct arena *a, const struct state *s)
{
	struct state *n = arena_memdup(a, s, sizeof(*s));

	n->known = arena_memdup(a, s->known, s->n_known * sizeof(*s->known));
	n->cap_known = s->n_known;
	n->cells = arena_memdup(a, s->cells, s->n_cells * sizeof(*s->cells));
	n->cap_cells = s->n_cells;
	n->env = arena_memdup(a, s->env, s->n_env * sizeof(*s->env));
	return n;
}

int32_t guards_get(const struct guards *g, uint32_t guard)
{
	uint8_t i;

	for (i = 0; i < g->n; i++)
		if (g->v[i].guard == guard)
			return g->v[i].count;
	return 0;
}

bool guards_equal(const struct guards *a, const struct guards *b)
{
	uint8_t i;

	if (a->n != b->n)
		return false;
	for (i = 0; i < a->n; i++)
		if (a->v[i].guard != b->v[i].guard || a->v[i].count != b->v[i].count)
			return false;
	return true;
}

uint64_t guards_mix(uint64_t key, const struct guards *g)
{
	uint8_t i;

	for (i = 0; i < g->n; i++)
		key = map64_mix(key, (uint64_t)g->v[i].guard << 32 | (uint32_t)g->v[i].count);
	return key;
}

void guards_set(struct guards *g, uint32_t guard, int32_t count)
{
	uint8_t i = 0;

	if (count > GUARD_LIMIT)
		count = GUARD_LIMIT;
	if (count < -GUARD_LIMIT)
		count = -GUARD_LIMIT;
	while (i < g->n && g->v[i].guard < guard)
		i++;
	if (i < g->n && g->v[i].guard == guard) {
		if (count) {
			g->v[i].count = count;
			return;
		}
		memmove(&g->v[i], &g->v[i + 1], (size_t)(g->n - i - 1) * sizeof(g->v[0]));
		g->n--;
		return;
	}
	if (!count || g->n == INTERP_MAX_GUARDS)
		return;
	memmove(&g->v[i + 1], &g->v[i], (size_t)(g->n - i) * sizeof(g->v[0]));
	g->v[i] = (struct guard_value){ guard, count };
	g->n++;
}

void guards_add(struct guards *g, uint32_t guard, int32_t delta)
{
	guards_set(g, guard, guards_get(g, guard) + delta);
}

void state_tested(struct state *s, const struct guard_test *t)
{
	uint8_t i;

	for (i = 0; i < s->tests.n; i++) {
		if (s->tests.v[i].guard == t->guard) {
			s->tests.v[i] = *t;
			return;
		}
	}
	if (s->tests.n < INTERP_MAX_GUARDS)
		s->tests.v[s->tests.n++] = *t;
}

bool state_same_property(const struct state *s, const struct state *o)
{
	uint8_t i;

	if (s->n_held != o->n_held || s->kind != o->kind || !guards_equal(&s->guards, &o->guards))
		return false;
	for (i = 0; i < s->n_held; i++)
		if (s->held[i].acquire != o->held[i].acquire)
			return false;
	return true;
}

/* @at: where it is likely to be. */
static const struct cell *find_cell_near(const struct state *s, uint32_t addr, uint32_t at)
{
	uint32_t i;

	if (at < s->n_cells && s->cells[at].addr == addr)
		return &s->cells[at];
	for (i = 0; i < s->n_cells; i++)
		if (s->cells[i].addr == addr)
			return &s->cells[i];
	return NULL;
}

uint32_t state_cell(const struct state *s, uint32_t addr)
{
	const struct cell *c = find_cell_near(s, addr, UINT32_MAX);

	return c ? c->val : SYM_NONE;
}

static void drop_cell(struct state *s, uint32_t i)
{
	memmove(&s->cells[i], &s->cells[i + 1], (s->n_cells - i - 1) * sizeof(*s->cells));
	s->n_cells--;
}

static bool is_own_memory(const struct syms *syms, uint32_t addr)
{
	for (;;) {
		const struct sym *v = sym_get(syms, addr);

		if (v->op == SY_LADDR || v->op == SY_GADDR)
			return true;
		/* The copy of some CPU may be that of this one, which is called otherwise. */
		if (v->op != SY_FADDR && (v->op != SY_IADDR || v->c))
			return false;
		addr = v->a;
	}
}

/* Two different terms that may be one address. */
static bool may_alias(const struct syms *syms, uint32_t a, uint32_t b)
{
	const struct sym *x = sym_get(syms, a), *y = sym_get(syms, b);

	if (x->op != y->op)
		return !is_own_memory(syms, a) && !is_own_memory(syms, b) &&
		       x->op != SY_FADDR && y->op != SY_FADDR;
	if (x->op == SY_FADDR && (x->b != y->b || x->c != y->c))
		return false;
	return !(is_own_memory(syms, a) && is_own_memory(syms, b)) || x->op == SY_IADDR;
}

void state_renew(struct state *s, struct arena *a, uint32_t addr, uint32_t val)
{
	if (s->n_cells == STATE_MAX_CELLS)
		drop_cell(s, 0);
	if (s->n_cells == s->cap_cells) {
		struct cell *old = s->cells;

		s->cap_cells = s->cap_cells ? s->cap_cells * 2 : 8;
		s->cells = ARENA_ARRAY(a, struct cell, s->cap_cells);
		if (s->n_cells)
			memcpy(s->cells, old, s->n_cells * sizeof(*old));
	}
	s->cells[s->n_cells++] = (struct cell){ addr, val };
}

static bool is_truth_value(const struct sym *v)
{
	return (v->op == SY_BIN && v->val >= FB_LT) || (v->op == SY_UN && v->val == FU_NOT);
}

/* Locals that hold what a test of @load came to keep it, where that is known, when @load is new. */
static void settle_locals(struct state *s, struct syms *syms, uint32_t load)
{
	uint32_t i;
	int truth;

	for (i = 0; i < s->n_env; i++) {
		if (s->env[i] == SYM_NONE || !is_truth_value(sym_get(syms, s->env[i])) ||
		    !sym_contains(syms, s->env[i], load))
			continue;
		truth = state_truth(s, syms, s->env[i]);
		if (truth >= 0)
			s->env[i] = sym_int(syms, truth);
	}
}

void state_settle_locals(struct state *s, const struct state *before, struct syms *syms)
{
	uint32_t i;
	int truth;

	for (i = 0; i < s->n_env; i++) {
		const struct sym *v = s->env[i] == SYM_NONE ? NULL : sym_get(syms, s->env[i]);

		if (!v || !v->loads || !is_truth_value(v))
			continue;
		truth = state_truth(before, syms, s->env[i]);
		if (truth >= 0 && state_truth(s, syms, s->env[i]) != truth)
			s->env[i] = sym_int(syms, truth);
	}
}

void state_store(struct state *s, struct arena *a, struct syms *syms, uint32_t addr, uint32_t val)
{
	uint32_t i, load = sym_make(syms, SY_LOAD, addr, 0, 0, 0);

	for (i = 0; i < s->n_cells;) {
		if (s->cells[i].addr == addr || may_alias(syms, s->cells[i].addr, addr))
			drop_cell(s, i);
		else
			i++;
	}
	settle_locals(s, syms, load);
	state_forget_known(s, syms, load);
	state_renew(s, a, addr, val);
}

void state_forget(struct state *s, const struct syms *syms, uint32_t addr)
{
	uint32_t i;

	for (i = 0; i < s->n_cells;) {
		if (sym_contains(syms, s->cells[i].addr, addr))
			drop_cell(s, i);
		else
			i++;
	}
}

void state_forget_locks(struct state *s, const struct syms *syms, uint32_t part)
{
	uint8_t i, n = 0;

	for (i = 0; i < s->n_vain; i++)
		if (!sym_contains(syms, s->vain[i].addr, part))
			s->vain[n++] = s->vain[i];
	s->n_vain = n;
	for (i = 0; i < s->n_held; i++)
		s->held[i].doubtful |= s->held[i].word && sym_contains(syms, s->held[i].word, part);
}

static bool has_vain(const struct state *s, uint32_t addr, uint32_t try)
{
	uint8_t i;

	for (i = 0; i < s->n_vain; i++)
		if (s->vain[i].addr == addr && s->vain[i].try == try)
			return true;
	return false;
}

void state_add_vain(struct state *s, uint32_t addr, uint32_t try)
{
	if (s->n_vain == STATE_MAX_VAIN) {
		memmove(&s->vain[0], &s->vain[1], (STATE_MAX_VAIN - 1) * sizeof(s->vain[0]));
		s->n_vain--;
	}
	s->vain[s->n_vain++] = (struct failed){ addr, try };
}

void state_rename_vain(struct state *s, struct syms *syms, uint32_t from, uint32_t to)
{
	uint8_t i, n = s->n_vain;

	for (i = 0; i < n && s->n_vain < STATE_MAX_VAIN; i++) {
		const struct failed v = s->vain[i];
		uint32_t addr = sym_replace(syms, v.addr, from, to);

		if (!has_vain(s, addr, v.try))
			s->vain[s->n_vain++] = (struct failed){ addr, v.try };
	}
}

bool state_drop_vain(struct state *s, uint32_t addr, uint32_t try)
{
	bool same = has_vain(s, addr, try);
	uint8_t i, n = 0;

	for (i = 0; i < s->n_vain; i++)
		if (s->vain[i].try != try)
			s->vain[n++] = s->vain[i];
	s->n_vain = n;
	return same;
}

/* Adds to @s what only @o knows of attempts and doubts of words; returns whether there was any. */
static bool meet_locks(struct state *s, const struct state *o)
{
	bool lost = false;
	uint8_t i;

	for (i = 0; i < o->n_vain && s->n_vain < STATE_MAX_VAIN; i++) {
		if (has_vain(s, o->vain[i].addr, o->vain[i].try))
			continue;
		s->vain[s->n_vain++] = o->vain[i];
		lost = true;
	}
	for (i = 0; i < s->n_held && i < o->n_held; i++) {
		lost |= (o->held[i].doubtful && !s->held[i].doubtful) ||
			(o->held[i].lost && !s->held[i].lost);
		s->held[i].doubtful |= o->held[i].doubtful;
		s->held[i].lost |= o->held[i].lost;
	}
	return lost;
}

void state_forget_known(struct state *s, const struct syms *syms, uint32_t part)
{
	uint32_t i, n = 0;

	state_forget_locks(s, syms, part);
	for (i = 0; i < s->n_known; i++)
		if (!sym_contains(syms, s->known[i].sym, part))
			s->known[n++] = s->known[i];
	s->n_known = n;
}

/* @at: where it is likely to be. */
static const struct known *find_known_near(const struct state *s, uint32_t sym, uint32_t at)
{
	uint32_t i;

	if (at < s->n_known && s->known[at].sym == sym)
		return &s->known[at];
	for (i = 0; i < s->n_known; i++)
		if (s->known[i].sym == sym)
			return &s->known[i];
	return NULL;
}

static const struct known *find_known(const struct state *s, uint32_t sym)
{
	return find_known_near(s, sym, UINT32_MAX);
}

bool state_knows(const struct state *s, uint32_t sym)
{
	return find_known(s, sym) != NULL;
}

/* A state takes up little between being copied and being copied again. */
#define KNOWN_ROOM 8

static struct known *make_known(struct state *s, struct arena *a, uint32_t sym)
{
	struct known *k;
	uint32_t i;

	for (i = 0; i < s->n_known; i++)
		if (s->known[i].sym == sym)
			return &s->known[i];
	if (s->n_known == STATE_MAX_KNOWN) {
		memmove(s->known, s->known + 1, (s->n_known - 1) * sizeof(*s->known));
		s->n_known--;
	}
	if (s->n_known == s->cap_known) {
		struct known *old = s->known;

		s->cap_known += KNOWN_ROOM;
		s->known = ARENA_ARRAY(a, struct known, s->cap_known);
		if (s->n_known)
			memcpy(s->known, old, s->n_known * sizeof(*old));
	}
	k = &s->known[s->n_known++];
	*k = (struct known){ .sym = sym, .lo = INT64_MIN, .hi = INT64_MAX };
	return k;
}

/* The bits from @lo to @hi; 0 if that is too much. */
static uint64_t bits_between(int64_t lo, int64_t hi)
{
	if (lo < 0 || hi > 63 || lo > hi)
		return 0;
	return (UINT64_MAX >> (63 - (hi - lo))) << lo;
}

/* As struct known's one_of, by its range if need be. */
static uint64_t known_one_of(const struct known *k)
{
	return k->one_of ? k->one_of : bits_between(k->lo, k->hi);
}

uint64_t state_one_of(const struct state *s, const struct syms *syms, uint32_t sym)
{
	const struct known *k = find_known(s, sym);
	int64_t val;

	if (sym_is_int(syms, sym, &val))
		return bits_between(val, val);
	return k ? known_one_of(k) : 0;
}

/* Makes the range of @k and its small numbers say the same. Returns false if nothing is left. */
static bool settle(struct known *k)
{
	int64_t n;

	if (!k->one_of)
		return k->lo <= k->hi;
	for (n = 0; n < 64; n++)
		if (n < k->lo || n > k->hi)
			k->one_of &= ~(UINT64_C(1) << n);
	if (!k->one_of)
		return false;
	for (n = 0; !(k->one_of >> n & 1); n++)
		;
	k->lo = n;
	for (n = 63; !(k->one_of >> n & 1); n--)
		;
	k->hi = n;
	return true;
}

/* Makes @m what is known where a value is as @m or as @k says. Returns whether that is less. */
static bool meet_known(struct known *m, const struct known *k)
{
	const struct known old = *m;
	uint64_t a = known_one_of(m), b = known_one_of(k);

	m->one_of = a && b ? a | b : 0;
	if (k->lo < m->lo)
		m->lo = INT64_MIN; /* widen at once: loops must end */
	if (k->hi > m->hi)
		m->hi = INT64_MAX;
	m->nonzero &= k->nonzero;
	m->not_err &= k->not_err;
	return m->one_of != a || m->lo != old.lo || m->hi != old.hi || m->nonzero != old.nonzero ||
	       m->not_err != old.not_err;
}

static bool says_something(const struct known *k)
{
	return k->nonzero || k->not_err || k->one_of || k->lo != INT64_MIN || k->hi != INT64_MAX;
}

void state_forget_volatile(struct state *s, const struct syms *syms, const struct state *entry)
{
	const struct known *k;
	struct known m;
	uint32_t i, n = 0;

	for (i = 0; i < s->n_known; i++) {
		const struct sym *v = sym_get(syms, s->known[i].sym);

		/* Without what was known at the entry nothing is taken for sure. */
		if (!(entry ? v->volatile_ : v->loads)) {
			s->known[n++] = s->known[i];
			continue;
		}
		k = entry ? find_known_near(entry, s->known[i].sym, i) : NULL;
		m = s->known[i];
		if (!k)
			continue;
		meet_known(&m, k);
		if (says_something(&m))
			s->known[n++] = m;
	}
	s->n_known = n;
}

void state_assume_one_of(struct state *s, struct arena *a, uint32_t sym, uint64_t one_of)
{
	struct known *k;

	if (!one_of)
		return;
	k = make_known(s, a, sym);
	k->one_of = one_of;
	settle(k);
}

static bool known_range(const struct state *s, const struct syms *syms, uint32_t sym, int64_t *lo,
			int64_t *hi)
{
	const struct known *k;

	if (sym_is_int(syms, sym, lo)) {
		*hi = *lo;
		return true;
	}
	k = find_known(s, sym);
	if (!k)
		return false;
	*lo = k->lo;
	*hi = k->hi;
	return *lo != INT64_MIN || *hi != INT64_MAX;
}

static int truth_known(const struct known *k)
{
	if (k->nonzero || k->lo > 0 || k->hi < 0 || (k->one_of && !(k->one_of & 1)))
		return 1;
	if ((!k->lo && !k->hi) || k->one_of == 1)
		return 0;
	return -1;
}

static int truth_cmp(const struct state *s, const struct syms *syms, const struct sym *v)
{
	const struct known *k;
	int64_t c, lo, hi;
	int t;

	/* Nothing unsigned is less than 0. */
	if (v->c && (v->val == FB_GT || v->val == FB_LE) && !state_truth(s, syms, v->a))
		return v->val == FB_LE;
	if (!sym_is_int(syms, v->b, &c))
		return -1;
	if (!c && (v->val == FB_EQ || v->val == FB_NE)) {
		t = state_truth(s, syms, v->a);
		return t < 0 ? -1 : (v->val == FB_NE) == t;
	}
	if (v->c && v->val == FB_GE && c == -MAX_ERRNO) { /* IS_ERR() */
		if (sym_is_address(syms, v->a))
			return 0;
		k = find_known(s, v->a);
		if (k && (k->not_err || k->lo >= 0))
			return 0;
		return k && k->lo >= -MAX_ERRNO && k->hi < 0 ? 1 : -1;
	}
	if ((v->val == FB_EQ || v->val == FB_NE) && state_one_of(s, syms, v->a) &&
	    !(state_one_of(s, syms, v->a) & bits_between(c, c)))
		return v->val == FB_NE;
	if (!known_range(s, syms, v->a, &lo, &hi))
		return -1;
	if (v->c && v->val != FB_EQ && v->val != FB_NE && (lo < 0 || c < 0))
		return -1; /* unsigned: the order of negative numbers is another */
	switch (v->val) {
	case FB_EQ:
		return c < lo || c > hi ? 0 : lo == hi ? 1 : -1;
	case FB_NE:
		return c < lo || c > hi ? 1 : lo == hi ? 0 : -1;
	case FB_LT:
		return hi < c ? 1 : lo >= c ? 0 : -1;
	case FB_LE:
		return hi <= c ? 1 : lo > c ? 0 : -1;
	case FB_GT:
		return lo > c ? 1 : hi <= c ? 0 : -1;
	case FB_GE:
		return lo >= c ? 1 : hi < c ? 0 : -1;
	default:
		return -1;
	}
}

int state_truth(const struct state *s, const struct syms *syms, uint32_t cond)
{
	const struct sym *v = sym_get(syms, cond);
	const struct known *k;
	int t = -1;

	if (v->op == SY_INT)
		return v->val != 0;
	if (sym_is_address(syms, cond))
		return 1;
	k = find_known(s, cond);
	if (k && (t = truth_known(k)) >= 0)
		return t;
	if (v->op == SY_UN && v->val == FU_NOT) {
		t = state_truth(s, syms, v->a);
		return t < 0 ? -1 : !t;
	}
	if (v->op == SY_BIN && v->val >= FB_LT)
		t = truth_cmp(s, syms, v);
	return t;
}

static bool narrow(struct state *s, struct arena *a, uint32_t sym, int64_t lo, int64_t hi)
{
	struct known *k = make_known(s, a, sym);

	if (lo > k->lo)
		k->lo = lo;
	if (hi < k->hi)
		k->hi = hi;
	if (k->nonzero && !k->lo && k->hi > 0)
		k->lo = 1;
	return settle(k) && !(k->nonzero && !k->lo && !k->hi);
}

static bool assume_cmp(struct state *s, struct arena *a, struct syms *syms, const struct sym *v,
		       bool truth)
{
	static const uint8_t negated[] = {
		[FB_LT] = FB_GE, [FB_GT] = FB_LE, [FB_LE] = FB_GT,
		[FB_GE] = FB_LT, [FB_EQ] = FB_NE, [FB_NE] = FB_EQ,
	};
	unsigned int op = truth ? (unsigned int)v->val : negated[v->val];
	uint32_t x = v->a;
	struct known *k;
	int64_t c;

	if (!sym_is_int(syms, v->b, &c))
		return true;
	if (v->c && c == -MAX_ERRNO && (op == FB_GE || op == FB_LT)) {
		if (op == FB_GE)
			return narrow(s, a, x, -MAX_ERRNO, -1);
		make_known(s, a, x)->not_err = true;
		return true;
	}
	switch (op) {
	case FB_EQ:
		return narrow(s, a, x, c, c);
	case FB_NE:
		if (!c)
			return state_assume(s, a, syms, x, true);
		k = make_known(s, a, x);
		if (k->lo == c)
			k->lo++;
		if (k->hi == c)
			k->hi--;
		if (k->one_of) {
			k->one_of &= ~bits_between(c, c);
			if (!k->one_of)
				return false;
		}
		return settle(k);
	default:
		break;
	}
	if (v->c) {
		/* Unsigned: an upper bound that is not negative bounds both ends. */
		if (op == FB_LT && c > 0)
			return narrow(s, a, x, 0, c - 1);
		if (op == FB_LE && c >= 0)
			return narrow(s, a, x, 0, c);
		return true;
	}
	switch (op) {
	case FB_LT:
		return c == INT64_MIN ? false : narrow(s, a, x, INT64_MIN, c - 1);
	case FB_LE:
		return narrow(s, a, x, INT64_MIN, c);
	case FB_GT:
		return c == INT64_MAX ? false : narrow(s, a, x, c + 1, INT64_MAX);
	default:
		return narrow(s, a, x, c, INT64_MAX);
	}
}

bool state_assume(struct state *s, struct arena *a, struct syms *syms, uint32_t cond, bool truth)
{
	struct sym v = *sym_get(syms, cond);
	int t = state_truth(s, syms, cond);
	struct known *k;

	if (t >= 0)
		return (bool)t == truth;
	if (v.op == SY_UN && v.val == FU_NOT)
		return state_assume(s, a, syms, v.a, !truth);
	if (v.op == SY_BIN && v.val >= FB_LT && !assume_cmp(s, a, syms, &v, truth))
		return false;
	k = make_known(s, a, cond);
	if (!truth) {
		k->lo = k->hi = 0;
	} else {
		k->nonzero = true;
		if (!k->lo)
			k->lo = 1;
	}
	return true;
}

bool state_assume_pointer(struct state *s, struct arena *a, struct syms *syms, uint32_t sym)
{
	uint32_t is_err = sym_bin(syms, FB_GE, sym, sym_int(syms, -MAX_ERRNO), true);

	return state_assume(s, a, syms, sym, true) && state_assume(s, a, syms, is_err, false);
}

static bool has_failed(const struct state *s, uint32_t addr)
{
	uint8_t i;

	for (i = 0; i < s->n_failed; i++)
		if (s->failed[i].addr == addr)
			return true;
	return false;
}

static struct guard_test *find_test(struct guard_tests *t, uint32_t guard)
{
	uint8_t i;

	for (i = 0; i < t->n; i++)
		if (t->v[i].guard == guard)
			return &t->v[i];
	return NULL;
}

/* Where @t was raised, on this path or on that of @o. */
static void meet_raised(struct guard_test *t, const struct guard_test *o)
{
	uint8_t i, k;

	if (!o->n_raised || o->count != t->count)
		t->n_raised = 0;
	for (i = 0; i < o->n_raised && t->n_raised; i++) {
		for (k = 0; k < t->n_raised && t->raised[k] != o->raised[i]; k++)
			;
		if (k < t->n_raised)
			continue;
		if (k == GUARD_MAX_RAISED)
			t->n_raised = 0;
		else
			t->raised[t->n_raised++] = o->raised[i];
	}
}

/* Notes a test that the other path made: which of several counters it was may differ. */
static void meet_test(struct state *s, const struct guard_test *t)
{
	struct guard_test both = *t, *own = find_test(&s->tests, t->guard);

	if (!own) { /* it is up without a test, if it is */
		both.n_raised = 0;
	} else {
		meet_raised(&both, own);
		if (own->addr != t->addr)
			both.addr = SYM_NONE;
	}
	state_tested(s, &both);
}

static void meet_tests(struct state *s, const struct guard_tests *o)
{
	uint8_t i, k;

	for (i = 0; i < s->tests.n; i++) {
		for (k = 0; k < o->n && o->v[k].guard != s->tests.v[i].guard; k++)
			;
		if (k == o->n)
			s->tests.v[i].n_raised = 0;
	}
	for (i = 0; i < o->n; i++)
		meet_test(s, &o->v[i]);
}

/* Whether @s still goes by what was at an address before it was written to: by @load. */
static bool goes_by(const struct state *s, const struct syms *syms, uint32_t load)
{
	uint32_t i;

	for (i = 0; i < s->n_env; i++)
		if (s->env[i] != SYM_NONE && sym_contains(syms, s->env[i], load))
			return true;
	for (i = 0; i < s->n_cells; i++)
		if (sym_contains(syms, s->cells[i].val, load) ||
		    sym_contains(syms, s->cells[i].addr, load))
			return true;
	for (i = 0; i < s->n_known; i++)
		if (sym_contains(syms, s->known[i].sym, load))
			return true;
	return false;
}

/*
 * What is known of the number at @addr in @s, by what was stored or by tests: in
 * @ret. Where something was stored, what is known has to hold for the value that
 * was there before as well if that is still around: nothing is, then.
 */
static bool known_at(const struct state *s, struct syms *syms, uint32_t addr, struct known *ret)
{
	uint32_t val = state_cell(s, addr), i;

	if (val != SYM_NONE) {
		*ret = (struct known){ .nonzero = true, .lo = INT64_MIN, .hi = INT64_MAX };
		if (sym_is_address(syms, val))
			return true;
		*ret = (struct known){ .lo = 0 };
		if (!sym_is_int(syms, val, &ret->lo) ||
		    goes_by(s, syms, sym_make(syms, SY_LOAD, addr, 0, 0, 0)))
			return false;
		ret->hi = ret->lo;
		return true;
	}
	for (i = 0; i < s->n_known; i++) {
		const struct sym *v = sym_get(syms, s->known[i].sym);

		if (v->op == SY_LOAD && v->a == addr) {
			*ret = s->known[i];
			return true;
		}
	}
	return false;
}

/* Whether @m and @k say the same, and as meet_known() would say it. */
static bool is_met(const struct known *m, const struct known *k)
{
	return m->lo == k->lo && m->hi == k->hi && m->one_of == k->one_of &&
	       m->nonzero == k->nonzero && m->not_err == k->not_err &&
	       m->one_of == known_one_of(m) && says_something(m);
}

static bool meet_knowledge(struct state *s, const struct state *o, struct syms *syms, uint32_t b,
			   uint32_t c)
{
	uint32_t i, n = 0, at = 0;
	bool lost = false;

	for (i = 0; i < s->n_known; i++) {
		const struct known *k = find_known_near(o, s->known[i].sym, at);
		const struct sym *v;
		struct known m = s->known[i], stored;

		if (k)
			at = (uint32_t)(k - o->known) + 1;
		/* States that meet have a common past: most of what they know is from there. */
		if (k && is_met(&m, k)) {
			s->known[n++] = m;
			continue;
		}
		v = sym_get(syms, m.sym);
		if (v->op == SY_FRESH && v->b == b && v->c == c) {
			s->known[n++] = m;
			continue;
		}
		/* What one path tested another has stored. */
		if (!k && v->op == SY_LOAD && known_at(o, syms, v->a, &stored))
			k = &stored;
		if (!k) {
			lost = true;
			continue;
		}
		lost |= meet_known(&m, k);
		if (says_something(&m))
			s->known[n++] = m;
	}
	s->n_known = n;
	return lost;
}

static bool meet_cells(struct state *s, const struct state *o, struct arena *a, struct syms *syms)
{
	struct known m, k;
	uint32_t i, n = 0, at = 0;
	bool lost = false;

	for (i = 0; i < s->n_cells; i++) {
		const struct cell *cell = &s->cells[i];
		const struct cell *other = find_cell_near(o, cell->addr, at);

		/* States that meet mostly have a common past, and its cells in the same order. */
		if (other)
			at = (uint32_t)(other - o->cells) + 1;
		if (other && other->val == cell->val) {
			s->cells[n++] = *cell;
			continue;
		}
		lost = true;
		if (!known_at(s, syms, cell->addr, &m) || !known_at(o, syms, cell->addr, &k))
			continue;
		meet_known(&m, &k);
		if (says_something(&m)) {
			m.sym = sym_make(syms, SY_LOAD, cell->addr, 0, 0, 0);
			*make_known(s, a, m.sym) = m;
		}
	}
	s->n_cells = n;
	return lost;
}

static bool meet_tables(struct state *s, const struct state *o)
{
	uint8_t i, k, n = 0, was = s->n_tables;

	for (i = 0; i < was; i++) {
		for (k = 0; k < o->n_tables; k++)
			if (o->tables[k].addr == s->tables[i].addr &&
			    o->tables[k].val == s->tables[i].val)
				break;
		if (k < o->n_tables)
			s->tables[n++] = s->tables[i];
	}
	s->n_tables = n;
	return n != was;
}

bool state_meet_but(struct state *s, const struct state *o, struct arena *a, struct syms *syms,
		    uint32_t b, uint32_t c)
{
	uint32_t i, n = 0;
	bool lost = meet_knowledge(s, o, syms, b, c);

	lost |= meet_cells(s, o, a, syms);
	lost |= meet_tables(s, o);
	for (i = 0; i < s->n_failed; i++) {
		if (has_failed(o, s->failed[i].addr))
			s->failed[n++] = s->failed[i];
		else
			lost = true;
	}
	s->n_failed = (uint8_t)n;
	lost |= (o->in_vain & ~s->in_vain) != 0;
	s->in_vain |= o->in_vain;
	lost |= s->odd && s->odd != o->odd;
	s->odd = s->odd == o->odd ? s->odd : 0;
	lost |= s->second && !o->second;
	s->second &= o->second;
	lost |= (o->strays & ~s->strays) != 0;
	s->strays |= o->strays;
	lost |= meet_locks(s, o);
	meet_tests(s, &o->tests);
	return lost;
}

bool state_meet(struct state *s, const struct state *o, struct arena *a, struct syms *syms)
{
	return state_meet_but(s, o, a, syms, UINT32_MAX, UINT32_MAX); /* no fresh value has these */
}
