/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/process/process-fields.h"

#include "lib/base/opts.h"
#include "lib/process/json-cred.h"

/* Getters accept NULL and treat it as an unknown process. */
static const struct tetra_process *some(const struct tetra_process *process)
{
	static const struct tetra_process unknown;

	return process ? process : &unknown;
}

/* @key: what precedes the value, a literal. */
#define put_text(writer, key, value)                                                     \
	do {                                                                             \
		if ((value).len) {                                                       \
			writer_lit(writer, key);                                         \
			writer_json(writer, (value).text, (value).len);                  \
			writer_char(writer, '"');                                        \
		}                                                                        \
	} while (0)

#define put_number(writer, key, value)                                                   \
	do {                                                                             \
		writer_lit(writer, key);                                                 \
		writer_u64(writer, value);                                               \
	} while (0)

int tetra_process_is_known(const struct tetra_process *process)
{
	return some(process)->image != NULL;
}

static void put_exec_id(struct writer *writer, const struct event_encoding *encoding,
			const struct tetra_process *process)
{
	writer_lit(writer, "{\"exec_id\":\"");
	writer_put(writer, process_exec_id(process), process->exec_id_len);
	writer_char(writer, '"');
}

const char *tetra_process_get_exec_id(const struct tetra_process *process)
{
	return some(process)->image ? process_exec_id(process) : NULL;
}

static void put_pid(struct writer *writer, const struct event_encoding *encoding,
		    const struct tetra_process *process)
{
	put_number(writer, ",\"pid\":", process->key.tgid);
}

uint32_t tetra_process_get_pid(const struct tetra_process *process)
{
	return some(process)->key.tgid;
}

uint32_t tetra_process_get_namespace_pid(const struct tetra_process *process)
{
	return some(process)->ns_tgid ? some(process)->ns_tgid : some(process)->key.tgid;
}

static void put_uid(struct writer *writer, const struct event_encoding *encoding,
		    const struct tetra_process *process)
{
	put_number(writer, ",\"uid\":", process->image->facts.cred.euid);
}

static void put_cwd(struct writer *writer, const struct event_encoding *encoding,
		    const struct tetra_process *process)
{
	put_text(writer, ",\"cwd\":\"", process->image->cwd);
}

const char *tetra_process_get_cwd(const struct tetra_process *process)
{
	return some(process)->image ? some(process)->image->cwd.text : NULL;
}

static void put_binary(struct writer *writer, const struct event_encoding *encoding,
		       const struct tetra_process *process)
{
	put_text(writer, ",\"binary\":\"", process->image->binary);
}

const char *tetra_process_get_binary(const struct tetra_process *process)
{
	return some(process)->image ? some(process)->image->binary.text : NULL;
}

const char *tetra_process_get_executable(const struct tetra_process *process)
{
	return some(process)->image ? some(process)->image->executable.text : NULL;
}

static void put_arguments(struct writer *writer, const struct event_encoding *encoding,
			  const struct tetra_process *process)
{
	put_text(writer, ",\"arguments\":\"", process->image->arguments);
}

const char *tetra_process_get_arguments(const struct tetra_process *process)
{
	return some(process)->image ? some(process)->image->arguments.text : NULL;
}

const char *tetra_process_get_argv(const struct tetra_process *process, size_t *ret_bytes)
{
	if (!some(process)->image || !some(process)->image->argv.len)
		return NULL;
	if (ret_bytes)
		*ret_bytes = some(process)->image->argv.len;
	return some(process)->image->argv.text;
}

void process_put_flags(struct writer *writer, uint32_t flags)
{
	char text[PROCESS_FLAGS_MAX];
	size_t len = process_flags_text(flags, text);

	if (!len)
		return;
	writer_lit(writer, ",\"flags\":\"");
	writer_put(writer, text, len);
	writer_char(writer, '"');
}

static void put_flags(struct writer *writer, const struct event_encoding *encoding,
		      const struct tetra_process *process)
{
	process_put_flags(writer, process->flags);
}

size_t tetra_process_get_flags(const struct tetra_process *process, char *buf,
			       size_t size)
{
	char text[PROCESS_FLAGS_MAX];
	struct writer writer;

	writer_init(&writer, buf, size);
	writer_put(&writer, text, process_flags_text(some(process)->flags, text));
	return writer_finish(&writer, size);
}

