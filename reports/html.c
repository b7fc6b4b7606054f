// SPDX-License-Identifier: MIT
#include "reports/html.h"

#include <stdlib.h>
#include <string.h>

/*
 * The page. It is one file that asks for nothing else: style and script stand
 * in it, and its Content-Security-Policy lets in these two by their hashes and
 * nothing more. All text is there without the script, which only folds,
 * filters, sorts and moves around.
 */

/*
 * What the page shall not be larger than, where it can. Findings that would not
 * fit have neither drawing nor source lines; their steps are there in words.
 */
#define PAGE_BYTES 1000000

void html_place(const struct location *l, struct strbuf *out)
{
	if (!l->file)
		return;
	strbuf_addstr(out, "<i>");
	add_xml(out, l->file);
	strbuf_addf(out, ":%u</i>", l->line);
}

static int compare_name(const void *key, const void *item)
{
	const struct attachable *a = item;

	return strcmp(key, a->name);
}

void html_name(struct html *h, const char *name, struct strbuf *out)
{
	const struct report *r = h->r;
	const struct attachable *a = r->n_attachables
					     ? bsearch(name, r->attachables, r->n_attachables,
						       sizeof(*r->attachables), compare_name)
					     : NULL;
	size_t i = a ? (size_t)(a - r->attachables) : 0;

	if (!a || a->certainty == CERT_NO) {
		add_xml(out, name);
		return;
	}
	h->linked[i] = true;
	strbuf_addf(out, "<a href=#a-%zu>", i + 1);
	add_xml(out, name);
	strbuf_addstr(out, "</a>");
}

void html_finding_link(const struct finding *f, struct strbuf *out)
{
	strbuf_addf(out, "<a class=\"chip %s\" href=#f-%s>%s ", severity_name(f->severity), f->id,
		    severity_name(f->severity));
	add_xml(out, f->code);
	strbuf_addstr(out, "</a>");
}

void html_codes(const struct strlist *l, const char *none, struct strbuf *out)
{
	if (!l->n)
		strbuf_addstr(out, none);
	for (size_t i = 0; i < l->n; i++) {
		strbuf_addstr(out, i ? ", <code>" : "<code>");
		add_xml(out, l->v[i]);
		strbuf_addstr(out, "</code>");
	}
}

#define ONCE_MIN 48 /* a link to a shorter text is no shorter */

void html_once(struct html *h, const char *tag, const char *text, const char *fmt, ...)
{
	size_t i = h->first_text;
	va_list ap;

	if (strlen(text) < ONCE_MIN) {
		if (tag)
			strbuf_addf(h->out, "<%s>%s</%s>", tag, text, tag);
		else
			strbuf_addstr(h->out, text);
		return;
	}
	if (!tag)
		tag = "span";
	while (i < h->texts.n && strcmp(h->texts.v[i], text) != 0)
		i++;
	if (i == h->texts.n) {
		vec_push(&h->texts, xstrdup(text));
		strbuf_addf(h->out, "<%s id=t-%zu>%s</%s>", tag, i + 1, text, tag);
		return;
	}
	strbuf_addf(h->out, "<a class=same href=#t-%zu>", i + 1);
	va_start(ap, fmt);
	strbuf_vaddf(h->out, fmt, ap);
	va_end(ap);
	strbuf_addstr(h->out, "</a>");
}

static void add_head(const struct report *r, struct strbuf *out)
{
	strbuf_addf(
		out,
		"<!DOCTYPE html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n"
		"<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; "
		"script-src 'sha256-%s'; style-src 'sha256-%s'; img-src data:; base-uri 'none'; "
		"form-action 'none'; require-trusted-types-for 'script'\">\n"
		"<meta name=viewport content=\"width=device-width, initial-scale=1\">\n"
		"<meta name=referrer content=no-referrer>\n<link rel=icon "
		"href=\"data:,\">\n<title>",
		html_script.sha256, html_style.sha256);
	strbuf_addstr(out, "relock: ");
	add_verdict(r, out);
	if (*r->kernel_version) {
		strbuf_addstr(out, " in Linux ");
		add_xml(out, r->kernel_version);
	}
	strbuf_addstr(out, "</title>\n<style>");
	strbuf_add(out, html_style.text, html_style.len);
	strbuf_addstr(out, "</style>\n</head>\n");
}

