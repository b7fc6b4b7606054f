// SPDX-License-Identifier: MIT
/*
 * Who looks at a seqcount some times, and comes back without, waits for nobody; nor does a
 * program that writes wait for the writer that it interrupted.
 */
#include <linux/seqlock.h>
#include <mini/pot.h>

static seqcount_t seq;
static int level;

static void pot_map_free(struct bpf_map *map)
{
	write_seqcount_begin(&seq);
	pour(to_pot(map));
	write_seqcount_end(&seq);
}

static int read_level(int *ret)
{
	unsigned int s;
	int i;

	for (i = 0; i < 3; i++) {
		s = raw_read_seqcount(&seq);
		if (s & 1)
			continue;
		*ret = level;
		if (!read_seqcount_retry(&seq, s))
			return 0;
	}
	return -EBUSY;
}

BPF_CALL_2(bpf_pot_get, struct bpf_map *, map, void *, value)
{
	int ret = 0;

	return read_level(&ret) ? -EBUSY : ret;
}

BPF_CALL_2(bpf_pot_delete, struct bpf_map *, map, void *, value)
{
	write_seqcount_begin(&seq);
	level = 0;
	write_seqcount_end(&seq);
	return 0;
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

HELPER(bpf_pot_get);
HELPER(bpf_pot_delete);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_pot_get_proto;
		case BPF_FUNC_cgrp_storage_delete: return &bpf_pot_delete_proto;);
