// SPDX-License-Identifier: MIT
#include "reports/jsonout.h"
#include "reports/layout.h"

#include <ctype.h>
#include <string.h>

/*
 * SARIF 2.1.0: one run. The limits are those of GitHub's code scanning, which
 * refuses or silently shortens what goes beyond; here the file says what it
 * left out.
 */
#define RESULTS 5000
#define FLOW_LOCATIONS 1000	 /* of one result */
#define RELATED_LOCATIONS 100	 /* of one result */
#define RESULTS_BYTES (96 << 20) /* about 5 MB when zipped; 10 MB are refused */

struct sarif {
	struct json_out j;
	const struct report *r;
	struct sources sources;
	VEC(struct rule_text) rules; /* of the report, and of findings whose rule it lacks */
	bool has_states;
	bool has_suppressed;
	size_t results;
	size_t results_cut; /* results that did not get all their locations */
};

/* {"text": ...}, safe. What would make a link of it is escaped. */
static void add_message(struct json_out *j, const char *key, const char *s)
{
	struct strbuf safe = STRBUF_INIT, text = STRBUF_INIT;
	bool link;

	add_safe(&safe, s);
	link = strstr(safe.buf, "](");
	for (const char *p = safe.buf; *p; p++) {
		if (link && (*p == '[' || *p == ']'))
			strbuf_addch(&text, '\\');
		strbuf_addch(&text, *p);
	}
	json_out_open(j, key, '{');
	json_out_text(j, "text", text.buf);
	json_out_close(j, '}');
	strbuf_release(&safe);
	strbuf_release(&text);
}

/* ---- rules -------------------------------------------------------------------------------- */

static size_t rule_index(const struct sarif *s, const char *code)
{
	size_t i = 0;

	while (i < s->rules.n && strcmp(s->rules.v[i].code, code) != 0)
		i++;
	return i;
}

static void collect_rules(struct sarif *s)
{
	for (size_t i = 0; i < s->r->n_rules; i++)
		vec_push(&s->rules, s->r->rules[i]);
	for (size_t i = 0; i < s->r->n_findings; i++) {
		const struct finding *f = &s->r->findings[i];
		struct rule_text rule = { .code = f->code, .name = f->rule, .title = f->rule,
					  .page = "" };

		if (rule_index(s, f->code) == s->rules.n)
			vec_push(&s->rules, rule);
	}
}

/* "null-busy-counter" as SARIF wants names: "NullBusyCounter". */
static void add_camel_case(struct strbuf *out, const char *name)
{
	bool up = true;

	for (; *name; name++) {
		if (*name != '-')
			strbuf_addch(out, up ? toupper((unsigned char)*name) : *name);
		up = *name == '-';
	}
}

/* The first paragraph of the page that says more than @title ("..."), as one line. */
static void add_first_paragraph(struct strbuf *out, const char *page, const char *title)
{
	struct strbuf text = STRBUF_INIT;

	for (const char *line = page; *line;) {
		size_t len = strcspn(line, "\n");

		if (len && *line != '#') {
			strbuf_addstr(&text, text.len ? " " : "");
			strbuf_add(&text, line, len);
		} else if (!strcmp(text.buf, title)) {
			strbuf_reset(&text);
		} else if (text.len) {
			break;
		}
		line += len + (line[len] == '\n');
	}
	strbuf_addstr(out, text.len ? text.buf : title);
	strbuf_release(&text);
}

static void add_rule(struct json_out *j, const struct rule_text *rule)
{
	struct strbuf sb = STRBUF_INIT, title = STRBUF_INIT;

	json_out_open(j, NULL, '{');
	json_out_text(j, "id", rule->code);
	add_camel_case(&sb, rule->name);
	json_out_safe(j, "name", sb.buf);
	strbuf_addf(&title, "%s.", rule->title);
	add_message(j, "shortDescription", title.buf);
	strbuf_reset(&sb);
	add_first_paragraph(&sb, rule->page, title.buf);
	add_message(j, "fullDescription", sb.buf);
	strbuf_reset(&sb);
	if (!*rule->page)
		strbuf_addf(&sb, "relock explain %s", rule->code);
	json_out_open(j, "help", '{');
	json_out_text(j, "text", *rule->page ? rule->page : sb.buf);
	json_out_text(j, "markdown", *rule->page ? rule->page : sb.buf);
	json_out_close(j, '}');
	json_out_open(j, "properties", '{');
	json_out_open(j, "tags", '[');
	json_out_text(j, NULL, "bpf");
	json_out_text(j, NULL, "locking");
	json_out_close(j, ']');
	json_out_close(j, '}');
	json_out_close(j, '}');
	strbuf_release(&sb);
	strbuf_release(&title);
}

