// SPDX-License-Identifier: MIT
#include "reports/layout.h"

#include "base/fs.h"
#include "base/utf8.h"

#include <string.h>
#include <sys/stat.h>

/* Controls, characters that reorder or hide the text around them, and what is no character. */
static bool is_unsafe(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0xad || cp == 0x61c ||
	       (cp >= 0x200b && cp <= 0x200f) || (cp >= 0x2028 && cp <= 0x202e) ||
	       (cp >= 0x2060 && cp <= 0x206f) || cp == 0xfeff || (cp >= 0xfff9 && cp <= 0xfffb) ||
	       (cp >= 0xe0000 && cp <= 0xe007f) || (cp & 0xfffe) == 0xfffe;
}

/* Length of the printable ASCII that @s begins with: nearly all text here is. */
static size_t plain_length(const char *s)
{
	size_t n = 0;

	while (s[n] >= 0x20 && s[n] < 0x7f)
		n++;
	return n;
}

void add_safe(struct strbuf *out, const char *s)
{
	size_t len = strlen(s);

	for (size_t i = 0; i < len;) {
		size_t plain = plain_length(s + i), n;
		uint32_t cp = 0;

		if (plain) {
			strbuf_add(out, s + i, plain);
			i += plain;
			continue;
		}
		n = utf8_decode(s + i, len - i, &cp);

		if (!n)
			strbuf_addf(out, "\\x%02x", (unsigned char)s[i]);
		else if (!is_unsafe(cp))
			strbuf_add(out, s + i, n);
		else if (cp < 0x100)
			strbuf_addf(out, "\\x%02x", (unsigned int)cp);
		else
			strbuf_addf(out, "\\u{%x}", (unsigned int)cp);
		i += n ? n : 1;
	}
}

void add_utf8(struct strbuf *out, const char *s)
{
	size_t len = strlen(s);

	for (size_t i = 0; i < len;) {
		size_t plain = plain_length(s + i), n;
		uint32_t cp;

		n = plain ? plain : utf8_decode(s + i, len - i, &cp);
		if (n)
			strbuf_add(out, s + i, n);
		else
			strbuf_addstr(out, "\xef\xbf\xbd");
		i += n ? n : 1;
	}
}

size_t text_columns(const char *s, size_t len)
{
	size_t columns = 0;

	for (size_t i = 0; i < len; i++)
		columns += ((unsigned char)s[i] & 0xc0) != 0x80;
	return columns;
}

void add_wrapped(struct strbuf *out, const char *text, size_t column, size_t indent, size_t width)
{
	bool first = true;

	while (*text) {
		size_t len, columns;

		text += strspn(text, " ");
		len = strcspn(text, " ");
		if (!len)
			break;
		columns = text_columns(text, len);
		if (!first && column + 1 + columns > width) {
			strbuf_addch(out, '\n');
			strbuf_addchars(out, ' ', indent);
			column = indent;
		} else if (!first) {
			strbuf_addch(out, ' ');
			column++;
		}
		strbuf_add(out, text, len);
		column += columns;
		text += len;
		first = false;
	}
}

void add_xml(struct strbuf *out, const char *s)
{
	struct strbuf safe = STRBUF_INIT;

	add_safe(&safe, s);
	for (const char *p = safe.buf; *p; p++) {
		switch (*p) {
		case '&':
			strbuf_addstr(out, "&amp;");
			break;
		case '<':
			strbuf_addstr(out, "&lt;");
			break;
		case '>':
			strbuf_addstr(out, "&gt;");
			break;
		case '"':
			strbuf_addstr(out, "&quot;");
			break;
		case '\'':
			strbuf_addstr(out, "&#39;");
			break;
		default:
			strbuf_addch(out, *p);
		}
	}
	strbuf_release(&safe);
}

void add_joined(struct strbuf *out, const struct strlist *l)
{
	for (size_t i = 0; i < l->n; i++) {
		strbuf_addstr(out, i ? ", " : "");
		add_safe(out, l->v[i]);
	}
}

#define SOURCE_MAX (16 << 20) /* bytes; no source that people read is larger */

struct source {
	const char *file;
	struct strbuf text; /* empty when it could not be read */
};

