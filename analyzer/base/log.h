/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_BASE_LOG_H
#define RELOCK_BASE_LOG_H

#include <stdarg.h>

/*
 * Lines for people on standard error, "relock: error: ...". For command code
 * (main.c, cmd_*.c) only: rooms return errors and never print.
 */
enum log_level {
	LOG_QUIET = -1, /* errors only */
	LOG_NORMAL = 0, /* errors and warnings */
	LOG_VERBOSE = 1, /* and what is being done */
};

/* What is printed from now on. */
void log_set_level(enum log_level level);
enum log_level log_get_level(void);

/*
 * One line each; a newline is added. The progress line, if there is one, is
 * taken off the terminal first.
 */
void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
