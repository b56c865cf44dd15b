/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one filter implies for another subject, and what a function's name implies for its
 * arguments: sets that hold in addition to those written. Only an internet socket has
 * addresses and ports; a process is one of those that it follows.
 */
#include <strings.h>
#include <sys/socket.h>

#include "lib/policy/lint-set.h"
#include "lib/policy/lint.h"

#define PROTOCOL_TCP	 6
#define PROTOCOL_UDP	 17
#define PROTOCOL_UDPLITE 136

struct facts {
	const struct lint *lint;
	struct lint_term *terms;
	uint32_t n, max;
	struct lint_set *sets;
	uint32_t n_sets, max_sets;
};

static struct lint_set *fact_add(struct facts *facts, const struct lint_set *like)
{
	struct lint_set *set = &facts->sets[facts->n_sets];

	if (facts->n == facts->max || facts->n_sets == facts->max_sets)
		return NULL;
	facts->n_sets++;
	*set = *like;
	facts->terms[facts->n++] = (struct lint_term){ .set = set };
	return set;
}

/* The attribute of the same argument is between two numbers, or is not. */
static void range_add(struct facts *facts, const struct lint_set *like,
		      const char *attribute, struct lint_range range, bool negated)
{
	static const struct doc_values none;
	struct lint_set *set = fact_add(facts, like);

	if (!set)
		return;
	set->kind = LINT_SET_FIXED;
	set->subject.attribute = attribute;
	set->fixed = range;
	set->bits = 16;
	set->negated = negated;
	set->values = &none;
}

static void two_of(struct facts *facts, const struct lint_set *like,
		   const char *attribute, lint_wide low, lint_wide high)
{
	range_add(facts, like, attribute, (struct lint_range){ low, high }, false);
	if (high > low + 1)
		range_add(facts, like, attribute,
			  (struct lint_range){ low + 1, high - 1 }, true);
}

static bool is_positive(const struct lint_term *term)
{
	return term->set->negated == term->complement;
}

/* Addresses of IPv6 alone; an IPv4 one may be that of a socket of either family. */
static bool is_only_ipv6(const struct lint_term *term)
{
	doc_value value;
	uint32_t i;

	for (i = 0; i < term->set->values->n; i++) {
		value = term->set->values->items[i];
		if (term->one && term->i != i)
			continue;
		if (!value || !strchr(value->text, ':') || strchr(value->text, '.') ||
		    strncasecmp(value->text, "::ffff:", strlen("::ffff:")) == 0)
			return false;
	}
	return term->set->kind == LINT_SET_NET;
}

static void socket_facts(struct facts *facts, const struct lint_term *term)
{
	static const char *const parts[] = { "SAddr", "DAddr", "SPort", "DPort" };
	const char *attribute = term->set->subject.attribute;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(parts); i++)
		if (str_equal(parts[i], attribute))
			break;
	if (i == ARRAY_SIZE(parts) || !is_positive(term))
		return;
	two_of(facts, term->set, "Family", is_only_ipv6(term) ? AF_INET6 : AF_INET,
	       AF_INET6);
}

/* The attribute is not between two numbers; addresses have 128 bits. */
static void range_refuse(struct facts *facts, const struct lint_set *like,
			 const char *attribute, lint_wide low, lint_wide high)
{
	uint32_t n = facts->n_sets;

	range_add(facts, like, attribute, (struct lint_range){ low, high }, true);
	if (facts->n_sets > n && strstr(attribute, "Addr"))
		facts->sets[n].bits = 128;
}

#define MAPPED(number) ((lint_wide)0xffff << 32 | (number))
#define MULTICAST6     ((lint_wide)0xff << 120)

/* TCP has one peer: no group, and no broadcast. */
static void tcp_facts(struct facts *facts, const struct lint_set *like)
{
	range_refuse(facts, like, "DAddr", MAPPED(0xe0000000u), MAPPED(0xefffffffu));
	range_refuse(facts, like, "DAddr", MAPPED(0xffffffffu), MAPPED(0xffffffffu));
	range_refuse(facts, like, "DAddr", MULTICAST6, ~(lint_wide)0);
}

/* A socket that connects has a peer. */
static void moment_facts(struct facts *facts, const struct lint_set *like)
{
	const char *name = lint_call(facts->lint);

	if (!str_equal(name, "tcp_connect") && !str_equal(name, "tcp_finish_connect"))
		return;
	range_refuse(facts, like, "DPort", 0, 0);
	range_refuse(facts, like, "DAddr", 0, 0);
	range_refuse(facts, like, "DAddr", MAPPED(0), MAPPED(0));
}

