/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/process/process.h"

#include "lib/process/arguments.h"
#include "lib/process/writer.h"

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
	{ PROCESS_FOREIGN, "userNamespace" },
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

#define X(name) +source->name.len + 1
	return sizeof(struct process_image) PROCESS_TEXTS(X) + joined + 1;
#undef X
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
	image->has_cred = source->has_cred;
	image->foreign = source->foreign;
	image->facts = *source->facts;
	at = (char *)(image + 1);
#define X(name) at = image_take(at, &image->name, source->name);
	PROCESS_TEXTS(X)
#undef X
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

/* What a process has from its image. */
static uint32_t image_flags(const struct process_image *image)
{
	return image && image->foreign ? PROCESS_FOREIGN : 0;
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
		.flags = source->flags | image_flags(source->image),
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
