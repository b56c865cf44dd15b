/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values that depend on each other. A socket has ports and addresses if its family has; it
 * was read as a whole or not at all. A process whose executable or pid is on a list is on it.
 * What is not known of a process's ancestors is not known of any.
 */
#include "lib/base/kinds.h"
#include "lib/space/lists.h"
#include "lib/judge/address.h"

#define FACTS 64u

/* Of a socket, of an executable, of a pid in its namespace. */
enum {
	SOCK_IPV4,
	SOCK_IPV6,
	SOCK_OTHER,
	SOCK_ABSENT,
	SOCK_UNREADABLE,
	/* Of a packet, whose ports are read together, if its protocol has any. */
	PROTOCOL_PORTLESS,
	PORTS_READ,
	PORTS_ABSENT,
	PORTS_UNREADABLE,
	SOCK_FACTS
};
enum { NAME_READ, NAME_NONE, NAME_UNREADABLE, NAME_FACTS };
enum { PID_NONE, PID_SOME, PID_FACTS };
/* Of ancestors; CHILDREN: of their executables. */
enum {
	ANCESTORS_KNOWN,
	ANCESTORS_UNKNOWN,
	CHILDREN_KNOWN,
	CHILDREN_UNKNOWN,
	DESCENT_FACTS
};

static int fixed_numbers(struct lists *lists, struct axis *axis, unsigned int n_bytes,
			 struct set_range range)
{
	const struct set *parts[1], *set;
	uint32_t number;
	int r;

	r = set_of_ranges(&lists->space, n_bytes, &range, 1, &parts[0]);
	if (r >= 0)
		r = set_tagged(&lists->space, parts, 1, &set);
	return r < 0 ? r : axis_add_set(&lists->space, axis, set, &number);
}

/* Atoms are of one tag each, so that what was not read is seen apart. */
static int fixed_tags(struct lists *lists, struct axis *axis)
{
	const struct set *parts[DIMENSION_TAGS], *set;
	uint32_t number;
	int r = 0;

	for (uint32_t i = 0; r >= 0 && i < DIMENSION_TAGS; i++) {
		memset(parts, 0, sizeof(parts));
		parts[i] = &set_everything;
		r = set_tagged(&lists->space, parts, DIMENSION_TAGS, &set);
		if (r >= 0)
			r = set_overlaps(&lists->space, set, axis->sets[0]);
		if (r > 0)
			r = axis_add_set(&lists->space, axis, set, &number);
	}
	return r;
}

/* Each kind of descent is an atom of its own. */
static int fixed_descent(struct lists *lists, struct axis *axis)
{
	const struct set *parts[DIMENSION_TAGS], *kind, *set;
	uint32_t number;
	int r = 0;

	for (set_number i = DESCENT_YES; r >= 0 && i <= DESCENT_UNKNOWN; i++) {
		struct set_range range = { i, i };

		r = set_of_ranges(&lists->space, 1, &range, 1, &kind);
		for (uint32_t tag = 0; tag < DIMENSION_TAGS; tag++)
			parts[tag] = kind;
		if (r >= 0)
			r = set_tagged(&lists->space, parts, DIMENSION_TAGS, &set);
		if (r >= 0)
			r = axis_add_set(&lists->space, axis, set, &number);
	}
	return r;
}

/* Protocols with ports are atoms apart from the others. */
static int fixed_protocols(struct lists *lists, struct axis *axis)
{
	int r = 0;

	for (set_number i = 0; r >= 0 && i <= UINT8_MAX; i++)
		if (TETRA_HAS_PORTS(i))
			r = fixed_numbers(lists, axis, DIMENSION_NUMBER,
					  (struct set_range){ i, i });
	return r;
}

