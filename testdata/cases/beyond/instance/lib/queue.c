// SPDX-License-Identifier: MIT
/* beyond: joins */
#include <mini/kernel.h>

struct queue {
	raw_spinlock_t lock;
	int n;
};

struct cup {
	struct queue wait;
	int level;
};

struct kettle {
	struct queue wait;
	int level;
};

void queue_link(struct queue *q);
void queue_unlink(struct queue *q);
void queue_add(struct queue *q);
void queue_del(struct queue *q);
void cup_wake(void *cup);
void cup_leave(struct cup *c);
void kettle_join(struct kettle *k);
void kettle_leave(struct kettle *k);

void queue_add(struct queue *q)
{
	raw_spin_lock(&q->lock);
	queue_link(q);
	raw_spin_unlock(&q->lock);
}

void queue_del(struct queue *q)
{
	raw_spin_lock(&q->lock);
	queue_unlink(q);
	raw_spin_unlock(&q->lock);
}

static void wake(struct queue *q)
{
	raw_spin_lock(&q->lock);
	q->n = 0;
	raw_spin_unlock(&q->lock);
}

void cup_wake(void *cup)
{
	struct cup *c = cup;

	wake(&c->wait);
}

static void leave(struct queue *q)
{
	queue_del(q);
}

void cup_leave(struct cup *c)
{
	leave(&c->wait);
}

void kettle_join(struct kettle *k)
{
	queue_add(&k->wait);
}

void kettle_leave(struct kettle *k)
{
	leave(&k->wait);
}