static size_t shown_findings(const struct report *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_findings; i++)
		n += !finding_suppressed(&r->findings[i]);
	return n;
}

static void add_nav(const struct report *r, struct strbuf *out)
{
	strbuf_addf(
		out,
		"<body>\n<a class=skip href=\"#main\">Skip to the report</a>\n<header class=bar>"
		"<strong>relock</strong>\n<nav aria-label=Pages>"
		"<a href=\"#findings\">Findings <b>%zu</b></a> "
		"<a href=\"#sections\">Sections <b>%zu</b></a> "
		"<a href=\"#attach\">Attach points <b>%zu</b></a> "
		"<a href=\"#units\">Units and trouble <b>%zu</b></a> "
		"<a href=\"#rules\">Rules <b>%zu</b></a></nav>\n"
		"<form class=js role=search id=filter><output id=count></output> <input "
		"type=search name=q "
		"autocomplete=off spellcheck=false aria-label=Search "
		"placeholder=\"Search\"></form>\n"
		"<span class=js><button type=button id=theme>Theme: system</button> "
		"<button type=button id=keys aria-haspopup=dialog>Keys <kbd>?</kbd></button></span>"
		"</header>\n<main id=main tabindex=-1>\n",
		shown_findings(r), r->n_sections, r->n_attachables,
		r->n_failed + r->n_cuts + r->n_config_missing, r->n_rules);
}

static enum severity worst(const struct report *r, bool *ret_any)
{
	enum severity s = SEV_NOTE;

	*ret_any = false;
	for (size_t i = 0; i < r->n_findings; i++) {
		if (finding_suppressed(&r->findings[i]))
			continue;
		*ret_any = true;
		if (r->findings[i].severity > s)
			s = r->findings[i].severity;
	}
	return s;
}

static void add_headline(const struct report *r, struct strbuf *out)
{
	static const char *const sentences[] = {
		[SEV_NOTE] = "Nothing that a program can use today, but weak places",
		[SEV_WARNING] = "A program may be able to take a lock that its CPU already holds",
		[SEV_ERROR] = "A program can take a lock that its CPU already holds",
	};
	bool any;
	enum severity s = worst(r, &any);

	strbuf_addf(out, "<section class=verdict data-verdict=%s>\n<h1>%s</h1>\n<p class=counts>",
		    any ? severity_name(s) : "none",
		    any ? sentences[s] : "No way back to a held lock was found");
	add_verdict(r, out);
	strbuf_addstr(out, "</p>\n");
}

/* Nothing was found: what that says, and what not. */
static void add_proof(const struct report *r, struct strbuf *out)
{
	strbuf_addf(
		out,
		"<h2>What this proves</h2>\n<p>In the %zu unit%s that %s analysed, as this config "
		"compiles them, each function of BPF was followed from its entry points with the "
		"locks "
		"held and the guards raised. At each place where a program can run with a lock "
		"held, "
		"every function that such a program may call was started in that state. None came "
		"to "
		"a blocking acquire of a lock that may be the one held.</p>\n",
		r->units_analysed, r->units_analysed == 1 ? "" : "s",
		r->units_analysed == 1 ? "was" : "were");
	if (r->n_sections)
		strbuf_addf(out,
			    "<p>%zu section%s looked at that way (<a href=\"#sections\">the "
			    "list</a>).</p>\n",
			    r->n_sections, r->n_sections == 1 ? " was" : "s were");
	strbuf_addstr(
		out, "<p>It says nothing of code that was not analysed, of functions that were cut "
		     "short, of options that this config leaves out, nor of hazards that no rule "
		     "below is about. <a href=\"#units\">Units and trouble</a> lists what was left "
		     "out.</p>\n");
	if (r->n_rules) {
		strbuf_addstr(out, "<h2>What was looked for</h2>\n<ul>\n");
		for (size_t i = 0; i < r->n_rules; i++) {
			strbuf_addstr(out, "<li><a href=\"#rule-");
			add_xml(out, r->rules[i].code);
			strbuf_addstr(out, "\"><code>");
			add_xml(out, r->rules[i].code);
			strbuf_addstr(out, "</code></a> ");
			add_xml(out, r->rules[i].title);
			strbuf_addstr(out, "</li>\n");
		}
		strbuf_addstr(out, "</ul>\n");
	}
}

