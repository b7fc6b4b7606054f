/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_HAZARD_MODEL_H
#define RELOCK_HAZARD_MODEL_H

#include "hazard/analyse.h"
#include "hazard/attach.h"
#include "hazard/programs.h"

/*
 * Private to this folder: what the stages of the analysis hand on.
 *
 * storage.c   which locks and maps this is about
 * entries.c   where outer runs start, and the runs
 * sequence.c  members of a table that are called one after another
 * reenter.c   what programs can call that takes a lock, and the nested runs
 * match.c     outer sections against nested acquires: hazards
 * instance.c  whether two locks of one class can be one
 * attach.c, programs.c   who can run where, and what it may call
 * rlNNN.c     one rule each: is this hazard mine, and where is it?
 * balance.c   faults that one outer run shows by itself
 * claims.c    what functions do with locks, and what their annotations say
 * alone.c     what one unit shows without the others
 * ladder.c, remedy.c, findings.c   hazards to findings
 * sections.c  sections, and what can be attached to in them
 * whatif.c    what a remedy would leave of the findings
 * reach.c     what programs come to and the scope does not have
 * holders.c   who may hold the locks that programs come to
 * lockarg.c   which lock an argument is, as far as the source says so
 */

/* How a program comes to run while the lock is held. */
enum hazard_context {
	CTX_RECURSION, /* it is called from inside the section */
	CTX_NMI,       /* an NMI hits the section, anywhere */
	CTX_ORDER,     /* it is called from inside the section, and wants another lock */
};

/* A nested run: a function called by a program that runs with guards raised. */
struct nested {
	struct guards guards; /* only those that the callee touches */
	bool nmi;
	struct run run;
};

/* A function that programs can call, for one kind of map. */
struct reenter {
	uint32_t callable; /* index into bpf_tables.callables */
	uint32_t kind;	   /* ops table, or FACTS_NONE */
	uint32_t map_type; /* index into bpf_tables.map_types, or FACTS_NONE */
	uint32_t maker;	   /* the function that programs have to call before, or FACTS_NONE */
	bool in_nmi;	   /* some program that runs in NMI may call it */
	VEC(struct nested *) runs;
	struct map64 touched; /* guards that any of its runs looked at or changed */
};

/* An outer run. */
struct outer {
	uint32_t func;
	uint32_t via_record, via_field; /* the member it is assigned to, or 0 */
	const char *via;		/* for people: "bpf_map_ops.map_free", "helper", ... */
	uint32_t kind;
	bool beyond; /* it is beyond the scope: only what is held there is of interest */
	bool for_programs; /* programs call it */
	struct run run;
};

/* A lock held by an outer run, a guard state in its section, and an acquire of the same lock. */
struct hazard {
	struct outer *outer;
	const struct acquire *held; /* of outer->run */
	uint32_t held_index;
	struct guards guards; /* while the program runs */
	struct reenter *reenter;
	const struct nested *nested;
	const struct acquire *wanted; /* of nested->run */
	/*
	 * NULL, or: it never comes to @wanted, but waits before, in this test of another run, for
	 * the guard that the section has raised. @nested is what it does without.
	 */
	const struct run_try *waits;
	enum hazard_context context;
	const struct frame *run_site; /* the tree runs a program there that may call it, or NULL */
	bool wrong; /* a guard is up for another lock, so that @nested sees it down... */
	uint32_t wrong_guard; /* ...this one */
	bool wrong_if_few; /* it is another one only where there are few locks */
	bool irqs_on; /* only where the function's callers, who are not known, have interrupts on */
	uint32_t cause; /* index into causes, or FACTS_NONE: no rule takes it */
};

/* Which rule a hazard breaks, and where. Hazards of one cause make one finding. */
struct cause {
	const struct hazard_rule *rule;
	bool of_lock; /* the lock has no guard: all that comes back for it is one cause, */
	bool waits;    /* of a guard, by hazard.waits */
	bool on_hooks; /* but what only programs on hooks can call is one by itself: other sections */
	uint32_t class;
	enum hazard_context context;
	uint32_t func;	     /* the finding's location.function */
	struct fact_loc loc; /* its line */
	uint32_t expected;   /* guard that would stop it, or FACTS_NONE */
	uint32_t kind;
	uint32_t object;     /* unit that is kept from tracing as a whole, or FACTS_NONE (RL111) */
};

