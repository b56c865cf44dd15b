/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/expand.h"

#include <string.h>

#include "suite/report.h"

/* More are taken for a mistake. */
#define MAX_CASES     4096u
#define MAX_VARIABLES 16u

struct expansion {
	struct arena *arena;
	struct report *report;
	const struct node *matrix; /* NULL: the case has no matrix */
	const struct node *values[MAX_VARIABLES];
};

static const struct node *value_of(const struct expansion *at, const char *name, size_t n)
{
	size_t i;

	for (i = 0; at->matrix && i < at->matrix->n; i++)
		if (at->matrix->keys[i]->n == n &&
		    memcmp(at->matrix->keys[i]->text, name, n) == 0)
			return at->values[i];
	return NULL;
}

/*
 * A name that is not in the matrix. In a text for the shell it may be the shell's own, unless it
 * looks like a slip.
 */
static void unknown_variable(struct expansion *at, const struct node *node,
			     const char *name, size_t n, int is_shell)
{
	const char *names[MAX_VARIABLES + 1] = {}, *hint;
	const char *text = arena_copy(at->arena, name, n);
	size_t i;

	for (i = 0; at->matrix && i < at->matrix->n; i++)
		names[i] = at->matrix->keys[i]->text;
	hint = report_near(at->report, text, names);
	if (is_shell && !hint)
		return;
	if (!hint)
		hint = at->matrix ? "the variables are those of the case's matrix"
				  : "variables need a matrix: {NAME: [..]} in the case";
	report_add(at->report, node, hint, "unknown variable '%s'", text);
}

/* @from: the text's beginning at "${". Returns its end, NULL if it is not a variable. */
static const char *variable_end(const char *from)
{
	size_t n = strspn(from + 2, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_-");

	return n && from[2 + n] == '}' ? from + 2 + n : NULL;
}

/* What a value looks like in a text. */
static const char *value_text(struct expansion *at, const struct node *value)
{
	return value->kind == NODE_SCALAR ? value->text
					  : node_dump(at->arena, value, 0, NULL);
}

/* The value of the variable at "${", or NULL. @ret_end: where the text goes on. */
static const struct node *variable_at(struct expansion *at, const struct node *node,
				      const char *start, int is_shell,
				      const char **ret_end)
{
	const char *end = variable_end(start), *name = start + 2;
	const struct node *value = NULL;

	*ret_end = end ? end + 1 : name;
	if (end)
		value = value_of(at, name, (size_t)(end - name));
	if (end && !value)
		unknown_variable(at, node, name, (size_t)(end - name), is_shell);
	return value;
}

/* @to NULL: only the length counts. Return: the length with the piece. */
static size_t piece_add(char *to, size_t n, const char *piece, size_t piece_n)
{
	if (to)
		memcpy(to + n, piece, piece_n);
	return n + piece_n;
}

/* The text with values for variables, in one pass: a text may have very many. */
static size_t put_text(struct expansion *at, const struct node *node, int is_shell,
		       char *to)
{
	const char *from = node->text, *start, *end, *text;
	size_t n = 0;

	for (; (start = strstr(from, "${")); from = end) {
		const struct node *value = variable_at(at, node, start, is_shell, &end);

		n = piece_add(to, n, from, (size_t)((value ? start : end) - from));
		text = value ? value_text(at, value) : "";
		n = piece_add(to, n, text, strlen(text));
	}
	return piece_add(to, n, from, strlen(from));
}

/* The value, if a variable is all of a scalar; or NULL. */
static const struct node *whole_value(struct expansion *at, const struct node *node)
{
	const char *end =
		strncmp(node->text, "${", 2) == 0 ? variable_end(node->text) : NULL;

	if (!end || end[1])
		return NULL;
	return value_of(at, node->text + 2, (size_t)(end - node->text) - 2);
}

static const struct node *put_scalar(struct expansion *at, const struct node *node,
				     int is_shell)
{
	const struct node *value = whole_value(at, node);
	struct node *ret;
	char *text;

	if (!strstr(node->text, "${"))
		return node;
	if (value) {
		ret = node_clone(at->arena, value);
		ret->line = node->line;
		ret->column = node->column;
		return ret;
	}
	text = arena_new(at->arena, put_text(at, node, is_shell, NULL) + 1);
	(void)put_text(at, node, is_shell, text);
	return node_scalar(at->arena, node, text, node->is_plain);
}

static int is_shell_key(const struct node *key)
{
	static const char *const keys[] = { "sh", "setup", "cleanup" };
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (key && key->kind == NODE_SCALAR && strcmp(key->text, keys[i]) == 0)
			return 1;
	return 0;
}

/* The node with values for variables; itself where it has none. */
static const struct node *put(struct expansion *at, const struct node *node, int is_shell)
{
	struct node *copy = NULL;
	size_t i;

	if (node->kind == NODE_SCALAR)
		return put_scalar(at, node, is_shell);
	for (i = 0; i < node->n; i++) {
		const struct node *key = node->keys ? node->keys[i] : NULL;
		const struct node *item = node->items[i], *now;

		if (key && key->kind == NODE_SCALAR && strcmp(key->text, "matrix") == 0)
			continue;
		now = put(at, item, is_shell_key(key));
		if (now == item)
			continue;
		if (!copy)
			copy = node_clone(at->arena, node);
		copy->items[i] = now;
	}
	return copy ? copy : node;
}

static const char *name_of(struct expansion *at, const char *name)
{
	const char *ret = arena_text(at->arena, "%s [", name);
	size_t i;

	for (i = 0; i < at->matrix->n; i++)
		ret = arena_text(at->arena, "%s%s%s=%s", ret, i ? ", " : "",
				 at->matrix->keys[i]->text,
				 value_text(at, at->values[i]));
	return arena_text(at->arena, "%s]", ret);
}

/* 0: it is not a valid matrix; form_check() reports it. */
static size_t n_combinations(const struct node *matrix)
{
	size_t n = 1, i;

	if (matrix->kind != NODE_MAP || !matrix->n || matrix->n > MAX_VARIABLES)
		return 0;
	for (i = 0; i < matrix->n; i++) {
		if (matrix->items[i]->kind != NODE_LIST ||
		    matrix->keys[i]->kind != NODE_SCALAR || !matrix->items[i]->n)
			return 0;
		n *= matrix->items[i]->n;
		if (n > MAX_CASES)
			return n;
	}
	return n;
}

static void expand_one(struct expansion *at, const struct node *node, const char *name,
		       size_t which, expand_fn *fn, void *user)
{
	size_t i, n;
	const struct node *named;

	/* The last name changes fastest. */
	for (i = at->matrix->n; i--; which /= n) {
		n = at->matrix->items[i]->n;
		at->values[i] = at->matrix->items[i]->items[which % n];
	}
	named = put(at, node, 0);
	if (node_get_text(named, "name"))
		name = node_get_text(named, "name");
	fn(user, named, name_of(at, name));
}

void expand_case(struct arena *arena, struct report *report, const struct node *node,
		 const char *name, expand_fn *fn, void *user)
{
	struct expansion at = { .arena = arena,
				.report = report,
				.matrix = node_get(node, "matrix") };
	size_t n = at.matrix ? n_combinations(at.matrix) : 0, i;

	if (n > MAX_CASES) {
		report_add(report, at.matrix, NULL, "more than %u cases", MAX_CASES);
		return;
	}
	if (n) {
		for (i = 0; i < n; i++)
			expand_one(&at, node, name, i, fn, user);
		return;
	}
	if (!at.matrix)
		node = put(&at, node, 0);
	fn(user, node, name);
}
