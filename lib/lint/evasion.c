/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules about enforcement that can be bypassed: other calls and hooks with the same effect,
 * names that the caller makes.
 */
#include <stdio.h>
#include <sys/socket.h>

#include "lib/judge/address.h"
#include "lib/linux/hook-names.h"
#include "lib/linux/acts.h"
#include "lib/linux/signatures.h"
#include "lib/meaning/box.h"
#include "lib/lint/rules.h"

/* Names that are listed in one message. */
#define MAX_LISTED 4u

/* security_file_permission's second argument for a write. */
#define MAY_WRITE 2u

/* "list:opens" has the function, by any of its names. */
static bool list_has(const struct lint *lint, const char *hook, const char *name)
{
	struct node key = { .text = hook };
	struct doc_hook named = { .name = &key };
	struct lint other = *lint;
	const struct doc_list_def *list;
	uint32_t i;

	other.hook = &named;
	list = lint_list_hooked(&other);
	if (list && !lint_spend(lint, list->values.n))
		return true;
	for (i = 0; list && i < list->values.n; i++)
		if (list->values.items[i] &&
		    (str_equal(list->values.items[i]->text, name) ||
		     str_equal(lint_call_of(list->values.items[i]->text), name)))
			return true;
	return false;
}

/* The policy hooks this function, in any section. */
static bool policy_hooks(const struct lint *lint, const char *name)
{
	const struct doc_hooks *hooks;
	char function[HOOK_NAME_BYTES];
	const char *written;
	uint32_t i, k;

	for (i = 0; i < N_SECTIONS; i++) {
		hooks = &lint->spec->hooks[i];
		/* What cannot be looked for is not reported as missing. */
		if (!lint_spend(lint, hooks->n))
			return true;
		for (k = 0; k < hooks->n; k++) {
			written = hooks->items[k].name ? hooks->items[k].name->text : "";
			if (str_equal(written, name) || list_has(lint, written, name))
				return true;
			if (sections[i].section == SECTION_LSM &&
			    str_equal(hook_function(written, &function), name))
				return true;
		}
	}
	return false;
}

static bool policy_hooks_one(const struct lint *lint, const struct act_hook *hook)
{
	char name[64];
	const char *at = hook->names;
	size_t n;

	while (*at) {
		n = strcspn(at, "|");
		snprintf(name, sizeof(name), "%.*s", (int)MIN(n, sizeof(name) - 1), at);
		if (policy_hooks(lint, name))
			return true;
		at += n + (at[n] == '|');
	}
	/* The other alternatives that see the same, by their folders. */
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(hook->names, "|"), hook->names);
	return str_equal(name, "security_mmap_file") &&
	       policy_hooks(lint, "security_mmap_addr");
}

/* The first hook of an act if the policy has none of the act's hooks; NULL if it has one. */
static const struct act_hook *act_missing(const struct lint *lint, enum act act)
{
	uint32_t i;

	for (i = 0; i < ACT_MAX_HOOKS && acts[act].hooks[i].names; i++)
		if (policy_hooks_one(lint, &acts[act].hooks[i]))
			return NULL;
	return &acts[act].hooks[0];
}

bool lint_hooks_all(const struct lint *lint, enum act act)
{
	uint32_t i;

	for (i = 0; i < ACT_MAX_HOOKS && acts[act].hooks[i].names; i++)
		if (!policy_hooks_one(lint, &acts[act].hooks[i]))
			return false;
	return true;
}

static void list_add(struct strbuf *list, const char *text)
{
	strbuf_format(list, "%s%s", list->len ? ", " : "", text);
}

static void hook_list_add(struct strbuf *list, const struct act_hook *hook)
{
	strbuf_format(list, "%s%.*s", list->len ? ", " : "",
		      (int)strcspn(hook->names, "|"), hook->names);
}

/* The selector accepts a write: the mask of security_file_permission lets it pass. */
static bool accepts_write(const struct lint *lint)
{
	static const struct doc_values none;
	const struct doc_hook *hook = lint->hook;
	struct lint_set write = { .kind = LINT_SET_FIXED,
				  .values = &none,
				  .fixed = { MAY_WRITE, MAY_WRITE } };
	struct lint_box box;
	uint32_t i;

	for (i = 0; i < hook->args.n; i++)
		if (hook->args.items[i].index && hook->args.items[i].index->number == 1)
			break;
	write.subject = (struct lint_subject){ .list = LINT_ARGS, .position = i };
	if (i < hook->args.n && hook->args.items[i].type)
		write.type = hook->args.items[i].type->word;
	lint_box_init(lint, &box);
	write.accepts =
		lint_values_accept(lint, &box.space, &write, 0, 0, &write.complete);
	lint_box_add_all(lint, &box, lint->sets);
	lint_box_add(lint, &box, &(struct lint_term){ .set = &write });
	return !box.empty;
}

