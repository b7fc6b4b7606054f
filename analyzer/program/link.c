// SPDX-License-Identifier: MIT
#include "program/program.h"

#include "base/strbuf.h"

#include <stdlib.h>
#include <string.h>

static uint64_t hash_string(const char *s)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325); /* FNV-1a */

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
	return h;
}

/* The number of @s, or FACTS_NONE; @ret_key is where it is, or belongs. */
static uint32_t find_string(const struct program *p, const char *s, uint64_t *ret_key)
{
	uint64_t key = hash_string(s);
	uint32_t id;

	/* Texts of one hash stand at consecutive keys. */
	while ((id = map64_get(&p->string_ids, key)) != MAP64_EMPTY &&
	       strcmp(p->strings.v[id], s) != 0)
		key++;
	*ret_key = key;
	return id == MAP64_EMPTY ? FACTS_NONE : id;
}

uint32_t program_find_string(const struct program *p, const char *s)
{
	uint64_t key;

	return find_string(p, s, &key);
}

uint32_t program_string(struct program *p, const char *s)
{
	uint64_t key;
	uint32_t id = find_string(p, s, &key);

	if (id != FACTS_NONE)
		return id;
	id = (uint32_t)p->strings.n;
	vec_push(&p->strings, arena_strdup(&p->arena, s));
	map64_put(&p->string_ids, key, id);
	return id;
}

uint32_t program_joined(struct program *p, uint32_t a, uint32_t b)
{
	uint64_t key = (uint64_t)a << 32 | b;
	uint32_t id = map64_get(&p->joined, key);
	struct strbuf sb = STRBUF_INIT;

	if (id != MAP64_EMPTY)
		return id;
	strbuf_addf(&sb, "%s.%s", program_str(p, a), program_str(p, b));
	id = program_string(p, sb.buf);
	map64_put(&p->joined, key, id);
	strbuf_release(&sb);
	return id;
}

/* The strings of one unit, as numbers of the program. */
struct renumber {
	struct program *p;
	const struct facts *f;
	struct map64 seen;
};

static void renumber_string(struct renumber *r, uint32_t *s)
{
	uint32_t id = map64_get(&r->seen, *s);

	if (id == MAP64_EMPTY) {
		id = program_string(r->p, facts_str(r->f, *s));
		map64_put(&r->seen, *s, id);
	}
	*s = id;
}

static void renumber_unit(struct program *p, struct facts *f)
{
	struct renumber r = { .p = p, .f = f };
	size_t i;

	renumber_string(&r, &f->unit.file);
	renumber_string(&r, &f->unit.object);
	for (i = 0; i < f->types.n; i++)
		renumber_string(&r, &f->types.v[i].name);
	for (i = 0; i < f->exprs.n; i++) {
		renumber_string(&r, &f->exprs.v[i].sym);
		renumber_string(&r, &f->exprs.v[i].sym2);
	}
	for (i = 0; i < f->strlist.n; i++)
		renumber_string(&r, &f->strlist.v[i]);
	for (i = 0; i < f->insns.n; i++) {
		renumber_string(&r, &f->insns.v[i].loc.file);
		renumber_string(&r, &f->insns.v[i].macro);
	}
	for (i = 0; i < f->blocks.n; i++)
		renumber_string(&r, &f->blocks.v[i].loc.file);
	for (i = 0; i < f->locals.n; i++)
		renumber_string(&r, &f->locals.v[i].name);
	for (i = 0; i < f->funcs.n; i++) {
		renumber_string(&r, &f->funcs.v[i].name);
		renumber_string(&r, &f->funcs.v[i].section);
		renumber_string(&r, &f->funcs.v[i].macro);
		renumber_string(&r, &f->funcs.v[i].loc.file);
	}
	for (i = 0; i < f->vars.n; i++) {
		renumber_string(&r, &f->vars.v[i].name);
		renumber_string(&r, &f->vars.v[i].section);
		renumber_string(&r, &f->vars.v[i].loc.file);
	}
	for (i = 0; i < f->inits.n; i++) {
		renumber_string(&r, &f->inits.v[i].record);
		renumber_string(&r, &f->inits.v[i].field);
		renumber_string(&r, &f->inits.v[i].path);
		renumber_string(&r, &f->inits.v[i].loc.file);
	}
	for (i = 0; i < f->fields.n; i++)
		renumber_string(&r, &f->fields.v[i].name);
	for (i = 0; i < f->records.n; i++)
		renumber_string(&r, &f->records.v[i].name);
	for (i = 0; i < f->enumerators.n; i++) {
		renumber_string(&r, &f->enumerators.v[i].enum_name);
		renumber_string(&r, &f->enumerators.v[i].name);
	}
	for (i = 0; i < f->claims.n; i++) {
		renumber_string(&r, &f->claims.v[i].macro);
		renumber_string(&r, &f->claims.v[i].text);
		renumber_string(&r, &f->claims.v[i].loc.file);
	}
	for (i = 0; i < f->btf.n; i++) {
		renumber_string(&r, &f->btf.v[i].prefix);
		renumber_string(&r, &f->btf.v[i].name);
		renumber_string(&r, &f->btf.v[i].loc.file);
	}
	vec_release(&f->strings);
	map64_release(&r.seen);
}

