// SPDX-License-Identifier: MIT
#include "base/strbuf.h"
#include "facts/facts.h"

#include <inttypes.h>

/* The facts as text in a C-like form. What has no name is printed as ?N, so that bad facts show. */

#define EXPR_DEPTH 64	/* deeper expressions are cut with "..." */
#define EXPR_TEXT 4096 /* and longer ones: a few that share operands can be endless as text */

static const char *const un_text[] = { [FU_NOT] = "!", [FU_COMPL] = "~", [FU_NEG] = "-" };
static const char *const bin_text[] = {
	[FB_ADD] = "+",	 [FB_SUB] = "-",  [FB_MUL] = "*",  [FB_DIV] = "/",
	[FB_REM] = "%",	 [FB_SHL] = "<<", [FB_SHR] = ">>", [FB_AND] = "&",
	[FB_OR] = "|",	 [FB_XOR] = "^",  [FB_LT] = "<",   [FB_GT] = ">",
	[FB_LE] = "<=",	 [FB_GE] = ">=",  [FB_EQ] = "==",  [FB_NE] = "!=",
};

static void print_type(const struct facts *f, struct strbuf *out, uint32_t t)
{
	const struct fact_type *ty;

	if (t == FACTS_NONE) {
		strbuf_addstr(out, "?");
		return;
	}
	ty = &f->types.v[t];
	if (ty->is_const)
		strbuf_addstr(out, "const ");
	switch (ty->kind) {
	case FT_VOID:
		strbuf_addstr(out, "void");
		break;
	case FT_INT:
		strbuf_addf(out, "%s%u", ty->bits == 1 ? "b" : ty->is_signed ? "s" : "u", ty->bits);
		break;
	case FT_PTR:
		print_type(f, out, ty->to);
		strbuf_addstr(out, "*");
		break;
	case FT_ARRAY:
		print_type(f, out, ty->to);
		strbuf_addf(out, "[%u]", ty->count);
		break;
	case FT_RECORD:
		strbuf_addstr(out, facts_str(f, ty->name));
		break;
	case FT_FUNC:
		print_type(f, out, ty->to);
		strbuf_addstr(out, "()");
		break;
	default:
		strbuf_addstr(out, "other");
		break;
	}
}

static void print_string(struct strbuf *out, const char *s)
{
	strbuf_addch(out, '"');
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\')
			strbuf_addf(out, "\\%c", c);
		else if (c == '\n')
			strbuf_addstr(out, "\\n");
		else if (c < ' ' || c >= 0x7f)
			strbuf_addf(out, "\\x%02x", c);
		else
			strbuf_addch(out, c);
	}
	strbuf_addch(out, '"');
}

static void print_local(const struct facts *f, const struct fact_func *fn, struct strbuf *out,
			uint32_t l)
{
	const char *name = "";

	if (fn && l < fn->n_locals)
		name = facts_str(f, f->locals.v[fn->locals + l].name);
	/* A block's local can hide another one, so the number is always said. */
	strbuf_addf(out, "%s%%%u", name, l);
}

