/* SPDX-License-Identifier: Apache-2.0 */
#include <tetra/tetra.h>

#include "check/check.h"

const char *check_severity(uint32_t severity)
{
	switch (severity) {
	case TETRA_SEVERITY_ERROR:
		return "error";
	case TETRA_SEVERITY_WARNING:
		return "warning";
	default:
		return "note";
	}
}
