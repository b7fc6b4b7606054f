#include <linux/types.h>
/* Fields are said with the nearest record that has a name. */
struct list { struct list *next, *prev; };
typedef struct { int counter; } atomic_t;
struct bucket {
	struct list head;
	union {
		int raw_lock;
		struct {
			char lock_byte;
			atomic_t count;
		};
	};
	struct { int x; struct { int y; } deep; } named;
	union { long l; } arr[4];
};
struct elem { int key; struct list node; struct bucket *b; struct bucket own[3]; };
struct elem table[8];
typedef struct { int once; } opaque_t;
static struct { int a; } unnamed_var;

int fields(struct bucket *b, struct bucket v)
{
	b->raw_lock = 1;
	b->lock_byte = 2;
	b->count.counter = 3;
	b->named.x = 4;
	b->named.deep.y = 5;
	b->arr[2].l = 6;
	v.raw_lock = b->raw_lock;
	unnamed_var.a = 7;
	return (&v)->named.x + (*b).lock_byte;
}

void *addresses(struct elem *e, int i)
{
	int *p = &e->b->raw_lock;
	struct bucket *own = e->own, *second = e->own + 1, *ith = &e->own[i];

	p = &*p;
	*&i = 3;
	own = &own[0];
	own = &own[i];
	own++;
	own += 2;
	own -= i;
	second = &(e->own + 1)[2];
	second->raw_lock = (*ith).raw_lock;
	p[0] = *p;
	i = own - second;
	i = (*table[i].own[1].arr).l;
	return (void *)((char *)e + i);
}

struct elem *up(struct list *node, struct elem *e)
{
	struct elem *o = container_of(node, struct elem, node);

	e = (struct elem *)((char *)&e->node - offsetof(struct elem, node));
	o->key = offsetof(struct elem, own[2].count.counter);
	o->b = (struct bucket *)o;
	o->b = (struct bucket *)(void *)o->b;
	o->b = (void *)o;
	return READ_ONCE(o)->b ? READ_ONCE(o->node.next) ? o : e : NULL;
}

void copies(struct elem *a, struct elem *b)
{
	struct elem tmp = *a;

	*a = *b;
	*b = tmp;
	a->own[1] = b->own[2];
}
