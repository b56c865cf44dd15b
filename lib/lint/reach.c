/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules about whom an action hits: every process, one that happened to be interrupted, one
 * that is ending, or one that cannot be hit.
 */
#include <stdio.h>

#include "lib/linux/acts.h"
#include "lib/meaning/set.h"
#include "lib/lint/rules.h"

static bool has_only_value(const struct lint_set *set, const char *text)
{
	uint32_t i;

	for (i = 0; i < set->values->n; i++)
		if (!set->values->items[i] ||
		    !str_equal(set->values->items[i]->text, text))
			return false;
	return set->values->n;
}

static bool has_value(const struct lint_set *set, const char *text)
{
	uint32_t i;

	for (i = 0; i < set->values->n; i++)
		if (set->values->items[i] && str_equal(set->values->items[i]->text, text))
			return true;
	return false;
}

/* Every process passes: also "not 0", which is nobody's number. */
static bool is_idle(const struct lint *lint, const struct lint_set *set)
{
	if (set->kind == LINT_SET_UNKNOWN)
		return set->subject.list == LINT_PIDS && !set->values->n;
	if (set->subject.list == LINT_PIDS && set->negated && !set->subject.flags &&
	    has_only_value(set, "0"))
		return true;
	return lint_set_is_idle(lint, set);
}

/* Programs that are usually the first process. */
static bool is_init(const struct lint_set *set)
{
	static const char *const programs[] = { "/usr/lib/systemd/systemd",
						"/usr/sbin/init", "/sbin/init" };
	const struct node *value;
	uint32_t i;
	size_t k;

	for (i = 0; i < set->values->n; i++) {
		value = set->values->items[i];
		for (k = 0; value && k < ARRAY_SIZE(programs); k++)
			if (set->kind == LINT_SET_PREFIX
				    ? str_has_prefix(programs[k], value->text)
				    : str_equal(programs[k], value->text))
				return true;
	}
	return false;
}

/* The filter only leaves some processes out, and the first is not one of them. */
static bool is_exception(const struct lint_set *set)
{
	if (!set->negated || set->kind == LINT_SET_UNKNOWN || set->subject.flags)
		return false;
	if (set->subject.list == LINT_PIDS)
		return !has_value(set, "1");
	return set->subject.list == LINT_BINARIES && set->kind != LINT_SET_POSTFIX &&
	       !is_init(set);
}

/* "In host_ns": all that is not in a container. */
static bool is_host(const struct lint_set *set)
{
	return set->subject.list == LINT_NAMESPACES && !set->negated &&
	       has_only_value(set, "host_ns");
}

static const char *everybody(const struct lint *lint)
{
	return lint->section->traits & SECTION_IN_USER
		       ? "every process that runs this code"
		       : "every process of the machine";
}

/*
 * Whom the selector accepts, if that is nearly everybody; NULL if not. To deny an act to all
 * but a few is what an allow-list is for; to kill all others is not.
 */
static const char *crowd_of(const struct lint *lint, bool overrides)
{
	const char *crowd = everybody(lint);
	const struct lint_sets *sets = lint->sets;
	uint32_t i;

	for (i = 0; crowd && i < sets->n; i++) {
		if (is_idle(lint, &sets->items[i]))
			continue;
		if (!overrides && is_exception(&sets->items[i]))
			crowd = "every process but those listed";
		else if (is_host(&sets->items[i]))
			crowd = "every process that is not in a container";
		else
			crowd = NULL;
	}
	return crowd;
}

/* It does not hold everywhere, or stops no process. */
static bool is_limited(const struct lint *lint)
{
	const struct doc_spec *spec = lint->spec;

	return spec->pods || spec->containers || spec->hosts || spec->nodes ||
	       lint->build->policy->mode == TETRA_MODE_MONITOR;
}

/* The first action that stops something, of the selector or a macro. */
static const struct doc_action *stopper(const struct lint *lint)
{
	const struct doc_action *action;
	uint32_t i;

	for (i = 0; (action = lint_action_at(lint, i)); i++)
		if (action_enforces(doc_action_kind(action->action)))
			return action;
	return NULL;
}

static void broad_enforcement(const struct lint *lint)
{
	const struct doc_action *action = stopper(lint);
	const char *crowd;
	bool overrides;

	if (!action || is_limited(lint))
		return;
	overrides = doc_action_kind(action->action) == TETRA_ACTION_OVERRIDE;
	crowd = crowd_of(lint, overrides);
	if (!crowd)
		return;
	overrides &= !(lint->section->traits & SECTION_IN_USER);
	report_warning(lint->report, action->action, "broad-enforcement",
		       "add a filter, or try it with policy-mode: monitor",
		       "%s without a narrower filter hits %s%s", action->action->text,
		       crowd, overrides ? ", the first included" : "");
}

