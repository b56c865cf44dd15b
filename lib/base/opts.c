/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/opts.h"

#include "lib/base/diag.h"

static size_t size_of(const void *given)
{
	size_t size;

	memcpy(&size, given, sizeof(size));
	return size;
}

/* The first and the last byte of the unknown part that are not zero. */
static bool tail_is_zero(const uint8_t *bytes, size_t from, size_t to, size_t *ret_first,
			 size_t *ret_last)
{
	bool is_zero = true;

	for (size_t i = from; i < to; i++) {
		if (!bytes[i])
			continue;
		*ret_first = is_zero ? i : *ret_first;
		*ret_last = i;
		is_zero = false;
	}
	return is_zero;
}

int opts_read(void *ret, size_t bytes, const void *given, const char *name,
	      struct tetra_diag *diag)
{
	size_t size = given ? size_of(given) : 0, first = 0, last = 0;

	memset(ret, 0, bytes);
	memcpy(ret, &bytes, sizeof(bytes));
	if (!given)
		return 0;
	if (size < sizeof(size) || size > OPTS_MAX_BYTES)
		return diag_error(
			diag, NULL, -EINVAL, "bad-option",
			"set .size to the size of the struct, as TETRA_OPTS() does",
			"the size of struct %s is %zu", name, size);
	if (!tail_is_zero(given, bytes, size, &first, &last))
		return diag_error(
			diag, NULL, -E2BIG, "bad-option",
			"use a library that is as new as the program, or leave the "
			"newer members zero",
			"struct %s has %zu bytes, but this library knows only the first %zu: "
			"bytes %zu to %zu are not zero",
			name, size, bytes, first, last);
	memcpy((uint8_t *)ret + sizeof(size), (const uint8_t *)given + sizeof(size),
	       MIN(size, bytes) - sizeof(size));
	return 0;
}
