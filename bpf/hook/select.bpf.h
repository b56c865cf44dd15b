/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which rules match: the columns of the process, then those of the slots, cheapest first.
 * Each step returns the remaining rules; zero ends the run.
 */
#ifndef TETRA_BPF_SELECT_H
#define TETRA_BPF_SELECT_H

#include "bpf/abi/match-cut.h"
#include "bpf/process/fork.bpf.h"
#include "bpf/common/image.bpf.h"
#include "bpf/common/param.bpf.h"
#include "bpf/hook/sock.bpf.h"
#include "bpf/process/scope.bpf.h"
#include "bpf/process/task.bpf.h"
#include "bpf/path/text.bpf.h"

/* The configuration's bit comes first: the verifier removes what an instance never uses. */
#define USES(number) (cfg.process_columns & COLUMN(number) && columns & COLUMN(number))

/* The columns of one slot: those that the hook's row and the instance have. */
static __always_inline __u32 slot_uses(__u64 columns, __u32 slot)
{
	return (cfg.slot_columns & columns) >> slot * TETRA_SLOT_COLUMNS & 0xff;
}

/* Of a slot of @list. Which one that is depends on the turn of a loop, what the list has does not. */
static __always_inline __u32 list_uses(__u64 columns, __u32 slot, __u32 list)
{
	return slot_uses(columns, slot) & cfg.columns_of[list];
}

/* Whether the slot's parameter has the type that its reader wants. */
static __always_inline int slot_is_typed(__u32 slot, __u32 list)
{
	return cfg.some_typed[list] && (!cfg.some_untyped[list] || cfg.slots[slot].typed);
}

#define TASK_COLUMNS                                                                     \
	(((1u << TETRA_PROCESS_COLUMNS) - 1) &                                           \
	 ~(ROW_COLUMNS | COLUMN(TETRA_COL_PID) | COLUMN(TETRA_COL_SCOPE)))

/* The event of a process without a row belongs to the nearest known ancestor. */
static __noinline int process_find_ancestor(struct tetra_scratch *s)
{
	__u32 tgid = 0;
	struct tetra_proc *proc = proc_find_ancestor(&tgid);

	s->process.stamp = 0;
	s->process.flags = TETRA_HOOK_UNKNOWN;
	if (!proc)
		return 0;
	s->process.tgid = tgid;
	s->process.stamp = proc->stamp;
	s->process.flags = TETRA_HOOK_ANCESTOR;
	return 0;
}

/*
 * Sets s->process: whose event this would be. Returns the process's row, or NULL if it has
 * none.
 */
static __always_inline struct tetra_proc *process_find(struct tetra_scratch *s)
{
	__u32 tgid = bpf_get_current_pid_tgid() >> 32;
	struct tetra_proc *proc = proc_find(tgid);

	s->process.tgid = tgid;
	if (cfg.keeps_forks && !proc &&
	    fork_settle(leader_address((void *)bpf_get_current_task())))
		proc = proc_find(tgid);
	if (!proc) {
		process_find_ancestor(s);
		return 0;
	}
	s->process.stamp = proc->stamp;
	s->process.flags = 0;
	return proc;
}

/*
 * Whether the row is of the image that runs now. It is certainly of this process: rows are
 * removed with their task, and a fork that cannot write the new row removes the old one.
 */
static __always_inline int row_is_current(const struct tetra_proc *row)
{
	if (cfg.task_btf) {
		struct task_struct *task = (void *)bpf_get_current_task_btf();

		return row->exec_id == task->self_exec_id;
	} else {
		struct task_struct *task = (void *)bpf_get_current_task();

		return row->exec_id == BPF_CORE_READ(task, self_exec_id);
	}
}