/* Sockets of one family only. */
static void family_facts(struct facts *facts, const struct lint_set *like)
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
			range_add(facts, like, "Family",
				  (struct lint_range){ rows[i].family, rows[i].family },
				  false);
}

/* Sockets that functions of this name are called with. */
static void function_facts(struct facts *facts, const struct lint_term *term)
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
	const char *name = lint_call(facts->lint);
	size_t i;

	if (!term->set->type || !(term->set->type->classes & TYPE_SOCK) ||
	    facts->lint->section->section != SECTION_KPROBE)
		return;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		if (!str_has_prefix(name, rows[i].prefix))
			continue;
		two_of(facts, term->set, "Protocol", rows[i].low, rows[i].high);
		two_of(facts, term->set, "Family", AF_INET, AF_INET6);
		if (rows[i].high == PROTOCOL_TCP &&
		    str_equal(term->set->type->name, "sock"))
			tcp_facts(facts, term->set);
	}
	if (str_equal(term->set->type->name, "sock"))
		moment_facts(facts, term->set);
	family_facts(facts, term->set);
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
static void result_facts(struct facts *facts, const struct lint_term *term)
{
	const struct type_row *type = term->set->type;
	const char *name = lint_call(facts->lint);
	uint32_t n = facts->n_sets;

	if (term->set->subject.list != LINT_RETURN || !type || type->bits < 32 ||
	    !type->is_signed || facts->lint->section->section != SECTION_KPROBE ||
	    !str_has_prefix(name, "security_") || lint_is_listed(positive_results, name))
		return;
	range_add(facts, term->set, "", (struct lint_range){ 1, INT32_MAX }, true);
	if (facts->n_sets > n) {
		facts->sets[n].bits = 0;
		facts->sets[n].fixed.high = type->bits == 64 ? INT64_MAX : INT32_MAX;
	}
}

/* What is effective is permitted, too. */
static void capability_facts(struct facts *facts, const struct lint_term *term)
{
	struct lint_set *set;

	if (term->set->kind != LINT_SET_CAPABILITY || !is_positive(term) ||
	    term->set->subject.position != TETRA_CAPSET_EFFECTIVE || term->one)
		return;
	set = fact_add(facts, term->set);
	if (set) {
		set->subject.position = TETRA_CAPSET_PERMITTED;
		set->negated = false;
	}
}

/* A capability in another user namespace is that of a task in another one. */
static void namespace_facts(struct facts *facts, const struct lint_term *term)
{
	static struct node host = { .type = NODE_SCALAR, .n = 7, .text = "host_ns" };
	static doc_value items[] = { &host };
	static const struct doc_values values = { .n = 1, .items = items };
	struct lint_set *set;

	if (term->set->kind != LINT_SET_CAPABILITY || !term->set->subject.flags ||
	    term->complement)
		return;
	set = fact_add(facts, term->set);
	if (!set)
		return;
	set->kind = LINT_SET_NAMESPACE;
	set->subject = (struct lint_subject){ .list = LINT_NAMESPACES,
					      .position = TETRA_NS_USER,
					      .attribute = "" };
	set->names = NULL;
	set->negated = true;
	set->values = &values;
}

/* If none of the ancestors is one, the process itself is not. */
static void follow_facts(struct facts *facts, const struct lint_term *term)
{
	struct lint_set *set;

	if (term->set->kind != LINT_SET_MEMBER || is_positive(term) || term->one)
		return;
	set = fact_add(facts, term->set);
	if (!set)
		return;
	set->kind = set->subject.list == LINT_PIDS ? LINT_SET_EQUAL : LINT_SET_TEXT;
	set->subject.flags &= (uint8_t)~1;
	set->negated = true;
}

uint32_t lint_facts_add(const struct lint *lint, struct lint_term *terms, uint32_t n,
			uint32_t max, struct lint_set *sets, uint32_t max_sets)
{
	struct facts facts = { lint, terms, n, max, sets, 0, max_sets };
	uint32_t i;

	for (i = 0; i < n; i++) {
		if (terms[i].set->kind == LINT_SET_UNKNOWN)
			continue;
		socket_facts(&facts, &terms[i]);
		follow_facts(&facts, &terms[i]);
		capability_facts(&facts, &terms[i]);
		namespace_facts(&facts, &terms[i]);
		result_facts(&facts, &terms[i]);
		function_facts(&facts, &terms[i]);
	}
	return facts.n;
}
