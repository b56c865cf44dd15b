// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Processes from birth to death: always loaded. fork and exec make the row that hooks read
 * and the record that user space joins events with; exit ends the row. Rows are per thread
 * group: threads neither make nor end one.
 *
 * A row's stamp is the boot-time clock at the last exec, or at the fork before any exec.
 */
#include "bpf/abi/hash.h"
#include "bpf/common/cgroup.bpf.h"
#include "bpf/common/creds.bpf.h"
#include "bpf/common/walk.bpf.h"

/* One configuration serves all programs of this object; select.bpf.h wants it declared. */
const volatile struct tetra_hook_config cfg = {};
const volatile struct tetra_seed seed = {};
/* What a row of a process without a known parent begins with. */
const struct tetra_proc no_proc = {};

/* Mark bits that a key roots; 0 for most. */
static __always_inline __u64 marks_find(__u64 kind, __u64 value0, __u64 value1)
{
	struct tetra_mark_key key = { .kind = kind, .value = { value0, value1 } };
	__u64 *bits = bpf_map_lookup_elem(&tetra_marks, &key);

	return bits ? *bits : 0;
}

static __always_inline int marks_exist(void)
{
	__u32 zero = 0, *some = bpf_map_lookup_elem(&tetra_marking, &zero);

	return some && *some;
}

static __always_inline __u64 proc_pid_marks(__u32 tgid, __u32 ns_tgid)
{
	return marks_find(TETRA_MARK_PID, tgid, 0) |
	       marks_find(TETRA_MARK_NSPID, ns_tgid, 0);
}

/*
 * The nearest tracked ancestor of @task; if there is none, @ret is the real parent's. Behind
 * the parent with probe reads: each step through typed pointers has the verifier search the
 * kernel's BTF from end to end.
 */
static __noinline struct tetra_proc *ancestor_find(__u64 address, __u32 *ret)
{
	struct task_struct *task = (void *)address;
	__u32 i;

	for (i = 1; i < TASK_ANCESTORS; i++) {
		struct tetra_proc *proc;
		__u32 tgid;

		task = BPF_CORE_READ(task, real_parent);
		tgid = BPF_CORE_READ(task, tgid);
		proc = proc_find(tgid);
		if (proc) {
			*ret = tgid;
			return proc;
		}
	}
	return 0;
}

static __always_inline struct tetra_proc *parent_find(struct task_struct *task, __u32 *ret)
{
	struct task_struct *parent = task->real_parent;
	struct tetra_proc *proc;

	*ret = parent->tgid;
	proc = proc_find(*ret);
	return proc ? proc : ancestor_find((__u64)parent, ret);
}

/* The number that @pid has in its innermost namespace; 0 in the root namespace. */
static __always_inline __u32 pid_ns_number(struct pid *pid)
{
	__u32 level = pid->level;
	struct upid upid = {};

	if (!level)
		return 0;
	bpf_core_read(&upid, sizeof(upid), &pid->numbers[level & 63]);
	return upid.nr;
}

static __always_inline void head_fill(struct tetra_record *head, __u32 kind, __u32 bytes,
				      __u32 tgid, __u64 stamp, __u64 now)
{
	head->bytes = bytes;
	head->kind = kind;
	head->flags = 0;
	head->time_ns = now;
	head->tgid = tgid;
	head->tid = tgid;
	head->stamp = stamp;
}

/*
 * The row of a process that was just forked. Nobody else knows its number yet, so it may be
 * written where it lies.
 */
static __always_inline struct tetra_proc *fork_row(__u32 tgid, const struct tetra_proc *parent)
{
	const struct tetra_proc *from = parent ? parent : &no_proc;

	if (bpf_map_update_elem(&tetra_procs, &tgid, from, BPF_ANY) < 0) {
		loss_count(TETRA_LOST_PROCESS);
		return 0;
	}
	return proc_find(tgid);
}

