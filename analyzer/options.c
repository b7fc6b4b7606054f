// SPDX-License-Identifier: MIT
#include "options.h"

#include "base/fs.h"
#include "base/log.h"
#include "facts/cache.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

enum key {
	KEY_BUILD = 0x100,
	KEY_CONFIG,
	KEY_SCOPE,
	KEY_ALL,
	KEY_ARCH,
	KEY_VMLINUX,
	KEY_FUNCTIONS,
	KEY_SPARSE,
	KEY_RULES,
	KEY_CACHE,
	KEY_CACHE_SIZE,
	KEY_NO_CACHE,
	KEY_OFFLINE,
	KEY_PROJECT,
	KEY_NO_PROJECT,
	KEY_OUTPUT,
	KEY_FAIL_ON,
	KEY_COLOR,
	KEY_PROGRESS,
	KEY_BASELINE,
	KEY_WRITE_BASELINE,
	KEY_SUPPRESSIONS,
	KEY_EVIDENCE,
	KEY_SINCE,
	KEY_FACTS,
	KEY_PROFILE,
};

struct choice {
	const char *name;
	int value;
};

static const struct choice severities[] = {
	{ "error", SEV_ERROR },
	{ "warning", SEV_WARNING },
	{ "note", SEV_NOTE },
	{ "never", FAIL_ON_NEVER },
	{ NULL, 0 },
};

static const struct choice whens_color[] = {
	{ "auto", COLOR_AUTO },
	{ "always", COLOR_ALWAYS },
	{ "never", COLOR_NEVER },
	{ NULL, 0 },
};

static const struct choice whens_progress[] = {
	{ "auto", PROGRESS_AUTO },
	{ "always", PROGRESS_ALWAYS },
	{ "never", PROGRESS_NEVER },
	{ NULL, 0 },
};

static int choose(const struct choice *choices, const char *value, int *ret, struct strbuf *wrong)
{
	for (const struct choice *c = choices; c->name; c++) {
		if (!strcmp(c->name, value)) {
			*ret = c->value;
			return 0;
		}
	}
	strbuf_addstr(wrong, "takes one of ");
	for (const struct choice *c = choices; c->name; c++)
		strbuf_addf(wrong, "%s%s", c == choices ? "" : ", ", c->name);
	strbuf_addf(wrong, ", not '%s'", value);
	return -EINVAL;
}

bool options_values(const char *option, struct strbuf *out)
{
	static const struct {
		const char *option;
		const struct choice *choices;
	} known[] = {
		{ "fail-on", severities },
		{ "color", whens_color },
		{ "progress", whens_progress },
	};

	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		if (strcmp(known[i].option, option) != 0)
			continue;
		for (const struct choice *c = known[i].choices; c->name; c++)
			strbuf_addf(out, "%s%s", c == known[i].choices ? "" : " ", c->name);
		return true;
	}
	return false;
}

/* The format called @name, with its writer if it has one; or NULL. */
static const char *find_format(const struct options *o, const char *name,
			       const struct report_writer **ret_writer)
{
	if (!o->formats) {
		*ret_writer = report_writer_find(o->writers, name);
		return *ret_writer ? (*ret_writer)->name : NULL;
	}
	for (size_t i = 0; o->formats[i]; i++) {
		if (!strcmp(o->formats[i], name))
			return o->formats[i];
	}
	return NULL;
}

static void add_format_names(const struct options *o, struct strbuf *out)
{
	for (size_t i = 0; o->formats ? o->formats[i] != NULL : o->writers[i] != NULL; i++)
		strbuf_addf(out, "%s%s", i ? ", " : "",
			    o->formats ? o->formats[i] : o->writers[i]->name);
}

static int add_output(struct options *o, const char *value, struct strbuf *wrong)
{
	size_t len = strcspn(value, ":");
	struct strbuf text = STRBUF_INIT;
	struct output out = { 0 };

	strbuf_add(&text, value, len);
	out.format = find_format(o, text.buf, &out.writer);
	if (!out.format) {
		strbuf_addf(wrong, "has no format '%s'; there are ", text.buf);
		add_format_names(o, wrong);
	}
	strbuf_release(&text);
	if (!out.format)
		return -EINVAL;
	if (value[len] && value[len + 1] && strcmp(value + len + 1, "-"))
		out.file = value + len + 1;
	vec_push(&o->outputs, out);
	return 0;
}

static int number(const char *value, unsigned int *ret, struct strbuf *wrong)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(value, &end, 10);
	if (errno || !*value || *end || value[0] == '-' || n < 1 || n > 4096) {
		strbuf_addf(wrong, "takes a number from 1 to 4096, not '%s'", value);
		return -EINVAL;
	}
	*ret = (unsigned int)n;
	return 0;
}

