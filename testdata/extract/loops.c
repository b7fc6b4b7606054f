#include <linux/types.h>
/* Which part of a for is missing; do { } while (0) is no loop. */
struct node { struct node *next; int v; };
int f(int);
#define for_each(p, head) for (p = (head); p; p = p->next)
#define for_rest(p) for (; p; p = p->next)
#define forever for (;;)
#define once(x) do { if (f(x)) break; f(x + 1); } while (0)

void parts(int n)
{
	int i;

	for (i = 0; i < n; i++)
		f(i);
	for (; i < n; i++)
		f(i);
	for (i = 0;; i++)
		if (f(i))
			break;
	for (i = 0; i < n;)
		i += f(i);
	for (; i < n;)
		i += f(i);
	for (;; i++)
		if (f(";" [0] + ';' /* ; */))
			break;
	for (int k = 0; k < n; k++)
		;
}

void endless(void)
{
	for (;;)
		f(1);
}

int macros(struct node *head)
{
	struct node *p;

	for_each(p, head)
		if (p->v)
			break;
	for_rest(p) {
		if (p->v == 2)
			continue;
		f(p->v);
	}
	once(3);
	forever {
		if (f(4))
			return 5;
	}
}

void others(int n)
{
	while (n--)
		if (f(n))
			continue;
	do {
		if (f(n) == 2)
			continue;
		if (f(n) == 3)
			break;
	} while (++n < 10);
	while (1) {
		int k = n;

		while (k)
			k--;
		if (!f(k))
			break;
	}
}
