/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The language as a JSON Schema (draft 2020-12), for editors and other checkers: printed from the
 * tables that bind documents. Each struct of the language is a definition. What only the model
 * can judge (names of functions, types against operators) is not in it.
 *
 * Keys are found without case, as Tetragon does; JSON Schema has no such match, so for keys of
 * several words a pattern with both cases of each letter lets other spellings through, without
 * a look at their values.
 */
#include <ctype.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>

#include "lib/base/strbuf.h"
#include "lib/document/json-rules.h"
#include "lib/document/language.h"
#include "tetra/policy.h"

/* More structs than the language has; printing fails if it ever has more. */
#define MAX_SCHEMAS 64u
#define NAME_BYTES  64u

struct printer {
	struct strbuf buf;
	unsigned int depth;
	bool has_item; /* the collection that is open */
	const struct schema *schemas[MAX_SCHEMAS];
	size_t n_schemas;
};

static void put_text(struct printer *out, const char *text)
{
	strbuf_putc(&out->buf, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			strbuf_putc(&out->buf, '\\');
		strbuf_putc(&out->buf, *text);
	}
	strbuf_putc(&out->buf, '"');
}

static void put_line(struct printer *out)
{
	strbuf_format(&out->buf, "\n%*s", (int)(2 * out->depth), "");
}

/* Begins a member, or an item if @key is NULL. */
static void put_key(struct printer *out, const char *key)
{
	if (out->has_item)
		strbuf_putc(&out->buf, ',');
	if (out->depth)
		put_line(out);
	out->has_item = true;
	if (!key)
		return;
	put_text(out, key);
	strbuf_puts(&out->buf, ": ");
}

static void put_open(struct printer *out, const char *key, char bracket)
{
	put_key(out, key);
	strbuf_putc(&out->buf, bracket);
	out->depth++;
	out->has_item = false;
}

static void put_close(struct printer *out, char bracket)
{
	out->depth--;
	if (out->has_item)
		put_line(out);
	strbuf_putc(&out->buf, bracket);
	out->has_item = true;
}

static void put_string(struct printer *out, const char *key, const char *text)
{
	put_key(out, key);
	put_text(out, text);
}

static void put_number(struct printer *out, const char *key, int64_t number)
{
	put_key(out, key);
	strbuf_format(&out->buf, "%" PRId64, number);
}

static void put_false(struct printer *out, const char *key)
{
	put_key(out, key);
	strbuf_puts(&out->buf, "false");
}

/* "a label expression" is "label-expression", with a number if that name is taken. */
static void schema_name(const struct printer *out, const struct schema *schema,
			char (*ret)[NAME_BYTES])
{
	const char *name = schema->name;
	unsigned int n_before = 0;
	size_t i, len;

	for (i = 0; out->schemas[i] != schema; i++)
		n_before += str_equal(out->schemas[i]->name, name);
	if (str_has_prefix(name, "a ") || str_has_prefix(name, "an "))
		name = strchr(name, ' ') + 1;
	len = (size_t)snprintf(*ret, sizeof(*ret), "%s", name);
	if (n_before)
		snprintf(*ret + len, sizeof(*ret) - len, "-%u", n_before + 1);
	for (i = 0; (*ret)[i]; i++)
		if ((*ret)[i] == ' ')
			(*ret)[i] = '-';
}

static void put_target(struct printer *out, const struct schema *schema)
{
	char name[NAME_BYTES], ref[NAME_BYTES + 16];

	schema_name(out, schema, &name);
	snprintf(ref, sizeof(ref), "#/$defs/%s", name);
	put_string(out, "$ref", ref);
}

static void put_ref(struct printer *out, const char *key, const struct schema *schema)
{
	put_open(out, key, '{');
	put_target(out, schema);
	put_close(out, '}');
}

static void put_words(struct printer *out, const struct words *words)
{
	size_t i;

	put_open(out, "enum", '[');
	for (i = 0; i < words->n; i++)
		put_string(out, NULL, word_name(words, i));
	put_close(out, ']');
}

static void put_integer(struct printer *out, const struct schema_field *field)
{
	put_string(out, "type", "integer");
	put_number(out, "minimum", field->min);
	put_number(out, "maximum", field->max);
}

/* Digits in quotes are a number, too. */
static void put_numeral(struct printer *out, const struct schema_field *field)
{
	put_open(out, "anyOf", '[');
	put_open(out, NULL, '{');
	put_integer(out, field);
	put_close(out, '}');
	put_open(out, NULL, '{');
	put_string(out, "type", "string");
	put_string(out, "pattern", "^[0-9][0-9a-fA-FxXoO_]*$");
	put_close(out, '}');
	put_close(out, ']');
}

