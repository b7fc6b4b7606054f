#include <linux/types.h>
#include <linux/btf_ids.h>
/* BTF id macros in the order of the source, and what they declare. */
#define KF_ACQUIRE (1 << 0)
#define KF_RET_NULL (1 << 1)
#define bpf_renamed bpf_new_name

BTF_SET_START(btf_id_deny)
BTF_ID_UNUSED
#ifdef CONFIG_SMP
BTF_ID(func, migrate_disable)
#endif
BTF_ID(func, rcu_read_lock)
BTF_SET_END(btf_id_deny)

BTF_KFUNCS_START(kfuncs)
BTF_ID_FLAGS(func, bpf_acquire, KF_ACQUIRE | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_plain)
BTF_ID_FLAGS(func, bpf_renamed)
BTF_KFUNCS_END(kfuncs)

BTF_ID_LIST(types)
BTF_ID(struct, task_struct)
BTF_ID_LIST_SINGLE(one, struct, cgroup)

static const struct { const struct btf_id_set8 *set; const u32 *id; } uses = {
	.set = &kfuncs,
	.id = &types[0],
};

u32 first(void)
{
	return one[0] + btf_id_deny.cnt + (uses.set == &kfuncs);
}