SEC("tetra/sched_process_fork")
int tetra_fork(__u64 *ctx)
{
	struct task_struct *child = (void *)ctx[1];
	__u32 tgid = child->tgid, parent_tgid = 0;
	struct tetra_record_fork record = {};
	struct tetra_proc *parent, *row;
	__u32 flags = 0, ns_tgid;
	__u64 now;

	if (child->pid != tgid)
		return 0;
	now = bpf_ktime_get_boot_ns();
	/* It leads its thread group, so its number is the group's. */
	ns_tgid = pid_ns_number(child->thread_pid);
	parent = parent_find(child, &parent_tgid);
	if (parent)
		flags = parent->flags & TETRA_PROC_IN_INIT_TREE;
	if ((parent && parent->ns_tgid == 1) || ns_tgid == 1)
		flags |= TETRA_PROC_IN_INIT_TREE;
	record.parent_stamp = parent ? parent->stamp : 0;
	row = fork_row(tgid, parent);
	if (row) {
		row->parent_stamp = record.parent_stamp;
		row->parent_tgid = parent_tgid;
		row->stamp = now;
		row->ns_tgid = ns_tgid;
		row->flags = flags;
		if (marks_exist())
			row->pid_marks |= proc_pid_marks(tgid, ns_tgid);
	}
	head_fill(&record.head, TETRA_RECORD_FORK, sizeof(record), tgid, now, now);
	record.head.flags = (parent ? 0 : TETRA_EXEC_NO_PARENT) |
			    (flags ? TETRA_EXEC_IN_INIT_TREE : 0);
	record.parent_tgid = parent_tgid;
	record.ns_tgid = ns_tgid;
	if (bpf_ringbuf_output(&tetra_ring, &record, sizeof(record), 0) < 0)
		loss_count(TETRA_LOST_RING);
	return 0;
}

SEC("tetra/sched_process_exit")
int tetra_exit(__u64 *ctx)
{
	struct task_struct *task = (void *)ctx[0];
	struct tetra_record_exit record = {};
	struct tetra_proc *proc;
	__u32 tgid;

	/* The last thread of the group: the count was lowered before this point. */
	if (task->signal->live.counter > 0)
		return 0;
	tgid = task->tgid;
	proc = proc_find(tgid);
	if (!proc || proc->flags & TETRA_PROC_EXITED)
		return 0;
	head_fill(&record.head, TETRA_RECORD_EXIT, sizeof(record), tgid, proc->stamp,
		  bpf_ktime_get_boot_ns());
	record.head.tid = task->pid;
	record.code = task->exit_code;
	proc->flags |= TETRA_PROC_EXITED;
	if (bpf_ringbuf_output(&tetra_ring, &record, sizeof(record), 0) < 0)
		loss_count(TETRA_LOST_RING);
	return 0;
}

/*
 * The row outlives the exit: files and sockets are closed after it, and their hooks still
 * want to know whose they were. A new process of the same number has a row without the flag.
 */
SEC("tetra/sched_process_free")
int tetra_free(__u64 *ctx)
{
	struct task_struct *task = (void *)ctx[0];
	struct tetra_proc *proc;
	__u32 tgid = task->tgid;

	if (task->pid != tgid)
		return 0;
	proc = proc_find(tgid);
	if (proc && proc->flags & TETRA_PROC_EXITED)
		bpf_map_delete_elem(&tetra_procs, &tgid);
	return 0;
}

/* A set is eight bytes in all kernels, whatever its members are called. */
#define CAPS_READ(set) \
	(*(const __u32 *)&(set) | (__u64) * ((const __u32 *)&(set) + 1) << 32)

static __always_inline void cred_fill(struct tetra_record_cred *ret, struct task_struct *task,
				      const struct cred *cred)
{
	ret->uid = cred->uid.val;
	ret->gid = cred->gid.val;
	ret->euid = cred->euid.val;
	ret->egid = cred->egid.val;
	ret->suid = cred->suid.val;
	ret->sgid = cred->sgid.val;
	ret->fsuid = cred->fsuid.val;
	ret->fsgid = cred->fsgid.val;
	ret->securebits = cred->securebits;
	ret->login_uid = task->loginuid.val;
	ret->caps[TETRA_CAPSET_PERMITTED] = CAPS_READ(cred->cap_permitted);
	ret->caps[TETRA_CAPSET_EFFECTIVE] = CAPS_READ(cred->cap_effective);
	ret->caps[TETRA_CAPSET_INHERITABLE] = CAPS_READ(cred->cap_inheritable);
}

