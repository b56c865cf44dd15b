/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The common part of every hook: find the rule set, check whether it has rules for this hook,
 * match column by column, carry out the remaining rules. A program of any type is this plus
 * its own way to read parameters.
 */
#ifndef TETRA_BPF_HOOK_H
#define TETRA_BPF_HOOK_H

#include "bpf/common/act.bpf.h"
#include "bpf/common/layer.bpf.h"
#include "bpf/common/own.bpf.h"
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

/* Its length: from another field, from the field itself, or none. */
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
		/* PARAM_SAVED: after the parameters */
		if (source == PARAM_SAVED)
			return ((const __u64 *)ctx)[TETRA_SAVED_PARAMS];
		return 0;
	}
	return param_get(ctx, source, cfg.slots[slot].param);
}

/* The functions below, one per class, say whether any rule is left: a constant if a class has
 * no slots. */

/* Signed fields of a record are extended from their own width, not the kind's. */
static __always_inline int slots_numbers(void *ctx, enum param_source source,
					 tetra_image image, struct tetra_scratch *s,
					 __u64 columns, __u32 dims)
{
	__u32 i, slot;

	SLOTS_EACH (TETRA_SLOTS_NUMBER, i, slot) {
		__u32 kind = cfg.slots[slot].kind, uses = slot_uses(columns, slot);
		__u64 value = slot_value(ctx, source, slot);

		if (source == PARAM_TYPED)
			value = param_number(value, &s->raw[slot]);
		value = param_extend(value, kind);
		s->raw[slot] = value;
		if (uses && !select_number(image, s, uses,
					   dims + slot * TETRA_SLOT_COLUMNS, value, kind))
			return 0;
	}
	return 1;
}

static __always_inline int slots_socks(void *ctx, enum param_source source,
				       tetra_image image, struct tetra_scratch *s,
				       __u64 columns, __u32 dims)
{
	__u32 i, slot;

	SLOTS_EACH (TETRA_SLOTS_SOCK, i, slot) {
		__u32 uses = slot_uses(columns, slot);
		__u64 address = slot_value(ctx, source, slot);

		s->raw[slot] = address;
		if (uses && !select_sock(image, s, uses, dims + slot * TETRA_SLOT_COLUMNS,
					 address))
			return 0;
	}
	return 1;
}

/* What matching looks at in a slot's path. */
struct path_question {
	__u32 uses;	 /* columns of the slot */
	__u32 dim;	 /* the first of them */
	__u32 path_slot; /* PATH_SLOT() */
	__u32 foreign;	 /* TETRA_ARG_FOREIGN if a rule needs it; else 0 */
};

/* Where a name is looked up; @flags: TETRA_ARG_*. */
static __always_inline __u32 path_dim(tetra_image image, __u32 dim, __u32 flags)
{
	if (cfg.distrusts && flags & TETRA_ARG_FOREIGN)
		return dim_foreign(image, dim);
	return dim;
}

static __always_inline __u64 path_walk_whole(struct tetra_scratch *s,
					     const struct path_question *q,
					     const struct walk *walk)
{
	int whole = walk_whole(s, walk);

	s->path.flags = q->foreign;
	if (!whole)
		return WALK_DECLINED;
	s->run.path_slot = q->path_slot;
	return WALK_DONE;
}

/*
 * The quick walk for a path whose dentry and mount are typed. WALK_DECLINED leaves s->path
 * as the slow walk's start, and s->match as it was.
 */
static __always_inline __u64 path_walk_typed(tetra_image image, struct tetra_scratch *s,
					     struct path_question *q, struct walk *walk)
{
	__u64 done;

	walk_set_root(s, walk);
	if (cfg.distrusts && !walk->is_common && mount_is_foreign(s->number))
		q->foreign = TETRA_ARG_FOREIGN;
	if (!(q->uses & COLUMN(TETRA_COL_HEAD)))
		return path_walk_whole(s, q, walk);
	done = walk->root &&
	       walk_match(image, s, path_dim(image, q->dim + TETRA_COL_HEAD, q->foreign),
			  walk->dentry, walk->root);
	if (done && (!trie_leave(s, 0) || !(s->match.bits & s->text_wanted)))
		return WALK_DONE;
	walk_keep(&s->path, walk);
	s->path.flags = q->foreign;
	/* A rule that looks at the end of the text needs a verified text. */
	if (done && q->uses & COLUMN(TETRA_COL_TAIL) &&
	    !walk_up(s, walk->dentry, walk->root))
		return done;
	/* If there was a rename in between, the text is built again when it is needed. */
	if (done && walk_rest(s, walk->dentry,
			      q->uses & COLUMN(TETRA_COL_TAIL) ? WALK_DENTRIES
							       : WALK_SEQUENCES)) {
		s->path.known = 1;
		s->run.path_slot = q->path_slot;
	}
	return done;
}