static bool is_first_enforcing(const struct lint *lint)
{
	uint32_t i;

	for (i = 0; i < lint->i_selector; i++)
		if (lint->hook->selectors.items[i].node &&
		    lint_enforces(lint, &lint->hook->selectors.items[i]))
			return false;
	return lint_enforces(lint, lint->selector);
}

/* Reading is not writing: a bypass of one does not bypass the other. */
static enum act act_hooked(const struct lint *lint)
{
	enum act act = act_of_hook(lint_call(lint));

	if (act != ACT_READ)
		return act;
	return accepts_write(lint) ? ACT_WRITE : ACT_NONE;
}

/* Other hooks that see what this one does not. */
static void ways_around(const struct lint *lint)
{
	_cleanup_(strbuf_done) struct strbuf what = {}, hooks = {}, hint = {};
	const struct act_hook *hook;
	enum act act;
	uint32_t i;

	if (!is_first_enforcing(lint) || !lint->hook->name ||
	    !str_has_prefix(lint_call(lint), "security_"))
		return;
	act = act_hooked(lint);
	for (i = 0; act && i < ACT_MAX_HOOKS && acts[act].hooks[i].names; i++) {
		hook = &acts[act].hooks[i];
		if (policy_hooks_one(lint, hook))
			continue;
		list_add(&what, hook->sees);
		hook_list_add(&hooks, hook);
	}
	for (i = 0; act && i < ACT_MAX_MORE && acts[act].more[i].act; i++) {
		hook = act_missing(lint, acts[act].more[i].act);
		if (!hook)
			continue;
		list_add(&what, acts[act].more[i].what);
		hook_list_add(&hooks, hook);
	}
	*lint->failed |= what.failed;
	if (!what.len)
		return;
	strbuf_format(&hint, "also hook %s", lint_text(lint, &hooks));
	report_warning(lint->report, lint->hook->name, "evasion", lint_text(lint, &hint),
		       "not seen here: %.300s", lint_text(lint, &what));
}

/* A note of what no hook of the act sees. */
static void act_note(const struct lint *lint)
{
	enum act act = act_of_hook(lint_call(lint));

	if (act && acts[act].note && is_first_enforcing(lint) && lint->hook->name)
		report_warning(lint->report, lint->hook->name, "evasion", NULL, "%s: %s",
			       lint_call(lint), acts[act].note);
}

/* A text of a security function that the caller wrote, and that is not a resolved path. */
static void written_texts(const struct lint *lint)
{
	const struct doc_selector *doc = lint->selector;
	const struct type_row *type;
	uint32_t i, k;

	if (!lint_enforces(lint, doc) || !str_has_prefix(lint_call(lint), "security_"))
		return;
	for (i = 0; i < doc->args.n; i++) {
		type = lint_filter_type(lint, &doc->args.items[i]);
		if (!type || type->kind != TETRA_ARG_STRING)
			continue;
		for (k = 0; k < doc->args.items[i].values.n; k++) {
			doc_value value = doc->args.items[i].values.items[k];

			if (!value || value->text[0] != '/')
				continue;
			report_warning(lint->report, value, "evasion",
				       "protect the file itself, or report the rest",
				       "this is compared as the caller wrote it: "
				       "relative paths, '//' and '/../' are other texts");
			return;
		}
	}
}

/* A datagram may say where it goes, and the socket does not. */
static void named_destinations(const struct lint *lint)
{
	static const char *const senders[] = { "udp_sendmsg", "udpv6_sendmsg",
					       "raw_sendmsg", "rawv6_sendmsg" };
	const struct doc_selector *doc = lint->selector;
	uint32_t i = 0, k, op;

	while (i < ARRAY_SIZE(senders) && !str_equal(senders[i], lint_call(lint)))
		i++;
	if (i == ARRAY_SIZE(senders) || !lint_enforces(lint, doc))
		return;
	for (k = 0; k < doc->args.n; k++) {
		op = doc_operator(doc->args.items[k].op);
		if (op != TETRA_OP_DADDR && op != TETRA_OP_DPORT)
			continue;
		report_warning(
			lint->report, doc->args.items[k].op, "evasion",
			"no hook that can be filtered sees the address of sendto",
			"the socket's destination is compared: it has none unless "
			"it is connected, and a datagram may name its own (sendto)");
		return;
	}
}

