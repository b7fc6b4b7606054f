// SPDX-License-Identifier: MIT
/* fails-to-parse: "no_such.h" */
#include <linux/no_such.h>
