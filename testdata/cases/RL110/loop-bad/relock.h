/* SPDX-License-Identifier: MIT */
bool same_bin(struct shelf *s, struct bin *bin);

static inline void bin_relock(struct shelf *s, struct bin **held)
{
	if (*held) {
		if (same_bin(s, *held))
			return;
		raw_spin_unlock(&(*held)->lock);
	}
	raw_spin_lock(&s->bin.lock);
	*held = &s->bin;
}