/* A call in a section, or one below it, as a place where programs may run. */
struct place {
	uint32_t func;
	const char *tracepoint; /* NULL: programs are on the function */
	const struct point *point;
	bool walked; /* the interpreter did not come here: a call of a call that it did not follow */
};

/* The places of one section, of which many hazards ask in a row. */
struct places {
	VEC(struct place) v;
	const struct outer *outer;
	uint32_t held_index;
	struct guards guards;
};

/*
 * A guard that is meant for the locks of a class: programs' ways to them test
 * it, and their sections raise it, mostly. One that only some way happens to
 * come through is some other lock's.
 */
struct designated {
	uint32_t class;
	uint32_t kind; /* of storage, or FACTS_NONE */
	uint32_t guard;
	uint32_t ways, tested;	   /* how many ways there are, and how many test it */
	uint32_t sections, raised; /* the same for sections */
};

/* What one outer run shows to be wrong, without any program. */
struct fault {
	const char *code;
	enum severity severity;
	const char *assumption; /* what a warning assumes, or NULL */
	bool lowers; /* the guard, below where it was */
	const struct outer *outer;
	const struct frame *frame; /* the finding is in its function... */
	struct fact_loc loc;	   /* ...at this place */
	uint32_t class;		   /* of the lock, or 0 */
	const struct acquire *held; /* that is left, or NULL */
	uint32_t guard;		   /* that is left or lowered, or FACTS_NONE */
	struct fact_loc end;	   /* where the path ends */
	const char *message;
	const char *begin_note, *end_note; /* of the ladder's last two steps */
	const char *help;
};

enum reached {
	REACHED_UNDER_LOCK = 1 << 0,
	REACHED_BY_POINTER = 1 << 1, /* in such a place it is called through a pointer */
};

struct analysis {
	struct program *p;
	struct interp in;
	struct bpf_tables t;
	struct programs pr;
	struct arena *arena;
	const struct analyse_options *o;
	VEC(struct map_kind) kinds;
	VEC(struct reenter *) reenters;
	struct map64 cut_runs; /* callable -> how many of its runs came to the bound */
	VEC(struct outer *) outers;
	VEC(struct outer *) unit_outers; /* of find_rl110_elsewhere() */
	VEC(struct hazard) hazards;
	VEC(struct fault) faults;
	struct map64 near_guards; /* guards that the outer runs follow wherever they are */
	VEC(struct cause) causes; /* what the findings are about, by their number */
	uint32_t *shown_by; /* by cause: the one whose finding has this one as evidence */
	const char **objects; /* by function: memo of func_object() */
	struct remedy_set *remedies; /* taken to be there already, or NULL */
	const char **tracepoint; /* by function: the tracepoint whose programs a call of it runs, or NULL */
	uint64_t *run_ways;	 /* by function: bit per rules->attach: it runs programs of that way */
	uint32_t *table_of; /* by function: the table that it and programs can be a member of, or 0 */
	bool *map_op; /* by function: an operation of maps that some helper or kfunc hands on to */
	uint64_t callback_ways; /* bit per rules->attach: functions that programs hand over */
	uint64_t table_ways; /* bit per rules->attach: programs that are members of such tables */
	struct places places;
	uint8_t *reached; /* by function: REACHED_*, where a comparison is wanted */
	struct map64 verdicts;	 /* memo of attach_function(), into verdict_at */
	VEC(struct attach_verdict) verdict_at;
	struct map64 classes;	 /* lock classes that some reenter takes */
	struct map64 guarded;	 /* memo: whether sections below a function have a guard */
	struct map64 run_with;	 /* memo: programs_run_with(), by class */
	struct map64 map_owned;	 /* records that live and die with a map */
	struct map64 storages;	 /* records that an owner's slot points to */
	struct map64 decisive;	  /* guards that some reenter tests for a lock */
	VEC(struct designated) designated;
	struct cut *cuts;
	size_t n_cuts, cap_cuts;
	uint64_t steps, nested_runs;
};

/*
 * A rule of the contract. takes() says whether @h is a case of it and fills
 * @ret; rules are asked in the order of their table, the most specific first.
 */
struct hazard_rule {
	const char *code;
	bool (*takes)(struct analysis *an, const struct hazard *h, struct cause *ret);
	/* The sentence of the finding. @reenter: the function that a program calls. */
	const char *(*message)(struct analysis *an, const struct hazard *h, const struct cause *c,
			       const char *reenter);
};

