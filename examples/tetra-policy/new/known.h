/* SPDX-License-Identifier: Apache-2.0 */
/* Parameters of functions that policies are often about: a recording has values alone. */
#ifndef TETRA_POLICY_KNOWN_H
#define TETRA_POLICY_KNOWN_H

#include "new/seen.h"

/* "__x64_sys_openat" -> "sys_openat": the prefix is the machine's. */
const char *known_plain(const char *name);
int known_is_syscall(const char *name);

/*
 * Which parameter each argument is. Return: 1; 0: the function is not known, or has other
 * parameters, and positions are taken.
 */
int known_indices(const struct seen_hook *hook, unsigned int ret[static SEEN_ARGS]);

#endif
