// SPDX-License-Identifier: MIT
/*
 * Releasing a lock that sleeps wakes who waits for it, which takes locks of its
 * own. bpf_jar_peek() leaves that to later where interrupts are off, as they are
 * wherever those are held; bpf_jar_look() does not.
 */
#include <mini/kernel.h>

struct rw_semaphore {
	long count;
};

struct jar {
	struct rw_semaphore lid;
	int left;
};

int down_read_trylock(struct rw_semaphore *sem);
void up_read(struct rw_semaphore *sem);
bool arch_irqs_disabled(void);
void jar_close_later(struct jar *jar);

static struct jar jars;

BPF_CALL_2(bpf_jar_look, int, n, void *, value) /* expect: RL106 error runqueue_lock attach=account assume="somebody can be waiting for what up_read() releases" ladder=account,bpf_jar_look,up_read,wake_waiter */
{
	int left;

	if (!down_read_trylock(&jars.lid))
		return -EBUSY;
	left = jars.left;
	up_read(&jars.lid);
	return left;
}

BPF_CALL_2(bpf_jar_peek, int, n, void *, value)
{
	bool later = arch_irqs_disabled();
	int left;

	if (!down_read_trylock(&jars.lid))
		return -EBUSY;
	left = jars.left;
	if (later)
		jar_close_later(&jars);
	else
		up_read(&jars.lid);
	return left;
}

HELPER(bpf_jar_look);
HELPER(bpf_jar_peek);
TRACING_HELPERS(case BPF_FUNC_map_update_elem: return &bpf_jar_look_proto;
		case BPF_FUNC_map_delete_elem: return &bpf_jar_peek_proto;);
