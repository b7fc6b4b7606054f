// SPDX-License-Identifier: MIT
/* How sure it is that a function can be attached to. */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

void season(struct pot *p);

struct stove {
	void (*stir)(struct pot *p);
};

const struct stove *stove_of(struct pot *p);

/* May be inlined. */
static void wash(struct pot *p)
{
	p->level = 0;
}

static noinline void boil(struct pot *p)
{
	p->level = 100;
}

/* Elsewhere in the tree, but read. */
void season(struct pot *p)
{
	p->level++;
}

static inline void rinse(struct pot *p)
{
	p->level--;
}

static __always_inline void dry(struct pot *p)
{
	p->level--;
}

static void stir_it(struct pot *p)
{
	p->level += 2;
}

const struct stove pot_stove = { .stir = stir_it };

static void pot_map_free(struct bpf_map *map) /* expect: RL102 error pot.lock
	attach=pour certainty=pour:likely attach=season certainty=season:likely
	certainty=wash:possible certainty=boil:likely certainty=stir_it:likely
	not-attach=rinse not-attach=dry */
{
	struct pot *p = to_pot(map);

	raw_spin_lock(&p->lock);
	pour(p);
	season(p);
	wash(p);
	boil(p);
	rinse(p);
	dry(p);
	stove_of(p)->stir(p);
	raw_spin_unlock(&p->lock);
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

#include <mini/pot_helper.c>
