// SPDX-License-Identifier: MIT
#include "program/bpf.h"

#include <string.h>

static void read_enumerators(struct bpf_tables *t, struct program *p)
{
	uint32_t id_enum = program_string(p, p->rules->tree.func_id_enum);
	struct map64 ids = { 0 };
	size_t u, i;

	for (u = 0; u < p->n_units; u++) {
		const struct facts *f = &p->units[u].facts;

		for (i = 0; i < f->enumerators.n; i++) {
			const struct fact_enumerator *e = &f->enumerators.v[i];

			if (map64_get(&t->enumerators, e->name) == MAP64_EMPTY) {
				map64_put(&t->enumerators, e->name, (uint32_t)t->values.n);
				vec_push(&t->values, e->value);
			}
			if (e->enum_name == id_enum && map64_get(&ids, e->name) == MAP64_EMPTY) {
				struct bpf_func_id id = { e->value, e->name };

				map64_put(&ids, e->name, 0);
				vec_push(&t->func_ids, id);
			}
		}
	}
	map64_release(&ids);
}

bool bpf_enumerator(const struct bpf_tables *t, const struct program *p, const char *name,
		    int64_t *ret_value)
{
	uint32_t s = program_find_string(p, name), i;

	if (s == FACTS_NONE)
		return false;
	i = map64_get(&t->enumerators, s);
	if (i == MAP64_EMPTY)
		return false;
	*ret_value = t->values.v[i];
	return true;
}

/* The enumerator of enum @enum_name with @value, or 0. */
static uint32_t enumerator_name(const struct program *p, const char *enum_name, int64_t value)
{
	uint32_t e = program_find_string(p, enum_name);
	size_t u, i;

	for (u = 0; u < p->n_units; u++) {
		const struct facts *f = &p->units[u].facts;

		for (i = 0; i < f->enumerators.n; i++)
			if (f->enumerators.v[i].enum_name == e && f->enumerators.v[i].value == value)
				return f->enumerators.v[i].name;
	}
	return 0;
}

static const char *kind_name(const struct program *p, const char *type_name)
{
	size_t i;

	for (i = 0; i < p->rules->kinds.n; i++)
		if (!strcmp(p->rules->kinds.v[i].map_type, type_name))
			return p->rules->kinds.v[i].name;
	return type_name;
}

/* Calls @add for each "[index] = &global" of array @name. */
static void read_array(struct bpf_tables *t, struct program *p, const char *name,
		       void (*add)(struct bpf_tables *, struct program *, int64_t, uint32_t))
{
	uint32_t s = program_find_string(p, name), g, i;

	for (g = 0; g < p->gvars.n; g++) {
		const struct gvar *v = &p->gvars.v[g];
		const struct facts *f = &p->units[v->unit].facts;
		const struct fact_var *fv = &f->vars.v[v->fact];

		if (v->name != s || !v->defined)
			continue;
		for (i = fv->inits; i < fv->inits + fv->n_inits; i++) {
			const struct fact_init *in = &f->inits.v[i];
			uint32_t to = program_expr_global(f, in->value);

			if (to != FACTS_NONE && in->index >= 0)
				add(t, p, in->index, to);
		}
	}
}

static void add_map_type(struct bpf_tables *t, struct program *p, int64_t type, uint32_t ops)
{
	struct bpf_map_type mt = { .type = type, .ops = ops };

	mt.type_name = enumerator_name(p, p->rules->tree.map_type_enum, type);
	mt.name = kind_name(p, program_str(p, mt.type_name));
	vec_push(&t->map_types, mt);
}

static void add_prog_type(struct bpf_tables *t, struct program *p, int64_t type, uint32_t ops)
{
	struct bpf_prog_type pt = { .type = type, .ops = ops };

	pt.type_name = enumerator_name(p, p->rules->tree.prog_type_enum, type);
	pt.get_proto = program_member_func(p, ops, program_string(p, p->rules->tree.get_proto_member));
	vec_push(&t->prog_types, pt);
}

