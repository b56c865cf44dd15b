/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program's run on the host: the matcher of bpf/abi/match.h over an image's bytes, with
 * a random event in the place of the kernel.
 */
#ifndef TETRA_TESTS_HOST_MATCH_H
#define TETRA_TESTS_HOST_MATCH_H

#include "bpf/abi/match-cut.h"
#include "lib/image/image.h"
#include "tests/unit/random-rules.h"

struct host_run {
	struct tetra_host_image image;
	struct tetra_match match;
	struct tetra_seed seed;
	struct image_steps steps; /* no more than programs would take */
	const struct tetra_hook_row *hook;
	const struct random_event *event;
	uint64_t words[TETRA_MAX_WORDS]; /* out: the rules that match */
	__u64 text[(RANDOM_TEXT_BYTES + 128) / 8];
};

/* Zeroes are not promised around a text; whoever relies on them shall see. */
static const __u64 *host_text_head(struct host_run *run, const char *text, size_t len)
{
	memset(run->text, 0xaa, sizeof(run->text));
	memcpy(run->text, text, len);
	return run->text;
}

static const __u64 *host_text_tail(struct host_run *run, const char *text, size_t len)
{
	char *end = (char *)run->text + sizeof(run->text);

	memset(run->text, 0xaa, sizeof(run->text));
	memcpy(end - len, text, len);
	return (const __u64 *)(end - TETRA_CHUNK_BYTES);
}

static uint64_t host_text(struct host_run *run, uint32_t dim, const char *text,
			  size_t len, bool tail, uint32_t steps)
{
	const __u64 *words =
		tail ? host_text_tail(run, text, len) : host_text_head(run, text, len);

	return match_text(&run->image, &run->match, dim, words, len, tail, steps);
}

/* The chunks of one component; 0 if the walk has left the trie, or takes no more steps. */
static int host_component(struct host_run *run, const char *text, size_t len,
			  uint32_t *steps)
{
	for (size_t done = 0; done < len;) {
		uint32_t left = len - done, n = MIN(left, (uint32_t)TETRA_CHUNK_BYTES);
		__u64 chunk[4] = { 0 };

		memcpy(chunk, text + done, n);
		if (!(*steps)--)
			return 0;
		if (!trie_chunk(&run->image, &run->match, chunk, n,
				left > n ? TETRA_CHUNK_MORE : TETRA_CHUNK_LAST))
			return 0;
		done += n;
	}
	return 1;
}

static uint64_t host_path(struct host_run *run, uint32_t dim, const char *text,
			  size_t len)
{
	const char *at = text + 1, *end = text + len;
	uint32_t n = 0, steps = run->steps.path;

	trie_begin(&run->image, &run->match, dim);
	for (; at < end; n++) {
		const char *slash = memchr(at, '/', end - at);
		size_t component = (slash ? slash : end) - at;

		if (n == TETRA_MAX_COMPONENTS ||
		    !host_component(run, at, component, &steps))
			return trie_leave(&run->image, &run->match, 0);
		at += component + 1;
	}
	if (steps)
		trie_end(&run->image, &run->match);
	return trie_leave(&run->image, &run->match, 0);
}

static uint64_t host_column_number(struct host_run *run, uint32_t dim, uint64_t value,
				   uint64_t flip)
{
	return match_number(&run->image, &run->match, dim, value, flip);
}

static uint64_t host_exe(struct host_run *run, uint32_t column, uint32_t dim)
{
	const struct eval_event *process = &run->event->process;
	struct tetra_hash hash = { { 0, TETRA_EXE_UNKNOWN } };

	if (process->exe_state == TETRA_VALUE_READ && process->exe_foreign)
		dim = dim_foreign(&run->image, dim);
	if (column == TETRA_COL_BINARY) {
		if (process->exe_state == TETRA_VALUE_READ)
			image_hash_path(&run->seed, process->exe, process->exe_len,
					&hash);
		else if (process->exe_state == TETRA_VALUE_NONE)
			hash.h[1] = TETRA_EXE_NONE;
		return match_exact(&run->image, &run->match, dim, hash.h[0], hash.h[1]);
	}
	if (process->exe_state != TETRA_VALUE_READ)
		return match_aside(&run->image, &run->match, dim, process->exe_state);
	return host_text(run, dim, process->exe, process->exe_len,
			 column == TETRA_COL_BINARY_TAIL, TETRA_TEXT_STEPS);
}

