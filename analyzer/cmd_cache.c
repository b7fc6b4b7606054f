// SPDX-License-Identifier: MIT
#include "base/log.h"
#include "command.h"
#include "facts/cache.h"
#include "options.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct cache_command {
	struct options o;
	struct arena arena;
	bool clear;
};

enum { KEY_CLEAR = 0x200 };

static const struct argp_option cache_options[] = {
	{ "clear", KEY_CLEAR, NULL, 0, "Remove all of it", 1 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct cache_command *c = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		for (size_t i = 0; i < 2; i++)
			state->child_inputs[i] = &c->o;
		return 0;
	case KEY_CLEAR:
		c->clear = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static int run_cache(struct cache_command *c)
{
	const char *dir = options_cache(&c->o, &c->arena);
	struct facts_cache_usage usage;
	int err = 0;

	if (!dir) {
		log_error("there is no cache folder: neither XDG_CACHE_HOME nor HOME is set; name "
			  "one with --cache");
		return EXIT_ERROR;
	}
	if (c->clear)
		err = facts_cache_clear(dir);
	facts_cache_usage(dir, &c->arena, &usage);
	if (err) {
		log_error("cannot empty %s: %s", dir, strerror(-err));
		return EXIT_ERROR;
	}
	printf("%s: facts of %zu units, %zu shared headers, sparse's words on %zu, %zu results, %" PRIu64
	       " of at most %" PRIu64 " bytes\n",
	       dir, usage.entries, usage.headers, usage.opinions, usage.results, usage.bytes,
	       c->o.cache_size);
	if (fflush(stdout)) {
		log_error("cannot write to standard output: %s", strerror(errno));
		return EXIT_ERROR;
	}
	return EXIT_CLEAN;
}

static const struct argp_child children[] = {
	{ &options_cache_argp, 0, NULL, 0 },
	{ &options_talk_argp, 0, NULL, 0 },
	{ 0 },
};
static const struct argp argp = {
	.options = cache_options,
	.parser = parse,
	.doc = "Shows what is kept of the units that were analysed, so that only what has "
	       "changed is read again.",
	.children = children,
};

static int run(int argc, char **argv)
{
	struct cache_command c = { 0 };
	int status;

	options_init(&c.o);
	argp_parse(&argp, argc, argv, 0, NULL, &c);
	status = run_cache(&c);
	options_release(&c.o);
	arena_release(&c.arena);
	return status;
}

const struct command cmd_cache = {
	.name = "cache",
	.what = "what is kept from run to run",
	.argp = &argp,
	.run = run,
};
