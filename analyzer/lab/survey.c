// SPDX-License-Identifier: MIT
#include "lab/lab.h"

#include "base/vec.h"

#include <errno.h>
#include <string.h>

/* Of init.c. */
#define ANYWHERE "anywhere\n"
#define HIT "lab: hit "

static void add_places(struct strbuf *sb, const struct attach_point *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *name = repro_place_name(&v[i]);

		if (*name)
			strbuf_addf(sb, "%s %s\n", v[i].function ? "function" : "event", name);
	}
}

/* The names that the machine said were come to. */
static void find_hits(struct arena *a, const char *console, struct strlist *ret)
{
	VEC(const char *) names = {0};

	for (const char *p = console; (p = strstr(p, HIT)); p += strlen(HIT)) {
		const char *name = p + strlen(HIT);

		vec_push(&names, arena_strndup(a, name, strcspn(name, "\r\n")));
	}
	ret->n = names.n;
	ret->v = names.n ? arena_memdup(a, names.v, names.n * sizeof(*names.v)) : NULL;
	vec_release(&names);
}

int lab_survey(struct lab *l, const struct lab_kernel *k, const struct repro *r, const char *loader,
	       struct strlist *ret)
{
	struct strbuf places = STRBUF_INIT, console = STRBUF_INIT;
	const struct finding *f = r->finding;
	const char *error = NULL;
	int err;

	if (r->trigger->worker)
		strbuf_addstr(&places, ANYWHERE);
	add_places(&places, f->attach, f->n_attach);
	if (f->other)
		add_places(&places, f->other->attach, f->other->n_attach);
	err = lab_boot(l, k, loader, places.buf, &console, &error);
	if (!err) {
		find_hits(l->a, console.buf, ret);
		err = ret->n ? 0 : -ENOENT;
	}
	strbuf_release(&places);
	strbuf_release(&console);
	return err;
}
