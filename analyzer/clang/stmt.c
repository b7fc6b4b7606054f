// SPDX-License-Identifier: MIT
#include "clang/lower.h"

static struct fact_loc stmt_loc(struct lower *l, CXCursor c)
{
	return unit_loc(l->u, clang_getCursorLocation(c));
}

/* --- Declarations --- */

static enum CXChildVisitResult find_cleanup(CXCursor c, CXCursor parent, CXClientData data)
{
	char **ret = data;
	CXString s;
	const char *text;

	(void)parent;
	if (clang_getCursorKind(c) != CXCursor_AnnotateAttr)
		return CXChildVisit_Continue;
	s = clang_getCursorSpelling(c);
	text = clang_getCString(s);
	if (text && !strncmp(text, ANN_CLEANUP, strlen(ANN_CLEANUP)))
		*ret = xstrdup(text + strlen(ANN_CLEANUP));
	clang_disposeString(s);
	return *ret ? CXChildVisit_Break : CXChildVisit_Continue;
}

static void lower_decl(struct lower *l, CXCursor c)
{
	struct fact_local local = { 0 };
	CXCursor init;
	char *cleanup = NULL;
	uint32_t place;
	CXString s;

	if (clang_getCursorKind(c) != CXCursor_VarDecl)
		return;
	if (clang_Cursor_hasVarDeclGlobalStorage(c)) {
		unit_var(l->u, c, l->func);
		return;
	}
	s = clang_getCursorSpelling(c);
	local.name = facts_string(l->u->f, clang_getCString(s));
	clang_disposeString(s);
	local.type = unit_type(l->u, clang_getCursorType(c));
	unit_want_type(l->u, clang_getCursorType(c));
	*cursor_map_at(&l->local_ids, c) = (uint32_t)l->locals.n;
	place = expr_local(l->u, (uint32_t)l->locals.n, local.type);
	vec_push(&l->locals, local);
	init = clang_Cursor_getVarDeclInitializer(c);
	if (!clang_Cursor_isNull(init))
		lower_init(l, place, clang_getCursorType(c), init, c);
	if (!clang_Cursor_hasAttrs(c))
		return;
	clang_visitChildren(c, find_cleanup, &cleanup);
	if (cleanup)
		lower_push_cleanup(l, cleanup, place);
	free(cleanup);
}

/* --- Loops --- */

struct for_parts {
	const CXCursor *init, *cond, *inc; /* NULL: not there */
};

static bool for_from_text(struct lower *l, CXCursor c, const struct kids *k, struct for_parts *ret)
{
	const CXCursor **parts[3] = { &ret->init, &ret->cond, &ret->inc };
	unsigned int at = 0;
	size_t start[3], len;
	bool empty[3];
	const char *text;

	text = unit_text(l->u, clang_getRangeStart(clang_getCursorExtent(c)), &len);
	if (!text || len < 3 || strncmp(text, "for", 3) != 0 ||
	    text_split_parens(text, len, ';', empty, start, 3) != 3)
		return false;
	for (int i = 0; i < 3; i++) {
		if (empty[i])
			continue;
		if (at + 1 >= k->n)
			return false;
		*parts[i] = &k->v[at++];
	}
	return at + 1 == k->n;
}

/* Which part of a for each of its children is; the last is always the body. */
static struct for_parts for_parts(struct lower *l, CXCursor c, const struct kids *k)
{
	struct for_parts p = { 0 };
	unsigned int n = k->n - 1;

	if (n == 3) {
		p.init = &k->v[0];
		p.cond = &k->v[1];
		p.inc = &k->v[2];
	} else if (n && !for_from_text(l, c, k, &p)) {
		/* Not to be read: a declaration comes first, a condition before a step. */
		unsigned int at = 0;

		p = (struct for_parts){ 0 };
		if (clang_getCursorKind(k->v[0]) == CXCursor_DeclStmt)
			p.init = &k->v[at++];
		if (at < n)
			p.cond = &k->v[at++];
		if (at < n)
			p.inc = &k->v[at++];
	}
	return p;
}

