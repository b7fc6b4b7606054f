// SPDX-License-Identifier: MIT
#include "lab/lab.h"

#include <string.h>

static const char *why_not_tried(struct lab *l, const struct repro *p, const struct lab_run *r)
{
	switch (r->seen) {
	case LAB_IDLE:
		return arena_printf(l->a,
				    "the program ran %llu times and never came to its call, nor "
				    "did it at the places before",
				    (unsigned long long)r->entered);
	case LAB_REFUSED:
		if (!p->object)
			return "the verifier refuses the program";
		return arena_printf(l->a,
				    "the verifier refuses the program, and so the finding's way to "
				    "the object: %s",
				    p->reentry->object && !p->iterator ? p->reentry->object
								       : p->object->way);
	case LAB_NOT_ATTACHED:
		return "the program cannot be attached there in this kernel";
	case LAB_FAILED:
		return "the loader cannot make what the program needs";
	case LAB_DOWN:
		return "the kernel did not come up";
	case LAB_OTHER:
		return r->lock ? arena_printf(l->a, "the kernel reports another lock: %s", r->lock)
			       : "the kernel reports something else";
	case LAB_SURVIVED:
		return "the program ran, and need not have run with this lock held";
	case LAB_LOCKDEP:
	case LAB_HANG:
		break;
	}
	return "";
}

static const char *why_seen(struct lab *l, const struct lab_run *r)
{
	if (r->seen == LAB_HANG)
		return "the kernel hangs";
	if (r->wanted)
		return arena_printf(l->a,
				    "the kernel reports %s, taken where the finding says, and that "
				    "the program comes to %s with it, in an order that can "
				    "deadlock, before it comes to that lock again",
				    r->lock, r->wanted);
	return arena_printf(l->a, "the kernel reports %s, taken where the finding says", r->lock);
}

static bool was_seen(const struct lab_run *r)
{
	return r->seen == LAB_LOCKDEP || r->seen == LAB_HANG;
}

static bool run_one(struct lab *l, const struct lab_kernel *k, const struct finding *f,
		    const char *loader, struct lab_run *ret, const char **ret_error)
{
	struct strbuf console = STRBUF_INIT;
	int err = lab_boot(l, k, loader, NULL, &console, ret_error);

	if (!err)
		lab_judge(l, k, f, console.buf, ret);
	strbuf_release(&console);
	return !err;
}

/* On the control nothing came of it. */
static void judge_survivor(struct lab *l, const char *seen, struct lab_result *ret)
{
	const struct lab_run *c = &ret->control;
	unsigned long long called = c->called;

	ret->verdict = LAB_CONFIRMED;
	if (!ret->control_edit) {
		ret->reason = arena_printf(l->a,
					   "%s; on the control the program called its helper "
					   "%llu times, and nothing came of it",
					   seen, called);
	} else if (c->kept_out) {
		ret->reason = arena_printf(l->a,
					   "%s; on the control, which differs in a guard, the "
					   "program called its helper %llu times, was kept out of "
					   "the section, and nothing came of it",
					   seen, called);
	} else {
		ret->verdict = LAB_DOUBTFUL;
		ret->reason = arena_printf(l->a,
					   "%s, and on the control: the program called its helper "
					   "%llu times, never where the guard is raised",
					   seen, called);
	}
}

static void judge_control(struct lab *l, struct lab_result *ret)
{
	const struct lab_run *c = &ret->control;
	const char *seen = why_seen(l, &ret->run);

	if (c->seen == LAB_SURVIVED) {
		judge_survivor(l, seen, ret);
		return;
	}
	/* What the remedy takes away is the program itself: there is nothing to compare with. */
	if (c->seen == LAB_REFUSED) {
		ret->reason = arena_printf(
			l->a, "%s; on the control the verifier refuses the program", seen);
		return;
	}
	ret->verdict = LAB_DOUBTFUL;
	ret->reason =
		arena_printf(l->a, "%s, and on the control: %s", seen,
			     was_seen(c) ? why_seen(l, c) : why_not_tried(l, &ret->program, c));
}

/* The program did not do what it is meant to: another place may be one where it does. */
static bool worth_another(const struct repro *p, const struct lab_run *r)
{
	return (p->by_luck && r->seen == LAB_SURVIVED) || r->seen == LAB_IDLE ||
	       r->seen == LAB_OTHER || r->seen == LAB_REFUSED || r->seen == LAB_NOT_ATTACHED;
}

