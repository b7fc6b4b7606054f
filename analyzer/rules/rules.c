// SPDX-License-Identifier: MIT
#include "rules/rules.h"

#include "base/fs.h"
#include "base/strbuf.h"
#include "rules/yaml.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define uthash_malloc(size) xmalloc(size)
#include <uthash.h>

/*
 * The format of the files is the tables below: a list of struct rules is a
 * struct list, and each key of its items one struct key that says where the
 * value goes. Reading, checking and the hints of the errors all come from them.
 */
enum key_type {
	KEY_STRING,
	KEY_LINES, /* a string that may have lines */
	KEY_EACH, /* a string; its plural form takes a list and makes one item of each */
	KEY_NAMES,
	KEY_BOOL,
	KEY_UNSIGNED,
	KEY_LONG,
	KEY_ENUM,
};

struct word {
	const char *text;
	int value;
};

struct key {
	const char *name;
	enum key_type type;
	size_t offset;
	bool required;
	const struct word *words; /* KEY_ENUM */
	const char *plural;	  /* KEY_EACH */
};

union item {
	struct rule_lock lock;
	struct rule_field field;
	struct rule_percpu percpu;
	struct rule_counter counter;
	struct rule_word word;
	struct rule_btf_macro btf_macro;
	struct rule_claim claim;
	struct rule_value value;
	struct rule_attach attach;
	struct rule_object object;
	struct rule_last_reference last_reference;
	struct rule_first_reference first_reference;
	struct rule_last_put last_put;
	struct rule_argument argument;
	struct rule_kfunc_test kfunc_test;
	struct rule_sequence sequence;
	struct rule_map_field map_field;
	struct rule_kind kind;
	struct rule_kconfig kconfig;
	struct rule_flag flag;
	struct rule_tool tool;
	struct rule_hazard hazard;
	struct rule_repro_way repro_way;
	struct rule_repro_iterator repro_iterator;
	struct rule_repro_map repro_map;
	struct rule_repro_lock repro_lock;
	struct rule_repro_owner repro_owner;
	struct rule_repro_object repro_object;
	struct rule_repro_call repro_call;
	struct rule_repro_trigger repro_trigger;
	struct rule_repro_none repro_none;
	struct rule_lab_sign lab_sign;
};

enum list_id {
	LIST_LOCKS,
	LIST_TRANSPARENT,
	LIST_PERCPU,
	LIST_COUNTERS,
	LIST_WORDS,
	LIST_BTF_MACROS,
	LIST_CLAIMS,
	LIST_VALUES,
	LIST_ATTACH,
	LIST_OBJECTS,
	LIST_LAST_REFERENCE,
	LIST_FIRST_REFERENCE,
	LIST_LAST_PUTS,
	LIST_ARGUMENTS,
	LIST_KFUNC_TESTS,
	LIST_SEQUENCES,
	LIST_MAP_FIELDS,
	LIST_KINDS,
	LIST_KCONFIG,
	LIST_FLAGS,
	LIST_TOOLS,
	LIST_HAZARDS,
	LIST_REPRO_WAYS,
	LIST_REPRO_ITERATORS,
	LIST_REPRO_MAPS,
	LIST_REPRO_LOCKS,
	LIST_REPRO_OWNERS,
	LIST_REPRO_OBJECTS,
	LIST_REPRO_CALLS,
	LIST_REPRO_TRIGGERS,
	LIST_REPRO_NONE,
	LIST_LAB_TOOLS,
	LIST_LAB_SIGNS,
	N_LISTS,
};

/* An item by what it is found by. The arrays of struct rules move, so it is an index. */
struct entry {
	const char *name;
	const char *where; /* "FILE:LINE:COL" */
	size_t index;
	UT_hash_handle hh;
};

struct rules_index {
	struct entry *by_name[N_LISTS];
};

struct reader {
	struct yaml_reader y; /* first: it is what read_top() gets */
	struct rules *rules;
	const char *pages_dir;
};

/* One item while it is read: what stands where, for the checks between keys. */
struct item_place {
	struct fy_node *node;
	const struct key *keys;
	size_t n_keys;
	struct fy_node *values[16]; /* by key; NULL when not given */
};

struct list {
	const char *name;
	const struct key *keys;
	size_t n_keys;
	size_t (*push)(struct rules *r, const union item *it);
	/* Rules between keys, and members that no key sets; may be NULL. */
	int (*check)(struct reader *rd, const struct item_place *p, union item *it);
	/* What two items must not have in common; NULL when they may be alike. */
	const char *(*identity)(struct arena *a, const union item *it);
};

static const struct word words_does[] = {
	{ "acquire", LOCK_ACQUIRE }, { "try", LOCK_TRY },	  { "enter", LOCK_ENTER },
	{ "look", LOCK_LOOK },	     { "release", LOCK_RELEASE }, { NULL, 0 }
};
static const struct word words_success[] = {
	{ "always", LOCK_ALWAYS }, { "nonzero", LOCK_NONZERO }, { "zero", LOCK_ZERO },
	{ "even", LOCK_EVEN },	   { NULL, 0 }
};
static const struct word words_irq[] = {
	{ "keep", IRQ_KEEP }, { "bh", IRQ_BH }, { "off", IRQ_OFF }, { NULL, 0 }
};
static const struct word words_btf[] = {
	{ "set-start", BTF_DOES_SET_START },
	{ "set-end", BTF_DOES_SET_END },
	{ "list", BTF_DOES_LIST },
	{ "list-single", BTF_DOES_LIST_SINGLE },
	{ "id", BTF_DOES_ID },
	{ "id-flags", BTF_DOES_ID_FLAGS },
	{ "unused", BTF_DOES_UNUSED },
	{ NULL, 0 },
};
static const struct word words_claim[] = {
	{ "acquires", CLAIM_ACQUIRES },
	{ "releases", CLAIM_RELEASES },
	{ "holds", CLAIM_HOLDS },
	{ "try-acquires", CLAIM_TRY_ACQUIRES },
	{ "unchecked", CLAIM_UNCHECKED },
	{ "statement", CLAIM_STATEMENT },
	{ NULL, 0 },
};
static const struct word words_word[] = {
	{ "cmpxchg", WORD_CMPXCHG },
	{ "try-cmpxchg", WORD_TRY_CMPXCHG },
	{ "xchg", WORD_XCHG },
	{ "set", WORD_SET },
	{ "inc-return", WORD_INC_RETURN },
	{ "fetch-inc", WORD_FETCH_INC },
	{ "add-unless", WORD_ADD_UNLESS },
	{ "dec", WORD_DEC },
	{ "dec-return", WORD_DEC_RETURN },
	{ "dec-and-test", WORD_DEC_AND_TEST },
	{ "set-bit", WORD_SET_BIT },
	{ "clear-bit", WORD_CLEAR_BIT },
	{ "raise-bit", WORD_RAISE_BIT },
	{ "fetch-or", WORD_FETCH_OR },
	{ "and-not", WORD_AND_NOT },
	{ NULL, 0 },
};
static const struct word words_percpu[] = {
	{ "inc", PERCPU_INC },
	{ "dec", PERCPU_DEC },
	{ "add", PERCPU_ADD },
	{ "sub", PERCPU_SUB },
	{ "inc-return", PERCPU_INC_RETURN },
	{ "dec-return", PERCPU_DEC_RETURN },
	{ "add-return", PERCPU_ADD_RETURN },
	{ "sub-return", PERCPU_SUB_RETURN },
	{ "read", PERCPU_READ },
	{ "write", PERCPU_WRITE },
	{ "xchg", PERCPU_XCHG },
	{ "cmpxchg", PERCPU_CMPXCHG },
	{ "ptr", PERCPU_PTR },
	{ "cpu-ptr", PERCPU_CPU_PTR },
	{ NULL, 0 },
};
static const struct word words_value[] = {
	{ "attach-name", VALUE_ATTACH_NAME },
	{ "in-nmi", VALUE_IN_NMI },
	{ "in-hardirq", VALUE_IN_HARDIRQ },
	{ "in-task", VALUE_IN_TASK },
	{ "steady", VALUE_STEADY },
	{ "nonnull", VALUE_NONNULL },
	{ "irqs-off", VALUE_IRQS_OFF },
	{ "irq-off", VALUE_IRQ_OFF },
	{ "irq-on", VALUE_IRQ_ON },
	{ "arg", VALUE_ARG },
	{ "unknown", VALUE_UNKNOWN },
	{ "const", VALUE_CONST },
	{ "map-field", VALUE_MAP_FIELD },
	{ "map-record", VALUE_MAP_RECORD },
	{ "count-changed", VALUE_COUNT_CHANGED },
	{ "in-program", VALUE_IN_PROGRAM },
	{ "of-locked", VALUE_OF_LOCKED },
	{ "own", VALUE_OWN },
	{ "dead-end", VALUE_DEAD_END },
	{ "in-set", VALUE_IN_SET },
	{ NULL, 0 },
};
static const struct word words_at[] = {
	{ "function-entry", AT_FUNCTION_ENTRY },
	{ "function-exit", AT_FUNCTION_EXIT },
	{ "modify-return", AT_MODIFY_RETURN },
	{ "tracepoint", AT_TRACEPOINT },
	{ "lsm-hook", AT_LSM_HOOK },
	{ "nmi", AT_NMI },
	{ "run-site", AT_RUN_SITE },
	{ "callback", AT_CALLBACK },
	{ NULL, 0 },
};
static const struct word words_flag[] = { { "drop", FLAG_DROP },
					  { "drop-next", FLAG_DROP_NEXT },
					  { "ftrace", FLAG_FTRACE },
					  { "keep", FLAG_KEEP },
					  { "optimise", FLAG_OPTIMISE },
					  { "unit-name", FLAG_UNIT_NAME },
					  { NULL, 0 } };

