/* SPDX-License-Identifier: Apache-2.0 */
#include "tetra/common.h"

#define VERSION_TEXT_(number) #number
#define VERSION_TEXT(number)  VERSION_TEXT_(number)

uint32_t tetra_api_level(void)
{
	return TETRA_API_LEVEL;
}

const char *tetra_version(void)
{
	return VERSION_TEXT(TETRA_VERSION_MAJOR) "." VERSION_TEXT(
		TETRA_VERSION_MINOR) "." VERSION_TEXT(TETRA_VERSION_PATCH);
}