static void read_source(const struct report *r, const char *file, struct strbuf *ret)
{
	struct strbuf path = STRBUF_INIT;
	struct stat st;

	if (!r->tree || !*r->tree || *file == '/' || !strncmp(file, "../", 3) ||
	    strstr(file, "/../"))
		return;
	strbuf_addf(&path, "%s/%s", r->tree, file);
	/* Nothing that could keep a reader waiting, or fill the memory. */
	if (!stat(path.buf, &st) && S_ISREG(st.st_mode) && st.st_size <= SOURCE_MAX &&
	    fs_read(path.buf, ret))
		strbuf_reset(ret);
	strbuf_release(&path);
}

void sources_release(struct sources *s)
{
	for (size_t i = 0; i < s->files.n; i++)
		strbuf_release(&s->files.v[i].text);
	vec_release(&s->files);
}

bool sources_line(struct sources *s, const char *file, unsigned int line, struct strbuf *ret)
{
	struct source added = { .file = file, .text = STRBUF_INIT };
	const struct strbuf *text = NULL;
	const char *at, *end, *stop;

	for (size_t i = 0; i < s->files.n && !text; i++) {
		if (!strcmp(s->files.v[i].file, file))
			text = &s->files.v[i].text;
	}
	if (!text) {
		read_source(s->r, file, &added.text);
		vec_push(&s->files, added);
		text = &s->files.v[s->files.n - 1].text;
	}
	at = text->buf;
	end = text->buf + text->len;
	for (unsigned int i = 1; i < line && at < end; i++) {
		stop = memchr(at, '\n', (size_t)(end - at));
		at = stop ? stop + 1 : end;
	}
	if (!line || at == end)
		return false;
	stop = memchr(at, '\n', (size_t)(end - at));
	strbuf_add(ret, at, (size_t)((stop ? stop : end) - at));
	if (ret->len && ret->buf[ret->len - 1] == '\r')
		strbuf_setlen(ret, ret->len - 1);
	/* A byte 0 would end the line early for everybody who reads it as a string. */
	for (size_t i = 0; i < ret->len; i++) {
		if (!ret->buf[i])
			ret->buf[i] = 1;
	}
	return true;
}

