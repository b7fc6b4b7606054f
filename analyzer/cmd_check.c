// SPDX-License-Identifier: MIT
#include "base/fs.h"
#include "base/log.h"
#include "known.h"
#include "study.h"

#include <stdlib.h>
#include <string.h>

struct check {
	struct options o;
	struct study st;
	struct known_findings known;
};

/* What the platform of @writer takes beside the output. The report is complete without it. */
static void write_beside(struct check *c, const struct report_writer *writer)
{
	const struct report_options plain = { 0 };
	const char *file = writer->beside ? getenv(writer->beside_env) : NULL;
	struct strbuf sb = STRBUF_INIT;
	int err;

	if (!file || !*file)
		return;
	writer->beside->write(&c->st.report, &plain, &sb);
	err = fs_append(file, sb.buf, sb.len);
	if (err)
		log_warn("cannot append %s to %s (%s): %s", writer->beside->name, file,
			 writer->beside_env, strerror(-err));
	strbuf_release(&sb);
}

static bool write_output(struct check *c, const struct output *out)
{
	struct report_options ro = { .color = options_color(&c->o, out) };
	struct strbuf sb = STRBUF_INIT;
	bool ok;

	out->writer->write(&c->st.report, &ro, &sb);
	ok = options_write(out, &sb);
	if (ok)
		write_beside(c, out->writer);
	strbuf_release(&sb);
	return ok;
}

static bool write_outputs(struct check *c)
{
	struct output text = { .format = "text", .writer = report_writer_find("text") };

	if (!c->o.outputs.n)
		return write_output(c, &text);
	for (size_t i = 0; i < c->o.outputs.n; i++) {
		if (!write_output(c, &c->o.outputs.v[i]))
			return false;
	}
	return true;
}

static int check(struct check *c)
{
	if (!options_check(&c->o) || !known_read(&c->known) || !study_run(&c->st))
		return EXIT_ERROR;
	progress_end();
	known_mark(&c->known, &c->st.report);
	if (!write_outputs(c) || !known_write(&c->known, &c->st.report))
		return EXIT_ERROR;
	for (size_t i = 0; i < c->st.report.n_findings; i++) {
		const struct finding *f = &c->st.report.findings[i];

		if (!finding_known(f) && (int)f->severity >= c->o.fail_on)
			return EXIT_FINDINGS;
	}
	return c->st.report.n_failed ? EXIT_PARTLY : EXIT_CLEAN;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct check *c = state->input;

	if (key != ARGP_KEY_INIT)
		return ARGP_ERR_UNKNOWN;
	for (size_t i = 0; i < 5; i++)
		state->child_inputs[i] = &c->o;
	return 0;
}

int cmd_check(int argc, char **argv)
{
	static const struct argp_option no_options[] = { { 0 } };
	static const struct argp_child children[] = {
		{ &options_tree_argp, 0, NULL, 0 },
		{ &options_rules_argp, 0, NULL, 0 },
		{ &options_output_argp, 0, NULL, 0 },
		{ &options_known_argp, 0, NULL, 0 },
		{ &options_talk_argp, 0, NULL, 0 },
		{ 0 },
	};
	static const struct argp argp = {
		.options = no_options,
		.parser = parse,
		.args_doc = "TREE",
		.doc = "Analyses the kernel source tree TREE and reports what it finds.",
		.children = children,
	};
	struct check c;
	int status;

	options_init(&c.o);
	study_init(&c.st, &c.o);
	known_init(&c.known, &c.o);
	argp_parse(&argp, argc, argv, 0, NULL, &c);
	progress_start(c.o.progress);
	status = check(&c);
	progress_end();
	study_release(&c.st);
	known_release(&c.known);
	options_release(&c.o);
	return status;
}
