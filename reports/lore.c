// SPDX-License-Identifier: MIT
#include "reports/layout.h"

#include "base/utf8.h"

#include <string.h>

/*
 * For a mail to a list: 75 columns of ASCII. Text of the tree never begins a
 * line, so that nothing in it is taken for a trailer or for the end of a mail.
 */

#define WIDTH 75
#define DEPTH_MAX 8 /* deeper steps are not indented any further */
#define NAMES 12    /* of a list before "and N more" */

/* "label: text", broken; its further lines are indented by @indent, the first as @label is. */
static void add_paragraph(struct strbuf *out, const char *label, const char *text, size_t indent)
{
	size_t first = strspn(label, " ");
	struct strbuf safe = STRBUF_INIT;

	strbuf_addstr(&safe, label);
	add_safe(&safe, text);
	strbuf_addchars(out, ' ', first);
	add_wrapped(out, safe.buf, first, indent, WIDTH);
	strbuf_addch(out, '\n');
	strbuf_release(&safe);
}

static void add_step(const struct ladder *l, size_t i, struct strbuf *out)
{
	const struct step *s = &l->v[i], *before = i ? &l->v[i - 1] : NULL;
	size_t indent = 5 + (s->depth < DEPTH_MAX ? s->depth : DEPTH_MAX);
	struct strbuf line = STRBUF_INIT;

	strbuf_addf(out, "%3zu", i + 1);
	strbuf_addchars(out, ' ', indent - 3);
	if (!before || before->depth != s->depth || strcmp(before->function, s->function) != 0) {
		add_safe(&line, s->function);
		strbuf_addch(&line, ' ');
	}
	if (s->location.file) {
		add_safe(&line, s->location.file);
		strbuf_addf(&line, ":%u", s->location.line);
	}
	add_wrapped(out, line.buf, indent, indent + 2, WIDTH);
	strbuf_addch(out, '\n');
	if (*s->note) {
		strbuf_reset(&line);
		add_safe(&line, s->note);
		strbuf_addchars(out, ' ', indent + 2);
		add_wrapped(out, line.buf, indent + 2, indent + 2, WIDTH);
		strbuf_addch(out, '\n');
	}
	strbuf_release(&line);
}

static void add_ladder(const struct ladder *l, struct strbuf *out)
{
	size_t divider = ladder_divider(l);

	for (size_t i = 0; i < l->n; i++) {
		if (i == divider)
			strbuf_addstr(out, "     ..... a program runs here .....\n");
		add_step(l, i, out);
	}
}

/* The picture, unless names are so long that a mailer would break it. */
static void add_picture(const struct finding *f, struct strbuf *out)
{
	struct strbuf picture = STRBUF_INIT;

	text_scenario(f, &picture);
	for (const char *at = picture.buf; *at;) {
		size_t len = strcspn(at, "\n");

		if (text_columns(at, len) > WIDTH)
			goto out;
		at += len + (at[len] == '\n');
	}
	strbuf_addstr(out, picture.buf);
out:
	strbuf_release(&picture);
}

static void add_attach_points(const struct finding *f, struct strbuf *out)
{
	struct strbuf names = STRBUF_INIT;

	if (!f->n_attach)
		return;
	for (size_t i = 0; i < f->n_attach && i < NAMES; i++) {
		const struct attach_point *p = &f->attach[i];
		bool last = i + 1 == f->n_attach || i + 1 == NAMES;

		strbuf_addf(&names, "%s%s", i ? ", " : "",
			    p->name);
		/* Of those that are alike the last says it for all. */
		if (last || f->attach[i + 1].certainty != p->certainty)
			strbuf_addf(&names, " (%s)", certainty_name(p->certainty));
	}
	if (f->n_attach > NAMES)
		strbuf_addf(&names, " and %zu more", f->n_attach - NAMES);
	add_paragraph(out, "  A program can run with the lock held at: ", names.buf, 4);
	strbuf_release(&names);
}

static void add_reentries(const struct finding *f, struct strbuf *out)
{
	struct strbuf names = STRBUF_INIT;

	if (!f->n_reentry)
		return;
	for (size_t i = 0; i < f->n_reentry && i < NAMES; i++) {
		const struct reentry *p = &f->reentry[i];

		strbuf_addf(&names, "%s%s (%s of ", i ? ", " : "", p->function, p->what);
		for (size_t k = 0; k < p->program_types.n; k++)
			strbuf_addf(&names, "%s%s", k ? ", " : "", p->program_types.v[k]);
		/* Several often get the object in one way; it is told once. */
		if (p->object && (!i || !f->reentry[i - 1].object ||
				  strcmp(p->object, f->reentry[i - 1].object) != 0))
			strbuf_addf(&names, "; %s", p->object);
		strbuf_addch(&names, ')');
	}
	if (f->n_reentry > NAMES)
		strbuf_addf(&names, " and %zu more", f->n_reentry - NAMES);
	add_paragraph(out, "  It comes back through: ", names.buf, 4);
	strbuf_release(&names);
}

static void add_remedies(const struct finding *f, struct strbuf *out)
{
	struct strbuf text = STRBUF_INIT;

	for (size_t i = 0; i < f->n_remedies; i++) {
		const struct remedy *m = &f->remedies[i];

		strbuf_reset(&text);
		strbuf_addstr(&text, m->what);
		if (!m->closes && m->leaves)
			strbuf_addf(&text, " (leaves %u of these places open)", m->leaves);
		else if (!m->closes)
			strbuf_addstr(&text, " (does not close it alone)");
		add_paragraph(out, "  Possible fix: ", text.buf, 4);
	}
	strbuf_release(&text);
}

