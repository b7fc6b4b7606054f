#include <linux/types.h>
/* What annotations say of locks, wherever they stand. */
struct pot {
	int lock;
};
void declared(struct pot *p) __acquires(&p->lock);
void declared(struct pot *p) { p->lock = 1; }
void defined(struct pot *p, struct pot *q)
	__releases(&p->lock, q->lock)
	__acquires(RCU)
{
	p->lock = q->lock;
}
static int __must_hold(&p->lock) before(struct pot *p) { return p->lock; }
int tries(struct pot *p) __cond_acquires(true, &p->lock);
int __unchecked says_so(struct pot *p)
{
	if (tries(p))
		__acquire(&p->lock);
	return before(p);
}
/* Said of a pointer to a function, it is no function's. */
void (*later)(struct pot *p) __acquires(&p->lock);
