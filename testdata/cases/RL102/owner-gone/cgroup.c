// SPDX-License-Identifier: MIT
/*
 * The last reference to the owner is gone: no program gets at its storage's lock, only at that of
 * the bucket, which is a map's.
 */
#include <mini/storage.h>

static DEFINE_PER_CPU(int, cgroup_busy);

static void *cgroup_storage_ptr(void *owner)
{
	return &((struct cgroup *)owner)->pot;
}

extern struct cgroup cgroup_root;

void link_pot(struct pot_bucket *b, struct cgroup *up);

static void pot_unlink_both(struct pot *pot)
{
	struct pot_bucket *b = &rcu_dereference(pot->smap)->buckets[0];
	unsigned long flags, b_flags;

	raw_spin_lock_irqsave(&pot->lock, flags);
	pour(pot);
	raw_spin_unlock_irqrestore(&pot->lock, flags);
	raw_spin_lock_irqsave(&b->lock, b_flags);
	link_pot(b, &cgroup_root);
	raw_spin_unlock_irqrestore(&b->lock, b_flags);
}

void bpf_cgrp_storage_free(struct cgroup *cgroup) /* expect: RL102 error pot_bucket.lock
			expected=cgroup_busy attach=link_pot not-attach=pour */
{
	struct pot *pot = rcu_dereference(cgroup->pot);

	if (pot)
		pot_unlink_both(pot);
}

BPF_CALL_2(bpf_cgroup_fill, struct bpf_map *, map, struct cgroup *, cgroup)
{
	struct pot_map *smap = (struct pot_map *)map;
	struct pot *pot = rcu_dereference(cgroup->pot);
	unsigned long flags;

	if (this_cpu_inc_return(cgroup_busy) == 1 && pot) {
		raw_spin_lock_irqsave(&pot->lock, flags);
		pot->level++;
		raw_spin_unlock_irqrestore(&pot->lock, flags);
		raw_spin_lock_irqsave(&smap->buckets[0].lock, flags);
		pot->level++;
		raw_spin_unlock_irqrestore(&smap->buckets[0].lock, flags);
	}
	this_cpu_dec(cgroup_busy);
	return 0;
}

const struct bpf_map_ops cgroup_map_ops = { .map_owner_storage_ptr = cgroup_storage_ptr };

HELPER(bpf_cgroup_fill);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &cgroup_map_ops);
TRACING_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_cgroup_fill_proto;);
