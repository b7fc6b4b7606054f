// SPDX-License-Identifier: MIT
/* For developers: what a vmlinux says of functions. print_evidence VMLINUX FUNCTION[:UNIT]... */
#include "evidence/evidence.h"

#include <stdio.h>
#include <string.h>

static const char *const says[] = { "unknown", "traced", "cloned", "no-location", "absent" };
static const char *const btf[] = { "btf-unknown", "not-in-btf", "in-btf" };

int main(int argc, char **argv)
{
	struct evidence ev;
	const char *error = NULL;

	evidence_init(&ev);
	if (argc < 2 || evidence_add_vmlinux(&ev, argv[1], &error)) {
		fprintf(stderr, "print_evidence: %s\n", error ? error : "give it a vmlinux");
		evidence_release(&ev);
		return 2;
	}
	printf("%s\n", ev.lines.v[0]);
	for (int i = 2; i < argc; i++) {
		char *unit = strchr(argv[i], ':');
		struct evidence_answer a;

		if (unit)
			*unit++ = '\0';
		a = evidence_find(&ev, argv[i], unit, unit != NULL);
		printf("%s %s %s %zu %s\n", argv[i], says[a.says], btf[a.btf], a.n_same,
		       a.clone ? a.clone : "-");
	}
	evidence_release(&ev);
	return 0;
}
