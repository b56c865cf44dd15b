/* SPDX-License-Identifier: Apache-2.0 */
/* Findings as one JSON document. */
#include <tetra/tetra.h>

#include "check/check.h"

static void begin(struct json *json)
{
	json_map(json, NULL);
	json_list(json, "findings");
}

static void places(struct json *json, const struct tetra_finding *finding)
{
	uint32_t i;

	if (!finding->n_places)
		return;
	json_list(json, "places");
	for (i = 0; i < finding->n_places; i++) {
		json_map(json, NULL);
		json_number(json, "line", finding->places[i].line);
		json_number(json, "column", finding->places[i].column);
		json_map_end(json);
	}
	json_list_end(json);
}

static void one(struct json *json, const struct tetra_finding *finding)
{
	json_map(json, NULL);
	json_text(json, "file", finding->file);
	json_number(json, "line", finding->line);
	json_number(json, "column", finding->column);
	json_text(json, "severity", check_severity(finding->severity));
	json_text(json, "code", finding->code);
	json_text(json, "path", finding->path);
	json_text(json, "message", finding->message);
	json_text(json, "hint", finding->hint);
	json_number(json, "count", finding->count);
	places(json, finding);
	json_map_end(json);
}

static int file(struct json *json, struct tetra_diag *diag)
{
	struct tetra_finding finding = { .size = sizeof(finding) };
	unsigned int i;

	for (i = 0; tetra_diag_get(diag, i, &finding) == 0; i++)
		one(json, &finding);
	return 0;
}

static void end(struct json *json, const struct check_total *total)
{
	json_list_end(json);
	json_number(json, "errors", total->n_errors);
	json_number(json, "warnings", total->n_warnings);
	json_map_end(json);
	json_line(json);
}

const struct check_form check_json = { begin, file, end };
