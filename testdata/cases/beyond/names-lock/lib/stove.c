// SPDX-License-Identifier: MIT
/* beyond: joins */
#include "kettle.h"

void stove_light(void);

void stove_light(void)
{
	write_seqlock(&kettle_lock);
	stove_spark();
	write_sequnlock(&kettle_lock);
}
