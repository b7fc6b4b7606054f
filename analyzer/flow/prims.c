// SPDX-License-Identifier: MIT
#include "flow/prims.h"

#include "program/bpf.h"

#include <string.h>

/* The lowest error number that a failed acquire returns is -MAX_ERRNO (include/linux/err.h). */
#define MAX_ERRNO 4095
/* So many tests of guards that are up are looked at for whether they are made over and over. */
#define MAX_GUARD_TRIES 16

uint32_t prim_guard_field(const struct interp *in, uint32_t record, uint32_t field)
{
	return GUARD_FIELD | program_joined(in->p, record, field);
}

uint32_t prim_guard_element(const struct interp *in, uint32_t var, int64_t index)
{
	const char *name = program_str(in->p, in->p->gvars.v[var].name);

	/* The first stands for those of an index that is not known as well. */
	if (!index)
		return var;
	return GUARD_FIELD | program_string(in->p, arena_printf(&in->p->arena, "%s[%lld]", name,
								(long long)index));
}

const char *guard_name(const struct program *p, uint32_t guard)
{
	if (guard == GUARD_IRQS_OFF)
		return "interrupts off";
	if (guard & GUARD_FIELD)
		return program_str(p, guard & ~GUARD_FIELD);
	return program_str(p, p->gvars.v[guard].name);
}

/* --- locks --- */

/* The lock itself, without the fields of the primitive's own layers. */
static uint32_t strip_transparent(const struct flow *fl, uint32_t addr)
{
	const struct syms *syms = &fl->run->syms;

	for (;;) {
		const struct sym *v = sym_get(syms, addr);

		if (v->op != SY_FADDR ||
		    map64_get(&fl->in->transparent, (uint64_t)v->c << 32 | v->b) == MAP64_EMPTY)
			return addr;
		addr = v->a;
	}
}

bool interp_record_unnamed(const struct interp *in, uint32_t record)
{
	const struct names *names = &in->p->rules->tree.unnamed_records;
	size_t i;

	for (i = 0; i < names->n; i++)
		if (!strcmp(names->v[i], program_str(in->p, record)))
			return true;
	return strchr(program_str(in->p, record), ':') != NULL; /* called after its place */
}

/* The class of the lock that is field @v: of a struct without a tag by the field, or global, that it is. */
static uint32_t field_class(struct flow *fl, const struct sym *v)
{
	const struct syms *syms = &fl->run->syms;
	const struct sym *up = sym_get(syms, v->a);

	if (!interp_record_unnamed(fl->in, v->c))
		return program_joined(fl->in->p, v->c, v->b);
	while (up->op == SY_IADDR)
		up = sym_get(syms, up->a);
	if (up->op == SY_FADDR)
		return program_joined(fl->in->p, program_joined(fl->in->p, up->c, up->b), v->b);
	if (up->op == SY_GADDR)
		return program_joined(fl->in->p, fl->in->p->gvars.v[up->a].name, v->b);
	return program_joined(fl->in->p, v->c, v->b);
}

const char *interp_field_class(const struct interp *in, struct arena *arena, const struct facts *f,
			       const struct fact_expr *x)
{
	const struct program *p = in->p;
	const struct fact_expr *up = &f->exprs.v[expr_strip(f, x->a)];

	if (!interp_record_unnamed(in, x->sym2))
		return arena_printf(arena, "%s.%s", program_str(p, x->sym2), program_str(p, x->sym));
	while (up->op == FX_INDEX)
		up = &f->exprs.v[expr_strip(f, up->a)];
	if (up->op == FX_FIELD)
		return arena_printf(arena, "%s.%s.%s", program_str(p, up->sym2),
				    program_str(p, up->sym), program_str(p, x->sym));
	if (up->op == FX_GLOBAL)
		return arena_printf(arena, "%s.%s", program_str(p, up->sym), program_str(p, x->sym));
	return NULL;
}

/* The struct of rules->tree.value_locks that the pointer @addr was handed on as, or 0. */
static uint32_t typed_class(const struct flow *fl, const struct frame *frame, uint32_t addr)
{
	const struct program *p = fl->in->p;
	const struct names *records = &p->rules->tree.value_locks;
	const struct frame *fr;
	uint32_t i, record;
	size_t k;

	for (fr = frame; fr && records->n; fr = fr->up) {
		for (i = 0; i < fr->n_args; i++) {
			record = fr->args[i] == addr ? bpf_param_record(p, fr->func, i) : 0;
			for (k = 0; record && k < records->n; k++)
				if (!strcmp(records->v[k], program_str(p, record)))
					return record;
		}
	}
	return 0;
}

/* The class of the lock at @addr: the field it is, or the global, or its own type; 0: no name. */
static uint32_t lock_class(struct flow *fl, const struct frame *frame, uint32_t addr)
{
	const struct syms *syms = &fl->run->syms;
	const struct sym *v = sym_get(syms, addr);

	while (v->op == SY_IADDR)
		v = sym_get(syms, v->a);
	switch (v->op) {
	case SY_FADDR:
		return field_class(fl, v);
	case SY_GADDR:
		return fl->in->p->gvars.v[v->a].name;
	case SY_GNAME:
		return v->a;
	case SY_LOAD: /* a pointer to a lock that is kept somewhere */
		v = sym_get(syms, v->a);
		while (v->op == SY_IADDR)
			v = sym_get(syms, v->a);
		if (v->op == SY_FADDR)
			return program_joined(fl->in->p, v->c, v->b);
		return typed_class(fl, frame, addr);
	default:
		return typed_class(fl, frame, addr);
	}
}

uint32_t interp_lock_class(struct interp *in, struct run *run, uint32_t addr)
{
	struct flow fl = { .in = in, .run = run };

	return lock_class(&fl, NULL, addr);
}

uint32_t interp_lock_term(struct interp *in, struct run *run, const struct lock_path *path)
{
	struct flow fl = { .in = in, .run = run };
	struct syms *syms = &run->syms;
	uint32_t addr;
	uint8_t i;

	if (path->param != FACTS_NONE)
		addr = sym_make(syms, SY_PARAM, path->param, 0, 0, 0);
	else
		addr = sym_make(syms, SY_GADDR, path->gvar, 0, 0, 0);
	for (i = 0; i < path->n; i++) {
		if (path->step[i].load)
			addr = sym_make(syms, SY_LOAD, addr, 0, 0, 0);
		addr = sym_faddr(syms, addr, path->step[i].record, path->step[i].field);
	}
	if (path->load)
		addr = sym_make(syms, SY_LOAD, addr, 0, 0, 0);
	return strip_transparent(&fl, addr);
}

