/* SPDX-License-Identifier: Apache-2.0 */
/* What is reported about the name of a hook point. */
#include <stdio.h>

#include "lib/use/build.h"

struct use_spot use_name_spot(const struct use_build *build)
{
	return (struct use_spot){ .mark = build->hook->name_mark,
				  .member = build->member,
				  .path = build->hook->name_path };
}

/*
 * Reports that the hook point does not exist, as a mere note if the policy allows that. The caller
 * then skips the hook.
 */
void use_unknown(struct use_build *build, const char *hint, const char *what)
{
	struct use_spot spot = use_name_spot(build);
	const char *name = build->hook->name;

	if (!build->hook->call_not_found_ok) {
		use_error(build, &spot, -ENOENT, "unknown-symbol", hint, "%s '%s'", what,
			  name);
		return;
	}
	use_note(build, &spot, "unknown-symbol", hint,
		 "%s '%s': the hook is left out, as the policy allows", what, name);
	build->error = -ENOENT;
}

/* The lookup itself failed. */
void use_failed(struct use_build *build, int error)
{
	const char *reason = kernel_feature_reason(build->kernel, KERNEL_BTF);
	struct use_spot spot = use_name_spot(build);

	use_error(build, &spot, error, "no-kernel-facts", reason,
		  "cannot look up '%s' on this kernel", build->hook->name);
}

/* "did you mean 'x'?"; NULL without a name to suggest. */
const char *use_meant(char (*buf)[USE_HINT_BYTES], const char *name)
{
	if (!name || !*name)
		return NULL;
	snprintf(*buf, sizeof(*buf), "did you mean '%s'?", name);
	return *buf;
}

int use_set_point(struct use_build *build, const char *subsystem, const char *symbol)
{
	struct plan_point *point = &build->use->point;

	if (strlen(subsystem) >= sizeof(point->subsystem) ||
	    strlen(symbol) >= sizeof(point->symbol))
		return -E2BIG;
	snprintf(point->subsystem, sizeof(point->subsystem), "%s", subsystem);
	snprintf(point->symbol, sizeof(point->symbol), "%s", symbol);
	return 0;
}
