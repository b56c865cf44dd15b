/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arguments as JSON: a row per kind, with the key of its value and what writes it.
 */
#include <sys/socket.h>
#include <sys/stat.h>

#include "lib/event/event.h"
#include "lib/event/writer.h"
#include "lib/kernel/names.h"

struct arg_row {
	const char *key; /* {"int_arg": */
	size_t key_len;
	void (*put)(struct writer *writer, const struct tetra_event *event,
		    const struct event_arg *arg);
};

static void put_int(struct writer *writer, const struct tetra_event *event,
		    const struct event_arg *arg)
{
	writer_i64(writer, (int32_t)event_arg_u64(arg));
}

static void put_uint(struct writer *writer, const struct tetra_event *event,
		     const struct event_arg *arg)
{
	writer_u64(writer, (uint32_t)event_arg_u64(arg));
}

static void put_long(struct writer *writer, const struct tetra_event *event,
		     const struct event_arg *arg)
{
	writer_char(writer, '"');
	writer_i64(writer, (int64_t)event_arg_u64(arg));
	writer_char(writer, '"');
}

static void put_size(struct writer *writer, const struct tetra_event *event,
		     const struct event_arg *arg)
{
	writer_char(writer, '"');
	writer_u64(writer, event_arg_u64(arg));
	writer_char(writer, '"');
}

static void put_string(struct writer *writer, const struct tetra_event *event,
		       const struct event_arg *arg)
{
	struct process_text text = event_arg_text(arg);

	writer_char(writer, '"');
	writer_json(writer, text.text, text.len);
	writer_char(writer, '"');
}

static void put_bytes(struct writer *writer, const struct event_arg *arg)
{
	writer_char(writer, '"');
	writer_base64(writer, arg->data, arg->head.bytes);
	writer_char(writer, '"');
}

static void put_path_flags(struct writer *writer, const struct event_arg *arg, bool first)
{
	if (!(arg->head.flags & TETRA_ARG_UNRESOLVED))
		return;
	if (!first)
		writer_char(writer, ',');
	writer_lit(writer, "\"flags\":\"unresolvedPathComponents\"");
}

static void put_path(struct writer *writer, const struct tetra_event *event,
		     const struct event_arg *arg)
{
	struct process_text text = event_arg_text(arg);
	bool unresolved = arg->head.flags & TETRA_ARG_UNRESOLVED;
	char permission[16];

	writer_char(writer, '{');
	if (text.len) {
		writer_lit(writer, "\"path\":\"");
		writer_json(writer, text.text, text.len);
		writer_char(writer, '"');
	}
	put_path_flags(writer, arg, !text.len);
	if (text.len || unresolved)
		writer_char(writer, ',');
	writer_lit(writer, "\"permission\":\"");
	writer_put(writer, permission, event_permission(permission, event_arg_u64(arg)));
	writer_lit(writer, "\"}");
}

/* A name, or the number as text. */
static void put_name(struct writer *writer, const char *key, const struct names *names,
		     uint32_t number)
{
	const char *name = names_text(names, number);

	writer_text(writer, key);
	writer_char(writer, '"');
	if (name)
		writer_text(writer, name);
	else
		writer_u64(writer, number);
	writer_char(writer, '"');
}

static void put_number(struct writer *writer, const char *key, uint32_t number)
{
	if (!number)
		return;
	writer_text(writer, key);
	writer_u64(writer, number);
}

static void put_address(struct writer *writer, const char *key, uint16_t family,
			const uint8_t *bytes)
{
	writer_text(writer, key);
	writer_char(writer, '"');
	if (family == AF_INET)
		writer_ipv4(writer, bytes);
	else if (family == AF_INET6)
		writer_ipv6(writer, bytes);
	else
		writer_lit(writer, "invalid IP");
	writer_char(writer, '"');
}

/* Tracepoints know three families by name and omit others. */
static bool family_is_shown(const struct tetra_event *event, uint16_t family)
{
	return event->kind != TETRA_EVENT_TRACEPOINT || family == AF_UNIX ||
	       family == AF_INET || family == AF_INET6;
}

