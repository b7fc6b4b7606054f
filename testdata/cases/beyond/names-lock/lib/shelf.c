// SPDX-License-Identifier: MIT
/* Names no lock that programs come to: this is not read. */
/* beyond: not-reached */
#include <mini/kernel.h>

void shelf_light(void);
void stove_spark(void);

static DEFINE_RAW_SPINLOCK(shelf_lock);

void shelf_light(void)
{
	raw_spin_lock(&shelf_lock);
	stove_spark();
	raw_spin_unlock(&shelf_lock);
}