/* What analyse() and analyse_alone() have at the end. */
void analysis_release(struct analysis *an);

extern const struct hazard_rule rule_rl101, rule_rl102, rule_rl103, rule_rl105, rule_rl106, rule_rl108,
	rule_rl111;

/* The rules that outer runs break by themselves: each adds to an->faults. */
void find_rl104(struct analysis *an);
void find_rl107(struct analysis *an);
void find_rl110(struct analysis *an);
/* RL110 of locks that no function for programs takes: each unit by itself. */
void find_rl110_elsewhere(struct analysis *an);
/* RL110 of functions that do not do with locks what their annotations say. */
void find_rl110_claims(struct analysis *an);
/* Whether callers that its own unit does not show start @fn; the others are seen through it. */
bool func_starts_unit(const struct func *fn);
void find_faults(struct analysis *an);
/* The finding of a fault; all but its id. */
void make_fault_finding(struct analysis *an, const struct fault *ft, struct finding *f);
/* Adds @ft unless another run showed the same. */
void add_fault(struct analysis *an, const struct fault *ft);
/*
 * Whether a caller can tell, by the value returned, returns of @frame that leave
 * something from those that do not (@other, enum run_value): the former mean success.
 */
bool value_tells(const struct run_leave *l, unsigned int other);
/* The values of returns of @frame that leave what they found, or 0. */
unsigned int balanced_values(const struct run *run, const struct frame *frame);
/* The ladder from the entry point down to @last, and the two steps that end it. */
struct ladder make_path(struct analysis *an, const struct outer *o, const struct frame *last,
			const struct step *begin, const struct step *end);

void find_storages(struct analysis *an);
/* Whether maps of @kind (ops table) keep their elements with an owner. */
bool kind_is_storage(const struct analysis *an, uint32_t kind);
/* Whether the lock that @run took is a map's, or a map's or a storage's. */
bool lock_is_maps(const struct analysis *an, const struct run *run, const struct acquire *a);
bool lock_is_storages(const struct analysis *an, const struct run *run, const struct acquire *a);

void find_reenters(struct analysis *an);
void reenter_release(struct reenter *r);
/* The run of @r with the guards @g raised, in NMI or not, computed once. */
const struct nested *reenter_run(struct analysis *an, struct reenter *r, const struct guards *g,
				 bool nmi);
/* Whether @n comes to wait for a lock of @wanted's class, in the way that it does. */
bool nested_waits(const struct nested *n, const struct acquire *wanted);
/* What the source says of the lock that an argument of a call points to. */
struct lock_place {
	enum {
		PLACE_ANY,    /* nothing */
		PLACE_LOCAL,  /* it is, or is in, the caller's local variable sym: not what that points to */
		PLACE_PARAM,  /* the caller was handed it, as its parameter sym */
		PLACE_INSIDE, /* a header's inline function found it in what it was handed: guard() */
		PLACE_GLOBAL, /* a global of the name sym */
		PLACE_FIELD,  /* a member of the name sym */
	} is;
	uint32_t sym;
	const struct fact_expr *field; /* PLACE_FIELD */
	const struct facts *f;	       /* that it is of */
};

/* Arguments of a call with a higher number are never locks. */
#define LOCK_MAX_ARGS 64

/*
 * For each function which of its parameters, as bits, come to a lock operation
 * that @counts; in @arena. A lock primitive has the one that is the lock.
 */
uint64_t *lock_params(const struct interp *in, struct arena *arena,
		      bool (*counts)(const struct rule_lock *l));
/*
 * Whether argument @arg of call @c goes to one of @params, as lock_params() gives
 * them, and which lock it is there. False for calls in a lock primitive.
 */
bool lock_handed_over(const struct interp *in, const uint64_t *params, const struct call *c,
		      uint32_t arg, struct lock_place *ret);

void find_outers(struct analysis *an);
void find_hazards(struct analysis *an);
/*
 * A guard that is up where @a was taken, and that is another lock's: counter and
 * lock are each one of several, and are found by different values. Returns false
 * if none is known to be. @ret_few: they are found by one value, but the counter
 * by so many of its bits that it may be more than the lock is found by.
 */
bool acquire_wrong_guard(const struct analysis *an, const struct run *run,
			 const struct acquire *a, uint32_t *ret_guard, bool *ret_few);
