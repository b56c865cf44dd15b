/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keys of the language, one row each. What a key needs beyond its own type is checked
 * where the policy is built.
 */
#include "lib/document/language.h"

/* Named things of one kind: each use of a name searches them. */
#define MAX_NAMED 1000u

#define AT(doc, member) .offset = offsetof(struct doc, member)
#define SCHEMA(text, doc, list)                                                          \
	{                                                                                \
		.name = text, .size = sizeof(struct doc), .fields = (list),              \
		.n_fields = ARRAY_SIZE(list)                                             \
	}
#define REMOVED(text)                                                                    \
	{                                                                                \
		.name = text, .type = FIELD_ANY, .flags = FIELD_REMOVED                  \
	}

#define TEXT(text, doc, member, ...)                                                     \
	{                                                                                \
		.name = text, .type = FIELD_TEXT, AT(doc, member), ##__VA_ARGS__         \
	}
#define WORD(text, doc, member, list, ...)                                               \
	{                                                                                \
		.name = text, .type = FIELD_WORD, AT(doc, member), .words = &(list),     \
		##__VA_ARGS__                                                            \
	}
#define BOOL(text, doc, member, ...)                                                     \
	{                                                                                \
		.name = text, .type = FIELD_BOOL, AT(doc, member), ##__VA_ARGS__         \
	}
#define INTEGER(text, doc, member, low, high, ...)                                       \
	{                                                                                \
		.name = text, .type = FIELD_INTEGER, AT(doc, member), .min = low,        \
		.max = high, ##__VA_ARGS__                                               \
	}
#define TEXTS(text, doc, member, ...)                                                    \
	{                                                                                \
		.name = text, .type = FIELD_TEXTS, AT(doc, member), ##__VA_ARGS__        \
	}
#define VALUES(text, doc, member, ...)                                                   \
	{                                                                                \
		.name = text, .type = FIELD_VALUES, AT(doc, member), ##__VA_ARGS__       \
	}
#define INTEGERS(text, doc, member, low, high, ...)                                      \
	{                                                                                \
		.name = text, .type = FIELD_INTEGERS, AT(doc, member), .min = low,       \
		.max = high, ##__VA_ARGS__                                               \
	}
#define OBJECT(text, doc, member, of, ...)                                               \
	{                                                                                \
		.name = text, .type = FIELD_OBJECT, AT(doc, member), .schema = &(of),    \
		##__VA_ARGS__                                                            \
	}
#define OBJECTS(text, doc, member, of, ...)                                              \
	{                                                                                \
		.name = text, .type = FIELD_OBJECTS, AT(doc, member), .schema = &(of),   \
		##__VA_ARGS__                                                            \
	}

#define NEEDED	       .flags = FIELD_REQUIRED
#define LATER	       .flags = FIELD_UNSUPPORTED
#define SELECTOR_LATER .flags = FIELD_UNSUPPORTED | FIELD_NULLABLE

/* A field of the language a line. */
/* clang-format off */

static const struct schema_field label_fields[] = {
	TEXT("key", doc_label, key, NEEDED),
	WORD("operator", doc_label, op, label_operators, NEEDED),
	TEXTS("values", doc_label, values),
};
static const struct schema label_schema = SCHEMA("a label expression", doc_label, label_fields);

static const struct schema_field label_selector_fields[] = {
	{ .name = "matchLabels", .type = FIELD_TEXT_MAP, AT(doc_label_selector, labels) },
	OBJECTS("matchExpressions", doc_label_selector, expressions, label_schema),
};
static const struct schema label_selector_schema =
	SCHEMA("a label selector", doc_label_selector, label_selector_fields);

#define ARG_FIELDS                                                              \
	INTEGER("index", doc_arg, index, 0, UINT32_MAX, NEEDED),                \
	WORD("type", doc_arg, type, argument_types),                            \
	INTEGER("sizeArgIndex", doc_arg, size_index, 0, 15),                    \
	BOOL("returnCopy", doc_arg, return_copy, LATER),                        \
	BOOL("maxData", doc_arg, max_data),                                     \
	TEXT("label", doc_arg, label),                                          \
	TEXT("resolve", doc_arg, resolve),                                      \
	TEXT("btfType", doc_arg, btf_type),                                     \
	TEXT("btfTypeModule", doc_arg, btf_module, LATER)

