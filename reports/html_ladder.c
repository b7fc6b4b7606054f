// SPDX-License-Identifier: MIT
#include "reports/html.h"

#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

/*
 * A ladder as a drawing. Rows are steps, indented by call depth; a bar on the
 * left spans the rows during which the lock is held, and the step that wants it
 * again ends at that bar. Widths are those of a monospaced font: nothing here
 * can measure text. The list of steps beside it says the same in words, so
 * readers of screens are spared the drawing. What is the same in each row, as where
 * numbers, places and the bar stand, is in the style sheet, for this width.
 */
#define WIDTH 860
#define BAR_X 36   /* left edge of the bar */
#define BAR_WIDTH 6
#define TREE_X 58 /* first function */
#define INDENT 15
#define INDENT_MAX 24 /* levels; deeper ones would leave no room for their names */
#define ROW 25	      /* height of a row without a note */
#define NOTE 15	      /* and of each line of a note */
#define DIVIDER 30
#define NAME_CHAR 7.9  /* width of a character of a name, a little too wide */
#define SMALL_CHAR 6.9 /* of a place or a note */

struct row {
	unsigned int x, y; /* of the name's baseline */
	unsigned int height;
	struct strbuf note; /* safe text, a line each */
};

static unsigned int note_lines(const struct row *row)
{
	unsigned int n = row->note.len ? 1 : 0;

	for (size_t i = 0; i < row->note.len; i++)
		n += row->note.buf[i] == '\n';
	return n;
}

/* At most @max characters of the safe text @s, escaped. */
static void add_clipped(struct strbuf *out, const char *s, size_t max)
{
	struct strbuf safe = STRBUF_INIT;
	size_t columns = 0, i = 0;

	add_safe(&safe, s);
	if (text_columns(safe.buf, safe.len) > max) {
		while (i < safe.len && (columns + 1 < max || (safe.buf[i] & 0xc0) == 0x80)) {
			columns += (safe.buf[i] & 0xc0) != 0x80;
			i++;
		}
		strbuf_setlen(&safe, i);
		strbuf_addstr(&safe, "\xe2\x80\xa6");
	}
	add_xml(out, safe.buf);
	strbuf_release(&safe);
}

static void place_rows(const struct ladder *l, struct row *rows, size_t divider,
		       unsigned int *ret_height)
{
	struct strbuf safe = STRBUF_INIT;
	unsigned int y = 4;

	for (size_t i = 0; i < l->n; i++) {
		const struct step *s = &l->v[i];
		unsigned int depth = s->depth < INDENT_MAX ? s->depth : INDENT_MAX;
		struct row *row = &rows[i];

		strbuf_init(&row->note);
		if (i && i == divider)
			y += DIVIDER;
		row->x = TREE_X + depth * INDENT;
		row->y = y + 17;
		strbuf_reset(&safe);
		add_safe(&safe, s->note);
		add_wrapped(&row->note, safe.buf, 0, 0, (size_t)((WIDTH - row->x) / SMALL_CHAR));
		row->height = ROW + note_lines(row) * NOTE;
		if (ladder_goes_on(l, i) && row->note.len)
			row->height -= NOTE;
		y += row->height;
	}
	*ret_height = y + 4;
	strbuf_release(&safe);
}

/* The row that calls step @i, or @i. */
static size_t caller_of(const struct ladder *l, size_t i)
{
	for (size_t k = i; k > 0; k--) {
		if (l->v[k - 1].depth < l->v[i].depth && !ladder_goes_on(l, k - 1))
			return k - 1;
	}
	return i;
}

