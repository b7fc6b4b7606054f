/* SPDX-License-Identifier: MIT */
#ifndef KETTLE_H
#define KETTLE_H

#include <mini/kernel.h>

struct kettle {
	raw_spinlock_t steam_lock;
	int level;
};

struct kettle *kettle_of_task(void);

void kettle_fill(struct kettle *k, int litres);
int security_kettle_lift(struct kettle *k);

#endif
