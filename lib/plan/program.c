/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/plan/plan.h"

static const struct {
	const char *name;
	enum plan_words words;
	enum plan_aim aim;
} rows[] = {
#define X(NAME, text, words, at)                                                         \
	[PLAN_##NAME] = { text, PLAN_WORDS_##words, PLAN_AT_##at },
	PLAN_PROGRAMS(X)
#undef X
};

const char *plan_program_name(uint32_t program)
{
	return program < ARRAY_SIZE(rows) ? rows[program].name : "?";
}

enum plan_words plan_program_words(uint32_t program)
{
	return program < ARRAY_SIZE(rows) ? rows[program].words : PLAN_WORDS_PLAIN;
}

enum plan_aim plan_program_aim(uint32_t program)
{
	return program < ARRAY_SIZE(rows) ? rows[program].aim : PLAN_AT_FUNCTION;
}