/* "2G", "500M", "4096": powers of 1024. */
static int size(const char *value, uint64_t *ret, struct strbuf *wrong)
{
	static const char units[] = "KMGT";
	const char *unit = NULL;
	unsigned long long n;
	unsigned int shift = 0;
	char *end;

	errno = 0;
	n = strtoull(value, &end, 10);
	if (*end && end[1] == '\0')
		unit = strchr(units, *end == 'k' ? 'K' : *end);
	if (unit)
		shift = 10 * (unsigned int)(unit - units + 1);
	if (errno || value[0] < '0' || value[0] > '9' || (*end && !unit) ||
	    n > UINT64_MAX >> shift) {
		strbuf_addf(wrong, "takes a size like 500M or 2G, not '%s'", value);
		return -EINVAL;
	}
	*ret = (uint64_t)n << shift;
	return 0;
}

static error_t parse_option(int key, char *arg, struct argp_state *state);

static const struct argp_option cache_options[] = {
	{ "cache", KEY_CACHE, "DIR", 0,
	  "Where build directories and facts are kept; default: ~/.cache/relock", 1 },
	{ "cache-size", KEY_CACHE_SIZE, "SIZE", 0,
	  "How much the facts of units and the headers they share may take there; default: 2G", 1 },
	{ 0 },
};

const struct argp options_cache_argp = { .options = cache_options, .parser = parse_option };

static const struct argp_option tree_options[] = {
	{ "build", KEY_BUILD, "DIR", 0,
	  "A build directory, or a folder with compile_commands.json, to take compile commands from",
	  1 },
	{ "config", KEY_CONFIG, "FILE", 0, "A config, or part of one, that is merged over the default", 1 },
	{ "arch", KEY_ARCH, "ARCH", 0,
	  "The kernel's ARCH; default: $ARCH, or the host's. Another than the host's takes LLVM=1 or "
	  "CROSS_COMPILE in the environment, as make does", 1 },
	{ "scope", KEY_SCOPE, "PATH", 0,
	  "A folder or file of the tree to analyse, and nothing else (repeatable); default: what the "
	  "rules name, and the units that programs come to from there", 1 },
	{ "all", KEY_ALL, NULL, 0,
	  "The default scope, and all else that goes into vmlinux for what holds the same locks", 1 },
	{ "vmlinux", KEY_VMLINUX, "FILE", 0,
	  "The kernel that was built from this: what can be attached to is looked up in it", 1 },
	{ "functions", KEY_FUNCTIONS, "FILE", 0,
	  "The kernel's list of functions that can be traced, "
	  "available_filter_functions of tracefs: what can be attached to is looked up there", 1 },
	{ "sparse", KEY_SPARSE, NULL, 0,
	  "Ask sparse about the locks of the same units, and say where it and relock agree", 1 },
	{ "jobs", 'j', "N", 0, "Work with N processes; default: one for each CPU", 1 },
	{ "no-cache", KEY_NO_CACHE, NULL, 0, "Read every unit anew, and keep nothing of it", 1 },
	{ "offline", KEY_OFFLINE, NULL, 0, "Never run make: use what is there", 1 },
	{ "project", KEY_PROJECT, "FILE", 0,
	  "Options that are not given here; default: .relock.yaml in TREE, if it is there", 1 },
	{ "no-project", KEY_NO_PROJECT, NULL, 0, "Read no .relock.yaml", 1 },
	{ 0 },
};

static error_t parse_tree(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = o;
		return 0;
	case ARGP_KEY_ARG:
		if (o->tree)
			argp_error(state, "one TREE at a time: '%s' is the second", arg);
		o->tree = arg;
		return 0;
	case ARGP_KEY_END:
		if (!o->tree)
			argp_error(state, "which kernel tree?");
		if (o->all && o->scope.n)
			argp_error(state, "--all and --scope exclude each other");
		if (o->project && o->no_project)
			argp_error(state, "--project and --no-project exclude each other");
		return 0;
	default:
		return parse_option(key, arg, state);
	}
}

static const struct argp_child tree_children[] = {
	{ &options_cache_argp, 0, NULL, 0 },
	{ 0 },
};

const struct argp options_tree_argp = { .options = tree_options,
					.parser = parse_tree,
					.children = tree_children };

