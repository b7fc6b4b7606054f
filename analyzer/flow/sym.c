// SPDX-License-Identifier: MIT
#include "flow/sym.h"

#include "facts/facts.h"

/*
 * Arithmetic on more terms than this says nothing that decides a branch, and to
 * look through it takes its time: a term that is used twice, and that twice, ...
 * It becomes a value that nothing is known of.
 */
#define MAX_SIZE 64

static void drop_index(struct syms *s)
{
	free(s->index);
	s->index = NULL;
	s->cap = 0;
}

void syms_init(struct syms *s)
{
	memset(s, 0, sizeof(*s));
	sym_int(s, 0); /* number 0 is NULL and zero */
}

void syms_release(struct syms *s)
{
	vec_release(&s->v);
	drop_index(s);
}

void syms_fit(struct syms *s)
{
	vec_fit(&s->v);
	drop_index(s);
}

/*
 * Whether @addr is a local variable or a member of one: nobody else changes that,
 * unless it is handed out, and then calls forget what was known of it.
 */
static bool is_own(const struct syms *s, uint32_t addr)
{
	while (s->v.v[addr].op == SY_FADDR)
		addr = s->v.v[addr].a;
	return s->v.v[addr].op == SY_LADDR;
}

static void note_loads(const struct syms *s, struct sym *v)
{
	switch (v->op) {
	case SY_LOAD:
		v->loads = true;
		v->volatile_ = !is_own(s, v->a);
		break;
	case SY_FRESH:
		v->loads = v->volatile_ = true;
		break;
	case SY_FADDR:
	case SY_CONTAINER:
	case SY_UN:
		v->loads = s->v.v[v->a].loads;
		v->volatile_ = s->v.v[v->a].volatile_;
		break;
	case SY_IADDR:
	case SY_BIN:
		v->loads = s->v.v[v->a].loads || s->v.v[v->b].loads;
		v->volatile_ = s->v.v[v->a].volatile_ || s->v.v[v->b].volatile_;
		break;
	default:
		break;
	}
}

/* A hash of what tells @v from other terms: looked for at every step, so no rounds that wait for others. */
static uint64_t key_of(const struct sym *v)
{
	uint64_t x = v->a * UINT64_C(0x9e3779b97f4a7c15) + v->b * UINT64_C(0xbf58476d1ce4e5b9) +
		     ((uint64_t)v->c << 8 | v->op) * UINT64_C(0x94d049bb133111eb) +
		     (uint64_t)v->val * UINT64_C(0xd6e8feb86659fd93);

	x = (x ^ x >> 32) * UINT64_C(0x9e3779b97f4a7c15);
	return x ^ x >> 29;
}

/* What @v begins at, and how deep that was made. */
static void note_roots(const struct syms *s, struct sym *v)
{
	const struct sym *a, *b;

	switch (v->op) {
	case SY_INT:
	case SY_MAP_FIELD:
		return;
	case SY_FADDR:
	case SY_LOAD:
	case SY_CONTAINER:
	case SY_UN:
		a = b = &s->v.v[v->a];
		break;
	case SY_IADDR:
	case SY_BIN:
		a = &s->v.v[v->a];
		b = &s->v.v[v->b];
		break;
	case SY_LADDR:
		v->depth = (uint8_t)v->a;
		/* fallthrough */
	case SY_PARAM:
	case SY_FRESH:
		v->roots = UINT64_C(2) << key_of(v) % 63;
		return;
	default:
		v->roots = SYM_GLOBAL;
		return;
	}
	v->roots = a->roots | b->roots;
	v->depth = a->depth > b->depth ? a->depth : b->depth;
}

static uint16_t size_of(const struct syms *s, enum sym_op op, uint32_t a, uint32_t b)
{
	uint32_t size = 1;

	switch (op) {
	case SY_LOAD:
	case SY_FADDR:
	case SY_CONTAINER:
	case SY_UN:
		size += s->v.v[a].size;
		break;
	case SY_IADDR:
	case SY_BIN:
		size += (uint32_t)s->v.v[a].size + s->v.v[b].size;
		break;
	default:
		break;
	}
	return size < UINT16_MAX ? (uint16_t)size : UINT16_MAX;
}

static bool is_same(const struct sym *v, const struct sym *o)
{
	return v->op == o->op && v->a == o->a && v->b == o->b && v->c == o->c && v->val == o->val;
}

/* The slot of the term that is like @v, or the free one where it belongs. */
static uint32_t *find_slot(const struct syms *s, const struct sym *v)
{
	size_t i = key_of(v) & (s->cap - 1);

	while (s->index[i] != SYM_NONE && !is_same(&s->v.v[s->index[i]], v))
		i = (i + 1) & (s->cap - 1);
	return &s->index[i];
}

