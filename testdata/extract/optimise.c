#include <linux/types.h>

/*
 * As the kernel's string functions that check sizes: what a header has for
 * compilers that optimise is used wherever the config has it.
 */
#ifdef __OPTIMIZE__
#define MAKE_CHECKED(func) CHECKED_##func
enum checked {
	MAKE_CHECKED(copy),
	MAKE_CHECKED(fill),
};
#endif

static const char *const names[] = {
	[MAKE_CHECKED(copy)] = "copy",
	[MAKE_CHECKED(fill)] = "fill",
};

const char *name_of(unsigned int i)
{
	return names[i];
}
