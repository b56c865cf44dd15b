/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/simulate/read.h"

#include <stdio.h>

#include "lib/base/nearest.h"
#include "lib/document/number.h"

static const char *kind_of(const struct node *node)
{
	static const char *const scalars[] = {
		[SCALAR_TEXT] = "a text",	 [SCALAR_NULL] = "nothing",
		[SCALAR_BOOL] = "a truth value", [SCALAR_INT] = "a number",
		[SCALAR_FLOAT] = "a fraction",	 [SCALAR_MISTAGGED] = "mistagged",
	};

	if (node->type == NODE_MAPPING)
		return "a mapping";
	return node->type == NODE_SEQUENCE ? "a list" : scalars[node->scalar];
}

int read_mistyped(struct reader *reader, const struct node *node, const char *wanted)
{
	const char *hint = node->type == NODE_SCALAR && node->scalar == SCALAR_BOOL
				   ? "quote it if it is a text"
				   : NULL;

	return report_error(reader->report, node, "wrong-type", hint,
			    "this must be %s; it is %s", wanted, kind_of(node));
}

bool read_is_null(const struct node *node)
{
	return node->type == NODE_SCALAR && node->scalar == SCALAR_NULL && node->plain;
}

static int key_unknown(struct reader *reader, const struct node *node, const char *what,
		       const struct read_key *keys)
{
	struct nearest nearest;
	char hint[128];

	nearest_init(&nearest, report_seek(reader->report, node->key->text));
	for (; keys->name; keys++)
		nearest_offer(&nearest, keys->name);
	return report_error_key(reader->report, node, "unknown-field",
				hint_name(&hint, nearest.best), "%s has no key " Q, what,
				node->key->text);
}

/* What a reader reported is counted; only what ends the reading is returned. */
static int read_key(struct reader *reader, const struct node *node, const char *what,
		    const struct read_key *keys)
{
	const struct read_key *key = keys;
	int r = 0;

	while (key->name && !str_equal(key->name, node->key->text))
		key++;
	if (!key->name)
		(void)key_unknown(reader, node, what, keys);
	else if (!read_is_null(node) || str_equal(key->name, "parent"))
		r = key->read(reader, node);
	return r == -EINVAL ? 0 : r;
}

int read_mapping(struct reader *reader, const struct node *node, const char *what,
		 const struct read_key *keys)
{
	const struct node *child;
	int r = 0;

	if (node->type != NODE_MAPPING)
		return read_mistyped(reader, node, "a mapping");
	node_for_each(child, node)
	{
		r = read_key(reader, child, what, keys);
		if (r < 0)
			break;
	}
	return r;
}

const char *read_text(struct reader *reader, const struct node *node)
{
	if (node->type == NODE_SCALAR && (node->scalar == SCALAR_TEXT || !node->plain) &&
	    node->scalar != SCALAR_MISTAGGED)
		return node->text;
	(void)read_mistyped(reader, node, "a text");
	return NULL;
}

int read_number(struct reader *reader, const struct node *node, uint64_t max,
		uint64_t *ret)
{
	struct number number;

	if (node->type != NODE_SCALAR || node->scalar != SCALAR_INT ||
	    number_parse(node->text, &number) < 0)
		return read_mistyped(reader, node, "a number");
	if (number.magnitude > (number.negative ? max / 2 + 1 : max) ||
	    (number.negative && max != UINT64_MAX))
		return report_error(reader->report, node, "out-of-range", NULL,
				    "this number is out of range");
	*ret = number.negative ? -number.magnitude : number.magnitude;
	return 0;
}

int read_named(struct reader *reader, const struct node *node, const struct names *names,
	       const char *prefix, uint64_t max, uint64_t *ret)
{
	char name[64], hint[128];
	const char *text;
	uint32_t number;

	if (node->type == NODE_SCALAR && node->scalar == SCALAR_INT)
		return read_number(reader, node, max, ret);
	text = read_text(reader, node);
	if (!text)
		return -EINVAL;
	snprintf(name, sizeof(name), "%s%.40s", prefix, text);
	if (names_number(names, text, &number) < 0 &&
	    names_number(names, name, &number) < 0)
		return report_error(
			reader->report, node, "bad-enum",
			hint_name(&hint, names_nearest(names, report_seek(reader->report,
									  text))),
			"unknown name " Q, text);
	*ret = number;
	return 0;
}

int read_truth(struct reader *reader, const struct node *node)
{
	if (node->type != NODE_SCALAR || node->scalar != SCALAR_BOOL || !node->plain)
		return read_mistyped(reader, node, "true");
	return strchr("yYtT", node->text[0]) || strcasecmp(node->text, "on") == 0;
}
