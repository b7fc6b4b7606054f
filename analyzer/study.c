// SPDX-License-Identifier: MIT
#include "study.h"

#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "sparse/sparse.h"
#include "study_join.h"
#include "study_kept.h"

#include <errno.h>
#include <malloc.h>
#include <string.h>

static void on_stage(void *data, const char *stage)
{
	progress_stage(stage, 0);
	log_info("%s", stage);
}

static void on_tick(void *data)
{
	progress_tick();
}

/* --scope as a path relative to the tree, however it was written. */
static const char *scope_path(struct study *st, const char *path)
{
	const char *below = path[0] == '/' ? fs_below(path, st->kb.tree) : NULL;

	return below ? below : path;
}

static void open_source_index(struct study *st)
{
	struct index_options io = {
		.identifiers = st->rules.scope.defines.v,
		.n_identifiers = st->rules.scope.defines.n,
		.words = &st->rules.tree.notrace_words,
		.cache = index_cache_file(&st->kb, "scope", &st->arena),
		.jobs = st->o->jobs,
	};

	progress_stage("looking through all sources", 0);
	index_open(&st->index, &st->kb, &io);
	log_info("%zu functions in %zu files, %zu read anew", st->index.names.n, st->index.n_files,
		 st->index.n_read);
}

static void add_defining_units(struct study *st)
{
	const struct names *defines = &st->rules.scope.defines;

	for (size_t i = 0; i < defines->n; i++) {
		size_t n;
		const size_t *units = index_mentions(&st->index, defines->v[i], &n);

		for (size_t j = 0; j < n; j++)
			unit_list_add(&st->units, units[j]);
	}
}

bool study_select_units(struct study *st)
{
	open_source_index(st);
	if (st->o->scope.n) {
		for (size_t i = 0; i < st->o->scope.n; i++) {
			const char *path = scope_path(st, st->o->scope.v[i]);

			if (kbuild_scope(&st->kb, path, &st->units))
				continue;
			if (fs_exists(fs_join(&st->arena, st->kb.tree, path)))
				log_error("--scope %s: this config compiles nothing there", path);
			else
				log_error("--scope %s: there is no such file or folder in %s", path,
					  st->o->tree);
			return false;
		}
	} else {
		/* Paths of the rules that this kernel does not have are of other versions. */
		for (size_t i = 0; i < st->rules.scope.paths.n; i++)
			kbuild_scope(&st->kb, st->rules.scope.paths.v[i], &st->units);
		st->joins = !st->o->all || st->units.v.n;
		/* Nothing can join where nothing is: then all units are the scope. */
		if (!st->joins)
			kbuild_scope(&st->kb, "", &st->units);
	}
	/* Which programs get which helpers has to be known whatever is looked at. */
	add_defining_units(st);
	if (!st->units.v.n) {
		log_error("none of the %zu units of %s is in the default scope; name folders with "
			  "--scope, or use --all", st->kb.units.n, st->o->tree);
		return false;
	}
	return true;
}

static struct kbuild_options kbuild_options_of(struct study *st)
{
	const struct rule_scope *scope = &st->rules.scope;

	return (struct kbuild_options){
		.tree = st->o->tree,
		.build = st->o->build,
		.config = st->o->config,
		.arch = st->o->arch,
		.cache = options_cache(st->o, &st->arena),
		.offline = st->o->offline,
		.jobs = st->o->jobs,
		.scope = st->o->scope.n ? st->o->scope.v : scope->paths.v,
		.n_scope = st->o->scope.n ? st->o->scope.n : scope->paths.n,
		.progress = on_stage,
		.tick = on_tick,
	};
}

static bool open_tree(struct study *st)
{
	struct kbuild_options ko = kbuild_options_of(st);
	const char *error = NULL;

	if (kbuild_open(&st->kb, &ko, &st->rules, &error)) {
		log_error("%s", error);
		return false;
	}
	for (size_t i = 0; i < st->kb.missing.n; i++) {
		const struct kconfig_missing *m = &st->kb.missing.v[i];

		log_warn("CONFIG_%s is not as the rules want it: %s%s%s", m->symbol, m->why,
			 m->without ? "; " : "", m->without ? m->without : "");
	}
	log_info("%zu compile commands, kernel %s, config: %s", st->kb.units.n,
		 st->kb.kernel_version, st->kb.config);
	return true;
}

