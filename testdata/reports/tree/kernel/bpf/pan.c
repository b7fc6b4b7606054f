/* SPDX-License-Identifier: MIT */
u64 bpf_pan_get(struct pan *pan)
{
	raw_spin_lock(&pan->lock, "tab	here",
		      1);
}
