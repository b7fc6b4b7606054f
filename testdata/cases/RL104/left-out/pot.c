// SPDX-License-Identifier: MIT
/*
 * What an initialiser leaves out is 0, also what is true or false: so the counter is raised where
 * there are arguments, and lowered where these were given room.
 */
#include <mini/kernel.h>

struct fill {
	u32 *args;
	bool wants_args;
	bool wants_text;
};

static DEFINE_PER_CPU(int, fill_level);
static DEFINE_PER_CPU(u32, fill_args[8]);
static DEFINE_RAW_SPINLOCK(pot_lock);

static int fill_begin(struct fill *f, u32 n)
{
	if ((f->wants_args && n) || f->wants_text) {
		if (this_cpu_inc_return(fill_level) > 3) {
			this_cpu_dec(fill_level);
			return -EBUSY;
		}
	}
	if (f->wants_args && n)
		f->args = this_cpu_ptr(fill_args);
	return 0;
}

static void fill_end(struct fill *f)
{
	if (f->args)
		this_cpu_dec(fill_level);
}

BPF_CALL_2(bpf_pot_fill, void *, value, u32, len) /* expect: RL106 error pot_lock */
{
	struct fill f = { .wants_args = true };

	raw_spin_lock(&pot_lock);
	raw_spin_unlock(&pot_lock);
	if (fill_begin(&f, len / 8) < 0)
		return -EBUSY;
	fill_end(&f);
	return 0;
}

HELPER(bpf_pot_fill);
TRACING_HELPERS(case BPF_FUNC_map_update_elem: return &bpf_pot_fill_proto;);
