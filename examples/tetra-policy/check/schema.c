/* SPDX-License-Identifier: Apache-2.0 */
/* tetra-policy schema: the language as a JSON Schema. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "common/guard.h"
#include "options.h"
#include "text.h"

int schema_run(const struct command *command, int argc, char **argv)
{
	_cleanup_(freep) char *text = NULL;
	int first = options_read(command, argc, argv, NULL), n;

	if (first <= 0)
		return first < 0 ? STATUS_BROKEN : STATUS_GOOD;
	if (first < argc)
		return options_refuse(command, "takes no operand");
	n = tetra_policy_schema(NULL, 0);
	text = n < 0 ? NULL : malloc((size_t)n + 1);
	if (text)
		n = tetra_policy_schema(text, (size_t)n + 1);
	if (!text || n < 0) {
		complain("schema", "out of memory");
		return STATUS_BROKEN;
	}
	fputs(text, stdout);
	return STATUS_GOOD;
}
