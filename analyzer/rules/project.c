// SPDX-License-Identifier: MIT
#include "rules/project.h"

#include "rules/yaml.h"

struct reader {
	struct yaml_reader y; /* first: it is what read_top() gets */
	struct project project;
};

static int read_value(struct yaml_reader *y, struct fy_node *at, struct fy_node *n,
		      const char *name, struct project_value *ret)
{
	int err = yaml_text(y, at, n, name, &ret->text);

	if (!err)
		ret->where = yaml_where(y, n);
	return err;
}

static int read_values(struct yaml_reader *y, struct fy_node *key, struct fy_node *n,
		       struct project_entry *e)
{
	struct fy_node *item;
	void *iter = NULL;
	int err = 0;

	e->list = !yaml_is_null(n) && !fy_node_is_alias(n) && fy_node_get_type(n) == FYNT_SEQUENCE;
	if (!e->list) {
		e->n = 1;
		e->values = ARENA_NEW(y->arena, struct project_value);
		return read_value(y, key, n, e->name.text, e->values);
	}
	e->values =
		ARENA_ARRAY(y->arena, struct project_value, (size_t)fy_node_sequence_item_count(n));
	while (!err && (item = fy_node_sequence_iterate(n, &iter)))
		err = read_value(y, key, item, e->name.text, &e->values[e->n++]);
	return err;
}

static int read_top(struct yaml_reader *y, struct fy_node *root)
{
	struct project *p = &((struct reader *)y)->project;
	struct fy_node_pair *pair;
	void *iter = NULL;
	int err = 0;

	if (yaml_is_null(root))
		return 0;
	if (fy_node_is_alias(root) || fy_node_get_type(root) != FYNT_MAPPING)
		return yaml_fail(y, root,
				 "a project file is a map of options, such as 'fail-on: note'");
	p->entries = ARENA_ARRAY(y->arena, struct project_entry,
				 (size_t)fy_node_mapping_item_count(root));
	while (!err && (pair = fy_node_mapping_iterate(root, &iter))) {
		struct fy_node *key = fy_node_pair_key(pair);
		struct project_entry *e = &p->entries[p->n];

		err = read_value(y, root, key, "key", &e->name);
		if (!err)
			err = read_values(y, key, fy_node_pair_value(pair), e);
		p->n++;
	}
	return err;
}

int project_read(struct arena *a, const char *file, const char *text, size_t len,
		 struct project *ret, const char **ret_error)
{
	struct reader rd = {{.arena = a, .file = file, .kind = "project file"}, {0}};
	int err = yaml_read(&rd.y, text, len, read_top);

	if (err)
		*ret_error = rd.y.error;
	else
		*ret = rd.project;
	return err;
}