uint32_t prim_known_fields(const struct flow *fl, const struct known *k)
{
	const struct syms *syms = &fl->run->syms;
	const struct interp *in = fl->in;
	const struct sym *v = sym_get(syms, k->sym);
	uint32_t fields = 0, i;

	if (v->op == SY_MAP_FIELD)
		return k->nonzero ? v->a : 0;
	if (v->op != SY_LOAD || k->lo != k->hi)
		return 0;
	v = sym_get(syms, v->a);
	if (v->op != SY_FADDR || v->c != in->map_field_record || v->b != in->map_field_type)
		return 0;
	for (i = 0; i < ARRAY_SIZE(in->map_field_value); i++)
		if (in->map_field_value[i] && in->map_field_value[i] == k->lo)
			fields |= UINT32_C(1) << i;
	return fields;
}

uint32_t prim_path_fields(const struct flow *fl, const struct state *s)
{
	uint32_t fields = 0, i;

	for (i = 0; i < s->n_known; i++)
		fields |= prim_known_fields(fl, &s->known[i]);
	return fields;
}

/* Whether @id is made of the mask of fields that some map's values have. */
static bool has_fields_mask(const struct flow *fl, uint32_t id)
{
	const struct syms *syms = &fl->run->syms;
	const struct sym *v = sym_get(syms, id), *at;

	if (v->op == SY_BIN)
		return has_fields_mask(fl, v->a) || has_fields_mask(fl, v->b);
	if (v->op != SY_LOAD && v->op != SY_UN)
		return false;
	at = sym_get(syms, v->a);
	return v->op == SY_UN ? has_fields_mask(fl, v->a)
			      : at->op == SY_FADDR && at->c == fl->in->fields_record &&
					at->b == fl->in->fields_mask;
}

int64_t prim_switch_fields(const struct flow *fl, uint32_t cond)
{
	const uint32_t *fields = fl->input->map_fields;
	int64_t bits = 0;
	uint32_t k;

	if (!fields || !has_fields_mask(fl, cond))
		return 0;
	for (k = 0; k < ARRAY_SIZE(fl->in->map_field_value); k++)
		if (*fields >> k & 1)
			bits |= fl->in->map_field_value[k];
	return bits;
}

/* What the values of a map must have for a lock of @class to be in one of them. */
static uint32_t class_fields(const struct program *p, uint32_t class)
{
	const struct rules *rules = p->rules;
	uint32_t fields = 0;
	size_t i, k, m;

	for (i = 0; class && i < rules->tree.value_locks.n; i++) {
		if (strcmp(rules->tree.value_locks.v[i], program_str(p, class)))
			continue;
		for (k = 0; k < rules->map_fields.n && k < 32; k++)
			for (m = 0; m < rules->map_fields.v[k].records.n; m++)
				if (!strcmp(rules->map_fields.v[k].records.v[m], program_str(p, class)))
					fields |= UINT32_C(1) << k;
	}
	return fields;
}

void prim_note_held(const struct run *run, const struct state *s, struct acquire *a)
{
	uint8_t i;

	for (i = 0; i < s->n_held; i++) {
		const struct acquire *h = &run->acquires.v[s->held[i].acquire];

		if (!h->rule || !h->rule->word)
			a->nested = true;
		/* Who comes back gives up there, as at a word. */
		if (h->rule && h->rule->does == LOCK_TRY && !s->held[i].doubtful &&
		    a->n_under < ACQUIRE_MAX_UNDER)
			a->under[a->n_under++] = s->held[i].acquire;
	}
}

/* Whether a pointer leads to @addr, in memory of which each CPU has its own. */
static bool is_each_cpus(const struct flow *fl, uint32_t addr)
{
	const struct syms *syms = &fl->run->syms;
	const struct sym *v = sym_get(syms, addr);
	bool ret = false;

	for (;; addr = v->a, v = sym_get(syms, addr)) {
		ret |= (v->op == SY_IADDR && v->c) ||
		       (fl->own_cpu.n && map64_get(&fl->own_cpu, addr) != MAP64_EMPTY);
		if (v->op != SY_FADDR && v->op != SY_IADDR)
			return ret && v->op != SY_GADDR;
	}
}

static uint32_t add_acquire(const struct prim_call *pc, const struct state *s, uint32_t addr,
			    uint32_t class, const struct rule_lock *rule, bool blocking)
{
	struct acquire a = { .class = class, .addr = addr, .kind = s->kind, .odd = s->odd,
			     .second = s->second, .rule = rule, .primitive = pc->callee,
			     .blocking = blocking,
			     .loc = pc->insn->loc, .func = pc->frame->func, .frame = pc->frame,
			     .map_fields = prim_path_fields(pc->fl, s), .guards = s->guards,
			     .tests = s->tests };
	uint64_t key = map64_mix(pc->frame->hash, (uint64_t)(pc->insn - pc->f->insns.v) << 1 |
							  blocking);
	uint32_t id;
	uint8_t i;

	prim_note_held(pc->fl->run, s, &a);
	a.each_cpus = is_each_cpus(pc->fl, addr);
	a.own_cpu = prim_is_own(pc->fl, addr);
	a.looked = pc->fl->looking;
	a.map_fields |= class_fields(pc->fl->in->p, a.class);
	/* One place is one acquire, whichever of several terms the lock's address is. */
	key = map64_mix(key, (uint64_t)a.class << 32 | s->kind);
	key = map64_mix(key, (uint64_t)a.map_fields << 1 | a.nested);
	key = map64_mix(key, a.odd);
	for (i = 0; i < a.n_under; i++)
		key = map64_mix(key, a.under[i]);
	/* But a word guards what is in its own object only. */
	if (rule->word || a.n_under)
		key = map64_mix(key, addr);
	key = guards_mix(key, &s->guards);
	id = map64_get(&pc->fl->acquire_seen, key);
	if (id != MAP64_EMPTY) {
		pc->fl->run->acquires.v[id].own_cpu &= a.own_cpu;
		pc->fl->run->acquires.v[id].second &= a.second;
		return id;
	}
	id = (uint32_t)pc->fl->run->acquires.n;
	map64_put(&pc->fl->acquire_seen, key, id);
	vec_push(&pc->fl->run->acquires, a);
	keep_frame(pc->fl);
	return id;
}

