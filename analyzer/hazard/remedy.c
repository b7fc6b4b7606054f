// SPDX-License-Identifier: MIT
#include "hazard/model.h"

#include <string.h>

static const char *guard_remedy(struct analysis *an, const struct hazard *h, const struct cause *c)
{
	const char *guard = guard_name(an->p, c->expected), *func = people_name(an->p, c->func);

	if (!strcmp(c->rule->code, "RL101"))
		return arena_printf(an->arena, "pass &%s", guard);
	if (h->wrong)
		return arena_printf(an->arena, "find %s by the value that the lock is found by in %s()",
				    guard, func);
	if (!strcmp(c->rule->code, "RL103"))
		return arena_printf(an->arena,
				    "raise %s in %s() before the lock is taken, and lower it after the "
				    "release",
				    guard, func);
	if (!strcmp(c->rule->code, "RL105"))
		return arena_printf(an->arena, "raise %s in %s() instead", guard, func);
	if (!strcmp(c->rule->code, "RL106"))
		return arena_printf(an->arena, "test %s in %s() and return when it is raised",
				    guard, func);
	if (!strcmp(c->rule->code, "RL108"))
		return arena_printf(an->arena, "return from %s() when %s is raised, also in an NMI",
				    func, guard);
	return arena_printf(an->arena, "raise %s in %s() around the section", guard, func);
}

static void push(struct analysis *an, struct finding *f, const char *kind, const char *what,
		 bool closes, unsigned int leaves)
{
	struct remedy *r = ARENA_ARRAY(an->arena, struct remedy, f->n_remedies + 1);

	if (f->n_remedies)
		memcpy(r, f->remedies, f->n_remedies * sizeof(*r));
	r[f->n_remedies++] = (struct remedy){ kind, what, closes, leaves };
	f->remedies = r;
}

static const char *find_object(struct analysis *an, uint32_t func)
{
	const struct func *fn = &an->p->funcs.v[func];
	struct outside_def def;
	size_t len;

	if (fn->defined)
		return program_str(an->p, func_facts(an->p, fn)->unit.object);
	if (!an->o->find_outside ||
	    !an->o->find_outside(an->o->find_data, func_name(an->p, func), &def))
		return NULL;
	len = strlen(def.file);
	if (len < 2 || strcmp(def.file + len - 2, ".c") != 0)
		return NULL;
	return arena_printf(an->arena, "%.*s.o", (int)(len - 2), def.file);
}

const char *func_object(struct analysis *an, uint32_t func)
{
	const char *none = "";

	if (!an->objects)
		an->objects = ARENA_ARRAY(an->arena, const char *, an->p->funcs.n);
	if (!an->objects[func]) {
		const char *o = find_object(an, func);

		an->objects[func] = o ? o : none;
	}
	return *an->objects[func] ? an->objects[func] : NULL;
}

/* The object file that attach point @a is compiled into, or NULL: not analysed. */
static const char *object_of(struct analysis *an, const struct attach_point *a)
{
	uint32_t s = a->function ? program_find_string(an->p, a->function) : FACTS_NONE, i;

	for (i = 0; s != FACTS_NONE && i < an->p->funcs.n; i++)
		if (an->p->funcs.v[i].name == s && an->p->funcs.v[i].defined)
			return program_str(an->p, func_facts(an->p, &an->p->funcs.v[i])->unit.object);
	return NULL;
}

/* What keeps programs away from the attach points of @f. */
static void add_trace_remedies(struct analysis *an, const struct hazard *h, struct finding *f)
{
	const char **objects = ARENA_ARRAY(an->arena, const char *, f->n_attach + 1), *own;
	unsigned int in_own = 0;
	size_t n = 0, outside = 0, elsewhere = 0, n_functions, i, k;

	if (!f->n_attach)
		return;
	own = program_str(an->p, func_facts(an->p, &an->p->funcs.v[h->held->func])->unit.object);
	for (i = 0; i < f->n_attach; i++) {
		const char *o = object_of(an, &f->attach[i]);

		/* Tracepoints, NMI and what the kernel itself runs are on no function. */
		if (!f->attach[i].function) {
			elsewhere++;
			continue;
		}
		if (!o) {
			outside++;
			continue;
		}
		in_own += !strcmp(o, own);
		for (k = 0; k < n && strcmp(objects[k], o); k++)
			;
		if (k == n)
			objects[n++] = o;
	}
	n_functions = f->n_attach - elsewhere;
	if (!n_functions)
		return;
	push(an, f, "notrace",
	     outside ? arena_printf(an->arena,
				    "notrace on %zu functions in %zu objects, %zu of them outside "
				    "the analysed units",
				    n_functions, n + 1, outside)
		     : arena_printf(an->arena, "notrace on %zu function%s in %zu object%s",
				    n_functions, n_functions == 1 ? "" : "s", n, n == 1 ? "" : "s"),
	     !elsewhere, (unsigned int)elsewhere);
	push(an, f, "no-ftrace", arena_printf(an->arena, "CFLAGS_REMOVE of the ftrace flags for %s", own),
	     in_own == f->n_attach, (unsigned int)f->n_attach - in_own);
}

void add_order_remedies(struct analysis *an, const struct hazard *h, struct finding *f)
{
	push(an, f, "helper",
	     arena_printf(an->arena,
			  "let %s() take %s with a lock that gives up (rqspinlock, or a trylock)",
			  people_name(an->p, an->t.callables.v[h->reenter->callable].func),
			  program_str(an->p, h->wanted->class)),
	     true, 0);
	add_trace_remedies(an, h, f);
}

void add_remedies(struct analysis *an, const struct hazard *h, const struct cause *c,
		  struct finding *f)
{
	if (c->expected != FACTS_NONE) {
		bool helper = blames_reentry(c->rule->code);

		/* A helper that does as it is told has returned, whatever it tests today. */
		push(an, f, helper ? "helper" : "guard", guard_remedy(an, h, c),
		     helper || guard_stops(an, h, c->expected), 0);
	} else {
		push(an, f, "helper",
		     arena_printf(an->arena,
				  "guard the sections with a per-CPU counter, and let %s() return "
				  "when it is raised",
				  people_name(an->p, an->t.callables.v[h->reenter->callable].func)),
		     true, 0);
	}
	add_trace_remedies(an, h, f);
}