static const struct schema_field arg_fields[] = {
	ARG_FIELDS,
	/* of data[] only; reported where arguments are built */
	{ .name = "source", .type = FIELD_ANY, AT(doc_arg, source) },
};
static const struct schema arg_schema = SCHEMA("an argument", doc_arg, arg_fields);

static const struct schema_field data_fields[] = {
	ARG_FIELDS,
	WORD("source", doc_arg, source, data_sources, NEEDED),
};
static const struct schema data_schema = SCHEMA("a data element", doc_arg, data_fields);

static const struct schema_field filter_fields[] = {
	INTEGER("index", doc_filter, index, 0, UINT32_MAX),
	INTEGERS("args", doc_filter, args, 0, UINT32_MAX),
	WORD("operator", doc_filter, op, operators, NEEDED),
	VALUES("values", doc_filter, values),
};
static const struct schema filter_schema = SCHEMA("a filter", doc_filter, filter_fields);

static const struct schema_field pids_fields[] = {
	WORD("operator", doc_pids, op, set_operators, NEEDED),
	{ .name = "values", .type = FIELD_NUMERALS, AT(doc_pids, values), NEEDED,
	  .min = 0, .max = UINT32_MAX },
	BOOL("followForks", doc_pids, follow_forks),
	BOOL("isNamespacePID", doc_pids, namespace_pid),
};
static const struct schema pids_schema = SCHEMA("matchPIDs", doc_pids, pids_fields);

static const struct schema_field binaries_fields[] = {
	WORD("operator", doc_binaries, op, binary_operators, NEEDED),
	VALUES("values", doc_binaries, values, NEEDED),
	BOOL("followChildren", doc_binaries, follow_children),
};
static const struct schema binaries_schema =
	SCHEMA("matchBinaries", doc_binaries, binaries_fields);

static const struct schema_field namespaces_fields[] = {
	WORD("namespace", doc_namespaces, namespace, namespaces, NEEDED),
	WORD("operator", doc_namespaces, op, set_operators, NEEDED),
	VALUES("values", doc_namespaces, values, NEEDED, .max_items = 4),
};
static const struct schema namespaces_schema =
	SCHEMA("matchNamespaces", doc_namespaces, namespaces_fields);

static const struct schema_field namespace_changes_fields[] = {
	WORD("operator", doc_namespaces, op, set_operators, NEEDED),
	TEXTS("values", doc_namespaces, values, NEEDED),
};
static const struct schema namespace_changes_schema =
	SCHEMA("matchNamespaceChanges", doc_namespaces, namespace_changes_fields);

static const struct schema_field capabilities_fields[] = {
	WORD("type", doc_capabilities, type, capability_sets),
	WORD("operator", doc_capabilities, op, set_operators, NEEDED),
	TEXTS("values", doc_capabilities, values, NEEDED),
	BOOL("isNamespaceCapability", doc_capabilities, in_namespace),
};
static const struct schema capabilities_schema =
	SCHEMA("a capability filter", doc_capabilities, capabilities_fields);

static const struct schema_field workloads_fields[] = {
	OBJECT("podSelector", doc_workloads, pods, label_selector_schema, SELECTOR_LATER),
	OBJECT("containerSelector", doc_workloads, containers, label_selector_schema,
	       SELECTOR_LATER),
	OBJECT("hostSelector", doc_workloads, hosts, label_selector_schema, SELECTOR_LATER),
};
static const struct schema workloads_schema =
	SCHEMA("matchWorkloads", doc_workloads, workloads_fields);

