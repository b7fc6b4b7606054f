// SPDX-License-Identifier: MIT
#include <mini/storage.c>
