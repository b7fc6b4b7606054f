#include <linux/types.h>
/* Statement expressions in place; their value is the last expression. */
int f(int);
#define max(a, b) ({ typeof(a) _a = (a); typeof(b) _b = (b); _a > _b ? _a : _b; })
#define WARN_ON(c) ({ int __ret = !!(c); if (unlikely(__ret)) f(99); unlikely(__ret); })

int values(int a, int b)
{
	int x = max(f(a), max(b, 3));

	if (WARN_ON(!a || f(b)))
		return -1;
	({ f(1); });
	x += ({ int y = f(2); if (y) return 7; y; });
	(void)({ f(3); f(4); });
	return ({ x; });
}

struct pair { int a, b; };
struct pair make(int);

int records(void)
{
	struct pair p = ({ struct pair q = make(1); q.a++; q; });

	return make(2).b + ({ make(3); }).a + p.b;
}