int tetra_process_is_forked(const struct tetra_process *process)
{
	return (some(process)->flags & PROCESS_FORKED) != 0;
}

void process_put_start(struct writer *writer, const struct tetra_process *process)
{
	writer_lit(writer, ",\"start_time\":\"");
	writer_time(writer, process->start_wall_ns, 0);
	writer_char(writer, '"');
}

static void put_start(struct writer *writer, const struct event_encoding *encoding,
		      const struct tetra_process *process)
{
	process_put_start(writer, process);
}

uint64_t tetra_process_get_start_ns(const struct tetra_process *process)
{
	return some(process)->start_wall_ns;
}

uint64_t tetra_process_get_stamp_ns(const struct tetra_process *process)
{
	return some(process)->key.stamp;
}

static void put_auid(struct writer *writer, const struct event_encoding *encoding,
		     const struct tetra_process *process)
{
	put_number(writer, ",\"auid\":", process->image->facts.cred.login_uid);
}

static void put_docker(struct writer *writer, const struct event_encoding *encoding,
		       const struct tetra_process *process)
{
	put_text(writer, ",\"docker\":\"", process->image->container);
}

const char *tetra_process_get_container_id(const struct tetra_process *process)
{
	return some(process)->image ? some(process)->image->container.text : NULL;
}

const char *tetra_process_get_cgroup(const struct tetra_process *process)
{
	return some(process)->image ? some(process)->image->cgroup.text : NULL;
}

uint64_t tetra_process_get_cgroup_id(const struct tetra_process *process)
{
	return some(process)->image ? some(process)->image->facts.cgroup_id : 0;
}

static void put_parent_exec_id(struct writer *writer,
			       const struct event_encoding *encoding,
			       const struct tetra_process *process)
{
	writer_lit(writer, ",\"parent_exec_id\":\"");
	writer_put(writer, process_parent_exec_id(process), process->parent_exec_id_len);
	writer_char(writer, '"');
}

const char *tetra_process_get_parent_exec_id(const struct tetra_process *process)
{
	return some(process)->image ? process_parent_exec_id(process) : NULL;
}

static bool shows_cred(const struct event_encoding *encoding,
		       const struct tetra_process *process)
{
	return encoding->flags & EVENT_JSON_CRED && process->image->has_cred;
}

static void put_cap(struct writer *writer, const struct event_encoding *encoding,
		    const struct tetra_process *process)
{
	if (!shows_cred(encoding, process))
		return;
	writer_lit(writer, ",\"cap\":");
	json_cred_caps(writer, &process->image->facts.cred);
}

uint64_t tetra_process_get_capabilities(const struct tetra_process *process, uint32_t set)
{
	if (!some(process)->image || set >= TETRA_CAPSET_END)
		return 0;
	return some(process)->image->facts.cred.caps[set];
}

static const char *const ns_keys[TETRA_NS_END] = {
#define X(NAME, number, yaml, json, proc) [number] = json,
	TETRA_NAMESPACES(X)
#undef X
};

