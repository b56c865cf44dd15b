/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings about a hook, at a place in its policy; and whether a filter needs what was found
 * missing.
 */
#include <stdio.h>

#include "lib/plan/hook-rules.h"
#include "lib/plan/use.h"

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

void use_error(struct use_build *build, const struct use_spot *spot, int error,
	       const char *code, const char *hint, const char *format, ...)
{
	char message[MESSAGE_BYTES];
	struct place_text text;
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	(void)diag_error(build->diag, spot_place(build, spot, &text), error, code, hint,
			 "%s", message);
	if (!build->error)
		build->error = error;
}

void use_warning(struct use_build *build, const struct use_spot *spot, const char *code,
		 const char *hint, const char *format, ...)
{
	char message[MESSAGE_BYTES];
	struct place_text text;
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	diag_warning(build->diag, spot_place(build, spot, &text), code, hint, "%s",
		     message);
}

void use_note(struct use_build *build, const struct use_spot *spot, const char *code,
	      const char *hint, const char *format, ...)
{
	char message[MESSAGE_BYTES];
	struct place_text text;
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	diag_note(build->diag, spot_place(build, spot, &text), code, hint, "%s", message);
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

int group_error(struct tetra_diag *diag, const struct ruleset_group *group,
		struct mark mark, int error, const char *format, ...)
{
	struct diag_place place = {
		.file = group->file,
		.line = mark.line,
		.column = mark.column,
		.path = group->hook->yaml_path,
	};
	char message[MESSAGE_BYTES];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	return diag_error(diag, &place, error,
			  error == -E2BIG ? "resource-limit" : "not-supported", NULL,
			  "%s", message);
}