/* @value: the typed parameter. */
static __always_inline __u64 path_walk_param(tetra_image image, struct tetra_scratch *s,
					     struct path_question *q, void *value,
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

/* Long names are read in place, after the walk's check, so the result is checked again. */
#define PATH_NAME_RETRIES 3

/* The HEAD trie over a path that the slow walk found. */
static __noinline __u64 path_select_found(tetra_image image, struct tetra_scratch *s,
					  __u32 dim, __u32 slot)
{
	__u32 state, i;

	for (i = 0; i < PATH_NAME_RETRIES; i++) {
		state = path_state(s);
		if (state)
			return match_aside(image, &s->match, dim, state);
		if (!components_walk(image, s, path_dim(image, dim, s->path.flags)))
			return 0;
		if (s->path.plain || path_find(s->number, PATH_CHECK))
			return trie_leave(s, 0);
		path_find_started(s->number, slot);
	}
	unreadable_count(TETRA_UNREADABLE_PATH_MOVED);
	return match_aside(image, &s->match, dim, TETRA_VALUE_UNREADABLE);
}

/* The tries over a path that the slow walk found, or that is absent. */
static __always_inline __u64 path_select(tetra_image image, struct tetra_scratch *s,
					 const struct path_question *q, int found,
					 __u32 slot)
{
	if (!(q->uses & COLUMN(TETRA_COL_HEAD)))
		return s->match.bits;
	if (!found)
		return match_aside(image, &s->match, q->dim + TETRA_COL_HEAD,
				   TETRA_VALUE_ABSENT);
	return path_select_found(image, s, q->dim + TETRA_COL_HEAD, slot);
}

static __always_inline __u64 path_select_tail(tetra_image image, struct tetra_scratch *s,
					      __u32 scratch,
					      const struct path_question *q, __u32 slot)
{
	__u32 dim = q->dim + TETRA_COL_TAIL, state;

	if (!(q->uses & COLUMN(TETRA_COL_TAIL)))
		return s->match.bits;
	state = arg_put_path(scratch, slot);
	if (!state)
		dim = path_dim(image, dim, s->path.flags);
	return text_select(image, s, dim, state, 1);
}

static __always_inline int slots_paths(void *ctx, enum param_source source,
				       tetra_image image, struct tetra_scratch *s,
				       __u32 scratch, __u64 columns, __u32 dims,
				       __u64 posting)
{
	__u32 i, slot;

	SLOTS_EACH (TETRA_SLOTS_PATH, i, slot) {
		struct path_question q = { .uses = slot_uses(columns, slot),
					   .dim = dims + slot * TETRA_SLOT_COLUMNS,
					   .path_slot = PATH_SLOT(slot) };
		__u32 kind = cfg.slots[slot].kind;
		int typed = source == PARAM_TYPED && cfg.slots[slot].typed;
		__u64 value = slot_value(ctx, source, slot);

		/* Do not compute addresses ahead: the loop usually runs once. */
		opaque(s);
		s->raw[slot] = value;
		if (!q.uses) {
			s->run.layer |= RUN_MAY_BE_LAYER;
			continue;
		}
		s->text_wanted = posting;
		if (q.uses & COLUMN(TETRA_COL_TAIL))
			s->text_wanted = ~0ull;
		if (typed && path_walk_param(image, s, &q, (void *)value, kind)) {
			if (!s->match.bits)
				return 0;
		} else if (!path_select(image, s, &q,
					typed ? path_find_started(scratch, slot)
					      : path_find_raw(scratch, slot),
					slot)) {
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

/* Both tries over the text in slot @slot. */
static __noinline __u64 select_texts(tetra_image image, struct tetra_scratch *s,
				     __u32 uses, __u32 dim, __u32 slot)
{
	__u32 state = arg_put_text(s->number, slot);

	if (uses & COLUMN(TETRA_COL_HEAD) &&
	    !text_select(image, s, dim + TETRA_COL_HEAD, state, 0))
		return 0;
	if (!(uses & COLUMN(TETRA_COL_TAIL)))
		return s->match.bits;
	if (!state && s->text_is_cut)
		state = arg_tail(s->number, slot);
	return text_select(image, s, dim + TETRA_COL_TAIL, state, 1);
}

static __always_inline int slots_texts(void *ctx, enum param_source source,
				       tetra_image image, struct tetra_scratch *s,
				       __u32 scratch, __u64 columns, __u32 dims)
{
	__u32 i, slot;

	SLOTS_EACH (TETRA_SLOTS_TEXT, i, slot) {
		__u32 kind = cfg.slots[slot].kind, uses = slot_uses(columns, slot);

		s->raw[slot] = slot_value(ctx, source, slot);
		if (kind == TETRA_ARG_CHAR_BUF || kind == TETRA_ARG_CONST_BUF)
			s->sizes[slot] = slot_size(ctx, source, slot);
		if (uses &&
		    !select_texts(image, s, uses, dims + slot * TETRA_SLOT_COLUMNS, slot))
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
	    !select_process(image, s, hook->hook.process_columns,
			    hook->hook.process_dims))
		return 0;
	if (cfg.later && RETURN_COLUMNS(columns) &&
	    !select_later(image, s, RETURN_COLUMNS(columns),
			  dims + TETRA_RETURN_SLOT * TETRA_SLOT_COLUMNS))
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

static __always_inline void hook_prepare(struct tetra_scratch *s, __u64 bits,
					 __u32 n_words)
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
 * hooks with more than 64 rules have separate programs, so that the usual programs are
 * verified without code that only those need.
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
	bits = hook_bits(hook, cfg.phase);
	if (!bits)
		return 0;
	s = scratch_claim();
	if (!s) {
		loss_count(TETRA_LOST_SCRATCH);
		/* Nothing can be evaluated. What cannot be judged is denied. */
		if (cfg.phase & TETRA_PHASE_DENY && hook->hook.deciding && !own_process())
			return -ACT_EPERM;
		return 0;
	}
	scratch = s->number;
	n_words = hook->hook.n_words;
	hook_prepare(s, bits, wide ? n_words : 1);
	s->image = (__u64)image;
	bits = hook_select(ctx, source, image, s, scratch, hook);
	if (bits && !own_process() && !own_group() && !layer_call(s, scratch)) {
		s->rules = hook->hook.rules;
		rules_act(s, scratch, bits, wide);
	}
	verdict = s->run.verdict;
	scratch_release(s);
	return verdict;
}

#endif