/* The record that initialiser @fv of a struct_ops type says, by its name, that programs are members of; or 0. */
static uint32_t struct_ops_table(struct program *p, const struct unit *u, const struct fact_var *fv)
{
	uint32_t name = program_string(p, p->rules->tree.struct_ops_name_field), i;

	for (i = fv->inits; i < fv->inits + fv->n_inits; i++) {
		const struct fact_init *init = &u->facts.inits.v[i];
		const struct fact_expr *x = &u->facts.exprs.v[expr_strip(&u->facts, init->value)];

		if (init->field == name && x->op == FX_STR)
			return x->sym;
	}
	return 0;
}

/*
 * A struct_ops type names verifier operations of its own; each such set stands
 * for the programs of that type.
 */
static void read_struct_ops(struct bpf_tables *t, struct program *p)
{
	uint32_t record = program_string(p, p->rules->tree.struct_ops_record), g, i, type_name = 0;
	int64_t type = 0;

	if (!p->rules->tree.struct_ops_type ||
	    !bpf_enumerator(t, p, p->rules->tree.struct_ops_type, &type))
		return;
	type_name = program_string(p, p->rules->tree.struct_ops_type);
	for (g = 0; g < p->gvars.n; g++) {
		const struct gvar *v = &p->gvars.v[g];
		const struct facts *f = &p->units[v->unit].facts;
		const struct fact_var *fv = &f->vars.v[v->fact];

		if (!v->defined || program_gvar_record(p, g) != record)
			continue;
		for (i = fv->inits; i < fv->inits + fv->n_inits; i++) {
			uint32_t to = program_expr_global(f, f->inits.v[i].value);
			struct bpf_prog_type pt = { .type = type, .type_name = type_name, .ops = to };

			if (to == FACTS_NONE ||
			    program_gvar_record(p, to) != program_string(p, p->rules->tree.verifier_ops_record))
				continue;
			pt.record = struct_ops_table(p, &p->units[v->unit], fv);
			pt.get_proto = program_member_func(
				p, to, program_string(p, p->rules->tree.get_proto_member));
			vec_push(&t->prog_types, pt);
		}
	}
}

/* The record that @type is, or 0. */
static uint32_t type_record(const struct facts *f, uint32_t type)
{
	return type != FACTS_NONE && f->types.v[type].kind == FT_RECORD ? f->types.v[type].name : 0;
}

uint32_t bpf_pointee_record(const struct facts *f, uint32_t type)
{
	return type != FACTS_NONE && f->types.v[type].kind == FT_PTR
		       ? type_record(f, f->types.v[type].to)
		       : 0;
}

uint32_t bpf_param_record(const struct program *p, uint32_t func, uint32_t i)
{
	const struct func *fn = &p->funcs.v[func];
	const struct facts *f = func_facts(p, fn);
	const struct fact_func *ff = func_fact(p, fn);

	return i < ff->n_params ? bpf_pointee_record(f, f->locals.v[ff->locals + i].type) : 0;
}

/* The function with the typed parameters: the one the macro's wrapper calls. */
static uint32_t callable_body(struct program *p, uint32_t func)
{
	const struct func *fn = &p->funcs.v[func];
	const char *prefix = p->rules->tree.helper_body_prefix;
	size_t len = strlen(prefix);
	uint32_t c;

	for (c = fn->calls; c < fn->calls + fn->n_calls; c++) {
		uint32_t to = p->calls.v[c].callee;

		if (to != FACTS_NONE && !strncmp(func_name(p, to), prefix, len) &&
		    !strcmp(func_name(p, to) + len, func_name(p, func)))
			return to;
	}
	return func;
}

uint32_t bpf_map_fields(const struct bpf_tables *t, const struct program *p, int64_t mask)
{
	uint32_t fields = 0;
	int64_t value;
	size_t i;

	for (i = 0; i < p->rules->map_fields.n && i < 32; i++)
		if (bpf_enumerator(t, p, p->rules->map_fields.v[i].enumerator, &value) &&
		    (value & mask))
			fields |= UINT32_C(1) << i;
	return fields;
}

