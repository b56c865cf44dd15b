/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/event/process.h"

#include "lib/base/opts.h"
#include "lib/event/arguments.h"
#include "lib/event/json.h"
#include "lib/event/writer.h"

/* Shown in place of arguments when records of a long list were lost. */
#define ARGUMENTS_LOST "<enomem>"

/* Order of printing; bits without a row are not printed. */
static const struct {
	uint32_t bit;
	const char *text;
} flag_names[] = {
	{ PROCESS_EXECVE, "execve" },
	{ PROCESS_PROCFS, "procFS" },
	{ PROCESS_TRUNC_ARGS, "truncArgs" },
	{ PROCESS_ERROR_FILENAME, "errorFilename" },
	{ PROCESS_ERROR_ARGS, "errorArgs" },
	{ PROCESS_ROOT_CWD, "rootcwd" },
	{ PROCESS_ERROR_CWD, "errorCWD" },
	{ PROCESS_CLONE, "clone" },
	{ PROCESS_ERROR_PATH_CWD, "errorPathResolutionCwd" },
	{ PROCESS_DATA_FILENAME, "dataFilename" },
	{ PROCESS_DATA_ARGS, "dataArgs" },
	{ PROCESS_IN_INIT_TREE, "inInitTree" },
	{ PROCESS_UNKNOWN, "unknown" },
};

size_t process_flags_text(uint32_t flags, char *buf)
{
	size_t i, n, len = 0;

	for (i = 0; i < ARRAY_SIZE(flag_names); i++) {
		if (!(flags & flag_names[i].bit))
			continue;
		if (len)
			buf[len++] = ' ';
		n = strlen(flag_names[i].text);
		memcpy(buf + len, flag_names[i].text, n);
		len += n;
	}
	buf[len] = '\0';
	return len;
}

/* Drop the last component of a path that begins with a slash. */
static size_t path_up(const char *buf, size_t len)
{
	while (len > 1 && buf[len - 1] != '/')
		len--;
	return len > 1 ? len - 1 : len;
}

static size_t path_add(char *buf, size_t len, const char *text, size_t n)
{
	if (!n || (n == 1 && text[0] == '.'))
		return len;
	if (n == 2 && !memcmp(text, "..", 2))
		return path_up(buf, len);
	if (len > 1)
		buf[len++] = '/';
	memcpy(buf + len, text, n);
	return len + n;
}

static size_t path_add_all(char *buf, size_t len, struct process_text path)
{
	const char *at = path.text, *end = path.text + path.len, *slash;

	while (at < end) {
		slash = memchr(at, '/', (size_t)(end - at));
		if (!slash)
			slash = end;
		len = path_add(buf, len, at, (size_t)(slash - at));
		at = slash + 1;
	}
	return len;
}

size_t process_path_clean(char *buf, struct process_text dir, struct process_text name)
{
	size_t len = 1;

	buf[0] = '/';
	if (dir.len)
		len = path_add_all(buf, len, dir);
	if (name.len)
		len = path_add_all(buf, len, name);
	buf[len] = '\0';
	return len;
}

static char *image_take(char *at, struct process_text *ret, struct process_text from)
{
	if (!from.text)
		return at;
	ret->text = at;
	ret->len = from.len;
	if (from.len)
		memcpy(at, from.text, from.len);
	at[from.len] = '\0';
	return at + from.len + 1;
}

static char *image_join(char *at, struct process_image *image,
			const struct process_image_source *source)
{
	image->arguments.text = at;
	if (source->argv_lost) {
		memcpy(at, ARGUMENTS_LOST, sizeof(ARGUMENTS_LOST));
		image->arguments.len = sizeof(ARGUMENTS_LOST) - 1;
	} else {
		image->arguments.len = arguments_join(
			at, source->argv.text, source->argv.len, source->trim_argv);
		at[image->arguments.len] = '\0';
	}
	return at + image->arguments.len + 1;
}

static size_t image_bytes(const struct process_image_source *source)
{
	size_t joined = source->argv_lost
				? sizeof(ARGUMENTS_LOST)
				: arguments_join(NULL, source->argv.text,
						 source->argv.len, source->trim_argv);

	return sizeof(struct process_image) + source->binary.len +
	       source->executable.len + source->cwd.len + source->cgroup.len +
	       source->argv.len + joined + 6;
}

