/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_RULES_RULES_H
#define RELOCK_RULES_RULES_H

#include "base/arena.h"
#include "base/vec.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * What relock knows of the kernel that the tree itself does not say: the
 * contents of rules/. Names of kernel functions, structs, macros and options
 * stand there and nowhere in C. All strings live in the rules' arena.
 *
 * Every .yaml file of a rules directory is read, in the order of its name; a
 * list of a later file is added to that of an earlier one, so that a user
 * teaches relock a lock wrapper with a file of four lines (--rules).
 */
struct names {
	const char **v;
	size_t n;
};

/* locks: what a function does to a lock. */
enum lock_does {
	LOCK_ACQUIRE,
	LOCK_TRY,
	LOCK_ENTER, /* has it at once: a seqcount's writer */
	LOCK_LOOK,  /* says whether anybody has it, and does not take it: a seqcount's reader */
	LOCK_RELEASE,
};

/* How a LOCK_TRY, or an acquire that can fail (rqspinlock), says that the lock is held. */
enum lock_success {
	LOCK_ALWAYS,  /* it does not fail: a blocking acquire */
	LOCK_NONZERO, /* spin_trylock() */
	LOCK_ZERO,    /* raw_res_spin_lock(): 0, else -EDEADLK or -ETIMEDOUT */
	LOCK_EVEN,    /* a seqcount: odd while somebody writes */
};

enum lock_irq { IRQ_KEEP, IRQ_BH, IRQ_OFF }; /* what acquire turns off, and release on again */

struct rule_lock {
	const char *function;
	enum lock_does does;
	enum lock_success success;
	enum lock_irq irq;
	unsigned int arg;  /* number of the argument that points to the lock, from 0 */
	const char *kind;  /* "raw spinlock", "mutex", ... */
	bool shared;	   /* a read lock: recursion of readers does not block by itself */
	bool sleeps;	   /* waiting sleeps: who may not hangs there at the latest */
	bool uncounted;	   /* no annotation speaks of it, nor does sparse */
	bool body;	   /* its own code is gone through as well: it takes other locks on the way */
	struct names path; /* from what the argument points to, to the lock: "record.field" each; none: that */
	const char *tracepoint; /* that fires when the lock has been waited for, and is held; or NULL */
	bool word; /* not of the rules: a word that code makes a lock of, or a mark (words) */
	bool counts; /* such a word that is counted up, also by who finds it taken */
};

/* Whether its function has the lock, or may have it, when it returns. */
static inline bool rule_lock_takes(const struct rule_lock *l)
{
	return l->does != LOCK_RELEASE && l->does != LOCK_LOOK;
}

/*
 * Whether annotations of functions, and sparse, know the lock: they do not speak of those that sleep, nor
 * of seqcounts.
 */
static inline bool rule_lock_counts(const struct rule_lock *l)
{
	return !l->sleeps && !l->uncounted;
}

/* transparent: a field that is the lock itself, not a place within it (spinlock.rlock). */
struct rule_field {
	const char *record;
	const char *field;
};

/* percpu: macros on per-CPU counters; see clang/ for how they are seen. */
enum percpu_op {
	PERCPU_INC, PERCPU_DEC, PERCPU_ADD, PERCPU_SUB,
	PERCPU_INC_RETURN, PERCPU_DEC_RETURN, PERCPU_ADD_RETURN, PERCPU_SUB_RETURN,
	PERCPU_READ, PERCPU_WRITE, PERCPU_XCHG, PERCPU_CMPXCHG,
	PERCPU_PTR,	/* this_cpu_ptr(): the address of this CPU's copy */
	PERCPU_CPU_PTR, /* per_cpu_ptr(): of the CPU's that the second argument is */
};

/* Whether @op only gives an address, and counts nothing. */
static inline bool percpu_is_address(enum percpu_op op)
{
	return op == PERCPU_PTR || op == PERCPU_CPU_PTR;
}

struct rule_percpu {
	const char *macro;
	const char *header; /* that defines it: "linux/percpu-defs.h" */
	enum percpu_op op;
};

/* counters: functions on a counter at an address, which may be in this CPU's memory. */
struct rule_counter {
	const char *function;
	enum percpu_op op;
	unsigned int arg; /* number of the argument with the address, from 0 */
};

