// SPDX-License-Identifier: MIT
/*
 * What the code stores in a member of the object says nothing of its other one, though a table has
 * both functions.
 */
#include <mini/kernel.h>

struct pot {
	int (*smash)(struct pot *p);
	void (*empty)(struct pot *p);
};

static DEFINE_RAW_SPINLOCK(clay_lock);

void cool(void);
int shards(struct pot *p);
void fire(void);
struct pot *any_pot(void);

static int my_smash(struct pot *p)
{
	return shards(p);
}

static void clay_empty(struct pot *p)
{
	raw_spin_lock(&clay_lock);
	raw_spin_unlock(&clay_lock);
}

static struct pot clay = { .empty = clay_empty };

static void iron_empty(struct pot *p)
{
}

struct pot iron = { .smash = my_smash, .empty = iron_empty };

void fire(void)
{
	raw_spin_lock(&clay_lock);
	cool();
	raw_spin_unlock(&clay_lock);
}

static void use(struct pot *p, int (*smash)(struct pot *))
{
	p->smash = smash;
	p->empty(p);
}

BPF_CALL_1(bpf_pot_smash, void *, value) /* expect: RL106 error clay_lock */
{
	use(any_pot(), my_smash);
	return 0;
}

HELPER(bpf_pot_smash);
MAP_TYPES();
TRACING_HELPERS(case BPF_FUNC_map_update_elem: return &bpf_pot_smash_proto;);
