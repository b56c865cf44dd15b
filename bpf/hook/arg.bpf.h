/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Arguments in the record: one header each, then the payload, padded to eight bytes. Text is
 * read when a rule looks at it, the rest when there is an event; each slot is written once.
 */
#ifndef TETRA_BPF_ARG_H
#define TETRA_BPF_ARG_H

#include "bpf/common/source.bpf.h"
#include "bpf/hook/select.bpf.h"
#include "bpf/hook/vma.bpf.h"

static __always_inline struct tetra_record_arg *arg_at(struct tetra_scratch *s,
						       __u32 spot)
{
	return (void *)&s->record[spot & RECORD_MASK];
}

/* A header at s->spot; s->spot is then at the payload. 0 if the record is full. */
static __always_inline int arg_open(struct tetra_scratch *s, __u32 slot)
{
	struct tetra_record_arg *arg;

	if (!record_has_room(s, sizeof(*arg) + TETRA_TEXT_MAX + 16)) {
		s->process.flags |= TETRA_HOOK_CUT;
		return 0;
	}
	arg = arg_at(s, s->spot);
	/* kind and slot; status OK, no flags, no bytes; then the size */
	word_put(arg, cfg.slots[slot].kind | (slot & 0xff) << 8);
	word_put((void *)arg + 8, 0);
	s->spot += sizeof(*arg);
	return 1;
}

static __always_inline void arg_close(struct tetra_scratch *s, __u32 slot, __u32 header,
				      __u32 bytes)
{
	struct tetra_record_arg *arg = arg_at(s, header);

	arg->bytes = bytes;
	word_put(&s->record[(s->spot + bytes) & RECORD_MASK], 0);
	s->spot += (bytes + 7) & ~7u;
	s->run.done |= 1u << (slot & 31);
	s->run.n_args++;
}

/* The argument in slot @slot, which begins at @spot and is the last, as if it was never put. */
static __always_inline void arg_take_back(struct tetra_scratch *s, __u32 slot, __u32 spot)
{
	s->spot = spot;
	s->run.done &= ~(1u << (slot & 31));
	s->run.n_args--;
	s->run.path_slot = 0;
}

/*
 * What is before the page that cannot be read, of @n bytes: at most a page, so there is one border.
 * write(2) takes as much and then returns, so the length that the caller gives must not decide
 * whether anything is looked at.
 */
static __noinline long text_read_part(struct tetra_scratch *s, __u64 from, __u32 n,
				      __u32 slot)
{
	__u64 left = TETRA_PAGE_BYTES - (from & (TETRA_PAGE_BYTES - 1));

	s->text_faults = 1;
	if (left >= n)
		return -1;
	if (memory_read(&s->record[s->spot & RECORD_MASK], left & TEXT_MASK, from, slot) <
	    0)
		return -1;
	return left;
}

/* A NUL-terminated text; returns its bytes or a negative errno. */
static __always_inline long
text_read(struct tetra_scratch *s, struct tetra_record_arg *arg, __u64 from, __u32 slot)
{
	void *to = &s->record[s->spot & RECORD_MASK];
	char next = 0;
	long n;

	n = memory_read_text(to, TETRA_TEXT_MAX, from, slot);
	if (n <= 0) {
		if (!cfg.slots[slot].user)
			return -1;
		n = text_read_part(s, from, TETRA_TEXT_MAX, slot);
		if (n > 0) {
			arg->size = n;
			arg->flags |= TETRA_ARG_CUT;
		}
		return n;
	}
	arg->size = n - 1;
	if (n == TETRA_TEXT_MAX) {
		memory_read(&next, 1, from + TETRA_TEXT_KEPT, slot);
		if (next)
			arg->flags |= TETRA_ARG_CUT;
	}
	return n - 1;
}

/* A buffer of a known length. */
static __always_inline long
buffer_read(struct tetra_scratch *s, struct tetra_record_arg *arg, __u64 from, __u32 slot)
{
	void *to = &s->record[s->spot & RECORD_MASK];
	__u64 size = s->sizes[slot];
	__u32 n = size > TETRA_TEXT_KEPT ? TETRA_TEXT_KEPT : size;
	long r;

	arg->size = size;
	if (size > TETRA_TEXT_KEPT)
		arg->flags |= TETRA_ARG_CUT;
	r = memory_read(to, n & TEXT_MASK, from, slot);
	if (r >= 0)
		return n;
	r = text_read_part(s, from, n, slot);
	if (r < 0)
		return r;
	arg->flags |= TETRA_ARG_CUT;
	/* Otherwise the rest is perhaps there, and only not resident. */
	if (cfg.waits && memory_ends(from + r)) {
		s->text_faults = 0;
		s->text_is_whole = 1;
	}
	return r;
}

