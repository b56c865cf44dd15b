/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The common part of every hook: find the rule set, check whether it has rules for this hook,
 * match column by column, carry out the remaining rules. A program of any type is this plus
 * its own way to read parameters.
 */
#ifndef TETRA_BPF_HOOK_H
#define TETRA_BPF_HOOK_H

#include "bpf/hook/act.bpf.h"
#include "bpf/path/layer.bpf.h"
#include "bpf/process/own.bpf.h"
#include "bpf/common/source.bpf.h"
#include "bpf/hook/tail.bpf.h"
#include "bpf/hook/walk-match.bpf.h"

/* The functions below, one per class, say whether any rule is left: a constant if a class has
 * no slots. */

/*
 * An entry program of a hook that filters results: selectors that do are skipped, except
 * those that enforce, which cannot wait.
 */
static __always_inline int slots_later(tetra_image image, struct tetra_scratch *s,
				       __u64 columns, __u32 dims)
{
	__u32 i, slot;

	SLOTS_EACH (TETRA_SLOTS_LATER, i, slot) {
		__u32 uses = list_uses(columns, slot, TETRA_SLOTS_LATER);

		if (uses &&
		    !select_aside(image, s, uses, dims + slot * TETRA_SLOT_COLUMNS,
				  TETRA_VALUE_LATER))
			return 0;
	}
	return 1;
}

/* The number of a system call, marked if this is one of the 32-bit entry. */
static __noinline __u64 call_number(__u64 number)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	if (BPF_CORE_READ(task, thread_info.status) & TS_COMPAT)
		number = (__u32)number | TETRA_CALL_COMPAT;
	return number;
}

/* The next step after a slot that may be unread. */
enum slot_next { SLOT_NO_RULE_IS_LEFT, SLOT_IS_READ, SLOT_IS_DONE };

/* All columns of slot @slot, if its value could not be reached. */
static __noinline enum slot_next slot_look(tetra_image image, struct tetra_scratch *s,
					   __u32 uses, __u32 dims, __u32 slot)
{
	slot &= TETRA_MAX_SLOTS - 1;
	if (!slot_is_unread(s, slot))
		return SLOT_IS_READ;
	if (!uses)
		return SLOT_IS_DONE;
	unreadable_count(cfg.operands ? TETRA_UNREADABLE_USER_MEMORY
				      : TETRA_UNREADABLE_KERNEL_MEMORY);
	return select_aside(image, s, uses, dims + slot * TETRA_SLOT_COLUMNS,
			    TETRA_VALUE_UNREADABLE)
		       ? SLOT_IS_DONE
		       : SLOT_NO_RULE_IS_LEFT;
}

/* In a loop over slots. */
#define SLOT_SKIP_UNREAD(list, uses, slot)                                               \
	if (list_walks(list)) {                                                          \
		enum slot_next next = slot_look(image, s, uses, dims, slot);             \
                                                                                         \
		if (next == SLOT_NO_RULE_IS_LEFT)                                        \
			return 0;                                                        \
		if (next == SLOT_IS_DONE)                                                \
			continue;                                                        \
	}

/* Reads the set of capabilities that slot @slot points to, and matches it. Not 0 if a rule is left. */
static __noinline __u64 select_caps(tetra_image image, struct tetra_scratch *s,
				    __u32 uses, __u32 dim, __u32 slot)
{
	__u64 from, set = 0;
	__u32 state = TETRA_VALUE_READ;

	slot &= TETRA_MAX_SLOTS - 1;
	from = s->raw[slot];
	if (!from || bpf_probe_read_kernel(&set, sizeof(set), (void *)from) < 0)
		state = memory_state(from, slot);
	s->raw[slot] = set;
	s->sizes[slot] = state;
	if (!uses)
		return 1;
	if (state)
		return select_aside(image, s, uses, dim, state);
	return select_number(image, s, uses, dim, set, 0);
}

