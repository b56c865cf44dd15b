/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts whose end is in a page that is not there: what was read of them may decide. What it leaves
 * open spares nothing, and is counted.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/abi/kinds.h"
#include "lib/base/base.h"
#include "tests/vm/programs/prefault.h"

/* As a policy is written. */
/* clang-format off */
#define HEAD_MATCH                                      \
	RIG_HEAD_OF("prefault")                         \
	"  options:\n"                                  \
	"  - {name: enforcement, value: best-effort}\n" \
	"  - {name: unreadable, value: match}\n"        \
	"  kprobes:\n"
/* clang-format on */

static const struct layout border = { "across a border", place_border };
static const struct layout half_given = { "half of it given by a thread",
					  place_half_given };

/* Of each text the first two bytes are resident. */
static const struct part {
	const char *op, *value, *text;
	int strict, lenient; /* if the rest is a fault, by the option "unreadable" */
	int whole;	     /* if it is not */
} parts[] = {
	{ "Prefix", "SECRET", "SECRET", 0, -SIGKILL, -SIGKILL },
	{ "Prefix", "SECRET", "FREELY", 0, 0, 0 },
	{ "Prefix", "SE", "SECRET", -SIGKILL, -SIGKILL, -SIGKILL },
	{ "Equal", "SECRET", "SECRET", 0, -SIGKILL, -SIGKILL },
	{ "Equal", "SECRET", "FREELY", 0, 0, 0 },
	{ "NotPrefix", "GOOD", "GOODIE", 0, -SIGKILL, 0 },
	{ "NotPrefix", "GOOD", "BADDIE", -SIGKILL, -SIGKILL, -SIGKILL },
	{ "NotEqual", "GOODIE", "GOODIE", 0, -SIGKILL, 0 },
	{ "Postfix", "ET", "SECRET", 0, -SIGKILL, -SIGKILL },
};

static void check_part(const struct part *part, const struct layout *layout, bool lenient)
{
	bool whole = resident && layout == &border;
	int wanted = lenient ? part->lenient : part->strict;
	uint64_t before = unreadable();

	fact_equal(act(act_write, layout, part->text, strlen(part->text)),
		   whole ? part->whole : wanted, "%s %s, %s, %s%s", part->op, part->value,
		   part->text, layout->name, lenient ? ", unreadable matches" : "");
	if (!whole)
		fact(unreadable() > before, "it is counted");
}

void check_parts(void)
{
	for (size_t i = 0; i < 2 * ARRAY_SIZE(parts); i++) {
		const struct part *part = &parts[i / 2];
		bool lenient = i % 2;

		rig_load(
			session,
			rig_policy("%s" HOOK("sys_write", SINK_ARG ", " BUFFER,
					     IS_SINK
					     ", {index: 1, operator: %s, values: ['%s']}",
					     KILL),
				   lenient ? HEAD_MATCH : HEAD, part->op, part->value),
			TETRA_LOAD_REPLACE);
		check_part(part, &border, lenient);
		check_part(part, &half_given, lenient);
	}
	policy_off();
}

/* --- exceptions before what stops the others --- */

/* Each row is a policy of its own: two letters begin its text and its literals. */
static const struct exception {
	const char *op, *value; /* of the exception, which comes first */
	const char *rest;	/* of the text */
	size_t near;		/* bytes of the text that were read */
	bool spared;		/* by these */
	bool spared_whole;	/* by all of it */
} exceptions[] = {
	{ "Equal", "GOOD", "GOODBYE", 6, false, false },
	{ "Equal", "GOODIE", "GOODIE", 4, false, true },
	{ "Prefix", "GOODIE", "GOODIES", 4, false, true },
	{ "Prefix", "GOODIE", "GOODBYE", 6, false, false },
	{ "Prefix", "GO", "GOODIE", 4, true, true },
	{ "NotEqual", "EVIL", "EVIL", 4, false, false },
	{ "NotEqual", "EVIL", "EVENT", 4, false, true },
	{ "NotEqual", "EVIL", "EVILNESS", 6, false, true },
	{ "NotEqual", "EVIL", "GOODIE", 4, true, true },
	{ "NotPrefix", "EVIL", "EVIL", 4, false, false },
	{ "NotPrefix", "EVIL", "EVENT", 4, false, true },
	{ "NotPrefix", "EVIL", "GOODIE", 4, true, true },
	{ "Postfix", "GOOD", "ALLGOOD", 4, false, true },
	{ "Postfix", "OK", "OKEVIL", 4, false, false },
	{ "NotPostfix", "EVIL", "ALLGOOD", 4, false, true },
	{ "NotPostfix", "EVIL", "OKEVIL", 4, false, false },
};