/*
 * Whether @lowered and @raised, addresses of one guard, are of two elements: the one is found by a
 * constant and the other by a value, or by two values that have nothing in common.
 */
bool guard_elements_differ(const struct run *run, uint32_t lowered, uint32_t raised);
/* The element that @a locks, of an array of such: a term of @run, or SYM_NONE. */
uint32_t acquire_element(const struct run *run, const struct acquire *a);
/* Whether the callee of @h does not come to the lock where @guard is raised. */
bool guard_stops(struct analysis *an, const struct hazard *h, uint32_t guard);
/*
 * A guard that is not up where acquire number @acquire of @run is made, and is
 * where the lock is released; or FACTS_NONE. What no function for programs looks
 * at and the run leaves raised is no guard, but counts something.
 */
uint32_t late_guard(const struct analysis *an, const struct run *run, size_t acquire);
/* A guard of the same file that is up only within the section of @acquire, and around no lock; or FACTS_NONE. */
uint32_t inner_guard(const struct analysis *an, const struct run *run, size_t acquire);
void make_findings(struct analysis *an, struct report *ret);
/* Whether no program can meet lock @a of @o's run: the map goes, or is new, or the kernel boots. */
bool section_out_of_reach(struct analysis *an, const struct outer *o, const struct acquire *a);
/* Takes from @o's run the points that are only come to with maps of its kind that there are none of. */
void drop_points_of_no_map(struct analysis *an, struct outer *o);
/* Whether what comes back to @h's lock in an NMI would not, were it called by a program elsewhere. */
bool hazard_only_in_nmi(struct analysis *an, const struct hazard *h);
/* Fills @ret's sections and attachables, once its findings are there. */
void make_sections(struct analysis *an, struct report *ret);
/* Fills @ret's comparison from what make_sections() came by. */
void make_comparison(struct analysis *an, struct report *ret);
/*
 * Whether @held of @o and @wanted of @n, which are of one class, are known to be
 * two locks, by what they are parts of.
 */
bool locks_differ(const struct analysis *an, const struct outer *o, const struct acquire *held,
		  const struct nested *n, const struct acquire *wanted);

/* Whether @a of @run is a lock of an object that is going: its way leads through the last reference. */
bool is_of_last_put(const struct analysis *an, const struct run *run, const struct acquire *a);

/* What programs come to: functions, in the order in which they were found. */
struct reach {
	const struct program *p;
	bool *seen; /* by struct func */
	uint32_t *v;
	size_t n;
};

/* Which of the tables' functions reach is of. */
typedef bool reach_from_fn(const struct programs *pr, uint32_t callable);

/*
 * Finds what programs come to from those functions that do not sleep and that
 * @from is true for: in @ret, memory in @arena. A question of names; which
 * branches are taken is not looked at.
 */
void find_reach(const struct programs *pr, struct arena *arena, reach_from_fn *from,
		struct reach *ret);

/* What questions of names alone need of a program: who may call what, without an analysis. */
struct by_name {
	struct interp in;
	struct bpf_tables t;
	struct programs pr;
};

void by_name_begin(struct by_name *b, struct program *p);
void by_name_end(struct by_name *b);

/* Sorts @l, and leaves each text once. */
void sort_once(struct strlist *l);

/*
 * The files beyond the units that are followed whose functions are called, by name or
 * through pointers, from what programs may call nearly anywhere; sorted.
 */
void find_beyond(struct analysis *an, struct strlist *ret);
/* Fills @ret's whatif, once its findings are there. */
void make_whatif(struct analysis *an, struct report *ret);
/* The finding of @ret that @h is of, or NULL. */
const struct finding *hazard_finding(const struct analysis *an, const struct hazard *h,
				     const struct report *ret);
/* Adds to @g what remedies that are tried raise on the way to where @held is taken. Returns whether they do. */
bool remedy_raises(const struct analysis *an, const struct acquire *held, struct guards *g);
/*
 * Whether remedies that are tried keep programs of @way away from @func
 * (FACTS_NONE: any instruction) in the section of @h.
 */
bool remedy_stops(const struct analysis *an, const struct hazard *h,
		  const struct rule_attach *way, uint32_t func);
/* The object file that function @func is compiled into, or NULL: nobody knows. */
const char *func_object(struct analysis *an, uint32_t func);