/* A text of at most 256 bytes that a process row keeps. */
static __noinline __u64 select_exe(tetra_image image, struct tetra_scratch *s, __u32 dim,
				   const struct tetra_proc *proc, __u32 tail)
{
	__u32 bytes = proc->exe_bytes, left, i;
	struct tetra_match *m = &s->match;

	if (!trie_begin(image, m, dim))
		return 0;
	left = bytes;
	for (i = 0; i < TETRA_EXE_HEAD / TETRA_CHUNK_BYTES; i++) {
		const __u64 *words;

		if (!left)
			break;
		if (tail) {
			if (i >= TETRA_EXE_TAIL / TETRA_CHUNK_BYTES)
				break;
			words = (const void *)&proc
					->exe_tail[TETRA_EXE_TAIL -
						   TETRA_CHUNK_BYTES * (i + 1)];
		} else {
			words = (const void *)&proc->exe_head[TETRA_CHUNK_BYTES * i];
		}
		words_copy(s->chunk, words, sizeof(s->chunk));
		s->chunk_len = left > TETRA_CHUNK_BYTES ? TETRA_CHUNK_BYTES : left;
		s->chunk_kind =
			left > TETRA_CHUNK_BYTES ? TETRA_CHUNK_MORE : TETRA_CHUNK_LAST;
		left -= s->chunk_len;
		if (!trie_step(s->number))
			return trie_leave(s, tail);
	}
	if (!left)
		trie_stop(s);
	return trie_leave(s, tail);
}

/* The process's marks; @unknown: some may be missing. */
static __always_inline __u64 marks_select(tetra_image image, struct tetra_scratch *s,
					  __u32 dim, __u32 unknown, __u64 marks)
{
	if (unknown)
		return match_aside(image, &s->match, dim, TETRA_VALUE_UNREADABLE);
	return bits_step(s->number, dim, marks);
}

/* Where the executable's name is looked up. */
static __always_inline __u32 exe_dim(tetra_image image, __u32 dim,
				     const struct tetra_proc *proc)
{
	if (cfg.distrusts && proc && proc->flags & TETRA_PROC_FOREIGN)
		return dim_foreign(image, dim);
	return dim;
}

/* The columns of the executable's name; @state: enum tetra_value_state. */
static __always_inline __u64 exe_select(tetra_image image, struct tetra_scratch *s,
					__u32 dim, const struct tetra_proc *proc,
					__u32 state, __u32 tail)
{
	if (state || !proc)
		return match_aside(image, &s->match, dim, state);
	return select_exe(image, s, exe_dim(image, dim, proc), proc, tail);
}

/*
 * Columns of a process's row; @proc is NULL if it is not known. @state is that of its
 * executable's name, @ns_tgid its number in its pid namespace.
 */
static __always_inline __u64 row_select(tetra_image image, struct tetra_scratch *s,
					const struct tetra_proc *proc, __u32 state,
					__u32 ns_tgid, __u32 columns, __u32 dims)
{
	struct tetra_match *m = &s->match;
	__u64 hash0 = 0, hash1 = 0, pid_marks = 0, binary_marks = 0;
	__u32 unknown = MARKS_UNKNOWN;

	if (state == TETRA_VALUE_NONE)
		hash1 = TETRA_EXE_NONE;
	else if (proc && !state) {
		hash0 = proc->exe_hash[0];
		hash1 = proc->exe_hash[1];
	}
	if (USES(TETRA_COL_BINARY) &&
	    !match_exact(image, m, exe_dim(image, dims + TETRA_COL_BINARY, proc), hash0,
			 hash1))
		return 0;
	/* Usually no other column is used: check the configuration once, not per column. */
	if (!(cfg.process_columns & ROW_COLUMNS & ~COLUMN(TETRA_COL_BINARY)))
		return m->bits;
	if (proc) {
		pid_marks = proc->pid_marks;
		binary_marks = proc->binary_marks;
		unknown &= proc->flags;
	}
	if (USES(TETRA_COL_NSPID) &&
	    !match_exact(image, m, dims + TETRA_COL_NSPID, ns_tgid, 0))
		return 0;
	if (USES(TETRA_COL_PID_MARKS) &&
	    !marks_select(image, s, dims + TETRA_COL_PID_MARKS,
			  unknown & TETRA_PROC_MARKS_UNKNOWN, pid_marks))
		return 0;
	if (state == TETRA_VALUE_UNREADABLE)
		unknown |= TETRA_PROC_NAMES_UNKNOWN;
	if (USES(TETRA_COL_BINARY_MARKS) &&
	    !marks_select(image, s, dims + TETRA_COL_BINARY_MARKS, unknown, binary_marks))
		return 0;
	if (USES(TETRA_COL_BINARY_HEAD) &&
	    !exe_select(image, s, dims + TETRA_COL_BINARY_HEAD, proc, state, 0))
		return 0;
	if (USES(TETRA_COL_BINARY_TAIL) &&
	    !exe_select(image, s, dims + TETRA_COL_BINARY_TAIL, proc, state, 1))
		return 0;
	return m->bits;
}

