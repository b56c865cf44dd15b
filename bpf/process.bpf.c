// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Processes from birth to death: always loaded. fork and exec make the row that hooks read
 * and the record that user space joins events with; exit ends the row. Rows are per thread
 * group: threads neither make nor end one.
 *
 * A row's stamp is the boot-time clock at the last exec, or at the fork before any exec.
 */
#include "bpf/abi/hash.h"
#include "bpf/common/select.bpf.h"

/* One configuration serves all programs of this object; select.bpf.h wants it declared. */
const volatile struct tetra_hook_config cfg = {};
const volatile struct tetra_seed seed = {};
const volatile __u32 has_marks = 1;

static __always_inline struct path *exec_start_path(struct tetra_scratch *s,
						    const struct path *path)
{
	s->path.start_dentry = (__u64)BPF_CORE_READ(path, dentry);
	s->path.start_mount = (__u64)BPF_CORE_READ(path, mnt);
	s->path.flags = 0;
	s->path.slot = 0;
	return (struct path *)path;
}

/* Mark bits that a key roots; 0 for most. */
static __always_inline __u64 marks_find(__u64 kind, __u64 value0, __u64 value1)
{
	struct tetra_mark_key key = { .kind = kind, .value = { value0, value1 } };
	__u64 *bits;

	if (!has_marks)
		return 0;
	bits = bpf_map_lookup_elem(&tetra_marks, &key);
	return bits ? *bits : 0;
}

static __always_inline __u64 proc_pid_marks(__u32 tgid, __u32 ns_tgid)
{
	return marks_find(TETRA_MARK_PID, tgid, 0) |
	       marks_find(TETRA_MARK_NSPID, ns_tgid, 0);
}

