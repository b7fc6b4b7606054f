// SPDX-License-Identifier: MIT
#include "known.h"

#include "base/fs.h"
#include "base/log.h"
#include "history/compare.h"
#include "study.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void known_init(struct known_findings *k, const struct options *o)
{
	memset(k, 0, sizeof(*k));
	k->o = o;
	k->git.lock_fd = -1;
}

void known_release(struct known_findings *k)
{
	baseline_release(&k->baseline);
	baseline_release(&k->written);
	baseline_release(&k->revision);
	suppressions_release(&k->suppressions);
	vec_release(&k->evidence);
	git_release(&k->git);
	arena_release(&k->arena);
}

/* In UTC. SOURCE_DATE_EPOCH is what tools take the time from that are to give the same again. */
static const char *today(struct arena *a)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	time_t now = time(NULL);
	char text[16], *end;
	struct tm tm;

	if (epoch && *epoch) {
		long long seconds = strtoll(epoch, &end, 10);

		if (!*end)
			now = (time_t)seconds;
	}
	if (!gmtime_r(&now, &tm) || !strftime(text, sizeof(text), "%Y-%m-%d", &tm))
		return "0000-00-00";
	return arena_strdup(a, text);
}

static bool read_suppressions(struct known_findings *k)
{
	const char *file = k->o->suppressions, *error = NULL;
	struct strbuf names = STRBUF_INIT;
	struct rules rules;
	bool ok = true;

	if (!file)
		return true;
	if (suppressions_read(&k->suppressions, file, &error)) {
		log_error("--suppressions: %s", error);
		return false;
	}
	if (k->suppressions.unsorted)
		log_warn("%s:%u: belongs further up; sorted files are easier to merge", file,
			 k->suppressions.unsorted);
	if (!options_read_rules(k->o, &rules))
		ok = false;
	for (size_t i = 0; i < k->suppressions.v.n && ok; i++) {
		const struct suppression *s = &k->suppressions.v.v[i];

		if (s->id || rules_hazard(&rules, s->rule))
			continue;
		options_rule_names(&rules, &names);
		log_error("--suppressions: %s:%u: there is no rule '%s'; there are %s", file,
			  s->line, s->rule, names.buf);
		ok = false;
	}
	strbuf_release(&names);
	rules_release(&rules);
	return ok;
}

static bool read_evidence(struct known_findings *k)
{
	for (size_t i = 0; i < k->o->evidence.n; i++) {
		const char *error = NULL;
		struct tried_file e;

		if (tried_read(&k->arena, k->o->evidence.v[i], &e, &error)) {
			log_error("--evidence: %s", error);
			return false;
		}
		vec_push(&k->evidence, e);
	}
	return true;
}

static bool read_files(struct known_findings *k)
{
	const struct options *o = k->o;
	const char *error = NULL;

	if (o->baseline && baseline_read(&k->baseline, o->baseline, &error)) {
		log_error("--baseline: %s", error);
		return false;
	}
	/* Its reasons stay. What is no baseline is not overwritten. */
	if (o->write_baseline && fs_exists(o->write_baseline) &&
	    baseline_read(&k->written, o->write_baseline, &error)) {
		log_error("--write-baseline: %s", error);
		return false;
	}
	return read_suppressions(k) && read_evidence(k);
}

/* ---- --since ------------------------------------------------------------------------------- */

/*
 * The config that the older tree is to get, so that both are configured alike;
 * NULL where both are by default. Returns false where that cannot be.
 */
static bool config_of_older(struct known_findings *k, const char **ret)
{
	const struct options *o = k->o;
	const char *dir = o->build ? o->build : o->tree;
	const char *config = fs_join(&k->arena, dir, ".config");

	*ret = o->config;
	if (fs_exists(config)) {
		*ret = config;
		return true;
	}
	if (!o->build && !fs_exists(fs_join(&k->arena, dir, "compile_commands.json")))
		return true;
	log_error("--since: %s has no .config, so the older tree cannot be configured like it; "
		  "give --build DIR with one, or none",
		  dir);
	return false;
}

/* --scope as it is in the older tree; what that does not have is left out. */
static void scope_of_older(struct known_findings *k, const char *older, struct options *ret)
{
	char *real = realpath(k->o->tree, NULL);

	memset(&ret->scope, 0, sizeof(ret->scope));
	for (size_t i = 0; i < k->o->scope.n; i++) {
		const char *path = k->o->scope.v[i];
		const char *below = path[0] == '/' && real ? fs_below(path, real) : path;

		if (below && fs_exists(fs_join(&k->arena, older, below)))
			vec_push(&ret->scope, arena_strdup(&k->arena, below));
	}
	free(real);
}

