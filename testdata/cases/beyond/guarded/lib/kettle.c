// SPDX-License-Identifier: MIT
/* beyond: joins */
#include <mini/pot.h>

int pot_stir(struct pot *p);
int kettle_stir(struct pot *p);

int kettle_stir(struct pot *p)
{
	return pot_stir(p);
}

struct pot *to_pot(struct bpf_map *map)
{
	return 0;
}