/* Whether @name is one of @names, where a '*' at the end matches any rest. */
static bool is_named(const char *name, const struct names *names)
{
	size_t i, len;

	for (i = 0; i < names->n; i++) {
		len = strlen(names->v[i]);
		if (len && names->v[i][len - 1] == '*' ? !strncmp(name, names->v[i], len - 1)
						       : !strcmp(name, names->v[i]))
			return true;
	}
	return false;
}

/* Flags that argument types carry stand above this (BPF_BASE_TYPE_BITS, include/linux/bpf.h). */
#define BASE_TYPE(val) ((val) & 0xff)

/* Whether enumerator @name has the value @type. */
static bool is_type(const struct bpf_tables *t, const struct program *p, const char *name,
		    int64_t type)
{
	int64_t value;

	return bpf_enumerator(t, p, name, &value) && BASE_TYPE(value) == BASE_TYPE(type);
}

/* What initialiser of global @g says of member @field as a number; false: nothing. */
static bool member_number(struct program *p, uint32_t g, const char *field, int64_t *ret)
{
	uint32_t name = program_find_string(p, field), i;
	const struct gvar *v = &p->gvars.v[g];
	const struct facts *f = &p->units[v->unit].facts;
	const struct fact_var *fv = &f->vars.v[v->fact];

	for (i = fv->inits; name != FACTS_NONE && i < fv->inits + fv->n_inits; i++) {
		const struct fact_expr *x;

		if (f->inits.v[i].field != name)
			continue;
		x = &f->exprs.v[expr_strip(f, f->inits.v[i].value)];
		*ret = x->val;
		return x->op == FX_INT;
	}
	return false;
}

/* What the tree lets objects have that programs allocate: the mask that one function hands to another. */
static uint32_t object_fields(const struct bpf_tables *t, const struct program *p)
{
	const struct rule_tree *rt = &p->rules->tree;
	uint32_t func = rt->object_fields_function ? program_defined(p, rt->object_fields_function)
						   : FACTS_NONE;
	const struct facts *f;
	uint32_t c;

	if (func == FACTS_NONE || !rt->object_fields_call)
		return UINT32_MAX;
	f = func_facts(p, &p->funcs.v[func]);
	for (c = p->funcs.v[func].calls; c < p->funcs.v[func].calls + p->funcs.v[func].n_calls; c++) {
		const struct call *call = &p->calls.v[c];
		const struct fact_insn *insn = &f->insns.v[call->insn];
		const struct fact_expr *x;

		if (call->callee == FACTS_NONE || rt->object_fields_arg >= insn->n_args ||
		    strcmp(func_name(p, call->callee), rt->object_fields_call) != 0)
			continue;
		x = &f->exprs.v[expr_strip(f, f->arglist.v[insn->args + rt->object_fields_arg])];
		if (x->op == FX_INT)
			return bpf_map_fields(t, p, x->val);
	}
	return UINT32_MAX;
}

/* Does parameter @i of helper @c, a pointer to a struct, want an object of the kernel? */
static bool wants_object(struct bpf_tables *t, struct program *p, struct bpf_callable *c, uint32_t i)
{
	const struct rule_tree *rt = &p->rules->tree;
	int64_t type;
	size_t k, m;

	if (i >= rt->proto_args.n || !member_number(p, c->proto, rt->proto_args.v[i], &type))
		return true;
	for (k = 0; k < p->rules->map_fields.n && k < 32; k++)
		for (m = 0; m < p->rules->map_fields.v[k].args.n; m++)
			if (is_type(t, p, p->rules->map_fields.v[k].args.v[m], type))
				c->fields |= UINT32_C(1) << k;
	for (k = 0; k < rt->object_args.n; k++)
		if (is_type(t, p, rt->object_args.v[k], type))
			return true;
	return !rt->object_args.n;
}

