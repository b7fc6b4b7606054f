// SPDX-License-Identifier: MIT
#include "base/fs.h"
#include "base/hash.h"
#include "clang/shared.h"
#include "clang/words.h"
#include "facts/facts.h"

#include <stdlib.h>

/* Which units share headers, and which headers. */

#define MIN_UNITS 4    /* a smaller group gains nothing */
#define MIN_SHARE 16   /* a header is shared that one unit in so many includes */
#define MAX_HEADERS 96 /* the most used ones */

static bool takes_word(const char *arg)
{
	return !strcmp(arg, "-I") || !strcmp(arg, "-D") || !strcmp(arg, "-U") ||
	       !strcmp(arg, "-include") || !strcmp(arg, "-imacros") || !strcmp(arg, "-isystem") ||
	       !strcmp(arg, "-iquote") || !strcmp(arg, "-idirafter") || !strcmp(arg, "-target");
}

static bool is_folder(const char *arg)
{
	return !strncmp(arg, "-I", 2);
}

/* How many words the option at @argv is. */
static size_t words_of(const char *const *argv)
{
	return takes_word(argv[0]) && argv[1] ? 2 : 1;
}

/* Everything in the command but -I. */
static void group_key(const struct compile_unit *cu, struct strbuf *out)
{
	strbuf_addstr(out, cu->directory ? cu->directory : "");
	for (size_t i = 0; cu->argv[i];) {
		size_t n = words_of(cu->argv + i);

		for (size_t k = 0; k < n && !is_folder(cu->argv[i]); k++) {
			strbuf_addch(out, '\n');
			strbuf_addstr(out, cu->argv[i + k]);
		}
		i += n;
	}
}

static bool has_folder(const struct compile_unit *cu, const char *option, const char *folder)
{
	for (size_t i = 0; cu->argv[i]; i += words_of(cu->argv + i))
		if (!strcmp(cu->argv[i], option) &&
		    (!folder || (cu->argv[i + 1] && !strcmp(cu->argv[i + 1], folder))))
			return true;
	return false;
}

/* Takes from the group's command the folders that @cu does not search. */
static void keep_common(struct shared_group *g, const struct compile_unit *cu)
{
	const char **v = g->args.v;
	size_t out = 0;

	for (size_t i = 0; i < g->args.n;) {
		size_t n = i + 1 < g->args.n ? words_of(v + i) : 1;
		bool keep = !is_folder(v[i]) || has_folder(cu, v[i], n == 2 ? v[i + 1] : NULL);

		for (size_t k = 0; k < n && keep; k++)
			v[out++] = v[i + k];
		i += n;
	}
	g->args.n = out;
}

struct key_table {
	struct word_table keys;
	VEC(uint32_t) group; /* by number of key */
};

static uint32_t group_for(struct shared_plan *p, struct key_table *t, const struct compile_unit *cu)
{
	struct strbuf key = STRBUF_INIT;
	struct shared_group g = { .cu = { .directory = cu->directory } };
	uint32_t id;

	group_key(cu, &key);
	id = word_table_add(&t->keys, key.buf, key.len);
	strbuf_release(&key);
	if (id < t->group.n) {
		keep_common(&p->groups.v[t->group.v[id]], cu);
		return t->group.v[id];
	}
	for (size_t i = 0; cu->argv[i]; i++)
		vec_push(&g.args, cu->argv[i]);
	vec_push(&t->group, (uint32_t)p->groups.n);
	vec_push(&p->groups, g);
	return (uint32_t)p->groups.n - 1;
}

/* --- Which headers --- */

struct header_count {
	struct word_table names;
	VEC(size_t) count;
	VEC(size_t) last; /* unit that was counted last */
	size_t unit;
};

static void count_header(void *data, const char *name, size_t len)
{
	struct header_count *c = data;
	uint32_t id = word_table_add(&c->names, name, len);

	if (id >= c->count.n) {
		vec_push(&c->count, 0);
		vec_push(&c->last, SIZE_MAX);
	}
	if (c->last.v[id] != c->unit)
		c->count.v[id]++;
	c->last.v[id] = c->unit;
}

struct ranked {
	const char *name;
	size_t count;
};

