/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A format file, as kernel/trace/trace_events.c prints it:
 *
 *	name: sched_process_exec
 *	ID: 310
 *	format:
 *		field:unsigned short common_type;	offset:0;	size:2;	signed:0;
 *		...
 *		<empty line: the end of the common fields>
 *		field:__data_loc char[] filename;	offset:8;	size:4;	signed:1;
 *		field:char comm[16];	offset:12;	size:16;	signed:0;
 *	print fmt: ...
 */
#include "lib/kernel/tracefs.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>

#include "lib/base/nearest.h"
#include "lib/kernel/machine.h"
#include "lib/host/pseudo.h"

/* Bytes. The longest format files have some 20 kB, most of it the print format. */
#define TRACEFS_MAX_FORMAT (1u << 20)
/* Fields of one event; a user event or a synthetic one may have 64, no event has more. */
#define TRACEFS_MAX_FIELDS 128u

bool tracefs_is_name(const char *name)
{
	return *name && !strchr(name, '/') && !str_equal(name, ".") &&
	       !str_equal(name, "..");
}

/* The number after "offset:" before the end of the line; -1 if there is none. */
static int64_t line_number(const char *line, const char *end, const char *key)
{
	const char *at = strstr(line, key);
	char *after;
	long value;

	if (!at || at >= end)
		return -1;
	at += strlen(key);
	value = strtol(at, &after, 10);
	return after == at || value < 0 || value > INT32_MAX ? -1 : value;
}

static const char *skip_word(const char *text, const char *word)
{
	return str_has_prefix(text, word) ? text + strlen(word) : text;
}

/* "__data_loc char[] filename", "char comm[16]", "const char * name": type and name. */
static int field_declaration(const char *text, const char *end, struct arena *arena,
			     struct kernel_event_field *field)
{
	const char *name, *name_end = end, *type_end, *bracket;

	field->is_data_loc = str_has_prefix(text, "__data_loc ");
	field->is_rel_loc = str_has_prefix(text, "__rel_loc ");
	text = skip_word(skip_word(text, "__data_loc "), "__rel_loc ");
	if (name_end > text && name_end[-1] == ']') {
		bracket = memrchr(text, '[', (size_t)(end - text));
		if (!bracket)
			return -EINVAL;
		field->is_array = 1;
		name_end = bracket;
	}
	for (name = name_end;
	     name > text && !isspace((unsigned char)name[-1]) && name[-1] != '*';)
		name--;
	for (type_end = name; type_end > text && isspace((unsigned char)type_end[-1]);)
		type_end--;
	if (name == name_end || type_end == text)
		return -EINVAL;
	/* The type of data stored elsewhere is written "char[]". */
	if (type_end - text > 2 && type_end[-1] == ']' && type_end[-2] == '[')
		type_end -= 2;
	field->is_pointer = type_end[-1] == '*';
	field->name = arena_text(arena, name, (size_t)(name_end - name));
	field->type = arena_text(arena, text, (size_t)(type_end - text));
	return field->name && field->type ? 0 : -ENOMEM;
}

static int parse_field(const char *line, const char *end, struct arena *arena,
		       struct kernel_event_field *field)
{
	const char *semicolon = memchr(line, ';', (size_t)(end - line));
	int64_t offset = line_number(line, end, "offset:");
	int64_t size = line_number(line, end, "size:");

	if (!semicolon || offset < 0 || size < 0)
		return -EINVAL;
	field->offset = (uint32_t)offset;
	field->size = (uint32_t)size;
	field->is_signed = line_number(line, end, "signed:") == 1;
	return field_declaration(line, semicolon, arena, field);
}

/* Returns 1 for a line that ends the list of fields. */
static int parse_line(const char *line, const char *end, struct arena *arena,
		      struct kernel_event *event, struct kernel_event_field *fields)
{
	int r;

	while (line < end && isspace((unsigned char)*line))
		line++;
	if (str_has_prefix(line, "print fmt:"))
		return 1;
	if (str_has_prefix(line, "ID:"))
		event->id = (uint32_t)strtoul(line + 3, NULL, 10);
	if (!str_has_prefix(line, "field:"))
		return 0;
	if (event->n_fields == TRACEFS_MAX_FIELDS)
		return -E2BIG;
	r = parse_field(line + 6, end, arena, &fields[event->n_fields]);
	if (r < 0)
		return r;
	if (str_has_prefix(fields[event->n_fields].name, "common_") &&
	    event->n_common == event->n_fields)
		event->n_common++;
	event->n_fields++;
	return 0;
}

int tracefs_parse_format(const char *text, struct arena *arena, struct kernel_event *ret)
{
	struct kernel_event_field fields[TRACEFS_MAX_FIELDS] = {}, *kept;
	struct kernel_event event = {};
	const char *end;
	int r = 0;

	for (; *text && !r; text = *end ? end + 1 : end) {
		end = strchrnul(text, '\n');
		r = parse_line(text, end, arena, &event, fields);
	}
	if (r < 0 || !event.id || !event.n_fields)
		return r < 0 ? r : -EINVAL;
	kept = arena_array(arena, event.n_fields, sizeof(*kept));
	if (!kept)
		return -ENOMEM;
	memcpy(kept, fields, event.n_fields * sizeof(*kept));
	event.fields = kept;
	event.subsystem = ret->subsystem;
	event.name = ret->name;
	*ret = event;
	return 0;
}

