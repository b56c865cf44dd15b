/* SPDX-License-Identifier: Apache-2.0 */
#include "test/baseline.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "json/json.h"
#include "text.h"

/* The file is JSON, which is YAML, too. */
static int file_read(struct suite_result *result, const char *file,
		     const struct node **ret)
{
	struct report report = { .arena = &result->suite.arena, .file = file };
	FILE *there = fopen(file, "re");

	*ret = NULL;
	if (!there)
		return errno == ENOENT ? 0 : -errno;
	fclose(there);
	*ret = node_read(&result->suite.arena, &report, file);
	report_print(&report, stderr);
	report_done(&report);
	return *ret ? 0 : -EINVAL;
}

static const char *file_of(struct suite_result *result)
{
	const char *name = node_get_text(result->suite.root, "baseline");

	return name ? suite_path(&result->suite, name) : NULL;
}

static void difference_add(struct suite_result *result, const struct fact *fact,
			   const char *was)
{
	size_t n = result->n_differences;

	result->differences =
		list_grow(result->differences, n, sizeof(*result->differences));
	result->differences[n] =
		arena_text(&result->suite.arena, "%s of '%s': was %s, is %s", fact->kind,
			   fact->name, was, fact->text);
	result->n_differences++;
}

int baseline_compare(struct suite_result *result)
{
	const char *file = file_of(result), *was;
	const struct node *root;
	size_t i;
	int r = file ? file_read(result, file, &root) : 0;

	if (!file || r < 0)
		return r;
	if (!root) {
		complain(file, "no baseline yet; --update-baseline writes it");
		return 0;
	}
	for (i = 0; i < result->n_facts; i++) {
		const struct fact *fact = &result->facts[i];

		was = node_get_text(node_get(root, fact->kind), fact->name);
		if (was && strcmp(was, fact->text) != 0)
			difference_add(result, fact, was);
	}
	return 0;
}

static const struct fact *fact_of(const struct suite_result *result, const char *kind,
				  const char *name)
{
	size_t i;

	for (i = 0; i < result->n_facts; i++)
		if (strcmp(result->facts[i].kind, kind) == 0 &&
		    strcmp(result->facts[i].name, name) == 0)
			return &result->facts[i];
	return NULL;
}

/* Those of before that this run did not see, then those of this run. */
static void print_kind(struct json *json, const struct suite_result *result,
		       const struct node *root, const char *kind)
{
	const struct node *old = node_get(root, kind);
	size_t i;

	json_map(json, kind);
	for (i = 0; old && old->kind == NODE_MAP && i < old->n; i++)
		if (!fact_of(result, kind, node_text(old->keys[i])) &&
		    node_text(old->items[i]))
			json_text(json, node_text(old->keys[i]),
				  node_text(old->items[i]));
	for (i = 0; i < result->n_facts; i++)
		if (strcmp(result->facts[i].kind, kind) == 0)
			json_text(json, result->facts[i].name, result->facts[i].text);
	json_map_end(json);
}

static int print_all(FILE *out, const struct suite_result *result,
		     const struct node *root)
{
	static const char *const kinds[] = { "verdict", "mechanism", "fields" };
	struct json json;
	size_t i;

	if (json_init(&json, out) == 0) {
		json_map(&json, NULL);
		for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
			print_kind(&json, result, root, kinds[i]);
		json_map_end(&json);
		json_line(&json);
	}
	return json_done(&json);
}

/* The file of before stays as it is until the new one is whole. */
static int file_write(struct suite_result *result, const char *file,
		      const struct node *root)
{
	const char *draft = arena_text(&result->suite.arena, "%s.new", file);
	FILE *out = fopen(draft, "we");
	int r;

	if (!out)
		return -errno;
	r = print_all(out, result, root);
	if (fclose(out) != 0 && r >= 0)
		r = -errno;
	if (r >= 0 && rename(draft, file) < 0)
		r = -errno;
	if (r < 0)
		(void)unlink(draft); /* the first error is the one to report */
	return r;
}

int baseline_update(struct suite_result *result)
{
	const char *file = file_of(result);
	const struct node *root;
	int r;

	if (!file) {
		complain(result->suite.file, "the suite names no baseline to update");
		return 0;
	}
	r = file_read(result, file, &root);
	return r < 0 ? r : file_write(result, file, root);
}