/* A kfunc's parameter that points to a @record. */
static void note_kfunc_param(struct program *p, struct bpf_callable *c, uint32_t record)
{
	const char *name = program_str(p, record);
	bool field = false;
	size_t k;

	for (k = 0; k < p->rules->map_fields.n && k < 32; k++) {
		if (!is_named(name, &p->rules->map_fields.v[k].records))
			continue;
		c->fields |= UINT32_C(1) << k;
		field = true;
	}
	if (!field && !is_named(name, &p->rules->tree.own_records) && c->n_objects < BPF_MAX_OBJECTS)
		c->objects[c->n_objects++] = record;
}

static void describe_callable(struct bpf_tables *t, struct program *p, struct bpf_callable *c)
{
	uint32_t map = program_string(p, p->rules->tree.map_record), i, type;
	const struct func *fn;
	const struct facts *f;
	const struct fact_func *ff;

	c->body = callable_body(p, c->func);
	fn = &p->funcs.v[c->body];
	f = func_facts(p, fn);
	ff = func_fact(p, fn);
	for (i = 0; i < ff->n_params; i++) {
		uint32_t record = bpf_param_record(p, c->body, i);
		const char *name = program_str(p, f->locals.v[ff->locals + i].name);

		if (p->rules->tree.object_param && !strcmp(name, p->rules->tree.object_param))
			c->without = ~t->object_fields;

		if (record == map)
			c->takes_map = true;
		else if (record && c->proto == FACTS_NONE)
			note_kfunc_param(p, c, record);
		else if (record && wants_object(t, p, c, i) && c->n_objects < BPF_MAX_OBJECTS)
			c->objects[c->n_objects++] = record;
	}
	type = ff->ret_type;
	if (type != FACTS_NONE && f->types.v[type].kind == FT_PTR && f->types.v[type].to != FACTS_NONE) {
		type = f->types.v[type].to;
		if (f->types.v[type].kind == FT_RECORD)
			c->returns = f->types.v[type].name;
	}
}

/* The type at place @which of the BTF id list called @list, or 0. */
static uint32_t list_entry(const struct program *p, uint32_t list, int64_t which)
{
	size_t u, k;

	for (u = 0; u < p->n_units; u++) {
		const struct facts *f = &p->units[u].facts;

		for (k = 0; k < f->btf.n; k++)
			if (f->btf.v[k].kind == FBTF_LIST && f->btf.v[k].name == list)
				break;
		k += 1 + (size_t)which;
		if (k < f->btf.n && f->btf.v[k].kind == FBTF_ID)
			return f->btf.v[k].name;
	}
	return 0;
}

/* The record that proto @g says its helper returns a pointer to, or 0. */
static uint32_t proto_returns(struct program *p, uint32_t g)
{
	uint32_t field = program_string(p, p->rules->tree.proto_ret_btf), i;
	const struct gvar *v = &p->gvars.v[g];
	const struct facts *f = &p->units[v->unit].facts;
	const struct fact_var *fv = &f->vars.v[v->fact];

	for (i = fv->inits; i < fv->inits + fv->n_inits; i++) {
		const struct fact_expr *x;
		int64_t which = 0;

		if (f->inits.v[i].field != field)
			continue;
		x = &f->exprs.v[expr_strip(f, f->inits.v[i].value)];
		if (x->op != FX_ADDR)
			return 0;
		x = &f->exprs.v[x->a];
		if (x->op == FX_INDEX) {
			const struct fact_expr *idx = &f->exprs.v[expr_strip(f, x->b)];

			which = idx->op == FX_INT ? idx->val : -1;
			x = &f->exprs.v[x->a];
		}
		return x->op == FX_GLOBAL && which >= 0 ? list_entry(p, x->sym, which) : 0;
	}
	return 0;
}

