/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_HAZARD_FINDING_H
#define RELOCK_HAZARD_FINDING_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The findings model: what the report writers get. It is complete before a
 * writer sees it; writers compute nothing but layout. All strings are UTF-8
 * or raw bytes of the source, live as long as the report, and are never NULL
 * unless said so.
 */
struct location {
	const char *file; /* relative to the tree, or "build:NAME"; NULL: no location */
	unsigned int line;
	unsigned int column; /* bytes from 1 */
	const char *function; /* "" outside functions */
};

struct strlist {
	const char **v;
	size_t n;
};

bool strlist_has(const struct strlist *list, const char *s);
/* Adds @s unless it is there; the list is in @a, the text is not copied. */
void strlist_add(struct strlist *list, struct arena *a, const char *s);

enum severity { SEV_NOTE, SEV_WARNING, SEV_ERROR };
enum certainty { CERT_NO, CERT_POSSIBLE, CERT_LIKELY, CERT_CONFIRMED };

struct attach_point {
	const char *function; /* NULL where a program is not attached to a function */
	const char *name;     /* for people: the function, "tracepoint kmalloc", "any instruction" */
	struct strlist how;   /* "fentry", "kprobe", ... */
	enum certainty certainty;
	const char *reason;
	struct location location;
};

struct reentry {
	const char *function; /* as its proto or BTF set names it */
	const char *what;     /* "helper", "kfunc", "map op" */
	struct strlist program_types;
	const char *object; /* how the program gets the owner; NULL: needs none, or no way is known */
};

enum step_kind {
	STEP_CALL, STEP_POINTER, STEP_GUARD, STEP_ACQUIRE, STEP_ATTACH, STEP_REENTER, STEP_BLOCKED,
	STEP_RETURN, /* the end of a path that leaves what it should not */
};

struct step {
	enum step_kind kind;
	unsigned int depth; /* of the call stack, from 0; for drawing */
	const char *function;
	struct location location;
	const char *note;
	unsigned int since; /* STEP_BLOCKED: number (from 1) of the step that acquired; else 0 */
};

struct ladder {
	struct step *v;
	size_t n;
};

struct remedy {
	const char *kind; /* "guard", "notrace", "no-ftrace", "helper" */
	const char *what;
	bool closes;
	unsigned int leaves; /* attach points that stay open */
};

struct lock_ref {
	const char *class;
	const char *kind; /* "cgroup storage", or NULL */
	struct location acquired;
	struct location released; /* .file == NULL: not known */
};

/* The commit that seems to have brought a finding. */
struct brought {
	const char *commit; /* 40 hex digits; NULL: not committed yet */
	const char *subject;
	const char *how; /* how that is known: "blame of kernel/bpf/x.c:12" */
};

/* Of two locks that are taken in both orders: how the second one is held and the first one wanted. */
struct other_order {
	const char *entry_function;
	const char *entry_via;
	struct attach_point *attach; /* none: no program is needed there */
	size_t n_attach;
	struct reentry *reentry;
	size_t n_reentry;
};

/* What came of a finding in a virtual machine. */
struct tried {
	const char *verdict; /* "confirmed", "seen", "doubtful", "survived", "not tried" */
	const char *reason;  /* of the verdict, in a sentence */
	const char *kernel;  /* the version that was booted, or "" */
	const char *how;     /* the program was attached; NULL: there was none */
	const char *attach;  /* to this function or tracepoint; NULL: to none */
	const char *calls;   /* the helper or kfunc that it called; NULL: there was none */
	const char *console; /* lines of the kernel's console that show it; "" */
	const char *control; /* the same of the control */
};

struct finding {
	char id[17]; /* 16 hex digits, see contract */
	const char *context; /* "recursion", "nmi", "order" */
	const char *rule;    /* "null-busy-counter" */
	const char *code;    /* "RL101" */
	enum severity severity;
	const char *message; /* one sentence naming both sides */
	struct location location;
	struct lock_ref lock;
	struct lock_ref *lock2; /* RL109 only, else NULL */
	struct strlist guard_expected;
	struct strlist guard_raised;
	const char *entry_function;
	const char *entry_via;
	struct attach_point *attach;
	size_t n_attach;
	struct reentry *reentry;
	size_t n_reentry;
	struct other_order *other; /* RL109 only, else NULL */
	struct ladder *ladders; /* at least one; of RL109 two, the second is ->other's */
	size_t n_ladders;
	struct strlist assumptions;
	struct remedy *remedies;
	size_t n_remedies;
	struct strlist notes; /* further sentences for people: "note: ..." in text */
	uint32_t cause; /* a number for hazard/; UINT32_MAX: it is not of one that comes back in */
	struct strlist orders; /* of a lock-order, for hazard/: the pairs of locks that it tells of */
	const char *state;    /* "new", "unchanged", "suppressed"; NULL without a baseline */
	const char *state_reason; /* what the baseline or the suppression says why; or NULL */
	struct brought *brought;  /* NULL: not asked for, or not known */
	const struct tried *tried; /* NULL: nobody tried it, or nobody says */
};

