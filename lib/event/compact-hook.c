/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events of hooks as lines. A row per watched function says which of its arguments are shown.
 */
#include <inttypes.h>
#include <stdio.h>

#include "lib/base/kinds.h"
#include "lib/event/compact.h"
#include "lib/event/object.h"
#include "lib/linux/calls.h"
#include "lib/linux/names.h"
#include "lib/linux/prototypes.h"

static void part_address(struct compact *line, const struct tetra_record_sock *sock,
			 const uint8_t *bytes, uint16_t port)
{
	if (sock->family == 2)
		writer_ipv4(&line->writer, bytes);
	else if (sock->family == 10)
		writer_ipv6(&line->writer, bytes);
	else
		writer_lit(&line->writer, "invalid IP");
	writer_char(&line->writer, ':');
	writer_u64(&line->writer, port);
}

static void part_sock(struct compact *line)
{
	const struct event_arg *arg = compact_arg(line->event, 0, "sock_arg");
	struct tetra_record_sock sock;

	writer_char(&line->writer, ' ');
	if (!arg)
		return;
	memcpy(&sock, arg->data, sizeof(sock));
	compact_color(line, CYAN);
	writer_lit(&line->writer, "tcp ");
	part_address(line, &sock, sock.saddr, sock.sport);
	writer_lit(&line->writer, " -> ");
	part_address(line, &sock, sock.daddr, sock.dport);
	compact_color_end(line);
}

struct kprobe_row;
typedef void (*kprobe_fn)(struct compact *line, const struct kprobe_row *row);

struct kprobe_row {
	const char *function; /* without the prefix of the architecture */
	const char *icon, *word;
	kprobe_fn put;
};

static void kprobe_plain(struct compact *line, const struct kprobe_row *row)
{
	compact_begin(line, row->icon, row->word);
}

static void kprobe_empty(struct compact *line, const struct kprobe_row *row)
{
	compact_begin(line, row->icon, row->word);
	writer_char(&line->writer, ' ');
}

/* Its type and its name; a type without a name is written as a number. */
static void part_object(struct compact *line, const struct event_arg *arg,
			const struct names *types, uint32_t type)
{
	const char *text = names_text(types, type);
	struct process_text name = object_name(arg);
	char number[16];

	if (!text) {
		snprintf(number, sizeof(number), "%" PRIu32, type);
		text = number;
	}
	compact_text(line, CYAN, text);
	compact_quoted(line, CYAN, name.text ? name.text : "", name.len);
}

static void part_count(struct compact *line, const char *text, uint32_t count)
{
	compact_color(line, CYAN);
	writer_text(&line->writer, text);
	writer_u64(&line->writer, count);
	compact_color_end(line);
}

static void kprobe_bpf_program(struct compact *line, const struct kprobe_row *row)
{
	const struct event_arg *arg = compact_arg(line->event, 0, "bpf_attr_arg");
	struct tetra_record_arg_bpf_prog prog;

	if (!arg) {
		kprobe_empty(line, row);
		return;
	}
	compact_begin(line, row->icon, row->word);
	memcpy(&prog, arg->data, sizeof(prog));
	part_object(line, arg, &names_bpf_programs, prog.type);
	part_count(line, " instruction count ", prog.n_insns);
}

static void kprobe_bpf_map(struct compact *line, const struct kprobe_row *row)
{
	const struct event_arg *arg = compact_arg(line->event, 0, "bpf_map_arg");
	struct tetra_record_arg_bpf_map map;

	if (!arg) {
		kprobe_empty(line, row);
		return;
	}
	compact_begin(line, row->icon, row->word);
	memcpy(&map, arg->data, sizeof(map));
	part_object(line, arg, &names_bpf_maps, map.type);
	part_count(line, " key size ", map.key_size);
	part_count(line, " value size ", map.value_size);
	part_count(line, " max entries ", map.max_entries);
}

static void kprobe_perf_event(struct compact *line, const struct kprobe_row *row)
{
	const struct event_arg *arg = compact_arg(line->event, 0, "perf_event_arg");
	struct tetra_record_arg_perf_event perf;

	if (!arg) {
		kprobe_empty(line, row);
		return;
	}
	compact_begin(line, row->icon, row->word);
	memcpy(&perf, arg->data, sizeof(perf));
	part_object(line, arg, &names_perf_types, perf.type);
}

