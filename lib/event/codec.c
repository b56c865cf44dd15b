/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/event/codec.h"

#include <sys/socket.h>
#include <sys/stat.h>

#include "bpf/abi/image.h"
#include "lib/base/kinds.h"
#include "lib/event/json-object.h"
#include "lib/process/json-cred.h"
#include "lib/linux/names.h"

struct process_text codec_text(const struct event_arg *arg)
{
	struct process_text text = { (const char *)arg->data, arg->head.bytes };

	if (kind_row(arg->spec->kind)->shape == TETRA_SHAPE_PATH) {
		text.text += sizeof(uint64_t);
		text.len -= sizeof(uint64_t);
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

/* "-rw-r--r--" as ls prints it; nine letters alone if the type of file is unknown. */
static size_t put_permission(char ret[16], uint64_t mode)
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

/* Numbers of 64 bits are texts in JSON. */
static void put_word(struct writer *writer, const struct tetra_event *event,
		     const struct event_arg *arg)
{
	const struct kind_row *kind = kind_row(arg->spec->kind);
	uint64_t value = event_arg_u64(arg);

	if (kind->bits != 64) {
		if (kind->is_signed)
			writer_i64(writer, (int32_t)value);
		else
			writer_u64(writer, (uint32_t)value);
		return;
	}
	writer_char(writer, '"');
	if (kind->is_signed)
		writer_i64(writer, (int64_t)value);
	else
		writer_u64(writer, value);
	writer_char(writer, '"');
}

static void put_call(struct writer *writer, const struct tetra_event *event,
		     const struct event_arg *arg)
{
	uint32_t number = (uint32_t)event_arg_u64(arg);
	bool compat = event_arg_u64(arg) >> 32 == 0 && number & TETRA_CALL_COMPAT;

	writer_lit(writer, "{\"id\":");
	writer_u64(writer, compat ? number & ~TETRA_CALL_COMPAT : number);
	writer_text(writer, compat ? ",\"abi\":\"i386\"}" : ",\"abi\":\"x64\"}");
}

static void put_string(struct writer *writer, const struct tetra_event *event,
		       const struct event_arg *arg)
{
	struct process_text text = codec_text(arg);

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

/* What is not as usual with a path; the first word is Tetragon's. Returns whether there was any. */
static bool put_path_flags(struct writer *writer, const struct event_arg *arg, bool first)
{
	static const struct {
		uint8_t flag;
		const char *word;
	} words[] = {
		{ TETRA_ARG_UNRESOLVED, "unresolvedPathComponents" },
		{ TETRA_ARG_FOREIGN, "userNamespace" },
	};
	bool any = false;

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (!(arg->head.flags & words[i].flag))
			continue;
		if (!any && !first)
			writer_char(writer, ',');
		writer_text(writer, any ? " " : "\"flags\":\"");
		writer_text(writer, words[i].word);
		any = true;
	}
	if (any)
		writer_char(writer, '"');
	return any;
}

static void put_path(struct writer *writer, const struct tetra_event *event,
		     const struct event_arg *arg)
{
	struct process_text text = codec_text(arg);
	char permission[16];
	bool flagged;

	writer_char(writer, '{');
	if (text.len) {
		writer_lit(writer, "\"path\":\"");
		writer_json(writer, text.text, text.len);
		writer_char(writer, '"');
	}
	flagged = put_path_flags(writer, arg, !text.len);
	if (text.len || flagged)
		writer_char(writer, ',');
	writer_lit(writer, "\"permission\":\"");
	writer_put(writer, permission, put_permission(permission, event_arg_u64(arg)));
	writer_lit(writer, "\"}");
}

/* A name, or the number as text. */
static void put_name(struct writer *writer, const char *key, const struct names *names,
		     uint32_t number)
{
	writer_text(writer, key);
	json_object_name(writer, names, number);
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

/* Up to the family; false if it is left out. */
static bool sock_begin(struct writer *writer, const struct tetra_event *event,
		       const struct event_arg *arg, struct tetra_record_sock *ret)
{
	memcpy(ret, arg->data, sizeof(*ret));
	writer_char(writer, '{');
	if (!family_is_shown(event, ret->family))
		return false;
	put_name(writer, "\"family\":", &names_families, ret->family);
	return true;
}

static void put_sock(struct writer *writer, const struct tetra_event *event,
		     const struct event_arg *arg)
{
	struct tetra_record_sock sock;
	bool family = sock_begin(writer, event, arg, &sock);

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

static void put_sockaddr(struct writer *writer, const struct tetra_event *event,
			 const struct event_arg *arg)
{
	struct tetra_record_sock sock;
	bool family = sock_begin(writer, event, arg, &sock);

	put_address(writer, family ? ",\"addr\":" : "\"addr\":", sock.family, sock.saddr);
	put_number(writer, ",\"port\":", sock.sport);
	writer_char(writer, '}');
}

/* A number unless it is 0. @before is its separator; returns that of the next one. */
static const char *put_member(struct writer *writer, const char *before, const char *key,
			      uint32_t number)
{
	if (!number)
		return before;
	writer_text(writer, before);
	writer_char(writer, '"');
	writer_text(writer, key);
	writer_lit(writer, "\":");
	writer_u64(writer, number);
	return ",";
}

/* What the headers say, as far as there are any, and what the kernel keeps beside them. */
static void put_skb(struct writer *writer, const struct tetra_event *event,
		    const struct event_arg *arg)
{
	struct tetra_record_skb skb;
	const struct tetra_record_sock *sock = &skb.sock;
	const char *before = "{";

	memcpy(&skb, arg->data, sizeof(skb));
	before = put_member(writer, before, "hash", skb.hash);
	before = put_member(writer, before, "len", skb.len);
	before = put_member(writer, before, "priority", sock->priority);
	before = put_member(writer, before, "mark", sock->mark);
	if (sock->family) {
		writer_text(writer, before);
		put_address(writer, "\"saddr\":", sock->family, sock->saddr);
		put_address(writer, ",\"daddr\":", sock->family, sock->daddr);
		before = ",";
	}
	before = put_member(writer, before, "sport", sock->sport);
	before = put_member(writer, before, "dport", sock->dport);
	before = put_member(writer, before, "proto", sock->protocol);
	before = put_member(writer, before, "sec_path_len", skb.sec_path_len);
	before = put_member(writer, before, "sec_path_olen", skb.sec_path_olen);
	if (sock->family && !(sock->unread & 1u << TETRA_COL_PROTOCOL)) {
		writer_text(writer, before);
		put_name(writer, "\"protocol\":", &names_protocols, sock->protocol);
		before = ",";
	}
	if (sock->family && family_is_shown(event, sock->family)) {
		writer_text(writer, before);
		put_name(writer, "\"family\":", &names_families, sock->family);
		before = ",";
	}
	writer_text(writer, *before == '{' ? "{}" : "}");
}

static void put_cred(struct writer *writer, const struct tetra_event *event,
		     const struct event_arg *arg)
{
	struct tetra_record_arg_cred cred;

	memcpy(&cred, arg->data, sizeof(cred));
	writer_char(writer, '{');
	json_cred_ids(writer, &cred.cred);
	writer_lit(writer, ",\"caps\":");
	json_cred_caps(writer, &cred.cred);
	writer_lit(writer, ",\"user_ns\":");
	json_user_ns(writer, &cred.ns);
	writer_char(writer, '}');
}

/* What comes before a value: {"int_arg": */
static const struct {
	const char *text;
	size_t len;
} keys[TETRA_ARG_END] = {
#define X(NAME, number, yaml, can, what, how, class, bits, sign, of, key, ...)           \
	[number] = { "{\"" key "\":", sizeof("{\"" key "\":") - 1 },
	TETRA_ARG_KINDS(X)
#undef X
};

static void put_key(struct writer *writer, const struct event_arg *arg)
{
	writer_put(writer, keys[arg->spec->kind].text, keys[arg->spec->kind].len);
}

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
		writer_char(writer, '"');
		writer_u64(writer, event_arg_u64(&one));
		writer_char(writer, '"');
		put_label(writer, event, arg);
	}
	if (!at)
		writer_lit(writer, "{}");
}

static void fill_word(struct tetra_arg *ret, const struct event_arg *arg)
{
	ret->as_uint = event_arg_u64(arg);
	ret->as_int = (int64_t)ret->as_uint;
}

static void fill_text(struct tetra_arg *ret, const struct event_arg *arg)
{
	struct process_text text = codec_text(arg);

	ret->text = text.text;
	ret->text_len = text.len;
	ret->orig_size = arg->head.flags & TETRA_ARG_ON_WAY
				 ? 0
				 : MAX(arg->head.size, (uint64_t)text.len);
}

static void fill_path(struct tetra_arg *ret, const struct event_arg *arg)
{
	ret->mode = (uint32_t)event_arg_u64(arg);
	put_permission(ret->permission, ret->mode);
	fill_text(ret, arg);
}

/* A struct: its own getter reads it (value.c). */
static void fill_struct(struct tetra_arg *ret, const struct event_arg *arg)
{
	ret->value = (const struct tetra_value *)arg;
}

/* "CharBufErrorPageFault" in base64 */
#define BYTES_FAULT "\"Q2hhckJ1ZkVycm9yUGFnZUZhdWx0\""

const struct codec codecs[TETRA_SHAPE_END] = {
	[TETRA_SHAPE_WORD] = { 8, put_word, NULL, NULL, fill_word },
	[TETRA_SHAPE_CALL] = { 8, put_call, NULL, NULL, fill_word },
	[TETRA_SHAPE_CAPABILITY] = { 8, json_capability, NULL, NULL, fill_word },
	[TETRA_SHAPE_CAPS] = { 8, json_caps, NULL, NULL, fill_word },
	[TETRA_SHAPE_BPF_CMD] = { 8, json_bpf_cmd, NULL, NULL, fill_word },
	[TETRA_SHAPE_TEXT] = { 0, put_string, NULL, "\"\"", fill_text },
	[TETRA_SHAPE_BYTES] = { 0, NULL, put_buffer, BYTES_FAULT, fill_text },
	[TETRA_SHAPE_LONGS] = { 0, NULL, put_longs, NULL, fill_text },
	[TETRA_SHAPE_PATH] = { 8, put_path, NULL, "{}", fill_path },
	[TETRA_SHAPE_SOCK] = { sizeof(struct tetra_record_sock), put_sock, NULL, "{}",
			       fill_struct },
	[TETRA_SHAPE_SOCKADDR] = { sizeof(struct tetra_record_sock), put_sockaddr, NULL,
				   "{}", fill_struct },
	[TETRA_SHAPE_SKB] = { sizeof(struct tetra_record_skb), put_skb, NULL, "{}",
			      fill_struct },
	[TETRA_SHAPE_CRED] = { sizeof(struct tetra_record_arg_cred), put_cred, NULL, "{}",
			       fill_struct },
	[TETRA_SHAPE_USER_NS] = { sizeof(struct tetra_record_arg_user_ns),
				  json_arg_user_ns, NULL, "{}", fill_struct },
	[TETRA_SHAPE_BPF_PROG] = { sizeof(struct tetra_record_arg_bpf_prog),
				   json_bpf_prog, NULL, "{}", fill_struct },
	[TETRA_SHAPE_BPF_MAP] = { sizeof(struct tetra_record_arg_bpf_map), json_bpf_map,
				  NULL, "{}", fill_struct },
	[TETRA_SHAPE_PERF_EVENT] = { sizeof(struct tetra_record_arg_perf_event),
				     json_perf_event, NULL, "{}", fill_struct },
	[TETRA_SHAPE_MODULE] = { sizeof(struct tetra_record_arg_module), json_module,
				 NULL, "{}", fill_struct },
	[TETRA_SHAPE_LOAD_INFO] = { sizeof(struct tetra_record_arg_module), json_module,
				    NULL, "{}", fill_struct },
};

static void put_fault(struct writer *writer, const struct event_arg *arg)
{
	const char *fault = codec_of(arg->spec->kind)->fault;

	if (arg->head.flags & TETRA_ARG_ON_WAY) {
		writer_lit(writer,
			   "{\"error_arg\":{\"Message\":\"Bad address encountered "
			   "during resolve dereference at depth ");
		writer_u64(writer, arg->head.size);
		writer_lit(writer, "\"}");
		return;
	}
	if (!fault) {
		writer_lit(writer, "{\"error_arg\":{\"Message\":"
				   "\"Bad address for basic type\"}");
		return;
	}
	put_key(writer, arg);
	writer_text(writer, fault);
}

void codec_json(struct writer *writer, const struct tetra_event *event,
		const struct event_arg *arg)
{
	const struct codec *codec;

	/* Without data the kind may be one that has no row. */
	if (!arg->data) {
		writer_lit(writer, "{}");
		return;
	}
	codec = codec_of(arg->spec->kind);
	if (arg->head.status != TETRA_ARG_OK) {
		put_fault(writer, arg);
	} else if (codec->whole) {
		codec->whole(writer, event, arg);
		return;
	} else {
		put_key(writer, arg);
		codec->value(writer, event, arg);
	}
	put_label(writer, event, arg);
}

void codec_fill(struct tetra_arg *ret, const struct event_arg *arg)
{
	codec_of(arg->spec->kind)->fill(ret, arg);
}
