/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Carrying out the rules that matched: enforcement first, then the event, which never delays
 * enforcement. For each policy the lowest bit wins; the rule's group says which bits it
 * settles.
 */
#ifndef TETRA_BPF_ACT_H
#define TETRA_BPF_ACT_H

#include "bpf/hook/args.bpf.h"

#define ACT_SIGKILL 9
#define ACT_EPERM   1

/* The outcome of a rule, for its counters. */
#define ACT_POSTED	 1u
#define ACT_NOT_POSTED	 2u
#define ACT_SIGNALLED	 4u
#define ACT_OVERRIDDEN	 8u
#define ACT_SUPPRESSED	 16u
#define ACT_RATE_LIMITED 32u
#define ACT_LOST	 64u
/* Not an outcome: the event must still be sent. */
#define ACT_EVENT 128u
/* A kill that also denies: counted as signalled where the signal is sent. */
#define ACT_KILL_DENIED 256u

/* What a rule does: a denial only comes with a signal. */
#define RULE_ACTS (TETRA_RULE_ENFORCES & ~TETRA_RULE_DENY)

/* The commit that an event belongs to. */
static __always_inline __u64 image_generation(tetra_image image)
{
	__u32 head = 0;
	struct tetra_cell *cell = image_cell(image, head);

	return cell ? cell->head.generation : 0;
}

static __always_inline void process_ensure(struct tetra_scratch *s)
{
	if (!s->process.tgid)
		process_find(s);
}

/* Steps of the hash that are verified together; each takes four words. */
#define HASH_STEPS 16
#define HASH_TURNS (TETRA_RECORD_MAX / (HASH_STEPS * 32))

/* Continues the hash in s->arguments_hash for HASH_STEPS steps, or to the record's end. */
__noinline int args_hash_some(__u32 scratch, __u32 turn)
{
	struct tetra_scratch *s = scratch_get(scratch);
	__u32 i, from;
	__u64 mixed;

	if (!s)
		return 0;
	turn &= HASH_TURNS - 1;
	opaque(turn);
	from = sizeof(struct tetra_record_hook) + turn * HASH_STEPS * 32;
	mixed = s->arguments_hash;
	for (i = 0; i < HASH_STEPS; i++) {
		const __u64 *words = (void *)&s->record[from + i * 32];

		if (from + i * 32 >= s->spot)
			break;
		mixed = (mixed ^ words[0] ^ words[2]) * MATCH_K0;
		mixed ^= mixed >> 29;
		mixed = (mixed ^ words[1] ^ words[3] * 3) * MATCH_K1;
		mixed ^= mixed >> 31;
	}
	s->arguments_hash = mixed;
	return 0;
}

/* Hash of the arguments in the record, including the padding of the last one. Global, in two
 * parts: both are verified once. */
__noinline __u64 args_hash(__u32 scratch)
{
	struct tetra_scratch *s = scratch_get(scratch);
	__u32 i;

	if (!s || s->spot > TETRA_RECORD_MAX)
		return 0;
	/* The last step may read past the arguments: make those bytes constant. */
	for (i = 0; i < 4; i++)
		word_put(&s->record[(s->spot + i * 8) & RECORD_MASK], 0);
	s->arguments_hash = 0;
	for (i = 0; i < HASH_TURNS; i++) {
		if (sizeof(struct tetra_record_hook) + i * HASH_STEPS * 32 >= s->spot)
			break;
		args_hash_some(scratch, i);
	}
	return s->arguments_hash;
}

/* Identifies a limit: the rule, whose events, and which values. Never 0. */
static __always_inline __u64 rate_id(struct tetra_scratch *s, __u32 scratch)
{
	__u64 id = ((__u64)s->rule.group << 32 | s->rule.selector) * MATCH_K2, scope = 0;

	if (s->rule.rate_scope == 0)
		scope = bpf_get_current_pid_tgid();
	else if (s->rule.rate_scope == 1)
		scope = bpf_get_current_pid_tgid() >> 32;
	id = (id ^ scope) * MATCH_K0;
	id ^= id >> 31;
	id = (id ^ args_hash(scratch)) * MATCH_K1;
	id ^= id >> 29;
	return id ? id : 1;
}