static const struct argp_option given_options[] = {
	{ "facts", KEY_FACTS, "DIR", 0,
	  "Facts that 'relock facts' computed, here or elsewhere, in DIR and below it (repeatable): "
	  "only what is missing there is read from the sources", 1 },
	{ "profile", KEY_PROFILE, NULL, 0,
	  "Analyse anew, and say on standard error where the time went: units, functions, states, nested "
	  "runs", 5 },
	{ 0 },
};

const struct argp options_given_argp = { .options = given_options, .parser = parse_option };

static const struct argp_option rules_options[] = {
	{ "rules", KEY_RULES, "PATH", 0, "More rules: a file or a folder (repeatable)", 2 },
	{ 0 },
};

const struct argp options_rules_argp = { .options = rules_options, .parser = parse_option };

static const struct argp_option output_options[] = {
	{ "output", KEY_OUTPUT, "FORMAT[:FILE]", 0,
	  "How and where to report (repeatable); default: text on standard output", 3 },
	{ "color", KEY_COLOR, "WHEN", 0, "auto, always or never", 3 },
	{ 0 },
};

const struct argp options_output_argp = { .options = output_options, .parser = parse_option };

static const struct argp_option known_options[] = {
	{ "baseline", KEY_BASELINE, "FILE", 0,
	  "Findings that are known, as --write-baseline wrote them: only others, and those that are "
	  "worse, count for the exit status", 4 },
	{ "write-baseline", KEY_WRITE_BASELINE, "FILE", 0,
	  "Write what is found now as a baseline; the reasons in FILE stay", 4 },
	{ "since", KEY_SINCE, "REV", 0,
	  "TREE is a git checkout: analyse its revision REV, too, in a worktree below --cache; only "
	  "what REV does not have counts", 4 },
	{ "suppressions", KEY_SUPPRESSIONS, "FILE", 0,
	  "Findings that are not to be reported, a line each: ID or RULE FUNCTION LOCK, then until "
	  "YYYY-MM-DD if that is to end, then # and the reason", 4 },
	{ "evidence", KEY_EVIDENCE, "FILE", 0,
	  "What 'relock lab --output json:FILE' wrote (repeatable): findings carry what was seen of "
	  "them in a virtual machine", 4 },
	{ 0 },
};

const struct argp options_known_argp = { .options = known_options, .parser = parse_option };

static const struct argp_option fail_options[] = {
	{ "fail-on", KEY_FAIL_ON, "SEVERITY", 0,
	  "End with 1 if there is a finding of this severity: error (default), warning, note, never",
	  3 },
	{ 0 },
};

const struct argp options_fail_argp = { .options = fail_options, .parser = parse_option };

static const struct argp_option talk_options[] = {
	{ "quiet", 'q', NULL, 0, "No warnings, no progress", 5 },
	{ "verbose", 'v', NULL, 0, "Say what is done", 5 },
	{ "progress", KEY_PROGRESS, "WHEN", 0, "auto, always or never", 5 },
	{ 0 },
};

static error_t parse_talk(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case ARGP_KEY_SUCCESS:
		log_set_level(o->verbosity);
		if (o->verbosity == LOG_QUIET && o->progress == PROGRESS_AUTO)
			o->progress = PROGRESS_NEVER;
		return 0;
	default:
		return parse_option(key, arg, state);
	}
}

const struct argp options_talk_argp = { .options = talk_options, .parser = parse_talk };

/* ---- every option, from wherever it comes --------------------------------------------------- */

static const struct argp_option *const groups[] = {
	cache_options, tree_options,  given_options, rules_options,
	known_options, output_options, fail_options,  talk_options,
};

static const struct argp_option *find_key(int key)
{
	for (size_t i = 0; i < ARRAY_SIZE(groups); i++) {
		for (const struct argp_option *a = groups[i]; a->name; a++) {
			if (a->key == key)
				return a;
		}
	}
	return NULL;
}

const struct argp_option *options_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(groups); i++) {
		for (const struct argp_option *a = groups[i]; a->name; a++) {
			if (!strcmp(a->name, name))
				return a;
		}
	}
	return NULL;
}