static const struct word words_in[] = {
	{ "map", REPRO_IN_MAP }, { "owner", REPRO_IN_OWNER }, { "kernel", REPRO_IN_KERNEL },
	{ NULL, 0 }
};
static const struct word words_before[] = {
	{ "any", REPRO_ANY }, { "absent", REPRO_ABSENT }, { "present", REPRO_PRESENT }, { NULL, 0 }
};
static const struct word words_means[] = {
	{ "lockdep", LAB_MEANS_LOCKDEP }, { "hang", LAB_MEANS_HANG },
	{ "other", LAB_MEANS_OTHER }, { NULL, 0 }
};

#define STRING(record, member, required)                                                           \
	{                                                                                          \
		#member, KEY_STRING, offsetof(record, member), required, NULL, NULL                \
	}
#define LINES(record, member, required)                                                            \
	{                                                                                          \
		#member, KEY_LINES, offsetof(record, member), required, NULL, NULL                 \
	}
#define EACH(record, member, plural)                                                               \
	{                                                                                          \
		#member, KEY_EACH, offsetof(record, member), true, NULL, plural                    \
	}
#define NAMES(record, member)                                                                      \
	{                                                                                          \
		#member, KEY_NAMES, offsetof(record, member), false, NULL, NULL                    \
	}
#define BOOL(record, member)                                                                       \
	{                                                                                          \
		#member, KEY_BOOL, offsetof(record, member), false, NULL, NULL                     \
	}
#define UNSIGNED(record, member, required)                                                         \
	{                                                                                          \
		#member, KEY_UNSIGNED, offsetof(record, member), required, NULL, NULL              \
	}
#define LONG(record, member)                                                                       \
	{                                                                                          \
		#member, KEY_LONG, offsetof(record, member), false, NULL, NULL                     \
	}
#define ENUM(record, member, required, words)                                                      \
	{                                                                                          \
		#member, KEY_ENUM, offsetof(record, member), required, words, NULL                 \
	}

