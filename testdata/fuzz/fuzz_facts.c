// SPDX-License-Identifier: MIT
#include "base/strbuf.h"
#include "facts/facts.h"

#include <stdlib.h>

/* What facts_decode() takes can be printed and written again, and then is the same. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strbuf text = STRBUF_INIT, bytes = STRBUF_INIT;
	struct facts f, g;

	if (facts_decode(data, size, &f))
		return 0;
	facts_print(&f, &text);
	facts_encode(&f, &bytes);
	if (facts_decode(bytes.buf, bytes.len, &g))
		abort();
	facts_release(&f);
	facts_release(&g);
	strbuf_release(&text);
	strbuf_release(&bytes);
	return 0;
}
