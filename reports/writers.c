// SPDX-License-Identifier: MIT
#include "reports/layout.h"

#include <string.h>

const struct report_writer *const report_writers[] = {
	&text_writer,
	&short_writer,
	&lore_writer,
	&json_writer,
	&sarif_writer,
	&github_writer,
	&markdown_writer,
	&gitlab_writer,
	&rdjson_writer,
	&checkstyle_writer,
	&junit_writer,
	&dot_writer,
	&html_writer,
	NULL,
};

const struct report_writer *report_writer_find(const char *name)
{
	for (const struct report_writer *const *w = report_writers; *w; w++) {
		if (!strcmp((*w)->name, name))
			return *w;
	}
	return NULL;
}
