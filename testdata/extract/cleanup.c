#include <linux/types.h>
/* __cleanup functions run wherever their scope is left, the last variable's first. */
struct lock { int held; };
void lock(struct lock *), unlock(struct lock *);
int f(int);
struct guard { struct lock *lock; };

static inline struct guard guard_ctor(struct lock *l)
{
	struct guard g = { .lock = l };

	lock(l);
	return g;
}

static inline void guard_dtor(struct guard *g)
{
	unlock(g->lock);
}
static inline void put_int(int *p)
{
	f(*p);
}

#define guard(l) struct guard scope __cleanup(guard_dtor) = guard_ctor(l)
#define scoped_guard(l) for (struct guard scope __cleanup(guard_dtor) = guard_ctor(l), \
	*done = NULL; !done; done = (void *)1)

int returns(struct lock *l, int *p)
{
	guard(l);

	if (*p)
		return *p;
	{
		int x __cleanup(put_int) = 3;

		if (f(x))
			return f(2);
	}
	return 0;
}

void jumps(struct lock *l, int n)
{
	while (n--) {
		guard(l);
		if (f(1))
			continue;
		if (f(2))
			break;
		if (f(3))
			goto out;
		for (;;) {
			int x __cleanup(put_int) = 3;

			if (f(4))
				goto next;
			break;
		}
next:
		f(5);
	}
out:
	f(6);
}

int scoped(struct lock *l)
{
	scoped_guard(l) {
		if (f(1))
			return 2;
		f(3);
	}
	return 4;
}

int value(struct lock *l, int *p)
{
	int x = ({ guard(l); *p; });

	return x;
}

void falls_off(struct lock *l)
{
	guard(l);
	f(1);
}
