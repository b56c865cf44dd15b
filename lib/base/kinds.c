/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/kinds.h"

/* What a reader adds to the rows of its kinds. */
#define X(NAME, number, class, direct)                                                   \
	SLOTS_##NAME = TETRA_SLOTS_##class, DIRECT_##NAME = (direct),
enum { TETRA_READERS(X) };
#undef X

#define X(NAME, number, yaml, can, what, how, class, width, sign, type, json, letters,   \
	  caller)                                                                        \
	[number] = {                                                                     \
		.name = (yaml),                                                          \
		.of = (type),                                                            \
		.key = (json),                                                           \
		.parameters = (letters),                                                 \
		.support = TETRA_KIND_##can,                                             \
		.shape = TETRA_SHAPE_##what,                                             \
		.reader = TETRA_READ_##how,                                              \
		.slots = SLOTS_##how,                                                    \
		.is_direct = DIRECT_##how,                                               \
		.bits = (width),                                                         \
		.is_signed = (sign),                                                     \
		.is_caller_memory = (caller),                                            \
		.classes = TETRA_CLASS_##class,                                          \
	},

const struct kind_row kind_rows[TETRA_ARG_END] = {
	{ .of = "", .key = "", .parameters = "", .slots = TETRA_SLOTS_NONE },
	TETRA_ARG_KINDS(X)
};
#undef X

size_t kind_literal_bytes(uint32_t kind, const char *text, size_t len)
{
	if (kind_row(kind)->shape == TETRA_SHAPE_BYTES)
		return len;
	while (len && !text[len - 1])
		len--;
	return len;
}