/* How the others are stopped. */
static const struct rung {
	const char *name, *hook;
	int index;
	const char *action;
	act_fn act;
	int stopped, spared;
	uint32_t crowd;	       /* policies beside these: more than a word of rules */
	bool only_if_resident; /* kernels of this kind refuse calls, or report it if not */
} rungs[] = {
	{ .name = "a buffer, killed",
	  .hook = "  kprobes:\n  - call: sys_write\n    syscall: true\n"
		  "    args: [" BUFFER "]\n    selectors:\n",
	  .index = 1,
	  .action = KILL,
	  .act = act_write,
	  .stopped = -SIGKILL },
	{ .name = "a buffer, killed by one of many",
	  .hook = "  kprobes:\n  - call: sys_write\n    syscall: true\n"
		  "    args: [" BUFFER "]\n    selectors:\n",
	  .index = 1,
	  .action = KILL,
	  .act = act_write,
	  .stopped = -SIGKILL,
	  .crowd = 70 },
	{ .name = "a buffer of a call whose result is read",
	  .hook = "  kprobes:\n  - call: sys_write\n    syscall: true\n"
		  "    return: true\n    returnArg: {index: 0, type: int64}\n"
		  "    args: [" BUFFER "]\n    selectors:\n",
	  .index = 1,
	  .action = KILL,
	  .act = act_write,
	  .stopped = -SIGKILL },
	{ .name = "a path, killed",
	  .hook = "  kprobes:\n  - call: sys_openat\n    syscall: true\n"
		  "    args: [{index: 1, type: string}]\n    selectors:\n",
	  .index = 1,
	  .action = KILL,
	  .act = act_open,
	  .stopped = -SIGKILL,
	  .spared = ENOENT },
	{ .name = "a path, by the tracepoint",
	  .hook = "  tracepoints:\n  - subsystem: syscalls\n    event: sys_enter_openat\n"
		  "    args: [{index: 6, type: string}]\n    selectors:\n",
	  .index = 6,
	  .action = KILL,
	  .act = act_open,
	  .stopped = -SIGKILL,
	  .spared = ENOENT },
	{ .name = "a path, refused",
	  .hook = "  kprobes:\n  - call: sys_openat\n    syscall: true\n"
		  "    args: [{index: 1, type: string}]\n    selectors:\n",
	  .index = 1,
	  .action = "{action: Override, argError: -95}",
	  .act = act_open,
	  .stopped = EOPNOTSUPP,
	  .spared = ENOENT,
	  .only_if_resident = true },
};

#define MATCH "  - {name: unreadable, value: match}\n"
/* As a policy is written. */
/* clang-format off */
#define OPTIONS                                         \
	RIG_HEAD "  options:\n"                         \
		 "  - {name: enforcement, value: best-effort}\n%s"
#define SELECTOR                                        \
	"    - matchArgs: [{index: %d, operator: %s, values: ['%s']}]\n" \
	"      matchActions: [%s]\n"
/* clang-format on */

/* The row's literal, or its text: without the two letters if it is compared from the end. */
static const char *with_tag(char *to, size_t size, const char *tag, const char *op,
			    const char *text)
{
	snprintf(to, size, "%s%s", strstr(op, "Postfix") ? "" : tag, text);
	return to;
}

static void tag_make(char *tag, size_t row, bool lenient)
{
	tag[0] = (char)('a' + row);
	tag[1] = lenient ? 'm' : 'd';
	tag[2] = 0;
}

static void exception_load(struct tetra_txn *txn, const struct rung *rung, size_t row,
			   bool lenient)
{
	const struct exception *at = &exceptions[row];
	char tag[3], value[32], name[32];

	tag_make(tag, row, lenient);
	snprintf(name, sizeof(name), "exception-%s", tag);
	(void)rig_txn_load(
		txn,
		rig_policy(OPTIONS "%s" SELECTOR SELECTOR, name, lenient ? MATCH : "",
			   rung->hook, rung->index, at->op,
			   with_tag(value, sizeof(value), tag, at->op, at->value),
			   "{action: NoPost}", rung->index, "Prefix", tag, rung->action),
		0);
}

static void exceptions_load(const struct rung *rung)
{
	struct tetra_txn *txn = rig_txn(session);

	for (size_t i = 0; i < 2 * ARRAY_SIZE(exceptions); i++)
		exception_load(txn, rung, i / 2, i % 2);
	for (uint32_t i = 0; i < rung->crowd; i++) {
		char name[32], text[32];

		snprintf(name, sizeof(name), "crowd-%u", i);
		snprintf(text, sizeof(text), "nothing-%u", i);
		(void)rig_txn_load(txn,
				   rig_policy(OPTIONS "%s" SELECTOR, name, "", rung->hook,
					      rung->index, "Equal", text, rung->action),
				   0);
	}
	fact_equal(rig_commit(txn), 0, "exceptions on %s", rung->name);
}

