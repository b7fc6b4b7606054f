/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_PROGRAM_BPF_H
#define RELOCK_PROGRAM_BPF_H

#include "program/program.h"

/*
 * BPF's own tables, as the tree's initialisers give them: map types and their
 * operations, program types and their verifier operations, helpers (func
 * protos), kfuncs and what they are registered for. The names of the tables
 * come from rules->tree. What a *_func_proto() switch or an .allowed()
 * callback decides is not here: the interpreter runs them (hazard/programs.h).
 */
struct bpf_map_type {
	int64_t type;
	uint32_t type_name; /* enumerator */
	uint32_t ops;	    /* global */
	const char *name;   /* for people: "cgroup storage" */
};

struct bpf_prog_type {
	int64_t type;
	uint32_t type_name;
	uint32_t get_proto; /* function, or FACTS_NONE: its switch is not in the analysed units */
	uint32_t ops;	    /* global; for struct_ops one entry for each set of verifier ops */
	uint32_t record;    /* struct_ops: the table whose members such programs are, or 0 */
};

/* A type that a program must hold a pointer to, to call something. */
#define BPF_MAX_OBJECTS 4

struct bpf_callable {
	uint32_t func;	  /* what a program calls */
	uint32_t body;	  /* with the typed parameters: behind the macro's wrapper, or func itself */
	uint32_t proto;	  /* global, or FACTS_NONE: a kfunc */
	uint32_t allowed; /* function of .allowed, or FACTS_NONE */
	bool takes_map;
	uint32_t objects[BPF_MAX_OBJECTS]; /* record names of its other pointer arguments */
	uint8_t n_objects;
	uint32_t returns;  /* record name of the pointer it returns, or 0 */
	uint64_t flags;	   /* kfunc: KF_* */
	bool sleeps;	   /* only programs that may sleep can call it */
	bool trusted;	   /* its objects must be trusted: walking to them is not enough */
	uint32_t fields;   /* bit per rules->map_fields: it is handed such a field of a map's value */
	uint32_t without;  /* the same: what it is handed cannot have such a field */
	int64_t *prog_types; /* kfunc: what its sets are registered for */
	size_t n_prog_types;
};

/* A filter of kfuncs: of those that are registered for @type, and what shares its hook. */
struct bpf_kfunc_filter {
	int64_t type;
	uint32_t func;
};

/* What the kernel hands to a program that it runs: a member of the record that is its context. */
struct bpf_handed {
	uint32_t context, field;
	uint32_t object; /* the record that the member points to */
	bool trusted;
};

struct bpf_func_id {
	int64_t id;
	uint32_t name; /* enumerator */
};

struct bpf_tables {
	VEC(struct bpf_map_type) map_types;
	VEC(struct bpf_prog_type) prog_types;
	VEC(struct bpf_callable) callables; /* helpers first, then kfuncs */
	VEC(struct bpf_func_id) func_ids;
	VEC(struct bpf_kfunc_filter) filters;
	VEC(struct bpf_handed) handed;
	struct map64 callable_by_proto; /* global -> index */
	struct map64 enumerators;	/* name -> index into values */
	VEC(int64_t) values;
	uint32_t object_fields; /* bit per rules->map_fields: what programs allocate may have it */
	struct map64 denied; /* functions in a deny set: name -> string of the set's name */
	struct map64 denied_hooks; /* the same of hooks, for LSM programs */
	/* Functions that variables in the sections of these names name. */
	struct map64 nokprobe, error_injection;
};

void bpf_tables_read(struct bpf_tables *t, struct program *p);
void bpf_tables_release(struct bpf_tables *t);

/* The value of enumerator @name. Returns false when no unit mentions its enum. */
bool bpf_enumerator(const struct bpf_tables *t, const struct program *p, const char *name,
		    int64_t *ret_value);

/* The bits of rules->map_fields that the mask of enumerators @mask has. */
uint32_t bpf_map_fields(const struct bpf_tables *t, const struct program *p, int64_t mask);

/* Whether the BTF set that global @set is has @name in it. */
bool bpf_set_has(const struct program *p, uint32_t set, uint32_t name);

/* Whether @func hands the address of a @record to @callee. */
bool bpf_hands_over(const struct program *p, uint32_t func, uint32_t callee, uint32_t record);

/* The record that @type, of @f, is a pointer to, or 0. */
uint32_t bpf_pointee_record(const struct facts *f, uint32_t type);
/* The record that parameter @i of @func points to, or 0. */
uint32_t bpf_param_record(const struct program *p, uint32_t func, uint32_t i);

#endif