static const struct key keys_locks[] = {
	EACH(struct rule_lock, function, "functions"),
	ENUM(struct rule_lock, does, true, words_does),
	ENUM(struct rule_lock, success, false, words_success),
	ENUM(struct rule_lock, irq, false, words_irq),
	UNSIGNED(struct rule_lock, arg, false),
	STRING(struct rule_lock, kind, true),
	BOOL(struct rule_lock, shared),
	BOOL(struct rule_lock, sleeps),
	BOOL(struct rule_lock, uncounted),
	BOOL(struct rule_lock, body),
	STRING(struct rule_lock, tracepoint, false),
	NAMES(struct rule_lock, path),
};
static const struct key keys_transparent[] = {
	STRING(struct rule_field, record, true),
	STRING(struct rule_field, field, true),
};
static const struct key keys_percpu[] = {
	EACH(struct rule_percpu, macro, "macros"),
	STRING(struct rule_percpu, header, true),
	ENUM(struct rule_percpu, op, true, words_percpu),
};
static const struct key keys_counters[] = {
	EACH(struct rule_counter, function, "functions"),
	ENUM(struct rule_counter, op, true, words_percpu),
	UNSIGNED(struct rule_counter, arg, false),
};
static const struct key keys_words[] = {
	EACH(struct rule_word, function, "functions"),
	STRING(struct rule_word, header, false),
	ENUM(struct rule_word, op, true, words_word),
};
static const struct key keys_btf_macros[] = {
	EACH(struct rule_btf_macro, macro, "macros"),
	STRING(struct rule_btf_macro, header, true),
	ENUM(struct rule_btf_macro, does, true, words_btf),
	STRING(struct rule_btf_macro, declares, false),
	STRING(struct rule_btf_macro, flags, false),
};
static const struct key keys_claims[] = {
	EACH(struct rule_claim, macro, "macros"),
	STRING(struct rule_claim, header, true),
	ENUM(struct rule_claim, does, true, words_claim),
	BOOL(struct rule_claim, bare),
};
static const struct key keys_values[] = {
	EACH(struct rule_value, function, "functions"),
	STRING(struct rule_value, header, false),
	ENUM(struct rule_value, is, true, words_value),
	UNSIGNED(struct rule_value, arg, false),
	LONG(struct rule_value, value),
	STRING(struct rule_value, field, false),
};
static const struct key keys_attach[] = {
	STRING(struct rule_attach, how, true),
	STRING(struct rule_attach, prog_type, true),
	STRING(struct rule_attach, attach_type, false),
	STRING(struct rule_attach, type_name, true),
	ENUM(struct rule_attach, at, true, words_at),
	BOOL(struct rule_attach, needs_ftrace),
	BOOL(struct rule_attach, needs_btf),
	BOOL(struct rule_attach, deny_sets),
	BOOL(struct rule_attach, nokprobe),
	STRING(struct rule_attach, recursion, false),
	BOOL(struct rule_attach, trusted_args),
	NAMES(struct rule_attach, runs),
	STRING(struct rule_attach, page, true),
};
static const struct key keys_objects[] = {
	STRING(struct rule_object, record, true),
	STRING(struct rule_object, how, true),
	NAMES(struct rule_object, needs),
};
static const struct key keys_last_reference[] = {
	STRING(struct rule_last_reference, record, true),
	STRING(struct rule_last_reference, member, true),
	UNSIGNED(struct rule_last_reference, param, true),
	BOOL(struct rule_last_reference, task),
};
static const struct key keys_first_reference[] = {
	STRING(struct rule_first_reference, record, true),
	STRING(struct rule_first_reference, member, true),
};
static const struct key keys_last_puts[] = {
	STRING(struct rule_last_put, function, true),
	STRING(struct rule_last_put, record, true),
};
static const struct key keys_arguments[] = {
	STRING(struct rule_argument, parameter, true),
	LONG(struct rule_argument, value),
	LONG(struct rule_argument, decides),
};
static const struct key keys_kfunc_tests[] = {
	STRING(struct rule_kfunc_test, kfunc, true),
	STRING(struct rule_kfunc_test, test, true),
};
static const struct key keys_sequences[] = {
	STRING(struct rule_sequence, record, true),
	STRING(struct rule_sequence, begin, true),
	NAMES(struct rule_sequence, body),
	STRING(struct rule_sequence, end, false),
	UNSIGNED(struct rule_sequence, handed, true),
	STRING(struct rule_sequence, info_record, false),
	STRING(struct rule_sequence, info_member, false),
	STRING(struct rule_sequence, map_member, false),
	STRING(struct rule_sequence, target_record, false),
	STRING(struct rule_sequence, target_info, false),
	STRING(struct rule_sequence, target_test, false),
};
static const struct key keys_map_fields[] = {
	STRING(struct rule_map_field, name, true),
	STRING(struct rule_map_field, enumerator, true),
	NAMES(struct rule_map_field, args),
	NAMES(struct rule_map_field, records),
};
static const struct key keys_kinds[] = {
	STRING(struct rule_kind, map_type, true),
	STRING(struct rule_kind, name, true),
};
static const struct key keys_kconfig[] = {
	STRING(struct rule_kconfig, symbol, true),
	STRING(struct rule_kconfig, value, true),
	STRING(struct rule_kconfig, why, true),
	STRING(struct rule_kconfig, without, false),
};
static const struct key keys_flags[] = {
	STRING(struct rule_flag, option, true),
	ENUM(struct rule_flag, does, true, words_flag),
	STRING(struct rule_flag, why, true),
};
static const struct key keys_tools[] = {
	STRING(struct rule_tool, tool, true),
	STRING(struct rule_tool, package, true),
	STRING(struct rule_tool, needed_for, true),
};
static const struct key keys_hazards[] = {
	STRING(struct rule_hazard, code, true),
	STRING(struct rule_hazard, name, true),
	STRING(struct rule_hazard, title, true),
};
static const struct key keys_repro_ways[] = {
	STRING(struct rule_repro_way, how, true),
	STRING(struct rule_repro_way, section, true),
	BOOL(struct rule_repro_way, last),
	STRING(struct rule_repro_way, needs, false),
	LINES(struct rule_repro_way, attach, false),
};
static const struct key keys_repro_iterators[] = {
	STRING(struct rule_repro_iterator, iterator, true),
	NAMES(struct rule_repro_iterator, runs),
	STRING(struct rule_repro_iterator, over, true),
	LINES(struct rule_repro_iterator, link, false),
	LINES(struct rule_repro_iterator, prepare, false),
};
static const struct key keys_repro_maps[] = {
	STRING(struct rule_repro_map, map_type, true),
	STRING(struct rule_repro_map, flags, false),
	UNSIGNED(struct rule_repro_map, max_entries, false),
	STRING(struct rule_repro_map, key, false),
	STRING(struct rule_repro_map, key_init, false),
	BOOL(struct rule_repro_map, keyless),
	BOOL(struct rule_repro_map, valueless),
	STRING(struct rule_repro_map, owner, false),
	NAMES(struct rule_repro_map, entries),
};
static const struct key keys_repro_locks[] = {
	STRING(struct rule_repro_lock, lock, true),
	ENUM(struct rule_repro_lock, in, false, words_in),
	STRING(struct rule_repro_lock, flags, false),
};
static const struct key keys_repro_owners[] = {
	STRING(struct rule_repro_owner, owner, true),
	STRING(struct rule_repro_owner, needs, false),
	LINES(struct rule_repro_owner, make, true),
};
static const struct key keys_repro_objects[] = {
	STRING(struct rule_repro_object, record, true),
	STRING(struct rule_repro_object, way, true),
	BOOL(struct rule_repro_object, any),
	STRING(struct rule_repro_object, iterator, false),
	LINES(struct rule_repro_object, declare, false),
	LINES(struct rule_repro_object, get, true),
	LINES(struct rule_repro_object, put, false),
};
static const struct key keys_repro_calls[] = {
	EACH(struct rule_repro_call, function, "functions"),
	STRING(struct rule_repro_call, object, false),
	NAMES(struct rule_repro_call, map_types),
	ENUM(struct rule_repro_call, before, false, words_before),
	LINES(struct rule_repro_call, declare, false),
	STRING(struct rule_repro_call, call, true),
};
static const struct key keys_repro_triggers[] = {
	STRING(struct rule_repro_trigger, via, false),
	STRING(struct rule_repro_trigger, entry, false),
	NAMES(struct rule_repro_trigger, locks),
	STRING(struct rule_repro_trigger, how, false),
	STRING(struct rule_repro_trigger, what, true),
	BOOL(struct rule_repro_trigger, worker),
	BOOL(struct rule_repro_trigger, other),
	STRING(struct rule_repro_trigger, calls, false),
	LINES(struct rule_repro_trigger, prepare, false),
	LINES(struct rule_repro_trigger, fire, true),
};
static const struct key keys_repro_none[] = {
	STRING(struct rule_repro_none, code, true),
	STRING(struct rule_repro_none, why, true),
};
static const struct key keys_lab_signs[] = {
	STRING(struct rule_lab_sign, text, true),
	ENUM(struct rule_lab_sign, means, true, words_means),
};
static const struct key keys_lab[] = {
	STRING(struct rule_lab, target, false),
	STRING(struct rule_lab, image, false),
	STRING(struct rule_lab, emulator, false),
	STRING(struct rule_lab, append, false),
};
static const struct key keys_tree[] = {
	STRING(struct rule_tree, map_types_array, false),
	STRING(struct rule_tree, map_ops_record, false),
	STRING(struct rule_tree, map_record, false),
	STRING(struct rule_tree, map_ops_field, false),
	STRING(struct rule_tree, map_owner_member, false),
	STRING(struct rule_tree, verifier_ops_array, false),
	STRING(struct rule_tree, verifier_ops_record, false),
	STRING(struct rule_tree, program_check, false),
	STRING(struct rule_tree, iterator_new, false),
	STRING(struct rule_tree, get_proto_member, false),
	STRING(struct rule_tree, proto_record, false),
	STRING(struct rule_tree, proto_func, false),
	STRING(struct rule_tree, proto_ret_btf, false),
	STRING(struct rule_tree, proto_allowed, false),
	STRING(struct rule_tree, func_id_enum, false),
	STRING(struct rule_tree, object_fields_function, false),
	STRING(struct rule_tree, object_fields_call, false),
	UNSIGNED(struct rule_tree, object_fields_arg, false),
	STRING(struct rule_tree, object_param, false),
	STRING(struct rule_tree, func_id_prefix, false),
	STRING(struct rule_tree, map_type_enum, false),
	STRING(struct rule_tree, prog_type_enum, false),
	STRING(struct rule_tree, attach_type_enum, false),
	STRING(struct rule_tree, prog_record, false),
	STRING(struct rule_tree, prog_type_field, false),
	STRING(struct rule_tree, prog_attach_field, false),
	STRING(struct rule_tree, compat_function, false),
	STRING(struct rule_tree, compat_type_field, false),
	STRING(struct rule_tree, kfunc_register, false),
	STRING(struct rule_tree, kfunc_filter, false),
	STRING(struct rule_tree, kfunc_hook_function, false),
	STRING(struct rule_tree, kfunc_common_type, false),
	STRING(struct rule_tree, kfunc_set_record, false),
	STRING(struct rule_tree, struct_ops_record, false),
	STRING(struct rule_tree, struct_ops_name_field, false),
	STRING(struct rule_tree, struct_ops_type, false),
	STRING(struct rule_tree, helper_body_prefix, false),
	STRING(struct rule_tree, helper_macro, false),
	NAMES(struct rule_tree, deny_sets),
	NAMES(struct rule_tree, hook_deny_sets),
	NAMES(struct rule_tree, nokprobe_sections),
	NAMES(struct rule_tree, notrace_sections),
	NAMES(struct rule_tree, boot_sections),
	NAMES(struct rule_tree, notrace_words),
	NAMES(struct rule_tree, error_injection_sections),
	STRING(struct rule_tree, compat_prog_function, false),
	STRING(struct rule_tree, env_record, false),
	STRING(struct rule_tree, env_prog_field, false),
	STRING(struct rule_tree, env_state_field, false),
	STRING(struct rule_tree, env_state_record, false),
	STRING(struct rule_tree, env_sleepable_field, false),
	STRING(struct rule_tree, prog_aux_field, false),
	STRING(struct rule_tree, prog_aux_record, false),
	STRING(struct rule_tree, prog_attach_id_field, false),
	STRING(struct rule_tree, context_arg_record, false),
	STRING(struct rule_tree, context_arg_offset, false),
	STRING(struct rule_tree, context_arg_type, false),
	STRING(struct rule_tree, context_arg_trusted, false),
	STRING(struct rule_tree, lsm_program_prefix, false),
	STRING(struct rule_tree, tracepoint_program_prefix, false),
	STRING(struct rule_tree, prog_sleepable_field, false),
	STRING(struct rule_tree, proto_might_sleep, false),
	NAMES(struct rule_tree, proto_args),
	NAMES(struct rule_tree, object_args),
	NAMES(struct rule_tree, callback_types),
	NAMES(struct rule_tree, iterator_uses),
	NAMES(struct rule_tree, own_records),
	UNSIGNED(struct rule_tree, kfunc_sleepable, false),
	UNSIGNED(struct rule_tree, kfunc_trusted, false),
	STRING(struct rule_tree, field_record, false),
	STRING(struct rule_tree, field_type, false),
	STRING(struct rule_tree, map_check_function, false),
	STRING(struct rule_tree, fields_record, false),
	STRING(struct rule_tree, fields_mask, false),
	NAMES(struct rule_tree, tracepoint_calls),
	NAMES(struct rule_tree, trampolines),
	NAMES(struct rule_tree, unnamed_records),
	NAMES(struct rule_tree, cpu_numbers),
	NAMES(struct rule_tree, value_locks),
	NAMES(struct rule_tree, lsm_hook_prefixes),
};
static const struct key keys_scope[] = {
	NAMES(struct rule_scope, paths),
	NAMES(struct rule_scope, defines),
};

