/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/image/hook-rules.h"

#include <stdio.h>

/* Bytes of a finding's message; longer ones are cut. */
#define MESSAGE_BYTES 512

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
