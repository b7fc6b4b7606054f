// SPDX-License-Identifier: MIT
#include "study_kept.h"

#include "base/fs.h"
#include "base/hash.h"
#include "base/log.h"

#include <dirent.h>
#include <string.h>

/* ---- what a result depends on -------------------------------------------------------------- */

static void add_text(struct strbuf *sb, const char *s)
{
	strbuf_addstr(sb, s ? s : "");
	strbuf_addch(sb, s ? '\0' : '\1');
}

static void add_number(struct strbuf *sb, uint64_t n)
{
	strbuf_add(sb, &n, sizeof(n));
}

static int add_rule_file(void *data, const char *path, const char *name, unsigned char type)
{
	struct strbuf *sb = data, text = STRBUF_INIT;

	if (type == DT_DIR)
		return 0;
	add_text(sb, name);
	fs_read(path, &text);
	add_number(sb, text.len);
	strbuf_add(sb, text.buf, text.len);
	strbuf_release(&text);
	return 0;
}

static void add_rules(const struct study *st, struct strbuf *sb)
{
	struct arena a = ARENA_INIT;

	fs_walk(options_rules_dir(&a), add_rule_file, sb);
	add_number(sb, st->o->rules.n);
	for (size_t i = 0; i < st->o->rules.n; i++) {
		if (fs_is_dir(st->o->rules.v[i]))
			fs_walk(st->o->rules.v[i], add_rule_file, sb);
		else
			add_rule_file(sb, st->o->rules.v[i], "", DT_REG);
	}
	arena_release(&a);
}

/* All compile commands; most words are those of the unit before. */
static void add_units(const struct kbuild *kb, struct strbuf *sb)
{
	static const char *const none[] = { NULL };
	const char *const *last = none;

	add_number(sb, kb->units.n);
	for (size_t i = 0; i < kb->units.n; i++) {
		const struct compile_unit *u = &kb->units.v[i];
		const char *const *argv = (const char *const *)u->argv;
		bool beyond = false;
		size_t n = 0;

		add_text(sb, u->file);
		add_text(sb, u->path);
		add_text(sb, u->object);
		add_text(sb, u->directory);
		add_number(sb, u->ftrace);
		for (; argv[n]; n++) {
			beyond = beyond || !last[n];
			if (!beyond && !strcmp(last[n], argv[n]))
				continue;
			add_number(sb, n);
			add_text(sb, argv[n]);
		}
		/* How many there are: no word has that number. */
		add_number(sb, n);
		last = argv;
	}
}

/* All that shapes the result, but for the files of the tree and the binaries. */
static void add_frame(const struct study *st, struct strbuf *sb)
{
	const struct kbuild *kb = &st->kb;

	strbuf_addstr(sb, result_makers);
	extract_identity(sb, false);
	add_rules(st, sb);
	add_number(sb, st->sections);
	add_number(sb, st->whatif != NULL);
	add_number(sb, st->o->all);
	add_number(sb, st->o->scope.n);
	for (size_t i = 0; i < st->o->scope.n; i++)
		add_text(sb, st->o->scope.v[i]);
	add_text(sb, st->o->vmlinux);
	add_text(sb, st->o->functions);
	add_text(sb, kb->tree);
	add_text(sb, kb->build);
	add_units(kb, sb);
}

static const char *build_config(struct study *st)
{
	return fs_join(&st->arena, st->kb.build, ".config");
}

/* What binaries are looked into: those that were named, or the user's build's objects. */
static void binaries(struct study *st, struct kept_paths *paths)
{
	if (st->o->functions)
		kept_paths_add(paths, st->o->functions);
	if (st->o->vmlinux)
		kept_paths_add(paths, st->o->vmlinux);
	if (st->o->functions || st->o->vmlinux || kbuild_is_own(&st->kb))
		return;
	for (size_t i = 0; i < st->units.v.n; i++)
		kept_paths_add(paths, fs_join(&st->arena, st->kb.build,
					      st->kb.units.v[st->units.v.v[i]].object));
}

/* Which functions of units that were not read there are, and where. */
static void add_index(const struct study *st, struct strbuf *sb)
{
	const struct source_index *idx = &st->index;

	for (size_t i = 0; i < idx->names.n; i++) {
		const struct index_name *name = &idx->names.v[i];

		add_text(sb, name->name);
		for (size_t k = name->first; k < name->first + name->n; k++) {
			const struct index_def *d = &idx->defs.v[k];

			add_text(sb, d->file);
			add_number(sb, d->unit);
			add_number(sb, d->is_static | d->notrace << 1);
		}
	}
}

/* ---- the study ------------------------------------------------------------------------------- */

/*
 * Facts that travelled are checked where they are; sparse is asked anew. A profile
 * is of an analysis, names on the command line are looked up in the program, and a
 * comparison is no part of what is kept.
 */
