/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_FLOW_WORDS_H
#define RELOCK_FLOW_WORDS_H

#include "flow/prims.h"

/*
 * Words that code makes locks of, or marks: a number or a bit that is 0 while nobody
 * has it, taken by cmpxchg, xchg or test_and_set_bit, given back by a store or by
 * clear_bit. Taking one is a try: who goes on until it succeeds waits, as for a lock;
 * for who comes back without it the word guards what it does with it.
 *
 * Only words that some function of the scope both takes and gives back are followed.
 * What is taken here and given back there is a state of an object, and no lock. But where a
 * function is handed a pointer to a record and makes a word of it by a cast, the record is there
 * for nothing else: one such function may take it, and another one give it back.
 */

/*
 * Which words these are, by the text: fills in->words and in->word_users, and marks what reaches one
 * as touching a state.
 */
void words_find(struct interp *in);
/* Marks, in @mark (one for each function), those from which an operation on such a word is reached. */
void words_reach(const struct interp *in, bool *mark);
/*
 * Takes the word, or gives it back, and pushes exits as prim_lock() does; false if the call does
 * neither, to no such word.
 */
bool prim_word(const struct prim_call *pc, struct state *s, struct exits *ret);
/*
 * @val is stored at @addr, as a @record if that is not 0: 0 over a word that @s has gives it back,
 * and after what may be a store to one it is not known whether @s has it still. Such a word guards
 * nothing.
 */
void words_store(struct flow *fl, struct state *s, uint32_t addr, uint32_t record, uint32_t val,
		 const struct fact_loc *loc);
/* @addr is handed to code that is not followed, which may give back the word there. */
void words_handed(const struct flow *fl, struct state *s, uint32_t addr);

#endif
