// SPDX-License-Identifier: MIT
/* As by-local, where who gives the lock back also reads a seqcount: that takes nothing. */
#include <mini/pot.h>
#include <linux/seqlock.h>

struct pen {
	bool want_ink, want_paper;
	char *ink, *paper;
};

struct shelf {
	raw_spinlock_t lock;
	seqcount_t seq;
	int n;
	char ink[8], paper[8];
};

int shelf_write(struct shelf *s, const char *text, int n);

static int pen_get(struct pen *p, struct shelf *s, const char *text, int n)
{
	bool get = (p->want_ink && n) || p->want_paper;
	char *to = NULL;
	int i;

	if (get)
		raw_spin_lock(&s->lock);
	if (p->want_ink) {
		if (n)
			to = s->ink;
		p->ink = to;
	}
	if (p->want_paper)
		p->paper = s->paper;
	for (i = 0; i < n; i++) {
		if (!text[i])
			continue;
		if (to)
			to++;
	}
	return 0;
}

static void pen_put(struct pen *p, struct shelf *s)
{
	unsigned int seq;

	seq = read_seqcount_begin(&s->seq);
	if (!p->ink && !p->paper)
		return;
	s->n = seq;
	raw_spin_unlock(&s->lock);
}

int shelf_write(struct shelf *s, const char *text, int n)
{
	struct pen p = { .want_ink = true };

	if (pen_get(&p, s, text, n) < 0)
		return -EINVAL;
	pen_put(&p, s);
	return 0;
}

static long shelf_update(struct bpf_map *map, void *key, void *value, u64 flags)
{
	return 0;
}

static const struct bpf_map_ops shelf_map_ops = { .map_update_elem = shelf_update };

MAP_TYPES([BPF_MAP_TYPE_HASH] = &shelf_map_ops);
