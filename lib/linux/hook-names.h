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

/* Of a function, a hook or an event, by its characters. */
bool symbol_is_name(const char *text);

/*
 * Why no kernel has a function of this name that can be probed; NULL if one may. @ret_instead: the
 * name that it has now, or NULL.
 */
const char *function_gone(const char *name, const char **ret_instead);

/* A function of the kernel's with the prefix "bpf_lsm_" that is not a hook: its name without it. */
bool hook_is_helper(const char *name);

/* Kernels from Linux 6.12 on let no program attach to this LSM hook: its name, with or without
 * "bpf_lsm_". */
bool hook_is_closed(const char *hook);

#endif
