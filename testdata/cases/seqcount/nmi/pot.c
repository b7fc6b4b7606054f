// SPDX-License-Identifier: MIT
/* A program in an NMI reads what the interrupted code is about to write. */
#include <linux/seqlock.h>
#include <mini/kernel.h>

static seqcount_t seq;
static int level;

void pot_note_level(int n)
{
	write_seqcount_begin(&seq);
	level = n;
	write_seqcount_end(&seq);
}

BPF_CALL_2(bpf_pot_get, int, n, void *, value) /* expect: RL108 error seq context=nmi
	entry=pot_note_level */
{
	unsigned int s;
	int ret;

	do {
		s = read_seqcount_begin(&seq);
		ret = level;
	} while (read_seqcount_retry(&seq, s));
	return ret;
}

HELPER(bpf_pot_get);
NMI_HELPERS(case BPF_FUNC_map_update_elem: return &bpf_pot_get_proto;);
