// SPDX-License-Identifier: MIT
#include "lab/guard.h"

#include "base/fs.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "lab/text.h"
#include "repro/fill.h"

#include <errno.h>
#include <string.h>

/* Instead of what stands from @at to @end there is @text. */
struct change {
	size_t at, end;
	const char *text;
};

struct source {
	const char *file;
	const char *text;
	VEC(struct change) changes;
};

struct planning {
	struct arena *a;
	const char *tree, *templates;
	const struct repro *r;
	VEC(struct source) sources;
	struct strbuf what;
	const char *error;
};

/* The report may come from anywhere: C below the tree, and nothing that the build makes or runs. */
static bool is_in_tree(const char *file)
{
	for (const char *p = file; *p; p += strcspn(p, "/"), p += *p == '/') {
		if (!strncmp(p, "../", 3) || !strcmp(p, ".."))
			return false;
	}
	return *file && *file != '/' && !strchr(file, ':') &&
	       (str_ends_with(file, ".c") || str_ends_with(file, ".h"));
}

/* Returns the number of @file among the sources, or -1 where it cannot be read. */
static int source(struct planning *p, const char *file)
{
	struct strbuf text = STRBUF_INIT;
	struct source s = {.file = file};

	for (size_t i = 0; i < p->sources.n; i++) {
		if (!strcmp(p->sources.v[i].file, file))
			return (int)i;
	}
	if (!is_in_tree(file) || fs_read(fs_join(p->a, p->tree, file), &text) ||
	    strlen(text.buf) != text.len) {
		strbuf_release(&text);
		return -1;
	}
	s.text = arena_strdup(p->a, text.buf);
	strbuf_release(&text);
	vec_push(&p->sources, s);
	return (int)p->sources.n - 1;
}

static void change(struct planning *p, int n, size_t at, size_t end, const char *text)
{
	struct change c = {.at = at, .end = end, .text = text};

	vec_push(&p->sources.v[n].changes, c);
}

/* The template @name filled in, without its last newline; NULL: there is an error. */
static const char *fill(struct planning *p, const char *name, const char *key, const char *value)
{
	const char *path = fs_join(p->a, p->templates, name), *wrong, *ret = NULL;
	struct strbuf text = STRBUF_INIT, out = STRBUF_INIT;
	const struct fill fills[] = {{key, value}};
	int err = fs_read(path, &text);

	if (err) {
		p->error = arena_printf(p->a, "cannot read %s: %s", path, strerror(-err));
		goto out;
	}
	wrong = fill_in(&out, text.buf, fills, ARRAY_SIZE(fills));
	if (wrong) {
		p->error =
			arena_printf(p->a, "%s has '%.20s', which stands for nothing", path, wrong);
		goto out;
	}
	if (out.len && out.buf[out.len - 1] == '\n')
		strbuf_setlen(&out, out.len - 1);
	ret = arena_strdup(p->a, out.buf);
out:
	strbuf_release(&text);
	strbuf_release(&out);
	return ret;
}

/* ---- where it is raised ---------------------------------------------------------------------- */

/*
 * Who calls what is attached to, in a file that is compiled once: of what headers have, the step
 * of the ladder that calls it, if that is in the section.
 */
static const struct location *caller_in_section(const struct finding *f, const char *attached)
{
	for (size_t i = 0; i < f->n_ladders; i++) {
		const struct ladder *l = &f->ladders[i];
		unsigned int depth;
		size_t k = 0;

		while (k < l->n &&
		       (l->v[k].kind != STEP_ATTACH || strcmp(l->v[k].function, attached) != 0))
			k++;
		if (k == l->n)
			continue;
		depth = l->v[k].depth;
		while (k-- > 0 && l->v[k].kind != STEP_ACQUIRE) {
			const struct step *s = &l->v[k];

			if (s->depth >= depth)
				continue;
			depth = s->depth;
			if (s->location.file && str_ends_with(s->location.file, ".c"))
				return &s->location;
		}
	}
	return NULL;
}

static const struct location *raise_place(const struct repro *r)
{
	const struct location *at = &r->at->location, *caller = NULL;

	if (at->file && !str_ends_with(at->file, ".c"))
		caller = caller_in_section(r->finding, r->at->name);
	return caller ? caller : at;
}

static bool is_changed(const struct source *s, size_t at, size_t end)
{
	for (size_t i = 0; i < s->changes.n; i++) {
		if (at < s->changes.v[i].end && s->changes.v[i].at < end)
			return true;
	}
	return false;
}

/* Around the call from @at to @end of source @n. Returns whether there is no error. */
static bool raise_around(struct planning *p, int n, size_t at, size_t end)
{
	const char *text = p->sources.v[n].text, *raised;

	if (is_changed(&p->sources.v[n], at, end))
		return true;
	raised = fill(p, "guard_raise.in", "CALL", arena_strndup(p->a, text + at, end - at));
	if (!raised)
		return false;
	change(p, n, at, end, raised);
	strbuf_addf(&p->what, "%s%s:%u", p->what.len ? ", " : "a guard is raised at ",
		    p->sources.v[n].file, text_line(text, at));
	return true;
}