static void lower_for(struct lower *l, CXCursor c, const struct kids *k, CXCursor stmt)
{
	const struct cleanup *scope = l->scope;
	struct for_parts p = for_parts(l, c, k);
	struct fact_loc loc = stmt_loc(l, c);
	struct lower_jump jump = { .outer = l->jump };
	uint32_t head, body;

	if (p.init)
		lower_stmt(l, *p.init);
	head = lower_new_block(l);
	body = lower_new_block(l);
	jump.on_break = lower_new_block(l);
	jump.on_continue = lower_new_block(l);
	jump.scope = l->scope;
	lower_jump_to(l, head, loc);
	l->cur = head;
	if (p.cond)
		lower_cond(l, *p.cond, body, jump.on_break);
	else
		lower_jump_to(l, body, loc);
	l->cur = body;
	l->jump = &jump;
	lower_stmt(l, stmt);
	l->jump = jump.outer;
	lower_jump_to(l, jump.on_continue, loc);
	l->cur = jump.on_continue;
	if (p.inc)
		lower_effect(l, *p.inc);
	lower_jump_to(l, head, loc);
	l->cur = jump.on_break;
	/* A guard declared in the head ends here: scoped_guard() is made so. */
	lower_leave_scopes(l, l->scope, scope, loc);
	l->scope = scope;
}

static void lower_while(struct lower *l, CXCursor c, CXCursor cond, CXCursor stmt)
{
	struct lower_jump jump = { .outer = l->jump, .scope = l->scope };
	uint32_t body = lower_new_block(l);

	jump.on_continue = lower_new_block(l);
	jump.on_break = lower_new_block(l);
	lower_jump_to(l, jump.on_continue, stmt_loc(l, c));
	l->cur = jump.on_continue;
	lower_cond(l, cond, body, jump.on_break);
	l->cur = body;
	l->jump = &jump;
	lower_stmt(l, stmt);
	l->jump = jump.outer;
	lower_jump_to(l, jump.on_continue, stmt_loc(l, c));
	l->cur = jump.on_break;
}

static void lower_do(struct lower *l, CXCursor c, CXCursor stmt, CXCursor cond)
{
	struct lower_jump jump = { .outer = l->jump, .scope = l->scope };
	uint32_t body = lower_new_block(l);

	jump.on_continue = lower_new_block(l);
	jump.on_break = lower_new_block(l);
	lower_jump_to(l, body, stmt_loc(l, c));
	l->cur = body;
	l->jump = &jump;
	lower_stmt(l, stmt);
	l->jump = jump.outer;
	lower_jump_to(l, jump.on_continue, stmt_loc(l, c));
	l->cur = jump.on_continue;
	lower_cond(l, cond, body, jump.on_break);
	l->cur = jump.on_break;
}

static void lower_break(struct lower *l, CXCursor c, bool is_continue)
{
	struct lower_jump *j = l->jump;

	while (j && (is_continue ? j->on_continue : j->on_break) == FACTS_NONE)
		j = j->outer;
	if (!j)
		return;
	lower_leave_scopes(l, l->scope, j->scope, stmt_loc(l, c));
	lower_jump_to(l, is_continue ? j->on_continue : j->on_break, stmt_loc(l, c));
}

/* --- switch --- */

static void lower_switch(struct lower *l, CXCursor c, CXCursor value, CXCursor stmt)
{
	struct lower_switch sw = { .on_default = FACTS_NONE, .target = FACTS_NONE };
	struct lower_jump jump = { .outer = l->jump, .on_continue = FACTS_NONE, .scope = l->scope };
	uint32_t v = lower_value(l, value);

	sw.known = expr_is_int(l->u, v, &sw.val);
	sw.block = l->cur;
	lower_end(l, FTERM_SWITCH, v, stmt_loc(l, c));
	jump.on_break = lower_new_block(l);
	jump.sw = &sw;
	l->jump = &jump;
	lower_stmt(l, stmt);
	l->jump = jump.outer;
	lower_jump_to(l, jump.on_break, stmt_loc(l, c));
	if (sw.on_default == FACTS_NONE)
		sw.on_default = jump.on_break;
	l->blocks.v[sw.block].succ[0] = sw.on_default;
	if (sw.known) {
		l->blocks.v[sw.block].term = FTERM_JUMP;
		if (sw.target != FACTS_NONE)
			l->blocks.v[sw.block].succ[0] = sw.target;
	}
	l->cur = jump.on_break;
}

