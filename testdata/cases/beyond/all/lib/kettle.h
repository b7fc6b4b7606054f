/* SPDX-License-Identifier: MIT */
#ifndef KETTLE_H
#define KETTLE_H

#include <mini/kernel.h>

struct kettle {
	raw_spinlock_t steam_lock;
	int level;
};

struct kettle_ops {
	void (*lift)(struct kettle *k);
};

struct kettle *kettle_of_task(void);
const struct kettle_ops *kettle_ops(struct kettle *k);

void kettle_fill(struct kettle *k, int litres);
void kettle_lock(struct kettle *k);
void kettle_unlock(struct kettle *k);
void stove_lift(struct kettle *k);
void stove_whistle(void);

#endif
