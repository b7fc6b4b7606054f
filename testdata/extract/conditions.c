#include <linux/types.h>
/* Short circuits become branches; && and || for a value become a temporary. */
int f(int), g(int);

int and_or(int a, int b, int c)
{
	if (a && (b || !c))
		return 1;
	if (!(a && b))
		return 2;
	return 3;
}

int as_value(int a, int b)
{
	int x = a && b;
	bool y = a || f(b);

	return !(x || y);
}

int ternary(int a, int *p)
{
	int x = a ? f(1) : 2;
	int y = a ?: g(3);

	p = a ? p : NULL;
	a ? f(4) : (void)0;
	if (a ? x : y)
		return f(5) ?: 6;
	return p ? *p : x;
}

int expect(int a)
{
	if (unlikely(a && f(a)))
		return 1;
	if (likely(!f(a)))
		return 2;
	while (unlikely(f(a) != 1))
		a++;
	return __builtin_expect(a, 0);
}

int comma(int a, int b)
{
	if (f(a), b)
		a = (g(b), f(b));
	return (a++, b--, a);
}

int constants(int a)
{
	if (0 && f(a))
		return 1;
	if (1 || f(a))
		a = sizeof(a) == 4 ? 5 : f(6);
	if (__builtin_constant_p(a) && f(7))
		return 8;
	return a;
}

int assigned(int a)
{
	int err;

	if ((err = f(a)) || (err = g(a)) < 0)
		return err;
	return (bool)a;
}

bool to_bool(int *p, int x, bool b)
{
	if (x == 1)
		return p;
	b = x == 2;
	b = !p;
	b = b;
	return x;
}
