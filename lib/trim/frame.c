/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/trim/frame.h"

#define SLOT_BYTES 8

static bool is_frames(struct known_value value)
{
	return value.kind == KNOWN_FRAME || value.kind == KNOWN_FRAMES;
}

/* After this, loads give what may be an address in the frame. */
static void frame_forget_all(struct known *known)
{
	uint32_t i;

	for (i = 0; i < known->n_slots; i++)
		known->slots[i] = (struct known_value){ .kind = is_frames(known->slots[i])
									? KNOWN_FRAMES
									: KNOWN_NOT };
}

static void frame_lose(struct known *known)
{
	known->n_slots = 0;
	known->is_lost = true;
}

/* From @offset, @bytes; offsets are below 0. */
static void frame_forget(struct known *known, int64_t offset, int64_t bytes)
{
	int64_t start;
	uint32_t i;

	for (i = 0; i < known->n_slots; i++) {
		start = -SLOT_BYTES * ((int64_t)i + 1);
		if (start < offset + bytes && start + SLOT_BYTES > offset)
			known->slots[i] = (struct known_value){};
	}
}

/* The slot that these bytes are, or KNOWN_SLOTS. */
static uint32_t slot_at(int64_t offset, uint32_t bytes)
{
	if (bytes != SLOT_BYTES || offset % SLOT_BYTES || offset >= 0 ||
	    offset < -SLOT_BYTES * KNOWN_SLOTS)
		return KNOWN_SLOTS;
	return (uint32_t)(-offset / SLOT_BYTES) - 1;
}

struct known_value frame_load(const struct known *known, struct known_value address,
			      uint32_t bytes)
{
	struct known_value any = { .kind = is_frames(address) && bytes == SLOT_BYTES
						   ? KNOWN_FRAMES
						   : KNOWN_NOT };
	uint32_t slot;

	if (known->is_lost)
		return (struct known_value){};
	if (address.kind != KNOWN_FRAME)
		return any;
	slot = slot_at((int64_t)address.bits.value, bytes);
	if (slot == KNOWN_SLOTS)
		return any;
	return slot < known->n_slots ? known->slots[slot] : (struct known_value){};
}

static void frame_keep(struct known *known, uint32_t slot, struct known_value value)
{
	for (; known->n_slots <= slot; known->n_slots++)
		known->slots[known->n_slots] = (struct known_value){};
	known->slots[slot] = value;
}

void frame_store(struct known *known, struct known_value address, uint32_t bytes,
		 struct known_value value)
{
	int64_t offset = (int64_t)address.bits.value;
	uint32_t slot = KNOWN_SLOTS;

	if (known->is_lost)
		return;
	if (address.kind == KNOWN_FRAME)
		slot = slot_at(offset, bytes);
	if (is_frames(value) && slot == KNOWN_SLOTS)
		frame_lose(known);
	else if (slot < KNOWN_SLOTS)
		frame_keep(known, slot, value);
	else if (address.kind == KNOWN_FRAME)
		frame_forget(known, offset, bytes);
	else if (address.kind == KNOWN_FRAMES)
		frame_forget_all(known);
}

/* Whether an address in the frame is kept from @offset on: who gets that one may have both. */
static bool frame_holds_frames(const struct known *known, int64_t offset)
{
	uint32_t i;

	for (i = 0; i < known->n_slots; i++)
		if (is_frames(known->slots[i]) && -SLOT_BYTES * (int64_t)i > offset)
			return true;
	return false;
}

/*
 * A helper writes from the address on. A function of the program may also write below it, but leaves
 * no address in the frame there: the kernel refuses that.
 */
void frame_call(struct known *known, bool is_own)
{
	struct known_value passed;
	uint32_t reg;

	for (reg = BPF_REG_1; reg <= BPF_REG_5 && !known->is_lost; reg++) {
		passed = known->regs[reg];
		if (passed.kind == KNOWN_FRAMES || (is_own && passed.kind == KNOWN_FRAME))
			frame_forget_all(known);
		else if (passed.kind == KNOWN_FRAME &&
			 frame_holds_frames(known, (int64_t)passed.bits.value))
			frame_forget_all(known);
		else if (passed.kind == KNOWN_FRAME)
			frame_forget(known, (int64_t)passed.bits.value,
				     -(int64_t)passed.bits.value);
	}
}
