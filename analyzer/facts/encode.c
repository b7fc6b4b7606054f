// SPDX-License-Identifier: MIT
#include "base/strbuf.h"
#include "facts/facts.h"

#include <errno.h>

/*
 * The arrays one after the other as they lie in memory, behind a header that
 * says how many of what size there are. Facts are read on the machine that
 * made them, so byte order is no concern; another relock's layout is, so the
 * sizes of all structs are compared.
 */
#define FACTS_MAGIC 0x74636146u /* "Fact" */
#define FACTS_VERSION 4u

/* A member of a row. Padding has no member and is written as zeroes. */
struct member {
	uint16_t offset, size;
};

struct array {
	size_t vec;  /* offset of the VEC in struct facts */
	size_t size; /* of a row */
	const struct member *members; /* NULL: rows have no padding */
	size_t n_members;
};

#define M(type, member) { offsetof(struct type, member), sizeof(((struct type *)0)->member) }

static const struct member type_members[] = {
	M(fact_type, kind), M(fact_type, bits), M(fact_type, is_signed), M(fact_type, is_const),
	M(fact_type, name), M(fact_type, to), M(fact_type, count),
};
static const struct member expr_members[] = {
	M(fact_expr, op), M(fact_expr, sub), M(fact_expr, type), M(fact_expr, a),
	M(fact_expr, b), M(fact_expr, sym), M(fact_expr, sym2), M(fact_expr, val),
};
static const struct member insn_members[] = {
	M(fact_insn, op), M(fact_insn, result_ignored), M(fact_insn, cleanup), M(fact_insn, loc),
	M(fact_insn, macro), M(fact_insn, dst), M(fact_insn, val), M(fact_insn, args),
	M(fact_insn, n_args),
};
static const struct member case_members[] = {
	M(fact_case, lo), M(fact_case, hi), M(fact_case, target),
};
static const struct member block_members[] = {
	M(fact_block, insns), M(fact_block, n_insns), M(fact_block, term), M(fact_block, loop_head),
	M(fact_block, loc), M(fact_block, cond), M(fact_block, succ), M(fact_block, cases),
	M(fact_block, n_cases),
};
static const struct member init_members[] = {
	M(fact_init, record), M(fact_init, field), M(fact_init, path), M(fact_init, index),
	M(fact_init, value), M(fact_init, loc),
};
static const struct member record_members[] = {
	M(fact_record, name), M(fact_record, is_union), M(fact_record, fields),
	M(fact_record, n_fields),
};
static const struct member btf_members[] = {
	M(fact_btf, kind), M(fact_btf, prefix), M(fact_btf, name), M(fact_btf, flags),
	M(fact_btf, loc),
};

#define PLAIN(vec, type) { offsetof(struct facts, vec), sizeof(type), NULL, 0 }
#define PADDED(vec, type, members)                                                                 \
	{                                                                                          \
		offsetof(struct facts, vec), sizeof(type), members, ARRAY_SIZE(members)            \
	}

static const struct array arrays[] = {
	PLAIN(strings, char),
	PADDED(types, struct fact_type, type_members),
	PADDED(exprs, struct fact_expr, expr_members),
	PLAIN(arglist, uint32_t),
	PLAIN(strlist, uint32_t),
	PADDED(insns, struct fact_insn, insn_members),
	PADDED(cases, struct fact_case, case_members),
	PADDED(blocks, struct fact_block, block_members),
	PLAIN(locals, struct fact_local),
	PLAIN(funcs, struct fact_func),
	PLAIN(vars, struct fact_var),
	PADDED(inits, struct fact_init, init_members),
	PLAIN(fields, struct fact_field),
	PADDED(records, struct fact_record, record_members),
	PLAIN(enumerators, struct fact_enumerator),
	PADDED(btf, struct fact_btf, btf_members),
	PLAIN(claims, struct fact_claim),
};

/* fact_enumerator: two strings and 64 bits; the others: only 32-bit members. */
_Static_assert(sizeof(struct fact_enumerator) == 16, "no padding");
_Static_assert(sizeof(struct fact_var) == 9 * 4, "no padding");
_Static_assert(sizeof(struct fact_func) == 17 * 4, "no padding");
_Static_assert(sizeof(struct fact_claim) == 6 * 4, "no padding");

