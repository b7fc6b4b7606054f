// SPDX-License-Identifier: MIT
#include "hazard/programs.h"

#include "hazard/attach.h"

#include <string.h>

/* Instructions for one run of a switch or a callback; the longest of 6.12 takes a few hundred. */
#define DECISION_STEPS 20000

#define N_PROG_FIELDS 4

#define ANY_WAY SIZE_MAX

/*
 * The fields of struct bpf_prog that the decisions look at. No program here may
 * sleep: it runs where a spinlock is held.
 */
static size_t prog_fields(struct programs *pr, const struct rule_attach *way, int64_t prog_type,
			  uint32_t param, struct known_field *ret)
{
	struct program *p = pr->in->p;
	const struct rule_tree *t = &p->rules->tree;
	uint32_t prog = program_string(p, t->prog_record);
	uint32_t sleepable = program_string(p, t->prog_sleepable_field);
	int64_t attach = 0;

	if (way->attach_type)
		bpf_enumerator(pr->t, p, way->attach_type, &attach);
	ret[0] = (struct known_field){ .param = param, .record = prog,
				       .field = program_string(p, t->prog_type_field),
				       .value = prog_type };
	ret[1] = (struct known_field){ .param = param, .record = prog,
				       .field = program_string(p, t->prog_attach_field),
				       .value = attach };
	ret[2] = (struct known_field){ .param = param, .record = prog, .field = sleepable };
	ret[3] = (struct known_field){ .param = param, .via_record = prog,
				       .via_field = program_string(p, t->prog_aux_field),
				       .record = program_string(p, t->prog_aux_record),
				       .field = sleepable };
	return N_PROG_FIELDS;
}

/* The id of what a program of @way is put on: @name, or NULL: not known. How many, 0 or 1. */
static size_t attach_field(struct programs *pr, const struct rule_attach *way, const char *name,
			   uint32_t param, struct known_field *ret)
{
	struct program *p = pr->in->p;
	const struct rule_tree *t = &p->rules->tree;

	if (!name || !t->prog_attach_id_field)
		return 0;
	ret[0] = (struct known_field){
		.param = param, .via_record = program_string(p, t->prog_record),
		.via_field = program_string(p, t->prog_aux_field),
		.record = program_string(p, t->prog_aux_record),
		.field = program_string(p, t->prog_attach_id_field),
		.value = program_string(p, attach_target(p, way, name, &p->arena)),
	};
	return 1;
}

/* Runs @get_proto for helper @id and programs of @way that are put on @name (NULL: not known). */
static void run_switch(struct programs *pr, size_t way, uint32_t get_proto, int64_t prog_type,
		       int64_t id, const char *name, struct run *ret)
{
	const struct rule_attach *ra = &pr->in->p->rules->attach.v[way];
	struct known_field fields[N_PROG_FIELDS + 1];
	const int64_t values[2] = { id, 0 };
	const bool known[2] = { true, false };
	struct run_input input = { .func = get_proto, .kind = FACTS_NONE, .decide = true,
				   .param_value = values, .param_known = known,
				   .n_known = ARRAY_SIZE(values), .fields = fields,
				   .max_steps = DECISION_STEPS };

	input.n_fields = prog_fields(pr, ra, prog_type, 1, fields);
	input.n_fields += attach_field(pr, ra, name, 1, fields + input.n_fields);
	interp_run(pr->in, &input, ret);
	pr->runs++;
}

/* Marks, in @given, what the switch of @pt returns for helper @id and programs of @way. */
static void mark_given(struct programs *pr, bool *given, size_t way, const struct bpf_prog_type *pt,
		       int64_t id)
{
	struct run run;
	size_t i;

	run_switch(pr, way, pt->get_proto, pt->type, id, NULL, &run);
	for (i = 0; i < run.exits.n; i++) {
		const struct sym *v = sym_get(&run.syms, run.exits.v[i].value);
		uint32_t c = v->op == SY_GADDR ? map64_get(&pr->t->callable_by_proto, v->a)
					       : MAP64_EMPTY;

		if (c == MAP64_EMPTY)
			continue;
		given[c] = true;
		pr->id[c] = id;
		pr->has_id[c] = true;
	}
	interp_run_release(&run);
}