static void read_protos(struct bpf_tables *t, struct program *p)
{
	uint32_t record = program_string(p, p->rules->tree.proto_record), g;
	uint32_t func = program_string(p, p->rules->tree.proto_func);
	uint32_t allowed = program_string(p, p->rules->tree.proto_allowed);

	for (g = 0; g < p->gvars.n; g++) {
		struct bpf_callable c = { .proto = g };
		int64_t sleeps;

		if (!p->gvars.v[g].defined || program_gvar_record(p, g) != record)
			continue;
		c.func = program_member_func(p, g, func);
		if (c.func == FACTS_NONE)
			continue;
		c.allowed = program_member_func(p, g, allowed);
		describe_callable(t, p, &c);
		c.returns = proto_returns(p, g);
		c.sleeps = member_number(p, g, p->rules->tree.proto_might_sleep, &sleeps) && sleeps;
		map64_put(&t->callable_by_proto, g, (uint32_t)t->callables.n);
		vec_push(&t->callables, c);
	}
}

/* --- sets of BTF ids --- */

/* Whether global @g is initialised with the address of the set called @set. */
static bool names_set(const struct program *p, uint32_t g, uint32_t set)
{
	const struct gvar *v = &p->gvars.v[g];
	const struct facts *f = &p->units[v->unit].facts;
	const struct fact_var *fv = &f->vars.v[v->fact];
	uint32_t i, to;

	for (i = fv->inits; i < fv->inits + fv->n_inits; i++) {
		to = program_expr_global(f, f->inits.v[i].value);
		if (to != FACTS_NONE && p->gvars.v[to].name == set)
			return true;
	}
	return false;
}

static void add_filter(struct bpf_tables *t, int64_t type, uint32_t func)
{
	size_t i;

	for (i = 0; i < t->filters.n; i++)
		if (t->filters.v[i].type == type && t->filters.v[i].func == func)
			return;
	vec_push(&t->filters, ((struct bpf_kfunc_filter){ type, func }));
}

/* The program types that a call of the register function names for the set called @set of @unit. */
static void registered_for(struct bpf_tables *t, struct program *p, uint32_t unit, uint32_t set,
			   struct bpf_callable *c)
{
	uint32_t reg = program_func(p, p->rules->tree.kfunc_register);
	uint32_t filter = program_string(p, p->rules->tree.kfunc_filter);
	VEC(int64_t) types = { 0 };
	size_t i;

	for (i = 0; i < p->calls.n && reg != FACTS_NONE; i++) {
		const struct call *call = &p->calls.v[i];
		const struct func *fn = &p->funcs.v[call->caller];
		const struct facts *f = func_facts(p, fn);
		const struct fact_insn *in = &f->insns.v[call->insn];
		const struct fact_expr *type;
		uint32_t g, func;

		if (call->callee != reg || fn->unit != unit || in->n_args < 2)
			continue;
		g = program_expr_global(f, f->arglist.v[in->args + 1]);
		type = &f->exprs.v[expr_strip(f, f->arglist.v[in->args])];
		if (g == FACTS_NONE || !names_set(p, g, set) || type->op != FX_INT)
			continue;
		vec_push(&types, type->val);
		func = program_member_func(p, g, filter);
		if (func != FACTS_NONE && p->funcs.v[func].defined)
			add_filter(t, type->val, func);
	}
	c->prog_types = arena_memdup(&p->arena, types.v, types.n * sizeof(*types.v));
	c->n_prog_types = types.n;
	vec_release(&types);
}

bool bpf_set_has(const struct program *p, uint32_t set, uint32_t name)
{
	const struct facts *f = &p->units[p->gvars.v[set].unit].facts;
	bool in_set = false;
	size_t k;

	for (k = 0; k < f->btf.n; k++) {
		const struct fact_btf *b = &f->btf.v[k];

		if (b->kind != FBTF_ID)
			in_set = b->kind == FBTF_SET_START && b->name == p->gvars.v[set].name;
		else if (in_set && b->name == name)
			return true;
	}
	return false;
}