/* The way of @set for @id: its own, or the one whose limit ends first. */
static __always_inline struct tetra_rate_way *rate_way(struct tetra_rate_set *set,
						       __u64 id)
{
	__u64 first = ~0ull;
	__u32 at = 0, i;

	for (i = 0; i < TETRA_RATE_WAYS; i++) {
		__u64 until = set->ways[i].until;

		if (set->ways[i].id == id)
			return &set->ways[i];
		if (until < first) {
			first = until;
			at = i;
		}
	}
	return &set->ways[at & (TETRA_RATE_WAYS - 1)];
}

/*
 * 1 if an event with these values was sent less than the limit ago. Two CPUs that use a set at
 * the same time may both send, but neither holds back an event because of another entry:
 * .until is read first and cleared first.
 */
static __always_inline int rate_is_limited(struct tetra_scratch *s, __u32 scratch,
					   __u64 now)
{
	__u64 id = rate_id(s, scratch), until;
	__u32 number = id % TETRA_RATE_SETS, zero = 0;
	void *sets = bpf_map_lookup_elem(&tetra_rates, &zero);
	struct tetra_rate_set *set;
	struct tetra_rate_way *way;

	if (!sets)
		return 0;
	set = bpf_map_lookup_elem(sets, &number);
	if (!set)
		return 0;
	way = rate_way(set, id);
	until = *(volatile __u64 *)&way->until;
	if (*(volatile __u64 *)&way->id == id) {
		if (now < until)
			return 1;
	} else {
		if (now < until)
			loss_count(TETRA_LOST_RATE);
		*(volatile __u64 *)&way->until = 0;
		*(volatile __u64 *)&way->id = id;
	}
	*(volatile __u64 *)&way->until = now + s->rule.rate_ms * 1000000ull;
	return 0;
}

/* The event of s->rule; the arguments are in the record. Global: verified once, alone. */
__noinline int event_send(__u32 scratch)
{
	struct tetra_scratch *s = scratch_get(scratch);
	struct tetra_record_hook *record;
	__u64 now = bpf_ktime_get_boot_ns();
	__u32 bytes;

	if (!s)
		return 0;
	if (cfg.rate && s->rule.flags & TETRA_RULE_RATE &&
	    rate_is_limited(s, scratch, now))
		return ACT_RATE_LIMITED;
	record = (void *)s->record;
	bytes = s->spot;
	if (bytes > TETRA_RECORD_MAX)
		bytes = TETRA_RECORD_MAX;
	record->head.bytes = bytes;
	record->head.kind = TETRA_RECORD_HOOK;
	record->head.flags = s->process.flags;
	/* A signal that was refused is not among them any more. */
	if (s->rule.flags & RULE_ACTS)
		record->head.flags |= s->rule.flags & TETRA_RULE_MONITOR
					      ? TETRA_HOOK_MONITOR
					      : TETRA_HOOK_ENFORCED;
	if (cfg.phase & TETRA_PHASE_RETURN)
		record->head.flags |= TETRA_HOOK_RETURN;
	record->head.time_ns = now;
	record->head.tgid = s->process.tgid;
	record->head.tid = bpf_get_current_pid_tgid();
	record->head.stamp = s->process.stamp;
	record->group = s->rule.group;
	record->selector = s->rule.selector;
	record->action = s->rule.action;
	record->n_args = s->run.n_args;
	record->reserved = 0;
	record->generation = s->generation;
	if (bpf_ringbuf_output(&tetra_ring, s->record, bytes, 0) < 0) {
		loss_count(TETRA_LOST_RING);
		return ACT_LOST;
	}
	return ACT_POSTED;
}

static __always_inline __u32 rule_decide_enforcement(__u32 flags, __u32 phase)
{
	__u32 did = 0;

	if (flags & TETRA_RULE_MONITOR)
		return flags & RULE_ACTS ? ACT_SUPPRESSED : 0;
	if (flags & TETRA_RULE_SIGNAL && phase & TETRA_PHASE_SIGNAL)
		did |= ACT_SIGNALLED;
	if (flags & TETRA_RULE_DENY && phase & TETRA_PHASE_DENY)
		did |= ACT_KILL_DENIED;
	if (flags & TETRA_RULE_OVERRIDE && phase & TETRA_PHASE_DENY)
		did |= ACT_OVERRIDDEN;
	return did;
}