/* Numbers are extended from their own width, if that is less than the kind's. */
static __always_inline int slots_numbers(void *ctx, enum program program,
					 tetra_image image, struct tetra_scratch *s,
					 __u64 columns, __u32 dims)
{
	__u32 i, slot;

	SLOTS_EACH (TETRA_SLOTS_NUMBER, i, slot) {
		__u32 uses = list_uses(columns, slot, TETRA_SLOTS_NUMBER);
		__u64 value = slot_value(ctx, program, s, slot);

		if (program == PROGRAM_TYPED)
			value = source_number(value, &s->raw[slot]);
		SLOT_SKIP_UNREAD(TETRA_SLOTS_NUMBER, uses, slot)
		value = source_extend(value, slot);
		if (cfg.calls && cfg.slots[slot].reader == TETRA_READ_CALL)
			value = call_number(value);
		s->raw[slot] = value;
		if (cfg.caps && cfg.slots[slot].reader == TETRA_READ_CAPS) {
			if (!select_caps(image, s, uses, dims + slot * TETRA_SLOT_COLUMNS,
					 slot))
				return 0;
			continue;
		}
		if (uses &&
		    !select_number(image, s, uses, dims + slot * TETRA_SLOT_COLUMNS,
				   value, cfg.slots[slot].is_signed))
			return 0;
	}
	return 1;
}

static __always_inline int slots_socks(void *ctx, enum program program, tetra_image image,
				       struct tetra_scratch *s, __u64 columns, __u32 dims)
{
	__u32 i, slot;

