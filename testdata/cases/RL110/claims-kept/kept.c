// SPDX-License-Identifier: MIT
/* Functions that do what their annotations say. */
#include <mini/pot.h>

static DEFINE_RAW_SPINLOCK(shelf_lock);

struct shelf {
	spinlock_t lock;
	struct pot *pot;
	spinlock_t *other;
};

void pot_lock(struct pot *p) __acquires(&p->lock);

void pot_lock(struct pot *p)
{
	raw_spin_lock(&p->lock);
}

void pot_unlock(struct pot *p)
	__releases(p->lock)
{
	raw_spin_unlock(&p->lock);
}

static void drop_and_retake(struct pot *p)
	__releases(&p->lock)
	__acquires(&p->lock)
{
	pot_unlock(p);
	pour(p);
	pot_lock(p);
}

int pot_held(struct pot *p)
	__must_hold(&p->lock)
{
	if (!p->level)
		return -EINVAL;
	drop_and_retake(p);
	return 0;
}

/* Where callers can tell by the value, what is said of the lock is about success. */
int pot_lock_unless_full(struct pot *p)
	__acquires(&p->lock)
{
	raw_spin_lock(&p->lock);
	if (p->level > 9) {
		raw_spin_unlock(&p->lock);
		return -EBUSY;
	}
	return 0;
}

void shelf_both(struct shelf *s)
	__acquires(&s->lock)
	__acquires(shelf_lock)
{
	raw_spin_lock(&shelf_lock);
	spin_lock(&s->lock);
}

void shelf_none(struct shelf *s)
	__releases(shelf_lock) __releases(&s->lock)
{
	spin_unlock(&s->lock);
	raw_spin_unlock(&shelf_lock);
}

void shelf_other(struct shelf *s)
	__acquires(s->other)
{
	spin_lock(s->other);
}

/* Hand over hand: two locks of one kind, of which only the instance differs. */
void pot_next(struct pot *p, struct pot *next)
	__releases(&p->lock)
	__acquires(&next->lock)
{
	raw_spin_lock(&next->lock);
	raw_spin_unlock(&p->lock);
}

void lock_one(raw_spinlock_t *lock)
	__acquires(lock)
{
	raw_spin_lock(lock);
}

int pot_try(struct pot *p)
	__cond_acquires(&p->lock)
{
	return raw_spin_trylock(&p->lock);
}

int pot_try_success(struct pot *p)
	__cond_acquires(0, &p->lock)
{
	return raw_spin_trylock(&p->lock) ? 0 : -EBUSY;
}