static void kprobe_file_bytes(struct compact *line, const struct kprobe_row *row)
{
	const struct event_arg *arg = compact_arg(line->event, 2, "size_arg");

	compact_begin(line, row->icon, row->word);
	compact_arg_text(line, 0, "file_arg");
	writer_char(&line->writer, ' ');
	if (!arg)
		return;
	compact_color(line, CYAN);
	writer_u64(&line->writer, event_arg_u64(arg));
	writer_lit(&line->writer, " bytes");
	compact_color_end(line);
}

static void kprobe_file0(struct compact *line, const struct kprobe_row *row)
{
	compact_begin(line, row->icon, row->word);
	compact_arg_text(line, 0, "file_arg");
}

static void kprobe_file1(struct compact *line, const struct kprobe_row *row)
{
	compact_begin(line, row->icon, row->word);
	compact_arg_text(line, 1, "file_arg");
}

static void kprobe_string1(struct compact *line, const struct kprobe_row *row)
{
	compact_begin(line, row->icon, row->word);
	compact_arg_text(line, 1, "string_arg");
}

static void kprobe_strings(struct compact *line, const struct kprobe_row *row)
{
	compact_begin(line, row->icon, row->word);
	compact_arg_text(line, 0, "string_arg");
	compact_arg_text(line, 1, "string_arg");
}

static void kprobe_int0(struct compact *line, const struct kprobe_row *row)
{
	const struct event_arg *arg = compact_arg(line->event, 0, "int_arg");

	compact_begin(line, row->icon, row->word);
	writer_char(&line->writer, ' ');
	if (!arg)
		return;
	compact_color(line, CYAN);
	writer_i64(&line->writer, (int32_t)event_arg_u64(arg));
	compact_color_end(line);
}

static void kprobe_setns(struct compact *line, const struct kprobe_row *row)
{
	/* CLONE_NEW* */
	static const struct {
		uint32_t number;
		const char *text;
	} kinds[] = {
		{ 0, "any" },		{ 0x80, "time" },
		{ 0x20000, "mnt" },	{ 0x2000000, "cgroup" },
		{ 0x4000000, "uts" },	{ 0x8000000, "ipc" },
		{ 0x10000000, "user" }, { 0x20000000, "pid" },
		{ 0x40000000, "net" },
	};
	const struct event_arg *arg = compact_arg(line->event, 1, "int_arg");
	const char *text = "";
	size_t i;

	for (i = 0; arg && i < ARRAY_SIZE(kinds); i++)
		if (kinds[i].number == (uint32_t)event_arg_u64(arg))
			text = kinds[i].text;
	compact_begin(line, row->icon, row->word);
	compact_text(line, CYAN, text);
}

static void kprobe_sock(struct compact *line, const struct kprobe_row *row)
{
	compact_begin(line, row->icon, row->word);
	part_sock(line);
}

static void kprobe_sock_bytes(struct compact *line, const struct kprobe_row *row)
{
	const struct event_arg *arg = compact_arg(line->event, 1, "int_arg");

	kprobe_sock(line, row);
	writer_lit(&line->writer, " bytes ");
	writer_i64(&line->writer, arg ? (int32_t)event_arg_u64(arg) : 0);
}

/* Default row of a function. */
static void kprobe_question(struct compact *line, const char *function)
{
	compact_begin(line, "\xe2\x9d\x93", "syscall");
	compact_text(line, CYAN, function);
}

static void kprobe_permission(struct compact *line, const struct kprobe_row *row)
{
	const struct event_arg *mask = compact_arg(line->event, 1, "int_arg");
	uint64_t value = mask ? event_arg_u64(mask) : 0;

	if (value != 2 && value != 4) {
		kprobe_question(line, row->function);
		return;
	}
	compact_begin(line, value == 2 ? "\xf0\x9f\x93\x9d" : "\xf0\x9f\x93\x9a",
		      value == 2 ? "write" : "read");
	compact_arg_text(line, 0, "file_arg");
}