static const struct schema_field action_fields[] = {
	WORD("action", doc_action, action, actions, NEEDED),
	INTEGER("argError", doc_action, error, INT32_MIN, INT32_MAX,
		.hint = "write its number: -1 is EPERM, -13 EACCES"),
	INTEGER("argSig", doc_action, sig, 0, UINT32_MAX,
		.hint = "write its number: 9 is SIGKILL, 15 SIGTERM"),
	TEXT("rateLimit", doc_action, rate_limit),
	WORD("rateLimitScope", doc_action, rate_scope, rate_scopes),
	BOOL("kernelStackTrace", doc_action, kernel_stack),
	BOOL("userStackTrace", doc_action, user_stack),
	BOOL("imaHash", doc_action, ima),
	TEXT("argUrl", doc_action, url),
	TEXT("argFqdn", doc_action, fqdn),
	INTEGER("argSock", doc_action, sock, 0, UINT32_MAX),
	INTEGER("argIndex", doc_action, index, 0, UINT32_MAX),
	INTEGER("argValue", doc_action, value, 0, UINT32_MAX),
	TEXT("argNewSymbol", doc_action, new_symbol),
	INTEGER("argNewAddr", doc_action, new_addr, INT64_MIN, INT64_MAX),
	INTEGER("argNewOffset", doc_action, new_offset, INT64_MIN, INT64_MAX),
	TEXTS("argRegs", doc_action, regs, .max_items = 18),
	REMOVED("argFd"),
	REMOVED("argName"),
};
static const char *const removed_actions[] = { "FollowFD", "UnfollowFD", "CopyFD", NULL };
static const struct schema action_schema = {
	.name = "an action",
	.size = sizeof(struct doc_action),
	.fields = action_fields,
	.n_fields = ARRAY_SIZE(action_fields),
	.removed = removed_actions,
};

static const struct schema_field cmd_args_fields[] = {
	INTEGER("index", doc_cmd_args, index, 0, INT32_MAX, NEEDED),
	WORD("operator", doc_cmd_args, op, text_operators, NEEDED),
	TEXTS("values", doc_cmd_args, values, NEEDED),
};
static const struct schema cmd_args_schema =
	SCHEMA("matchCmdArgs", doc_cmd_args, cmd_args_fields);

static const struct schema_field cel_fields[] = {
	TEXT("expr", doc_cel, expr, NEEDED),
};
static const struct schema cel_schema = SCHEMA("matchCEL", doc_cel, cel_fields);

static const struct schema_field callers_fields[] = {
	WORD("depth", doc_callers, depth, caller_depths, NEEDED),
	TEXT("path", doc_callers, path, NEEDED),
	TEXT("symbol", doc_callers, symbol),
	INTEGER("startRange", doc_callers, start, 0, INT64_MAX),
	INTEGER("endRange", doc_callers, end, 0, INT64_MAX),
};
static const struct schema callers_schema =
	SCHEMA("matchUserCallers", doc_callers, callers_fields);

static const struct schema_field selector_fields[] = {
	TEXT("label", doc_selector, label),
	TEXTS("macros", doc_selector, macros, LATER),
	OBJECTS("matchArgs", doc_selector, args, filter_schema),
	OBJECTS("matchData", doc_selector, data, filter_schema),
	OBJECTS("matchReturnArgs", doc_selector, return_args, filter_schema),
	OBJECTS("matchPIDs", doc_selector, pids, pids_schema),
	OBJECTS("matchBinaries", doc_selector, binaries, binaries_schema, .max_items = 1),
	OBJECTS("matchParentBinaries", doc_selector, parents, binaries_schema, LATER,
		.max_items = 1),
	OBJECTS("matchNamespaces", doc_selector, namespaces, namespaces_schema,
		.max_items = 10),
	OBJECTS("matchNamespaceChanges", doc_selector, namespace_changes,
		namespace_changes_schema, LATER),
	OBJECTS("matchCapabilities", doc_selector, capabilities, capabilities_schema),
	OBJECTS("matchCapabilityChanges", doc_selector, capability_changes,
		capabilities_schema, LATER),
	OBJECTS("matchActions", doc_selector, actions, action_schema, .max_items = 3),
	OBJECTS("matchReturnActions", doc_selector, return_actions, action_schema, LATER,
		.max_items = 3),
	OBJECT("matchWorkloads", doc_selector, workloads, workloads_schema),
	OBJECTS("matchCmdArgs", doc_selector, cmd_args, cmd_args_schema, LATER,
		.max_items = 5),
	OBJECT("matchCEL", doc_selector, cel, cel_schema, LATER),
	OBJECTS("matchUserCallers", doc_selector, callers, callers_schema, LATER,
		.max_items = 5),
};
static const struct schema selector_schema =
	SCHEMA("a selector", doc_selector, selector_fields);

