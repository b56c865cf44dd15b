/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A task's identity, computed from the task itself: what its row in the process map would say.
 * For tasks that have no row (the map is full, they are older than the session, their fork was
 * not seen), and for those whose row is of an earlier image (their exec was not seen). Every
 * executable's name is made here, also for each exec, so that all are made the same way.
 */
#ifndef TETRA_BPF_IDENTITY_H
#define TETRA_BPF_IDENTITY_H

#include "bpf/abi/hash.h"
#include "bpf/common/param.bpf.h"
#include "bpf/process/task.bpf.h"
#include "bpf/path/text.bpf.h"

/* Minimum distance of the text from the record's start: its end is read in chunks, and the
 * first chunk may begin before the text. */
#define EXE_SPOT TETRA_CHUNK_BYTES

#define HASH_BLOCK 128

static __always_inline struct tetra_seed seed_get(void)
{
	return (struct tetra_seed){ { cfg.seed[0], cfg.seed[1], cfg.seed[2],
				      cfg.seed[3] } };
}

/* A path up to this length is hashed at once, without a call. */
#define HASH_SHORT 64

/* The next block of the path: 1 to continue. Global, for the loop over it. */
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

/* All words of a path of at most HASH_SHORT bytes. */
static __always_inline void hash_short(const struct tetra_seed *secret,
				       struct tetra_hash *hash, const __u8 *text,
				       __u64 bytes)
{
	__u32 i;

	for (i = 0; i < HASH_SHORT; i += 8) {
		if (i >= bytes)
			break;
		hash_word(secret, hash, word_get(&text[i]));
	}
}

/* The hash of the executable's path, which is at s->text_at of the record. */
static __always_inline void exe_hash(struct tetra_scratch *s)
{
	__u32 at = s->text_at & RECORD_MASK, bytes = s->text_bytes, i;
	const __u8 *text = &s->record[at];
	struct tetra_seed secret = seed_get();
	struct tetra_hash hash;

	/* Zeroes after the last byte: whole words and chunks are read. */
	words_zero(&s->record[(at + bytes) & RECORD_MASK], TETRA_CHUNK_BYTES);
	hash_begin(&secret, &hash);
	if (bytes <= HASH_SHORT) {
		hash_short(&secret, &hash, text, bytes);
	} else {
		s->hash_at = 0;
		s->hash = hash;
		for (i = 0; i < TETRA_HASH_BYTES / HASH_BLOCK; i++)
			if (!hash_block(s->number))
				break;
		hash = s->hash;
	}
	hash_end(&secret, &hash, bytes);
	s->hash = hash;
}

/*
 * Head and tail of that path, into @row. Chunks past the path are never looked at, so they
 * keep their old content.
 */
static __noinline int exe_copy(struct tetra_scratch *s, struct tetra_proc *row)
{
	__u64 at = s->text_at, i;

	/* The length is read again each time: what the verifier knows of it would make each
	 * turn a state of its own. */
	for (i = 0; i < TETRA_EXE_HEAD; i += TETRA_CHUNK_BYTES) {
		if (i >= *(volatile __u32 *)&s->text_bytes)
			break;
		words_copy(&row->exe_head[i], &s->record[(at + i) & RECORD_MASK],
			   TETRA_CHUNK_BYTES);
	}
	at += s->text_bytes - TETRA_CHUNK_BYTES;
	for (i = 0; i < TETRA_EXE_TAIL; i += TETRA_CHUNK_BYTES) {
		if (i >= *(volatile __u32 *)&s->text_bytes)
			break;
		words_copy(&row->exe_tail[TETRA_EXE_TAIL - TETRA_CHUNK_BYTES - i],
			   &s->record[(at - i) & RECORD_MASK], TETRA_CHUNK_BYTES);
	}
	return 0;
}

/* Whether the walk found no name where there is one. A memfd is known to have none. */
static __always_inline int name_is_unknown(const struct tetra_scratch *s)
{
	return (s->path.flags & (TETRA_ARG_UNRESOLVED | TETRA_ARG_MOVED)) != 0;
}

/*
 * The executable whose path the walk found: its name goes to s->spot of the record, which does
 * not move; the name's hash and length go to s->proc. exe_copy() copies the name itself.
 */
__noinline int exe_take(__u32 slot)
{
	struct tetra_scratch *s = scratch_get(slot);
	__u32 bytes;

	if (!s)
		return 0;
	bytes = path_put(s, slot);
	s->text_at = s->spot;
	s->text_bytes = bytes;
	exe_hash(s);
	/* An unknown name has a hash that no text has. */
	if (name_is_unknown(s))
		s->hash.h[0] = s->hash.h[1] = 0;
	s->proc.exe_hash[0] = s->hash.h[0];
	s->proc.exe_hash[1] = s->hash.h[1];
	s->proc.exe_bytes = bytes;
	return 0;
}

