/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/host/proc.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>

#include "lib/host/pseudo.h"

/* Bytes of stat, status, cgroup, loginuid: with thousands of groups still far below. */
#define PROC_MAX_TEXT (1u << 20)
/* include/linux/sched.h */
#define PROC_PF_KTHREAD 0x00200000u

struct proc_iter {
	enum cgroup_mode mode;
	DIR *dir;
	struct proc_entry entry;
};

/* Fields of /proc/PID/stat after the name, counted from the state, which is 0. */
enum stat_field { STAT_STATE = 0, STAT_PPID = 1, STAT_FLAGS = 6, STAT_START = 19 };

/* "PID (NAME) STATE PPID ...": the name may hold blanks, brackets and line ends. */
static int parse_stat(struct proc_entry *entry, const char *text)
{
	const char *open = strchr(text, '('), *close = strrchr(text, ')'), *at;
	unsigned long long fields[STAT_START + 1] = {};
	size_t i, len;
	char *end;

	if (!open || !close || close < open || close[1] != ' ' || !close[2])
		return -EINVAL;
	len = MIN((size_t)(close - open - 1), sizeof(entry->comm) - 1);
	memcpy(entry->comm, open + 1, len);
	entry->comm[len] = '\0';
	entry->state = close[2];
	for (i = 1, at = close + 3; i < ARRAY_SIZE(fields); i++, at = end) {
		fields[i] = strtoull(at, &end, 10);
		if (end == at)
			return -EINVAL;
	}
	entry->ppid = (uint32_t)fields[STAT_PPID];
	entry->start_ns = fields[STAT_START] * PROC_TICK_NS;
	entry->is_kernel_thread = (fields[STAT_FLAGS] & PROC_PF_KTHREAD) != 0;
	return 0;
}

static void parse_ids(const char *text, uint32_t ids[static 4])
{
	char *end = (char *)text;
	size_t i;

	for (i = 0; i < 4; i++)
		ids[i] = (uint32_t)strtoul(end, &end, 10);
}

static void parse_uids(struct proc_entry *entry, const char *text)
{
	uint32_t ids[4];

	parse_ids(text, ids);
	entry->facts.cred.uid = ids[0];
	entry->facts.cred.euid = ids[1];
	entry->facts.cred.suid = ids[2];
	entry->facts.cred.fsuid = ids[3];
}

static void parse_gids(struct proc_entry *entry, const char *text)
{
	uint32_t ids[4];

	parse_ids(text, ids);
	entry->facts.cred.gid = ids[0];
	entry->facts.cred.egid = ids[1];
	entry->facts.cred.sgid = ids[2];
	entry->facts.cred.fsgid = ids[3];
}

static void parse_inheritable(struct proc_entry *entry, const char *text)
{
	entry->facts.cred.caps[TETRA_CAPSET_INHERITABLE] = strtoull(text, NULL, 16);
}

static void parse_permitted(struct proc_entry *entry, const char *text)
{
	entry->facts.cred.caps[TETRA_CAPSET_PERMITTED] = strtoull(text, NULL, 16);
}

static void parse_effective(struct proc_entry *entry, const char *text)
{
	entry->facts.cred.caps[TETRA_CAPSET_EFFECTIVE] = strtoull(text, NULL, 16);
}

/* Its number in each pid namespace, from ours to its own. */
static void parse_nstgid(struct proc_entry *entry, const char *text)
{
	uint32_t pid = 0, levels = 0;
	char *end;

	for (;; text = end) {
		unsigned long value;

		while (*text == ' ' || *text == '\t')
			text++;
		value = strtoul(text, &end, 10);
		if (!isdigit((unsigned char)*text) || end == text)
			break;
		pid = (uint32_t)value;
		levels++;
	}
	entry->nspid = levels > 1 ? pid : 0;
}

static const struct {
	const char *key;
	void (*parse)(struct proc_entry *entry, const char *text);
} status_lines[] = {
	{ "CapEff:", parse_effective }, { "CapInh:", parse_inheritable },
	{ "CapPrm:", parse_permitted }, { "Gid:", parse_gids },
	{ "NStgid:", parse_nstgid },	{ "Uid:", parse_uids },
};

static void parse_status(struct proc_entry *entry, const char *text)
{
	const char *line;
	size_t i;

	for (line = text; *line; line = *line ? line + 1 : line) {
		for (i = 0; i < ARRAY_SIZE(status_lines); i++)
			if (str_has_prefix(line, status_lines[i].key))
				status_lines[i].parse(entry,
						      line + strlen(status_lines[i].key));
		line = strchrnul(line, '\n');
	}
}

static void read_namespaces(struct proc_entry *entry, int dir)
{
	static const char *const links[] = {
#define X(NAME, number, yaml, json, link) [number] = "ns/" link,
		TETRA_NAMESPACES(X)
#undef X
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(links); i++)
		entry->facts.namespaces[i] = (uint32_t)pseudo_ns(dir, links[i]);
}

/* A text that is missing or not permitted becomes empty. */
static int read_optional(struct strbuf *text, int dir, const char *path, size_t limit)
{
	int r;

	strbuf_clear(text);
	r = pseudo_read(text, dir, path, limit);
	if (r < 0 && r != -ENOMEM)
		strbuf_clear(text);
	return r == -ENOMEM ? r : 0;
}

static int read_status(struct proc_entry *entry, int dir)
{
	_cleanup_(strbuf_done) struct strbuf text = {};
	int r = pseudo_read(&text, dir, "status", PROC_MAX_TEXT);

	if (r == 0)
		parse_status(entry, strbuf_get(&text));
	return r;
}