static const struct schema_field ignore_fields[] = {
	BOOL("callNotFound", doc_ignore, call_not_found),
};
static const struct schema ignore_schema = SCHEMA("ignore", doc_ignore, ignore_fields);

static const struct schema_field uprobe_ignore_fields[] = {
	BOOL("callNotFound", doc_ignore, call_not_found),
	BOOL("digestVerificationFailure", doc_ignore, digest_failure),
};
static const struct schema uprobe_ignore_schema =
	SCHEMA("ignore", doc_ignore, uprobe_ignore_fields);

/* Every section. */
#define HOOK_FIELDS                                                             \
	OBJECTS("args", doc_hook, args, arg_schema),                            \
	OBJECTS("selectors", doc_hook, selectors, selector_schema, .max_items = 5), \
	TEXT("message", doc_hook, message, .flags = FIELD_ANY_TEXT),            \
	TEXTS("tags", doc_hook, tags, .max_items = 16, .flags = FIELD_ANY_TEXT)
/* Sections of functions that return. */
#define RETURN_FIELDS                                                           \
	OBJECTS("data", doc_hook, data, data_schema),                           \
	BOOL("return", doc_hook, returns),                                      \
	OBJECT("returnArg", doc_hook, return_arg, arg_schema)

static const struct schema_field kprobe_fields[] = {
	TEXT("call", doc_hook, name, NEEDED),
	BOOL("syscall", doc_hook, syscall),
	HOOK_FIELDS,
	RETURN_FIELDS,
	WORD("returnArgAction", doc_hook, return_action, sock_actions),
	OBJECT("ignore", doc_hook, ignore, ignore_schema),
};
static const struct schema kprobe_schema = SCHEMA("a kprobe", doc_hook, kprobe_fields);
static const struct schema fentry_schema = SCHEMA("a fentry", doc_hook, kprobe_fields);

static const struct schema_field tracepoint_fields[] = {
	TEXT("subsystem", doc_hook, subsystem, NEEDED),
	TEXT("event", doc_hook, name, NEEDED),
	BOOL("raw", doc_hook, raw),
	HOOK_FIELDS,
};
static const struct schema tracepoint_schema =
	SCHEMA("a tracepoint", doc_hook, tracepoint_fields);

static const struct schema_field lsm_fields[] = {
	TEXT("hook", doc_hook, name, NEEDED),
	HOOK_FIELDS,
};
static const struct schema lsm_schema = SCHEMA("an LSM hook", doc_hook, lsm_fields);

static const struct schema_field uprobe_fields[] = {
	TEXT("path", doc_hook, path, NEEDED),
	TEXTS("symbols", doc_hook, symbols),
	INTEGERS("offsets", doc_hook, offsets, 0, INT64_MAX),
	INTEGERS("addrs", doc_hook, addrs, 0, INT64_MAX),
	INTEGERS("refCtrOffsets", doc_hook, ref_counts, 0, INT64_MAX),
	TEXT("btfPath", doc_hook, btf_path, LATER),
	TEXTS("binaryDigests", doc_hook, digests, LATER),
	HOOK_FIELDS,
	RETURN_FIELDS,
	OBJECT("ignore", doc_hook, ignore, uprobe_ignore_schema),
};
static const struct schema uprobe_schema = SCHEMA("a uprobe", doc_hook, uprobe_fields);

static const struct schema_field usdt_fields[] = {
	TEXT("path", doc_hook, path, NEEDED),
	TEXT("provider", doc_hook, provider, NEEDED),
	TEXT("name", doc_hook, name, NEEDED),
	TEXT("btfPath", doc_hook, btf_path, LATER),
	HOOK_FIELDS,
};
static const struct schema usdt_schema = SCHEMA("a usdt", doc_hook, usdt_fields);

