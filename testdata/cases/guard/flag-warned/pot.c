// SPDX-License-Identifier: MIT
/*
 * A pointer of this CPU's that is only warned of is no guard: it says whose turn it is, and nobody
 * is kept out by it. Storing to it whatever it was opens no section.
 */
#include <mini/kernel.h>

#define WARN_ON(condition)						\
({									\
	int __ret_warn_on = !!(condition);				\
									\
	if (__builtin_expect(!!(__ret_warn_on), 0)) {			\
		__auto_type __flags = 1;				\
									\
		__asm__ __volatile__("ud2" : : "i"(__flags));		\
	}								\
	__builtin_expect(!!(__ret_warn_on), 0);				\
})

struct pot {
	int level;
};

static DEFINE_PER_CPU(struct pot *, pot_at_hand);
static DEFINE_RAW_SPINLOCK(pot_lock);

void pour(void);

BPF_CALL_1(bpf_pot_fill, struct pot *, p) /* expect: RL106 warning pot_lock */
{
	struct pot **at_hand = this_cpu_ptr(&pot_at_hand);

	WARN_ON(*at_hand);
	*at_hand = p;
	raw_spin_lock(&pot_lock);
	pour();
	raw_spin_unlock(&pot_lock);
	*at_hand = NULL;
	return 0;
}

BPF_CALL_1(bpf_pot_is, struct pot *, p)
{
	return this_cpu_read(pot_at_hand) == p;
}

HELPER(bpf_pot_fill);
HELPER(bpf_pot_is);
TRACING_HELPERS(
	case BPF_FUNC_map_update_elem: return &bpf_pot_fill_proto;
	case BPF_FUNC_map_delete_elem: return &bpf_pot_is_proto;
);
