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
		   const char *attribute, unsigned int low, unsigned int high)
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
	}
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
		function_facts(&facts, &terms[i]);
	}
	return facts.n;
}