/* The names that put a process on the list of an axis of descent. */
static int listed_names(struct lists *lists, struct axis *axis)
{
	const struct policy_binaries *binaries = axis->binaries;
	const struct set *parts[DIMENSION_TAGS] = {}, *set;
	struct set_word *words =
		arena_array(lists->space.arena, binaries->n_values + 1, sizeof(*words));
	int r;

	if (!words)
		return -ENOMEM;
	for (uint32_t i = 0; i < binaries->n_values; i++)
		words[i] = (struct set_word){ binaries->values[i].text,
					      binaries->values[i].len };
	r = set_of_texts(&lists->space, SET_EQUAL, words, binaries->n_values,
			 &parts[TETRA_VALUE_READ]);
	if (r < 0)
		return r;
	if (!axis->doubts)
		parts[DIMENSION_FOREIGN] = parts[TETRA_VALUE_READ];
	r = set_tagged(&lists->space, parts, DIMENSION_TAGS, &set);
	return r < 0 ? r
		     : axis_add_set(&lists->space, lists->axes[axis->leader], set,
				    &axis->listed);
}

/* The pids of the list of an axis of descent. 0 is not a number in a namespace. */
static int listed_pids(struct lists *lists, struct axis *axis)
{
	bool inner = axis->dimension.kind == DIMENSION_NS_FORKS;
	const struct policy_pids *pids = axis->pids;
	struct set_range *ranges =
		arena_array(lists->space.arena, pids->n_values + 1, sizeof(*ranges));
	const struct set *parts[1], *set;
	uint32_t n = 0;
	int r;

	if (!ranges)
		return -ENOMEM;
	for (uint32_t i = 0; i < pids->n_values; i++)
		if (!inner || pids->values[i].max)
			ranges[n++] =
				(struct set_range){ inner ? MAX(pids->values[i].min, 1u)
							  : pids->values[i].min,
						    pids->values[i].max };
	r = set_of_ranges(&lists->space, DIMENSION_NUMBER, ranges, n, &parts[0]);
	if (r >= 0)
		r = set_tagged(&lists->space, parts, 1, &set);
	return r < 0 ? r
		     : axis_add_set(&lists->space, lists->axes[axis->leader], set,
				    &axis->listed);
}

static int axis_add_facts(struct lists *lists, struct axis *axis)
{
	const struct dimension *dimension = &axis->dimension;
	const struct set_range ipv4 = ADDRESS_IPV4;
	int r = fixed_tags(lists, axis);

	if (r < 0)
		return r;
	if (axis->leads && dimension->kind == DIMENSION_ARG) {
		r = fixed_numbers(lists, axis, DIMENSION_NUMBER,
				  (struct set_range){ FAMILY_IPV4, FAMILY_IPV4 });
		if (r >= 0)
			r = fixed_numbers(lists, axis, DIMENSION_NUMBER,
					  (struct set_range){ FAMILY_IPV6, FAMILY_IPV6 });
	} else if (axis->leads && dimension->kind == DIMENSION_NS_PID) {
		r = fixed_numbers(lists, axis, DIMENSION_NUMBER,
				  (struct set_range){ 0, 0 });
	} else if (dimension->kind == DIMENSION_CHILDREN) {
		r = fixed_descent(lists, axis);
		if (r >= 0)
			r = listed_names(lists, axis);
	} else if (dimension->kind == DIMENSION_FORKS ||
		   dimension->kind == DIMENSION_NS_FORKS) {
		r = fixed_descent(lists, axis);
		if (r >= 0 && !axis->rate)
			r = listed_pids(lists, axis);
	} else if (dimension->kind == DIMENSION_ARG && axis->leader != NO_AXIS &&
		   (dimension->part == TETRA_PART_SADDR ||
		    dimension->part == TETRA_PART_DADDR)) {
		r = fixed_numbers(lists, axis, ADDRESS_BYTES, ipv4);
	} else if (dimension->kind == DIMENSION_ARG &&
		   dimension->part == TETRA_PART_PROTOCOL &&
		   kind_has_class(axis->kind, TETRA_CLASS_SKB)) {
		r = fixed_protocols(lists, axis);
	}
	return r;
}

int lists_add_facts(struct lists *lists)
{
	int r = 0;

	for (uint32_t i = 0; r >= 0 && i < lists->n_axes; i++)
		r = axis_add_facts(lists, lists->axes[i]);
	return r;
}

/* What each fact is called, as a bit. */
struct names_of_facts {
	uint32_t first[MAX_AXES]; /* by leader */
	uint32_t descent;
	uint32_t listed[MAX_AXES]; /* by follower */
	uint32_t n;
};

static uint64_t bit(uint32_t first, uint32_t fact)
{
	return UINT64_C(1) << (first + fact);
}

