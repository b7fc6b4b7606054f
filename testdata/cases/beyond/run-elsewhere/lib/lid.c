// SPDX-License-Identifier: MIT
/* beyond: joins */
#include <mini/kernel.h>

#include "kettle.h"

void lid_lift(int always)
{
	if (always)
		tcf_classify();
}

void lid_close(struct pot *p)
{
	if (!p || !pot_is_whole(p))
		tcf_classify();
}
