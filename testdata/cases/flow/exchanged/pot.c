// SPDX-License-Identifier: MIT
/* Who asks for it and then finds that another CPU has done it meanwhile. */
#include <linux/atomic.h>
#include <mini/kernel.h>

struct pot {
	int asked;
};

static DEFINE_RAW_SPINLOCK(pot_lock);

void pour(void);
struct pot *pot_of_task(void);

BPF_CALL_1(bpf_pot_fill, void *, value) /* expect: RL106 error pot_lock */
{
	struct pot *p = pot_of_task();

	p->asked = 1;
	if (xchg(&p->asked, 0))
		return 0;
	raw_spin_lock(&pot_lock);
	pour();
	raw_spin_unlock(&pot_lock);
	return 0;
}

HELPER(bpf_pot_fill);
MAP_TYPES();
TRACING_HELPERS(case BPF_FUNC_map_update_elem: return &bpf_pot_fill_proto;);
