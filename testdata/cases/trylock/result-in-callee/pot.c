// SPDX-License-Identifier: MIT
/* The boolean of the trylock decides in the callee whether a lock is taken (cacheit_lockit). */
#include <mini/drain.c>

static void pot_map_free(struct bpf_map *map)
{
	drain(to_pot(map), &pot_busy);
}

static bool pot_trylock(void)
{
	migrate_disable();
	if (unlikely(this_cpu_inc_return(pot_busy) != 1)) {
		this_cpu_dec(pot_busy);
		migrate_enable();
		return false;
	}
	return true;
}

static void pot_unlock(void)
{
	this_cpu_dec(pot_busy);
	migrate_enable();
}

static struct pot *lookup(struct bpf_map *map, bool cacheit_lockit)
{
	struct pot *p = to_pot(map);
	unsigned long flags;

	if (cacheit_lockit) {
		raw_spin_lock_irqsave(&p->lock, flags);
		p->level = 1;
		raw_spin_unlock_irqrestore(&p->lock, flags);
	}
	return p;
}

static long fill(struct pot *p, u64 flags)
{
	raw_spin_lock(&p->lock);
	p->level = flags;
	raw_spin_unlock(&p->lock);
	return 0;
}

BPF_CALL_3(bpf_pot_get, struct bpf_map *, map, void *, value, u64, flags)
{
	struct pot *p;
	long ret = 0;
	bool nobusy;

	nobusy = pot_trylock();
	p = lookup(map, nobusy);
	if (p->level)
		goto unlock;
	if ((flags & 1) && nobusy)
		ret = fill(p, flags);
unlock:
	if (nobusy)
		pot_unlock();
	return ret;
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

HELPER(bpf_pot_get);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_pot_get_proto;);