/* Whether @addr is in a parameter, or in what that points to itself. */
static bool is_handed(const struct syms *syms, uint32_t addr)
{
	const struct sym *v = sym_get(syms, addr);

	while (v->op == SY_FADDR)
		v = sym_get(syms, v->a);
	return v->op == SY_PARAM;
}

/*
 * Notes in @s that the lock at @addr was taken, or looked at, unless nobody wants to know of its class.
 * @word: as in struct held.
 */
static void hold(const struct prim_call *pc, struct state *s, uint32_t addr, uint32_t class,
		 const struct rule_lock *rule, uint32_t word, bool blocking)
{
	const struct map64 *tracked = pc->fl->in->tracked;
	uint32_t acquire;

	/* What a function beyond the scope is handed has its name from its callers (summary.h). */
	if (tracked && !rule->word && map64_get(tracked, class) == MAP64_EMPTY &&
	    !(pc->fl->input->nested && (!class || is_handed(&pc->fl->run->syms, addr))))
		return;
	acquire = add_acquire(pc, s, addr, class, rule, blocking);
	if (rule->does == LOCK_LOOK)
		return;
	if (s->n_held == INTERP_MAX_HELD) { /* forget the oldest: it is the caller's business */
		pc->fl->run->forgot = true;
		memmove(&s->held[0], &s->held[1], (INTERP_MAX_HELD - 1) * sizeof(s->held[0]));
		s->n_held--;
	}
	s->held[s->n_held++] = (struct held){ .addr = addr, .acquire = acquire, .word = word };
}

void prim_held_before(struct flow *fl, const struct frame *frame, struct state *s,
		      const struct run_lock *lock)
{
	uint32_t addr = interp_lock_term(fl->in, fl->run, &lock->path);
	struct acquire a = { .class = lock_class(fl, frame, addr), .addr = addr, .kind = s->kind,
			     .primitive = frame->func, .loc = lock->loc, .func = frame->func,
			     .frame = frame };

	if (s->n_held == INTERP_MAX_HELD)
		return;
	s->held[s->n_held++] =
		(struct held){ .addr = addr, .acquire = (uint32_t)fl->run->acquires.n };
	vec_push(&fl->run->acquires, a);
}

/* The failed attempt on the lock at @addr is no longer one; returns its number, or MAP64_EMPTY. */
static uint32_t forget_failed(struct state *s, uint32_t addr)
{
	uint32_t try, i;

	for (i = 0; i < s->n_failed; i++) {
		if (s->failed[i].addr != addr)
			continue;
		try = s->failed[i].try;
		s->failed[i] = s->failed[--s->n_failed];
		return try;
	}
	return MAP64_EMPTY;
}

/* The number of the attempt that @t, at instruction @at, stands for; nothing is known of it yet. */
static uint32_t try_number(struct flow *fl, const struct run_try *t, uint64_t at)
{
	uint64_t key = map64_mix(map64_mix(t->frame->hash, (uint64_t)t->guard << 32 | t->class),
				 (uint64_t)t->loc.line << 32 | t->loc.col);
	uint32_t id;

	key = map64_mix(map64_mix(key, t->loc.file), at);
	id = map64_get(&fl->try_seen, key);
	if (id != MAP64_EMPTY)
		return id;
	/* Most tests of guards are in no loop: they must not take what attempts on locks need. */
	if (t->guard != FACTS_NONE && fl->n_guard_tries++ >= MAX_GUARD_TRIES)
		return MAP64_EMPTY;
	id = (uint32_t)fl->run->tries.n;
	map64_put(&fl->try_seen, key, id);
	vec_push(&fl->run->tries, *t);
	keep_frame(fl);
	return id;
}

/* Attempt @t is made in @frame once more, after it failed. */
static void note_again(struct run_try *t, const struct frame *frame)
{
	const struct frame *a = t->frame, *b = frame;

	/* The frames of the calls down from the loop were made anew. */
	while (a != b && a->up && b->up) {
		a = a->up;
		b = b->up;
	}
	if (a->depth < t->again)
		t->again = a->depth;
}

/*
 * @s comes to attempt @try in @frame, on the lock at @addr; if it failed there before, it went
 * round a loop since. Who goes on to another lock does not wait for the one.
 */
static void try_again(const struct flow *fl, const struct frame *frame, struct state *s,
		      uint32_t addr, uint32_t try)
{
	bool same = state_drop_vain(s, addr, try);

	if (try >= STATE_MAX_IN_VAIN || !(s->in_vain >> try & 1))
		return;
	s->in_vain &= ~(UINT64_C(1) << try);
	if (same)
		note_again(&fl->run->tries.v[try], frame);
}

/* Notes in @fail that attempt @id, on the lock at @addr, was in vain. */
static void add_failed(struct state *fail, uint32_t addr, uint32_t id)
{
	if (id < STATE_MAX_IN_VAIN) {
		fail->in_vain |= UINT64_C(1) << id;
		state_add_vain(fail, addr, id);
	}
	forget_failed(fail, addr);
	if (fail->n_failed == STATE_MAX_FAILED) {
		memmove(&fail->failed[0], &fail->failed[1],
			(STATE_MAX_FAILED - 1) * sizeof(fail->failed[0]));
		fail->n_failed--;
	}
	fail->failed[fail->n_failed++] = (struct failed){ addr, id };
}

static uint64_t release_key(uint32_t class, const struct fact_loc *loc)
{
	return map64_mix(map64_mix(class, loc->file), (uint64_t)loc->line << 32 | loc->col);
}

unsigned int run_released(const struct run *run, uint32_t class, const struct fact_loc *loc)
{
	uint32_t what = map64_get(&run->releases, release_key(class, loc));

	return what == MAP64_EMPTY ? 0 : what;
}

/*
 * Notes what a release was. One instruction that releases a lock of @class on one
 * path, and on another one that is not held, hangs on a test that was made before:
 * the two are one lock, or one condition, that is not known to be.
 */