/* What a program of @phase does for a rule with these @flags: ACT_*. */
static __always_inline __u32 rule_decide(__u32 flags, __u32 phase)
{
	__u32 did =
		flags & TETRA_RULE_ENFORCES ? rule_decide_enforcement(flags, phase) : 0;

	if (!(phase & TETRA_PHASE_EVENT))
		return did & ~ACT_SUPPRESSED;
	return did | (flags & TETRA_RULE_POST ? ACT_EVENT : ACT_NOT_POSTED);
}

/* The kernel sends none to the first process of the machine and to tasks that are ending. */
static __always_inline int signal_send(__u32 signal)
{
	if (!bpf_send_signal(signal))
		return 1;
	loss_count(TETRA_TALLY_UNSENT);
	return 0;
}

/*
 * The verdict of the policy that was loaded last holds. Beyond 64 rules their bits are in another
 * order than the policies.
 */
static __always_inline void verdict_set(struct tetra_scratch *s, __s32 verdict)
{
	if (cfg.n_words > 1) {
		if (s->run.verdict && s->rule.order < s->order)
			return;
		s->order = s->rule.order;
	}
	s->run.verdict = verdict;
}

static __always_inline int rule_signal(struct tetra_scratch *s, __u32 signal)
{
	int sent = signal_send(signal);

	if (cfg.signals_tell && sent && signal == ACT_SIGKILL)
		s->killed = 1;
	return sent;
}

/* What was done of @did. */
static __always_inline __u32 rule_enforce(struct tetra_scratch *s, __u32 flags, __u32 did)
{
	__u32 i, sent = 0;

	if (did & ACT_SIGNALLED) {
		for (i = 0; i < sizeof(s->rule.signals); i++)
			if (i < s->rule.n_signals)
				sent |= rule_signal(s, s->rule.signals[i]);
		if (!sent) {
			did &= ~ACT_SIGNALLED;
			s->rule.flags &= ~TETRA_RULE_SIGNAL;
		}
	}
	if (did & ACT_KILL_DENIED) {
		/* The signalling instance may be skipped; the kill must not be. */
		if (!(cfg.phase & TETRA_PHASE_SIGNAL))
			signal_send(ACT_SIGKILL);
		verdict_set(s, -ACT_EPERM);
	}
	if (did & ACT_OVERRIDDEN)
		verdict_set(s, s->rule.error);
	/* The program at the return compares it with the call's result. */
	if (flags & TETRA_RULE_OVERRIDE && !(flags & TETRA_RULE_MONITOR) &&
	    cfg.phase & TETRA_PHASE_CATCH)
		verdict_set(s, s->rule.error);
	return did;
}

/*
 * What a program does for a rule; @flip is a constant. Read anew for each use: then what does not hold
 * for the instance is removed from the program.
 */
#define RULE_PHASE(flip) (cfg.phase ^ (flip))

/* Everything that s->rule asks of this instance, except the event. */
static __always_inline __u32 rule_act(struct tetra_scratch *s, __u32 flip)
{
	__u32 flags = s->rule.flags, did = rule_decide(flags, RULE_PHASE(flip));

	if (flags & TETRA_RULE_ENFORCES)
		did = rule_enforce(s, flags, did);
	if (did & ACT_EVENT)
		process_ensure(s);
	return did;
}