static void add_row(const struct ladder *l, size_t i, const struct row *rows, struct strbuf *out)
{
	const struct step *s = &l->v[i];
	const struct row *row = &rows[i];
	size_t caller = caller_of(l, i), places, room;
	struct strbuf place = STRBUF_INIT;
	bool goes_on = ladder_goes_on(l, i);
	unsigned int y = row->y;

	if (s->kind == STEP_CALL)
		strbuf_addstr(out, "<g>");
	else
		strbuf_addf(out, "<g class=%s>", step_kind_name(s->kind));
	if (s->kind == STEP_ACQUIRE || s->kind == STEP_BLOCKED)
		strbuf_addf(out, "<rect y=%u height=%u />", y - 17, row->height - 1);
	if (caller != i && !goes_on)
		strbuf_addf(out, "<path d=\"M%u %uV%uH%u\"%s/>", rows[caller].x + 4,
			    rows[caller].y + 6 + note_lines(&rows[caller]) * NOTE, y - 4,
			    row->x - 3, s->kind == STEP_POINTER ? " class=dots " : "");
	strbuf_addf(out, "<circle cy=%u /><text y=%u>%zu</text>", y - 4, y, i + 1);
	add_step_place(l, s, &place);
	places = text_columns(place.buf, place.len);
	if (goes_on) {
		y -= NOTE;
	} else {
		room = (size_t)((WIDTH - row->x) / NAME_CHAR);
		/* A place that would take all of the row is left out; the list has it. */
		if (places * 2 > room)
			places = 0;
		strbuf_addf(out, "<text x=%u y=%u>", row->x, y);
		add_clipped(out, s->function, room - places - 1);
		strbuf_addstr(out, "</text>");
		if (places) {
			strbuf_addf(out, "<text class=p y=%u>", y);
			add_xml(out, place.buf);
			strbuf_addstr(out, "</text>");
		}
	}
	for (const char *line = row->note.buf; *line;) {
		size_t len = strcspn(line, "\n");
		struct strbuf one = STRBUF_INIT;

		y += NOTE;
		strbuf_add(&one, line, len);
		strbuf_addf(out, "<text class=t x=%u y=%u>", row->x, y);
		add_clipped(out, one.buf, (size_t)((WIDTH - row->x) / SMALL_CHAR) + 1);
		strbuf_addstr(out, "</text>");
		strbuf_release(&one);
		line += len + (line[len] == '\n');
	}
	strbuf_addstr(out, "</g>\n");
	strbuf_release(&place);
}

/* From where a lock is taken to where it is wanted again, and the way back. */
static void add_held(const struct ladder *l, const struct row *rows, struct strbuf *out)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct step *s = &l->v[i];
		unsigned int from, to;

		if (s->kind != STEP_BLOCKED || !s->since || s->since > i)
			continue;
		from = rows[s->since - 1].y - 4;
		to = rows[i].y - 4;
		strbuf_addf(out, "<rect class=held y=%u height=%u />", from, to - from + 3);
		strbuf_addf(out,
			    "<path class=wait d=\"M%u %uH%d\"/><path class=head d=\"M%d %ul8 "
			    "-5v10z\"/>\n",
			    rows[i].x - 4, to, BAR_X + BAR_WIDTH + 8, BAR_X + BAR_WIDTH + 1, to);
	}
}

void html_ladder(const struct ladder *l, struct strbuf *out)
{
	struct row *rows = xcalloc(l->n + 1, sizeof(*rows));
	size_t divider = ladder_divider(l);
	unsigned int height = 0;

	place_rows(l, rows, divider, &height);
	strbuf_addf(out, "<svg viewBox=\"0 0 %d %u\" aria-hidden=true>\n", WIDTH, height);
	if (divider && divider < l->n) {
		unsigned int y = rows[divider].y - 17;

		strbuf_addf(out, "<rect class=nest y=%u height=%u />", y - DIVIDER + 3,
			    height - y + DIVIDER - 3);
		strbuf_addf(out, "<text class=d y=%u>a program attached here runs</text>\n", y - 9);
	}
	for (size_t i = 0; i < l->n; i++)
		add_row(l, i, rows, out);
	add_held(l, rows, out);
	strbuf_addstr(out, "</svg>");
	for (size_t i = 0; i < l->n; i++)
		strbuf_release(&rows[i].note);
	free(rows);
}
