// SPDX-License-Identifier: MIT
/* As kernel/rcu/tree.c has tree_plugin.h. */
#include <mini/pot.h>

#include "drain.h"
