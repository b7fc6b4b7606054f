// SPDX-License-Identifier: MIT
/* Where what is said cannot be compared with what is done, nothing is said. */
#include <mini/pot.h>

static DEFINE_RAW_SPINLOCK(shelf_lock);

struct grace {
	int readers;
};

struct shelf {
	raw_spinlock_t locks[4];
	struct pot *pot;
	void (*leave)(struct pot *pot);
};

/* A token, which is no variable. */
void rcu_enter(void)
	__acquires(RCU)
{
}

/* A record that no primitive takes. */
void grace_enter(struct grace *g)
	__acquires(g)
{
	g->readers++;
}

/* An expression. */
void shelf_one(struct shelf *s, int i)
	__acquires(&s->locks[i])
{
}

/* Another unit, or a pointer, may do it: the pot is handed to both. */
void pot_elsewhere(struct pot *p)
	__releases(&p->lock)
{
	p->level--;
	pour(p);
}

void pot_by_pointer(struct shelf *s, struct pot *p)
	__releases(&p->lock)
{
	s->leave(p);
}

void shelf_claimed(void) __acquires(&shelf_lock);

void shelf_by_claim(void)
	__acquires(&shelf_lock)
{
	shelf_claimed();
}

/* The function tells checkers that they do not see it. */
void pot_vouched(struct pot *p)
	__acquires(&p->lock)
{
	p->level = 1;
	__acquire(&p->lock);
}

/* What else it takes may be what the token means. */
void rcu_and_lock(void)
	__acquires(RCU)
{
	raw_spin_lock(&shelf_lock);
}