static const struct schema_field list_fields[] = {
	TEXT("name", doc_list_def, name, NEEDED),
	WORD("type", doc_list_def, type, list_types),
	TEXT("pattern", doc_list_def, pattern),
	BOOL("validated", doc_list_def, validated),
	TEXTS("values", doc_list_def, values),
};
static const struct schema list_schema = SCHEMA("a list", doc_list_def, list_fields);

static const struct schema_field option_fields[] = {
	TEXT("name", doc_option, name, NEEDED),
	TEXT("value", doc_option, value),
};
static const struct schema option_schema = SCHEMA("an option", doc_option, option_fields);

static const struct schema_field enforcer_fields[] = {
	TEXTS("calls", doc_enforcer, calls, NEEDED),
};
static const struct schema enforcer_schema =
	SCHEMA("an enforcer", doc_enforcer, enforcer_fields);

static const struct schema_field spec_fields[] = {
#define X(NAME, number, key, stem, supported, ...)                              \
	OBJECTS(key, doc_spec, hooks[number], stem##_schema,                    \
		.flags = (supported) ? 0 : FIELD_UNSUPPORTED),
	POLICY_SECTIONS(X)
#undef X
	BOOL("loader", doc_spec, loader, LATER),
	OBJECTS("enforcers", doc_spec, enforcers, enforcer_schema, LATER, .max_items = 1),
	OBJECTS("lists", doc_spec, lists, list_schema, .max_items = MAX_NAMED),
	OBJECTS("options", doc_spec, options, option_schema, .max_items = MAX_NAMED),
	{ .name = "selectorsMacros", .type = FIELD_OBJECT_MAP, AT(doc_spec, macros),
	  .schema = &selector_schema, LATER, .max_items = MAX_NAMED },
	OBJECT("podSelector", doc_spec, pods, label_selector_schema, SELECTOR_LATER),
	OBJECT("containerSelector", doc_spec, containers, label_selector_schema,
	       SELECTOR_LATER),
	OBJECT("hostSelector", doc_spec, hosts, label_selector_schema, SELECTOR_LATER),
	OBJECT("nodeSelector", doc_spec, nodes, label_selector_schema, SELECTOR_LATER),
};
static const struct schema spec_schema = SCHEMA("spec", doc_spec, spec_fields);

/* Fields that a cluster's API server adds to an object say nothing about the policy. */
#define SERVER_FIELD(text) { .name = text, .type = FIELD_ANY, AT(doc_metadata, ignored) }

static const struct schema_field metadata_fields[] = {
	TEXT("name", doc_metadata, name, NEEDED),
	TEXT("namespace", doc_metadata, namespace),
	{ .name = "labels", .type = FIELD_TEXT_MAP, AT(doc_metadata, labels),
	  .flags = FIELD_NULLABLE },
	{ .name = "annotations", .type = FIELD_TEXT_MAP, AT(doc_metadata, annotations),
	  .flags = FIELD_NULLABLE | FIELD_ANY_TEXT },
	SERVER_FIELD("creationTimestamp"),
	SERVER_FIELD("deletionGracePeriodSeconds"),
	SERVER_FIELD("deletionTimestamp"),
	SERVER_FIELD("finalizers"),
	SERVER_FIELD("generateName"),
	SERVER_FIELD("generation"),
	SERVER_FIELD("managedFields"),
	SERVER_FIELD("ownerReferences"),
	SERVER_FIELD("resourceVersion"),
	SERVER_FIELD("selfLink"),
	SERVER_FIELD("uid"),
};
static const struct schema metadata_schema =
	SCHEMA("metadata", doc_metadata, metadata_fields);

static const struct schema_field policy_fields[] = {
	TEXT("apiVersion", doc_policy, api_version, NEEDED),
	TEXT("kind", doc_policy, kind, NEEDED),
	OBJECT("metadata", doc_policy, metadata, metadata_schema, NEEDED),
	OBJECT("spec", doc_policy, spec, spec_schema, NEEDED),
};
const struct schema language_policy = SCHEMA("a policy", doc_policy, policy_fields);

/* clang-format on */
