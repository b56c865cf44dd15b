/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text to a tree of nodes with their places. Nothing is interpreted yet, but a reader of the
 * tree may rely on this:
 *  - the text is one document of valid UTF-8; its size, depth and number of nodes are bounded;
 *  - every key is a scalar and occurs once in its mapping;
 *  - aliases and merge keys are expanded: a subtree that was used twice exists twice, with the
 *    places of its first use, and every node has one parent.
 */
#ifndef TETRA_LIB_YAML_H
#define TETRA_LIB_YAML_H

#include "lib/base/arena.h"
#include "lib/document/mark.h"

struct report;

enum node_type { NODE_SCALAR, NODE_SEQUENCE, NODE_MAPPING };

/* What a scalar is by the rules of YAML 1.1; quoted ones are text. */
enum scalar_type {
	SCALAR_TEXT,
	SCALAR_NULL,
	SCALAR_BOOL,
	SCALAR_INT,
	SCALAR_FLOAT,
	SCALAR_MISTAGGED, /* its text does not fit the type of its tag: valid nowhere */
};

struct node {
	struct mark mark;
	uint8_t type;	     /* enum node_type */
	uint8_t scalar;	     /* enum scalar_type */
	uint8_t plain;	     /* a scalar without quotes and without a tag */
	uint32_t index;	     /* in the parent */
	uint32_t n;	     /* scalars: bytes of .text; else: children */
	struct node *parent; /* NULL: the root */
	struct node *key;    /* of a mapping's value; NULL in sequences */
	struct node *next;   /* sibling */
	union {
		/* Scalars. NUL-terminated; may contain NULs by way of escapes. */
		struct {
			const char *text;
			/*
			 * Set by the schema for fields of these types: the number or
			 * truth value, or the row of the list that the word was found in.
			 */
			union {
				int64_t number;
				const void *word;
			};
		};
		struct {
			struct node *first, *last;
		};
	};
};

/* Depth of a document, aliases expanded; the language itself needs 10. */
#define YAML_MAX_DEPTH 40u
/* Nodes of a document, aliases expanded: 64 MB. */
#define YAML_MAX_NODES (1u << 20)
/* Anchors of a document: each alias searches them. */
#define YAML_MAX_ANCHORS 1000u

/*
 * Return: 0 and the root in @ret, with duplicate keys reported and their first value kept;
 * -EINVAL or -E2BIG, reported, if there is no tree; -ENOMEM.
 */
int yaml_parse(struct node **ret, struct arena *arena, const char *text, size_t len,
	       struct report *report);

/* The value of @key in a mapping, compared exactly; NULL if absent. */
struct node *node_get(const struct node *mapping, const char *key);

/* Same shape and same texts; order of keys and marks do not matter. */
bool node_equal(const struct node *a, const struct node *b);

/* 0, or -EINVAL (not an integer), -E2BIG (too large): a SCALAR_INT in the bases of YAML
 * 1.1. */
int node_integer(const struct node *node, int64_t *ret);

#define node_for_each(child, parent)                                                     \
	for ((child) = (parent)->first; (child); (child) = (child)->next)

#endif
