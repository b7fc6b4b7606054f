/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_BASE_CLOCK_H
#define RELOCK_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* Seconds on a clock that never goes back; only differences mean something. */
static inline double seconds_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/*
 * May the time stamp @t be of a change at or after @since? File systems take
 * their stamps from a clock that ticks every 10 ms at the worst, or they keep
 * only whole seconds, FAT every other.
 */
static inline bool time_may_be_after(const struct timespec *t, const struct timespec *since)
{
	int64_t slack = t->tv_nsec ? 20000000 : 2000000000;

	if (t->tv_sec + 10 < since->tv_sec)
		return false;
	if (t->tv_sec > since->tv_sec)
		return true;
	return (since->tv_sec - t->tv_sec) * INT64_C(1000000000) + since->tv_nsec - t->tv_nsec <=
	       slack;
}

#endif
