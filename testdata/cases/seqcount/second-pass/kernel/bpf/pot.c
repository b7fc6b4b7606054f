// SPDX-License-Identifier: MIT
/*
 * Who reads a seqlock takes it where it changed meanwhile. It cannot have where the program interrupted
 * somebody who has it, so that second pass is none for a program, near or beyond the scope.
 * Where the program interrupted a writer it does not come that far.
 */
#include "../../lib/shelf.h"

static seqlock_t shelf, rack;
static int level;

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

void pot_dust(void)
{
	raw_spin_lock(&shelf.lock);
	dust();
	raw_spin_unlock(&shelf.lock);
}

void pot_fill(void)
{
	write_seqlock(&rack);
	level++;
	dust();
	write_sequnlock(&rack);
}

static int rack_level(void)
{
	unsigned int seq = 0;
	int ret;

again:
	begin_or_lock(&rack, &seq);
	ret = level;
	if (need_retry(&rack, seq)) {
		seq = 1;
		goto again;
	}
	done_retry(&rack, seq);
	return ret;
}

BPF_CALL_1(bpf_shelf_level, void *, value) /* expect: RL106 error rack.seqcount entry=pot_fill
	ladder=bpf_shelf_level,rack_level attach=dust */
{
	return shelf_level() + shelf_load() + rack_level();
}

HELPER(bpf_shelf_level);
TRACING_HELPERS(case BPF_FUNC_map_update_elem: return &bpf_shelf_level_proto;);
