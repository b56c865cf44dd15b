/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the programs share that test the public interface in a guest: facts that hold or
 * not, one line each, and the few steps on the way to them that have to succeed.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <tetra/session.h>

/* Prints "ok" or "FAIL" and the text; returns @holds. */
bool fact(bool holds, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same for two numbers, which are printed if they differ. */
bool fact_equal(int64_t got, int64_t wanted, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * The same for what BPF programs count or report, which a preemptible kernel may skip: a number
 * that is too small makes the driver play the scenario again if the ledger has skipped runs, see
 * rig_end(). Not for what a policy must prevent.
 */
bool fact_told(int64_t got, int64_t wanted, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Prints how many there were. Return: the exit status of the program. */
int fact_close(void);

/*
 * Says how far a long piece of work is, at most once a second: a program that prints nothing
 * and uses no processor is taken to stand still.
 */
void rig_step(const char *what, unsigned int done, unsigned int all);

/* These end the program where they fail: nothing after them would mean anything. */

/* @opts may be NULL. */
struct tetra_session *rig_session(const struct tetra_session_opts *opts);
/* Closes a session, and writes to standard error how many runs the kernel skipped. */
void rig_end(struct tetra_session *session);
struct tetra_policy *rig_policy(const char *format, ...)
	__attribute__((format(printf, 1, 2)));
/* Loads a policy, or replaces the one of its name, and drops the reference. */
void rig_load(struct tetra_session *session, struct tetra_policy *policy, uint32_t flags);
struct tetra_txn *rig_txn(struct tetra_session *session);
/* A process that calls @run, which does not return. */
pid_t rig_child(void (*run)(void));

/* What became of attempts to open a file. */
struct rig_tally {
	uint64_t opened, denied, other;
};

/* One more attempt, below a folder that is held open. */
void rig_open(struct rig_tally *tally, int folder, const char *name);

/* Memory that children share. */
void *rig_share(size_t size);
/* A file that can be read, below a folder that is made as well. */
void rig_file(const char *folder, const char *path);

/* These return what the call returned, and print the findings of a failure. */

int rig_txn_load(struct tetra_txn *txn, struct tetra_policy *policy, uint32_t flags);
int rig_commit(struct tetra_txn *txn);

struct tetra_counts rig_counts(struct tetra_session *session, const char *policy);
struct tetra_session_stats rig_stats(struct tetra_session *session);

/* Milliseconds since some moment. */
int64_t rig_now_ms(void);

/* errno of opening a file for reading; 0 if that works. */
int rig_open_errno(const char *path);

/* As a policy is written. */
/* clang-format off */
/* How a policy begins, by its name. */
#define RIG_HEAD_OF(name)                               \
	"apiVersion: cilium.io/v1alpha1\n"              \
	"kind: TracingPolicy\n"                         \
	"metadata:\n"                                   \
	"  name: " name "\n"                            \
	"spec:\n"
#define RIG_HEAD RIG_HEAD_OF("%s")
/* Selects by the file that is a hook's first argument: its path begins so. */
#define RIG_FILES                                       \
	"    args:\n"                                   \
	"    - index: 0\n"                              \
	"      type: file\n"                            \
	"    selectors:\n"                              \
	"    - matchArgs:\n"                            \
	"      - index: 0\n"                            \
	"        operator: Prefix\n"                    \
	"        values: ['%s']\n"
#define RIG_OPEN                                        \
	"  kprobes:\n"                                  \
	"  - call: security_file_open\n"                \
	"    syscall: false\n"
/* The calls of lseek(), and a selector by their offset. */
#define RIG_SEEKS                                       \
	"  kprobes:\n"                                  \
	"  - call: sys_lseek\n"                         \
	"    syscall: true\n"                           \
	"    args:\n"                                   \
	"    - index: 1\n"                              \
	"      type: int64\n"                           \
	"    selectors:\n"
#define RIG_OFFSET(operator)                            \
	"    - matchArgs:\n"                            \
	"      - index: 1\n"                            \
	"        operator: " operator "\n"              \
	"        values: ['%d']\n"
/* A policy that denies opening what begins with one prefix, on a hook whose first argument is
 * the file: its name, the prefix. */
#define RIG_DENY_ON(hook)                               \
	RIG_HEAD hook RIG_FILES                         \
	"      matchActions:\n"                         \
	"      - action: Override\n"                    \
	"        argError: -1\n"
#define RIG_DENY RIG_DENY_ON(RIG_OPEN)
/* clang-format on */
