// SPDX-License-Identifier: MIT
/*
 * Which fields an object has decides what freeing it takes. Objects that programs allocate cannot have a
 * timer: the mask that they are parsed with says so. Values of maps can.
 */
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
	struct btf_field fields[4];
};

struct pan {
	raw_spinlock_t timer_lock, list_lock;
};

struct pan *pan_of_task(void);
struct btf_record *record_of_task(void);
/* In another file, so they can be traced. */
void steam(struct pan *p);
struct btf_record *btf_parse_fields(const void *btf, const void *t, u32 field_mask, u32 size);

static struct btf_record *btf_parse_struct_metas(const void *btf, const void *t)
{
	return btf_parse_fields(btf, t, BPF_SPIN_LOCK | BPF_LIST_HEAD, 8);
}

struct btf_record *pan_record(const void *btf)
{
	return btf_parse_struct_metas(btf, NULL);
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

__bpf_kfunc void bpf_pan_drop(void *p__alloc, void *meta__ign);
__bpf_kfunc void bpf_pan_drop(void *p__alloc, void *meta__ign)
{
	free_fields(record_of_task(), pan_of_task());
}

__bpf_kfunc void bpf_pan_clear(int n);
__bpf_kfunc void bpf_pan_clear(int n) /* expect: RL106 error pan.list_lock reenter=bpf_pan_drop */ /*
	expect: RL106 error pan.timer_lock in=bpf_pan_clear not-reenter=bpf_pan_drop */
{
	free_fields(record_of_task(), pan_of_task());
}

BTF_KFUNCS_START(pan_btf_ids)
BTF_ID_FLAGS(func, bpf_pan_drop)
BTF_ID_FLAGS(func, bpf_pan_clear)
BTF_KFUNCS_END(pan_btf_ids)

static const struct btf_kfunc_id_set pan_kfunc_set = { .set = &pan_btf_ids };

static int __init pan_init(void)
{
	return register_btf_kfunc_id_set(BPF_PROG_TYPE_TRACING, &pan_kfunc_set);
}

int (*const pan_initcall)(void) __used __section(".initcall6.init") = pan_init;

MAP_TYPES();
TRACING_HELPERS();
