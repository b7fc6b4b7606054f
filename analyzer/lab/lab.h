/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_LAB_LAB_H
#define RELOCK_LAB_LAB_H

#include "base/arena.h"
#include "base/strbuf.h"
#include "repro/repro.h"
#include "rules/rules.h"

#include <stdbool.h>
#include <stdint.h>

/* Where findings are tried: kernels of its own, each booted in a virtual machine. */
struct lab {
	struct arena *a;
	const struct rules *rules;
	const char *templates;		/* the folder of rules/repro */
	const char *cache;		/* kernels are built and kept below it; absolute */
	unsigned int jobs;		/* of make; 0: one for each CPU */
	unsigned int seconds;		/* that a machine may take */
	bool controls;			/* are made of what was seen, where none is given */
	const struct section *sections; /* of the report: what a control has to guard */
	size_t n_sections;
	void (*tick)(void *data); /* called several times a second; or NULL */
	void *data;
};

struct lab_kernel {
	const char *tree; /* absolute */
	const char *dir;  /* what is kept of it: <cache>/lab/NAME-HASH */
	const char *image, *vmlinux;
	const char *dropped; /* options of the config that did not survive, "A, B"; or NULL */
	int lock;	     /* held while it is in use */
};

/* What came of one machine. */
enum lab_seen {
	LAB_LOCKDEP,  /* the kernel reported the finding's lock */
	LAB_HANG,     /* it hung without naming a lock */
	LAB_OTHER,    /* the kernel reported something else */
	LAB_SURVIVED, /* the program called its helper, and nothing came of it */
	LAB_IDLE,     /* nothing came of it, and the program did not call its helper */
	LAB_REFUSED,  /* by the verifier */
	LAB_NOT_ATTACHED,
	LAB_FAILED, /* the loader could not make what the program needs */
	LAB_DOWN,   /* the kernel did not come up */
};

struct lab_run {
	enum lab_seen seen;
	const char *excerpt; /* lines of the console that show it; "" where none do */
	const char *lock; /* LAB_LOCKDEP, LAB_OTHER: that is held, as lockdep names it; or NULL */
	/* LAB_LOCKDEP: what is wanted, if that is none of the finding's locks; or NULL. */
	const char *wanted;
	uint64_t entered, called, came_back; /* LAB_SURVIVED, LAB_IDLE */
	int64_t returned;
	bool kept_out; /* the guard of a control that relock made returned from a call */
};

enum lab_verdict {
	LAB_CONFIRMED, /* seen, and the control ran and survived; a guard kept a call out */
	LAB_SEEN,      /* seen, without a control */
	LAB_DOUBTFUL,  /* seen, and the control did not survive, or did not run */
	LAB_HELD_OUT,  /* the program ran and nothing came of it */
	LAB_NOT_TRIED,
};

struct lab_result {
	const struct finding *finding;
	struct repro program; /* program.way is NULL where there is none */
	enum lab_verdict verdict;
	const char *reason; /* of the verdict, in a sentence */
	bool ran, has_control;
	struct lab_run run, control;
	const char *control_by;	  /* "--control", "guard"; NULL: there is none */
	const char *control_what; /* in a sentence, what relock edited for it; or NULL */
	const char *control_edit; /* the same as a unified diff; or NULL */
};

const char *lab_seen_name(enum lab_seen s);	  /* "lockdep", "hang", ... */
const char *lab_verdict_name(enum lab_verdict v); /* "confirmed", "seen", ... */

/* "qemu-system-x86_64 (for ...; Debian package ...), ..." of what is not installed, or NULL. */
const char *lab_missing_tools(struct lab *l);

/*
 * Builds the kernel of @tree, as far as it is not built yet. Returns 0, or a
 * negative errno and why in @ret_error. Give @ret to lab_kernel_release().
 */
int lab_kernel(struct lab *l, const char *tree, struct lab_kernel *ret, const char **ret_error);
/* The same of @tree, which relock made, with all that is kept of it in @dir. */
int lab_kernel_in(struct lab *l, const char *tree, const char *dir, struct lab_kernel *ret,
		  const char **ret_error);
void lab_kernel_release(struct lab_kernel *k);

/* Makes and compiles @r for that kernel. @ret is the loader, static. */
int lab_program(struct lab *l, const struct lab_kernel *k, const struct repro *r,
		const char *version, const char **ret, const char **ret_error);

/*
 * Boots that kernel with the loader. @console gets what it prints. @places: its dry run
 * is watched instead (rules/repro/init.c); or NULL.
 */
int lab_boot(struct lab *l, const struct lab_kernel *k, const char *loader, const char *places,
	     struct strbuf *console, const char **ret_error);

/*
 * Finds which of the finding's places the operation of @r comes to in that kernel.
 * Returns 0, or a negative errno: nobody knows, then.
 */
int lab_survey(struct lab *l, const struct lab_kernel *k, const struct repro *r, const char *loader,
	       struct strlist *ret);

/*
 * Makes the control of @r from the tree of @k, which stays as it is, and builds it below k->dir:
 * where the program runs in the section a per-CPU counter is up, and what it calls returns then.
 * @ret_what says so for people, @ret_diff as a unified diff. Returns 0, or a negative errno and
 * in @ret_error, in a sentence, why there is no such control. Give @ret to lab_kernel_release().
 */
int lab_control(struct lab *l, const struct lab_kernel *k, const struct repro *r,
		struct lab_kernel *ret, const char **ret_what, const char **ret_diff,
		const char **ret_error);

/* What the console of that kernel says of the finding. */
void lab_judge(struct lab *l, const struct lab_kernel *k, const struct finding *f,
	       const char *console, struct lab_run *ret);

/* So many places of a finding are tried, until the program does what it is meant to. */
#define LAB_PLACES 6

/*
 * Makes, boots and judges; and where that is seen, the same with the same program on @control, or
 * on one that is made, if it is NULL and controls are to be made.
 */
void lab_try(struct lab *l, const struct lab_kernel *k, const struct lab_kernel *control,
	     const struct finding *f, const char *version, struct lab_result *ret);

#endif
