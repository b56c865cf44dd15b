/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/opts.h"

static size_t size_of(const void *given)
{
	size_t size;

	memcpy(&size, given, sizeof(size));
	return size;
}

bool opts_can_fill(const void *ret)
{
	return ret && size_of(ret) >= sizeof(size_t);
}

int opts_fill(void *ret, const void *full, size_t bytes)
{
	size_t size;

	if (!opts_can_fill(ret))
		return -EINVAL;
	size = MIN(size_of(ret), bytes);
	memcpy(ret, full, size);
	memcpy(ret, &size, sizeof(size));
	return 0;
}