/* All of the @n facts but these. */
static uint64_t others(uint32_t first, uint32_t n, uint64_t but)
{
	return ((UINT64_C(1) << n) - 1) << first & ~but;
}

static uint8_t tag_of(const struct axis *axis, uint32_t atom)
{
	const struct set_word *word = &axis->partition.samples[atom];

	return word->n ? (uint8_t)word->bytes[0] : 0;
}

static uint64_t number_of(const struct set_word *word)
{
	uint64_t number = 0;

	for (size_t i = 1; i < word->n; i++)
		number = number << 8 | (uint8_t)word->bytes[i];
	return number;
}

static bool is_mapped(const struct set_word *word)
{
	static const char mapped[12] = { [10] = (char)0xff, [11] = (char)0xff };

	return word->n == 1 + ADDRESS_BYTES &&
	       memcmp(word->bytes + 1, mapped, sizeof(mapped)) == 0;
}

static void couple_family(struct axis *axis, uint32_t first)
{
	for (uint32_t a = 0; a < axis->partition.n_atoms; a++) {
		uint8_t tag = tag_of(axis, a);
		uint64_t number = number_of(&axis->partition.samples[a]);
		uint32_t fact = number == FAMILY_IPV4	? SOCK_IPV4
				: number == FAMILY_IPV6 ? SOCK_IPV6
							: SOCK_OTHER;

		if (tag != TETRA_VALUE_READ)
			fact = tag == TETRA_VALUE_ABSENT ? SOCK_ABSENT : SOCK_UNREADABLE;
		axis->gives[a] |= bit(first, fact);
	}
}

/* What a packet may lack although it has a family. */
static uint64_t packet_lacks(const struct axis *axis, uint32_t first, uint8_t tag)
{
	uint32_t part = axis->dimension.part;
	uint64_t inet = bit(first, SOCK_IPV4) | bit(first, SOCK_IPV6);
	bool is_port = part == TETRA_PART_SPORT || part == TETRA_PART_DPORT;

	if (!kind_has_class(axis->kind, TETRA_CLASS_SKB))
		return 0;
	if (tag == TETRA_VALUE_ABSENT && part == TETRA_PART_STATE)
		return inet | bit(first, SOCK_OTHER) | bit(first, SOCK_UNREADABLE);
	if (tag == TETRA_VALUE_ABSENT)
		return is_port ? inet : 0;
	/* Only extensions of IPv6 can come before a protocol that was not found. */
	if (part == TETRA_PART_PROTOCOL)
		return bit(first, SOCK_IPV6);
	return is_port ? inet : 0;
}

/* Both ports of a packet are in one state. */
static void couple_ports(struct axis *axis, uint32_t first)
{
	uint32_t part = axis->dimension.part;

	if (!kind_has_class(axis->kind, TETRA_CLASS_SKB) ||
	    (part != TETRA_PART_SPORT && part != TETRA_PART_DPORT))
		return;
	for (uint32_t a = 0; a < axis->partition.n_atoms; a++) {
		uint8_t tag = tag_of(axis, a);
		uint64_t fact =
			bit(first, tag == TETRA_VALUE_READ     ? PORTS_READ
				   : tag == TETRA_VALUE_ABSENT ? PORTS_ABSENT
							       : PORTS_UNREADABLE);

		axis->gives[a] |= fact;
		axis->forbids[a] |= (bit(first, PORTS_READ) | bit(first, PORTS_ABSENT) |
				     bit(first, PORTS_UNREADABLE)) &
				    ~fact;
		if (tag == TETRA_VALUE_READ)
			axis->forbids[a] |= bit(first, PROTOCOL_PORTLESS);
	}
}

/* An atom of packets whose protocol has no ports. */
static void couple_protocol(struct axis *axis, uint32_t first)
{
	if (!kind_has_class(axis->kind, TETRA_CLASS_SKB) ||
	    axis->dimension.part != TETRA_PART_PROTOCOL)
		return;
	for (uint32_t a = 0; a < axis->partition.n_atoms; a++) {
		if (tag_of(axis, a) == TETRA_VALUE_READ &&
		    TETRA_HAS_PORTS(number_of(&axis->partition.samples[a])))
			continue;
		axis->gives[a] |= bit(first, PROTOCOL_PORTLESS);
		axis->forbids[a] |= bit(first, PORTS_READ);
	}
}