static void note_release(const struct prim_call *pc, uint32_t class, enum released what)
{
	struct run *run = pc->fl->run;
	unsigned int was = run_released(run, class, &pc->insn->loc), is = was | what;
	size_t i;

	map64_put(&run->releases, release_key(class, &pc->insn->loc), is);
	for (i = 0; is == (RELEASED_HELD | RELEASED_STRAY) && is != was && i < run->strays.n; i++)
		run->strays.v[i].doubtful |= run->strays.v[i].class == class;
}

/* A release of a lock that is not held: it was tried in vain, or is somebody else's. */
static void release_stray(const struct prim_call *pc, struct state *s, uint32_t addr, uint32_t class)
{
	struct run *run = pc->fl->run;
	uint32_t try = forget_failed(s, addr);
	size_t i;

	if (try != MAP64_EMPTY) {
		if (!run->tries.v[try].released.line)
			run->tries.v[try].released = pc->insn->loc;
		return;
	}
	for (i = 0; i < run->strays.n && run->strays.v[i].class != class; i++)
		;
	if (i == run->strays.n)
		vec_push(&run->strays, ((struct run_stray){
			.class = class, .addr = addr, .loc = pc->insn->loc,
			.rule = pc->fl->in->p->funcs.v[pc->callee].lock }));
	s->strays |= RUN_STRAY_BIT(i);
	note_release(pc, class, RELEASED_STRAY);
}

static void release(const struct prim_call *pc, struct state *s, uint32_t addr)
{
	struct run *run = pc->fl->run;
	uint32_t class = lock_class(pc->fl, pc->frame, addr), found = UINT32_MAX, i;

	/* The lock at this address; where terms differ, the last one of its class. */
	for (i = s->n_held; i-- > 0 && found == UINT32_MAX;)
		if (s->held[i].addr == addr)
			found = i;
	for (i = s->n_held; i-- > 0 && found == UINT32_MAX;)
		if (run->acquires.v[s->held[i].acquire].class == class)
			found = i;
	if (found == UINT32_MAX) {
		release_stray(pc, s, addr, class);
		return;
	}
	if (!run->acquires.v[s->held[found].acquire].released.line)
		run->acquires.v[s->held[found].acquire].released = pc->insn->loc;
	note_release(pc, class, RELEASED_HELD);
	memmove(&s->held[found], &s->held[found + 1],
		(size_t)(s->n_held - found - 1) * sizeof(s->held[0]));
	s->n_held--;
}

/* The object that @addr is the address of, or in. */
static uint32_t object_of(const struct syms *syms, uint32_t addr)
{
	const struct sym *v = sym_get(syms, addr);

	while (v->op == SY_FADDR || v->op == SY_IADDR) {
		addr = v->a;
		v = sym_get(syms, addr);
	}
	return addr;
}

/* The object that has the lock at @addr in it is there: a pointer to it is not NULL. */
static void assume_object(const struct prim_call *pc, struct state *s, uint32_t addr)
{
	struct syms *syms = &pc->fl->run->syms;
	const struct sym *v;

	addr = object_of(syms, addr);
	v = sym_get(syms, addr);
	if (v->op == SY_LOAD || v->op == SY_PARAM || v->op == SY_FRESH ||
	    (v->op == SY_BIN && v->val == FB_ADD))
		state_assume(s, pc->arena, syms, addr, true);
}

static void irqs_off(struct state *s)
{
	guards_add(&s->guards, GUARD_IRQS_OFF, 1);
}

/* Nobody whom a program calls turns on what the interrupted code has off: the flags say so. */
static void irqs_on(const struct run_input *input, struct state *s)
{
	bool off = input->nested && (input->nmi || (input->guards &&
						    guards_get(input->guards, GUARD_IRQS_OFF) > 0));

	if (guards_get(&s->guards, GUARD_IRQS_OFF) > off)
		guards_add(&s->guards, GUARD_IRQS_OFF, -1);
}

/* The lock that is found from @addr, what the argument points to, by the rule's path. */
static uint32_t follow_path(const struct prim_call *pc, const struct rule_lock *rule, uint32_t addr)
{
	struct program *p = pc->fl->in->p;
	size_t i;

	for (i = 0; i < rule->path.n; i++) {
		const char *step = rule->path.v[i], *dot = strchr(step, '.');

		if (!dot)
			continue;
		addr = sym_faddr(&pc->fl->run->syms, addr,
				 program_string(p, arena_printf(&p->arena, "%.*s", (int)(dot - step),
								step)),
				 program_string(p, dot + 1));
	}
	return addr;
}

struct state *prim_try(const struct prim_call *pc, struct state *s, uint32_t addr, uint32_t class,
		       const struct rule_lock *rule, uint32_t word)
{
	struct run_try t = { .class = class, .guard = FACTS_NONE, .frame = pc->frame,
			     .loc = pc->insn->loc, .again = UINT32_MAX, .left = UINT32_MAX,
			     .counts = rule->counts };
	uint32_t id = try_number(pc->fl, &t, (uint64_t)(pc->insn - pc->f->insns.v));
	struct state *fail;

	forget_failed(s, addr);
	try_again(pc->fl, pc->frame, s, addr, id);
	fail = state_clone(pc->arena, s);
	add_failed(fail, addr, id);
	if (rule->irq == IRQ_OFF)
		irqs_off(s);
	hold(pc, s, addr, class, rule, word, rule->does == LOCK_ACQUIRE);
	return fail;
}

/* Pushes what the call returns, like @value: in @s it has the lock; in @fail, which may be NULL, not. */
static void tell(const struct prim_call *pc, struct state *s, struct state *fail, uint32_t value,
		 struct exits *ret)
{
	enum lock_success success = pc->fl->in->p->funcs.v[pc->callee].lock->success;
	struct syms *syms = &pc->fl->run->syms;
	uint32_t yes = sym_int(syms, 1), no = sym_int(syms, 0);

	if (success == LOCK_ZERO) {
		yes = no;
		no = value;
		value = sym_bin(syms, FB_GE, value, sym_int(syms, -MAX_ERRNO), true);
		if (fail && !state_assume(fail, pc->arena, syms, value, true))
			fail = NULL;
	} else if (success == LOCK_EVEN) {
		no = yes;
		yes = sym_bin(syms, FB_AND, value, sym_int(syms, ~INT64_C(1)), true);
	}
	vec_push(ret, ((struct exit){ s, yes }));
	if (fail)
		vec_push(ret, ((struct exit){ fail, no }));
}

