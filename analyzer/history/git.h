/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_HISTORY_GIT_H
#define RELOCK_HISTORY_GIT_H

#include "base/arena.h"
#include "hazard/finding.h"

/*
 * A git checkout that is read and never written to: neither its files nor what
 * git keeps of it.
 */
struct git {
	struct arena arena;
	const char *tree;	  /* as given */
	const char *dir;	  /* what git keeps: the absolute .git */
	const char *prefix;	  /* of the tree in the checkout: "", or "sub/folder/" */
	int lock_fd;		  /* of the other worktree, or -1 */
	void (*tick)(void *data); /* several times a second while git works; may be NULL */
	void *data;
};

/*
 * Opens the checkout that the folder @tree is in. Returns 0 or a negative errno;
 * then @ret_error (in the arena) is one message for the user. Release it either
 * way.
 */
int git_open(struct git *g, const char *tree, const char **ret_error);
void git_release(struct git *g);

/* The commit that @revision means, 40 hex digits. Errors as above. */
int git_commit(struct git *g, const char *revision, const char **ret_commit,
	       const char **ret_error);

/*
 * Checks out @commit in a worktree below the folder @cache, which is the same
 * for every commit of a checkout, so that only what differs is written. It is
 * locked until git_release(). @ret_tree is the folder that corresponds to the
 * tree. Errors as above; -ENOENT also where the commit has no such folder.
 */
int git_worktree(struct git *g, const char *commit, const char *cache, const char **ret_tree,
		 const char **ret_error);

/*
 * Looks for what brought a finding since @commit: the lines of its place and of
 * its ladders by blame, else what changed in their files. NULL where that does
 * not tell, or is not one commit. The result is in @a.
 */
struct brought *git_brought(struct git *g, const char *commit, const struct finding *f,
			    struct arena *a);

/* The commit that last changed the line of @l, whenever that was; or NULL. */
struct brought *git_last_change(struct git *g, const struct location *l, struct arena *a);

#endif