/* By enum tetra_namespace. */
static __always_inline void namespaces_fill(__u32 *ret, struct task_struct *task,
					    const struct cred *cred, struct pid *pid)
{
	struct nsproxy *proxy = task->nsproxy;

	ret[TETRA_NS_UTS] = proxy->uts_ns->ns.inum;
	ret[TETRA_NS_IPC] = proxy->ipc_ns->ns.inum;
	ret[TETRA_NS_MNT] = proxy->mnt_ns->ns.inum;
	ret[TETRA_NS_PID_FOR_CHILDREN] = proxy->pid_ns_for_children->ns.inum;
	ret[TETRA_NS_NET] = proxy->net_ns->ns.inum;
	ret[TETRA_NS_TIME] = proxy->time_ns->ns.inum;
	ret[TETRA_NS_TIME_FOR_CHILDREN] = proxy->time_ns_for_children->ns.inum;
	ret[TETRA_NS_CGROUP] = proxy->cgroup_ns->ns.inum;
	ret[TETRA_NS_USER] = cred->user_ns->ns.inum;
	if (pid->level)
		ret[TETRA_NS_PID] = task_namespace(task, TETRA_NS_PID);
	else
		ret[TETRA_NS_PID] = pid->numbers[0].ns->ns.inum;
}

/* Moves past @bytes of text at s->spot, to the next multiple of eight. */
static __always_inline void spot_advance(struct tetra_scratch *s, __u32 bytes)
{
	s->spot += (bytes + 7) & ~7u;
}

#define HASH_BLOCK 128

static __always_inline struct tetra_seed seed_get(void)
{
	return (struct tetra_seed){ { seed.k[0], seed.k[1], seed.k[2], seed.k[3] } };
}

/* The next block of the path: 1 to go on. Global, for the loop over it. */
__noinline int hash_block(__u32 slot)
{
	struct tetra_scratch *s = scratch_get(slot);
	struct tetra_seed secret = seed_get();
	struct tetra_hash hash;
	__u32 at, i;

	if (!s)
		return 0;
	at = s->text_at & RECORD_MASK & ~7u;
	hash = s->hash;
	for (i = 0; i < HASH_BLOCK / 8; i++) {
		if (s->hash_at >= s->text_bytes)
			break;
		hash_word(&secret, &hash,
			  word_get(&s->record[(at + s->hash_at) & RECORD_MASK]));
		s->hash_at += 8;
	}
	s->hash = hash;
	return s->hash_at < s->text_bytes;
}

/* The hash of the executable's path, which stands at s->text_at of the record. */
static __always_inline void exec_hash(struct tetra_scratch *s)
{
	__u32 at = s->text_at, bytes = s->text_bytes, i;
	struct tetra_seed secret = seed_get();

	/* Zeroes behind the last byte: whole words and chunks are read. */
	for (i = 0; i < TETRA_CHUNK_BYTES; i += 8)
		word_put(&s->record[(at + bytes + i) & RECORD_MASK], 0);
	s->hash_at = 0;
	hash_begin(&secret, &s->hash);
	for (i = 0; i < TETRA_HASH_BYTES / HASH_BLOCK; i++)
		if (!hash_block(s->number))
			break;
	hash_end(&secret, &s->hash, bytes);
}

/*
 * Head and tail of that path, into the row. Chunks beyond the path are never looked at, so
 * they keep what they have.
 */
static __noinline int exec_copy(struct tetra_scratch *s, struct tetra_proc *row)
{
	__u32 at = s->text_at, bytes = s->text_bytes, i;

	row->exe_hash[0] = s->hash.h[0];
	row->exe_hash[1] = s->hash.h[1];
	row->exe_bytes = bytes;
	for (i = 0; i < TETRA_EXE_HEAD; i += TETRA_CHUNK_BYTES) {
		if (i >= bytes)
			break;
		words_copy(&row->exe_head[i], &s->record[(at + i) & RECORD_MASK],
			   TETRA_CHUNK_BYTES);
	}
	at += bytes - TETRA_CHUNK_BYTES;
	for (i = 0; i < TETRA_EXE_TAIL; i += TETRA_CHUNK_BYTES) {
		if (i >= bytes)
			break;
		words_copy(&row->exe_tail[TETRA_EXE_TAIL - TETRA_CHUNK_BYTES - i],
			   &s->record[(at - i) & RECORD_MASK], TETRA_CHUNK_BYTES);
	}
	return 0;
}

