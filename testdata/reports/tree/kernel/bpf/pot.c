/* SPDX-License-Identifier: MIT */
/* A line to quote: the source lines of test_reports.c. */
void pot(void);

static void cgroup_storage_map_free(struct bpf_map *map)
{
	bpf_local_storage_map_free(map, &cgroup_cache, NULL);
}
