// SPDX-License-Identifier: MIT
/*
 * Who does not wait takes the other lock too and looks again. So nobody waits who has both, though
 * how long to wait for is another number then.
 */
#include <mini/pot.h>

struct lid {
	raw_spinlock_t lock;
};

int pot_patience(struct pot *p);
int pot_is_full(struct pot *p);
int pot_sleep(struct pot *p, int wait);

void pot_pour(struct pot *p, struct lid *lid);

void pot_pour(struct pot *p, struct lid *lid)
{
	int wait = pot_patience(p), both;

restart:
	both = 0;
	raw_spin_lock(&p->lock);
again:
	if (pot_is_full(p)) {
		if (wait) {
			raw_spin_unlock(&p->lock);
			wait = pot_sleep(p, wait);
			goto restart;
		}
		if (!both) {
			raw_spin_lock(&lid->lock);
			both = 1;
			goto again;
		}
	}
	if (both)
		raw_spin_unlock(&lid->lock);
	raw_spin_unlock(&p->lock);
}

/* Here it is asked again how long to wait, so that who has both may wait as well. */
void pot_pour_other(struct pot *p, struct lid *lid);

void pot_pour_other(struct pot *p, struct lid *lid)
{
	int wait, both;

restart:
	both = 0;
	raw_spin_lock(&p->lock);
again:
	wait = pot_patience(p);
	if (pot_is_full(p)) {
		if (wait) {
			raw_spin_unlock(&p->lock);
			pot_sleep(p, wait);
			goto restart;
		}
		if (!both) {
			raw_spin_lock(&lid->lock);
			both = 1;
			goto again;
		}
	}
	if (both)
		raw_spin_unlock(&lid->lock);
	raw_spin_unlock(&p->lock);
} /* expect: RL110 error lid.lock */
