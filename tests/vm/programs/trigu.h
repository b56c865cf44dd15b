/* SPDX-License-Identifier: Apache-2.0 */
/* trigu-probe.c */
#ifndef TESTS_TRIGU_H
#define TESTS_TRIGU_H

/* What an act with a probe returns; -2: unknown act. */
int probe_act(const char *name, long a, long b, const char *word);

#endif
