/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The process object. All of it except thread id, counter and binary properties is the same
 * in every event, so it is encoded once and kept with the process, in four pieces; the
 * changing parts go between them.
 */
#include "lib/process/json-process.h"
#include "lib/process/process-fields.h"

/* Longer objects (long arguments) are encoded each time: a copy is not worth its memory. */
#define CACHE_MAX 4096u

struct process_json {
	uint32_t ends[PROCESS_PIECES];
	char text[];
};

/* NULL if there is none and none can be made: too long, no memory. */
static const struct process_json *cached(const struct event_encoding *encoding,
					 struct tetra_process *process, bool may_cache)
{
	struct process_json *json = __atomic_load_n(&process->json, __ATOMIC_ACQUIRE);
	uint32_t ends[PROCESS_PIECES], len = 0;
	char text[CACHE_MAX];
	struct writer writer;

	if (json || !may_cache)
		return json;
	writer_init(&writer, text, sizeof(text));
	for (unsigned int i = 0; i < PROCESS_PIECES; i++) {
		process_put_piece(&writer, encoding, process, i);
		ends[i] = len = (uint32_t)writer_size(&writer);
	}
	if (writer.missed)
		return NULL;
	json = malloc(sizeof(*json) + len);
	if (!json)
		return NULL;
	memcpy(json->ends, ends, sizeof(ends));
	memcpy(json->text, text, len);
	__atomic_store_n(&process->json, json, __ATOMIC_RELEASE);
	return json;
}

static void put_refcnt(struct writer *writer, uint32_t refcnt)
{
	if (!refcnt)
		return;
	writer_lit(writer, ",\"refcnt\":");
	writer_u64(writer, refcnt);
}

static const struct {
	uint32_t bit;
	const char *name;
} raised[] = {
	{ TETRA_EXEC_RAISED_CAPS, "PRIVILEGES_RAISED_EXEC_FILE_CAP" },
	{ TETRA_EXEC_RAISED_UID, "PRIVILEGES_RAISED_EXEC_FILE_SETUID" },
	{ TETRA_EXEC_RAISED_GID, "PRIVILEGES_RAISED_EXEC_FILE_SETGID" },
};

/* Members of an object in sequence: what precedes each one. */
static void put_member(struct writer *writer, char *before, const char *name)
{
	writer_char(writer, *before);
	writer_char(writer, '"');
	writer_text(writer, name);
	writer_lit(writer, "\":");
	*before = ',';
}

static void put_raised(struct writer *writer, char *before, uint32_t privileges)
{
	char before_name = '[';
	size_t i;

	for (i = 0; i < ARRAY_SIZE(raised); i++) {
		if (!(privileges & raised[i].bit))
			continue;
		if (before_name == '[')
			put_member(writer, before, "privileges_changed");
		writer_char(writer, before_name);
		writer_char(writer, '"');
		writer_text(writer, raised[i].name);
		writer_char(writer, '"');
		before_name = ',';
	}
	if (before_name == ',')
		writer_char(writer, ']');
}

static void put_binary_properties(struct writer *writer,
				  const struct process_image *image)
{
	char before = '{';

	writer_lit(writer, ",\"binary_properties\":");
	if (image->facts.privileges & TETRA_EXEC_SETUID) {
		put_member(writer, &before, "setuid");
		writer_u64(writer, image->facts.cred.euid);
	}
	if (image->facts.privileges & TETRA_EXEC_SETGID) {
		put_member(writer, &before, "setgid");
		writer_u64(writer, image->facts.cred.egid);
	}
	put_raised(writer, &before, image->facts.privileges);
	if (image->facts.inode && !image->facts.links) {
		put_member(writer, &before, "file");
		writer_lit(writer, "{\"inode\":{\"number\":\"");
		writer_u64(writer, image->facts.inode);
		writer_lit(writer, "\",\"links\":0}}");
	}
	writer_char(writer, '}');
}

/* All that is known of a process without an image. */
static void put_unknown(struct writer *writer, const struct tetra_process *process)
{
	writer_lit(writer, "{\"pid\":");
	writer_u64(writer, process->key.tgid);
	process_put_flags(writer, process->flags & PROCESS_UNKNOWN);
	process_put_start(writer, process);
	writer_char(writer, '}');
}

static inline void put_piece(struct writer *writer, const struct event_encoding *encoding,
			     const struct tetra_process *process,
			     const struct process_json *json, enum process_piece piece)
{
	uint32_t begin;

	if (!json) {
		process_put_piece(writer, encoding, process, piece);
		return;
	}
	begin = piece ? json->ends[piece - 1] : 0;
	writer_put(writer, json->text + begin, json->ends[piece] - begin);
}

bool process_json_has_properties(const struct event_encoding *encoding,
				 const struct tetra_process *process)
{
	const struct process_image *image = process->image;

	return encoding->flags & EVENT_JSON_CRED && image &&
	       (image->facts.privileges || (image->facts.inode && !image->facts.links));
}

void process_json(struct writer *writer, const struct event_encoding *encoding,
		  struct tetra_process *process, const struct process_json_use *use)
{
	const struct process_json *json;

	if (!process->image) {
		put_unknown(writer, process);
		return;
	}
	json = cached(encoding, process, use->may_cache);
	put_piece(writer, encoding, process, json, PROCESS_HEAD);
	put_refcnt(writer, use->refcnt);
	put_piece(writer, encoding, process, json, PROCESS_MIDDLE);
	writer_u64(writer, use->tid);
	put_piece(writer, encoding, process, json, PROCESS_CRED);
	if (use->binary_properties)
		put_binary_properties(writer, process->image);
	put_piece(writer, encoding, process, json, PROCESS_TAIL);
}
