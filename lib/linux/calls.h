/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers of system calls as events have them. */
#ifndef TETRA_LIB_CALLS_H
#define TETRA_LIB_CALLS_H

#include "bpf/abi/kinds.h"
#include "lib/base/base.h"

/*
 * "sys_dup", "i386/sys_dup", "__x64_sys_dup": the number, with its mark. 0; -ENOENT: no such call;
 * -EOPNOTSUPP: a call of another architecture, or an entry of a 32-bit one.
 */
int call_number_of(const char *text, uint64_t *ret);

/* The 32-bit call of that number, without its mark: "dup", static; NULL: there is none. */
const char *call_name_32(uint32_t number);

#endif