/* A filter, and in another selector its negation: each alone is narrow. */
static void broad_together(const struct lint *lint)
{
	const struct doc_action *action = stopper(lint);
	uint32_t i = lint->i_selector;

	if (!i || !action || is_limited(lint) || lint_enforces_on_all(lint, i, 1) ||
	    lint_enforces_on_all(lint, 0, i) || !lint_enforces_on_all(lint, 0, i + 1))
		return;
	report_warning(
		lint->report, action->action, "broad-enforcement",
		"leave out of each what is to pass, or put an exception before them",
		"together with the selectors before this one, which leave the rest to "
		"it, %s hits %s",
		action->action->text, everybody(lint));
}

static bool signals(const struct doc_action *action)
{
	uint32_t kind = doc_action_kind(action->action);

	return kind == TETRA_ACTION_SIGKILL || kind == TETRA_ACTION_SIGNAL;
}

static const struct doc_action *signal_find(const struct lint *lint)
{
	const struct doc_action *action;
	uint32_t i;

	for (i = 0; (action = lint_action_at(lint, i)); i++)
		if (signals(action))
			return action;
	return NULL;
}

/* Called for a packet or a timer: the current process has nothing to do with it. */
static const char *const interrupts[] = {
	"tcp_v4_rcv",
	"tcp_v6_rcv",
	"tcp_v4_do_rcv",
	"tcp_v6_do_rcv",
	"tcp_rcv_established",
	"tcp_rcv_state_process",
	"tcp_ack",
	"tcp_data_queue",
	"tcp_conn_request",
	"udp_rcv",
	"udpv6_rcv",
	"udp_queue_rcv_skb",
	"icmp_rcv",
	"icmpv6_rcv",
	"ip_rcv",
	"ipv6_rcv",
	"ip_local_deliver",
	"ip6_input",
	"netif_receive_skb*",
	"__netif_receive_skb*",
	"netif_rx*",
	"napi_gro_receive",
	"security_sock_rcv_skb",
	"irq/*",
	"irq_vectors/*",
	"napi/*",
	"timer/*",
	"net/netif_*",
	"net/napi_*",
	"workqueue/*",
	"rcu/*",
	"sched/sched_switch",
	"sched/sched_wakeup",
	NULL,
};

/* Called by a process that ends. */
static const char *const ends[] = {
	"do_exit",
	"do_group_exit",
	"sys_exit",
	"sys_exit_group",
	"acct_process",
	"exit_notify",
	"exit_mm",
	"release_task",
	"security_task_free",
	"security_cred_free",
	"sched/sched_process_exit",
	"sched/sched_process_free",
	NULL,
};

/* Another process's moment: an interrupt, as a rule. */
static void bystander(const struct lint *lint)
{
	const struct doc_action *action = signal_find(lint);
	char name[LINT_NAME_BYTES];

	lint_event_name(lint, &name);
	if (action && lint_is_listed(interrupts, name))
		report_warning(lint->report, action->action, "broad-enforcement",
			       "hook what the process itself calls, for example a "
			       "security_socket_ function",
			       Q " runs in whichever process was interrupted: the signal "
				 "hits a bystander",
			       name);
}

static void ends_anyway(const struct lint *lint)
{
	const struct doc_action *action = stopper(lint);
	char name[LINT_NAME_BYTES];

	lint_event_name(lint, &name);
	if (action && lint_is_listed(ends, name))
		report_warning(lint->report, action->action, "never-enforces",
			       "hook what it should not have done before",
			       "at " Q " the process is already ending", name);
}

/* Which process is current says nothing about who caused a packet. */
static void interrupted_process(const struct lint *lint)
{
	const struct doc_selector *doc = lint->selector;
	const struct node *lists[] = { doc->binaries.node, doc->parents.node,
				       doc->pids.node, doc->namespaces.node,
				       doc->capabilities.node };
	char name[LINT_NAME_BYTES];
	size_t i;

	lint_event_name(lint, &name);
	for (i = 0; lint_is_listed(interrupts, name) && i < ARRAY_SIZE(lists); i++)
		if (lists[i])
			report_warning_key(
				lint->report, lists[i], "ignored-field",
				"filter the socket or packet, or hook what the "
				"process itself calls",
				Q " runs in whichever process was interrupted, "
				  "and that one is compared",
				name);
}