static uint64_t at(uint32_t unit, uint32_t fact)
{
	return (uint64_t)unit << 32 | fact;
}

/*
 * A static function is known by its name and the place of its body: the copies
 * of a header's static inline in many units are one function.
 */
static uint64_t static_key(const struct fact_func *ff)
{
	return map64_mix(map64_mix(ff->name, ff->loc.file), ff->loc.line);
}

static void link_func(struct program *p, uint32_t unit, uint32_t i)
{
	const struct fact_func *ff = &p->units[unit].facts.funcs.v[i];
	uint32_t id;

	if (ff->flags & FF_STATIC)
		id = map64_get(&p->static_funcs, static_key(ff));
	else
		id = map64_get(&p->func_by_name, ff->name);
	if (id == MAP64_EMPTY) {
		struct func f = { .name = ff->name, .unit = unit, .fact = i };

		id = (uint32_t)p->funcs.n;
		vec_push(&p->funcs, f);
		if (ff->flags & FF_STATIC)
			map64_put(&p->static_funcs, static_key(ff), id);
		else
			map64_put(&p->func_by_name, ff->name, id);
	}
	map64_put(&p->func_by_fact, at(unit, i), id);

	struct func *f = &p->funcs.v[id];

	/*
	 * A weak definition gives way to a strong one of another unit. Of one that is
	 * there for what it holds it does not: what is called would not be followed.
	 */
	if (f->defined && p->units[unit].holds) {
		f->flags |= ff->flags & ~(uint32_t)FF_WEAK;
		return;
	}
	if (ff->n_blocks && (!f->defined || (f->flags & ~ff->flags & FF_WEAK))) {
		f->unit = unit;
		f->fact = i;
		f->defined = true;
		f->section = ff->section;
		f->flags &= ~(uint32_t)FF_WEAK;
		f->flags |= ff->flags;
		return;
	}
	f->flags |= ff->flags & ~(uint32_t)FF_WEAK;
	if (!f->defined && ff->section)
		f->section = ff->section;
}

static void link_gvar(struct program *p, uint32_t unit, uint32_t i)
{
	const struct fact_var *fv = &p->units[unit].facts.vars.v[i];
	bool is_static = fv->flags & FV_STATIC;
	uint32_t id = is_static ? MAP64_EMPTY : map64_get(&p->gvar_by_name, fv->name);

	if (id == MAP64_EMPTY) {
		struct gvar v = { .name = fv->name, .unit = unit, .fact = i };

		id = (uint32_t)p->gvars.n;
		vec_push(&p->gvars, v);
		if (!is_static)
			map64_put(&p->gvar_by_name, fv->name, id);
	}
	map64_put(&p->gvar_by_fact, at(unit, i), id);

	struct gvar *v = &p->gvars.v[id];

	/* One that is initialised wins over a weak or tentative one that is not. */
	if (!(fv->flags & FV_EXTERN) &&
	    (!v->defined || (fv->n_inits && !p->units[v->unit].facts.vars.v[v->fact].n_inits))) {
		v->unit = unit;
		v->fact = i;
		v->defined = true;
	}
	if (fv->flags & FV_PERCPU)
		v->percpu = true;
}

