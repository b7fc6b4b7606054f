#include <linux/helpers.h>
/* Bodies of headers that are reached, functions made by macros, kinds of calls. */
struct map { int id; const struct ops *ops; };
int external(const struct map *m, int n);
void effect(void);

DEFINE_GETTER(id)

BPF_CALL_1(bpf_get_id, struct map *, map)
{
	return get_id(map);
}

int calls(struct map *m, int (*fn)(int))
{
	int r = reached(1);

	effect();
	external(m, 2);
	(void)external(m, 3);
	r = m->ops->run(r);
	(*m->ops->run)(4);
	fn(5);
	(*fn)(6);
	(&external)(m, 7);
	((int (*)(int))effect)(8);
	r += external(m, external(m, 9));
	return r;
}

const struct ops *ops(void)
{
	return &header_ops;
}
