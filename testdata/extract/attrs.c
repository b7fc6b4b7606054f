#include <linux/types.h>
/* Attributes, from whichever declaration they come. */
notrace int plain_notrace(void) { return 0; }
int declared_notrace(void) notrace;
int declared_notrace(void) { return 0; }
static __always_inline int forced(void) { return 1; }
static noinline int apart(void) { return 2; }
__attribute__((patchable_function_entry(0, 0))) int no_entry(void) { return 3; }
__attribute__((patchable_function_entry(16, 16))) int entry(void) { return 4; }
__section(".init.text") int starts(void) { return 5; }
__noreturn void die(const char *why);
void __weak soft(void) { die("soft"); }
__attribute__((annotate("kfunc"))) void tagged(void);
__attribute__((annotate("late"))) void tagged(void) { }
int variadic(const char *fmt, ...) { return forced() + apart(); }
int table __section(".data..read_mostly") = 3;
static const int constant = 4;
extern const char *const names[];
extern int declared_only, *declared_first;
int *declared_first;
typedef int (*fn_t)(void);

fn_t pointers(int which)
{
	if (which == constant)
		die(names[0]);
	return which ? entry : &starts;
}
int unused_prototype(int);
