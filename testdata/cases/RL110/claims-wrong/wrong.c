// SPDX-License-Identifier: MIT
/* What annotations say of locks, and what the functions do instead. */
#include <mini/pot.h>

static DEFINE_RAW_SPINLOCK(shelf_lock);

struct shelf {
	spinlock_t lock;
	struct pot *pot;
};

/* Declared in a header as a rule: the definition has what it says. */
void pot_declared(struct pot *p)
	__acquires(&p->lock); /* expect: RL110 warning pot.lock in=pot_declared
				 message="says __acquires(&p->lock) and returns without pot.lock" */

void pot_declared(struct pot *p)
{
	raw_spin_lock(&p->lock);
	p->level++;
	raw_spin_unlock(&p->lock);
}

void pot_some_path(struct pot *p)
	__acquires(p->lock) /* expect: RL110 warning pot.lock in=pot_some_path
			       message="returns without pot.lock" */
{
	if (p->level)
		return;
	raw_spin_lock(&p->lock);
}

void pot_not_released(struct pot *p)
	__releases(&p->lock) /* expect: RL110 warning pot.lock in=pot_not_released
				message="says __releases(&p->lock) and returns with pot.lock held" */
{
	if (p->level)
		return;
	raw_spin_unlock(&p->lock);
}

/* Nothing is done with the lock, and nothing is called that could do it. */
void pot_nothing_done(struct pot *p)
	__releases(&p->lock) /* expect: RL110 warning pot.lock in=pot_nothing_done
				message="returns with pot.lock held" */
{
	p->level = 0;
}

int pot_drops(struct pot *p)
	__must_hold(&p->lock) /* expect: RL110 warning pot.lock in=pot_drops
				 message="says __must_hold(&p->lock) and returns without pot.lock" */
{
	raw_spin_unlock(&p->lock);
	return 0;
}

/* Released and taken again, but not where it is full. */
static void make_room(struct pot *p)
{
	raw_spin_unlock(&p->lock);
	if (p->level > 9)
		return;
	raw_spin_lock(&p->lock);
}

void pot_retake(struct pot *p)
	__releases(&p->lock) /* expect: RL110 warning pot.lock in=pot_retake
				message="says __releases(&p->lock) __acquires(&p->lock) and returns without" */
	__acquires(&p->lock)
{
	make_room(p);
}

/* Who calls what is wrong is not to blame. */
void pot_retake_later(struct pot *p)
	__must_hold(&p->lock)
{
	pot_retake(p);
}

void shelf_take(struct shelf *s)
	__acquires(&s->lock) /* expect: RL110 warning shelf_lock in=shelf_take
				message="and returns with shelf_lock held, of which it says nothing" */
{
	spin_lock(&s->lock);
	raw_spin_lock(&shelf_lock);
}

void shelf_give(struct shelf *s)
	__releases(&s->lock) /* expect: RL110 warning pot.lock in=shelf_give
				message="and releases pot.lock, of which it says nothing" */
{
	raw_spin_unlock(&s->pot->lock);
	spin_unlock(&s->lock);
}

void shelf_global(void)
	__acquires(&shelf_lock) /* expect: RL110 warning shelf_lock in=shelf_global
				   message="returns without shelf_lock" */
{
	raw_spin_unlock(&shelf_lock);
}

void lock_one(raw_spinlock_t *lock, int level)
	__acquires(lock) /* expect: RL110 warning lock in=lock_one message="returns without lock" */
{
	if (level)
		raw_spin_lock(lock);
}

/* One value says that it has the lock, and it is the wrong one. */
int pot_try(struct pot *p)
	__cond_acquires(&p->lock) /* expect: RL110 warning pot.lock in=pot_try
				     message="returns nonzero without pot.lock" */
{
	if (!raw_spin_trylock(&p->lock))
		return -EBUSY;
	return 0;
}

int pot_try_success(struct pot *p)
	__cond_acquires(0, &p->lock) /* expect: RL110 warning pot.lock in=pot_try_success
					message="returns zero without pot.lock" */
{
	return raw_spin_trylock(&p->lock);
}