/* Makes and runs the program at the place that is wished for. Returns whether it ran. */
static bool try_place(struct lab *l, const struct lab_kernel *k, const struct finding *f,
		      const char *version, const struct repro_wish *wish, struct lab_result *ret,
		      const char **ret_loader)
{
	const char *none;
	struct repro r;

	if (repro_choose(l->a, l->rules, f, wish, &r, wish->after ? &none : &ret->reason))
		return false;
	/* An iterator's place is entered, and one behind it may not be: what came of it stays. */
	if (!r.trigger && ret->program.trigger)
		return false;
	ret->program = r;
	ret->ran = false;
	if (!r.trigger) {
		ret->reason = arena_printf(l->a, "how user space comes to %s() (%s) is not known",
					   f->entry_function, f->entry_via);
		return false;
	}
	if (lab_program(l, k, &r, version, ret_loader, &ret->reason) ||
	    !run_one(l, k, f, *ret_loader, &ret->run, &ret->reason))
		return false;
	ret->ran = true;
	ret->reason = why_not_tried(l, &r, &ret->run);
	return true;
}

/*
 * Where to go on after @place, which came behind what was wished for. What one helper
 * does not come to, another may. Where nobody knows which functions the way passes,
 * there may be many that look alike, and two of a kind are enough.
 */
static uint64_t place_behind(const struct repro_wish *wish, uint64_t place, bool survived)
{
	if (survived)
		return repro_last_of_call(place);
	if (!wish->reached && wish->after &&
	    repro_last_of_rank(wish->after) == repro_last_of_rank(place))
		return repro_last_of_rank(place);
	return place;
}

/*
 * Which places the operation comes to, in a machine of its own. Returns whether that is known:
 * what only the program has run cannot be looked at without it.
 */
static bool survey(struct lab *l, const struct lab_kernel *k, const struct finding *f,
		   const char *version, struct strlist *ret)
{
	const struct repro_wish any = {0}, these = {.reached = ret};
	const char *error = NULL, *loader;
	struct repro r;

	/* Where none of them is of use, all are tried as if nobody knew. */
	return !repro_choose(l->a, l->rules, f, &any, &r, &error) && r.trigger && !r.iterator &&
	       !lab_program(l, k, &r, version, &loader, &error) &&
	       !lab_survey(l, k, &r, loader, ret) &&
	       !repro_choose(l->a, l->rules, f, &these, &r, &error);
}

static void report_survivor(struct lab *l, const struct lab_result *survivor,
			    struct lab_result *ret)
{
	*ret = *survivor;
	ret->verdict = LAB_HELD_OUT;
	ret->reason = arena_printf(
		l->a, "the program called its helper %llu times, and nothing came of it",
		(unsigned long long)ret->run.called);
}

static void try_control(struct lab *l, const struct lab_kernel *control, const char *loader,
			struct lab_result *ret)
{
	if (!ret->control_by)
		ret->control_by = "--control";
	ret->has_control = run_one(l, control, ret->finding, loader, &ret->control, &ret->reason);
	if (ret->has_control)
		judge_control(l, ret);
}

/* With a control that is made of the finding. */
static void try_guard(struct lab *l, const struct lab_kernel *k, const char *loader,
		      struct lab_result *ret)
{
	struct lab_kernel control;
	const char *error = "";

	if (lab_control(l, k, &ret->program, &control, &ret->control_what, &ret->control_edit,
			&error)) {
		ret->reason = arena_printf(l->a, "%s: %s", ret->reason, error);
		return;
	}
	ret->control_by = "guard";
	try_control(l, &control, loader, ret);
	lab_kernel_release(&control);
}

void lab_try(struct lab *l, const struct lab_kernel *k, const struct lab_kernel *control,
	     const struct finding *f, const char *version, struct lab_result *ret)
{
	struct lab_result survivor = {0};
	struct repro_wish wish = {0};
	const char *loader = NULL;
	struct strlist reached;

	memset(ret, 0, sizeof(*ret));
	ret->finding = f;
	ret->verdict = LAB_NOT_TRIED;
	if (survey(l, k, f, version, &reached))
		wish.reached = &reached;
	for (int i = 0; i < LAB_PLACES; i++) {
		bool survived;

		if (!try_place(l, k, f, version, &wish, ret, &loader) || was_seen(&ret->run))
			break;
		survived = ret->run.seen == LAB_SURVIVED && !ret->program.by_luck;
		if (survived && !survivor.ran)
			survivor = *ret;
		if (!survived && !worth_another(&ret->program, &ret->run))
			break;
		wish.after = place_behind(&wish, ret->program.place, survived);
	}
	if (!ret->ran || !was_seen(&ret->run)) {
		if (survivor.ran)
			report_survivor(l, &survivor, ret);
		return;
	}
	ret->verdict = LAB_SEEN;
	ret->reason = arena_printf(l->a, "%s; there is no control", why_seen(l, &ret->run));
	if (control)
		try_control(l, control, loader, ret);
	else if (l->controls)
		try_guard(l, k, loader, ret);
}