/* The text in slot @slot. Returns an enum tetra_value_state. Global: verified alone. */
__noinline int arg_put_text(__u32 scratch, __u32 slot)
{
	struct tetra_scratch *s = scratch_get(scratch);
	struct tetra_record_arg *arg;
	__u32 header, reader, state = TETRA_VALUE_READ;
	__u64 from;
	long n;

	slot &= TETRA_MAX_SLOTS - 1;
	if (!s)
		return TETRA_VALUE_UNREADABLE;
	reader = cfg.slots[slot].reader;
	header = s->spot;
	if (!arg_open(s, slot)) {
		unreadable_count(TETRA_UNREADABLE_RECORD_FULL);
		return TETRA_VALUE_UNREADABLE;
	}
	arg = arg_at(s, header);
	from = s->raw[slot];
	s->text_faults = s->text_is_whole = 0;
	n = reader == TETRA_READ_BUFFER ? buffer_read(s, arg, from, slot)
					: text_read(s, arg, from, slot);
	s->text_at = s->spot;
	s->text_bytes = 0;
	if (n < 0) {
		arg->status = TETRA_ARG_FAULT;
		state = memory_state(from, slot);
		n = 0;
	} else {
		s->text_bytes = n & TEXT_MASK;
		s->text_is_cut = arg->flags & TETRA_ARG_CUT && !s->text_is_whole;
		if (s->text_faults)
			state = memory_state(from, slot);
	}
	arg_close(s, slot, header, n & TEXT_MASK);
	return state;
}

/* Texts longer than what is kept, in pieces: how far the search for their end goes. */
#define TEXT_END_PIECES 32

/* No address: the text's end cannot be read. */
#define TAIL_FAULTS 1ull

/* Where the text at s->tail_from ends: advances by a piece; 1 if the end is not in this
 * one. */
__noinline int text_end_piece(__u32 scratch, __u32 slot)
{
	struct tetra_scratch *s = scratch_get(scratch);
	long n;

	slot &= TETRA_MAX_SLOTS - 1;
	if (!s)
		return 0;
	n = memory_read_text(s->text, TETRA_TEXT_MAX, s->tail_from, slot);
	if (n <= 0) {
		s->tail_from = TAIL_FAULTS;
		return 0;
	}
	s->tail_from += n - 1;
	return n == TETRA_TEXT_MAX;
}

/* Whether the buffer in slot @slot goes on in the pages after s->tail_from, which advances to its
 * end, or to the page that is not there: 1 if neither is in this turn. */
__noinline int buffer_turn(__u32 scratch, __u32 slot)
{
	struct tetra_scratch *s = scratch_get(scratch);
	__u64 end;
	__u32 i;
	char byte;

	slot &= TETRA_MAX_SLOTS - 1;
	if (!s)
		return 0;
	end = s->raw[slot] + s->sizes[slot];
	for (i = 0; i < TETRA_BUFFER_TURN; i++) {
		s->tail_from += TETRA_PAGE_BYTES;
		if (s->tail_from >= end) {
			s->tail_from = end;
			return 0;
		}
		if (memory_read(&byte, 1, s->tail_from, slot) < 0) {
			if (!memory_ends(s->tail_from))
				s->tail_from = TAIL_FAULTS;
			return 0;
		}
	}
	return 1;
}

/* Where the memory of that buffer ends, which may be before the buffer does; 0: too far; or
 * TAIL_FAULTS. */
static __noinline __u64 buffer_end(struct tetra_scratch *s, __u32 scratch, __u32 slot)
{
	__u32 i;

	s->tail_from =
		s->raw[slot & (TETRA_MAX_SLOTS - 1)] & ~(__u64)(TETRA_PAGE_BYTES - 1);
	for (i = 0; i < TETRA_BUFFER_PAGES / TETRA_BUFFER_TURN; i++)
		if (!buffer_turn(scratch, slot))
			return s->tail_from;
	return 0;
}

/* The address just past the last byte of the text in slot @slot; 0 if unknown, or TAIL_FAULTS. */
static __always_inline __u64 text_end(struct tetra_scratch *s, __u32 scratch, __u32 slot)
{
	__u64 from = s->raw[slot];
	__u32 i;

	if (cfg.slots[slot].reader == TETRA_READ_BUFFER) {
		return cfg.waits ? buffer_end(s, scratch, slot) : from + s->sizes[slot];
	}
	s->tail_from = from;
	for (i = 0; i < TEXT_END_PIECES; i++)
		if (!text_end_piece(scratch, slot))
			return s->tail_from;
	return 0;
}

