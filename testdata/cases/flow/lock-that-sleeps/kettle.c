// SPDX-License-Identifier: MIT
/*
 * A helper that every program may call has no business with a lock that sleeps; if
 * it waits for one, a program can come back to what its own task holds. Who only
 * tries it does not wait.
 */
#include <mini/kernel.h>
#include <linux/mutex.h>

static struct mutex kettle_mutex;
static int level;

void kettle_whistle(void);
void kettle_boil(void);

void kettle_boil(void)
{
	mutex_lock(&kettle_mutex);
	kettle_whistle();
	level = 0;
	mutex_unlock(&kettle_mutex);
}

BPF_CALL_1(bpf_kettle_fill, int, litres) /* expect: RL106 error kettle_mutex attach=kettle_whistle
						context=recursion */
{
	mutex_lock(&kettle_mutex);
	level += litres;
	mutex_unlock(&kettle_mutex);
	return 0;
}

BPF_CALL_1(bpf_kettle_try, int, litres)
{
	if (!mutex_trylock(&kettle_mutex))
		return -EBUSY;
	level += litres;
	mutex_unlock(&kettle_mutex);
	return 0;
}

HELPER(bpf_kettle_fill);
HELPER(bpf_kettle_try);
NMI_HELPERS(case BPF_FUNC_map_update_elem: return &bpf_kettle_fill_proto;
	    case BPF_FUNC_map_delete_elem: return &bpf_kettle_try_proto;);
