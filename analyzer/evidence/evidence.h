/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_EVIDENCE_EVIDENCE_H
#define RELOCK_EVIDENCE_EVIDENCE_H

#include "base/arena.h"
#include "base/map.h"
#include "base/vec.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * What a built kernel says about which of its functions can be traced. The
 * source can only guess what the compiler inlined, cloned or left out.
 *
 * Sources may be given together. The kernel's own list (available_filter_functions)
 * is asked first, then vmlinux, then objects; BTF is always vmlinux's.
 */
enum evidence_says {
	EVIDENCE_NONE,	      /* nothing: what it was compiled from is not in there */
	EVIDENCE_TRACED,      /* it is there and has an ftrace location */
	EVIDENCE_CLONED,      /* only a clone of it (.constprop, .isra, .part) has one */
	EVIDENCE_NO_LOCATION, /* it is there without one */
	EVIDENCE_ABSENT,      /* its unit is there and it is not: inlined into its callers */
};

enum evidence_btf { EVIDENCE_BTF_UNKNOWN, EVIDENCE_BTF_NO, EVIDENCE_BTF_YES };

struct evidence_answer {
	enum evidence_says says;
	enum evidence_btf btf;
	const char *source; /* "vmlinux", "available_filter_functions", "kernel/bpf/x.o" */
	const char *clone;  /* EVIDENCE_CLONED: its name */
	size_t n_same;	    /* functions of that name in the source, at least 1 where it is there */
};

struct evidence_func;
struct evidence_source;

struct evidence {
	struct arena arena;
	VEC(struct evidence_source *) sources; /* in the order in which they are asked */
	struct map64 btf;		       /* hashes of the names in BTF */
	size_t n_btf;
	bool has_btf;
	/* One line a source for reports: what it is and what is in it, without its path. */
	VEC(const char *) lines;
};

void evidence_init(struct evidence *ev);
void evidence_release(struct evidence *ev);

/* tracefs's available_filter_functions. Returns 0 or a negative errno with @ret_error set. */
int evidence_add_functions(struct evidence *ev, const char *path, const char **ret_error);

/* An ELF kernel with symbols. Returns 0 or a negative errno with @ret_error set. */
int evidence_add_vmlinux(struct evidence *ev, const char *path, const char **ret_error);

/*
 * The object file @path, which @name stands for in reports; @file is what it was
 * compiled from. Returns 0, or a negative errno for one that is not there or
 * says nothing, which is no error of the user's.
 */
int evidence_add_object(struct evidence *ev, const char *path, const char *name, const char *file);

/* Adds the line about all objects that were added; @total: how many there could have been. */
void evidence_end_objects(struct evidence *ev, size_t total);

static inline bool evidence_any(const struct evidence *ev)
{
	return ev->sources.n > 0;
}

/*
 * What is known of @function. @unit: the source file of the unit that defines
 * it, relative to the tree, or NULL if that is not known; @is_static: others may
 * have the same name.
 */
struct evidence_answer evidence_find(const struct evidence *ev, const char *function,
				     const char *unit, bool is_static);

#endif