/* The policy also hooks this call, by its own name or its 64-bit wrapper's. */
static bool hooks_call(const struct lint *lint, const char *call, const char *prefix)
{
	char name[96];

	snprintf(name, sizeof(name), "%s%.64s", prefix, call);
	return policy_hooks(lint, name);
}

static bool hooks_native(const struct lint *lint, const char *call)
{
	char name[96];

	snprintf(name, sizeof(name), "sys_enter_%.64s",
		 str_has_prefix(call, "sys_") ? call + strlen("sys_") : call);
	return hooks_call(lint, call, "") || hooks_call(lint, call, "__x64_") ||
	       policy_hooks(lint, name);
}

/* Some calls do two acts that come to the same. */
static bool list_names(const struct strbuf *list, const char *name)
{
	const char *at = list->len ? strbuf_get(list) : "";

	while ((at = strstr(at, name))) {
		at += strlen(name);
		if (!*at || *at == ',')
			return true;
	}
	return false;
}

/* Other system calls that do the same and that the policy does not hook. */
static void siblings_add(const struct lint *lint, enum act act, struct strbuf *ret)
{
	const char *call = lint_call(lint);
	const struct way_row *way;
	unsigned int n = 0;

	for (way = ways; way->name; way++) {
		if (way->act != act || !str_has_prefix(way->name, "sys_") ||
		    str_equal(way->name, call) || hooks_native(lint, way->name))
			continue;
		if (list_names(ret, way->name))
			continue;
		if (n++ < MAX_LISTED)
			list_add(ret, way->name);
	}
	if (n > MAX_LISTED)
		strbuf_puts(ret, ", ...");
}

/* Calls that come to the same by another act. */
static const struct {
	enum act act, other;
} same_end[] = {
	{ ACT_MODULE_DATA, ACT_MODULE_FILE }, { ACT_MODULE_FILE, ACT_MODULE_DATA },
	{ ACT_CHROOT, ACT_PIVOT_ROOT },	      { ACT_PIVOT_ROOT, ACT_CHROOT },
	{ ACT_MOUNT, ACT_MOVE_MOUNT },
};

static void same_end_add(const struct lint *lint, enum act act, struct strbuf *ret)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(same_end); i++)
		if (same_end[i].act == act)
			siblings_add(lint, same_end[i].other, ret);
}

/* Functions that exist once for IPv4 and once for IPv6. */
static const struct {
	const char *one, *other, *what;
} halves[] = {
	{ "tcp_v4_connect", "tcp_v6_connect", "connections over IPv6" },
	{ "tcp_v6_connect", "tcp_v4_connect", "connections over IPv4" },
	{ "udp_sendmsg", "udpv6_sendmsg", "datagrams over IPv6" },
	{ "udpv6_sendmsg", "udp_sendmsg", "datagrams over IPv4" },
	{ "udp_recvmsg", "udpv6_recvmsg", "datagrams over IPv6" },
	{ "inet_bind", "inet6_bind", "sockets of IPv6" },
	{ "inet6_bind", "inet_bind", "sockets of IPv4" },
	{ "ip4_datagram_connect", "ip6_datagram_connect", "sockets of IPv6" },
	{ "icmp_rcv", "icmpv6_rcv", "ICMPv6" },
	{ "ip_output", "ip6_output", "packets of IPv6" },
	{ "ip_rcv", "ipv6_rcv", "packets of IPv6" },
	{ "raw_sendmsg", "rawv6_sendmsg", "packets of IPv6" },
};

static void other_half(const struct lint *lint)
{
	char hint[80];
	size_t i;

	if (!is_first_enforcing(lint) || !lint->hook->name ||
	    lint->section->section != SECTION_KPROBE)
		return;
	for (i = 0; i < ARRAY_SIZE(halves); i++) {
		if (!str_equal(halves[i].one, lint_call(lint)) ||
		    policy_hooks(lint, halves[i].other))
			continue;
		snprintf(hint, sizeof(hint), "also hook %s", halves[i].other);
		report_warning(lint->report, lint->hook->name, "evasion", hint,
			       "not seen here: %s", halves[i].what);
	}
}

