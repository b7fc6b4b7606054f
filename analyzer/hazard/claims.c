// SPDX-License-Identifier: MIT
#include "hazard/model.h"

#include <string.h>

/*
 * RL110 of what annotations claim: each function that has some is run by
 * itself, with the locks held that they say its callers hold, and what its
 * returns leave is compared with what they say is left.
 *
 * Only locks that the text leads to from a parameter or a global are compared.
 * Tokens (RCU), expressions, and functions that hand the object to code that
 * nobody can look into, are left alone.
 */

/* A claim whose text leads to a lock. */
struct claim {
	const struct fact_claim *fact;
	const char *said; /* "__acquires(&p->lock)" */
	struct run_lock lock;
	uint32_t records[LOCK_PATH_MAX + 1]; /* that the text leads through */
	uint8_t n_records;
	bool before, after; /* whether it is held when the function is called, and when it returns */
	bool try;
	int success; /* with try: RUN_ZERO or RUN_NONZERO, which says that it is held */
	/* Of the run. */
	uint32_t addr, class;
	bool ambiguous; /* another claim is about another lock of its class */
	bool seen;	/* the run takes or releases it */
};

#define MAX_CLAIMS 8

/* What takes longer leads into the rest of the kernel (schedule()), which nobody asked about. */
#define MAX_STEPS 60000

struct claimed {
	struct claim v[MAX_CLAIMS];
	size_t n;
	bool unread_before, unread_after; /* there are others, which no lock was found for */
};

/* --- from text to lock --- */

struct cursor {
	const char *at;
	struct program *p;
	const struct facts *f;
	uint32_t type; /* of what was read so far; FACTS_NONE: of no use */
};

static const char *skip_spaces(const char *s)
{
	return s + strspn(s, " \t");
}

/* The name at @c, which is left behind it, as a string of the program; FACTS_NONE if there is none. */
static uint32_t read_name(struct cursor *c)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
	char name[128];
	size_t len;

	c->at = skip_spaces(c->at);
	len = strspn(c->at, letters);
	if (!len || len >= sizeof(name) || (*c->at >= '0' && *c->at <= '9'))
		return FACTS_NONE;
	memcpy(name, c->at, len);
	name[len] = '\0';
	c->at = skip_spaces(c->at + len);
	return program_find_string(c->p, name);
}

static const struct fact_type *type_of(const struct cursor *c)
{
	return c->type == FACTS_NONE ? NULL : &c->f->types.v[c->type];
}

/* The variable of @unit called @name, or FACTS_NONE. */
static uint32_t find_gvar(const struct program *p, uint32_t unit, uint32_t name, uint32_t *ret_type)
{
	const struct facts *f = &p->units[unit].facts;
	uint32_t i;

	for (i = 0; i < f->vars.n; i++) {
		uint32_t id;

		if (f->vars.v[i].name != name)
			continue;
		id = map64_get(&p->gvar_by_fact, (uint64_t)unit << 32 | i);
		*ret_type = f->vars.v[i].type;
		return id == MAP64_EMPTY ? FACTS_NONE : id;
	}
	return FACTS_NONE;
}

/* The parameter or global that the text begins with. */
static bool read_root(struct cursor *c, const struct func *fn, struct lock_path *path)
{
	const struct fact_func *ff = func_fact(c->p, fn);
	uint32_t name = read_name(c), i;

	if (name == FACTS_NONE)
		return false;
	path->param = path->gvar = FACTS_NONE;
	for (i = 0; i < ff->n_params; i++) {
		if (c->f->locals.v[ff->locals + i].name != name)
			continue;
		path->param = i;
		c->type = c->f->locals.v[ff->locals + i].type;
		return true;
	}
	path->gvar = find_gvar(c->p, fn->unit, name, &c->type);
	return path->gvar != FACTS_NONE;
}

/* ".name" or "->name", a member of what was read so far. */
static bool read_member(struct cursor *c, struct claim *cl)
{
	struct lock_path *path = &cl->lock.path;
	const struct fact_type *t = type_of(c);
	bool arrow = *c->at == '-', param = path->param != FACTS_NONE && !path->n;
	const struct fact_field *field;
	struct lock_step *step;

	if (path->n == LOCK_PATH_MAX || !t || (arrow ? t->kind != FT_PTR : t->kind != FT_RECORD || param))
		return false;
	step = &path->step[path->n++];
	step->load = arrow && !param;
	if (arrow)
		t = t->to == FACTS_NONE ? NULL : &c->f->types.v[t->to];
	if (!t || t->kind != FT_RECORD)
		return false;
	step->record = t->name;
	cl->records[cl->n_records++] = t->name;
	c->at += arrow ? 2 : 1;
	step->field = read_name(c);
	field = program_field(c->p, step->record, step->field, &c->f);
	if (!field)
		return false;
	c->type = field->type;
	return true;
}

