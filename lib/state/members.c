/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which processes have a mark: programs set bits at each fork and exec; here, from the rows, for
 * processes that were there before the mark.
 *
 * A row knows the names of its earlier images and of its ancestors' at the time of the forks,
 * and the numbers of its last ancestors. From processes that are older than the session it
 * knows the parent: their names were found, not seen.
 *
 * A program that runs at the same time may have read a row before its bits changed, and may
 * write a copy afterwards. So before each look we wait until the programs that have started
 * are done. When a look finds nothing to change, nothing was copied from a wrong row.
 */
#include "lib/base/array.h"
#include "lib/state/marks.h"
#include "lib/state/state.h"

/* Looks at all rows. Each further one finds only what was copied during the one before. */
#define MEMBERS_LOOKS 8u

struct member {
	uint32_t tgid, ns_tgid, flags;
	uint64_t start, stamp;
	uint64_t hash[2], names[TETRA_PROC_NAMES];
	uint32_t ancestors[TETRA_PROC_ANCESTORS];
	uint64_t has[MARK_KINDS];
	uint64_t own[MARK_KINDS]; /* its own names and numbers, and those in its row */
	uint64_t inherited[MARK_KINDS]; /* from ancestors that live */
	uint64_t found; /* of binaries: what it had when the session began */
};

int mark_key_compare(const void *left, const void *right)
{
	const struct tetra_mark_key *a = left, *b = right;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	for (size_t i = 0; i < ARRAY_SIZE(a->value); i++)
		if (a->value[i] != b->value[i])
			return a->value[i] < b->value[i] ? -1 : 1;
	return 0;
}

struct members {
	const struct members_wanted *wanted;
	struct member *members; /* the oldest first */
	struct member **by_tgid;
	uint32_t n, size;
	uint32_t n_changed;
};

static void members_done(struct members *members)
{
	free(members->members);
	free(members->by_tgid);
}

static int members_add(void *user, uint32_t tgid, const struct tetra_proc *row)
{
	struct members *members = user;
	struct member *member;

	if (array_reserve(&members->members, members->n, &members->size,
			  sizeof(*members->members)) < 0)
		return -ENOMEM;
	member = &members->members[members->n++];
	*member = (struct member){
		.tgid = tgid,
		.ns_tgid = row->ns_tgid,
		.flags = row->flags,
		.start = row->start,
		.stamp = row->stamp,
		.hash = { row->exe_hash[0], row->exe_hash[1] },
		.has = { row->pid_marks, row->binary_marks },
	};
	memcpy(member->names, row->names, sizeof(member->names));
	memcpy(member->ancestors, row->ancestors, sizeof(member->ancestors));
	return 0;
}

static uint64_t bits_of_key(const struct mark_roots *roots, uint64_t kind,
			    uint64_t value0, uint64_t value1, bool foreign)
{
	const struct mark_root key = { .key = { .kind = kind,
						.value = { value0, value1 } } };
	const struct mark_root *root = roots->n ? bsearch(&key, roots->roots, roots->n,
							  sizeof(key), mark_key_compare)
						: NULL;

	return root ? root->bits.by_foreign[foreign] : 0;
}

/* Of one of a row's names, which are TETRA_NAME(). */
static uint64_t bits_of_name(const struct mark_roots *roots, uint64_t name)
{
	uint64_t bits = 0;

	if (!name)
		return 0;
	for (uint32_t i = 0; i < roots->n; i++)
		if (roots->roots[i].key.kind == TETRA_MARK_BINARY &&
		    TETRA_NAME(roots->roots[i].key.value[0], 0) == TETRA_NAME(name, 0))
			bits |= roots->roots[i].bits.by_foreign[name & 1];
	return bits;
}

static uint64_t bits_of_image(const struct mark_roots *roots, const struct member *member)
{
	return bits_of_key(roots, TETRA_MARK_BINARY, member->hash[0], member->hash[1],
			   member->flags & TETRA_PROC_FOREIGN);
}

/* The name that was found when the session began is the oldest one. */
static uint64_t bits_found(const struct mark_roots *roots, const struct member *member)
{
	uint32_t n = 0;

	while (n < TETRA_PROC_NAMES && member->names[n])
		n++;
	if (n == TETRA_PROC_NAMES)
		return 0; /* it may be forgotten */
	return n ? bits_of_name(roots, member->names[n - 1])
		 : bits_of_image(roots, member);
}

