/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Marks: bits that a process inherits from its parent and keeps across exec. A selector that
 * follows forks or children owns one; the processes it names are the roots. Programs set the
 * bits at each later fork and exec; processes already running get them here, from the oldest
 * to the youngest, twice, since an exec at the same moment may miss one.
 */
#include "lib/base/diag.h"
#include "lib/kernel/proc.h"
#include "lib/session/next.h"

#define MARK_BITS 64u

/* Bits of both kinds that selectors own. */
struct marks {
	uint64_t pid, binary;
};

static void policy_marks(const struct session_policy *policy, struct marks *used)
{
	for (uint32_t i = 0; i < policy->n_uses; i++) {
		const struct session_use *use = &policy->uses[i];

		for (uint32_t j = 0; use->marks && j < use->n_selectors; j++) {
			if (use->marks[j].pid != RULESET_NO_MARK)
				used->pid |= 1ull << use->marks[j].pid;
			if (use->marks[j].binary != RULESET_NO_MARK)
				used->binary |= 1ull << use->marks[j].binary;
		}
	}
}

static void state_marks(const struct session_state *state, struct marks *used)
{
	for (uint32_t i = 0; i < state->n_policies; i++)
		policy_marks(state->policies[i].loaded, used);
}

static bool selector_follows_forks(const struct policy_selector *selector)
{
	for (uint32_t i = 0; i < selector->n_pids; i++)
		if (selector->pids[i].follow_forks)
			return true;
	return false;
}

static bool selector_follows_children(const struct policy_selector *selector)
{
	return selector->n_binaries && selector->binaries->follow_children;
}

static int mark_take(uint64_t *used, uint8_t *ret, const struct diag_place *place,
		     struct tetra_diag *diag)
{
	if (*used == UINT64_MAX)
		return diag_error(
			diag, place, -E2BIG, "too-many", NULL,
			"more than %u selectors of all policies follow forks or "
			"children",
			MARK_BITS);
	*ret = __builtin_ctzll(~*used);
	*used |= 1ull << *ret;
	return 0;
}

static bool use_follows(const struct session_use *use)
{
	for (uint32_t i = 0; i < use->hook->n_selectors; i++)
		if (selector_follows_forks(&use->hook->selectors[i]) ||
		    selector_follows_children(&use->hook->selectors[i]))
			return true;
	return false;
}

int use_assign_marks(struct tetra_session *session, struct session_use *use,
		     const struct session_policy *loaded,
		     const struct session_state *next, struct tetra_diag *diag)
{
	const char *file = loaded->policy->file;
	struct marks used = { 0 };
	int r = 0;

	if (!use_follows(use))
		return 0;
	state_marks(session->state, &used);
	state_marks(next, &used);
	policy_marks(loaded, &used);
	for (uint32_t i = 0; i < use->hook->n_selectors && r == 0; i++) {
		const struct policy_selector *selector = &use->hook->selectors[i];
		const struct diag_place place = { file, selector->mark.line,
						  selector->mark.column,
						  use->hook->yaml_path };

		if (!selector_follows_forks(selector) &&
		    !selector_follows_children(selector))
			continue;
		if (!use->marks) {
			use->marks = malloc(use->n_selectors * sizeof(*use->marks));
			if (!use->marks)
				return -ENOMEM;
			memset(use->marks, RULESET_NO_MARK,
			       use->n_selectors * sizeof(*use->marks));
		}
		if (selector_follows_forks(selector))
			r = mark_take(&used.pid, &use->marks[i].pid, &place, diag);
		if (r == 0 && selector_follows_children(selector))
			r = mark_take(&used.binary, &use->marks[i].binary, &place, diag);
	}
	return r;
}

struct mark_root {
	struct tetra_mark_key key;
	uint64_t bits;
};

struct mark_roots {
	struct mark_root *roots;
	uint32_t n;
};