static void add_tool(struct sarif *s)
{
	struct json_out *j = &s->j;

	json_out_open(j, "tool", '{');
	json_out_open(j, "driver", '{');
	json_out_text(j, "name", "relock");
	json_out_safe(j, "version", s->r->tool_version);
	json_out_safe(j, "semanticVersion", s->r->tool_version);
	json_out_open(j, "rules", '[');
	for (size_t i = 0; i < s->rules.n; i++)
		add_rule(j, &s->rules.v[i]);
	json_out_close(j, ']');
	json_out_close(j, '}');
	json_out_close(j, '}');
}

/* ---- locations ---------------------------------------------------------------------------- */

#define BUILD "build:"

/* {"uri": ..., "uriBaseId": ...}: any byte of a name may be in it, percent-encoded. */
static void add_artifact(struct json_out *j, const char *key, const char *file)
{
	bool build = !strncmp(file, BUILD, strlen(BUILD));
	struct strbuf uri = STRBUF_INIT;

	for (const char *p = build ? file + strlen(BUILD) : file; *p; p++) {
		if (isalnum((unsigned char)*p) || strchr("/-._~", *p))
			strbuf_addch(&uri, *p);
		else
			strbuf_addf(&uri, "%%%02X", (unsigned char)*p);
	}
	json_out_open(j, key, '{');
	json_out_text(j, "uri", uri.buf);
	json_out_text(j, "uriBaseId", build ? "BUILDROOT" : "SRCROOT");
	json_out_close(j, '}');
	strbuf_release(&uri);
}

static void add_base(struct json_out *j, const char *key, const char *description)
{
	json_out_open(j, key, '{');
	add_message(j, "description", description);
	json_out_close(j, '}');
}

/* The members of a location object: @id 0: it has none; @message NULL: likewise. */
static void add_location(struct sarif *s, const struct location *l, size_t id, const char *message)
{
	struct json_out *j = &s->j;
	struct region at;

	if (id)
		json_out_number(j, "id", id);
	if (l->file) {
		region_of(&s->sources, l, &at);
		json_out_open(j, "physicalLocation", '{');
		add_artifact(j, "artifactLocation", l->file);
		json_out_open(j, "region", '{');
		json_out_number(j, "startLine", at.line);
		json_out_number(j, "startColumn", at.start_char);
		json_out_number(j, "endLine", at.line);
		json_out_number(j, "endColumn", at.end_char);
		json_out_close(j, '}');
		json_out_close(j, '}');
	}
	if (*l->function) {
		json_out_open(j, "logicalLocations", '[');
		json_out_open(j, NULL, '{');
		json_out_safe(j, "name", l->function);
		json_out_text(j, "kind", "function");
		json_out_close(j, '}');
		json_out_close(j, ']');
	}
	if (message)
		add_message(j, "message", message);
}

/* Numbers of the related locations that the sentence has links to; 0: it is not there. */
struct related {
	size_t n;
	size_t lock;
	size_t attach;
	bool cut;
};

static size_t add_related_one(struct sarif *s, struct related *ret, const struct location *l,
			      const char *message)
{
	if (!l->file)
		return 0;
	if (ret->n == RELATED_LOCATIONS) {
		ret->cut = true;
		return 0;
	}
	json_out_open(&s->j, NULL, '{');
	add_location(s, l, ++ret->n, message);
	json_out_close(&s->j, '}');
	return ret->n;
}

static void add_lock(struct sarif *s, struct related *ret, const struct lock_ref *l, size_t *number)
{
	struct strbuf sb = STRBUF_INIT;

	strbuf_addf(&sb, "%s is taken here", l->class);
	*number = add_related_one(s, ret, &l->acquired, sb.buf);
	strbuf_reset(&sb);
	strbuf_addf(&sb, "%s is released here", l->class);
	add_related_one(s, ret, &l->released, sb.buf);
	strbuf_release(&sb);
}

