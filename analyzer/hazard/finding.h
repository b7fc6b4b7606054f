/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_HAZARD_FINDING_H
#define RELOCK_HAZARD_FINDING_H

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
	struct ladder *ladders; /* at least one */
	size_t n_ladders;
	struct strlist assumptions;
	struct remedy *remedies;
	size_t n_remedies;
	struct strlist notes; /* further sentences for people: "note: ..." in text */
	const char *state;    /* "new", "unchanged", "suppressed"; NULL without a baseline */
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
	struct strlist entries; /* "function (via)": entry points that come here with these guards */
	/* Functions and tracepoints inside, the surest first; those that cannot be used are CERT_NO. */
	struct attach_point *attach;
	size_t n_attach;
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
	const char *name;
	struct strlist how; /* "fentry", "tp_btf", ... */
	enum certainty certainty;
	const char *reason;
	struct location location; /* of its definition, if that was analysed */
	struct strlist locks;	  /* classes held somewhere while it runs */
	struct danger *dangers;	  /* none: it is safe to attach to */
	size_t n_dangers;
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

/* What sparse said of a function's locks, and what relock makes of it. */
struct second_opinion {
	struct location location;
	const char *what;    /* sparse's words: "wrong count at exit" */
	const char *finding; /* id of relock's lock-imbalance there; NULL: it reports none */
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
	struct section *sections; /* sorted by file, line, column, lock, guards */
	size_t n_sections;
	struct attachable *attachables; /* sorted by name */
	size_t n_attachables;
	struct second_opinions sparse;
	struct cut *cuts;
	size_t n_cuts;
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
const char *step_kind_name(enum step_kind k);

#endif
