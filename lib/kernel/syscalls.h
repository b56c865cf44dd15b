/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System calls by the name of their entry: the names of a machine's wrappers, and the number
 * of a call.
 */
#ifndef TETRA_LIB_KERNEL_SYSCALLS_H
#define TETRA_LIB_KERNEL_SYSCALLS_H

#include "lib/base/base.h"

/* Of uname's machine: "x86_64" -> "__x64_"; "" if it has none or is not known. */
const char *syscall_prefix(const char *machine);

/* "__x64_sys_write" -> "write"; NULL if @symbol is not of the form PREFIX "sys_" NAME. */
const char *syscall_name_of(const char *symbol);

/* Bytes of a number of a type that system calls are declared with, and its sign. */
uint32_t syscall_scalar(const char *type, bool *is_signed);

/* "newuname" -> 63 on x86_64: the kernel's name of the entry. -1: not known. */
int32_t syscall_number(const char *machine, const char *name);

struct arena;
struct kernel_function;

/* "__x64_sys_getpid" -> .target "__do_sys_getpid". -ENOMEM, -EINVAL. */
int syscall_set_target(struct arena *arena, struct kernel_function *function);

#endif
