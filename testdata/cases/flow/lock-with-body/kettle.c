// SPDX-License-Identifier: MIT
/* options: --rules own.yaml */
/*
 * Owning a kettle is a lock made of a mark and a spinlock around it. The owner may
 * run a program with the spinlock free: what waits for the mark then waits for
 * itself; also in the release, before the mark is gone. The spinlock is a lock of its own.
 */
#include <mini/kernel.h>

struct owner {
	raw_spinlock_t lock;
	int owned;
};

struct kettle {
	struct owner own;
	int level;
};

static struct kettle the_kettle;

void wait_for_owner(struct kettle *k);
/* In other files, so they can be traced. */
void boil(struct kettle *k);
void whistle(struct kettle *k);
void kettle_own(struct kettle *k);
void kettle_disown(struct kettle *k);
void kettle_boil(void);

void kettle_own(struct kettle *k)
{
	raw_spin_lock(&k->own.lock);
	if (k->own.owned)
		wait_for_owner(k);
	k->own.owned = 1;
	raw_spin_unlock(&k->own.lock);
}

void kettle_disown(struct kettle *k)
{
	raw_spin_lock(&k->own.lock);
	whistle(k);
	k->own.owned = 0;
	raw_spin_unlock(&k->own.lock);
}

void kettle_boil(void)
{
	kettle_own(&the_kettle);
	boil(&the_kettle);
	kettle_disown(&the_kettle);
}

BPF_CALL_1(bpf_kettle_level, int, n) /* expect: RL106 error kettle.own attach=boil attach=whistle */ /* expect: RL106 error owner.lock attach=wait_for_owner not-attach=boil */
{
	int level;

	kettle_own(&the_kettle);
	level = the_kettle.level;
	kettle_disown(&the_kettle);
	return level;
}

HELPER(bpf_kettle_level);
TRACING_HELPERS(case BPF_FUNC_map_update_elem: return &bpf_kettle_level_proto;);
