/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The common walk of every hook: find the rule set, look whether anything is alive here,
 * match column by column, carry out what is left. A program of any type is this with its own
 * way to read parameters.
 */
#ifndef TETRA_BPF_HOOK_H
#define TETRA_BPF_HOOK_H

#include "bpf/common/act.bpf.h"

/* What a field of a tracepoint's record holds: a number, or where its data is. */
static __always_inline __u64 record_value(void *ctx, __u32 slot)
{
	__u32 offset = cfg.slots[slot].offset, how = cfg.slots[slot].data_loc;

	if (how == TETRA_FIELD_INLINE)
		return (__u64)ctx + offset;
	if (how == TETRA_FIELD_DATA_LOC)
		return (__u64)ctx + (param_field(ctx, offset, 4) & 0xffff);
	if (how == TETRA_FIELD_REL_LOC)
		return (__u64)ctx + offset + 4 + (param_field(ctx, offset, 4) & 0xffff);
	return param_field(ctx, offset, cfg.slots[slot].field);
}

/* Its length: told by another field, by itself, or not at all. */
static __always_inline __u64 record_size(void *ctx, __u32 slot)
{
	__u32 how = cfg.slots[slot].data_loc;

	if (cfg.slots[slot].size_field)
		return param_field(ctx, cfg.slots[slot].size_offset,
				   cfg.slots[slot].size_field);
	if (how == TETRA_FIELD_INLINE)
		return cfg.slots[slot].field;
	if (how == TETRA_FIELD_DATA_LOC || how == TETRA_FIELD_REL_LOC)
		return param_field(ctx, cfg.slots[slot].offset, 4) >> 16;
	return 0;
}

static __always_inline __u64 slot_value(void *ctx, enum param_source source, __u32 slot)
{
	if (source == PARAM_RECORD)
		return record_value(ctx, slot);
	if (slot == TETRA_RETURN_SLOT) {
		if (source == PARAM_TYPED)
			return param_word(ctx, cfg.n_params);
		if (source == PARAM_SYSCALL)
			return param_word(ctx, 1);
		/* PARAM_SAVED: behind the parameters */
		if (source == PARAM_SAVED)
			return ((const __u64 *)ctx)[TETRA_SAVED_PARAMS];
		return 0;
	}
	return param_get(ctx, source, cfg.slots[slot].param);
}

/* Signed fields of a record are extended by their own width, not by the kind's. */
static __always_inline __u64 slots_numbers(void *ctx, enum param_source source,
					   tetra_image image, struct tetra_scratch *s,
					   __u64 columns, __u32 dims)
{
	__u32 slot;

	for (slot = 0; slot < TETRA_MAX_SLOTS; slot++) {
		__u32 kind = cfg.slots[slot].kind;

		if (!kind_is_number(kind))
			continue;
		s->raw[slot] = param_extend(slot_value(ctx, source, slot), kind);
		if (SLOT_USED(slot) &&
		    !select_number(image, s, columns, dims, slot, kind))
			return 0;
	}
	return s->match.bits;
}

static __always_inline __u64 slots_socks(void *ctx, enum param_source source,
					 tetra_image image, struct tetra_scratch *s,
					 __u64 columns, __u32 dims)
{
	__u32 slot;

	for (slot = 0; slot < TETRA_MAX_SLOTS; slot++) {
		if (cfg.slots[slot].kind != TETRA_ARG_SOCK)
			continue;
		s->raw[slot] = slot_value(ctx, source, slot);
		if (SLOT_USED(slot) &&
		    !select_sock(image, s, columns, dims, slot))
			return 0;
	}
	return s->match.bits;
}

/* The fast walk, and the slow one for what it leaves. @dentry and @mount are typed. */
static __noinline int path_find_typed(struct tetra_scratch *s, __u32 scratch,
				      struct dentry *dentry, struct vfsmount *mount)
{
	s->path.start_dentry = (__u64)dentry;
	s->path.start_mount = (__u64)mount;
	s->path.flags = 0;
	s->path.plain = 1;
	if (cfg.task_btf)
		path_set_root_typed(&s->path);
	else
		path_set_root(&s->path);
	path_walk_typed(s, dentry, mount);
	if (!path_check_typed(s, dentry)) {
		path_find_slow(scratch);
		return 0;
	}
	if (s->path.end == TETRA_WALK_REACHED)
		return 0;
	path_walk_slow(scratch);
	if (path_check_slow(scratch))
		path_end(s);
	else
		path_find_slow(scratch);
	return 0;
}