	SLOTS_EACH (TETRA_SLOTS_SOCK, i, slot) {
		__u32 uses = list_uses(columns, slot, TETRA_SLOTS_SOCK);
		__u64 address = slot_value(ctx, program, s, slot);

		s->sock.cookie = 0; /* that of an earlier run */
		SLOT_SKIP_UNREAD(TETRA_SLOTS_SOCK, uses, slot)
		s->raw[slot] = address;
		if (uses && !select_sock(image, s, uses, dims + slot * TETRA_SLOT_COLUMNS,
					 sock_state(s, slot, address)))
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

/* Every name of its file system is below that dentry. */
static __always_inline int root_is_whole(const struct walk *walk)
{
	return (__u64)walk->dentry->d_sb->s_root == walk->root;
}

/*
 * The TAIL column over the last names of the path, where these decide it; @reaches: the path is
 * known to lead to its root.
 */
static __always_inline void path_walk_tail(tetra_image image, struct tetra_scratch *s,
					   struct path_question *q,
					   const struct walk *walk, __u64 reaches,
					   __u64 posting)
{
	if (!(q->uses & COLUMN(TETRA_COL_TAIL)) || !walk->root ||
	    !(reaches || root_is_whole(walk)))
		return;
	if (!tail_select(image, s, path_dim(image, q->dim + TETRA_COL_TAIL, q->foreign),
			 walk->dentry, walk->root))
		return;
	q->uses &= ~COLUMN(TETRA_COL_TAIL);
	s->text_wanted = posting;
}

/*
 * HEAD and TAIL of a path have to be of one moment: the names of two paths that it had in turn
 * are those of a third, which it may never have had. So what HEAD decided can be undone.
 */
static __always_inline void path_remember(struct tetra_scratch *s)
{
	s->path.bits = s->match.bits;
	s->path.n_rows = s->match.n_rows;
}

static __always_inline void path_undo(struct tetra_scratch *s)
{
	s->match.bits = s->path.bits;
	s->match.n_rows = s->path.n_rows;
}

/* The HEAD column over the names. */
static __always_inline __u64 path_match_typed(tetra_image image, struct tetra_scratch *s,
					      const struct path_question *q,
					      const struct walk *walk)
{
	__u32 dim = path_dim(image, q->dim + TETRA_COL_HEAD, q->foreign);
	__u64 done;

	if (!RENAME_LOCK)
		return walk_match(image, s, dim, walk->dentry, walk->root);
	done = walk_match_counted(image, s, dim, walk->dentry, walk->root);
	return done && (!walk->is_crossing || lock_is_same(MOUNT_LOCK, s->path.mounted));
}

/* After a walk that matched: 1 if the path's text can be made of what the walk has found. */
static __always_inline __u64 path_has_names(struct tetra_scratch *s,
					    const struct walk *walk)
{
	if (RENAME_LOCK && (walk->is_crossing || s->path.depth > WALK_COMPONENTS))
		return walk_leave_far(s, walk->dentry, walk->is_crossing);
	return walk_rest(s, walk->dentry, WALK_SEQUENCES);
}

/*
 * The quick walk for a path whose dentry and mount are typed. WALK_DECLINED leaves s->path
 * as the slow walk's start, and s->match as it was.
 */
static __always_inline __u64 path_walk_typed(tetra_image image, struct tetra_scratch *s,
					     struct path_question *q, struct walk *walk,
					     __u64 posting)
{
	__u64 done;
	__u32 uses;

	walk_set_root(s, walk);
	/* A mount on the root mount of the first namespace is in that namespace. */
	if (cfg.distrusts && !walk->is_common && !walk->is_crossing &&
	    mount_is_foreign(s->number))
		q->foreign = TETRA_ARG_FOREIGN;
	if (!(q->uses & COLUMN(TETRA_COL_HEAD))) {
		path_walk_tail(image, s, q, walk, 0, posting);
		if (!(s->match.bits & s->text_wanted))
			return WALK_DONE;
		return path_walk_whole(s, q, walk);
	}
	done = (walk->root || walk->is_crossing) && path_match_typed(image, s, q, walk);
	if (done && !trie_leave(s, 0))
		return WALK_DONE;
	/* Without the count of renames it is not known whether there was one in between. */
	if (done && RENAME_LOCK) {
		uses = q->uses;
		path_walk_tail(image, s, q, walk, 1, posting);
		if (q->uses != uses && !lock_is_same(RENAME_LOCK, s->path.sequences)) {
			q->uses = uses;
			path_undo(s);
			done = 0;
		}
	}
	if (done && !(s->match.bits & s->text_wanted))
		return WALK_DONE;
	walk_keep(&s->path, walk);
	s->path.flags = q->foreign;
	if (done && !RENAME_LOCK && q->uses & COLUMN(TETRA_COL_TAIL))
		return done;
	/* If there was a rename in between, the text is built again when it is needed. */
	if (done && path_has_names(s, walk)) {
		s->path.known = 1;
		s->run.path_slot = q->path_slot;
	}
	return done;
}

/* @value: the typed parameter. */
static __always_inline __u64 path_walk_param(tetra_image image, struct tetra_scratch *s,
					     struct path_question *q, void *value,
					     __u32 reader, __u64 posting)
{
	struct walk walk;

	if (reader == TETRA_READ_PATH) {
		struct path *path = value;

		walk.dentry = path->dentry;
		walk.mount = path->mnt;
	} else {
		struct file *file = value;

		if (reader == TETRA_READ_BINPRM)
			file = ((struct linux_binprm *)file)->file;
		walk.dentry = file->f_path.dentry;
		walk.mount = file->f_path.mnt;
	}
	return path_walk_typed(image, s, q, &walk, posting);
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
		if (s->path.plain || path_is_same(s, s->number))
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

/* HEAD once more, over the path that the text was made of: 1 if that is still the file's. */
static __noinline int path_head_again(tetra_image image, struct tetra_scratch *s,
				      __u32 dim)
{
	path_undo(s);
	if (!components_walk(image, s, path_dim(image, dim, s->path.flags)) ||
	    (!s->path.plain && !path_is_same(s, s->number)))
		return 0;
	trie_leave(s, 0);
	return 1;
}

/*
 * The path in slot @slot with its text, for TAIL; @head: what HEAD looks at, or 0. Returns an enum
 * tetra_value_state. Global: verified alone.
 */
__noinline int path_put_judged(__u32 scratch, __u32 slot, __u32 head)
{
	struct tetra_scratch *s = scratch_get(scratch);
	tetra_image image;
	__u32 state, spot, i;

	if (!s)
		return TETRA_VALUE_UNREADABLE;
	image = image_again(s);
	if (!image)
		return TETRA_VALUE_UNREADABLE;
	spot = s->spot;
	for (i = 0; i < PATH_NAME_RETRIES; i++) {
		state = arg_put_path(scratch, slot);
		if (state || !head || !s->path.is_later)
			return state;
		if (path_head_again(image, s, head))
			return TETRA_VALUE_READ;
		if (i + 1 < PATH_NAME_RETRIES)
			arg_take_back(s, slot, spot);
	}
	unreadable_count(TETRA_UNREADABLE_PATH_MOVED);
	match_aside(image, &s->match, head, TETRA_VALUE_UNREADABLE);
	return TETRA_VALUE_UNREADABLE;
}

static __always_inline __u64 path_select_tail(tetra_image image, struct tetra_scratch *s,
					      __u32 scratch,
					      const struct path_question *q, __u32 slot)
{
	__u32 dim = q->dim + TETRA_COL_TAIL, head = 0, state;

	if (!(q->uses & COLUMN(TETRA_COL_TAIL)))
		return s->match.bits;
	if (q->uses & COLUMN(TETRA_COL_HEAD))
		head = q->dim + TETRA_COL_HEAD;
	state = path_put_judged(scratch, slot, head);
	if (!state)
		dim = path_dim(image, dim, s->path.flags);
	return text_select(image, s, dim, state, 1);
}

#define MODE_TYPE_SHIFT 12

/* The mode of the file or path at @address; its state is returned: enum tetra_value_state. */
static __always_inline __u32 file_mode_read(__u64 address, __u32 reader, __u16 *ret)
{
	struct dentry *dentry = 0;
	struct inode *inode = 0;
	struct file *file = (void *)address;
	struct path *path = (void *)address;
	int r;

	if (reader == TETRA_READ_PATH) {
		r = bpf_core_read(&dentry, sizeof(dentry), &path->dentry);
		if (!r)
			r = bpf_core_read(&inode, sizeof(inode), &dentry->d_inode);
	} else {
		r = bpf_core_read(&inode, sizeof(inode), &file->f_inode);
	}
	if (!r && !inode)
		return TETRA_VALUE_ABSENT;
	if (!r)
		r = bpf_core_read(ret, sizeof(*ret), &inode->i_mode);
	if (!r)
		return TETRA_VALUE_READ;
	unreadable_count(TETRA_UNREADABLE_KERNEL_MEMORY);
	return TETRA_VALUE_UNREADABLE;
}

static __noinline __u64 select_file_type(tetra_image image, struct tetra_scratch *s,
					 __u32 dim, __u64 address, __u32 reader)
{
	__u32 state = TETRA_VALUE_ABSENT;
	__u16 mode = 0;

	if (address)
		state = file_mode_read(address, reader, &mode);
	return file_type_select(image, &s->match, dim, state, mode >> MODE_TYPE_SHIFT);
}

static __always_inline int slots_paths(void *ctx, enum program program, tetra_image image,
				       struct tetra_scratch *s, __u32 scratch,
				       __u64 columns, __u32 dims,
				       const struct tetra_cell *hook)
{
	__u32 i, slot;

	SLOTS_EACH (TETRA_SLOTS_PATH, i, slot) {
		__u64 posting = hook->hook.posting;
		struct path_question q = { .uses = list_uses(columns, slot,
							     TETRA_SLOTS_PATH),
					   .dim = dims + slot * TETRA_SLOT_COLUMNS,
					   .path_slot = PATH_SLOT(slot) };
		__u32 reader = cfg.slots[slot].reader;
		int typed =
			program == PROGRAM_TYPED && slot_is_typed(slot, TETRA_SLOTS_PATH);
		__u64 value = slot_value(ctx, program, s, slot);

		/* Do not compute addresses ahead: the loop usually runs once. */
		opaque(s);
		s->raw[slot] = value;
		SLOT_SKIP_UNREAD(TETRA_SLOTS_PATH, q.uses, slot)
		if (q.uses & COLUMN(TETRA_COL_FILE_TYPE)) {
			if (!select_file_type(image, s, q.dim + TETRA_COL_FILE_TYPE,
					      value, reader))
				return 0;
			q.uses &= ~COLUMN(TETRA_COL_FILE_TYPE);
		}
		if (!q.uses) {
			s->run.layer |= RUN_MAY_BE_LAYER;
			continue;
		}
		s->text_wanted = posting;
		if (q.uses & COLUMN(TETRA_COL_TAIL)) {
			s->text_wanted = ~0ull;
			path_remember(s);
		}
		if (typed &&
		    path_walk_param(image, s, &q, (void *)value, reader, posting)) {
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

static __always_inline int slots_texts(void *ctx, enum program program, tetra_image image,
				       struct tetra_scratch *s, __u32 scratch,
				       __u64 columns, __u32 dims)
{
	__u32 i, slot;

	SLOTS_EACH (TETRA_SLOTS_TEXT, i, slot) {
		__u32 uses = list_uses(columns, slot, TETRA_SLOTS_TEXT);

		s->raw[slot] = slot_value(ctx, program, s, slot);
		SLOT_SKIP_UNREAD(TETRA_SLOTS_TEXT, uses, slot)
		if (cfg.slots[slot].reader == TETRA_READ_BUFFER) {
			if (program == PROGRAM_REGS && cfg.operands)
				operand_size(ctx, s, slot, cfg.slots[slot].size_shift);
			else
				s->sizes[slot] = slot_size(ctx, program, slot);
		}
		if (program == PROGRAM_REGS && cfg.operands) {
			SLOT_SKIP_UNREAD(TETRA_SLOTS_TEXT, uses, slot)
		}
		if (uses &&
		    !select_texts(image, s, uses, dims + slot * TETRA_SLOT_COLUMNS, slot))
			return 0;
	}
	return 1;
}

/* All columns. */
static __always_inline __u64 hook_select(void *ctx, enum program program,
					 tetra_image image, struct tetra_scratch *s,
					 __u32 scratch, struct tetra_cell *hook)
{
	__u64 columns = hook->hook.slot_columns;
	__u64 dims = hook->hook.slot_dims;

	if (cfg.process_columns && hook->hook.process_columns &&
	    !select_process(image, s, hook->hook.process_columns,
			    hook->hook.process_dims))
		return 0;
	if (!slots_later(image, s, columns, dims))
		return 0;
	if (!slots_numbers(ctx, program, image, s, columns, dims))
		return 0;
	if (!slots_socks(ctx, program, image, s, columns, dims))
		return 0;
	if (!slots_paths(ctx, program, image, s, scratch, columns, dims, hook))
		return 0;
	if (!slots_texts(ctx, program, image, s, scratch, columns, dims))
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
}

/*
 * Returns the verdict: 0, or a negative errno that a rule asks for. @wide is a constant:
 * hooks with more than 64 rules have separate programs, so that the usual programs are
 * verified without code that only those need.
 */
static __always_inline int hook_run(void *ctx, enum program program, int wide)
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
	bits = hook_select(ctx, program, image, s, scratch, hook);
	if (bits && !own_process() && !own_group() &&
	    !layer_call(ctx, program, s, scratch)) {
		s->rules = hook->hook.rules;
		rules_act(s, scratch, bits, wide);
	}
	verdict = s->run.verdict;
	scratch_release(s);
	return verdict;
}

#endif
