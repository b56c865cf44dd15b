// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The matcher of the hook programs with input from user space: compares the tables with the
 * policy evaluator, in the kernel. Attached nowhere; BPF_PROG_TEST_RUN runs the steps one
 * after the other on a case that user space maps. A step is what follows after reading the
 * task, the dentries and the caller's memory: from there on it is the programs' code.
 */
#include "bpf/common/compat.bpf.h"
#include "bpf/common/case.h"
#include "bpf/common/maps.bpf.h"

/* The current case. Mapped, written by user space before each step. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct tetra_case));
} tetra_cases SEC(".maps");

/* The case's scratch takes the place of a program's slot. */
#define TETRA_SCRATCH_GET
static __always_inline struct tetra_scratch *scratch_get(__u32 slot)
{
	struct tetra_case *c;

	/* Global functions must use their parameters, or the compiler drops them. */
	asm volatile("%0 &= 0" : "+r"(slot));
	c = bpf_map_lookup_elem(&tetra_cases, &slot);
	return c ? &c->scratch : 0;
}

#include "bpf/hook/act.bpf.h"

/* User space sets every column, as an instance that serves any rule would have it. */
const volatile struct tetra_hook_config cfg = {};

#define CASE_HOOK      0
#define CASE_HOOK_CELL (1 + CASE_HOOK)

/* Returns the rules that are left, as the columns do. */
typedef __u64 (*case_step_fn)(tetra_image image, struct tetra_case *c,
			      const struct tetra_cell *hook);

static __always_inline int case_run(case_step_fn step)
{
	struct tetra_cell *hook;
	struct tetra_case *c;
	tetra_image image;
	__u32 zero = 0;

	c = bpf_map_lookup_elem(&tetra_cases, &zero);
	image = bpf_map_lookup_elem(&tetra_images, &zero);
	if (!c || !image)
		return 1;
	hook = image_cell(image, CASE_HOOK_CELL);
	if (!hook)
		return 1;
	c->scratch.image = (__u64)image;
	c->left = step(image, c, hook);
	return 0;
}

static __always_inline __u64 step_begin(tetra_image image, struct tetra_case *c,
					const struct tetra_cell *hook)
{
	__u32 uses = slot_uses(hook->hook.slot_columns, TETRA_RETURN_SLOT);
	__u64 bits = hook_bits(hook, c->phase);
	struct tetra_scratch *s = &c->scratch;

	c->address = (__u64)c;
	match_begin(&s->match, bits, hook->hook.n_words);
	if (bits && c->later && uses)
		return select_aside(image, s, uses,
				    hook->hook.slot_dims +
					    TETRA_RETURN_SLOT * TETRA_SLOT_COLUMNS,
				    TETRA_VALUE_LATER);
	return bits;
}

static __noinline __u64 case_select_row(tetra_image image, struct tetra_case *c,
					__u32 columns, __u32 dims)
{
	struct tetra_scratch *s = &c->scratch;

	/* Not one call with an address or 0: 5.10 forgets which of them it is. */
	if (c->known)
		return row_select(image, s, &c->proc, c->exe_state, c->ns_tgid, columns,
				  dims);
	return row_select(image, s, 0, c->exe_state, c->ns_tgid, columns, dims);
}

static __always_inline __u64 case_capabilities(void *task, __u32 set)
{
	return ((struct tetra_case *)task)->caps[set];
}

static __always_inline __u64 case_namespace(void *task, __u32 which)
{
	return ((struct tetra_case *)task)->namespaces[which];
}

static __noinline __u64 case_select_task(tetra_image image, struct tetra_case *c,
					 __u32 columns, __u32 dims)
{
	return task_select(image, &c->scratch, c, case_capabilities, case_namespace,
			   columns, dims);
}

static __always_inline __u64 case_group(void *task, __u32 level)
{
	return ((struct tetra_case *)task)->groups[level & (TETRA_SCOPE_LEVELS - 1)];
}

static __noinline __u64 case_select_scope(tetra_image image, struct tetra_case *c,
					  __u32 dim)
{
	return scope_select(image, &c->scratch, c, case_group, dim);
}

static __always_inline __u64 step_process(tetra_image image, struct tetra_case *c,
					  const struct tetra_cell *hook)
{
	__u32 columns = hook->hook.process_columns, dims = hook->hook.process_dims;

	if (USES(TETRA_COL_SCOPE) && !case_select_scope(image, c, dims + TETRA_COL_SCOPE))
		return 0;
	if (USES(TETRA_COL_PID) &&
	    !match_exact(image, &c->scratch.match, dims + TETRA_COL_PID, c->tgid, 0))
		return 0;
	if (columns & ROW_COLUMNS && !case_select_row(image, c, columns, dims))
		return 0;
	if (columns & TASK_COLUMNS && !case_select_task(image, c, columns, dims))
		return 0;
	return c->scratch.match.bits;
}

/* The current slot: its columns, and the first of its dimensions. */
static __always_inline __u32 case_slot(const struct tetra_case *c)
{
	return c->slot & (TETRA_MAX_SLOTS - 1);
}

static __always_inline __u32 case_uses(const struct tetra_case *c,
				       const struct tetra_cell *hook)
{
	return slot_uses(hook->hook.slot_columns, case_slot(c));
}

