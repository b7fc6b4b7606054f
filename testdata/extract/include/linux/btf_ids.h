/* SPDX-License-Identifier: MIT */
#pragma once
struct btf_id_set {
	u32 cnt;
	u32 ids[];
};
struct btf_id_set8 {
	u32 cnt;
	u32 flags;
};
#define BTF_SET8_KFUNCS (1 << 0)
#define BTF_ID_LIST(name)
#define BTF_SET_START(name)
#define BTF_ID(prefix, name)
