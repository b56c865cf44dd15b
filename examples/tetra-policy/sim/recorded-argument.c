/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arguments as events show them. What an event shows in the same way for several values is
 * unknown: an empty text may be one that could not be read, a file without a path a pipe, a
 * memfd, or a name that could not be read.
 */
#include "sim/recorded-argument.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/guard.h"

/* The kernel side reads no more of a text. */
#define TEXT_BYTES 4095u

/* Hexadecimal, of a set of capabilities. */
#define CAPS_DIGITS 16u

static int put_number(struct tetra_input *input, uint32_t position, yajl_val value)
{
	uint64_t number;

	return tree_number(value, &number)
		       ? tetra_input_set_number(input, position, number)
		       : 0;
}

/* Calls of 32-bit programs have numbers of their own, which policies see marked. */
static int put_call(struct tetra_input *input, uint32_t position, yajl_val value)
{
	const char *abi = tree_text(value, "abi");
	uint64_t number;

	/* Larger numbers belong to no call, and events show only their lower 32 bits. */
	if (!tree_number(tree_get(value, "id"), &number) || !abi || number >> 31)
		return 0;
	if (strcmp(abi, "i386") == 0)
		number |= 0x80000000u;
	else if (strcmp(abi, "x64") != 0)
		return 0;
	return tetra_input_set_number(input, position, number);
}

static int put_string(struct tetra_input *input, uint32_t position, yajl_val value)
{
	const char *text = YAJL_GET_STRING(value);
	size_t len = text ? strlen(text) : 0;
	int r;

	if (!len)
		return 0;
	r = tetra_input_set_text(input, position, text, len);
	if (r >= 0 && len >= TEXT_BYTES)
		r = tetra_input_set_state(input, position, TETRA_INPUT_BEGINNING);
	return r;
}

static int base64_digit(char digit)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = digit ? strchr(digits, digit) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* Returns the bytes written to @ret (3 for every 4 of @text), or -1 if it is not base64. */
static long base64_decode(const char *text, char *ret)
{
	uint32_t bits = 0;
	unsigned int n = 0;
	long len = 0;

	for (; *text && *text != '='; text++) {
		int digit = base64_digit(*text);

		if (digit < 0)
			return -1;
		bits = bits << 6 | (uint32_t)digit;
		if (++n % 4 == 0) {
			ret[len++] = (char)(bits >> 16);
			ret[len++] = (char)(bits >> 8);
			ret[len++] = (char)bits;
		}
	}
	if (n % 4 == 1)
		return -1;
	if (n % 4 >= 2)
		ret[len++] = (char)(bits >> (n % 4 == 2 ? 4 : 10));
	if (n % 4 == 3)
		ret[len++] = (char)(bits >> 2);
	return len;
}

static int put_bytes(struct tetra_input *input, uint32_t position, yajl_val value)
{
	static const char fault[] = "Q2hhckJ1ZkVycm9yUGFnZUZhdWx0";
	const char *text = YAJL_GET_STRING(value);
	_cleanup_(freep) char *bytes = NULL;
	long len;

	if (!text || !*text || strcmp(text, fault) == 0)
		return 0;
	bytes = malloc(strlen(text) / 4 * 3 + 4);
	if (!bytes)
		return -ENOMEM;
	len = base64_decode(text, bytes);
	return len < 0 ? 0 : tetra_input_set_text(input, position, bytes, (size_t)len);
}

static int put_cut(struct tetra_input *input, uint32_t position, yajl_val value)
{
	int r = put_bytes(input, position, tree_get(value, "bytes_arg"));

	return r < 0 ? r : tetra_input_set_state(input, position, TETRA_INPUT_BEGINNING);
}

/* The type in "drwxr-xr-x". What has no type looks like a regular file. */
static int put_file_type(struct tetra_input *input, uint32_t position,
			 const char *permission, int has_path)
{
	static const struct {
		char letter;
		uint32_t mode;
	} types[] = { { 'd', S_IFDIR }, { 'l', S_IFLNK }, { 'c', S_IFCHR },
		      { 'b', S_IFBLK }, { 'p', S_IFIFO }, { 's', S_IFSOCK },
		      { '-', S_IFREG } };

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (types[i].letter == permission[0] &&
		    (types[i].mode != S_IFREG || has_path))
			return tetra_input_set_file_type(input, position, types[i].mode);
	return 0;
}

