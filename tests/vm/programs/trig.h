/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trig: a small program that does exactly what it is told, one system call at a time, so
 * that a scenario knows which events must come. An operation is a row in one of the tables
 * below: its arguments are words, its result is that of the call (-1 and errno on failure).
 */
#pragma once

#include <stddef.h>

struct op {
	const char *name;
	/* words[0] is the operation's own name; words past n_words may not be read. */
	long (*run)(int n_words, char **words);
};

/* Each ends with a row without a name. */
extern const struct op trig_file_ops[];
extern const struct op trig_net_ops[];
extern const struct op trig_process_ops[];

/* A word that is not there is an empty one: as a number 0. */
const char *word_text(int n_words, char **words, int i);
long word_number(int n_words, char **words, int i);

/* close() that keeps errno: what went wrong before is the result. */
void fd_close(int fd);