/* The parameter of @func that points to a @record, or FACTS_NONE. */
static uint32_t param_of(const struct program *p, uint32_t func, uint32_t record)
{
	uint32_t n = func_fact(p, &p->funcs.v[func])->n_params, i;

	for (i = 0; i < n; i++)
		if (bpf_param_record(p, func, i) == record)
			return i;
	return FACTS_NONE;
}

/* The same of the verifier's environment, parameter @param: what can be reached in two steps. */
static size_t env_fields(struct programs *pr, const struct rule_attach *way, int64_t prog_type,
			 uint32_t param, struct known_field *ret)
{
	struct program *p = pr->in->p;
	const struct rule_tree *t = &p->rules->tree;
	struct known_field pf[N_PROG_FIELDS];
	uint32_t env = program_string(p, t->env_record);
	size_t n = 0, k;

	prog_fields(pr, way, prog_type, param, pf);
	for (k = 0; k < N_PROG_FIELDS; k++) {
		if (pf[k].via_record)
			continue;
		pf[k].via_record = env;
		pf[k].via_field = program_string(p, t->env_prog_field);
		ret[n++] = pf[k];
	}
	ret[n++] = (struct known_field){ .param = param, .via_record = env,
					 .via_field = program_string(p, t->env_state_field),
					 .record = program_string(p, t->env_state_record),
					 .field = program_string(p, t->env_sleepable_field) };
	return n;
}

static int64_t run_hook(struct programs *pr, int64_t type)
{
	struct program *p = pr->in->p;
	const bool known = true;
	struct run_input input = { .func = program_defined(p, p->rules->tree.kfunc_hook_function),
				   .kind = FACTS_NONE, .decide = true, .param_value = &type,
				   .param_known = &known, .n_known = 1, .max_steps = DECISION_STEPS };
	int64_t hook = type;
	struct run run;

	if (input.func == FACTS_NONE)
		return type;
	interp_run(pr->in, &input, &run);
	if (run.exits.n == 1)
		sym_is_int(&run.syms, run.exits.v[0].value, &hook);
	interp_run_release(&run);
	return hook;
}

/* What kfuncs are registered for @type: types that share it get the same. */
static int64_t kfunc_hook(struct programs *pr, int64_t type)
{
	uint32_t at = map64_get(&pr->hook_at, (uint64_t)type);

	if (at == MAP64_EMPTY) {
		at = (uint32_t)pr->hooks.n;
		map64_put(&pr->hook_at, (uint64_t)type, at);
		vec_push(&pr->hooks, run_hook(pr, type));
	}
	return pr->hooks.v[at];
}

/* Whether @filter may let programs of @way call the kfunc called @name. */
static bool filter_passes(struct programs *pr, size_t way, int64_t prog_type, uint32_t filter,
			  uint32_t name)
{
	struct known_field fields[N_PROG_FIELDS];
	/* The name stands for the id, see VALUE_IN_SET. */
	const int64_t values[2] = { 0, name };
	const bool known[2] = { false, true };
	struct run_input input = { .func = filter, .kind = FACTS_NONE, .decide = true,
				   .param_value = values, .param_known = known,
				   .n_known = ARRAY_SIZE(values), .fields = fields,
				   .max_steps = DECISION_STEPS };
	bool passes = false;
	struct run run;
	size_t i;

	input.n_fields = prog_fields(pr, &pr->in->p->rules->attach.v[way], prog_type, 0, fields);
	interp_run(pr->in, &input, &run);
	pr->runs++;
	for (i = 0; i < run.exits.n; i++)
		passes |= !run.exits.v[i].nonzero;
	interp_run_release(&run);
	return passes;
}

