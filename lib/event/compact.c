/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events as one human-readable line: icon, word, where, who, what. A row per watched function
 * says which of its arguments are shown. Blanks are significant: an empty part keeps its
 * separating blank.
 */
#include <linux/capability.h>

#include "lib/base/opts.h"
#include "lib/event/event.h"
#include "lib/event/prototypes.h"
#include "lib/event/writer.h"
#include "lib/kernel/names.h"

/* Width of the word's column; longer words are not cut. */
#define WORD_COLUMNS 7u
/* Where the note about capabilities ends, in bytes of the line. */
#define TRAILER_COLUMN 120u
#define TRAILER	       "\xf0\x9f\x9b\x91 CAP_SYS_ADMIN"
/* Characters of TRAILER; the icon is four bytes. */
#define TRAILER_CHARS 15u

enum color { RED = 31, GREEN = 32, BLUE = 34, MAGENTA = 35, CYAN = 36 };

struct compact {
	struct writer writer;
	const struct tetra_event *event;
	uint32_t flags; /* TETRA_COMPACT_* */
	size_t escapes; /* bytes of colour codes */
};

static void color_begin(struct compact *line, enum color color)
{
	if (!(line->flags & TETRA_COMPACT_COLOR))
		return;
	writer_lit(&line->writer, "\x1b[");
	writer_u64(&line->writer, color);
	writer_char(&line->writer, 'm');
	line->escapes += 5;
}

static void color_end(struct compact *line)
{
	if (!(line->flags & TETRA_COMPACT_COLOR))
		return;
	writer_lit(&line->writer, "\x1b[0m");
	line->escapes += 4;
}

static void put_quoted(struct compact *line, const char *text, size_t len)
{
	if (line->flags & TETRA_COMPACT_UNQUOTED)
		writer_visible(&line->writer, text, len);
	else
		writer_quoted(&line->writer, text, len);
}

static void part_quoted(struct compact *line, enum color color, const char *text,
			size_t len)
{
	writer_char(&line->writer, ' ');
	color_begin(line, color);
	put_quoted(line, text, len);
	color_end(line);
}

static void part_text(struct compact *line, enum color color, const char *text)
{
	writer_char(&line->writer, ' ');
	color_begin(line, color);
	writer_text(&line->writer, text ? text : "");
	color_end(line);
}

static void part_number(struct compact *line, enum color color, uint64_t number)
{
	writer_char(&line->writer, ' ');
	color_begin(line, color);
	writer_u64(&line->writer, number);
	color_end(line);
}

static void put_word(struct compact *line, const char *icon, const char *word)
{
	size_t len = strlen(word);

	color_begin(line, BLUE);
	writer_text(&line->writer, icon);
	writer_char(&line->writer, ' ');
	writer_text(&line->writer, word);
	for (; len < WORD_COLUMNS; len++)
		writer_char(&line->writer, ' ');
	color_end(line);
}

/* Icon, word, node and binary: the start of all lines. */
static void put_begin(struct compact *line, const char *icon, const char *word)
{
	const struct tetra_process *process = line->event->process;
	const struct process_image *image = process ? process->image : NULL;
	const char *node = line->event->encoding->node_name;

	put_word(line, icon, word);
	part_quoted(line, GREEN, node, strlen(node));
	if (image)
		part_quoted(line, MAGENTA, image->binary.text ? image->binary.text : "",
			    image->binary.len);
	else
		part_text(line, MAGENTA, "");
}

/* The argument at @index, if it exists and its kind is in @kinds (bits by number). */
static const struct event_arg *arg_of(const struct tetra_event *event, uint32_t index,
				      uint32_t kinds)
{
	const struct event_arg *arg;

	if (index >= event->n_args)
		return NULL;
	arg = &event->args[index];
	if (!arg->data || arg->head.status != TETRA_ARG_OK ||
	    !(kinds >> arg->spec->kind & 1))
		return NULL;
	return arg;
}

#define KIND(NAME)   (1u << TETRA_ARG_##NAME)
#define KINDS_FILE   (KIND(FILE) | KIND(FD))
#define KINDS_STRING (KIND(STRING) | KIND(FILENAME))
#define KINDS_INT    (KIND(INT8) | KIND(INT16) | KIND(INT32))
#define KINDS_UINT   (KIND(UINT8) | KIND(UINT16) | KIND(UINT32))
#define KINDS_SIZE   (KIND(UINT64) | KIND(SIZE))

static void part_arg_text(struct compact *line, uint32_t index, uint32_t kinds)
{
	const struct event_arg *arg = arg_of(line->event, index, kinds);
	struct process_text text = { "", 0 };

	if (arg)
		text = event_arg_text(arg);
	part_quoted(line, CYAN, text.text, text.len);
}

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
	const struct event_arg *arg = arg_of(line->event, 0, KIND(SOCK));
	struct tetra_record_sock sock;

	writer_char(&line->writer, ' ');
	if (!arg)
		return;
	memcpy(&sock, arg->data, sizeof(sock));
	color_begin(line, CYAN);
	writer_lit(&line->writer, "tcp ");
	part_address(line, &sock, sock.saddr, sock.sport);
	writer_lit(&line->writer, " -> ");
	part_address(line, &sock, sock.daddr, sock.dport);
	color_end(line);
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
	put_begin(line, row->icon, row->word);
}