static void put_sock(struct writer *writer, const struct tetra_event *event,
		     const struct event_arg *arg)
{
	struct tetra_record_sock sock;
	bool family;

	memcpy(&sock, arg->data, sizeof(sock));
	family = family_is_shown(event, sock.family);
	writer_char(writer, '{');
	if (family)
		put_name(writer, "\"family\":", &names_families, sock.family);
	put_name(writer, family ? ",\"type\":" : "\"type\":", &names_socket_types,
		 sock.type);
	put_name(writer, ",\"protocol\":", &names_protocols, sock.protocol);
	put_number(writer, ",\"mark\":", sock.mark);
	put_number(writer, ",\"priority\":", sock.priority);
	put_address(writer, ",\"saddr\":", sock.family, sock.saddr);
	put_address(writer, ",\"daddr\":", sock.family, sock.daddr);
	put_number(writer, ",\"sport\":", sock.sport);
	put_number(writer, ",\"dport\":", sock.dport);
	if (sock.cookie) {
		writer_lit(writer, ",\"cookie\":\"");
		writer_u64(writer, sock.cookie);
		writer_char(writer, '"');
	}
	put_name(writer, ",\"state\":", &names_tcp_states, sock.state);
	writer_char(writer, '}');
}

#define ROW(kind, function, json)                                                        \
	[TETRA_ARG_##kind] = { "{\"" json "\":", sizeof(json) + 3, function }

static const struct arg_row rows[TETRA_ARG_END] = {
	ROW(INT8, put_int, "int_arg"),
	ROW(UINT8, put_uint, "uint_arg"),
	ROW(INT16, put_int, "int_arg"),
	ROW(UINT16, put_uint, "uint_arg"),
	ROW(INT32, put_int, "int_arg"),
	ROW(UINT32, put_uint, "uint_arg"),
	ROW(INT64, put_long, "long_arg"),
	ROW(UINT64, put_size, "size_arg"),
	ROW(SIZE, put_size, "size_arg"),
	ROW(STRING, put_string, "string_arg"),
	ROW(FILENAME, put_string, "string_arg"),
	ROW(FILE, put_path, "file_arg"),
	ROW(PATH, put_path, "path_arg"),
	ROW(FD, put_path, "file_arg"),
	ROW(BINPRM, put_path, "linux_binprm_arg"),
	ROW(SOCK, put_sock, "sock_arg"),
};

static void put_label(struct writer *writer, const struct tetra_event *event,
		      const struct event_arg *arg)
{
	if (arg->spec->label && event->kind != TETRA_EVENT_TRACEPOINT) {
		writer_lit(writer, ",\"label\":\"");
		writer_json(writer, arg->spec->label, strlen(arg->spec->label));
		writer_char(writer, '"');
	}
	writer_char(writer, '}');
}

/* The placeholder for a value that could not be read. */
static void put_fault(struct writer *writer, const struct tetra_event *event,
		      const struct event_arg *arg)
{
	static const char buffer[] = "CharBufErrorPageFault";

	switch (arg->spec->kind) {
	case TETRA_ARG_CHAR_BUF:
		writer_lit(writer, "{\"bytes_arg\":\"");
		writer_base64(writer, buffer, sizeof(buffer) - 1);
		writer_char(writer, '"');
		break;
	case TETRA_ARG_STRING:
	case TETRA_ARG_FILENAME:
		writer_lit(writer, "{\"string_arg\":\"\"");
		break;
	case TETRA_ARG_FILE:
	case TETRA_ARG_PATH:
	case TETRA_ARG_FD:
	case TETRA_ARG_BINPRM:
	case TETRA_ARG_SOCK:
		writer_put(writer, rows[arg->spec->kind].key,
			   rows[arg->spec->kind].key_len);
		writer_lit(writer, "{}");
		break;
	default:
		writer_lit(writer, "{\"error_arg\":{\"Message\":"
				   "\"Bad address for basic type\"}");
	}
	put_label(writer, event, arg);
}

static void put_buffer(struct writer *writer, const struct tetra_event *event,
		       const struct event_arg *arg)
{
	bool cut =
		arg->head.size > arg->head.bytes && event->kind != TETRA_EVENT_TRACEPOINT;

	writer_text(writer,
		    cut ? "{\"truncated_bytes_arg\":{\"bytes_arg\":" : "{\"bytes_arg\":");
	put_bytes(writer, arg);
	if (cut) {
		writer_lit(writer, ",\"orig_size\":\"");
		writer_u64(writer, arg->head.size);
		writer_lit(writer, "\"}");
	}
	put_label(writer, event, arg);
}

/* An array of longs counts as that many arguments. */
static void put_longs(struct writer *writer, const struct tetra_event *event,
		      const struct event_arg *arg)
{
	struct event_arg one = *arg;
	uint32_t at;

	for (at = 0; at + 8 <= arg->head.bytes; at += 8) {
		one.data = arg->data + at;
		writer_text(writer, at ? ",{\"size_arg\":" : "{\"size_arg\":");
		put_size(writer, event, &one);
		put_label(writer, event, arg);
	}
	if (!at)
		writer_lit(writer, "{}");
}

void event_arg_json(struct writer *writer, const struct tetra_event *event,
		    const struct event_arg *arg)
{
	const struct arg_row *row;

	/* Without data the kind may be one that has no row. */
	if (!arg->data) {
		writer_lit(writer, "{}");
		return;
	}
	row = &rows[arg->spec->kind];
	if (arg->head.status != TETRA_ARG_OK) {
		put_fault(writer, event, arg);
		return;
	}
	if (row->put) {
		writer_put(writer, row->key, row->key_len);
		row->put(writer, event, arg);
		put_label(writer, event, arg);
	} else if (arg->spec->kind == TETRA_ARG_CHAR_BUF) {
		put_buffer(writer, event, arg);
	} else {
		put_longs(writer, event, arg);
	}
}

struct process_text event_arg_text(const struct event_arg *arg)
{
	struct process_text text = { (const char *)arg->data, arg->head.bytes };

	switch (arg->spec->kind) {
	case TETRA_ARG_FILE:
	case TETRA_ARG_PATH:
	case TETRA_ARG_FD:
	case TETRA_ARG_BINPRM:
		text.text += sizeof(uint64_t);
		text.len -= sizeof(uint64_t);
		break;
	case TETRA_ARG_STRING:
	case TETRA_ARG_FILENAME:
		if (text.len && !text.text[text.len - 1])
			text.len--;
		break;
	}
	return text;
}

/* By type of file, the highest four bits of the mode; NUL for those that do not exist. */
static const char type_letters[16] = {
	[S_IFREG >> 12] = '-',	[S_IFDIR >> 12] = 'd', [S_IFLNK >> 12] = 'l',
	[S_IFCHR >> 12] = 'c',	[S_IFBLK >> 12] = 'b', [S_IFIFO >> 12] = 'p',
	[S_IFSOCK >> 12] = 's',
};

/* The third letter of a group: execute, or set-id or sticky instead. */
static char run_letter(bool runs, char letter)
{
	return runs ? letter : (char)(letter - 'a' + 'A');
}

size_t event_permission(char ret[16], uint64_t mode)
{
	static const char triples[8][3] = { "---", "--x", "-w-", "-wx",
					    "r--", "r-x", "rw-", "rwx" };
	char type = type_letters[mode >> 12 & 15];
	char *at = ret;

	if (type)
		*at++ = type;
	memcpy(at, triples[mode >> 6 & 7], 3);
	memcpy(at + 3, triples[mode >> 3 & 7], 3);
	memcpy(at + 6, triples[mode & 7], 3);
	if (mode & S_ISUID)
		at[2] = run_letter(mode & S_IXUSR, 's');
	if (mode & S_ISGID)
		at[5] = run_letter(mode & S_IXGRP, 's');
	if (mode & S_ISVTX)
		at[8] = run_letter(mode & S_IXOTH, 't');
	at[9] = '\0';
	return (size_t)(at + 9 - ret);
}