static void add_related(struct sarif *s, const struct finding *f, struct related *ret)
{
	struct strbuf sb = STRBUF_INIT;
	size_t second, number;

	memset(ret, 0, sizeof(*ret));
	json_out_open(&s->j, "relatedLocations", '[');
	add_lock(s, ret, &f->lock, &ret->lock);
	if (f->lock2)
		add_lock(s, ret, f->lock2, &second);
	for (size_t i = 0; i < f->n_attach; i++) {
		const struct attach_point *p = &f->attach[i];

		strbuf_reset(&sb);
		strbuf_addf(&sb, "a program can run here, at %s: ",
			    p->name);
		for (size_t k = 0; k < p->how.n; k++)
			strbuf_addf(&sb, "%s%s", k ? ", " : "", p->how.v[k]);
		strbuf_addf(&sb, " (%s: %s)", certainty_name(p->certainty), p->reason);
		number = add_related_one(s, ret, &p->location, sb.buf);
		if (!ret->attach)
			ret->attach = number;
	}
	json_out_close(&s->j, ']');
	strbuf_release(&sb);
}

/* ---- code flows --------------------------------------------------------------------------- */

static bool is_essential(enum step_kind k)
{
	return k != STEP_CALL && k != STEP_POINTER;
}

static void add_step(struct sarif *s, const struct step *step, size_t order)
{
	struct json_out *j = &s->j;
	struct location l = step->location;
	struct strbuf sb = STRBUF_INIT;

	strbuf_addf(&sb, "%s()%s%s", step->function, *step->note ? ": " : "", step->note);
	l.function = step->function;
	json_out_open(j, NULL, '{');
	json_out_open(j, "location", '{');
	add_location(s, &l, 0, sb.buf);
	json_out_close(j, '}');
	json_out_open(j, "kinds", '[');
	json_out_text(j, NULL, step_kind_name(step->kind));
	json_out_close(j, ']');
	json_out_number(j, "nestingLevel", step->depth);
	json_out_number(j, "executionOrder", order);
	json_out_text(j, "importance", is_essential(step->kind) ? "essential" : "important");
	json_out_close(j, '}');
	strbuf_release(&sb);
}

/* One run: the steps @from to @to of a ladder. @room counts down what the result may still have. */
static void add_flow(struct sarif *s, const struct ladder *l, size_t from, size_t to,
		     const char *message, size_t *room, bool *cut)
{
	struct json_out *j = &s->j;

	if (to - from > *room) {
		to = from + *room;
		*cut = true;
	}
	if (from == to)
		return;
	*room -= to - from;
	json_out_open(j, NULL, '{');
	add_message(j, "message", message);
	json_out_open(j, "threadFlows", '[');
	json_out_open(j, NULL, '{');
	json_out_open(j, "locations", '[');
	for (size_t i = from; i < to; i++)
		add_step(s, &l->v[i], i + 1);
	json_out_close(j, ']');
	json_out_close(j, '}');
	json_out_close(j, ']');
	json_out_close(j, '}');
}

static void add_flows(struct sarif *s, const struct finding *f, bool *cut)
{
	size_t room = FLOW_LOCATIONS;

	json_out_open(&s->j, "codeFlows", '[');
	for (size_t i = 0; i < f->n_ladders; i++) {
		const struct ladder *l = &f->ladders[i];
		size_t divider = ladder_divider(l);

		add_flow(s, l, 0, divider,
			 i ? "The other order." : "The run that holds the lock.", &room, cut);
		add_flow(s, l, divider, l->n, "The program that runs meanwhile.", &room, cut);
	}
	json_out_close(&s->j, ']');
}

/* ---- results ------------------------------------------------------------------------------ */

/* Text of the tree in a message that has links of ours: brackets are escaped. */
static void add_unlinked(struct strbuf *out, const char *s)
{
	struct strbuf safe = STRBUF_INIT;

	add_safe(&safe, s);
	for (const char *p = safe.buf; *p; p++) {
		if (*p == '[' || *p == ']')
			strbuf_addch(out, '\\');
		strbuf_addch(out, *p);
	}
	strbuf_release(&safe);
}

