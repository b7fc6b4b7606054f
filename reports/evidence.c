// SPDX-License-Identifier: MIT
#include "reports/evidence.h"

#include "reports/jsonout.h"
#include "reports/layout.h"

#include <string.h>

/* ---- text ------------------------------------------------------------------------------------ */

static void add_excerpt(struct strbuf *out, const char *title, const struct lab_run *r)
{
	const char *p = r->excerpt;

	if (!*p)
		return;
	strbuf_addf(out, "  %s:\n", title);
	while (*p) {
		size_t len = strcspn(p, "\n");

		strbuf_addstr(out, "    ");
		strbuf_add(out, p, len);
		strbuf_addch(out, '\n');
		p += len + (p[len] == '\n');
	}
}

static void add_program(struct strbuf *out, const struct repro *p)
{
	struct strbuf sb = STRBUF_INIT;

	strbuf_addf(&sb, "%s on %s calls %s()", p->way->how,
		    *p->at_name ? p->at_name : "any instruction", p->reentry->function);
	strbuf_addstr(out, "  program: ");
	add_safe(out, sb.buf);
	strbuf_addch(out, '\n');
	strbuf_release(&sb);
}

void evidence_write_text(const struct lab_result *results, size_t n, const struct report_options *o,
			 struct strbuf *out)
{
	size_t counts[LAB_NOT_TRIED + 1] = {0};

	for (size_t i = 0; i < n; i++) {
		const struct lab_result *r = &results[i];
		const struct finding *f = r->finding;

		counts[r->verdict]++;
		strbuf_addf(out, "%s %s%s%s %s ", f->id, color_bold(o),
			    lab_verdict_name(r->verdict), color_off(o), f->code);
		add_safe(out, f->lock.class);
		strbuf_addstr(out, ": ");
		add_safe(out, r->reason);
		strbuf_addch(out, '\n');
		if (r->program.way)
			add_program(out, &r->program);
		if (r->ran)
			add_excerpt(out, "console", &r->run);
		if (r->control_what) {
			strbuf_addstr(out, "  control by relock: ");
			add_safe(out, r->control_what);
			strbuf_addch(out, '\n');
		}
		if (r->has_control)
			add_excerpt(out, "control", &r->control);
	}
	strbuf_addf(out, "%srelock:%s", color_bold(o), color_off(o));
	for (size_t v = 0; v <= LAB_NOT_TRIED; v++)
		strbuf_addf(out, "%s %zu %s", v ? "," : "", counts[v],
			    lab_verdict_name((enum lab_verdict)v));
	strbuf_addch(out, '\n');
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void text_or_null(struct json_out *j, const char *key, const char *s)
{
	if (s)
		json_out_text(j, key, s);
	else
		json_out_null(j, key);
}

static void add_run(struct json_out *j, const char *key, const struct lab_run *r)
{
	if (!r) {
		json_out_null(j, key);
		return;
	}
	json_out_open(j, key, '{');
	json_out_text(j, "seen", lab_seen_name(r->seen));
	text_or_null(j, "lock", r->lock);
	text_or_null(j, "wanted", r->wanted);
	json_out_number(j, "entered", r->entered);
	json_out_number(j, "called", r->called);
	json_out_number(j, "came_back", r->came_back);
	json_out_signed(j, "returned", r->returned);
	json_out_text(j, "excerpt", r->excerpt);
	json_out_close(j, '}');
}

static void add_result(struct json_out *j, const struct lab_result *r)
{
	const struct repro *p = &r->program;

	json_out_open(j, NULL, '{');
	json_out_text(j, "id", r->finding->id);
	json_out_text(j, "code", r->finding->code);
	json_out_text(j, "rule", r->finding->rule);
	json_out_text(j, "verdict", lab_verdict_name(r->verdict));
	json_out_text(j, "reason", r->reason);
	if (p->way) {
		json_out_open(j, "program", '{');
		json_out_text(j, "how", p->way->how);
		text_or_null(j, "attach", *p->at_name ? p->at_name : NULL);
		json_out_text(j, "calls", p->reentry->function);
		text_or_null(j, "object", p->object ? p->object->way : NULL);
		text_or_null(j, "operation", p->trigger ? p->trigger->what : NULL);
		json_out_close(j, '}');
	} else {
		json_out_null(j, "program");
	}
	add_run(j, "run", r->ran ? &r->run : NULL);
	add_run(j, "control", r->has_control ? &r->control : NULL);
	text_or_null(j, "control_by", r->control_by);
	text_or_null(j, "control_edit", r->control_edit);
	json_out_close(j, '}');
}

void evidence_write_json(const struct lab_result *results, size_t n, const char *version,
			 struct strbuf *out)
{
	struct json_out j = {.out = out};

	json_out_open(&j, NULL, '{');
	json_out_text(&j, "schema", "relock-evidence/1");
	json_out_open(&j, "tool", '{');
	json_out_text(&j, "name", "relock");
	json_out_text(&j, "version", RELOCK_VERSION);
	json_out_close(&j, '}');
	json_out_open(&j, "kernel", '{');
	json_out_text(&j, "version", version);
	json_out_close(&j, '}');
	json_out_open(&j, "findings", '[');
	for (size_t i = 0; i < n; i++)
		add_result(&j, &results[i]);
	json_out_close(&j, ']');
	json_out_close(&j, '}');
	json_out_end(&j);
}