int process_image_new(struct process_image **ret,
		      const struct process_image_source *source)
{
	struct process_image *image = malloc(image_bytes(source));
	char *at;

	if (!image)
		return -ENOMEM;
	memset(image, 0, sizeof(*image));
	image->n_refs = 1;
	image->links = source->links;
	image->privileges = source->privileges;
	image->inode = source->inode;
	image->has_inode = source->has_inode;
	image->cgroup_id = source->cgroup_id;
	image->has_cred = source->cred != NULL;
	image->cred.login_uid = UINT32_MAX;
	if (source->cred)
		image->cred = *source->cred;
	if (source->namespaces)
		memcpy(image->namespaces, source->namespaces, sizeof(image->namespaces));
	if (source->container)
		strncpy(image->container, source->container,
			sizeof(image->container) - 1);
	at = image_take((char *)(image + 1), &image->binary, source->binary);
	at = image_take(at, &image->executable, source->executable);
	at = image_take(at, &image->cwd, source->cwd);
	at = image_take(at, &image->cgroup, source->cgroup);
	at = image_take(at, &image->argv, source->argv);
	image_join(at, image, source);
	*ret = image;
	return 0;
}

struct process_image *process_image_ref(struct process_image *image)
{
	if (image)
		__atomic_add_fetch(&image->n_refs, 1, __ATOMIC_RELAXED);
	return image;
}

struct process_image *process_image_unref(struct process_image *image)
{
	if (image && !__atomic_sub_fetch(&image->n_refs, 1, __ATOMIC_ACQ_REL))
		free(image);
	return NULL;
}

/* base64 of "NODE:STAMP:PID" */
static void put_exec_id(struct writer *writer, const char *node, struct process_key key)
{
	char plain[512];
	struct writer id;

	writer_init(&id, plain, sizeof(plain));
	writer_text(&id, node);
	writer_char(&id, ':');
	writer_u64(&id, key.stamp);
	writer_char(&id, ':');
	writer_u64(&id, key.tgid);
	writer_base64(writer, plain, (size_t)(id.at - id.start));
}

/* Room for two ids of a node name as long as HOST_NAME_MAX allows. */
#define IDS_MAX 1024

int process_new(struct tetra_process **ret, const struct process_source *source)
{
	struct tetra_process *process;
	char ids[IDS_MAX];
	struct writer writer;
	size_t id_len, len;

	writer_init(&writer, ids, sizeof(ids));
	put_exec_id(&writer, source->node, source->key);
	id_len = writer_size(&writer);
	writer_char(&writer, '\0');
	put_exec_id(&writer, source->node, source->parent);
	len = writer_finish(&writer, sizeof(ids));
	if (len >= sizeof(ids))
		return -E2BIG;
	process = malloc(sizeof(*process) + len + 1);
	if (!process)
		return -ENOMEM;
	*process = (struct tetra_process){
		.n_refs = 1,
		.flags = source->flags,
		.key = source->key,
		.parent = source->parent,
		.ns_tgid = source->ns_tgid,
		.start_wall_ns = source->start_wall_ns,
		.image = process_image_ref(source->image),
		.exec_id_len = (uint32_t)id_len,
		.parent_exec_id_len = (uint32_t)(len - id_len - 1),
	};
	memcpy(process->ids, ids, len + 1);
	*ret = process;
	return 0;
}

struct tetra_process *process_ref(struct tetra_process *process)
{
	if (process)
		__atomic_add_fetch(&process->n_refs, 1, __ATOMIC_RELAXED);
	return process;
}

struct tetra_process *process_unref(struct tetra_process *process)
{
	if (!process || __atomic_sub_fetch(&process->n_refs, 1, __ATOMIC_ACQ_REL))
		return NULL;
	process_image_unref(process->image);
	free(process->json);
	free(process);
	return NULL;
}

/* Getters accept NULL and treat it as an unknown process. */
static const struct tetra_process *some(const struct tetra_process *process)
{
	static const struct tetra_process nobody;

	return process ? process : &nobody;
}