/*
 * Finds the lock that @text is: "&p->pool.lock", "lock", "p->lock". @kinds: the
 * records that are locks; others, like those of SRCU, are tokens with a type.
 */
static bool read_lock(struct program *p, const struct map64 *kinds, const struct func *fn,
		      const char *text, struct claim *cl)
{
	struct cursor c = { .at = skip_spaces(text), .p = p, .f = func_facts(p, fn),
			    .type = FACTS_NONE };
	struct lock_path *path = &cl->lock.path;
	bool address = *c.at == '&';
	const struct fact_type *t;

	if (address)
		c.at++;
	if (!read_root(&c, fn, path))
		return false;
	while (*c.at == '.' || (*c.at == '-' && c.at[1] == '>'))
		if (!read_member(&c, cl))
			return false;
	t = type_of(&c);
	if (*c.at || !t)
		return false;
	/* Written for sparse, a lock's name stands for its address as well. */
	if (address || t->kind != FT_PTR) {
		if (path->param != FACTS_NONE && !path->n)
			return false;
	} else {
		path->load = path->n || path->param == FACTS_NONE;
		t = t->to == FACTS_NONE ? NULL : &c.f->types.v[t->to];
	}
	if (!t || t->kind != FT_RECORD || map64_get(kinds, t->name) == MAP64_EMPTY)
		return false;
	cl->records[cl->n_records++] = t->name;
	return true;
}

/* The records that lock primitives take, and those that these are within. */
static void find_lock_records(struct program *p, struct map64 *ret)
{
	uint32_t f, record;
	size_t i;

	for (f = 0; f < p->funcs.n; f++) {
		const struct rule_lock *rule = p->funcs.v[f].lock;

		record = rule && !rule->path.n ? bpf_param_record(p, f, rule->arg) : 0;
		if (record)
			map64_put(ret, record, 1);
	}
	for (i = 0; i < p->rules->transparent.n; i++) {
		record = program_find_string(p, p->rules->transparent.v[i].record);
		if (record != FACTS_NONE)
			map64_put(ret, record, 1);
	}
}

/* What comes before the lock where a claim is about one value: "true, lock". @ret_text: the lock. */
static int read_success(const char *text, const char **ret_text)
{
	static const char *const zero[] = { "false", "0", "NULL" };
	const char *comma = strchr(text, ',');
	size_t i;

	*ret_text = comma ? comma + 1 : text;
	for (i = 0; comma && i < ARRAY_SIZE(zero); i++)
		if (strlen(zero[i]) == (size_t)(comma - text) &&
		    !strncmp(zero[i], text, (size_t)(comma - text)))
			return RUN_ZERO;
	return RUN_NONZERO;
}

/* Reads the claims of @fn. Returns whether there is one to compare. */
static bool read_claims(struct analysis *an, const struct map64 *kinds, const struct func *fn,
			struct claimed *ret)
{
	const struct fact_func *ff = func_fact(an->p, fn);
	const struct facts *f = func_facts(an->p, fn);
	uint32_t i;
	size_t k;

	for (i = 0; i < ff->n_claims; i++) {
		const struct fact_claim *fc = &f->claims.v[ff->claims + i];
		const char *text = program_str(an->p, fc->text);
		struct claim c = { .fact = fc, .lock.loc = fc->loc };

		if (fc->does == FCLAIM_UNCHECKED || ret->n == MAX_CLAIMS)
			return false;
		c.said = arena_printf(an->arena, "%s(%s)", program_str(an->p, fc->macro), text);
		c.try = fc->does == FCLAIM_TRY_ACQUIRES;
		c.before = fc->does == FCLAIM_RELEASES || fc->does == FCLAIM_HOLDS;
		c.after = fc->does != FCLAIM_RELEASES;
		if (c.try)
			c.success = read_success(text, &text);
		if (!read_lock(an->p, kinds, fn, text, &c)) {
			ret->unread_before |= c.before;
			ret->unread_after |= c.after;
			continue;
		}
		/* Released and acquired again: one claim, in two words. */
		for (k = 0; k < ret->n; k++) {
			struct claim *o = &ret->v[k];

			if (memcmp(&o->lock.path, &c.lock.path, sizeof(c.lock.path)) != 0)
				continue;
			o->before |= c.before;
			o->after |= c.after;
			o->try |= c.try;
			o->said = arena_printf(an->arena, "%s %s", o->said, c.said);
			break;
		}
		if (k == ret->n)
			ret->v[ret->n++] = c;
	}
	return ret->n != 0;
}

