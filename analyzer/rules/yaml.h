/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_RULES_YAML_H
#define RELOCK_RULES_YAML_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>

#include <libfyaml.h>

/*
 * One YAML document that somebody wrote by hand, with errors in the shape of a
 * compiler's. Private to this room, which is the only one that knows libfyaml.
 */
struct yaml_reader {
	struct arena *arena;  /* of texts and errors */
	const char *file;     /* how errors name it */
	const char *kind;     /* what it is: "a rule file" */
	const char *error;    /* NULL, or "FILE:LINE:COL: error: ..." */
	struct fy_diag *diag; /* while it is read */
};

/*
 * Reads the document in @len bytes at @text and hands its root to @read, with
 * the reader first. Returns 0, what @read returned, or -EINVAL with y->error set.
 */
int yaml_read(struct yaml_reader *y, const char *text, size_t len,
	      int (*read)(struct yaml_reader *y, struct fy_node *root));

/* Sets y->error to that text at @at. Returns -EINVAL. */
int yaml_fail(struct yaml_reader *y, struct fy_node *at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* "FILE:LINE:COL" of a scalar. */
const char *yaml_where(struct yaml_reader *y, struct fy_node *n);

/* Is nothing there, as behind "key:"? */
bool yaml_is_null(struct fy_node *n);

/*
 * The text of a scalar, one line, not empty. @name names it in errors, which
 * have the place of @at if there is nothing. Returns 0 or -EINVAL.
 */
int yaml_text(struct yaml_reader *y, struct fy_node *at, struct fy_node *n, const char *name,
	      const char **ret);

/* The same of as many lines as there are, with tabs; without the newline at the end. */
int yaml_lines(struct yaml_reader *y, struct fy_node *at, struct fy_node *n, const char *name,
	       const char **ret);

#endif
