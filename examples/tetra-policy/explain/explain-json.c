/* SPDX-License-Identifier: Apache-2.0 */
/* Explanations of policies as one JSON document. */
#include "explain.h"

#include <stdio.h>
#include <string.h>

#include <tetra/tetra.h>

#include "json/json.h"

/* One sentence a line, as a list. */
static void sentences(struct json *json, const char *text)
{
	size_t n;

	json_list(json, "text");
	while (*text) {
		n = strcspn(text, "\n");
		json_text_n(json, NULL, text, n);
		text += n + (text[n] == '\n');
	}
	json_list_end(json);
}

static void row_print(struct json *json, const struct tetra_explained_row *row)
{
	uint32_t i;

	json_map(json, NULL);
	if (row->selector < 0)
		json_null(json, "selector");
	else
		json_number(json, "selector", row->selector);
	json_number(json, "line", row->line);
	json_number(json, "column", row->column);
	json_text(json, "label", row->label);
	json_map(json, "where");
	for (i = 0; i < row->n_where; i++)
		json_text(json, row->where[i].name, row->where[i].text);
	json_map_end(json);
	json_text(json, "effect", row->effect);
	json_bool(json, "decisive", row->is_decisive != 0);
	json_text(json, "text", row->text);
	json_map_end(json);
}

static void hook_print(struct json *json, const struct tetra_explanation *explanation,
		       const struct tetra_explained_hook *hook)
{
	struct tetra_explained_row row = { .size = sizeof(row) };
	uint32_t i;

	json_map(json, NULL);
	json_text(json, "hook", hook->path);
	json_text(json, "function", hook->function);
	json_text(json, "kind", hook->kind);
	json_number(json, "line", hook->line);
	json_bool(json, "exact", hook->is_exact != 0);
	sentences(json, hook->text);
	json_list(json, "rows");
	for (i = 0; i < hook->n_rows; i++)
		if (tetra_explanation_get_row(explanation, hook->first_row + i, &row) ==
		    0)
			row_print(json, &row);
	json_list_end(json);
	json_map_end(json);
}

static void policy_print(struct json *json, const struct tetra_explanation *explanation)
{
	struct tetra_explained_policy policy = { .size = sizeof(policy) };
	struct tetra_explained_hook hook = { .size = sizeof(hook) };
	uint32_t i;

	if (tetra_explanation_get_policy(explanation, &policy) < 0)
		return;
	json_map(json, NULL);
	json_text(json, "file", policy.file);
	json_text(json, "name", policy.name);
	json_text(json, "mode",
		  policy.mode == TETRA_MODE_MONITOR ? "monitor" : "enforce");
	sentences(json, policy.text);
	json_list(json, "hooks");
	for (i = 0; tetra_explanation_get_hook(explanation, i, &hook) == 0; i++)
		hook_print(json, explanation, &hook);
	json_list_end(json);
	json_map_end(json);
}

int explain_print_json(struct tetra_explanation *const *explanations, size_t n)
{
	struct json json;
	int r = json_init(&json, stdout);
	size_t i;

	if (r == 0) {
		json_map(&json, NULL);
		json_list(&json, "policies");
		for (i = 0; i < n; i++)
			policy_print(&json, explanations[i]);
		json_list_end(&json);
		json_map_end(&json);
		json_line(&json);
	}
	return json_done(&json);
}
