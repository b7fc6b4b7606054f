// SPDX-License-Identifier: MIT
/*
 * As raw_seqcount_begin() does, a reader does not wait for the writer whom it interrupted, and goes
 * by an even number: for it the count has changed, and it takes the lock, which the writer has (the
 * pot). Where nobody is at it who writes, the count is as it was (the pan).
 */
#include <linux/seqlock.h>
#include <mini/kernel.h>

#define begin_anyway(s) (raw_read_seqcount(s) & ~1)

static DEFINE_RAW_SPINLOCK(pot_lock);
static DEFINE_RAW_SPINLOCK(pan_lock);
static DEFINE_RAW_SPINLOCK(lid_lock);
static seqcount_t pot_seq;
static seqcount_t pan_seq;
static seqcount_t lid_seq;
static int level;

void pour(void);
void stir(void);
void pot_write(int n);
void pan_write(int n);
void lid_write(int n);

void pot_write(int n)
{
	raw_spin_lock(&pot_lock);
	write_seqcount_begin(&pot_seq);
	level = n;
	pour();
	write_seqcount_end(&pot_seq);
	raw_spin_unlock(&pot_lock);
}

void pan_write(int n)
{
	raw_spin_lock(&pan_lock);
	pour();
	write_seqcount_begin(&pan_seq);
	level = n;
	write_seqcount_end(&pan_seq);
	stir();
	raw_spin_unlock(&pan_lock);
}

/* With an odd number the count is what it was. */
void lid_write(int n)
{
	raw_spin_lock(&lid_lock);
	write_seqcount_begin(&lid_seq);
	level = n;
	pour();
	write_seqcount_end(&lid_seq);
	raw_spin_unlock(&lid_lock);
}

BPF_CALL_1(bpf_pot_level, void *, value) /* expect: RL106 error pot_lock entry=pot_write */
{
	unsigned int seq = begin_anyway(&pot_seq);
	int ret = level;

	if (!read_seqcount_retry(&pot_seq, seq))
		return ret;
	raw_spin_lock(&pot_lock);
	ret = level;
	raw_spin_unlock(&pot_lock);
	return ret;
}

BPF_CALL_1(bpf_pan_level, void *, value)
{
	unsigned int seq = begin_anyway(&pan_seq);
	int ret = level;

	if (!read_seqcount_retry(&pan_seq, seq))
		return ret;
	raw_spin_lock(&pan_lock);
	ret = level;
	raw_spin_unlock(&pan_lock);
	return ret;
}

BPF_CALL_1(bpf_lid_level, void *, value)
{
	unsigned int seq = raw_read_seqcount(&lid_seq);
	int ret = level;

	if (!read_seqcount_retry(&lid_seq, seq))
		return ret;
	raw_spin_lock(&lid_lock);
	ret = level;
	raw_spin_unlock(&lid_lock);
	return ret;
}

HELPER(bpf_pot_level);
HELPER(bpf_pan_level);
HELPER(bpf_lid_level);
MAP_TYPES();
TRACING_HELPERS(
	case BPF_FUNC_map_update_elem: return &bpf_pot_level_proto;
	case BPF_FUNC_map_lookup_elem: return &bpf_pan_level_proto;
	case BPF_FUNC_map_delete_elem: return &bpf_lid_level_proto;
);
