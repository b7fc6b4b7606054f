// SPDX-License-Identifier: MIT
#include "hazard/finding.h"

#include "base/vec.h"

#include <string.h>

static const char *const severities[] = { "note", "warning", "error" };
static const char *const certainties[] = { "no", "possible", "likely", "confirmed" };
static const char *const step_kinds[] = { "call",   "pointer", "guard",  "acquire",
					  "attach", "reenter", "blocked", "return" };

static const char *const in_binaries[] = { "fentry",	 "kprobe only", "clone",
					   "no location", "inlined",	"unknown" };

static bool index_of(const char *const *names, size_t n, const char *name, size_t *ret)
{
	for (size_t i = 0; i < n; i++) {
		if (!strcmp(names[i], name)) {
			*ret = i;
			return true;
		}
	}
	return false;
}

const char *severity_name(enum severity s)
{
	return severities[s];
}

const char *certainty_name(enum certainty c)
{
	return certainties[c];
}

bool blames_reentry(const char *code)
{
	return !strcmp(code, "RL106") || !strcmp(code, "RL108");
}

const char *opinion_verdict_name(enum opinion_verdict v)
{
	static const char *const names[] = { [OPINION_OPEN] = "open", [OPINION_SEEN] = "seen",
					     [OPINION_REFUTED] = "refuted" };

	return names[v];
}

const char *step_kind_name(enum step_kind k)
{
	return step_kinds[k];
}

const char *in_binary_name(enum in_binary b)
{
	return in_binaries[b];
}

bool guess_is_wrong(const struct guessed *g)
{
	bool there = g->binary <= IN_BINARY_CLONE;

	if (g->binary == IN_BINARY_UNKNOWN)
		return false;
	return (g->certainty == CERT_LIKELY && !there) || (g->certainty == CERT_NO && there);
}

bool severity_from_name(const char *name, enum severity *ret)
{
	size_t i;

	if (!index_of(severities, ARRAY_SIZE(severities), name, &i))
		return false;
	*ret = (enum severity)i;
	return true;
}

bool certainty_from_name(const char *name, enum certainty *ret)
{
	size_t i;

	if (!index_of(certainties, ARRAY_SIZE(certainties), name, &i))
		return false;
	*ret = (enum certainty)i;
	return true;
}

bool step_kind_from_name(const char *name, enum step_kind *ret)
{
	size_t i;

	if (!index_of(step_kinds, ARRAY_SIZE(step_kinds), name, &i))
		return false;
	*ret = (enum step_kind)i;
	return true;
}

void strlist_add(struct strlist *list, struct arena *a, const char *s)
{
	const char **v;

	if (strlist_has(list, s))
		return;
	v = ARENA_ARRAY(a, const char *, list->n + 1);
	if (list->n)
		memcpy(v, list->v, list->n * sizeof(*v));
	v[list->n++] = s;
	list->v = v;
}

bool strlist_has(const struct strlist *list, const char *s)
{
	for (size_t i = 0; i < list->n; i++) {
		if (!strcmp(list->v[i], s))
			return true;
	}
	return false;
}

bool finding_suppressed(const struct finding *f)
{
	return f->state && !strcmp(f->state, "suppressed");
}

bool finding_tried(const struct finding *f)
{
	return f->tried && strcmp(f->tried->verdict, "not tried") != 0;
}

bool finding_hung(const struct finding *f)
{
	return f->tried && (!strcmp(f->tried->verdict, "confirmed") ||
			    !strcmp(f->tried->verdict, "seen") ||
			    !strcmp(f->tried->verdict, "doubtful"));
}

bool finding_new(const struct finding *f)
{
	return f->state && !strcmp(f->state, "new");
}

bool finding_known(const struct finding *f)
{
	return f->state && !finding_new(f);
}

const struct finding *report_finding(const struct report *r, const char *id)
{
	for (size_t i = 0; i < r->n_findings; i++) {
		if (!strcmp(r->findings[i].id, id))
			return &r->findings[i];
	}
	return NULL;
}