static void member_find_own(struct member *member, const struct members_wanted *wanted)
{
	const struct mark_roots *roots = wanted->roots;

	member->own[MARK_OF_PID] =
		bits_of_key(roots, TETRA_MARK_PID, member->tgid, 0, false) |
		bits_of_key(roots, TETRA_MARK_NSPID, member->ns_tgid, 0, false);
	member->own[MARK_OF_BINARY] = bits_of_image(roots, member);
	for (uint32_t i = 0; i < TETRA_PROC_NAMES; i++)
		member->own[MARK_OF_BINARY] |= bits_of_name(roots, member->names[i]);
	for (uint32_t kind = 0; kind < MARK_KINDS; kind++)
		for (uint64_t has = member->has[kind]; has; has &= has - 1)
			member->own[kind] |= wanted->implied[kind][__builtin_ctzll(has)];
	if (member->start <= wanted->begin_ns)
		member->found = bits_found(roots, member);
}

/*
 * From an ancestor: its number for all, its names for those that were forked afterwards. Names
 * that were found count as older than any child.
 */
static void member_inherit(struct member *member, const struct member *from)
{
	uint64_t names = from->stamp <= member->start ? from->own[MARK_OF_BINARY] : 0;

	member->inherited[MARK_OF_PID] |=
		from->own[MARK_OF_PID] | from->inherited[MARK_OF_PID];
	member->inherited[MARK_OF_BINARY] |=
		names | from->found | from->inherited[MARK_OF_BINARY];
}

static int member_compare(const void *left, const void *right)
{
	const struct member *a = left, *b = right;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return a->tgid < b->tgid ? -1 : a->tgid > b->tgid;
}

static int tgid_compare(const void *left, const void *right)
{
	const struct member *a = *(struct member *const *)left;
	const struct member *b = *(struct member *const *)right;

	return a->tgid < b->tgid ? -1 : a->tgid > b->tgid;
}

static const struct member *members_find(const struct members *members, uint32_t tgid)
{
	const struct member key = { .tgid = tgid }, *wanted = &key;
	struct member **found = bsearch(&wanted, members->by_tgid, members->n,
					sizeof(*members->by_tgid), tgid_compare);

	return found ? *found : NULL;
}

static void members_inherit(const struct members *members, struct member *member)
{
	for (uint32_t i = 0; i < TETRA_PROC_ANCESTORS; i++) {
		const struct member *from = members_find(members, member->ancestors[i]);

		/* A younger one has the number of an ancestor that is gone. */
		if (from && member->ancestors[i] && from->start < member->start)
			member_inherit(member, from);
	}
}

static int member_change(struct tetra_session *session, struct members *members,
			 const struct member *member)
{
	const struct members_wanted *wanted = members->wanted;
	struct sensor_mark change = { .tgid = member->tgid, .start = member->start };
	uint64_t any = 0;

	for (uint32_t kind = 0; kind < MARK_KINDS; kind++) {
		uint64_t needed = member->own[kind] | member->inherited[kind];

		change.gained[kind] =
			needed & ~wanted->dropped[kind] & ~member->has[kind];
		change.lost[kind] = member->has[kind] & wanted->dropped[kind];
		any |= change.gained[kind] | change.lost[kind];
	}
	if (!any)
		return 0;
	members->n_changed++;
	return sensor_mark_process(session->sensor, &change);
}

static int members_index(struct members *members)
{
	qsort(members->members, members->n, sizeof(*members->members), member_compare);
	members->by_tgid = calloc(MAX(members->n, 1u), sizeof(*members->by_tgid));
	if (!members->by_tgid)
		return -ENOMEM;
	for (uint32_t i = 0; i < members->n; i++)
		members->by_tgid[i] = &members->members[i];
	qsort(members->by_tgid, members->n, sizeof(*members->by_tgid), tgid_compare);
	return 0;
}

/* One look at all rows. Return: how many had to be changed. */
static int members_look(struct tetra_session *session,
			const struct members_wanted *wanted)
{
	_cleanup_(members_done) struct members members = { .wanted = wanted };
	int r = sensor_catch_up(session->sensor);

	if (r == 0)
		r = sensor_each_process(session->sensor, members_add, &members);
	if (r == 0 && members.n)
		r = members_index(&members);
	for (uint32_t i = 0; i < members.n && r == 0; i++)
		member_find_own(&members.members[i], wanted);
	for (uint32_t i = 0; i < members.n && r == 0; i++)
		members_inherit(&members, &members.members[i]);
	for (uint32_t i = 0; i < members.n && r == 0; i++)
		r = member_change(session, &members, &members.members[i]);
	return r < 0 ? r : (int)members.n_changed;
}

int members_settle(struct tetra_session *session, const struct members_wanted *wanted)
{
	for (uint32_t i = 0; i < MEMBERS_LOOKS; i++) {
		int r = published_wait(&session->state->published, session->sensor);

		if (r == 0)
			r = members_look(session, wanted);
		if (r <= 0)
			return r < 0 ? r : 1;
	}
	return 0;
}
