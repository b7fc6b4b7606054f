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

const struct report_writer *const sections_writers[] = {
	&sections_text_writer,
	&sections_json_writer,
	&sections_dot_writer,
	NULL,
};

const struct report_writer *const attach_writers[] = {
	&attach_text_writer,
	&attach_json_writer,
	&attach_bpftrace_writer,
	NULL,
};

const struct report_writer *const whatif_writers[] = {
	&whatif_text_writer,
	&whatif_json_writer,
	NULL,
};

const struct report_writer *report_writer_find(const struct report_writer *const *writers,
					       const char *name)
{
	for (const struct report_writer *const *w = writers; *w; w++) {
		if (!strcmp((*w)->name, name))
			return *w;
	}
	return NULL;
}
