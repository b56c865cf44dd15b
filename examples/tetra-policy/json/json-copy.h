/* SPDX-License-Identifier: Apache-2.0 */
/* JSON that the library made, as a part of a document. */
#ifndef TETRA_POLICY_JSON_COPY_H
#define TETRA_POLICY_JSON_COPY_H

#include "json/json.h"

/* @text NULL, or what is not JSON: null. */
void json_copy(struct json *json, const char *key, const char *text);

#endif