#define fail(rd, at, ...) yaml_fail(&(rd)->y, at, __VA_ARGS__)

static void add_key_names(struct strbuf *sb, const struct key *keys, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		strbuf_addf(sb, "%s%s", i ? ", " : "", keys[i].name);
		if (keys[i].plural)
			strbuf_addf(sb, ", %s", keys[i].plural);
	}
}

static int read_long(struct reader *rd, struct fy_node *at, struct fy_node *n, const char *name,
		     long min, long max, long *ret)
{
	const char *text;
	char *end;
	long value;
	int err;

	err = yaml_text(&rd->y, at, n, name, &text);
	if (err)
		return err;
	errno = 0;
	value = strtol(text, &end, 0);
	if (isspace((unsigned char)*text) || *text == '+' || end == text || *end)
		return fail(rd, n, "'%s' must be a number, not '%s'", name, text);
	if (errno || value < min || value > max)
		return fail(rd, n, "'%s' must be from %ld to %ld, not %s", name, min, max, text);
	*ret = value;
	return 0;
}

static int read_bool(struct reader *rd, struct fy_node *at, struct fy_node *n, const char *name,
		     bool *ret)
{
	const char *text;
	int err;

	err = yaml_text(&rd->y, at, n, name, &text);
	if (err)
		return err;
	if (strcmp(text, "true") && strcmp(text, "false"))
		return fail(rd, n, "'%s' must be true or false, not '%s'", name, text);
	*ret = *text == 't';
	return 0;
}

static int read_word(struct reader *rd, struct fy_node *at, struct fy_node *n,
		     const struct key *key, int *ret)
{
	struct strbuf allowed = STRBUF_INIT;
	const char *text;
	int err;

	err = yaml_text(&rd->y, at, n, key->name, &text);
	if (err)
		return err;
	for (const struct word *w = key->words; w->text; w++) {
		if (!strcmp(w->text, text)) {
			*ret = w->value;
			strbuf_release(&allowed);
			return 0;
		}
		strbuf_addf(&allowed, "%s%s", w == key->words ? "" : ", ", w->text);
	}
	err = fail(rd, n, "'%s' cannot be '%s'; allowed: %s", key->name, text, allowed.buf);
	strbuf_release(&allowed);
	return err;
}

struct name_set {
	const char *name;
	UT_hash_handle hh;
};

/* Appends a list of strings to @ret; the list itself must not name anything twice. */
static int read_names(struct reader *rd, struct fy_node *at, struct fy_node *n, const char *name,
		      struct names *ret)
{
	struct arena *a = &rd->rules->arena;
	struct name_set *seen = NULL, *s;
	struct fy_node *item;
	void *iter = NULL;
	size_t count;
	int err = 0;

	if (yaml_is_null(n))
		return fail(rd, at, "'%s' has no value; write [] for an empty list", name);
	if (fy_node_is_alias(n) || fy_node_get_type(n) != FYNT_SEQUENCE)
		return fail(rd, n, "'%s' must be a list: [a, b]", name);
	count = (size_t)fy_node_sequence_item_count(n);
	if (ret->n) {
		const char **all = ARENA_ARRAY(a, const char *, ret->n + count);

		memcpy(all, ret->v, ret->n * sizeof(*all));
		ret->v = all;
	} else {
		ret->v = ARENA_ARRAY(a, const char *, count);
	}
	while (!err && (item = fy_node_sequence_iterate(n, &iter))) {
		const char *text;

		err = yaml_text(&rd->y, n, item, name, &text);
		if (err)
			break;
		HASH_FIND_STR(seen, text, s);
		if (s) {
			err = fail(rd, item, "'%s' stands twice in this list", text);
			break;
		}
		s = ARENA_NEW(a, struct name_set);
		s->name = text;
		HASH_ADD_KEYPTR(hh, seen, s->name, strlen(s->name), s);
		ret->v[ret->n++] = text;
	}
	HASH_CLEAR(hh, seen);
	return err;
}

