// SPDX-License-Identifier: MIT
/* One more of the folder that nobody traces. */
/* no-ftrace */
#include <mini/pot.h>

void lid(struct pot *p);

void lid(struct pot *p)
{
	p->level = 1;
}