static int roots_add(struct mark_roots *roots, const struct tetra_mark_key *key,
		     uint8_t bit)
{
	struct mark_root *grown;

	for (uint32_t i = 0; i < roots->n; i++) {
		if (memcmp(&roots->roots[i].key, key, sizeof(*key)) == 0) {
			roots->roots[i].bits |= 1ull << bit;
			return 0;
		}
	}
	grown = realloc(roots->roots, (roots->n + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	roots->roots = grown;
	grown[roots->n++] = (struct mark_root){ *key, 1ull << bit };
	return 0;
}

static int roots_add_pids(struct mark_roots *roots,
			  const struct policy_selector *selector, uint8_t bit)
{
	int r = 0;

	for (uint32_t i = 0; i < selector->n_pids; i++) {
		const struct policy_pids *pids = &selector->pids[i];

		for (uint32_t j = 0; pids->follow_forks && j < pids->n_values && r == 0;
		     j++) {
			struct tetra_mark_key key = {
				.kind = pids->namespace_pid ? TETRA_MARK_NSPID
							    : TETRA_MARK_PID,
				.value = { pids->values[j].min },
			};

			r = roots_add(roots, &key, bit);
		}
	}
	return r;
}

static int roots_add_path(struct mark_roots *roots, struct tetra_session *session,
			  const char *text, size_t len, uint8_t bit)
{
	struct tetra_mark_key key = { .kind = TETRA_MARK_BINARY };
	struct tetra_hash hash;

	image_hash_path(&session->seed, text, len, &hash);
	key.value[0] = hash.h[0];
	key.value[1] = hash.h[1];
	return roots_add(roots, &key, bit);
}

static int roots_add_use(struct mark_roots *roots, struct tetra_session *session,
			 const struct session_use *use)
{
	int r = 0;

	for (uint32_t i = 0; use->marks && i < use->hook->n_selectors && r == 0; i++) {
		const struct policy_selector *selector = &use->hook->selectors[i];
		uint8_t bit = use->marks[i].binary;

		if (use->marks[i].pid != RULESET_NO_MARK)
			r = roots_add_pids(roots, selector, use->marks[i].pid);
		if (bit == RULESET_NO_MARK)
			continue;
		for (uint32_t j = 0; j < selector->binaries->n_values && r == 0; j++)
			r = roots_add_path(roots, session,
					   selector->binaries->values[j].text,
					   selector->binaries->values[j].len, bit);
		for (uint32_t j = 0; j < use->n_widened && r == 0; j++)
			if (use->widened[j].selector == i)
				r = roots_add_path(roots, session, use->widened[j].text,
						   use->widened[j].len, bit);
	}
	return r;
}

static uint64_t roots_find(const struct mark_roots *roots, uint64_t kind, uint64_t value0,
			   uint64_t value1)
{
	for (uint32_t i = 0; i < roots->n; i++)
		if (roots->roots[i].key.kind == kind &&
		    roots->roots[i].key.value[0] == value0 &&
		    roots->roots[i].key.value[1] == value1)
			return roots->roots[i].bits;
	return 0;
}

struct mark_process {
	uint32_t tgid, ppid;
	uint64_t start_ns, pid_bits, binary_bits;
};

/* Its name from the kernel's row, or from /proc if there is no row. */
static void process_hash(struct tetra_hash *ret, const struct proc_entry *entry,
			 const struct tetra_session *session)
{
	size_t len = strlen(entry->exe);
	struct tetra_proc row;

	*ret = (struct tetra_hash){};
	if (sensor_get_process(session->sensor, entry->tgid, &row) == 0) {
		ret->h[0] = row.exe_hash[0];
		ret->h[1] = row.exe_hash[1];
	} else if (len && len <= TETRA_HASH_BYTES) {
		image_hash_path(&session->seed, entry->exe, len, ret);
	}
}

static void process_own_bits(struct mark_process *process, const struct proc_entry *entry,
			     const struct mark_roots *roots,
			     struct tetra_session *session)
{
	struct tetra_hash hash;

	process->tgid = entry->tgid;
	process->ppid = entry->ppid;
	process->start_ns = entry->start_ns;
	process->pid_bits = roots_find(roots, TETRA_MARK_PID, entry->tgid, 0) |
			    roots_find(roots, TETRA_MARK_NSPID, entry->nspid, 0);
	process_hash(&hash, entry, session);
	process->binary_bits = roots_find(roots, TETRA_MARK_BINARY, hash.h[0], hash.h[1]);
}

static int mark_process_compare(const void *left, const void *right)
{
	const struct mark_process *a = left, *b = right;

	if (a->start_ns != b->start_ns)
		return a->start_ns < b->start_ns ? -1 : 1;
	return a->tgid < b->tgid ? -1 : a->tgid > b->tgid;
}

static void marks_inherit(struct mark_process *processes, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		for (uint32_t j = 0; j < i; j++) {
			if (processes[j].tgid != processes[i].ppid)
				continue;
			processes[i].pid_bits |= processes[j].pid_bits;
			processes[i].binary_bits |= processes[j].binary_bits;
			break;
		}
	}
}

static int marks_running(struct tetra_session *session, const struct mark_roots *roots)
{
	_cleanup_(proc_iter_freep) struct proc_iter *iter = NULL;
	_cleanup_(freep) struct mark_process *processes = NULL;
	const struct proc_entry *entry;
	uint32_t n = 0, size = 0;
	int r = proc_iter_new(&iter, NULL, NULL);

	while (r == 0 && (r = proc_iter_next(iter, &entry)) > 0) {
		if (n == size) {
			struct mark_process *grown = realloc(
				processes, (size = size * 2 + 64) * sizeof(*grown));

			if (!grown)
				return -ENOMEM;
			processes = grown;
		}
		process_own_bits(&processes[n++], entry, roots, session);
		r = 0;
	}
	if (r < 0)
		return r;
	if (n)
		qsort(processes, n, sizeof(*processes), mark_process_compare);
	marks_inherit(processes, n);
	for (uint32_t i = 0; i < n; i++)
		if (processes[i].pid_bits | processes[i].binary_bits)
			(void)sensor_mark_process(session->sensor, processes[i].tgid,
						  processes[i].pid_bits,
						  processes[i].binary_bits);
	/* A process that has ended by now is not an error. */
	return 0;
}

int next_apply_marks(struct tetra_session *session, const struct session_state *next)
{
	struct mark_roots roots = { 0 };
	int r = 0;

	for (uint32_t i = 0; i < next->n_policies && r == 0; i++) {
		const struct session_policy *policy = next->policies[i].loaded;

		for (uint32_t j = 0; j < policy->n_uses && r == 0; j++)
			r = roots_add_use(&roots, session, &policy->uses[j]);
	}
	for (uint32_t i = 0; i < roots.n && r == 0; i++)
		r = sensor_set_mark(session->sensor, &roots.roots[i].key,
				    roots.roots[i].bits);
	if (r == 0 && roots.n)
		r = marks_running(session, &roots);
	if (r == 0 && roots.n)
		r = marks_running(session, &roots);
	free(roots.roots);
	return r;
}
