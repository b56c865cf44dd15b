/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The common walk of every hook: find the rule set, look whether anything is alive here,
 * match column by column, carry out what is left. A program of any type is this with its own
 * way to read parameters.
 */
#ifndef TETRA_BPF_HOOK_H
#define TETRA_BPF_HOOK_H

#include "bpf/common/act.bpf.h"
#include "bpf/common/walk.bpf.h"

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

/* What follows, class by class, says whether any rule is left: a constant where a class has
 * no slots. */

/* Signed fields of a record are extended by their own width, not by the kind's. */
static __always_inline int slots_numbers(void *ctx, enum param_source source,
					   tetra_image image, struct tetra_scratch *s,
					   __u64 columns, __u32 dims)
{
	__u32 i, slot;

	SLOTS_EACH(TETRA_SLOTS_NUMBER, i, slot) {
		__u32 kind = cfg.slots[slot].kind, uses = slot_uses(columns, slot);
		__u64 value = param_extend(slot_value(ctx, source, slot), kind);

		s->raw[slot] = value;
		if (uses && !select_number(image, s, uses, dims + slot * TETRA_SLOT_COLUMNS,
					   value, kind))
			return 0;
	}
	return 1;
}

static __always_inline int slots_socks(void *ctx, enum param_source source,
					 tetra_image image, struct tetra_scratch *s,
					 __u64 columns, __u32 dims)
{
	__u32 i, slot;

	SLOTS_EACH(TETRA_SLOTS_SOCK, i, slot) {
		__u32 uses = slot_uses(columns, slot);
		__u64 address = slot_value(ctx, source, slot);

		s->raw[slot] = address;
		if (uses && !select_sock(image, s, uses, dims + slot * TETRA_SLOT_COLUMNS,
					 address))
			return 0;
	}
	return 1;
}

/* What the matching of a slot's paths looks at. */
struct path_question {
	__u32 uses; /* columns of the slot */
	__u32 dim; /* the first of them */
	__u32 path_slot; /* PATH_SLOT() */
};

static __always_inline __u64 path_walk_whole(struct tetra_scratch *s,
					     const struct path_question *q,
					     const struct walk *walk)
{
	if (!walk_whole(s, walk))
		return WALK_DECLINED;
	s->run.path_slot = q->path_slot;
	return WALK_DONE;
}

/*
 * The quick walk for a path whose dentry and mount are typed. WALK_DECLINED leaves s->path
 * for the slow walk to begin with, and s->match as it was.
 */
static __always_inline __u64 path_walk_typed(tetra_image image, struct tetra_scratch *s,
					   const struct path_question *q, struct walk *walk)
{
	__u64 done;

	if (cfg.task_btf) {
		struct task_struct *task = (void *)bpf_get_current_task_btf();

		walk_set_root(walk, task->fs);
	} else {
		path_set_root(&s->path);
		walk->root_dentry = s->path.root_dentry;
		walk->root_mount = s->path.root_mount;
	}
	if (!(q->uses & COLUMN(TETRA_COL_HEAD)))
		return path_walk_whole(s, q, walk);
	done = (__u64)walk->mount == walk->root_mount &&
	       walk_match(image, s, q->dim + TETRA_COL_HEAD, walk->dentry,
			  walk->root_dentry);
	if (done && (!trie_leave(s, 0) || !(s->match.bits & s->text_wanted)))
		return WALK_DONE;
	walk_keep(&s->path, walk);
	/* If there was a rename in between, the text is made anew when it is wanted. */
	if (done && walk_rest(s, walk->dentry)) {
		s->path.known = 1;
		s->run.path_slot = q->path_slot;
	}
	return done;
}

/* @value: the typed parameter. */
static __always_inline __u64 path_walk_param(tetra_image image, struct tetra_scratch *s,
					   const struct path_question *q, void *value,
					   __u32 kind)
{
	struct walk walk;

	if (kind == TETRA_ARG_PATH) {
		struct path *path = value;

		walk.dentry = path->dentry;
		walk.mount = path->mnt;
	} else {
		struct file *file = value;

		if (kind == TETRA_ARG_BINPRM)
			file = ((struct linux_binprm *)file)->file;
		walk.dentry = file->f_path.dentry;
		walk.mount = file->f_path.mnt;
	}
	return path_walk_typed(image, s, q, &walk);
}

/* The tries over a path that the slow walk found, or that is not there. */
static __always_inline __u64 path_select(tetra_image image, struct tetra_scratch *s,
					 const struct path_question *q, int found)
{
	struct tetra_match *m = &s->match;

	if (!(q->uses & COLUMN(TETRA_COL_HEAD)))
		return m->bits;
	if (!found || s->path.flags & TETRA_ARG_NO_PATH)
		return match_no_text(image, m, q->dim + TETRA_COL_HEAD);
	return select_components(image, s, q->dim + TETRA_COL_HEAD);
}

