// SPDX-License-Identifier: MIT
#include "base/strbuf.h"
#include "clang/unit.h"

/* How a per-CPU operation is written as a call. */
static void percpu_macro(const struct rule_percpu *p, struct strbuf *out)
{
	const char *m = p->macro;

	strbuf_addf(out, "#undef %s\n", m);
	switch (p->op) {
	case PERCPU_INC:
	case PERCPU_DEC:
		strbuf_addf(out,
			    "void __relock_%s(const volatile void *pcp);\n"
			    "#define %s(pcp) ((void)__relock_%s(__relock_pcp(pcp)))\n",
			    m, m, m);
		break;
	case PERCPU_ADD:
	case PERCPU_SUB:
	case PERCPU_WRITE:
		strbuf_addf(out,
			    "void __relock_%s(const volatile void *pcp, ...);\n"
			    "#define %s(pcp, val) ((void)__relock_%s(__relock_pcp(pcp), (val)))\n",
			    m, m, m);
		break;
	case PERCPU_INC_RETURN:
	case PERCPU_DEC_RETURN:
	case PERCPU_READ:
		strbuf_addf(out,
			    "unsigned long __relock_%s(const volatile void *pcp);\n"
			    "#define %s(pcp) __relock_as(pcp, __relock_%s(__relock_pcp(pcp)))\n",
			    m, m, m);
		break;
	case PERCPU_ADD_RETURN:
	case PERCPU_SUB_RETURN:
	case PERCPU_XCHG:
		strbuf_addf(out,
			    "unsigned long __relock_%s(const volatile void *pcp, ...);\n"
			    "#define %s(pcp, val) __relock_as(pcp, __relock_%s(__relock_pcp(pcp), "
			    "(val)))\n",
			    m, m, m);
		break;
	case PERCPU_CMPXCHG:
		strbuf_addf(out,
			    "unsigned long __relock_%s(const volatile void *pcp, ...);\n"
			    "#define %s(pcp, o, n) __relock_as(pcp, __relock_%s(__relock_pcp(pcp), "
			    "(o), (n)))\n",
			    m, m, m);
		break;
	case PERCPU_PTR:
		strbuf_addf(out,
			    "void *__relock_%s(const volatile void *ptr);\n"
			    "#define %s(ptr) ((__relock_unqual(*(ptr)) *)__relock_%s("
			    "(const volatile void *)(unsigned long)(ptr)))\n",
			    m, m, m);
		break;
	case PERCPU_CPU_PTR:
		strbuf_addf(out,
			    "void *__relock_%s(const volatile void *ptr, ...);\n"
			    "#define %s(ptr, cpu) ((__relock_unqual(*(ptr)) *)__relock_%s("
			    "(const volatile void *)(unsigned long)(ptr), (cpu)))\n",
			    m, m, m);
		break;
	}
}

/* @headers: one or more, with spaces between. */
static void include_once(struct strbuf *out, const char *headers)
{
	struct strbuf line = STRBUF_INIT;
	size_t len;

	for (; *headers; headers += len) {
		headers += strspn(headers, " ");
		len = strcspn(headers, " ");
		if (!len)
			break;
		strbuf_reset(&line);
		strbuf_addf(&line, "#include <%.*s>\n", (int)len, headers);
		if (!strstr(out->buf, line.buf))
			strbuf_addstr(out, line.buf);
	}
	strbuf_release(&line);
}

/*
 * An enum for each macro, because an enum may stand wherever such a macro may,
 * takes an annotation, and has the value of the flags. A macro may stand on one
 * line with others and a line is not a number of its own, hence the key.
 */
static const char btf_head[] =
	"#define __relock_btf3(n, key, what, flags) enum __attribute__((annotate(\"" ANN_BTF
	"\" what))) { __relock_btf_##n##_##key = (flags) };\n"
	"#define __relock_btf2(n, key, what, flags) __relock_btf3(n, key, what, flags)\n"
	"#define __relock_btf(key, what, flags) __relock_btf2(__COUNTER__, key, what, flags)\n"
	"#define __relock_btf_id2(prefix, name, flags, ...) \\\n"
	"\t__relock_btf(id_##prefix##_##name, \"id:\" #prefix \":\" #name, flags)\n"
	"#define __relock_btf_id(prefix, name, ...) \\\n"
	"\t__relock_btf_id2(prefix, name, ##__VA_ARGS__, 0)\n";

