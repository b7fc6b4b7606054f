#include <linux/types.h>
/* Constants are folded to the value that they have in their type. */
enum flags { NEG = -5, BIG = 0x80000000u, BITS = (1U << 31) | 3 };
enum wide { WIDE = 1ull << 40 };
enum unused { NOT_MENTIONED };
struct s { char c; long l; };
long f(long);
long of_s(struct s *), of_wide(enum wide *);

void folded(long n, unsigned int u, char c)
{
	f(NEG);
	f(BIG);
	f(WIDE + 1);
	f(0xffffffffffffffffull);
	f((char)300);
	f((unsigned char)-1);
	f((bool)256);
	f(-1 < 0u);
	f(-1 < 0);
	f(~0u >> 28);
	f(1 << 4 | 2);
	f(7 / 2 * 2 % 4);
	f(!3);
	f('x' - '\n');
	f(sizeof(struct s) + _Alignof(long));
	f(sizeof(char[n]));
	f((u == -1) + (c == 'a'));
	f((long)(void *)0);
	f(offsetof(struct s, l));
	f(1.5 > 1);
	f(7 / 0);
}

void builtins(long n, struct s *p)
{
	f(__builtin_constant_p(n));
	f(__builtin_constant_p(5));
	f(__builtin_types_compatible_p(typeof(n), long));
	f(__builtin_types_compatible_p(typeof(p), long));
	f(__builtin_choose_expr(sizeof(n) == 8, n + 1, p));
	f(__builtin_choose_expr(0, p, 2));
	f(_Generic(p, struct s *: p->l, default: 3));
	f(_Generic(n, struct s *: 4, default: 5));
	f(_Generic(*p, enum wide: of_wide((void *)p), struct s: of_s((void *)p)));
	f(__builtin_object_size(p, 0));
	f(__builtin_offsetof(struct s, l));
	f(__extension__ 6);
	f(__builtin_clzl(n));
	f(__builtin_bswap32(1));
	f(*__func__);
	if (n == 3)
		__builtin_unreachable();
	__atomic_fetch_add(&p->l, 1, 5);
}

int *null(int x)
{
	int *p = 0;
	struct s *q = (struct s *)0, *r = NULL;

	if (p == NULL || !q || r != (void *)0)
		return 0;
	return (void *)(unsigned long)x;
}
