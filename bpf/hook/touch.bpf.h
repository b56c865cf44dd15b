/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Waiting for the user memory of a system call. The programs that judge must not wait: for
 * them a page that is not resident is a fault. A program that may wait runs before them and
 * reads what they will read; it does nothing else, and needs no map. In the usual case the
 * memory is resident, and costs one quick read.
 *
 * It reads what the call itself will read: a page past the end of a text is not touched. It
 * waits only for the kernel, never for a process: a page that another thread fills
 * (userfaultfd) or that comes from a file system in user space may never arrive. As long as a
 * task waits here, the kernel skips the program on that CPU, and a commit that moves rules
 * cannot finish. Such a page remains a fault.
 */
#ifndef TETRA_BPF_TOUCH_H
#define TETRA_BPF_TOUCH_H

#include "bpf/common/param.bpf.h"
#include "bpf/hook/select.bpf.h"
#include "bpf/common/source.bpf.h"
#include "bpf/hook/vma.bpf.h"

/* A text is read in pieces, which must fit on the stack. */
#define TOUCH_PIECE  256u
#define TOUCH_PIECES (TETRA_TEXT_MAX / (TOUCH_PIECE - 1) + 1)

/* One byte. A page that cannot be read is a fault for the judging programs as well. */
static __always_inline void touch_byte(__u64 address)
{
	char byte;

	if (bpf_probe_read_user(&byte, 1, (void *)address) < 0 &&
	    vma_origin(address) != VMA_PROCESS)
		bpf_copy_from_user(&byte, 1, (void *)address);
}

static __always_inline long touch_read_piece(char *piece, __u64 from)
{
	long n = bpf_probe_read_user_str(piece, TOUCH_PIECE, (void *)from);

	if (n > 0)
		return n;
	touch_byte(from);
	n = bpf_probe_read_user_str(piece, TOUCH_PIECE, (void *)from);
	if (n > 0)
		return n;
	/* It continues in the next page. */
	touch_byte((from | (TETRA_PAGE_BYTES - 1)) + 1);
	return bpf_probe_read_user_str(piece, TOUCH_PIECE, (void *)from);
}

static __always_inline void touch_text(__u64 from)
{
	char piece[TOUCH_PIECE];
	__u32 i;

	for (i = 0; i < TOUCH_PIECES; i++) {
		if (touch_read_piece(piece, from) != TOUCH_PIECE)
			return;
		/* The last byte of a piece is replaced by its NUL. */
		from += TOUCH_PIECE - 1;
	}
}

/* No more bytes than a page has: two pages at most. */
static __always_inline void touch_range(__u64 from, __u64 bytes)
{
	touch_byte(from);
	if ((from ^ (from + bytes - 1)) & ~(__u64)(TETRA_PAGE_BYTES - 1))
		touch_byte(from + bytes - 1);
}

/* The pages of one turn, after that of @at; returns where it ends. Global: verified once. */
__noinline __u64 touch_turn(__u64 at, __u64 end)
{
	__u32 i;

	for (i = 0; i < TETRA_BUFFER_TURN; i++) {
		at += TETRA_PAGE_BYTES;
		if (at >= end)
			break;
		touch_byte(at);
	}
	return at;
}

/* Between both ends: the judging programs look where the memory ends. */
static __noinline void touch_pages(__u64 from, __u64 size)
{
	__u64 at = from & ~(__u64)(TETRA_PAGE_BYTES - 1);
	__u32 i;

	for (i = 0; i < TETRA_BUFFER_PAGES / TETRA_BUFFER_TURN; i++) {
		at = touch_turn(at, from + size);
		if (at >= from + size)
			break;
	}
}

static __always_inline void touch_buffer(__u64 from, __u64 size, __u32 slot)
{
	if (!size)
		return;
	if (size <= TETRA_TEXT_KEPT) {
		touch_range(from, size);
		return;
	}
	touch_range(from, TETRA_TEXT_KEPT);
	touch_range(from + size - TETRA_TEXT_KEPT, TETRA_TEXT_KEPT);
	if (cfg.slot_columns & COLUMN(TETRA_COL_TAIL) << slot * TETRA_SLOT_COLUMNS)
		touch_pages(from, size);
}

/* Rules look at the text in slot @slot. */
static __always_inline int touch_wants(__u32 slot)
{
	__u64 columns = COLUMN(TETRA_COL_HEAD) | COLUMN(TETRA_COL_TAIL);

	return cfg.slots[slot].user &&
	       cfg.slot_columns & columns << slot * TETRA_SLOT_COLUMNS;
}

static __always_inline void touch_run(void *ctx, enum program program)
{
	__u32 i, slot;

	if (cfg.own_tgid && bpf_get_current_pid_tgid() >> 32 == cfg.own_tgid)
		return;
	SLOTS_EACH (TETRA_SLOTS_TEXT, i, slot) {
		__u32 reader = cfg.slots[slot].reader;
		__u64 from;

		if (!touch_wants(slot))
			continue;
		from = source_start(ctx, program, &cfg.slots[slot].value,
				    cfg.slots[slot].value.from);
		if (reader == TETRA_READ_TEXT)
			touch_text(from);
		else if (reader == TETRA_READ_BUFFER)
			touch_buffer(from, slot_size(ctx, program, slot), slot);
	}
}

#endif
