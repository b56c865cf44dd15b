/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libbpf writes about errors to standard error, or where the program that we are part of wants
 * it. Failures of our own calls are ours to report: while quiet, this thread's calls into
 * libbpf print nothing.
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