/* Few branches: this is in the loop over matching rules. */
static __always_inline void rule_count(tetra_image image, __u32 counter, __u32 did,
				       __u32 phase)
{
	struct tetra_cell *cell = image_cell(image, counter);
	struct tetra_counters *counters;

	if (!cell)
		return;
	counters = &cell->counters;
	if (phase & TETRA_PHASE_EVENT) {
		__sync_fetch_and_add(&counters->matched, 1);
		__sync_fetch_and_add(&counters->posted, !!(did & ACT_POSTED));
		__sync_fetch_and_add(&counters->not_posted, !!(did & ACT_NOT_POSTED));
	}
	if (did & ~(ACT_POSTED | ACT_NOT_POSTED | ACT_EVENT | ACT_KILL_DENIED)) {
		__sync_fetch_and_add(&counters->signalled, !!(did & ACT_SIGNALLED));
		__sync_fetch_and_add(&counters->overridden, !!(did & ACT_OVERRIDDEN));
		__sync_fetch_and_add(&counters->suppressed, !!(did & ACT_SUPPRESSED));
		__sync_fetch_and_add(&counters->rate_limited, !!(did & ACT_RATE_LIMITED));
		__sync_fetch_and_add(&counters->lost, !!(did & ACT_LOST));
	}
}

/* The rule that wins instead of that in @cell if it has enforced at the entry; else @cell. */
static __noinline struct tetra_cell *rule_before_result(tetra_image image,
							struct tetra_scratch *s,
							struct tetra_cell *cell,
							__u64 word)
{
	__u32 k = s->run.word & (TETRA_MAX_WORDS - 1);
	struct tetra_cell *other;

	other = image_cell(image,
			   s->rules + k * 64 + lowest_bit(word & cell->rule.yields));
	return other && other->rule.flags & TETRA_RULE_ENFORCES ? other : cell;
}

/* The next matching rule's cell of word s->run.word; s->words says which are left. NULL: none. */
static __always_inline struct tetra_cell *rule_next(tetra_image image,
						    struct tetra_scratch *s)
{
	__u32 k = s->run.word & (TETRA_MAX_WORDS - 1);
	__u64 word = s->words[k];
	struct tetra_cell *cell;

	if (!word)
		return 0;
	cell = image_cell(image, s->rules + k * 64 + lowest_bit(word));
	if (!cell)
		return 0;
	if (word & cell->rule.yields)
		cell = rule_before_result(image, s, cell, word);
	word &= word - 1;
	s->words[k] = word & ~cell->rule.group_mask;
	return cell;
}

/* The word of the next matching rule becomes s->run.word: whether there is one. */
static __always_inline int word_next(struct tetra_scratch *s)
{
	__u32 k = s->run.word & (TETRA_MAX_WORDS - 1);

	if (cfg.n_words < 2)
		return !!s->words[0];
	if (s->words[k])
		return 1;
	s->live &= s->live - 1;
	if (!s->live)
		return 0;
	s->run.word = lowest_bit(s->live);
	return 1;
}

/* Carries out s->rule. */
static __always_inline void rule_carry_out(tetra_image image, struct tetra_scratch *s,
					   __u32 scratch, __u32 flip)
{
	__u32 did = rule_act(s, flip);

	if (did & ACT_EVENT) {
		s->generation = image_generation(image);
		args_put(scratch);
		did |= event_send(scratch);
	}
	rule_count(image, s->rule.counter, did, RULE_PHASE(flip));
}

/*
 * Which program sends a rule's event, where one at the entry and one at the return run its hook:
 * the former those of rules that signal, the latter all others. A process that was killed does not
 * return: then the former sends the others, too.
 */
enum rule_turn {
	TURN_WHOLE,
	TURN_APART,
	TURN_KILLED,
};

static __always_inline int rule_tells_apart(const struct tetra_scratch *s)
{
	return s->rule.flags & TETRA_RULE_SIGNAL && !(s->rule.flags & TETRA_RULE_MONITOR);
}

/* Carries out the next matching rule: 1 to continue, 0 if none is left. @turn is a constant. */
static __always_inline __u64 rule_take_turn(__u32 scratch, enum rule_turn turn)
{
	struct tetra_scratch *s = scratch_get(scratch);
	struct tetra_cell *cell;
	tetra_image image;

	if (!s)
		return 0;
	image = image_again(s);
	if (!image)
		return 0;
	cell = rule_next(image, s);
	if (!cell)
		return 0;
	s->rule = cell->rule;
	if (turn == TURN_WHOLE)
		rule_carry_out(image, s, scratch, 0);
	else if (rule_tells_apart(s) == (turn == TURN_APART))
		rule_carry_out(image, s, scratch, TETRA_PHASE_EVENT);
	else if (turn == TURN_APART)
		rule_carry_out(image, s, scratch, 0);
	return word_next(s);
}

