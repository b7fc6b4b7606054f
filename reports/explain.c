// SPDX-License-Identifier: MIT
#include "reports/layout.h"

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

int report_explain_finding(const struct report *r, const struct rules *rules, const char *id,
			   const struct report_options *o, struct strbuf *out)
{
	for (size_t i = 0; i < r->n_findings; i++) {
		if (strcmp(r->findings[i].id, id))
			continue;
		text_finding(r, &r->findings[i], o, true, out);
		strbuf_addch(out, '\n');
		report_explain_rule(rules, r->findings[i].code, o, out);
		return 0;
	}
	return -ENOENT;
}