/*
 * Where the executable of the task at s->task is, and the walk from there. Returns 0 if it has
 * none: a kernel thread, or a process whose leader exited before its other threads. Such a
 * process's row has no image, and each thread is looked at separately.
 */
__noinline int identity_walk(__u32 slot)
{
	struct tetra_scratch *s = scratch_get(slot);
	struct task_struct *task;
	struct mm_struct *mm;
	struct file *file;

	if (!s || !(cfg.process_columns & ROW_COLUMNS))
		return 0;
	s->proc.exe_hash[0] = s->proc.exe_hash[1] = 0;
	s->proc.exe_bytes = 0;
	task = (void *)s->task;
	/* Some kernel threads borrow a process's memory for a while: its name is not
	 * theirs. */
	if (task_is_kernels(task))
		return 0;
	mm = BPF_CORE_READ(task, mm);
	file = mm ? BPF_CORE_READ(mm, exe_file) : 0;
	if (!file) {
		s->proc.exec_id = TETRA_NO_EXEC_ID;
		return 0;
	}
	s->path.start_dentry = (__u64)BPF_CORE_READ(file, f_path.dentry);
	s->path.far = FAR_UNTRIED;
	s->path.start_mount = (__u64)BPF_CORE_READ(file, f_path.mnt);
	s->path.flags = 0;
	s->path.known = 0;
	path_find_slow(s, slot);
	return 1;
}

/* The name at the end of that walk. */
__noinline int identity_name(__u32 slot)
{
	struct tetra_scratch *s = scratch_get(slot);

	if (!s || !(cfg.process_columns & ROW_COLUMNS))
		return 0;
	path_inspect(s);
	exe_take(slot);
	exe_copy(s, &s->proc);
	if (mount_is_foreign(slot))
		s->proc.flags |= TETRA_PROC_FOREIGN;
	if (name_is_unknown(s))
		s->proc.flags |= TETRA_PROC_NAMES_UNKNOWN;
	return 0;
}

/* Mark bits that start at this key; 0 for most. @foreign: 0 or 1. */
static __always_inline __u64 marks_find(__u64 kind, __u64 value0, __u64 value1,
					__u32 foreign)
{
	struct tetra_mark_key key = { .kind = kind, .value = { value0, value1 } };
	struct tetra_mark_bits *bits = bpf_map_lookup_elem(&tetra_marks, &key);

	return bits ? bits->by_foreign[foreign & 1] : 0;
}

/* 1 if the name of @proc was made in a user namespace. */
static __always_inline __u32 proc_is_foreign(const struct tetra_proc *proc)
{
	_Static_assert(TETRA_PROC_FOREIGN == 1 << 3, "its position");
	return proc->flags >> 3 & 1;
}

/* Binary marks that start with the name of @proc. */
static __always_inline __u64 proc_binary_marks(const struct tetra_proc *proc)
{
	return marks_find(TETRA_MARK_BINARY, proc->exe_hash[0], proc->exe_hash[1],
			  proc_is_foreign(proc));
}

/* How many mark roots have been made; 0: there is none. */
static __always_inline __u32 marking_get(void)
{
	__u32 zero = 0, *marking = bpf_map_lookup_elem(&tetra_marking, &zero);

	return marking ? *marking : 0;
}

static __always_inline int marks_exist(void)
{
	return marking_get() != 0;
}

static __always_inline __u64 proc_pid_marks(__u32 tgid, __u32 ns_tgid)
{
	return marks_find(TETRA_MARK_PID, tgid, 0, 0) |
	       marks_find(TETRA_MARK_NSPID, ns_tgid, 0, 0);
}

/*
 * Marks of ancestors apply to their descendants. Marks of a binary apply to children that are
 * younger than the image.
 */
static __noinline int identity_inherit(struct tetra_scratch *s)
{
	struct task_struct *task = (void *)s->task;
	__u32 i;

	for (i = 0; i < TASK_ANCESTORS; i++) {
		struct tetra_proc *row;

		task = BPF_CORE_READ(task, real_parent, group_leader);
		row = proc_find(BPF_CORE_READ(task, tgid));
		if (!row)
			continue;
		s->proc.pid_marks |= row->pid_marks;
		if (row->stamp <= s->proc.start)
			s->proc.binary_marks |= row->binary_marks;
		break;
	}
	return 0;
}

/* Flags that a process inherits from its ancestors and keeps across exec. */
#define MARKS_UNKNOWN (TETRA_PROC_MARKS_UNKNOWN | TETRA_PROC_NAMES_UNKNOWN)

/* Where a process comes from: from one row to another. */
static __always_inline void descent_copy(struct tetra_proc *to,
					 const struct tetra_proc *from)
{
	words_copy(to->names, from->names, sizeof(to->names) + sizeof(to->ancestors));
}

