/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_BASE_PROGRESS_H
#define RELOCK_BASE_PROGRESS_H

#include <stddef.h>

/*
 * One line on the terminal that says what is going on: "reading units 12 of
 * 50". It is on standard error, shows nothing during the first second of the
 * run (short runs stay silent), and is wiped when it is done or when something
 * else has to be printed. For command code only.
 */
enum progress_mode {
	PROGRESS_AUTO, /* if standard error is a terminal */
	PROGRESS_ALWAYS,
	PROGRESS_NEVER,
};

/* Call once, at the start. With PROGRESS_ALWAYS and no terminal each stage is a line of its own. */
void progress_start(enum progress_mode mode);

/* A new stage. @stage is copied. @total is 0 where it is not known. */
void progress_stage(const char *stage, size_t total);

/* @done of the stage's @total are done; called as often as you like. */
void progress_update(size_t done, size_t total);

/* Shows the line if its time has come; for stages that report nothing while they last. */
void progress_tick(void);

/* Wipes the line; the next update shows it again. */
void progress_hide(void);

/* Wipes the line and shows nothing more. */
void progress_end(void);

#endif