/*
 * Reads the last bytes of a text whose first bytes are already in the record, for Postfix. They
 * are placed after the record's current end. Returns an enum tetra_value_state.
 */
__noinline int arg_tail(__u32 scratch, __u32 slot)
{
	struct tetra_scratch *s = scratch_get(scratch);
	__u64 end;

	slot &= TETRA_MAX_SLOTS - 1;
	if (!s)
		return TETRA_VALUE_UNREADABLE;
	end = text_end(s, scratch, slot);
	if (!end || s->spot >= TETRA_RECORD_MAX) {
		unreadable_count(TETRA_UNREADABLE_TEXT_END);
		return TETRA_VALUE_UNREADABLE;
	}
	s->text_at = s->spot;
	s->text_bytes = TETRA_TEXT_KEPT;
	if (end == TAIL_FAULTS)
		return memory_state(end, slot);
	if (memory_read(&s->record[s->spot & RECORD_MASK], TETRA_TEXT_KEPT,
			end - TETRA_TEXT_KEPT, slot) < 0)
		return memory_state(end, slot);
	return TETRA_VALUE_READ;
}

/*
 * A dentry alone: the path within its file system, as no mount is known. A name in it is the
 * choice of the creator of a user namespace if the file system is one's.
 */
static __always_inline int dentry_start(struct tetra_scratch *s, __u32 slot,
					struct dentry *dentry)
{
	s->path.start_dentry = (__u64)dentry;
	s->path.far = FAR_UNTRIED;
	s->path.start_mount = 0;
	s->path.flags = 0;
	s->path.known = 0;
	if (cfg.distrusts && BPF_CORE_READ(dentry, d_sb, s_user_ns, level))
		s->path.flags = TETRA_ARG_FOREIGN;
	s->run.path_slot = PATH_SLOT(slot);
	return dentry != 0;
}

/* Where the path in slot @slot starts, through probe reads. 0 if there is none. */
static __always_inline int path_start(struct tetra_scratch *s, __u32 scratch, __u32 slot,
				      __u32 reader)
{
	struct path *path = (void *)s->raw[slot & (TETRA_MAX_SLOTS - 1)];
	struct file *file = (void *)path;

	if (reader == TETRA_READ_DENTRY)
		return dentry_start(s, slot, (void *)path);
	if (reader == TETRA_READ_BINPRM)
		file = BPF_CORE_READ((struct linux_binprm *)path, file);
	if (reader == TETRA_READ_FD) {
		struct task_struct *task = (void *)bpf_get_current_task();
		struct fdtable *table = BPF_CORE_READ(task, files, fdt);
		__u32 fd = (__u64)path;
		struct file **files = BPF_CORE_READ(table, fd);

		if (fd >= BPF_CORE_READ(table, max_fds))
			return 0;
		file = 0;
		bpf_probe_read_kernel(&file, sizeof(file), &files[fd]);
	}
	if (reader != TETRA_READ_PATH) {
		if (!file)
			return 0;
		path = __builtin_preserve_access_index(&file->f_path);
	}
	s->path.start_dentry = (__u64)BPF_CORE_READ(path, dentry);
	s->path.far = FAR_UNTRIED;
	s->path.start_mount = (__u64)BPF_CORE_READ(path, mnt);
	s->path.flags = 0;
	s->path.known = 0;
	if (cfg.distrusts && mount_is_foreign(scratch))
		s->path.flags = TETRA_ARG_FOREIGN;
	s->run.path_slot = PATH_SLOT(slot);
	return s->path.start_dentry != 0;
}

/* The path in slot @slot through probe reads. Returns 1 if there is a file. */
static __always_inline int path_find_in(struct tetra_scratch *s, __u32 scratch,
					__u32 slot)
{
	s->run.path_slot = 0;
	if (!path_start(s, scratch, slot, cfg.slots[slot].reader))
		return 0;
	path_find_slow(s, scratch);
	return 1;
}

__noinline int path_find_raw(__u32 scratch, __u32 slot)
{
	struct tetra_scratch *s = scratch_get(scratch);

	return s ? path_find_in(s, scratch, slot & (TETRA_MAX_SLOTS - 1)) : 0;
}

/* The path that a walk started at and declined. Returns 1 if there is a file. */
__noinline int path_find_started(__u32 scratch, __u32 slot)
{
	struct tetra_scratch *s = scratch_get(scratch);

	if (!s || !s->path.start_dentry)
		return 0;
	s->path.known = 0;
	path_find_slow(s, scratch);
	s->run.path_slot = PATH_SLOT(slot & (TETRA_MAX_SLOTS - 1));
	return 1;
}

