/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/form.h"

#include <string.h>

#include "suite/report.h"

/* At most so many names has a list of fields. */
#define MAX_NAMES 40u

/* The names of fields, or the words, in one line. */
static const char *names_text(struct report *report, const char *const *names)
{
	const char *ret = "";

	for (; *names; names++)
		ret = arena_text(report->arena, "%s%s%s", ret, *ret ? ", " : "", *names);
	return ret;
}

static void check_scalar(struct report *report, const struct form *form,
			 const struct node *node, const char *name)
{
	size_t i;

	if (!form->is_scalar || (!form->words && !form->is_scalar(node))) {
		report_add(report, node, NULL, "'%s' must be %s", name, form->what);
		return;
	}
	for (i = 0; form->words && form->words[i]; i++)
		if (strcmp(form->words[i], node->text) == 0)
			return;
	if (form->words && i == 1 && !form->item)
		report_add(report, node, NULL, "'%s' must be %s", name, form->words[0]);
	else if (form->words)
		report_add(report, node, report_near(report, node->text, form->words),
			   "'%s' is not %s for '%s': expected %s", node->text,
			   form->item ? form->what : "a word", name,
			   names_text(report, form->words));
}

static void check_list(struct report *report, const struct form *form,
		       const struct node *node, const char *name)
{
	size_t i;

	if (!form->item) {
		report_add(report, node, NULL, "'%s' must be %s", name, form->what);
		return;
	}
	if (node->n < form->least)
		report_add(report, node, NULL, "'%s' must not be empty", name);
	for (i = 0; i < node->n; i++)
		form_check(report, form->item, node->items[i], name);
}

static const struct field *field_find(const struct field *fields, const char *name)
{
	for (; fields->name; fields++)
		if (strcmp(fields->name, name) == 0)
			return fields;
	return NULL;
}

static void unknown_field(struct report *report, const struct field *fields,
			  const struct node *key, const char *name)
{
	const char *names[MAX_NAMES + 1], *hint;
	size_t n = 0;

	for (; fields->name && n < MAX_NAMES; fields++)
		names[n++] = fields->name;
	names[n] = NULL;
	hint = report_near(report, key->text, names);
	if (!hint)
		hint = arena_text(report->arena, "fields here: %s",
				  names_text(report, names));
	report_add(report, key, hint, "unknown field '%s' in '%s'", key->text, name);
}

static void check_one_of(struct report *report, const struct form *form,
			 const struct node *node, const char *name)
{
	const char *first = NULL;
	size_t i;

	for (i = 0; form->one_of[i]; i++) {
		if (!node_get(node, form->one_of[i]))
			continue;
		if (first)
			report_add(report, node_get(node, form->one_of[i]),
				   "remove one of them",
				   "'%s' and '%s' exclude each other", first,
				   form->one_of[i]);
		first = form->one_of[i];
	}
	if (!first)
		report_add(report, node, NULL, "'%s' needs one of %s", name,
			   names_text(report, form->one_of));
}

static void check_fields(struct report *report, const struct form *form,
			 const struct node *node, const char *name)
{
	const struct field *field;
	size_t i;

	for (i = 0; i < node->n; i++) {
		const char *key = node_text(node->keys[i]);

		if (!key)
			continue; /* the reader has said so */
		field = field_find(form->fields, key);
		if (field)
			form_check(report, field->form, node->items[i], key);
		else
			unknown_field(report, form->fields, node->keys[i], name);
	}
	for (field = form->fields; field->name; field++)
		if (field->is_required && !node_get(node, field->name))
			report_add(report, node, NULL, "'%s' is missing in '%s'",
				   field->name, name);
	if (form->one_of)
		check_one_of(report, form, node, name);
}

static void check_map(struct report *report, const struct form *form,
		      const struct node *node, const char *name)
{
	size_t i;

	if (!form->fields && !form->value) {
		report_add(report, node, NULL, "'%s' must be %s", name, form->what);
		return;
	}
	if (node->n < form->least)
		report_add(report, node, NULL, "'%s' must not be empty", name);
	if (form->fields)
		check_fields(report, form, node, name);
	for (i = 0; form->value && i < node->n; i++) {
		const char *key = node_text(node->keys[i]);

		if (form->key && key)
			form_check(report, form->key, node->keys[i], key);
		form_check(report, form->value, node->items[i], key ? key : name);
	}
}

void form_check(struct report *report, const struct form *form, const struct node *node,
		const char *name)
{
	if (node->kind == NODE_SCALAR)
		check_scalar(report, form, node, name);
	else if (node->kind == NODE_LIST)
		check_list(report, form, node, name);
	else
		check_map(report, form, node, name);
}