/* Functions whose socket has no peer yet, or is not bound yet. */
#define REMOTE TETRA_PART_DADDR, TETRA_PART_DPORT
#define LOCAL  TETRA_PART_SADDR, TETRA_PART_SPORT
/* No function is called once a datagram socket has its peer. */
#define CONNECTED_HINT "hook udp_sendmsg; connecting sets the peer only afterwards"
static const struct {
	const char *function, *hint;
	uint8_t address, port; /* enum tetra_part */
} early[] = {
	{ "tcp_v4_connect", "hook tcp_connect", REMOTE },
	{ "tcp_v6_connect", "hook tcp_connect", REMOTE },
	{ "inet_stream_connect", "hook tcp_connect", REMOTE },
	{ "tcp_v4_pre_connect", "hook tcp_connect", REMOTE },
	{ "udp_pre_connect", CONNECTED_HINT, REMOTE },
	{ "udpv6_pre_connect", CONNECTED_HINT, REMOTE },
	{ "ip4_datagram_connect", CONNECTED_HINT, REMOTE },
	{ "__ip4_datagram_connect", CONNECTED_HINT, REMOTE },
	{ "ip6_datagram_connect", CONNECTED_HINT, REMOTE },
	{ "__ip6_datagram_connect", CONNECTED_HINT, REMOTE },
	{ "security_socket_connect", "compare the address argument (sockaddr)", REMOTE },
	{ "inet_csk_accept", "hook security_inet_conn_established", REMOTE },
	{ "inet_csk_listen_start", "compare SPort", REMOTE },
	{ "inet_listen", "compare SPort", REMOTE },
	{ "security_socket_listen", "compare SPort", REMOTE },
	{ "security_socket_accept", "hook security_inet_conn_established", REMOTE },
	{ "security_socket_bind", "compare the address argument (sockaddr)", LOCAL },
	{ "inet_bind", "compare the address argument (sockaddr)", LOCAL },
	{ "inet6_bind", "compare the address argument (sockaddr)", LOCAL },
};

static void early_filter(const struct lint *lint, const struct lint_set *set, size_t row)
{
	uint32_t part = set->subject.part;

	if ((part != early[row].address && part != early[row].port) || !set->op ||
	    !set->type || !(set->type->classes & TETRA_CLASS_SOCK))
		return;
	report_warning(lint->report, set->op,
		       set->negated ? "ignored-field" : "never-matches", early[row].hint,
		       early[row].port == TETRA_PART_DPORT
			       ? "at " Q " the socket has no peer yet"
			       : "at " Q " the socket is not bound yet",
		       early[row].function);
}

static void too_early(const struct lint *lint)
{
	size_t row;
	uint32_t i;

	for (row = 0; row < ARRAY_SIZE(early); row++)
		if (str_equal(early[row].function, lint_call(lint)))
			break;
	if (row == ARRAY_SIZE(early))
		return;
	for (i = 0; i < lint->sets->n; i++)
		early_filter(lint, &lint->sets->items[i], row);
}

/* The first process and the kernel's own have these numbers everywhere. */
static bool is_fixed_number(const struct doc_pids *pids)
{
	uint32_t i;

	for (i = 0; i < pids->values.n; i++)
		if (!pids->values.items[i] || pids->values.items[i]->number > 2)
			return false;
	return pids->values.n && pids->op &&
	       !operator_is_negated(doc_operator(pids->op)) &&
	       !(pids->follow_forks && pids->follow_forks->number) &&
	       !(pids->namespace_pid && pids->namespace_pid->number);
}

/* bpf_send_signal() refuses to signal the first, and kernel threads ignore signals. */
static void first_process(const struct lint *lint)
{
	const struct doc_action *action = signal_find(lint);
	const struct doc_selector *doc = lint->selector;

	if (!action || !doc->pids.n || !is_fixed_number(&doc->pids.items[0]))
		return;
	report_warning(lint->report, action->action, "never-enforces",
		       "use Override to deny what it does",
		       "the kernel lets no program signal process 1, and its own threads "
		       "(0, 2) ignore signals");
}

/* What returns nothing has nothing that could be replaced. */
static void no_result(const struct lint *lint)
{
	const struct doc_action *action = lint_action_find(lint, TETRA_ACTION_OVERRIDE);

	if (action && lint_result_type(lint) == 'V')
		report_warning(lint->report, action->action, "never-enforces",
			       "hook a function that decides: one that returns an error",
			       Q " returns nothing that could be overridden",
			       lint_call(lint));
}

const struct lint_rule lint_reach_rules[] = {
	{ "broad-enforcement", broad_enforcement },
	{ "broad-enforcement", broad_together },
	{ "broad-enforcement", bystander },
	{ "never-enforces", ends_anyway },
	{ "ignored-field", interrupted_process },
	{ "never-matches", too_early },
	{ "never-enforces", first_process },
	{ "never-enforces", no_result },
	{},
};