void prim_lock(const struct prim_call *pc, struct state *s, struct exits *ret)
{
	const struct rule_lock *rule = pc->fl->in->p->funcs.v[pc->callee].lock;
	struct syms *syms = &pc->fl->run->syms;
	struct state *fail;
	uint32_t addr, value, class;

	if (rule->arg >= pc->insn->n_args) {
		vec_push(ret, ((struct exit){ s, 0 }));
		return;
	}
	addr = follow_path(pc, rule, strip_transparent(pc->fl, pc->args[rule->arg]));
	if (rule->does == LOCK_RELEASE) {
		release(pc, s, addr);
		if (rule->irq == IRQ_OFF)
			irqs_on(pc->fl->input, s);
		vec_push(ret, ((struct exit){ s, 0 }));
		return;
	}
	/* Who may not sleep hangs at the latest here. */
	if (rule->sleeps && rule->does == LOCK_ACQUIRE && pc->fl->input->nested) {
		hold(pc, s, addr, lock_class(pc->fl, pc->frame, addr), rule, 0, true);
		return;
	}
	value = call_fresh(pc, FRESH_LOCK);
	state_forget_known(s, syms, value);
	assume_object(pc, s, addr);
	class = lock_class(pc->fl, pc->frame, addr);
	if (rule->success == LOCK_ALWAYS) {
		if (rule->irq == IRQ_OFF)
			irqs_off(s);
		forget_failed(s, addr);
		hold(pc, s, addr, class, rule, 0, rule->does == LOCK_ACQUIRE);
		vec_push(ret, ((struct exit){ s, value })); /* irqsave: the flags */
		return;
	}
	/* Whether anybody has what is looked at is of interest only where a program waits for it. */
	fail = rule->does == LOCK_LOOK && !pc->fl->input->nested
		       ? NULL
		       : prim_try(pc, s, addr, class, rule, 0);
	tell(pc, s, fail, value, ret);
}

/* --- per-CPU counters --- */

/* Whether @addr is of the same counter whatever object or index the run is about. */
static bool is_only_one(const struct syms *syms, uint32_t addr)
{
	const struct sym *v = sym_get(syms, addr);
	int64_t index;

	for (;; v = sym_get(syms, v->a)) {
		if (v->op == SY_GADDR || v->op == SY_GNAME || v->op == SY_STEADY)
			return true;
		if (v->op == SY_IADDR && !sym_is_int(syms, v->b, &index))
			return false;
		if (v->op != SY_IADDR && v->op != SY_FADDR && v->op != SY_LOAD)
			return false;
	}
}

/* The guard that address @addr is of, or FACTS_NONE. */
static uint32_t guard_of(struct flow *fl, uint32_t addr)
{
	const struct syms *syms = &fl->run->syms;
	const struct sym *v = sym_get(syms, addr);
	int64_t index = 0;
	bool chosen = false;
	uint32_t guard;

	if (v->op == SY_LOAD)
		v = sym_get(syms, v->a);
	for (; v->op == SY_IADDR || v->op == SY_LOAD; v = sym_get(syms, v->a)) {
		if (v->op != SY_IADDR || (!v->c && sym_is_int(syms, v->b, &index)))
			continue;
		index = 0;
		chosen |= !v->c;
	}
	if (v->op == SY_GADDR)
		guard = prim_guard_element(fl->in, v->a, index);
	else if (v->op == SY_FADDR)
		guard = prim_guard_field(fl->in, v->c, v->b);
	else
		return FACTS_NONE;
	if (!is_only_one(syms, addr))
		map64_put(&fl->in->plural_guards, guard, 1);
	if (chosen)
		map64_put(&fl->in->chosen_guards, guard, 1);
	return guard;
}

bool prim_is_own(const struct flow *fl, uint32_t addr)
{
	const struct syms *syms = &fl->run->syms;
	const struct sym *v;

	for (;; addr = v->a) {
		v = sym_get(syms, addr);
		if (v->op == SY_GADDR)
			return fl->in->p->gvars.v[v->a].percpu;
		if (fl->own_cpu.n && map64_get(&fl->own_cpu, addr) != MAP64_EMPTY)
			return true;
		if (v->op != SY_FADDR && (v->op != SY_IADDR || v->c))
			return false;
	}
}

/* Whether @val is this CPU's number: read from where the kernel keeps it. */
static bool is_cpu_number(const struct flow *fl, uint32_t val)
{
	const struct syms *syms = &fl->run->syms;
	const struct program *p = fl->in->p;
	const struct names *numbers = &p->rules->tree.cpu_numbers;
	const struct sym *v = sym_get(syms, val), *field = NULL;
	const char *name, *dot;
	size_t i, len;

	if (v->op != SY_LOAD)
		return false;
	v = sym_get(syms, v->a);
	if (v->op == SY_FADDR) {
		field = v;
		v = sym_get(syms, v->a);
	}
	if (v->op != SY_GADDR)
		return false;
	name = program_str(p, p->gvars.v[v->a].name);
	for (i = 0; i < numbers->n; i++) {
		dot = strchr(numbers->v[i], '.');
		len = dot ? (size_t)(dot - numbers->v[i]) : strlen(numbers->v[i]);
		if (strlen(name) == len && !strncmp(name, numbers->v[i], len) && !dot == !field &&
		    (!dot || !strcmp(dot + 1, program_str(p, field->b))))
			return true;
	}
	return false;
}

void prim_set_own(struct flow *fl, uint32_t addr)
{
	if (!prim_is_own(fl, addr))
		map64_put(&fl->own_cpu, addr, 1);
}

uint32_t prim_own_guard(struct flow *fl, uint32_t addr)
{
	uint32_t guard;

	if (!prim_is_own(fl, addr))
		return FACTS_NONE;
	guard = guard_of(fl, addr);
	return guard != FACTS_NONE && map64_get(&fl->in->guard_classes, guard) != MAP64_EMPTY
		       ? guard
		       : FACTS_NONE;
}

