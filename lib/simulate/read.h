/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events written by hand: each mapping is a table of keys. Readers report what is wrong and
 * go on; a failed call (memory, a limit) ends the reading.
 */
#ifndef TETRA_LIB_SIMULATE_READ_H
#define TETRA_LIB_SIMULATE_READ_H

#include "lib/document/report.h"
#include "lib/linux/names.h"
#include "lib/simulate/input.h"

struct reader {
	struct tetra_input *input;
	struct report *report;
	uint32_t position; /* of the argument that is being read */
	uint32_t ancestor; /* likewise */
};

struct read_key {
	const char *name; /* NULL: the end of the table */
	int (*read)(struct reader *reader, const struct node *node);
};

/* read-value.c */
/* @what: "an event", for messages. A value that is null was not written. */
int read_mapping(struct reader *reader, const struct node *node, const char *what,
		 const struct read_key *keys);
/* -EINVAL, reported. @wanted: "a number". */
int read_mistyped(struct reader *reader, const struct node *node, const char *wanted);
/* A text that is no number; NULL, reported. */
const char *read_text(struct reader *reader, const struct node *node);
/* 0; -EINVAL, reported. */
int read_number(struct reader *reader, const struct node *node, uint64_t max,
		uint64_t *ret);
/* A number, or a name, with or without the prefix. */
int read_named(struct reader *reader, const struct node *node, const struct names *names,
	       const char *prefix, uint64_t max, uint64_t *ret);
bool read_is_null(const struct node *node);
/* A key whose value can only be true. 1: it is; 0: not; -EINVAL, reported. */
int read_truth(struct reader *reader, const struct node *node);

/* read-argument.c: the value of reader->position. */
int read_argument(struct reader *reader, const struct node *node);
/* read-process.c */
int read_process(struct reader *reader, const struct node *node);

#endif
