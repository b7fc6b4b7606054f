/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_HAZARD_FILL_H
#define RELOCK_HAZARD_FILL_H

#include "hazard/model.h"
#include "hazard/sites.h"

/* Private to this folder: the parts of a finding, for rules that put it together themselves. */

/* What is known of one hazard of a group. */
struct seen {
	const struct hazard *h;
	struct site_list sites;
	bool looked; /* sites were looked for */
};

struct finding_list {
	struct finding *v;
	size_t n, cap;
};

/* RL109: adds a finding for each two locks that are taken in both orders. */
void find_orders(struct analysis *an, struct finding_list *ret);

void fill_attach(struct analysis *an, const struct hazard *h, const struct site_list *sites,
		 struct finding *f);
/* The functions that come back in, each once, those that some site reaches first. */
void fill_reentry(struct analysis *an, const struct seen *s, size_t n, struct finding *f);
/* How sure @s is; adds to @f's assumptions and notes. */
void fill_severity(struct analysis *an, const struct seen *s, struct finding *f);
/* @ordinal: how many findings before it are alike. */
void fill_id(struct finding *f, unsigned int ordinal);
const char *attach_note(struct analysis *an, const struct attach_point *a);
/* How many calls a reader must follow to see it. */
uint32_t ladder_length(const struct hazard *h);

#endif