/* words: functions that take a word or a bit, which is 0 while nobody has it, or give it back. */
enum word_op {
	WORD_CMPXCHG,	   /* (address, old, new): returns what was there */
	WORD_TRY_CMPXCHG,  /* (address, &old, new): returns whether it was old */
	WORD_XCHG,	   /* (address, new): returns what was there; gives it back where new is 0 */
	WORD_SET,	   /* (address, new): gives it back where new is 0 */
	WORD_INC_RETURN,   /* (address): returns what is there now: 1 if nobody had it */
	WORD_FETCH_INC,	   /* (address): returns what was there */
	WORD_ADD_UNLESS,   /* (address, number, unless): returns whether it was not that */
	WORD_DEC,	   /* (address) */
	WORD_DEC_RETURN,   /* (address): returns what is there now */
	WORD_DEC_AND_TEST, /* (address): returns whether it is 0 now */
	WORD_SET_BIT,	   /* (number, address): returns whether it was set */
	WORD_CLEAR_BIT,	   /* (number, address) */
	WORD_RAISE_BIT,	   /* (number, address): sets it, whoever has it */
	WORD_FETCH_OR,	   /* (mask, address): returns what was there */
	WORD_AND_NOT,	   /* (mask, address) */
};

struct rule_word {
	const char *function; /* with a header: a macro on a word of any type, see prelude.c */
	const char *header;   /* or NULL */
	enum word_op op;
};

/* btf_macros: what the macros say whose expansion is assembly, or nothing without BTF. */
enum btf_macro_does {
	BTF_DOES_SET_START,   /* (name) */
	BTF_DOES_SET_END,     /* (name) */
	BTF_DOES_LIST,	      /* (name, ...) */
	BTF_DOES_LIST_SINGLE, /* (name, prefix, id): a list of one */
	BTF_DOES_ID,	      /* (prefix, id) */
	BTF_DOES_ID_FLAGS,    /* (prefix, id, flags) or without the flags */
	BTF_DOES_UNUSED,      /* no arguments: an empty place of a list */
};

struct rule_btf_macro {
	const char *macro;
	const char *header; /* that defines it, behind those that it needs: "linux/types.h linux/..." */
	enum btf_macro_does does;
	const char *declares; /* type of the variable it also declares ("u32[]"), or NULL */
	const char *flags;    /* expression for the flags of a BTF_DOES_SET_START, or NULL for 0 */
};

/* claims: macros with which the tree says what a function does to locks. */
enum claim_does {
	CLAIM_ACQUIRES,
	CLAIM_RELEASES,
	CLAIM_HOLDS,
	CLAIM_TRY_ACQUIRES, /* (lock), or (value that says so, lock) */
	CLAIM_UNCHECKED,    /* what the function's body does is not what checkers are to see */
	CLAIM_STATEMENT,    /* no attribute: a statement that stands for an acquire or a release */
};

struct rule_claim {
	const char *macro;
	const char *header; /* that defines it, or what includes that */
	enum claim_does does;
	bool bare; /* it takes no arguments */
};

/* values: functions whose result is known without their body. */
enum value_is {
	VALUE_ATTACH_NAME, /* the name of the function that the program is attached to */
	VALUE_IN_NMI,
	VALUE_IN_HARDIRQ, /* in an NMI; otherwise it is not known, but the same throughout a run */
	VALUE_IN_TASK, /* not in an NMI; otherwise it is not known, but the same throughout a run */
	VALUE_STEADY,  /* not known, but the same throughout a run */
	VALUE_NONNULL,
	VALUE_IRQS_OFF,	/* whether interrupts are off */
	VALUE_IRQ_OFF,	/* turns interrupts off */
	VALUE_IRQ_ON,	/* undoes one IRQ_OFF */
	VALUE_ARG,     /* its argument number arg */
	VALUE_UNKNOWN, /* do not look into it: nothing about locks happens there */
	VALUE_CONST,   /* the number in value */
	VALUE_MAP_FIELD, /* whether the map's values have a special field */
	VALUE_MAP_RECORD, /* what describes the fields that a map's values have, if any */
	VALUE_COUNT_CHANGED, /* whether the seqcount in argument 0 was written to since */
	VALUE_IN_PROGRAM, /* not 0 while a program runs */
	VALUE_OWN, /* memory that who interrupts a path on its CPU gets, too; never NULL */
	VALUE_OF_LOCKED, /* not 0 of an object with a lock in it that is held; otherwise it is not known */
	VALUE_DEAD_END, /* a program does not come there, or not back */
	VALUE_IN_SET, /* whether the BTF set in argument 0 has the id in argument 1 */
};