int options_set(struct options *o, int key, const char *value, struct strbuf *wrong)
{
	int err = 0, choice;

	switch (key) {
	case KEY_CACHE:
		o->cache = value;
		break;
	case KEY_CACHE_SIZE:
		return size(value, &o->cache_size, wrong);
	case KEY_BUILD:
		o->build = value;
		break;
	case KEY_CONFIG:
		o->config = value;
		break;
	case KEY_ARCH:
		o->arch = value;
		break;
	case KEY_SCOPE:
		vec_push(&o->scope, value);
		break;
	case KEY_ALL:
		o->all = true;
		break;
	case KEY_SPARSE:
		o->sparse = true;
		break;
	case KEY_VMLINUX:
		o->vmlinux = value;
		break;
	case KEY_FUNCTIONS:
		o->functions = value;
		break;
	case 'j':
		return number(value, &o->jobs, wrong);
	case KEY_NO_CACHE:
		o->no_cache = true;
		break;
	case KEY_OFFLINE:
		o->offline = true;
		break;
	case KEY_PROJECT:
		o->project = value;
		break;
	case KEY_NO_PROJECT:
		o->no_project = true;
		break;
	case KEY_FACTS:
		vec_push(&o->facts, value);
		break;
	case KEY_PROFILE:
		o->profile = true;
		break;
	case KEY_RULES:
		vec_push(&o->rules, value);
		break;
	case KEY_OUTPUT:
		return add_output(o, value, wrong);
	case KEY_COLOR:
		err = choose(whens_color, value, &choice, wrong);
		if (!err)
			o->color = (enum color_mode)choice;
		break;
	case KEY_BASELINE:
		o->baseline = value;
		break;
	case KEY_WRITE_BASELINE:
		o->write_baseline = value;
		break;
	case KEY_SUPPRESSIONS:
		o->suppressions = value;
		break;
	case KEY_EVIDENCE:
		vec_push(&o->evidence, value);
		break;
	case KEY_SINCE:
		o->since = value;
		break;
	case KEY_FAIL_ON:
		return choose(severities, value, &o->fail_on, wrong);
	case 'q':
		o->verbosity = LOG_QUIET;
		break;
	case 'v':
		o->verbosity = LOG_VERBOSE;
		break;
	case KEY_PROGRESS:
		err = choose(whens_progress, value, &choice, wrong);
		if (!err)
			o->progress = (enum progress_mode)choice;
		break;
	default:
		return -ENOENT;
	}
	return err;
}

bool options_given(const struct options *o, int key)
{
	return key >= KEY_BUILD && o->given & 1ULL << (key - KEY_BUILD);
}

/* As argp calls it. */
static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;
	struct strbuf wrong = STRBUF_INIT;
	int err = options_set(o, key, arg, &wrong);

	if (err == -ENOENT)
		return ARGP_ERR_UNKNOWN;
	if (err)
		argp_error(state, "--%s %s", find_key(key)->name, wrong.buf);
	strbuf_release(&wrong);
	if (key >= KEY_BUILD)
		o->given |= 1ULL << (key - KEY_BUILD);
	return 0;
}

void options_init(struct options *o)
{
	const char *arch = getenv("ARCH");

	memset(o, 0, sizeof(*o));
	o->fail_on = SEV_ERROR;
	o->writers = report_writers;
	o->cache_size = FACTS_CACHE_SIZE;
	if (arch && *arch)
		o->arch = arch;
}

void options_release(struct options *o)
{
	arena_release(&o->arena);
	vec_release(&o->scope);
	vec_release(&o->rules);
	vec_release(&o->facts);
	vec_release(&o->evidence);
	vec_release(&o->outputs);
}

/* Can the file @path that @option names be written? */
static bool check_file(const char *option, const char *path, struct arena *a)
{
	const char *dir = fs_dirname(a, path);

	if (!fs_is_dir(dir)) {
		log_error("%s%s: there is no folder %s", option, path, dir);
		return false;
	}
	if (fs_is_dir(path)) {
		log_error("%s%s: that is a folder", option, path);
		return false;
	}
	return true;
}

static bool check_output(const struct options *o, size_t n, struct arena *a)
{
	const struct output *out = &o->outputs.v[n];

	if (out->file && !check_file(arena_printf(a, "--output %s:", out->format), out->file, a))
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct output *other = &o->outputs.v[i];

		if (out->file ? !other->file || strcmp(other->file, out->file) != 0 :
				other->file != NULL)
			continue;
		log_error("--output: %s and %s cannot both go to %s", other->format, out->format,
			  out->file ? out->file : "standard output");
		return false;
	}
	return true;
}

bool options_check(const struct options *o)
{
	struct arena a = ARENA_INIT;
	bool ok = true;

	for (size_t i = 0; i < o->outputs.n && ok; i++)
		ok = check_output(o, i, &a);
	if (ok && o->write_baseline)
		ok = check_file("--write-baseline ", o->write_baseline, &a);
	arena_release(&a);
	return ok;
}

bool options_write(const struct output *out, const struct strbuf *text)
{
	int err = 0;

	if (out->file)
		err = fs_write(out->file, text->buf, text->len);
	else if (fwrite(text->buf, 1, text->len, stdout) != text->len || fflush(stdout))
		err = -errno;
	if (err)
		log_error("cannot write %s to %s: %s", out->format,
			  out->file ? out->file : "standard output", strerror(-err));
	return !err;
}

