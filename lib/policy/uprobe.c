/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hooks in user space: the places in a file, and what the file has to be.
 */
#include <ctype.h>
#include <stdio.h>

#include "lib/document/number.h"
#include "lib/policy/build.h"

/* A digest's name and the hexadecimal digits that it has; 0: any number. */
struct digest {
	const char *prefix;
	uint32_t digits;
};

static const struct digest digests[] = {
	{ "sha1:", 40 },    { "sha256:", 64 },	{ "sha384:", 96 },
	{ "sha512:", 128 }, { "build-id:", 0 },
};

static void targets_check(struct build_hook *hook)
{
	const struct doc_hook *doc = hook->doc;
	const struct node *child, *first = NULL;

	node_for_each(child, doc->node)
	{
		if (!child->n || (child != doc->symbols.node &&
				  child != doc->offsets.node && child != doc->addrs.node))
			continue;
		if (first)
			(void)report_error_key(
				hook->build->report, child, "conflict", NULL,
				"the probe's place is given by '%s' already",
				first->key->text);
		else
			first = child;
	}
	if (!first)
		(void)report_missing(hook->build->report, doc->node, "symbols", NULL,
				     "name symbols, offsets or addrs");
}

static const struct digest *digest_find(const char *text)
{
	for (size_t i = 0; i < ARRAY_SIZE(digests); i++)
		if (str_has_prefix(text, digests[i].prefix))
			return &digests[i];
	return NULL;
}

static void digest_check(struct build_hook *hook, doc_value value)
{
	const struct digest *digest = digest_find(value->text);
	const char *digits = digest ? value->text + strlen(digest->prefix) : "";
	size_t n = strspn(digits, "0123456789abcdefABCDEF");
	char hint[128];

	if (!digest)
		snprintf(hint, sizeof(hint),
			 "write sha256:HEX; also sha1, sha384, sha512, build-id");
	else if (digest->digits)
		snprintf(hint, sizeof(hint), "%s has %u hexadecimal digits after it",
			 digest->prefix, digest->digits);
	else
		snprintf(hint, sizeof(hint), "write %sHEX, two digits a byte",
			 digest->prefix);
	if (!digest || !n || n % 2 || n != value->n - strlen(digest->prefix) ||
	    (digest->digits && n != digest->digits))
		(void)report_error(hook->build->report, value, "bad-value", hint,
				   Q " is not a digest", value->text);
}

/* SYMBOL or SYMBOL+OFFSET. Names of other languages have nearly any character. */
static void symbol_check(struct build_hook *hook, doc_value value)
{
	const char *text = value->text, *plus = strrchr(text, '+');
	size_t n = strlen(text), blank = strcspn(text, " \t\n\r");
	struct number number;

	if (!n || n != value->n)
		(void)report_error(hook->build->report, value, "bad-value", NULL,
				   "a symbol must not be empty");
	else if (!blank || isspace((unsigned char)text[n - 1]))
		(void)report_error(hook->build->report, value, "unknown-symbol",
				   "leave the blanks out",
				   Q " is not the name of a symbol", text);
	else if (plus &&
		 (plus == text || number_parse(plus + 1, &number) < 0 || number.negative))
		(void)report_error(hook->build->report, value, "bad-value",
				   "write SYMBOL+OFFSET with a number, such as main+0x10",
				   Q " is not a symbol with an offset", text);
}

/* The file is opened where the policy is loaded, which is rarely beside it. */
static void path_check(struct build_hook *hook)
{
	doc_value path = hook->doc->path;

	if (path && path->n && path->text[0] != '/')
		report_warning(hook->build->report, path, "unknown-symbol",
			       "write the whole path, from '/' on",
			       Q " is looked for in the folder that the loader runs in",
			       path->text);
}

void uprobe_check(struct build_hook *hook)
{
	const struct doc_hook *doc = hook->doc;
	uint32_t places = doc->symbols.n + doc->offsets.n + doc->addrs.n, i;

	targets_check(hook);
	path_check(hook);
	for (i = 0; i < doc->symbols.n; i++)
		if (doc->symbols.items[i])
			symbol_check(hook, doc->symbols.items[i]);
	for (i = 0; i < doc->digests.n; i++)
		if (doc->digests.items[i])
			digest_check(hook, doc->digests.items[i]);
	if (doc->ref_counts.n && places && doc->ref_counts.n != places)
		(void)report_error_key(hook->build->report, doc->ref_counts.node,
				       "bad-value", NULL, "%u offsets for %u places",
				       doc->ref_counts.n, places);
}