bool source_line(const struct report *r, const char *file, unsigned int line, struct strbuf *ret)
{
	struct sources s = { .r = r };
	bool found = sources_line(&s, file, line, ret);

	sources_release(&s);
	return found;
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

size_t source_span(const char *line, size_t at)
{
	size_t end = at, depth = 0;

	while (is_word(line[end]))
		end++;
	if (end == at)
		return 1;
	if (line[end] != '(')
		return end - at;
	for (size_t i = end; line[i]; i++) {
		depth += line[i] == '(';
		depth -= line[i] == ')';
		if (!depth)
			return i + 1 - at;
	}
	/* The call goes on in the next line. */
	end = strlen(line);
	while (end > at && (line[end - 1] == ' ' || line[end - 1] == '\t'))
		end--;
	return end - at;
}

void region_of(struct sources *s, const struct location *l, struct region *ret)
{
	struct strbuf line = STRBUF_INIT;

	ret->line = l->line ? l->line : 1;
	ret->start = l->column ? l->column : 1;
	ret->end = ret->start + 1;
	ret->start_char = ret->start;
	ret->end_char = ret->end;
	if (sources_line(s, l->file, l->line, &line) && ret->start <= line.len) {
		size_t len = source_span(line.buf, ret->start - 1);

		ret->end = ret->start + len;
		ret->start_char = 1 + text_columns(line.buf, ret->start - 1);
		ret->end_char = ret->start_char + text_columns(line.buf + ret->start - 1, len);
	}
	strbuf_release(&line);
}

const char *base_name(const char *file)
{
	const char *slash = strrchr(file, '/');

	return slash ? slash + 1 : file;
}

size_t ladder_divider(const struct ladder *l)
{
	for (size_t i = 0; i < l->n; i++) {
		if (l->v[i].kind == STEP_ATTACH)
			return i + 1;
	}
	for (size_t i = 0; i < l->n; i++) {
		if (l->v[i].kind == STEP_REENTER)
			return i;
	}
	return l->n;
}

bool report_compared(const struct report *r)
{
	for (size_t i = 0; i < r->n_findings; i++) {
		if (r->findings[i].state && !finding_suppressed(&r->findings[i]))
			return true;
	}
	return r->since || r->n_fixed;
}

void add_step_place(const struct ladder *l, const struct step *s, struct strbuf *out)
{
	const char *file = s->location.file, *shown;

	if (!file)
		return;
	shown = base_name(file);
	for (size_t i = 0; i < l->n; i++) {
		const char *other = l->v[i].location.file;

		if (other && strcmp(other, file) && !strcmp(base_name(other), shown))
			shown = file;
	}
	add_safe(out, shown);
	strbuf_addf(out, ":%u", s->location.line);
}

bool ladder_goes_on(const struct ladder *l, size_t i)
{
	const struct step *s = &l->v[i], *before = i ? &l->v[i - 1] : NULL;

	return before && before->depth == s->depth && !strcmp(before->function, s->function) &&
	       s->kind != STEP_CALL && s->kind != STEP_POINTER && s->kind != STEP_REENTER;
}

/* " (tried: 7 confirmed, 1 survived)": of the findings that the verdict counts. */
static void add_tried_counts(const struct report *r, struct strbuf *out)
{
	static const char *const verdicts[] = {"confirmed", "seen", "doubtful", "survived"};
	bool any = false;

	for (size_t v = 0; v < ARRAY_SIZE(verdicts); v++) {
		size_t n = 0;

		for (size_t i = 0; i < r->n_findings; i++) {
			const struct finding *f = &r->findings[i];

			n += f->tried && !finding_known(f) && !strcmp(f->tried->verdict, verdicts[v]);
		}
		if (!n)
			continue;
		strbuf_addf(out, "%s%zu %s", any ? ", " : " (tried: ", n, verdicts[v]);
		any = true;
	}
	strbuf_addstr(out, any ? ")" : "");
}

void add_verdict(const struct report *r, struct strbuf *out)
{
	size_t count[SEV_ERROR + 1] = { 0 }, suppressed = 0, known = 0;
	bool compared = report_compared(r);
	const char *new = compared ? "new " : "";

	for (size_t i = 0; i < r->n_findings; i++) {
		if (finding_suppressed(&r->findings[i]))
			suppressed++;
		else if (finding_known(&r->findings[i]))
			known++;
		else
			count[r->findings[i].severity]++;
	}
	if (compared || suppressed < r->n_findings)
		strbuf_addf(out, "%zu %serror%s, %zu %swarning%s, %zu %snote%s", count[SEV_ERROR],
			    new, count[SEV_ERROR] == 1 ? "" : "s", count[SEV_WARNING], new,
			    count[SEV_WARNING] == 1 ? "" : "s", count[SEV_NOTE], new,
			    count[SEV_NOTE] == 1 ? "" : "s");
	else
		strbuf_addstr(out, "no findings");
	if (compared)
		strbuf_addf(out, ", %zu known, %zu fixed", known, r->n_fixed);
	if (suppressed)
		strbuf_addf(out, ", %zu suppressed", suppressed);
	add_tried_counts(r, out);
}

void add_brought(const struct brought *b, struct strbuf *out)
{
	if (b->commit)
		strbuf_addf(out, "%.12s (\"%s\"), ", b->commit, b->subject);
	else
		strbuf_addstr(out, "what is not committed yet, ");
	strbuf_addstr(out, b->how);
}

bool add_tried(const struct finding *f, struct strbuf *out)
{
	const struct tried *t = f->tried;

	if (!finding_tried(f))
		return false;
	strbuf_addf(out, "%s%s%s in a virtual machine: %s", t->verdict,
		    *t->kernel ? " on Linux " : "", t->kernel, t->reason);
	if (t->how)
		strbuf_addf(out, "; the program: %s on %s calls %s()", t->how,
			    t->attach ? t->attach : "any instruction", t->calls);
	return true;
}

bool next_line(const char **at, struct strbuf *ret)
{
	size_t len = strcspn(*at, "\n");

	if (!**at)
		return false;
	strbuf_reset(ret);
	strbuf_add(ret, *at, len);
	*at += len + ((*at)[len] == '\n');
	return true;
}

void add_console(const char *lines, const char *before, struct strbuf *out)
{
	struct strbuf line = STRBUF_INIT;

	while (next_line(&lines, &line)) {
		strbuf_addstr(out, before);
		add_safe(out, line.buf);
		strbuf_addch(out, '\n');
	}
	strbuf_release(&line);
}

void add_fixed(const struct fixed *x, struct strbuf *out)
{
	const char *const words[] = { x->severity, x->code, x->function, x->lock };

	strbuf_addstr(out, x->id);
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (*words[i])
			strbuf_addf(out, " %s", words[i]);
	}
	if (x->reason)
		strbuf_addf(out, ": %s", x->reason);
}