struct rule_value {
	const char *function;
	const char *header; /* that defines it as a macro ("linux/preempt.h"), or NULL: a function */
	enum value_is is;
	unsigned int arg;
	long value;
	const char *field; /* VALUE_MAP_FIELD: a name of map_fields; NULL: argument arg is a mask */
};

/* attach: the ways a program is attached and run. */
enum attach_at {
	AT_FUNCTION_ENTRY, /* fentry, kprobe */
	AT_FUNCTION_EXIT,  /* fexit, kretprobe */
	AT_MODIFY_RETURN,  /* fmod_ret */
	AT_TRACEPOINT,
	AT_LSM_HOOK,
	AT_NMI,	      /* anywhere, by interrupt */
	AT_RUN_SITE,  /* where the tree itself runs programs of the type */
	AT_CALLBACK,  /* where it calls a function that such a program handed over */
};

/* Bits of a set of ways (indices into rules->attach). */
#define MAX_WAYS 64

struct rule_attach {
	const char *how;	 /* "fentry": as printed in attach[].how */
	const char *prog_type;	 /* enumerator: "BPF_PROG_TYPE_TRACING" */
	const char *attach_type; /* enumerator of expected_attach_type, or NULL for 0 */
	const char *type_name;	 /* as printed in program_types: "tracing" */
	enum attach_at at;
	bool needs_ftrace; /* the function must have an ftrace location */
	bool needs_btf;	   /* the function must be in BTF and not a clone */
	bool deny_sets;	   /* tree.deny_sets apply */
	bool nokprobe;	   /* tree.nokprobe_sections apply */
	const char *recursion; /* guard of the dispatcher: NULL, "program", or a per-CPU counter */
	bool trusted_args; /* what the program is handed may go to kfuncs that want it trusted */
	struct names runs; /* AT_RUN_SITE: functions of the tree that run programs of this type */
	const char *page;      /* one line: kernel file that shows it */
};

/* Whether the tree itself runs programs of @way, by calling something of theirs. */
static inline bool kernel_runs(const struct rule_attach *way)
{
	return way->at == AT_RUN_SITE || way->at == AT_CALLBACK;
}

/* objects: ways to get hold of an object that the tree's types alone do not show. */
struct rule_object {
	const char *record; /* "sock" */
	const char *how;    /* a sentence fragment for reports */
	struct names needs; /* helpers or kfuncs that the program must be given for it */
};

/* last_reference: parameter of an ops member whose object nobody else can reach any more. */
struct rule_last_reference {
	const char *record; /* "bpf_map_ops" */
	const char *member; /* "map_free" */
	unsigned int param;
	bool task; /* it is called in a task, with interrupts on */
};

/* first_reference: a member of an ops table that makes an object, which nobody else can reach yet. */
struct rule_first_reference {
	const char *record; /* "bpf_map_ops" */
	const char *member; /* "map_alloc" */
};

/* last_puts: what is called when the last reference to an object is dropped. */
struct rule_last_put {
	const char *function;
	const char *record; /* of the object: "task_struct" */
};

/* arguments: what the verifier hands a helper for a program that does not sleep. */
struct rule_argument {
	const char *parameter; /* its name: "gfp_flags" */
	long value;
	long decides; /* the bits by which code decides whether it waits; 0: not known */
};

/* kfunc_tests: what the verifier asks besides, of the program that calls a kfunc. */
struct rule_kfunc_test {
	const char *kfunc;
	const char *test; /* function of the tree, of the verifier's environment: true: it may */
};

/*
 * sequences: tables whose members are called one after another on one thing, so
 * that a lock which one leaves is held in the next.
 */