/* Global: the verifier cannot follow up to a thousand iterations with this in each. */
__noinline __u64 rule_turn(__u32 scratch)
{
	return rule_take_turn(scratch, TURN_WHOLE);
}

__noinline __u64 rule_turn_apart(__u32 scratch)
{
	return rule_take_turn(scratch, TURN_APART);
}

__noinline __u64 rule_turn_killed(__u32 scratch)
{
	return rule_take_turn(scratch, TURN_KILLED);
}

/* The rules of word @k that match, into s->words: whether there are any. */
__noinline __u64 wide_word(__u32 scratch, __u32 k)
{
	struct tetra_scratch *s = scratch_get(scratch);
	tetra_image image;
	__u64 word;

	if (!s)
		return 0;
	image = image_again(s);
	if (!image)
		return 0;
	k &= TETRA_MAX_WORDS - 1;
	word = select_word(image, s, 1 + cfg.hook, k);
	s->words[k] = word;
	return !!word;
}

/* Into s->live: the words in which rules match. A separate call: inlined, the loops look
 * infinite to verifiers before 6.2. */
static __noinline int wide_words(struct tetra_scratch *s, __u32 scratch)
{
	/* A wide program stays wide; if few rules are left, the bits are rules, not words. */
	__u64 words = s->match.wide ? s->match.bits : 1;
	__u32 live = 0, k;
	__u64 i;

	for (i = 0; i < TETRA_MAX_WORDS; i++) {
		if (!words)
			break;
		k = lowest_bit(words);
		words &= words - 1;
		if (wide_word(scratch, k))
			live |= 1u << (k & (TETRA_MAX_WORDS - 1));
	}
	s->live = live;
	return live ? 1 : 0;
}

static __noinline int wide_act(__u32 scratch)
{
	__u64 i;

	for (i = 0; i < TETRA_MAX_RULES; i++)
		if (!rule_turn(scratch))
			break;
	return 0;
}

static __noinline int narrow_act(__u32 scratch)
{
	__u64 i;

	for (i = 0; i < 64; i++)
		if (!rule_turn(scratch))
			break;
	return 0;
}

/* The matching rules once more: those that the turns until now have not told of. */
static __noinline int killed_act(struct tetra_scratch *s, __u32 scratch)
{
	__u64 i;
	__u32 k;

	for (k = 0; k < TETRA_MAX_WORDS; k++)
		s->words[k] = s->told[k];
	s->live = s->told_live;
	s->run.word = cfg.n_words < 2 ? 0 : lowest_bit(s->live);
	for (i = 0; i < TETRA_MAX_RULES; i++)
		if (!rule_turn_killed(scratch))
			break;
	return 0;
}

/* Narrow or wide: the first turn without a next rule is the last. */
static __noinline int apart_act(struct tetra_scratch *s, __u32 scratch)
{
	__u64 i;
	__u32 k;

	for (k = 0; k < TETRA_MAX_WORDS; k++)
		s->told[k] = s->words[k];
	s->told_live = s->live;
	s->killed = 0;
	for (i = 0; i < TETRA_MAX_RULES; i++)
		if (!rule_turn_apart(scratch))
			break;
	if (s->killed)
		killed_act(s, scratch);
	return 0;
}

/* Carries out the rules that match. @wide is a constant. */
static __always_inline void rules_act(struct tetra_scratch *s, __u32 scratch, __u64 bits,
				      int wide)
{
	if (wide) {
		if (!wide_words(s, scratch))
			return;
		s->run.word = lowest_bit(s->live);
		if (cfg.signals_tell)
			apart_act(s, scratch);
		else
			wide_act(scratch);
	} else {
		s->words[0] = bits;
		if (cfg.signals_tell)
			apart_act(s, scratch);
		else
			narrow_act(scratch);
	}
}

#endif
