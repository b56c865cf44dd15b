/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Arguments in the record: one header each, then the payload, padded to eight bytes. Text is
 * read when a rule looks at it, the rest when there is an event; a slot is put once.
 */
#ifndef TETRA_BPF_ARG_H
#define TETRA_BPF_ARG_H

#include "bpf/common/select.bpf.h"

/* Texts are read with their NUL; this many bytes are kept. */
#define ARG_TEXT_KEPT (TETRA_TEXT_MAX - 1)

static __always_inline struct tetra_record_arg *arg_at(struct tetra_scratch *s, __u32 spot)
{
	return (void *)&s->record[spot & RECORD_MASK];
}

/* A header at s->spot; s->spot then stands at the payload. 0 if the record is full. */
static __always_inline int arg_open(struct tetra_scratch *s, __u32 slot, __u32 kind)
{
	struct tetra_record_arg *arg;

	if (!record_has_room(s, sizeof(*arg) + TETRA_TEXT_MAX + 16)) {
		s->process.flags |= TETRA_HOOK_CUT;
		return 0;
	}
	arg = arg_at(s, s->spot);
	/* kind and slot; status OK, no flags, no bytes; then the size */
	word_put(arg, (kind & 0xff) | (slot & 0xff) << 8);
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

/* User memory is the lower half of the address space. */
static __always_inline int address_is_kernel(__u64 address)
{
	return (__s64)address < 0;
}

/* A NUL-terminated text; returns its bytes or a negative errno. */
static __always_inline long text_read(struct tetra_scratch *s, struct tetra_record_arg *arg,
				      __u64 from)
{
	void *to = &s->record[s->spot & RECORD_MASK];
	char next = 0;
	long n;

	if (address_is_kernel(from))
		n = bpf_probe_read_kernel_str(to, TETRA_TEXT_MAX, (void *)from);
	else
		n = bpf_probe_read_user_str(to, TETRA_TEXT_MAX, (void *)from);
	if (n <= 0)
		return -1;
	arg->size = n - 1;
	if (n == TETRA_TEXT_MAX) {
		from += ARG_TEXT_KEPT;
		if (address_is_kernel(from))
			bpf_probe_read_kernel(&next, 1, (void *)from);
		else
			bpf_probe_read_user(&next, 1, (void *)from);
		if (next)
			arg->flags |= TETRA_ARG_CUT;
	}
	return n - 1;
}

/* A buffer of a known length. */
static __always_inline long buffer_read(struct tetra_scratch *s, struct tetra_record_arg *arg,
					__u64 from, __u64 size)
{
	void *to = &s->record[s->spot & RECORD_MASK];
	__u32 n = size > ARG_TEXT_KEPT ? ARG_TEXT_KEPT : size;
	long r;

	arg->size = size;
	if (size > ARG_TEXT_KEPT)
		arg->flags |= TETRA_ARG_CUT;
	if (address_is_kernel(from))
		r = bpf_probe_read_kernel(to, n & TEXT_MASK, (void *)from);
	else
		r = bpf_probe_read_user(to, n & TEXT_MASK, (void *)from);
	return r < 0 ? r : n;
}

/* The text in slot @slot. Returns 1 if there is text to compare. Global: verified alone. */
__noinline int arg_put_text(__u32 scratch, __u32 slot)
{
	struct tetra_scratch *s = scratch_get(scratch);
	struct tetra_record_arg *arg;
	__u32 header, kind;
	__u64 from;
	long n;

	slot &= TETRA_MAX_SLOTS - 1;
	if (!s)
		return 0;
	kind = cfg.slots[slot].kind;
	header = s->spot;
	if (!arg_open(s, slot, kind))
		return 0;
	arg = arg_at(s, header);
	from = s->raw[slot];
	if (kind == TETRA_ARG_FILENAME)
		from = (__u64)BPF_CORE_READ((struct filename *)from, name);
	if (kind == TETRA_ARG_CHAR_BUF || kind == TETRA_ARG_CONST_BUF)
		n = buffer_read(s, arg, from, s->sizes[slot]);
	else
		n = text_read(s, arg, from);
	s->text_at = s->spot;
	s->text_bytes = 0;
	if (n < 0) {
		arg->status = TETRA_ARG_FAULT;
		n = 0;
	} else {
		s->text_bytes = n & TEXT_MASK;
	}
	arg_close(s, slot, header, n & TEXT_MASK);
	return arg_at(s, header)->status == TETRA_ARG_OK;
}

/* Where the path in slot @slot starts, through probe reads. 0 if there is none. */
static __always_inline int path_start(struct tetra_scratch *s, __u32 slot, __u32 kind)
{
	struct path *path = (void *)s->raw[slot & (TETRA_MAX_SLOTS - 1)];
	struct file *file = (void *)path;

	if (kind == TETRA_ARG_BINPRM)
		file = BPF_CORE_READ((struct linux_binprm *)path, file);
	if (kind == TETRA_ARG_FD) {
		struct task_struct *task = (void *)bpf_get_current_task();
		struct fdtable *table = BPF_CORE_READ(task, files, fdt);
		__u32 fd = (__u64)path;
		struct file **files = BPF_CORE_READ(table, fd);

		if (fd >= BPF_CORE_READ(table, max_fds))
			return 0;
		file = 0;
		bpf_probe_read_kernel(&file, sizeof(file), &files[fd]);
	}
	if (kind != TETRA_ARG_PATH) {
		if (!file)
			return 0;
		path = __builtin_preserve_access_index(&file->f_path);
	}
	s->path.start_dentry = (__u64)BPF_CORE_READ(path, dentry);
	s->path.start_mount = (__u64)BPF_CORE_READ(path, mnt);
	s->path.flags = 0;
	s->path.known = 0;
	s->run.path_slot = PATH_SLOT(slot);
	return s->path.start_dentry != 0;
}

/* The path in slot @slot through probe reads. Returns 1 if there is a file. */
static __always_inline int path_find_in(struct tetra_scratch *s, __u32 scratch, __u32 slot)
{
	s->run.path_slot = 0;
	if (!path_start(s, slot, cfg.slots[slot].kind))
		return 0;
	path_set_root(&s->path);
	path_find_slow(s, scratch);
	return 1;
}

__noinline int path_find_raw(__u32 scratch, __u32 slot)
{
	struct tetra_scratch *s = scratch_get(scratch);

	return s ? path_find_in(s, scratch, slot & (TETRA_MAX_SLOTS - 1)) : 0;
}

/* The path where the quick walk began and gave up. Returns 1. */
__noinline int path_find_started(__u32 scratch, __u32 slot)
{
	struct tetra_scratch *s = scratch_get(scratch);

	if (!s)
		return 0;
	s->path.known = 0;
	path_find_slow(s, scratch);
	s->run.path_slot = PATH_SLOT(slot & (TETRA_MAX_SLOTS - 1));
	return 1;
}

/* The path in slot @slot with its text. Returns 1 if there is text to compare. */
__noinline int arg_put_path(__u32 scratch, __u32 slot)
{
	struct tetra_scratch *s = scratch_get(scratch);
	__u32 header, bytes = 0;

	slot &= TETRA_MAX_SLOTS - 1;
	if (!s)
		return 0;
	header = s->spot;
	if (!arg_open(s, slot, cfg.slots[slot].kind))
		return 0;
	if (s->run.path_slot != PATH_SLOT(slot) && !path_find_in(s, scratch, slot)) {
		arg_at(s, header)->status = TETRA_ARG_ABSENT;
		arg_close(s, slot, header, 0);
		return 0;
	}
	path_inspect(s);
	word_put(&s->record[s->spot & RECORD_MASK], s->path.mode);
	s->spot += 8;
	bytes = path_put(s, scratch) & (2 * TETRA_TEXT_MAX - 1);
	if (bytes > TETRA_TEXT_MAX)
		bytes = TETRA_TEXT_MAX;
	s->text_at = s->spot;
	s->text_bytes = bytes;
	s->spot -= 8;
	arg_at(s, header)->flags = s->path.flags;
	arg_close(s, slot, header, bytes + 8);
	return bytes != 0;
}

static __always_inline void arg_put_word(struct tetra_scratch *s, __u32 slot, __u32 kind)
{
	__u32 header = s->spot;

	if (!arg_open(s, slot, kind))
		return;
	word_put(&s->record[s->spot & RECORD_MASK], s->raw[slot & (TETRA_MAX_SLOTS - 1)]);
	arg_close(s, slot, header, 8);
}

static __always_inline void arg_put_sock(struct tetra_scratch *s, __u32 slot)
{
	__u32 header = s->spot;

	if (!arg_open(s, slot, TETRA_ARG_SOCK))
		return;
	if (s->sock.cookie != s->raw[slot & (TETRA_MAX_SLOTS - 1)])
		sock_read(&s->sock, (void *)s->raw[slot & (TETRA_MAX_SLOTS - 1)]);
	words_copy(&s->record[s->spot & RECORD_MASK], &s->sock, sizeof(s->sock));
	arg_close(s, slot, header, sizeof(s->sock));
}

/* Every slot that is not in the record yet. Global: verified once, alone. */
__noinline int args_put(__u32 scratch)
{
	struct tetra_scratch *s = scratch_get(scratch);
	__u32 i, slot;

	if (!s)
		return 0;
	SLOTS_EACH(TETRA_SLOTS_NUMBER, i, slot)
		if (!(s->run.done & 1u << slot))
			arg_put_word(s, slot, cfg.slots[slot].kind);
	SLOTS_EACH(TETRA_SLOTS_SOCK, i, slot)
		if (!(s->run.done & 1u << slot))
			arg_put_sock(s, slot);
	SLOTS_EACH(TETRA_SLOTS_PATH, i, slot)
		if (!(s->run.done & 1u << slot))
			arg_put_path(scratch, slot);
	SLOTS_EACH(TETRA_SLOTS_TEXT, i, slot)
		if (!(s->run.done & 1u << slot))
			arg_put_text(scratch, slot);
	return 0;
}

#endif