/* --- what the run cannot see --- */

static bool has_record(const struct claimed *cd, uint32_t record)
{
	size_t i;
	uint8_t k;

	for (i = 0; i < cd->n; i++)
		for (k = 0; k < cd->v[i].n_records; k++)
			if (cd->v[i].records[k] == record)
				return true;
	return false;
}

/* Whether an argument of the call leads to a lock that is claimed. */
static bool hands_over(const struct program *p, const struct call *call, const struct claimed *cd)
{
	const struct facts *f = func_facts(p, &p->funcs.v[call->caller]);
	const struct fact_insn *insn = &f->insns.v[call->insn];
	uint32_t i, type;

	for (i = 0; i < insn->n_args; i++) {
		type = f->exprs.v[expr_strip(f, f->arglist.v[insn->args + i])].type;
		if (type == FACTS_NONE || f->types.v[type].kind != FT_PTR)
			continue;
		type = f->types.v[type].to;
		if (type != FACTS_NONE && f->types.v[type].kind == FT_RECORD &&
		    has_record(cd, f->types.v[type].name))
			return true;
	}
	return false;
}

enum sight {
	SIGHT_CLEAR,
	SIGHT_DIM, /* something is called that could lead to any lock */
	SIGHT_NONE,
};

/*
 * How much of what @func does with claimed locks its run sees: of what it calls
 * within its unit, @done those that were looked at.
 */
static enum sight look_around(struct analysis *an, uint32_t func, const struct claimed *cd,
			      struct map64 *done)
{
	const struct program *p = an->p;
	const struct func *fn = &p->funcs.v[func];
	enum sight ret = SIGHT_CLEAR, below;
	uint32_t c;

	map64_put(done, func, 1);
	if (fn->flags & FF_VOUCHES && !(fn->flags & FF_HEADER))
		return SIGHT_NONE;
	for (c = fn->calls; c < fn->calls + fn->n_calls && ret != SIGHT_NONE; c++) {
		const struct call *call = &p->calls.v[c];
		const struct func *to = call->callee == FACTS_NONE ? NULL : &p->funcs.v[call->callee];

		if (to && (func_only_locks(to) || to->percpu || to->value))
			continue;
		if (to && to->defined && !func_is_beyond(p, call->callee)) {
			if ((to->unit != fn->unit && !(to->flags & FF_HEADER)) ||
			    map64_get(done, call->callee) != MAP64_EMPTY)
				continue;
			below = look_around(an, call->callee, cd, done);
		} else if (to && func_fact(p, to)->n_claims) {
			below = SIGHT_NONE;
		} else {
			below = hands_over(p, call, cd) ? SIGHT_NONE : SIGHT_DIM;
		}
		if (below > ret)
			ret = below;
	}
	return ret;
}

/* --- the comparison --- */

static bool same_lock(const struct claim *c, uint32_t addr, uint32_t class)
{
	return c->addr == addr || (c->class && c->class == class);
}

static bool held_at(const struct run *run, const struct run_return *r, const struct claim *c)
{
	uint8_t i;

	for (i = 0; i < r->n_held; i++)
		if (same_lock(c, run->acquires.v[r->held[i]].addr, run->acquires.v[r->held[i]].class))
			return true;
	return false;
}

static bool is_left(const struct run *run, uint32_t acquire)
{
	size_t i;
	uint8_t h;

	for (i = 0; i < run->returns.n; i++)
		for (h = 0; h < run->returns.v[i].n_held; h++)
			if (run->returns.v[i].held[h] == acquire)
				return true;
	return false;
}