const char *kernel_tracefs(struct tetra_kernel *kernel)
{
	static const char *const mounts[] = { "/kernel/tracing",
					      "/kernel/debug/tracing" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(mounts) && !kernel->tracefs; i++) {
		_cleanup_(strbuf_done) struct strbuf path = {};

		strbuf_format(&path, "%s%s/events", kernel->sys_root, mounts[i]);
		if (!path.failed && access(path.text, R_OK | X_OK) == 0)
			kernel->tracefs =
				kernel_path(kernel, kernel->sys_root, mounts[i]);
	}
	return kernel->tracefs;
}

/* @key: "subsystem/event" */
static int event_resolve(struct tetra_kernel *kernel, const char *key, struct fact *fact)
{
	_cleanup_(strbuf_done) struct strbuf path = {}, text = {};
	const char *tracefs, *name = strchr(key, '/') + 1;
	struct kernel_event *event;
	int r;

	if (kernel->recorded)
		return -ENOENT;
	tracefs = kernel_tracefs(kernel);
	if (!tracefs)
		return -EOPNOTSUPP;
	strbuf_format(&path, "%s/events/%s/format", tracefs, key);
	if (path.failed)
		return -ENOMEM;
	r = pseudo_read(&text, AT_FDCWD, path.text, TRACEFS_MAX_FORMAT);
	if (r < 0)
		return r;
	event = arena_alloc(kernel->arena, sizeof(*event));
	if (!event)
		return -ENOMEM;
	event->subsystem = arena_text(kernel->arena, key, (size_t)(name - key) - 1);
	event->name = arena_text(kernel->arena, name, strlen(name));
	if (!event->subsystem || !event->name)
		return -ENOMEM;
	fact->event = event;
	return tracefs_parse_format(strbuf_get(&text), kernel->arena, event);
}

int kernel_find_tracepoint_fields(struct tetra_kernel *kernel, const char *subsystem,
				  const char *event, struct kernel_event *ret)
{
	_cleanup_(strbuf_done) struct strbuf key = {};
	struct fact *fact;
	int r;

	if (!tracefs_is_name(subsystem) || !tracefs_is_name(event))
		return -ENOENT;
	strbuf_format(&key, "%s/%s", subsystem, event);
	if (key.failed)
		return -ENOMEM;
	r = kernel_answer(kernel, FACT_EVENT, key.text, event_resolve, &fact);
	if (r == 0)
		*ret = *fact->event;
	return r;
}

bool kernel_has_subsystem(struct tetra_kernel *kernel, const char *subsystem)
{
	_cleanup_(strbuf_done) struct strbuf path = {};
	const char *tracefs = kernel->recorded ? NULL : kernel_tracefs(kernel);
	size_t i;

	if (tracefs && tracefs_is_name(subsystem)) {
		strbuf_format(&path, "%s/events/%s", tracefs, subsystem);
		return !path.failed && access(path.text, F_OK) == 0;
	}
	for (i = 0; kernel->recorded && i < kernel->facts.n_slots; i++) {
		const struct fact *fact = kernel->facts.slots[i];

		if (fact && fact->kind == FACT_EVENT && !fact->error &&
		    str_equal(fact->event->subsystem, subsystem))
			return true;
	}
	return false;
}

/* Offer every entry of a folder; the names are kept in @arena, for .best. */
static void nearest_offer_folder(struct nearest *nearest, struct arena *arena,
				 const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;

	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		const char *best = nearest->best;

		if (entry->d_name[0] == '.')
			continue;
		nearest_offer(nearest, entry->d_name);
		if (nearest->best != best)
			nearest->best =
				arena_text(arena, entry->d_name, strlen(entry->d_name));
	}
	closedir(dir);
}

static const char *nearest_live_event(struct tetra_kernel *kernel, const char *subsystem,
				      const char *event)
{
	_cleanup_(strbuf_done) struct strbuf path = {};
	const char *tracefs = kernel_tracefs(kernel);
	struct nearest nearest;

	if (!tracefs)
		return NULL;
	strbuf_format(&path, "%s/events", tracefs);
	nearest_init(&nearest, subsystem);
	if (!path.failed)
		nearest_offer_folder(&nearest, kernel->arena, path.text);
	if (!nearest.best)
		return NULL;
	subsystem = nearest.best;
	strbuf_format(&path, "/%s", subsystem);
	nearest_init(&nearest, event);
	if (!path.failed)
		nearest_offer_folder(&nearest, kernel->arena, path.text);
	if (!nearest.best)
		return NULL;
	return arena_format(kernel->arena, "%s/%s", subsystem, nearest.best);
}

const char *kernel_nearest_tracepoint(struct tetra_kernel *kernel, const char *subsystem,
				      const char *event)
{
	_cleanup_(strbuf_done) struct strbuf key = {};
	struct nearest nearest;
	size_t i;

	if (!kernel->recorded)
		return nearest_live_event(kernel, subsystem, event);
	strbuf_format(&key, "%s/%s", subsystem, event);
	if (key.failed)
		return NULL;
	nearest_init(&nearest, key.text);
	for (i = 0; i < kernel->facts.n_slots; i++) {
		const struct fact *fact = kernel->facts.slots[i];

		if (fact && fact->kind == FACT_EVENT && !fact->error)
			nearest_offer(&nearest, fact->key);
	}
	return nearest.best;
}
