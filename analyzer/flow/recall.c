// SPDX-License-Identifier: MIT
#include "flow/recall.h"

static uint64_t mix_locks(uint64_t key, const struct state *s)
{
	uint8_t i;

	key = map64_mix(key, (uint64_t)s->n_held << 16 | (uint64_t)s->n_failed << 8 | s->n_vain);
	for (i = 0; i < s->n_held; i++) {
		const struct held *h = &s->held[i];

		key = map64_mix(key, (uint64_t)h->addr << 32 | h->acquire);
		key = map64_mix(key, (uint64_t)h->word << 2 | (uint64_t)h->lost << 1 | h->doubtful);
	}
	for (i = 0; i < s->n_failed; i++)
		key = map64_mix(key, (uint64_t)s->failed[i].addr << 32 | s->failed[i].try);
	for (i = 0; i < s->n_vain; i++)
		key = map64_mix(key, (uint64_t)s->vain[i].addr << 32 | s->vain[i].try);
	return map64_mix(map64_mix(map64_mix(key, s->in_vain), s->strays),
			 (uint64_t)s->odd << 1 | s->second);
}

static uint64_t mix_guards(uint64_t key, const struct state *s)
{
	uint8_t i, k;

	key = guards_mix(map64_mix(key, (uint64_t)s->guards.n << 8 | s->tests.n), &s->guards);
	for (i = 0; i < s->tests.n; i++) {
		const struct guard_test *t = &s->tests.v[i];

		key = map64_mix(key, (uint64_t)t->guard << 32 | (uint32_t)t->count);
		key = map64_mix(key, (uint64_t)t->func << 32 | t->addr);
		key = map64_mix(key, (uint64_t)t->loc.line << 32 | t->loc.col);
		for (k = 0; k < t->n_raised; k++)
			key = map64_mix(key, t->raised[k] + UINT64_C(1));
	}
	return key;
}

static uint64_t mix_values(uint64_t key, const struct state *s)
{
	uint32_t i;

	key = map64_mix(map64_mix(key, (uint64_t)s->n_known << 32 | s->n_cells), s->n_tables);
	for (i = 0; i < s->n_known; i++) {
		const struct known *k = &s->known[i];

		key = map64_mix(key, (uint64_t)k->sym << 2 | (uint64_t)k->nonzero << 1 | k->not_err);
		if (k->lo != INT64_MIN || k->hi != INT64_MAX)
			key = map64_mix(map64_mix(key, (uint64_t)k->lo), (uint64_t)k->hi);
		if (k->one_of)
			key = map64_mix(key, k->one_of);
	}
	for (i = 0; i < s->n_cells; i++)
		key = map64_mix(key, (uint64_t)s->cells[i].addr << 32 | s->cells[i].val);
	for (i = 0; i < s->n_tables; i++)
		key = map64_mix(key, (uint64_t)s->tables[i].addr << 32 | s->tables[i].val);
	return key;
}

uint64_t recall_key(const struct flow *fl, const struct frame *fr, const struct state *s)
{
	uint64_t key = map64_mix(fr->hash, (uint64_t)fl->own_cpu.n << 1 | fl->forgets);
	uint32_t i;

	for (i = 0; i < fr->n_args; i++)
		key = map64_mix(key, fr->args[i]);
	return mix_values(mix_guards(mix_locks(map64_mix(key, s->kind), s), s), s);
}

bool recall_find(struct flow *fl, uint64_t key, struct arena *a, struct exits *ret)
{
	uint32_t at = map64_get(&fl->recalled.at, key);
	const struct recalled_call *c;
	uint32_t i;

	if (at == MAP64_EMPTY)
		return false;
	c = &fl->recalled.calls.v[at];
	if (c->steps > fl->max_steps - fl->run->steps)
		return false;
	fl->run->steps += c->steps;
	for (i = 0; i < c->n; i++)
		vec_push(ret, ((struct exit){ state_clone(a, c->v[i].s), c->v[i].value }));
	return true;
}

void recall_keep(struct flow *fl, uint64_t key, uint64_t steps, const struct exits *ex)
{
	struct recalled *r = &fl->recalled;
	struct recalled_call c = { .steps = steps, .n = (uint32_t)ex->n };
	size_t i;

	c.v = ARENA_ARRAY(&r->arena, struct exit, ex->n);
	for (i = 0; i < ex->n; i++)
		c.v[i] = (struct exit){ state_clone(&r->arena, ex->v[i].s), ex->v[i].value };
	map64_put(&r->at, key, (uint32_t)r->calls.n);
	vec_push(&r->calls, c);
}

void recall_release(struct recalled *r)
{
	map64_release(&r->at);
	vec_release(&r->calls);
	arena_release(&r->arena);
}
