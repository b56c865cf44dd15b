/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Long argument lists in transit: ARGS records come first, then their EXEC record takes them.
 * Lists whose EXEC never comes are limited in number; the oldest is dropped.
 */
#ifndef TETRA_LIB_FRAGMENTS_H
#define TETRA_LIB_FRAGMENTS_H

#include "lib/process/process.h"

/* Execs that can be between their first ARGS record and their EXEC record at the same time:
 * one per CPU, and some that were lost. */
#define FRAGMENT_LISTS 16u

struct fragment_list {
	struct process_key key;
	char *text; /* owned */
	size_t len, size;
	bool hole; /* a fragment is missing, or memory ran out */
	uint64_t age;
};

struct fragments {
	struct fragment_list lists[FRAGMENT_LISTS]; /* free ones have no text */
	uint64_t age;
	uint64_t dropped; /* lists that made room for others */
};

void fragments_done(struct fragments *fragments);

/* @bytes of @text are within the record. */
void fragments_add(struct fragments *fragments, struct process_key key, uint32_t offset,
		   const char *text, size_t bytes);

/* The list of @key, now the caller's: fragment_list_done(). Empty with .hole if none. */
struct fragment_list fragments_take(struct fragments *fragments, struct process_key key);

void fragment_list_append(struct fragment_list *list, const char *text, size_t bytes);
void fragment_list_done(struct fragment_list *list);

#endif