/* The nearest tracked ancestor of @task; if there is none, @ret is the real parent's. */
static __always_inline struct tetra_proc *parent_find(struct task_struct *task, __u32 *ret)
{
	__u32 tgid, i;

	for (i = 0; i < TASK_ANCESTORS; i++) {
		struct tetra_proc *proc;

		task = BPF_CORE_READ(task, real_parent);
		tgid = BPF_CORE_READ(task, tgid);
		if (i == 0)
			*ret = tgid;
		proc = proc_find(tgid);
		if (proc) {
			*ret = tgid;
			return proc;
		}
	}
	return 0;
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

SEC("tetra/sched_process_fork")
int tetra_fork(__u64 *ctx)
{
	struct task_struct *child = (void *)ctx[1];
	__u32 tgid = BPF_CORE_READ(child, tgid), parent_tgid = 0, slot;
	struct tetra_record_fork record = {};
	struct tetra_proc *proc, *row;
	struct tetra_scratch *s;
	__u64 now = bpf_ktime_get_boot_ns();

	if (BPF_CORE_READ(child, pid) != tgid)
		return 0;
	proc = parent_find(child, &parent_tgid);
	slot = scratch_claim();
	s = scratch_get(slot);
	if (!s) {
		loss_count(TETRA_LOST_SCRATCH);
		return 0;
	}
	row = &s->proc;
	if (proc) {
		*row = *proc;
		row->parent_stamp = proc->stamp;
	} else {
		__builtin_memset(row, 0, sizeof(*row));
		record.head.flags = TETRA_EXEC_NO_PARENT;
	}
	row->parent_tgid = parent_tgid;
	row->stamp = now;
	row->ns_tgid = task_ns_tgid(child);
	row->flags &= TETRA_PROC_IN_INIT_TREE;
	if ((proc && proc->ns_tgid == 1) || row->ns_tgid == 1)
		row->flags |= TETRA_PROC_IN_INIT_TREE;
	row->pid_marks |= proc_pid_marks(tgid, row->ns_tgid);
	if (bpf_map_update_elem(&tetra_procs, &tgid, row, BPF_ANY) < 0)
		loss_count(TETRA_LOST_PROCESS);
	record.parent_stamp = row->parent_stamp;
	record.parent_tgid = parent_tgid;
	record.ns_tgid = row->ns_tgid;
	if (row->flags & TETRA_PROC_IN_INIT_TREE)
		record.head.flags |= TETRA_EXEC_IN_INIT_TREE;
	scratch_release(slot);
	{
		__u16 flags = record.head.flags;

		head_fill(&record.head, TETRA_RECORD_FORK, sizeof(record), tgid, now, now);
		record.head.flags = flags;
	}
	if (bpf_ringbuf_output(&tetra_ring, &record, sizeof(record), 0) < 0)
		loss_count(TETRA_LOST_RING);
	return 0;
}

SEC("tetra/sched_process_exit")
int tetra_exit(__u64 *ctx)
{
	struct task_struct *task = (void *)ctx[0];
	__u32 tgid = BPF_CORE_READ(task, tgid);
	struct tetra_record_exit record = {};
	struct tetra_proc *proc;

	/* The last thread of the group: the count was lowered before this point. */
	if (BPF_CORE_READ(task, signal, live.counter) > 0)
		return 0;
	proc = proc_find(tgid);
	if (!proc || proc->flags & TETRA_PROC_EXITED)
		return 0;
	head_fill(&record.head, TETRA_RECORD_EXIT, sizeof(record), tgid, proc->stamp,
		  bpf_ktime_get_boot_ns());
	record.head.tid = BPF_CORE_READ(task, pid);
	record.code = BPF_CORE_READ(task, exit_code);
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
	__u32 tgid = BPF_CORE_READ(task, tgid);
	struct tetra_proc *proc;

	if (BPF_CORE_READ(task, pid) != tgid)
		return 0;
	proc = proc_find(tgid);
	if (proc && proc->flags & TETRA_PROC_EXITED)
		bpf_map_delete_elem(&tetra_procs, &tgid);
	return 0;
}

static __always_inline void cred_fill(struct tetra_record_cred *ret, struct task_struct *task)
{
	const struct cred *cred = BPF_CORE_READ(task, real_cred);

	ret->uid = BPF_CORE_READ(cred, uid.val);
	ret->gid = BPF_CORE_READ(cred, gid.val);
	ret->euid = BPF_CORE_READ(cred, euid.val);
	ret->egid = BPF_CORE_READ(cred, egid.val);
	ret->suid = BPF_CORE_READ(cred, suid.val);
	ret->sgid = BPF_CORE_READ(cred, sgid.val);
	ret->fsuid = BPF_CORE_READ(cred, fsuid.val);
	ret->fsgid = BPF_CORE_READ(cred, fsgid.val);
	ret->securebits = BPF_CORE_READ(cred, securebits);
	ret->login_uid = BPF_CORE_READ(task, loginuid.val);
	bpf_core_read(&ret->caps[TETRA_CAPSET_PERMITTED], 8, &cred->cap_permitted);
	bpf_core_read(&ret->caps[TETRA_CAPSET_EFFECTIVE], 8, &cred->cap_effective);
	bpf_core_read(&ret->caps[TETRA_CAPSET_INHERITABLE], 8, &cred->cap_inheritable);
}

/* Moves past @bytes of text at s->spot, to the next multiple of eight. */
static __always_inline void spot_advance(struct tetra_scratch *s, __u32 bytes)
{
	s->spot += (bytes + 7) & ~7u;
}

/* Words that are hashed in one call: verified once, for all the calls. */
#define EXEC_HASH_STEP 32

__noinline int exec_hash_some(__u32 slot, __u32 first)
{
	struct tetra_scratch *s = scratch_get(slot);
	struct tetra_seed secret = { { seed.k[0], seed.k[1], seed.k[2], seed.k[3] } };
	struct tetra_hash hash;
	__u32 at;

	if (!s)
		return 0;
	at = (s->text_at + first * 8) & RECORD_MASK & ~7u;
	hash.h[0] = s->proc.exe_hash[0];
	hash.h[1] = s->proc.exe_hash[1];
	hash_words(&secret, (const __u64 *)&s->record[at], first, EXEC_HASH_STEP,
		   &s->text_bytes, &hash);
	s->proc.exe_hash[0] = hash.h[0];
	s->proc.exe_hash[1] = hash.h[1];
	return 0;
}

/* Head, tail and hash of the executable's path, which stands at @at of the record. */
__noinline int exec_hash(__u32 slot)
{
	struct tetra_scratch *s = scratch_get(slot);
	struct tetra_seed secret = { { seed.k[0], seed.k[1], seed.k[2], seed.k[3] } };
	struct tetra_hash hash;
	__u32 bytes, at, i;

	if (!s)
		return 0;
	at = s->text_at & RECORD_MASK & ~7u;
	bytes = s->text_bytes;
	/* Zeroes behind the last byte: the hash reads whole words, the head all of its own. */
	__builtin_memset(&s->record[(at + bytes) & RECORD_MASK], 0, TETRA_EXE_HEAD);
	hash_begin(&secret, &hash);
	s->proc.exe_hash[0] = hash.h[0];
	s->proc.exe_hash[1] = hash.h[1];
	for (i = 0; i < TETRA_HASH_WORDS; i += EXEC_HASH_STEP) {
		if (i * 8 >= *(volatile __u32 *)&s->text_bytes)
			break;
		exec_hash_some(slot, i);
	}
	hash.h[0] = s->proc.exe_hash[0];
	hash.h[1] = s->proc.exe_hash[1];
	hash_end(&secret, bytes, &hash);
	s->proc.exe_hash[0] = hash.h[0];
	s->proc.exe_hash[1] = hash.h[1];
	s->proc.exe_bytes = bytes;
	__builtin_memcpy(s->proc.exe_head, &s->record[at], TETRA_EXE_HEAD);
	__builtin_memcpy(s->proc.exe_tail,
			 &s->record[(at + bytes - TETRA_EXE_TAIL) & RECORD_MASK],
			 TETRA_EXE_TAIL);
	return 0;
}

/* The executable's path at s->spot. */
static __always_inline void exec_exe(struct tetra_scratch *s, __u32 slot, __u32 plain_walk)
{
	__u32 bytes;

	if (!plain_walk) {
		path_set_root(&s->path);
		path_find_slow(slot);
	}
	bytes = path_put(slot) & (2 * TETRA_TEXT_MAX - 1);
	if (bytes > TETRA_TEXT_MAX)
		bytes = TETRA_TEXT_MAX;
	s->text_at = s->spot;
	s->text_bytes = bytes;
	exec_hash(slot);
	spot_advance(s, bytes);
}

/* One fragment of the arguments, ahead of the EXEC record. */
__noinline int args_fragment(__u32 slot)
{
	struct tetra_scratch *s = scratch_get(slot);
	struct tetra_record_args *record;
	const __u32 total = sizeof(*record) + TETRA_ARGS_FRAGMENT;

	if (!s)
		return -1;
	record = (void *)s->record;
	if (bpf_probe_read_user(&s->record[sizeof(*record)], TETRA_ARGS_FRAGMENT,
				(void *)(s->args_from + s->args_sent)) < 0)
		return -1;
	head_fill(&record->head, TETRA_RECORD_ARGS, total, s->process.tgid, s->process.stamp,
		  s->process.stamp);
	record->offset = s->args_sent;
	record->bytes = TETRA_ARGS_FRAGMENT;
	if (bpf_ringbuf_output(&tetra_ring, s->record, total, 0) < 0) {
		loss_count(TETRA_LOST_FRAGMENT);
		return -2;
	}
	return 0;
}

/* Fragments that are sent in one call: verified once, for all the calls. */
#define ARGS_FRAGMENTS_STEP 16

/* Returns flags; TETRA_EXEC_ARGS_FAULT among them ends it. */
__noinline int args_some_fragments(__u32 slot)
{
	struct tetra_scratch *s = scratch_get(slot);
	int flags = 0, r;
	__u32 i;

	if (!s)
		return TETRA_EXEC_ARGS_FAULT;
	for (i = 0; i < ARGS_FRAGMENTS_STEP; i++) {
		if (s->args_bytes - s->args_sent <= TETRA_EXEC_ARGS_INLINE)
			break;
		r = args_fragment(slot);
		if (r == -1)
			return flags | TETRA_EXEC_ARGS_FAULT;
		if (r == -2)
			flags |= TETRA_EXEC_ARGS_LOST;
		flags |= TETRA_EXEC_ARGS_FRAGMENTS;
		s->args_sent += TETRA_ARGS_FRAGMENT;
	}
	return flags;
}

/* Arguments beyond what the record holds itself. Returns flags; s->args_* say the rest. */
__noinline int args_fragments(__u32 slot)
{
	struct tetra_scratch *s = scratch_get(slot);
	int flags = 0;
	__u32 i;

	if (!s)
		return 0;
	for (i = 0; i < TETRA_ARGS_FRAGMENTS / ARGS_FRAGMENTS_STEP; i++) {
		if (s->args_bytes - s->args_sent <= TETRA_EXEC_ARGS_INLINE)
			break;
		flags |= args_some_fragments(slot);
		if (flags & TETRA_EXEC_ARGS_FAULT)
			break;
	}
	return flags;
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
	struct kernfs_node *node = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn);

	record->cgroup_id = BPF_CORE_READ(node, id);
	record->cgroup[0] = 0;
	bpf_probe_read_kernel_str(record->cgroup, sizeof(record->cgroup),
				  BPF_CORE_READ(node, name));
}