static int put_path(struct tetra_input *input, uint32_t position, yajl_val value)
{
	const char *path = tree_text(value, "path"), *flags = tree_text(value, "flags");
	const char *permission = tree_text(value, "permission");
	int is_foreign = tree_has_word(flags, "userNamespace");
	int is_whole = path && path[0] == '/' &&
		       !tree_has_word(flags, "unresolvedPathComponents");
	int r = is_foreign ? tetra_input_set_foreign(input, position, 1) : 0;

	if (permission && r >= 0)
		r = put_file_type(input, position, permission, is_whole);
	if (r >= 0 && is_whole)
		r = tetra_input_set_text(input, position, path, strlen(path));
	return r;
}

/* As text, whatever its type in the document. */
static int put_part(struct tetra_input *input, uint32_t position, yajl_val value,
		    uint32_t part)
{
	const char *text =
		YAJL_IS_NUMBER(value) ? YAJL_GET_NUMBER(value) : YAJL_GET_STRING(value);
	int r = text && *text ? tetra_input_set_sock_part(input, position, part, text)
			      : 0;

	/* "invalid IP", or a name of another version. */
	return r == -EINVAL || r == -ENOENT ? 0 : r;
}

static int put_port(struct tetra_input *input, uint32_t position, yajl_val value,
		    uint32_t part)
{
	return value ? put_part(input, position, value, part)
		     : tetra_input_set_sock_part(input, position, part, "0");
}

/* Ports of 0 are left out; an empty object is a socket that could not be read. */
static int put_sock(struct tetra_input *input, uint32_t position, yajl_val value)
{
	const char *family = tree_text(value, "family");
	int r;

	if (!family || !*family)
		return 0;
	r = put_part(input, position, tree_get(value, "family"), TETRA_INPUT_FAMILY);
	if (r >= 0)
		r = put_part(input, position, tree_get(value, "protocol"),
			     TETRA_INPUT_PROTOCOL);
	if (r >= 0)
		r = put_part(input, position, tree_get(value, "state"),
			     TETRA_INPUT_TCPSTATE);
	if (r < 0 || strncmp(family, "AF_INET", strlen("AF_INET")) != 0)
		return r;
	r = put_part(input, position, tree_get(value, "saddr"), TETRA_INPUT_SADDR);
	if (r >= 0)
		r = put_part(input, position, tree_get(value, "daddr"),
			     TETRA_INPUT_DADDR);
	if (r >= 0)
		r = put_port(input, position, tree_get(value, "sport"),
			     TETRA_INPUT_SPORT);
	if (r >= 0)
		r = put_port(input, position, tree_get(value, "dport"),
			     TETRA_INPUT_DPORT);
	return r;
}

static int put_sockaddr(struct tetra_input *input, uint32_t position, yajl_val value)
{
	const char *family = tree_text(value, "family");
	int r;

	if (!family || !*family)
		return 0;
	r = put_part(input, position, tree_get(value, "family"), TETRA_INPUT_FAMILY);
	if (r < 0 || strncmp(family, "AF_INET", strlen("AF_INET")) != 0)
		return r;
	r = put_part(input, position, tree_get(value, "addr"), TETRA_INPUT_SADDR);
	return r < 0 ? r
		     : put_port(input, position, tree_get(value, "port"),
				TETRA_INPUT_SPORT);
}

/*
 * The family comes with the addresses. A port that is left out is either 0 or absent: which of
 * the two is not known. A protocol of 0 is left
 * out as a number, but its name is there.
 */