static void on_unit(void *data, size_t done, size_t total)
{
	progress_update(done, total);
}

/* The facts of earlier runs, or NULL: without them everything is read anew, which is no error. */
static struct facts_cache *open_cache(struct study *st)
{
	const char *dir = st->o->no_cache ? NULL : options_cache(st->o, &st->arena);
	int err;

	if (!dir)
		return NULL;
	err = facts_cache_open(&st->cache, dir, st->o->cache_size);
	if (err) {
		log_warn("cannot keep facts in %s: %s", dir, strerror(-err));
		return NULL;
	}
	return &st->cache;
}

/* Units from number @first on that could not be read, once more, if what they miss can be made. */
static int read_failed_again(struct study *st, size_t first, struct pool_options *po)
{
	struct kbuild_options ko = kbuild_options_of(st);
	size_t *units = ARENA_ARRAY(&st->arena, size_t, st->units.v.n);
	size_t *at = ARENA_ARRAY(&st->arena, size_t, st->units.v.n), n = 0;
	size_t n_found, n_given;
	struct pool_result *again;
	int err;

	for (size_t i = first; i < st->units.v.n; i++) {
		if (!st->results[i].error)
			continue;
		at[n] = i;
		units[n++] = st->units.v.v[i];
	}
	if (!n || !kbuild_generate(&st->kb, &ko, &st->rules))
		return 0;
	/* What was looked at before is not what the result depends on now. */
	st->generated = true;
	if (po->cache)
		facts_cache_look_again(po->cache);
	if (po->given)
		facts_cache_look_again(po->given);
	progress_stage("reading units", n);
	again = ARENA_ARRAY(&st->arena, struct pool_result, n);
	n_found = po->cache ? po->cache->n_found : 0;
	n_given = po->given ? po->given->n_found : 0;
	err = pool_extract(&st->kb, &st->rules, units, n, po, again, &st->arena);
	/* Each unit counts once. */
	if (po->cache)
		po->cache->n_found = n_found;
	if (po->given)
		po->given->n_found = n_given;
	for (size_t i = 0; i < n && !err; i++)
		st->results[at[i]] = again[i];
	return err;
}

/*
 * Reads the units of the study from number @first on. Without the cache nothing
 * of this run stays, headers neither.
 */
static bool extract_units(struct study *st, size_t first, const struct facts_cache *cache,
			  struct pool_options *po)
{
	size_t n = st->units.v.n;
	struct pool_result *results = ARENA_ARRAY(&st->arena, struct pool_result, n);
	int err;

	progress_stage("reading units", n - first);
	po->jobs = st->o->jobs;
	po->progress = on_unit;
	po->headers = cache ? cache->headers : NULL;
	po->chosen = &st->chosen;
	if (first)
		memcpy(results, st->results, first * sizeof(*results));
	st->results = results;
	err = pool_extract(&st->kb, &st->rules, st->units.v.v + first, n - first, po,
			   results + first, &st->arena);
	if (!err)
		err = read_failed_again(st, first, po);
	if (err)
		log_error("cannot start worker processes: %s", strerror(-err));
	return !err;
}

/* Facts of --facts. @ret is NULL if there are none. */
static bool open_given(struct study *st, struct facts_cache **ret)
{
	int err;

	*ret = NULL;
	if (!st->o->facts.n)
		return true;
	err = facts_cache_open_travelling(&st->given, NULL, st->kb.tree, st->kb.build);
	for (size_t i = 0; i < st->o->facts.n && !err; i++) {
		err = facts_cache_add(&st->given, st->o->facts.v[i]);
		if (err)
			log_error("--facts %s: %s", st->o->facts.v[i], strerror(-err));
	}
	if (err)
		return false;
	if (!st->given.entries.n) {
		log_error("--facts %s: there are no facts in it; 'relock facts' makes them",
			  st->o->facts.v[0]);
		return false;
	}
	*ret = &st->given;
	return true;
}

