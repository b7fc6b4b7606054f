/* SPDX-License-Identifier: MIT */
#ifndef POT_H
#define POT_H

#include <mini/kernel.h>

struct pot;

struct pot_ops {
	int (*smash)(struct pot *p);
	void (*empty)(struct pot *p);
};

struct pot_class {
	const struct pot_ops *ops;
};

struct pot {
	int size;
	struct pot_class *class;
};

struct pot *pot_of_task(void);
int pot_size(struct pot *p);
void cool(void);

#endif
