// SPDX-License-Identifier: MIT
/*
 * The pointer that the check sets is cleared through its address: it may be NULL again.
 */
#include <mini/kernel.h>
#include <linux/mutex.h>

struct plan {
	int size;
};

static DEFINE_RAW_SPINLOCK(plan_mutex);
static struct mutex menu_mutex;
static struct plan *the_plan, *the_menu;

struct plan *plan_parse(void);
struct plan *plan_get(void);
int bpf_check(int n);
void plan_print(void);

struct plan *plan_get(void)
{
	if (!the_plan) {
		raw_spin_lock(&plan_mutex);
		if (!the_plan)
			the_plan = plan_parse();
		raw_spin_unlock(&plan_mutex);
	}
	return the_plan;
}

static struct plan *menu_get(void)
{
	if (!the_menu) {
		mutex_lock(&menu_mutex);
		if (!the_menu)
			the_menu = plan_parse();
		mutex_unlock(&menu_mutex);
	}
	return the_menu;
}

static void clear(struct plan **p)
{
	*p = NULL;
}

void plan_drop(void);
void plan_drop(void)
{
	clear(&the_plan);
}

int bpf_check(int n)
{
	plan_get();
	raw_spin_lock(&plan_mutex);
	plan_print();
	raw_spin_unlock(&plan_mutex);
	return n;
}

BPF_CALL_1(bpf_plan_size, int, n) /* expect: RL106 error plan_mutex attach=plan_print */
{
	return plan_get()->size;
}

BPF_CALL_1(bpf_menu_size, int, n) /* expect: RL106 error menu_mutex attach=plan_parse */
{
	return menu_get()->size;
}

HELPER(bpf_plan_size);
HELPER(bpf_menu_size);
TRACING_HELPERS(case BPF_FUNC_map_update_elem: return &bpf_plan_size_proto;
		case BPF_FUNC_map_delete_elem: return &bpf_menu_size_proto;);