void study_kept_begin(struct study_kept *k, struct study *st)
{
	const struct options *o = st->o;

	memset(k, 0, sizeof(*k));
	strbuf_init(&k->facts);
	k->dir = options_cache(o, &st->arena);
	k->on = k->dir && !o->no_cache && !o->facts.n && !o->sparse && !o->profile &&
		!st->needs_program && !st->compare;
	clock_gettime(CLOCK_REALTIME, &k->since);
}

static void note_use(const struct study *st, const char *dir, const struct kept_facts *facts)
{
	struct facts_cache c;

	if (!facts_cache_open(&c, dir, st->o->cache_size))
		for (size_t i = 0; i < facts->v.n; i++)
			facts_cache_touch(&c, &facts->v.v[i]);
	facts_cache_release(&c);
}

bool study_kept_unchanged(struct study_kept *k, struct study *st)
{
	struct strbuf sb = STRBUF_INIT;
	struct kept_facts facts = { 0 };
	bool found;

	if (!k->on)
		return false;
	add_frame(st, &sb);
	k->state = kept_key(sb.buf, sb.len);
	strbuf_release(&sb);
	found = kept_state_find(k->dir, &k->state, &k->result, &facts) &&
		kept_result_find(k->dir, &k->result, &st->arena, &st->report);
	if (found) {
		log_info("%zu units from the cache, 0 parsed: nothing has changed since", facts.v.n);
		note_use(st, k->dir, &facts);
	}
	vec_release(&facts.v);
	return found;
}

void study_kept_add_facts(struct study_kept *k, const struct study *st, size_t first)
{
	struct strbuf facts = STRBUF_INIT;
	char hex[33];

	for (size_t i = first; i < st->units.v.n && k->on; i++) {
		strbuf_reset(&facts);
		facts_encode(&st->results[i].facts, &facts);
		hash128_hex(facts.buf, facts.len, hex);
		add_text(&k->facts, hex);
		add_text(&k->facts, st->results[i].error);
	}
	strbuf_release(&facts);
}

/* What the program says depends on the facts so far, and on what made them. */
static struct kept_key answer_key(const struct study_kept *k, enum study_does step)
{
	struct strbuf sb = STRBUF_INIT;
	struct kept_key key;

	add_text(&sb, k->state.hex);
	add_number(&sb, step);
	strbuf_add(&sb, k->facts.buf, k->facts.len);
	key = kept_key(sb.buf, sb.len);
	strbuf_release(&sb);
	return key;
}

bool study_kept_answer(const struct study_kept *k, enum study_does step, struct arena *a,
		       struct study_answer *ret)
{
	const struct kept_key key = answer_key(k, step);

	return k->on && kept_names_find(k->dir, &key, a, ret->names, ARRAY_SIZE(ret->names));
}

void study_kept_store_answer(const struct study_kept *k, enum study_does step,
			     const struct study_answer *answer)
{
	const struct kept_key key = answer_key(k, step);

	if (k->on)
		kept_names_store(k->dir, &key, answer->names, ARRAY_SIZE(answer->names));
}

bool study_kept_same(struct study_kept *k, struct study *st)
{
	struct strbuf sb = STRBUF_INIT;
	struct kept_paths paths = { 0 };
	bool found;

	if (!k->on)
		return false;
	add_text(&sb, k->state.hex);
	binaries(st, &paths);
	for (size_t i = 0; i < paths.v.n; i++)
		kept_add_stamp(paths.v.v[i], &sb);
	kept_paths_release(&paths);
	add_index(st, &sb);
	for (size_t i = 0; i < st->units.v.n; i++)
		add_number(&sb, st->units.v.v[i]);
	strbuf_add(&sb, k->facts.buf, k->facts.len);
	k->result = kept_key(sb.buf, sb.len);
	strbuf_release(&sb);
	found = kept_result_find(k->dir, &k->result, &st->arena, &st->report);
	if (found)
		log_info("all facts are the same: the result of an earlier run");
	return found;
}

void study_kept_store(struct study_kept *k, struct study *st)
{
	if (k->on)
		kept_result_store(k->dir, &k->result, &st->report);
}

static void add_path(void *data, const char *path)
{
	kept_paths_add(data, path);
}

void study_kept_end(struct study_kept *k, struct study *st)
{
	struct kept_paths paths = { 0 };
	struct kept_facts facts = { 0 };
	bool known = k->on && !st->generated;

	binaries(st, &paths);
	for (size_t i = 0; i < st->units.v.n && known; i++) {
		struct pool_result *r = &st->results[i];

		known = r->found || facts_cache_confirm(&st->cache, &r->key);
		vec_push(&facts.v, r->key);
	}
	if (known && deps_view_paths(st->cache.view, add_path, &paths)) {
		kept_paths_add(&paths, build_config(st));
		for (size_t i = 0; i < st->index.looked.n; i++)
			kept_paths_add(&paths, st->index.looked.v[i]);
		kept_state_store(k->dir, &k->state, &k->result, &facts, &paths, &k->since);
	}
	kept_paths_release(&paths);
	vec_release(&facts.v);
	strbuf_release(&k->facts);
}