static uint64_t host_marks(struct host_run *run, uint32_t dim, uint64_t marks,
			   bool unknown)
{
	if (unknown || run->event->process.marks_unknown)
		return match_aside(&run->image, &run->match, dim, TETRA_VALUE_UNREADABLE);
	return match_bits(&run->image, &run->match, dim, marks);
}

/* The nearest group that the table knows, as programs look for it. */
static uint64_t host_scope(struct host_run *run, uint32_t dim)
{
	const struct tetra_cell *cell = image_cell(&run->image, dim);

	for (uint32_t level = TETRA_SCOPE_LEVELS; level-- > 0;) {
		uint64_t group = run->event->cgroups[level];

		if (cell->dim.interest & TETRA_SCOPE_BIT(level) && group &&
		    match_scope(&run->image, &run->match, dim, group))
			return run->match.bits;
	}
	return match_and(&run->match, cell->dim.miss_bits, cell->dim.miss_row);
}

static uint64_t host_process_column(struct host_run *run, uint32_t column, uint32_t dim)
{
	const struct random_event *event = run->event;
	const struct eval_event *process = &event->process;

	switch (column) {
	case TETRA_COL_SCOPE:
		return host_scope(run, dim);
	case TETRA_COL_PID:
		return match_exact(&run->image, &run->match, dim, process->tgid, 0);
	case TETRA_COL_NSPID:
		return match_exact(&run->image, &run->match, dim, process->ns_tgid, 0);
	case TETRA_COL_PID_MARKS:
		return host_marks(run, dim, event->pid_marks, false);
	case TETRA_COL_BINARY_MARKS:
		return host_marks(run, dim, event->binary_marks,
				  process->names_unknown ||
					  process->exe_state == TETRA_VALUE_UNREADABLE);
	case TETRA_COL_USER_NS:
		return match_exact(&run->image, &run->match, dim, process->user_ns, 0);
	case TETRA_COL_BINARY:
	case TETRA_COL_BINARY_HEAD:
	case TETRA_COL_BINARY_TAIL:
		return host_exe(run, column, dim);
	}
	if (column >= TETRA_COL_CAPS)
		return match_bits(&run->image, &run->match, dim,
				  process->caps[column - TETRA_COL_CAPS]);
	return match_exact(&run->image, &run->match, dim,
			   process->namespaces[column - TETRA_COL_NS], 0);
}

static uint64_t host_sock_column(struct host_run *run,
				 const struct tetra_record_sock *sock, uint32_t column,
				 uint32_t dim)
{
	bool inet = sock->family == 2 || sock->family == 10;

	if (sock->absent >> column & 1)
		return match_aside(&run->image, &run->match, dim, TETRA_VALUE_ABSENT);
	if (sock->unread >> column & 1)
		return match_aside(&run->image, &run->match, dim, TETRA_VALUE_UNREADABLE);
	switch (column) {
#define X(NAME, number, member)                                                          \
	case TETRA_COL_##NAME:                                                           \
		return host_column_number(run, dim, sock->member, 0);
		TETRA_SOCK_NUMBERS(X)
	}
	if (!inet)
		return match_aside(&run->image, &run->match, dim, TETRA_VALUE_ABSENT);
	switch (column) {
		TETRA_INET_NUMBERS(X)
#undef X
#define X(NAME, number, member)                                                          \
	case TETRA_COL_##NAME:                                                           \
		return match_address(&run->image, &run->match, dim, sock->family,        \
				     sock->member);
		TETRA_INET_ADDRESSES(X)
#undef X
	}
	return 0;
}

