// SPDX-License-Identifier: MIT
#include "history/tried.h"

#include "base/fs.h"
#include "history/baseline.h"
#include "history/reading.h"

#include <errno.h>
#include <string.h>

static void read_entry(struct reading *r, const struct jdoc *d, void *ret)
{
	struct tried_entry *e = ret;
	const char *id = reading_text(r, d, "id");

	if (!is_id(id)) {
		reading_fail(r, "id", "is not 16 hex digits");
		return;
	}
	memcpy(e->id, id, sizeof(e->id));
	reading_tried(r, d, &e->tried);
}

static void read_all(struct reading *r, const struct jdoc *d, struct tried_file *ret)
{
	const struct jdoc *kernel;
	const char *version;

	reading_schema(r, d, "relock-evidence/1", "this is not what relock lab says of findings");
	if (r->error)
		return;
	kernel = reading_member(r, d, "kernel", JDOC_OBJECT);
	reading_enter(r, "kernel", 0);
	version = reading_text(r, kernel, "version");
	reading_leave(r);
	ret->v = reading_items(r, d, "findings", sizeof(*ret->v), read_entry, &ret->n);
	for (size_t i = 0; i < ret->n; i++)
		ret->v[i].tried.kernel = version;
}

int tried_parse(struct arena *a, const char *name, const char *text, size_t len,
		struct tried_file *ret, const char **ret_error)
{
	struct reading r = {.a = a,
			    .name = name,
			    .wanted = "a file that 'relock lab --output json' wrote",
			    .text = text,
			    .len = len};
	struct tried_file e = {.name = name};
	struct jdoc *d;

	if (!reading_parse(&r, &d))
		read_all(&r, d, &e);
	if (r.error) {
		*ret_error = r.error;
		return -EBADMSG;
	}
	*ret = e;
	return 0;
}

int tried_read(struct arena *a, const char *path, struct tried_file *ret, const char **ret_error)
{
	struct strbuf text = STRBUF_INIT;
	int err = fs_read(path, &text);

	if (err)
		*ret_error = arena_printf(a, "cannot read %s: %s", path, strerror(-err));
	else
		err = tried_parse(a, path, text.buf, text.len, ret, ret_error);
	strbuf_release(&text);
	return err;
}

size_t tried_give(const struct tried_file *e, struct report *r)
{
	size_t idle = 0;

	for (size_t i = 0; i < e->n; i++) {
		bool found = false;

		for (size_t k = 0; k < r->n_findings; k++) {
			if (strcmp(r->findings[k].id, e->v[i].id) != 0)
				continue;
			r->findings[k].tried = &e->v[i].tried;
			found = true;
		}
		idle += !found;
	}
	return idle;
}
