// SPDX-License-Identifier: MIT
/* beyond: joins */
#include <linux/seqlock.h>
#include "clock.h"

static struct {
	seqcount_raw_spinlock_t seq;
	int time;
} tower;
static seqcount_t spring_seq;
static int spring, n_read;

void tower_set(int time)
{
	write_seqcount_begin(&tower.seq);
	tower.time = time;
	clock_strikes();
	write_seqcount_end(&tower.seq);
}

void spring_set(int turns)
{
	write_seqcount_begin(&spring_seq);
	spring = turns;
	clock_strikes();
	write_seqcount_end(&spring_seq);
}

static int tower_time(int offset)
{
	unsigned int seq;
	int ret;

	do {
		seq = read_seqcount_begin(&tower.seq);
		ret = tower.time + offset;
	} while (read_seqcount_retry(&tower.seq, seq));
	return ret;
}

static int here(void)
{
	return tower_time(0);
}

static int abroad(void)
{
	n_read++;
	return tower_time(6);
}

static int wound(void)
{
	unsigned int seq;
	int ret;

	do {
		seq = read_seqcount_begin(&spring_seq);
		ret = spring;
	} while (read_seqcount_retry(&spring_seq, seq));
	return ret;
}

static int never_wound(void)
{
	return 0;
}

struct clock local = { .read = here, .wound = wound };
struct clock foreign = { .read = abroad, .wound = never_wound };

int clock_read(struct clock *c)
{
	return c->read();
}

int clock_wound(struct clock *c)
{
	return c->wound();
}
