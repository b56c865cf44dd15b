/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings about a hook, at a place in its policy; and whether a filter needs what was found
 * missing.
 */
#include <stdio.h>

#include "lib/use/fit.h"
#include "lib/use/build.h"

/* Bytes of a finding's message, and of its place; longer ones are cut. */
#define MESSAGE_BYTES 512
#define PATH_BYTES    256

struct place_text {
	char path[PATH_BYTES];
	struct diag_place place;
};

static const struct diag_place *spot_place(const struct use_build *build,
					   const struct use_spot *spot,
					   struct place_text *text)
{
	if (spot->path)
		snprintf(text->path, sizeof(text->path), "%s", spot->path);
	else
		snprintf(text->path, sizeof(text->path), "%s%s%s%s%s",
			 build->hook->yaml_path ? build->hook->yaml_path : "",
			 spot->list ? "." : "", spot->list ? spot->list : "",
			 spot->member ? "." : "", spot->member ? spot->member : "");
	text->place = (struct diag_place){
		.file = build->file,
		.line = spot->mark.line,
		.column = spot->mark.column,
		.path = text->path,
	};
	return &text->place;
}

void use_finding(struct use_build *build, const struct use_spot *spot, uint32_t severity,
		 int error, const char *code, const char *hint, const char *format, ...)
{
	struct place_text text;
	const struct diag_place *place = spot_place(build, spot, &text);
	char message[MESSAGE_BYTES];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	if (severity == TETRA_SEVERITY_NOTE)
		diag_note(build->diag, place, code, hint, "%s", message);
	else if (severity == TETRA_SEVERITY_WARNING)
		diag_warning(build->diag, place, code, hint, "%s", message);
	else
		(void)diag_error(build->diag, place, error, code, hint, "%s", message);
	if (!build->error)
		build->error = error;
}

void use_print_list(char (*ret)[USE_LIST_BYTES], const struct policy_hook *hook,
		    uint32_t position)
{
	uint32_t n = hook->n_args - hook->n_data;

	if (position < n)
		snprintf(*ret, sizeof(*ret), "args[%u]", position);
	else
		snprintf(*ret, sizeof(*ret), "data[%u]", position - n);
}

static bool filters_have(const struct policy_filter *filters, uint32_t n, uint32_t arg)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		if (filters[i].arg == arg)
			return true;
	return false;
}

bool use_filters(const struct use_build *build, uint32_t position)
{
	const struct policy_hook *hook = build->hook;
	uint32_t i;

	for (i = 0; i < hook->n_selectors; i++) {
		const struct policy_selector *selector = &hook->selectors[i];

		if (filters_have(selector->args, selector->n_args, position) ||
		    filters_have(selector->return_args, selector->n_return_args,
				 position))
			return true;
	}
	return false;
}

void use_leave_out(struct use_build *build, uint32_t position)
{
	fit_slot(&build->use->args[position], TETRA_ARG_NOP);
	build->use->unsupported |= (uint8_t)(1u << position);
}
