/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/manual/fields.h"

static const struct field_rows *const tables[] = { &fields_hooks, &fields_selectors };

/* Structs that share fields: what is not of one alone is of all. */
static const struct {
	const char *schema, *group;
} groups[] = {
	{ "a kprobe", "a function" }, { "a fentry", "a function" },
	{ "a kprobe", "a hook" },     { "a fentry", "a hook" },
	{ "a tracepoint", "a hook" }, { "an LSM hook", "a hook" },
	{ "a uprobe", "a function" }, { "a uprobe", "a hook" },
	{ "a usdt", "a hook" },	      { "a uprobe", "a file" },
	{ "a usdt", "a file" },	      { "a data element", "an argument" },
};

static const struct field_row *find(const char *of, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
		for (size_t k = 0; k < tables[i]->n; k++) {
			const struct field_row *row = &tables[i]->rows[k];

			if (str_equal(row->of, of) && str_equal(row->name, name))
				return row;
		}
	return NULL;
}

const struct field_row *field_row(const char *schema, const char *name)
{
	const struct field_row *row = find(schema, name);

	for (size_t i = 0; !row && i < ARRAY_SIZE(groups); i++)
		if (str_equal(groups[i].schema, schema))
			row = find(groups[i].group, name);
	return row ? row : find(schema, "*");
}