/* What makes the verdict worth less than it looks, in a line. */
static void add_doubts(const struct report *r, struct strbuf *out)
{
	if (!r->n_failed && !r->n_cuts && !r->n_config_missing)
		return;
	strbuf_addstr(out, "<p class=doubt>Left out: ");
	if (r->n_failed)
		strbuf_addf(out, "%zu unit%s could not be analysed", r->n_failed,
			    r->n_failed == 1 ? "" : "s");
	if (r->n_cuts)
		strbuf_addf(out, "%s%zu function%s cut short", r->n_failed ? ", " : "", r->n_cuts,
			    r->n_cuts == 1 ? " was" : "s were");
	if (r->n_config_missing)
		strbuf_addf(out, "%s%zu option%s the config could not have",
			    r->n_failed || r->n_cuts ? ", " : "", r->n_config_missing,
			    r->n_config_missing == 1 ? "" : "s");
	strbuf_addstr(out, ". <a href=\"#units\">Which, and why</a></p>\n");
}

/* A choice of the filter: each value that the findings have, once, in their order. */
static void add_choice(const struct report *r, const char *name, const char *label,
		       const char *(*value)(const struct finding *f), struct strbuf *out)
{
	strbuf_addf(out, "<label>%s <select form=filter name=%s><option value=\"\">all</option>",
		    label, name);
	for (size_t i = 0; i < r->n_findings; i++) {
		const char *v = value(&r->findings[i]);
		bool before = !*v;

		for (size_t k = 0; k < i && !before; k++)
			before = !strcmp(v, value(&r->findings[k]));
		if (before)
			continue;
		strbuf_addstr(out, "<option>");
		add_xml(out, v);
		strbuf_addstr(out, "</option>");
	}
	strbuf_addstr(out, "</select></label>\n");
}

static const char *value_severity(const struct finding *f)
{
	return severity_name(f->severity);
}

static const char *value_rule(const struct finding *f)
{
	return f->code;
}

static const char *value_lock(const struct finding *f)
{
	return f->lock.kind ? f->lock.kind : f->lock.class;
}

static const char *value_state(const struct finding *f)
{
	return f->state ? f->state : "";
}

/* The choices; the search field stands in the bar, as it is for all pages. */
static void add_choices(const struct report *r, struct strbuf *out)
{
	bool states = false;

	for (size_t i = 0; i < r->n_findings; i++)
		states = states || r->findings[i].state;
	strbuf_addstr(out, "<div class=\"choices js\">\n");
	add_choice(r, "severity", "Severity", value_severity, out);
	add_choice(r, "rule", "Rule", value_rule, out);
	add_choice(r, "lock", "Lock", value_lock, out);
	if (states)
		add_choice(r, "state", "State", value_state, out);
	strbuf_addstr(out,
		      "<button type=reset form=filter>Clear</button></div>\n"
		      "<p class=\"hint js\" id=nothing hidden>No finding fits this filter.</p>\n");
}

/* Forgets texts and source lines that came after these; they were only measured. */
static void rewind_to(struct html *h, size_t texts, size_t excerpts)
{
	while (h->texts.n > texts)
		free(h->texts.v[--h->texts.n]);
	h->excerpts.n = excerpts;
}

