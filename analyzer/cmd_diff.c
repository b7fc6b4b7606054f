// SPDX-License-Identifier: MIT
#include "base/log.h"
#include "command.h"
#include "history/read.h"
#include "options.h"
#include "reports/diff.h"

#include <string.h>

struct diff_command {
	struct options o;
	struct arena arena;
	const char *files[2];
	struct report reports[2];
};

static const char *const formats[] = { "text", "json", NULL };

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct diff_command *c = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		for (size_t i = 0; i < 3; i++)
			state->child_inputs[i] = &c->o;
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num > 1)
			argp_error(state, "two reports: '%s' is the third", arg);
		else
			c->files[state->arg_num] = arg;
		return 0;
	case ARGP_KEY_END:
		if (state->arg_num < 2)
			argp_error(state, "which two reports? OLD and NEW are files that "
					  "'relock check --output json:FILE' wrote");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static bool write_output(struct diff_command *c, const struct diff *d, const struct output *out)
{
	struct report_options ro = { .color = options_color(&c->o, out) };
	struct strbuf sb = STRBUF_INIT;
	bool ok;

	if (!strcmp(out->format, "json"))
		diff_write_json(d, &sb);
	else
		diff_write_text(d, &ro, &sb);
	ok = options_write(out, &sb);
	strbuf_release(&sb);
	return ok;
}

static int run_diff(struct diff_command *c)
{
	const struct output text = { .format = "text" };
	const char *error = NULL;
	struct diff d;

	if (!options_check(&c->o))
		return EXIT_ERROR;
	for (size_t i = 0; i < 2; i++) {
		if (report_read(&c->arena, c->files[i], &c->reports[i], &error)) {
			log_error("%s", error);
			return EXIT_ERROR;
		}
	}
	diff_reports(&c->reports[0], &c->reports[1], &c->arena, &d);
	if (!c->o.outputs.n && !write_output(c, &d, &text))
		return EXIT_ERROR;
	for (size_t i = 0; i < c->o.outputs.n; i++) {
		if (!write_output(c, &d, &c->o.outputs.v[i]))
			return EXIT_ERROR;
	}
	for (size_t i = 0; i < d.n_rows; i++) {
		enum change change = d.rows[i].change;

		if ((change == CHANGE_NEW || change == CHANGE_WORSE) &&
		    (int)d.rows[i].new->severity >= c->o.fail_on)
			return EXIT_FINDINGS;
	}
	return EXIT_CLEAN;
}

static const struct argp_option no_options[] = { { 0 } };
static const struct argp_child children[] = {
	{ &options_output_argp, 0, NULL, 0 },
	{ &options_fail_argp, 0, NULL, 0 },
	{ &options_talk_argp, 0, NULL, 0 },
	{ 0 },
};
static const struct argp argp = {
	.options = no_options,
	.parser = parse,
	.args_doc = "OLD NEW",
	.doc = "Compares two JSON reports: what is new in NEW, and what is fixed. Ends with 1 "
	       "if something new is at or above --fail-on.\vFormats of --output: text, json.",
	.children = children,
};

static int run(int argc, char **argv)
{
	struct diff_command c = { 0 };
	int status;

	options_init(&c.o);
	c.o.formats = formats;
	argp_parse(&argp, argc, argv, 0, NULL, &c);
	status = run_diff(&c);
	options_release(&c.o);
	arena_release(&c.arena);
	return status;
}

const struct command cmd_diff = {
	.name = "diff",
	.what = "what is new and what is fixed between two JSON reports",
	.argp = &argp,
	.run = run,
	.formats = formats,
	.operand = OPERAND_FILES,
};