/* Gives FX_FUNC and FX_GLOBAL of a unit the numbers of the program. */
static void link_exprs(struct program *p, uint32_t unit)
{
	struct facts *f = &p->units[unit].facts;
	struct map64 func = { 0 };
	uint32_t i;

	for (i = 0; i < f->funcs.n; i++)
		map64_put(&func, f->funcs.v[i].name, map64_get(&p->func_by_fact, at(unit, i)));
	for (i = 0; i < f->exprs.n; i++) {
		struct fact_expr *e = &f->exprs.v[i];

		if (e->op == FX_FUNC) {
			uint32_t id = map64_get(&func, e->sym);

			e->a = id == MAP64_EMPTY ? FACTS_NONE : id;
		} else if (e->op == FX_GLOBAL && e->a != FACTS_NONE) {
			e->a = map64_get(&p->gvar_by_fact, at(unit, e->a));
		}
	}
	map64_release(&func);
}

uint32_t expr_strip(const struct facts *f, uint32_t expr)
{
	while (f->exprs.v[expr].op == FX_CAST)
		expr = f->exprs.v[expr].a;
	return expr;
}

uint32_t insn_callee(const struct facts *f, const struct fact_insn *insn)
{
	const struct fact_expr *callee = &f->exprs.v[expr_strip(f, insn->val)];

	return callee->op == FX_FUNC ? callee->a : FACTS_NONE;
}

const struct fact_insn *func_next_value(const struct program *p, const struct func *fn,
					uint32_t local, const struct fact_insn *prev)
{
	const struct facts *f = func_facts(p, fn);
	const struct fact_func *ff = func_fact(p, fn);
	bool behind = !prev;
	uint32_t b, i;

	for (b = ff->blocks; b < ff->blocks + ff->n_blocks; b++) {
		const struct fact_block *blk = &f->blocks.v[b];

		for (i = blk->insns; i < blk->insns + blk->n_insns; i++) {
			const struct fact_insn *insn = &f->insns.v[i];

			if (behind && insn->dst != FACTS_NONE &&
			    f->exprs.v[insn->dst].op == FX_LOCAL && f->exprs.v[insn->dst].a == local)
				return insn;
			behind |= insn == prev;
		}
	}
	return NULL;
}

/* The function that value @expr is the address of, or FACTS_NONE. */
static uint32_t expr_func(const struct facts *f, uint32_t expr)
{
	const struct fact_expr *e = &f->exprs.v[expr_strip(f, expr)];

	if (e->op == FX_ADDR)
		e = &f->exprs.v[expr_strip(f, e->a)];
	return e->op == FX_FUNC ? e->a : FACTS_NONE;
}

/* @unit says so. */
static void add_target(struct program *p, uint32_t unit, uint32_t record, uint32_t field,
		       uint32_t func, uint32_t var)
{
	struct member_target t = { record, field, func, var,
				   p->units[unit].holds || func_only_holds(p, func) };

	p->funcs.v[func].address_taken = p->funcs.v[func].address_kept = true;
	if (record && field)
		vec_push(&p->targets, t);
}

static void link_inits(struct program *p, uint32_t unit)
{
	const struct facts *f = &p->units[unit].facts;
	uint32_t i, k;

	for (i = 0; i < f->vars.n; i++) {
		const struct fact_var *fv = &f->vars.v[i];

		for (k = fv->inits; k < fv->inits + fv->n_inits; k++) {
			const struct fact_init *in = &f->inits.v[k];
			uint32_t func = expr_func(f, in->value);

			uint32_t var = map64_get(&p->gvar_by_fact, at(unit, i));

			if (func == FACTS_NONE)
				continue;
			if (in->field)
				add_target(p, unit, in->record, in->field, func, var);
			else
				add_target(p, unit, TARGET_VARIABLE, var, func, var);
		}
	}
}