/* By how much the operation changes its counter; @amount: the argument that says so. */
static bool known_delta(const struct prim_call *pc, enum percpu_op op, uint32_t amount,
			int32_t *ret)
{
	int64_t n = 1;

	switch (op) {
	case PERCPU_INC:
	case PERCPU_INC_RETURN:
		*ret = 1;
		return true;
	case PERCPU_DEC:
	case PERCPU_DEC_RETURN:
		*ret = -1;
		return true;
	case PERCPU_ADD:
	case PERCPU_ADD_RETURN:
	case PERCPU_SUB:
	case PERCPU_SUB_RETURN:
		if (pc->insn->n_args <= amount ||
		    !sym_is_int(&pc->fl->run->syms, pc->args[amount], &n) || n < -16 || n > 16)
			return false;
		*ret = (int32_t)(op == PERCPU_ADD || op == PERCPU_ADD_RETURN ? n : -n);
		return true;
	default:
		return false;
	}
}

/* Whether argument @i is a constant that a guard may have. */
static bool small_arg(const struct prim_call *pc, uint32_t i, int64_t *ret)
{
	return pc->insn->n_args > i && sym_is_int(&pc->fl->run->syms, pc->args[i], ret) &&
	       *ret >= -4 && *ret <= 4;
}

/* As a key beside the guards themselves, which are 32 bits. */
static uint64_t did_key(const struct frame *frame, uint32_t guard)
{
	return map64_mix(frame->hash, guard) | UINT64_C(1) << 32;
}

static void note_did(struct map64 *did, const struct frame *frame, uint32_t guard)
{
	map64_put(did, guard, 1);
	for (; frame; frame = frame->up)
		map64_put(did, did_key(frame, guard), 1);
}

bool run_did(const struct map64 *did, const struct frame *frame, uint32_t guard)
{
	return map64_get(did, did_key(frame, guard)) != MAP64_EMPTY;
}

void prim_counted(struct run *run, uint32_t guard)
{
	size_t i;

	for (i = 0; i < run->counted.n; i++)
		if (run->counted.v[i] == guard)
			return;
	vec_push(&run->counted, guard);
}

static void set_guard(struct flow *fl, const struct frame *frame, struct state *s, uint32_t guard,
		      int32_t count)
{
	int32_t old = guards_get(&s->guards, guard);

	prim_counted(fl->run, guard);
	guards_set(&s->guards, guard, count);
	if (guards_get(&s->guards, guard) > old)
		note_did(&fl->run->raised, frame, guard);
	if (guards_get(&s->guards, guard) < old)
		note_did(&fl->run->lowered, frame, guard);
}

void prim_write_guard(struct flow *fl, const struct frame *frame, struct state *s, uint32_t guard,
		      uint32_t val)
{
	int64_t n;

	if (!sym_is_int(&fl->run->syms, val, &n))
		n = state_truth(s, &fl->run->syms, val) == 1;
	set_guard(fl, frame, s, guard, n < INT32_MIN || n > INT32_MAX ? 1 : (int32_t)n);
}

void prim_tested(struct flow *fl, const struct frame *frame, struct state *s,
		 const struct guard_test *t)
{
	const struct run_input *input = fl->input;
	struct run_try try = { .guard = t->guard, .addr = t->addr, .frame = frame, .loc = t->loc,
			       .again = UINT32_MAX, .left = UINT32_MAX };
	uint32_t id;

	state_tested(s, t);
	if (!input->nested || !input->guards || guards_get(input->guards, t->guard) <= 0)
		return;
	id = try_number(fl, &try, 0);
	if (id >= STATE_MAX_IN_VAIN) /* or MAP64_EMPTY */
		return;
	/* Who goes on to another counter does not wait for the one. */
	if (s->in_vain >> id & 1 && fl->run->tries.v[id].addr == t->addr)
		note_again(&fl->run->tries.v[id], frame);
	s->in_vain |= UINT64_C(1) << id;
}

/* @guard is lowered to 0 at @addr: notes it if what raised it from there was at another address. */
static void note_lower(const struct prim_call *pc, const struct state *s, uint32_t guard,
		       uint32_t addr)
{
	struct run *run = pc->fl->run;
	struct run_lower l = { .guard = guard, .lowered = addr, .frame = pc->frame,
			       .loc = pc->insn->loc };
	size_t i;

	for (i = 0; i < s->tests.n; i++) {
		const struct guard_test *t = &s->tests.v[i];

		if (t->guard != guard || t->count != 1)
			continue;
		memcpy(l.raised, t->raised, sizeof(l.raised));
		l.n_raised = t->n_raised;
	}
	for (i = 0; i < l.n_raised && l.raised[i] != addr; i++)
		;
	if (!l.n_raised || i < l.n_raised)
		return;
	for (i = 0; i < run->lowers.n; i++) {
		const struct run_lower *o = &run->lowers.v[i];

		if (o->guard == guard && o->frame->hash == l.frame->hash && o->lowered == addr &&
		    o->n_raised == l.n_raised && !memcmp(o->raised, l.raised, sizeof(l.raised)))
			return;
	}
	vec_push(&run->lowers, l);
	keep_frame(pc->fl);
}

/* What raised @guard is not what it is at now. */
static void forget_raised(struct state *s, uint32_t guard)
{
	uint8_t i;

	for (i = 0; i < s->tests.n; i++)
		if (s->tests.v[i].guard == guard)
			s->tests.v[i].n_raised = 0;
}

/* What @op does to @guard, at @addr, by argument @amount (and the next); returns its value, or SYM_NONE. */
static uint32_t count(const struct prim_call *pc, struct state *s, enum percpu_op op,
		      uint32_t guard, uint32_t addr, uint32_t amount)
{
	struct syms *syms = &pc->fl->run->syms;
	int32_t delta, old = guards_get(&s->guards, guard);
	int64_t val, expect;

	prim_counted(pc->fl->run, guard);
	if (known_delta(pc, op, amount, &delta)) {
		set_guard(pc->fl, pc->frame, s, guard, old + delta);
		if (old == 1 && delta == -1 && !pc->fl->input->nested)
			note_lower(pc, s, guard, addr);
	} else if ((op == PERCPU_WRITE || op == PERCPU_XCHG) && pc->insn->n_args > amount)
		prim_write_guard(pc->fl, pc->frame, s, guard, pc->args[amount]);
	else if (op == PERCPU_CMPXCHG && small_arg(pc, amount, &expect) &&
		 small_arg(pc, amount + 1, &val))
		set_guard(pc->fl, pc->frame, s, guard, expect == old ? (int32_t)val : old);
	else if (op != PERCPU_READ)
		return SYM_NONE;
	if (guards_get(&s->guards, guard) != old)
		forget_raised(s, guard);
	if (op >= PERCPU_INC_RETURN && op != PERCPU_WRITE && pc->insn->dst != FACTS_NONE) {
		struct guard_test t = { .guard = guard, .count = guards_get(&s->guards, guard),
					.loc = pc->insn->loc, .func = pc->frame->func,
					.addr = addr, .raised = { addr } };

		t.n_raised = t.count > old;
		prim_tested(pc->fl, pc->frame, s, &t);
	}
	if (op == PERCPU_XCHG || op == PERCPU_CMPXCHG)
		return sym_int(syms, old);
	return sym_int(syms, guards_get(&s->guards, guard));
}

