/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Writing into the record that a scratch slot assembles. Offsets into the record are masked
 * right before use; the record has a margin of TETRA_TEXT_MAX after it.
 */
#ifndef TETRA_BPF_TEXT_H
#define TETRA_BPF_TEXT_H

#include "bpf/path/path.bpf.h"

#define RECORD_MASK (TETRA_RECORD_MAX - 1)
#define TEXT_MASK   (TETRA_TEXT_MAX - 1)

/* The beginning of a record about a process. */
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

#define S_IFMT	0170000u
#define S_IFREG 0100000u

/* It has no name: it is not hashed, and not its own parent. */
static __always_inline int dentry_is_deleted(struct dentry *dentry)
{
	struct dentry___hashed *hashed = (void *)dentry;

	return !BPF_CORE_READ(hashed, d_hash.pprev) &&
	       BPF_CORE_READ(dentry, d_parent) != dentry;
}

/* What an event says of the file, if no walk has provided it. */
static __always_inline void path_inspect(struct tetra_scratch *s)
{
	struct dentry *dentry = (void *)s->path.start_dentry;

	if (s->path.known)
		return;
	s->path.mode = BPF_CORE_READ(dentry, d_inode, i_mode);
	s->path.deleted = dentry_is_deleted(dentry);
	s->path.known = 1;
}

/* Space for one more text: 0 if the record is full. */
static __always_inline int record_has_room(const struct tetra_scratch *s, __u32 bytes)
{
	return s->spot + bytes <= TETRA_RECORD_MAX;
}

/* One component with its slash, at s->text_at of the record, which advances. */
static __always_inline void component_put(struct tetra_scratch *s, __u64 index)
{
	struct tetra_component *c = &s->components[index & (TETRA_MAX_COMPONENTS - 1)];
	__u64 at = s->text_at & RECORD_MASK;
	__u8 *to = &s->record[at];

	/* A plain component has less than 32 bytes; the next overwrites what is copied too
	 * much. */
	to[0] = '/';
	word_put(to + 1, c->name[0]);
	if (c->len > 8) {
		word_put(to + 9, c->name[1]);
		word_put(to + 17, c->name[2]);
		word_put(to + 25, c->name[3]);
	}
	s->text_at = at + 1 + (c->len & (TETRA_CHUNK_BYTES - 1));
}

/*
 * The text of a path that the far walk found, from the root on. A longer one is left to the slow
 * walk, which cuts it.
 */
#define FAR_TEXT_MAX   (TETRA_TEXT_MAX - FAR_NAME_SPACE)
#define FAR_NAME_SPACE 512 /* more than the longest name and its slash */
#define FAR_NAME_MAX   255
/* One more name with its slash, after s->text_bytes bytes at s->spot: 0 if it is too long. */
static __always_inline int far_put_name(struct tetra_scratch *s, struct dentry *at)
{
	__u64 spot = s->spot & RECORD_MASK, bytes = s->text_bytes, len = at->d_name.len;
	const __u64 *words = (const __u64 *)dentry_inline_name(at);
	__u8 *to;

	if (bytes > FAR_TEXT_MAX || len > FAR_NAME_MAX)
		return 0;
	to = &s->record[spot + bytes];
	to[0] = '/';
	if (len >= TETRA_CHUNK_BYTES) {
		/* The mask is for the verifier, see path_put(). */
		opaque(len);
		bpf_probe_read_kernel(to + 1, len & FAR_NAME_MAX, at->d_name.name);
	} else {
		/* The next name overwrites what is copied too much. */
		word_put(to + 1, words[0]);
		if (len > 8) {
			word_put(to + 9, words[1]);
			word_put(to + 17, words[2]);
			word_put(to + 25, words[3]);
		}
	}
	s->text_bytes = bytes + 1 + len;
	return 1;
}

/* Names per turn. The first of a plain path, and most have no more, are put without a call. */
#define NAMES_TURN  4
#define NAMES_FIRST 8

