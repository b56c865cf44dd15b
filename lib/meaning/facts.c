/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one filter implies for another subject, and what a function's name implies for its
 * arguments: sets that hold in addition to those written. Only an internet socket has
 * addresses and ports; a process is one of those that it follows.
 */
#include <sys/socket.h>

#include "lib/judge/address.h"
#include "lib/judge/dimension.h"
#include "lib/meaning/box.h"
#include "lib/meaning/lint.h"

#define PROTOCOL_TCP	 6
#define PROTOCOL_UDP	 17
#define PROTOCOL_UDPLITE 136

#define MULTICAST6 ((set_number)0xff << 120)
#define ONLY(number)                                                                     \
	{                                                                                \
		(number), (number)                                                       \
	}

struct facts {
	const struct lint *lint;
	struct lint_box *box;
	const struct lint_term *term;
};

/* What holds for the term's subject, except its part. */
static struct lint_set like_of(const struct facts *facts, uint32_t part, uint8_t bits)
{
	struct lint_set like = *facts->term->set;

	like.kind = LINT_SET_FIXED;
	like.subject.part = (uint8_t)part;
	like.bits = bits;
	return like;
}

/* The part is in one of the ranges, or is not. */
static void in_ranges(const struct facts *facts, uint32_t part, uint8_t bits,
		      const struct set_range *ranges, size_t n, bool inside)
{
	struct lint_set like = like_of(facts, part, bits);
	const struct set *set = NULL;

	lint_known(facts->lint,
		   set_of_ranges(&facts->box->space, bits / 8, ranges, n, &set));
	lint_box_narrow(facts->lint, facts->box, &like, set, inside);
}

static void one_of(const struct facts *facts, uint32_t part, unsigned int number,
		   unsigned int other)
{
	const struct set_range ranges[] = { ONLY(number), ONLY(other) };

	in_ranges(facts, part, 16, ranges, ARRAY_SIZE(ranges), true);
}

/* The part has some value. */
static void is_there(const struct facts *facts, uint32_t part, uint8_t bits)
{
	static const struct set_range any = { 0, ~(set_number)0 };

	in_ranges(facts, part, bits, &any, 1, true);
}

static bool is_positive(const struct lint_term *term)
{
	return term->set->negated == term->complement;
}

static const struct set *part_of(const struct facts *facts, uint32_t part)
{
	const struct lint_set like = like_of(facts, part, 0);

	return lint_box_find(facts->box, &like.subject);
}

/* Some of the values are in one of the ranges, or nothing is known. */
static bool meets(const struct facts *facts, const struct set *values, uint8_t bits,
		  const struct set_range *ranges, size_t n)
{
	const struct set_space *space = &facts->box->space;
	const struct set *set;
	int r;

	r = set_of_ranges(space, bits / 8, ranges, n, &set);
	if (r >= 0)
		r = set_overlaps(space, values, set);
	return !lint_known(facts->lint, r) || r;
}

/* A part that is there is that of an internet socket; an IPv4 address may be of either. */
static void family_of_part(const struct facts *facts, uint32_t part, uint8_t bits)
{
	static const struct set_range ipv4 = ADDRESS_IPV4;
	const struct set *values = part_of(facts, part);

	if (!values || set_has(values, "", 0))
		return;
	if (bits == 128 && !meets(facts, values, bits, &ipv4, 1))
		one_of(facts, TETRA_PART_FAMILY, AF_INET6, AF_INET6);
	else
		one_of(facts, TETRA_PART_FAMILY, AF_INET, AF_INET6);
}

/* Parts and the family go together. */
static void socket_facts(const struct facts *facts)
{
	static const struct {
		uint8_t part, bits;
	} parts[] = {
#define PORT(NAME, ...)	   { TETRA_PART_##NAME, 16 },
#define ADDRESS(NAME, ...) { TETRA_PART_##NAME, 128 },
		TETRA_INET_NUMBERS(PORT) TETRA_INET_ADDRESSES(ADDRESS)
#undef ADDRESS
#undef PORT
	};
	static const struct set_range others[] = { { 0, AF_INET - 1 },
						   { AF_INET + 1, AF_INET6 - 1 },
						   { AF_INET6 + 1, UINT16_MAX } };
	const struct set *family;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(parts); i++)
		family_of_part(facts, parts[i].part, parts[i].bits);
	family = part_of(facts, TETRA_PART_FAMILY);
	if (!family || meets(facts, family, 16, others, ARRAY_SIZE(others)))
		return;
	for (i = 0; i < ARRAY_SIZE(parts); i++)
		if (part_of(facts, parts[i].part))
			is_there(facts, parts[i].part, parts[i].bits);
}