int tetra_process_is_known(const struct tetra_process *process)
{
	return some(process)->image != NULL;
}

uint32_t tetra_process_get_pid(const struct tetra_process *process)
{
	return some(process)->key.tgid;
}

uint32_t tetra_process_get_namespace_pid(const struct tetra_process *process)
{
	return some(process)->ns_tgid ? some(process)->ns_tgid : some(process)->key.tgid;
}

uint64_t tetra_process_get_stamp_ns(const struct tetra_process *process)
{
	return some(process)->key.stamp;
}

uint64_t tetra_process_get_start_ns(const struct tetra_process *process)
{
	return some(process)->start_wall_ns;
}

const char *tetra_process_get_exec_id(const struct tetra_process *process)
{
	return some(process)->image ? process_exec_id(process) : NULL;
}

const char *tetra_process_get_parent_exec_id(const struct tetra_process *process)
{
	return some(process)->image ? process_parent_exec_id(process) : NULL;
}

const char *tetra_process_get_binary(const struct tetra_process *process)
{
	return some(process)->image ? some(process)->image->binary.text : NULL;
}

const char *tetra_process_get_executable(const struct tetra_process *process)
{
	return some(process)->image ? some(process)->image->executable.text : NULL;
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

const char *tetra_process_get_cwd(const struct tetra_process *process)
{
	return some(process)->image ? some(process)->image->cwd.text : NULL;
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

int tetra_process_is_in_init_tree(const struct tetra_process *process)
{
	return (some(process)->flags & PROCESS_IN_INIT_TREE) != 0;
}

int tetra_process_is_forked(const struct tetra_process *process)
{
	return (some(process)->flags & PROCESS_FORKED) != 0;
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
	cred = &some(process)->image->cred;
	all.uid = cred->uid;
	all.gid = cred->gid;
	all.euid = cred->euid;
	all.egid = cred->egid;
	all.suid = cred->suid;
	all.sgid = cred->sgid;
	all.fsuid = cred->fsuid;
	all.fsgid = cred->fsgid;
	all.securebits = cred->securebits;
	all.login_uid = cred->login_uid;
	return opts_fill(ret, &all, sizeof(all));
}

uint64_t tetra_process_get_capabilities(const struct tetra_process *process, uint32_t set)
{
	if (!some(process)->image || set >= TETRA_CAPSET_END)
		return 0;
	return some(process)->image->cred.caps[set];
}

uint32_t tetra_process_get_namespace(const struct tetra_process *process, uint32_t ns)
{
	if (!some(process)->image || ns >= TETRA_NS_END)
		return 0;
	return some(process)->image->namespaces[ns];
}

uint64_t tetra_process_get_cgroup_id(const struct tetra_process *process)
{
	return some(process)->image ? some(process)->image->cgroup_id : 0;
}

const char *tetra_process_get_cgroup(const struct tetra_process *process)
{
	return some(process)->image ? some(process)->image->cgroup.text : NULL;
}

const char *tetra_process_get_container_id(const struct tetra_process *process)
{
	if (!some(process)->image || !some(process)->image->container[0])
		return NULL;
	return some(process)->image->container;
}

_Static_assert(TETRA_PRIVILEGES_SETUID == TETRA_EXEC_SETUID &&
		       TETRA_PRIVILEGES_SETGID == TETRA_EXEC_SETGID &&
		       TETRA_PRIVILEGES_RAISED_CAP == TETRA_EXEC_RAISED_CAPS &&
		       TETRA_PRIVILEGES_RAISED_UID == TETRA_EXEC_RAISED_UID &&
		       TETRA_PRIVILEGES_RAISED_GID == TETRA_EXEC_RAISED_GID,
	       "records and the interface number them alike");

uint32_t tetra_process_get_privileges(const struct tetra_process *process)
{
	return some(process)->image ? some(process)->image->privileges : 0;
}

uint64_t tetra_process_get_inode(const struct tetra_process *process, uint32_t *ret_links)
{
	if (ret_links)
		*ret_links = some(process)->image ? some(process)->image->links : 0;
	return some(process)->image ? some(process)->image->inode : 0;
}