static void kprobe_empty(struct compact *line, const struct kprobe_row *row)
{
	put_begin(line, row->icon, row->word);
	writer_char(&line->writer, ' ');
}

static void kprobe_file_bytes(struct compact *line, const struct kprobe_row *row)
{
	const struct event_arg *arg = arg_of(line->event, 2, KINDS_SIZE);

	put_begin(line, row->icon, row->word);
	part_arg_text(line, 0, KINDS_FILE);
	writer_char(&line->writer, ' ');
	if (!arg)
		return;
	color_begin(line, CYAN);
	writer_u64(&line->writer, event_arg_u64(arg));
	writer_lit(&line->writer, " bytes");
	color_end(line);
}

static void kprobe_file0(struct compact *line, const struct kprobe_row *row)
{
	put_begin(line, row->icon, row->word);
	part_arg_text(line, 0, KINDS_FILE);
}

static void kprobe_file1(struct compact *line, const struct kprobe_row *row)
{
	put_begin(line, row->icon, row->word);
	part_arg_text(line, 1, KINDS_FILE);
}

static void kprobe_string1(struct compact *line, const struct kprobe_row *row)
{
	put_begin(line, row->icon, row->word);
	part_arg_text(line, 1, KINDS_STRING);
}

static void kprobe_strings(struct compact *line, const struct kprobe_row *row)
{
	put_begin(line, row->icon, row->word);
	part_arg_text(line, 0, KINDS_STRING);
	part_arg_text(line, 1, KINDS_STRING);
}

static void kprobe_int0(struct compact *line, const struct kprobe_row *row)
{
	const struct event_arg *arg = arg_of(line->event, 0, KINDS_INT);

	put_begin(line, row->icon, row->word);
	writer_char(&line->writer, ' ');
	if (!arg)
		return;
	color_begin(line, CYAN);
	writer_i64(&line->writer, (int32_t)event_arg_u64(arg));
	color_end(line);
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
	const struct event_arg *arg = arg_of(line->event, 1, KINDS_INT);
	const char *text = "";
	size_t i;

	for (i = 0; arg && i < ARRAY_SIZE(kinds); i++)
		if (kinds[i].number == (uint32_t)event_arg_u64(arg))
			text = kinds[i].text;
	put_begin(line, row->icon, row->word);
	part_text(line, CYAN, text);
}

static void kprobe_sock(struct compact *line, const struct kprobe_row *row)
{
	put_begin(line, row->icon, row->word);
	part_sock(line);
}

static void kprobe_sock_bytes(struct compact *line, const struct kprobe_row *row)
{
	const struct event_arg *arg = arg_of(line->event, 1, KINDS_INT);

	kprobe_sock(line, row);
	writer_lit(&line->writer, " bytes ");
	writer_i64(&line->writer, arg ? (int32_t)event_arg_u64(arg) : 0);
}

/* Default row of a function. */
static void kprobe_question(struct compact *line, const char *function)
{
	put_begin(line, "\xe2\x9d\x93", "syscall");
	part_text(line, CYAN, function);
}

static void kprobe_permission(struct compact *line, const struct kprobe_row *row)
{
	const struct event_arg *mask = arg_of(line->event, 1, KINDS_INT);
	uint64_t value = mask ? event_arg_u64(mask) : 0;

	if (value != 2 && value != 4) {
		kprobe_question(line, row->function);
		return;
	}
	put_begin(line, value == 2 ? "\xf0\x9f\x93\x9d" : "\xf0\x9f\x93\x9a",
		  value == 2 ? "write" : "read");
	part_arg_text(line, 0, KINDS_FILE);
}

static void kprobe_mmap(struct compact *line, const struct kprobe_row *row)
{
	const struct event_arg *arg = arg_of(line->event, 1, KINDS_UINT);
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
	put_begin(line, row->icon, word);
	part_arg_text(line, 0, KINDS_FILE);
}