/* The working directory at s->spot. */
static __always_inline void exec_cwd(struct tetra_scratch *s, __u32 slot,
				     struct task_struct *task)
{
	struct tetra_record_exec *record = (void *)s->record;
	struct fs_struct *fs = BPF_CORE_READ(task, fs);
	__u32 bytes;

	exec_start_path(s, __builtin_preserve_access_index(&fs->pwd));
	path_set_root(&s->path);
	if (s->path.start_dentry == s->path.root_dentry &&
	    s->path.start_mount == s->path.root_mount) {
		record->head.flags |= TETRA_EXEC_CWD_ROOT;
		s->record[s->spot & RECORD_MASK] = '/';
		bytes = 1;
	} else {
		path_find_slow(slot);
		bytes = path_put(slot) & (2 * TETRA_TEXT_MAX - 1);
		if (bytes > TETRA_TEXT_MAX)
			bytes = TETRA_TEXT_MAX;
		if (s->path.flags & TETRA_ARG_UNRESOLVED)
			record->head.flags |= TETRA_EXEC_CWD_UNRESOLVED;
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
					   BPF_CORE_READ(binprm, filename));

	if (n <= 0) {
		record->head.flags |= TETRA_EXEC_NAME_FAULT;
		n = 1;
	}
	record->filename_bytes = n - 1;
	spot_advance(s, record->filename_bytes);
}