struct header {
	uint32_t magic, version;
	struct fact_unit unit;
	uint32_t size[ARRAY_SIZE(arrays)];
	uint32_t n[ARRAY_SIZE(arrays)];
};

/* Every VEC has this shape. */
struct any_vec {
	void *v;
	size_t n;
	size_t cap;
};

/* Copied, not aliased: the compiler may take the two kinds of struct for different objects. */
static struct any_vec vec_at(const struct facts *f, const struct array *a)
{
	struct any_vec ret;

	memcpy(&ret, (const char *)f + a->vec, sizeof(ret));
	return ret;
}

void facts_encode(const struct facts *f, struct strbuf *out)
{
	struct header h = { .magic = FACTS_MAGIC, .version = FACTS_VERSION, .unit = f->unit };
	char row[sizeof(struct fact_insn) + sizeof(struct fact_block)];

	for (size_t i = 0; i < ARRAY_SIZE(arrays); i++) {
		h.size[i] = (uint32_t)arrays[i].size;
		h.n[i] = (uint32_t)vec_at(f, &arrays[i]).n;
	}
	strbuf_add(out, &h, sizeof(h));
	for (size_t i = 0; i < ARRAY_SIZE(arrays); i++) {
		const struct array *a = &arrays[i];
		struct any_vec v = vec_at(f, a);

		if (!a->members && v.n)
			strbuf_add(out, v.v, v.n * a->size);
		for (size_t j = 0; a->members && j < v.n; j++) {
			const char *from = (const char *)v.v + j * a->size;

			memset(row, 0, a->size);
			for (size_t k = 0; k < a->n_members; k++)
				memcpy(row + a->members[k].offset, from + a->members[k].offset,
				       a->members[k].size);
			strbuf_add(out, row, a->size);
		}
	}
}

/* --- Reading: nothing is believed. --- */

struct check {
	const struct facts *f;
	uint32_t *locals; /* by expression: how many locals a function must have to use it */
};

static bool ok_string(const struct facts *f, uint32_t s)
{
	return s < f->strings.n;
}

static bool ok_type(const struct facts *f, uint32_t t)
{
	return t == FACTS_NONE || t < f->types.n;
}

static bool ok_range(uint32_t first, uint32_t n, size_t max)
{
	return first <= max && n <= max - first;
}

static bool ok_loc(const struct facts *f, const struct fact_loc *l)
{
	return ok_string(f, l->file);
}

static bool check_types(const struct facts *f)
{
	for (size_t i = 0; i < f->types.n; i++) {
		const struct fact_type *t = &f->types.v[i];
		bool needs_to = t->kind == FT_PTR || t->kind == FT_ARRAY || t->kind == FT_FUNC;

		/* What a type is made of comes before it, so that there are no circles. */
		if (t->kind > FT_OTHER || t->bits > 64 || !ok_string(f, t->name) ||
		    (t->to != FACTS_NONE && t->to >= i) || (needs_to && t->to == FACTS_NONE))
			return false;
	}
	return true;
}

static bool check_expr(struct check *c, size_t i)
{
	const struct fact_expr *e = &c->f->exprs.v[i];
	bool has_a = false, has_b = false;

	c->locals[i] = 0;
	if (!ok_type(c->f, e->type) || !ok_string(c->f, e->sym) || !ok_string(c->f, e->sym2))
		return false;
	switch (e->op) {
	case FX_UNKNOWN:
	case FX_INT:
	case FX_STR:
	case FX_FUNC:
	case FX_OFFSETOF:
		break;
	case FX_LOCAL:
		if (e->a == FACTS_NONE)
			return false;
		c->locals[i] = e->a + 1;
		break;
	case FX_GLOBAL:
		if (e->a != FACTS_NONE && e->a >= c->f->vars.n)
			return false;
		break;
	case FX_UN:
		if (e->sub > FU_NEG)
			return false;
		has_a = true;
		break;
	case FX_BIN:
		if (e->sub > FB_NE)
			return false;
		has_a = has_b = true;
		break;
	case FX_INDEX:
		has_a = has_b = true;
		break;
	case FX_FIELD:
	case FX_DEREF:
	case FX_ADDR:
	case FX_CAST:
		has_a = true;
		break;
	default:
		return false;
	}
	/* Operands come before what is made of them. */
	if ((has_a && e->a >= i) || (has_b && e->b >= i))
		return false;
	if (has_a)
		c->locals[i] = c->locals[e->a];
	if (has_b && c->locals[e->b] > c->locals[i])
		c->locals[i] = c->locals[e->b];
	return true;
}

