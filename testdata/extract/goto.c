/* Unwinding by goto, loops made of gotos, asm goto, computed goto. */
int f(int);
#define static_branch() ({ \
	bool_t r = 0; \
	asm goto("jmp %l[l_yes]" : : "i"(3) : : l_yes); \
	if (0) { \
l_yes: \
		r = 1; \
	} \
	r; })
typedef int bool_t;

int unwind(int a)
{
	int err;

	err = f(1);
	if (err)
		goto out;
	err = f(2);
	if (err)
		goto undo;
	return 0;
undo:
	f(3);
out:
	return err;
}

void again(int a)
{
retry:
	if (f(a))
		goto retry;
}

int branch(int a)
{
	asm goto("1: cmp %0, %1\n\t" /* : */
		 "jne %l2"
		 : /* no outputs */
		 : "r"(a), "m"(*"x:y)")
		 : "memory", "cc"
		 : fault, other);
	return 0;
fault:
	return 1;
other:
	return 2;
unused:
	return 3;
}

int key(void)
{
	return static_branch();
}

int computed(int op)
{
	static const void *const table[] = { &&add, &&sub };
	int x = 0;

	goto *table[op];
add:
	x++;
	goto *table[f(x)];
sub:
	return x;
}