/* Whether the compiler may copy @func, a callee, for what it is handed at one call. */
static bool may_be_copied(const struct program *p, uint32_t func)
{
	const struct func *fn = func == FACTS_NONE ? NULL : &p->funcs.v[func];

	return fn && fn->defined && (fn->flags & FF_STATIC) && !(fn->flags & FF_NOINLINE);
}

static void link_call(struct program *p, uint32_t caller, uint32_t i)
{
	const struct facts *f = func_facts(p, &p->funcs.v[caller]);
	const struct fact_insn *in = &f->insns.v[i];
	const struct fact_expr *e = &f->exprs.v[expr_strip(f, in->val)];
	struct call c = { .caller = caller, .insn = i, .callee = FACTS_NONE };
	uint32_t k;

	if (e->op == FX_DEREF) /* (*fn)(...) */
		e = &f->exprs.v[expr_strip(f, e->a)];
	if (e->op == FX_FUNC) {
		c.callee = e->a;
		if (c.callee != FACTS_NONE) {
			p->funcs.v[c.callee].n_sites++;
			p->funcs.v[c.callee].n_scope_sites += !func_is_beyond(p, caller);
			p->funcs.v[c.callee].recursive |= c.callee == caller;
		}
	} else if (e->op == FX_FIELD) {
		c.record = e->sym2;
		c.field = e->sym;
	} else if (e->op == FX_GLOBAL && e->a != FACTS_NONE) {
		c.record = TARGET_VARIABLE;
		c.field = e->a;
	}
	vec_push(&p->calls, c);
	for (k = in->args; k < in->args + in->n_args; k++) {
		uint32_t func = expr_func(f, f->arglist.v[k]);

		if (func == FACTS_NONE)
			continue;
		p->funcs.v[func].address_taken = true;
		p->funcs.v[func].address_kept |= !may_be_copied(p, c.callee);
	}
}

static void link_body(struct program *p, uint32_t id)
{
	struct func *fn = &p->funcs.v[id];
	const struct facts *f = func_facts(p, fn);
	const struct fact_func *ff = func_fact(p, fn);
	uint32_t b, i;

	fn->calls = (uint32_t)p->calls.n;
	for (b = ff->blocks; b < ff->blocks + ff->n_blocks; b++) {
		const struct fact_block *blk = &f->blocks.v[b];

		for (i = blk->insns; i < blk->insns + blk->n_insns; i++) {
			const struct fact_insn *in = &f->insns.v[i];

			if (in->op == FI_CALL) {
				link_call(p, id, i);
			} else if (in->op == FI_ASSIGN) {
				const struct fact_expr *dst = &f->exprs.v[in->dst];
				uint32_t func = expr_func(f, in->val);

				if (func == FACTS_NONE)
					continue;
				if (dst->op == FX_GLOBAL && dst->a != FACTS_NONE)
					add_target(p, fn->unit, TARGET_VARIABLE, dst->a, func,
						   FACTS_NONE);
				else
					add_target(p, fn->unit, dst->op == FX_FIELD ? dst->sym2 : 0,
						   dst->op == FX_FIELD ? dst->sym : 0, func,
						   FACTS_NONE);
			}
		}
	}
	p->funcs.v[id].n_calls = (uint32_t)p->calls.n - p->funcs.v[id].calls;
}

static int cmp_u32(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

static int cmp_target(const void *pa, const void *pb)
{
	const struct member_target *a = pa, *b = pb;
	int d = cmp_u32(a->record, b->record);

	if (!d)
		d = cmp_u32(a->field, b->field);
	if (!d)
		d = cmp_u32(a->func, b->func);
	return d ? d : cmp_u32(a->var, b->var);
}

const struct member_target *program_targets(const struct program *p, uint32_t record,
					    uint32_t field, size_t *ret_n)
{
	size_t lo = 0, hi = p->targets.n, n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct member_target *t = &p->targets.v[mid];

		if (t->record < record || (t->record == record && t->field < field))
			lo = mid + 1;
		else
			hi = mid;
	}
	for (n = 0; lo + n < p->targets.n; n++)
		if (p->targets.v[lo + n].record != record || p->targets.v[lo + n].field != field)
			break;
	*ret_n = n;
	return p->targets.v + lo;
}