static void put_ns(struct writer *writer, const struct event_encoding *encoding,
		   const struct tetra_process *process)
{
	const uint32_t *namespaces = process->image->facts.namespaces;
	bool no_time = !namespaces[TETRA_NS_TIME];
	unsigned int i;

	if (!(encoding->flags & EVENT_JSON_NS))
		return;
	writer_lit(writer, ",\"ns\":{");
	for (i = 0; i < TETRA_NS_END; i++) {
		uint32_t inum = namespaces[i];

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

uint32_t tetra_process_get_namespace(const struct tetra_process *process, uint32_t ns)
{
	if (!some(process)->image || ns >= TETRA_NS_END)
		return 0;
	return some(process)->image->facts.namespaces[ns];
}

static void put_tid(struct writer *writer, const struct event_encoding *encoding,
		    const struct tetra_process *process)
{
	writer_lit(writer, ",\"tid\":");
}

static void put_credentials(struct writer *writer, const struct event_encoding *encoding,
			    const struct tetra_process *process)
{
	if (!shows_cred(encoding, process))
		return;
	writer_lit(writer, ",\"process_credentials\":{");
	json_cred_ids(writer, &process->image->facts.cred);
	writer_char(writer, '}');
}

int tetra_process_get_credentials(const struct tetra_process *process,
				  struct tetra_credentials *ret)
{
	const struct tetra_record_cred *cred;
	struct tetra_credentials all = {};

	if (!opts_can_fill(ret))
		return -EINVAL;
	if (!some(process)->image || !some(process)->image->has_cred)
		return -ENOENT;
	cred = &some(process)->image->facts.cred;
#define X(name) all.name = cred->name;
	TETRA_CRED_IDS(X)
#undef X
	all.securebits = cred->securebits;
	all.login_uid = cred->login_uid;
	return opts_fill(ret, &all, sizeof(all));
}

/* Shown with the properties of the binary (json-process.c). */
_Static_assert(TETRA_PRIVILEGES_SETUID == TETRA_EXEC_SETUID &&
		       TETRA_PRIVILEGES_SETGID == TETRA_EXEC_SETGID &&
		       TETRA_PRIVILEGES_RAISED_CAP == TETRA_EXEC_RAISED_CAPS &&
		       TETRA_PRIVILEGES_RAISED_UID == TETRA_EXEC_RAISED_UID &&
		       TETRA_PRIVILEGES_RAISED_GID == TETRA_EXEC_RAISED_GID,
	       "records and the interface number them alike");

uint32_t tetra_process_get_privileges(const struct tetra_process *process)
{
	return some(process)->image ? some(process)->image->facts.privileges : 0;
}

uint64_t tetra_process_get_inode(const struct tetra_process *process, uint32_t *ret_links)
{
	if (ret_links)
		*ret_links = some(process)->image ? some(process)->image->facts.links : 0;
	return some(process)->image ? some(process)->image->facts.inode : 0;
}

static void put_user(struct writer *writer, const struct event_encoding *encoding,
		     const struct tetra_process *process)
{
	if (!process->image->user.len)
		return;
	put_text(writer, ",\"user\":{\"name\":\"", process->image->user);
	writer_char(writer, '}');
}

const char *tetra_process_get_user(const struct tetra_process *process)
{
	return some(process)->image ? some(process)->image->user.text : NULL;
}

static void put_in_init_tree(struct writer *writer, const struct event_encoding *encoding,
			     const struct tetra_process *process)
{
	if (process->flags & PROCESS_IN_INIT_TREE)
		writer_lit(writer, ",\"in_init_tree\":true}");
	else
		writer_lit(writer, ",\"in_init_tree\":false}");
}

int tetra_process_is_in_init_tree(const struct tetra_process *process)
{
	return (some(process)->flags & PROCESS_IN_INIT_TREE) != 0;
}

int tetra_process_is_foreign(const struct tetra_process *process)
{
	return (some(process)->flags & PROCESS_FOREIGN) != 0;
}

/* The fields of each piece, in order: put_exec_id() and so on. A row a line. */
/* clang-format off */
#define HEAD_FIELDS(X)          \
	X(exec_id)              \
	X(pid)                  \
	X(uid)                  \
	X(cwd)                  \
	X(binary)               \
	X(arguments)            \
	X(flags)                \
	X(start)                \
	X(auid)                 \
	X(docker)               \
	X(parent_exec_id)
#define MIDDLE_FIELDS(X)        \
	X(cap)                  \
	X(ns)                   \
	X(tid)
#define CRED_FIELDS(X)          \
	X(credentials)
#define TAIL_FIELDS(X)          \
	X(user)                 \
	X(in_init_tree)
/* clang-format on */

void process_put_piece(struct writer *writer, const struct event_encoding *encoding,
		       const struct tetra_process *process, enum process_piece piece)
{
#define X(name) put_##name(writer, encoding, process);
	switch (piece) {
	case PROCESS_HEAD:
		HEAD_FIELDS(X)
		break;
	case PROCESS_MIDDLE:
		MIDDLE_FIELDS(X)
		break;
	case PROCESS_CRED:
		CRED_FIELDS(X)
		break;
	default:
		TAIL_FIELDS(X)
	}
#undef X
}
