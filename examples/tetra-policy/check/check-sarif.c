/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings as SARIF 2.1.0, as code hosts and editors read them. Each code of the library is a
 * rule, in the order of tetra_finding_list(), so that the index of a rule is its position there.
 */
#include <ctype.h>
#include <string.h>

#include <tetra/tetra.h>

#include "check/check.h"

#define SCHEMA "https://json.schemastore.org/sarif-2.1.0.json"

static void message(struct json *json, const char *key, const char *text)
{
	json_map(json, key);
	json_text(json, "text", text);
	json_map_end(json);
}

static void rule(struct json *json, const struct tetra_finding_text *text)
{
	json_map(json, NULL);
	json_text(json, "id", text->code);
	message(json, "shortDescription", text->title);
	message(json, "fullDescription", text->text);
	message(json, "help", text->cure);
	if (text->severity) {
		json_map(json, "defaultConfiguration");
		json_text(json, "level", check_severity(text->severity));
		json_map_end(json);
	}
	json_map_end(json);
}

static void begin(struct json *json)
{
	struct tetra_finding_text text = { .size = sizeof(text) };
	unsigned int i;

	json_map(json, NULL);
	json_text(json, "$schema", SCHEMA);
	json_text(json, "version", "2.1.0");
	json_list(json, "runs");
	json_map(json, NULL);
	json_map(json, "tool");
	json_map(json, "driver");
	json_text(json, "name", "tetra-policy");
	json_text(json, "version", tetra_version());
	json_list(json, "rules");
	for (i = 0; tetra_finding_list(i, &text) == 0; i++)
		rule(json, &text);
	json_list_end(json);
	json_map_end(json);
	json_map_end(json);
	json_text(json, "columnKind", "unicodeCodePoints");
	json_list(json, "results");
}

static int rule_index(const char *code)
{
	struct tetra_finding_text text = { .size = sizeof(text) };
	unsigned int i;

	for (i = 0; tetra_finding_list(i, &text) == 0; i++)
		if (strcmp(text.code, code) == 0)
			return (int)i;
	return -1;
}

/* A relative or a file URI: bytes that one cannot have become %XX. */
static void uri(struct json *json, const char *key, const char *name)
{
	char text[4096 * 3 + 16];
	size_t len = 0;

	if (name[0] == '/')
		len = (size_t)snprintf(text, sizeof(text), "file://");
	for (; *name && len + 4 < sizeof(text); name++)
		if (isalnum((unsigned char)*name) || strchr("/-._~", *name))
			text[len++] = *name;
		else
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%%%02X",
						(unsigned char)*name);
	json_text_n(json, key, text, len);
}

static void location(struct json *json, const char *file, uint32_t line, uint32_t column)
{
	json_map(json, NULL);
	json_map(json, "physicalLocation");
	json_map(json, "artifactLocation");
	uri(json, "uri", strcmp(file, "-") == 0 ? "stdin" : file);
	json_map_end(json);
	if (line) {
		json_map(json, "region");
		json_number(json, "startLine", line);
		if (column)
			json_number(json, "startColumn", column);
		json_map_end(json);
	}
	json_map_end(json);
	json_map_end(json);
}

static void result_message(struct json *json, const struct tetra_finding *finding)
{
	char text[4096];

	snprintf(text, sizeof(text), "%s%s%s", finding->message,
		 finding->hint ? "\nhint: " : "", finding->hint ? finding->hint : "");
	message(json, "message", text);
}

static void result(struct json *json, const struct tetra_finding *finding)
{
	int index = rule_index(finding->code);
	uint32_t i;

	json_map(json, NULL);
	json_text(json, "ruleId", finding->code);
	if (index >= 0)
		json_number(json, "ruleIndex", index);
	json_text(json, "level", check_severity(finding->severity));
	result_message(json, finding);
	json_list(json, "locations");
	if (finding->file)
		location(json, finding->file, finding->line, finding->column);
	json_list_end(json);
	if (finding->n_places && finding->file) {
		json_list(json, "relatedLocations");
		for (i = 0; i < finding->n_places; i++)
			location(json, finding->file, finding->places[i].line,
				 finding->places[i].column);
		json_list_end(json);
	}
	json_map_end(json);
}

static int file(struct json *json, struct tetra_diag *diag)
{
	struct tetra_finding finding = { .size = sizeof(finding) };
	unsigned int i;

	for (i = 0; tetra_diag_get(diag, i, &finding) == 0; i++)
		result(json, &finding);
	return 0;
}

static void end(struct json *json, const struct check_total *total)
{
	json_list_end(json);
	json_list(json, "invocations");
	json_map(json, NULL);
	json_bool(json, "executionSuccessful", !total->is_incomplete);
	json_map_end(json);
	json_list_end(json);
	json_map_end(json);
	json_list_end(json);
	json_map_end(json);
	json_line(json);
}

const struct check_form check_sarif = { begin, file, end };