static struct lower_switch *current_switch(struct lower *l)
{
	struct lower_jump *j = l->jump;

	while (j && !j->sw)
		j = j->outer;
	return j ? j->sw : NULL;
}

static void lower_case(struct lower *l, CXCursor c, const struct kids *k)
{
	struct lower_switch *sw = current_switch(l);
	uint32_t block = lower_new_block(l);
	struct lower_case lc = { .c = { .target = block } };
	int64_t lo, hi;

	lower_jump_to(l, block, stmt_loc(l, c));
	l->cur = block;
	if (sw && clang_getCursorKind(c) == CXCursor_DefaultStmt) {
		sw->on_default = block;
	} else if (sw && k->n > 1 && expr_is_int(l->u, lower_value(l, k->v[0]), &lo)) {
		hi = lo;
		if (k->n > 2)
			expr_is_int(l->u, lower_value(l, k->v[1]), &hi);
		lc.block = sw->block;
		lc.c.lo = lo;
		lc.c.hi = hi;
		if (!sw->known)
			vec_push(&l->cases, lc);
		else if (sw->val >= lo && sw->val <= hi)
			sw->target = block;
	}
	if (k->n)
		lower_stmt(l, k->v[k->n - 1]);
}

/* --- The rest --- */

static void lower_if(struct lower *l, const struct kids *k)
{
	uint32_t yes = lower_new_block(l), no = lower_new_block(l), end;
	struct fact_loc loc = stmt_loc(l, k->v[0]);

	lower_cond(l, k->v[0], yes, no);
	l->cur = yes;
	lower_stmt(l, k->v[1]);
	if (k->n < 3) {
		lower_jump_to(l, no, loc);
		l->cur = no;
		return;
	}
	end = lower_new_block(l);
	lower_jump_to(l, end, loc);
	l->cur = no;
	lower_stmt(l, k->v[2]);
	lower_jump_to(l, end, loc);
	l->cur = end;
}

static void lower_return(struct lower *l, CXCursor c, const struct kids *k)
{
	struct fact_loc loc = stmt_loc(l, c);
	uint32_t v = FACTS_NONE, tmp;

	if (k->n && clang_getCanonicalType(clang_getCursorType(k->v[0])).kind == CXType_Void)
		lower_effect(l, k->v[0]);
	else if (k->n)
		v = lower_value(l, k->v[0]);
	if (l->scope) {
		/* The value is there before the cleanups change what it was made of. */
		if (v != FACTS_NONE && l->u->f->exprs.v[v].op != FX_INT) {
			tmp = lower_temp(l, unit_type(l->u, clang_getCursorType(k->v[0])));
			lower_assign(l, tmp, v, c);
			v = tmp;
		}
		lower_leave_scopes(l, l->scope, NULL, loc);
	}
	lower_end(l, FTERM_RETURN, v, loc);
}

static void asm_goto(struct lower *l, CXCursor c)
{
	struct lower_asm_goto g = { .block = l->cur };
	size_t start[5] = { 0 }, len;
	const char *text;
	bool empty[5];

	text = unit_text(l->u, clang_getRangeStart(clang_getCursorExtent(c)), &len);
	if (!text || !text_says(text, len, "goto"))
		return;
	/* A "::" makes two empty parts, so that the labels are always the fifth. */
	if (text_split_parens(text, len, ':', empty, start, ARRAY_SIZE(start)) == 5) {
		g.names = text + start[4];
		g.len = len - start[4];
	}
	lower_end(l, FTERM_ANY, FACTS_NONE, stmt_loc(l, c));
	l->blocks.v[g.block].succ[0] = l->cur;
	vec_push(&l->asm_gotos, g);
}