static void tell_given(const struct study *st, size_t n)
{
	size_t n_read = n - st->cache.n_found - st->given.n_found;

	if (n_read)
		log_warn("--facts: %zu of %zu units were read here, as there are no facts of them "
			 "there, or of other sources, flags, libclang or relock", n_read, n);
}

static void link_units(struct study *st, const struct study_step *step)
{
	struct facts *facts = ARENA_ARRAY(&st->arena, struct facts, step->n);
	struct pool_result *results = st->results + step->first;

	for (size_t i = 0; i < step->n; i++)
		facts[i] = results[i].facts;
	progress_stage("linking", 0);
	log_info("linking %zu units", step->n);
	if (step->first)
		program_extend(&st->program, facts, step->n, step->holds);
	else
		program_link(&st->program, &st->rules, facts, step->n);
	for (size_t i = 0; i < step->n; i++)
		memset(&results[i].facts, 0, sizeof(results[i].facts));
}

struct study_answer study_catch_up(struct study *st, struct arena *a)
{
	struct study_answer ret = { 0 };

	for (; st->n_done < st->steps.n; st->n_done++) {
		const struct study_step *step = &st->steps.v[st->n_done];

		switch (step->does) {
		case STUDY_LINKS:
			link_units(st, step);
			break;
		case STUDY_ASKS_ENDS:
			analyse_open_ends(&st->program, a, &ret.names[0]);
			break;
		case STUDY_ASKS_HOLDERS:
			analyse_holders(&st->program, a, &ret.names[0], &ret.names[1],
					&ret.names[2]);
			break;
		}
	}
	return ret;
}

/* Reads the units, and then those that join them; they are linked when the program is needed. */
static bool read_all(struct study *st, const struct facts_cache *cache, struct pool_options *po,
		     struct study_kept *kept)
{
	size_t n = 0;

	do {
		if (!extract_units(st, n, cache, po))
			return false;
		study_kept_add_facts(kept, st, n);
		vec_push(&st->steps, ((struct study_step){ .does = STUDY_LINKS, .first = n,
							   .n = st->units.v.n - n,
							   .holds = st->holders_join }));
		n = st->units.v.n;
	} while (st->joins && study_join_units(st, kept));
	return true;
}

bool study_extract_to(struct study *st, struct facts_cache *to)
{
	struct facts_cache *cache = open_cache(st);
	struct pool_options po = { .cache = to ? to : cache };
	struct study_kept none = { .on = false };

	return read_all(st, cache, &po, &none);
}

bool study_list_units(struct study *st)
{
	if (!st->o->all)
		return !st->joins || study_extract_to(st, NULL);
	kbuild_scope(&st->kb, "", &st->units);
	return true;
}

/* Fills the report with what is known of the units. Returns false if none could be read. */
static bool read_units(struct study *st, struct study_kept *kept)
{
	struct pool_options po = { .made = &st->headers };
	struct report *r = &st->report;
	size_t n;

	log_info("reading %zu units", st->units.v.n);
	if (!open_given(st, &po.given))
		return false;
	po.cache = open_cache(st);
	if (!read_all(st, po.cache, &po, kept))
		return false;
	n = st->units.v.n;
	log_info("%zu units from the cache, %zu parsed", st->cache.n_found,
		 n - st->cache.n_found - st->given.n_found);
	if (po.given)
		tell_given(st, n);
	r->units_total = n;
	r->failed = ARENA_ARRAY(&st->arena, struct failed_unit, n);
	for (size_t i = 0; i < n; i++) {
		struct failed_unit failed = {
			.file = st->kb.units.v[st->units.v.v[i]].file,
			.error = st->results[i].error,
		};

		if (failed.error)
			r->failed[r->n_failed++] = failed;
	}
	r->units_analysed = n - r->n_failed;
	if (!r->units_analysed) {
		log_error("none of %zu units could be read; the first, %s: %s", n,
			  r->failed[0].file, r->failed[0].error);
		return false;
	}
	return true;
}

static void warn_of_failed(const struct report *r)
{
	if (r->n_failed)
		log_warn("%zu of %zu units could not be read; the first, %s: %s", r->n_failed,
			 r->units_total, r->failed[0].file, r->failed[0].error);
}

