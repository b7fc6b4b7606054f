// SPDX-License-Identifier: MIT
/*
 * The only entry point that comes to pot_refill() has too many instructions, so that its run ends
 * before: the function by itself is all that is left to tell.
 */
#include <mini/pot.h>

int pot_refill(struct pot *p, int n);
int pot_command(struct pot *p, int n);

static DEFINE_PER_CPU(int, pot_busy);

static long pot_update(struct bpf_map *map, void *key, void *value, u64 flags)
{
	struct pot *p = to_pot(map);

	if (this_cpu_inc_return(pot_busy) != 1) {
		this_cpu_dec(pot_busy);
		return -EBUSY;
	}
	raw_spin_lock(&p->lock);
	raw_spin_unlock(&p->lock);
	this_cpu_dec(pot_busy);
	return 0;
}

/* Each call has another number, so that what one came to is of no use to the next. */
#define STEP(from, to)                                                                             \
	static void step_##from(struct pot *p, int n)                                              \
	{                                                                                          \
		step_##to(p, 2 * n);                                                               \
		step_##to(p, 2 * n + 1);                                                           \
	}

static void step_0(struct pot *p, int n)
{
	if (n)
		return;
	this_cpu_inc(pot_busy);
	raw_spin_lock(&p->lock);
	raw_spin_unlock(&p->lock);
	this_cpu_dec(pot_busy);
}

STEP(1, 0)
STEP(2, 1)
STEP(3, 2)
STEP(4, 3)
STEP(5, 4)
STEP(6, 5)
STEP(7, 6)
STEP(8, 7)
STEP(9, 8)
STEP(10, 9)
STEP(11, 10)
STEP(12, 11)
STEP(13, 12)
STEP(14, 13)
STEP(15, 14)
STEP(16, 15)
STEP(17, 16)
STEP(18, 17)
STEP(19, 18)

int pot_refill(struct pot *p, int n)
{
	int err = 0;

	this_cpu_inc(pot_busy);
	raw_spin_lock(&p->lock);
	if (n > 8) {
		err = -EINVAL;
		goto out;
	}
	raw_spin_unlock(&p->lock);
out:
	this_cpu_dec(pot_busy);
	return err; /* expect: RL110 error pot.lock in=pot_refill acquired=pot_refill */
}

/* cut: pot_command */
int pot_command(struct pot *p, int n)
{
	step_19(p, 1);
	return pot_refill(p, n) ? 0 : 1;
}

static const struct bpf_map_ops pot_map_ops = { .map_update_elem = pot_update, POT_OPS };

#include <mini/pot_helper.c>