/* The row, from what the record says and what was there before. */
static __always_inline void exec_row(struct tetra_scratch *s, struct task_struct *task,
				     __u32 tgid, __u64 now)
{
	struct tetra_record_exec *record = (void *)s->record;
	struct tetra_proc *old = proc_find(tgid), *row = &s->proc, *parent;
	__u32 parent_tgid = 0;

	parent = parent_find(task, &parent_tgid);
	row->stamp = now;
	row->ns_tgid = task_ns_tgid(task);
	row->flags = TETRA_PROC_EXECED;
	row->pid_marks = 0;
	row->binary_marks = marks_find(TETRA_MARK_BINARY, row->exe_hash[0], row->exe_hash[1]);
	record->old_stamp = 0;
	if (old) {
		record->old_stamp = old->stamp;
		row->flags |= old->flags & TETRA_PROC_IN_INIT_TREE;
		row->pid_marks = old->pid_marks;
		row->binary_marks |= old->binary_marks;
	} else if (parent) {
		row->pid_marks = parent->pid_marks;
		row->binary_marks |= parent->binary_marks;
	}
	row->pid_marks |= proc_pid_marks(tgid, row->ns_tgid);
	if (row->ns_tgid == 1)
		row->flags |= TETRA_PROC_IN_INIT_TREE;
	if (!old || !(old->flags & TETRA_PROC_EXECED)) {
		record->head.flags |= TETRA_EXEC_CLONE;
		row->parent_tgid = parent_tgid;
		row->parent_stamp = parent ? parent->stamp : 0;
		if (!parent)
			record->head.flags |= TETRA_EXEC_NO_PARENT;
	} else {
		/* A second exec in one process: its parent is the image it replaces. */
		row->parent_tgid = tgid;
		row->parent_stamp = old->stamp;
	}
	if (row->flags & TETRA_PROC_IN_INIT_TREE)
		record->head.flags |= TETRA_EXEC_IN_INIT_TREE;
	record->parent_tgid = row->parent_tgid;
	record->parent_stamp = row->parent_stamp;
	record->ns_tgid = row->ns_tgid;
	if (bpf_map_update_elem(&tetra_procs, &tgid, row, BPF_ANY) < 0)
		loss_count(TETRA_LOST_PROCESS);
}

static __always_inline void exec_args(struct tetra_scratch *s, struct task_struct *task)
{
	__u64 from = BPF_CORE_READ(task, mm, arg_start), to = BPF_CORE_READ(task, mm, arg_end);

	s->args_from = from;
	s->args_sent = 0;
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
	__u32 tgid = BPF_CORE_READ(task, tgid), slot, i;
	struct tetra_record_exec *record;
	__u64 now = bpf_ktime_get_boot_ns();
	struct dentry *dentry;
	struct tetra_scratch *s;
	struct file *file;
	int flags;

	slot = scratch_claim();
	s = scratch_get(slot);
	if (!s) {
		loss_count(TETRA_LOST_SCRATCH);
		return 0;
	}
	s->process.tgid = tgid;
	s->process.stamp = now;
	exec_args(s, task);
	flags = args_fragments(slot);
	record = (void *)s->record;
	__builtin_memset(record, 0, sizeof(*record));
	head_fill(&record->head, TETRA_RECORD_EXEC, 0, tgid, now, now);
	record->head.flags = flags;
	cred_fill(&record->cred, task);
	for (i = 0; i < TETRA_NS_END; i++)
		record->namespaces[i] = task_namespace(task, i);
	exec_cgroup(record, task);
	s->spot = sizeof(*record);
	exec_filename(s, binprm);
	file = BPF_CORE_READ(binprm, file);
	exec_start_path(s, __builtin_preserve_access_index(&file->f_path));
	dentry = (void *)s->path.start_dentry;
	record->inode = BPF_CORE_READ(dentry, d_inode, i_ino);
	record->links = BPF_CORE_READ(dentry, d_inode, i_nlink);
	exec_exe(s, slot, 0);
	record->exe_bytes = s->text_bytes;
	exec_row(s, task, tgid, now);
	exec_cwd(s, slot, task);
	record->args_bytes = s->args_bytes;
	if (!(flags & TETRA_EXEC_ARGS_FAULT))
		args_inline(slot);
	record->head.bytes = s->spot;
	record_send(s);
	scratch_release(slot);
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

char LICENSE[] SEC("license") = "Dual BSD/GPL";
