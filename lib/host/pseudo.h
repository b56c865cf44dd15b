/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of /proc and /sys: their size is unknown until they are read to the end, and they may
 * disappear while they are read.
 */
#ifndef TETRA_LIB_HOST_PSEUDO_H
#define TETRA_LIB_HOST_PSEUDO_H

#include "lib/base/base.h"
#include "lib/base/strbuf.h"

/* errno of a failed call as one of the interior's errors: negative. */
int pseudo_error(int error);

/*
 * Append the whole file to @buf; @dir as of openat(). -E2BIG beyond @limit bytes. If a file
 * ends early because its process died, the result is what was read so far.
 */
int pseudo_read(struct strbuf *buf, int dir, const char *path, size_t limit);

/*
 * The target of a link, NUL-terminated and cut to fit. Its length, or a negative error.
 */
int pseudo_link(char *buf, size_t size, int dir, const char *path);

/* "net:[4026531840]" -> the number; 0 if there is none. */
uint64_t pseudo_ns(int dir, const char *path);

#endif