static void put_values(struct printer *out)
{
	put_open(out, "type", '[');
	put_string(out, NULL, "string");
	put_string(out, NULL, "number");
	put_close(out, ']');
}

static void put_item(struct printer *out, const struct schema_field *field)
{
	if (field->type == FIELD_OBJECTS) {
		put_ref(out, "items", field->schema);
		return;
	}
	put_open(out, "items", '{');
	if (field->type == FIELD_INTEGERS)
		put_integer(out, field);
	else if (field->type == FIELD_NUMERALS)
		put_numeral(out, field);
	else if (field->type == FIELD_VALUES)
		put_values(out);
	else
		put_string(out, "type", "string");
	put_close(out, '}');
}

static void put_list(struct printer *out, const struct schema_field *field)
{
	put_string(out, "type", "array");
	put_item(out, field);
	if (field->max_items)
		put_number(out, "maxItems", field->max_items);
}

static void put_map(struct printer *out, const struct schema_field *field)
{
	put_string(out, "type", "object");
	if (field->type == FIELD_OBJECT_MAP) {
		put_ref(out, "additionalProperties", field->schema);
		return;
	}
	put_open(out, "additionalProperties", '{');
	put_string(out, "type", "string");
	put_close(out, '}');
}

static void put_type(struct printer *out, const struct schema_field *field)
{
	switch ((enum field_type)field->type) {
	case FIELD_ANY:
		break;
	case FIELD_OBJECT:
		put_target(out, field->schema);
		break;
	case FIELD_TEXT:
		put_string(out, "type", "string");
		if (field->flags & FIELD_REQUIRED)
			put_number(out, "minLength", 1);
		break;
	case FIELD_WORD:
		put_words(out, field->words);
		break;
	case FIELD_BOOL:
		put_string(out, "type", "boolean");
		break;
	case FIELD_INTEGER:
		put_integer(out, field);
		break;
	case FIELD_TEXT_MAP:
	case FIELD_OBJECT_MAP:
		put_map(out, field);
		break;
	default:
		put_list(out, field);
	}
}

/* Null is as good as what @field takes otherwise. */
static void put_nullable(struct printer *out, const struct schema_field *field)
{
	put_open(out, "anyOf", '[');
	put_open(out, NULL, '{');
	put_type(out, field);
	put_close(out, '}');
	put_open(out, NULL, '{');
	put_string(out, "type", "null");
	put_close(out, '}');
	put_close(out, ']');
}

static void put_field(struct printer *out, const struct schema_field *field)
{
	bool later = field->flags & FIELD_UNSUPPORTED;

	put_open(out, field->name, '{');
	if (later)
		put_string(out, "description", "not yet supported");
	if (field->flags & FIELD_NULLABLE)
		put_nullable(out, field);
	else
		put_type(out, field);
	put_close(out, '}');
}

/* "argSig" as "[Aa][Rr][Gg][Ss][Ii][Gg]". */
static void put_any_case(struct printer *out, const char *name)
{
	for (; *name; name++)
		strbuf_format(&out->buf, "[%c%c]", toupper((unsigned char)*name),
			      tolower((unsigned char)*name));
}

/* Keys of one word have one spelling in practice. */
static bool has_spellings(const struct schema_field *field)
{
	const char *c = field->name;

	while (islower((unsigned char)*c))
		c++;
	return *c && !(field->flags & FIELD_REMOVED);
}

static void put_other_spellings(struct printer *out, const struct schema *schema)
{
	const char *separator = "";
	size_t i;

	put_open(out, "patternProperties", '{');
	put_key(out, NULL);
	strbuf_puts(&out->buf, "\"^(");
	for (i = 0; i < schema->n_fields; i++) {
		if (!has_spellings(&schema->fields[i]))
			continue;
		strbuf_puts(&out->buf, separator);
		put_any_case(out, schema->fields[i].name);
		separator = "|";
	}
	strbuf_puts(&out->buf, ")$\": true");
	put_close(out, '}');
}

static bool is_required(const struct schema_field *field)
{
	return (field->flags & FIELD_REQUIRED) && !has_spellings(field);
}

static bool is_required_anyhow(const struct schema_field *field)
{
	return (field->flags & FIELD_REQUIRED) && has_spellings(field);
}

