/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/linux/calls.h"

#include "lib/linux/syscalls-i386.h"
#include "lib/linux/syscalls-x86_64.h"

struct call {
	const char *name;
	uint32_t number;
};

/* Calls that the C library names in another way than the kernel's entries. */
#define CALLS_BY_OTHER_NAMES(X)                                                          \
	X(stat, 4)                                                                       \
	X(fstat, 5)                                                                      \
	X(lstat, 6)                                                                      \
	X(sendfile, 40)                                                                  \
	X(uname, 63)                                                                     \
	X(umount2, 166)

static const struct call calls_64[] = {
#define X(name, number) { #name, number },
	SYSCALLS_X86_64(X) CALLS_BY_OTHER_NAMES(X)
#undef X
};

static const struct call calls_32[] = {
#define X(name, number) { #name, number },
	SYSCALLS_I386(X)
#undef X
};

/* What a name may begin with, and whose calls it then means; no calls: not known here. */
static const struct {
	const char *text;
	const struct call *calls;
	size_t n_calls;
	uint32_t mark;
} prefixes[] = {
	{ "x64/", calls_64, ARRAY_SIZE(calls_64), 0 },
	{ "i386/", calls_32, ARRAY_SIZE(calls_32), TETRA_CALL_COMPAT },
	{ "arm64/", NULL, 0, 0 },
	{ "arm32/", NULL, 0, 0 },
	{ "__x64_", calls_64, ARRAY_SIZE(calls_64), 0 },
	/* Entries have other names than calls. */
	{ "__ia32_", NULL, 0, 0 },
	{ "__arm64_", NULL, 0, 0 },
	{ "", calls_64, ARRAY_SIZE(calls_64), 0 },
};

/* "__x64_sys_dup" or "sys_dup", after an ABI: "dup". */
static const char *plain_name(const char *text)
{
	const char *sys = str_has_prefix(text, "__") ? strstr(text, "_sys_") : NULL;

	text = sys ? sys + 1 : text;
	return str_has_prefix(text, "sys_") ? text + strlen("sys_") : text;
}

int call_number_of(const char *text, uint64_t *ret)
{
	size_t i, k;

	for (i = 0; !str_has_prefix(text, prefixes[i].text); i++)
		;
	if (!prefixes[i].calls)
		return -EOPNOTSUPP;
	if (strchr(prefixes[i].text, '/'))
		text += strlen(prefixes[i].text);
	text = plain_name(text);
	for (k = 0; k < prefixes[i].n_calls; k++) {
		if (!str_equal(prefixes[i].calls[k].name, text))
			continue;
		*ret = prefixes[i].calls[k].number | prefixes[i].mark;
		return 0;
	}
	return -ENOENT;
}

const char *call_name_32(uint32_t number)
{
	for (size_t i = 0; i < ARRAY_SIZE(calls_32); i++)
		if (calls_32[i].number == number)
			return calls_32[i].name;
	return NULL;
}