/* What a baseline or an older tree has and this report has not. */
struct fixed {
	const char *id;
	const char *code, *severity, *function, *lock; /* "" where the baseline does not say */
	const char *reason; /* as the baseline says; or NULL */
	const char *listed; /* "baseline", "revision" */
};

/* A suppression that suppresses nothing. */
struct idle_suppression {
	const char *entry; /* as it stands in the file, without its reason */
	const char *reason;
	const char *why; /* "no finding is like this", "it ended on 2026-01-31" */
};

/* A call in a section: who calls whom. */
struct section_call {
	const char *caller;
	const char *callee;
	bool skipped; /* there are calls between the two that were not followed */
};

/*
 * A critical section: one acquire as it is reached with one set of guards, and
 * what can be attached to while its lock is held.
 */
struct section {
	struct lock_ref lock;
	const char *lock_type; /* "raw spinlock", "mutex", ... */
	const char *primitive; /* the function that takes it: "_raw_spin_lock_irqsave" */
	struct strlist guard_raised;
	struct strlist guard_meant; /* guards that are there for locks of this class and kind */
	struct strlist entries; /* "function (via)": entry points that come here with these guards */
	/* Functions and tracepoints inside, the surest first; those that cannot be used are CERT_NO. */
	struct attach_point *attach;
	size_t n_attach;
	struct section_call *calls; /* each once */
	size_t n_calls;
	struct strlist findings; /* ids of those about this section */
};

/* Why a program must not be attached somewhere. */
struct danger {
	const char *function; /* the helper or kfunc that must not be called */
	const char *what;     /* "helper", "kfunc", "map op" */
	const char *lock;     /* class that it would take again */
	const char *finding;  /* id */
};

/* A function or tracepoint that is reached under a lock: what a program there may do. */
struct attachable {
	const char *name; /* the function's, the tracepoint's, or "any instruction" */
	bool tracepoint;
	struct strlist how; /* "fentry", "tp_btf", ... */
	enum certainty certainty;
	const char *reason;
	struct location location; /* of its definition, if that was analysed */
	struct strlist locks;	  /* classes held somewhere while it runs */
	struct danger *dangers;	  /* none: it is safe to attach to */
	size_t n_dangers;
};

/* What a binary has of a function. */
enum in_binary {
	IN_BINARY_FENTRY,      /* it is there, for all ways to attach to functions */
	IN_BINARY_KPROBE,      /* it is there, and BTF cannot name it */
	IN_BINARY_CLONE,       /* only as a clone, which kprobes take */
	IN_BINARY_NO_LOCATION, /* it is there, and ftrace cannot patch it */
	IN_BINARY_INLINED,     /* its unit is there and it is not */
	IN_BINARY_UNKNOWN,     /* its unit is not in there either */
	IN_BINARY_N,
};

/* How often the guess @certainty for the reason @basis came out as what. */
struct guess_count {
	enum certainty certainty;
	const char *basis;
	size_t n[IN_BINARY_N];
};

/* One function: what the source made one expect, and what is there. */
struct guessed {
	const char *name;
	struct location location; /* of its definition, if that was analysed */
	enum certainty certainty;
	const char *basis;
	enum in_binary binary;
	const char *clone; /* IN_BINARY_CLONE: its name */
};

/* The guesses of the source against what a binary has. */
struct comparison {
	struct guess_count *under_lock; /* functions reached under a lock; surest first, by basis */
	size_t n_under_lock;
	struct guess_count *all; /* all functions of the analysed units' own files */
	size_t n_all;
	struct guessed *functions; /* those under a lock, sorted by name */
	size_t n_functions;
};

/* What is left of one finding when remedies are there. */
struct leftover {
	const struct finding *finding;
	enum severity severity; /* what it would be; a note: nothing can use it */
	struct attach_point *open; /* what keeps it open, the surest first */
	size_t n_open;
	const char **open_object; /* what each is compiled into; NULL: nobody knows, or no function */
	struct strlist objects; /* those, each once */
};

static inline bool leftover_is_closed(const struct leftover *l)
{
	return !l->n_open && l->severity == SEV_NOTE;
}

/* Remedies taken together, and what they do. */
struct trial {
	const char *kind; /* "guard", "notrace", "no-ftrace", or "given": the user's own */
	struct strlist guards; /* "function:counter" */
	struct strlist notrace;
	struct strlist objects;
	struct strlist hidden; /* functions that could be traced before */
	struct strlist hidden_objects; /* not analysed: whatever else is in them is hidden too */
	struct leftover *left; /* by finding, in the report's order; of a proposal: the one it is for */
	size_t n_left;
};