struct rule_sequence {
	const char *record; /* "seq_operations" */
	const char *begin;  /* "start" */
	struct names body;  /* show, next */
	const char *end;    /* "stop": called whatever happened */
	unsigned int handed; /* parameter in which the later ones get the pointer returned last */
	/* Which maps it is about, where that can be told; NULL otherwise. */
	const char *info_record, *info_member;	 /* bpf_iter_seq_info.seq_ops: points to the table */
	const char *map_member;			 /* iter_seq_info of bpf_map_ops: points to the former */
	const char *target_record, *target_info; /* bpf_iter_reg.seq_info: points there, too */
	const char *target_test; /* attach_target: returns 0 for the maps that it is about */
};

/*
 * map_fields: what a map's values can have that is more than data. The verifier
 * refuses maps with some of them to some program types.
 */
struct rule_map_field {
	const char *name;	/* "timer" */
	const char *enumerator; /* its bit in the tree: "BPF_TIMER" */
	struct names args;	/* enumerators of argument types that are such a field */
	struct names records;	/* a kfunc's parameter of this struct is such a field */
};

/* kinds: names for people of what a map type stores by. */
struct rule_kind {
	const char *map_type; /* "BPF_MAP_TYPE_CGRP_STORAGE" */
	const char *name;     /* "cgroup storage" */
};

/* kconfig: what the analysed config must have. */
struct rule_kconfig {
	const char *symbol; /* without CONFIG_ */
	const char *value;  /* "y" */
	const char *why;
	const char *without; /* what is assumed when it does not survive, or NULL */
};

/*
 * flags: what becomes of an option of the compile command. Options of the
 * preprocessor (-I, -D, -include, ...) always go to clang; of the others only
 * those that a rule keeps. The longest pattern that matches decides.
 */
enum flag_does {
	FLAG_DROP,
	FLAG_DROP_NEXT, /* with its argument, the next word */
	FLAG_UNIT_NAME, /* says the name of the unit: all units get the same */
	FLAG_OPTIMISE,	/* drop it, unless a unit cannot be read without it; the last one counts */
	FLAG_FTRACE,	/* drop it; it says that functions get an ftrace location */
	FLAG_KEEP,	/* it changes what the source means */
};

struct rule_flag {
	const char *option; /* a trailing '*' matches any rest */
	enum flag_does does;
	const char *why;
};

/* tools: host tools that make prepare needs, and the package that has each. */
struct rule_tool {
	const char *tool;
	const char *package;
	const char *needed_for;
};

