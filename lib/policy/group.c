/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parts of a policy that hooks refer to, or that say where it applies: lists, macros,
 * enforcers, label selectors. Only lists are supported; the errors of the others are still
 * reported.
 */
#include "lib/policy/build.h"

/* What an enforcer can stop: a system call or a security_ function. */
static void enforcer_check(struct build *build, const struct doc_enforcer *enforcer)
{
	doc_value call;
	uint32_t i;

	for (i = 0; i < enforcer->calls.n; i++) {
		call = enforcer->calls.items[i];
		if (!call || list_reference(build, call) || is_syscall_name(call->text) ||
		    str_has_prefix(call->text, "security_"))
			continue;
		(void)report_error(build->report, call, "bad-value",
				   "write sys_NAME, security_NAME or list:NAME",
				   "an enforcer cannot stop " Q, call->text);
	}
}

void groups_check(struct build *build)
{
	const struct doc_spec *spec = build->doc->spec;
	uint32_t i;

	lists_check(build);
	build->report->quiet++;
	for (i = 0; i < spec->macros.n; i++)
		if (spec->macros.items[i].node)
			selector_check_macro(build, &spec->macros.items[i]);
	for (i = 0; i < spec->enforcers.n; i++)
		if (spec->enforcers.items[i].node)
			enforcer_check(build, &spec->enforcers.items[i]);
	label_selector_check(build, spec->pods, LABEL_OF_POD);
	label_selector_check(build, spec->containers, LABEL_OF_CONTAINER);
	label_selector_check(build, spec->nodes, LABEL_OF_NODE);
	host_selector_check(build, spec->hosts);
	build->report->quiet--;
}
