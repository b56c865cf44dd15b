/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of this machine's users, as events show them: those of /etc/passwd, as in the
 * reference, and no others. A name service can be slow, can call back into what is watched,
 * and its code would be loaded into the host program. The file is read again when it changed.
 */
#ifndef TETRA_LIB_USERS_H
#define TETRA_LIB_USERS_H

#include "lib/base/base.h"

struct users;

/* @path is borrowed. It need not exist. */
int users_new(struct users **ret, const char *path);
struct users *users_free(struct users *users);

/* The name of a user, borrowed until the next call; NULL if there is none. */
const char *users_find(struct users *users, uint32_t uid);

#endif