/* tree: the names of BPF's own tables. */
struct rule_tree {
	const char *map_types_array;	/* bpf_map_types[]: type -> &ops */
	const char *map_ops_record;	/* bpf_map_ops */
	const char *map_record;		/* bpf_map */
	const char *map_ops_field;	/* ops, of map_record */
	const char *map_owner_member;	/* map_owner_storage_ptr */
	const char *verifier_ops_array; /* bpf_verifier_ops[]: prog type -> &ops */
	const char *verifier_ops_record;
	const char *program_check;    /* bpf_check */
	const char *get_proto_member; /* get_func_proto */
	const char *proto_record;     /* bpf_func_proto */
	const char *proto_func;	      /* func */
	const char *proto_allowed;    /* allowed */
	const char *proto_ret_btf;    /* ret_btf_id: &list[which] of what it returns */
	const char *func_id_enum;     /* bpf_func_id */
	/* btf_parse_struct_metas, btf_parse_fields: what objects of programs may have */
	const char *object_fields_function, *object_fields_call;
	const char *object_param;	/* meta__ign: of kfuncs that are handed such objects */
	const char *func_id_prefix;   /* BPF_FUNC_ */
	const char *map_type_enum;    /* bpf_map_type */
	const char *prog_type_enum;
	const char *attach_type_enum;
	const char *prog_record;      /* bpf_prog */
	const char *prog_type_field;  /* type */
	const char *prog_attach_field; /* expected_attach_type */
	const char *compat_function;  /* check_map_func_compatibility: which map type for which helper */
	const char *compat_type_field; /* map_type, of map_record */
	const char *compat_prog_function; /* check_map_prog_compatibility: which map for which program */
	const char *env_record;		  /* bpf_verifier_env */
	const char *env_prog_field;	  /* prog, of env_record */
	const char *env_state_field;	  /* cur_state, of env_record */
	const char *env_state_record;	  /* bpf_verifier_state: has the sleepable field, too */
	const char *env_sleepable_field;  /* in_sleepable, of that */
	const char *prog_aux_field;	  /* aux, of prog_record */
	const char *prog_aux_record;	  /* bpf_prog_aux */
	const char *prog_attach_id_field; /* its attach_btf_id, or NULL */
	const char *context_arg_record;	  /* bpf_ctx_arg_aux: what a program's context has at... */
	const char *context_arg_offset;	  /* offset, of that */
	const char *context_arg_type;	  /* reg_type, of that */
	const char *context_arg_trusted;  /* PTR_TRUSTED, a bit of the type */
	const char *tracepoint_program_prefix; /* btf_trace_: the same for a program on a tracepoint */
	const char *lsm_program_prefix; /* bpf_lsm_: what an LSM program is attached to, as the id says */
	const char *prog_sleepable_field; /* sleepable, of one of the two */
	const char *proto_might_sleep;	  /* might_sleep */
	const char *map_check_function;	/* map_check_btf: which fields a map of a type may have */
	const char *fields_record;	/* btf_record: describes all fields of a map's values... */
	const char *fields_mask;	/* field_mask: ...which these are, of that */
	const char *field_record;	/* btf_field */
	const char *field_type;		/* type, of field_record */
	const char *kfunc_register;   /* register_btf_kfunc_id_set(prog type, &set) */
	const char *kfunc_set_record; /* btf_kfunc_id_set: its .set names the BTF set */
	const char *kfunc_filter; /* filter, of that: (prog, id) -> 0: the program may call it */
	const char *kfunc_hook_function; /* program types with the same value share what is registered */
	const char *kfunc_common_type;	 /* BPF_PROG_TYPE_UNSPEC: registered for all */
	const char *struct_ops_record; /* bpf_struct_ops: its .verifier_ops */
	const char *struct_ops_name_field; /* its .name: the record whose members programs can be */
	const char *struct_ops_type;   /* BPF_PROG_TYPE_STRUCT_OPS */
	const char *helper_body_prefix; /* "____" */
	const char *helper_macro;	/* BPF_CALL_*: the macros that define helpers */
	struct names deny_sets;	       /* btf_id_deny, noreturn_deny */
	struct names hook_deny_sets;   /* bpf_lsm_disabled_hooks */
	struct names nokprobe_sections; /* _kprobe_blacklist */
	struct names notrace_sections;	/* .noinstr.text, .init.text, ... */
	struct names boot_sections;	/* .init.text, ...: over before there are programs, but for modules */
	struct names notrace_words;    /* that stand in a definition and lead there, or say notrace */
	struct names error_injection_sections;
	struct names lsm_hook_prefixes; /* security_: fmod_ret may go there */
	struct names proto_args;	  /* arg1_type, ... */
	struct names callback_types; /* of pointers to functions of programs */
	struct names object_args;  /* argument types for which a program must hold an object */
	const char *iterator_new;    /* how the name of a kfunc ends that makes an iterator, */
	struct names iterator_uses;  /* and those of the kfuncs that are called with it later */
	struct names own_records;  /* structs that a program makes itself; '*' matches any rest */
	unsigned int kfunc_sleepable; /* KF_SLEEPABLE */
	unsigned int kfunc_trusted;   /* KF_TRUSTED_ARGS */
	unsigned int object_fields_arg; /* number of object_fields_call's argument with the mask */
	struct names tracepoint_calls;	/* prefixes of what calls a tracepoint's programs */
	struct names trampolines;	/* prefixes of functions that are a jump, in assembly */
	struct names value_locks; /* structs that are locks in values of maps: named by themselves */
	struct names unnamed_records; /* typedefs of structs without a tag: locks are named by the field */
	struct names cpu_numbers; /* per-CPU variables, or "variable.member": the CPU's own number */
};

/* scope: what is analysed when the user names nothing. */
struct rule_scope {
	struct names paths;   /* folders and files, relative to the tree */
	struct names defines; /* identifiers: units whose text defines or registers them join the scope */
};

/*
 * What programs that show a finding are made of (analyzer/repro/). C and text in
 * these may have lines, and @NAME@ where something of the finding goes.
 */