/* TCP has one peer: no group, and no broadcast. */
static void tcp_facts(const struct facts *facts)
{
	static const struct set_range groups[] = {
		{ ADDRESS_MAPPED(0xe0000000u), ADDRESS_MAPPED(0xefffffffu) },
		ONLY(ADDRESS_MAPPED(0xffffffffu)),
		{ MULTICAST6, ~(set_number)0 },
	};

	in_ranges(facts, TETRA_PART_DADDR, 128, groups, ARRAY_SIZE(groups), false);
}

/* A socket that connects has a peer. */
static void moment_facts(const struct facts *facts)
{
	static const struct set_range none[] = { ONLY(0), ONLY(ADDRESS_MAPPED(0)) };
	const char *name = lint_call(facts->lint);

	if (!str_equal(name, "tcp_connect") && !str_equal(name, "tcp_finish_connect"))
		return;
	in_ranges(facts, TETRA_PART_DPORT, 16, none, 1, false);
	in_ranges(facts, TETRA_PART_DADDR, 128, none, ARRAY_SIZE(none), false);
}

/* Sockets of one family only. */
static void family_facts(const struct facts *facts)
{
	static const struct {
		const char *prefix;
		unsigned int family;
	} rows[] = {
		{ "unix_", AF_UNIX },	    { "security_unix_", AF_UNIX },
		{ "netlink_", AF_NETLINK }, { "packet_", AF_PACKET },
		{ "vsock_", AF_VSOCK },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		if (str_has_prefix(lint_call(facts->lint), rows[i].prefix))
			one_of(facts, TETRA_PART_FAMILY, rows[i].family, rows[i].family);
}

/* Sockets that functions of this name are called with. */
static void function_facts(const struct facts *facts)
{
	static const struct {
		const char *prefix;
		unsigned int low, high;
	} rows[] = {
		{ "tcp_", PROTOCOL_TCP, PROTOCOL_TCP },
		{ "inet_csk_", PROTOCOL_TCP, PROTOCOL_TCP },
		{ "udp_", PROTOCOL_UDP, PROTOCOL_UDPLITE },
		{ "udpv6_", PROTOCOL_UDP, PROTOCOL_UDPLITE },
	};
	const struct type_row *type = facts->term->set->type;
	bool is_sock = type && type->kind == TETRA_ARG_SOCK;
	size_t i;

	if (!type || !(type->classes & TETRA_CLASS_SOCK) ||
	    facts->lint->section->section != SECTION_KPROBE)
		return;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		if (!str_has_prefix(lint_call(facts->lint), rows[i].prefix))
			continue;
		one_of(facts, TETRA_PART_PROTOCOL, rows[i].low, rows[i].high);
		one_of(facts, TETRA_PART_FAMILY, AF_INET, AF_INET6);
		if (rows[i].high == PROTOCOL_TCP && is_sock)
			tcp_facts(facts);
	}
	if (is_sock)
		moment_facts(facts);
	family_facts(facts);
}

/* A packet has no state, and a family only if it is of the internet. */
static void packet_facts(const struct facts *facts)
{
	static const struct set_range all[] = { { 0, UINT8_MAX } };
	const struct type_row *type = facts->term->set->type;

	if (!type || !(type->classes & TETRA_CLASS_SKB))
		return;
	one_of(facts, TETRA_PART_FAMILY, AF_INET, AF_INET6);
	one_of(facts, TETRA_PART_PROTOCOL, 0,
	       (1u << dimension_part_bits(type->kind, TETRA_PART_PROTOCOL)) - 1);
	if (part_of(facts, TETRA_PART_STATE))
		in_ranges(facts, TETRA_PART_STATE, 8, all, 1, false);
}

/* security_ functions that also return sizes, or yes. */
static const char *const positive_results[] = {
	"security_inode_need_killpriv",
	"security_inode_listsecurity",
	"security_inode_getsecurity",
	"security_inode_copy_up_xattr",
	"security_getprocattr",
	"security_getselfattr",
	"security_setprocattr",
	"security_vm_enough_memory_mm",
	"security_ismaclabel",
	"security_audit_rule_match",
	"security_audit_rule_known",
	"security_sock_rcv_skb",
	"security_secid_to_secctx",
	"security_lsmprop_to_secctx",
	"security_key_getsecurity",
	"security_xfrm_state_pol_flow_match",
	"security_inode_xattr_skipcap",
	"security_inode_getsecctx",
	NULL,
};