/*
 * What a tracepoint is called by is made by a macro of a header. So it is raised around its
 * calls in the files that the finding's ways pass. Returns as add_raise() does.
 */
static int add_raise_by_name(struct planning *p, const char *function)
{
	const struct finding *f = p->r->finding;
	int found = -1;

	for (size_t i = 0; i < f->n_ladders; i++) {
		for (size_t k = 0; k < f->ladders[i].n; k++) {
			const char *file = f->ladders[i].v[k].location.file;
			int n = file && str_ends_with(file, ".c") ? source(p, file) : -1;
			size_t at = n < 0 ? TEXT_NONE
					  : text_find_call(p->sources.v[n].text, 0, function);

			while (at != TEXT_NONE) {
				const char *text = p->sources.v[n].text;
				size_t end = text_call_end(text, at);

				if (!raise_around(p, n, at, end))
					return -1;
				found = n;
				at = text_find_call(text, end, function);
			}
		}
	}
	return found;
}

/* Returns the number of the source in which it is raised, or -1. */
static int add_raise(struct planning *p, const struct location *place)
{
	const char *text;
	size_t at, end;
	int n;

	if (!*p->r->at_name || !place->file) {
		p->error = "the program runs at no call that a guard could be raised around";
		return -1;
	}
	n = source(p, place->file);
	if (n < 0) {
		p->error = arena_printf(p->a, "%s, where the program runs, is no file of the tree",
					place->file);
		return -1;
	}
	text = p->sources.v[n].text;
	at = text_place(text, place->line, place->column);
	end = at == TEXT_NONE ? TEXT_NONE : text_call_end(text, at);
	if (end == TEXT_NONE) {
		p->error = arena_printf(p->a,
					"%s:%u:%u, where the program runs, is no call that a guard "
					"could be raised around",
					place->file, place->line, place->column);
		return -1;
	}
	return raise_around(p, n, at, end) ? n : -1;
}

/*
 * The program runs in other sections of the lock as well, if these call what it is attached to;
 * what enters the one may come to another. Where it cannot be raised there, the kernel will tell.
 */
static void add_sections(struct planning *p, const struct section *sections, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct section *s = &sections[i];

		for (size_t k = 0; strlist_has(&s->findings, p->r->finding->id) && k < s->n_attach;
		     k++) {
			const struct location *place = &s->attach[k].location;

			if (!strcmp(s->attach[k].name, p->r->at->name) && place->file &&
			    str_ends_with(place->file, ".c"))
				add_raise(p, place);
		}
	}
	p->error = NULL;
}

/* ---- what tests it --------------------------------------------------------------------------- */

/* In each definition of @function in source @n. Returns whether there is one. */
static bool add_test(struct planning *p, int n, const char *function, struct text_body *ret)
{
	const char *text = p->sources.v[n].text;
	struct text_body body;
	size_t from = 0;

	while (text_body(text, from, function, &body)) {
		const char *test = fill(p, "guard_test.in", "VALUE", body.is_void ? "" : " 0");

		if (!test)
			return false;
		if (!is_changed(&p->sources.v[n], body.open, body.open + 1))
			change(p, n, body.open, body.open, test);
		if (!from)
			*ret = body;
		from = body.close;
	}
	if (from)
		strbuf_addf(&p->what, "%s%s() (%s:%u)",
			    strstr(p->what.buf, " returns") ? ", " : "; where it is up, returns ",
			    function, p->sources.v[n].file, text_line(text, ret->open));
	return from != 0;
}

/* Where @function is defined, of the files that the report has; -1: nowhere. */
static int file_of(struct planning *p, const char *function)
{
	const struct finding *f = p->r->finding;
	struct text_body body;
	int n = f->location.file ? source(p, f->location.file) : -1;

	if (n >= 0 && text_body(p->sources.v[n].text, 0, function, &body))
		return n;
	for (size_t i = 0; i < f->n_ladders; i++) {
		for (size_t k = 0; k < f->ladders[i].n; k++) {
			const char *file = f->ladders[i].v[k].location.file;

			n = file ? source(p, file) : -1;
			if (n >= 0 && text_body(p->sources.v[n].text, 0, function, &body))
				return n;
		}
	}
	return -1;
}

/*
 * What the ladder's helper calls on its way to the lock; NULL: that is not in the ladder. What it
 * raises before (STEP_GUARD) is lowered when that returns, early or late.
 */
