/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/linux/security.h"

#include <stdlib.h>
#include <string.h>

#include "lib/linux/signatures.h"

/* Without "security_"; those that do not call a hook of that name. From the kernels' symbols. */
static const char *const others[] = {
	"add_hooks",
	"add_mnt_opt",
	"bounded_transition",
	"change_sid",
	"compute_av",
	"compute_av_user",
	"compute_sid",
	"compute_xperms_decision",
	"context_str_to_sid",
	"context_to_sid",
	"context_to_sid_core",
	"context_to_sid_default",
	"context_to_sid_force",
	"fs_use",
	"genfs_sid",
	"get_allow_unknown",
	"get_bool_value",
	"get_reject_unknown",
	"get_user_sids",
	"ib_endport_sid",
	"ib_pkey_sid",
	"initcall_core",
	"initcall_device",
	"initcall_early",
	"initcall_fs",
	"initcall_late",
	"initcall_pure",
	"initcall_subsys",
	"load_policy",
	"member_sid",
	"mls_enabled",
	"net_peersid_resolve",
	"netif_sid",
	"netlbl_secattr_to_sid",
	"netlbl_sid_to_secattr",
	"node_sid",
	"policycap_supported",
	"port_sid",
	"read_policy",
	"read_state_kernel",
	"set_bools",
	"sid_mls_copy",
	"sid_to_context",
	"sid_to_context_core",
	"sid_to_context_force",
	"sid_to_context_inval",
	"sidtab_hash_stats",
	"task_getsecid_subj",
	"transition_sid",
	"transition_sid_user",
	"validate_transition",
	"validate_transition_user",
};

static int compare(const void *key, const void *element)
{
	return strcmp(key, *(const char *const *)element);
}

bool security_is_function(const char *name)
{
	char hook[HOOK_NAME_BYTES];

	if (!is_security_function(name))
		return false;
	return signature_has_lsm(function_hook(name, &hook)) ||
	       bsearch(name + strlen("security_"), others, ARRAY_SIZE(others),
		       sizeof(*others), compare);
}

const char *security_nearest(const char *name, char (*buf)[HOOK_NAME_BYTES])
{
	char hook[HOOK_NAME_BYTES];
	const char *near = signature_nearest_lsm(function_hook(name, &hook), &hook);

	return near ? hook_function(near, buf) : NULL;
}
