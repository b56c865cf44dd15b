/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/process/arguments.h"

static size_t put(char *buf, size_t at, const char *text, size_t n)
{
	if (buf && n)
		memcpy(buf + at, text, n);
	return at + n;
}

/* Relevant bytes: the NUL that ends the last argument does not begin another one. */
static size_t area_bytes(const char *argv, size_t len, bool trim)
{
	if (len && !argv[len - 1])
		len--;
	while (trim && len && !argv[len - 1])
		len--;
	return len;
}

static size_t join_one(char *buf, size_t at, const char *arg, size_t n)
{
	if (n && memchr(arg, ' ', n)) {
		at = put(buf, at, " \"", 2);
		at = put(buf, at, arg, n);
		return put(buf, at, "\"", 1);
	}
	if (at)
		at = put(buf, at, " ", 1);
	return put(buf, at, arg, n);
}

size_t arguments_join(char *buf, const char *argv, size_t len, bool trim)
{
	const char *end, *arg, *stop;
	size_t at = 0;

	len = area_bytes(argv, len, trim);
	end = argv + len;
	arg = len ? memchr(argv, '\0', len) : NULL;
	while (arg) {
		arg++;
		stop = arg < end ? memchr(arg, '\0', (size_t)(end - arg)) : NULL;
		at = join_one(buf, at, arg, (size_t)((stop ? stop : end) - arg));
		arg = stop;
	}
	return at;
}
