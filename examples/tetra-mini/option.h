/* SPDX-License-Identifier: Apache-2.0 */
/* The options of tetra-mini, a row each: the command line and the help are made from it. */
#ifndef TETRA_MINI_OPTION_H
#define TETRA_MINI_OPTION_H

#include "common/option.h"

extern const struct option_row option_rows[];

#endif