static bool analyse_older(struct known_findings *k, const char *older, const char *config)
{
	struct options o = *k->o;
	struct study st;
	bool ok = true;

	o.tree = older;
	o.build = NULL;
	o.config = config;
	o.profile = false;
	memset(&o.facts, 0, sizeof(o.facts)); /* they are of TREE */
	scope_of_older(k, older, &o);
	study_init(&st, &o);
	log_info("--since %s: reading that tree first", k->o->since);
	/* Nothing of the scope was there: then there was nothing to find. */
	if (o.scope.n || !k->o->scope.n)
		ok = study_run(&st);
	if (ok) {
		baseline_take(&k->revision, &st.report);
		if (st.report.n_failed)
			log_warn("--since %s: %zu of its units could not be read; what they have "
				 "is reported as new",
				 k->o->since, st.report.n_failed);
	} else {
		log_error("--since %s: that tree could not be analysed", k->o->since);
	}
	study_release(&st);
	vec_release(&o.scope);
	return ok;
}

static void on_tick(void *data)
{
	progress_tick();
}

static bool read_since(struct known_findings *k)
{
	const struct options *o = k->o;
	const char *cache = options_cache(o, &k->arena);
	const char *error = NULL, *older, *config;

	if (!o->since)
		return true;
	if (!cache) {
		log_error(
			"--since: there is no folder to keep a worktree in (HOME is not set): give "
			"--cache DIR");
		return false;
	}
	if (git_open(&k->git, o->tree, &error) ||
	    git_commit(&k->git, o->since, &k->since_commit, &error)) {
		log_error("--since: %s", error);
		return false;
	}
	if (!config_of_older(k, &config))
		return false;
	progress_stage("checking out the older tree", 0);
	k->git.tick = on_tick;
	if (git_worktree(&k->git, k->since_commit, cache, &older, &error)) {
		log_error("--since: %s", error);
		return false;
	}
	return analyse_older(k, older, config);
}

bool known_read(struct known_findings *k)
{
	k->today = today(&k->arena);
	return read_files(k) && read_since(k);
}

/* ---- after the analysis ---------------------------------------------------------------------- */

static bool wants_commits(const struct options *o)
{
	for (size_t i = 0; i < o->outputs.n; i++) {
		if (o->outputs.v[i].writer->names_commits)
			return true;
	}
	return false;
}

/* With the whole history to look through a question takes seconds: notes are not worth it. */
static void find_last_changes(struct known_findings *k, struct report *r)
{
	const char *error;

	if (!wants_commits(k->o) || git_open(&k->git, k->o->tree, &error))
		return;
	progress_stage("looking for commits", r->n_findings);
	for (size_t i = 0; i < r->n_findings; i++) {
		struct finding *f = &r->findings[i];

		if (!finding_known(f) && f->severity != SEV_NOTE)
			f->brought = git_last_change(&k->git, &f->location, &k->arena);
		progress_update(i + 1, r->n_findings);
	}
	progress_end();
}

static void find_brought(struct known_findings *k, struct report *r)
{
	if (!k->o->since) {
		find_last_changes(k, r);
		return;
	}
	for (size_t i = 0; i < r->n_findings; i++) {
		struct finding *f = &r->findings[i];

		if (finding_new(f))
			f->brought = git_brought(&k->git, k->since_commit, f, &k->arena);
	}
}

static void say_stale(const struct known_findings *k, const struct report *r)
{
	for (size_t i = 0; i < r->n_fixed; i++) {
		const struct fixed *x = &r->fixed[i];

		if (strcmp(x->listed, "baseline") != 0)
			continue;
		log_warn("%s: %s%s%s%s%s was not found any more%s; --write-baseline leaves it out",
			 k->o->baseline, x->id, *x->code ? " " : "", x->code,
			 *x->function ? " " : "", x->function,
			 r->n_failed ? " (but units failed)" : "");
	}
	for (size_t i = 0; i < r->n_idle; i++)
		log_warn("%s: '%s': %s", k->o->suppressions, r->idle[i].entry, r->idle[i].why);
}

/* What is fixed meanwhile, or of another tree, is no mistake. */
static void give_evidence(struct known_findings *k, struct report *r)
{
	for (size_t i = 0; i < k->evidence.n; i++) {
		const struct tried_file *e = &k->evidence.v[i];
		size_t idle = tried_give(e, r);

		if (idle)
			log_warn("%s: %zu of its %zu findings %s not in this report", e->name, idle,
				 e->n, idle == 1 ? "is" : "are");
	}
}

void known_mark(struct known_findings *k, struct report *r)
{
	struct known_before before = {
		.baseline = k->o->baseline ? &k->baseline : NULL,
		.revision = k->o->since ? &k->revision : NULL,
		.suppressions = k->o->suppressions ? &k->suppressions : NULL,
		.today = k->today,
	};

	r->since = k->o->since;
	r->since_commit = k->since_commit;
	mark_known(r, &k->arena, &before);
	find_brought(k, r);
	give_evidence(k, r);
	say_stale(k, r);
}

bool known_write(struct known_findings *k, const struct report *r)
{
	const char *file = k->o->write_baseline;
	struct strbuf sb = STRBUF_INIT;
	int err;

	if (!file)
		return true;
	if (r->n_failed)
		log_warn("%s will lack what the units have that could not be read", file);
	baseline_write(r, k->written.v.n ? &k->written : &k->baseline, &sb);
	err = fs_write(file, sb.buf, sb.len);
	strbuf_release(&sb);
	if (err)
		log_error("--write-baseline: cannot write %s: %s", file, strerror(-err));
	return !err;
}
