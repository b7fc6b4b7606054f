/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_BASE_BANNED_H
#define RELOCK_BASE_BANNED_H

/*
 * Functions that nobody may use here fail to compile. CMake includes this file
 * first in every unit; the headers that declare them come before, as the macros
 * would break the declarations.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RELOCK_BANNED(func) sorry_##func##_is_a_banned_function

/* They do not know the size of what they write to. */
#undef strcpy
#define strcpy(x, y) RELOCK_BANNED(strcpy)
#undef stpcpy
#define stpcpy(x, y) RELOCK_BANNED(stpcpy)
#undef strcat
#define strcat(x, y) RELOCK_BANNED(strcat)
#undef strncpy
#define strncpy(x, y, n) RELOCK_BANNED(strncpy)
#undef strncat
#define strncat(x, y, n) RELOCK_BANNED(strncat)
#undef sprintf
#define sprintf(...) RELOCK_BANNED(sprintf)
#undef vsprintf
#define vsprintf(...) RELOCK_BANNED(vsprintf)
#undef gets
#define gets(x) RELOCK_BANNED(gets)

/* They keep state between calls. */
#undef strtok
#define strtok(x, y) RELOCK_BANNED(strtok)
#undef gmtime
#define gmtime(t) RELOCK_BANNED(gmtime)
#undef localtime
#define localtime(t) RELOCK_BANNED(localtime)
#undef ctime
#define ctime(t) RELOCK_BANNED(ctime)
#undef asctime
#define asctime(t) RELOCK_BANNED(asctime)

/* They have no way to report an error, or they run a shell. */
#undef atoi
#define atoi(x) RELOCK_BANNED(atoi)
#undef atol
#define atol(x) RELOCK_BANNED(atol)
#undef system
#define system(x) RELOCK_BANNED(system)
#undef popen
#define popen(x, y) RELOCK_BANNED(popen)
#undef mktemp
#define mktemp(x) RELOCK_BANNED(mktemp)
#undef tmpnam
#define tmpnam(x) RELOCK_BANNED(tmpnam)

#endif
