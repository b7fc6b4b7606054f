// SPDX-License-Identifier: MIT
#include "rules/rules.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/*
 * Any bytes as a rule file, read after a good one: the loader takes them or says
 * where they are wrong, and the lookups work either way.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char good[] = "locks: [{function: f, does: acquire, kind: k}]\n"
				   "tree: {map_record: m, deny_sets: [d]}\n";
	struct rules rules = { 0 };
	const char *error = NULL;

	if (rules_read_text(&rules, "good.yaml", good, sizeof(good) - 1, NULL, &error))
		abort();
	if (rules_read_text(&rules, "fuzz.yaml", (const char *)data, size, NULL, &error)) {
		/* "FILE:LINE:COL: error: ...", on one line. */
		if (!error || strncmp(error, "fuzz.yaml:", 10) || !strstr(error, ": error: ") ||
		    strchr(error, '\n'))
			abort();
	} else {
		if (error || !rules.tree.map_ops_record)
			abort();
		for (size_t i = 0; i < rules.locks.n; i++) {
			if (rules_lock(&rules, rules.locks.v[i].function) != &rules.locks.v[i])
				abort();
		}
		for (size_t i = 0; i < rules.hazards.n; i++) {
			if (rules_hazard(&rules, rules.hazards.v[i].name) != &rules.hazards.v[i])
				abort();
		}
	}
	if (!rules_lock(&rules, "f"))
		abort();
	rules_release(&rules);
	return 0;
}
