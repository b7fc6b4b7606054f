/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_KBUILD_FLAGS_H
#define RELOCK_KBUILD_FLAGS_H

#include "kbuild/commands.h"
#include "kbuild/kbuild.h"

/* What becomes of one word of a command; see flags_rule() and rules/kbuild.yaml. */
const struct rule_flag *flags_rule(const struct rules *rules, const char *option);

/*
 * Makes gcc's command fit for clang: fills argv and ftrace of @u from @cmd.
 * Relative paths become absolute. @memo remembers what became of each word;
 * start with a zeroed one and release it at the end.
 */
struct flags_memo {
	VEC(struct flags_word) words;
	uint32_t directory;
};

struct flags_word {
	unsigned char action; /* 0: not looked at yet */
	const char *text;
};

void flags_apply(const struct commands *c, const struct command *cmd, const struct rules *rules,
		 struct flags_memo *memo, struct arena *a, struct compile_unit *u);

#endif