static const struct location *behind_reentry(const struct finding *f, const char **ret_helper)
{
	for (size_t i = 0; i < f->n_ladders; i++) {
		const struct ladder *l = &f->ladders[i];
		size_t k = 0, next;

		while (k < l->n && l->v[k].kind != STEP_REENTER)
			k++;
		next = k + 1;
		while (next < l->n && l->v[next].kind == STEP_GUARD)
			next++;
		if (next < l->n && l->v[next].depth == l->v[k].depth + 1 &&
		    l->v[next].location.file) {
			*ret_helper = l->v[k].function;
			return &l->v[next].location;
		}
	}
	return NULL;
}

/*
 * A helper that hands on through a table is not always run: the verifier makes a program call what
 * is in the table of its map itself. So that has to test, too. Where the ladder is of another
 * helper, it is what stands beside the ladder's in the same tables.
 */
static bool add_operations(struct planning *p, const struct names *members)
{
	const char *function = p->r->reentry->function, *helper = NULL;
	const struct location *next = behind_reentry(p->r->finding, &helper);
	struct names operations = {0};
	struct text_body body;
	bool found = false;
	int n = next ? source(p, next->file) : -1;

	if (n >= 0 && !strcmp(helper, function)) {
		found = add_test(p, n, next->function, &body);
	} else if (n >= 0) {
		for (size_t i = 0; i < members->n; i++)
			text_beside(p->a, p->sources.v[n].text, next->function, members->v[i],
				    &operations);
		for (size_t i = 0; i < operations.n; i++) {
			int m = file_of(p, operations.v[i]);

			found = (m >= 0 && add_test(p, m, operations.v[i], &body)) || found;
		}
	}
	if (!found && !p->error)
		p->error = arena_printf(p->a,
					"what %s() hands on to is not found in the files of the "
					"report",
					function);
	return found;
}

static bool add_tests(struct planning *p)
{
	const char *function = p->r->reentry->function;
	struct names members = {0};
	struct text_body body;
	int n = file_of(p, function);

	if (n < 0) {
		p->error = arena_printf(p->a, "%s() is not defined in the files of the report",
					function);
		return false;
	}
	if (!add_test(p, n, function, &body))
		return false;
	text_members(p->a, p->sources.v[n].text, &body, &members);
	return !members.n || add_operations(p, &members);
}

/* ---- the guard itself, and the files --------------------------------------------------------- */

/* In source @n, or where that is a header, in the first that is none. */
static bool add_guard(struct planning *p, int n)
{
	const char *guard;
	size_t end;

	for (size_t i = 0; i < p->sources.n && !str_ends_with(p->sources.v[n].file, ".c"); i++) {
		if (p->sources.v[i].changes.n)
			n = (int)i;
	}
	guard = fill(p, "guard.c.in", "", "");
	if (!guard)
		return false;
	end = strlen(p->sources.v[n].text);
	change(p, n, end, end, arena_printf(p->a, "%s\n", guard));
	return true;
}

static int change_cmp(const void *a, const void *b)
{
	const struct change *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

static struct farm_edit edited(struct arena *a, struct source *s)
{
	struct strbuf sb = STRBUF_INIT;
	struct farm_edit ret = {.file = s->file};
	size_t at = 0;

	qsort(s->changes.v, s->changes.n, sizeof(*s->changes.v), change_cmp);
	for (size_t i = 0; i < s->changes.n; i++) {
		strbuf_add(&sb, s->text + at, s->changes.v[i].at - at);
		strbuf_addstr(&sb, s->changes.v[i].text);
		at = s->changes.v[i].end;
	}
	strbuf_addstr(&sb, s->text + at);
	ret.text = arena_memdup(a, sb.buf, sb.len + 1);
	ret.len = sb.len;
	strbuf_release(&sb);
	return ret;
}

int guard_make(struct arena *a, const char *tree, const char *templates, const struct repro *r,
	       const struct section *sections, size_t n_sections, struct guard *ret,
	       const char **ret_error)
{
	struct planning p = {
		.a = a, .tree = tree, .templates = templates, .r = r, .what = STRBUF_INIT};
	const struct location *place = raise_place(r);
	bool named =
		!r->at->function && *r->at_name && place->file && !str_ends_with(place->file, ".c");
	int n = named ? add_raise_by_name(&p, place->function) : -1;
	bool ok;

	if (n < 0 && !p.error)
		n = add_raise(&p, place);
	ok = n >= 0;

	memset(ret, 0, sizeof(*ret));
	if (ok)
		add_sections(&p, sections, n_sections);
	ok = ok && add_tests(&p) && add_guard(&p, n);
	ret->edits = ARENA_ARRAY(a, struct farm_edit, p.sources.n);
	for (size_t i = 0; i < p.sources.n; i++) {
		if (ok && p.sources.v[i].changes.n)
			ret->edits[ret->n++] = edited(a, &p.sources.v[i]);
		vec_release(&p.sources.v[i].changes);
	}
	ret->what = arena_strdup(a, p.what.buf);
	*ret_error = p.error;
	vec_release(&p.sources);
	strbuf_release(&p.what);
	return ok ? 0 : -ENOENT;
}