/* Makes the index anew, with room for another term. */
static void index_terms(struct syms *s)
{
	uint32_t id;

	free(s->index);
	s->cap = s->cap ? s->cap : 64;
	while (s->cap < 2 * (s->v.n + 1))
		s->cap *= 2;
	s->index = xmalloc(s->cap * sizeof(*s->index));
	memset(s->index, 0xff, s->cap * sizeof(*s->index));
	for (id = 0; id < s->v.n; id++)
		*find_slot(s, &s->v.v[id]) = id;
}

/* The term that is like @sym, whose depth is that of the frame that makes it. */
static uint32_t intern(struct syms *s, struct sym sym)
{
	uint32_t *slot;

	if (s->cap < 2 * (s->v.n + 1))
		index_terms(s);
	slot = find_slot(s, &sym);
	if (*slot != SYM_NONE)
		return *slot;
	note_loads(s, &sym);
	sym.size = size_of(s, sym.op, sym.a, sym.b);
	note_roots(s, &sym);
	*slot = (uint32_t)s->v.n;
	vec_push(&s->v, sym);
	return *slot;
}

uint32_t sym_make(struct syms *s, enum sym_op op, uint32_t a, uint32_t b, uint32_t c, int64_t val)
{
	return intern(s, (struct sym){ .op = (uint8_t)op, .a = a, .b = b, .c = c, .val = val });
}

uint32_t sym_int(struct syms *s, int64_t val)
{
	return sym_make(s, SY_INT, 0, 0, 0, val);
}

uint32_t sym_fresh(struct syms *s, uint32_t a, uint32_t b, uint32_t c, uint32_t depth)
{
	return intern(s, (struct sym){ .op = SY_FRESH, .depth = (uint8_t)depth, .a = a, .b = b,
				       .c = c });
}

uint32_t sym_faddr(struct syms *s, uint32_t base, uint32_t record, uint32_t field)
{
	const struct sym *b = sym_get(s, base);

	if (b->op == SY_CONTAINER && b->b == field && b->c == record)
		return b->a;
	return sym_make(s, SY_FADDR, base, field, record, 0);
}

uint32_t sym_container(struct syms *s, uint32_t ptr, uint32_t record, uint32_t field)
{
	const struct sym *p = sym_get(s, ptr);

	if (p->op == SY_FADDR && p->b == field && p->c == record)
		return p->a;
	return sym_make(s, SY_CONTAINER, ptr, field, record, 0);
}

bool sym_is_int(const struct syms *s, uint32_t id, int64_t *ret_val)
{
	const struct sym *v = sym_get(s, id);

	if (v->op != SY_INT)
		return false;
	*ret_val = v->val;
	return true;
}

uint32_t sym_replace(struct syms *s, uint32_t id, uint32_t from, uint32_t to)
{
	struct sym v = *sym_get(s, id);
	bool two = v.op == SY_IADDR || v.op == SY_BIN;

	if (id == from)
		return to;
	if (!sym_contains(s, id, from))
		return id;
	return sym_make(s, v.op, sym_replace(s, v.a, from, to),
			two ? sym_replace(s, v.b, from, to) : v.b, v.c, v.val);
}

bool sym_is_address(const struct syms *s, uint32_t id)
{
	const struct sym *v = sym_get(s, id);

	switch (v->op) {
	case SY_STR:
	case SY_FUNC:
	case SY_GADDR:
	case SY_GNAME:
	case SY_LADDR:
		return true;
	case SY_FADDR:
	case SY_IADDR:
	case SY_CONTAINER:
		/* &p->field of a p that is NULL is no address that a program computes. */
		return sym_get(s, v->a)->op != SY_INT;
	default:
		return false;
	}
}

uint32_t sym_copy(struct syms *to, const struct syms *from, uint32_t id, const uint32_t *args,
		  uint32_t n_args)
{
	struct sym v = *sym_get(from, id);
	uint32_t b = v.b;

	switch (v.op) {
	case SY_INT:
	case SY_STR:
	case SY_FUNC:
	case SY_GADDR:
	case SY_GNAME:
	case SY_STEADY:
		return sym_make(to, v.op, v.a, v.b, v.c, v.val);
	case SY_PARAM:
		return v.a < n_args ? args[v.a] : sym_make(to, SY_PARAM, v.a, 0, 0, 0);
	case SY_IADDR:
		b = sym_copy(to, from, v.b, args, n_args);
		break;
	case SY_FADDR:
	case SY_LOAD:
	case SY_CONTAINER:
		break;
	default:
		return sym_fresh(to, (uint32_t)to->v.n, id, 8, 0);
	}
	v.a = sym_copy(to, from, v.a, args, n_args);
	if (v.op == SY_FADDR)
		return sym_faddr(to, v.a, v.c, v.b);
	if (v.op == SY_CONTAINER)
		return sym_container(to, v.a, v.c, v.b);
	return sym_make(to, v.op, v.a, b, v.c, v.val);
}

