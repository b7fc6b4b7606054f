// SPDX-License-Identifier: MIT
/* A static key: asm goto may go to its label, past the counter. */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

static __always_inline bool key_enabled(int *key)
{
	asm goto("1: jmp %l[l_yes]" : : "i"(key) : : l_yes);
	return false;
l_yes:
	return true;
}

static int guards_off;

static void pot_map_free(struct bpf_map *map) /* expect: RL102 error pot.lock attach=pour */
{
	struct pot *p = to_pot(map);
	bool off = key_enabled(&guards_off);

	if (!off)
		this_cpu_inc(pot_busy);
	raw_spin_lock(&p->lock);
	pour(p);
	raw_spin_unlock(&p->lock);
	if (!off)
		this_cpu_dec(pot_busy);
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

#include <mini/pot_helper.c>
