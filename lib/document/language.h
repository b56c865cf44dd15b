/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The document: a policy's text bound to structs, key by key as in the language reference,
 * before anything was compared with anything else. Members are NULL (lists: .node NULL) if
 * the text says nothing, or something that was reported.
 */
#ifndef TETRA_LIB_LANGUAGE_H
#define TETRA_LIB_LANGUAGE_H

#include "lib/document/schema.h"
#include "lib/document/types.h"

typedef const struct node *doc_value;

/* enum tetra_action_kind of the word that was written; 0 if there is none. */
static inline uint32_t doc_action_kind(doc_value action)
{
	return action && action->word ? ((const struct action_word *)action->word)->kind
				      : 0;
}

/* enum tetra_operator of the word that was written; 0 if there is none. */
static inline uint32_t doc_operator(doc_value op)
{
	return op && op->word ? ((const struct operator_word *)op->word)->op : 0;
}

struct doc_values {
	const struct node *node;
	uint32_t n;
	doc_value *items;
};

struct doc_label {
	const struct node *node;
	doc_value key, op;
	struct doc_values values;
};

struct doc_label_selector {
	const struct node *node;
	struct doc_values labels; /* items have keys */
	DOC_LIST(struct doc_label) expressions;
};

struct doc_arg {
	const struct node *node;
	doc_value index, type, size_index, return_copy, max_data, label, resolve, source;
	doc_value btf_type, btf_module;
};

struct doc_filter { /* matchArgs, matchData, matchReturnArgs */
	const struct node *node;
	doc_value index, op;
	struct doc_values args, values;
};

struct doc_pids {
	const struct node *node;
	doc_value op, follow_forks, namespace_pid;
	struct doc_values values;
};

struct doc_binaries {
	const struct node *node;
	doc_value op, follow_children;
	struct doc_values values;
};

struct doc_namespaces { /* also matchNamespaceChanges, without a namespace */
	const struct node *node;
	doc_value namespace, op;
	struct doc_values values;
};

struct doc_capabilities { /* also matchCapabilityChanges */
	const struct node *node;
	doc_value type, op, in_namespace;
	struct doc_values values;
};

struct doc_workloads {
	const struct node *node;
	struct doc_label_selector *pods, *containers, *hosts;
};

struct doc_cmd_args {
	const struct node *node;
	doc_value index, op;
	struct doc_values values;
};

struct doc_cel {
	const struct node *node;
	doc_value expr;
};

struct doc_callers { /* matchUserCallers */
	const struct node *node;
	doc_value depth, path, symbol, start, end;
};

struct doc_action {
	const struct node *node;
	doc_value action, error, sig, rate_limit, rate_scope, kernel_stack, user_stack,
		ima;
	doc_value url, fqdn, sock, index, value, new_symbol, new_addr, new_offset;
	struct doc_values regs;
};

struct doc_selector {
	const struct node *node;
	doc_value label;
	struct doc_values macros;
	DOC_LIST(struct doc_filter) args, data, return_args;
	DOC_LIST(struct doc_pids) pids;
	DOC_LIST(struct doc_binaries) binaries, parents;
	DOC_LIST(struct doc_namespaces) namespaces, namespace_changes;
	DOC_LIST(struct doc_capabilities) capabilities, capability_changes;
	DOC_LIST(struct doc_action) actions, return_actions;
	struct doc_workloads *workloads;
	DOC_LIST(struct doc_cmd_args) cmd_args;
	struct doc_cel *cel;
	DOC_LIST(struct doc_callers) callers;
};

struct doc_ignore {
	const struct node *node;
	doc_value call_not_found, digest_failure;
};

/* A hook of any section; each section knows some of these keys. */
struct doc_hook {
	const struct node *node;
	doc_value name; /* call, hook or event */
	doc_value subsystem, raw, syscall, returns, return_action, message;
	struct doc_values tags;
	DOC_LIST(struct doc_arg) args, data;
	struct doc_arg *return_arg;
	struct doc_ignore *ignore;
	DOC_LIST(struct doc_selector) selectors;
	/* uprobes, usdts */
	doc_value path, provider, btf_path;
	struct doc_values symbols, offsets, addrs, ref_counts, digests;
};

struct doc_list_def { /* spec.lists[] */
	const struct node *node;
	doc_value name, type, pattern, validated;
	struct doc_values values;
};

/* LIST_OF_CALLS and so on; 0 without a type. */
static inline unsigned int doc_list_traits(const struct doc_list_def *list)
{
	return list->type && list->type->word
		       ? ((const struct list_type_row *)list->type->word)->traits
		       : 0;
}

struct doc_option {
	const struct node *node;
	doc_value name, value;
};

struct doc_enforcer {
	const struct node *node;
	struct doc_values calls;
};

struct doc_hooks {
	const struct node *node;
	uint32_t n;
	struct doc_hook *items;
};

struct doc_spec {
	const struct node *node;
	struct doc_hooks hooks[N_SECTIONS]; /* in the order of sections[] */
	doc_value loader;
	DOC_LIST(struct doc_enforcer) enforcers;
	DOC_LIST(struct doc_list_def) lists;
	DOC_LIST(struct doc_option) options;
	DOC_LIST(struct doc_selector) macros; /* items have keys */
	struct doc_label_selector *pods, *containers, *hosts, *nodes;
};

struct doc_metadata {
	const struct node *node;
	doc_value name, namespace;
	struct doc_values labels, annotations;
	doc_value ignored; /* the last of the fields that mean nothing here */
};

struct doc_policy {
	const struct node *node;
	doc_value api_version, kind;
	struct doc_metadata *metadata;
	struct doc_spec *spec;
};

extern const struct schema language_policy;

#endif
