/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libbpf writes what it thinks of an error to standard error, or to where the program that we
 * are part of wants it. What fails on our account is ours to tell: while quiet, this thread's
 * calls into libbpf say nothing.
 */
#ifndef TETRA_LIB_QUIET_H
#define TETRA_LIB_QUIET_H

#include "lib/base/base.h"

struct quiet {
	bool was;
};

struct quiet quiet_begin(void);
void quiet_end(struct quiet *quiet);

#define QUIET                                                                            \
	__attribute__((cleanup(quiet_end), unused)) struct quiet quiet_ = quiet_begin()

#endif
