// SPDX-License-Identifier: MIT
/* beyond: joins */
#include <mini/kernel.h>

#include "kettle.h"

static DEFINE_RAW_SPINLOCK(kettle_lock);
static int level;

int kettle_look(void)
{
	return level;
}

void kettle_fill(int litres)
{
	raw_spin_lock(&kettle_lock);
	level += litres;
	raw_spin_unlock(&kettle_lock);
}

void kettle_boil(void) /* expect: RL102 error pot_lock attach=tcf_classify how=tcf_classify:sched_cls
	ladder=kettle_boil,lid_lift,tcf_classify,bpf_pot_get reenter=bpf_pot_get */
{
	raw_spin_lock(&pot_lock);
	lid_lift(1);
	raw_spin_unlock(&pot_lock);
}

/* The lid is only lifted there where it is asked to be always. */
void kettle_simmer(void)
{
	raw_spin_lock(&pot_lock);
	lid_lift(0);
	raw_spin_unlock(&pot_lock);
}

/* The first call that comes to it is not the one that lifts. */
void kettle_reheat(int n) /* expect: RL102 error pot_lock attach=tcf_classify */
{
	raw_spin_lock(&pot_lock);
	lid_lift(0);
	lid_lift(n);
	raw_spin_unlock(&pot_lock);
}

void kettle_cool(void)
{
	raw_spin_lock(&kettle_lock);
	lid_lift(1);
	raw_spin_unlock(&kettle_lock);
}

/* Here the holder runs one itself as well. */
void kettle_serve(void) /* expect: RL102 error kettle_lock attach=tcf_classify ladder=kettle_serve,tcf_classify */
{
	raw_spin_lock(&kettle_lock);
	lid_lift(1);
	tcf_classify();
	raw_spin_unlock(&kettle_lock);
}

/* What the lock is in is a whole one. */
void pot_boil(struct pot *p)
{
	raw_spin_lock(&p->lock);
	lid_close(p);
	raw_spin_unlock(&p->lock);
}
