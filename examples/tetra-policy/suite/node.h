/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A YAML document as a tree of immutable nodes. Trees share parts; a change copies the nodes from
 * the root to it.
 */
#ifndef TETRA_POLICY_NODE_H
#define TETRA_POLICY_NODE_H

#include <stdint.h>

#include "suite/arena.h"

struct report;

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };

struct node {
	enum node_kind kind;
	int is_plain;			   /* a scalar without quotes */
	unsigned int line, column;	   /* from 1 */
	const char *text;		   /* of a scalar, NUL-terminated */
	size_t n;			   /* bytes of .text; items of a list or a map */
	const struct node **items, **keys; /* .keys: of a map */
};

/* NULL after a report. */
const struct node *node_read(struct arena *arena, struct report *report,
			     const char *file);

/* NULL: @node is NULL or not a map, or lacks the key. */
const struct node *node_get(const struct node *node, const char *key);
/* NULL: @node is NULL or not a scalar. */
const char *node_text(const struct node *node);
/* Of the key below @node; NULL as before. */
const char *node_get_text(const struct node *node, const char *key);
int node_is_null(const struct node *node);
int node_is_true(const struct node *node); /* a truth value that is true */
int node_is_truth(const struct node *node);
int node_number(const struct node *node, int64_t *ret); /* 0: it is not a number */
/* Items of a list; 1 of anything else, 0 of NULL: one may be written without its list. */
size_t node_count(const struct node *node);
const struct node *node_item(const struct node *node, size_t i);

struct node *node_new(struct arena *arena, enum node_kind kind, const struct node *place);
struct node *node_scalar(struct arena *arena, const struct node *place, const char *text,
			 int is_plain);
/* A copy that may be changed until it is shared; its parts are the same. */
struct node *node_clone(struct arena *arena, const struct node *node);
/* As before, without the part @i of a list or map. */
struct node *node_without(struct arena *arena, const struct node *node, size_t i);
void node_add(struct arena *arena, struct node *node, const struct node *key,
	      const struct node *item);

/* The way to a node: positions in lists and maps from the root on. */
#define NODE_PATH_MAX 12u
struct node_path {
	size_t at[NODE_PATH_MAX];
	size_t n;
};

/* Where the key is in a map; its number of keys if it is not there. */
size_t node_index(const struct node *map, const char *key);
/* A tree with another node there; NULL: with none. */
const struct node *node_replace(struct arena *arena, const struct node *root,
				const struct node_path *path, const struct node *with);

/* JSON, but for words and numbers, which stay as they are; the library reads it. Lines are those
 * of the nodes if @keeps_lines. */
char *node_dump(struct arena *arena, const struct node *node, int keeps_lines,
		size_t *ret_len);

#endif
