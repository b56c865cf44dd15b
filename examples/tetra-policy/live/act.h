/* SPDX-License-Identifier: Apache-2.0 */
/* A command of a suite: prepared in its sandbox, held until the policies are in force, run. */
#ifndef TETRA_POLICY_ACT_H
#define TETRA_POLICY_ACT_H

#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "sandbox/cgroup.h"
#include "sandbox/sandbox.h"
#include "suite/node.h"

/* What is kept of an output. */
#define ACT_OUTPUT_MAX (1u << 20)

struct output {
	int fd; /* -1: ended */
	char *text;
	size_t n;
	int is_cut; /* there was more than ACT_OUTPUT_MAX */
};

struct act {
	pid_t pid; /* 0: none */
	int pidfd, in;
	const char *input; /* what is left to write */
	struct gate *gate;
	struct output out, err;
	int is_ended, status;
};

/* Return: 0; -1 and *ret_why. Undone by act_done(). */
int act_prepare(struct act *ret, struct arena *arena, const struct node *form,
		const struct sandbox *sandbox, const struct cgroup *cgroup,
		const char **ret_why);
/* It runs. */
void act_release(struct act *act);
/* Descriptors to wait for: at most four. Return: how many. */
struct pollfd;
unsigned int act_poll(const struct act *act, struct pollfd *ret);
/* After waiting: reads, writes, notices the end. */
void act_take(struct act *act);
void act_done(struct act *act);

/*
 * Setup and cleanup: a text for sh in the sandbox. What it leaves running is in @cgroup.
 * Return: 0; -1 and *ret_why.
 */
int act_shell(struct arena *arena, const struct sandbox *sandbox,
	      const struct cgroup *cgroup, const char *text, const char **ret_why);
/* Of the clock that timeouts are measured with. */
int64_t now_ms(void);

#endif