static void lower_asm(struct lower *l, CXCursor c, const struct kids *k)
{
	struct fact_insn in = { .op = FI_CLOBBER, .dst = FACTS_NONE, .val = FACTS_NONE };
	bool any = false;

	in.loc = unit_loc_macro(l->u, clang_getCursorLocation(c), &in.macro);
	for (unsigned int i = 0; i < k->n; i++) {
		enum CXCursorKind kind = clang_getCursorKind(k->v[i]);
		uint32_t place;

		/* An operand that is not loaded: an output, or memory that is read. */
		if (kind == CXCursor_UnexposedExpr) {
			lower_effect(l, k->v[i]);
			continue;
		}
		if (kind != CXCursor_DeclRefExpr && kind != CXCursor_MemberRefExpr &&
		    kind != CXCursor_ParenExpr && kind != CXCursor_UnaryOperator &&
		    kind != CXCursor_ArraySubscriptExpr) {
			if (clang_isExpression(kind))
				lower_effect(l, k->v[i]);
			continue;
		}
		place = lower_place(l, k->v[i]);
		switch (l->u->f->exprs.v[place].op) {
		case FX_LOCAL:
		case FX_GLOBAL:
		case FX_FIELD:
		case FX_DEREF:
		case FX_INDEX:
			in.dst = place;
			lower_emit(l, in);
			any = true;
			break;
		default:
			break;
		}
	}
	if (!any)
		lower_emit(l, in);
	asm_goto(l, c);
}

static void lower_compound(struct lower *l, CXCursor c)
{
	const struct cleanup *scope = l->scope;
	struct kids k = unit_kids(l->u, c);

	for (unsigned int i = 0; i < k.n; i++)
		lower_stmt(l, k.v[i]);
	lower_leave_scopes(l, l->scope, scope, l->scope != scope ?
		     unit_loc(l->u, clang_getRangeEnd(clang_getCursorExtent(c))) :
		     (struct fact_loc){ 0 });
	l->scope = scope;
}

uint32_t lower_stmt_expr(struct lower *l, CXCursor c, bool want_value)
{
	const struct cleanup *scope = l->scope;
	struct kids k = unit_kids(l->u, c);
	uint32_t v = FACTS_NONE, tmp;
	CXCursor last;

	if (!k.n)
		return FACTS_NONE;
	k = unit_kids(l->u, k.v[0]);
	for (unsigned int i = 0; i + 1 < k.n; i++)
		lower_stmt(l, k.v[i]);
	if (!k.n)
		return FACTS_NONE;
	last = k.v[k.n - 1];
	/* The value may stand behind labels. */
	while (clang_getCursorKind(last) == CXCursor_LabelStmt) {
		lower_place_label(l, last, stmt_loc(l, last));
		k = unit_kids(l->u, last);
		if (!k.n)
			return FACTS_NONE;
		last = k.v[k.n - 1];
	}
	if (want_value && clang_isExpression(clang_getCursorKind(last)) &&
	    clang_getCanonicalType(clang_getCursorType(c)).kind != CXType_Void)
		v = lower_value(l, last);
	else
		lower_stmt(l, last);
	if (l->scope != scope) {
		if (v != FACTS_NONE && l->u->f->exprs.v[v].op != FX_INT) {
			tmp = lower_temp(l, unit_type(l->u, clang_getCursorType(c)));
			lower_assign(l, tmp, v, last);
			v = tmp;
		}
		lower_leave_scopes(l, l->scope, scope, stmt_loc(l, last));
		l->scope = scope;
	}
	return v;
}

