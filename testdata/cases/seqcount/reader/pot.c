// SPDX-License-Identifier: MIT
/*
 * Who reads waits while the count is odd: for ever, where the writer is what the program
 * interrupted. Who looks once, and comes back without, waits for nobody.
 */
#include <linux/seqlock.h>
#include <mini/pot.h>

static struct {
	seqcount_raw_spinlock_t seq;
	int level;
} kettle;
static seqcount_t plain_seq;
static seqlock_t lid;
static int n_levels;

static void pot_map_free(struct bpf_map *map)
{
	write_seqcount_begin(&kettle.seq);
	pour(to_pot(map));
	write_seqcount_end(&kettle.seq);
	write_seqcount_begin(&plain_seq);
	pour(to_pot(map));
	write_seqcount_end(&plain_seq);
	write_seqlock(&lid);
	pour(to_pot(map));
	write_sequnlock(&lid);
}

/* No writer calls out. */
static seqcount_t short_seq;

void pot_note_level(int level)
{
	write_seqcount_begin(&short_seq);
	n_levels = level;
	write_seqcount_end(&short_seq);
}

static int read_level(void)
{
	unsigned int seq;
	int ret;

	do {
		seq = read_seqcount_begin(&kettle.seq);
		ret = kettle.level;
	} while (read_seqcount_retry(&kettle.seq, seq));
	return ret;
}

BPF_CALL_2(bpf_pot_get, struct bpf_map *, map, void *, value) /* expect: RL106 error kettle.seq
	ladder=bpf_pot_get,read_level attach=pour */
{
	unsigned int seq;
	int ret;

	do {
		seq = read_seqcount_begin(&short_seq);
		ret = n_levels;
	} while (read_seqcount_retry(&short_seq, seq));
	return ret + read_level();
}

BPF_CALL_2(bpf_pot_delete, struct bpf_map *, map, void *, value) /* expect: RL106 error lid.seqcount */
{
	unsigned int seq = raw_read_seqcount(&plain_seq);

	if (seq & 1 || read_seqcount_retry(&plain_seq, seq))
		return -EBUSY;
	do {
		seq = read_seqbegin(&lid);
	} while (read_seqretry(&lid, seq));
	return 0;
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

HELPER(bpf_pot_get);
HELPER(bpf_pot_delete);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_pot_get_proto;
		case BPF_FUNC_cgrp_storage_delete: return &bpf_pot_delete_proto;);