/* Whether the verifier's tests of the kfunc called @name let programs of @way call it. */
static bool tests_pass(struct programs *pr, size_t way, int64_t prog_type, const char *name)
{
	struct program *p = pr->in->p;
	struct known_field fields[N_PROG_FIELDS + 1];
	struct run_input input = { .kind = FACTS_NONE, .decide = true, .fields = fields,
				   .max_steps = DECISION_STEPS };
	bool pass = true;
	size_t i, k;

	for (i = 0; i < p->rules->kfunc_tests.n && pass; i++) {
		uint32_t env;
		struct run run;
		int64_t v;

		input.func = strcmp(p->rules->kfunc_tests.v[i].kfunc, name)
				     ? FACTS_NONE
				     : program_defined(p, p->rules->kfunc_tests.v[i].test);
		env = input.func == FACTS_NONE
			      ? FACTS_NONE
			      : param_of(p, input.func, program_string(p, p->rules->tree.env_record));
		if (env == FACTS_NONE)
			continue;
		input.n_fields = env_fields(pr, &p->rules->attach.v[way], prog_type, env, fields);
		interp_run(pr->in, &input, &run);
		pr->runs++;
		pass = false;
		for (k = 0; k < run.exits.n; k++)
			pass |= !sym_is_int(&run.syms, run.exits.v[k].value, &v) || v;
		interp_run_release(&run);
	}
	return pass;
}

/* Whether kfunc @c is registered for programs of @way and @prog_type, and no filter of its hook says no. */
static bool kfunc_given(struct programs *pr, size_t way, int64_t prog_type,
			const struct bpf_callable *c)
{
	const char *common_type = pr->in->p->rules->tree.kfunc_common_type;
	int64_t of_way = kfunc_hook(pr, prog_type), common = of_way, hook = 0, type;
	bool given = false, passes = true;
	size_t i;

	if (bpf_enumerator(pr->t, pr->in->p, common_type, &type))
		common = kfunc_hook(pr, type);
	for (i = 0; i < c->n_prog_types && !given; i++) {
		hook = kfunc_hook(pr, c->prog_types[i]);
		given = hook == of_way || hook == common;
	}
	for (i = 0; i < pr->t->filters.n && given && passes; i++)
		if (kfunc_hook(pr, pr->t->filters.v[i].type) == hook)
			passes = filter_passes(pr, way, prog_type, pr->t->filters.v[i].func,
					       pr->in->p->funcs.v[c->func].name);
	return given && passes &&
	       tests_pass(pr, way, prog_type, func_name(pr->in->p, c->func));
}

/* Whether program type number @k has a switch that is in the analysed units. */
static bool has_switch(const struct programs *pr, size_t k)
{
	uint32_t get_proto = pr->t->prog_types.v[k].get_proto;

	return get_proto != FACTS_NONE && pr->in->p->funcs.v[get_proto].defined;
}

/* The switch that gives helpers to programs of @type, or FACTS_NONE. */
static uint32_t proto_switch(const struct programs *pr, int64_t type)
{
	size_t i;

	for (i = 0; i < pr->t->prog_types.n; i++)
		if (pr->t->prog_types.v[i].type == type && has_switch(pr, i))
			return pr->t->prog_types.v[i].get_proto;
	return FACTS_NONE;
}

/* Marks the helpers that the switch of program type number @k gives to programs of @way. */
static void find_by_switch(struct programs *pr, size_t way, size_t k)
{
	const struct bpf_prog_type *pt = &pr->t->prog_types.v[k];
	size_t n = pr->t->callables.n, i;
	bool *given = xcalloc(n + 1, sizeof(*given));

	for (i = 0; i < pr->t->func_ids.n; i++)
		mark_given(pr, given, way, pt, pr->t->func_ids.v[i].id);
	for (i = 0; i < n; i++) {
		pr->given[way * n + i] |= given[i];
		pr->by_switch[k * n + i] |= given[i];
	}
	free(given);
}

static void find_given(struct programs *pr, size_t way)
{
	struct program *p = pr->in->p;
	const struct rule_attach *ra = &p->rules->attach.v[way];
	int64_t type;
	size_t i;

	if (!bpf_enumerator(pr->t, p, ra->prog_type, &type)) {
		pr->unknown[way] = true;
		return;
	}
	pr->unknown[way] = proto_switch(pr, type) == FACTS_NONE;
	for (i = 0; i < pr->t->prog_types.n; i++)
		if (pr->t->prog_types.v[i].type == type && has_switch(pr, i))
			find_by_switch(pr, way, i);
	for (i = 0; i < pr->t->callables.n; i++) {
		const struct bpf_callable *c = &pr->t->callables.v[i];

		if (c->n_prog_types && kfunc_given(pr, way, type, c))
			pr->given[way * pr->t->callables.n + i] = true;
	}
}