static void describe_kernel(struct study *st)
{
	struct report *r = &st->report;

	r->tool_version = RELOCK_VERSION;
	r->tree = st->kb.tree;
	r->kernel_version = st->kb.kernel_version;
	r->kernel_config = st->kb.config;
	r->config_missing = ARENA_ARRAY(&st->arena, struct config_miss, st->kb.missing.n);
	for (size_t i = 0; i < st->kb.missing.n; i++) {
		const struct kconfig_missing *m = &st->kb.missing.v[i];
		struct config_miss *miss = &r->config_missing[r->n_config_missing++];

		miss->symbol = m->symbol;
		miss->why = m->without ?
				    arena_printf(&st->arena, "%s; %s", m->why, m->without) :
				    m->why;
	}
}

static void describe_rules(struct study *st)
{
	struct report *r = &st->report;

	r->rules = ARENA_ARRAY(&st->arena, struct rule_text, st->rules.hazards.n);
	for (size_t i = 0; i < st->rules.hazards.n; i++) {
		const struct rule_hazard *h = &st->rules.hazards.v[i];
		struct rule_text text = {
			.code = h->code, .name = h->name, .title = h->title, .page = h->page
		};

		r->rules[r->n_rules++] = text;
	}
}

static void on_analysis(void *data, const char *what, size_t done, size_t total)
{
	const char **stage = data;

	if (*stage != what) {
		*stage = what;
		progress_stage(what, total);
	}
	progress_update(done, total);
}

static bool find_outside(void *data, const char *function, struct outside_def *ret)
{
	const struct study *st = data;
	const struct index_def *d = index_find_external(&st->index, function);

	if (!d)
		return false;
	ret->file = d->file;
	ret->ftrace = st->kb.units.v[d->unit].ftrace;
	ret->notrace = d->notrace;
	return true;
}

static bool find_binary(void *data, const char *function, const char *unit, bool is_static,
			struct binary_def *ret)
{
	const struct study *st = data;
	struct evidence_answer a = evidence_find(&st->evidence, function, unit, is_static);

	switch (a.says) {
	case EVIDENCE_NONE:
		return false;
	case EVIDENCE_TRACED:
		ret->says = BINARY_TRACED;
		break;
	case EVIDENCE_CLONED:
		ret->says = BINARY_CLONED;
		break;
	case EVIDENCE_NO_LOCATION:
		ret->says = BINARY_NO_LOCATION;
		break;
	case EVIDENCE_ABSENT:
		ret->says = BINARY_ABSENT;
		break;
	}
	ret->source = a.source;
	ret->clone = a.clone;
	ret->n_same = a.n_same;
	ret->btf_known = a.btf != EVIDENCE_BTF_UNKNOWN;
	ret->in_btf = a.btf == EVIDENCE_BTF_YES;
	return true;
}

/* The objects of a build are evidence where the user names nothing better. */
static void add_objects(struct study *st)
{
	for (size_t i = 0; i < st->units.v.n; i++) {
		const struct compile_unit *u = &st->kb.units.v[st->units.v.v[i]];

		evidence_add_object(&st->evidence, fs_join(&st->arena, st->kb.build, u->object),
				    u->object, u->file);
	}
	evidence_end_objects(&st->evidence, st->units.v.n);
}

/* Opens the binaries that the user names. */
static bool open_evidence(struct study *st)
{
	const char *error = NULL;

	progress_stage("reading binaries", 0);
	if (st->o->functions &&
	    evidence_add_functions(&st->evidence, st->o->functions, &error)) {
		log_error("--functions %s: %s", st->o->functions, error);
		return false;
	}
	if (st->o->vmlinux && evidence_add_vmlinux(&st->evidence, st->o->vmlinux, &error)) {
		log_error("--vmlinux %s: %s", st->o->vmlinux, error);
		return false;
	}
	return true;
}