/* How long findings from @from to before @to are in such detail. */
static size_t measure(struct html *h, size_t from, size_t to, enum html_detail detail)
{
	struct strbuf sb = STRBUF_INIT, *out = h->out;
	size_t texts = h->texts.n, excerpts = h->excerpts.n, len;
	enum html_detail before = h->detail;

	h->out = &sb;
	h->detail = detail;
	for (size_t i = from; i < to; i++)
		html_finding(h, &h->r->findings[i]);
	h->out = out;
	h->detail = before;
	rewind_to(h, texts, excerpts);
	len = sb.len;
	strbuf_release(&sb);
	return len;
}

/*
 * As many findings as fit with all they have. Those behind them have drawings
 * where these fit, and words where not.
 */
static void add_each(struct html *h)
{
	static const char *const hints[] = {
		[HTML_NO_SOURCE] = "<p class=hint>From here on, source lines are left out to keep "
				   "this page small.</p>\n",
		[HTML_WORDS] = "<p class=hint>From here on, drawings and source lines are left out "
			       "to keep this page small.</p>\n",
	};
	const struct report *r = h->r;
	enum html_detail least = HTML_NO_SOURCE;
	size_t n = r->n_findings, rest;

	h->first_text = h->texts.n;
	rest = measure(h, 0, n, least);
	if (h->out->len + rest + strlen(hints[least]) > h->budget)
		rest = measure(h, 0, n, least = HTML_WORDS);
	rest += strlen(hints[least]);
	for (size_t i = 0; i < n; i++) {
		rest -= measure(h, i, i + 1, least);
		if (h->detail == HTML_ALL &&
		    h->out->len + measure(h, i, i + 1, HTML_ALL) + rest > h->budget) {
			h->detail = least;
			strbuf_addstr(h->out, hints[least]);
		}
		html_finding(h, &r->findings[i]);
	}
}

static void begin_findings(struct html *h)
{
	const struct report *r = h->r;
	struct strbuf sb = STRBUF_INIT;
	struct strbuf *out = h->out;

	strbuf_addstr(out, "<section class=page id=findings aria-label=Findings>\n");
	add_headline(r, out);
	strbuf_addstr(out, "<p class=coverage>");
	add_coverage(r, &sb);
	add_xml(out, sb.buf);
	strbuf_addstr(out, "</p>\n");
	add_doubts(r, out);
	strbuf_addstr(out, "</section>\n");
	html_matrix(h);
	if (!shown_findings(r))
		add_proof(r, out);
	if (r->n_findings) {
		strbuf_addstr(out, "<h2 id=list>Findings</h2>\n");
		add_choices(r, out);
	}
	strbuf_release(&sb);
}

static void begin_pairs(struct strbuf *out, const char *title, size_t n, const char *a,
			const char *b)
{
	strbuf_addf(out,
		    "<h2>%s: %zu</h2>\n<div class=wide tabindex=0 role=group "
		    "aria-label=\"%s\"><table><thead>"
		    "<tr><th scope=col>%s<th scope=col>%s</thead><tbody>\n",
		    title, n, title, a, b);
}

static void add_pair(struct strbuf *out, const char *a, const char *b)
{
	strbuf_addstr(out, "<tr><td><code>");
	add_xml(out, a);
	strbuf_addstr(out, "</code><td>");
	add_xml(out, b);
	strbuf_addch(out, '\n');
}

#define END_TABLE "</tbody></table></div>\n"