void add_coverage(const struct report *r, struct strbuf *out)
{
	strbuf_addf(out, "%zu of %zu unit%s analysed", r->units_analysed, r->units_total,
		    r->units_total == 1 ? "" : "s");
	if (r->n_failed)
		strbuf_addf(out, ", %zu failed", r->n_failed);
	if (*r->kernel_version)
		strbuf_addf(out, "; Linux %s", r->kernel_version);
	if (*r->kernel_config)
		strbuf_addf(out, "%s%s", *r->kernel_version ? ", " : "; ", r->kernel_config);
}

static void add_lock_gist(const struct lock_ref *l, struct strbuf *out)
{
	add_safe(out, l->class);
	if (l->kind) {
		strbuf_addstr(out, " (");
		add_safe(out, l->kind);
		strbuf_addch(out, ')');
	}
	if (l->acquired.file) {
		strbuf_addstr(out, " is taken at ");
		add_safe(out, l->acquired.file);
		strbuf_addf(out, ":%u", l->acquired.line);
	}
	if (l->acquired.file && *l->acquired.function) {
		strbuf_addstr(out, " in ");
		add_safe(out, l->acquired.function);
		strbuf_addstr(out, "()");
	}
	strbuf_addch(out, '\n');
}

void add_gist(const struct finding *f, struct strbuf *out)
{
	struct strbuf tried = STRBUF_INIT;

	add_lock_gist(&f->lock, out);
	if (f->lock2)
		add_lock_gist(f->lock2, out);
	if (f->n_attach) {
		strbuf_addstr(out, "a program can run at ");
		add_safe(out, f->attach[0].name);
		strbuf_addstr(out, " (");
		add_joined(out, &f->attach[0].how);
		strbuf_addf(out, "; %s)", certainty_name(f->attach[0].certainty));
		if (f->n_attach > 1)
			strbuf_addf(out, ", and at %zu more", f->n_attach - 1);
		strbuf_addch(out, '\n');
	}
	if (f->n_reentry) {
		strbuf_addstr(out, "it comes back through ");
		add_safe(out, f->reentry[0].function);
		strbuf_addf(out, " (%s of ", f->reentry[0].what);
		add_joined(out, &f->reentry[0].program_types);
		strbuf_addch(out, ')');
		if (f->n_reentry > 1)
			strbuf_addf(out, ", and %zu more", f->n_reentry - 1);
		strbuf_addch(out, '\n');
	}
	for (size_t i = 0; i < f->assumptions.n; i++) {
		strbuf_addstr(out, "assumed: ");
		add_safe(out, f->assumptions.v[i]);
		strbuf_addch(out, '\n');
	}
	for (size_t i = 0; i < f->n_remedies; i++) {
		if (!f->remedies[i].closes)
			continue;
		strbuf_addstr(out, "help: ");
		add_safe(out, f->remedies[i].what);
		strbuf_addch(out, '\n');
	}
	if (add_tried(f, &tried)) {
		strbuf_addstr(out, "lab: ");
		add_safe(out, tried.buf);
		strbuf_addch(out, '\n');
		add_console(f->tried->console, "  | ", out);
	}
	strbuf_release(&tried);
	if (f->brought) {
		struct strbuf sb = STRBUF_INIT;

		add_brought(f->brought, &sb);
		strbuf_addstr(out, "brought by: ");
		add_safe(out, sb.buf);
		strbuf_addch(out, '\n');
		strbuf_release(&sb);
	}
	strbuf_addf(out, "id: %s\n", f->id);
}

const char *color_severity(const struct report_options *o, enum severity s)
{
	if (!o->color)
		return "";
	switch (s) {
	case SEV_ERROR:
		return "\033[1;31m";
	case SEV_WARNING:
		return "\033[1;35m";
	case SEV_NOTE:
		break;
	}
	return "\033[1;36m";
}

const char *color_bold(const struct report_options *o)
{
	return o->color ? "\033[1m" : "";
}

const char *color_caret(const struct report_options *o)
{
	return o->color ? "\033[1;32m" : "";
}

const char *color_off(const struct report_options *o)
{
	return o->color ? "\033[0m" : "";
}