/* Without any such file the objects of the build serve, of the units that were read. */
static bool complete_evidence(struct study *st)
{
	struct report *r = &st->report;

	if (!evidence_any(&st->evidence) && !kbuild_is_own(&st->kb))
		add_objects(st);
	if (st->compare && !evidence_any(&st->evidence)) {
		log_error("--compare: there is no binary to compare with; name one with --vmlinux or "
			  "--functions, or a build directory that has objects with --build");
		return false;
	}
	r->evidence.v = st->evidence.lines.v;
	r->evidence.n = st->evidence.lines.n;
	return true;
}

static void find_hazards(struct study *st)
{
	const char *stage = NULL;
	struct analyse_options ao = {
		.find_outside = find_outside,
		.find_binary = evidence_any(&st->evidence) ? find_binary : NULL,
		.find_data = st,
		.progress = on_analysis,
		.data = &stage,
		.sections = st->sections,
		.compare = st->compare,
		.whatif = st->whatif,
		.profile = st->o->profile ? &st->profile : NULL,
	};
	double at = seconds_now();

	/* Each call that is followed takes some and gives it back: not to the kernel, each time. */
	mallopt(M_TRIM_THRESHOLD, 256 << 20);
	mallopt(M_TOP_PAD, 16 << 20);
	analyse(&st->program, &ao, &st->arena, &st->report);
	st->seconds.analysis = seconds_now() - at;
}

#define LOCK_IMBALANCE "RL110"

/* Is the warning about the function that the finding stands in? */
static bool is_about(const struct sparse_warning *w, const struct finding *f)
{
	return !strcmp(f->location.function, w->function) &&
	       (!strcmp(f->location.file, w->file) || !strcmp(f->location.file, w->unit));
}

static const struct finding *imbalance_in(const struct report *r, const struct sparse_warning *w)
{
	for (size_t i = 0; i < r->n_findings; i++) {
		const struct finding *f = &r->findings[i];

		if (!strcmp(f->code, LOCK_IMBALANCE) && is_about(w, f))
			return f;
	}
	return NULL;
}

static const struct sparse_warning *warning_about(const struct sparse_result *s,
						  const struct finding *f)
{
	for (size_t i = 0; i < s->n_warnings; i++) {
		if (is_about(&s->warnings[i], f))
			return &s->warnings[i];
	}
	return NULL;
}

/*
 * Where the function is that sparse warns of: it may name a line of a header
 * that was inlined into it, which says nothing.
 */
static struct location warned_place(const struct study *st, const struct sparse_warning *w)
{
	const struct program *p = &st->program;

	for (uint32_t i = 0; i < p->funcs.n; i++) {
		const struct func *fn = &p->funcs.v[i];
		struct location l;

		if (!fn->defined || strcmp(func_name(p, i), w->function) != 0)
			continue;
		l = program_location(p, &func_fact(p, fn)->loc, i);
		if (l.file && !strcmp(program_str(p, func_facts(p, fn)->unit.file), w->unit) &&
		    strcmp(l.file, w->file) != 0)
			return l;
	}
	return (struct location){ w->file, w->line, 1, w->function };
}

static void add_note(struct study *st, struct finding *f, const char *note)
{
	const char **v = ARENA_ARRAY(&st->arena, const char *, f->notes.n + 1);

	if (f->notes.n)
		memcpy(v, f->notes.v, f->notes.n * sizeof(*v));
	v[f->notes.n++] = note;
	f->notes.v = v;
}

/* Says of each lock-imbalance whether sparse sees it too. */
static void compare_imbalances(struct study *st, const struct sparse_result *s)
{
	struct report *r = &st->report;

	for (size_t i = 0; i < r->n_findings; i++) {
		struct finding *f = &r->findings[i];
		const struct sparse_warning *w;

		if (strcmp(f->code, LOCK_IMBALANCE) != 0)
			continue;
		w = warning_about(s, f);
		add_note(st, f,
			 w ? arena_printf(&st->arena, "both say so: sparse %s at %s:%u, \"%s\"",
					  s->version, w->file, w->line, sparse_kind_text(w->kind)) :
			     arena_printf(&st->arena, "relock only: sparse %s does not warn of %s()",
					  s->version, f->location.function));
	}
}

