// SPDX-License-Identifier: MIT
#include "reports/layout.h"

#include "base/strbuf.h"
#include "rules/rules.h"

#include <errno.h>
#include <string.h>

/* The page as it is written, its headings in bold where that is wanted. */
static void add_page(const char *page, const struct report_options *o, struct strbuf *out)
{
	while (*page) {
		size_t len = strcspn(page, "\n");
		bool heading = *page == '#';

		if (heading)
			strbuf_addstr(out, color_bold(o));
		strbuf_add(out, page, len);
		if (heading)
			strbuf_addstr(out, color_off(o));
		strbuf_addch(out, '\n');
		page += len + (page[len] == '\n');
	}
}

int report_explain_rule(const struct rules *rules, const char *code_or_name,
			const struct report_options *o, struct strbuf *out)
{
	const struct rule_hazard *h = rules_hazard(rules, code_or_name);

	if (!h)
		return -ENOENT;
	add_page(h->page, o, out);
	return 0;
}

static void add_bullet(struct strbuf *out, const struct report_options *o, const char *text)
{
	struct strbuf safe = STRBUF_INIT;

	add_safe(&safe, text);
	strbuf_addstr(out, "  * ");
	add_wrapped(out, safe.buf, 4, 4, o->width ? o->width : 100);
	strbuf_addch(out, '\n');
	strbuf_release(&safe);
}

/* The attach points that nothing of the built kernel vouches for, as one pattern of grep. */
static void add_unsure(const struct finding *f, const struct report_options *o, struct strbuf *out)
{
	struct strbuf sb = STRBUF_INIT, names = STRBUF_INIT;
	size_t unsure = 0, shown = 0;

	for (size_t i = 0; i < f->n_attach; i++) {
		const struct attach_point *p = &f->attach[i];

		if (!p->function || p->certainty == CERT_CONFIRMED)
			continue;
		unsure++;
		if (shown < 6) {
			strbuf_addf(&names, "%s%s", shown ? "|" : "", p->function);
			shown++;
		}
	}
	if (unsure)
		strbuf_addf(&sb, "None of the places exists in the kernel that is meant: %s of %zu "
				 "%s only from the source. On that kernel: grep -wE '%s%s' "
				 "/sys/kernel/tracing/available_filter_functions",
			    unsure == f->n_attach ? "all" : "most", f->n_attach,
			    f->n_attach == 1 ? "is known" : "are known", names.buf,
			    unsure > shown ? "|..." : "");
	if (unsure == f->n_attach && unsure)
		add_bullet(out, o, sb.buf);
	strbuf_release(&sb);
	strbuf_release(&names);
}

/*
 * What each link of the claim rests on, turned round: whoever shows one of these
 * has shown that the finding is wrong.
 */
static void add_refutations(const struct finding *f, const struct report_options *o,
			    struct strbuf *out)
{
	struct strbuf sb = STRBUF_INIT;

	strbuf_addf(out, "%sWhat would refute it%s (any one of these)\n", color_bold(o), color_off(o));
	for (size_t i = 0; i < f->assumptions.n; i++) {
		strbuf_reset(&sb);
		strbuf_addf(&sb, "This was assumed and is not so: %s", f->assumptions.v[i]);
		add_bullet(out, o, sb.buf);
	}
	strbuf_reset(&sb);
	strbuf_addf(&sb, "%s() is never entered through %s, or never with the values that its "
			 "ladder shows.", f->entry_function, f->entry_via);
	add_bullet(out, o, sb.buf);
	for (size_t i = 0; i < f->guard_expected.n; i++) {
		strbuf_reset(&sb);
		strbuf_addf(&sb, "Something on the way raises %s before the lock is taken.",
			    f->guard_expected.v[i]);
		add_bullet(out, o, sb.buf);
	}
	add_unsure(f, o, out);
	for (size_t i = 0; i < f->n_reentry; i++) {
		const struct reentry *p = &f->reentry[i];

		strbuf_reset(&sb);
		strbuf_addf(&sb, "The verifier refuses %s() to every program that can be attached "
				 "there", p->function);
		if (p->object)
			strbuf_addf(&sb, ", or such a program cannot get the object (said here: %s)",
				    p->object);
		strbuf_addch(&sb, '.');
		add_bullet(out, o, sb.buf);
	}
	strbuf_reset(&sb);
	strbuf_addf(&sb, "The %s that is held and the one that is wanted are never of the same "
			 "object.", f->lock.class);
	if (!f->lock2)
		add_bullet(out, o, sb.buf);
	strbuf_release(&sb);
}

int report_explain_finding(const struct report *r, const struct rules *rules, const char *id,
			   const struct report_options *o, struct strbuf *out)
{
	for (size_t i = 0; i < r->n_findings; i++) {
		if (strcmp(r->findings[i].id, id))
			continue;
		text_finding(r, &r->findings[i], o, true, out);
		strbuf_addch(out, '\n');
		add_refutations(&r->findings[i], o, out);
		strbuf_addch(out, '\n');
		report_explain_rule(rules, r->findings[i].code, o, out);
		return 0;
	}
	return -ENOENT;
}
