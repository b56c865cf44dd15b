/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TETRA_LIB_HOOK_ORDER_H
#define TETRA_LIB_HOOK_ORDER_H

#include "lib/image/hook-rules.h"

/*
 * Numbers the collected rules of a hook with more than 64 of them anew, so that rules that look
 * at the same things share words. Before anything is made of the columns. 0 or -ENOMEM.
 */
int hook_rules_order(struct hook_rules *rules);

#endif
