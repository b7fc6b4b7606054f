/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_TRACEPOINT_H
#define _LINUX_TRACEPOINT_H

#include <linux/types.h>

struct tracepoint {
	const char *name;
	int key;
	void *funcs;
};

/* DECLARE_TRACE(name, (parameters), (arguments)) makes trace_name(). */
#define DECLARE_TRACE(name, proto, args)				\
	extern struct tracepoint __tracepoint_##name;			\
	extern int __traceiter_##name(void *__data, __PARAMS proto);	\
	static inline void trace_##name(__PARAMS proto)			\
	{								\
		if (unlikely(__tracepoint_##name.key))			\
			__traceiter_##name(NULL, __PARAMS args);	\
	}
#define __PARAMS(args...) args

#endif