/* Proposals for one finding. */
struct proposals {
	const struct finding *finding;
	struct trial *trials; /* of objects: each has one more than the one before */
	size_t n_trials;
	struct strlist nmi; /* ids of findings about the same lock that an NMI comes through */
};

struct whatif {
	struct trial *given; /* NULL: the user named none */
	struct proposals *proposals;
	size_t n_proposals;
};

struct failed_unit {
	const char *file;
	const char *error;
};

/* A function cut at a stated bound. */
struct cut {
	const char *function;
	const char *reason;
};

struct config_miss {
	const char *symbol; /* "DEBUG_INFO_BTF" */
	const char *why;    /* the unmet dependency */
};

struct stat_entry {
	const char *name;
	uint64_t value;
};

/* A rule that the analysis looked for, whether it found anything or not. */
struct rule_text {
	const char *code;  /* "RL101" */
	const char *name;  /* "null-busy-counter" */
	const char *title; /* one line */
	const char *page;  /* Markdown; "" when the rules came without pages */
};

/* What relock makes of a warning, whether or not anything is wrong there. */
enum opinion_verdict {
	OPINION_OPEN,	 /* relock follows no lock there, or not to the end */
	OPINION_SEEN,	 /* relock comes to such a path as well */
	OPINION_REFUTED, /* each path that values allow leaves what it found */
};

/* What sparse said of a function's locks, and what relock makes of it. */
struct second_opinion {
	struct location location;
	const char *what;    /* sparse's words: "wrong count at exit" */
	const char *finding; /* id of relock's lock-imbalance there; NULL: it reports none */
	enum opinion_verdict verdict;
	const char *why;
};

struct second_opinions {
	const char *version; /* of sparse; NULL: it was not asked */
	const char *missing; /* why it was not, though it should have been; or NULL */
	struct second_opinion *v; /* sorted by file, line, function */
	size_t n;
	struct failed_unit *failed; /* units that it could not read to the end */
	size_t n_failed;
};

struct report {
	const char *tool_version;
	const char *tree; /* as the user named it; for reading source lines, never printed in reports */
	const char *kernel_version; /* "6.12.117", or "" */
	const char *kernel_config;  /* "x86_64 defconfig + relock fragment", or how it was found */
	size_t units_total;
	size_t units_analysed;
	struct failed_unit *failed;
	size_t n_failed;
	struct finding *findings; /* sorted: severity (worst first), file, line, column, rule, id */
	size_t n_findings;
	const char *since;	  /* the revision that findings are compared with; NULL: none */
	const char *since_commit; /* its commit, 40 hex digits; NULL: none */
	struct fixed *fixed;	  /* sorted by id */
	size_t n_fixed;
	struct idle_suppression *idle; /* in the order of the file */
	size_t n_idle;
	struct section *sections; /* sorted by file, line, column, lock, guards */
	size_t n_sections;
	struct attachable *attachables; /* sorted by name */
	size_t n_attachables;
	struct whatif *whatif; /* NULL: nobody asked */
	struct comparison *comparison; /* the same */
	struct second_opinions sparse;
	struct cut *cuts;
	size_t n_cuts;
	struct strlist beyond; /* files that programs come to, and where they are not followed */
	struct config_miss *config_missing;
	size_t n_config_missing;
	struct strlist assumptions; /* that hold for the whole report */
	struct strlist evidence; /* binaries that attach points were looked up in; none: only the source */
	struct rule_text *rules;
	size_t n_rules;
	struct stat_entry *stats;
	size_t n_stats;
};

const char *severity_name(enum severity s);
const char *certainty_name(enum certainty c);
const char *in_binary_name(enum in_binary b); /* "fentry", "no location", ... */
/* Was the guess wrong: a likely one that is not there, or a no that is? Nobody promised a possible one. */
bool guess_is_wrong(const struct guessed *g);
const char *step_kind_name(enum step_kind k);
const char *opinion_verdict_name(enum opinion_verdict v);

/* The other way round; false when there is no such name. */
bool severity_from_name(const char *name, enum severity *ret);
bool certainty_from_name(const char *name, enum certainty *ret);
bool step_kind_from_name(const char *name, enum step_kind *ret);

/* Whether rule @code blames what comes back; the others blame the section, whatever comes back. */
bool blames_reentry(const char *code);

/* The finding of @r with that id, or NULL. */
const struct finding *report_finding(const struct report *r, const char *id);

/* In the baseline already, or suppressed: not what a change is blamed for. */
bool finding_known(const struct finding *f);
bool finding_suppressed(const struct finding *f);
/* Somebody tried it, whatever came of it. */
bool finding_tried(const struct finding *f);
/* It was tried, and hung the kernel: confirmed, seen or doubtful. */
bool finding_hung(const struct finding *f);
/* The baseline, or the revision, does not have it. */
bool finding_new(const struct finding *f);

#endif
