/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the bound document to the model. Each function checks one kind of thing against the
 * rules that tables cannot express, reports errors, and fills its part of the model; parts
 * that are wrong or not supported leave gaps, and the caller drops the model if the report
 * counted anything.
 *
 * All return 0 or -ENOMEM, if nothing else is said.
 */
#ifndef TETRA_LIB_BUILD_H
#define TETRA_LIB_BUILD_H

#include "lib/document/language.h"
#include "lib/policy/policy.h"

/* Arguments of a hook, data elements included. */
#define HOOK_MAX_ARGS 5u

/* Hooks of one policy that are symbols of lists: as many as a session has hook points. */
#define POLICY_MAX_LISTED 4096u

/* Values of a filter that are system calls of lists. */
#define FILTER_MAX_LISTED 65536u

struct build {
	struct arena *arena; /* the model's */
	struct report *report;
	const struct doc_policy *doc; /* .metadata and .spec may be NULL */
	struct tetra_policy *policy;
	uint64_t wrong_macros; /* by their place: what is wrong with them was reported */
	uint64_t wrong_lists;  /* likewise, of those whose values were looked at */
	uint32_t n_listed;     /* hooks that are symbols of lists */
};

/* What the parts of a hook need to know about it. */
struct build_hook {
	struct build *build;
	const struct section_row *section;
	const struct doc_hook *doc;
	struct policy_hook *hook;
	/* By position in args and data; NULL where the type is wrong. */
	const struct type_row *args[HOOK_MAX_ARGS], *data[HOOK_MAX_ARGS];
	const struct type_row *return_type; /* NULL: none, or wrong */
};

/* policy.c */
/* A policy without content; @file and the text are copied. 0 or -ENOMEM. */
int policy_new(struct tetra_policy **ret, const char *file, const char *text, size_t len);
/*
 * Parses the text into @doc, allocated from @scratch, then builds build->policy from it and sets
 * build->doc to @doc. Returns 0; -EINVAL, with a finding, if the text has no document; -E2BIG;
 * -ENOMEM.
 */
int policy_build(struct build *build, struct arena *scratch, struct doc_policy *doc,
		 const char *text, size_t len);

/* envelope.c: apiVersion, kind, metadata, options */
/*
 * A different kind of document: reported as one finding, since everything else that is unknown
 * in it follows from that.
 */
bool envelope_is_foreign(struct report *report, const struct node *root);
int envelope_build(struct build *build);

/* group.c: lists, macros, enforcers, workload selectors; of these, lists are supported */
void groups_check(struct build *build);

/* list.c */
void lists_check(struct build *build);
/* The list that "list:NAME" refers to; NULL if the text is not such a name, or unknown. */
const struct doc_list_def *list_find(const struct build *build, const char *text);
/*
 * The next symbol of a list of symbols or system calls from *@at on, without its ABI; *@at is
 * then after it. NULL at the end. A symbol that came before is passed over.
 */
const char *list_next(const struct doc_list_def *list, uint32_t *at);
/* Reports what is wrong with a list as the call of a hook. */
void list_hook_check(struct build *build, const struct doc_hook *hook);
/*
 * The numbers of a list of system calls, as values of a filter that names it with @value; room for
 * list->values.n. Return: how many, fewer if some are wrong, which is reported; or -ENOMEM.
 */
int list_numbers(struct build *build, const struct node *value, struct policy_value *ret);
/* Reports that a list is unknown. True if @value begins with "list:". */
bool list_reference(struct build *build, const struct node *value);
/* ABI/sys_x, __x64_sys_x or sys_x. */
bool is_syscall_name(const char *text);

/* label.c */
/* A mapping of labels. @values: they are labels' values, too. */
void labels_check(struct report *report, const struct doc_values *labels, bool values);
enum label_owner { LABEL_OF_POD, LABEL_OF_CONTAINER, LABEL_OF_NODE };
void label_selector_check(struct build *build, const struct doc_label_selector *labels,
			  enum label_owner owner);
/* hostSelector: it has no labels. */
void host_selector_check(struct build *build, const struct doc_label_selector *hosts);
void workloads_check(struct build *build, const struct doc_workloads *workloads);
/* Characters of a name in Kubernetes. */
#define DOMAIN_MAX_LEN 253u
bool is_subdomain(const char *text);

/* hook.c */
int hooks_build(struct build *build);

/* usdt.c */
void usdt_check(struct build_hook *hook);
/* Sets the hook's two names. */
int usdt_name(struct build_hook *hook);

/* uprobe.c */
void user_path_check(struct build_hook *hook);
void uprobe_check(struct build_hook *hook);
/* How many places a uprobe names; each is a hook. */
uint32_t uprobe_count(const struct doc_hook *doc);
/* Copies of @first, one for each place, once each. */
int uprobe_spread(struct build *build, const struct doc_hook *doc,
		  const struct policy_hook *first);

/* register.c */
/* The name of a register that is read. */
void register_read_check(struct build_hook *hook, doc_value value);
/* DESTINATION=SOURCE */
void register_set_check(struct build_hook *hook, doc_value value);

/* argument.c */
int arguments_build(struct build_hook *hook);

/* selector.c */
int selectors_build(struct build_hook *hook);
/* A macro of spec.selectorsMacros: checked as far as it makes sense without a hook. */
void selector_check_macro(struct build *build, const struct doc_selector *macro);

/* filter.c */
enum filter_phase { FILTER_ARGS, FILTER_DATA, FILTER_RETURN };
int filters_build(struct build_hook *hook, const struct doc_filter *filters, uint32_t n,
		  enum filter_phase phase, struct policy_filter **ret, uint32_t *ret_n);

/* scope.c: who: pids, binaries, namespaces, capabilities */
int scopes_build(struct build *build, const struct doc_selector *doc,
		 struct policy_selector *selector);

/* action.c */
int actions_build(struct build_hook *hook, const struct doc_selector *doc,
		  struct policy_selector *selector);

/* text.c: message and tags, as they go into events */
int texts_build(struct build_hook *hook);

/*
 * value.c: one value of a filter on an argument of @type. Return: how many values of the
 * model it is, written to @ret, which has room for two; 0 if it is wrong and was reported.
 */
uint32_t value_parse(struct build *build, const struct operator_row *op,
		     const struct type_row *type, const struct node *node,
		     struct policy_value *ret);
/* 0; -EINVAL: not an IPv4 or IPv6 address; -E2BIG: it is, but its prefix length is wrong. */
int address_parse(const char *text, struct policy_value *ret, bool *ret_host_bits);

#endif
