/* SPDX-License-Identifier: Apache-2.0 */
/* Differences as one JSON document. */
#include <stdio.h>
#include <string.h>

#include <tetra/tetra.h>

#include "diff/diff.h"
#include "json/json-copy.h"

static void rule(struct json *json, const char *key, int32_t selector, uint32_t line,
		 const char *file, const char *path, const char *policy)
{
	if (selector < 0) {
		json_null(json, key);
		return;
	}
	json_map(json, key);
	json_number(json, "selector", selector);
	json_number(json, "line", line);
	json_text(json, "file", file);
	json_text(json, "hook", path);
	json_text(json, "policy", policy);
	json_map_end(json);
}

static void region_print(struct json *json, const struct tetra_region *region)
{
	size_t i;

	json_map(json, NULL);
	json_text(json, "old", region->old_effect);
	json_text(json, "new", region->new_effect);
	json_text(json, "class", region->class_name);
	json_bool(json, "tightens", (int)region->tightens);
	json_map(json, "where");
	for (i = 0; i < region->n_where; i++)
		json_text(json, region->where[i].name, region->where[i].text);
	json_map_end(json);
	json_copy(json, "witness", region->witness);
	rule(json, "old_rule", region->old_selector, region->old_line, region->old_file,
	     region->old_path, region->old_policy);
	rule(json, "new_rule", region->new_selector, region->new_line, region->new_file,
	     region->new_path, region->new_policy);
	json_map_end(json);
}

static int is_same_hook(const struct tetra_region *a, const struct tetra_region *b)
{
	return strcmp(a->function, b->function) == 0 && strcmp(a->hook, b->hook) == 0;
}

static void hooks_print(struct json *json, const struct tetra_diff *diff)
{
	struct tetra_region region = { .size = sizeof(region) }, last = {};
	size_t i;

	for (i = 0; tetra_diff_get(diff, i, &region) == 0; i++) {
		if (!i || !is_same_hook(&region, &last)) {
			if (i) {
				json_list_end(json);
				json_map_end(json);
			}
			json_map(json, NULL);
			json_text(json, "function", region.function);
			json_text(json, "kind", region.hook);
			json_list(json, "regions");
		}
		region_print(json, &region);
		last = region;
	}
	if (i) {
		json_list_end(json);
		json_map_end(json);
	}
}

int diff_print_json(const struct tetra_diff *diff)
{
	struct json json;
	int r = json_init(&json, stdout);

	if (r == 0) {
		json_map(&json, NULL);
		json_list(&json, "hooks");
		hooks_print(&json, diff);
		json_list_end(&json);
		json_bool(&json, "equal", tetra_diff_is_equal(diff));
		json_bool(&json, "only_tightens", tetra_diff_only_tightens(diff));
		json_bool(&json, "complete", tetra_diff_is_complete(diff));
		json_map_end(&json);
		json_line(&json);
	}
	return json_done(&json);
}
