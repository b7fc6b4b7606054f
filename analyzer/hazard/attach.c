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

/* Whether some variable in a section whose name begins with one of @sections names @func. */
static bool named_in_section(const struct program *p, const struct names *sections, uint32_t func)
{
	size_t g;
	uint32_t i;

	for (g = 0; g < p->gvars.n; g++) {
		const struct gvar *v = &p->gvars.v[g];
		const struct facts *f = &p->units[v->unit].facts;
		const struct fact_var *fv = &f->vars.v[v->fact];

		if (!fv->section || !has_prefix(program_str(p, fv->section), sections))
			continue;
		for (i = fv->inits; i < fv->inits + fv->n_inits; i++) {
			const struct fact_expr *x =
				&f->exprs.v[expr_strip(f, f->inits.v[i].value)];

			if (x->op == FX_ADDR)
				x = &f->exprs.v[x->a];
			if (x->op == FX_FUNC && x->a == func)
				return true;
		}
	}
	return false;
}

static struct attach_verdict no(const char *reason)
{
	return (struct attach_verdict){ CERT_NO, reason };
}

/* What keeps ftrace, and with it every way to attach to a function, away. */
static struct attach_verdict ftrace_verdict(struct program *p, uint32_t func)
{
	const struct func *fn = &p->funcs.v[func];

	if (fn->section && has_prefix(program_str(p, fn->section), &p->rules->tree.notrace_sections))
		return no(arena_printf(&p->arena, "in section %s",
				       program_str(p, fn->section)));
	if (fn->flags & FF_ALWAYS_INLINE)
		return no("always inlined");
	if (fn->flags & FF_INLINE)
		return no("inline, which in the kernel includes notrace");
	if (fn->flags & FF_NOTRACE)
		return no("notrace");
	if (fn->defined && !p->units[fn->unit].ftrace)
		return no("its object is built without the ftrace flags");
	return (struct attach_verdict){ CERT_LIKELY, "external" };
}

/* The verdict on a function whose definition is in a unit that is not analysed. */
static struct attach_verdict outside_verdict(struct program *p, const struct analyse_options *o,
					     uint32_t func)
{
	struct outside_def def;

	if (!o->find_outside || !o->find_outside(o->find_data, func_name(p, func), &def))
		return (struct attach_verdict){ CERT_LIKELY,
						"external, its definition was not found" };
	if (def.notrace)
		return no(arena_printf(&p->arena, "not traced (%s)", def.file));
	if (!def.ftrace)
		return no(arena_printf(&p->arena, "%s is built without the ftrace flags", def.file));
	return (struct attach_verdict){ CERT_LIKELY, arena_printf(&p->arena, "external, %s", def.file) };
}

/* What the binary makes of the verdict @v that the source gave; it was not "no". */
static struct attach_verdict binary_verdict(struct program *p, const struct analyse_options *o,
					    const struct rule_attach *way, uint32_t func,
					    struct attach_verdict v)
{
	const struct func *fn = &p->funcs.v[func];
	const char *name = func_name(p, func), *unit = NULL;
	bool is_static = fn->defined && (fn->flags & FF_STATIC);
	struct outside_def out;
	struct binary_def def;

	if (!o->find_binary || !way->needs_ftrace)
		return v;
	if (fn->defined)
		unit = program_str(p, func_facts(p, fn)->unit.file);
	else if (o->find_outside && o->find_outside(o->find_data, name, &out))
		unit = out.file;
	if (!o->find_binary(o->find_data, name, unit, is_static, &def))
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

static struct attach_verdict source_verdict(struct program *p, const struct bpf_tables *t,
				      const struct analyse_options *o,
				      const struct rule_attach *way, uint32_t func,
				      bool via_pointer)
{
	const struct func *fn = &p->funcs.v[func];
	struct attach_verdict v = ftrace_verdict(p, func);
	uint32_t set;

	if (v.certainty == CERT_NO)
		return v;
	set = map64_get(&t->denied, fn->name);
	if (way->deny_sets && set != MAP64_EMPTY)
		return no(arena_printf(&p->arena, "in %s", program_str(p, set)));
	if (way->nokprobe && named_in_section(p, &p->rules->tree.nokprobe_sections, func))
		return no("NOKPROBE_SYMBOL");
	if (way->at == AT_MODIFY_RETURN &&
	    !has_prefix(program_str(p, fn->name), &p->rules->tree.lsm_hook_prefixes) &&
	    !named_in_section(p, &p->rules->tree.error_injection_sections, func))
		return no("fmod_ret goes only on LSM hooks and error-injection functions");
	if (!fn->defined)
		return outside_verdict(p, o, func);
	if (!(fn->flags & FF_STATIC))
		return v;
	if (fn->flags & FF_NOINLINE)
		return (struct attach_verdict){ CERT_LIKELY, "static, noinline" };
	if (via_pointer)
		return (struct attach_verdict){ CERT_LIKELY, "static, called through a pointer" };
	return (struct attach_verdict){ CERT_POSSIBLE, "static: may be inlined or cloned" };
}

struct attach_verdict attach_function(struct program *p, const struct bpf_tables *t,
				      const struct analyse_options *o,
				      const struct rule_attach *way, uint32_t func,
				      bool via_pointer)
{
	struct attach_verdict v = source_verdict(p, t, o, way, func, via_pointer);

	return v.certainty == CERT_NO ? v : binary_verdict(p, o, way, func, v);
}
