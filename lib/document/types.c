/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/document/types.h"

/* What a kind's row says, as constants. */
#define X(NAME, number, yaml, can, what, how, class, bits, sign, ...)                    \
	CLASSES_##NAME = TETRA_CLASS_##class, BITS_##NAME = (bits), SIGN_##NAME = (sign),
enum { TETRA_ARG_KINDS(X) };
#undef X

#define TYPE(yaml, NAME)                                                                 \
	{ yaml, TETRA_ARG_##NAME, CLASSES_##NAME, BITS_##NAME, SIGN_##NAME },
#define X(NAME, number, yaml, ...) TYPE(yaml, NAME)
static const struct type_row type_rows[] = { { "auto", 0, TETRA_CLASS_AUTO, 0, 0 },
					     TETRA_ARG_KINDS(X) TETRA_ARG_ALIASES(TYPE) };
#undef X
#undef TYPE

static const char *const caller_depth_rows[] = { "1",  "2",  "3",  "4",	 "5",  "6",
						 "7",  "8",  "9",  "10", "11", "12",
						 "13", "14", "15", "any" };
static const struct label_operator_row label_operator_rows[] = {
	{ "In", true, false },
	{ "NotIn", true, true },
	{ "Exists", false, false },
	{ "DoesNotExist", false, true },
};
static const struct list_type_row list_type_rows[] = {
	{ "syscalls", LIST_OF_CALLS },
	{ "generated_syscalls", LIST_OF_CALLS | LIST_GENERATED },
	{ "generated_ftrace", LIST_GENERATED | LIST_OF_PATTERN },
};
static const char *const data_source_rows[] = {
	[DATA_OF_TASK] = "current_task", [DATA_OF_REGISTERS] = "pt_regs"
};
static const char *const rate_scope_rows[] = { "thread", "process", "global" };
#define X(NAME, name, ...) name,
static const char *const option_name_rows[] = { POLICY_OPTIONS(X) };
#undef X

/* In the order of their numbers: the number is the position. */
#define X(NAME, number, name, ...) [number] = name,
static const char *const capability_set_rows[] = { TETRA_CAPSETS(X) };
static const char *const namespace_rows[] = { TETRA_NAMESPACES(X) };
#undef X

const struct words argument_types = WORDS(type_rows);
const struct words caller_depths = WORDS(caller_depth_rows);
const struct words capability_sets = WORDS(capability_set_rows);
const struct words namespaces = WORDS(namespace_rows);
const struct words label_operators = WORDS(label_operator_rows);
const struct words list_types = WORDS(list_type_rows);
const struct words data_sources = WORDS(data_source_rows);
const struct words rate_scopes = WORDS(rate_scope_rows);
const struct words option_names = WORDS(option_name_rows);

enum policy_option option_find(const char *name)
{
	const void *row = words_find(&option_names, name);

	return row ? word_number(&option_names, row) : POLICY_OPTION_END;
}
