/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/document/section.h"

#define X(NAME, number, key, schema, supported, kind, traits, what)                      \
	[number] = { key, SECTION_##NAME, supported, kind, traits, what },
const struct section_row sections[N_SECTIONS] = { POLICY_SECTIONS(X) };
#undef X
