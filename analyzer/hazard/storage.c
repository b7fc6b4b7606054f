// SPDX-License-Identifier: MIT
#include "hazard/model.h"

#include <string.h>

/*
 * Which locks the analysis is about: those of the storages that objects of the
 * kernel own (tasks, cgroups, inodes, sockets), and of the maps that they belong
 * to. Both follow from the tree: a map type whose operations say where an owner
 * keeps its storage is such a storage.
 */

/* Whether record @outer has record @inner in it, or an array or pointer of it as a member. */
static bool has_member(const struct facts *f, const struct fact_record *r, uint32_t inner,
		       bool embedded)
{
	uint32_t i, type;

	for (i = r->fields; i < r->fields + r->n_fields; i++) {
		type = f->fields.v[i].type;
		while (type != FACTS_NONE && (f->types.v[type].kind == FT_ARRAY ||
					      (!embedded && f->types.v[type].kind == FT_PTR)))
			type = f->types.v[type].to;
		if (type != FACTS_NONE && f->types.v[type].kind == FT_RECORD &&
		    f->types.v[type].name == inner)
			return true;
	}
	return false;
}

/* Adds record @name, which is a map's, with what it has in it and what that points to as its own. */
static void add_owned(struct analysis *an, uint32_t name)
{
	const struct facts *f;
	const struct fact_record *r = program_record(an->p, name, &f);
	uint32_t i, type;

	if (map64_get(&an->map_owned, name) != MAP64_EMPTY)
		return;
	map64_put(&an->map_owned, name, 1);
	for (i = 0; r && i < r->n_fields; i++) {
		bool embedded = true;

		type = f->fields.v[r->fields + i].type;
		while (type != FACTS_NONE &&
		       (f->types.v[type].kind == FT_ARRAY || f->types.v[type].kind == FT_PTR)) {
			embedded &= f->types.v[type].kind == FT_ARRAY;
			type = f->types.v[type].to;
		}
		if (type == FACTS_NONE || f->types.v[type].kind != FT_RECORD)
			continue;
		if (embedded)
			add_owned(an, f->types.v[type].name);
		else
			map64_put(&an->map_owned, f->types.v[type].name, 1);
	}
}

/*
 * Records that live and die with a map: those that a map's own struct embeds
 * the map in, what else they have in them, and what these point to as theirs.
 * Pointers to maps, programs and the like also occur there; what counts is only
 * asked for locks, and a lock in such a record is the map's.
 */
static void find_map_owned(struct analysis *an)
{
	uint32_t map = program_string(an->p, an->p->rules->tree.map_record);
	size_t i;

	map64_put(&an->map_owned, map, 1);
	for (i = 0; i < an->p->record_at.n; i++) {
		const struct facts *f = &an->p->units[an->p->record_at.v[i] >> 32].facts;
		const struct fact_record *r = &f->records.v[(uint32_t)an->p->record_at.v[i]];

		if (has_member(f, r, map, true))
			add_owned(an, r->name);
	}
}

/* The record that member @field of @record points to, or 0. */
static uint32_t pointee(const struct program *p, uint32_t record, uint32_t field)
{
	const struct facts *f;
	const struct fact_record *r = program_record(p, record, &f);
	uint32_t i, type;

	for (i = 0; r && i < r->n_fields; i++) {
		if (f->fields.v[r->fields + i].name != field)
			continue;
		type = f->fields.v[r->fields + i].type;
		while (type != FACTS_NONE && f->types.v[type].kind == FT_PTR)
			type = f->types.v[type].to;
		if (type != FACTS_NONE && f->types.v[type].kind == FT_RECORD)
			return f->types.v[type].name;
	}
	return 0;
}

void find_storages(struct analysis *an)
{
	size_t i;

	find_map_owned(an);
	for (i = 0; i < an->kinds.n; i++) {
		const struct map_kind *k = &an->kinds.v[i];
		uint32_t record = k->slot_field ? pointee(an->p, k->slot_record, k->slot_field) : 0;

		if (record)
			map64_put(&an->storages, record, 1);
	}
}

bool kind_is_storage(const struct analysis *an, uint32_t kind)
{
	size_t i;

	for (i = 0; i < an->kinds.n; i++)
		if (an->kinds.v[i].ops == kind)
			return an->kinds.v[i].slot_field != 0;
	return false;
}

/* The record that the lock at @addr is a member of, or 0. */
static uint32_t lock_record(const struct syms *syms, uint32_t addr)
{
	const struct sym *v = sym_get(syms, addr);

	while (v->op == SY_IADDR)
		v = sym_get(syms, v->a);
	return v->op == SY_FADDR ? v->c : 0;
}

bool lock_is_in_value(const struct analysis *an, const struct acquire *a)
{
	const struct names *locks = &an->p->rules->tree.value_locks;
	size_t i;

	for (i = 0; a->class && i < locks->n; i++)
		if (!strcmp(locks->v[i], program_str(an->p, a->class)))
			return true;
	return false;
}

bool lock_is_maps(const struct analysis *an, const struct run *run, const struct acquire *a)
{
	return map64_get(&an->map_owned, lock_record(&run->syms, a->addr)) != MAP64_EMPTY;
}

bool lock_is_storages(const struct analysis *an, const struct run *run, const struct acquire *a)
{
	return lock_is_maps(an, run, a) ||
	       map64_get(&an->storages, lock_record(&run->syms, a->addr)) != MAP64_EMPTY;
}
