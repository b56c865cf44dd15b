/* SPDX-License-Identifier: Apache-2.0 */
/* Text for people: nothing that was read can command their terminal. */
#ifndef TETRA_POLICY_TEXT_H
#define TETRA_POLICY_TEXT_H

#include <stdio.h>

/* Columns of wrapped text. */
#define TEXT_COLUMNS 80u

/* @text, of any length, with what a terminal could obey written as \xNN. */
void text_print(FILE *out, const char *text);

/* Words of @text in lines of TEXT_COLUMNS that begin with @indent blanks. */
void text_wrap(FILE *out, unsigned int indent, const char *text);

/* "tetra-policy: " and @text, on standard error; no newline. */
void complain_start(const char *text);

/* "tetra-policy: WHAT: WHY", with a newline; @what is made safe. */
void complain(const char *what, const char *why);

/* Whether all that was printed on standard output got out; complains otherwise. */
int text_is_out(void);

#endif