enum one_table program_one_table(const struct program *p, uint32_t record, uint32_t field,
				 uint32_t func, uint32_t field2, uint32_t func2)
{
	enum one_table ret = ONE_TABLE_NO;
	size_t n, n2, i, k;
	const struct member_target *t = program_targets(p, record, field, &n);
	const struct member_target *t2 = program_targets(p, record, field2, &n2);

	for (i = 0; i < n; i++) {
		for (k = 0; k < n2 && t[i].func == func; k++) {
			if (t2[k].func != func2)
				continue;
			if (t[i].var == FACTS_NONE || t2[k].var == FACTS_NONE)
				ret = ONE_TABLE_MAYBE;
			else if (t[i].var == t2[k].var)
				return ONE_TABLE_YES;
		}
	}
	return ret;
}

uint32_t program_member_func(const struct program *p, uint32_t var, uint32_t field)
{
	const struct gvar *v = &p->gvars.v[var];
	const struct facts *f = &p->units[v->unit].facts;
	const struct fact_var *fv = &f->vars.v[v->fact];
	uint32_t i;

	for (i = fv->inits; i < fv->inits + fv->n_inits; i++)
		if (f->inits.v[i].field == field)
			return expr_func(f, f->inits.v[i].value);
	return FACTS_NONE;
}

uint32_t program_expr_global(const struct facts *f, uint32_t e)
{
	const struct fact_expr *x = &f->exprs.v[expr_strip(f, e)];

	if (x->op != FX_ADDR)
		return FACTS_NONE;
	x = &f->exprs.v[expr_strip(f, x->a)];
	while (x->op == FX_INDEX || x->op == FX_FIELD)
		x = &f->exprs.v[x->a];
	return x->op == FX_GLOBAL ? x->a : FACTS_NONE;
}

uint32_t program_member_global(const struct program *p, uint32_t var, uint32_t field)
{
	const struct gvar *v = &p->gvars.v[var];
	const struct facts *f = &p->units[v->unit].facts;
	const struct fact_var *fv = &f->vars.v[v->fact];
	uint32_t i;

	for (i = fv->inits; i < fv->inits + fv->n_inits; i++)
		if (f->inits.v[i].field == field)
			return program_expr_global(f, f->inits.v[i].value);
	return FACTS_NONE;
}

uint32_t program_gvar_record(const struct program *p, uint32_t var)
{
	const struct gvar *v = &p->gvars.v[var];
	const struct facts *f = &p->units[v->unit].facts;
	uint32_t type = f->vars.v[v->fact].type;

	return type != FACTS_NONE && f->types.v[type].kind == FT_RECORD ? f->types.v[type].name : 0;
}

uint32_t program_func(const struct program *p, const char *name)
{
	uint32_t s = program_find_string(p, name), id;

	id = s == FACTS_NONE ? MAP64_EMPTY : map64_get(&p->func_by_name, s);
	return id == MAP64_EMPTY ? FACTS_NONE : id;
}

uint32_t program_gvar(const struct program *p, const char *name)
{
	uint32_t s = program_find_string(p, name), id;

	id = s == FACTS_NONE ? MAP64_EMPTY : map64_get(&p->gvar_by_name, s);
	return id == MAP64_EMPTY ? FACTS_NONE : id;
}

const struct fact_record *program_record(const struct program *p, uint32_t name,
					 const struct facts **ret_facts)
{
	uint32_t i = map64_get(&p->records, name);

	if (i == MAP64_EMPTY)
		return NULL;
	*ret_facts = &p->units[p->record_at.v[i] >> 32].facts;
	return &(*ret_facts)->records.v[(uint32_t)p->record_at.v[i]];
}

