// SPDX-License-Identifier: MIT
#include "hazard/attach.h"

#include <string.h>

static bool has_prefix(const char *s, const struct names *prefixes)
{
	size_t i;

	for (i = 0; i < prefixes->n; i++)
		if (!strncmp(s, prefixes->v[i], strlen(prefixes->v[i])))
			return true;
	return false;
}

static struct attach_verdict no(const char *reason)
{
	return (struct attach_verdict){ CERT_NO, reason };
}

static struct attach_guess guess_no(const char *basis)
{
	return (struct attach_guess){ CERT_NO, basis, basis };
}

static struct attach_guess guess_likely(const char *basis)
{
	return (struct attach_guess){ CERT_LIKELY, basis, basis };
}

/* What C compilers call after this they make code of where it stands. */
#define COMPILER "__builtin_"

/* The guess on a function whose definition is in a unit that is not analysed. */
static struct attach_guess outside_guess(struct program *p, const struct analyse_options *o,
					 uint32_t func)
{
	struct outside_def def;

	if (!strncmp(func_name(p, func), COMPILER, strlen(COMPILER)))
		return guess_no("the compiler's own");
	if (has_prefix(func_name(p, func), &p->rules->tree.trampolines))
		return guess_no("a trampoline, which is not traced");
	if (!o->find_outside || !o->find_outside(o->find_data, func_name(p, func), &def))
		return guess_likely("external, its definition was not found");
	if (def.notrace)
		return (struct attach_guess){ CERT_NO, "not traced, in a unit not analysed",
					      arena_printf(&p->arena, "not traced (%s)", def.file) };
	if (!def.ftrace)
		return (struct attach_guess){
			CERT_NO, "its object is built without the ftrace flags",
			arena_printf(&p->arena, "%s is built without the ftrace flags", def.file)
		};
	return (struct attach_guess){ CERT_LIKELY, "external, in a unit not analysed",
				      arena_printf(&p->arena, "external, %s", def.file) };
}

/*
 * Compilers leave a function of this many instructions and branches (of facts)
 * where it is if it is called from more than one place. What was measured on
 * which kernels is in testdata/GUESSES.md.
 */
#define LARGE_BODY 24

static size_t body_size(const struct program *p, const struct func *fn)
{
	const struct facts *f = func_facts(p, fn);
	const struct fact_func *ff = func_fact(p, fn);
	size_t n = ff->n_blocks;

	for (uint32_t b = ff->blocks; b < ff->blocks + ff->n_blocks; b++)
		n += f->blocks.v[b].n_insns;
	return n;
}

/* A static function without attributes is left to the compiler. */
static struct attach_guess static_guess(const struct program *p, const struct func *fn)
{
	if (fn->address_taken)
		return guess_likely("static, its address is taken");
	if (fn->recursive)
		return guess_likely("static, recursive");
	if (fn->n_sites > 1 && body_size(p, fn) >= LARGE_BODY)
		return guess_likely("static, large and called from several places");
	if (fn->n_sites > 1)
		return (struct attach_guess){ CERT_POSSIBLE, "static, small",
					      "static: may be inlined or cloned" };
	return (struct attach_guess){ CERT_POSSIBLE, "static, called from one place",
				      "static, called from one place: mostly inlined there" };
}

/* What keeps ftrace, and with it every way to attach to a function, away. */
struct attach_guess attach_guess(struct program *p, const struct analyse_options *o, uint32_t func,
				 bool via_pointer)
{
	const struct func *fn = &p->funcs.v[func];

	if (fn->section && has_prefix(program_str(p, fn->section), &p->rules->tree.notrace_sections))
		return (struct attach_guess){ CERT_NO, "in a section that is not traced",
					      arena_printf(&p->arena, "in section %s",
							   program_str(p, fn->section)) };
	if (fn->flags & FF_ALWAYS_INLINE)
		return guess_no("always inlined");
	if (fn->flags & FF_INLINE)
		return guess_no("inline, which in the kernel includes notrace");
	if (fn->flags & FF_NOTRACE)
		return guess_no("notrace");
	if (fn->defined && !p->units[fn->unit].ftrace)
		return guess_no("its object is built without the ftrace flags");
	if (!fn->defined)
		return outside_guess(p, o, func);
	if (!(fn->flags & FF_STATIC))
		return guess_likely("external");
	if (fn->flags & FF_NOINLINE)
		return guess_likely("static, noinline");
	if (via_pointer && fn->address_kept)
		return guess_likely("static, called through a pointer");
	/* The call at hand may be in a copy that the compiler made for this one argument. */
	if (via_pointer && !fn->recursive)
		return (struct attach_guess){ CERT_POSSIBLE, "static, passed to static functions",
					      "static, passed only to static functions: may be "
					      "inlined in a copy of them" };
	return static_guess(p, fn);
}

/* Asks the binary about @func. Returns false where it says nothing. */
static bool ask_binary(struct program *p, const struct analyse_options *o, uint32_t func,
		       struct binary_def *ret)
{
	const struct func *fn = &p->funcs.v[func];
	const char *name = func_name(p, func), *unit = NULL;
	bool is_static = fn->defined && (fn->flags & FF_STATIC);
	struct outside_def out;

	if (!o->find_binary)
		return false;
	if (fn->defined)
		unit = program_str(p, func_facts(p, fn)->unit.file);
	else if (o->find_outside && o->find_outside(o->find_data, name, &out))
		unit = out.file;
	return o->find_binary(o->find_data, name, unit, is_static, ret);
}

