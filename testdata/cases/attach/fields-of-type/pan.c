// SPDX-License-Identifier: MIT
/*
 * Which fields the values of a map may have is decided where it is made, by its type: a program gets
 * to the timer's lock with a hash map only, and to the list's with both.
 */
#include <linux/err.h>
#include <linux/spinlock.h>
#include <mini/kernel.h>

enum btf_field_type {
	BPF_SPIN_LOCK = 1 << 0,
	BPF_TIMER = 1 << 1,
	BPF_LIST_HEAD = 1 << 2,
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
	raw_spinlock_t timer_lock, list_lock;
};

struct pan *pan_of_task(void);
struct btf_record *record_of(struct bpf_map *map);
/* In another file, so they can be traced. */
void steam(struct pan *p);
int pan_fits(struct bpf_map *map);
struct btf_record *btf_parse_fields(const void *btf, const void *t, u32 field_mask, u32 size);

static int map_check_btf(struct bpf_map *map, const void *btf, const void *value)
{
	struct btf_record *rec;
	int ret = 0, i;

	rec = btf_parse_fields(btf, value, BPF_SPIN_LOCK | BPF_TIMER | BPF_LIST_HEAD, 8);
	if (!IS_ERR_OR_NULL(rec)) {
		for (i = 0; i < (int)sizeof(rec->field_mask) * 8; i++) {
			switch (rec->field_mask & (1 << i)) {
			case 0:
				continue;
			case BPF_SPIN_LOCK:
			case BPF_LIST_HEAD:
				break;
			case BPF_TIMER:
				if (map->map_type != BPF_MAP_TYPE_HASH) {
					ret = -EINVAL;
					goto out;
				}
				break;
			default:
				ret = -EINVAL;
				goto out;
			}
		}
	}
	ret = pan_fits(map);
out:
	return ret;
}

int make_map(struct bpf_map *map, const void *btf, const void *value)
{
	return map_check_btf(map, btf, value);
}

static void free_fields(const struct btf_record *rec, struct pan *p)
{
	u32 i;

	for (i = 0; i < rec->cnt; i++) {
		switch (rec->fields[i].type) {
		case BPF_TIMER:
			raw_spin_lock(&p->timer_lock);
			steam(p);
			raw_spin_unlock(&p->timer_lock);
			break;
		case BPF_LIST_HEAD:
			raw_spin_lock(&p->list_lock);
			steam(p);
			raw_spin_unlock(&p->list_lock);
			break;
		default:
			break;
		}
	}
}

BPF_CALL_1(bpf_hash_drop, struct bpf_map *, map) /* expect: RL106 error pan.list_lock */ /*
	expect: RL106 error pan.timer_lock reenter=bpf_hash_drop not-reenter=bpf_task_drop */
{
	free_fields(record_of(map), pan_of_task());
	return 0;
}

BPF_CALL_1(bpf_task_drop, struct bpf_map *, map)
{
	free_fields(record_of(map), pan_of_task());
	return 0;
}

static int check_map_func_compatibility(struct bpf_verifier_env *env, struct bpf_map *map,
					int func_id)
{
	if (map->map_type == BPF_MAP_TYPE_HASH)
		return func_id == BPF_FUNC_map_delete_elem ? 0 : -EINVAL;
	return func_id == BPF_FUNC_task_storage_delete ? 0 : -EINVAL;
}

int check_call(struct bpf_verifier_env *env, struct bpf_map *map, int func_id);
int check_call(struct bpf_verifier_env *env, struct bpf_map *map, int func_id)
{
	return check_map_func_compatibility(env, map, func_id);
}

static const struct bpf_map_ops hash_map_ops = {};
static const struct bpf_map_ops task_map_ops = {};

HELPER(bpf_hash_drop);
HELPER(bpf_task_drop);
MAP_TYPES([BPF_MAP_TYPE_HASH] = &hash_map_ops,
	  [BPF_MAP_TYPE_TASK_STORAGE] = &task_map_ops);
TRACING_HELPERS(case BPF_FUNC_map_delete_elem: return &bpf_hash_drop_proto;
		case BPF_FUNC_task_storage_delete: return &bpf_task_drop_proto;);