/* Fills in what the run says of the claims. False: it has locks that may be any. */
static bool meet_run(struct analysis *an, struct run *run, struct claimed *cd, size_t n_before)
{
	size_t i, k;

	for (i = 0; i < cd->n; i++) {
		cd->v[i].addr = interp_lock_term(&an->in, run, &cd->v[i].lock.path);
		cd->v[i].class = interp_lock_class(&an->in, run, cd->v[i].addr);
	}
	for (i = 0; i < cd->n; i++)
		for (k = 0; k < cd->n; k++)
			cd->v[i].ambiguous |= i != k && same_lock(&cd->v[i], cd->v[k].addr, cd->v[k].class);
	for (k = 0; k < run->acquires.n; k++) {
		const struct acquire *a = &run->acquires.v[k];
		bool known = a->class != 0, claimed = false;

		for (i = 0; i < cd->n; i++) {
			struct claim *c = &cd->v[i];

			/* A lock that came as a pointer may be that of any object. */
			known &= c->class != 0;
			if (!same_lock(c, a->addr, a->class))
				continue;
			claimed = true;
			c->seen |= k >= n_before || a->released.line;
		}
		/* What is released again makes no difference. */
		if (!claimed && !known && is_left(run, (uint32_t)k))
			return false;
	}
	for (k = 0; k < run->strays.n; k++) {
		if (!run->strays.v[k].class)
			return false;
		for (i = 0; i < cd->n; i++) {
			if (!cd->v[i].class)
				return false;
			cd->v[i].seen |= cd->v[i].class == run->strays.v[k].class;
		}
	}
	return true;
}

/* What a claim is called where its lock has no class: as it says itself. */
static uint32_t name_of(struct analysis *an, const struct claim *c)
{
	const char *text = skip_spaces(program_str(an->p, c->fact->text));

	return c->class ? c->class : program_string(an->p, *text == '&' ? text + 1 : text);
}

/* The run's acquire of @c's lock, or NULL. */
static const struct acquire *acquire_of(const struct run *run, const struct claim *c)
{
	size_t k;

	for (k = 0; k < run->acquires.n; k++)
		if (same_lock(c, run->acquires.v[k].addr, run->acquires.v[k].class))
			return &run->acquires.v[k];
	return NULL;
}

static const struct frame *first_frame(struct analysis *an, uint32_t func)
{
	struct frame *fr = ARENA_NEW(an->arena, struct frame);

	fr->func = func;
	return fr;
}

/* What was found already of the function and the lock is the same mistake, seen from its body. */
static bool told_already(const struct analysis *an, uint32_t func, uint32_t class)
{
	size_t i;

	for (i = 0; i < an->faults.n; i++)
		if (!strcmp(an->faults.v[i].code, "RL110") && an->faults.v[i].class == class &&
		    an->faults.v[i].frame->func == func)
			return true;
	return false;
}

/* @held: what is left, or else the lock as it was taken before it was lost; or NULL. */
static void add_claim_fault(struct analysis *an, const struct outer *o, const struct fact_claim *fc,
			    uint32_t class, const struct acquire *held, const struct fact_loc *end,
			    const char *message, const char *end_note, const char *help)
{
	struct fault ft = { .code = "RL110", .severity = SEV_WARNING, .outer = o, .class = class,
			    .held = held, .guard = FACTS_NONE, .loc = fc->loc, .end = *end,
			    .message = message, .end_note = end_note, .help = help };

	if (told_already(an, o->func, class))
		return;
	ft.assumption = "the annotation is meant for callers as it is written";
	ft.frame = first_frame(an, o->func);
	if (held)
		ft.begin_note = held->rule ? arena_printf(an->arena, "acquires %s",
							  program_str(an->p, class))
					   : arena_printf(an->arena, "%s is held by the caller",
							  program_str(an->p, class));
	add_fault(an, &ft);
}

static bool returns_nothing(const struct analysis *an, uint32_t func)
{
	const struct func *fn = &an->p->funcs.v[func];
	uint32_t type = func_fact(an->p, fn)->ret_type;

	return type == FACTS_NONE || func_facts(an->p, fn)->types.v[type].kind == FT_VOID;
}

/*
 * A return that has @c's lock where it should not, or the other way round; NULL:
 * all are right, or callers may be able to tell them apart by the value.
 */
static const struct run_return *wrong_return(const struct analysis *an, const struct outer *o,
					     const struct claim *c)
{
	const struct run_return *wrong = NULL;
	unsigned int bad = 0, good = 0;
	size_t i;

	for (i = 0; i < o->run.returns.n; i++) {
		const struct run_return *r = &o->run.returns.v[i];

		if (held_at(&o->run, r, c) == c->after) {
			good |= r->value;
		} else {
			bad |= r->value;
			wrong = wrong ? wrong : r;
		}
	}
	if (!wrong || !good || returns_nothing(an, o->func))
		return wrong;
	return (bad | good) & RUN_UNKNOWN || !(bad & good) ? NULL : wrong;
}

