/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A descriptor that takes lines. A write that fails is reported once and counted in
 * lines; the next one is tried again, so a disk that has room again gets events again. A
 * line that was cut by a full disk is taken back, so that a file ends with a whole one. Where
 * that is not possible (no file, or others write to it as well), it is ended before the next
 * one, so that it spoils no other.
 */
#ifndef TETRA_MINI_SINK_H
#define TETRA_MINI_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sink {
	int fd;
	const char *name; /* for messages; borrowed */
	uint64_t n_lost;  /* lines */
	bool can_block;	  /* pipe, socket or terminal */
	bool is_file;	  /* what was written can be taken back */
	bool is_torn;	  /* the last line has no end */
	bool is_reported;
	bool is_closed; /* nobody reads any more: nothing is tried again */
};

/* Takes the descriptor over. */
void sink_init(struct sink *sink, int fd, const char *name);

/*
 * Writes whole lines, in one write(2) where the kernel takes them at once. @text[-1]
 * must be readable and a newline: it goes first if the last line was torn.
 */
void sink_write(struct sink *sink, const char *text, size_t len);

/* Goes on with another descriptor, which is taken; the counts stay. */
void sink_reopen(struct sink *sink, int fd);

/* Tells how many lines were lost, if any, and closes. */
void sink_done(struct sink *sink);

#endif
