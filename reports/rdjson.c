// SPDX-License-Identifier: MIT
#include "reports/jsonout.h"
#include "reports/layout.h"

/*
 * reviewdog's diagnostic format. Its columns count bytes and its ends are
 * exclusive, as regions have them.
 */

static const char *severity_of(enum severity s)
{
	switch (s) {
	case SEV_ERROR:
		return "ERROR";
	case SEV_WARNING:
		return "WARNING";
	case SEV_NOTE:
		break;
	}
	return "INFO";
}

static void add_position(struct json_out *j, const char *key, unsigned int line, size_t column)
{
	json_out_open(j, key, '{');
	json_out_number(j, "line", line);
	json_out_number(j, "column", column);
	json_out_close(j, '}');
}

static void add_location(struct json_out *j, struct sources *sources, const struct location *l)
{
	struct region at;

	region_of(sources, l, &at);
	json_out_open(j, "location", '{');
	json_out_text(j, "path", l->file);
	json_out_open(j, "range", '{');
	add_position(j, "start", at.line, at.start);
	add_position(j, "end", at.line, at.end);
	json_out_close(j, '}');
	json_out_close(j, '}');
}

static void add_related(struct json_out *j, struct sources *sources, const char *message,
			const struct location *l)
{
	if (!l->file)
		return;
	json_out_open(j, NULL, '{');
	json_out_safe(j, "message", message);
	add_location(j, sources, l);
	json_out_close(j, '}');
}

static void add_finding(struct json_out *j, struct sources *sources, const struct finding *f)
{
	struct strbuf text = STRBUF_INIT;

	add_safe(&text, f->message);
	strbuf_addch(&text, '\n');
	add_gist(f, &text);
	strbuf_setlen(&text, text.len - 1);

	json_out_open(j, NULL, '{');
	json_out_text(j, "message", text.buf);
	add_location(j, sources, &f->location);
	json_out_text(j, "severity", severity_of(f->severity));
	json_out_open(j, "code", '{');
	json_out_text(j, "value", f->code);
	json_out_close(j, '}');
	json_out_open(j, "related_locations", '[');
	add_related(j, sources, "the lock is taken here", &f->lock.acquired);
	if (f->lock2)
		add_related(j, sources, "the second lock is taken here", &f->lock2->acquired);
	for (size_t i = 0; i < f->n_attach; i++)
		add_related(j, sources, "a program can run here", &f->attach[i].location);
	json_out_close(j, ']');
	json_out_close(j, '}');
	strbuf_release(&text);
}

static void rdjson_write(const struct report *r, const struct report_options *o, struct strbuf *out)
{
	struct json_out j = { .out = out };
	struct sources sources = { .r = r };

	json_out_open(&j, NULL, '{');
	json_out_open(&j, "source", '{');
	json_out_text(&j, "name", "relock");
	json_out_close(&j, '}');
	json_out_open(&j, "diagnostics", '[');
	for (size_t i = 0; i < r->n_findings; i++) {
		/* It has no word for what is known; whoever asks for what is new wants that only. */
		if (!finding_known(&r->findings[i]))
			add_finding(&j, &sources, &r->findings[i]);
	}
	json_out_close(&j, ']');
	json_out_close(&j, '}');
	json_out_end(&j);
	sources_release(&sources);
}

const struct report_writer rdjson_writer = {
	.name = "rdjson",
	.description = "diagnostics for reviewdog",
	.write = rdjson_write,
};