/* The state of the current process's executable name. */
static __always_inline __u32 exe_state(const struct tetra_proc *proc)
{
	struct task_struct *task;

	if (proc && (proc->exe_hash[0] | proc->exe_hash[1]))
		return TETRA_VALUE_READ;
	task = (void *)bpf_get_current_task();
	if (task_is_kernels(task))
		return TETRA_VALUE_NONE;
	unreadable_count(TETRA_UNREADABLE_PROCESS);
	return TETRA_VALUE_UNREADABLE;
}

/* The row of the current process, computed: it has none, or one of an earlier image. */
static __noinline __attribute__((returns_nonnull)) struct tetra_proc *
row_make(struct tetra_scratch *s)
{
	s->task = bpf_get_current_task();
	identity_find(s->number);
	identity_doubt(s);
	return &s->proc;
}

/* Columns that read the process's row. */
static __noinline __u64 select_row(tetra_image image, struct tetra_scratch *s,
				   __u32 columns, __u32 dims)
{
	struct tetra_proc *proc = process_find(s);

	if (!proc || !row_is_current(proc))
		proc = row_make(s);
	return row_select(image, s, proc, exe_state(proc), proc->ns_tgid, columns, dims);
}

/* How a task is read. The differential test has facts instead of a task. */
typedef __u64 (*task_capabilities_fn)(void *task, __u32 set);
typedef __u64 (*task_namespace_fn)(void *task, __u32 which);

static __always_inline __u64 task_select(tetra_image image, struct tetra_scratch *s,
					 void *task, task_capabilities_fn capabilities,
					 task_namespace_fn namespace, __u32 columns,
					 __u32 dims)
{
	struct tetra_match *m = &s->match;
	__u32 i;

	for (i = 0; i < TETRA_CAPSET_END; i++)
		if (USES(TETRA_COL_CAPS + i) &&
		    !bits_step(s->number, dims + TETRA_COL_CAPS + i,
			       capabilities(task, i)))
			return 0;
	if (USES(TETRA_COL_USER_NS) && !match_exact(image, m, dims + TETRA_COL_USER_NS,
						    namespace(task, TETRA_NS_USER), 0))
		return 0;
	for (i = 0; i < TETRA_NS_END; i++)
		if (USES(TETRA_COL_NS + i) &&
		    !match_exact(image, m, dims + TETRA_COL_NS + i, namespace(task, i),
				 0))
			return 0;
	return m->bits;
}

static __always_inline __u64 current_capabilities(void *task, __u32 set)
{
	return task_capabilities(task, set);
}

static __always_inline __u64 current_namespace(void *task, __u32 which)
{
	return task_namespace(task, which);
}

/* Columns that read the current task. */
static __noinline __u64 select_task(tetra_image image, struct tetra_scratch *s,
				    __u32 columns, __u32 dims)
{
	return task_select(image, s, (void *)bpf_get_current_task(), current_capabilities,
			   current_namespace, columns, dims);
}

/* Not inlined: programs without a scope do not have it. */
static __noinline __u64 select_scope(tetra_image image, struct tetra_scratch *s,
				     __u32 dim)
{
	return scope_select(image, s, (void *)bpf_get_current_task(), current_group, dim);
}

/* All columns of the process. */
static __always_inline __u64 select_process(tetra_image image, struct tetra_scratch *s,
					    __u32 columns, __u32 dims)
{
	if (USES(TETRA_COL_SCOPE) && !select_scope(image, s, dims + TETRA_COL_SCOPE))
		return 0;
	if (USES(TETRA_COL_PID) && !match_exact(image, &s->match, dims + TETRA_COL_PID,
						bpf_get_current_pid_tgid() >> 32, 0))
		return 0;
	if (cfg.process_columns & ROW_COLUMNS && columns & ROW_COLUMNS &&
	    !select_row(image, s, columns, dims))
		return 0;
	if (cfg.process_columns & TASK_COLUMNS && columns & TASK_COLUMNS &&
	    !select_task(image, s, columns, dims))
		return 0;
	return s->match.bits;
}

/* A number; @uses: the columns that look at it, @dim: the first of its slot's. */
static __always_inline __u64 select_number(tetra_image image, struct tetra_scratch *s,
					   __u32 uses, __u32 dim, __u64 value,
					   __u32 is_signed)
{
	if (uses & COLUMN(TETRA_COL_VALUE) &&
	    !match_number(image, &s->match, dim + TETRA_COL_VALUE, value,
			  is_signed ? 1ull << 63 : 0))
		return 0;
	if (uses & COLUMN(TETRA_COL_MASK) &&
	    !bits_step(s->number, dim + TETRA_COL_MASK, value))
		return 0;
	return s->match.bits;
}