/* The variable that a macro declares, called by its parameter "name": "u32[]" is an array. */
static void declare(const char *type, struct strbuf *out)
{
	size_t len = strlen(type);
	bool array = len > 2 && !strcmp(type + len - 2, "[]");

	strbuf_addf(out, " extern %.*s name%s;", (int)(array ? len - 2 : len), type,
		    array ? "[]" : "");
}

static void btf_macro(const struct rule_btf_macro *b, struct strbuf *out)
{
	strbuf_addf(out, "#undef %s\n#define %s", b->macro, b->macro);
	switch (b->does) {
	case BTF_DOES_SET_START:
		strbuf_addf(out, "(name) __relock_btf(start_##name, \"set_start::\" #name, %s)",
			    b->flags ? b->flags : "0");
		break;
	case BTF_DOES_SET_END:
		strbuf_addstr(out, "(name) __relock_btf(end_##name, \"set_end::\" #name, 0)");
		break;
	case BTF_DOES_LIST:
		strbuf_addstr(out, "(name, ...) __relock_btf(list_##name, \"list::\" #name, 0)");
		break;
	case BTF_DOES_LIST_SINGLE:
		strbuf_addstr(out, "(name, prefix, type) "
				   "__relock_btf(list_##name, \"list::\" #name, 0) "
				   "__relock_btf(id_##prefix##_##type, \"id:\" #prefix \":\" #type, 0)");
		break;
	case BTF_DOES_ID:
		strbuf_addstr(out, "(prefix, id) "
				   "__relock_btf(id_##prefix##_##id, \"id:\" #prefix \":\" #id, 0)");
		break;
	case BTF_DOES_ID_FLAGS:
		strbuf_addstr(out, "(prefix, id, ...) "
				   "__relock_btf_id(prefix, id, ##__VA_ARGS__)");
		break;
	case BTF_DOES_UNUSED:
		strbuf_addstr(out, " __relock_btf(unused, \"id::\", 0)");
		break;
	}
	if (b->declares)
		declare(b->declares, out);
	strbuf_addch(out, '\n');
}

/* An attribute that functions may have in declarations and definitions, with the text of the lock. */
static void claim_macro(const struct rule_claim *c, struct strbuf *out)
{
	static const int does[] = {
		[CLAIM_ACQUIRES] = FCLAIM_ACQUIRES,
		[CLAIM_RELEASES] = FCLAIM_RELEASES,
		[CLAIM_HOLDS] = FCLAIM_HOLDS,
		[CLAIM_TRY_ACQUIRES] = FCLAIM_TRY_ACQUIRES,
		[CLAIM_UNCHECKED] = FCLAIM_UNCHECKED,
	};

	strbuf_addf(out, "#undef %s\n#define %s%s ", c->macro, c->macro, c->bare ? "" : "(...)");
	if (c->does == CLAIM_STATEMENT)
		strbuf_addstr(out, "((void)" VOUCH_NAME ")\n");
	else
		strbuf_addf(out, "__attribute__((annotate(\"" ANN_CLAIM "%d:%s:\"%s)))\n",
			    does[c->does], c->macro, c->bare ? "" : " #__VA_ARGS__");
}

/* A macro with a known result becomes the call that it looks like, where there is one. */
static void value_macro(const struct rule_value *v, struct strbuf *out)
{
	if (v->header)
		strbuf_addf(out, "#ifdef %s\n#undef %s\nunsigned long %s();\n#endif\n",
			    v->function, v->function, v->function);
}

