/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sets of texts, as filters describe them: equal to, beginning with, ending in or containing
 * one of several literals, or none of them.
 */
#ifndef TETRA_LIB_LINT_TEXT_H
#define TETRA_LIB_LINT_TEXT_H

#include "lib/base/arena.h"

enum lint_text_kind {
	LINT_TEXT_EQUAL,
	LINT_TEXT_PREFIX,
	LINT_TEXT_POSTFIX,
	LINT_TEXT_PART,
	LINT_TEXT_PART_NOCASE,
};

struct lint_literal {
	const char *text;
	uint32_t n;
};

struct lint_texts {
	enum lint_text_kind kind;
	bool negated;
	const struct lint_literal *items;
	uint32_t n;
};

/*
 * 1 if it is certain that no text is in all of the sets, else 0; -ENOMEM. @paths: texts
 * begin with '/'.
 */
int lint_texts_exclude(struct arena *arena, const struct lint_texts *sets, uint32_t n,
		       bool paths);

#endif