static int read_loginuid(struct proc_entry *entry, int dir)
{
	_cleanup_(strbuf_done) struct strbuf text = {};
	int r = read_optional(&text, dir, "loginuid", PROC_MAX_TEXT);

	entry->facts.cred.login_uid = PROC_NO_LOGINUID;
	if (text.len)
		entry->facts.cred.login_uid = (uint32_t)strtoul(text.text, NULL, 10);
	return r;
}

static int read_cgroup(struct proc_entry *entry, int dir, enum cgroup_mode mode)
{
	_cleanup_(strbuf_done) struct strbuf text = {};
	const char *path;
	size_t len;
	int r = read_optional(&text, dir, "cgroup", PROC_MAX_TEXT);

	if (r < 0)
		return r;
	path = cgroup_path(mode, strbuf_get(&text), &len);
	if (path)
		strbuf_add(&entry->cgroup, path, len);
	if (!cgroup_container_of_proc(entry->container, strbuf_get(&text)))
		entry->container[0] = '\0';
	return entry->cgroup.failed ? -ENOMEM : 0;
}

static void read_link(char *buf, size_t size, int dir, const char *path)
{
	if (pseudo_link(buf, size, dir, path) < 0)
		buf[0] = '\0';
}

static int read_stat(struct proc_entry *entry, int dir)
{
	_cleanup_(strbuf_done) struct strbuf text = {};
	int r = pseudo_read(&text, dir, "stat", PROC_MAX_TEXT);

	return r < 0 ? r : parse_stat(entry, strbuf_get(&text));
}

/* Everything except its memory. */
static void entry_reset(struct proc_entry *entry)
{
	struct strbuf cmdline = entry->cmdline, cgroup = entry->cgroup;

	memset(entry, 0, sizeof(*entry));
	strbuf_clear(&cmdline);
	strbuf_clear(&cgroup);
	entry->cmdline = cmdline;
	entry->cgroup = cgroup;
}

static int read_process(struct proc_entry *entry, int dir, enum cgroup_mode mode)
{
	int r;

	r = read_stat(entry, dir);
	if (r < 0)
		return r;
	r = read_status(entry, dir);
	if (r < 0)
		return r;
	r = read_optional(&entry->cmdline, dir, "cmdline", PROC_MAX_CMDLINE);
	if (r < 0)
		return r;
	r = read_loginuid(entry, dir);
	if (r < 0)
		return r;
	r = read_cgroup(entry, dir, mode);
	if (r < 0)
		return r;
	read_link(entry->exe, sizeof(entry->exe), dir, "exe");
	read_link(entry->cwd, sizeof(entry->cwd), dir, "cwd");
	read_namespaces(entry, dir);
	entry->is_init = entry->nspid == 1 && entry->container[0];
	return 0;
}

static int proc_read_at(struct proc_entry *entry, int root, enum cgroup_mode mode,
			uint32_t pid)
{
	_cleanup_(closep) int dir = -1;
	char name[16];
	int r;

	entry_reset(entry);
	snprintf(name, sizeof(name), "%u", pid);
	dir = openat(root, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return pseudo_error(errno);
	r = read_process(entry, dir, mode);
	entry->tgid = pid;
	/* The process ended while this was read, so the text is incomplete. */
	return r == -EINVAL ? -ENOENT : r;
}

int proc_read_one(struct proc_entry *entry, const char *proc_root, enum cgroup_mode mode,
		  uint32_t pid)
{
	_cleanup_(closep) int root = -1;

	root = open(proc_root ? proc_root : "/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return pseudo_error(errno);
	return proc_read_at(entry, root, mode, pid);
}

void proc_entry_done(struct proc_entry *entry)
{
	strbuf_done(&entry->cmdline);
	strbuf_done(&entry->cgroup);
}

int proc_iter_new(struct proc_iter **ret, const char *proc_root, const char *sys_root)
{
	_cleanup_(proc_iter_freep) struct proc_iter *iter = calloc(1, sizeof(*iter));

	if (!iter)
		return -ENOMEM;
	iter->mode = cgroup_detect(sys_root ? sys_root : "/sys");
	iter->dir = opendir(proc_root ? proc_root : "/proc");
	if (!iter->dir)
		return pseudo_error(errno);
	*ret = TAKE_PTR(iter);
	return 0;
}

/* The number in a folder's name; 0 if the name is not a number. */
static uint32_t folder_pid(const char *name)
{
	unsigned long pid;
	char *end;

	if (!isdigit((unsigned char)*name))
		return 0;
	pid = strtoul(name, &end, 10);
	return *end || pid > INT32_MAX ? 0 : (uint32_t)pid;
}

int proc_iter_next(struct proc_iter *iter, const struct proc_entry **ret)
{
	struct dirent *found;
	uint32_t pid;
	int r;

	while ((found = readdir(iter->dir))) {
		pid = folder_pid(found->d_name);
		if (!pid)
			continue;
		r = proc_read_at(&iter->entry, dirfd(iter->dir), iter->mode, pid);
		if (r == -ENOMEM)
			return r;
		if (r < 0) /* ended, or hidden from us */
			continue;
		*ret = &iter->entry;
		return 1;
	}
	return 0;
}

struct proc_iter *proc_iter_free(struct proc_iter *iter)
{
	if (!iter)
		return NULL;
	if (iter->dir)
		closedir(iter->dir);
	proc_entry_done(&iter->entry);
	free(iter);
	return NULL;
}
