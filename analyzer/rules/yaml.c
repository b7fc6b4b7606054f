// SPDX-License-Identifier: MIT
#include "rules/yaml.h"

#include "base/strbuf.h"
#include "base/utf8.h"

#include <errno.h>
#include <stdarg.h>

/* "FILE:LINE:COL" of a node; an empty one has no place of its own, so callers pass its key. */
const char *yaml_where(struct yaml_reader *y, struct fy_node *n)
{
	struct fy_token *token = n ? fy_node_get_scalar_token(n) : NULL;
	const struct fy_mark *mark = token ? fy_token_start_mark(token) : NULL;
	struct arena *a = y->arena;
	struct fy_diag_error *e, *last = NULL;
	void *iter = NULL;

	if (mark) {
		enum fy_node_style style = fy_node_get_style(n);
		/* That of a quoted scalar or an alias is behind the quote or the '*'. */
		bool behind = style == FYNS_SINGLE_QUOTED || style == FYNS_DOUBLE_QUOTED ||
			      style == FYNS_ALIAS;

		return arena_printf(a, "%s:%d:%d", y->file, mark->line + 1, mark->column + !behind);
	}
	/*
	 * Only the library's own reports know where a list or a map begins. This
	 * leaves the diagnostics in the state of an error, so it is for errors.
	 */
	fy_node_report(n, FYET_ERROR, "here");
	while ((e = fy_diag_errors_iterate(y->diag, &iter)))
		last = e;
	if (!last || !n)
		return arena_printf(a, "%s:1:1", y->file);
	return arena_printf(a, "%s:%d:%d", y->file, last->line, last->column);
}

int yaml_fail(struct yaml_reader *y, struct fy_node *at, const char *fmt, ...)
{
	struct strbuf sb = STRBUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	strbuf_vaddf(&sb, fmt, ap);
	va_end(ap);
	y->error = arena_printf(y->arena, "%s: error: %s", yaml_where(y, at), sb.buf);
	strbuf_release(&sb);
	return -EINVAL;
}

bool yaml_is_null(struct fy_node *n)
{
	size_t len = 0;

	return !n || (fy_node_get_type(n) == FYNT_SCALAR && !fy_node_is_alias(n) &&
		      fy_node_get_style(n) == FYNS_PLAIN && (!fy_node_get_scalar(n, &len) || !len));
}

static int read_scalar(struct yaml_reader *y, struct fy_node *at, struct fy_node *n,
		       const char *name, bool lines, const char **ret)
{
	const char *text;
	size_t len = 0;

	if (yaml_is_null(n))
		return yaml_fail(y, at, "'%s' has no value", name);
	if (fy_node_is_alias(n))
		return yaml_fail(y, n, "'%s' is an alias; %ss have none", name, y->kind);
	if (fy_node_get_type(n) != FYNT_SCALAR)
		return yaml_fail(y, n, "'%s' must be a single value, not a %s", name,
				 fy_node_get_type(n) == FYNT_SEQUENCE ? "list" : "map");
	text = fy_node_get_scalar(n, &len);
	while (len && text[len - 1] == '\n')
		len--;
	if (!len)
		return yaml_fail(y, n, "'%s' must not be empty", name);
	for (size_t i = 0; i < len; i++) {
		if (lines && (text[i] == '\n' || text[i] == '\t'))
			continue;
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			return yaml_fail(y, n, "'%s' must be %s without control characters", name,
					 lines ? "text" : "one line");
	}
	*ret = arena_strndup(y->arena, text, len);
	return 0;
}

int yaml_text(struct yaml_reader *y, struct fy_node *at, struct fy_node *n, const char *name,
	      const char **ret)
{
	return read_scalar(y, at, n, name, false, ret);
}

int yaml_lines(struct yaml_reader *y, struct fy_node *at, struct fy_node *n, const char *name,
	       const char **ret)
{
	return read_scalar(y, at, n, name, true, ret);
}

static int fail_syntax(struct yaml_reader *y)
{
	void *iter = NULL;
	struct fy_diag_error *e = fy_diag_errors_iterate(y->diag, &iter);
	struct arena *a = y->arena;

	if (e)
		y->error =
			arena_printf(a, "%s:%d:%d: error: %s", y->file, e->line > 0 ? e->line : 1,
				     e->column > 0 ? e->column : 1, e->msg ? e->msg : "not YAML");
	else
		y->error = arena_printf(a, "%s:1:1: error: not YAML", y->file);
	return -EINVAL;
}

/*
 * What libfyaml need not see: it does not come back from a directive with bytes
 * that are no UTF-8.
 */
static int check_text(struct yaml_reader *y, const char *text, size_t len)
{
	unsigned int line = 1, column = 1;
	const char *directive = arena_printf(y->arena, "a directive; %ss have none", y->kind);
	const char *why = NULL;
	uint32_t c;

	for (size_t i = 0, n; i < len; i += n, column++) {
		n = utf8_decode(text + i, len - i, &c);
		if (!n)
			why = "not UTF-8";
		else if ((c < 0x20 && c != '\n' && c != '\t' && c != '\r') || c == 0x7f)
			why = "a control character";
		else if (c == '%' && column == 1)
			why = directive;
		if (why) {
			y->error = arena_printf(y->arena, "%s:%u:%u: error: %s", y->file, line,
						column, why);
			return -EINVAL;
		}
		if (c == '\n') {
			line++;
			column = 0;
		}
	}
	return 0;
}

int yaml_read(struct yaml_reader *y, const char *text, size_t len,
	      int (*read)(struct yaml_reader *y, struct fy_node *root))
{
	struct fy_parse_cfg cfg = {NULL, FYPCF_QUIET | FYPCF_DEFAULT_VERSION_1_2, NULL, NULL};
	struct fy_document *doc = NULL, *second;
	struct fy_diag_cfg diag_cfg;
	struct fy_parser *parser;
	int err;

	err = check_text(y, text, len);
	if (err)
		return err;
	fy_diag_cfg_default(&diag_cfg);
	diag_cfg.fp = NULL;
	y->diag = cfg.diag = fy_diag_create(&diag_cfg);
	if (!y->diag)
		arena_die(sizeof(diag_cfg));
	fy_diag_set_collect_errors(y->diag, true);
	parser = fy_parser_create(&cfg);
	if (!parser)
		arena_die(sizeof(cfg));

	if (!fy_parser_set_string(parser, text, len))
		doc = fy_parse_load_document(parser);
	if (fy_diag_got_error(y->diag)) {
		err = fail_syntax(y);
	} else if (doc) {
		err = read(y, fy_document_root(doc));
		second = err ? NULL : fy_parse_load_document(parser);
		if (second)
			err = yaml_fail(y, fy_document_root(second),
					"a second document; a %s is one", y->kind);
		else if (!err && fy_diag_got_error(y->diag))
			err = fail_syntax(y);
		if (second)
			fy_parse_document_destroy(parser, second);
	}
	if (doc)
		fy_parse_document_destroy(parser, doc);
	fy_parser_destroy(parser);
	fy_diag_destroy(y->diag);
	y->diag = NULL;
	return err;
}