/* A value of the call that nothing is known of. */
static uint32_t fresh_value(const struct prim_call *pc, struct state *s)
{
	struct syms *syms = &pc->fl->run->syms;
	uint32_t fresh = call_fresh(pc, FRESH_PRIM);

	state_forget_known(s, syms, fresh);
	return fresh;
}

uint32_t prim_percpu(const struct prim_call *pc, struct state *s)
{
	const struct rule_percpu *rule = pc->fl->in->p->funcs.v[pc->callee].percpu;
	uint32_t guard, fresh, value;

	if (!pc->insn->n_args)
		return 0;
	/* A copy that may be of another CPU is no counter of this one. */
	if (rule->op == PERCPU_CPU_PTR &&
	    !(pc->insn->n_args > 1 && is_cpu_number(pc->fl, pc->args[1])))
		return sym_make(&pc->fl->run->syms, SY_IADDR, pc->args[0],
				pc->insn->n_args > 1 ? pc->args[1] : 0, 1, 0);
	if (percpu_is_address(rule->op)) {
		/* This CPU's copy stands for all: one run is on one CPU. */
		prim_set_own(pc->fl, pc->args[0]);
		return pc->args[0];
	}
	guard = guard_of(pc->fl, pc->args[0]);
	fresh = fresh_value(pc, s);
	if (guard == FACTS_NONE ||
	    map64_get(&pc->fl->in->guard_classes, guard) == MAP64_EMPTY)
		return rule->op == PERCPU_READ ? flow_load(pc->fl, s, pc->args[0]) : fresh;
	value = count(pc, s, rule->op, guard, pc->args[0], 1);
	return value == SYM_NONE ? fresh : value;
}

/* The address that a function of the rules' counters is called with, or SYM_NONE. */
static uint32_t counter_addr(const struct prim_call *pc)
{
	const struct rule_counter *rule = pc->fl->in->p->funcs.v[pc->callee].counter;

	return rule->arg < pc->insn->n_args ? strip_transparent(pc->fl, pc->args[rule->arg])
					    : SYM_NONE;
}

uint32_t prim_counter_guard(const struct prim_call *pc)
{
	uint32_t addr = counter_addr(pc);

	return addr == SYM_NONE ? FACTS_NONE : prim_own_guard(pc->fl, addr);
}

uint32_t prim_counter(const struct prim_call *pc, struct state *s, uint32_t guard)
{
	const struct rule_counter *rule = pc->fl->in->p->funcs.v[pc->callee].counter;
	/* What is added stands first where the address does not. */
	uint32_t value = count(pc, s, rule->op, guard, counter_addr(pc), !rule->arg);

	return value == SYM_NONE ? fresh_value(pc, s) : value;
}

/* --- values --- */

/* Whether the values of the map have what the rule, or the mask in an argument, names. */
static uint32_t map_field(const struct prim_call *pc, const struct rule_value *rule)
{
	const struct interp *in = pc->fl->in;
	struct syms *syms = &pc->fl->run->syms;
	const struct rules *rules = in->p->rules;
	uint32_t mask = 0, k;
	int64_t bits = 0;

	if (!rule->field &&
	    (rule->arg >= pc->insn->n_args || !sym_is_int(syms, pc->args[rule->arg], &bits)))
		return SYM_NONE;
	for (k = 0; k < rules->map_fields.n && k < ARRAY_SIZE(in->map_field_value); k++)
		if (rule->field ? !strcmp(rules->map_fields.v[k].name, rule->field)
				: (in->map_field_value[k] & bits) != 0)
			mask |= UINT32_C(1) << k;
	if (pc->fl->input->map_fields)
		return sym_int(syms, (*pc->fl->input->map_fields & mask) != 0);
	return mask ? sym_make(syms, SY_MAP_FIELD, mask, 0, 0, 0) : SYM_NONE;
}

/* Whether the set in the first argument has the function whose name stands for the id in the second. */
static uint32_t in_set(const struct prim_call *pc)
{
	struct syms *syms = &pc->fl->run->syms;
	int64_t name;

	if (pc->insn->n_args < 2 || sym_get(syms, pc->args[0])->op != SY_GADDR ||
	    !sym_is_int(syms, pc->args[1], &name))
		return SYM_NONE;
	return sym_int(syms, bpf_set_has(pc->fl->in->p, sym_get(syms, pc->args[0])->a, (uint32_t)name));
}

/* The class of the seqcount at @addr if the path in @s found it odd; or 0. */
static uint32_t found_odd(const struct flow *fl, const struct state *s, uint32_t addr)
{
	uint8_t i;

	for (i = 0; i < s->n_failed; i++)
		if (s->failed[i].addr == addr)
			return fl->run->tries.v[s->failed[i].try].class;
	return 0;
}

/*
 * Whether a seqcount changed since a reader looked at it. Where a program interrupted who keeps
 * writers out it cannot have; and who does not has nothing that the second attempt could wait for:
 * what that takes may be held by others only, who wait for what the interrupted code has. Who found
 * it odd, did not wait, and goes by an even number, has it changed.
 */