/* One that may have another spelling: not all keys are others. */
static void put_required_anyhow(struct printer *out, const struct schema_field *field)
{
	put_open(out, "not", '{');
	put_open(out, "propertyNames", '{');
	put_open(out, "not", '{');
	put_key(out, "pattern");
	strbuf_puts(&out->buf, "\"^");
	put_any_case(out, field->name);
	strbuf_puts(&out->buf, "$\"");
	put_close(out, '}');
	put_close(out, '}');
	put_close(out, '}');
}

static void put_required(struct printer *out, const struct schema *schema)
{
	size_t i;

	put_open(out, "required", '[');
	for (i = 0; i < schema->n_fields; i++)
		if (is_required(&schema->fields[i]))
			put_string(out, NULL, schema->fields[i].name);
	put_close(out, ']');
}

/* What concerns several keys, and what one key alone can say; nothing, if there is nothing. */
static void put_rules(struct printer *out, const struct schema *schema)
{
	struct strbuf rule = {};
	bool is_open = false;
	size_t i;

	for (i = 0; json_rule(&rule, schema, i); i++, strbuf_clear(&rule)) {
		if (!is_open)
			put_open(out, "allOf", '[');
		is_open = true;
		put_key(out, NULL);
		strbuf_puts(&out->buf, strbuf_get(&rule));
	}
	out->buf.failed |= rule.failed;
	strbuf_done(&rule);
	for (i = 0; i < schema->n_fields; i++) {
		if (!is_required_anyhow(&schema->fields[i]))
			continue;
		if (!is_open)
			put_open(out, "allOf", '[');
		is_open = true;
		put_open(out, NULL, '{');
		put_required_anyhow(out, &schema->fields[i]);
		put_close(out, '}');
	}
	if (is_open)
		put_close(out, ']');
}

static bool has_any(const struct schema *schema, bool (*is)(const struct schema_field *))
{
	size_t i;

	for (i = 0; i < schema->n_fields; i++)
		if (is(&schema->fields[i]))
			return true;
	return false;
}

static void put_schema(struct printer *out, const struct schema *schema)
{
	size_t i;

	put_string(out, "type", "object");
	put_open(out, "properties", '{');
	for (i = 0; i < schema->n_fields; i++)
		if (!(schema->fields[i].flags & FIELD_REMOVED))
			put_field(out, &schema->fields[i]);
	put_close(out, '}');
	if (has_any(schema, has_spellings))
		put_other_spellings(out, schema);
	put_false(out, "additionalProperties");
	if (has_any(schema, is_required))
		put_required(out, schema);
	put_rules(out, schema);
}

static bool schema_is_found(const struct printer *out, const struct schema *schema)
{
	size_t i;

	for (i = 0; i < out->n_schemas; i++)
		if (out->schemas[i] == schema)
			return true;
	return false;
}

/* All that the found ones refer to; false: too many. */
static bool schemas_find(struct printer *out, const struct schema *root)
{
	size_t i, k;

	out->schemas[out->n_schemas++] = root;
	for (i = 0; i < out->n_schemas; i++)
		for (k = 0; k < out->schemas[i]->n_fields; k++) {
			const struct schema *next = out->schemas[i]->fields[k].schema;

			if (!next || schema_is_found(out, next))
				continue;
			if (out->n_schemas == MAX_SCHEMAS)
				return false;
			out->schemas[out->n_schemas++] = next;
		}
	return true;
}

static void put_definitions(struct printer *out)
{
	char name[NAME_BYTES];
	size_t i;

	put_open(out, "$defs", '{');
	for (i = 1; i < out->n_schemas; i++) {
		schema_name(out, out->schemas[i], &name);
		put_open(out, name, '{');
		put_schema(out, out->schemas[i]);
		put_close(out, '}');
	}
	put_close(out, '}');
}

static void put_document(struct printer *out)
{
	put_open(out, NULL, '{');
	put_string(out, "$schema", "https://json-schema.org/draft/2020-12/schema");
	put_string(out, "title", "TracingPolicy");
	put_schema(out, out->schemas[0]);
	put_definitions(out);
	put_close(out, '}');
	strbuf_putc(&out->buf, '\n');
}

int tetra_policy_schema(char *buf, size_t size)
{
	struct printer out = {};
	int r = -ENOMEM;

	if (schemas_find(&out, &language_policy))
		put_document(&out);
	if (!out.buf.failed && out.buf.len && out.buf.len <= INT_MAX) {
		r = (int)out.buf.len;
		if (buf && size)
			snprintf(buf, size, "%s", strbuf_get(&out.buf));
	}
	strbuf_done(&out.buf);
	return r;
}
