// SPDX-License-Identifier: MIT
/* beyond: not-reached */
#include <mini/pot.h>

void pour(struct pot *p)
{
	p->level = 0;
}