static void judge_claim(struct analysis *an, const struct outer *o, const struct claim *c)
{
	const struct run_return *r = wrong_return(an, o, c);
	uint32_t name = name_of(an, c);
	const char *lock = program_str(an->p, name);

	if (!r)
		return;
	if (c->after)
		add_claim_fault(an, o, c->fact, name, acquire_of(&o->run, c), &r->loc,
				arena_printf(an->arena, "%s() says %s and returns without %s",
					     people_name(an->p, o->func), c->said, lock),
				arena_printf(an->arena, "returns, %s is not held", lock),
				arena_printf(an->arena, "make %s say what the function does, or keep %s",
					     c->said, lock));
	else
		add_claim_fault(an, o, c->fact, name, acquire_of(&o->run, c), &r->loc,
				arena_printf(an->arena, "%s() says %s and returns with %s held",
					     people_name(an->p, o->func), c->said, lock),
				arena_printf(an->arena, "returns, %s is held", lock),
				arena_printf(an->arena, "make %s say what the function does, or release %s",
					     c->said, lock));
}

/* A value that says that the lock is held where it is not, or the other way round. */
static void judge_try(struct analysis *an, const struct outer *o, const struct claim *c)
{
	uint32_t name = name_of(an, c);
	const char *lock = program_str(an->p, name);
	size_t i;

	for (i = 0; i < o->run.returns.n; i++) {
		const struct run_return *r = &o->run.returns.v[i];
		bool zero = r->value == RUN_ZERO, success = zero == (c->success == RUN_ZERO);
		bool held = held_at(&o->run, r, c);

		if (r->value & RUN_UNKNOWN || (r->value & RUN_ZERO && !zero) || success == held)
			continue;
		add_claim_fault(an, o, c->fact, name, acquire_of(&o->run, c), &r->loc,
				arena_printf(an->arena, "%s() says %s and returns %s %s %s",
					     people_name(an->p, o->func), c->said,
					     zero ? "zero" : "nonzero", held ? "with" : "without", lock),
				arena_printf(an->arena, "returns %s, %s is %s", zero ? "zero" : "nonzero",
					     lock, held ? "held" : "not held"),
				arena_printf(an->arena, "let the value say whether %s is held", lock));
		return;
	}
}

/* A lock that is left although no claim is about it. Locks that sleep sparse does not ask for. */
static void judge_left(struct analysis *an, const struct outer *o, const struct claimed *cd)
{
	size_t i, k, m;
	uint8_t h;

	for (i = 0; i < o->run.returns.n; i++) {
		const struct run_return *r = &o->run.returns.v[i];

		for (h = 0; h < r->n_held; h++) {
			const struct acquire *a = &o->run.acquires.v[r->held[h]];
			const struct claim left = { .addr = a->addr, .class = a->class, .fact = cd->v[0].fact };
			const char *lock = program_str(an->p, a->class);

			for (k = 0; k < cd->n && !same_lock(&cd->v[k], a->addr, a->class); k++)
				;
			/* One acquire for many locks: a loop, and another one back. */
			for (m = 0; m < r->n_held && (m == h || r->held[m] != r->held[h]); m++)
				;
			if (k < cd->n || m < r->n_held || !a->class || !a->rule ||
			    !rule_lock_counts(a->rule) || !wrong_return(an, o, &left))
				continue;
			add_claim_fault(an, o, cd->v[0].fact, a->class, a, &r->loc,
					arena_printf(an->arena,
						     "%s() says %s and returns with %s held, of which it says nothing",
						     people_name(an->p, o->func), cd->v[0].said, lock),
					arena_printf(an->arena, "returns, %s is held", lock),
					arena_printf(an->arena, "say that it acquires %s, or release it", lock));
		}
	}
}

/* A lock of the callers that is released although no claim is about it. */
static void judge_released(struct analysis *an, const struct outer *o, const struct claimed *cd)
{
	size_t i, k;

	for (i = 0; i < o->run.strays.n; i++) {
		const struct run_stray *s = &o->run.strays.v[i];
		const char *lock = program_str(an->p, s->class);

		for (k = 0; k < cd->n && cd->v[k].class != s->class; k++)
			;
		if (k < cd->n || !rule_lock_counts(s->rule))
			continue;
		for (k = 0; k < o->run.acquires.n && o->run.acquires.v[k].class != s->class; k++)
			;
		if (k < o->run.acquires.n)
			continue;
		add_claim_fault(an, o, cd->v[0].fact, s->class, NULL, &s->loc,
				arena_printf(an->arena,
					     "%s() says %s and releases %s, of which it says nothing",
					     people_name(an->p, o->func), cd->v[0].said, lock),
				arena_printf(an->arena, "releases %s", lock),
				arena_printf(an->arena, "say that it releases %s", lock));
	}
}

