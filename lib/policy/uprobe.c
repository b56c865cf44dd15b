/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hooks in user space: the places in a file, and what the file has to be.
 */
#include <ctype.h>
#include <inttypes.h>
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

/* The kernel keeps the offset in 32 bits, and needs both bytes of the counter in one page. */
static void counter_check(struct build_hook *hook, doc_value value)
{
	if (value->number % 2)
		(void)report_error(hook->build->report, value, "bad-value", NULL,
				   "a counter has two bytes, and begins at an even "
				   "offset");
	if (value->number > UINT32_MAX)
		(void)report_error(
			hook->build->report, value, "out-of-range", NULL,
			"the kernel accepts counters only in a file's first 4 GiB");
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
	else if (plus && (plus == text || strchr(plus, '_') ||
			  number_parse(plus + 1, &number) < 0 || number.negative))
		(void)report_error(
			hook->build->report, value, "bad-value",
			"write SYMBOL+OFFSET with a number, such as main+0x10; a "
			"symbol that itself contains '+' must be followed by +0",
			Q " is not a symbol with an offset", text);
}

/* The file is opened where the policy is loaded, which is rarely beside it. */
void user_path_check(struct build_hook *hook)
{
	doc_value path = hook->doc->path;

	if (path && path->n && path->text[0] != '/')
		report_warning(hook->build->report, path, "unknown-symbol",
			       "write the whole path, from '/' on",
			       Q " is looked for in the folder that the loader runs in",
			       path->text);
}

uint32_t uprobe_count(const struct doc_hook *doc)
{
	return doc->symbols.n + doc->offsets.n + doc->addrs.n;
}

/* The symbol's bytes, and the number after its '+', both checked before. */
static void symbol_read(doc_value value, struct policy_place *ret)
{
	const char *plus = strrchr(value->text, '+');
	struct number number;

	*ret = (struct policy_place){ .kind = POLICY_AT_SYMBOL,
				      .symbol_len = (uint32_t)value->n };
	if (!plus || plus == value->text || number_parse(plus + 1, &number) < 0)
		return;
	ret->symbol_len = (uint32_t)(plus - value->text);
	ret->at = number.magnitude;
}

/* NAME is for messages, events and comparisons; it differs if the place does. */
static char *place_name(struct build *build, doc_value value,
			const struct policy_place *place)
{
	switch (place->kind) {
	case POLICY_AT_OFFSET:
		return arena_format(build->arena, "offset 0x%" PRIx64, place->at);
	case POLICY_AT_ADDRESS:
		return arena_format(build->arena, "address 0x%" PRIx64, place->at);
	default:
		return arena_text(build->arena, value->text, value->n);
	}
}

/* The same place of one file, as far as the policy says: "f" is "f+0". */
static bool place_is_same(const struct policy_hook *hook, const char *name,
			  const struct policy_place *place)
{
	return hook->place.kind == place->kind && hook->place.at == place->at &&
	       hook->place.symbol_len == place->symbol_len &&
	       (place->kind != POLICY_AT_SYMBOL ||
		!strncmp(hook->name, name, place->symbol_len));
}

/* A uprobe and what it becomes: .n hooks so far, of the places before .at. */
struct spread {
	struct build *build;
	const struct doc_hook *doc;
	const struct policy_hook *first;
	struct policy_hook *hooks;
	uint32_t n, at;
};

static const struct policy_hook *find_taken(const struct spread *spread, const char *name,
					    const struct policy_place *place)
{
	for (uint32_t i = 0; i < spread->n; i++)
		if (place_is_same(&spread->hooks[i], name, place))
			return &spread->hooks[i];
	return NULL;
}

/* In an earlier hook of the policy. */
static const struct policy_hook *find_earlier(const struct spread *spread,
					      const char *name,
					      const struct policy_place *place)
{
	const struct tetra_policy *policy = spread->build->policy;

	for (uint32_t i = 0; i < policy->n_hooks; i++) {
		const struct policy_hook *hook = &policy->hooks[i];

		if (hook->kind == POLICY_UPROBE && place_is_same(hook, name, place) &&
		    str_equal(hook->subsystem, spread->first->subsystem))
			return hook;
	}
	return NULL;
}