/* They return 0 or an error, which is negative. */
static void result_facts(const struct facts *facts)
{
	const struct lint_set *set = facts->term->set;
	const struct type_row *type = set->type;
	const char *name = lint_call(facts->lint);
	struct set_range positive = { 1, 0 };
	const struct set *numbers = NULL;

	if (set->subject.list != LINT_RETURN || !type || type->bits < 32 ||
	    !type->is_signed || facts->lint->section->section != SECTION_KPROBE ||
	    !str_has_prefix(name, "security_") || lint_is_listed(positive_results, name))
		return;
	positive.high = type->bits == 64 ? INT64_MAX : INT32_MAX;
	lint_known(facts->lint, set_of_ranges(&facts->box->space, type->bits / 8,
					      &positive, 1, &numbers));
	lint_box_narrow(facts->lint, facts->box, set, numbers, false);
}

/* What is effective is permitted, too. */
static void capability_facts(const struct facts *facts)
{
	struct lint_set like = *facts->term->set;

	if (like.kind != LINT_SET_CAPABILITY || !is_positive(facts->term) ||
	    like.subject.position != TETRA_CAPSET_EFFECTIVE || facts->term->one ||
	    !like.complete)
		return;
	like.subject.position = TETRA_CAPSET_PERMITTED;
	lint_box_narrow(facts->lint, facts->box, &like, like.accepts, true);
}

/* A capability in another user namespace is that of a task in another one. */
static void namespace_facts(const struct facts *facts)
{
	static struct node host = { .type = NODE_SCALAR, .n = 7, .text = "host_ns" };
	static doc_value items[] = { &host };
	static const struct doc_values values = { .n = 1, .items = items };
	struct lint_set like = *facts->term->set;
	const struct set *set;
	bool complete;

	if (like.kind != LINT_SET_CAPABILITY || !like.subject.flags ||
	    facts->term->complement)
		return;
	like.kind = LINT_SET_NAMESPACE;
	like.subject = (struct lint_subject){ .list = LINT_NAMESPACES,
					      .position = TETRA_NS_USER };
	like.names = NULL;
	like.values = &values;
	set = lint_values_accept(facts->lint, &facts->box->space, &like, 0, 1, &complete);
	lint_box_narrow(facts->lint, facts->box, &like, set, false);
}

/* If none of the ancestors is one, the process itself is not. */
static void follow_facts(const struct facts *facts)
{
	struct lint_set like = *facts->term->set;
	const struct set *set;
	bool complete;

	if (like.kind != LINT_SET_MEMBER || is_positive(facts->term) || facts->term->one)
		return;
	like.kind = like.subject.list == LINT_PIDS ? LINT_SET_EQUAL : LINT_SET_TEXT;
	like.subject.flags &= (uint8_t)~1;
	set = lint_values_accept(facts->lint, &facts->box->space, &like, 0,
				 like.values->n, &complete);
	lint_box_narrow(facts->lint, facts->box, &like, set, false);
}

void lint_box_add(const struct lint *lint, struct lint_box *box,
		  const struct lint_term *term)
{
	const struct facts facts = { lint, box, term };

	lint_box_add_plainly(lint, box, term);
	if (box->empty || term->set->kind == LINT_SET_UNKNOWN)
		return;
	follow_facts(&facts);
	capability_facts(&facts);
	namespace_facts(&facts);
	result_facts(&facts);
	function_facts(&facts);
	packet_facts(&facts);
	socket_facts(&facts);
}

void lint_box_add_all(const struct lint *lint, struct lint_box *box,
		      const struct lint_sets *sets)
{
	for (uint32_t i = 0; i < sets->n; i++)
		lint_box_add(lint, box, &(struct lint_term){ .set = &sets->items[i] });
}

bool lint_box_meets(const struct lint *lint, const struct lint_box *box,
		    const struct lint_term *term)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct lint_box both = *box;

	if (!lint_known(lint, arena_new(&arena)))
		return true;
	both.space.arena = arena;
	lint_box_add(lint, &both, term);
	return !both.empty;
}
