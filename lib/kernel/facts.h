/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers about named things, each looked up once: functions, raw tracepoints, system calls,
 * tracepoints, members of structs. "Does not exist" is an answer too. A facts file is this table.
 */
#ifndef TETRA_LIB_KERNEL_FACTS_H
#define TETRA_LIB_KERNEL_FACTS_H

#include "lib/base/arena.h"
#include "lib/kernel/kernel.h"

enum fact_kind {
	FACT_FUNCTION = 1,   /* key: the name */
	FACT_RAW_TRACEPOINT, /* key: the event */
	FACT_SYSCALL,	     /* key: the symbol */
	FACT_EVENT,	     /* key: "subsystem/event" */
	FACT_MEMBER,	     /* key: "struct.member" */
	/* key: "FUNCTION#0 PATH", of its first parameter; "struct NAME PATH", of a pointer to it */
	FACT_WALK,
};

enum fact_bit { FACT_UNKNOWN, FACT_NO, FACT_YES };

struct fact {
	const char *key;
	uint32_t hash;
	uint8_t kind; /* enum fact_kind */
	/*
	 * enum fact_bit, of functions. The symbol's are known for functions without BTF
	 * too.
	 */
	uint8_t symbol, attachable, injectable, modifiable;
	uint8_t asked; /* .error and the member below are valid */
	int error;     /* 0, or why the question failed */
	union {
		struct kernel_function *function; /* if no error */
		struct kernel_event *event;
		struct kernel_member *member;
		struct kernel_walk *walk;
	};
};

struct facts {
	struct fact **slots; /* hash table, never full */
	size_t n_slots, n_facts;
};

struct tetra_kernel;

/* The fact of that name, or NULL. */
struct fact *facts_find(const struct facts *facts, enum fact_kind kind, const char *key);
/* The same, made if it is missing; NULL: out of memory. */
struct fact *facts_get(struct facts *facts, struct arena *arena, enum fact_kind kind,
		       const char *key);
void facts_done(struct facts *facts);

#endif
