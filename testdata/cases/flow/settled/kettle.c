// SPDX-License-Identifier: MIT
/*
 * What every program's check makes once is there when programs run: the lock is
 * taken for the plan only by the first check. The menu is made by whoever comes
 * first, and that may be a program.
 */
#include <mini/kernel.h>
#include <linux/mutex.h>

struct plan {
	int size;
};

static struct mutex plan_mutex;
static struct mutex menu_mutex;
static struct plan *the_plan, *the_menu;

struct plan *plan_parse(void);
struct plan *plan_get(void);
int bpf_check(int n);
void plan_print(void);

struct plan *plan_get(void)
{
	if (!the_plan) {
		mutex_lock(&plan_mutex);
		if (!the_plan)
			the_plan = plan_parse();
		mutex_unlock(&plan_mutex);
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

int bpf_check(int n)
{
	plan_get();
	mutex_lock(&plan_mutex);
	plan_print();
	mutex_unlock(&plan_mutex);
	return n;
}

BPF_CALL_1(bpf_plan_size, int, n)
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
