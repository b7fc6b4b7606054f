// SPDX-License-Identifier: MIT
/* A call through a pointer that is a variable, and gets its value elsewhere. */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

static void (*stir)(struct pot *p);

static void stir_it(struct pot *p)
{
	p->level += 2;
}

void pot_init(void);
void pot_init(void)
{
	stir = stir_it;
}

static void pot_map_free(struct bpf_map *map) /* expect: RL102 error pot.lock attach=stir_it
						 certainty=stir_it:likely */
{
	struct pot *p = to_pot(map);

	raw_spin_lock(&p->lock);
	stir(p);
	raw_spin_unlock(&p->lock);
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

#include <mini/pot_helper.c>
