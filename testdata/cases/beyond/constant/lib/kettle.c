// SPDX-License-Identifier: MIT
/* beyond: joins */
#include <mini/kernel.h>

static DEFINE_RAW_SPINLOCK(kettle_lock);
static unsigned int allowed;

void kettle_whistle(void);
void kettle_boil(void);
int kettle_ask(int what, unsigned int how, void *cup);

static int __kettle_ask(int what, unsigned int how, bool no_cup)
{
	int ret = 0;

	if (what == 7 || (how & 0x400) || no_cup) { /* never: what is 3, 5 or 9 */
		raw_spin_lock(&kettle_lock);
		ret = what;
		raw_spin_unlock(&kettle_lock);
	}
	return ret;
}

int kettle_ask(int what, unsigned int how, void *cup)
{
	how &= allowed;
	if (what > 4)
		how &= ~0x2u;
	return __kettle_ask(what, how, !cup);
}

void kettle_boil(void)
{
	raw_spin_lock(&kettle_lock);
	kettle_whistle();
	raw_spin_unlock(&kettle_lock);
}
