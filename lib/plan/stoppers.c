/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/plan/stoppers.h"

#include <stdio.h>

#include "lib/linux/acts.h"

/* "sys_write" of "__x64_sys_write" and of "sys_enter_write", or the symbol itself. */
static void way_name(const struct plan_use *use, char *buf, size_t size)
{
	const char *at = strstr(use->point.symbol, "_sys_");

	if (use->point.kind == PLAN_POINT_TRACEPOINT &&
	    str_has_prefix(use->point.symbol, "sys_enter_"))
		snprintf(buf, size, "sys_%s", use->point.symbol + strlen("sys_enter_"));
	else if (use->point.kind == PLAN_POINT_SYSCALL && at)
		snprintf(buf, size, "%s", at + 1);
	else
		snprintf(buf, size, "%s", use->point.symbol);
}

static bool kernel_has_hook(void *user, const char *name)
{
	struct kernel_function function;

	return kernel_find_function(user, name, &function) == 0;
}

bool stopper_find(struct tetra_kernel *kernel, const struct plan_use *use,
		  struct strbuf *ret)
{
	char name[sizeof(use->point.symbol)];
	const struct way_row *way;
	size_t before = ret->len;

	way_name(use, name, sizeof(name));
	way = way_find(name);
	/* The hook itself cannot, or this would not be asked. */
	if (way && !str_has_prefix(name, "security_"))
		act_describe(way->act, kernel_has_hook, kernel, ret);
	else if (str_has_prefix(name, "security_bprm_committ"))
		act_describe(ACT_EXEC, kernel_has_hook, kernel, ret);
	return ret->len > before;
}