static __always_inline __u32 case_dim(const struct tetra_case *c,
				      const struct tetra_cell *hook)
{
	return hook->hook.slot_dims + case_slot(c) * TETRA_SLOT_COLUMNS;
}

static __always_inline __u64 step_number(tetra_image image, struct tetra_case *c,
					 const struct tetra_cell *hook)
{
	if (c->state)
		return select_aside(image, &c->scratch, case_uses(c, hook),
				    case_dim(c, hook), c->state);
	return select_number(image, &c->scratch, case_uses(c, hook), case_dim(c, hook),
			     c->scratch.raw[case_slot(c)], c->is_signed);
}

static __always_inline __u64 step_sock(tetra_image image, struct tetra_case *c,
				       const struct tetra_cell *hook)
{
	if (c->state)
		return select_aside(image, &c->scratch, case_uses(c, hook),
				    case_dim(c, hook), c->state);
	return sock_select(image, &c->scratch, case_uses(c, hook), case_dim(c, hook));
}

/* Both tries of a slot whose text is in the record. */
static __always_inline __u64 step_text(tetra_image image, struct tetra_case *c,
				       const struct tetra_cell *hook)
{
	struct tetra_scratch *s = &c->scratch;
	__u32 uses = case_uses(c, hook), dim = case_dim(c, hook);

	if (uses & COLUMN(TETRA_COL_HEAD) &&
	    !text_select(image, s, dim + TETRA_COL_HEAD, c->state, 0))
		return 0;
	if (uses & COLUMN(TETRA_COL_TAIL) &&
	    !text_select(image, s, dim + TETRA_COL_TAIL, c->tail_state, 1))
		return 0;
	return s->match.bits;
}

/* Where a name is looked up, by who made it. */
static __always_inline __u32 case_name_dim(tetra_image image, const struct tetra_case *c,
					   __u32 dim)
{
	return c->foreign ? dim_foreign(image, dim) : dim;
}

/* The HEAD trie over the components of a path. */
static __always_inline __u64 step_path(tetra_image image, struct tetra_case *c,
				       const struct tetra_cell *hook)
{
	struct tetra_scratch *s = &c->scratch;
	__u32 dim = case_dim(c, hook) + TETRA_COL_HEAD;

	if (case_uses(c, hook) & COLUMN(TETRA_COL_FILE_TYPE) &&
	    !file_type_select(image, &s->match, case_dim(c, hook) + TETRA_COL_FILE_TYPE,
			      c->type_state, c->file_type))
		return 0;
	if (!(case_uses(c, hook) & COLUMN(TETRA_COL_HEAD)))
		return s->match.bits;
	if (c->state)
		return match_aside(image, &s->match, dim, c->state);
	if (!components_walk(image, s, case_name_dim(image, c, dim)))
		return 0;
	return trie_leave(s, 0);
}

/* The TAIL trie over its text, which is made of the components if all are short. */
static __always_inline __u64 step_path_text(tetra_image image, struct tetra_case *c,
					    const struct tetra_cell *hook)
{
	struct tetra_scratch *s = &c->scratch;
	__u32 dim = case_dim(c, hook) + TETRA_COL_TAIL;

	if (!(case_uses(c, hook) & COLUMN(TETRA_COL_TAIL)))
		return s->match.bits;
	if (c->state)
		return match_aside(image, &s->match, dim, c->state);
	if (s->path.plain) {
		s->text_bytes = names_put(s->number);
		s->text_at = s->spot;
	}
	return select_text(image, s, case_name_dim(image, c, dim), 1);
}

/* One word of the rules that match, into scratch.words. */
static __always_inline __u64 step_word(tetra_image image, struct tetra_case *c,
				       const struct tetra_cell *hook)
{
	struct tetra_scratch *s = &c->scratch;
	__u32 k = c->word & (TETRA_MAX_WORDS - 1);

	s->words[k] = select_word(image, s, CASE_HOOK_CELL, k);
	return s->match.bits;
}

/* Of that word, the rules that win: each counts what a program of the case's phase does. */
static __always_inline __u64 step_act(tetra_image image, struct tetra_case *c,
				      const struct tetra_cell *hook)
{
	struct tetra_scratch *s = &c->scratch;
	__u32 phase = c->phase, did, i;

	/* Adding a known zero becomes an atomic that kernels before 5.12 lack. */
	opaque(phase);
	s->run.word = c->word & (TETRA_MAX_WORDS - 1);
	s->rules = hook->hook.rules;
	for (i = 0; i < 64; i++) {
		struct tetra_cell *cell = rule_next(image, s);

		if (!cell)
			break;
		did = rule_decide(cell->rule.flags, phase);
		if (did & (ACT_KILL_DENIED | ACT_OVERRIDDEN))
			c->n_denials++;
		rule_count(image, cell->rule.counter, did, phase);
	}
	return s->match.bits;
}

#define CASE_PROGRAM(name)                                                               \
	SEC("raw_tp")                                                                    \
	int tetra_case_##name(void *ctx)                                                 \
	{                                                                                \
		return case_run(step_##name);                                            \
	}

CASE_PROGRAM(begin)
CASE_PROGRAM(process)
CASE_PROGRAM(number)
CASE_PROGRAM(sock)
CASE_PROGRAM(path)
CASE_PROGRAM(path_text)
CASE_PROGRAM(text)
CASE_PROGRAM(word)
CASE_PROGRAM(act)

char LICENSE[] SEC("license") = "Dual BSD/GPL";
