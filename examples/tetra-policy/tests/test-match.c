/* SPDX-License-Identifier: Apache-2.0 */
/* test-match FILE: the rows of match.yaml. */
#include <stdio.h>

#include "suite/match.h"
#include "suite/report.h"

static unsigned int n_rows, n_wrong;

static void expect(const struct node *row, const struct node *one, int is, int wanted)
{
	n_rows++;
	if (is == wanted)
		return;
	n_wrong++;
	printf("line %u: '%s' %s\n", row->line,
	       node_is_null(one) ? "(null)" : node_text(one),
	       wanted ? "must match" : "must not match");
}

static void text_row(const struct node *row, const struct node *one, int wanted)
{
	expect(row, one,
	       match_text(node_get(row, "want"),
			  node_is_null(one) ? NULL : node_text(one)),
	       wanted);
}

static void event_row(const struct node *row, const struct node *one, int wanted)
{
	char why[200];
	yajl_val event = yajl_tree_parse(node_text(one), why, sizeof(why));

	if (!event)
		printf("line %u: %s\n", row->line, why);
	n_wrong += !event;
	expect(row, one, match_event(node_get(row, "want"), event), wanted);
	yajl_tree_free(event);
}

static void each(const struct node *rows,
		 void (*check)(const struct node *, const struct node *, int))
{
	static const char *const keys[] = { "no", "yes" };
	size_t i, k;
	int wanted;

	for (i = 0; i < node_count(rows); i++)
		for (wanted = 0; wanted < 2; wanted++) {
			const struct node *list =
				node_get(node_item(rows, i), keys[wanted]);

			for (k = 0; k < node_count(list); k++)
				check(node_item(rows, i), node_item(list, k), wanted);
		}
}

int main(int argc, char **argv)
{
	struct arena arena = {};
	struct report report = { .arena = &arena, .file = argc == 2 ? argv[1] : "" };
	const struct node *root = node_read(&arena, &report, report.file);

	report_print(&report, stdout);
	if (root) {
		each(node_get(root, "texts"), text_row);
		each(node_get(root, "events"), event_row);
	}
	printf("%u rows, %u wrong\n", n_rows, n_wrong);
	report_done(&report);
	arena_done(&arena);
	return n_rows < 80 || n_wrong;
}
