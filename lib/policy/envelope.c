/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything around the hooks: apiVersion, kind, metadata, options.
 */
#include <ctype.h>

#include <stdio.h>

#include "lib/base/nearest.h"
#include "lib/policy/build.h"
#include "lib/document/number.h"
#include "lib/document/suggest.h"

#define API_VERSION "cilium.io/v1alpha1"

static void name_check(struct report *report, doc_value name)
{
	if (name->n > DOMAIN_MAX_LEN)
		(void)report_error(report, name, "too-long", NULL,
				   "the name has %u characters; %u are allowed", name->n,
				   DOMAIN_MAX_LEN);
	else if (!is_subdomain(name->text) || strlen(name->text) != name->n)
		(void)report_error(
			report, name, "bad-value",
			"use lower case letters, digits, '-' and '.', and begin "
			"and end with a letter or digit",
			"the name " Q " is not a DNS subdomain", name->text);
}

static const char *const kinds[] = { "TracingPolicy", "TracingPolicyNamespaced", NULL };

static bool kind_is(doc_value kind, const char *name)
{
	return kind && str_equal(kind->text, name);
}

static bool is_word(const struct node *node)
{
	return node && node->type == NODE_SCALAR && node->scalar == SCALAR_TEXT;
}

static bool has_own_key(const struct node *root)
{
	static const char *const keys[] = { "apiVersion", "kind", "metadata", "spec",
					    NULL };
	const struct node *child;

	node_for_each(child, root)
	{
		if (nearest_of(child->key->text, keys))
			return true;
	}
	return false;
}

bool envelope_is_foreign(struct report *report, const struct node *root)
{
	const struct node *kind = node_get(root, "kind");
	const struct node *version = node_get(root, "apiVersion");

	if (root->n && !has_own_key(root)) {
		(void)report_missing(report, root, "kind", NULL,
				     "a policy has apiVersion, kind, metadata and spec");
		return true;
	}
	if (!is_word(kind) || nearest_of(kind->text, kinds) || !is_word(version) ||
	    str_equal(version->text, API_VERSION))
		return false;
	(void)report_error(report, kind, "unknown-kind",
			   "a policy has the kind TracingPolicy",
			   "a document of kind " Q " is not a policy", kind->text);
	return true;
}

static int metadata_build(struct build *build, bool namespaced)
{
	const struct doc_metadata *metadata = build->doc->metadata;

	if (!metadata)
		return 0;
	if (namespaced && !metadata->namespace)
		(void)report_missing(build->report, metadata->node, "namespace", NULL,
				     NULL);
	if (metadata->namespace && kind_is(build->doc->kind, "TracingPolicy"))
		report_warning_key(build->report, metadata->namespace, "ignored-field",
				   "remove it; TracingPolicyNamespaced is the kind that "
				   "has one",
				   "a TracingPolicy is not namespaced: it applies to "
				   "the whole machine");
	if (metadata->namespace && namespaced)
		name_check(build->report, metadata->namespace);
	labels_check(build->report, &metadata->labels, true);
	labels_check(build->report, &metadata->annotations, false);
	if (!metadata->name)
		return 0;
	name_check(build->report, metadata->name);
	build->policy->name =
		arena_text(build->arena, metadata->name->text, metadata->name->n);
	build->policy->name_mark = metadata->name->mark;
	return build->policy->name ? 0 : -ENOMEM;
}

static void api_version_check(struct build *build)
{
	doc_value version = build->doc->api_version;

	if (version && !str_equal(version->text, API_VERSION))
		(void)report_error(build->report, version, "bad-enum",
				   "did you mean '" API_VERSION "'?",
				   "unknown apiVersion " Q, version->text);
}

static bool kind_is_namespaced(struct build *build)
{
	doc_value kind = build->doc->kind;
	char hint[128];

	if (!kind || kind_is(kind, kinds[0]))
		return false;
	if (kind_is(kind, kinds[1])) {
		report_unsupported(build->report, kind,
				   "policies of one Kubernetes namespace are not yet "
				   "supported");
		return true;
	}
	(void)report_error(build->report, kind, "unknown-kind",
			   hint_name(&hint, nearest_of(kind->text, kinds)),
			   "unknown kind " Q, kind->text);
	return false;
}

/* These look at the agent's own files and processes, which belong to no namespace. */
static void namespaced_check(struct build *build)
{
	const struct doc_spec *spec = build->doc->spec;
	uint32_t i;

	if (!spec)
		return;
	if (spec->hosts)
		(void)report_error_key(build->report, spec->hosts->node, "not-allowed",
				       NULL,
				       "a TracingPolicyNamespaced has no hostSelector");
	for (i = 0; i < N_SECTIONS; i++)
		if (spec->hooks[i].n && (sections[i].traits & SECTION_IN_USER))
			(void)report_error_key(
				build->report, spec->hooks[i].node, "not-allowed", NULL,
				"a TracingPolicyNamespaced has no %s", sections[i].name);
}