static uint64_t host_slot_column(struct host_run *run, uint32_t number, uint32_t dim)
{
	const struct eval_arg *arg = &run->event->slots[number / TETRA_SLOT_COLUMNS];
	uint32_t column = number % TETRA_SLOT_COLUMNS;
	const struct kind_row *kind = kind_row(arg->kind);

	if (kind->slots == TETRA_SLOTS_PATH && column == TETRA_COL_FILE_TYPE) {
		if (arg->type_state != TETRA_VALUE_READ)
			return match_aside(&run->image, &run->match, dim,
					   arg->type_state);
		return host_column_number(run, dim, arg->file_type, 0);
	}
	if (arg->state == TETRA_VALUE_FAULT && arg->len && column == TETRA_COL_HEAD)
		return match_cut(&run->image, &run->match, dim,
				 host_text_head(run, arg->text, arg->len), arg->len,
				 run->steps.text);
	if (arg->state != TETRA_VALUE_READ)
		return match_aside(&run->image, &run->match, dim, arg->state);
	if (kind->slots == TETRA_SLOTS_SOCK)
		return host_sock_column(run, &arg->sock, column, dim);
	if (kind->slots == TETRA_SLOTS_NUMBER) {
		if (column == TETRA_COL_MASK)
			return match_bits(&run->image, &run->match, dim, arg->number);
		return host_column_number(run, dim, arg->number,
					  kind->is_signed ? 1ull << 63 : 0);
	}
	if (arg->endless && column == TETRA_COL_TAIL)
		return match_aside(&run->image, &run->match, dim, TETRA_VALUE_UNREADABLE);
	if (arg->foreign)
		dim = dim_foreign(&run->image, dim);
	if (column == TETRA_COL_HEAD && kind->slots == TETRA_SLOTS_PATH)
		return host_path(run, dim, arg->text, arg->len);
	return host_text(run, dim, arg->text, arg->len, column == TETRA_COL_TAIL,
			 run->steps.text);
}

static uint64_t host_columns(struct host_run *run)
{
	const struct tetra_hook_row *hook = run->hook;

	for (uint32_t i = 0; i < TETRA_PROCESS_COLUMNS; i++)
		if (hook->process_columns >> i & 1 &&
		    !host_process_column(run, i, hook->process_dims + i))
			return 0;
	for (uint32_t i = 0; i < TETRA_MAX_SLOTS * TETRA_SLOT_COLUMNS; i++)
		if (hook->slot_columns >> i & 1 &&
		    !host_slot_column(run, i, hook->slot_dims + i))
			return 0;
	return run->match.bits;
}

/* Fills run->words for @event on the first hook of @image. */
static inline void host_match(struct host_run *run, const struct image *image,
			      const struct tetra_seed *seed,
			      const struct random_event *event)
{
	run->image = (struct tetra_host_image){ image->cells, image->n_cells };
	run->hook = &image->cells[1].hook;
	run->seed = *seed;
	run->steps = image->steps[0];
	run->event = event;
	memset(run->words, 0, sizeof(run->words));
	if (!run->hook->alive)
		return;
	match_begin(&run->match, run->hook->alive, run->hook->n_words);
	if (!host_columns(run))
		return;
	for (uint32_t k = 0; k < run->hook->n_words; k++)
		run->words[k] = match_word(&run->image, &run->match, 1, k);
}

/*
 * As programs do it: the lowest rule, then no other rule of its group. @ret[g] is the
 * selector that wins for the group of number @base + g, or -1.
 */
static inline void host_winners(const struct host_run *run, uint32_t base, int *ret,
				uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		ret[i] = -1;
	for (uint32_t k = 0; k < run->hook->n_words; k++) {
		uint64_t word = run->words[k];

		while (word) {
			uint32_t bit = k * 64 + __builtin_ctzll(word);
			const struct tetra_rule *rule =
				&run->image.cells[run->hook->rules + bit].rule;

			/* It waits for the result, and another has enforced before. */
			if (word & rule->yields) {
				uint32_t at =
					k * 64 + __builtin_ctzll(word & rule->yields);
				const struct tetra_rule *other =
					&run->image.cells[run->hook->rules + at].rule;

				if (other->flags & TETRA_RULE_ENFORCES)
					rule = other;
			}
			ret[rule->group - base] = (int)rule->selector;
			word &= ~rule->group_mask;
		}
	}
}

#endif
