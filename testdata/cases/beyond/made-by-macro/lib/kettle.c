// SPDX-License-Identifier: MIT
/* beyond: joins */
#include <mini/kernel.h>

static DEFINE_RAW_SPINLOCK(kettle_lock);
static int level;


#define MAKE_KETTLE(type)						\
int kettle_fill_ ##type(int litres);					\
									\
int kettle_fill_ ##type(int litres)					\
{									\
	raw_spin_lock(&kettle_lock);					\
	level += litres;						\
	raw_spin_unlock(&kettle_lock);					\
	return level;							\
}

MAKE_KETTLE(u16)
MAKE_KETTLE(u32)
