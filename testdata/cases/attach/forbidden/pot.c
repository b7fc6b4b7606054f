// SPDX-License-Identifier: MIT
/* What keeps programs of which kind away from a function. */
#include <linux/error-injection.h>
#include <linux/kprobes.h>
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

void quiet(struct pot *p);
void secret(struct pot *p);
void denied(struct pot *p);
void early(struct pot *p);
int injected(struct pot *p);
void unreached(struct pot *p);

notrace void quiet(struct pot *p)
{
	p->level++;
}

void secret(struct pot *p)
{
	p->level++;
}
NOKPROBE_SYMBOL(secret);

void denied(struct pot *p)
{
	p->level++;
}

BTF_SET_START(btf_id_deny)
BTF_ID_UNUSED
BTF_ID(func, denied)
BTF_SET_END(btf_id_deny)

void noinstr early(struct pot *p)
{
	p->level++;
}

int injected(struct pot *p)
{
	return p->level;
}
ALLOW_ERROR_INJECTION(injected, ERRNO);

static void pot_map_free(struct bpf_map *map) /* expect: RL102 error pot.lock
	not-attach=quiet not-attach=early not-attach=unreached
	how=secret:fentry,fexit how=denied:kprobe,kretprobe
	how=injected:fentry,fexit,fmod_ret,kprobe,kretprobe
	how=_raw_spin_lock:fexit,kretprobe how=_raw_spin_unlock:fentry,kprobe */
{
	struct pot *p = to_pot(map);

	raw_spin_lock(&p->lock);
	quiet(p);
	secret(p);
	denied(p);
	early(p);
	injected(p);
	raw_spin_unlock(&p->lock);
	unreached(p);
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

#include <mini/pot_helper.c>
