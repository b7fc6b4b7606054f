// SPDX-License-Identifier: MIT
/*
 * An object's address becomes one of something else, and what is written there is not
 * seen: either pointer may be any lid.
 */
#include <mini/kernel.h>

struct lid {
	raw_spinlock_t lock;
};

struct jar {
	raw_spinlock_t lock;
};

struct kind {
	struct lid *lids;
	struct jar *jars;
	int level;
};

static DEFINE_PER_CPU(struct lid, tea_lids);
static DEFINE_PER_CPU(struct lid, coffee_lids);
static struct jar tea_jar, coffee_jar;
static struct kind tea = { .lids = &tea_lids, .jars = &tea_jar };
static struct kind coffee = { .lids = &coffee_lids, .jars = &coffee_jar };

/* In another file, so it can be traced. */
void stir(struct kind *k);
void tea_time(int cpu);
void swap_jars(void);

static void pour(struct kind *k)
{
	struct lid *lid = this_cpu_ptr(k->lids);

	raw_spin_lock(&lid->lock);
	k->level++;
	raw_spin_unlock(&lid->lock);
}

static void fill(struct kind *k)
{
	raw_spin_lock(&k->jars->lock);
	k->level--;
	raw_spin_unlock(&k->jars->lock);
}

void swap_jars(void)
{
	__builtin_memcpy(&tea, &coffee, sizeof(tea));
}

void tea_time(int cpu)
{
	struct lid *lid = per_cpu_ptr(tea.lids, cpu);

	raw_spin_lock(&lid->lock);
	stir(&tea);
	raw_spin_unlock(&lid->lock);
	raw_spin_lock(&tea.jars->lock);
	stir(&tea);
	raw_spin_unlock(&tea.jars->lock);
}

BPF_CALL_1(bpf_coffee_pour, int, n) /* expect: RL106 error lid.lock in=bpf_coffee_pour
					   attach=stir */
{
	pour(&coffee);
	return 0;
}

BPF_CALL_1(bpf_coffee_fill, int, n) /* expect: RL106 error jar.lock in=bpf_coffee_fill attach=stir */
{
	fill(&coffee);
	return 0;
}

HELPER(bpf_coffee_pour);
HELPER(bpf_coffee_fill);
TRACING_HELPERS(case BPF_FUNC_map_update_elem: return &bpf_coffee_pour_proto;
		case BPF_FUNC_map_delete_elem: return &bpf_coffee_fill_proto;);
