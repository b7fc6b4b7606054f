// SPDX-License-Identifier: MIT
/* beyond: not-reached */
#include <mini/kernel.h>

struct jar {
	raw_spinlock_t lock;
};

struct kind {
	void *lids;
	struct jar *jars;
	int level;
};

extern struct kind tea;
extern struct jar coffee_jar;
void swap_jars(void);

void swap_jars(void)
{
	tea.jars = &coffee_jar;
}
