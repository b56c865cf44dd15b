/* SPDX-License-Identifier: Apache-2.0 */
/* The table of forms as a JSON Schema, draft 2020-12. */
#include <stdio.h>
#include <string.h>

#include "suite/form.h"

/* Forms that contain themselves are definitions; so many there are at most. */
#define MAX_DEFINITIONS 8u

struct schema {
	FILE *out;
	const struct form *definitions[MAX_DEFINITIONS];
	size_t n;
};

static void print_form(struct schema *schema, const struct form *form);

static void print_words(FILE *out, const char *key, const char *const *words)
{
	size_t i;

	fprintf(out, "\"%s\": [", key);
	for (i = 0; words[i]; i++)
		fprintf(out, "%s\"%s\"", i ? ", " : "", words[i]);
	fputc(']', out);
}

static void print_scalar(struct schema *schema, const struct form *form)
{
	fputs("{\"anyOf\": [{", schema->out);
	if (form->words)
		print_words(schema->out, "enum", form->words);
	else
		fputs(form->schema, schema->out);
	/* A variable of the matrix may be there instead. */
	fputs("}, {\"type\": \"string\", \"pattern\": \"[$][{]\"}]}", schema->out);
}

static void print_list(struct schema *schema, const struct form *form)
{
	fprintf(schema->out, "{\"type\": \"array\", ");
	if (form->least)
		fprintf(schema->out, "\"minItems\": %zu, ", form->least);
	fprintf(schema->out, "\"items\": ");
	print_form(schema, form->item);
	fputc('}', schema->out);
}

static void print_required(FILE *out, const struct field *fields)
{
	int n = 0;

	for (; fields->name; fields++)
		if (fields->is_required)
			fprintf(out, "%s\"%s\"", n++ ? ", " : ", \"required\": [",
				fields->name);
	if (n)
		fputc(']', out);
}

static void print_one_of(FILE *out, const char *const *names)
{
	size_t i;

	fprintf(out, ", \"oneOf\": [");
	for (i = 0; names[i]; i++)
		fprintf(out, "%s{\"required\": [\"%s\"]}", i ? ", " : "", names[i]);
	fputc(']', out);
}

static void print_fields(struct schema *schema, const struct form *form)
{
	const struct field *field;

	fprintf(schema->out, "\"properties\": {");
	for (field = form->fields; field->name; field++) {
		fprintf(schema->out, "%s\n\"%s\": {\"description\": \"%s\", \"allOf\": [",
			field == form->fields ? "" : ",", field->name, field->help);
		print_form(schema, field->form);
		fprintf(schema->out, "]}");
	}
	fprintf(schema->out, "}, \"additionalProperties\": false");
	print_required(schema->out, form->fields);
	if (form->one_of)
		print_one_of(schema->out, form->one_of);
}

static void print_map(struct schema *schema, const struct form *form)
{
	fprintf(schema->out, "{\"type\": \"object\", ");
	if (form->least)
		fprintf(schema->out, "\"minProperties\": %zu, ", form->least);
	if (form->fields) {
		print_fields(schema, form);
	} else {
		if (form->key) {
			fprintf(schema->out, "\"propertyNames\": ");
			print_form(schema, form->key);
			fprintf(schema->out, ", ");
		}
		fprintf(schema->out, "\"additionalProperties\": ");
		print_form(schema, form->value);
	}
	fputc('}', schema->out);
}

/* The alternatives of one form: by the kind of the node. */
static void print_whole(struct schema *schema, const struct form *form)
{
	const int parts[] = { form->is_scalar != NULL, form->item != NULL,
			      form->fields || form->value };
	void (*const print[])(struct schema *, const struct form *) = { print_scalar,
									print_list,
									print_map };
	int n = parts[0] + parts[1] + parts[2], seen = 0, i;

	if (n > 1)
		fprintf(schema->out, "{\"anyOf\": [");
	for (i = 0; i < 3; i++) {
		if (!parts[i])
			continue;
		if (seen++)
			fprintf(schema->out, ", ");
		print[i](schema, form);
	}
	if (n > 1)
		fprintf(schema->out, "]}");
}

static void print_form(struct schema *schema, const struct form *form)
{
	size_t i;

	if (!form->name) {
		print_whole(schema, form);
		return;
	}
	fprintf(schema->out, "{\"$ref\": \"#/$defs/%s\"}", form->name);
	for (i = 0; i < schema->n; i++)
		if (schema->definitions[i] == form)
			return;
	if (schema->n < MAX_DEFINITIONS)
		schema->definitions[schema->n++] = form;
}

/* The text of the fields, with "cases", whose items are of two forms. */
static void print_suite(struct schema *schema)
{
	fprintf(schema->out, "\"allOf\": [");
	print_whole(schema, &form_suite);
	fprintf(schema->out, ",\n{\"properties\": {\"cases\": {\"items\": {\"anyOf\": [");
	print_whole(schema, &form_run_case);
	fprintf(schema->out, ", ");
	print_whole(schema, &form_event_case);
	fprintf(schema->out, "]}}}}]");
}

void form_print_schema(FILE *out)
{
	struct schema schema = { .out = out };
	size_t i;

	fprintf(out, "{\"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
		     "\"title\": \"PolicySuite\",\n");
	print_suite(&schema);
	fprintf(out, ",\n\"$defs\": {");
	/* Printing one may add others. */
	for (i = 0; i < schema.n; i++) {
		fprintf(out, "%s\n\"%s\": ", i ? "," : "", schema.definitions[i]->name);
		print_whole(&schema, schema.definitions[i]);
	}
	fprintf(out, "}}\n");
}
