/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The process object. All of it except thread id, counter and binary properties is the same
 * in every event, so it is encoded once and kept with the process, in four pieces; the
 * changing parts go between them.
 */
#include "lib/event/json.h"
#include "lib/event/process.h"
#include "lib/event/writer.h"
#include "lib/kernel/names.h"

/* Longer objects (long arguments) are encoded each time: a copy is not worth its memory. */
#define CACHE_MAX 4096u

struct process_json {
	uint32_t head;	 /* ends after parent_exec_id */
	uint32_t middle; /* ends after "tid": */
	uint32_t cred;	 /* ends after process_credentials */
	uint32_t tail;	 /* all */
	char text[];
};

static void put_string(struct writer *writer, struct process_text value)
{
	writer_json(writer, value.text, value.len);
	writer_char(writer, '"');
}

static void put_flags(struct writer *writer, uint32_t flags)
{
	char text[PROCESS_FLAGS_MAX];
	size_t len = process_flags_text(flags, text);

	if (!len)
		return;
	writer_lit(writer, ",\"flags\":\"");
	writer_put(writer, text, len);
	writer_char(writer, '"');
}

static void put_start(struct writer *writer, const struct tetra_process *process)
{
	writer_lit(writer, ",\"start_time\":\"");
	writer_time(writer, process->start_wall_ns, 0);
	writer_char(writer, '"');
}

static void put_image(struct writer *writer, const struct process_image *image)
{
	writer_lit(writer, ",\"uid\":");
	writer_u64(writer, image->cred.euid);
	if (image->cwd.len) {
		writer_lit(writer, ",\"cwd\":\"");
		put_string(writer, image->cwd);
	}
	if (image->binary.len) {
		writer_lit(writer, ",\"binary\":\"");
		put_string(writer, image->binary);
	}
	if (image->arguments.len) {
		writer_lit(writer, ",\"arguments\":\"");
		put_string(writer, image->arguments);
	}
}

static void put_head(struct writer *writer, const struct tetra_process *process)
{
	const struct process_image *image = process->image;

	writer_lit(writer, "{\"exec_id\":\"");
	writer_put(writer, process_exec_id(process), process->exec_id_len);
	writer_lit(writer, "\",\"pid\":");
	writer_u64(writer, process->key.tgid);
	put_image(writer, image);
	put_flags(writer, process->flags);
	put_start(writer, process);
	writer_lit(writer, ",\"auid\":");
	writer_u64(writer, image->cred.login_uid);
	if (image->container[0]) {
		writer_lit(writer, ",\"docker\":\"");
		writer_json(writer, image->container, strlen(image->container));
		writer_char(writer, '"');
	}
	writer_lit(writer, ",\"parent_exec_id\":\"");
	writer_put(writer, process_parent_exec_id(process), process->parent_exec_id_len);
	writer_char(writer, '"');
}

static void put_capset(struct writer *writer, const char *key, uint64_t caps, bool first)
{
	const char *name;
	uint32_t bit;

	if (!first)
		writer_char(writer, ',');
	writer_char(writer, '"');
	writer_text(writer, key);
	writer_lit(writer, "\":[");
	for (first = true; caps; caps &= caps - 1, first = false) {
		bit = (uint32_t)__builtin_ctzll(caps);
		name = capability_event_name(bit);
		if (!first)
			writer_char(writer, ',');
		if (!name) {
			writer_u64(writer, bit);
			continue;
		}
		writer_char(writer, '"');
		writer_text(writer, name);
		writer_char(writer, '"');
	}
	writer_char(writer, ']');
}

static void put_caps(struct writer *writer, const struct process_image *image)
{
	static const char *const keys[TETRA_CAPSET_END] = { "permitted", "effective",
							    "inheritable" };
	bool first = true;
	unsigned int i;

	writer_lit(writer, ",\"cap\":{");
	for (i = 0; i < TETRA_CAPSET_END; i++) {
		if (!image->cred.caps[i])
			continue;
		put_capset(writer, keys[i], image->cred.caps[i], first);
		first = false;
	}
	writer_char(writer, '}');
}

static const char *const ns_keys[TETRA_NS_END] = {
#define X(NAME, number, yaml, json, proc) [number] = json,
	TETRA_NAMESPACES(X)
#undef X
};

static void put_ns(struct writer *writer, const struct event_encoding *encoding,
		   const struct process_image *image)
{
	bool no_time = !image->namespaces[TETRA_NS_TIME];
	unsigned int i;

	writer_lit(writer, ",\"ns\":{");
	for (i = 0; i < TETRA_NS_END; i++) {
		uint32_t inum = image->namespaces[i];

		if (no_time && (i == TETRA_NS_TIME || i == TETRA_NS_TIME_FOR_CHILDREN))
			continue;
		writer_put(writer, i ? ",\"" : "\"", i ? 2 : 1);
		writer_text(writer, ns_keys[i]);
		writer_lit(writer, "\":{");
		if (inum) {
			writer_lit(writer, "\"inum\":");
			writer_u64(writer, inum);
			if (inum == encoding->host_namespaces[i])
				writer_lit(writer, ",\"is_host\":true");
		}
		writer_char(writer, '}');
	}
	writer_char(writer, '}');
}

static void put_middle(struct writer *writer, const struct event_encoding *encoding,
		       const struct process_image *image)
{
	if (encoding->flags & EVENT_JSON_CRED && image->has_cred)
		put_caps(writer, image);
	if (encoding->flags & EVENT_JSON_NS)
		put_ns(writer, encoding, image);
	writer_lit(writer, ",\"tid\":");
}

