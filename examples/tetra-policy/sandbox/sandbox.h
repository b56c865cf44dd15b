/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A private view of the file system: an overlay over the machine's, in which everything may be
 * written, renamed, linked and removed; it is gone with the process that keeps it.
 */
#ifndef TETRA_POLICY_SANDBOX_H
#define TETRA_POLICY_SANDBOX_H

#include <sys/types.h>

#include "suite/node.h"

struct sandbox {
	pid_t keeper;	    /* 0: none */
	int root;	    /* directory, for openat2() with RESOLVE_IN_ROOT */
	int mnt_ns, net_ns; /* net_ns -1: the machine's */
};

/* @has_net: with a network of its own. Return: 0; -1 and *ret_why. Undone by sandbox_done(). */
int sandbox_make(struct sandbox *ret, struct arena *arena, const struct node *form,
		 int has_net, const char **ret_why);
void sandbox_done(struct sandbox *sandbox);
/* In a process of its own: from now on the view is what it sees. Return: 0; -1. */
int sandbox_enter(const struct sandbox *sandbox);
/* Absolute links are resolved below the view's root. Return: a descriptor; -1 and errno. */
int sandbox_open(const struct sandbox *sandbox, const char *path, int flags);

#endif