static void add_units(const struct report *r, struct strbuf *out)
{
	strbuf_addf(out,
		    "<section class=page id=units aria-labelledby=units-title>\n<h1 "
		    "id=units-title>Units and trouble</h1>\n"
		    "<p>%zu of %zu unit%s analysed.</p>\n",
		    r->units_analysed, r->units_total, r->units_total == 1 ? " was" : "s were");
	if (!r->n_failed && !r->n_cuts && !r->n_config_missing)
		strbuf_addstr(
			out,
			"<p>No unit failed, no function was cut short, and the config has every "
			"option that the rules ask for.</p>\n");
	if (r->n_failed) {
		begin_pairs(out, "Units that were not analysed", r->n_failed, "Unit",
			    "First error");
		for (size_t i = 0; i < r->n_failed; i++)
			add_pair(out, r->failed[i].file, r->failed[i].error);
		strbuf_addstr(out, END_TABLE);
	}
	if (r->n_cuts) {
		begin_pairs(out, "Functions that were cut short", r->n_cuts, "Function", "Bound");
		for (size_t i = 0; i < r->n_cuts; i++)
			add_pair(out, r->cuts[i].function, r->cuts[i].reason);
		strbuf_addstr(out, END_TABLE);
	}
	if (r->n_config_missing) {
		begin_pairs(out, "Options that the config could not have", r->n_config_missing,
			    "Option", "Why");
		for (size_t i = 0; i < r->n_config_missing; i++)
			add_pair(out, r->config_missing[i].symbol, r->config_missing[i].why);
		strbuf_addstr(out, END_TABLE);
	}
	if (r->assumptions.n) {
		strbuf_addstr(out, "<h2>Assumed for the whole report</h2>\n<ul>\n");
		for (size_t i = 0; i < r->assumptions.n; i++) {
			strbuf_addstr(out, "<li>");
			add_xml(out, r->assumptions.v[i]);
			strbuf_addstr(out, "</li>\n");
		}
		strbuf_addstr(out, "</ul>\n");
	}
	if (r->n_stats) {
		strbuf_addstr(out, "<h2>Figures</h2>\n<dl class=prov>");
		for (size_t i = 0; i < r->n_stats; i++) {
			strbuf_addstr(out, "<dt>");
			add_xml(out, r->stats[i].name);
			strbuf_addf(out, "</dt><dd>%llu</dd>",
				    (unsigned long long)r->stats[i].value);
		}
		strbuf_addstr(out, "</dl>\n");
	}
	strbuf_addstr(out, "</section>\n");
}

/* A page of explanation as it was written, which reads well enough. */
static void add_page(struct strbuf *out, const char *page)
{
	struct strbuf line = STRBUF_INIT;

	strbuf_addstr(out, "<pre class=prose>");
	while (*page) {
		size_t len = strcspn(page, "\n");

		strbuf_reset(&line);
		for (size_t i = 0; i < len; i++) {
			if (page[i] == '\t')
				strbuf_addchars(&line, ' ', 8 - line.len % 8);
			else
				strbuf_addch(&line, page[i]);
		}
		add_xml(out, line.buf);
		page += len;
		if (*page) {
			strbuf_addch(out, '\n');
			page++;
		}
	}
	strbuf_addstr(out, "</pre>");
	strbuf_release(&line);
}

static void add_rules(const struct report *r, struct strbuf *out)
{
	strbuf_addstr(out, "<section class=page id=rules aria-labelledby=rules-title>\n"
			   "<h1 id=rules-title>Rules</h1>\n");
	if (!r->n_rules)
		strbuf_addstr(out, "<p>This report has no list of rules.</p>\n");
	for (size_t i = 0; i < r->n_rules; i++) {
		const struct rule_text *t = &r->rules[i];

		strbuf_addstr(out, "<details open class=rule id=\"rule-");
		add_xml(out, t->code);
		strbuf_addstr(out, "\"><summary><h2><code>");
		add_xml(out, t->code);
		strbuf_addch(out, ' ');
		add_xml(out, t->name);
		strbuf_addstr(out, "</code></h2> ");
		add_xml(out, t->title);
		strbuf_addstr(out, "</summary>\n");
		if (*t->page)
			add_page(out, t->page);
		strbuf_addstr(out, "</details>\n");
	}
	strbuf_addstr(out, "</section>\n");
}

