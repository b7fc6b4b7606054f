// SPDX-License-Identifier: MIT
/*
 * Whether the lock is held is in a local of the caller's, and who gives it back looks there; but
 * there is a path that does not come to it.
 */
#include <mini/pot.h>

struct pen {
	bool want_ink, want_paper;
	char *ink, *paper;
};

struct shelf {
	raw_spinlock_t lock;
	char ink[8], paper[8];
};

int shelf_keeps(struct shelf *s, const char *text, int n);

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
	return 0; /* expect: RL110 error shelf.lock in=pen_get entry=shelf_keeps */
}

static void pen_put(struct pen *p, struct shelf *s)
{
	if (!p->ink && !p->paper)
		return;
	raw_spin_unlock(&s->lock);
}

/* The one path does not come to who gives it back. */
int shelf_keeps(struct shelf *s, const char *text, int n)
{
	struct pen p = { .want_ink = true };

	pen_get(&p, s, text, n);
	if (text[0] == '%')
		return 0;
	pen_put(&p, s);
	return 0;
}

static long shelf_update(struct bpf_map *map, void *key, void *value, u64 flags)
{
	return 0;
}

static const struct bpf_map_ops shelf_map_ops = { .map_update_elem = shelf_update };

MAP_TYPES([BPF_MAP_TYPE_HASH] = &shelf_map_ops);
