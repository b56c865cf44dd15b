/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes become text again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suite/node.h"

struct dump {
	FILE *out;
	unsigned int line;
	int keeps_lines;
};

/* What YAML takes for a number or a word stays as it is. */
static int is_word(const struct node *node)
{
	static const char first[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
	static const char sign[] = "+-.";
	static const char rest[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.+-";
	size_t at;

	if (!node->is_plain || !node->n)
		return 0;
	at = strspn(node->text, sign);
	return at <= 1 && node->text[at] && strchr(first, node->text[at]) &&
	       strspn(node->text, rest) == node->n;
}

static void dump_scalar(struct dump *dump, const struct node *node)
{
	size_t i;

	if (node_is_null(node)) {
		fputs("null", dump->out);
		return;
	}
	if (is_word(node)) {
		fputs(node->text, dump->out);
		return;
	}
	fputc('"', dump->out);
	for (i = 0; i < node->n; i++) {
		unsigned char c = (unsigned char)node->text[i];

		if (c == '"' || c == '\\')
			fprintf(dump->out, "\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			fprintf(dump->out, "\\u%04x", c);
		else
			fputc(c, dump->out);
	}
	fputc('"', dump->out);
}

static void dump_node(struct dump *dump, const struct node *node)
{
	size_t i;

	for (; dump->keeps_lines && dump->line < node->line; dump->line++)
		fputc('\n', dump->out);
	if (node->kind == NODE_SCALAR) {
		dump_scalar(dump, node);
		return;
	}
	fputc(node->kind == NODE_MAP ? '{' : '[', dump->out);
	for (i = 0; i < node->n; i++) {
		if (i)
			fputs(", ", dump->out);
		if (node->kind == NODE_MAP) {
			dump_node(dump, node->keys[i]);
			fputs(": ", dump->out);
		}
		dump_node(dump, node->items[i]);
	}
	fputc(node->kind == NODE_MAP ? '}' : ']', dump->out);
}

char *node_dump(struct arena *arena, const struct node *node, int keeps_lines,
		size_t *ret_len)
{
	struct dump dump = { .line = 1, .keeps_lines = keeps_lines };
	char *text = NULL, *ret = NULL;
	size_t n = 0;

	dump.out = open_memstream(&text, &n);
	if (dump.out) {
		dump_node(&dump, node);
		if (fclose(dump.out) == 0)
			ret = arena_copy(arena, text, n);
	}
	if (!ret)
		ret = arena_copy(arena, "", 0);
	free(text);
	if (ret_len)
		*ret_len = strlen(ret);
	return ret;
}
