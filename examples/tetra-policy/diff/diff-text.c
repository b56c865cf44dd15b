/* SPDX-License-Identifier: Apache-2.0 */
/* Differences for people. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <tetra/tetra.h>

#include "diff/diff.h"
#include "text.h"

static void heading(const struct tetra_region *region)
{
	const char *policy = region->new_policy ? region->new_policy : region->old_policy;
	const char *path = region->new_path ? region->new_path : region->old_path;

	text_print(stdout, policy ? policy : "?");
	printf(": ");
	if (path)
		printf("%s ", path);
	text_print(stdout, region->function);
	printf("\n");
}

/* "NEWLY BLOCKED" */
static void class_print(const char *name)
{
	printf("  ");
	for (; *name; name++)
		putchar(*name == '-' ? ' ' : toupper((unsigned char)*name));
}

static void rule_print(const char *what, int32_t selector, uint32_t line,
		       const char *file)
{
	printf("      %s ", what);
	if (selector < 0) {
		printf("no selector\n");
		return;
	}
	printf("selectors[%d] (", (int)selector);
	text_print(stdout, file ? file : "-");
	printf(":%u)\n", line);
}

static void region_print(const struct tetra_region *region)
{
	size_t i;

	class_print(region->class_name);
	printf("   (%s -> %s)", region->old_effect, region->new_effect);
	if (!region->n_where)
		printf("  every event");
	for (i = 0; i < region->n_where; i++) {
		printf("%s", i ? "  and  " : "  ");
		text_print(stdout, region->where[i].name);
		putchar(' ');
		text_print(stdout, region->where[i].text);
	}
	printf("\n      e.g. ");
	text_print(stdout, region->witness);
	printf("\n");
	rule_print("decided by OLD", region->old_selector, region->old_line,
		   region->old_file);
	rule_print("decided by NEW", region->new_selector, region->new_line,
		   region->new_file);
}

static int is_same_hook(const struct tetra_region *a, const struct tetra_region *b)
{
	return strcmp(a->function, b->function) == 0 && strcmp(a->hook, b->hook) == 0;
}

static void summary(const struct tetra_diff *diff)
{
	size_t n = tetra_diff_count(diff);

	if (!tetra_diff_is_complete(diff)) {
		printf("%zu region%s so far; not finished\n", n, n == 1 ? "" : "s");
		return;
	}
	if (!n) {
		printf("equal: no event is treated differently\n");
		return;
	}
	printf("%zu region%s, each confirmed by evaluating its example; %s\n", n,
	       n == 1 ? "" : "s",
	       tetra_diff_only_tightens(diff)
		       ? "NEW stops and tells at least what OLD did"
		       : "NEW allows or hides what OLD stopped or told");
}

int diff_print_text(const struct tetra_diff *diff)
{
	struct tetra_region region = { .size = sizeof(region) }, last = {};
	size_t i;

	for (i = 0; tetra_diff_get(diff, i, &region) == 0; i++) {
		if (!i || !is_same_hook(&region, &last))
			heading(&region);
		region_print(&region);
		last = region;
	}
	summary(diff);
	return 0;
}