/* Some more names, if @left are left: 1 if there are more. */
__noinline int names_put_turn(__u32 slot, __u32 left)
{
	struct tetra_scratch *s = scratch_get(slot);
	__u32 i;

	if (!s)
		return 0;
	for (i = 0; i < NAMES_TURN; i++) {
		if (!left)
			return 0;
		left--;
		if (!cfg.far || s->path.plain) {
			component_put(s, left);
		} else if (!far_put_name(s, far_at(s, left))) {
			s->path.far = FAR_FAILED;
			return 0;
		}
	}
	return 1;
}

/* The components of a plain path, root first, at s->spot; returns the bytes. */
static __always_inline __u32 components_put(struct tetra_scratch *s, __u32 slot)
{
	/* 64 bits: in a loop, 32-bit variables are truncated again and again. */
	__u64 i, depth = s->path.depth;

	s->text_at = s->spot;
	for (i = 0; i < NAMES_FIRST; i++) {
		if (i >= depth)
			return s->text_at - s->spot;
		component_put(s, depth - 1 - i);
	}
	for (; i < TETRA_MAX_COMPONENTS; i += NAMES_TURN)
		if (!names_put_turn(slot, depth - i))
			break;
	return s->text_at - s->spot;
}

/* The same of a path that the far walk found; 0 if the slow walk has to make it. */
static __always_inline __u32 far_put(struct tetra_scratch *s, __u32 slot)
{
	__u32 i;

	s->text_bytes = 0;
	for (i = 0; i < FAR_STEPS; i += NAMES_TURN)
		if (!names_put_turn(slot, s->path.depth - i))
			break;
	return s->path.far == FAR_FOUND && far_check(slot) ? s->text_bytes : 0;
}

/* The text of the path from its names, at s->spot; returns the bytes, 0 if the slow walk has to
 * make it. */
__noinline int names_put(__u32 slot)
{
	struct tetra_scratch *s = scratch_get(slot);
	int is_plain;

	if (!s)
		return 0;
	is_plain = s->path.plain && s->path.end == TETRA_WALK_REACHED;
	if (!is_plain && s->path.far != FAR_FOUND) {
		s->path.is_later = 1;
		if (!far_find(slot))
			return 0;
	}
	if (!s->path.depth) {
		s->record[s->spot & RECORD_MASK] = '/';
		return is_plain || far_check(slot);
	}
	if (is_plain)
		return components_put(s, slot);
	return far_put(s, slot);
}

/* What events append to the last name of a file that no longer has one: " (deleted)". */
#define TEXT_DELETED_BYTES 10u

static __always_inline void deleted_put(struct tetra_scratch *s, __u32 at)
{
	/* little-endian */
	word_put(&s->record[at & RECORD_MASK], 0x6574656c65642820ull);
	word_put(&s->record[(at + 8) & RECORD_MASK], 0x2964);
}

/*
 * The text of the path at s->path, at s->spot of the record (not advanced); returns its bytes,
 * 0 if there is no path. Sets TETRA_ARG_DELETED; the text is only the name.
 */
static __always_inline __u32 path_put(struct tetra_scratch *s, __u32 slot)
{
	__u32 bytes, at;

	if (s->path.flags & TETRA_ARG_NO_PATH)
		return 0;
	bytes = names_put(slot);
	if (!bytes) {
		s->path.is_later = 1;
		path_text_slow(s, slot);
		bytes = s->text_bytes;
		if (bytes > TETRA_TEXT_MAX)
			return 0;
		at = s->text_at & (2 * TETRA_TEXT_MAX - 1);
		if (at > TETRA_TEXT_MAX)
			return 0;
		/* The mask is for the verifier: hide from the compiler that it has no
		 * effect. */
		opaque(bytes);
		bpf_probe_read_kernel(&s->record[s->spot & RECORD_MASK],
				      bytes & TEXT_MASK, &s->text[at]);
	}
	if (s->path.deleted)
		s->path.flags |= TETRA_ARG_DELETED;
	/* The verifier knows nothing of what names_put() returns. */
	bytes &= 2 * TETRA_TEXT_MAX - 1;
	return bytes > TETRA_TEXT_MAX ? TETRA_TEXT_MAX : bytes;
}

#endif