enum in_binary attach_in_binary(struct program *p, const struct analyse_options *o, uint32_t func,
				const char **ret_clone)
{
	struct binary_def def;

	*ret_clone = NULL;
	if (!ask_binary(p, o, func, &def))
		return IN_BINARY_UNKNOWN;
	switch (def.says) {
	case BINARY_ABSENT:
		return IN_BINARY_INLINED;
	case BINARY_NO_LOCATION:
		return IN_BINARY_NO_LOCATION;
	case BINARY_CLONED:
		*ret_clone = def.clone;
		return IN_BINARY_CLONE;
	case BINARY_TRACED:
		break;
	}
	/* Of two of one name BTF has none, or one that may be the other. */
	return (def.btf_known && !def.in_btf) || def.n_same > 1 ? IN_BINARY_KPROBE :
								  IN_BINARY_FENTRY;
}

/* What the binary makes of the verdict @v that the source gave; it was not "no". */
static struct attach_verdict binary_verdict(struct program *p, const struct analyse_options *o,
					    const struct rule_attach *way, uint32_t func,
					    struct attach_verdict v)
{
	struct binary_def def;

	if (!way->needs_ftrace || !ask_binary(p, o, func, &def))
		return v;
	switch (def.says) {
	case BINARY_ABSENT:
		return no(arena_printf(&p->arena, "inlined: %s has no function of this name",
				       def.source));
	case BINARY_NO_LOCATION:
		return no(arena_printf(&p->arena, "no ftrace location in %s", def.source));
	case BINARY_CLONED:
		if (way->needs_btf)
			return no(arena_printf(&p->arena, "cloned: %s has only %s, which BTF cannot "
					       "name", def.source, def.clone));
		return (struct attach_verdict){ CERT_CONFIRMED,
						arena_printf(&p->arena, "as %s in %s", def.clone,
							     def.source) };
	case BINARY_TRACED:
		break;
	}
	if (way->needs_btf && def.btf_known && !def.in_btf)
		return no(arena_printf(&p->arena, "not in the BTF of %s", def.source));
	if (way->needs_btf && def.n_same > 1)
		return (struct attach_verdict){
			CERT_POSSIBLE, arena_printf(&p->arena, "%zu functions of %s have this name",
						    def.n_same, def.source)
		};
	if (way->needs_btf && !def.btf_known)
		return (struct attach_verdict){
			CERT_LIKELY, arena_printf(&p->arena, "traceable in %s; its BTF is not known",
						  def.source)
		};
	if (def.n_same > 1)
		return (struct attach_verdict){
			CERT_CONFIRMED, arena_printf(&p->arena, "in %s, by address: %zu functions have "
						     "this name", def.source, def.n_same)
		};
	return (struct attach_verdict){ CERT_CONFIRMED, arena_printf(&p->arena, "in %s", def.source) };
}

const char *attach_target(const struct program *p, const struct rule_attach *way, const char *name,
			  struct arena *arena)
{
	const struct rule_tree *t = &p->rules->tree;
	size_t i, n;

	if (way->at == AT_TRACEPOINT && t->tracepoint_program_prefix)
		return arena_printf(arena, "%s%s", t->tracepoint_program_prefix, name);
	if (way->at != AT_LSM_HOOK)
		return name;
	for (i = 0; i < t->lsm_hook_prefixes.n && t->lsm_program_prefix; i++) {
		n = strlen(t->lsm_hook_prefixes.v[i]);
		if (!strncmp(name, t->lsm_hook_prefixes.v[i], n))
			return arena_printf(arena, "%s%s", t->lsm_program_prefix, name + n);
	}
	return name;
}

/* Whether the tree forbids programs of @way on @func, by a set of ids; @ret: its name. */
static bool is_denied(struct program *p, const struct bpf_tables *t, const struct rule_attach *way,
		      uint32_t func, uint32_t *ret)
{
	const struct map64 *denied = way->at == AT_LSM_HOOK ? &t->denied_hooks : &t->denied;
	uint32_t target = program_string(p, attach_target(p, way, func_name(p, func), &p->arena));

	*ret = map64_get(denied, target);
	return *ret != MAP64_EMPTY && (way->deny_sets || way->at == AT_LSM_HOOK);
}

static struct attach_verdict source_verdict(struct program *p, const struct bpf_tables *t,
					    const struct analyse_options *o,
					    const struct rule_attach *way, uint32_t func,
					    bool via_pointer)
{
	const struct func *fn = &p->funcs.v[func];
	struct attach_guess guess = attach_guess(p, o, func, via_pointer);
	uint32_t set;

	if (guess.certainty == CERT_NO)
		return no(guess.reason);
	if (is_denied(p, t, way, func, &set))
		return no(arena_printf(&p->arena, "in %s", program_str(p, set)));
	if (way->nokprobe && map64_get(&t->nokprobe, func) != MAP64_EMPTY)
		return no("NOKPROBE_SYMBOL");
	if (way->at == AT_MODIFY_RETURN &&
	    !has_prefix(program_str(p, fn->name), &p->rules->tree.lsm_hook_prefixes) &&
	    map64_get(&t->error_injection, func) == MAP64_EMPTY)
		return no("fmod_ret goes only on LSM hooks and error-injection functions");
	return (struct attach_verdict){ guess.certainty, guess.reason };
}

struct attach_verdict attach_function(struct program *p, const struct bpf_tables *t,
				      const struct analyse_options *o,
				      const struct rule_attach *way, uint32_t func,
				      bool via_pointer)
{
	struct attach_verdict v = source_verdict(p, t, o, way, func, via_pointer);

	return v.certainty == CERT_NO ? v : binary_verdict(p, o, way, func, v);
}