/* Walks to the root from the path in a typed parameter. 0 if there is no file. */
static __always_inline int path_find_param(void *ctx, struct tetra_scratch *s, __u32 scratch,
					   __u32 slot, __u32 kind)
{
	struct path *path;
	struct file *file;

	if (kind == TETRA_ARG_PATH) {
		path = (void *)param_word(ctx, cfg.slots[slot].param);
		path_find_typed(s, scratch, path->dentry, path->mnt);
		return 1;
	}
	file = (void *)param_word(ctx, cfg.slots[slot].param);
	if (kind == TETRA_ARG_BINPRM)
		file = ((struct linux_binprm *)file)->file;
	path_find_typed(s, scratch, file->f_path.dentry, file->f_path.mnt);
	return 1;
}

static __always_inline __u64 select_path(tetra_image image, struct tetra_scratch *s,
					 __u32 scratch, __u64 columns, __u32 dims,
					 __u32 slot, int found)
{
	__u32 dim = dims + slot * TETRA_SLOT_COLUMNS;
	struct tetra_match *m = &s->match;

	found = found && !(s->path.flags & TETRA_ARG_NO_PATH);
	if (SLOT_USES(slot, TETRA_COL_HEAD)) {
		if (!found)
			match_no_text(image, m, dim + TETRA_COL_HEAD);
		else
			select_components(image, s, dim + TETRA_COL_HEAD);
		if (!m->bits)
			return 0;
	}
	if (SLOT_USES(slot, TETRA_COL_TAIL)) {
		if (found && arg_put_path(scratch, slot))
			return select_text(image, s, dim + TETRA_COL_TAIL, 1);
		return match_no_text(image, m, dim + TETRA_COL_TAIL);
	}
	return m->bits;
}

static __always_inline __u64 slots_paths(void *ctx, enum param_source source,
					 tetra_image image, struct tetra_scratch *s,
					 __u32 scratch, __u64 columns, __u32 dims)
{
	__u32 slot;
	int found;

	for (slot = 0; slot < TETRA_MAX_SLOTS; slot++) {
		__u32 kind = cfg.slots[slot].kind;

		if (!kind_is_path(kind))
			continue;
		s->raw[slot] = slot_value(ctx, source, slot);
		if (!SLOT_USED(slot))
			continue;
		if (source == PARAM_TYPED && cfg.slots[slot].typed) {
			found = path_find_param(ctx, s, scratch, slot, kind);
			s->path.slot = slot + 1;
		} else {
			found = path_find_raw(scratch, slot);
		}
		if (!select_path(image, s, scratch, columns, dims, slot, found))
			return 0;
	}
	return s->match.bits;
}

static __always_inline __u64 slot_size(void *ctx, enum param_source source, __u32 slot)
{
	if (source == PARAM_RECORD)
		return record_size(ctx, slot);
	if (cfg.slots[slot].size_param == 0xff)
		return 0;
	return param_get(ctx, source, cfg.slots[slot].size_param);
}