static bool check_exprs(struct check *c)
{
	for (size_t i = 0; i < c->f->exprs.n; i++)
		if (!check_expr(c, i))
			return false;
	for (size_t i = 0; i < c->f->arglist.n; i++)
		if (c->f->arglist.v[i] >= c->f->exprs.n)
			return false;
	for (size_t i = 0; i < c->f->strlist.n; i++)
		if (!ok_string(c->f, c->f->strlist.v[i]))
			return false;
	return true;
}

/* An expression that function @fn may use; @none: or none at all. */
static bool ok_expr(const struct check *c, const struct fact_func *fn, uint32_t e, bool none)
{
	if (e == FACTS_NONE)
		return none;
	return e < c->f->exprs.n && c->locals[e] <= (fn ? fn->n_locals : 0);
}

static bool check_insn(const struct check *c, const struct fact_func *fn,
		       const struct fact_insn *in)
{
	const struct facts *f = c->f;

	if (!ok_loc(f, &in->loc) || !ok_string(f, in->macro) ||
	    !ok_range(in->args, in->n_args, f->arglist.n))
		return false;
	for (uint32_t i = 0; i < in->n_args; i++)
		if (!ok_expr(c, fn, f->arglist.v[in->args + i], false))
			return false;
	switch (in->op) {
	case FI_ASSIGN:
		return ok_expr(c, fn, in->dst, false) && ok_expr(c, fn, in->val, false);
	case FI_CALL:
		return ok_expr(c, fn, in->val, false) && ok_expr(c, fn, in->dst, true) &&
		       (in->dst == FACTS_NONE || f->exprs.v[in->dst].op == FX_LOCAL);
	case FI_CLOBBER:
		return ok_expr(c, fn, in->dst, true);
	default:
		return false;
	}
}

static bool check_block(const struct check *c, const struct fact_func *fn,
			const struct fact_block *b)
{
	const struct facts *f = c->f;
	uint32_t n = fn->n_blocks;

	if (!ok_range(b->insns, b->n_insns, f->insns.n) || !ok_loc(f, &b->loc) ||
	    !ok_range(b->cases, b->n_cases, f->cases.n) || b->term > FTERM_ANY)
		return false;
	for (uint32_t i = 0; i < b->n_insns; i++)
		if (!check_insn(c, fn, &f->insns.v[b->insns + i]))
			return false;
	for (uint32_t i = 0; i < b->n_cases; i++)
		if (f->cases.v[b->cases + i].target >= n)
			return false;
	/* Those that the terminator does not use are 0. */
	if (b->succ[0] >= n || b->succ[1] >= n)
		return false;
	return ok_expr(c, fn, b->cond, b->term != FTERM_BRANCH && b->term != FTERM_SWITCH);
}

static bool check_func(const struct check *c, const struct fact_func *fn)
{
	const struct facts *f = c->f;

	if (!ok_string(f, fn->name) || !ok_string(f, fn->section) || !ok_string(f, fn->macro) ||
	    !ok_loc(f, &fn->loc) || !ok_type(f, fn->ret_type) ||
	    !ok_range(fn->annotations, fn->n_annotations, f->strlist.n) ||
	    !ok_range(fn->claims, fn->n_claims, f->claims.n) ||
	    !ok_range(fn->locals, fn->n_locals, f->locals.n) || fn->n_params > fn->n_locals ||
	    !ok_range(fn->blocks, fn->n_blocks, f->blocks.n))
		return false;
	for (uint32_t i = 0; i < fn->n_blocks; i++)
		if (!check_block(c, fn, &f->blocks.v[fn->blocks + i]))
			return false;
	return true;
}

