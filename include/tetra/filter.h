/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TETRA_FILTER_H
#define TETRA_FILTER_H

/*
 * Filters: which events a subscriber wants. A filter is a list of clauses, each of which
 * allows or denies. Within a clause, values of one property are alternatives, and all
 * properties given must match. An event passes if any allowing clause matches it (or
 * there is none) and no denying clause does. A filter without clauses passes all events.
 *
 * Properties of the process never match an event that has no process (LOST): name the
 * kind in a separate clause to receive those as well.
 *
 * Build a filter in one thread; do not change it after passing it to tetra_subscribe().
 * From then on it may be shared. Matching is a pure function.
 */

#include <tetra/common.h>
#include <tetra/event.h>

TETRA_BEGIN_DECLS

struct tetra_filter;

/* How texts are compared; crosses the ABI as uint32_t. Since: 0.1 */
enum tetra_match {
	TETRA_MATCH_EXACT = 0,
	TETRA_MATCH_PREFIX = 1,
	TETRA_MATCH_POSTFIX = 2,
};

/* What a clause does to the events it matches; crosses the ABI as uint32_t. Since: 0.1 */
enum tetra_filter_verdict {
	TETRA_FILTER_ALLOW = 0,
	TETRA_FILTER_DENY = 1,
};

/**
 * tetra_filter_new() - make a filter that passes everything
 * @ret:	set to the filter; dropped by tetra_filter_unref()
 *
 * Return: 0, or -ENOMEM. Since: 0.1
 */
TETRA_API int tetra_filter_new(struct tetra_filter **ret);

/** tetra_filter_ref() - take a reference. Return: @filter. Any thread. Since: 0.1 */
TETRA_API struct tetra_filter *tetra_filter_ref(struct tetra_filter *filter);

/** tetra_filter_unref() - drop a reference; NULL is fine. Return: NULL. Since: 0.1 */
TETRA_API struct tetra_filter *tetra_filter_unref(struct tetra_filter *filter);

/**
 * tetra_filter_add_clause() - begin a clause; the calls below add to the last one
 * @verdict:	enum tetra_filter_verdict
 *
 * Without this call, the first addition begins an allowing clause. An empty clause
 * matches every event.
 *
 * Return: 0; -EINVAL for an unknown verdict; -ENOMEM. Since: 0.1
 */
TETRA_API int tetra_filter_add_clause(struct tetra_filter *filter, uint32_t verdict);

/**
 * tetra_filter_add_kind() - a kind of event
 * @kind:	enum tetra_event_kind
 *
 * Return: 0; -EINVAL for an unknown kind; -ENOMEM. Since: 0.1
 */
TETRA_API int tetra_filter_add_kind(struct tetra_filter *filter, uint32_t kind);

/**
 * tetra_filter_add_policy() - a policy's name, exactly
 *
 * Return: 0; -EINVAL for NULL; -ENOMEM. Since: 0.1
 */
TETRA_API int tetra_filter_add_policy(struct tetra_filter *filter, const char *name);

/** tetra_filter_add_pid() - by pid on the host. Return: 0; -ENOMEM. Since: 0.1 */
TETRA_API int tetra_filter_add_pid(struct tetra_filter *filter, uint32_t pid);

/**
 * tetra_filter_add_binary() - the process's binary, as events show it
 * @match:	enum tetra_match
 *
 * Return: 0; -EINVAL for NULL or an unknown @match; -ENOMEM. Since: 0.1
 */
TETRA_API int tetra_filter_add_binary(struct tetra_filter *filter, const char *text,
				      uint32_t match);

/** tetra_filter_add_parent_binary() - likewise, of the parent. Since: 0.1 */
TETRA_API int tetra_filter_add_parent_binary(struct tetra_filter *filter,
					     const char *text, uint32_t match);

/** tetra_filter_add_function() - function, LSM hook, tracepoint; likewise. Since: 0.1 */
TETRA_API int tetra_filter_add_function(struct tetra_filter *filter, const char *text,
					uint32_t match);

/**
 * tetra_filter_add_container() - the process's container id begins with @text
 *
 * "" matches processes outside of containers.
 *
 * Return: 0; -EINVAL for NULL; -ENOMEM. Since: 0.1
 */
TETRA_API int tetra_filter_add_container(struct tetra_filter *filter, const char *text);

/**
 * tetra_filter_add_namespace() - one of the process's namespaces
 * @ns:		enum tetra_process_namespace
 * @inode:	its number, as in /proc/PID/ns
 *
 * Numbers of one kind of namespace are alternatives; different kinds must all match.
 *
 * Return: 0; -EINVAL for an unknown @ns; -ENOMEM. Since: 0.1
 */
TETRA_API int tetra_filter_add_namespace(struct tetra_filter *filter, uint32_t ns,
					 uint32_t inode);

/**
 * tetra_filter_matches() - whether the filter passes an event
 * @filter:	NULL passes everything
 *
 * Return: 1 or 0. Any thread that may read the event. Since: 0.1
 */
TETRA_API int tetra_filter_matches(const struct tetra_filter *filter,
				   const struct tetra_event *event);

TETRA_END_DECLS

#endif
