/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The address of one of the kernel's variables, from the kernel itself: reading all of
 * /proc/kallsyms costs more than everything else that opens a session.
 */
#ifndef TETRA_LIB_VARIABLE_H
#define TETRA_LIB_VARIABLE_H

#include "lib/base/base.h"

/* Bytes of a name, with its end. */
#define VARIABLE_NAME_BYTES 32u

/* 0: unknown, as on kernels before 5.16, or where addresses are kept from programs. */
uint64_t variable_find(const char *name);

#endif
