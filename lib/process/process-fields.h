/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fields that events show of a process: one row each, in the order in which they are
 * printed. The function of a row, put_NAME(), writes the key and value, with the comma that
 * precedes them, or nothing; what a program gets from the public interface is beside it. They
 * are called directly: an exec event pays for each.
 */
#ifndef TETRA_LIB_PROCESS_FIELDS_H
#define TETRA_LIB_PROCESS_FIELDS_H

#include "lib/process/encoding.h"
#include "lib/process/process.h"
#include "lib/process/writer.h"

/* Between the pieces go what differs from event to event (json-process.c). */
enum process_piece {
	PROCESS_HEAD,	/* before the reference counter */
	PROCESS_MIDDLE, /* before the thread id */
	PROCESS_CRED,	/* before the properties of the binary */
	PROCESS_TAIL,
	PROCESS_PIECES,
};

/* Of a process with an image. */
void process_put_piece(struct writer *writer, const struct event_encoding *encoding,
		       const struct tetra_process *process, enum process_piece piece);

/* Also of a process without an image. */
void process_put_flags(struct writer *writer, uint32_t flags);
void process_put_start(struct writer *writer, const struct tetra_process *process);

#endif
