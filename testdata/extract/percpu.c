#include <linux/types.h>
#include <linux/percpu-defs.h>
/* Operations on per-CPU variables are calls of the prelude's functions. */
struct tab { int *map_locked[8]; };
struct rec { int a, b, c; };
static DEFINE_PER_CPU(int, busy);
DECLARE_PER_CPU(struct rec, elsewhere);
DEFINE_PER_CPU(struct rec *, ptr);
static DEFINE_PER_CPU(struct rec, recs)[3];
void migrate_disable(void);

void unlink(int *busy_counter)
{
	if (busy_counter) {
		migrate_disable();
		this_cpu_inc(*busy_counter);
	}
}

bool trylock(struct tab *t, u32 hash)
{
	if (unlikely(__this_cpu_inc_return(*(t->map_locked[hash])) != 1)) {
		this_cpu_dec(*(t->map_locked[hash]));
		return false;
	}
	this_cpu_inc(busy);
	return true;
}

int others(struct rec *r, bool nmi)
{
	struct rec copy = this_cpu_read(elsewhere);

	this_cpu_add(elsewhere.b, 3);
	this_cpu_write(ptr, r);
	r = this_cpu_xchg(ptr, NULL);
	if (this_cpu_cmpxchg(ptr, r, NULL) == r)
		return this_cpu_read(ptr)->c;
	if (in_nmi())
		return this_cpu_ptr(&elsewhere)->a;
	return this_cpu_ptr(recs)->b + this_cpu_read(busy);
}

/* As x86 has them since 6.15. */
#define __percpu_seg __attribute__((address_space(256)))
extern struct rec __percpu_seg seg_rec;
extern int __percpu_seg seg_busy;
extern struct rec *__percpu_seg seg_ptr;
void use(int *p);

int named_space(struct rec __percpu_seg *r, const struct rec *c)
{
	struct rec copy = this_cpu_read(seg_rec);

	this_cpu_inc(seg_busy);
	use(this_cpu_ptr(&seg_busy));
	this_cpu_inc(r->b);
	c = this_cpu_ptr(c);
	return this_cpu_read(seg_ptr)->a + this_cpu_ptr(r)->b + copy.c;
}
