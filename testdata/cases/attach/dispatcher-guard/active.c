// SPDX-License-Identifier: MIT
/* No function for programs is in this file, or takes a lock here. */
#include <mini/kernel.h>

DEFINE_PER_CPU(int, bpf_prog_active);