/* @end: where @out is long enough. */
static void print_operand(const struct facts *f, const struct fact_func *fn, struct strbuf *out,
			  uint32_t e, int depth, size_t end)
{
	const struct fact_expr *x;

	if (e == FACTS_NONE) {
		strbuf_addstr(out, "none");
		return;
	}
	if (depth > EXPR_DEPTH || out->len > end) {
		strbuf_addstr(out, "...");
		return;
	}
	x = &f->exprs.v[e];
	switch (x->op) {
	case FX_UNKNOWN:
		strbuf_addstr(out, "unknown");
		break;
	case FX_INT:
		if (x->type != FACTS_NONE && f->types.v[x->type].kind == FT_PTR && !x->val)
			strbuf_addstr(out, "NULL");
		else
			strbuf_addf(out, "%" PRId64, x->val);
		break;
	case FX_STR:
		print_string(out, facts_str(f, x->sym));
		break;
	case FX_LOCAL:
		print_local(f, fn, out, x->a);
		break;
	case FX_GLOBAL:
		strbuf_addf(out, "@%s", facts_str(f, x->sym));
		break;
	case FX_FUNC:
		strbuf_addf(out, "%s", facts_str(f, x->sym));
		break;
	case FX_FIELD:
		print_operand(f, fn, out, x->a, depth + 1, end);
		strbuf_addf(out, ".%s::%s", facts_str(f, x->sym2), facts_str(f, x->sym));
		break;
	case FX_DEREF:
		strbuf_addstr(out, "(*");
		print_operand(f, fn, out, x->a, depth + 1, end);
		strbuf_addstr(out, ")");
		break;
	case FX_INDEX:
		print_operand(f, fn, out, x->a, depth + 1, end);
		strbuf_addstr(out, "[");
		print_operand(f, fn, out, x->b, depth + 1, end);
		strbuf_addstr(out, "]");
		break;
	case FX_ADDR:
		strbuf_addstr(out, "&");
		print_operand(f, fn, out, x->a, depth + 1, end);
		break;
	case FX_UN:
		strbuf_addstr(out, un_text[x->sub]);
		print_operand(f, fn, out, x->a, depth + 1, end);
		break;
	case FX_BIN:
		strbuf_addstr(out, "(");
		print_operand(f, fn, out, x->a, depth + 1, end);
		strbuf_addf(out, " %s ", bin_text[x->sub]);
		print_operand(f, fn, out, x->b, depth + 1, end);
		strbuf_addstr(out, ")");
		break;
	case FX_CAST:
		strbuf_addstr(out, "(");
		print_type(f, out, x->type);
		strbuf_addstr(out, ")");
		print_operand(f, fn, out, x->a, depth + 1, end);
		break;
	case FX_OFFSETOF:
		strbuf_addf(out, "offsetof(%s, %s)", facts_str(f, x->sym2), facts_str(f, x->sym));
		break;
	default:
		strbuf_addf(out, "?%u", x->op);
		break;
	}
}

static void print_expr(const struct facts *f, const struct fact_func *fn, struct strbuf *out,
		       uint32_t e)
{
	print_operand(f, fn, out, e, 0, out->len + EXPR_TEXT);
}

static void print_loc(const struct facts *f, struct strbuf *out, const struct fact_loc *l)
{
	if (l->line)
		strbuf_addf(out, "%s:%u:%u", facts_str(f, l->file), l->line, l->col);
	else
		strbuf_addstr(out, "nowhere");
}

/* The place at the end of a line; the file only where it is not the function's. */
static void print_at(const struct facts *f, const struct fact_func *fn, struct strbuf *out,
		     const struct fact_loc *l, uint32_t macro)
{
	strbuf_addstr(out, "\t;");
	if (!l->line)
		strbuf_addstr(out, " nowhere");
	else if (l->file != fn->loc.file)
		strbuf_addf(out, " %s:%u:%u", facts_str(f, l->file), l->line, l->col);
	else
		strbuf_addf(out, " %u:%u", l->line, l->col);
	if (macro)
		strbuf_addf(out, " %s", facts_str(f, macro));
	strbuf_addch(out, '\n');
}

static void print_insn(const struct facts *f, const struct fact_func *fn, struct strbuf *out,
		       const struct fact_insn *in)
{
	strbuf_addstr(out, "\t");
	switch (in->op) {
	case FI_ASSIGN:
		print_expr(f, fn, out, in->dst);
		strbuf_addstr(out, " = ");
		print_expr(f, fn, out, in->val);
		break;
	case FI_CALL:
		if (in->dst != FACTS_NONE) {
			print_expr(f, fn, out, in->dst);
			strbuf_addstr(out, " = ");
		}
		strbuf_addstr(out, in->cleanup ? "cleanup " : "call ");
		print_expr(f, fn, out, in->val);
		strbuf_addstr(out, "(");
		for (uint32_t i = 0; i < in->n_args; i++) {
			if (i)
				strbuf_addstr(out, ", ");
			print_expr(f, fn, out, f->arglist.v[in->args + i]);
		}
		strbuf_addstr(out, in->result_ignored ? ") ignored" : ")");
		break;
	default:
		strbuf_addstr(out, "clobber ");
		print_expr(f, fn, out, in->dst);
		break;
	}
	print_at(f, fn, out, &in->loc, in->macro);
}

