/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The complete closed lists of the language: argument types, operators, actions, hook
 * sections, each row with what the language allows for it. Rows whose number is 0 are
 * recognised but not yet supported.
 */
#ifndef TETRA_LIB_TYPES_H
#define TETRA_LIB_TYPES_H

#include "lib/policy/schema.h"

/* How values of a type are compared; an operator names the sets it works on. */
enum type_class {
	TYPE_OTHER = 0, /* not at all */
	TYPE_INT = 1 << 0,
	TYPE_TEXT = 1 << 1,
	TYPE_PATH = 1 << 2,
	TYPE_FILE = 1 << 3, /* with an inode; in addition to TYPE_PATH */
	TYPE_SOCK = 1 << 4,
	TYPE_SKB = 1 << 5,
	TYPE_SOCKADDR = 1 << 6,
	TYPE_SOCKADDR_UN = 1 << 7,
	TYPE_CAPS = 1 << 8,
	TYPE_SYSCALL = 1 << 9,
	TYPE_AUTO = 1 << 10, /* known once the tracepoint's format is known */
};

struct type_row {
	const char *name;
	uint32_t kind;	  /* enum tetra_arg_kind */
	uint16_t classes; /* enum type_class */
	uint8_t bits;	  /* integers */
	uint8_t is_signed;
};

/* How an operator's values are written. */
enum grammar {
	GRAMMAR_NONE,	 /* takes no values */
	GRAMMAR_LITERAL, /* text, integer or capability set, by the type */
	GRAMMAR_TEXT,
	GRAMMAR_RANGE, /* MIN:MAX, both needed */
	GRAMMAR_SET,   /* integer, MIN:MAX, list:NAME */
	GRAMMAR_ADDRESS,
	GRAMMAR_PORT,
	GRAMMAR_PROTOCOL,
	GRAMMAR_FAMILY,
	GRAMMAR_STATE,
	GRAMMAR_FILE_TYPE,
	GRAMMAR_CEL,
};

struct operator_row {
	const char *name;
	uint32_t op;	     /* enum tetra_operator */
	uint8_t grammar;     /* enum grammar */
	uint16_t classes;    /* enum type_class */
	uint16_t max_values; /* of integers; 0: no limit */
	uint16_t max_bytes;  /* of a text; 0: no limit */
};

/* Hook sections of a policy. Bits, so that rows can name sets of them. */
enum section {
	SECTION_KPROBE = 1 << 0,
	SECTION_FENTRY = 1 << 1,
	SECTION_TRACEPOINT = 1 << 2,
	SECTION_LSM = 1 << 3,
	SECTION_UPROBE = 1 << 4,
	SECTION_USDT = 1 << 5,
};

#define SECTION_ALL 0x3fu

struct section_row {
	const char *name; /* key in spec */
	uint8_t section;  /* enum section */
	uint8_t supported;
};

struct action_row {
	const char *name;
	uint32_t kind;	  /* enum tetra_action_kind */
	uint8_t sections; /* where it is allowed */
	uint8_t enforces;
};

extern const struct words argument_types, operators, actions;
/* One row for each bit of enum section, in order. */
extern const struct section_row sections[];
#define N_SECTIONS 6u

/* Words that are only words: rows of one string. */
extern const struct words set_operators, binary_operators, capability_sets, namespaces;
extern const struct words text_operators, caller_depths;
extern const struct words label_operators, list_types, data_sources, rate_scopes,
	sock_actions;
/* The options of a policy: as written, and what reads the value (envelope.c). */
/* clang-format off */
#define POLICY_OPTIONS(X)                               \
	X("disable-kprobe-multi", option_bool)          \
	X("disable-uprobe-multi", option_bool)          \
	X("enforcement", option_enforcement)            \
	X("override-method", option_method)             \
	X("policy-mode", option_mode)                   \
	X("sleepable-preload-size", option_size)        \
	X("unreadable", option_unreadable)              \
	X("user-namespaces", option_user_namespaces)
/* clang-format on */

extern const struct words option_names;

#endif