/* The ladder of a hazard through @pt (a point of its outer run); NULL: right where the lock was taken. */
struct ladder make_ladder(struct analysis *an, const struct hazard *h, const struct point *pt,
			  const char *attach_function, const char *attach_note);
/* How plain code comes to wait for the lock of @pt, its acquire, while it holds @held. */
struct ladder make_plain_ladder(struct analysis *an, struct outer *o,
				const struct acquire *held, const struct point *pt);
void add_remedies(struct analysis *an, const struct hazard *h, const struct cause *c,
		  struct finding *f);
/* The same for two locks that are taken in both orders; @h is the one that a program makes. */
void add_order_remedies(struct analysis *an, const struct hazard *h, struct finding *f);

/* Whether acquire @a of a nested run is made under test @t: its guard is up, for this lock. */
bool acquire_tests(const struct acquire *a, const struct guard_test *t);
/* Counts, for each class, the ways and sections that each guard is on. */
void find_designated(struct analysis *an);
/* Whether @guard is meant for locks of @class and @kind. */
bool guard_is_designated(const struct analysis *an, uint32_t class, uint32_t kind, uint32_t guard);
/* A guard that is meant for locks of @class and @kind, or FACTS_NONE. */
uint32_t lock_guard(const struct analysis *an, uint32_t class, uint32_t kind);
/* Whether there is a guard for some kind of locks of @class. */
bool class_has_guard(const struct analysis *an, uint32_t class);
/* Whether @guard is meant for some kind of locks of @class. */
bool class_guards_any(const struct analysis *an, uint32_t class, uint32_t guard);
/* The kind of storage that lock @a is of, if it is a storage's or its map's, or FACTS_NONE. */
uint32_t lock_storage_kind(const struct analysis *an, const struct run *run, const struct acquire *a);
/* Whether lock @a is in the value of a map: of maps of two kinds it is never the same. */
bool lock_is_in_value(const struct analysis *an, const struct acquire *a);
/* The kind of storage that @h's lock is of, or FACTS_NONE: locks of other maps are one cause. */
uint32_t hazard_storage_kind(const struct analysis *an, const struct hazard *h);

/* The function that comes back in: of the map's operations where the helper hands on to one. */
uint32_t hazard_reenter_func(const struct analysis *an, const struct hazard *h);
/* The guard that the nested way to the lock tests when nothing is raised, or FACTS_NONE. */
uint32_t hazard_expected(struct analysis *an, const struct hazard *h);
/* The outermost frame of the way to @h->held that passes NULL for a guard, or NULL. */
const struct frame *hazard_null_frame(struct analysis *an, const struct hazard *h,
				      uint32_t *ret_param);
/*
 * The function that people see take @a, in @ret_loc where: a header's inline wrapper (spin_lock())
 * is one line for the whole kernel, so it is whoever calls that.
 */
uint32_t taken_at(const struct analysis *an, const struct acquire *a, struct fact_loc *ret_loc);
/* The function that the way to @h's lock begins with: the entry point, or what is called after it. */
const struct frame *hazard_entry(const struct hazard *h);
/* The innermost frame in which both @h's lock is taken and its program is run, or hazard_entry(). */
const struct frame *hazard_run_frame(const struct hazard *h);
/*
 * Whether running programs with a lock of @class is the kernel's way, by the hazards: many
 * functions do, and what takes it again does so at fewer places, which are to blame then.
 */
bool programs_run_with(struct analysis *an, uint32_t class);
/*
 * The frame of @h's outer run that ought to raise @guard: the outermost in the guard's own file. Of
 * a guard of objects, the innermost that never takes the lock with it.
 */
const struct frame *hazard_guard_frame(struct analysis *an, const struct hazard *h, uint32_t guard);

/*
 * Whether the nested way tests a guard that the section does not raise; @ret is
 * the function that should raise it.
 */
bool hazard_lacks_guard(struct analysis *an, const struct hazard *h, struct cause *ret);

/* The function as reports name it: the helper for the body behind its macro. */
const char *people_name(const struct program *p, uint32_t func);
/* The member that hazard_entry() is called through, or what else is known of its callers. */
const char *entry_via(struct analysis *an, const struct hazard *h);
const char *kind_people_name(const struct analysis *an, uint32_t kind);
void add_cut(struct analysis *an, uint32_t func, const char *why);

#endif