const struct fact_field *program_field(const struct program *p, uint32_t name, uint32_t field,
				       const struct facts **ret_facts)
{
	const struct fact_record *r = program_record(p, name, ret_facts);
	uint32_t i;

	for (i = 0; r && i < r->n_fields; i++)
		if ((*ret_facts)->fields.v[r->fields + i].name == field)
			return &(*ret_facts)->fields.v[r->fields + i];
	return NULL;
}

/* The fullest layout of each record wins: a unit may know it only by name. */
static void link_records(struct program *p, uint32_t unit)
{
	const struct facts *f = &p->units[unit].facts, *of;
	const struct fact_record *old;
	uint32_t i, k;

	for (i = 0; i < f->records.n; i++) {
		k = map64_get(&p->records, f->records.v[i].name);
		if (k == MAP64_EMPTY) {
			map64_put(&p->records, f->records.v[i].name, (uint32_t)p->record_at.n);
			vec_push(&p->record_at, at(unit, i));
			continue;
		}
		old = program_record(p, f->records.v[i].name, &of);
		if (old->n_fields < f->records.v[i].n_fields)
			p->record_at.v[k] = at(unit, i);
	}
}

struct location program_location(const struct program *p, const struct fact_loc *loc,
				 uint32_t func)
{
	struct location l = {
		.file = loc->line ? program_str(p, loc->file) : NULL,
		.line = loc->line,
		.column = loc->col,
		.function = func == FACTS_NONE ? "" : func_name(p, func),
	};

	return l;
}

static bool reaches(const struct program *p, const bool *mark, const struct call *c, bool pointers)
{
	const struct member_target *t;
	size_t n, k;

	if (c->callee != FACTS_NONE)
		return mark[c->callee];
	if (!pointers)
		return false;
	t = program_targets(p, c->record, c->field, &n);
	for (k = 0; k < n; k++)
		if (mark[t[k].func] && !t[k].holds)
			return true;
	return false;
}

void program_reach(const struct program *p, bool *mark, bool pointers,
		   bool (*ends)(const struct program *p, uint32_t func))
{
	bool changed = true;
	size_t i;

	/* Calls stand in the order of their callers; a few passes reach the fixed point. */
	while (changed) {
		changed = false;
		for (i = p->calls.n; i-- > 0;) {
			const struct call *c = &p->calls.v[i];
			const struct rule_value *v = p->funcs.v[c->caller].value; /* its body is not read */

			if (mark[c->caller] || v || !reaches(p, mark, c, pointers) ||
			    (ends && c->callee != FACTS_NONE && ends(p, c->callee)))
				continue;
			mark[c->caller] = true;
			changed = true;
		}
	}
}

/* Which functions are primitives, and which reach one. */
static void find_touching(struct program *p)
{
	static const char prefix[] = "__relock_";
	bool *mark = ARENA_ARRAY(&p->arena, bool, p->funcs.n);
	size_t i;

	for (i = 0; i < p->funcs.n; i++) {
		struct func *f = &p->funcs.v[i];
		const char *name = program_str(p, f->name);

		f->lock = rules_lock(p->rules, name);
		f->value = rules_value(p->rules, name);
		f->counter = rules_counter(p->rules, name);
		f->word = rules_word(p->rules, name);
		if (!strncmp(name, prefix, sizeof(prefix) - 1)) {
			f->percpu = rules_percpu(p->rules, name + sizeof(prefix) - 1);
			f->word = rules_word(p->rules, name + sizeof(prefix) - 1);
		}
		mark[i] = f->lock || (f->percpu && !percpu_is_address(f->percpu->op) &&
				      f->percpu->op != PERCPU_READ);
	}
	program_reach(p, mark, true, NULL);
	for (i = 0; i < p->funcs.n; i++)
		p->funcs.v[i].touches = p->funcs.v[i].touches_direct = mark[i];
}

static void group_sites(struct program *p)
{
	uint32_t at = 0, i;

	p->sites.n = 0;
	for (i = 0; i < p->funcs.n; i++) {
		p->funcs.v[i].sites = at;
		at += p->funcs.v[i].n_sites;
		p->funcs.v[i].n_sites = 0;
	}
	for (i = 0; i < at; i++)
		vec_push(&p->sites, 0);
	for (i = 0; i < p->calls.n; i++) {
		struct func *fn;

		if (p->calls.v[i].callee == FACTS_NONE)
			continue;
		fn = &p->funcs.v[p->calls.v[i].callee];
		p->sites.v[fn->sites + fn->n_sites++] = i;
	}
}