/* A macro on a word of any type is written as a call. */
static void word_macro(const struct rule_word *w, struct strbuf *out)
{
	const char *m = w->function;

	if (!w->header)
		return;
	strbuf_addf(out, "#ifdef %s\n#undef %s\n", m, m);
	switch (w->op) {
	case WORD_CMPXCHG:
		strbuf_addf(out,
			    "unsigned long __relock_%s(const volatile void *ptr, ...);\n"
			    "#define %s(ptr, o, n) __relock_as(*(ptr), __relock_%s("
			    "__relock_pcp(*(ptr)), (o), (n)))\n",
			    m, m, m);
		break;
	case WORD_TRY_CMPXCHG:
		strbuf_addf(out,
			    "_Bool __relock_%s(const volatile void *ptr, void *old, ...);\n"
			    "#define %s(ptr, o, n) __relock_%s(__relock_pcp(*(ptr)), (void *)(o), (n))\n",
			    m, m, m);
		break;
	default:
		strbuf_addf(out,
			    "unsigned long __relock_%s(const volatile void *ptr, ...);\n"
			    "#define %s(ptr, n) __relock_as(*(ptr), __relock_%s("
			    "__relock_pcp(*(ptr)), (n)))\n",
			    m, m, m);
		break;
	}
	strbuf_addstr(out, "#endif\n");
}

/*
 * The value of a per-CPU operation has the type of the counter, which may be a
 * pointer or, rarely, a struct, to which nothing can be cast. Per-CPU variables
 * may be in an address space of their own (x86 since 6.15), this CPU's copy is
 * not; clang 18 and older leave the address space in what typeof_unqual gives.
 */
static const char percpu_head[] =
	"#if __clang_major__ >= 19\n"
	"#define __relock_unqual(x) __typeof_unqual__(x)\n"
	"#else\n"
	"#define __relock_unqual(x) __typeof__(x)\n"
	"#endif\n"
	"#define __relock_pcp(pcp) ((const volatile void *)(unsigned long)&(pcp))\n"
	"#define __relock_rec(pcp) (__builtin_classify_type(pcp) == 12)\n"
	"#define __relock_as(pcp, call) __builtin_choose_expr(__relock_rec(pcp), \\\n"
	"\t*(typeof(pcp) *)(call), \\\n"
	"\t(typeof(__builtin_choose_expr(__relock_rec(pcp), 0L, (pcp))))(call))\n";

void extract_prelude(const struct rules *rules, struct strbuf *out)
{
	strbuf_addstr(out, "/* Made by relock. */\n#ifndef __ASSEMBLY__\n");
	/* First, so that what the headers below declare has them too. */
	for (size_t i = 0; i < rules->claims.n; i++)
		include_once(out, rules->claims.v[i].header);
	if (rules->claims.n)
		strbuf_addstr(out, "enum { " VOUCH_NAME " };\n");
	for (size_t i = 0; i < rules->claims.n; i++)
		claim_macro(&rules->claims.v[i], out);
	for (size_t i = 0; i < rules->percpu.n; i++)
		include_once(out, rules->percpu.v[i].header);
	for (size_t i = 0; i < rules->btf_macros.n; i++)
		include_once(out, rules->btf_macros.v[i].header);
	for (size_t i = 0; i < rules->words.n; i++)
		if (rules->words.v[i].header)
			include_once(out, rules->words.v[i].header);
	for (size_t i = 0; i < rules->values.n; i++)
		if (rules->values.v[i].header)
			include_once(out, rules->values.v[i].header);
	if (rules->percpu.n || rules->words.n)
		strbuf_addstr(out, percpu_head);
	for (size_t i = 0; i < rules->percpu.n; i++)
		percpu_macro(&rules->percpu.v[i], out);
	for (size_t i = 0; i < rules->words.n; i++)
		word_macro(&rules->words.v[i], out);
	if (rules->btf_macros.n)
		strbuf_addstr(out, btf_head);
	for (size_t i = 0; i < rules->btf_macros.n; i++)
		btf_macro(&rules->btf_macros.v[i], out);
	for (size_t i = 0; i < rules->values.n; i++)
		value_macro(&rules->values.v[i], out);
	strbuf_addstr(out, "#endif\n");
}
