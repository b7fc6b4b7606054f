// SPDX-License-Identifier: MIT
#include <mini/storage.c>
/* Programs can take the two kinds' locks in both orders. */
/* expect: RL109 error pot.lock file=include/mini/storage.c in=pot_update context=order
 * kind="cgroup storage" reenter=bpf_task_fill */