bool programs_of_table(const struct programs *pr, uint32_t table, uint32_t c)
{
	size_t k;

	/* Kfuncs are registered for all tables alike. */
	if (pr->t->callables.v[c].n_prog_types)
		return true;
	for (k = 0; k < pr->t->prog_types.n; k++)
		if (pr->t->prog_types.v[k].record == table)
			return pr->by_switch[k * pr->t->callables.n + c];
	return false;
}

/* The way that stands for all of @way's program and attach type. */
static size_t same_programs(const struct programs *pr, size_t way)
{
	const struct rule_attach *a = &pr->in->p->rules->attach.v[way];
	size_t o;

	for (o = 0; o < way; o++) {
		const struct rule_attach *b = &pr->in->p->rules->attach.v[o];

		if (!strcmp(a->prog_type, b->prog_type) &&
		    !strcmp(a->attach_type ? a->attach_type : "",
			    b->attach_type ? b->attach_type : ""))
			break;
	}
	return o;
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
	pr->by_switch = ARENA_ARRAY(&p->arena, bool, t->prog_types.n * t->callables.n);
	pr->of_type = ARENA_ARRAY(&p->arena, bool, t->callables.n);
	pr->id = ARENA_ARRAY(&p->arena, int64_t, t->callables.n);
	pr->has_id = ARENA_ARRAY(&p->arena, bool, t->callables.n);
	for (w = 0; w < pr->n_ways; w++) {
		size_t o = same_programs(pr, w);

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
	map64_release(&pr->use_seen);
	map64_release(&pr->fields_seen);
	map64_release(&pr->verdicts);
	map64_release(&pr->hook_at);
	vec_release(&pr->hooks);
	map64_release(&pr->objects_at);
	vec_release(&pr->objects);
}

/* Whether helper @c is given to programs of @way that are attached to LSM hook @function. */
static bool given_at_hook(struct programs *pr, size_t way, uint32_t c, const char *function)
{
	uint32_t get_proto;
	int64_t type = 0;
	struct run run;
	bool given;
	size_t i;

	bpf_enumerator(pr->t, pr->in->p, pr->in->p->rules->attach.v[way].prog_type, &type);
	get_proto = proto_switch(pr, type);
	if (get_proto == FACTS_NONE)
		return true;
	run_switch(pr, way, get_proto, type, pr->id[c], function, &run);
	given = run.cut != NULL;
	for (i = 0; i < run.exits.n; i++) {
		const struct sym *v = sym_get(&run.syms, run.exits.v[i].value);

		/* What is no known prototype may be any; NULL is none. */
		given |= v->op == SY_GADDR ? map64_get(&pr->t->callable_by_proto, v->a) == c
					   : v->op != SY_INT;
	}
	interp_run_release(&run);
	return given;
}

/* What the callback of helper @c says of a program that is attached to @function. */
static bool is_allowed(struct programs *pr, size_t way, uint32_t c, const char *function)
{
	const struct rule_attach *ra = &pr->in->p->rules->attach.v[way];
	struct known_field fields[N_PROG_FIELDS + 1];
	struct run_input input = { .func = pr->t->callables.v[c].allowed, .kind = FACTS_NONE,
				   .decide = true, .fields = fields,
				   .max_steps = DECISION_STEPS };
	int64_t type = 0, v;
	struct run run;
	bool yes = false;
	size_t i;

	bpf_enumerator(pr->t, pr->in->p, ra->prog_type, &type);
	if (function)
		input.attach_name = attach_target(pr->in->p, ra, function, &pr->in->p->arena);
	input.n_fields = prog_fields(pr, ra, type, 0, fields);
	input.n_fields += attach_field(pr, ra, function, 0, fields + input.n_fields);
	interp_run(pr->in, &input, &run);
	pr->runs++;
	for (i = 0; i < run.exits.n; i++)
		yes |= !sym_is_int(&run.syms, run.exits.v[i].value, &v) || v;
	interp_run_release(&run);
	return yes;
}

bool programs_may_call(struct programs *pr, size_t way, uint32_t c, const char *function)
{
	const struct program *p = pr->in->p;
	const struct bpf_callable *call = &pr->t->callables.v[c];
	bool asks = call->allowed != FACTS_NONE && p->funcs.v[call->allowed].defined;
	/* Of helpers that go by one number, which it is may depend on the hook. */
	bool hook = function && pr->has_id[c] && p->rules->attach.v[way].at == AT_LSM_HOOK;
	uint64_t key;
	uint32_t yes;

	if (!pr->given[way * pr->t->callables.n + c] || call->sleeps ||
	    !programs_use_fields(pr, way, FACTS_NONE, call->fields))
		return false;
	if (!asks && !hook)
		return true;
	key = map64_mix(map64_mix(way, c),
			function ? program_string(pr->in->p, function) : FACTS_NONE);
	yes = map64_get(&pr->allowed_seen, key);
	if (yes == MAP64_EMPTY) {
		yes = (!hook || given_at_hook(pr, way, c, function)) &&
		      (!asks || is_allowed(pr, way, c, function));
		map64_put(&pr->allowed_seen, key, yes);
	}
	return yes;
}

/* How a test of the verifier's may end: bits. */
enum verdict { TAKES = 1, REFUSES = 2 };

/*
 * How the verifier's test @test may end for a program of @way (ANY_WAY: nothing
 * is known of it) and a map of type @type (-1: any) whose values have @fields.
 * @id: the helper, if @test takes its number; -1: it does not.
 */
static unsigned int run_test(struct programs *pr, const char *test, size_t way, int64_t type,
			     const uint32_t *fields, int64_t id)
{
	struct program *p = pr->in->p;
	const struct rule_tree *t = &p->rules->tree;
	struct known_field kf[2 * N_PROG_FIELDS + 1];
	int64_t values[8] = { 0 }, prog_type = 0, v;
	bool known[8] = { false };
	struct run_input input = { .kind = FACTS_NONE, .decide = true, .param_value = values,
				   .param_known = known, .fields = kf, .map_fields = fields,
				   .max_steps = DECISION_STEPS };
	const struct rule_attach *ra = way == ANY_WAY ? NULL : &p->rules->attach.v[way];
	unsigned int verdict = 0;
	uint32_t env, map, prog, i;
	struct run run;
	size_t n = 0, k;

	input.func = program_defined(p, test);
	if (input.func == FACTS_NONE)
		return TAKES;
	env = param_of(p, input.func, program_string(p, t->env_record));
	map = param_of(p, input.func, program_string(p, t->map_record));
	prog = param_of(p, input.func, program_string(p, t->prog_record));
	if (ra)
		bpf_enumerator(pr->t, p, ra->prog_type, &prog_type);
	if (ra && prog != FACTS_NONE)
		n = prog_fields(pr, ra, prog_type, prog, kf);
	/* Where both are given they are one program, and a store to one would undo the other's. */
	if (ra && env != FACTS_NONE && prog == FACTS_NONE)
		n = env_fields(pr, ra, prog_type, env, kf);
	if (map != FACTS_NONE && type >= 0)
		kf[n++] = (struct known_field){ .param = map,
						.record = program_string(p, t->map_record),
						.field = program_string(p, t->compat_type_field),
						.value = type };
	/* The helper's number is what is neither of these. */
	for (i = 0; i < func_fact(p, &p->funcs.v[input.func])->n_params && i < ARRAY_SIZE(values); i++) {
		if (i == env || i == map || i == prog)
			continue;
		values[i] = id;
		known[i] = id >= 0;
	}
	input.n_known = i;
	input.n_fields = n;
	interp_run(pr->in, &input, &run);
	pr->runs++;
	for (k = 0; k < run.exits.n; k++)
		verdict |= !sym_is_int(&run.syms, run.exits.v[k].value, &v) ? TAKES | REFUSES :
			   v						    ? REFUSES :
									      TAKES;
	interp_run_release(&run);
	return verdict;
}

/* The same, each question once. */
static unsigned int test_verdict(struct programs *pr, const char *test, size_t way, int64_t type,
				 const uint32_t *fields, int64_t id)
{
	uint64_t key = map64_mix(program_string(pr->in->p, test), (uint64_t)id);
	uint32_t verdict;

	key = map64_mix(map64_mix(key, way), (uint64_t)type);
	key = map64_mix(key, fields ? *fields + UINT64_C(1) : 0);
	verdict = map64_get(&pr->verdicts, key);
	if (verdict == MAP64_EMPTY) {
		verdict = run_test(pr, test, way, type, fields, id);
		map64_put(&pr->verdicts, key, verdict);
	}
	return verdict;
}

/*
 * Whether @test may return 0. Where it ends in one way for whatever program it
 * is, it need not be run for each.
 */
static bool verifier_takes(struct programs *pr, const char *test, size_t way, int64_t type,
			   const uint32_t *fields, int64_t id)
{
	unsigned int any = test_verdict(pr, test, ANY_WAY, type, fields, id);

	if (any == TAKES || any == REFUSES)
		return any == TAKES;
	return test_verdict(pr, test, way, type, fields, id) & TAKES;
}

static bool verifier_takes_map(struct programs *pr, size_t way, int64_t type, uint32_t fields)
{
	return verifier_takes(pr, pr->in->p->rules->tree.compat_prog_function, way, type, &fields, -1);
}

/* Whether there are maps of type @type whose values have all of @fields. */
static bool type_may_have(struct programs *pr, int64_t type, uint32_t fields)
{
	const char *test = pr->in->p->rules->tree.map_check_function;
	uint32_t k, one;

	for (k = 0; test && k < 32; k++) {
		one = fields & UINT32_C(1) << k;
		if (one && !(test_verdict(pr, test, ANY_WAY, type, &one, -1) & TAKES))
			return false;
	}
	return true;
}

static bool given_at(const struct programs *pr, uint32_t c, bool hook)
{
	const struct rules *rules = pr->in->p->rules;
	size_t w;

	for (w = 0; w < rules->attach.n; w++)
		if (!kernel_runs(&rules->attach.v[w]) &&
		    (rules->attach.v[w].at == AT_LSM_HOOK) == hook &&
		    pr->given[w * pr->t->callables.n + c])
			return true;
	return false;
}

bool programs_anywhere(const struct programs *pr, uint32_t c)
{
	return given_at(pr, c, true) || given_at(pr, c, false);
}

bool programs_on_hooks(const struct programs *pr, uint32_t c)
{
	return given_at(pr, c, true);
}

bool programs_only_on_hooks(const struct programs *pr, uint32_t c)
{
	return given_at(pr, c, true) && !given_at(pr, c, false);
}

bool programs_use_map(struct programs *pr, size_t way, uint32_t c, uint32_t m)
{
	int64_t type = pr->t->map_types.v[m].type;
	uint64_t key;
	uint32_t memo;
	bool yes;

	if (!pr->given[way * pr->t->callables.n + c])
		return false;
	way = same_programs(pr, way);
	key = map64_mix(map64_mix(way, c), m);
	memo = map64_get(&pr->use_seen, key);
	if (memo != MAP64_EMPTY)
		return memo;
	yes = verifier_takes_map(pr, way, type, 0) &&
	      (!pr->has_id[c] ||
	       verifier_takes(pr, pr->in->p->rules->tree.compat_function, way, type, NULL, pr->id[c]));
	map64_put(&pr->use_seen, key, yes);
	return yes;
}

bool programs_use_fields(struct programs *pr, size_t way, uint32_t m, uint32_t fields)
{
	int64_t type = m == FACTS_NONE ? -1 : pr->t->map_types.v[m].type;
	uint64_t key;
	uint32_t memo;
	bool yes;

	if (!fields)
		return true;
	way = same_programs(pr, way);
	key = map64_mix(map64_mix(way, fields), m);
	memo = map64_get(&pr->fields_seen, key);
	if (memo != MAP64_EMPTY)
		return memo;
	yes = verifier_takes_map(pr, way, type, fields) &&
	      (m == FACTS_NONE || type_may_have(pr, type, fields));
	map64_put(&pr->fields_seen, key, yes);
	return yes;
}

bool programs_kind_has_fields(struct programs *pr, uint32_t kind, uint32_t fields)
{
	bool known = false;
	uint32_t m;

	if (!fields)
		return true;
	for (m = 0; m < pr->t->map_types.n; m++) {
		if (pr->t->map_types.v[m].ops != kind)
			continue;
		known = true;
		if (type_may_have(pr, pr->t->map_types.v[m].type, fields))
			return true;
	}
	return !known;
}

size_t programs_map_types(struct programs *pr, uint32_t c, uint32_t *ret)
{
	const struct bpf_callable *call = &pr->t->callables.v[c];
	size_t n = 0, w;
	uint32_t m;

	if (!call->takes_map)
		return 0;
	for (m = 0; m < pr->t->map_types.n; m++) {
		for (w = 0; w < pr->n_ways; w++)
			if (programs_use_map(pr, w, c, m))
				break;
		if (w < pr->n_ways)
			ret[n++] = m;
	}
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

/* Records are not nested deeper than this, for what is asked. */
#define MAX_NESTING 4

/*
 * Whether a pointer to a @whole is one to a @part as well: it is the same, or has one in
 * it, to which the verifier follows it (btf_struct_ids_match(), kernel/bpf/btf.c).
 */
static bool has_part(const struct program *p, uint32_t whole, uint32_t part, unsigned int depth)
{
	const struct facts *f;
	const struct fact_record *r;
	uint32_t i;

	if (!whole || whole == part)
		return whole != 0;
	r = depth < MAX_NESTING ? program_record(p, whole, &f) : NULL;
	for (i = 0; r && i < r->n_fields; i++) {
		uint32_t type = f->fields.v[r->fields + i].type;

		if (type != FACTS_NONE && f->types.v[type].kind == FT_RECORD &&
		    has_part(p, f->types.v[type].name, part, depth + 1))
			return true;
	}
	return false;
}

/* How programs of @way get a @record wherever they are attached, or NULL. */
static const char *object_anywhere(struct programs *pr, size_t way, uint32_t record, bool trusted)
{
	struct program *p = pr->in->p;
	size_t k, m;

	for (k = 0; k < pr->t->callables.n; k++)
		if (pr->given[way * pr->t->callables.n + k] &&
		    !pr->t->callables.v[k].sleeps && !pr->t->callables.v[k].n_objects &&
		    has_part(p, pr->t->callables.v[k].returns, record, 0))
			return arena_printf(&p->arena, "what %s() returns",
					    func_name(p, pr->t->callables.v[k].func));
	for (k = 0; k < p->rules->objects.n && !trusted; k++) {
		const struct rule_object *o = &p->rules->objects.v[k];
		bool all = !strcmp(o->record, program_str(p, record));

		for (m = 0; m < o->needs.n && all; m++)
			all = way_gives(pr, way, o->needs.v[m]);
		if (all)
			return o->how;
	}
	return NULL;
}

const char *programs_handed(struct programs *pr, uint32_t func, uint32_t callee, uint32_t record,
			    bool trusted)
{
	struct program *p = pr->in->p;
	size_t i;

	for (i = 0; i < pr->t->handed.n; i++) {
		const struct bpf_handed *h = &pr->t->handed.v[i];

		if ((h->trusted || !trusted) && has_part(p, h->object, record, 0) &&
		    bpf_hands_over(p, func, callee, h->context))
			return arena_printf(&p->arena, "%s of the context that %s() hands over",
					    program_str(p, h->field), func_name(p, func));
	}
	return NULL;
}

const char *programs_object(struct programs *pr, size_t way, uint32_t func, uint32_t record,
			    bool trusted)
{
	struct program *p = pr->in->p;
	uint64_t key = map64_mix((uint64_t)way << 1 | trusted, record);
	uint32_t i, n, at;

	if (func != FACTS_NONE && (!trusted || p->rules->attach.v[way].trusted_args)) {
		n = func_fact(p, &p->funcs.v[func])->n_params;
		for (i = 0; i < n; i++)
			if (has_part(p, bpf_param_record(p, func, i), record, 0))
				return arena_printf(&p->arena, "argument %u of %s()", i + 1,
						    func_name(p, func));
	}
	at = map64_get(&pr->objects_at, key);
	if (at == MAP64_EMPTY) {
		at = (uint32_t)pr->objects.n;
		map64_put(&pr->objects_at, key, at);
		vec_push(&pr->objects, object_anywhere(pr, way, record, trusted));
	}
	return pr->objects.v[at];
}
