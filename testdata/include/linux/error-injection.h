/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_ERROR_INJECTION_H
#define _LINUX_ERROR_INJECTION_H

#include <linux/compiler.h>

struct error_injection_entry {
	unsigned long addr;
	int etype;
};

#define ALLOW_ERROR_INJECTION(fname, _etype)				\
	static struct error_injection_entry __used			\
		__section("_error_injection_whitelist")			\
		_eil_addr_##fname = { .addr = (unsigned long)fname, .etype = 1 };

#endif