static int by_count(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* Can it be read twice, like the headers of tracepoints? Those are each unit's own. */
static bool is_guarded(const struct shared_group *g, const char *name, struct arena *a)
{
	struct strbuf text = STRBUF_INIT;
	bool ret = false;

	for (size_t i = 0; i < g->args.n && !text.len; i++) {
		const char *arg = g->args.v[i], *dir;

		if (!is_folder(arg))
			continue;
		dir = arg[2] ? arg + 2 : i + 1 < g->args.n ? g->args.v[i + 1] : "";
		dir = g->cu.directory ? fs_absolute(a, g->cu.directory, dir) : dir;
		fs_read(fs_join(a, dir, name), &text);
	}
	ret = words_guarded(text.buf, text.len);
	strbuf_release(&text);
	return ret;
}

static void choose_headers(struct shared_plan *p, struct shared_group *g, struct header_count *c)
{
	size_t min = g->n_units / MIN_SHARE > 2 ? g->n_units / MIN_SHARE : 2;
	VEC(struct ranked) ranked = { 0 };

	for (uint32_t i = 0; i < c->count.n; i++) {
		struct ranked r = { word_table_text(&c->names, i), c->count.v[i] };

		if (r.count >= min)
			vec_push(&ranked, r);
	}
	if (ranked.n)
		qsort(ranked.v, ranked.n, sizeof(*ranked.v), by_count);
	for (size_t i = 0; i < ranked.n && g->headers.n < MAX_HEADERS; i++)
		if (is_guarded(g, ranked.v[i].name, &p->arena))
			vec_push(&g->headers, arena_strdup(&p->arena, ranked.v[i].name));
	vec_release(&ranked);
}

static const struct shared_choice *find_choice(const struct shared_chosen *c, const char *command)
{
	for (size_t i = 0; i < c->v.n; i++)
		if (!strcmp(c->v.v[i].command, command))
			return &c->v.v[i];
	return NULL;
}

static void remember_choice(struct shared_chosen *c, const char *command,
			    const struct shared_group *g)
{
	const char **headers = ARENA_ARRAY(&c->arena, const char *, g->headers.n);
	struct shared_choice new = { arena_strdup(&c->arena, command), headers, g->headers.n };

	for (size_t i = 0; i < g->headers.n; i++)
		headers[i] = arena_strdup(&c->arena, g->headers.v[i]);
	vec_push(&c->v, new);
}

static void read_group(struct shared_plan *p, uint32_t id, const struct kbuild *kb,
		       const size_t *units, size_t n)
{
	struct header_count c = { 0 };
	struct strbuf text = STRBUF_INIT;

	word_table_init(&c.names);
	for (size_t i = 0; i < n; i++) {
		if (p->group_of[i] != id)
			continue;
		strbuf_reset(&text);
		c.unit = i;
		if (fs_read(kb->units.v[units[i]].path, &text) == 0)
			words_includes(text.buf, text.len, count_header, &c);
	}
	choose_headers(p, &p->groups.v[id], &c);
	strbuf_release(&text);
	word_table_release(&c.names);
	vec_release(&c.count);
	vec_release(&c.last);
}

static void name_group(struct shared_plan *p, struct shared_group *g, const struct kbuild *kb,
		       const char *prelude, const char *identity, const char *dir)
{
	struct strbuf key = STRBUF_INIT;
	char hex[33];

	strbuf_addf(&key, "%s\n%s\n%s\n%s\n%s\n", identity, prelude, kb->tree, kb->build,
		    g->cu.directory ? g->cu.directory : "");
	for (size_t i = 0; i < g->args.n; i++)
		strbuf_addf(&key, "%s\n", g->args.v[i]);
	for (size_t i = 0; i < g->headers.n; i++)
		strbuf_addf(&key, "%s\n", g->headers.v[i]);
	hash128_hex(key.buf, key.len, hex);
	g->path = arena_printf(&p->arena, "%s/%s", dir, hex);
	g->dir = arena_strdup(&p->arena, dir);
	vec_push(&g->args, NULL);
	g->cu.argv = g->args.v;
	strbuf_release(&key);
}

void shared_plan(struct shared_plan *p, const struct kbuild *kb, const size_t *units, size_t n,
		 const char *prelude, const char *identity, const char *dir,
		 struct shared_chosen *chosen)
{
	struct key_table t = { 0 };
	char *real = realpath(dir, NULL);

	memset(p, 0, sizeof(*p));
	word_table_init(&t.keys);
	p->group_of = ARENA_ARRAY(&p->arena, uint32_t, n);
	for (size_t i = 0; i < n; i++) {
		p->group_of[i] = group_for(p, &t, &kb->units.v[units[i]]);
		p->groups.v[p->group_of[i]].n_units++;
	}
	for (uint32_t i = 0; i < p->groups.n; i++) {
		struct shared_group *g = &p->groups.v[i];
		const char *command = word_table_text(&t.keys, i);
		const struct shared_choice *known = find_choice(chosen, command);

		if (!known && g->n_units < MIN_UNITS)
			continue;
		for (size_t k = 0; known && k < known->n; k++)
			vec_push(&g->headers, arena_strdup(&p->arena, known->headers[k]));
		if (!known) {
			read_group(p, i, kb, units, n);
			remember_choice(chosen, command, g);
		}
		/* libclang starts relative paths at the working directory of the command. */
		name_group(p, g, kb, prelude, identity, real ? real : dir);
	}
	free(real);
	word_table_release(&t.keys);
	vec_release(&t.group);
}

void shared_chosen_release(struct shared_chosen *c)
{
	vec_release(&c->v);
	arena_release(&c->arena);
}

void shared_plan_release(struct shared_plan *p)
{
	for (size_t i = 0; i < p->groups.n; i++) {
		vec_release(&p->groups.v[i].headers);
		vec_release(&p->groups.v[i].args);
	}
	vec_release(&p->groups);
	arena_release(&p->arena);
}