static int put_skb(struct tetra_input *input, uint32_t position, yajl_val value)
{
	static const struct {
		const char *key;
		uint32_t part;
	} parts[] = {
		{ "family", TETRA_INPUT_FAMILY }, { "proto", TETRA_INPUT_PROTOCOL },
		{ "saddr", TETRA_INPUT_SADDR },	  { "daddr", TETRA_INPUT_DADDR },
		{ "sport", TETRA_INPUT_SPORT },	  { "dport", TETRA_INPUT_DPORT },
	};
	int r = 0;

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts) && r >= 0; i++) {
		yajl_val part = tree_get(value, parts[i].key);

		if (part)
			r = put_part(input, position, part, parts[i].part);
	}
	/* The name comes from a header only if there are addresses as well. */
	if (r >= 0 && !tree_get(value, "proto") && tree_get(value, "saddr"))
		r = put_part(input, position, tree_get(value, "protocol"),
			     TETRA_INPUT_PROTOCOL);
	return r;
}

/* A set of capabilities; anything else is none. */
static int put_caps(struct tetra_input *input, uint32_t position, yajl_val value)
{
	static const char digits[] = "0123456789abcdefABCDEF";
	const char *text = YAJL_GET_STRING(value);

	if (!text || strlen(text) != CAPS_DIGITS || strspn(text, digits) != CAPS_DIGITS)
		return 0;
	return tetra_input_set_number(input, position, strtoull(text, NULL, 16));
}

/* The key that an event has, that of the type, and what reads the value. */
static const struct value_row {
	const char *key, *type;
	int (*put)(struct tetra_input *input, uint32_t position, yajl_val value);
} rows[] = {
	{ "int_arg", "int_arg", put_number },
	{ "uint_arg", "uint_arg", put_number },
	{ "long_arg", "long_arg", put_number },
	{ "size_arg", "size_arg", put_number },
	{ "syscall_id", "syscall_id", put_call },
	{ "string_arg", "string_arg", put_string },
	{ "bytes_arg", "bytes_arg", put_bytes },
	{ "truncated_bytes_arg", "bytes_arg", put_cut },
	{ "file_arg", "file_arg", put_path },
	{ "path_arg", "path_arg", put_path },
	{ "linux_binprm_arg", "linux_binprm_arg", put_path },
	{ "sock_arg", "sock_arg", put_sock },
	{ "sockaddr_arg", "sockaddr_arg", put_sockaddr },
	{ "skb_arg", "skb_arg", put_skb },
	{ "kernel_cap_t_arg", "kernel_cap_t_arg", put_caps },
	{ "cap_inheritable_arg", "cap_inheritable_arg", put_caps },
	{ "cap_permitted_arg", "cap_permitted_arg", put_caps },
	{ "cap_effective_arg", "cap_effective_arg", put_caps },
};

static int value_put(struct tetra_input *input, uint32_t position, const char *key,
		     yajl_val value)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int r;

		if (strcmp(rows[i].key, key) != 0)
			continue;
		r = tetra_input_set_type(input, position, rows[i].type);
		return r < 0 ? r : rows[i].put(input, position, value);
	}
	return tetra_input_set_type(input, position, key);
}

int recorded_argument(struct tetra_input *input, uint32_t position, yajl_val arg)
{
	int r = 0;

	if (!arg)
		return 0;
	r = tetra_input_set_state(input, position, TETRA_INPUT_UNKNOWN);
	if (!YAJL_IS_OBJECT(arg))
		return r;
	for (size_t i = 0; i < arg->u.object.len && r >= 0; i++) {
		const char *key = arg->u.object.keys[i];
		yajl_val value = arg->u.object.values[i];

		if (strcmp(key, "label") != 0)
			r = value_put(input, position, key, value);
		else if (YAJL_IS_STRING(value))
			r = tetra_input_set_label(input, position,
						  YAJL_GET_STRING(value));
	}
	return r;
}

int recorded_arguments(struct tetra_input *input, uint32_t first, yajl_val args)
{
	int r = 0;

	if (!YAJL_IS_ARRAY(args))
		return 0;
	for (size_t i = 0; i < args->u.array.len && r >= 0; i++) {
		if (i >= TETRA_INPUT_MAX_ARGS)
			break;
		r = recorded_argument(input, first + (uint32_t)i,
				      args->u.array.values[i]);
	}
	return r;
}
