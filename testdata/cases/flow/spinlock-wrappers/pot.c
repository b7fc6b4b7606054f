// SPDX-License-Identifier: MIT
/* spin_lock() and its like are inline: the lock is pot.lock, whatever it is made of. */
#include <mini/kernel.h>

struct pot {
	spinlock_t lock;
};

static void *pot_slot(void *owner)
{
	return &((struct task_struct *)owner)->pot;
}

struct pot *to_pot(struct bpf_map *map);
void stir(struct pot *p);

static DEFINE_PER_CPU(int, pot_busy);

static void pot_map_free(struct bpf_map *map) /* expect: RL102 error pot.lock kind="task storage"
						 attach=stir attach=_raw_spin_unlock_irqrestore */
{
	struct pot *p = to_pot(map);
	unsigned long flags;

	spin_lock_irqsave(&p->lock, flags);
	stir(p);
	spin_unlock_irqrestore(&p->lock, flags);
}

BPF_CALL_1(bpf_pot_get, struct bpf_map *, map)
{
	struct pot *p = to_pot(map);

	if (this_cpu_inc_return(pot_busy) == 1) {
		spin_lock(&p->lock);
		spin_unlock(&p->lock);
	}
	this_cpu_dec(pot_busy);
	return 0;
}

static const struct bpf_map_ops pot_map_ops = {
	.map_free = pot_map_free,
	.map_owner_storage_ptr = pot_slot,
};

HELPER(bpf_pot_get);
MAP_TYPES([BPF_MAP_TYPE_TASK_STORAGE] = &pot_map_ops);
TRACING_HELPERS(case BPF_FUNC_task_storage_get: return &bpf_pot_get_proto;);