static void add_foot(const struct report *r, struct strbuf *out)
{
	strbuf_addstr(out, "</main>\n<footer>Found by relock ");
	add_xml(out, r->tool_version);
	if (*r->kernel_version) {
		strbuf_addstr(out, " in Linux ");
		add_xml(out, r->kernel_version);
	}
	if (*r->kernel_config) {
		strbuf_addstr(out, ", ");
		add_xml(out, r->kernel_config);
	}
	strbuf_addstr(
		out,
		". This page asks for nothing from anywhere; all of it can be read without its "
		"script.</footer>\n"
		"<dialog id=help aria-labelledby=help-title><h2 id=help-title>Keys</h2>\n<dl "
		"class=prov>"
		"<dt><kbd>j</kbd> <kbd>k</kbd></dt><dd>next and previous finding</dd>"
		"<dt><kbd>o</kbd></dt><dd>fold or unfold it</dd>"
		"<dt><kbd>y</kbd></dt><dd>copy a link to it</dd>"
		"<dt><kbd>/</kbd></dt><dd>search</dd>"
		"<dt><kbd>1</kbd> to <kbd>5</kbd></dt><dd>pages</dd>"
		"<dt><kbd>t</kbd></dt><dd>light, dark, as the system has it</dd>"
		"<dt><kbd>Esc</kbd></dt><dd>leave the search, close this</dd></dl>\n"
		"<form method=dialog><button>Close</button></form></dialog>\n"
		"<p id=status role=status class=hidden></p>\n<script>");
	strbuf_add(out, html_script.text, html_script.len);
	strbuf_addstr(out, "</script>\n</body>\n</html>\n");
}

/* All behind the findings. */
static void add_lists(struct html *h)
{
	h->first_text = h->texts.n;
	strbuf_addstr(
		h->out,
		"</section>\n<section class=page id=sections aria-labelledby=sections-title>\n"
		"<h1 id=sections-title>Sections</h1>\n");
	html_sections(h);
	strbuf_addstr(h->out,
		      "</section>\n<section class=page id=attach aria-labelledby=attach-title>\n"
		      "<h1 id=attach-title>Attach points</h1>\n");
	html_attachables(h);
	strbuf_addstr(h->out, "</section>\n");
	add_units(h->r, h->out);
	add_rules(h->r, h->out);
	add_foot(h->r, h->out);
}

static void html_write(const struct report *r, const struct report_options *o, struct strbuf *out)
{
	struct strbuf lists = STRBUF_INIT;
	struct html h = {.r = r, .sources = {.r = r}, .out = out};
	size_t findings;

	(void)o;
	h.linked = xcalloc(r->n_attachables + 1, sizeof(*h.linked));
	add_head(r, out);
	add_nav(r, out);
	begin_findings(&h);
	/*
	 * What the lists leave is for the findings, and they have less where it is little.
	 * Findings are measured first: that tells what in the lists is linked to.
	 */
	findings = out->len + measure(&h, 0, r->n_findings, HTML_ALL);
	h.out = &lists;
	add_lists(&h);
	while (findings + lists.len > PAGE_BYTES && h.lists < HTML_LISTS_SHORT) {
		rewind_to(&h, 0, 0);
		strbuf_reset(&lists);
		h.lists++;
		add_lists(&h);
	}
	h.out = out;
	h.budget = lists.len < PAGE_BYTES ? PAGE_BYTES - lists.len : 0;
	add_each(&h);
	strbuf_add(out, lists.buf, lists.len);
	strbuf_release(&lists);
	rewind_to(&h, 0, 0);
	free(h.linked);
	vec_release(&h.texts);
	vec_release(&h.excerpts);
	sources_release(&h.sources);
}

const struct report_writer html_writer = {
	.name = "html",
	.description = "a page in one file: matrix, ladders as drawings, sources, all lists",
	.sections = true,
	.write = html_write,
};