/* Where functions go that the set @name forbids to programs; NULL: it is no such set. */
static struct map64 *denied_by(struct bpf_tables *t, const struct program *p, uint32_t name)
{
	if (is_named(program_str(p, name), &p->rules->tree.deny_sets))
		return &t->denied;
	if (is_named(program_str(p, name), &p->rules->tree.hook_deny_sets))
		return &t->denied_hooks;
	return NULL;
}

static void read_btf(struct bpf_tables *t, struct program *p)
{
	uint32_t func_prefix = program_string(p, "func"), u, k;

	for (u = 0; u < p->n_units; u++) {
		const struct facts *f = &p->units[u].facts;
		struct map64 *denied = NULL;
		uint32_t set = 0;

		for (k = 0; k < f->btf.n; k++) {
			const struct fact_btf *b = &f->btf.v[k];
			struct bpf_callable c = { .proto = FACTS_NONE, .allowed = FACTS_NONE };

			if (b->kind == FBTF_SET_START || b->kind == FBTF_LIST) {
				set = b->kind == FBTF_SET_START ? b->name : 0;
				denied = set ? denied_by(t, p, set) : NULL;
				continue;
			}
			if (b->kind == FBTF_SET_END)
				set = 0;
			if (b->kind != FBTF_ID || !set || b->prefix != func_prefix)
				continue;
			if (denied) {
				map64_put(denied, b->name, set);
				continue;
			}
			c.func = map64_get(&p->func_by_name, b->name);
			if (c.func == MAP64_EMPTY)
				continue;
			c.flags = b->flags;
			registered_for(t, p, u, set, &c);
			if (!c.n_prog_types)
				continue;
			c.sleeps = b->flags & p->rules->tree.kfunc_sleepable;
			c.trusted = b->flags & p->rules->tree.kfunc_trusted;
			describe_callable(t, p, &c);
			vec_push(&t->callables, c);
		}
	}
}

/* --- contexts of programs that the kernel runs --- */

/* The record that @field of @record points to, or 0. */
static uint32_t member_record(const struct program *p, uint32_t record, uint32_t field)
{
	const struct facts *f;
	const struct fact_field *fd = program_field(p, record, field, &f);

	return fd ? bpf_pointee_record(f, fd->type) : 0;
}

/*
 * Notes what initialiser @i of @fv, the offset of a member of a context, says. What kind of pointer
 * that is stands beside it.
 */
static void note_handed(struct bpf_tables *t, struct program *p, const struct facts *f,
			const struct fact_var *fv, uint32_t i)
{
	const struct rule_tree *tree = &p->rules->tree;
	const struct fact_init *init = &f->inits.v[i], *beside;
	const struct fact_expr *x = &f->exprs.v[expr_strip(f, init->value)], *flags;
	const char *path = program_str(p, init->path);
	size_t at = strlen(path) - strlen(program_str(p, init->field));
	uint32_t type = program_string(p, tree->context_arg_type), k;
	struct bpf_handed h = { 0 };
	int64_t trusted = 0;

	if (x->op != FX_OFFSETOF)
		return;
	h.context = x->sym2;
	h.field = x->sym;
	h.object = member_record(p, h.context, h.field);
	if (!h.object)
		return;
	if (tree->context_arg_trusted)
		bpf_enumerator(t, p, tree->context_arg_trusted, &trusted);
	for (k = fv->inits; k < fv->inits + fv->n_inits; k++) {
		beside = &f->inits.v[k];
		if (beside->record != init->record || beside->field != type ||
		    strncmp(program_str(p, beside->path), path, at) != 0)
			continue;
		flags = &f->exprs.v[expr_strip(f, beside->value)];
		h.trusted |= flags->op == FX_INT && flags->val & trusted;
	}
	vec_push(&t->handed, h);
}

