/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules about hooks that run too often, and about those that report each run.
 */
#include <stdio.h>

#include "lib/linux/acts.h"
#include "lib/meaning/set.h"
#include "lib/lint/rules.h"

/* Called thousands of times a second on an idle machine. A name that ends in '*' is a prefix. */
static const char *const hot_events[] = {
	"raw_syscalls/*",
	"sched/sched_switch",
	"sched/sched_wakeup",
	"sched/sched_waking",
	"kmem/*",
	"irq/*",
	"irq_vectors/*",
	"timer/*",
	"rcu/*",
	"workqueue/*",
	"napi/*",
	"exceptions/*",
	"ipi/*",
	"block/*",
	"btrfs/*",
	"compaction/*",
	"context_tracking/*",
	"csd/*",
	"ext4/*",
	"filemap/*",
	"io_uring/*",
	"jbd2/*",
	"kvm/*",
	"maple_tree/*",
	"mmap/*",
	"mmap_lock/*",
	"page_pool/*",
	"percpu/*",
	"power/*",
	"preemptirq/*",
	"qdisc/*",
	"sched/sched_migrate_task",
	"sched/sched_stat_*",
	"sock/sock_rcvqueue_full",
	"sock/sock_send_length",
	"sock/sock_recv_length",
	"tcp/tcp_probe",
	"tcp/tcp_rcv_space_adjust",
	"vmscan/*",
	"writeback/*",
	"x86_fpu/*",
	"xfs/*",
	"lock/*",
	"net/*",
	"skb/*",
	"tlb/*",
	NULL,
};

/* What is hooked, or the system call that ends there. */
static const struct way_row *way_hooked(const struct lint *lint)
{
	static const char end[] = "sys_exit_";
	const char *name = lint->hook->name->text;
	char call[ACT_NAME_BYTES];

	if (lint->section->section != SECTION_TRACEPOINT || lint_is_syscall(lint))
		return way_find(lint_call(lint));
	if (!lint->hook->subsystem ||
	    !str_equal(lint->hook->subsystem->text, "syscalls") ||
	    !str_has_prefix(name, end))
		return NULL;
	snprintf(call, sizeof(call), "sys_%s", name + strlen(end));
	return way_find(call);
}

static void hot_report(const struct lint *lint, const char *name)
{
	report_warning(lint->report, lint->hook->name, "hot-hook",
		       "choose a hook that is called less often",
		       Q " runs very often; every run costs", name);
}

/* A pattern without a letter: ".*", "^". */
static bool is_any(doc_value pattern)
{
	return pattern && pattern->n && !pattern->text[strspn(pattern->text, ".*+?^$()")];
}

/* All system calls or functions, or a list with one of those that all programs make. */
static void hot_list(const struct lint *lint)
{
	const struct doc_list_def *list = lint_list_hooked(lint);
	const struct way_row *way;
	uint32_t i;

	if (list &&
	    (doc_list_traits(list) == (LIST_OF_CALLS | LIST_GENERATED) ||
	     (doc_list_traits(list) & LIST_OF_PATTERN && is_any(list->pattern)))) {
		hot_report(lint, lint->hook->name->text);
		return;
	}
	/* Each name is compared with all of the table. */
	if (!list || !lint_spend(lint, list->values.n * UINT64_C(10)))
		return;
	for (i = 0; i < list->values.n; i++) {
		way = list->values.items[i]
			      ? way_find(lint_call_of(list->values.items[i]->text))
			      : NULL;
		if (!way || way->often != OFTEN_HOT)
			continue;
		hot_report(lint, list->values.items[i]->text);
		return;
	}
}

/* All but some programs, processes, files or numbers: most is left. */
static bool leaves_most(const struct lint_set *set)
{
	return set->negated && set->kind != LINT_SET_UNKNOWN &&
	       set->subject.part == TETRA_PART_VALUE &&
	       (set->subject.list == LINT_ARGS || set->subject.list == LINT_PIDS ||
		set->subject.list == LINT_BINARIES);
}

/* Some filter of the selector leaves most out; @ret_some is set if one leaves something out. */
static bool narrows(const struct lint *lint, uint32_t selector, bool *ret_some)
{
	const struct lint_sets *sets = &lint->all_sets[selector];
	uint32_t i;

	for (i = 0; i < sets->n; i++) {
		if (lint_set_is_idle(lint, &sets->items[i]))
			continue;
		if (!leaves_most(&sets->items[i]))
			return true;
		*ret_some = true;
	}
	return false;
}

/* By default there is an event for what passes; a limit or an action shows intent. */
static bool floods(const struct lint *lint, bool *ret_some)
{
	const struct doc_hook *hook = lint->hook;
	uint32_t i;

	if (hook->returns && hook->returns->number)
		return false;
	for (i = 0; i < hook->selectors.n; i++) {
		const struct doc_selector *doc = &hook->selectors.items[i];

		if (doc->node && !doc->actions.n && !doc->macros.n &&
		    !narrows(lint, i, ret_some))
			return true;
	}
	return !hook->selectors.n;
}

void lint_hot_hook(const struct lint *lint)
{
	const struct doc_hook *hook = lint->hook;
	const struct doc_spec *spec = lint->spec;
	const struct way_row *way;
	char event[LINT_NAME_BYTES];
	bool some = false;

	if (!hook->name)
		return;
	hot_list(lint);
	way = way_hooked(lint);
	lint_event_name(lint, &event);
	if ((way && way->often == OFTEN_HOT) || lint_is_listed(hot_events, event))
		hot_report(lint, hook->name->text);
	else if (way && way->often == OFTEN_BUSY && floods(lint, &some) && !spec->pods &&
		 !spec->containers && !spec->hosts)
		report_warning(lint->report, hook->name, "hot-hook",
			       "add a filter, or the action Post with rateLimit: 10s",
			       Q " is called often, and %s", hook->name->text,
			       some ? "the filters only leave some of its events out"
				    : "nothing filters its events");
}
