/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Credentials in JSON: of processes, and of arguments.
 */
#ifndef TETRA_LIB_JSON_CRED_H
#define TETRA_LIB_JSON_CRED_H

#include "bpf/abi/kinds.h"
#include "bpf/abi/record.h"
#include "lib/process/writer.h"

/* The inside of an object, without braces: "uid":0,"gid":0, ... and securebits, if any. */
void json_cred_ids(struct writer *writer, const struct tetra_record_cred *cred);

/* {"permitted":["CAP_CHOWN"], ...}: sets that are not empty. */
void json_cred_caps(struct writer *writer, const struct tetra_record_cred *cred);

#endif
