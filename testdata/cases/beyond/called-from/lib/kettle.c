// SPDX-License-Identifier: MIT
/* beyond: joins */
#include <mini/pot.h>

void pot_free(struct pot *p);
void kettle_down(struct pot *p);

void kettle_down(struct pot *p)
{
	if (p)
		pot_free(p);
}