/* What a fix would name, if the guess is right. */
static void add_candidate(const struct finding *f, struct strbuf *out)
{
	struct strbuf text = STRBUF_INIT;

	if (!f->brought || !f->brought->commit)
		return;
	strbuf_addf(&text, "Fixes: %.12s (\"%s\") (only a guess: %s)", f->brought->commit,
		    f->brought->subject, f->brought->how);
	add_paragraph(out, "  Candidate for ", text.buf, 4);
	strbuf_release(&text);
}

/* What a virtual machine showed. Lines of the console keep their marks where they are broken. */
static void add_trial(const struct finding *f, struct strbuf *out)
{
	struct strbuf text = STRBUF_INIT, line = STRBUF_INIT, safe = STRBUF_INIT;
	const char *at;

	if (!add_tried(f, &text))
		goto out;
	add_paragraph(out, "  Tried: ", text.buf, 4);
	for (at = f->tried->console; next_line(&at, &line);) {
		strbuf_reset(&safe);
		add_safe(&safe, line.buf);
		strbuf_addstr(out, "    | ");
		add_wrapped(out, safe.buf, 6, 8, WIDTH);
		strbuf_addch(out, '\n');
	}
out:
	strbuf_release(&safe);
	strbuf_release(&text);
	strbuf_release(&line);
}

static bool was_tried(const struct report *r)
{
	for (size_t i = 0; i < r->n_findings; i++) {
		const struct finding *f = &r->findings[i];

		if (!finding_known(f) && finding_tried(f))
			return true;
	}
	return false;
}

static void add_finding(const struct finding *f, size_t number, struct strbuf *out)
{
	struct strbuf head = STRBUF_INIT;

	strbuf_addf(&head, "%zu. %s: ", number, severity_name(f->severity));
	add_paragraph(out, head.buf, f->message, 3);
	strbuf_reset(&head);
	strbuf_addf(&head, "%s:%u [%s %s]", f->location.file, f->location.line, f->code, f->rule);
	add_paragraph(out, "   ", head.buf, 5);
	strbuf_addch(out, '\n');
	for (size_t i = 0; i < f->n_ladders; i++) {
		strbuf_addstr(out, i ? "     the other order:\n" : "");
		add_ladder(&f->ladders[i], out);
	}
	add_picture(f, out);
	strbuf_addch(out, '\n');
	add_trial(f, out);
	add_attach_points(f, out);
	add_reentries(f, out);
	for (size_t i = 0; i < f->notes.n; i++)
		add_paragraph(out, "  Note: ", f->notes.v[i], 4);
	for (size_t i = 0; i < f->assumptions.n; i++)
		add_paragraph(out, "  Not proved: ", f->assumptions.v[i], 4);
	add_remedies(f, out);
	add_candidate(f, out);
	strbuf_addf(out, "  relock id: %s\n", f->id);
	strbuf_release(&head);
}

/*
 * Safe text to ASCII, in place: one character, one column, so that lines stay
 * as they are. Spaces at their ends go.
 */
static void to_ascii(struct strbuf *sb, size_t begin)
{
	size_t to = begin;

	for (size_t i = begin; i < sb->len;) {
		uint32_t cp;
		size_t n = utf8_decode(sb->buf + i, sb->len - i, &cp);

		while (sb->buf[i] == '\n' && to > begin && sb->buf[to - 1] == ' ')
			to--;
		sb->buf[to++] = n == 1 ? sb->buf[i] : '?';
		i += n ? n : 1;
	}
	strbuf_setlen(sb, to);
}

static void lore_write(const struct report *r, const struct report_options *o, struct strbuf *out)
{
	struct strbuf sb = STRBUF_INIT;
	size_t begin = out->len, number = 0;

	strbuf_addf(&sb, "relock %s (static analysis%s): ", r->tool_version,
		    was_tried(r) ? ", and what was tried is said" : "; nothing was run");
	add_verdict(r, &sb);
	strbuf_addstr(&sb, "; ");
	add_coverage(r, &sb);
	strbuf_addch(&sb, '.');
	add_paragraph(out, "", sb.buf, 2);
	for (size_t i = 0; i < r->n_findings; i++) {
		if (finding_known(&r->findings[i]))
			continue;
		strbuf_addch(out, '\n');
		add_finding(&r->findings[i], ++number, out);
	}
	if (r->n_failed || r->n_cuts || r->n_config_missing || r->assumptions.n)
		strbuf_addch(out, '\n');
	for (size_t i = 0; i < r->n_failed; i++) {
		strbuf_reset(&sb);
		strbuf_addf(&sb, "%s: %s", r->failed[i].file, r->failed[i].error);
		add_paragraph(out, "Not analysed: ", sb.buf, 2);
	}
	for (size_t i = 0; i < r->n_cuts; i++) {
		strbuf_reset(&sb);
		strbuf_addf(&sb, "%s: %s", r->cuts[i].function, r->cuts[i].reason);
		add_paragraph(out, "Cut short: ", sb.buf, 2);
	}
	for (size_t i = 0; i < r->n_config_missing; i++) {
		strbuf_reset(&sb);
		strbuf_addf(&sb, "%s: %s", r->config_missing[i].symbol, r->config_missing[i].why);
		add_paragraph(out, "Config: ", sb.buf, 2);
	}
	for (size_t i = 0; i < r->assumptions.n; i++)
		add_paragraph(out, "Assumed: ", r->assumptions.v[i], 2);
	to_ascii(out, begin);
	strbuf_release(&sb);
}

const struct report_writer lore_writer = {
	.name = "lore",
	.description = "for a mail to a list: 75 columns, ASCII",
	.write = lore_write,
	.names_commits = true,
};
