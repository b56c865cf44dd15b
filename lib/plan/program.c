/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/plan/plan.h"

const char *plan_program_name(uint32_t program)
{
	static const char *const names[] = {
#define X(NAME, text) [PLAN_##NAME] = text,
		PLAN_PROGRAMS(X)
#undef X
	};

	return program < ARRAY_SIZE(names) ? names[program] : "?";
}
