/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_CLEANUP_H
#define _LINUX_CLEANUP_H

#include <linux/types.h>

/* The kernel's interface, with less behind it: lock guards and __free(). */
#define DEFINE_FREE(name, type, free)					\
	static inline void __free_##name(void *p) { type _T = *(type *)p; free; }
#define __free(name) __cleanup(__free_##name)

#define DEFINE_LOCK_GUARD_1(name, type, take, drop)			\
	typedef struct {						\
		type *lock;						\
		unsigned long flags;					\
	} class_##name##_t;						\
	static inline void class_##name##_destructor(class_##name##_t *_T) \
	{								\
		if (_T->lock) { drop; }					\
	}								\
	static inline class_##name##_t class_##name##_constructor(type *l) \
	{								\
		class_##name##_t _t = { .lock = l }, *_T = &_t;		\
		take;							\
		return _t;						\
	}								\
	static inline void *class_##name##_lock_ptr(class_##name##_t *_T) \
	{								\
		return _T->lock;					\
	}

#define DEFINE_GUARD(name, type, take, drop)				\
	typedef type class_##name##_t;					\
	static inline void class_##name##_destructor(type *p)		\
	{								\
		type _T = *p;						\
		if (_T) { drop; }					\
	}								\
	static inline type class_##name##_constructor(type _T)		\
	{								\
		type t = ({ take; _T; });				\
		return t;						\
	}								\
	static inline void *class_##name##_lock_ptr(type *_T)		\
	{								\
		return (void *)*_T;					\
	}

#define CLASS(name, var)						\
	class_##name##_t var __cleanup(class_##name##_destructor) =	\
		class_##name##_constructor

#define guard(name) CLASS(name, __UNIQUE_ID(guard))

#define __scoped_guard(name, label, args...)				\
	for (CLASS(name, scope)(args); class_##name##_lock_ptr(&scope); \
	     ({ goto label; }))						\
		if (0) {						\
label:									\
			break;						\
		} else
#define scoped_guard(name, args...)					\
	__scoped_guard(name, __UNIQUE_ID(label), args)

#endif