static void print_cases(const struct facts *f, struct strbuf *out, const struct fact_block *b)
{
	for (uint32_t i = 0; i < b->n_cases; i++) {
		const struct fact_case *c = &f->cases.v[b->cases + i];

		if (b->term == FTERM_ANY)
			strbuf_addf(out, " b%u", c->target);
		else if (c->lo == c->hi)
			strbuf_addf(out, " %" PRId64 ": b%u", c->lo, c->target);
		else
			strbuf_addf(out, " %" PRId64 "...%" PRId64 ": b%u", c->lo, c->hi,
				    c->target);
	}
}

static void print_block(const struct facts *f, const struct fact_func *fn, struct strbuf *out,
			uint32_t n)
{
	const struct fact_block *b = &f->blocks.v[fn->blocks + n];

	strbuf_addf(out, "b%u:%s\n", n, b->loop_head ? " loop" : "");
	for (uint32_t i = 0; i < b->n_insns; i++)
		print_insn(f, fn, out, &f->insns.v[b->insns + i]);
	switch (b->term) {
	case FTERM_JUMP:
		strbuf_addf(out, "\tgoto b%u", b->succ[0]);
		break;
	case FTERM_BRANCH:
		strbuf_addstr(out, "\tif ");
		print_expr(f, fn, out, b->cond);
		strbuf_addf(out, " b%u else b%u", b->succ[0], b->succ[1]);
		break;
	case FTERM_SWITCH:
		strbuf_addstr(out, "\tswitch ");
		print_expr(f, fn, out, b->cond);
		print_cases(f, out, b);
		strbuf_addf(out, " default: b%u", b->succ[0]);
		break;
	case FTERM_RETURN:
		strbuf_addstr(out, "\treturn");
		if (b->cond != FACTS_NONE) {
			strbuf_addstr(out, " ");
			print_expr(f, fn, out, b->cond);
		}
		break;
	case FTERM_UNREACHABLE:
		strbuf_addstr(out, "\tunreachable");
		break;
	default:
		strbuf_addf(out, "\tany b%u", b->succ[0]);
		print_cases(f, out, b);
		break;
	}
	print_at(f, fn, out, &b->loc, 0);
}

static void print_flags(struct strbuf *out, uint32_t flags, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (flags & (1u << i))
			strbuf_addf(out, " %s", names[i]);
}

static void print_claim(const struct facts *f, struct strbuf *out, const struct fact_claim *c)
{
	static const char *const does[] = { "acquires", "releases", "holds", "tries", "unchecked" };

	strbuf_addf(out, "\tclaims %s %s ", does[c->does], facts_str(f, c->macro));
	print_string(out, facts_str(f, c->text));
	strbuf_addstr(out, "\t; ");
	print_loc(f, out, &c->loc);
	strbuf_addch(out, '\n');
}

static void print_func(const struct facts *f, struct strbuf *out, const struct fact_func *fn)
{
	static const char *const names[] = { "static",	 "inline", "always_inline", "noinline",
					     "notrace",	 "noreturn", "weak",	    "header",
					     "variadic", "addr_taken", "macro", "vouches" };

	strbuf_addstr(out, "func ");
	print_type(f, out, fn->ret_type);
	strbuf_addf(out, " %s(", facts_str(f, fn->name));
	for (uint32_t i = 0; i < fn->n_params; i++) {
		if (i)
			strbuf_addstr(out, ", ");
		print_type(f, out, f->locals.v[fn->locals + i].type);
		strbuf_addch(out, ' ');
		print_local(f, fn, out, i);
	}
	strbuf_addstr(out, ")");
	print_flags(out, fn->flags, names, ARRAY_SIZE(names));
	if (fn->section)
		strbuf_addf(out, " section(%s)", facts_str(f, fn->section));
	if (fn->macro)
		strbuf_addf(out, " from(%s)", facts_str(f, fn->macro));
	for (uint32_t i = 0; i < fn->n_annotations; i++) {
		strbuf_addstr(out, " annotate(");
		print_string(out, facts_str(f, f->strlist.v[fn->annotations + i]));
		strbuf_addstr(out, ")");
	}
	strbuf_addstr(out, "\t; ");
	print_loc(f, out, &fn->loc);
	strbuf_addch(out, '\n');
	for (uint32_t i = 0; i < fn->n_claims; i++)
		print_claim(f, out, &f->claims.v[fn->claims + i]);
	if (!fn->n_blocks)
		return;
	for (uint32_t i = fn->n_params; i < fn->n_locals; i++) {
		strbuf_addstr(out, "\tlocal ");
		print_type(f, out, f->locals.v[fn->locals + i].type);
		strbuf_addch(out, ' ');
		print_local(f, fn, out, i);
		strbuf_addch(out, '\n');
	}
	for (uint32_t i = 0; i < fn->n_blocks; i++)
		print_block(f, fn, out, i);
}