static int read_value(struct reader *rd, struct fy_node *at, struct fy_node *n,
		      const struct key *key, void *record)
{
	void *to = (char *)record + key->offset;
	long number;
	int word = 0, err;

	switch (key->type) {
	case KEY_STRING:
	case KEY_EACH:
		return yaml_text(&rd->y, at, n, key->name, to);
	case KEY_LINES:
		return yaml_lines(&rd->y, at, n, key->name, to);
	case KEY_NAMES:
		return read_names(rd, at, n, key->name, to);
	case KEY_BOOL:
		return read_bool(rd, at, n, key->name, to);
	case KEY_UNSIGNED:
		err = read_long(rd, at, n, key->name, 0, INT_MAX, &number);
		if (!err)
			*(unsigned int *)to = (unsigned int)number;
		return err;
	case KEY_LONG:
		return read_long(rd, at, n, key->name, LONG_MIN, LONG_MAX, to);
	case KEY_ENUM:
		err = read_word(rd, at, n, key, &word);
		/* Enums of the rules start at 0 and have the size of an unsigned int. */
		if (!err)
			*(unsigned int *)to = (unsigned int)word;
		return err;
	}
	return -EINVAL;
}

static struct fy_node *given(const struct item_place *p, const char *key)
{
	for (size_t i = 0; i < p->n_keys; i++) {
		if (!strcmp(p->keys[i].name, key))
			return p->values[i];
	}
	return NULL;
}

static int check_lock(struct reader *rd, const struct item_place *p, union item *it)
{
	struct rule_lock *l = &it->lock;
	struct fy_node *success = given(p, "success");

	if (l->body && ((l->does != LOCK_ACQUIRE && l->does != LOCK_RELEASE) || l->success != LOCK_ALWAYS))
		return fail(rd, given(p, "body"),
			    "'body' is for an acquire that always succeeds, or a release");
	if ((l->does == LOCK_TRY || l->does == LOCK_LOOK) && l->success == LOCK_ALWAYS)
		return fail(rd, success ? success : p->node,
			    "a lock that is tried or looked at needs 'success: nonzero', 'zero' or 'even'");
	if ((l->does == LOCK_RELEASE || l->does == LOCK_ENTER) && success)
		return fail(rd, success, "this cannot fail: 'success' is for acquire, try and look");
	return 0;
}

static int check_value(struct reader *rd, const struct item_place *p, union item *it)
{
	struct fy_node *arg = given(p, "arg"), *value = given(p, "value");

	if (it->value.is == VALUE_ARG && !arg)
		return fail(rd, p->node,
			    "'is: arg' needs 'arg', the number of the argument from 0");
	if (it->value.is == VALUE_CONST && !value)
		return fail(rd, p->node, "'is: const' needs 'value'");
	if (it->value.is == VALUE_MAP_FIELD && !arg == !given(p, "field"))
		return fail(rd, p->node,
			    "'is: map-field' needs 'field', one of map_fields, or 'arg', the number "
			    "of the argument that is a mask of them");
	if (it->value.is != VALUE_ARG && it->value.is != VALUE_MAP_FIELD && arg)
		return fail(rd, arg, "'arg' goes with 'is: arg' and 'is: map-field' only");
	if (it->value.is != VALUE_MAP_FIELD && given(p, "field"))
		return fail(rd, given(p, "field"), "'field' goes with 'is: map-field' only");
	if (it->value.is != VALUE_CONST && value)
		return fail(rd, value, "'value' goes with 'is: const' only");
	return 0;
}

/* A set of ways is a word of bits, and one that is in none would never be found. */
static int check_attach(struct reader *rd, const struct item_place *p, union item *it)
{
	(void)it;
	if (rd->rules->attach.n >= MAX_WAYS)
		return fail(rd, p->node, "attach has %d ways already, and room for no more", MAX_WAYS);
	return 0;
}

/* Macros are on words of any type, and written as calls: of these it is known what they are handed. */
static int check_word(struct reader *rd, const struct item_place *p, union item *it)
{
	enum word_op op = it->word.op;

	if (it->word.header && op != WORD_CMPXCHG && op != WORD_TRY_CMPXCHG && op != WORD_XCHG)
		return fail(rd, given(p, "header"),
			    "'header' goes with 'op: cmpxchg', 'try-cmpxchg' and 'xchg' only");
	return 0;
}

static int check_hazard(struct reader *rd, const struct item_place *p, union item *it)
{
	struct rule_hazard *h = &it->hazard;
	struct strbuf page = STRBUF_INIT;
	const char *path;
	size_t i = 0;
	int err;

	/* It names the page's file: nothing but letters and digits may be in it. */
	while (h->code[i] >= 'A' && h->code[i] <= 'Z')
		i++;
	if (!i || !h->code[i] || h->code[i + strspn(h->code + i, "0123456789")])
		return fail(rd, given(p, "code"),
			    "'code' must be letters and a number, as in RL101");
	h->page = "";
	if (!rd->pages_dir)
		return 0;
	path = arena_printf(&rd->rules->arena, "%s/%s.md", rd->pages_dir, h->code);
	err = fs_read(path, &page);
	if (err)
		err = fail(rd, given(p, "code"), "no page for %s: %s: %s", h->code, path,
			   strerror(-err));
	else if (memchr(page.buf, 0, page.len))
		err = fail(rd, given(p, "code"), "the page for %s is not text: %s", h->code, path);
	else
		h->page = arena_strndup(&rd->rules->arena, page.buf, page.len);
	strbuf_release(&page);
	return err;
}

static int check_repro_trigger(struct reader *rd, const struct item_place *p, union item *it)
{
	const struct rule_repro_trigger *t = &it->repro_trigger;

	if (!!t->via + !!t->entry + !!t->locks.n + !!t->how != 1)
		return fail(rd, p->node,
			    "a trigger needs one of 'via', 'entry', 'locks' and 'how'");
	return 0;
}

static const char *id_lock(struct arena *a, const union item *it)
{
	(void)a;
	return it->lock.function;
}

static const char *id_field(struct arena *a, const union item *it)
{
	return arena_printf(a, "%s.%s", it->field.record, it->field.field);
}

static const char *id_percpu(struct arena *a, const union item *it)
{
	(void)a;
	return it->percpu.macro;
}

static const char *id_counter(struct arena *a, const union item *it)
{
	(void)a;
	return it->counter.function;
}

static const char *id_word(struct arena *a, const union item *it)
{
	(void)a;
	return it->word.function;
}

static const char *id_btf_macro(struct arena *a, const union item *it)
{
	(void)a;
	return it->btf_macro.macro;
}

static const char *id_claim(struct arena *a, const union item *it)
{
	(void)a;
	return it->claim.macro;
}

static const char *id_value(struct arena *a, const union item *it)
{
	(void)a;
	return it->value.function;
}

static const char *id_attach(struct arena *a, const union item *it)
{
	const struct rule_attach *t = &it->attach;

	return arena_printf(a, "%s %s %s", t->how, t->prog_type,
			    t->attach_type ? t->attach_type : "");
}

static const char *id_last_reference(struct arena *a, const union item *it)
{
	return arena_printf(a, "%s.%s", it->last_reference.record, it->last_reference.member);
}

static const char *id_first_reference(struct arena *a, const union item *it)
{
	return arena_printf(a, "%s.%s", it->first_reference.record, it->first_reference.member);
}

static const char *id_last_put(struct arena *a, const union item *it)
{
	(void)a;
	return it->last_put.function;
}

static const char *id_argument(struct arena *a, const union item *it)
{
	(void)a;
	return it->argument.parameter;
}

static const char *id_kfunc_test(struct arena *a, const union item *it)
{
	(void)a;
	return it->kfunc_test.kfunc;
}

