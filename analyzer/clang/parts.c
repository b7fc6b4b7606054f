// SPDX-License-Identifier: MIT
#include "clang/shared_info.h"
#include "clang/unit.h"

static int by_place(const void *a, const void *b)
{
	const struct text_part *x = a, *y = b;

	if (x->file != y->file)
		return (uintptr_t)x->file < (uintptr_t)y->file ? -1 : 1;
	return x->from != y->from ? (x->from < y->from ? -1 : 1) : 0;
}

/* In order, and what overlaps as one. */
static void settle(struct text_parts *p)
{
	size_t n = 0;

	if (p->v.n)
		qsort(p->v.v, p->v.n, sizeof(*p->v.v), by_place);
	for (size_t i = 0; i < p->v.n; i++) {
		struct text_part *last = n ? &p->v.v[n - 1] : NULL, *part = &p->v.v[i];

		if (!last || last->file != part->file || last->to < part->from)
			p->v.v[n++] = *part;
		else if (last->to < part->to)
			last->to = part->to;
	}
	p->v.n = n;
}

static struct text_part part_of(CXSourceRange r)
{
	struct text_part ret;

	clang_getFileLocation(clang_getRangeStart(r), &ret.file, NULL, NULL, &ret.from);
	clang_getFileLocation(clang_getRangeEnd(r), NULL, NULL, NULL, &ret.to);
	return ret;
}

static void count_entry(CXFile file, CXSourceLocation *stack, unsigned int n, CXClientData data)
{
	uint32_t *times = pair_map_at(data, (uintptr_t)file, 0);

	*times = *times == FACTS_NONE ? 1 : *times + 1;
}

void parts_skipped(CXTranslationUnit tu, struct text_parts *ret)
{
	CXSourceRangeList *all = clang_getAllSkippedRanges(tu);
	struct pair_map times = { 0 };

	clang_getInclusions(tu, count_entry, &times);
	for (unsigned int i = 0; all && i < all->count; i++) {
		struct text_part part = part_of(all->ranges[i]);

		if (part.file && *pair_map_at(&times, (uintptr_t)part.file, 0) == 1)
			vec_push(&ret->v, part);
	}
	settle(ret);
	pair_map_release(&times);
	clang_disposeSourceRangeList(all);
}

static enum CXChildVisitResult add_expansion(CXCursor c, CXCursor parent, CXClientData data)
{
	struct text_parts *ret = data;

	(void)parent;
	if (clang_getCursorKind(c) == CXCursor_MacroExpansion)
		vec_push(&ret->v, part_of(clang_getCursorExtent(c)));
	return clang_isPreprocessing(clang_getCursorKind(c)) ? CXChildVisit_Continue
							     : CXChildVisit_Break;
}

void parts_expanded(CXTranslationUnit tu, struct text_parts *ret)
{
	clang_visitChildren(clang_getTranslationUnitCursor(tu), add_expansion, ret);
	settle(ret);
}

bool parts_have(const struct text_parts *p, CXFile file, unsigned int offset)
{
	struct text_part at = { .file = file, .from = offset };
	size_t low = 0, high = p->v.n;

	/* The last that begins there or before. */
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (by_place(&p->v.v[mid], &at) <= 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low && p->v.v[low - 1].file == file && offset < p->v.v[low - 1].to;
}

void parts_release(struct text_parts *p)
{
	vec_release(&p->v);
}

bool parts_quiet(enum word_kind kind)
{
	return kind != WORD_CONDITION && kind != WORD_DEFAULT;
}
