/* SPDX-License-Identifier: Apache-2.0 */
/* tetra-mini --check: reads policies and tells every finding. No kernel, no privilege. */
#ifndef TETRA_MINI_CHECK_H
#define TETRA_MINI_CHECK_H

struct config;

/* Return: the exit status: 1 if some policy would be refused. */
int check_run(const struct config *config);

#endif