static void add_result_message(struct sarif *s, const struct finding *f, const struct related *rel)
{
	struct strbuf sb = STRBUF_INIT, tried = STRBUF_INIT;

	add_unlinked(&sb, f->message);
	strbuf_addch(&sb, '.');
	if (rel->lock)
		strbuf_addf(&sb, " The lock is [taken here](%zu).", rel->lock);
	if (f->n_attach) {
		strbuf_addstr(&sb, " A program can run ");
		if (rel->attach)
			strbuf_addf(&sb, "[here](%zu), ", rel->attach);
		strbuf_addstr(&sb, "at ");
		add_unlinked(&sb, f->attach[0].name);
		if (f->n_attach > 1)
			strbuf_addf(&sb, " and %zu more", f->n_attach - 1);
		strbuf_addch(&sb, '.');
	}
	if (f->n_reentry) {
		strbuf_addstr(&sb, " It comes back through ");
		add_unlinked(&sb, f->reentry[0].function);
		if (f->n_reentry > 1)
			strbuf_addf(&sb, " and %zu more", f->n_reentry - 1);
		strbuf_addch(&sb, '.');
	}
	for (size_t i = 0; i < f->n_remedies; i++) {
		if (!f->remedies[i].closes)
			continue;
		strbuf_addstr(&sb, " To close it: ");
		add_unlinked(&sb, f->remedies[i].what);
		strbuf_addch(&sb, '.');
		break;
	}
	if (add_tried(f, &tried)) {
		strbuf_addstr(&sb, " It was tried: ");
		add_unlinked(&sb, tried.buf);
		strbuf_addch(&sb, '.');
	}
	json_out_open(&s->j, "message", '{');
	json_out_text(&s->j, "text", sb.buf);
	json_out_close(&s->j, '}');
	strbuf_release(&tried);
	strbuf_release(&sb);
}

/* If one result has a state, or a suppression, then all have to say theirs. */
static void add_states(struct sarif *s, const struct finding *f)
{
	struct json_out *j = &s->j;

	if (s->has_states)
		json_out_text(j, "baselineState", finding_known(f) ? "unchanged" : "new");
	if (!s->has_suppressed)
		return;
	json_out_open(j, "suppressions", '[');
	if (finding_suppressed(f)) {
		json_out_open(j, NULL, '{');
		json_out_text(j, "kind", "external");
		json_out_text(j, "status", "accepted");
		if (f->state_reason)
			json_out_safe(j, "justification", f->state_reason);
		json_out_close(j, '}');
	}
	json_out_close(j, ']');
}

static void add_strings(struct json_out *j, const char *key, const struct strlist *l)
{
	json_out_open(j, key, '[');
	for (size_t i = 0; i < l->n; i++)
		json_out_safe(j, NULL, l->v[i]);
	json_out_close(j, ']');
}

static void add_result(struct sarif *s, const struct finding *f)
{
	struct json_out *j = &s->j;
	struct related related;
	bool cut = false;

	json_out_open(j, NULL, '{');
	json_out_text(j, "ruleId", f->code);
	json_out_number(j, "ruleIndex", rule_index(s, f->code));
	json_out_text(j, "level", severity_name(f->severity));
	json_out_open(j, "locations", '[');
	json_out_open(j, NULL, '{');
	add_location(s, &f->location, 0, NULL);
	json_out_close(j, '}');
	json_out_close(j, ']');
	add_related(s, f, &related);
	add_result_message(s, f, &related);
	add_flows(s, f, &cut);
	json_out_open(j, "partialFingerprints", '{');
	json_out_text(j, "relockFindingId/v1", f->id);
	json_out_close(j, '}');
	add_states(s, f);
	json_out_open(j, "properties", '{');
	json_out_text(j, "context", f->context);
	json_out_safe(j, "lock", f->lock.class);
	add_strings(j, "guardExpected", &f->guard_expected);
	add_strings(j, "guardRaised", &f->guard_raised);
	add_strings(j, "assumptions", &f->assumptions);
	if (f->brought && f->brought->commit)
		json_out_safe(j, "broughtBy", f->brought->commit);
	if (f->tried) {
		json_out_text(j, "tried", f->tried->verdict);
		json_out_text(j, "console", f->tried->console);
	}
	json_out_close(j, '}');
	json_out_close(j, '}');
	s->results_cut += cut || related.cut;
}

static void add_results(struct sarif *s)
{
	size_t begin = s->j.out->len;

	json_out_open(&s->j, "results", '[');
	for (size_t i = 0; i < s->r->n_findings && i < RESULTS; i++) {
		if (s->j.out->len - begin > RESULTS_BYTES)
			break;
		add_result(s, &s->r->findings[i]);
		s->results++;
	}
	json_out_close(&s->j, ']');
}

/* ---- what went wrong ---------------------------------------------------------------------- */

static void add_notification(struct json_out *j, const char *level, const char *file,
			     const char *text)
{
	json_out_open(j, NULL, '{');
	json_out_text(j, "level", level);
	add_message(j, "message", text);
	if (file) {
		json_out_open(j, "locations", '[');
		json_out_open(j, NULL, '{');
		json_out_open(j, "physicalLocation", '{');
		add_artifact(j, "artifactLocation", file);
		json_out_close(j, '}');
		json_out_close(j, '}');
		json_out_close(j, ']');
	}
	json_out_close(j, '}');
}

