// SPDX-License-Identifier: MIT
#include <mini/verifier.c>