static void kprobe_mmap(struct compact *line, const struct kprobe_row *row)
{
	const struct event_arg *arg = compact_arg(line->event, 1, "uint_arg");
	uint64_t prot = arg ? event_arg_u64(arg) : 0;
	char word[16] = "mmap-";
	size_t n = strlen(word);

	if (line->event->n_args < 2) {
		kprobe_question(line, row->function);
		return;
	}
	if (prot & 1)
		word[n++] = 'r';
	if (prot & 2)
		word[n++] = 'w';
	if (prot & 4)
		word[n++] = 'x';
	compact_begin(line, row->icon, word);
	compact_arg_text(line, 0, "file_arg");
}

static void kprobe_truncate(struct compact *line, const struct kprobe_row *row)
{
	if (!line->event->n_args) {
		kprobe_question(line, row->function);
		return;
	}
	compact_begin(line, row->icon, row->word);
	compact_arg_text(line, 0,
			 str_equal(row->function, "security_path_truncate") ? "path_arg"
									    : "file_arg");
}

static const struct kprobe_row kprobe_rows[] = {
	{ "sys_write", "\xf0\x9f\x93\x9d", "write", kprobe_file_bytes },
	{ "sys_read", "\xf0\x9f\x93\x9a", "read", kprobe_file_bytes },
	{ "fd_install", "\xf0\x9f\x93\xac", "open", kprobe_file1 },
	{ "sys_openat", "\xf0\x9f\x93\xac\xef\xb8\x8f", "openat", kprobe_string1 },
	{ "sys_open", "\xf0\x9f\x93\xac\xef\xb8\x8f", "open", kprobe_string1 },
	{ "sys_close", "\xf0\x9f\x93\xaa", "close", kprobe_file0 },
	{ "sys_mount", "\xf0\x9f\x92\xbe", "mount", kprobe_strings },
	{ "sys_pivot_root", "\xf0\x9f\x92\xbe", "pivot_root", kprobe_strings },
	{ "sys_setuid", "\xf0\x9f\x94\x91", "setuid", kprobe_int0 },
	{ "sys_clock_settime", "\xe2\x8f\xb0", "clock_settime", kprobe_plain },
	{ "proc_exec_connector", "\xf0\x9f\x94\xa7", "proc_exec_connector",
	  kprobe_plain },
	{ "sys_setns", "\xf0\x9f\x94\xa7", "setns", kprobe_setns },
	{ "tcp_connect", "\xf0\x9f\x94\x8c", "connect", kprobe_sock },
	{ "tcp_close", "\xf0\x9f\xa7\xb9", "close", kprobe_sock },
	{ "tcp_sendmsg", "\xf0\x9f\x93\xa4", "sendmsg", kprobe_sock_bytes },
	{ "bpf_check", "\xf0\x9f\x90\x9d", "bpf_load", kprobe_bpf_program },
	{ "security_perf_event_alloc", "\xf0\x9f\x90\x9d", "perf_event_alloc",
	  kprobe_perf_event },
	{ "security_bpf_map_alloc", "\xf0\x9f\x97\xba", "bpf_map_create",
	  kprobe_bpf_map },
	{ "security_bpf_map_create", "\xf0\x9f\x97\xba", "bpf_map_create",
	  kprobe_bpf_map },
	{ "security_file_permission", "", "", kprobe_permission },
	{ "security_mmap_file", "\xf0\x9f\x93\x9d", "", kprobe_mmap },
	{ "security_path_truncate", "\xf0\x9f\x93\x9d", "truncate", kprobe_truncate },
	{ "security_file_truncate", "\xf0\x9f\x93\x9d", "truncate", kprobe_truncate },
};

static const char *without_arch(const char *function)
{
	static const char *const prefixes[] = { "__x64_", "__arm64_", "__ia32_" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (str_has_prefix(function, prefixes[i]))
			return function + strlen(prefixes[i]);
	return function;
}

void compact_kprobe(struct compact *line)
{
	const char *full = line->event->group->function_name;
	const char *function = without_arch(full ? full : "");
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kprobe_rows); i++) {
		if (str_equal(kprobe_rows[i].function, function)) {
			kprobe_rows[i].put(line, &kprobe_rows[i]);
			return;
		}
	}
	kprobe_question(line, full);
}

void compact_lsm(struct compact *line)
{
	compact_begin(line, "\xf0\x9f\x94\x92", "LSM");
	compact_text(line, CYAN, line->event->group->function_name);
}

