/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The relations between a value and a literal (TETRA_RELATIONS), twice, to be compared by tests:
 * whether one holds, and the set of all values that it holds for.
 */
#ifndef TETRA_LIB_RELATION_H
#define TETRA_LIB_RELATION_H

#include "lib/judge/set.h"
#include "lib/policy/policy.h"

enum judged_form {
	JUDGED_NOTHING,
	JUDGED_NUMBER,
	JUDGED_ADDRESS,
	JUDGED_BYTES,
	JUDGED_END
};

/* One thing that is compared: a number, an address or bytes. */
struct judged {
	enum judged_form form;
	bool is_signed;
	uint64_t number;
	uint16_t family;
	const uint8_t *address;
	struct bytes {
		const char *text;
		size_t len;
	} bytes;
};

/* Whether it compares things of that form; it holds for no others. */
bool relation_compares(uint32_t relation, enum judged_form form);
bool relation_holds(uint32_t relation, const struct policy_value *value,
		    const struct judged *judged);

struct relation_values {
	const struct policy_value *items;
	uint32_t n;
	bool is_signed;
};

/*
 * What relates to one of the values, among all things of that form; nothing is written if the
 * relation does not compare them.
 */
int relation_accepts(const struct set_space *space, uint32_t relation,
		     enum judged_form form, const struct relation_values *values,
		     const struct set **ret);

#endif