/*
 * The text of a typed path at s->spot, which stays; returns its bytes. s->path tells the rest.
 */
static __noinline __u32 exec_path(struct tetra_scratch *s, __u32 slot, struct walk *walk)
{
	__u32 bytes;

	walk_set_root(s, walk);
	if (!walk_whole(s, walk)) {
		path_find_slow(s, slot);
		path_inspect(s);
	}
	bytes = path_put(s, slot) & (2 * TETRA_TEXT_MAX - 1);
	return bytes > TETRA_TEXT_MAX ? TETRA_TEXT_MAX : bytes;
}

/*
 * One fragment of the arguments, ahead of the EXEC record: 1 to go on. Global: the loop over
 * it is then short for the verifier.
 */
__noinline int args_fragment(__u32 slot)
{
	struct tetra_scratch *s = scratch_get(slot);
	struct tetra_record_args *record;
	const __u32 total = sizeof(*record) + TETRA_ARGS_FRAGMENT;

	if (!s || s->args_bytes - s->args_sent <= TETRA_EXEC_ARGS_INLINE)
		return 0;
	record = (void *)s->record;
	if (bpf_probe_read_user(&s->record[sizeof(*record)], TETRA_ARGS_FRAGMENT,
				(void *)(s->args_from + s->args_sent)) < 0) {
		s->args_flags |= TETRA_EXEC_ARGS_FAULT;
		return 0;
	}
	head_fill(&record->head, TETRA_RECORD_ARGS, total, s->process.tgid, s->process.stamp,
		  s->process.stamp);
	record->offset = s->args_sent;
	record->bytes = TETRA_ARGS_FRAGMENT;
	s->args_flags |= TETRA_EXEC_ARGS_FRAGMENTS;
	if (bpf_ringbuf_output(&tetra_ring, s->record, total, 0) < 0) {
		loss_count(TETRA_LOST_FRAGMENT);
		s->args_flags |= TETRA_EXEC_ARGS_LOST;
	}
	s->args_sent += TETRA_ARGS_FRAGMENT;
	return 1;
}

#define ARGS_SOME_FRAGMENTS 16

__noinline int args_some(__u32 slot)
{
	__u32 i;

	for (i = 0; i < ARGS_SOME_FRAGMENTS; i++)
		if (!args_fragment(slot))
			return 0;
	return 1;
}

/* Arguments beyond what the record holds itself; s->args_* say what came of them. */
static __noinline int args_fragments(__u32 slot)
{
	__u32 i;

	for (i = 0; i < TETRA_ARGS_FRAGMENTS / ARGS_SOME_FRAGMENTS; i++)
		if (!args_some(slot))
			break;
	return 0;
}

/* At most TETRA_TEXT_MAX bytes of the arguments, at s->spot; negative if unreadable. */
static __always_inline int args_take(struct tetra_scratch *s, __u32 left)
{
	struct tetra_record_exec *record = (void *)s->record;
	__u64 bytes = left;

	opaque(bytes);
	if (bytes > TETRA_TEXT_MAX)
		bytes = TETRA_TEXT_MAX;
	if (bpf_probe_read_user(&s->record[s->spot & RECORD_MASK], bytes,
				(void *)(s->args_from + s->args_sent)) < 0)
		return -1;
	record->args_inline_bytes += bytes;
	s->args_sent += bytes;
	s->spot += bytes;
	return 0;
}