uint64_t sym_place(const struct syms *s, uint32_t addr)
{
	const struct sym *v = sym_get(s, addr);
	uint64_t hash = 0;

	for (; v->op == SY_FADDR || v->op == SY_IADDR; v = sym_get(s, v->a))
		if (v->op == SY_FADDR)
			hash = map64_mix(hash, (uint64_t)v->c << 32 | v->b);
	return v->op == SY_GADDR ? map64_mix(hash, v->a) : hash;
}

uint32_t sym_un(struct syms *s, unsigned int op, uint32_t a)
{
	const struct sym *v = sym_get(s, a);

	if (v->op == SY_INT) {
		switch (op) {
		case FU_NOT:
			return sym_int(s, !v->val);
		case FU_COMPL:
			return sym_int(s, ~v->val);
		default:
			return sym_int(s, (int64_t)(0 - (uint64_t)v->val));
		}
	}
	if (op == FU_NOT && sym_is_address(s, a))
		return sym_int(s, 0);
	return sym_make(s, SY_UN, a, 0, 0, op);
}

/* What a op b is for two constants; false where C leaves it open. */
static bool fold(unsigned int op, int64_t x, int64_t y, bool is_unsigned, int64_t *ret)
{
	uint64_t a = (uint64_t)x, b = (uint64_t)y;

	switch (op) {
	case FB_ADD: *ret = (int64_t)(a + b); return true;
	case FB_SUB: *ret = (int64_t)(a - b); return true;
	case FB_MUL: *ret = (int64_t)(a * b); return true;
	case FB_DIV:
	case FB_REM:
		if (!y || (x == INT64_MIN && y == -1))
			return false;
		if (is_unsigned)
			*ret = (int64_t)(op == FB_DIV ? a / b : a % b);
		else
			*ret = op == FB_DIV ? x / y : x % y;
		return true;
	case FB_SHL:
		if (b >= 64)
			return false;
		*ret = (int64_t)(a << b);
		return true;
	case FB_SHR:
		if (b >= 64)
			return false;
		*ret = is_unsigned ? (int64_t)(a >> b) : x >> b;
		return true;
	case FB_AND: *ret = x & y; return true;
	case FB_OR: *ret = x | y; return true;
	case FB_XOR: *ret = x ^ y; return true;
	case FB_LT: *ret = is_unsigned ? a < b : x < y; return true;
	case FB_GT: *ret = is_unsigned ? a > b : x > y; return true;
	case FB_LE: *ret = is_unsigned ? a <= b : x <= y; return true;
	case FB_GE: *ret = is_unsigned ? a >= b : x >= y; return true;
	case FB_EQ: *ret = x == y; return true;
	case FB_NE: *ret = x != y; return true;
	}
	return false;
}

uint64_t sym_bits(const struct syms *s, uint32_t id)
{
	const struct sym *v = sym_get(s, id);

	if (v->op == SY_INT)
		return (uint64_t)v->val;
	if (v->op == SY_BIN && v->val == FB_AND)
		return sym_bits(s, v->a) & sym_bits(s, v->b);
	if (v->op == SY_BIN && (v->val == FB_OR || v->val == FB_XOR))
		return sym_bits(s, v->a) | sym_bits(s, v->b);
	return UINT64_MAX;
}

uint32_t sym_bin(struct syms *s, unsigned int op, uint32_t a, uint32_t b, bool is_unsigned)
{
	int64_t x = 0, y = 0, r;
	bool ca = sym_is_int(s, a, &x), cb = sym_is_int(s, b, &y);

	if (ca && cb && fold(op, x, y, is_unsigned, &r))
		return sym_int(s, r);
	if ((op == FB_ADD || op == FB_SUB || op == FB_OR || op == FB_XOR) && cb && !y)
		return a;
	if (op == FB_ADD && ca && !x)
		return b;
	if (op == FB_AND && !(sym_bits(s, a) & sym_bits(s, b)))
		return sym_int(s, 0);
	if (op == FB_EQ || op == FB_NE) {
		/* Two addresses of one term are equal; those of two variables are not. */
		if (a == b && !sym_get(s, a)->loads)
			return sym_int(s, op == FB_EQ);
		if ((cb && !y && sym_is_address(s, a)) || (ca && !x && sym_is_address(s, b)))
			return sym_int(s, op == FB_NE);
		if (ca && !cb) { /* constants to the right */
			uint32_t t = a;

			a = b;
			b = t;
		}
	}
	if ((uint32_t)sym_get(s, a)->size + sym_get(s, b)->size >= MAX_SIZE)
		return sym_fresh(s, (uint32_t)s->v.n, 0, 11, 0);
	return sym_make(s, SY_BIN, a, b, is_unsigned, op);
}

bool sym_is_made_of(const struct syms *s, uint32_t id, uint32_t part)
{
	const struct sym *v = sym_get(s, id);

	switch (v->op) {
	case SY_FADDR:
	case SY_CONTAINER:
	case SY_UN:
	case SY_LOAD:
		return sym_contains(s, v->a, part);
	case SY_IADDR:
	case SY_BIN:
		return sym_contains(s, v->a, part) || sym_contains(s, v->b, part);
	default:
		return false;
	}
}
