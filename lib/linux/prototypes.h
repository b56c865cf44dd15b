/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Human-readable prototypes of system calls, by their number on this architecture.
 */
#ifndef TETRA_LIB_PROTOTYPES_H
#define TETRA_LIB_PROTOTYPES_H

#include <stdint.h>

/* "openat(int dfd, const char *filename, int flags, umode_t mode)"; NULL if unknown. */
const char *syscall_prototype(uint64_t number);

#endif
