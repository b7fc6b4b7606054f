// SPDX-License-Identifier: MIT
/* The counter's address is kept in a struct that the caller fills. */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

struct drain_ctx {
	struct pot *p;
	int __percpu *busy;
};

static void drain(struct drain_ctx *ctx)
{
	if (ctx->busy)
		this_cpu_inc(*ctx->busy);
	raw_spin_lock(&ctx->p->lock);
	pour(ctx->p);
	raw_spin_unlock(&ctx->p->lock);
	if (ctx->busy)
		this_cpu_dec(*ctx->busy);
}

static void pot_map_free(struct bpf_map *map)
{
	struct drain_ctx ctx = { .p = to_pot(map), .busy = &pot_busy };

	drain(&ctx);
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

#include <mini/pot_helper.c>