static void couple_sock(struct axis *axis, uint32_t first)
{
	uint32_t part = axis->dimension.part;
	bool is_address = part == TETRA_PART_SADDR || part == TETRA_PART_DADDR;
	bool is_inet = is_address || part == TETRA_PART_SPORT || part == TETRA_PART_DPORT;
	uint64_t inet = bit(first, SOCK_IPV4) | bit(first, SOCK_IPV6), allowed;

	for (uint32_t a = 0; a < axis->partition.n_atoms; a++) {
		switch (tag_of(axis, a)) {
		case TETRA_VALUE_READ:
			allowed = is_inet ? inet : inet | bit(first, SOCK_OTHER);
			if (is_address && !is_mapped(&axis->partition.samples[a]))
				allowed &= ~bit(first, SOCK_IPV4);
			break;
		case TETRA_VALUE_ABSENT:
			allowed = bit(first, SOCK_ABSENT) |
				  (is_inet ? bit(first, SOCK_OTHER) : 0);
			break;
		default:
			allowed = bit(first, SOCK_UNREADABLE);
		}
		if (tag_of(axis, a) != TETRA_VALUE_READ)
			allowed |= packet_lacks(axis, first, tag_of(axis, a));
		axis->forbids[a] |= others(first, PROTOCOL_PORTLESS, allowed);
	}
	couple_ports(axis, first);
	couple_protocol(axis, first);
}

static uint32_t name_fact(uint8_t tag)
{
	switch (tag) {
	case TETRA_VALUE_NONE:
		return NAME_NONE;
	case TETRA_VALUE_UNREADABLE:
		return NAME_UNREADABLE;
	default:
		return NAME_READ;
	}
}

/* Which lists a value of the leader is on. */
static void give_listed(const struct lists *lists, struct axis *axis, uint32_t atom,
			enum dimension_kind followers, const struct names_of_facts *names)
{
	const uint64_t *members = partition_members(&axis->partition, atom);

	for (uint32_t i = 0; i < lists->n_axes; i++)
		if (lists->axes[i]->dimension.kind == followers &&
		    !lists->axes[i]->rate && bits_has(members, lists->axes[i]->listed))
			axis->gives[atom] |= bit(names->listed[i], 0);
}

static void couple_binary(const struct lists *lists, uint32_t number,
			  const struct names_of_facts *names)
{
	struct axis *axis = lists->axes[number];

	for (uint32_t a = 0; a < axis->partition.n_atoms; a++) {
		axis->gives[a] |= bit(names->first[number], name_fact(tag_of(axis, a)));
		give_listed(lists, axis, a, DIMENSION_CHILDREN, names);
	}
}

static void couple_children(const struct lists *lists, uint32_t number,
			    const struct names_of_facts *names)
{
	struct axis *axis = lists->axes[number];
	uint32_t leader = names->first[axis->leader];

	for (uint32_t a = 0; a < axis->partition.n_atoms; a++) {
		uint64_t descent = number_of(&axis->partition.samples[a]);
		uint64_t own = bit(leader, name_fact(tag_of(axis, a)));

		axis->forbids[a] |= others(leader, NAME_FACTS, own);
		if (descent == DESCENT_UNKNOWN) {
			axis->gives[a] |= bit(names->descent, CHILDREN_UNKNOWN);
			axis->forbids[a] |= bit(names->descent, CHILDREN_KNOWN);
			continue;
		}
		axis->gives[a] |= bit(names->descent, CHILDREN_KNOWN);
		axis->forbids[a] |= bit(names->descent, CHILDREN_UNKNOWN) |
				    bit(names->descent, ANCESTORS_UNKNOWN);
		if (descent == DESCENT_NO)
			axis->forbids[a] |= bit(names->listed[number], 0);
	}
}

static void couple_pid(const struct lists *lists, struct axis *axis,
		       const struct names_of_facts *names)
{
	for (uint32_t a = 0; a < axis->partition.n_atoms; a++)
		give_listed(lists, axis, a, DIMENSION_FORKS, names);
}