static bool check_vars(const struct check *c)
{
	const struct facts *f = c->f;

	for (size_t i = 0; i < f->vars.n; i++) {
		const struct fact_var *v = &f->vars.v[i];

		if (!ok_string(f, v->name) || !ok_string(f, v->section) || !ok_type(f, v->type) ||
		    !ok_loc(f, &v->loc) || !ok_range(v->inits, v->n_inits, f->inits.n))
			return false;
	}
	for (size_t i = 0; i < f->inits.n; i++) {
		const struct fact_init *in = &f->inits.v[i];

		if (!ok_string(f, in->record) || !ok_string(f, in->field) ||
		    !ok_string(f, in->path) || !ok_loc(f, &in->loc) || in->index < -1 ||
		    !ok_expr(c, NULL, in->value, false))
			return false;
	}
	return true;
}

static bool check_tables(const struct facts *f)
{
	for (size_t i = 0; i < f->locals.n; i++)
		if (!ok_string(f, f->locals.v[i].name) || !ok_type(f, f->locals.v[i].type))
			return false;
	for (size_t i = 0; i < f->fields.n; i++)
		if (!ok_string(f, f->fields.v[i].name) || !ok_type(f, f->fields.v[i].type))
			return false;
	for (size_t i = 0; i < f->records.n; i++)
		if (!ok_string(f, f->records.v[i].name) ||
		    !ok_range(f->records.v[i].fields, f->records.v[i].n_fields, f->fields.n))
			return false;
	for (size_t i = 0; i < f->enumerators.n; i++)
		if (!ok_string(f, f->enumerators.v[i].name) ||
		    !ok_string(f, f->enumerators.v[i].enum_name))
			return false;
	for (size_t i = 0; i < f->btf.n; i++)
		if (f->btf.v[i].kind > FBTF_ID || !ok_string(f, f->btf.v[i].prefix) ||
		    !ok_string(f, f->btf.v[i].name) || !ok_loc(f, &f->btf.v[i].loc))
			return false;
	for (size_t i = 0; i < f->claims.n; i++)
		if (f->claims.v[i].does > FCLAIM_UNCHECKED || !ok_string(f, f->claims.v[i].macro) ||
		    !ok_string(f, f->claims.v[i].text) || !ok_loc(f, &f->claims.v[i].loc))
			return false;
	return true;
}

static bool check_facts(const struct facts *f)
{
	struct check c = { .f = f };
	bool ok;

	if (!f->strings.n || f->strings.v[0] || f->strings.v[f->strings.n - 1])
		return false;
	c.locals = xcalloc(f->exprs.n, sizeof(*c.locals));
	ok = ok_string(f, f->unit.file) && ok_string(f, f->unit.object) &&
	     ok_string(f, f->unit.error) && check_types(f) && check_exprs(&c) && check_vars(&c) &&
	     check_tables(f);
	for (size_t i = 0; ok && i < f->funcs.n; i++)
		ok = check_func(&c, &f->funcs.v[i]);
	free(c.locals);
	return ok;
}

int facts_decode(const void *data, size_t len, struct facts *ret)
{
	const char *at = data;
	struct header h;

	memset(ret, 0, sizeof(*ret));
	if (len < sizeof(h))
		return -EBADMSG;
	memcpy(&h, at, sizeof(h));
	if (h.magic != FACTS_MAGIC || h.version != FACTS_VERSION)
		return -EBADMSG;
	at += sizeof(h);
	len -= sizeof(h);
	ret->unit = h.unit;
	for (size_t i = 0; i < ARRAY_SIZE(arrays); i++) {
		size_t size = arrays[i].size;
		struct any_vec v = { .n = h.n[i], .cap = h.n[i] };

		if (h.size[i] != size || h.n[i] > len / size)
			goto bad;
		if (v.n) {
			v.v = xmalloc(v.n * size);
			memcpy(v.v, at, v.n * size);
		}
		memcpy((char *)ret + arrays[i].vec, &v, sizeof(v));
		at += v.n * size;
		len -= v.n * size;
	}
	if (len || !check_facts(ret))
		goto bad;
	return 0;
bad:
	facts_release(ret);
	return -EBADMSG;
}