static void other_calls(const struct lint *lint)
{
	const char *call = lint_call(lint);
	const struct way_row *way = way_find(call);
	bool compat =
		lint->hook->name && str_has_prefix(lint->hook->name->text, "__ia32_");
	_cleanup_(strbuf_done) struct strbuf what = {}, hint = {};

	if (!lint_is_syscall(lint) || !lint_enforces(lint, lint->selector) ||
	    !lint->hook->name)
		return;
	if (way && way->act) {
		siblings_add(lint, way->act, &what);
		same_end_add(lint, way->act, &what);
	}
	if (compat && !hooks_native(lint, call))
		list_add(&what, "64-bit calls (__x64_sys_*)");
	if (!compat && !hooks_call(lint, call, "__ia32_"))
		list_add(&what, "calls of 32-bit programs (__ia32_sys_*)");
	if (way && way->io_uring)
		list_add(&what, "calls of io_uring");
	*lint->failed |= what.failed;
	if (!what.len)
		return;
	if (way && way->act && !act_has_hook(way->act)) {
		strbuf_puts(
			&hint,
			"hook these calls as well: no security_ function sees this act");
	} else {
		strbuf_puts(&hint, "hook ");
		lint_safer_add(lint, &hint);
		strbuf_puts(&hint, ", where all ways meet");
	}
	report_warning(lint->report, lint->hook->name, "evasion", lint_text(lint, &hint),
		       "not seen here, and ways around this hook: %.300s",
		       lint_text(lint, &what));
}

/* By its own filter or a macro's. */
static bool capabilities_say(const struct lint *lint, const struct doc_selector *doc)
{
	uint32_t i;

	for (i = 0; i < doc->capabilities.n; i++) {
		const struct doc_capabilities *item = &doc->capabilities.items[i];

		if (!item->op || (item->in_namespace && item->in_namespace->number))
			continue;
		report_warning(lint->report, item->op, "evasion",
			       "add matchNamespaces: User In host_ns, or "
			       "isNamespaceCapability",
			       "in a user namespace of their own, everybody has all "
			       "capabilities");
		return true;
	}
	return false;
}

/* Any user is root in a user namespace of their own. */
static void capabilities_for_all(const struct lint *lint)
{
	const struct doc_selector *doc = lint->selector, *macro;
	uint32_t i;

	if (!lint_enforces(lint, doc))
		return;
	for (i = 0; i < doc->macros.n; i++) {
		macro = lint_macro(lint, doc->macros.items[i]);
		if (macro && lint_filters_namespace(macro))
			return;
	}
	if (lint_filters_namespace(doc) || capabilities_say(lint, doc))
		return;
	for (i = 0; i < doc->macros.n; i++) {
		macro = lint_macro(lint, doc->macros.items[i]);
		if (macro && capabilities_say(lint, macro))
			return;
	}
}

/* How many of the values are addresses of IPv4 and of IPv6; and one that is all of IPv4. */
struct networks {
	uint32_t n4, n6;
	const struct node *all4;
};

static struct networks networks_of(const struct lint_set *set)
{
	struct networks ret = {};
	struct policy_value net;
	bool host_bits;

	for (uint32_t i = 0; i < set->values->n; i++) {
		net = (struct policy_value){};
		if (!set->values->items[i] ||
		    address_parse(set->values->items[i]->text, &net, &host_bits) < 0)
			continue;
		ret.n4 += net.addr_family == 4;
		ret.n6 += net.addr_family != 4;
		if (net.addr_family == 4 && !net.addr_bits)
			ret.all4 = set->values->items[i];
	}
	return ret;
}

/* Some of what the selector accepts, beside this filter, is of IPv6. */
static bool accepts_ipv6(const struct lint *lint, const struct lint_set *set)
{
	static const struct doc_values none;
	struct lint_set family = *set;
	struct lint_box box;

	family.kind = LINT_SET_FIXED;
	family.values = &none;
	family.negated = false;
	family.names = NULL;
	family.bits = 16;
	family.fixed = (struct set_range){ AF_INET6, AF_INET6 };
	family.subject.part = TETRA_PART_FAMILY;
	lint_box_init(lint, &box);
	family.accepts =
		lint_values_accept(lint, &box.space, &family, 0, 0, &family.complete);
	for (uint32_t i = 0; i < lint->sets->n; i++)
		if (&lint->sets->items[i] != set)
			lint_box_add(lint, &box,
				     &(struct lint_term){ .set = &lint->sets->items[i] });
	lint_box_add(lint, &box, &(struct lint_term){ .set = &family });
	return !box.empty;
}

