// SPDX-License-Identifier: MIT
/*
 * An update frees what the old value had while it has the pan's lock, an alarm among others. Maps of
 * that type have no alarms, so that what is called for one is no place in that section.
 */
#include <linux/err.h>
#include <mini/pot.h>

enum btf_field_type {
	BPF_SPIN_LOCK = 1 << 0,
	BPF_TIMER = 1 << 1,
};

struct btf_field {
	u32 offset;
	enum btf_field_type type;
};

struct btf_record {
	u32 cnt;
	u32 field_mask;
	struct btf_field fields[4];
};

struct pan {
	raw_spinlock_t pan_lock;
	int level;
};

struct pan *to_pan(struct bpf_map *map);
struct btf_record *record_of(struct bpf_map *map);
struct btf_record *btf_parse_fields(const void *btf, const void *t, u32 field_mask, u32 size);
/* In another file, so they can be traced. */
void steam(struct pan *q);
void alarm_off(struct pan *q);

static int map_check_btf(struct bpf_map *map, const void *btf, const void *value)
{
	struct btf_record *rec;
	int ret = 0, i;

	rec = btf_parse_fields(btf, value, BPF_SPIN_LOCK | BPF_TIMER, 8);
	if (!IS_ERR_OR_NULL(rec)) {
		for (i = 0; i < (int)sizeof(rec->field_mask) * 8; i++) {
			switch (rec->field_mask & (1 << i)) {
			case 0:
				continue;
			case BPF_TIMER:
				if (map->map_type != BPF_MAP_TYPE_HASH)
					return -EINVAL;
				break;
			case BPF_SPIN_LOCK:
				break;
			default:
				return -EINVAL;
			}
		}
	}
	return ret;
}

/* What programs allocate has no alarms either. */
static int btf_parse_struct_metas(const void *btf, const void *t)
{
	return btf_parse_fields(btf, t, BPF_SPIN_LOCK, 8) ? 0 : -EINVAL;
}

int make_map(struct bpf_map *map, const void *btf, const void *value);
int make_map(struct bpf_map *map, const void *btf, const void *value)
{
	return map_check_btf(map, btf, value);
}

int parse_objects(const void *btf, const void *t);
int parse_objects(const void *btf, const void *t)
{
	return btf_parse_struct_metas(btf, t);
}

static void free_fields(const struct btf_record *rec, struct pan *q)
{
	u32 i;

	for (i = 0; i < rec->cnt; i++) {
		switch (rec->fields[i].type) {
		case BPF_TIMER:
			alarm_off(q);
			break;
		default:
			steam(q);
			break;
		}
	}
}

static long task_update(struct bpf_map *map, void *key, void *value, u64 flags)
{
	struct pan *q = to_pan(map);

	raw_spin_lock(&q->pan_lock);
	free_fields(record_of(map), q);
	raw_spin_unlock(&q->pan_lock);
	return 0;
}

BPF_CALL_2(bpf_pan_fill, struct bpf_map *, map, void *, value) /* expect: RL106 error pan.pan_lock attach=steam not-attach=alarm_off */
{
	struct pan *q = to_pan(map);

	raw_spin_lock(&q->pan_lock);
	q->level++;
	raw_spin_unlock(&q->pan_lock);
	return 0;
}

static const struct bpf_map_ops hash_map_ops = {};
static const struct bpf_map_ops task_map_ops = { .map_update_elem = task_update };

HELPER(bpf_pan_fill);
MAP_TYPES([BPF_MAP_TYPE_HASH] = &hash_map_ops,
	  [BPF_MAP_TYPE_TASK_STORAGE] = &task_map_ops);
TRACING_HELPERS(
	case BPF_FUNC_map_update_elem: return &bpf_pan_fill_proto;
);