static void ask_sparse(struct study *st)
{
	const char **reads = ARENA_ARRAY(&st->arena, const char *, st->units.v.n);
	struct sparse_options so = { .jobs = st->o->jobs, .progress = on_unit,
				     .cache = st->cache.opinions, .reads = reads };
	struct second_opinions *to = &st->report.sparse;
	struct sparse_result s;
	int err;

	for (size_t i = 0; i < st->units.v.n; i++)
		reads[i] = st->results[i].reads;
	progress_stage("asking sparse", st->units.v.n);
	err = sparse_run(&st->kb, st->units.v.v, st->units.v.n, &so, &st->arena, &s);
	if (err) {
		to->missing = err == -ENOENT ? "sparse is not installed: no second opinion on locks" :
					       "sparse could not be run: no second opinion on locks";
		log_warn("--sparse: %s", to->missing);
		return;
	}
	to->version = s.version;
	to->n = s.n_warnings;
	to->v = ARENA_ARRAY(&st->arena, struct second_opinion, s.n_warnings);
	for (size_t i = 0; i < s.n_warnings; i++) {
		const struct sparse_warning *w = &s.warnings[i];
		const struct finding *f = imbalance_in(&st->report, w);

		to->v[i].location = warned_place(st, w);
		to->v[i].what = sparse_kind_text(w->kind);
		to->v[i].finding = f ? f->id : NULL;
	}
	analyse_opinions(&st->program, &st->arena, to);
	to->n_failed = s.n_failed;
	to->failed = ARENA_ARRAY(&st->arena, struct failed_unit, s.n_failed);
	for (size_t i = 0; i < s.n_failed; i++)
		to->failed[i] = (struct failed_unit){ s.failed[i].file, s.failed[i].error };
	compare_imbalances(st, &s);
	log_info("sparse %s: %zu warnings of lock contexts, %zu units not read to the end, %zu of %zu "
		 "units from the cache", s.version, s.n_warnings, s.n_failed, s.n_found,
		 st->units.v.n);
}

void study_init(struct study *st, const struct options *o)
{
	memset(st, 0, sizeof(*st));
	st->kb.lock_fd = -1;
	evidence_init(&st->evidence);
	st->o = o;
}

bool study_open_tree(struct study *st)
{
	return options_read_rules(st->o, &st->rules) && open_tree(st);
}

/* Returns @ok, and how long it was since @at, which becomes now. */
static bool timed(bool ok, double *at, double *ret)
{
	double was = *at;

	*at = seconds_now();
	*ret = *at - was;
	return ok;
}

bool study_run(struct study *st)
{
	struct study_seconds *s = &st->seconds;
	double begin = seconds_now(), at = begin;
	struct study_kept kept;

	if (!timed(study_open_tree(st), &at, &s->tree))
		return false;
	describe_kernel(st);
	describe_rules(st);
	study_kept_begin(&kept, st);
	if (study_kept_unchanged(&kept, st)) {
		warn_of_failed(&st->report);
		return true;
	}
	if (!timed(study_select_units(st) && open_evidence(st), &at, &s->select) ||
	    !timed(read_units(st, &kept) && complete_evidence(st), &at, &s->units))
		return false;
	warn_of_failed(&st->report);
	if (!study_kept_same(&kept, st)) {
		study_catch_up(st, &st->arena);
		s->units += seconds_now() - at;
		find_hazards(st);
		study_kept_store(&kept, st);
	}
	study_kept_end(&kept, st);
	if (st->o->sparse)
		ask_sparse(st);
	s->all = seconds_now() - begin;
	if (st->o->profile) {
		progress_end();
		study_print_profile(st);
	}
	return true;
}

void study_release(struct study *st)
{
	for (size_t i = 0; st->results && i < st->units.v.n; i++)
		facts_release(&st->results[i].facts);
	vec_release(&st->steps);
	interp_profile_release(&st->profile);
	program_release(&st->program);
	facts_cache_release(&st->cache);
	facts_cache_release(&st->given);
	shared_chosen_release(&st->chosen);
	index_release(&st->index);
	evidence_release(&st->evidence);
	vec_release(&st->units.v);
	kbuild_release(&st->kb);
	rules_release(&st->rules);
	arena_release(&st->arena);
}
