#include <linux/types.h>
int fine(void) { return 0; }
int broken(void) { return no_such_thing; }
