#include <linux/types.h>
/* Initialisers of locals are assignments of what they give; literals are temporaries. */
struct attr { int type; struct { int x, y; } in; int *arr[3]; };
struct plain { int a, b; };
int f(struct attr *), g(struct plain);

int structs(int n, struct attr *from)
{
	struct attr a = { .type = n, .in.y = 2, .arr = { [1] = &n } };
	struct attr copy = *from, empty = { };
	int list[] = { n, n + 1, [3] = f(&a) };
	struct plain p = { 1, f(&copy) };
	const char *s = "text", chars[] = "abc";
	int scalar = { 3 };

	return list[2] + p.b + s[0] + chars[n] + scalar + f(&empty);
}

int literals(struct attr *p)
{
	struct plain *q;

	*p = (struct attr){ .type = 4 };
	q = &(struct plain){ .a = 5 };
	q->b = g((struct plain){ 6, 7 });
	return ((struct plain){ .b = 8 }).b + (int){ 9 };
}
