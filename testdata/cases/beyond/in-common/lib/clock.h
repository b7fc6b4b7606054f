/* SPDX-License-Identifier: MIT */
#ifndef CLOCK_H
#define CLOCK_H

#include <mini/kernel.h>

struct clock {
	int (*read)(void);  /* of each clock: both wait for the seqcount */
	int (*wound)(void); /* only one of the two waits */
};

struct clock *clock_of_task(void);
int clock_read(struct clock *c);
int clock_wound(struct clock *c);
void clock_strikes(void);

#endif
