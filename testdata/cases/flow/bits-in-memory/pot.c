// SPDX-License-Identifier: MIT
/*
 * The flags that the verifier hands to a helper do not let it wait (rules/tree.yaml, arguments). Where
 * another one may be set, through a pointer, that stays known; where this one may be set it does not.
 */
#include <mini/kernel.h>

#define MAY_WAIT 0x400u
#define OTHER 0x100000u

static DEFINE_RAW_SPINLOCK(waited_lock);
static DEFINE_RAW_SPINLOCK(raised_lock);
extern unsigned int allowed_mask;

int hash(void);
void pour(void);

/* The flags are in memory by that. */
#define ADD_FLAG(flags, flag)			\
	do {					\
		unsigned int *__p = &(flags);	\
						\
		if (hash())			\
			*__p |= (flag);		\
	} while (0)

BPF_CALL_2(bpf_waited_get, void *, value, unsigned int, gfp_flags)
{
	unsigned int used = gfp_flags & READ_ONCE(allowed_mask);

	ADD_FLAG(used, OTHER);
	if (!(used & MAY_WAIT))
		return -EBUSY;
	raw_spin_lock(&waited_lock);
	pour();
	raw_spin_unlock(&waited_lock);
	return 0;
}

BPF_CALL_2(bpf_raised_get, void *, value, unsigned int, gfp_flags) /* expect: RL106 error raised_lock */
{
	unsigned int used = gfp_flags & READ_ONCE(allowed_mask);

	ADD_FLAG(used, OTHER);
	ADD_FLAG(used, MAY_WAIT);
	if (!(used & MAY_WAIT))
		return -EBUSY;
	raw_spin_lock(&raised_lock);
	pour();
	raw_spin_unlock(&raised_lock);
	return 0;
}

HELPER(bpf_waited_get);
HELPER(bpf_raised_get);
MAP_TYPES();
TRACING_HELPERS(
	case BPF_FUNC_map_lookup_elem: return &bpf_waited_get_proto;
	case BPF_FUNC_map_update_elem: return &bpf_raised_get_proto;
);
