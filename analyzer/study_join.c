// SPDX-License-Identifier: MIT
#include "study_join.h"

#include "base/log.h"

#include <string.h>

/*
 * How often the units that programs come to are added to those that there are.
 * Without a bound all of mm/ and fs/ joins in the end (670 units of 6.12, by
 * names); one round ends before kernfs, and one less at the maps themselves.
 */
#define REACH_ROUNDS 2

static bool has_unit(const struct study *st, size_t unit)
{
	for (size_t i = 0; i < st->units.v.n; i++)
		if (st->units.v.v[i] == unit)
			return true;
	return false;
}

/* What the program of the units so far says: as in an earlier run, if that had the same facts. */
static struct study_answer ask(struct study *st, struct study_kept *kept, enum study_does does,
			       struct arena *a)
{
	struct study_answer answer;

	vec_push(&st->steps, (struct study_step){ .does = does });
	if (study_kept_answer(kept, does, a, &answer))
		return answer;
	answer = study_catch_up(st, a);
	study_kept_store_answer(kept, does, &answer);
	return answer;
}

/* Adds to @ret the units that define what programs come to and no unit so far has. */
static void add_reached(struct study *st, struct study_kept *kept, struct unit_list *ret)
{
	struct arena a = ARENA_INIT;
	const struct strlist ends = ask(st, kept, STUDY_ASKS_ENDS, &a).names[0];

	for (size_t i = 0; i < ends.n; i++) {
		const struct index_def *d = index_find_external(&st->index, ends.v[i]);

		if (d && !has_unit(st, d->unit))
			unit_list_add(ret, d->unit);
	}
	log_info("%zu units more, which define what those call for programs", ret->v.n);
	arena_release(&a);
}

/* Marks, in @mark, the units that mention one of @words. */
static void mark_mentions(const struct source_index *idx, const struct strlist *words, bool *mark)
{
	for (size_t i = 0; i < words->n; i++) {
		size_t n;
		const size_t *units = index_mentions(idx, words->v[i], &n);

		for (size_t k = 0; k < n; k++)
			mark[units[k]] = true;
	}
}

/*
 * Adds to @ret the units that may hold what programs want: those that call hooks and take locks
 * that programs on hooks come to, and those that name a lock which is a variable. No call leads to
 * them: do_prlimit() of kernel/sys.c holds a task's lock around a hook, and nothing that a program
 * calls comes to it.
 */
static void add_holders(struct study *st, struct study_kept *kept, struct unit_list *ret)
{
	struct arena a = ARENA_INIT;
	struct index_options io = { .cache = index_cache_file(&st->kb, "holders", &a),
				    .jobs = st->o->jobs };
	struct study_answer answer;
	struct strlist words = { NULL, 0 };
	struct source_index idx;
	bool *mark[ARRAY_SIZE(answer.names)];

	progress_stage("looking for who holds locks", 0);
	answer = ask(st, kept, STUDY_ASKS_HOLDERS, &a);
	for (size_t k = 0; k < ARRAY_SIZE(answer.names); k++)
		words.n += answer.names[k].n;
	words.v = ARENA_ARRAY(&a, const char *, words.n);
	words.n = 0;
	for (size_t k = 0; k < ARRAY_SIZE(answer.names); k++) {
		memcpy(words.v + words.n, answer.names[k].v,
		       answer.names[k].n * sizeof(*words.v));
		words.n += answer.names[k].n;
	}
	io.identifiers = words.v;
	io.n_identifiers = words.n;
	index_open(&idx, &st->kb, &io);
	for (size_t k = 0; k < ARRAY_SIZE(answer.names); k++) {
		mark[k] = ARENA_ARRAY(&a, bool, st->kb.units.n);
		mark_mentions(&idx, &answer.names[k], mark[k]);
	}
	for (size_t i = 0; i < st->kb.units.n; i++)
		if (((mark[0][i] && mark[1][i]) || mark[2][i]) && !has_unit(st, i))
			unit_list_add(ret, i);
	log_info("%zu units more, which may run programs while they hold what those want", ret->v.n);
	index_release(&idx);
	arena_release(&a);
}

/* With --all every unit is looked at for what it holds. */
static void add_all(const struct study *st, struct unit_list *ret)
{
	for (size_t i = 0; i < st->kb.units.n; i++)
		if (!has_unit(st, i))
			vec_push(&ret->v, i);
}

bool study_join_units(struct study *st, struct study_kept *kept)
{
	struct unit_list more = { 0 };
	bool any;

	if (!st->holders_join && st->n_joined < REACH_ROUNDS)
		add_reached(st, kept, &more);
	/* Also where the last round had nothing to add: they are found another way. */
	if (!more.v.n && !st->holders_join) {
		st->holders_join = true;
		if (st->o->all)
			add_all(st, &more);
		else
			add_holders(st, kept, &more);
	}
	st->n_joined++;
	any = more.v.n > 0;
	for (size_t i = 0; i < more.v.n; i++)
		vec_push(&st->units.v, more.v.v[i]);
	vec_release(&more.v);
	return any;
}
