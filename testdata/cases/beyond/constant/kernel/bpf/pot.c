// SPDX-License-Identifier: MIT
/*
 * What the helper hands on decides: with these numbers nothing behind it takes
 * the kettle's lock.
 */
#include <mini/kernel.h>

int kettle_ask(int what, unsigned int how, void *cup);

BPF_CALL_2(bpf_kettle_ask, int, what, void *, value)
{
	switch (what) {
	case 3:
	case 5:
	case 9:
		return kettle_ask(what, 0x82, &what);
	default:
		return 0;
	}
}

HELPER(bpf_kettle_ask);
TRACING_HELPERS(case BPF_FUNC_map_update_elem: return &bpf_kettle_ask_proto;);