static __always_inline __u64 path_select_tail(tetra_image image, struct tetra_scratch *s,
					      __u32 scratch, const struct path_question *q,
					      __u32 slot)
{
	if (!(q->uses & COLUMN(TETRA_COL_TAIL)))
		return s->match.bits;
	if (arg_put_path(scratch, slot))
		return select_text(image, s, q->dim + TETRA_COL_TAIL, 1);
	return match_no_text(image, &s->match, q->dim + TETRA_COL_TAIL);
}

static __always_inline int slots_paths(void *ctx, enum param_source source,
					 tetra_image image, struct tetra_scratch *s,
					 __u32 scratch, __u64 columns, __u32 dims,
					 __u64 posting)
{
	__u32 i, slot;

	SLOTS_EACH(TETRA_SLOTS_PATH, i, slot) {
		struct path_question q = { .uses = slot_uses(columns, slot),
					   .dim = dims + slot * TETRA_SLOT_COLUMNS,
					   .path_slot = PATH_SLOT(slot) };
		__u32 kind = cfg.slots[slot].kind;
		int typed = source == PARAM_TYPED && cfg.slots[slot].typed;
		__u64 value = slot_value(ctx, source, slot);

		/* Lest addresses are worked out ahead: the loop turns once, mostly. */
		opaque(s);
		s->raw[slot] = value;
		if (!q.uses)
			continue;
		s->text_wanted = posting;
		if (q.uses & COLUMN(TETRA_COL_TAIL))
			s->text_wanted = ~0ull;
		if (typed && path_walk_param(image, s, &q, (void *)value, kind)) {
			if (!s->match.bits)
				return 0;
		} else if (!path_select(image, s, &q,
					typed ? path_find_started(scratch, slot)
					      : path_find_raw(scratch, slot))) {
			return 0;
		}
		if (!path_select_tail(image, s, scratch, &q, slot))
			return 0;
	}
	return 1;
}

static __always_inline __u64 slot_size(void *ctx, enum param_source source, __u32 slot)
{
	if (source == PARAM_RECORD)
		return record_size(ctx, slot);
	if (cfg.slots[slot].size_param == 0xff)
		return 0;
	return param_get(ctx, source, cfg.slots[slot].size_param);
}

static __always_inline int slots_texts(void *ctx, enum param_source source,
					 tetra_image image, struct tetra_scratch *s,
					 __u32 scratch, __u64 columns, __u32 dims)
{
	__u32 i, slot;

	SLOTS_EACH(TETRA_SLOTS_TEXT, i, slot) {
		__u32 kind = cfg.slots[slot].kind, uses = slot_uses(columns, slot);

		s->raw[slot] = slot_value(ctx, source, slot);
		if (kind == TETRA_ARG_CHAR_BUF || kind == TETRA_ARG_CONST_BUF)
			s->sizes[slot] = slot_size(ctx, source, slot);
		if (uses && !texts_select(image, s, uses, dims + slot * TETRA_SLOT_COLUMNS,
					  arg_put_text(scratch, slot)))
			return 0;
	}
	return 1;
}

/* All columns. */
static __always_inline __u64 hook_select(void *ctx, enum param_source source,
					 tetra_image image, struct tetra_scratch *s,
					 __u32 scratch, struct tetra_cell *hook)
{
	__u64 posting = hook->hook.posting;
	__u64 columns = hook->hook.slot_columns;
	__u64 dims = hook->hook.slot_dims;

	if (cfg.process_columns && hook->hook.process_columns &&
	    !select_process(image, s, hook->hook.process_columns, hook->hook.process_dims))
		return 0;
	if (!slots_numbers(ctx, source, image, s, columns, dims))
		return 0;
	if (!slots_socks(ctx, source, image, s, columns, dims))
		return 0;
	if (!slots_paths(ctx, source, image, s, scratch, columns, dims, posting))
		return 0;
	if (!slots_texts(ctx, source, image, s, scratch, columns, dims))
		return 0;
	return s->match.bits;
}

static __always_inline void hook_prepare(struct tetra_scratch *s, __u64 bits, __u32 n_words)
{
	match_begin(&s->match, bits, n_words);
	__builtin_memset(&s->run, 0, sizeof(s->run));
	s->spot = sizeof(struct tetra_record_hook);
	s->process.tgid = 0;
	s->process.flags = 0;
	s->sock.cookie = 0;
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
	bits = hook->hook.alive;
	if (!(cfg.phase & TETRA_PHASE_EVENT)) {
		bits = hook->hook.deciding;
		opaque(bits);
	}
	if (!bits)
		return 0;
	s = scratch_claim();
	if (!s) {
		loss_count(TETRA_LOST_SCRATCH);
		/* Nothing can be evaluated. What cannot be judged is not let through. */
		return cfg.phase & TETRA_PHASE_DENY && hook->hook.deciding ? -ACT_EPERM : 0;
	}
	scratch = s->number;
	n_words = hook->hook.n_words;
	s->rules = hook->hook.rules;
	hook_prepare(s, bits, wide ? n_words : 1);
	s->image = (__u64)image;
	bits = hook_select(ctx, source, image, s, scratch, hook);
	if (bits)
		rules_act(s, scratch, bits, wide);
	verdict = s->run.verdict;
	scratch_release(s);
	return verdict;
}

#endif
