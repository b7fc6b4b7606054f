/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_HAZARD_SITES_H
#define RELOCK_HAZARD_SITES_H

#include "hazard/model.h"

/* Where in a critical section a program can run. */
struct site {
	uint32_t func;		/* what is called there; FACTS_NONE: at any instruction */
	const char *tracepoint; /* whose programs that call runs, or NULL: they are on the function */
	const struct point *point; /* the call in the outer run that leads there; NULL: anywhere */
	enum certainty certainty;  /* the best of its ways */
	const char *reason;
	uint64_t ways;	   /* bit per rules->attach: it can be attached and may call a reenter */
	bool has_object;   /* some way also has the object that the reenter wants */
	bool run_site;	   /* the kernel itself runs the program there */
	bool primitive;	   /* a lock primitive: true of nearly every section */
	bool outside;	   /* its body is not in the analysed units */
	size_t order;	   /* the interpreter came by it as number... */
};

/* Who can come back in, seen from one section. */
struct site_list {
	VEC(struct site) v;
	enum certainty best;	    /* of sites whose way has the object */
	enum certainty best_objectless;
};

/*
 * The sites of hazard @h: every function called while the lock is held, itself
 * or further down, that a program which may call @h->reenter can be attached to.
 */
void sites_find(struct analysis *an, const struct hazard *h, struct site_list *ret);
/* Adds the sites of @from that @l does not have. */
void sites_merge(struct site_list *l, const struct site_list *from);
/* What reports call the ways of @ways, a bit per rules->attach; in the arena of @an. */
struct strlist ways_names(struct analysis *an, uint64_t ways);
void sites_release(struct site_list *l);

/* How a program at some site of @l gets the objects that @h->reenter wants, or NULL. */
const char *sites_object(struct analysis *an, const struct hazard *h, const struct site_list *l);

/*
 * The places of the section that @h is about (its outer, held_index and guards
 * count): of the same lock, with the same guards up. Valid until the next call.
 */
const struct places *find_places(struct analysis *an, const struct hazard *h);

/*
 * Whether a program at @pt may be the one of @h. What is looked into in another file is known
 * roughly, and so is what a function beyond the scope takes: one may be, but not both. Who comes to
 * the lock only as a seqcount is odd has to interrupt whoever writes there.
 */
bool point_counts(const struct hazard *h, const struct point *pt);

/* Whether a program attached by way number @w runs at place @pl. */
bool way_fits(const struct analysis *an, size_t w, const struct place *pl);

/* The ways, a bit per rules->attach, of programs that the kernel itself runs by calling @func at @pt. */
uint64_t run_ways_at(const struct analysis *an, const struct point *pt, uint32_t func);
/* Whether programs of way @w that it so runs may call @c, as far as their table goes, if it has one. */
bool run_gives(const struct analysis *an, size_t w, uint32_t func, uint32_t c);

/* Whether @guard is what some dispatcher of programs looks at, and no lock's. */
bool guard_is_dispatchers(const struct analysis *an, uint32_t guard);

/* Whether the dispatcher of @way would not run the program: its own guard is up. */
bool dispatcher_stops(const struct analysis *an, const struct rule_attach *way,
		      const struct guards *g);

/* Whether, and how surely, a program can be attached by way number @w at place @pl. */
struct attach_verdict place_verdict(struct analysis *an, size_t w, const struct place *pl);

/* What a program calls to come back in: "helper" or "kfunc". */
static inline const char *callable_what(const struct bpf_callable *c)
{
	return c->proto == FACTS_NONE ? "kfunc" : "helper";
}

/* What the site at @func, or on @tracepoint, is called in reports. */
const char *site_name(struct analysis *an, uint32_t func, const char *tracepoint);

#endif