static void put_securebits(struct writer *writer, uint32_t bits)
{
	const char *name;
	bool first = true;

	if (!(bits & 0xff))
		return;
	writer_lit(writer, ",\"securebits\":[");
	for (bits &= 0xff; bits; bits &= bits - 1, first = false) {
		name = names_text(&names_securebits, bits & -bits);
		if (!first)
			writer_char(writer, ',');
		writer_char(writer, '"');
		writer_text(writer, name ? name : "");
		writer_char(writer, '"');
	}
	writer_char(writer, ']');
}

static void put_cred(struct writer *writer, const struct tetra_record_cred *cred)
{
	const struct {
		const char *key;
		uint32_t value;
	} ids[] = {
		{ "{\"uid\":", cred->uid },	{ ",\"gid\":", cred->gid },
		{ ",\"euid\":", cred->euid },	{ ",\"egid\":", cred->egid },
		{ ",\"suid\":", cred->suid },	{ ",\"sgid\":", cred->sgid },
		{ ",\"fsuid\":", cred->fsuid }, { ",\"fsgid\":", cred->fsgid },
	};
	unsigned int i;

	writer_lit(writer, ",\"process_credentials\":");
	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		writer_text(writer, ids[i].key);
		writer_u64(writer, ids[i].value);
	}
	put_securebits(writer, cred->securebits);
	writer_char(writer, '}');
}

static void put_tail(struct writer *writer, const struct tetra_process *process)
{
	if (process->flags & PROCESS_IN_INIT_TREE)
		writer_lit(writer, ",\"in_init_tree\":true}");
	else
		writer_lit(writer, ",\"in_init_tree\":false}");
}

/* The pieces one after the other; where each ends goes to @ends. */
static void put_pieces(struct writer *writer, const struct event_encoding *encoding,
		       const struct tetra_process *process, struct process_json *ends)
{
	put_head(writer, process);
	ends->head = (uint32_t)writer_size(writer);
	put_middle(writer, encoding, process->image);
	ends->middle = (uint32_t)writer_size(writer);
	if (encoding->flags & EVENT_JSON_CRED && process->image->has_cred)
		put_cred(writer, &process->image->cred);
	ends->cred = (uint32_t)writer_size(writer);
	put_tail(writer, process);
	ends->tail = (uint32_t)writer_size(writer);
}

/* NULL if there is none and none can be made: too long, no memory. */
static const struct process_json *cached(const struct event_encoding *encoding,
					 struct tetra_process *process, bool may_cache)
{
	struct process_json *json = __atomic_load_n(&process->json, __ATOMIC_ACQUIRE),
			    ends;
	char text[CACHE_MAX];
	struct writer writer;

	if (json || !may_cache)
		return json;
	writer_init(&writer, text, sizeof(text));
	put_pieces(&writer, encoding, process, &ends);
	if (writer.missed)
		return NULL;
	json = malloc(sizeof(*json) + ends.tail);
	if (!json)
		return NULL;
	*json = ends;
	memcpy(json->text, text, ends.tail);
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
	if (image->privileges & TETRA_EXEC_SETUID) {
		put_member(writer, &before, "setuid");
		writer_u64(writer, image->cred.euid);
	}
	if (image->privileges & TETRA_EXEC_SETGID) {
		put_member(writer, &before, "setgid");
		writer_u64(writer, image->cred.egid);
	}
	put_raised(writer, &before, image->privileges);
	if (image->has_inode && !image->links) {
		put_member(writer, &before, "file");
		writer_lit(writer, "{\"inode\":{\"number\":\"");
		writer_u64(writer, image->inode);
		writer_lit(writer, "\",\"links\":0}}");
	}
	writer_char(writer, '}');
}

/* All that is known of a process without an image. */
static void put_unknown(struct writer *writer, const struct tetra_process *process)
{
	writer_lit(writer, "{\"pid\":");
	writer_u64(writer, process->key.tgid);
	put_flags(writer, process->flags & PROCESS_UNKNOWN);
	put_start(writer, process);
	writer_char(writer, '}');
}

static void put_cached(struct writer *writer, const struct process_json *json,
		       const struct tetra_process *process,
		       const struct process_json_use *use)
{
	writer_put(writer, json->text, json->head);
	put_refcnt(writer, use->refcnt);
	writer_put(writer, json->text + json->head, json->middle - json->head);
	writer_u64(writer, use->tid);
	writer_put(writer, json->text + json->middle, json->cred - json->middle);
	if (use->binary_properties)
		put_binary_properties(writer, process->image);
	writer_put(writer, json->text + json->cred, json->tail - json->cred);
}

bool process_json_has_properties(const struct event_encoding *encoding,
				 const struct tetra_process *process)
{
	const struct process_image *image = process->image;

	return encoding->flags & EVENT_JSON_CRED && image &&
	       (image->privileges || (image->has_inode && !image->links));
}

void process_json(struct writer *writer, const struct event_encoding *encoding,
		  struct tetra_process *process, const struct process_json_use *use)
{
	const struct process_image *image = process->image;
	const struct process_json *json;

	if (!image) {
		put_unknown(writer, process);
		return;
	}
	json = cached(encoding, process, use->may_cache);
	if (json) {
		put_cached(writer, json, process, use);
		return;
	}
	put_head(writer, process);
	put_refcnt(writer, use->refcnt);
	put_middle(writer, encoding, image);
	writer_u64(writer, use->tid);
	if (encoding->flags & EVENT_JSON_CRED && image->has_cred)
		put_cred(writer, &image->cred);
	if (use->binary_properties)
		put_binary_properties(writer, image);
	put_tail(writer, process);
}