/* Some selector of the hook has addresses of IPv6: its author thought of them. */
static bool hook_knows_ipv6(const struct lint *lint)
{
	for (uint32_t i = 0; i < lint->hook->selectors.n; i++)
		for (uint32_t k = 0; k < lint->all_sets[i].n; k++)
			if (lint->all_sets[i].items[k].kind == LINT_SET_NET &&
			    networks_of(&lint->all_sets[i].items[k]).n6)
				return true;
	return false;
}

/* Addresses of one family, where a rule that enforces was meant for both. */
static void ipv6_forgotten(const struct lint *lint)
{
	if (!lint_enforces(lint, lint->selector) || strstr(lint_call(lint), "v4") ||
	    hook_knows_ipv6(lint))
		return;
	for (uint32_t i = 0; i < lint->sets->n; i++) {
		const struct lint_set *set = &lint->sets->items[i];
		struct networks networks;

		if (set->kind != LINT_SET_NET || !set->op)
			continue;
		networks = networks_of(set);
		if (!networks.n4 || !accepts_ipv6(lint, set))
			continue;
		if (set->negated)
			report_warning(
				lint->report, set->op, "evasion",
				"list addresses of IPv6, too, or add Family AF_INET",
				"only addresses of IPv4 are left out: all "
				"connections over IPv6 are hit");
		else if (networks.all4)
			report_warning(lint->report, networks.all4, "evasion",
				       "add '::/0'",
				       "all of IPv4 is meant here, and nothing of IPv6");
	}
}

/* "comm" or a member of that name: a process names itself, by prctl or a rename. */
static bool is_own_name(const struct doc_arg *items, uint32_t n, uint32_t position)
{
	const char *path = position < n && items[position].resolve
				   ? items[position].resolve->text
				   : "";
	const char *dot = strrchr(path, '.');

	return str_equal(dot ? dot + 1 : path, "comm");
}

static bool filters_own_name(const struct lint *lint, const struct lint_subject *subject)
{
	const struct doc_hook *hook = lint->hook;

	if (subject->list == LINT_DATA)
		return is_own_name(hook->data.items, hook->data.n, subject->position);
	return subject->list == LINT_ARGS &&
	       is_own_name(hook->args.items, hook->args.n, subject->position);
}

static void own_names(const struct lint *lint)
{
	if (!lint_enforces(lint, lint->selector))
		return;
	for (uint32_t i = 0; i < lint->sets->n; i++)
		if (lint->sets->items[i].op &&
		    filters_own_name(lint, &lint->sets->items[i].subject))
			report_warning(lint->report, lint->sets->items[i].op, "evasion",
				       "use matchBinaries: the path of the program",
				       "a process can give itself any name (comm)");
}

/* Of a set of bits, some numbers only: one more bit, and the call passes. */
static void flags_whole(const struct lint *lint)
{
	const struct lint_set *set;
	const struct doc_arg *arg;
	char function[HOOK_NAME_BYTES];
	const char *name = lint_call(lint);

	if (!lint_enforces(lint, lint->selector) || !lint->hook->name)
		return;
	if (lint->section->section == SECTION_LSM)
		name = hook_function(lint->hook->name->text, &function);
	for (uint32_t i = 0; i < lint->sets->n; i++) {
		set = &lint->sets->items[i];
		if (set->subject.list != LINT_ARGS || set->negated || !set->op ||
		    set->kind != LINT_SET_EQUAL ||
		    set->subject.position >= lint->hook->args.n)
			continue;
		arg = &lint->hook->args.items[set->subject.position];
		if (arg->index && signature_is_flags(name, lint_parameter(lint, arg)))
			report_warning(lint->report, set->op, "evasion",
				       "use Mask for the bits that matter",
				       "flags are compared whole: with one more bit set, "
				       "the call passes");
	}
}

const struct lint_rule lint_evasion_rules[] = {
	{ "evasion", act_note },
	{ "evasion", capabilities_for_all },
	{ "evasion", flags_whole },
	{ "evasion", ipv6_forgotten },
	{ "evasion", other_calls },
	{ "evasion", named_destinations },
	{ "evasion", other_half },
	{ "evasion", own_names },
	{ "evasion", ways_around },
	{ "evasion", written_texts },
	{},
};
