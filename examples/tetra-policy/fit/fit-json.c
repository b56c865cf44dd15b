/* SPDX-License-Identifier: Apache-2.0 */
/* Fits as one JSON document. */
#include <stdio.h>

#include <tetra/tetra.h>

#include "fit.h"
#include "json/json.h"

static void hook_print(struct json *json, const struct tetra_hook_fit *hook)
{
	uint32_t i;

	json_map(json, NULL);
	json_text(json, "index", hook->index);
	json_text(json, "function", hook->function);
	json_bool(json, "fits", (int)hook->fits);
	json_text(json, "arguments", hook->arguments);
	json_text(json, "attach", hook->attach);
	json_text(json, "deny", hook->deny);
	json_text(json, "kill", hook->kill);
	json_list(json, "emulated");
	for (i = 0; i < hook->n_emulated; i++)
		json_text(json, NULL, hook->emulated[i]);
	json_list_end(json);
	json_text(json, "reason", hook->reason);
	json_map_end(json);
}

static void fit_print(struct json *json, const char *label, const struct tetra_fit *fit)
{
	struct tetra_policy_fit verdict = { .size = sizeof(verdict) };
	struct tetra_hook_fit hook = { .size = sizeof(hook) };
	size_t i;

	(void)tetra_fit_get_policy(fit, &verdict); /* both are there */
	json_map(json, NULL);
	json_text(json, "kernel", label);
	json_text(json, "verdict", verdict.loads ? "loads" : "refused");
	json_text(json, "reason", verdict.reason);
	json_number(json, "kernel_bytes", (int64_t)verdict.kernel_bytes);
	json_list(json, "hooks");
	for (i = 0; tetra_fit_get_hook(fit, i, &hook) == 0; i++)
		hook_print(json, &hook);
	json_list_end(json);
	json_map_end(json);
}

int fit_print_json(const struct fits *fits)
{
	struct json json;
	int r = json_init(&json, stdout);
	size_t i, j;

	if (r < 0)
		return json_done(&json);
	json_map(&json, NULL);
	json_list(&json, "policies");
	for (i = 0; i < fits->policies.n; i++) {
		json_map(&json, NULL);
		json_text(&json, "name", tetra_policy_get_name(fits->policies.items[i]));
		json_text(&json, "file", fits->files[i]);
		json_list(&json, "kernels");
		for (j = 0; j < fits->fleet.n; j++)
			fit_print(&json, fits->fleet.machines[j].label,
				  fits_get(fits, i, j));
		json_list_end(&json);
		json_map_end(&json);
	}
	json_list_end(&json);
	json_map_end(&json);
	json_line(&json);
	return json_done(&json);
}
