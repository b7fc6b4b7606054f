#include <linux/types.h>
/* Leaves of the initialisers of variables, in the order of the source. */
struct map;
struct ops { int (*alloc)(struct map *); void (*free)(struct map *); const char *name; u32 *id; };
struct inner { int a, b; };
struct map { const struct ops *ops; struct inner in[3]; union { int u; char c; }; int last; };
enum type { T_ARRAY = 1, T_HASH = 3, T_MAX };

static int alloc(struct map *m) { return 0; }
static void map_free(struct map *m) { }
extern u32 ids[];
const struct ops array_ops = {
	.alloc = alloc,
	.free = map_free,
	.name = "array" "!\n",
	.id = &ids[1],
};
static const struct ops hash_ops = { alloc, &map_free, NULL };
const struct ops *const by_type[T_MAX] = {
	[T_ARRAY] = &array_ops,
	&hash_ops,
	[T_HASH] = &hash_ops,
};
struct map map = {
	.ops = &hash_ops,
	.in = { { 1, 2 }, [2].b = 3 },
	.in[1] = { .b = 4 },
	.u = -5,
	6,
};
struct map elided = { &array_ops, 1, 2, 3, 4, { .b = 5 }, 6, 7 };
int ranges[] = { [0 ... 2] = 1, 2, [10 ... 100] = 3 };
struct inner nested_ranges[4] = { [1 ... 2] = { .a = 7 } };
u64 big = 0xffffffff80000000ull, negative = -1;
char text[] = "abc";
char braced[4] = { "xy" };
const struct ops *literal = &(const struct ops){ .free = map_free };
const int *numbers = (const int[]){ 4, 5, -1 };
struct list { struct list *next, *prev; } head = { &head, &(head) };
struct typed { struct inner i; } typed = { .i = (struct inner){ .a = 1 } };
int zero;
int computed = sizeof(struct map) > 4 ? T_HASH : T_ARRAY;
void (*volatile late)(struct map *);
struct { struct { int x; }; int y; } anon = { { 1 }, 2 }, anon2 = { 3, 4 }, anon3 = { .x = 5 };
struct bits { int a : 3, : 0, b : 2; } bits = { 1, 2 };

int local(void)
{
	static int counter = 5;
	static struct map *cached;

	{
		static int counter = 6;

		counter++;
	}
	cached = &map;
	return counter++;
}