/* repro_ways: how libbpf is told where a program goes; what is tried first comes first. */
struct rule_repro_way {
	const char *how;     /* "fentry", as in attach */
	const char *section; /* "fentry/@NAME@" */
	bool last;	     /* only where none of the others does */
	const char *needs;   /* for people, or NULL */
	const char *attach;  /* C that returns the link; NULL: what libbpf does by itself */
};

/* repro_iterators: what the kernel runs programs of an iterator for. */
struct rule_repro_iterator {
	const char *iterator; /* its target: "unix" */
	struct names runs;    /* functions that run its programs */
	const char *over;     /* for people: what it goes over */
	const char *link;    /* C that says over which, in 'info'; NULL: it is over all there are */
	const char *prepare; /* C that makes something to go over; NULL: map and owner do */
};

/* repro_maps: how a map is made. */
struct rule_repro_map {
	const char *map_type; /* "BPF_MAP_TYPE_CGRP_STORAGE" */
	const char *flags;    /* C, or NULL for 0 */
	unsigned int max_entries;
	const char *key;      /* C type; NULL: int */
	const char *key_init; /* its initializer; NULL: { 0 } */
	bool keyless, valueless;
	const char *owner;    /* of the elements: a name of repro_owners; NULL: they have none */
	struct names entries; /* functions by which a finding is known to be about such maps */
};

/* repro_locks: where a lock is that is not in the map, or what map has it. */
enum repro_in { REPRO_IN_MAP, REPRO_IN_OWNER, REPRO_IN_KERNEL };

struct rule_repro_lock {
	const char *lock; /* its class */
	enum repro_in in;
	const char *flags; /* C: that the map needs for this lock to be the first; or NULL */
};

/* repro_owners: what elements of a storage belong to. */
struct rule_repro_owner {
	const char *owner;
	const char *needs; /* for people, or NULL */
	const char *make;  /* C */
};

/* repro_objects: how a program gets what a helper wants. */
struct rule_repro_object {
	const char *record; /* "cgroup" */
	const char *way;    /* a word of the report's sentence about it */
	bool any;	    /* it leads to any owner, not only to the current task's */
	const char *iterator; /* only its programs are handed that; or NULL */
	const char *declare; /* C, or NULL */
	const char *get;     /* C that declares and sets 'object' */
	const char *put;     /* C, or NULL */
};

/* repro_calls: what a helper is called with. What is taken first comes first. */
enum repro_before { REPRO_ANY, REPRO_ABSENT, REPRO_PRESENT };

struct rule_repro_call {
	const char *function; /* as reports name it */
	const char *object;   /* record that it wants, or NULL */
	struct names map_types; /* that it takes; the first where the finding is about no map; none: no map */
	enum repro_before before; /* what must be so of the element in the program's map */
	const char *declare;  /* C that the call needs before, or NULL */
	const char *call;     /* C, an expression */
};

/* repro_triggers: how user space enters a section. */
struct rule_repro_trigger {
	const char *via;   /* "bpf_map_ops.map_free"; or NULL */
	const char *entry; /* the function; or NULL */
	struct names locks; /* classes that it takes, whatever the entry point; or none */
	const char *how;    /* it has programs that are put there this way run; or NULL */
	const char *what;  /* for people: "deletes an element" */
	bool worker;	   /* the section runs later, in a worker */
	bool other;	   /* the object is another task's than the current one */
	const char *calls; /* what a second program calls for it, or NULL: there is none */
	const char *prepare; /* C, or NULL */
	const char *fire;    /* C that returns 0 or a negative errno */
};

/* repro_none: rules whose findings no program can show. */
struct rule_repro_none {
	const char *code; /* "RL104" */
	const char *why;
};

/* lab_signs: what the console of a kernel says when something is wrong. */
enum lab_means { LAB_MEANS_LOCKDEP, LAB_MEANS_HANG, LAB_MEANS_OTHER };

struct rule_lab_sign {
	const char *text;
	enum lab_means means;
};

/* lab: the virtual machine. */
struct rule_lab {
	const char *target;    /* make's: "bzImage" */
	const char *image;     /* what the emulator loads, below the build directory */
	const char *emulator;  /* its command, words between blanks; -kernel and the like follow */
	const char *append;    /* the kernel's command line */
};