static void judge_claims(struct analysis *an, struct outer *o, struct claimed *cd, enum sight sight,
			 size_t n_before)
{
	size_t i;

	if (o->run.cut || !o->run.returns.n || !meet_run(an, &o->run, cd, n_before))
		return;
	for (i = 0; i < cd->n; i++) {
		const struct claim *c = &cd->v[i];

		/* What a run does nothing with may be done by what it cannot see. */
		if (c->ambiguous || (!c->seen && sight != SIGHT_CLEAR))
			continue;
		if (c->try)
			judge_try(an, o, c);
		else
			judge_claim(an, o, c);
	}
	if (!cd->unread_after)
		judge_left(an, o, cd);
	if (!cd->unread_before)
		judge_released(an, o, cd);
}

static void check_function(struct analysis *an, const struct map64 *kinds, uint32_t func)
{
	struct run_lock before[MAX_CLAIMS];
	struct run_input input = { .func = func, .kind = FACTS_NONE, .by_name = true,
				   .returns = true, .held = before,
				   .max_steps = MAX_STEPS };
	struct claimed cd = { .n = 0 };
	struct map64 done = { 0 };
	struct outer *o;
	enum sight sight;
	size_t i;

	if (!read_claims(an, kinds, &an->p->funcs.v[func], &cd))
		return;
	sight = look_around(an, func, &cd, &done);
	map64_release(&done);
	if (sight == SIGHT_NONE)
		return;
	for (i = 0; i < cd.n; i++)
		if (cd.v[i].before)
			before[input.n_held++] = cd.v[i].lock;
	o = ARENA_NEW(an->arena, struct outer);
	o->func = func;
	o->via = "";
	o->kind = FACTS_NONE;
	interp_run(&an->in, &input, &o->run);
	an->steps += o->run.steps;
	vec_push(&an->unit_outers, o);
	judge_claims(an, o, &cd, sight, input.n_held);
}

/*
 * Takes back, from fault number @first on, what is said of functions that only
 * call the one that is to blame.
 */
static void drop_callers(struct analysis *an, size_t first)
{
	bool *mark = ARENA_ARRAY(an->arena, bool, an->p->funcs.n);
	bool *drop = ARENA_ARRAY(an->arena, bool, an->faults.n + 1);
	size_t i, k, n = first;

	for (i = first; i < an->faults.n; i++) {
		uint32_t func = an->faults.v[i].frame->func;

		memset(mark, 0, an->p->funcs.n * sizeof(*mark));
		mark[func] = true;
		program_reach(an->p, mark, false, NULL);
		for (k = first; k < an->faults.n; k++)
			drop[k] |= !drop[i] && an->faults.v[k].class == an->faults.v[i].class &&
				   an->faults.v[k].frame->func != func &&
				   mark[an->faults.v[k].frame->func];
	}
	for (i = first; i < an->faults.n; i++)
		if (!drop[i])
			an->faults.v[n++] = an->faults.v[i];
	an->faults.n = n;
}

void find_rl110_claims(struct analysis *an)
{
	struct program *p = an->p;
	const struct map64 *tracked = an->in.tracked;
	bool *mark = ARENA_ARRAY(an->arena, bool, p->funcs.n);
	struct map64 kinds = { 0 };
	size_t n_faults = an->faults.n;
	uint32_t f;

	for (f = 0; f < p->funcs.n; f++)
		mark[f] = p->funcs.v[f].lock != NULL;
	program_reach(p, mark, false, NULL);
	for (f = 0; f < p->funcs.n; f++)
		p->funcs.v[f].touches_direct = mark[f];
	an->in.tracked = NULL;
	find_lock_records(p, &kinds);
	for (f = 0; f < p->funcs.n; f++) {
		const struct func *fn = &p->funcs.v[f];

		if (fn->defined && !fn->lock && !(fn->flags & FF_HEADER) &&
		    !func_is_beyond(p, f) && func_fact(p, fn)->n_claims)
			check_function(an, &kinds, f);
	}
	an->in.tracked = tracked;
	map64_release(&kinds);
	drop_callers(an, n_faults);
}
