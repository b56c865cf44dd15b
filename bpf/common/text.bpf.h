/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Writing into the record that a scratch slot assembles. Offsets into the record are masked
 * right before use; the record has a margin of TETRA_TEXT_MAX after it.
 */
#ifndef TETRA_BPF_TEXT_H
#define TETRA_BPF_TEXT_H

#include "bpf/common/path.bpf.h"

#define RECORD_MASK (TETRA_RECORD_MAX - 1)
#define TEXT_MASK   (TETRA_TEXT_MAX - 1)

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

/* The components of a plain path, root first, at s->spot; returns the bytes. */
__noinline int components_put(__u32 slot)
{
	struct tetra_scratch *s = scratch_get(slot);
	/* 64 bits: in a loop, 32-bit variables are truncated again and again. */
	__u64 i, depth;

	if (!s)
		return 0;
	depth = s->path.depth;
	if (depth == 0) {
		s->record[s->spot & RECORD_MASK] = '/';
		return 1;
	}
	s->text_at = s->spot;
	for (i = 0; i < TETRA_MAX_COMPONENTS; i++) {
		if (i >= depth)
			break;
		component_put(s, depth - 1 - i);
	}
	return s->text_at - s->spot;
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
	if (s->path.plain && s->path.end == TETRA_WALK_REACHED) {
		bytes = components_put(slot);
	} else {
		path_text_slow(s, slot);
		bytes = s->text_bytes;
		if (bytes > TETRA_TEXT_MAX)
			return 0;
		at = s->text_at & (2 * TETRA_TEXT_MAX - 1);
		if (at > TETRA_TEXT_MAX)
			return 0;
		if (bytes == TETRA_TEXT_MAX)
			bytes = TETRA_TEXT_MAX - 1;
		/* The mask is for the verifier: hide from the compiler that it has no
		 * effect. */
		opaque(bytes);
		bpf_probe_read_kernel(&s->record[s->spot & RECORD_MASK],
				      bytes & TEXT_MASK, &s->text[at]);
	}
	if (s->path.deleted)
		s->path.flags |= TETRA_ARG_DELETED;
	return bytes;
}

#endif
