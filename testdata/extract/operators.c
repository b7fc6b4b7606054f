#include <linux/types.h>
/* Assignments of all kinds. */
struct s { int n; int *p; struct s *next; };
int f(int);

int steps(int i, struct s *s)
{
	int a = i++, b = ++i, c;

	i--;
	s->n++;
	*s->p++ = 3;
	c = *--s->p;
	a = b = c = f(1);
	s->next->n = s->n = 4;
	return a++ + --b;
}

int compound(int a, long b, struct s *s)
{
	a += b;
	a <<= 2;
	s->n |= f(a);
	s->n &= ~4;
	s->p += a;
	s->p -= 1;
	b = -a;
	b = a ^ b;
	return a *= b %= 3;
}

void asms(int in, int *mem, struct s *s)
{
	int out;

	asm volatile("" : "=r"(out), "+m"(s->n) : "r"(in), "m"(*mem), "i"(3) : "memory");
	asm("nop");
	f(out);
}

int va(int n, ...)
{
	__builtin_va_list ap;
	int r;

	__builtin_va_start(ap, n);
	r = __builtin_va_arg(ap, int);
	__builtin_va_end(ap);
	return r;
}