bool options_color(const struct options *o, const struct output *out)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	if (o->color != COLOR_AUTO)
		return o->color == COLOR_ALWAYS;
	if (no_color && *no_color)
		return false;
	return !out->file && isatty(STDOUT_FILENO) && term && strcmp(term, "dumb");
}

/* What the platform of @writer takes beside the output. The report is complete without it. */
static void write_beside(const struct report *r, const struct report_writer *writer)
{
	const struct report_options plain = { 0 };
	const char *file = writer->beside ? getenv(writer->beside_env) : NULL;
	struct strbuf sb = STRBUF_INIT;
	int err;

	if (!file || !*file)
		return;
	writer->beside->write(r, &plain, &sb);
	err = fs_append(file, sb.buf, sb.len);
	if (err)
		log_warn("cannot append %s to %s (%s): %s", writer->beside->name, file,
			 writer->beside_env, strerror(-err));
	strbuf_release(&sb);
}

static bool write_output(const struct options *o, const struct report *r,
			 const struct report_options *ro, const struct output *out)
{
	struct report_options own = *ro;
	struct strbuf sb = STRBUF_INIT;
	bool ok;

	own.color = options_color(o, out);
	out->writer->write(r, &own, &sb);
	ok = options_write(out, &sb);
	if (ok)
		write_beside(r, out->writer);
	strbuf_release(&sb);
	return ok;
}

bool options_report(const struct options *o, const struct report *r, const struct report_options *ro)
{
	struct output first = { .format = o->writers[0]->name, .writer = o->writers[0] };

	if (!o->outputs.n)
		return write_output(o, r, ro, &first);
	for (size_t i = 0; i < o->outputs.n; i++) {
		if (!write_output(o, r, ro, &o->outputs.v[i]))
			return false;
	}
	return true;
}

/* Where this program is; NULL where neither /proc nor how it was started tells. */
static const char *own_path(struct arena *a)
{
	char *real = realpath("/proc/self/exe", NULL);
	const char *ret = NULL;

	/* Some roots have no /proc: what the kernel was given then, which scripts and fds make useless. */
	if (!real)
		real = realpath((const char *)getauxval(AT_EXECFN), NULL);
	if (real)
		ret = arena_strdup(a, real);
	free(real);
	return ret;
}

const char *options_rules_dir(struct arena *a)
{
	const char *dir = getenv("RELOCK_RULES_DIR");
	const char *self, *beside;
	char *real;

	if (dir && *dir)
		return dir;
	self = own_path(a);
	if (!self)
		return NULL;
	beside = fs_join(a, fs_dirname(a, self), RELOCK_RULES_FROM_BIN);
	/* In the build tree that is a link to the source, which is what errors should name. */
	real = realpath(beside, NULL);
	if (real)
		beside = arena_strdup(a, real);
	free(real);
	return beside;
}

bool options_read_rules(const struct options *o, struct rules *ret)
{
	struct arena a = ARENA_INIT;
	const char *dir = options_rules_dir(&a);
	const char *error = NULL;
	int err;

	memset(ret, 0, sizeof(*ret));
	if (!dir || !fs_is_dir(dir)) {
		if (dir)
			log_error("there is no folder %s with the rules; RELOCK_RULES_DIR can name "
				  "another", dir);
		else
			log_error("cannot tell where relock is, and with it its rules, as /proc is not "
				  "mounted; mount it, or name the folder of the rules in "
				  "RELOCK_RULES_DIR");
		arena_release(&a);
		return false;
	}
	err = rules_read_dir(ret, dir, &error);
	for (size_t i = 0; i < o->rules.n && !err; i++)
		err = rules_read_path(ret, o->rules.v[i], &error);
	if (err)
		log_error("%s", error ? error : strerror(-err));
	arena_release(&a);
	return !err;
}

void options_rule_names(const struct rules *rules, struct strbuf *out)
{
	for (size_t i = 0; i < rules->hazards.n; i++)
		strbuf_addf(out, "%s%s %s", i ? ", " : "", rules->hazards.v[i].code,
			    rules->hazards.v[i].name);
}

const char *options_cache(const struct options *o, struct arena *a)
{
	const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");

	if (o->cache)
		return o->cache;
	if (xdg && xdg[0] == '/')
		return fs_join(a, xdg, "relock");
	if (home && home[0] == '/')
		return fs_join(a, home, ".cache/relock");
	return NULL;
}