/* The nearest of the words, or all: they are few. */
static void option_hint(const char *text, const char *const *words, char (*ret)[128])
{
	const char *nearest = nearest_of(text, words);
	size_t len;

	(*ret)[0] = '\0';
	if (hint_name(ret, nearest) || !*words)
		return;
	len = (size_t)snprintf(*ret, sizeof(*ret), "it can be");
	for (; *words && len < sizeof(*ret); words++)
		len += (size_t)snprintf(*ret + len, sizeof(*ret) - len, " '%s'", *words);
}

static void option_bad(struct build *build, doc_value value, const char *const *words)
{
	char hint[128];

	option_hint(value->text, words, &hint);
	(void)report_error(build->report, value, "bad-value", hint[0] ? hint : NULL,
			   Q " is not a value of this option", value->text);
}

/* The position of the value among @words; -1, reported, if it is none of them. */
static int option_word(struct build *build, doc_value value, const char *const *words)
{
	int i;

	for (i = 0; words[i]; i++)
		if (str_equal(words[i], value->text))
			return i;
	option_bad(build, value, words);
	return -1;
}

static void option_mode(struct build *build, doc_value value)
{
	static const char *const modes[] = { "enforce", "monitor", NULL };
	int mode = option_word(build, value, modes);

	if (mode >= 0)
		build->policy->mode = TETRA_MODE_ENFORCE + (uint32_t)mode;
}

/* The words of the next three are in the order of their enums, which begin with the default. */
static void option_unreadable(struct build *build, doc_value value)
{
	static const char *const words[] = { "match", "no-match", NULL };

	build->policy->unreadable = (uint8_t)(option_word(build, value, words) + 1);
}

static void option_user_namespaces(struct build *build, doc_value value)
{
	static const char *const words[] = { "distrust", "trust", NULL };

	build->policy->user_namespaces = (uint8_t)(option_word(build, value, words) + 1);
}

static void option_enforcement(struct build *build, doc_value value)
{
	static const char *const words[] = { "strict", "best-effort", NULL };

	build->policy->enforcement = option_word(build, value, words) > 0;
}

/* The library chooses how hooks are attached: valid values change nothing. */
static void option_bool(struct build *build, doc_value value)
{
	static const char *const bools[] = { "true",  "false", "True", "False", "TRUE",
					     "FALSE", "1",     "0",    "t",	"f",
					     "T",     "F",     NULL };

	(void)option_word(build, value, bools);
}

/* An enforcer of security_ functions cannot work by override-return. */
static void option_method(struct build *build, doc_value value)
{
	static const char *const methods[] = { "override-return", "fmod-ret", NULL };
	const struct doc_spec *spec = build->doc->spec;
	const struct doc_values *calls;
	uint32_t i;

	if (option_word(build, value, methods) < 0 || !spec->enforcers.n)
		return;
	if (str_equal(value->text, "fmod-ret"))
		return;
	calls = &spec->enforcers.items[0].calls;
	for (i = 0; i < calls->n; i++) {
		if (!calls->items[i] ||
		    !str_has_prefix(calls->items[i]->text, "security_"))
			continue;
		(void)report_error(build->report, value, "conflict",
				   "did you mean 'fmod-ret'?",
				   "override-return does not work on the enforcer's " Q,
				   calls->items[i]->text);
		return;
	}
}

static void option_size(struct build *build, doc_value value)
{
	uint64_t size;

	if (number_parse_decimal(value->text, &size) < 0 || !size || size > INT32_MAX)
		(void)report_error(build->report, value, "bad-value", NULL,
				   Q " is not a number of entries", value->text);
}

static void (*const option_applies[])(struct build *build, doc_value value) = {
#define X(NAME, name, apply) apply,
	POLICY_OPTIONS(X)
#undef X
};

static void option_unknown(struct build *build, doc_value name)
{
	char hint[128];

	(void)report_error(
		build->report, name, "unknown-option",
		hint_name(&hint, words_nearest(&option_names,
					       report_seek(build->report, name->text))),
		"unknown option " Q, name->text);
}

static void option_build(struct build *build, const struct doc_option *option)
{
	enum policy_option which;

	if (!option->name)
		return;
	which = option_find(option->name->text);
	if (which == POLICY_OPTION_END)
		option_unknown(build, option->name);
	else if (option->value)
		option_applies[which](build, option->value);
	else if (!node_get(option->node, "value"))
		(void)report_missing(build->report, option->node, "value", option->name,
				     NULL);
}

static void options_build(struct build *build)
{
	const struct doc_spec *spec = build->doc->spec;
	uint32_t i, k;

	for (i = 0; i < spec->options.n; i++) {
		option_build(build, &spec->options.items[i]);
		for (k = 0; k < i && spec->options.items[i].name; k++) {
			if (!spec->options.items[k].name ||
			    !node_equal(spec->options.items[k].name,
					spec->options.items[i].name))
				continue;
			(void)report_error(build->report, spec->options.items[i].name,
					   "duplicate-name", NULL,
					   "option " Q " is set twice",
					   spec->options.items[i].name->text);
			break;
		}
	}
}

int envelope_build(struct build *build)
{
	bool namespaced;

	api_version_check(build);
	namespaced = kind_is_namespaced(build);
	if (namespaced)
		namespaced_check(build);
	build->policy->mode = TETRA_MODE_ENFORCE;
	if (build->doc->spec)
		options_build(build);
	return metadata_build(build, namespaced);
}