static void read_handed(struct bpf_tables *t, struct program *p)
{
	const struct rule_tree *tree = &p->rules->tree;
	uint32_t record, offset, i;
	size_t g;

	if (!tree->context_arg_record || !tree->context_arg_offset || !tree->context_arg_type)
		return;
	record = program_string(p, tree->context_arg_record);
	offset = program_string(p, tree->context_arg_offset);
	for (g = 0; g < p->gvars.n; g++) {
		const struct gvar *v = &p->gvars.v[g];
		const struct facts *f = &p->units[v->unit].facts;
		const struct fact_var *fv = &f->vars.v[v->fact];

		for (i = fv->inits; i < fv->inits + fv->n_inits; i++)
			if (f->inits.v[i].record == record && f->inits.v[i].field == offset)
				note_handed(t, p, f, fv, i);
	}
}

bool bpf_hands_over(const struct program *p, uint32_t func, uint32_t callee, uint32_t record)
{
	const struct func *fn = &p->funcs.v[func];
	const struct facts *f = func_facts(p, fn);
	uint32_t c, i;

	for (c = fn->calls; c < fn->calls + fn->n_calls; c++) {
		const struct fact_insn *in = &f->insns.v[p->calls.v[c].insn];

		for (i = 0; p->calls.v[c].callee == callee && i < in->n_args; i++) {
			const struct fact_expr *x =
				&f->exprs.v[expr_strip(f, f->arglist.v[in->args + i])];

			if (x->op == FX_ADDR && type_record(f, f->exprs.v[x->a].type) == record)
				return true;
		}
	}
	return false;
}

static bool is_in(const char *section, const struct names *sections)
{
	size_t i;

	for (i = 0; i < sections->n; i++)
		if (!strncmp(section, sections->v[i], strlen(sections->v[i])))
			return true;
	return false;
}

/* Notes in @ret the functions that the initialiser of @fv, a variable of @f, names. */
static void note_named(const struct facts *f, const struct fact_var *fv, struct map64 *ret)
{
	uint32_t i;

	for (i = fv->inits; i < fv->inits + fv->n_inits; i++) {
		const struct fact_expr *x = &f->exprs.v[expr_strip(f, f->inits.v[i].value)];

		if (x->op == FX_ADDR)
			x = &f->exprs.v[x->a];
		if (x->op == FX_FUNC && x->a != FACTS_NONE)
			map64_put(ret, x->a, 1);
	}
}

/* What is said of a function by a variable in a section of its own: by the section's begin. */
static void read_sections(struct bpf_tables *t, const struct program *p)
{
	const struct rule_tree *tree = &p->rules->tree;
	size_t g;

	for (g = 0; g < p->gvars.n; g++) {
		const struct gvar *v = &p->gvars.v[g];
		const struct facts *f = &p->units[v->unit].facts;
		const struct fact_var *fv = &f->vars.v[v->fact];
		const char *section = fv->section ? program_str(p, fv->section) : "";

		if (is_in(section, &tree->nokprobe_sections))
			note_named(f, fv, &t->nokprobe);
		if (is_in(section, &tree->error_injection_sections))
			note_named(f, fv, &t->error_injection);
	}
}

void bpf_tables_read(struct bpf_tables *t, struct program *p)
{
	memset(t, 0, sizeof(*t));
	read_enumerators(t, p);
	t->object_fields = object_fields(t, p);
	read_array(t, p, p->rules->tree.map_types_array, add_map_type);
	read_array(t, p, p->rules->tree.verifier_ops_array, add_prog_type);
	read_struct_ops(t, p);
	read_protos(t, p);
	read_btf(t, p);
	read_handed(t, p);
	read_sections(t, p);
}

void bpf_tables_release(struct bpf_tables *t)
{
	vec_release(&t->map_types);
	vec_release(&t->prog_types);
	vec_release(&t->callables);
	vec_release(&t->func_ids);
	vec_release(&t->filters);
	vec_release(&t->handed);
	vec_release(&t->values);
	map64_release(&t->callable_by_proto);
	map64_release(&t->enumerators);
	map64_release(&t->denied);
	map64_release(&t->denied_hooks);
	map64_release(&t->nokprobe);
	map64_release(&t->error_injection);
}