/* The last part of the arguments: in two reads, for the record's margin is one. */
__noinline int args_inline(__u32 slot)
{
	struct tetra_scratch *s = scratch_get(slot);
	struct tetra_record_exec *record;
	__u32 left, room, i;

	if (!s)
		return 0;
	record = (void *)s->record;
	room = s->spot < TETRA_RECORD_MAX - 8 ? TETRA_RECORD_MAX - 8 - s->spot : 0;
	if (room > TETRA_EXEC_ARGS_INLINE)
		room = TETRA_EXEC_ARGS_INLINE;
	for (i = 0; i < TETRA_EXEC_ARGS_INLINE / TETRA_TEXT_MAX; i++) {
		left = s->args_bytes - s->args_sent;
		if (left > room)
			left = room;
		if (!left)
			break;
		if (args_take(s, left) < 0) {
			record->head.flags |= TETRA_EXEC_ARGS_FAULT;
			break;
		}
		room -= left > TETRA_TEXT_MAX ? TETRA_TEXT_MAX : left;
	}
	if (s->args_sent < s->args_bytes)
		record->head.flags |= TETRA_EXEC_ARGS_CUT;
	s->spot = (s->spot + 7) & ~7u;
	return 0;
}

static __always_inline void exec_cgroup(struct tetra_record_exec *record,
					struct task_struct *task)
{
	struct kernfs_node *node = task->cgroups->dfl_cgrp->kn;

	record->cgroup_id = node->id;
	bpf_probe_read_kernel_str(record->cgroup, sizeof(record->cgroup), node->name);
}

static __always_inline void exec_cgroup_above(struct tetra_scratch *s, struct task_struct *task)
{
	struct tetra_record_exec *record = (void *)s->record;
	__u32 place = record->cgroup_id % CGROUP_PLAIN, bytes = 0;
	__u64 *plain = bpf_map_lookup_elem(&tetra_plain, &place);

	if (!plain || *plain != record->cgroup_id) {
		bytes = cgroup_put_above(s, BPF_CORE_READ(task, cgroups, dfl_cgrp, kn));
		if (!bytes && plain)
			*plain = record->cgroup_id;
	}
	record->above_bytes = bytes;
	record->reserved = 0;
	spot_advance(s, bytes);
}

/* The executable's file and its path's text. */
static __always_inline void exec_exe(struct tetra_scratch *s, __u32 slot,
				     struct linux_binprm *binprm, struct walk *walk)
{
	struct tetra_record_exec *record = (void *)s->record;
	struct file *file = binprm->file;
	struct inode *inode;

	walk->dentry = file->f_path.dentry;
	walk->mount = file->f_path.mnt;
	inode = walk->dentry->d_inode;
	record->inode = inode->i_ino;
	record->links = inode->i_nlink;
	s->text_bytes = exec_path(s, slot, walk);
	if (!walk->is_common && mount_is_foreign(slot))
		s->path.flags |= TETRA_ARG_FOREIGN;
	s->text_at = s->spot;
	exec_hash(s);
}

/* The name is in the row now; events tell whether the file still has it. */
static __always_inline void exec_exe_end(struct tetra_scratch *s)
{
	struct tetra_record_exec *record = (void *)s->record;

	record->exe_bytes = s->text_bytes;
	if (s->path.deleted && s->text_bytes) {
		deleted_put(s, s->text_at + s->text_bytes);
		record->exe_bytes += TEXT_DELETED_BYTES;
	}
	spot_advance(s, record->exe_bytes);
}

/* The working directory at s->spot. */
static __always_inline void exec_cwd(struct tetra_scratch *s, __u32 slot,
				     struct fs_struct *fs, struct walk *walk)
{
	struct tetra_record_exec *record = (void *)s->record;
	__u32 bytes;

	walk->mount = fs->pwd.mnt;
	walk->dentry = fs->pwd.dentry;
	bytes = exec_path(s, slot, walk);
	if (bytes == 1)
		record->head.flags |= TETRA_EXEC_CWD_ROOT;
	if (s->path.flags & TETRA_ARG_UNRESOLVED)
		record->head.flags |= TETRA_EXEC_CWD_UNRESOLVED;
	if (s->path.deleted && bytes) {
		deleted_put(s, s->spot + bytes);
		bytes += TEXT_DELETED_BYTES;
	}
	if (!bytes)
		record->head.flags |= TETRA_EXEC_CWD_FAULT;
	record->cwd_bytes = bytes;
	spot_advance(s, bytes);
}

