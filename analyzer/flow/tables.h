/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_FLOW_TABLES_H
#define RELOCK_FLOW_TABLES_H

#include "flow/state.h"

/*
 * Tables of functions that a pointer leads to. Which one that is, nobody knows; but while the
 * function runs that was called through one member, what is called through another one of the
 * same table is what a table with the former has there.
 */

/*
 * Whether the table that member @at, an address, is in has @func there, by what @s says is running;
 * that it may have is also said where nothing is.
 */
enum one_table table_has(const struct program *p, const struct syms *syms, const struct state *s,
			 uint32_t at, uint32_t func);
/* Notes in @s, until table_left(), that @func is running, called through member @at. */
void table_entered(struct state *s, struct syms *syms, uint32_t at, uint32_t func);
void table_left(struct state *s, uint32_t at);

/* What @s says of tables that are found through @args. Returns how many of @ret are filled. */
uint8_t table_hints(const struct syms *syms, const struct state *s, const uint32_t *args,
		    uint32_t n_args, struct table_hint *ret);
/* The same said in @s of the @n parameters @args. */
void table_take_hint(struct state *s, struct syms *syms, const uint32_t *args, uint32_t n,
		     const struct table_hint *h);

#endif
