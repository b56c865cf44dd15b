/* SPDX-License-Identifier: Apache-2.0 */
/* Container ids as events show them; the rule is lib/kernel's. */
#include "lib/process/process.h"
#include "lib/host/cgroup.h"

_Static_assert(CGROUP_CONTAINER_BYTES == 32, "what events show");
_Static_assert(CGROUP_KERNEL_NAME == TETRA_CGROUP_NAME_MAX - 1, "what records hold");

void process_container_id(const char *leaf, char ret[32])
{
	if (!cgroup_container_of_name(ret, leaf))
		ret[0] = '\0';
}

void process_container_id_from_proc(const char *text, char ret[32])
{
	if (!cgroup_container_of_proc(ret, text))
		ret[0] = '\0';
}