static __always_inline __u64 slots_texts(void *ctx, enum param_source source,
					 tetra_image image, struct tetra_scratch *s,
					 __u32 scratch, __u64 columns, __u32 dims)
{
	struct tetra_match *m = &s->match;
	__u32 slot;

	for (slot = 0; slot < TETRA_MAX_SLOTS; slot++) {
		__u32 dim = dims + slot * TETRA_SLOT_COLUMNS, kind = cfg.slots[slot].kind;
		int has_text;

		if (!kind_is_text(kind))
			continue;
		s->raw[slot] = slot_value(ctx, source, slot);
		if (kind == TETRA_ARG_CHAR_BUF || kind == TETRA_ARG_CONST_BUF)
			s->sizes[slot] = slot_size(ctx, source, slot);
		if (!SLOT_USED(slot))
			continue;
		has_text = arg_put_text(scratch, slot);
		if (SLOT_USES(slot, TETRA_COL_HEAD) &&
		    !(has_text ? select_text(image, s, dim + TETRA_COL_HEAD, 0) :
				 match_no_text(image, m, dim + TETRA_COL_HEAD)))
			return 0;
		if (SLOT_USES(slot, TETRA_COL_TAIL) &&
		    !(has_text ? select_text(image, s, dim + TETRA_COL_TAIL, 1) :
				 match_no_text(image, m, dim + TETRA_COL_TAIL)))
			return 0;
	}
	return m->bits;
}

/* All columns. */
static __always_inline __u64 hook_select(void *ctx, enum param_source source,
					 tetra_image image, struct tetra_scratch *s,
					 __u32 scratch, struct tetra_cell *hook)
{
	__u32 process_columns = hook->hook.process_columns;
	__u32 process_dims = hook->hook.process_dims;
	__u64 columns = hook->hook.slot_columns;
	__u32 dims = hook->hook.slot_dims;

	if (process_columns && !select_process(image, s, process_columns, process_dims))
		return 0;
	if (!slots_numbers(ctx, source, image, s, columns, dims))
		return 0;
	if (!slots_socks(ctx, source, image, s, columns, dims))
		return 0;
	if (!slots_paths(ctx, source, image, s, scratch, columns, dims))
		return 0;
	return slots_texts(ctx, source, image, s, scratch, columns, dims);
}

static __always_inline void hook_prepare(struct tetra_scratch *s, __u64 bits, __u32 n_words)
{
	match_begin(&s->match, bits, n_words);
	s->spot = sizeof(struct tetra_record_hook);
	s->done = 0;
	s->n_args = 0;
	s->verdict = 0;
	s->word = 0;
	s->process.tgid = 0;
	s->process.flags = 0;
	s->path.slot = 0;
	s->sock.cookie = 0;
}

/* Wide hooks find their image again by it; others need it for the event only. */
static __always_inline void hook_generation(tetra_image image, struct tetra_scratch *s)
{
	__u32 zero = 0;
	struct tetra_cell *head = image_cell(image, zero);

	s->generation = head ? head->head.generation : 0;
}

/*
 * Returns the verdict: 0, or a negative errno that a rule asks for. @wide is a constant:
 * programs for more than 64 rules are others, so that the many need not be verified with
 * what only the few use.
 */
static __always_inline int hook_run(void *ctx, enum param_source source, int wide)
{
	__u32 zero = 0, hook_cell = 1 + cfg.hook, scratch, n_words;
	struct tetra_scratch *s;
	struct tetra_cell *hook;
	tetra_image image;
	__u64 bits;
	int verdict;

	image = bpf_map_lookup_elem(&tetra_images, &zero);
	if (!image)
		return 0;
	hook = image_cell(image, hook_cell);
	if (!hook)
		return 0;
	bits = cfg.phase & TETRA_PHASE_EVENT ? hook->hook.alive : hook->hook.enforcing;
	if (!bits)
		return 0;
	scratch = scratch_claim();
	s = scratch_get(scratch);
	if (!s) {
		loss_count(TETRA_LOST_SCRATCH);
		/* Nothing can be evaluated. What cannot be judged is not let through. */
		return cfg.phase & TETRA_PHASE_DENY && hook->hook.enforcing ? -ACT_EPERM : 0;
	}
	n_words = hook->hook.n_words;
	s->rules = hook->hook.rules;
	hook_prepare(s, bits, n_words);
	hook_generation(image, s);
	bits = hook_select(ctx, source, image, s, scratch, hook);
	if (bits && wide) {
		wide_words(s, scratch);
		wide_act(s, scratch);
	} else if (bits) {
		s->words[0] = bits;
		rules_act(image, s, scratch);
	}
	verdict = s->verdict;
	scratch_release(scratch);
	return verdict;
}

#endif
