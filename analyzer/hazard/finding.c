// SPDX-License-Identifier: MIT
#include "hazard/finding.h"

const char *severity_name(enum severity s)
{
	static const char *const names[] = { "note", "warning", "error" };

	return names[s];
}

const char *certainty_name(enum certainty c)
{
	static const char *const names[] = { "no", "possible", "likely", "confirmed" };

	return names[c];
}

const char *step_kind_name(enum step_kind k)
{
	static const char *const names[] = { "call",   "pointer", "guard",  "acquire",
					     "attach", "reenter", "blocked", "return" };

	return names[k];
}
