/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a system call or function is called with, where that is the same in every kernel: a
 * letter for what it returns, then one for each parameter.
 */
#ifndef TETRA_LIB_SIGNATURES_H
#define TETRA_LIB_SIGNATURES_H

#include "lib/base/base.h"
#include "lib/linux/hook-names.h"

enum signature_type {
	SIGNATURE_NONE = 'V',	 /* returns nothing */
	SIGNATURE_INT = 'i',	 /* a number of up to 32 bits */
	SIGNATURE_LONG = 'l',	 /* a number of 64 bits */
	SIGNATURE_FD = 'f',	 /* a number that is a descriptor */
	SIGNATURE_STRING = 's',	 /* char * */
	SIGNATURE_VOID = 'v',	 /* void * */
	SIGNATURE_POINTER = 'p', /* a pointer to something else */
	SIGNATURE_FILE = 'F',
	SIGNATURE_PATH = 'P',
	SIGNATURE_DENTRY = 'D',
	SIGNATURE_BINPRM = 'B',
	SIGNATURE_SOCK = 'S',
	SIGNATURE_SOCKET = 'K',
	SIGNATURE_SOCKADDR = 'A',
	SIGNATURE_CRED = 'C',
	SIGNATURE_SKB = 'k',
	SIGNATURE_FILENAME = 'n',
	SIGNATURE_STRUCT = '?', /* by value */
};

struct signature {
	const char *name, *types;
};

/* "mkdir" -> "lsi"; NULL if it is not known, or differs among kernels. */
const char *signature_of_call(const char *name);
const char *signature_of_function(const char *name);
/* The call fills what this parameter, counted from 0, points to: there is nothing at its entry. */
bool signature_is_filled(const char *call, int64_t index);
/* The parameter of that function ("security_path_unlink") is the path of a file's folder. */
bool signature_is_folder(const char *name, int64_t index);
/* The parameter of that function ("sys_mmap", "security_mmap_file") is a set of bits. */
bool signature_is_flags(const char *name, int64_t index);
/* The parameter of that function ("sys_chmod", "security_path_mkdir") is the mode of a file. */
bool signature_is_mode(const char *name, int64_t index);
/* An LSM hook's: "file_open". */
const char *signature_of_lsm(const char *hook);
/* There is such a hook in a kernel that the table was made from. */
bool signature_has_lsm(const char *hook);
/* The hook that may have been meant, static or in @buf; or NULL. */
const char *signature_nearest_lsm(const char *name, char (*buf)[HOOK_NAME_BYTES]);

#endif
