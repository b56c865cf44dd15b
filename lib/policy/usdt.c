/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Probes that programs have put into their own code: a provider and a name.
 */
#include "lib/policy/build.h"

/* Names in notes end with a NUL; the provider ends at the first slash of the whole name. */
static void provider_check(struct build_hook *hook)
{
	doc_value provider = hook->doc->provider;

	if (provider && strchr(provider->text, '/'))
		(void)report_error(hook->build->report, provider, "bad-value",
				   "write the part before it as 'provider', the part "
				   "after it as 'name'",
				   Q " is not the name of a provider", provider->text);
}

void usdt_check(struct build_hook *hook)
{
	user_path_check(hook);
	provider_check(hook);
}

int usdt_name(struct build_hook *hook)
{
	const struct doc_hook *doc = hook->doc;
	struct policy_hook *ret = hook->hook;
	const char *provider = doc->provider ? doc->provider->text : "";
	const char *name = doc->name ? doc->name->text : "";

	ret->provider = arena_text(hook->build->arena, provider, strlen(provider));
	ret->name = arena_format(hook->build->arena, "%s/%s", provider, name);
	return ret->provider && ret->name ? 0 : -ENOMEM;
}