/* The same, if only the parent is known. */
static __always_inline void descent_begin(struct tetra_proc *to, __u32 parent_tgid)
{
	words_zero(to->names, sizeof(to->names) + sizeof(to->ancestors));
	to->ancestors[0] = parent_tgid;
}

/* Whether there were images between that of @row and that of @proc, the same process now. */
static __always_inline int images_are_missing(const struct tetra_proc *row,
					      const struct tetra_proc *proc)
{
	return row->exec_id != TETRA_NO_EXEC_ID && proc->exec_id != TETRA_NO_EXEC_ID &&
	       proc->exec_id - row->exec_id > 1;
}

/* Its marks, as far as they are known. */
__noinline int identity_marks(__u32 slot)
{
	struct tetra_scratch *s = scratch_get(slot);
	struct task_struct *task;
	struct tetra_proc *proc, *row;
	__u32 tgid;

	if (!s || !(cfg.process_columns & ROW_COLUMNS))
		return 0;
	task = (void *)s->task;
	tgid = BPF_CORE_READ(task, tgid);
	row = proc_find_own(tgid, s->proc.start);
	proc = &s->proc;
	proc->pid_marks = proc->binary_marks = 0;
	if (row) {
		proc->pid_marks = row->pid_marks;
		proc->binary_marks = row->binary_marks;
		proc->flags |= row->flags & MARKS_UNKNOWN;
		if (images_are_missing(row, proc))
			proc->flags |= TETRA_PROC_NAMES_UNKNOWN;
	}
	if (!marks_exist())
		return 0;
	if (!row) {
		proc->flags |= TETRA_PROC_MARKS_UNKNOWN;
		identity_inherit(s);
	}
	proc->pid_marks |= proc_pid_marks(tgid, proc->ns_tgid);
	proc->binary_marks |= proc_binary_marks(proc);
	return 0;
}

/* The keys of the task at s->task and of its parent: from a row, or as for a process that has
 * not exec'd. */
__noinline int identity_key(__u32 slot)
{
	struct tetra_scratch *s = scratch_get(slot);
	struct task_struct *task, *parent;
	struct tetra_proc *row;

	if (!s || !(cfg.process_columns & ROW_COLUMNS))
		return 0;
	task = (void *)s->task;
	s->proc.exec_id = BPF_CORE_READ(task, self_exec_id);
	task = BPF_CORE_READ(task, group_leader);
	s->proc.start = BPF_CORE_READ(task, start_boottime);
	s->proc.ns_tgid = task_ns_tgid(task);
	s->proc.flags = 0;
	row = proc_find_own(BPF_CORE_READ(task, tgid), s->proc.start);
	s->proc.stamp = row ? row->stamp : s->proc.start;
	parent = BPF_CORE_READ(task, real_parent, group_leader);
	s->proc.parent_tgid = BPF_CORE_READ(parent, tgid);
	s->proc.parent_stamp = BPF_CORE_READ(parent, start_boottime);
	descent_begin(&s->proc, s->proc.parent_tgid);
	row = proc_find_own(s->proc.parent_tgid, s->proc.parent_stamp);
	if (row)
		s->proc.parent_stamp = row->stamp;
	return 0;
}

/*
 * The whole row of the task at s->task, into s->proc. The parts are global: each is verified
 * once, alone, and has its own stack.
 */
static __always_inline void identity_find(__u32 slot)
{
	identity_key(slot);
	if (identity_walk(slot))
		identity_name(slot);
	identity_marks(slot);
}

/*
 * Its executable is not what an exec in the first user namespace opened: somebody who shares its
 * memory may have put the file there (prctl(PR_SET_MM)), for which a user namespace of one's own
 * is enough. Nothing else than an exec opens files for execution, and in a user namespace the
 * user may get at what it opened (binfmt_misc).
 */
static __always_inline int exe_is_posed(struct task_struct *task)
{
	struct mm_struct *mm = BPF_CORE_READ(task, mm);
	struct file *file = mm ? BPF_CORE_READ(mm, exe_file) : 0;

	return file && (!(BPF_CORE_READ(file, f_flags) & OPEN_EXEC) ||
			BPF_CORE_READ(file, f_cred, user_ns, level));
}

/*
 * A task without a row, which is past its exec: in a user namespace of its own it may have
 * made another file its executable since. Its name is unknown.
 */
static __noinline int identity_doubt(struct tetra_scratch *s)
{
	struct task_struct *task = (void *)s->task;

	if (BPF_CORE_READ(task, cred, user_ns, level) || exe_is_posed(task))
		s->proc.exe_hash[0] = s->proc.exe_hash[1] = 0;
	return 0;
}

#endif
