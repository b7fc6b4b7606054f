// SPDX-License-Identifier: MIT
#include "known.h"
#include "study.h"

struct check {
	struct options o;
	struct study st;
	struct known_findings known;
};

static int check(struct check *c)
{
	const struct report_options ro = { 0 };

	for (size_t i = 0; i < c->o.outputs.n; i++)
		c->st.sections |= c->o.outputs.v[i].writer->sections;
	if (!options_check(&c->o) || !known_read(&c->known) || !study_run(&c->st))
		return EXIT_ERROR;
	progress_end();
	known_mark(&c->known, &c->st.report);
	if (!options_report(&c->o, &c->st.report, &ro) ||
	    !known_write(&c->known, &c->st.report))
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
	for (size_t i = 0; i < 7; i++)
		state->child_inputs[i] = &c->o;
	return 0;
}

int cmd_check(int argc, char **argv)
{
	static const struct argp_option no_options[] = { { 0 } };
	static const struct argp_child children[] = {
		{ &options_tree_argp, 0, NULL, 0 },
		{ &options_given_argp, 0, NULL, 0 },
		{ &options_rules_argp, 0, NULL, 0 },
		{ &options_output_argp, 0, NULL, 0 },
		{ &options_fail_argp, 0, NULL, 0 },
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
