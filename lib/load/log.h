/* SPDX-License-Identifier: Apache-2.0 */
/* The verifier's log, for diagnostics. */
#ifndef TETRA_LIB_LOAD_LOG_H
#define TETRA_LIB_LOAD_LOG_H

#include "lib/base/base.h"

/* Bytes of a log: a buffer that is too small would hide the reason. Pages are allocated as
 * the kernel writes them. */
#define LOG_BYTES (16u << 20)
#define LOG_LINES 6

/* An empty log of LOG_BYTES; NULL: out of memory. */
char *log_new(void);
char *log_free(char *log);

/* The last lines of a log, without its statistics; borrowed from @log. "" for NULL. */
const char *log_last_lines(char *log);

static inline void log_freep(char **log)
{
	log_free(*log);
}

#endif