/* hazards: the rules of the contract. */
struct rule_hazard {
	const char *code; /* "RL101" */
	const char *name; /* "null-busy-counter" */
	const char *title;
	const char *page; /* text of the explanation (rules/RL101.md) */
};

struct rules {
	struct arena arena;
	VEC(struct rule_lock) locks;
	VEC(struct rule_field) transparent;
	VEC(struct rule_percpu) percpu;
	VEC(struct rule_counter) counters;
	VEC(struct rule_word) words;
	VEC(struct rule_btf_macro) btf_macros;
	VEC(struct rule_claim) claims;
	VEC(struct rule_value) values;
	VEC(struct rule_attach) attach;
	VEC(struct rule_object) objects;
	VEC(struct rule_last_reference) last_reference;
	VEC(struct rule_first_reference) first_reference;
	VEC(struct rule_last_put) last_puts;
	VEC(struct rule_argument) arguments;
	VEC(struct rule_kfunc_test) kfunc_tests;
	VEC(struct rule_sequence) sequences;
	VEC(struct rule_map_field) map_fields;
	VEC(struct rule_kind) kinds;
	VEC(struct rule_kconfig) kconfig;
	VEC(struct rule_flag) flags;
	VEC(struct rule_tool) tools;
	VEC(struct rule_hazard) hazards;
	VEC(struct rule_repro_way) repro_ways;
	VEC(struct rule_repro_iterator) repro_iterators;
	VEC(struct rule_repro_map) repro_maps;
	VEC(struct rule_repro_lock) repro_locks;
	VEC(struct rule_repro_owner) repro_owners;
	VEC(struct rule_repro_object) repro_objects;
	VEC(struct rule_repro_call) repro_calls;
	VEC(struct rule_repro_trigger) repro_triggers;
	VEC(struct rule_repro_none) repro_none;
	VEC(struct rule_tool) lab_tools;
	VEC(struct rule_lab_sign) lab_signs;
	struct rule_tree tree;
	struct rule_scope scope;
	struct rule_lab lab;
	struct rules_index *index; /* by name; private to rules.c */
};

/*
 * Reads every *.yaml below @dir (not its subfolders) and the pages of the
 * hazards beside them into @ret, which must be zeroed or already hold rules
 * (later files add). Returns 0, or a negative errno; then @ret_error says what
 * is wrong in the shape of a compiler error, "FILE:LINE:COL: error: ...", and
 * belongs to the arena of @ret.
 */
int rules_read_dir(struct rules *ret, const char *dir, const char **ret_error);

/* The same for one file or folder named by the user (--rules PATH). */
int rules_read_path(struct rules *ret, const char *path, const char **ret_error);

/*
 * The same for @len bytes of YAML at @text, named @name in errors. The pages of
 * its hazards are read from @pages_dir, or left empty when that is NULL.
 *
 * After a failure @ret holds what was read before it, fit only for
 * rules_release(). After a success no string of @ret->tree is NULL: one that no
 * file sets is "", which no name matches.
 */
int rules_read_text(struct rules *ret, const char *name, const char *text, size_t len,
		    const char *pages_dir, const char **ret_error);

void rules_release(struct rules *r);

/* NULL when there is none. */
const struct rule_lock *rules_lock(const struct rules *r, const char *function);
const struct rule_percpu *rules_percpu(const struct rules *r, const char *macro);
const struct rule_counter *rules_counter(const struct rules *r, const char *function);
const struct rule_word *rules_word(const struct rules *r, const char *function);
const struct rule_value *rules_value(const struct rules *r, const char *function);
const struct rule_hazard *rules_hazard(const struct rules *r, const char *code_or_name);
/* The first one: what is called with another object stands there by itself. */
const struct rule_repro_call *rules_repro_call(const struct rules *r, const char *function);
const struct rule_repro_map *rules_repro_map(const struct rules *r, const char *map_type);
const struct rule_repro_owner *rules_repro_owner(const struct rules *r, const char *owner);
const struct rule_repro_lock *rules_repro_lock(const struct rules *r, const char *lock);
const struct rule_repro_none *rules_repro_none(const struct rules *r, const char *code);

#endif