static __always_inline void exec_filename(struct tetra_scratch *s,
					  struct linux_binprm *binprm)
{
	struct tetra_record_exec *record = (void *)s->record;
	long n = bpf_probe_read_kernel_str(&s->record[s->spot & RECORD_MASK], TETRA_TEXT_MAX,
					   binprm->filename);

	if (n <= 0) {
		record->head.flags |= TETRA_EXEC_NAME_FAULT;
		n = 1;
	}
	record->filename_bytes = n - 1;
	spot_advance(s, record->filename_bytes);
}

/* What the row was before this exec. */
struct exec_before {
	__u64 stamp;
	__u64 pid_marks, binary_marks;
	__u32 flags;
	__u32 known;
};

/* The row as the fork or an earlier exec left it; made now if there is none. */
static __always_inline struct tetra_proc *exec_find_row(__u32 tgid, struct exec_before *ret)
{
	struct tetra_proc *row = proc_find(tgid);

	__builtin_memset(ret, 0, sizeof(*ret));
	if (!row) {
		if (bpf_map_update_elem(&tetra_procs, &tgid, &no_proc, BPF_ANY) < 0)
			return 0;
		return proc_find(tgid);
	}
	ret->stamp = row->stamp;
	ret->pid_marks = row->pid_marks;
	ret->binary_marks = row->binary_marks;
	ret->flags = row->flags;
	ret->known = 1;
	return row;
}

/*
 * The row, written where it lies: the process has one thread now, which is here. A child
 * that looks at it meanwhile, for want of a row of its own, may see both images mixed.
 */
static __always_inline void exec_row(struct tetra_scratch *s, struct task_struct *task,
				     __u32 tgid, __u64 now)
{
	struct tetra_record_exec *record = (void *)s->record;
	__u32 parent_tgid = 0, flags = TETRA_PROC_EXECED, head = 0;
	struct tetra_proc *row, *parent;
	struct exec_before before;
	__u64 pid_marks, binary_marks, parent_stamp;

	parent = parent_find(task, &parent_tgid);
	parent_stamp = parent ? parent->stamp : 0;
	pid_marks = parent ? parent->pid_marks : 0;
	binary_marks = parent ? parent->binary_marks : 0;
	row = exec_find_row(tgid, &before);
	record->old_stamp = before.stamp;
	if (before.known) {
		flags |= before.flags & TETRA_PROC_IN_INIT_TREE;
		pid_marks = before.pid_marks;
		binary_marks = before.binary_marks;
	}
	if (record->ns_tgid == 1)
		flags |= TETRA_PROC_IN_INIT_TREE;
	if (!(before.flags & TETRA_PROC_EXECED)) {
		head |= TETRA_EXEC_CLONE;
		if (!parent)
			head |= TETRA_EXEC_NO_PARENT;
	} else {
		/* A second exec in one process: its parent is the image it replaces. */
		parent_tgid = tgid;
		parent_stamp = before.stamp;
	}
	if (flags & TETRA_PROC_IN_INIT_TREE)
		head |= TETRA_EXEC_IN_INIT_TREE;
	if (s->path.flags & TETRA_ARG_FOREIGN)
		flags |= TETRA_PROC_FOREIGN;
	record->head.flags |= head;
	record->parent_tgid = parent_tgid;
	record->parent_stamp = parent_stamp;
	if (!row) {
		loss_count(TETRA_LOST_PROCESS);
		return;
	}
	exec_copy(s, row);
	/* A name that is not known is none: its hash is not that of any text. */
	if (s->path.flags & (TETRA_ARG_UNRESOLVED | TETRA_ARG_MOVED))
		row->exe_hash[0] = row->exe_hash[1] = 0;
	if (marks_exist()) {
		pid_marks |= proc_pid_marks(tgid, record->ns_tgid);
		binary_marks |= marks_find(TETRA_MARK_BINARY, row->exe_hash[0],
					   row->exe_hash[1]);
	}
	row->pid_marks = pid_marks;
	row->binary_marks = binary_marks;
	row->parent_tgid = parent_tgid;
	row->parent_stamp = parent_stamp;
	row->ns_tgid = record->ns_tgid;
	row->flags = flags;
	row->stamp = now;
}

