// SPDX-License-Identifier: MIT
#include "hazard/programs.h"

#include <string.h>

/* Instructions for one run of a switch or a callback; the longest of 6.12 takes a few hundred. */
#define DECISION_STEPS 20000

/* The fields of struct bpf_prog that the decisions look at. */
static size_t prog_fields(struct programs *pr, const struct rule_attach *way, int64_t prog_type,
			  uint32_t param, struct known_field *ret)
{
	struct program *p = pr->in->p;
	const struct rule_tree *t = &p->rules->tree;
	uint32_t prog = program_string(p, t->prog_record);
	int64_t attach = 0;

	if (way->attach_type)
		bpf_enumerator(pr->t, p, way->attach_type, &attach);
	ret[0] = (struct known_field){ param, prog, program_string(p, t->prog_type_field),
				       prog_type };
	ret[1] = (struct known_field){ param, prog, program_string(p, t->prog_attach_field),
				       attach };
	return 2;
}

/* Marks what @get_proto returns for helper @id as given to @way. */
static void run_switch(struct programs *pr, size_t way, uint32_t get_proto, int64_t prog_type,
		       int64_t id)
{
	struct known_field fields[2];
	const int64_t values[2] = { id, 0 };
	const bool known[2] = { true, false };
	struct run_input input = { .func = get_proto, .kind = FACTS_NONE, .decide = true,
				   .param_value = values, .param_known = known,
				   .n_known = ARRAY_SIZE(values), .fields = fields,
				   .max_steps = DECISION_STEPS };
	struct run run;
	size_t i;

	input.n_fields = prog_fields(pr, &pr->in->p->rules->attach.v[way], prog_type, 1, fields);
	interp_run(pr->in, &input, &run);
	pr->runs++;
	for (i = 0; i < run.exits.n; i++) {
		const struct sym *v = sym_get(&run.syms, run.exits.v[i].value);
		uint32_t c = v->op == SY_GADDR ? map64_get(&pr->t->callable_by_proto, v->a)
					       : MAP64_EMPTY;

		if (c == MAP64_EMPTY)
			continue;
		pr->given[way * pr->t->callables.n + c] = true;
		pr->id[c] = id;
		pr->has_id[c] = true;
	}
	interp_run_release(&run);
}

static void find_given(struct programs *pr, size_t way)
{
	struct program *p = pr->in->p;
	const struct rule_attach *ra = &p->rules->attach.v[way];
	bool found = false;
	int64_t type;
	size_t i, k;

	if (!bpf_enumerator(pr->t, p, ra->prog_type, &type)) {
		pr->unknown[way] = true;
		return;
	}
	for (i = 0; i < pr->t->prog_types.n; i++) {
		const struct bpf_prog_type *pt = &pr->t->prog_types.v[i];

		if (pt->type != type || pt->get_proto == FACTS_NONE ||
		    !p->funcs.v[pt->get_proto].defined)
			continue;
		found = true;
		for (k = 0; k < pr->t->func_ids.n; k++)
			run_switch(pr, way, pt->get_proto, type, pr->t->func_ids.v[k].id);
	}
	if (!found)
		pr->unknown[way] = true;
	for (i = 0; i < pr->t->callables.n; i++) {
		const struct bpf_callable *c = &pr->t->callables.v[i];

		for (k = 0; k < c->n_prog_types; k++)
			if (c->prog_types[k] == type)
				pr->given[way * pr->t->callables.n + i] = true;
	}
}

void programs_init(struct programs *pr, struct interp *in, struct bpf_tables *t)
{
	struct program *p = in->p;
	size_t w, c;

	memset(pr, 0, sizeof(*pr));
	pr->in = in;
	pr->t = t;
	pr->n_ways = p->rules->attach.n;
	pr->given = ARENA_ARRAY(&p->arena, bool, pr->n_ways * t->callables.n);
	pr->unknown = ARENA_ARRAY(&p->arena, bool, pr->n_ways);
	pr->of_type = ARENA_ARRAY(&p->arena, bool, t->callables.n);
	pr->id = ARENA_ARRAY(&p->arena, int64_t, t->callables.n);
	pr->has_id = ARENA_ARRAY(&p->arena, bool, t->callables.n);
	for (w = 0; w < pr->n_ways; w++) {
		const struct rule_attach *ra = &p->rules->attach.v[w];
		size_t o;

		/* Ways of one program and attach type are given the same. */
		for (o = 0; o < w; o++) {
			const struct rule_attach *rb = &p->rules->attach.v[o];

			if (!strcmp(ra->prog_type, rb->prog_type) &&
			    !strcmp(ra->attach_type ? ra->attach_type : "",
				    rb->attach_type ? rb->attach_type : ""))
				break;
		}
		if (o < w) {
			memcpy(pr->given + w * t->callables.n, pr->given + o * t->callables.n,
			       t->callables.n * sizeof(*pr->given));
			pr->unknown[w] = pr->unknown[o];
		} else {
			find_given(pr, w);
		}
		for (c = 0; c < t->callables.n; c++)
			pr->of_type[c] |= pr->given[w * t->callables.n + c];
	}
}

