/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Acts that policies are meant to stop or report, by all ways that lead to them. An act is
 * run in a child of its own.
 */
#pragma once

#include <stddef.h>

struct act {
	const char *name; /* "write/mmap": the group and the way */
	/* 0: it was done; else the errno with which it failed. */
	int (*run)(const char *target);
};

/* What acts_link make. */
#define ADVERSARY_LINK "/tmp/lab/adversary-link"

extern const struct act acts_write[], acts_read[], acts_link[], acts_connect[],
	acts_exec[], acts_spoof[], acts_hide[], acts_caps[], acts_mount[];
