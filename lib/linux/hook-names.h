/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two names of an LSM hook: what programs attach to ("bprm_check_security"), and the
 * function of the kernel that calls it ("security_bprm_check").
 */
#ifndef TETRA_LIB_HOOK_NAMES_H
#define TETRA_LIB_HOOK_NAMES_H

#include "lib/base/base.h"

/* Bytes of either name. */
#define HOOK_NAME_BYTES 64u

bool is_security_function(const char *name);

/* The function of @hook, static or in @buf. */
const char *hook_function(const char *hook, char (*buf)[HOOK_NAME_BYTES]);

/* The hook that @function calls, static, in @buf or in @function; "security_" may be missing. */
const char *function_hook(const char *function, char (*buf)[HOOK_NAME_BYTES]);

#endif