static const char *id_sequence(struct arena *a, const union item *it)
{
	(void)a;
	return it->sequence.record;
}

static const char *id_map_field(struct arena *a, const union item *it)
{
	(void)a;
	return it->map_field.name;
}

static const char *id_kind(struct arena *a, const union item *it)
{
	(void)a;
	return it->kind.map_type;
}

static const char *id_kconfig(struct arena *a, const union item *it)
{
	(void)a;
	return it->kconfig.symbol;
}

static const char *id_flag(struct arena *a, const union item *it)
{
	(void)a;
	return it->flag.option;
}

static const char *id_tool(struct arena *a, const union item *it)
{
	(void)a;
	return it->tool.tool;
}

static const char *id_hazard(struct arena *a, const union item *it)
{
	(void)a;
	return it->hazard.code;
}

static const char *id_repro_way(struct arena *a, const union item *it)
{
	(void)a;
	return it->repro_way.how;
}

static const char *id_repro_iterator(struct arena *a, const union item *it)
{
	(void)a;
	return it->repro_iterator.iterator;
}

static const char *id_repro_map(struct arena *a, const union item *it)
{
	(void)a;
	return it->repro_map.map_type;
}

static const char *id_repro_lock(struct arena *a, const union item *it)
{
	(void)a;
	return it->repro_lock.lock;
}

static const char *id_repro_owner(struct arena *a, const union item *it)
{
	(void)a;
	return it->repro_owner.owner;
}

static const char *id_repro_call(struct arena *a, const union item *it)
{
	const struct rule_repro_call *c = &it->repro_call;

	return c->object ? arena_printf(a, "%s %s", c->function, c->object) : c->function;
}

static const char *id_repro_none(struct arena *a, const union item *it)
{
	(void)a;
	return it->repro_none.code;
}

static const char *id_lab_sign(struct arena *a, const union item *it)
{
	(void)a;
	return it->lab_sign.text;
}

static const char *id_repro_object(struct arena *a, const union item *it)
{
	return arena_printf(a, "%s %s", it->repro_object.record, it->repro_object.way);
}

static const char *id_repro_trigger(struct arena *a, const union item *it)
{
	const struct rule_repro_trigger *t = &it->repro_trigger;

	if (t->locks.n)
		return arena_printf(a, "lock %s", t->locks.v[0]);
	if (t->how)
		return arena_printf(a, "how %s", t->how);
	return arena_printf(a, "%s %s", t->via ? "via" : "entry", t->via ? t->via : t->entry);
}

#define PUSH(list, member)                                                                         \
	static size_t push_##list(struct rules *r, const union item *it)                           \
	{                                                                                          \
		vec_push(&r->list, it->member);                                                    \
		return r->list.n - 1;                                                              \
	}
PUSH(locks, lock)
PUSH(transparent, field)
PUSH(percpu, percpu)
PUSH(counters, counter)
PUSH(words, word)
PUSH(btf_macros, btf_macro)
PUSH(claims, claim)
PUSH(values, value)
PUSH(attach, attach)
PUSH(objects, object)
PUSH(last_reference, last_reference)
PUSH(first_reference, first_reference)
PUSH(last_puts, last_put)
PUSH(arguments, argument)
PUSH(kfunc_tests, kfunc_test)
PUSH(sequences, sequence)
PUSH(map_fields, map_field)
PUSH(kinds, kind)
PUSH(kconfig, kconfig)
PUSH(flags, flag)
PUSH(tools, tool)
PUSH(hazards, hazard)
PUSH(repro_ways, repro_way)
PUSH(repro_iterators, repro_iterator)
PUSH(repro_maps, repro_map)
PUSH(repro_locks, repro_lock)
PUSH(repro_owners, repro_owner)
PUSH(repro_objects, repro_object)
PUSH(repro_calls, repro_call)
PUSH(repro_triggers, repro_trigger)
PUSH(repro_none, repro_none)
PUSH(lab_tools, tool)
PUSH(lab_signs, lab_sign)

#define LIST(name, check, identity)                                                                \
	{                                                                                          \
		#name, keys_##name, ARRAY_SIZE(keys_##name), push_##name, check, identity          \
	}
static const struct list lists[N_LISTS] = {
	[LIST_LOCKS] = LIST(locks, check_lock, id_lock),
	[LIST_TRANSPARENT] = LIST(transparent, NULL, id_field),
	[LIST_PERCPU] = LIST(percpu, NULL, id_percpu),
	[LIST_COUNTERS] = LIST(counters, NULL, id_counter),
	[LIST_WORDS] = LIST(words, check_word, id_word),
	[LIST_BTF_MACROS] = LIST(btf_macros, NULL, id_btf_macro),
	[LIST_CLAIMS] = LIST(claims, NULL, id_claim),
	[LIST_VALUES] = LIST(values, check_value, id_value),
	[LIST_ATTACH] = LIST(attach, check_attach, id_attach),
	[LIST_OBJECTS] = LIST(objects, NULL, NULL),
	[LIST_LAST_REFERENCE] = LIST(last_reference, NULL, id_last_reference),
	[LIST_FIRST_REFERENCE] = LIST(first_reference, NULL, id_first_reference),
	[LIST_LAST_PUTS] = LIST(last_puts, NULL, id_last_put),
	[LIST_ARGUMENTS] = LIST(arguments, NULL, id_argument),
	[LIST_KFUNC_TESTS] = LIST(kfunc_tests, NULL, id_kfunc_test),
	[LIST_SEQUENCES] = LIST(sequences, NULL, id_sequence),
	[LIST_MAP_FIELDS] = LIST(map_fields, NULL, id_map_field),
	[LIST_KINDS] = LIST(kinds, NULL, id_kind),
	[LIST_KCONFIG] = LIST(kconfig, NULL, id_kconfig),
	[LIST_FLAGS] = LIST(flags, NULL, id_flag),
	[LIST_TOOLS] = LIST(tools, NULL, id_tool),
	[LIST_HAZARDS] = LIST(hazards, check_hazard, id_hazard),
	[LIST_REPRO_WAYS] = LIST(repro_ways, NULL, id_repro_way),
	[LIST_REPRO_ITERATORS] = LIST(repro_iterators, NULL, id_repro_iterator),
	[LIST_REPRO_MAPS] = LIST(repro_maps, NULL, id_repro_map),
	[LIST_REPRO_LOCKS] = LIST(repro_locks, NULL, id_repro_lock),
	[LIST_REPRO_OWNERS] = LIST(repro_owners, NULL, id_repro_owner),
	[LIST_REPRO_OBJECTS] = LIST(repro_objects, NULL, id_repro_object),
	[LIST_REPRO_CALLS] = LIST(repro_calls, NULL, id_repro_call),
	[LIST_REPRO_TRIGGERS] = LIST(repro_triggers, check_repro_trigger, id_repro_trigger),
	[LIST_REPRO_NONE] = LIST(repro_none, NULL, id_repro_none),
	/* The same keys as tools. */
	[LIST_LAB_TOOLS] = { "lab_tools", keys_tools, ARRAY_SIZE(keys_tools), push_lab_tools, NULL,
			     id_tool },
	[LIST_LAB_SIGNS] = LIST(lab_signs, NULL, id_lab_sign),
};

static struct entry *index_find(const struct rules *r, enum list_id list, const char *name)
{
	struct entry *e;

	if (!r->index)
		return NULL;
	HASH_FIND_STR(r->index->by_name[list], name, e);
	return e;
}