static void print_var(const struct facts *f, struct strbuf *out, const struct fact_var *v)
{
	static const char *const names[] = { "static", "extern", "percpu", "const" };

	strbuf_addstr(out, "var ");
	print_type(f, out, v->type);
	strbuf_addf(out, " %s", facts_str(f, v->name));
	print_flags(out, v->flags, names, ARRAY_SIZE(names));
	if (v->section)
		strbuf_addf(out, " section(%s)", facts_str(f, v->section));
	strbuf_addstr(out, "\t; ");
	print_loc(f, out, &v->loc);
	strbuf_addch(out, '\n');
	for (uint32_t i = 0; i < v->n_inits; i++) {
		const struct fact_init *in = &f->inits.v[v->inits + i];

		strbuf_addf(out, "\t%s", facts_str(f, in->path));
		if (in->field)
			strbuf_addf(out, " {%s::%s}", facts_str(f, in->record),
				    facts_str(f, in->field));
		if (in->index >= 0)
			strbuf_addf(out, " #%" PRId64, in->index);
		strbuf_addstr(out, " = ");
		print_expr(f, NULL, out, in->value);
		strbuf_addf(out, "\t; %u:%u\n", in->loc.line, in->loc.col);
	}
}

static void print_btf(const struct facts *f, struct strbuf *out, const struct fact_btf *b)
{
	static const char *const kinds[] = { [FBTF_SET_START] = "set_start",
					     [FBTF_SET_END] = "set_end",
					     [FBTF_LIST] = "list",
					     [FBTF_ID] = "id" };

	strbuf_addf(out, "btf %s", kinds[b->kind]);
	if (b->prefix)
		strbuf_addf(out, " %s", facts_str(f, b->prefix));
	strbuf_addf(out, " %s", facts_str(f, b->name));
	if (b->flags)
		strbuf_addf(out, " 0x%" PRIx64, b->flags);
	strbuf_addstr(out, "\t; ");
	print_loc(f, out, &b->loc);
	strbuf_addch(out, '\n');
}

void facts_print(const struct facts *f, struct strbuf *out)
{
	strbuf_addf(out, "unit %s", facts_str(f, f->unit.file));
	if (f->unit.object)
		strbuf_addf(out, " object %s", facts_str(f, f->unit.object));
	strbuf_addf(out, "%s\n", f->unit.flags & FUNIT_FTRACE ? " ftrace" : "");
	for (size_t i = 0; i < f->records.n; i++) {
		const struct fact_record *r = &f->records.v[i];

		strbuf_addf(out, "%s %s\n", r->is_union ? "union" : "struct",
			    facts_str(f, r->name));
		for (uint32_t k = 0; k < r->n_fields; k++) {
			const struct fact_field *fd = &f->fields.v[r->fields + k];

			strbuf_addch(out, '\t');
			print_type(f, out, fd->type);
			strbuf_addf(out, " %s\n", facts_str(f, fd->name));
		}
	}
	for (size_t i = 0; i < f->enumerators.n; i++) {
		const struct fact_enumerator *e = &f->enumerators.v[i];

		strbuf_addf(out, "enum %s %s = %" PRId64 "\n", facts_str(f, e->enum_name),
			    facts_str(f, e->name), e->value);
	}
	for (size_t i = 0; i < f->vars.n; i++)
		print_var(f, out, &f->vars.v[i]);
	for (size_t i = 0; i < f->btf.n; i++)
		print_btf(f, out, &f->btf.v[i]);
	for (size_t i = 0; i < f->funcs.n; i++)
		print_func(f, out, &f->funcs.v[i]);
}