static __always_inline void exec_args(struct tetra_scratch *s, struct task_struct *task)
{
	struct mm_struct *mm = task->mm;
	__u64 from = mm->arg_start, to = mm->arg_end;

	s->args_from = from;
	s->args_sent = 0;
	s->args_flags = 0;
	s->args_bytes = to > from ? to - from : 0;
}

static __always_inline void record_send(struct tetra_scratch *s)
{
	__u64 bytes = s->spot;

	opaque(bytes);
	if (bytes > TETRA_RECORD_MAX ||
	    bpf_ringbuf_output(&tetra_ring, s->record, bytes, 0) < 0)
		loss_count(TETRA_LOST_RING);
}

SEC("tetra/sched_process_exec")
int tetra_exec(__u64 *ctx)
{
	struct task_struct *task = (void *)ctx[0];
	struct linux_binprm *binprm = (void *)ctx[2];
	const struct cred *cred = task->real_cred;
	struct pid *pid = task->thread_pid;
	struct fs_struct *fs = task->fs;
	struct tetra_record_exec *record;
	__u32 tgid = task->tgid, slot;
	struct tetra_scratch *s;
	struct walk walk;
	__u64 now;

	s = scratch_claim();
	if (!s) {
		loss_count(TETRA_LOST_SCRATCH);
		return 0;
	}
	slot = s->number;
	now = bpf_ktime_get_boot_ns();
	s->process.tgid = tgid;
	s->process.stamp = now;
	exec_args(s, task);
	if (s->args_bytes > TETRA_EXEC_ARGS_INLINE)
		args_fragments(slot);
	record = (void *)s->record;
	head_fill(&record->head, TETRA_RECORD_EXEC, 0, tgid, now, now);
	record->head.flags = s->args_flags;
	record->args_bytes = s->args_bytes;
	record->args_inline_bytes = 0;
	/* An exec leaves one thread, the leader. */
	record->ns_tgid = pid_ns_number(pid);
	cred_fill(&record->cred, task, cred);
	namespaces_fill(record->namespaces, task, cred, pid);
	exec_cgroup(record, task);
	record->privileges = binprm->per_clear ? exec_privileges(task, tgid) : 0;
	s->spot = sizeof(*record);
	exec_cgroup_above(s, task);
	exec_filename(s, binprm);
	exec_exe(s, slot, binprm, &walk);
	exec_row(s, task, tgid, now);
	exec_exe_end(s);
	exec_cwd(s, slot, fs, &walk);
	if (!(s->args_flags & TETRA_EXEC_ARGS_FAULT))
		args_inline(slot);
	record->head.bytes = s->spot;
	record_send(s);
	scratch_release(s);
	return 0;
}

/*
 * Run by user space (BPF_PROG_TEST_RUN): ctx[0] is a thread group, ctx[1] and ctx[2] the mark
 * bits that it gains. An exec at the same moment may miss them: user space runs it twice.
 */
SEC("tetra/mark")
int tetra_mark(__u64 *ctx)
{
	__u32 tgid = ctx[0];
	struct tetra_proc *proc = proc_find(tgid);

	if (proc) {
		proc->pid_marks |= ctx[1];
		proc->binary_marks |= ctx[2];
	}
	return 0;
}

/* How far up the machine's first process is looked for. */
#define ROOT_ANCESTORS 64

/* Run by user space before each commit: what most paths begin at. */
SEC("tetra/root")
int tetra_root(__u64 *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct tetra_root *root;
	__u64 mount, dentry;
	__u32 zero = 0, i;

	root = bpf_map_lookup_elem(&tetra_roots, &zero);
	if (!root)
		return 0;
	for (i = 0; i < ROOT_ANCESTORS; i++) {
		if (BPF_CORE_READ(task, pid) == 1)
			break;
		task = BPF_CORE_READ(task, real_parent);
	}
	mount = (__u64)BPF_CORE_READ(task, fs, root.mnt);
	dentry = (__u64)BPF_CORE_READ(task, fs, root.dentry);
	if (BPF_CORE_READ(task, pid) != 1 || !root_is_mount(mount) ||
	    (__u64)BPF_CORE_READ((struct vfsmount *)mount, mnt_root) != dentry)
		mount = 0;
	root->dentry = dentry;
	root->mount = mount;
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
