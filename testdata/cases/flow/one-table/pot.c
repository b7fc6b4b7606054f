// SPDX-License-Identifier: MIT
/*
 * Of which table the pot is nobody knows, but it is one: what clay_smash() comes to is not what an
 * iron pot has. A table that is filled in at run time may have anything beside clay_smash().
 */
#include <mini/kernel.h>

struct pot;

struct pot_ops {
	int (*smash)(struct pot *p);
	void (*empty)(struct pot *p);
};

struct pot {
	const struct pot_ops *ops;
};

static DEFINE_RAW_SPINLOCK(clay_lock);
static DEFINE_RAW_SPINLOCK(iron_lock);
static DEFINE_RAW_SPINLOCK(glass_lock);

/* In other files: they can be traced. */
void cool(void);
int shards(struct pot *p);

static void clay_empty(struct pot *p)
{
	raw_spin_lock(&clay_lock);
	raw_spin_unlock(&clay_lock);
}

static int clay_smash(struct pot *p)
{
	int n = shards(p);

	if (n > 1)
		p->ops->empty(p);
	return n;
}

static void iron_empty(struct pot *p)
{
	raw_spin_lock(&iron_lock);
	raw_spin_unlock(&iron_lock);
}

static int iron_smash(struct pot *p)
{
	return 0;
}

static void glass_empty(struct pot *p)
{
	raw_spin_lock(&glass_lock);
	raw_spin_unlock(&glass_lock);
}

const struct pot_ops clay_ops = { .smash = clay_smash, .empty = clay_empty };
const struct pot_ops iron_ops = { .smash = iron_smash, .empty = iron_empty };
static struct pot_ops new_ops;

void make_glass(const struct pot_ops *base)
{
	new_ops = *base;
	new_ops.empty = glass_empty;
}

void fire(void)
{
	raw_spin_lock(&clay_lock);
	cool();
	raw_spin_unlock(&clay_lock);
	raw_spin_lock(&iron_lock);
	cool();
	raw_spin_unlock(&iron_lock);
	raw_spin_lock(&glass_lock);
	cool();
	raw_spin_unlock(&glass_lock);
}

struct pot *pot_of_task(void);

BPF_CALL_1(bpf_pot_smash, void *, value) /* expect: RL106 error glass_lock in=bpf_pot_smash */ /*
	expect: RL106 error clay_lock in=bpf_pot_smash entry=fire attach=cool
	ladder=bpf_pot_smash,clay_smash,clay_empty */
{
	struct pot *p = pot_of_task();

	return p->ops->smash(p);
}

HELPER(bpf_pot_smash);
MAP_TYPES();
TRACING_HELPERS(case BPF_FUNC_map_update_elem: return &bpf_pot_smash_proto;);
