/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values as JSON: texts, and what only names are known of.
 */
#ifndef TETRA_LIB_COMPARE_QUOTE_H
#define TETRA_LIB_COMPARE_QUOTE_H

#include "lib/base/strbuf.h"
#include "lib/space/lists.h"

/* Bytes that are not UTF-8 become the character of that number. */
void quote(struct strbuf *ret, const char *text, size_t len);
/* A number as the axis shows it: signed, or by its name, which is not quoted. */
void quote_number(struct strbuf *ret, const struct axis *axis, uint64_t number);
/* Whether quote_number() gives a name. */
bool quote_has_name(const struct axis *axis, uint64_t number);
/* As text; @bits: of a network, 0 to 128, of IPv4 in IPv6; @bits 128: no "/N". */
void quote_address(struct strbuf *ret, const uint8_t *address, unsigned int bits);
/* "mnt", of enum tetra_namespace; "effective", of enum tetra_capset; "dport". */
const char *quote_namespace(uint32_t ns);
const char *quote_capset(uint32_t set);
const char *quote_part(uint32_t part);

#endif
