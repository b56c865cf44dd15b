/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preloaded into a program: one allocation fails, the one whose number is in FAIL_ALLOC. How many
 * there were goes to the file FAIL_COUNT at the end.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* glibc's own, by its names for them. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *memory, size_t size);

static unsigned long n_calls, fail_at;

static int fails(void)
{
	if (!fail_at || ++n_calls != fail_at)
		return 0;
	errno = ENOMEM;
	return 1;
}

void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	return fails() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *memory, size_t size)
{
	return fails() ? NULL : __libc_realloc(memory, size);
}

/* Counted from main() on, or nearly: what the loader allocates before is not the program's. */
__attribute__((constructor)) static void count_begin(void)
{
	const char *text = getenv("FAIL_ALLOC");

	fail_at = text ? strtoul(text, NULL, 10) : 0;
	n_calls = 0;
}

__attribute__((destructor)) static void count_end(void)
{
	const char *name = getenv("FAIL_COUNT");
	unsigned long n = n_calls;
	FILE *file = name ? fopen(name, "w") : NULL;

	if (file) {
		fprintf(file, "%lu\n", n);
		fclose(file);
	}
}
