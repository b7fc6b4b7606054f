/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_KPROBES_H
#define _LINUX_KPROBES_H

#include <linux/compiler.h>

#define NOKPROBE_SYMBOL(fname)						\
	static unsigned long __used __section("_kprobe_blacklist")	\
		_kbl_addr_##fname = (unsigned long)fname;
#define __kprobes notrace __section(".kprobes.text")

#endif