void programs_release(struct programs *pr)
{
	map64_release(&pr->allowed_seen);
}

bool programs_may_call(struct programs *pr, size_t way, uint32_t c, const char *function)
{
	struct program *p = pr->in->p;
	const struct bpf_callable *call = &pr->t->callables.v[c];
	struct known_field fields[2];
	struct run_input input = { .func = call->allowed, .kind = FACTS_NONE, .decide = true,
				   .fields = fields, .max_steps = DECISION_STEPS };
	int64_t type = 0, v;
	struct run run;
	uint64_t key;
	uint32_t memo;
	bool yes = false;
	size_t i;

	if (!pr->given[way * pr->t->callables.n + c])
		return false;
	if (call->allowed == FACTS_NONE || !p->funcs.v[call->allowed].defined)
		return true;
	key = map64_mix(map64_mix(way, c), function ? program_string(p, function) : FACTS_NONE);
	memo = map64_get(&pr->allowed_seen, key);
	if (memo != MAP64_EMPTY)
		return memo;
	bpf_enumerator(pr->t, p, p->rules->attach.v[way].prog_type, &type);
	input.n_fields = prog_fields(pr, &p->rules->attach.v[way], type, 0, fields);
	input.attach_name = function;
	interp_run(pr->in, &input, &run);
	pr->runs++;
	for (i = 0; i < run.exits.n; i++)
		yes |= !sym_is_int(&run.syms, run.exits.v[i].value, &v) || v;
	interp_run_release(&run);
	map64_put(&pr->allowed_seen, key, yes);
	return yes;
}

/* The function @name that some unit defines, also a static one, or FACTS_NONE. */
static uint32_t find_defined(const struct program *p, const char *name)
{
	uint32_t s = program_find_string(p, name), f;

	for (f = 0; s != FACTS_NONE && f < p->funcs.n; f++)
		if (p->funcs.v[f].name == s && p->funcs.v[f].defined)
			return f;
	return FACTS_NONE;
}

/* What the verifier's test says of map type @type and helper @id. */
static bool compatible(struct programs *pr, uint32_t test, int64_t type, int64_t id)
{
	struct program *p = pr->in->p;
	const struct known_field field = { 1, program_string(p, p->rules->tree.map_record),
					   program_string(p, p->rules->tree.compat_type_field),
					   type };
	const int64_t values[3] = { 0, 0, id };
	const bool known[3] = { false, false, true };
	struct run_input input = { .func = test, .kind = FACTS_NONE, .decide = true,
				   .param_value = values, .param_known = known,
				   .n_known = ARRAY_SIZE(values), .fields = &field, .n_fields = 1,
				   .max_steps = DECISION_STEPS };
	struct run run;
	bool ok = false;
	int64_t v;
	size_t i;

	interp_run(pr->in, &input, &run);
	pr->runs++;
	for (i = 0; i < run.exits.n; i++)
		ok |= !sym_is_int(&run.syms, run.exits.v[i].value, &v) || !v;
	interp_run_release(&run);
	return ok;
}

size_t programs_map_types(struct programs *pr, uint32_t c, uint32_t *ret)
{
	const struct bpf_callable *call = &pr->t->callables.v[c];
	uint32_t test = find_defined(pr->in->p, pr->in->p->rules->tree.compat_function), m;
	size_t n = 0;

	if (!call->takes_map)
		return 0;
	for (m = 0; m < pr->t->map_types.n; m++)
		if (test == FACTS_NONE || !pr->has_id[c] ||
		    compatible(pr, test, pr->t->map_types.v[m].type, pr->id[c]))
			ret[n++] = m;
	return n;
}

/* Whether way @way gives its programs a callable with the name @name. */
static bool way_gives(struct programs *pr, size_t way, const char *name)
{
	size_t c;

	for (c = 0; c < pr->t->callables.n; c++)
		if (pr->given[way * pr->t->callables.n + c] &&
		    !strcmp(func_name(pr->in->p, pr->t->callables.v[c].func), name))
			return true;
	return false;
}

const char *programs_object(struct programs *pr, size_t way, uint32_t func, uint32_t record)
{
	struct program *p = pr->in->p;
	uint32_t i, n;
	size_t k, m;

	if (func != FACTS_NONE) {
		n = func_fact(p, &p->funcs.v[func])->n_params;
		for (i = 0; i < n; i++)
			if (bpf_param_record(p, func, i) == record)
				return arena_printf(&p->arena, "argument %u of %s()", i + 1,
						    func_name(p, func));
	}
	for (k = 0; k < pr->t->callables.n; k++)
		if (pr->given[way * pr->t->callables.n + k] &&
		    pr->t->callables.v[k].returns == record &&
		    !pr->t->callables.v[k].n_objects)
			return arena_printf(&p->arena, "what %s() returns",
					    func_name(p, pr->t->callables.v[k].func));
	for (k = 0; k < p->rules->objects.n; k++) {
		const struct rule_object *o = &p->rules->objects.v[k];
		bool all = !strcmp(o->record, program_str(p, record));

		for (m = 0; m < o->needs.n && all; m++)
			all = way_gives(pr, way, o->needs.v[m]);
		if (all)
			return o->how;
	}
	return NULL;
}