/* The kernel has one counter for a probed place, or none. */
static void counters_compare(const struct spread *spread, doc_value value,
			     const struct policy_hook *other, uint64_t counter)
{
	if (other && other->place.counter != counter)
		(void)report_error(spread->build->report, value, "conflict",
				   "write the same counter at both, or one of them only",
				   "this policy has the place '%s' already, with another "
				   "counter or without one",
				   value->text);
}

static int place_add(struct spread *spread, doc_value value, struct policy_place place)
{
	const struct doc_values *counters = &spread->doc->ref_counts;
	struct policy_hook *hook = &spread->hooks[spread->n];
	const struct policy_hook *taken;
	char *name = place_name(spread->build, value, &place);

	if (spread->at < counters->n && counters->items[spread->at])
		place.counter = (uint64_t)counters->items[spread->at]->number;
	spread->at++;
	if (!name)
		return -ENOMEM;
	taken = find_taken(spread, name, &place);
	counters_compare(spread, value,
			 taken ? taken : find_earlier(spread, name, &place),
			 place.counter);
	if (taken)
		return 0;
	*hook = *spread->first;
	hook->place = place;
	hook->name = name;
	hook->name_mark = value->mark;
	hook->name_path = node_path_text(spread->build->arena, value);
	spread->n++;
	return hook->name_path ? 0 : -ENOMEM;
}

static int numbers_add(struct spread *spread, const struct doc_values *values,
		       enum policy_place_kind kind)
{
	uint32_t i;
	int r = 0;

	for (i = 0; i < values->n && r >= 0; i++)
		if (values->items[i])
			r = place_add(spread, values->items[i],
				      (struct policy_place){
					      .kind = kind,
					      .at = (uint64_t)values->items[i]->number });
	return r;
}

int uprobe_spread(struct build *build, const struct doc_hook *doc,
		  const struct policy_hook *first)
{
	struct tetra_policy *policy = build->policy;
	struct spread spread = { .build = build,
				 .doc = doc,
				 .first = first,
				 .hooks = &policy->hooks[policy->n_hooks] };
	struct policy_place place;
	uint32_t i;
	int r = 0;

	for (i = 0; i < doc->symbols.n && r >= 0; i++) {
		if (!doc->symbols.items[i])
			continue;
		symbol_read(doc->symbols.items[i], &place);
		r = place_add(&spread, doc->symbols.items[i], place);
	}
	if (r >= 0)
		r = numbers_add(&spread, &doc->offsets, POLICY_AT_OFFSET);
	if (r >= 0)
		r = numbers_add(&spread, &doc->addrs, POLICY_AT_ADDRESS);
	policy->n_hooks += spread.n;
	return r;
}

void uprobe_check(struct build_hook *hook)
{
	const struct doc_hook *doc = hook->doc;
	uint32_t places = doc->symbols.n + doc->offsets.n + doc->addrs.n, i;

	targets_check(hook);
	user_path_check(hook);
	for (i = 0; i < doc->symbols.n; i++)
		if (doc->symbols.items[i])
			symbol_check(hook, doc->symbols.items[i]);
	for (i = 0; i < doc->digests.n; i++)
		if (doc->digests.items[i])
			digest_check(hook, doc->digests.items[i]);
	for (i = 0; i < doc->ref_counts.n; i++)
		if (doc->ref_counts.items[i])
			counter_check(hook, doc->ref_counts.items[i]);
	if (doc->ref_counts.n && places && doc->ref_counts.n != places)
		(void)report_error_key(
			hook->build->report, doc->ref_counts.node, "bad-value", NULL,
			"the number of offsets (%u) is not that of the places (%u)",
			doc->ref_counts.n, places);
}
