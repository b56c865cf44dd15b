/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Guards, attributes and small arithmetic used on every floor. Nothing here allocates.
 */
#ifndef TETRA_LIB_BASE_H
#define TETRA_LIB_BASE_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define _cleanup_(function)   __attribute__((cleanup(function)))
#define _printf_(text, first) __attribute__((format(printf, text, first)))
#define _unused_	      __attribute__((unused))

#define ARRAY_SIZE(array)   (sizeof(array) / sizeof((array)[0]))
#define MIN(a, b)	    ((a) < (b) ? (a) : (b))
#define MAX(a, b)	    ((a) > (b) ? (a) : (b))
#define ROUND_UP(value, to) (((value) + (to)-1) / (to) * (to))

/* Hand over an owned pointer: the guard on the variable no longer sees it. */
#define TAKE_PTR(pointer)                                                                \
	({                                                                               \
		__typeof__(pointer) _taken = (pointer);                                  \
		(pointer) = NULL;                                                        \
		_taken;                                                                  \
	})

#define TAKE_FD(fd)                                                                      \
	({                                                                               \
		int _taken = (fd);                                                       \
		(fd) = -1;                                                               \
		_taken;                                                                  \
	})

static inline void freep(void *pointer)
{
	free(*(void **)pointer);
}

/* Keeps errno: a guard may run on the way out of a failed call. */
static inline void closep(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		close(*fd);
	errno = saved;
}

static inline bool str_equal(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static inline bool str_has_prefix(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

#endif