static void exceptions_unload(const struct rung *rung)
{
	struct tetra_txn *txn = rig_txn(session);
	char tag[3], name[32];

	for (size_t i = 0; i < 2 * ARRAY_SIZE(exceptions); i++) {
		tag_make(tag, i / 2, i % 2);
		snprintf(name, sizeof(name), "exception-%s", tag);
		(void)tetra_txn_unload(txn, name, NULL);
	}
	for (uint32_t i = 0; i < rung->crowd; i++) {
		snprintf(name, sizeof(name), "crowd-%u", i);
		(void)tetra_txn_unload(txn, name, NULL);
	}
	fact_equal(rig_commit(txn), 0, "%s: unloaded", rung->name);
}

static void check_exception(const struct rung *rung, const struct layout *layout,
			    size_t row, bool lenient)
{
	const struct exception *at = &exceptions[row];
	bool whole = resident && layout == &border;
	bool spared = whole ? at->spared_whole : at->spared;
	uint64_t before = unreadable();
	char tag[3], text[32];

	tag_make(tag, row, lenient);
	snprintf(text, sizeof(text), "%s%s", tag, at->rest);
	near_bytes = at->near;
	fact_equal(act(rung->act, layout, text, strlen(text) + (rung->act == act_open)),
		   spared ? rung->spared : rung->stopped, "%s: %s %s, %s, %s%s",
		   rung->name, at->op, at->value, text, layout->name,
		   lenient ? ", unreadable matches" : "");
	if (!whole)
		fact(unreadable() > before, "it is counted");
}

/* With the option "unreadable" and without: it must not matter. */
void check_exceptions(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(rungs); i++) {
		if (rungs[i].only_if_resident && !resident)
			continue;
		exceptions_load(&rungs[i]);
		for (size_t k = 0; k < 2 * ARRAY_SIZE(exceptions); k++) {
			/* One of the two is enough on the later rungs. */
			if (i == 0 || (k / 2 + k) % 2)
				check_exception(&rungs[i], &half_given, k / 2, k % 2);
			if (i == 0)
				check_exception(&rungs[i], &border, k / 2, k % 2);
		}
		exceptions_unload(&rungs[i]);
	}
	near_bytes = 2;
}

/* --- functions that are not system calls --- */

#define NO_MATCH "  - {name: unreadable, value: no-match}\n"
#define SELECT(value, action)                                                            \
	"    - matchArgs: [" IS_SINK ", {index: 1, operator: Prefix, values: ['" value   \
	"']}]\n"                                                                         \
	"      matchActions: [" action "]\n"
#define SPARE(value) SELECT(value, "{action: NoPost}")
#define DENY(value)  SELECT(value, KILL)

/* Nothing comes before them, and the call does not fail by what the programs cannot read: it is
 * unreadable, which matches. */
static const struct {
	const char *option, *selectors, *text;
	int cut, whole; /* what becomes of it */
} functions[] = {
	{ "", DENY("SECRET"), "SECRET", -SIGKILL, -SIGKILL },
	{ "", DENY("SECRET"), "FREELY", -SIGKILL, 0 },
	{ NO_MATCH, DENY("SECRET"), "SECRET", 0, -SIGKILL },
	{ "", SPARE("SE") DENY("S"), "SECRET", -SIGKILL, 0 },
	{ MATCH, SPARE("SE") DENY("S"), "SECRET", -SIGKILL, 0 },
};

static char *place_here(const char *bytes, size_t n)
{
	return memcpy(malloc(n), bytes, n);
}

static uint64_t unreadable_by(unsigned int cause)
{
	const char *text;
	uint64_t count = 0;

	(void)tetra_stats_unreadable(session, cause, &text, &count);
	return count;
}

static void check_function(size_t row)
{
	static const struct layout here = { "all of it", place_here };
	uint64_t kernel = unreadable_by(TETRA_UNREADABLE_KERNEL_MEMORY);
	uint64_t user = unreadable_by(TETRA_UNREADABLE_USER_MEMORY);
	const char *text = functions[row].text;

	fact_equal(act(act_write, &here, text, strlen(text)), functions[row].whole,
		   "function, row %zu: %s", row, here.name);
	fact_equal(unreadable_by(TETRA_UNREADABLE_KERNEL_MEMORY) - kernel, 0,
		   "all was read");
	fact_equal(act(act_write, &half_given, text, strlen(text)), functions[row].cut,
		   "function, row %zu: %s", row, half_given.name);
	fact(unreadable_by(TETRA_UNREADABLE_KERNEL_MEMORY) > kernel, "it is counted");
	fact_equal(unreadable_by(TETRA_UNREADABLE_USER_MEMORY) - user, 0,
		   "as what it is");
}

void check_functions(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(functions); i++) {
		rig_load(session,
			 rig_policy(OPTIONS "  kprobes:\n"
					    "  - call: vfs_write\n"
					    "    syscall: false\n"
					    "    args: [{index: 0, type: file}, " BUFFER
					    "]\n"
					    "    selectors:\n%s",
				    "prefault", functions[i].option,
				    functions[i].selectors),
			 TETRA_LOAD_REPLACE);
		check_function(i);
	}
	policy_off();
}
