// SPDX-License-Identifier: MIT
#include <mini/pot.h>

void pour(struct pot *p)
{
	p->level = 0;
}
