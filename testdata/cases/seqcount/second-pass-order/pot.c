// SPDX-License-Identifier: MIT
/*
 * What a program calls comes to its second attempt as another CPU wrote in between, which then took
 * the shelf's lock to keep writers out, and waits for the pot's, which the program holds up.
 */
#include <linux/seqlock.h>
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);
static seqlock_t shelf;
static int level;

static inline void begin_or_lock(seqlock_t *sl, unsigned int *seq)
{
	if (!(*seq & 1))
		*seq = read_seqbegin(sl);
	else
		raw_spin_lock(&sl->lock); /* expect: RL109 error pot.lock */
}

static inline bool need_retry(seqlock_t *sl, unsigned int seq)
{
	return !(seq & 1) && read_seqretry(sl, seq);
}

static inline void done_retry(seqlock_t *sl, unsigned int seq)
{
	if (seq & 1)
		raw_spin_unlock(&sl->lock);
}

static int shelf_level(void)
{
	unsigned int seq = 0;
	int ret;

again:
	begin_or_lock(&shelf, &seq);
	ret = level;
	if (need_retry(&shelf, seq)) {
		seq = 1;
		goto again;
	}
	done_retry(&shelf, seq);
	return ret;
}

static void pot_map_free(struct bpf_map *map)
{
	struct pot *p = to_pot(map);

	this_cpu_inc(pot_busy);
	raw_spin_lock(&shelf.lock);
	raw_spin_lock(&p->lock);
	p->level++;
	raw_spin_unlock(&p->lock);
	raw_spin_unlock(&shelf.lock);
	this_cpu_dec(pot_busy);
}

BPF_CALL_2(bpf_pot_fill, struct bpf_map *, map, void *, value)
{
	struct pot *p = to_pot(map);
	long ret = -EBUSY;

	if (this_cpu_inc_return(pot_busy) == 1) {
		raw_spin_lock(&p->lock);
		pour(p);
		raw_spin_unlock(&p->lock);
		ret = 0;
	}
	this_cpu_dec(pot_busy);
	return ret;
}

BPF_CALL_1(bpf_shelf_level, void *, value)
{
	return shelf_level();
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

HELPER(bpf_pot_fill);
HELPER(bpf_shelf_level);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(
	case BPF_FUNC_cgrp_storage_get: return &bpf_pot_fill_proto;
	case BPF_FUNC_map_update_elem: return &bpf_shelf_level_proto;
);