void prim_count_changed(const struct prim_call *pc, struct state *s, struct exits *ret)
{
	struct syms *syms = &pc->fl->run->syms;
	const uint32_t no = sym_int(syms, 0), yes = sym_int(syms, 1);
	struct state *second;
	uint32_t class = 0;
	int64_t start;

	if (pc->insn->n_args > 1 && sym_is_int(syms, pc->args[1], &start) && !(start & 1))
		class = found_odd(pc->fl, s, strip_transparent(pc->fl, pc->args[0]));
	if (class) {
		s->odd = class;
		vec_push(ret, ((struct exit){ s, yes }));
		return;
	}
	second = state_clone(pc->arena, s);
	second->second = true;
	vec_push(ret, ((struct exit){ s, no }));
	vec_push(ret, ((struct exit){ second, yes }));
}

static uint32_t nonzero(const struct prim_call *pc, struct state *s)
{
	uint32_t fresh = fresh_value(pc, s);

	return state_assume(s, pc->arena, &pc->fl->run->syms, fresh, true) ? fresh : SYM_NONE;
}

static uint32_t pointer(const struct prim_call *pc, struct state *s)
{
	uint32_t fresh = fresh_value(pc, s);

	return state_assume_pointer(s, pc->arena, &pc->fl->run->syms, fresh) ? fresh : SYM_NONE;
}

/* What is not known, and does not change in a run. */
static uint32_t steady(const struct prim_call *pc, const char *what)
{
	return sym_make(&pc->fl->run->syms, SY_STEADY, program_string(pc->fl->in->p, what), 0, 0, 0);
}

/*
 * 1 if interrupts are off; of flags, too: that they say so is all that is known of them. Else they
 * are as they were when the run began: the caller of the entry point may have them off.
 */
static uint32_t irqs_are_off(const struct prim_call *pc, const struct state *s)
{
	struct syms *syms = &pc->fl->run->syms;

	if (guards_get(&s->guards, GUARD_IRQS_OFF) > 0)
		return sym_int(syms, 1);
	return pc->fl->input->task ? sym_int(syms, 0) : steady(pc, "interrupts off");
}

/* What @rule's function points to: one thing for all that happens on this CPU meanwhile. */
static uint32_t own_memory(const struct prim_call *pc, struct state *s, const struct rule_value *rule)
{
	uint32_t value = steady(pc, rule->function);

	state_assume(s, pc->arena, &pc->fl->run->syms, value, true);
	prim_set_own(pc->fl, value);
	return value;
}

/* Whether a lock that @s holds is in the object that the call is handed. */
static bool is_locked(const struct prim_call *pc, const struct state *s)
{
	uint8_t i;

	for (i = 0; i < s->n_held && pc->insn->n_args; i++)
		if (object_of(&pc->fl->run->syms, s->held[i].addr) == pc->args[0])
			return true;
	return false;
}

uint32_t prim_value(const struct prim_call *pc, struct state *s)
{
	const struct rule_value *rule = pc->fl->in->p->funcs.v[pc->callee].value;
	struct syms *syms = &pc->fl->run->syms;
	uint32_t value;

	switch (rule->is) {
	case VALUE_ATTACH_NAME:
		if (!pc->fl->input->attach_name)
			return SYM_NONE;
		return sym_make(syms, SY_STR,
				program_string(pc->fl->in->p, pc->fl->input->attach_name), 0, 0, 0);
	case VALUE_NONNULL:
		return nonzero(pc, s);
	case VALUE_IN_PROGRAM:
		return pc->fl->input->nested ? nonzero(pc, s) : SYM_NONE;
	case VALUE_OWN:
		return own_memory(pc, s, rule);
	case VALUE_OF_LOCKED:
		return is_locked(pc, s) ? sym_int(syms, 1) : SYM_NONE;
	case VALUE_IN_NMI:
		return sym_int(syms, pc->fl->input->nmi);
	case VALUE_IN_HARDIRQ: /* nmi_enter() counts it, too */
		if (pc->fl->input->nmi || pc->fl->input->task)
			return sym_int(syms, pc->fl->input->nmi);
		return steady(pc, rule->function);
	case VALUE_IN_TASK:
		if (pc->fl->input->nmi || pc->fl->input->task)
			return sym_int(syms, pc->fl->input->task);
		return steady(pc, rule->function);
	case VALUE_STEADY:
		return steady(pc, rule->function);
	case VALUE_IRQ_OFF:
		value = irqs_are_off(pc, s);
		irqs_off(s);
		return value;
	case VALUE_IRQ_ON:
		irqs_on(pc->fl->input, s);
		return SYM_NONE;
	case VALUE_IRQS_OFF:
		return irqs_are_off(pc, s);
	case VALUE_ARG:
		return rule->arg < pc->insn->n_args ? pc->args[rule->arg] : SYM_NONE;
	case VALUE_MAP_FIELD:
		return map_field(pc, rule);
	case VALUE_MAP_RECORD:
		return pc->fl->input->map_fields && *pc->fl->input->map_fields ? pointer(pc, s)
									       : SYM_NONE;
	case VALUE_IN_SET:
		return in_set(pc);
	case VALUE_CONST:
		return sym_int(syms, rule->value);
	default:
		return SYM_NONE;
	}
}

static const char *known_string(const struct prim_call *pc, uint32_t arg)
{
	const struct sym *v;

	if (arg >= pc->insn->n_args)
		return NULL;
	v = sym_get(&pc->fl->run->syms, pc->args[arg]);
	return v->op == SY_STR ? program_str(pc->fl->in->p, v->a) : NULL;
}

uint32_t prim_string(const struct prim_call *pc)
{
	static const char builtin[] = "__builtin_";
	const char *name = func_name(pc->fl->in->p, pc->callee);
	struct syms *syms = &pc->fl->run->syms;
	const char *a = known_string(pc, 0), *b = known_string(pc, 1);
	int64_t n;

	if (!a)
		return SYM_NONE;
	if (!strncmp(name, builtin, sizeof(builtin) - 1))
		name += sizeof(builtin) - 1;
	if (!strcmp(name, "strlen"))
		return sym_int(syms, (int64_t)strlen(a));
	if (!b)
		return SYM_NONE;
	if (!strcmp(name, "strcmp"))
		return sym_int(syms, strcmp(a, b));
	if (!strcmp(name, "strncmp") && pc->insn->n_args > 2 &&
	    sym_is_int(syms, pc->args[2], &n) && n >= 0)
		return sym_int(syms, strncmp(a, b, (size_t)n));
	return SYM_NONE;
}
