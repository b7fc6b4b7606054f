// SPDX-License-Identifier: MIT
/* beyond: joins */
#include <mini/kernel.h>

struct rw_semaphore {
	long count;
};

static DEFINE_RAW_SPINLOCK(runqueue_lock);
static int running;

void account(void);
void wake_waiter(void);
void up_read(struct rw_semaphore *sem);

void wake_waiter(void)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&runqueue_lock, flags);
	running++;
	account();
	raw_spin_unlock_irqrestore(&runqueue_lock, flags);
}

void up_read(struct rw_semaphore *sem)
{
	if (--sem->count < 0)
		wake_waiter();
}
