/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_FLOW_SYM_H
#define RELOCK_FLOW_SYM_H

#include "base/map.h"
#include "base/vec.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Values of the interpreter: symbolic terms, each made once (equal terms have
 * equal numbers). A term is what a place or an expression is known to be in
 * terms of what the run started with.
 */
enum sym_op {
	SY_INT,	      /* val */
	SY_STR,	      /* a: string */
	SY_FUNC,      /* a: struct func */
	SY_GADDR,     /* a: struct gvar: its address */
	SY_GNAME,     /* a: string: address of a variable that no unit describes */
	SY_LADDR,     /* a: frame, b: local: its address */
	SY_PARAM,     /* a: parameter of the function that the run started in */
	SY_FADDR,     /* a: address of a record; b: field; c: record name */
	SY_IADDR,     /* a: address of the array's first element; b: index; c: 1 if copies of CPUs */
	SY_LOAD,      /* a: address: what is stored there, as far as the run has not changed it */
	SY_CONTAINER, /* a: address of field b of record c: address of the record */
	SY_UN,	      /* a; val: enum fact_un */
	SY_BIN,	      /* a, b; val: enum fact_bin; c: 1 if unsigned */
	SY_STEADY,    /* a: string: what a question of this name is answered, the same throughout a run */
	SY_MAP_FIELD, /* a: bits of rules->map_fields: whether the map's values have one of them */
	SY_FRESH,     /* a, b, c: made at; a value that nothing is known of */
};

/* The bit in roots of all that is global; others stand for several values. */
#define SYM_GLOBAL UINT64_C(1)

struct sym {
	uint8_t op;
	uint8_t depth; /* the deepest frame that something in it was made in, or is a local of */
	uint16_t size; /* terms in it, each as often as it occurs */
	bool loads;	/* it or a part of it is read from memory, or nothing is known of it... */
	bool volatile_; /* ...and may be another value next time round a loop */
	uint32_t a, b, c;
	uint64_t roots; /* a bit for each parameter, local, fresh value or global in it */
	int64_t val;
};

struct syms {
	VEC(struct sym) v;
	/* Numbers of terms by their hash, open addressing; none after syms_fit(), until a term is made. */
	uint32_t *index;
	size_t cap; /* of it: a power of two, or 0 */
};

#define SYM_NONE UINT32_MAX

void syms_init(struct syms *s);
void syms_release(struct syms *s);
/* Few terms will be made of @s any more: it takes less memory, and the next one time. */
void syms_fit(struct syms *s);

uint32_t sym_make(struct syms *s, enum sym_op op, uint32_t a, uint32_t b, uint32_t c, int64_t val);
uint32_t sym_int(struct syms *s, int64_t val);
/* @depth: of the frame that it is made in. */
uint32_t sym_fresh(struct syms *s, uint32_t a, uint32_t b, uint32_t c, uint32_t depth);
/* &base->field; undoes a container_of of the same field. */
uint32_t sym_faddr(struct syms *s, uint32_t base, uint32_t record, uint32_t field);
/* container_of(ptr, record, field); undoes a &base->field of the same. */
uint32_t sym_container(struct syms *s, uint32_t ptr, uint32_t record, uint32_t field);
/*
 * Term @id of @from as one of @to, with @args (terms of @to) for the parameters;
 * those that are not given stay parameters. What means nothing there becomes a
 * value that nothing is known of.
 */
uint32_t sym_copy(struct syms *to, const struct syms *from, uint32_t id, const uint32_t *args,
		  uint32_t n_args);
/*
 * A hash of what kind of place @addr is: the members on the way to it, and the
 * global that this begins at, if it does. Addresses in the same member of two
 * objects are alike.
 */
uint64_t sym_place(const struct syms *s, uint32_t addr);
/* The bits that @id, a value, may have; all of them if nothing is known. */
uint64_t sym_bits(const struct syms *s, uint32_t id);
/* Folds constants. */
uint32_t sym_un(struct syms *s, unsigned int op, uint32_t a);
uint32_t sym_bin(struct syms *s, unsigned int op, uint32_t a, uint32_t b, bool is_unsigned);

static inline const struct sym *sym_get(const struct syms *s, uint32_t id)
{
	return &s->v.v[id];
}

/* Term @id with @to for @from where it has that. */
uint32_t sym_replace(struct syms *s, uint32_t id, uint32_t from, uint32_t to);
/* The same as sym_contains(), of a term that was made after @part. */
bool sym_is_made_of(const struct syms *s, uint32_t id, uint32_t part);

/* Whether term @id has @part in it. */
static inline bool sym_contains(const struct syms *s, uint32_t id, uint32_t part)
{
	/* What a term is made of was there before it, and begins at nothing else. */
	if (id <= part)
		return id == part;
	return !(sym_get(s, part)->roots & ~sym_get(s, id)->roots) && sym_is_made_of(s, id, part);
}

bool sym_is_int(const struct syms *s, uint32_t id, int64_t *ret_val);
/* Whether @id is an address that is never NULL: of a variable, a function, a field at one. */
bool sym_is_address(const struct syms *s, uint32_t id);

#endif