/* What is known of functions by their uses, of all units: a body may have given way to another. */
static void link_uses(struct program *p)
{
	uint32_t u, i;

	p->calls.n = 0;
	p->targets.n = 0;
	for (i = 0; i < p->funcs.n; i++) {
		p->funcs.v[i].n_sites = p->funcs.v[i].n_scope_sites = 0;
		p->funcs.v[i].recursive = false;
		p->funcs.v[i].address_taken = p->funcs.v[i].address_kept = false;
	}
	for (u = 0; u < p->n_units; u++)
		link_inits(p, u);
	for (i = 0; i < p->funcs.n; i++)
		if (p->funcs.v[i].defined)
			link_body(p, i);
	group_sites(p);
	if (p->targets.n)
		qsort(p->targets.v, p->targets.n, sizeof(*p->targets.v), cmp_target);
	for (i = 0; i < p->funcs.n; i++) {
		struct func *fn = &p->funcs.v[i];

		fn->beside = func_is_beyond(p, i) && fn->flags & FF_STATIC && fn->defined &&
			     fn->n_sites && !fn->address_taken;
	}
	find_touching(p);
}

static void link_units(struct program *p, struct facts *facts, size_t n, bool reached,
		       bool holds)
{
	struct unit *units = ARENA_ARRAY(&p->arena, struct unit, p->n_units + n);
	uint32_t first = (uint32_t)p->n_units, u, i;

	if (first)
		memcpy(units, p->units, first * sizeof(*units));
	p->units = units;
	p->n_units += n;
	for (u = first; u < p->n_units; u++) {
		struct unit *unit = &p->units[u];

		unit->facts = facts[u - first];
		memset(&facts[u - first], 0, sizeof(*facts));
		unit->ftrace = unit->facts.unit.flags & FUNIT_FTRACE;
		unit->reached = reached;
		unit->holds = holds;
		if (unit->facts.strings.n)
			renumber_unit(p, &unit->facts);
		for (i = 0; i < unit->facts.funcs.n; i++)
			link_func(p, u, i);
		for (i = 0; i < unit->facts.vars.n; i++)
			link_gvar(p, u, i);
		link_records(p, u);
	}
	for (u = first; u < p->n_units; u++)
		link_exprs(p, u);
	link_uses(p);
}

void program_link(struct program *p, const struct rules *rules, struct facts *facts, size_t n)
{
	memset(p, 0, sizeof(*p));
	p->rules = rules;
	arena_init(&p->arena);
	program_string(p, ""); /* number 0, as in facts */
	link_units(p, facts, n, false, false);
}

void program_extend(struct program *p, struct facts *facts, size_t n, bool holds)
{
	link_units(p, facts, n, true, holds);
}

uint32_t program_defined(const struct program *p, const char *name)
{
	uint32_t s = program_find_string(p, name), f;

	for (f = 0; s != FACTS_NONE && f < p->funcs.n; f++)
		if (p->funcs.v[f].name == s && p->funcs.v[f].defined)
			return f;
	return FACTS_NONE;
}

void program_release(struct program *p)
{
	size_t u;

	for (u = 0; u < p->n_units; u++)
		facts_release(&p->units[u].facts);
	map64_release(&p->string_ids);
	map64_release(&p->joined);
	map64_release(&p->func_by_name);
	map64_release(&p->gvar_by_name);
	map64_release(&p->func_by_fact);
	map64_release(&p->static_funcs);
	map64_release(&p->gvar_by_fact);
	map64_release(&p->records);
	vec_release(&p->strings);
	vec_release(&p->funcs);
	vec_release(&p->gvars);
	vec_release(&p->calls);
	vec_release(&p->sites);
	vec_release(&p->targets);
	vec_release(&p->record_at);
	arena_release(&p->arena);
	memset(p, 0, sizeof(*p));
}