/* The answer of each column for what is not there to be compared: enum tetra_value_state. */
static __noinline __u64 select_aside(tetra_image image, struct tetra_scratch *s,
				     __u32 uses, __u32 dim, __u32 state)
{
	__u32 column;

	for (column = 0; column < TETRA_SLOT_COLUMNS; column++)
		if (uses & COLUMN(column) &&
		    !match_aside(image, &s->match, dim + column, state))
			return 0;
	return s->match.bits;
}

/* What only sockets of the families of the internet have. */
#define X(NAME, ...) COLUMN(TETRA_COL_##NAME) |
#define INET_COLUMNS (TETRA_INET_NUMBERS(X) TETRA_INET_ADDRESSES(X) 0)

#define SELECT_NUMBER(NAME, column, member)                                              \
	if (columns & COLUMN(TETRA_COL_##NAME) &&                                        \
	    !match_number(image, m, dim + TETRA_COL_##NAME, sock->member, 0))            \
		return 0;
#define SELECT_ADDRESS(NAME, column, member)                                             \
	if (columns & COLUMN(TETRA_COL_##NAME) &&                                        \
	    !match_address(image, m, dim + TETRA_COL_##NAME, sock->family,               \
			   sock->member))                                                \
		return 0;

/* Parts that a packet lacks, or that could not be read. 0: no rule is left. */
static __noinline __u64 select_lacking(tetra_image image, struct tetra_scratch *s,
				       __u32 columns, __u32 dim)
{
	if (!select_aside(image, s, columns & s->sock.absent, dim, TETRA_VALUE_ABSENT))
		return 0;
	if (!(columns & s->sock.unread))
		return s->match.bits;
	unreadable_count(TETRA_UNREADABLE_KERNEL_MEMORY);
	return select_aside(image, s, columns & s->sock.unread, dim,
			    TETRA_VALUE_UNREADABLE);
}

/* The socket in s->sock. */
static __always_inline __u64 sock_select(tetra_image image, struct tetra_scratch *s,
					 __u32 columns, __u32 dim)
{
	struct tetra_match *m = &s->match;
	struct tetra_record_sock *sock = &s->sock;

	if (cfg.packets && sock->absent | sock->unread) {
		if (!select_lacking(image, s, columns, dim))
			return 0;
		columns &= ~(sock->absent | sock->unread);
	}
	TETRA_SOCK_NUMBERS(SELECT_NUMBER)
	if (!(columns & INET_COLUMNS))
		return m->bits;
	if (sock->family != SOCK_FAMILY_INET && sock->family != SOCK_FAMILY_INET6)
		return select_aside(image, s, columns & INET_COLUMNS, dim,
				    TETRA_VALUE_ABSENT);
	TETRA_INET_NUMBERS(SELECT_NUMBER)
	TETRA_INET_ADDRESSES(SELECT_ADDRESS)
	return m->bits;
}
#undef SELECT_ADDRESS
#undef SELECT_NUMBER
#undef X

/* The socket in s->sock, if that is its state; enum tetra_value_state. */
static __noinline __u64 select_sock(tetra_image image, struct tetra_scratch *s,
				    __u32 uses, __u32 dim, __u32 state)
{
	if (state)
		return select_aside(image, s, uses, dim, state);
	return sock_select(image, s, uses, dim);
}

/* Reads the socket of slot @slot into s->sock. Returns an enum tetra_value_state. */
static __noinline __u32 sock_state(struct tetra_scratch *s, __u32 slot, __u64 address)
{
	slot &= TETRA_MAX_SLOTS - 1;
	if (address || cfg.slots[slot].user)
		return slot_sock_read(s, slot, address) < 0 ? memory_state(address, slot)
							    : TETRA_VALUE_READ;
	return TETRA_VALUE_ABSENT;
}

/* The type of a file, from its mode; @state: enum tetra_value_state. */
static __always_inline __u64 file_type_select(tetra_image image, struct tetra_match *m,
					      __u32 dim, __u32 state, __u32 type)
{
	if (state)
		return match_aside(image, m, dim, state);
	return match_number(image, m, dim, type, 0);
}

/* The component at @index, from its dentry: the far walk keeps no names. */
static __always_inline void far_keep(struct tetra_scratch *s, __u32 index)
{
	struct tetra_component *c = &s->components[index & (TETRA_MAX_COMPONENTS - 1)];
	struct dentry *at = far_at(s, index);
	const __u64 *words = (const __u64 *)dentry_inline_name(at);
	__u32 len = at->d_name.len;

	c->len = len;
	if (len >= TETRA_CHUNK_BYTES) {
		c->text = far_number(s, at->d_name.name);
		return;
	}
	component_name(c, words, len);
}

/*
 * The next chunk of the path, and the trie's step over it: 1 if the walk continues, 0 if it
 * has left the trie, 2 at the path's end. Global: the loop's state is in s.
 */
__noinline int component_step(__u32 scratch)
{
	struct tetra_scratch *s = scratch_get(scratch);
	struct tetra_component *c;
	__u32 len;

	if (!s)
		return 0;
	if (!s->next_component)
		return 2;
	if (cfg.far && s->path.far == FAR_FOUND && !s->next_offset)
		far_keep(s, s->next_component - 1);
	c = &s->components[(s->next_component - 1) & (TETRA_MAX_COMPONENTS - 1)];
	len = c->len;
	s->chunk_kind = TETRA_CHUNK_LAST;
	if (len >= TETRA_CHUNK_BYTES) {
		/* A long name, 32 bytes at a time; the walk kept its address only. */
		len -= s->next_offset;
		bpf_probe_read_kernel(c->name, sizeof(c->name),
				      (void *)(c->text + s->next_offset));
		if (len > TETRA_CHUNK_BYTES) {
			s->chunk_kind = TETRA_CHUNK_MORE;
			len = TETRA_CHUNK_BYTES;
		} else if (len < TETRA_CHUNK_BYTES) {
			component_trim(c, len);
		}
	}
	s->chunk_len = len;
	__builtin_memcpy(s->chunk, c->name, sizeof(s->chunk));
	if (s->chunk_kind == TETRA_CHUNK_MORE) {
		s->next_offset += TETRA_CHUNK_BYTES;
	} else {
		s->next_component--;
		s->next_offset = 0;
	}
	return trie_step(scratch);
}

/* The HEAD trie over the components that the walk kept, root first. trie_leave() then decides;
 * 0 if there is no trie. */
static __noinline __u64 components_walk(tetra_image image, struct tetra_scratch *s,
					__u32 dim)
{
	__u32 step;
	int going;

	if (!trie_begin(image, &s->match, dim))
		return 0;
	s->next_component = s->path.depth;
	s->next_offset = 0;
	for (step = 0; step < TETRA_PATH_STEPS; step++) {
		if (step >= cfg.path_steps)
			break;
		going = component_step(s->number);
		if (going == 2)
			trie_stop(s);
		if (going != 1)
			break;
	}
	return 1;
}

/*
 * The next chunk of a text in the record, and the trie's step over it, as component_step().
 * HEAD tries take 32 bytes at a time from the front, TAIL tries from the end.
 */
__noinline int text_step(__u32 scratch, __u32 tail)
{
	struct tetra_scratch *s = scratch_get(scratch);
	__u32 at, len, w;

	if (!s)
		return 0;
	if (!s->text_left)
		return 2;
	at = s->next_offset;
	match_rolled
	for (w = 0; w < 4; w++)
		s->chunk[w] = word_get(&s->record[(at + w * 8) & RECORD_MASK]);
	if (s->text_left > TETRA_CHUNK_BYTES) {
		s->chunk_len = TETRA_CHUNK_BYTES;
		s->chunk_kind = TETRA_CHUNK_MORE;
		s->text_left -= TETRA_CHUNK_BYTES;
		s->next_offset = tail ? at - TETRA_CHUNK_BYTES : at + TETRA_CHUNK_BYTES;
	} else {
		len = s->text_left;
		match_rolled
		for (w = 0; w < 4; w++)
			s->chunk[w] &= tail ? mask_tail(len, w) : mask_head(len, w);
		s->chunk_len = len;
		s->chunk_kind = TETRA_CHUNK_LAST;
		s->text_left = 0;
	}
	return trie_step(scratch);
}

/* A trie over text in the record: s->text_at its first byte, s->text_bytes its length. */
static __noinline __u64 select_text(tetra_image image, struct tetra_scratch *s, __u32 dim,
				    __u32 tail)
{
	int going;
	__u32 i;

	if (!trie_begin(image, &s->match, dim))
		return 0;
	s->next_offset = s->text_at + (tail ? s->text_bytes - TETRA_CHUNK_BYTES : 0);
	s->text_left = s->text_bytes;
	for (i = 0; i < TETRA_TEXT_STEPS; i++) {
		/* More than the longest literal: the walk is where no literal continues. */
		if (i >= cfg.text_steps)
			break;
		going = text_step(s->number, tail);
		if (going == 2)
			trie_stop(s);
		if (going != 1)
			break;
	}
	return trie_leave(s, tail);
}

/* s->match.partial: the mask of the first @len bytes of a chunk. */
static __always_inline void cut_mask(struct tetra_scratch *s, __u32 len)
{
	__u32 w;

	match_rolled
	for (w = 0; w < 4; w++)
		s->match.partial[w] = mask_head(len, w);
}

/*
 * Whether there is a CUT cell that is found by the first @key bytes of the chunk. If all the @len
 * bytes of the chunk are those of the cell, it decides.
 */
__noinline int cut_step(__u32 scratch, __u32 key, __u32 len)
{
	struct tetra_scratch *s = scratch_get(scratch);
	struct tetra_trie *node;
	tetra_image image;

	if (!s)
		return 1;
	image = image_again(s);
	if (!image)
		return 1;
	cut_mask(s, key);
	node = cut_find(image, &s->match, key);
	if (!node)
		return 0;
	cut_mask(s, len);
	if (len <= node->len && !cut_differs(&s->match, node)) {
		s->match.here = node->bits;
		s->match.row = node->row;
		s->match.missed = 0;
	}
	return 1;
}

/* The chunk that a fault ends, at s->next_offset: s->text_left bytes of it were read. */
static __noinline int cut_end(tetra_image image, struct tetra_scratch *s, __u32 dim)
{
	__u32 len = s->text_left, i, w;

	match_rolled
	for (w = 0; w < 4; w++)
		s->match.chunk[w] =
			word_get(&s->record[(s->next_offset + w * 8) & RECORD_MASK]) &
			mask_head(len, w);
	s->match.missed = s->match.flags & TETRA_NODE_PARTIAL ? len : 0;
	if (!cut_begin(image, &s->match, dim))
		return 0;
	for (i = 0; i <= TETRA_CHUNK_BYTES; i++) {
		if (i > len || cut_step(s->number, len - i, len))
			break;
	}
	return 0;
}

/* HEAD over the beginning of a text, in the record; a fault hid the rest. Global: rarely run. */
__noinline __u64 cut_select(__u32 scratch, __u32 dim)
{
	struct tetra_scratch *s = scratch_get(scratch);
	tetra_image image;
	__u32 i;

	if (!s)
		return 0;
	image = image_again(s);
	if (!image || !trie_begin(image, &s->match, dim))
		return 0;
	s->next_offset = s->text_at;
	s->text_left = s->text_bytes;
	for (i = 0; i < TETRA_TEXT_STEPS; i++) {
		if (i >= cfg.text_steps)
			break;
		if (s->text_left <= TETRA_CHUNK_BYTES) {
			cut_end(image, s, dim);
			break;
		}
		if (text_step(scratch, 0) != 1)
			break;
	}
	return trie_leave(s, 0);
}

/*
 * One of the tries over a text, or the rules' answer for a value without one: @state. A fault may
 * have left its beginning.
 */
static __always_inline __u64 text_select(tetra_image image, struct tetra_scratch *s,
					 __u32 dim, __u32 state, __u32 tail)
{
	if (!tail && state == TETRA_VALUE_FAULT && s->text_bytes)
		return cut_select(s->number, dim);
	if (state)
		return match_aside(image, &s->match, dim, state);
	return select_text(image, s, dim, tail);
}

/* The rules that a program of @phase starts with. */
static __always_inline __u64 hook_bits(const struct tetra_cell *hook, __u32 phase)
{
	__u64 bits = hook->hook.alive;

	if (!(phase & TETRA_PHASE_EVENT)) {
		/* Where a rule kills, it may have to tell of all: see enum rule_turn. */
		bits = cfg.signals_tell && hook->hook.deciding ? bits
							       : hook->hook.deciding;
		opaque(bits);
	}
	return bits;
}

#endif