/* Number @index of the longs after the first argument; a buffer may hold many of them. */
static bool syscall_value(const struct tetra_event *event, uint32_t index, uint64_t *ret)
{
	uint32_t i, n;

	for (i = 1; i < event->n_args; i++, index -= n) {
		const struct event_arg *arg = compact_arg(event, i, "size_arg");

		n = arg ? arg->head.bytes / 8 : 1;
		if (index >= n)
			continue;
		if (arg)
			memcpy(ret, arg->data + (size_t)index * 8, 8);
		return arg != NULL;
	}
	return false;
}

static void put_parameter(struct compact *line, const char *text, size_t len,
			  uint32_t index)
{
	bool pointer = memchr(text, '*', len) != NULL;
	struct writer *writer = &line->writer;
	uint64_t value;

	writer_put(writer, text, len);
	writer_char(writer, '=');
	if (!syscall_value(line->event, index, &value)) {
		writer_char(writer, '?');
		return;
	}
	if (!pointer) {
		writer_u64(writer, value);
		return;
	}
	writer_lit(writer, "0x");
	writer_hex(writer, value);
}

/* "name(type a, type b)" with the values put in; a bare name stays one. */
static void put_call(struct compact *line, const char *prototype)
{
	const char *at = strchr(prototype, '('), *end;
	uint32_t index = 0;

	if (!at) {
		writer_text(&line->writer, prototype);
		return;
	}
	at++;
	writer_put(&line->writer, prototype, (size_t)(at - prototype));
	while (*at != ')') {
		end = at + strcspn(at, ",)");
		put_parameter(line, at, (size_t)(end - at), index++);
		at = end;
		if (*at == ',') {
			writer_lit(&line->writer, ", ");
			at += 2;
		}
	}
	writer_char(&line->writer, ')');
}

static bool call_number(const struct tetra_event *event, uint64_t *ret)
{
	const struct event_arg *arg = compact_arg(event, 0, "syscall_id")
					      ?: compact_arg(event, 0, "long_arg")
					      ?: compact_arg(event, 0, "size_arg");
	uint32_t shape = arg ? kind_row(arg->spec->kind)->shape : TETRA_SHAPE_NONE;

	if (shape != TETRA_SHAPE_WORD && shape != TETRA_SHAPE_CALL)
		return false;
	*ret = event_arg_u64(arg);
	return true;
}

/* Its parameters are not known. */
static void put_foreign_call(struct compact *line, uint32_t number)
{
	const char *name = call_name_32(number);

	writer_lit(&line->writer, "i386/");
	writer_text(&line->writer, name ? name : "unknown");
}

static void put_sys_enter(struct compact *line)
{
	uint64_t number = 0;
	const char *prototype =
		call_number(line->event, &number) ? syscall_prototype(number) : NULL;
	bool foreign = number >> 32 == 0 && number & TETRA_CALL_COMPAT;

	/* The icon is one column wide in most fonts: two blanks. */
	compact_begin(line, "\xe2\x98\x8e ", "syscall");
	writer_char(&line->writer, ' ');
	compact_color(line, CYAN);
	if (foreign)
		put_foreign_call(line, (uint32_t)number & ~TETRA_CALL_COMPAT);
	else
		put_call(line, prototype ? prototype : "unknown");
	compact_color_end(line);
}

void compact_tracepoint(struct compact *line)
{
	const struct event_group *group = line->event->group;

	if (group->subsys && group->function_name &&
	    str_equal(group->subsys, "raw_syscalls") &&
	    str_equal(group->function_name, "sys_enter")) {
		put_sys_enter(line);
		return;
	}
	compact_begin(line, "\xe2\x81\x89\xef\xb8\x8f", "tracepoint");
	compact_text(line, CYAN, group->subsys);
	compact_text(line, CYAN, group->function_name);
}

void compact_uprobe(struct compact *line)
{
	const struct event_group *group = line->event->group;

	compact_begin(line, "\xf0\x9f\x95\xb5\xef\xb8\x8f", "uprobe");
	compact_text(line, CYAN, group->subsys);
	if (group->function_name)
		compact_text(line, CYAN, group->function_name);
}

void compact_usdt(struct compact *line)
{
	const struct event_group *group = line->event->group;

	compact_begin(line, "\xf0\x9f\x95\xb5\xef\xb8\x8f", "usdt");
	compact_text(line, CYAN, group->subsys);
	compact_text(line, CYAN, group->provider);
	compact_text(line, CYAN, group->function_name);
}
