/* SPDX-License-Identifier: Apache-2.0 */
/* What a field of the language means, for people and as JSON. */
#include "explain.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tetra/tetra.h>

#include "json/json.h"
#include "near.h"
#include "text.h"

/* Names of fields are offered so deep: spec.kprobes[].selectors[].matchActions[].argSig. */
#define MAX_DEPTH 6u

static void names_line(const char *what, const char *const *names, uint32_t n)
{
	char *text = NULL;
	size_t size;
	FILE *out;
	uint32_t i;

	if (!n)
		return;
	out = open_memstream(&text, &size);
	if (!out)
		return;
	fprintf(out, "%s: ", what);
	for (i = 0; i < n; i++)
		fprintf(out, "%s%s", i ? ", " : "", names[i]);
	if (fclose(out) == 0)
		text_wrap(stdout, 2, text);
	free(text);
}

static void line(const char *what, const char *text)
{
	if (text)
		names_line(what, &text, 1);
}

static void limits_print(const struct tetra_field_text *field)
{
	if (field->has_range)
		printf("  limits: %" PRId64 " to %" PRId64 "\n", field->minimum,
		       field->maximum);
	if (field->max_items)
		printf("  limits: at most %u items\n", field->max_items);
}

int field_print_text(const struct tetra_field_text *field)
{
	printf("%s\n", field->path[0] ? field->path : "a policy");
	printf("  %s%s, %s\n", field->type, field->is_required ? ", required" : "",
	       field->status);
	text_wrap(stdout, 2, field->text);
	line("without it", field->default_text);
	limits_print(field);
	names_line("words", field->words, field->n_words);
	names_line("fields", field->fields, field->n_fields);
	line("kernel", field->kernel);
	line("Tetragon", field->tetragon);
	return 0;
}

static void names_json(struct json *json, const char *key, const char *const *names,
		       uint32_t n)
{
	uint32_t i;

	json_list(json, key);
	for (i = 0; i < n; i++)
		json_text(json, NULL, names[i]);
	json_list_end(json);
}

static void field_json(struct json *json, const struct tetra_field_text *field)
{
	json_map(json, "field");
	json_text(json, "path", field->path);
	json_text(json, "type", field->type);
	json_bool(json, "required", field->is_required != 0);
	json_text(json, "status", field->status);
	json_text(json, "text", field->text);
	json_text(json, "default", field->default_text);
	if (field->has_range) {
		json_number(json, "minimum", field->minimum);
		json_number(json, "maximum", field->maximum);
	}
	if (field->max_items)
		json_number(json, "max_items", field->max_items);
	names_json(json, "words", field->words, field->n_words);
	names_json(json, "fields", field->fields, field->n_fields);
	json_text(json, "kernel", field->kernel);
	json_text(json, "tetragon", field->tetragon);
	json_map_end(json);
}

int field_print_json(const struct tetra_field_text *field)
{
	struct json json;
	int r = json_init(&json, stdout);

	if (r == 0) {
		json_map(&json, NULL);
		field_json(&json, field);
		json_map_end(&json);
		json_line(&json);
	}
	return json_done(&json);
}

/* Offers the names of all fields below a path. */
static void offer_below(struct near *near, const char *path, unsigned int depth)
{
	struct tetra_field_text text = { .size = sizeof(text) };
	struct tetra_field *field = NULL;
	char child[256];
	uint32_t i;

	if (depth == MAX_DEPTH || tetra_field_find(&field, path) < 0)
		return;
	if (tetra_field_get(field, &text) < 0)
		text.n_fields = 0;
	for (i = 0; i < text.n_fields; i++) {
		near_offer(near, text.fields[i]);
		snprintf(child, sizeof(child), "%s%s%s", path, path[0] ? "." : "",
			 text.fields[i]);
		offer_below(near, child, depth + 1);
	}
	tetra_field_free(field);
}

void field_unknown(const char *name)
{
	const char *last = strrchr(name, '.');
	static char best[64]; /* names belong to a field that is gone by then */
	struct near near;

	near_init(&near, last ? last + 1 : name);
	offer_below(&near, "", 0);
	if (near.best)
		snprintf(best, sizeof(best), "%s", near.best);
	complain_start("neither a file nor a field: '");
	text_print(stderr, name);
	fputc('\'', stderr);
	if (near.best)
		fprintf(stderr, "; did you mean '%s'?", best);
	fprintf(stderr, "\n");
}