/* Why the path at s->path is unreadable. */
static __always_inline __u32 path_cause(const struct tetra_scratch *s)
{
	if (s->path.flags & TETRA_ARG_MOVED)
		return TETRA_UNREADABLE_PATH_MOVED;
	if (s->path.end == TETRA_WALK_DEEP)
		return TETRA_UNREADABLE_PATH_DEEP;
	if (s->path.end == TETRA_WALK_FAULT)
		return TETRA_UNREADABLE_KERNEL_MEMORY;
	return TETRA_UNREADABLE_PATH_DETACHED;
}

/* The state of a path that has no name to compare. */
static __noinline __u32 path_state_unread(struct tetra_scratch *s)
{
	if (!(s->path.flags & TETRA_ARG_MOVED)) {
		/* Not the process's file, but one that the kernel keeps below another. */
		if (s->path.end == TETRA_WALK_INTERNAL) {
			s->run.layer |= RUN_IS_LAYER;
			return TETRA_VALUE_ABSENT;
		}
		if (s->path.end == TETRA_WALK_NAMELESS) {
			path_inspect(s);
			return (s->path.mode & S_IFMT) == S_IFREG ? TETRA_VALUE_NONE
								  : TETRA_VALUE_ABSENT;
		}
	}
	unreadable_count(path_cause(s));
	return TETRA_VALUE_UNREADABLE;
}

/* The state of the path at s->path: an enum tetra_value_state. */
static __always_inline __u32 path_state(struct tetra_scratch *s)
{
	if (!(s->path.flags & TETRA_ARG_MOVED) && s->path.end == TETRA_WALK_REACHED)
		return TETRA_VALUE_READ;
	return path_state_unread(s);
}

/* The path in slot @slot with its text. Returns an enum tetra_value_state. */
__noinline int arg_put_path(__u32 scratch, __u32 slot)
{
	struct tetra_scratch *s = scratch_get(scratch);
	__u32 header, bytes = 0;

	slot &= TETRA_MAX_SLOTS - 1;
	if (!s)
		return TETRA_VALUE_UNREADABLE;
	header = s->spot;
	if (!arg_open(s, slot)) {
		unreadable_count(TETRA_UNREADABLE_RECORD_FULL);
		return TETRA_VALUE_UNREADABLE;
	}
	s->path.is_later = s->run.path_slot != PATH_SLOT(slot);
	if (s->path.is_later && !path_find_in(s, scratch, slot)) {
		arg_at(s, header)->status = TETRA_ARG_ABSENT;
		arg_close(s, slot, header, 0);
		return TETRA_VALUE_ABSENT;
	}
	path_inspect(s);
	word_put(&s->record[s->spot & RECORD_MASK], s->path.mode);
	s->spot += 8;
	bytes = path_put(s, scratch);
	s->text_at = s->spot;
	s->text_bytes = bytes;
	s->text_is_cut = 0;
	if (s->path.deleted && bytes) {
		deleted_put(s, s->spot + bytes);
		bytes += TEXT_DELETED_BYTES;
	}
	s->spot -= 8;
	arg_at(s, header)->flags = s->path.flags;
	arg_close(s, slot, header, bytes + 8);
	return path_state(s);
}

static __always_inline void arg_put_word(struct tetra_scratch *s, __u32 slot)
{
	__u32 header = s->spot;

	if (!arg_open(s, slot))
		return;
	word_put(&s->record[s->spot & RECORD_MASK], s->raw[slot & (TETRA_MAX_SLOTS - 1)]);
	arg_close(s, slot, header, 8);
}

static __always_inline void arg_put_sock(struct tetra_scratch *s, __u32 slot)
{
	__u64 address = s->raw[slot & (TETRA_MAX_SLOTS - 1)];
	__u32 header = s->spot;

	if (!arg_open(s, slot))
		return;
	if (!address ||
	    (s->sock.cookie != address && slot_sock_read(s, slot, address) < 0)) {
		arg_at(s, header)->status = TETRA_ARG_FAULT;
		arg_close(s, slot, header, 0);
		return;
	}
	words_copy(&s->record[s->spot & RECORD_MASK], &s->sock, sizeof(s->sock));
	if (cfg.packets && slot_is_packet(slot)) {
		skb_put(s, address);
		arg_close(s, slot, header, sizeof(struct tetra_record_skb));
		return;
	}
	arg_close(s, slot, header, sizeof(s->sock));
}

#endif