void lower_stmt(struct lower *l, CXCursor c)
{
	enum CXCursorKind kind = clang_getCursorKind(c);
	struct kids k;

	if (clang_isExpression(kind)) {
		lower_effect(l, c);
		return;
	}
	if (kind == CXCursor_CompoundStmt) {
		lower_compound(l, c);
		return;
	}
	k = unit_kids(l->u, c);
	switch (kind) {
	case CXCursor_DeclStmt:
		for (unsigned int i = 0; i < k.n; i++)
			lower_decl(l, k.v[i]);
		break;
	case CXCursor_IfStmt:
		if (k.n >= 2)
			lower_if(l, &k);
		break;
	case CXCursor_ForStmt:
		if (k.n)
			lower_for(l, c, &k, k.v[k.n - 1]);
		break;
	case CXCursor_WhileStmt:
		if (k.n == 2)
			lower_while(l, c, k.v[0], k.v[1]);
		break;
	case CXCursor_DoStmt:
		if (k.n == 2)
			lower_do(l, c, k.v[0], k.v[1]);
		break;
	case CXCursor_SwitchStmt:
		if (k.n == 2)
			lower_switch(l, c, k.v[0], k.v[1]);
		break;
	case CXCursor_CaseStmt:
	case CXCursor_DefaultStmt:
		lower_case(l, c, &k);
		break;
	case CXCursor_ReturnStmt:
		lower_return(l, c, &k);
		break;
	case CXCursor_BreakStmt:
		lower_break(l, c, false);
		break;
	case CXCursor_ContinueStmt:
		lower_break(l, c, true);
		break;
	case CXCursor_GotoStmt:
		if (k.n && clang_getCursorKind(k.v[0]) == CXCursor_LabelRef)
			lower_goto(l, lower_label(l, clang_getCursorReferenced(k.v[0])),
					 stmt_loc(l, c));
		break;
	case CXCursor_IndirectGotoStmt:
		for (unsigned int i = 0; i < k.n; i++)
			lower_effect(l, k.v[i]);
		vec_push(&l->any, l->cur);
		lower_end(l, FTERM_ANY, FACTS_NONE, stmt_loc(l, c));
		break;
	case CXCursor_LabelStmt:
		lower_place_label(l, c, stmt_loc(l, c));
		if (k.n)
			lower_stmt(l, k.v[k.n - 1]);
		break;
	case CXCursor_GCCAsmStmt:
		lower_asm(l, c, &k);
		break;
	case CXCursor_NullStmt:
		break;
	default:
		/* A statement with attributes: the statement comes last. */
		if (k.n && (clang_isStatement(clang_getCursorKind(k.v[k.n - 1])) ||
			    clang_isExpression(clang_getCursorKind(k.v[k.n - 1]))))
			lower_stmt(l, k.v[k.n - 1]);
		break;
	}
}

static void lower_release(struct lower *l)
{
	vec_release(&l->blocks);
	vec_release(&l->insns);
	vec_release(&l->cases);
	vec_release(&l->locals);
	vec_release(&l->labels);
	vec_release(&l->gotos);
	vec_release(&l->asm_gotos);
	vec_release(&l->any);
	cursor_map_release(&l->local_ids);
}

void lower_function(struct unit *u, uint32_t func)
{
	struct lower l = { .u = u };
	struct fact_func fn = u->f->funcs.v[func];
	CXCursor decl = u->funcs.v[func].decl;
	int n = clang_Cursor_getNumArguments(decl);
	struct kids k = unit_kids(u, decl);

	l.func = arena_strdup(&u->scratch, facts_str(u->f, fn.name));
	for (int i = 0; i < n; i++) {
		CXCursor p = clang_Cursor_getArgument(decl, (unsigned int)i);
		struct fact_local local = { 0, unit_type(u, clang_getCursorType(p)) };
		CXString s = clang_getCursorSpelling(p);

		local.name = facts_string(u->f, clang_getCString(s));
		clang_disposeString(s);
		unit_want_type(u, clang_getCursorType(p));
		*cursor_map_at(&l.local_ids, p) = (uint32_t)l.locals.n;
		vec_push(&l.locals, local);
	}
	fn.n_params = (uint32_t)l.locals.n;
	l.cur = lower_new_block(&l);
	for (unsigned int i = 0; i < k.n; i++) {
		if (clang_getCursorKind(k.v[i]) == CXCursor_CompoundStmt)
			lower_stmt(&l, k.v[i]);
	}
	lower_end(&l, FTERM_RETURN, FACTS_NONE,
		  unit_loc(u, clang_getRangeEnd(clang_getCursorExtent(decl))));
	lower_finish_jumps(&l);
	lower_flush(&l, &fn);
	/* Flags may have been added while lowering. */
	fn.flags = u->f->funcs.v[func].flags;
	u->f->funcs.v[func] = fn;
	lower_release(&l);
}