static void add_notifications(struct sarif *s)
{
	const struct report *r = s->r;
	struct strbuf sb = STRBUF_INIT;

	json_out_open(&s->j, "toolExecutionNotifications", '[');
	for (size_t i = 0; i < r->n_failed; i++) {
		strbuf_reset(&sb);
		strbuf_addf(&sb, "Not analysed: %s", r->failed[i].error);
		add_notification(&s->j, "error", r->failed[i].file, sb.buf);
	}
	for (size_t i = 0; i < r->n_cuts; i++) {
		strbuf_reset(&sb);
		strbuf_addf(&sb, "Cut short: %s(): %s", r->cuts[i].function, r->cuts[i].reason);
		add_notification(&s->j, "warning", NULL, sb.buf);
	}
	for (size_t i = 0; i < r->n_config_missing; i++) {
		strbuf_reset(&sb);
		strbuf_addf(&sb, "CONFIG_%s: %s", r->config_missing[i].symbol,
			    r->config_missing[i].why);
		add_notification(&s->j, "warning", NULL, sb.buf);
	}
	if (s->results < r->n_findings) {
		strbuf_reset(&sb);
		strbuf_addf(&sb,
			    "Only %zu of %zu results are in this file, the worst; relock's JSON "
			    "report has all.",
			    s->results, r->n_findings);
		add_notification(&s->j, "warning", NULL, sb.buf);
	}
	if (s->results_cut) {
		strbuf_reset(&sb);
		strbuf_addf(&sb,
			    "%zu of the results have more than %d steps or %d related locations; "
			    "what goes beyond is not in this file, relock's JSON report has it.",
			    s->results_cut, FLOW_LOCATIONS, RELATED_LOCATIONS);
		add_notification(&s->j, "warning", NULL, sb.buf);
	}
	json_out_close(&s->j, ']');
	strbuf_release(&sb);
}

static void add_invocation(struct sarif *s)
{
	struct json_out *j = &s->j;

	json_out_open(j, "invocations", '[');
	json_out_open(j, NULL, '{');
	json_out_bool(j, "executionSuccessful", !s->r->n_failed);
	add_notifications(s);
	json_out_close(j, '}');
	json_out_close(j, ']');
}

static void add_run(struct sarif *s)
{
	struct json_out *j = &s->j;

	add_tool(s);
	json_out_open(j, "automationDetails", '{');
	json_out_text(j, "id", "relock/");
	json_out_close(j, '}');
	json_out_text(j, "columnKind", "unicodeCodePoints");
	json_out_open(j, "originalUriBaseIds", '{');
	add_base(j, "SRCROOT", "The kernel tree.");
	add_base(j, "BUILDROOT", "Its build directory.");
	json_out_close(j, '}');
	add_results(s);
	add_invocation(s);
	json_out_open(j, "properties", '{');
	json_out_safe(j, "kernelVersion", s->r->kernel_version);
	json_out_safe(j, "kernelConfig", s->r->kernel_config);
	json_out_number(j, "unitsTotal", s->r->units_total);
	json_out_number(j, "unitsAnalysed", s->r->units_analysed);
	add_strings(j, "assumptions", &s->r->assumptions);
	json_out_close(j, '}');
}

static void sarif_write(const struct report *r, const struct report_options *o, struct strbuf *out)
{
	struct sarif s = { .j = { .out = out }, .r = r, .sources = { .r = r } };

	for (size_t i = 0; i < r->n_findings; i++) {
		s.has_states |= r->findings[i].state && !finding_suppressed(&r->findings[i]);
		s.has_suppressed |= finding_suppressed(&r->findings[i]);
	}
	collect_rules(&s);
	json_out_open(&s.j, NULL, '{');
	json_out_text(&s.j, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
	json_out_text(&s.j, "version", "2.1.0");
	json_out_open(&s.j, "runs", '[');
	json_out_open(&s.j, NULL, '{');
	add_run(&s);
	json_out_close(&s.j, '}');
	json_out_close(&s.j, ']');
	json_out_close(&s.j, '}');
	json_out_end(&s.j);
	vec_release(&s.rules);
	sources_release(&s.sources);
}

const struct report_writer sarif_writer = {
	.name = "sarif",
	.description = "SARIF 2.1.0, for code scanning and viewers",
	.write = sarif_write,
};