/* Enters an item under @name; a second one of that name is an error at @at. */
static int index_add(struct reader *rd, enum list_id list, const char *name, struct fy_node *at,
		     size_t index)
{
	struct rules *r = rd->rules;
	struct entry *e = index_find(r, list, name);

	if (e)
		return fail(rd, at, "%s already has '%s', from %s", lists[list].name, name,
			    e->where);
	e = ARENA_NEW(&r->arena, struct entry);
	e->name = name;
	e->where = yaml_where(&rd->y, at);
	e->index = index;
	HASH_ADD_KEYPTR(hh, r->index->by_name[list], e->name, strlen(e->name), e);
	return 0;
}

static int add_item(struct reader *rd, enum list_id id, const union item *it, struct fy_node *at)
{
	const struct list *list = &lists[id];
	size_t index = list->push(rd->rules, it);
	int err = 0;

	if (list->identity)
		err = index_add(rd, id, list->identity(&rd->rules->arena, it), at, index);
	if (!err && id == LIST_HAZARDS)
		err = index_add(rd, id, it->hazard.name, at, index);
	return err;
}

/* Reads the keys of one map into @record. @ret_each is the list of a plural key, if it has one. */
static int read_keys(struct reader *rd, const char *what, struct fy_node *map,
		     struct item_place *place, void *record, struct fy_node **ret_each)
{
	const struct key *keys = place->keys, *key;
	struct fy_node_pair *pair;
	void *iter = NULL;
	size_t i;
	int err;

	while ((pair = fy_node_mapping_iterate(map, &iter))) {
		struct fy_node *name = fy_node_pair_key(pair);
		struct fy_node *value = fy_node_pair_value(pair);
		const char *text;

		err = yaml_text(&rd->y, map, name, "key", &text);
		if (err)
			return err;
		for (i = 0; i < place->n_keys; i++) {
			if (!strcmp(keys[i].name, text) ||
			    (keys[i].plural && !strcmp(keys[i].plural, text)))
				break;
		}
		if (i == place->n_keys) {
			struct strbuf allowed = STRBUF_INIT;

			add_key_names(&allowed, keys, place->n_keys);
			err = fail(rd, name, "%s has no key '%s'; allowed: %s", what, text,
				   allowed.buf);
			strbuf_release(&allowed);
			return err;
		}
		key = &keys[i];
		if (place->values[i])
			return fail(rd, name, "'%s' and '%s' cannot both be given", key->name,
				    key->plural);
		place->values[i] = value ? value : name;
		if (strcmp(key->name, text)) {
			if (yaml_is_null(value) || fy_node_is_alias(value) ||
			    fy_node_get_type(value) != FYNT_SEQUENCE ||
			    !fy_node_sequence_item_count(value))
				return fail(rd, yaml_is_null(value) ? name : value,
					    "'%s' must be a list of at least one: [a, b]", text);
			*ret_each = value;
			continue;
		}
		err = read_value(rd, name, value, key, record);
		if (err)
			return err;
	}
	for (i = 0; i < place->n_keys; i++) {
		if (!keys[i].required || place->values[i])
			continue;
		if (keys[i].plural)
			return fail(rd, map, "%s: '%s' or '%s' is missing", what, keys[i].name,
				    keys[i].plural);
		return fail(rd, map, "%s: '%s' is missing", what, keys[i].name);
	}
	return 0;
}

static int read_item(struct reader *rd, enum list_id id, struct fy_node *node)
{
	const struct list *list = &lists[id];
	struct item_place place = { node, list->keys, list->n_keys, { NULL } };
	struct fy_node *each = NULL, *name_node;
	union item it;
	struct names names = { NULL, 0 };
	int err;

	memset(&it, 0, sizeof(it));
	if (fy_node_is_alias(node) || fy_node_get_type(node) != FYNT_MAPPING)
		return fail(rd, node, "each of '%s' must be a map of keys", list->name);
	err = read_keys(rd, list->name, node, &place, &it, &each);
	if (!err && list->check)
		err = list->check(rd, &place, &it);
	if (err)
		return err;
	if (!each)
		return add_item(rd, id, &it, place.values[0] ? place.values[0] : node);

	/* Only the first key of a list has a plural form. */
	err = read_names(rd, node, each, list->keys[0].plural, &names);
	for (size_t i = 0; !err && i < names.n; i++) {
		*(const char **)((char *)&it + list->keys[0].offset) = names.v[i];
		name_node = fy_node_sequence_get_by_index(each, (int)i);
		err = add_item(rd, id, &it, name_node);
	}
	return err;
}

static int read_list(struct reader *rd, enum list_id id, struct fy_node *node)
{
	struct fy_node *item;
	void *iter = NULL;
	int err = 0;

	if (yaml_is_null(node))
		return 0;
	if (fy_node_is_alias(node) || fy_node_get_type(node) != FYNT_SEQUENCE)
		return fail(rd, node, "'%s' must be a list: each item begins with '- '",
			    lists[id].name);
	while (!err && (item = fy_node_sequence_iterate(node, &iter)))
		err = read_item(rd, id, item);
	return err;
}

/* tree, scope and lab: one map, its strings replaced and its lists extended by a later file. */
static int read_map(struct reader *rd, const char *what, struct fy_node *node,
		    const struct key *keys, size_t n_keys, void *record)
{
	struct fy_node_pair *pair;
	void *iter = NULL;
	int err = 0;

	if (yaml_is_null(node))
		return 0;
	if (fy_node_is_alias(node) || fy_node_get_type(node) != FYNT_MAPPING)
		return fail(rd, node, "'%s' must be a map of keys", what);
	while (!err && (pair = fy_node_mapping_iterate(node, &iter))) {
		struct fy_node *name = fy_node_pair_key(pair);
		const struct key *key = keys;
		const char *text;

		err = yaml_text(&rd->y, node, name, "key", &text);
		if (err)
			break;
		while (key < keys + n_keys && strcmp(key->name, text))
			key++;
		if (key == keys + n_keys) {
			struct strbuf allowed = STRBUF_INIT;

			add_key_names(&allowed, keys, n_keys);
			err = fail(rd, name, "%s has no key '%s'; allowed: %s", what, text,
				   allowed.buf);
			strbuf_release(&allowed);
			break;
		}
		err = read_value(rd, name, fy_node_pair_value(pair), key, record);
	}
	return err;
}

static int read_top(struct yaml_reader *y, struct fy_node *root)
{
	struct reader *rd = (struct reader *)y;
	struct rules *r = rd->rules;
	struct fy_node_pair *pair;
	void *iter = NULL;
	int err;

	if (yaml_is_null(root))
		return 0;
	if (fy_node_is_alias(root) || fy_node_get_type(root) != FYNT_MAPPING)
		return fail(rd, root, "a rule file is a map of lists, such as 'locks:'");
	while ((pair = fy_node_mapping_iterate(root, &iter))) {
		struct fy_node *name = fy_node_pair_key(pair);
		struct fy_node *value = fy_node_pair_value(pair);
		const char *text;
		int id;

		err = yaml_text(&rd->y, root, name, "key", &text);
		if (err)
			return err;
		for (id = 0; id < N_LISTS && strcmp(lists[id].name, text); id++)
			;
		if (id < N_LISTS) {
			err = read_list(rd, (enum list_id)id, value);
		} else if (!strcmp(text, "tree")) {
			err = read_map(rd, text, value, keys_tree, ARRAY_SIZE(keys_tree), &r->tree);
		} else if (!strcmp(text, "scope")) {
			err = read_map(rd, text, value, keys_scope, ARRAY_SIZE(keys_scope),
				       &r->scope);
		} else if (!strcmp(text, "lab")) {
			err = read_map(rd, text, value, keys_lab, ARRAY_SIZE(keys_lab), &r->lab);
		} else {
			struct strbuf allowed = STRBUF_INIT;

			for (id = 0; id < N_LISTS; id++)
				strbuf_addf(&allowed, "%s, ", lists[id].name);
			err = fail(rd, name, "unknown list '%s'; allowed: %stree, scope, lab", text,
				   allowed.buf);
			strbuf_release(&allowed);
		}
		if (err)
			return err;
	}
	return 0;
}