static void kprobe_truncate(struct compact *line, const struct kprobe_row *row)
{
	if (!line->event->n_args) {
		kprobe_question(line, row->function);
		return;
	}
	put_begin(line, row->icon, row->word);
	part_arg_text(line, 0,
		      str_equal(row->function, "security_path_truncate") ? KIND(PATH)
									 : KINDS_FILE);
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
	/* Their arguments are of kinds that records do not have. */
	{ "bpf_check", "\xf0\x9f\x90\x9d", "bpf_load", kprobe_empty },
	{ "security_perf_event_alloc", "\xf0\x9f\x90\x9d", "perf_event_alloc",
	  kprobe_empty },
	{ "security_bpf_map_alloc", "\xf0\x9f\x97\xba", "bpf_map_create", kprobe_empty },
	{ "security_bpf_map_create", "\xf0\x9f\x97\xba", "bpf_map_create", kprobe_empty },
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

static void put_kprobe(struct compact *line)
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

static void put_exec(struct compact *line)
{
	const struct process_image *image = line->event->process->image;

	put_begin(line, "\xf0\x9f\x9a\x80", "process");
	part_quoted(line, CYAN, image ? image->arguments.text : "",
		    image ? image->arguments.len : 0);
}

static void put_exit(struct compact *line)
{
	const struct process_image *image = line->event->process->image;
	uint32_t signal = event_exit_signal(line->event);
	const char *name = signal ? names_text(&names_signals, signal) : NULL;

	put_begin(line, "\xf0\x9f\x92\xa5", "exit");
	part_quoted(line, CYAN, image ? image->arguments.text : "",
		    image ? image->arguments.len : 0);
	if (name)
		part_text(line, RED, name);
	else
		part_number(line, RED, event_exit_status(line->event));
}

static void put_lsm(struct compact *line)
{
	put_begin(line, "\xf0\x9f\x94\x92", "LSM");
	part_text(line, CYAN, line->event->group->function_name);
}

/* Number @index of the longs after the first argument; a buffer may hold many of them. */
static bool syscall_value(const struct tetra_event *event, uint32_t index, uint64_t *ret)
{
	uint32_t i, n;

	for (i = 1; i < event->n_args; i++, index -= n) {
		const struct event_arg *arg =
			arg_of(event, i, KINDS_SIZE | KIND(CONST_BUF));

		n = arg && arg->spec->kind == TETRA_ARG_CONST_BUF ? arg->head.bytes / 8
								  : 1;
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

static void put_sys_enter(struct compact *line)
{
	const struct event_arg *id = arg_of(line->event, 0, KIND(INT64) | KINDS_SIZE);
	const char *prototype = id ? syscall_prototype(event_arg_u64(id)) : NULL;

	/* The icon is one column wide in most fonts: two blanks. */
	put_begin(line, "\xe2\x98\x8e ", "syscall");
	writer_char(&line->writer, ' ');
	color_begin(line, CYAN);
	put_call(line, prototype ? prototype : "unknown");
	color_end(line);
}

static void put_tracepoint(struct compact *line)
{
	const struct event_group *group = line->event->group;

	if (group->subsys && group->event && str_equal(group->subsys, "raw_syscalls") &&
	    str_equal(group->event, "sys_enter")) {
		put_sys_enter(line);
		return;
	}
	put_begin(line, "\xe2\x81\x89\xef\xb8\x8f", "tracepoint");
	part_text(line, CYAN, group->subsys);
	part_text(line, CYAN, group->event);
}

static void put_lost(struct compact *line)
{
	const char *node = line->event->encoding->node_name;

	put_word(line, "\xe2\x9d\x97", "lost");
	part_quoted(line, GREEN, node, strlen(node));
	part_text(line, RED, event_loss_name(line->event->lost_cause));
	part_number(line, RED, line->event->lost_count);
}

static const struct {
	uint32_t kind;
	void (*put)(struct compact *line);
} rows[] = {
	{ TETRA_EVENT_EXEC, put_exec },	    { TETRA_EVENT_EXIT, put_exit },
	{ TETRA_EVENT_KPROBE, put_kprobe }, { TETRA_EVENT_TRACEPOINT, put_tracepoint },
	{ TETRA_EVENT_LSM, put_lsm },	    { TETRA_EVENT_LOST, put_lost },
};

/* Points out a process that may do anything, if events have capabilities. */
static void put_trailer(struct compact *line, size_t begin)
{
	const struct tetra_process *process = line->event->process;
	size_t len = writer_size(&line->writer) - line->escapes - begin;

	if (!process || !process->image || !process->image->has_cred ||
	    !(line->event->encoding->flags & EVENT_JSON_CRED) ||
	    !(process->image->cred.caps[TETRA_CAPSET_EFFECTIVE] >> CAP_SYS_ADMIN & 1))
		return;
	for (writer_char(&line->writer, ' '); len + TRAILER_CHARS < TRAILER_COLUMN; len++)
		writer_char(&line->writer, ' ');
	writer_lit(&line->writer, TRAILER);
}

size_t tetra_event_to_compact(const struct tetra_event *event, char *buf, size_t size,
			      const struct tetra_compact_opts *opts)
{
	struct compact line = { .event = event };
	struct tetra_compact_opts given;
	size_t i, begin;

	if (opts_read(&given, sizeof(given), opts, "tetra_compact_opts", NULL) < 0)
		return 0;
	line.flags = given.flags;
	writer_init(&line.writer, buf, size);
	if (!event)
		return writer_finish(&line.writer, size);
	if (line.flags & TETRA_COMPACT_TIME) {
		writer_time(&line.writer, event->wall_ns, 9);
		writer_char(&line.writer, ' ');
	}
	begin = writer_size(&line.writer);
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].kind == event->kind)
			rows[i].put(&line);
	put_trailer(&line, begin);
	return writer_finish(&line.writer, size);
}
