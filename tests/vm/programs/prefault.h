/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of prefault share: memory that is not resident, acts that use it, and the
 * beginnings of policies.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/vm/programs/rig.h"

#define LAB  "/tmp/lab"
#define PAGE 4096

/* As a policy is written. */
/* clang-format off */
#define HEAD                                            \
	RIG_HEAD_OF("prefault")                         \
	"  options: [{name: enforcement, value: best-effort}]\n" \
	"  kprobes:\n"
#define HOOK(call, args, filter, action)                \
	"  - call: " call "\n"                          \
	"    syscall: true\n"                           \
	"    args: [" args "]\n"                        \
	"    selectors:\n"                              \
	"    - matchArgs: [" filter "]\n"               \
	"      matchActions: [" action "]\n"
/* clang-format on */

#define BUFFER "{index: 1, type: char_buf, sizeArgIndex: 3}"
#define KILL   "{action: Sigkill}"

/* What this program itself prints goes elsewhere. */
#define SINK_ARG "{index: 0, type: fd}"
#define IS_SINK	 "{index: 0, operator: Equal, values: [/dev/null]}"

extern struct tetra_session *session;
extern bool resident;	  /* made so by a program of ours */
extern size_t near_bytes; /* that are before the border of two pages */

/* How an argument comes to lie in a page that is not there. */
struct layout {
	const char *name;
	char *(*place)(const char *bytes, size_t n);
};

/* The first bytes are resident, the rest is not. */
char *place_border(const char *bytes, size_t n);
/* The same, and another thread gives the rest. */
char *place_half_given(const char *bytes, size_t n);

typedef int (*act_fn)(const struct layout *layout, const char *bytes, size_t n);

/* What a child of its own ends with: 0 done, an errno, or minus a signal. */
int act(act_fn fn, const struct layout *layout, const char *bytes, size_t n);
int act_open(const struct layout *layout, const char *bytes, size_t n);
int act_write(const struct layout *layout, const char *bytes, size_t n);

/* How often something could not be read, of any cause. */
uint64_t unreadable(void);

void policy_off(void);

/* What was read of a text before a fault. */
void check_parts(void);
void check_exceptions(void);
void check_functions(void);