/* What libfyaml found wrong, in our shape. */
static void tree_defaults(struct rule_tree *tree)
{
	for (size_t i = 0; i < ARRAY_SIZE(keys_tree); i++) {
		const char **s = (const char **)((char *)tree + keys_tree[i].offset);

		if (keys_tree[i].type == KEY_STRING && !*s)
			*s = "";
	}
}

int rules_read_text(struct rules *ret, const char *name, const char *text, size_t len,
		    const char *pages_dir, const char **ret_error)
{
	struct reader rd = { { .arena = &ret->arena, .file = name, .kind = "rule file" },
			     ret,
			     pages_dir };
	int err;

	if (!ret->index)
		ret->index = ARENA_NEW(&ret->arena, struct rules_index);
	err = yaml_read(&rd.y, text, len, read_top);
	tree_defaults(&ret->tree);
	if (err)
		*ret_error = rd.y.error;
	return err;
}

static int read_one(struct rules *ret, const char *path, const char *pages_dir,
		    const char **ret_error)
{
	struct strbuf text = STRBUF_INIT;
	int err = fs_read(path, &text);

	if (err)
		*ret_error = arena_printf(&ret->arena, "%s: error: cannot read: %s", path,
					  strerror(-err));
	else
		err = rules_read_text(ret, arena_strdup(&ret->arena, path), text.buf, text.len,
				      pages_dir, ret_error);
	strbuf_release(&text);
	return err;
}

static int is_yaml(const struct dirent *d)
{
	size_t len = strlen(d->d_name);

	return d->d_name[0] != '.' && len > 5 && !strcmp(d->d_name + len - 5, ".yaml");
}

/* By bytes: alphasort() would follow the user's locale. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

int rules_read_dir(struct rules *ret, const char *dir, const char **ret_error)
{
	struct dirent **files;
	int n = scandir(dir, &files, is_yaml, by_name);
	int err = 0;

	if (n < 0) {
		err = -errno;
		*ret_error = arena_printf(&ret->arena, "%s: error: cannot read: %s", dir,
					  strerror(-err));
		return err;
	}
	if (!n) {
		*ret_error = arena_printf(&ret->arena, "%s: error: no .yaml file there", dir);
		err = -ENOENT;
	}
	for (int i = 0; i < n; i++) {
		const char *path = arena_printf(&ret->arena, "%s/%s", dir, files[i]->d_name);

		if (!err)
			err = read_one(ret, path, dir, ret_error);
		free(files[i]);
	}
	free(files);
	return err;
}

int rules_read_path(struct rules *ret, const char *path, const char **ret_error)
{
	const char *slash = strrchr(path, '/');
	struct stat st;

	if (!stat(path, &st) && S_ISDIR(st.st_mode))
		return rules_read_dir(ret, path, ret_error);
	return read_one(ret, path,
			slash ? arena_printf(&ret->arena, "%.*s", (int)(slash - path), path) : ".",
			ret_error);
}

void rules_release(struct rules *r)
{
	if (r->index) {
		for (int i = 0; i < N_LISTS; i++)
			HASH_CLEAR(hh, r->index->by_name[i]);
	}
	vec_release(&r->locks);
	vec_release(&r->transparent);
	vec_release(&r->percpu);
	vec_release(&r->counters);
	vec_release(&r->words);
	vec_release(&r->btf_macros);
	vec_release(&r->claims);
	vec_release(&r->values);
	vec_release(&r->attach);
	vec_release(&r->objects);
	vec_release(&r->last_reference);
	vec_release(&r->first_reference);
	vec_release(&r->last_puts);
	vec_release(&r->arguments);
	vec_release(&r->kfunc_tests);
	vec_release(&r->sequences);
	vec_release(&r->map_fields);
	vec_release(&r->kinds);
	vec_release(&r->kconfig);
	vec_release(&r->flags);
	vec_release(&r->tools);
	vec_release(&r->hazards);
	vec_release(&r->repro_ways);
	vec_release(&r->repro_iterators);
	vec_release(&r->repro_maps);
	vec_release(&r->repro_locks);
	vec_release(&r->repro_owners);
	vec_release(&r->repro_objects);
	vec_release(&r->repro_calls);
	vec_release(&r->repro_triggers);
	vec_release(&r->repro_none);
	vec_release(&r->lab_tools);
	vec_release(&r->lab_signs);
	arena_release(&r->arena);
	memset(r, 0, sizeof(*r));
}

const struct rule_lock *rules_lock(const struct rules *r, const char *function)
{
	const struct entry *e = index_find(r, LIST_LOCKS, function);

	return e ? &r->locks.v[e->index] : NULL;
}

const struct rule_percpu *rules_percpu(const struct rules *r, const char *macro)
{
	const struct entry *e = index_find(r, LIST_PERCPU, macro);

	return e ? &r->percpu.v[e->index] : NULL;
}

const struct rule_counter *rules_counter(const struct rules *r, const char *function)
{
	const struct entry *e = index_find(r, LIST_COUNTERS, function);

	return e ? &r->counters.v[e->index] : NULL;
}

const struct rule_word *rules_word(const struct rules *r, const char *function)
{
	const struct entry *e = index_find(r, LIST_WORDS, function);

	return e ? &r->words.v[e->index] : NULL;
}

const struct rule_value *rules_value(const struct rules *r, const char *function)
{
	const struct entry *e = index_find(r, LIST_VALUES, function);

	return e ? &r->values.v[e->index] : NULL;
}

const struct rule_hazard *rules_hazard(const struct rules *r, const char *code_or_name)
{
	const struct entry *e = index_find(r, LIST_HAZARDS, code_or_name);

	return e ? &r->hazards.v[e->index] : NULL;
}

const struct rule_repro_call *rules_repro_call(const struct rules *r, const char *function)
{
	for (size_t i = 0; i < r->repro_calls.n; i++) {
		if (!strcmp(r->repro_calls.v[i].function, function))
			return &r->repro_calls.v[i];
	}
	return NULL;
}

const struct rule_repro_map *rules_repro_map(const struct rules *r, const char *map_type)
{
	const struct entry *e = index_find(r, LIST_REPRO_MAPS, map_type);

	return e ? &r->repro_maps.v[e->index] : NULL;
}

const struct rule_repro_owner *rules_repro_owner(const struct rules *r, const char *owner)
{
	const struct entry *e = index_find(r, LIST_REPRO_OWNERS, owner);

	return e ? &r->repro_owners.v[e->index] : NULL;
}

const struct rule_repro_lock *rules_repro_lock(const struct rules *r, const char *lock)
{
	const struct entry *e = index_find(r, LIST_REPRO_LOCKS, lock);

	return e ? &r->repro_locks.v[e->index] : NULL;
}

const struct rule_repro_none *rules_repro_none(const struct rules *r, const char *code)
{
	const struct entry *e = index_find(r, LIST_REPRO_NONE, code);

	return e ? &r->repro_none.v[e->index] : NULL;
}
