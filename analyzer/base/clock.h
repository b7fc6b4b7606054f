/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_BASE_CLOCK_H
#define RELOCK_BASE_CLOCK_H

#include <time.h>

/* Seconds on a clock that never goes back; only differences mean something. */
static inline double seconds_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

#endif