static void couple_ns_pid(const struct lists *lists, uint32_t number,
			  const struct names_of_facts *names)
{
	struct axis *axis = lists->axes[number];

	for (uint32_t a = 0; a < axis->partition.n_atoms; a++) {
		bool some = number_of(&axis->partition.samples[a]);

		axis->gives[a] |= bit(names->first[number], some ? PID_SOME : PID_NONE);
		give_listed(lists, axis, a, DIMENSION_NS_FORKS, names);
	}
}

static void couple_forks(const struct lists *lists, uint32_t number,
			 const struct names_of_facts *names)
{
	struct axis *axis = lists->axes[number];

	for (uint32_t a = 0; a < axis->partition.n_atoms; a++) {
		bool absent = tag_of(axis, a) == TETRA_VALUE_ABSENT;
		uint64_t descent = number_of(&axis->partition.samples[a]);
		bool unknown = descent == DESCENT_UNKNOWN;

		if (axis->dimension.kind == DIMENSION_NS_FORKS)
			axis->forbids[a] |= bit(names->first[axis->leader],
						absent ? PID_SOME : PID_NONE);
		if (absent)
			continue;
		axis->gives[a] |= bit(names->descent,
				      unknown ? ANCESTORS_UNKNOWN : ANCESTORS_KNOWN);
		axis->forbids[a] |= bit(names->descent,
					unknown ? ANCESTORS_KNOWN : ANCESTORS_UNKNOWN);
		if (unknown)
			axis->forbids[a] |= bit(names->descent, CHILDREN_KNOWN);
		if (descent == DESCENT_NO)
			axis->forbids[a] |= bit(names->listed[number], 0);
	}
}

static void axis_couple(const struct lists *lists, uint32_t number,
			const struct names_of_facts *names)
{
	struct axis *axis = lists->axes[number];

	switch (axis->dimension.kind) {
	case DIMENSION_ARG:
		if (axis->leads)
			couple_family(axis, names->first[number]);
		else if (axis->leader != NO_AXIS)
			couple_sock(axis, names->first[axis->leader]);
		break;
	case DIMENSION_BINARY:
		if (axis->leads)
			couple_binary(lists, number, names);
		break;
	case DIMENSION_CHILDREN:
		couple_children(lists, number, names);
		break;
	case DIMENSION_PID:
		if (axis->leads)
			couple_pid(lists, axis, names);
		break;
	case DIMENSION_NS_PID:
		if (axis->leads)
			couple_ns_pid(lists, number, names);
		break;
	case DIMENSION_FORKS:
	case DIMENSION_NS_FORKS:
		if (!axis->rate)
			couple_forks(lists, number, names);
		break;
	default:
		break;
	}
}

/* How many facts the atoms of an axis give of themselves. */
static uint32_t facts_of(const struct axis *axis)
{
	switch (axis->dimension.kind) {
	case DIMENSION_ARG:
		return SOCK_FACTS;
	case DIMENSION_BINARY:
		return NAME_FACTS;
	case DIMENSION_NS_PID:
		return PID_FACTS;
	default:
		return 0;
	}
}

static bool is_descent(const struct axis *axis)
{
	return axis->binaries || axis->pids;
}

static uint32_t take(struct names_of_facts *names, uint32_t n)
{
	uint32_t first = names->n;

	names->n += n;
	return first;
}

int lists_couple(struct lists *lists)
{
	struct names_of_facts names = {};

	names.descent = take(&names, DESCENT_FACTS);
	for (uint32_t i = 0; i < lists->n_axes; i++) {
		struct axis *axis = lists->axes[i];

		axis->gives = arena_array(lists->space.arena, axis->partition.n_atoms + 1,
					  sizeof(*axis->gives));
		axis->forbids =
			arena_array(lists->space.arena, axis->partition.n_atoms + 1,
				    sizeof(*axis->forbids));
		if (!axis->gives || !axis->forbids)
			return -ENOMEM;
		if (axis->leads)
			names.first[i] = take(&names, facts_of(axis));
		if (is_descent(axis))
			names.listed[i] = take(&names, 1);
	}
	if (names.n > FACTS)
		return -E2BIG;
	for (uint32_t i = 0; i < lists->n_axes; i++)
		axis_couple(lists, i, &names);
	return 0;
}
