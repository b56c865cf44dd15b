/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One event of a box: a value for each axis, as people know them where it can be. It is worth
 * something only after the evaluator, which knows nothing of boxes, has judged it.
 */
#ifndef TETRA_LIB_COMPARE_WITNESS_H
#define TETRA_LIB_COMPARE_WITNESS_H

#include "lib/space/walk.h"

struct witness {
	struct set_word words[MAX_AXES]; /* by axis */
};

/* -ENOENT: the box has no event that can be; -E2BIG: none was found in time. */
int witness_find(const struct lists *lists, const struct boxes *boxes,
		 const struct box *box, struct witness *ret);

/* What the evaluator says that each side does. */
int witness_judge(const struct lists *lists, const struct witness *witness,
		  struct effect ret[SIDES]);

/* As JSON, one line; @group: whose positions its arguments have. */
int witness_text(const struct lists *lists, const struct witness *witness, uint32_t group,
		 struct strbuf *ret);

/* word.c: what a word says of an argument; its other parts stay as they are. */
void word_to_arg(const struct axis *axis, struct set_word word, struct eval_arg *ret);
uint8_t word_tag(struct set_word word);
uint64_t word_value(struct set_word word);

#endif
