/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/match.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suite/report.h"

/* A value of an event, or a text. */
struct subject {
	const char *text; /* NULL: not a scalar, or not there */
	yajl_val value;	  /* NULL: a text, or not there */
};

struct matcher {
	const char *name;
	int (*matches)(const struct node *wanted, const struct subject *subject);
	const char *words; /* for messages */
};

static int matches(const struct node *wanted, const struct subject *subject);

static int is_prefix(const struct node *wanted, const struct subject *subject)
{
	return subject->text && strncmp(subject->text, wanted->text, wanted->n) == 0;
}

static int is_suffix(const struct node *wanted, const struct subject *subject)
{
	size_t n = subject->text ? strlen(subject->text) : 0;

	return subject->text && n >= wanted->n &&
	       strcmp(subject->text + n - wanted->n, wanted->text) == 0;
}

static int contains(const struct node *wanted, const struct subject *subject)
{
	return subject->text && strstr(subject->text, wanted->text);
}

static int is_regex(const struct node *wanted, const struct subject *subject)
{
	regex_t regex;
	int found;

	if (!subject->text ||
	    regcomp(&regex, wanted->text, REG_EXTENDED | REG_NOSUB) != 0)
		return 0;
	found = regexec(&regex, subject->text, 0, NULL, 0) == 0;
	regfree(&regex);
	return found;
}

static int is_not(const struct node *wanted, const struct subject *subject)
{
	return !matches(wanted, subject);
}

static int is_any(const struct node *wanted, const struct subject *subject)
{
	size_t i;

	for (i = 0; i < node_count(wanted); i++)
		if (matches(node_item(wanted, i), subject))
			return 1;
	return 0;
}

static int is_absent(const struct node *wanted, const struct subject *subject)
{
	return (!subject->text && !subject->value) == node_is_true(wanted);
}

static int has_line(const struct node *wanted, const char *text)
{
	size_t n;

	for (; *text; text += n + (text[n] == '\n')) {
		char *line;
		int found;

		n = strcspn(text, "\n");
		line = strndup(text, n);
		found = line && match_text(wanted, line);
		free(line);
		if (found)
			return 1;
	}
	return 0;
}

static int has_lines(const struct node *wanted, const struct subject *subject)
{
	size_t i;

	for (i = 0; i < node_count(wanted); i++)
		if (!subject->text || !has_line(node_item(wanted, i), subject->text))
			return 0;
	return 1;
}

/* A row a line. */
/* clang-format off */
static const struct matcher matchers[] = {
	{ "prefix", is_prefix, "begins with" },
	{ "suffix", is_suffix, "ends with" },
	{ "contains", contains, "contains" },
	{ "regex", is_regex, "matches" },
	{ "not", is_not, "is not" },
	{ "any", is_any, "is one of" },
	{ "absent", is_absent, "is absent:" },
	{ "lines", has_lines, "has the lines" },
	{}
};
/* clang-format on */

/* NULL: the node is not a matcher but a literal, or a part of an event. */
static const struct matcher *matcher_of(const struct node *node)
{
	const struct matcher *at;

	if (node->kind != NODE_MAP || node->n != 1 || !node_text(node->keys[0]))
		return NULL;
	for (at = matchers; at->name; at++)
		if (strcmp(at->name, node->keys[0]->text) == 0)
			return at;
	return NULL;
}

/* Numbers are equal however they are written. */
static int is_equal(const struct node *wanted, const char *text)
{
	struct node number = { .kind = NODE_SCALAR, .is_plain = 1, .text = text };
	int64_t a, b;

	if (strcmp(wanted->text, text) == 0)
		return 1;
	number.n = strlen(text);
	return node_number(wanted, &a) && node_number(&number, &b) && a == b;
}

static int is_scalar(const struct node *wanted, const struct subject *subject)
{
	if (subject->value && YAJL_IS_NULL(subject->value))
		return node_is_null(wanted);
	if (subject->value &&
	    (YAJL_IS_TRUE(subject->value) || YAJL_IS_FALSE(subject->value)))
		return node_is_truth(wanted) &&
		       node_is_true(wanted) == YAJL_IS_TRUE(subject->value);
	return subject->text && is_equal(wanted, subject->text);
}

static struct subject subject_of(yajl_val value)
{
	struct subject subject = { .value = value };

	if (YAJL_IS_STRING(value))
		subject.text = YAJL_GET_STRING(value);
	else if (YAJL_IS_NUMBER(value))
		subject.text = YAJL_GET_NUMBER(value);
	return subject;
}

static yajl_val field_of(yajl_val object, const char *name)
{
	size_t i;

	if (!YAJL_IS_OBJECT(object))
		return NULL;
	for (i = 0; i < YAJL_GET_OBJECT(object)->len; i++)
		if (strcmp(YAJL_GET_OBJECT(object)->keys[i], name) == 0)
			return YAJL_GET_OBJECT(object)->values[i];
	return NULL;
}

static int has_fields(const struct node *wanted, const struct subject *subject)
{
	size_t i;

	for (i = 0; i < wanted->n; i++)
		if (!match_event(wanted->items[i],
				 field_of(subject->value, node_text(wanted->keys[i]))))
			return 0;
	return YAJL_IS_OBJECT(subject->value);
}

static int has_items(const struct node *wanted, const struct subject *subject)
{
	size_t i;

	if (!YAJL_IS_ARRAY(subject->value))
		return 0;
	for (i = 0; i < wanted->n; i++)
		if (!match_event(wanted->items[i],
				 i < YAJL_GET_ARRAY(subject->value)->len
					 ? YAJL_GET_ARRAY(subject->value)->values[i]
					 : NULL))
			return 0;
	return 1;
}

static int matches(const struct node *wanted, const struct subject *subject)
{
	const struct matcher *matcher = matcher_of(wanted);

	if (matcher)
		return matcher->matches(wanted->items[0], subject);
	if (wanted->kind == NODE_SCALAR)
		return is_scalar(wanted, subject);
	return wanted->kind == NODE_MAP ? has_fields(wanted, subject)
					: has_items(wanted, subject);
}

int match_text(const struct node *matcher, const char *text)
{
	struct subject subject = { .text = text };

	return matches(matcher, &subject);
}

int match_event(const struct node *partial, yajl_val event)
{
	struct subject subject = subject_of(event);

	return matches(partial, &subject);
}

static void check_regex(struct report *report, const struct node *node)
{
	char why[128];
	regex_t regex;
	int r = regcomp(&regex, node->text, REG_EXTENDED | REG_NOSUB);

	if (r == 0) {
		regfree(&regex);
		return;
	}
	regerror(r, &regex, why, sizeof(why));
	report_add(report, node, "write a POSIX extended regular expression",
		   "'%s' is not a regular expression: %s", node->text, why);
}

static int takes_text(const struct matcher *matcher)
{
	return matcher->matches == is_prefix || matcher->matches == is_suffix ||
	       matcher->matches == contains || matcher->matches == is_regex;
}

void match_check(struct report *report, const struct node *node)
{
	const struct matcher *matcher = matcher_of(node);
	size_t i;

	if (matcher && takes_text(matcher)) {
		if (!node_text(node->items[0]))
			report_add(report, node->items[0], NULL, "'%s' must be a text",
				   matcher->name);
		else if (matcher->matches == is_regex)
			check_regex(report, node->items[0]);
		return;
	}
	if (matcher && matcher->matches == is_absent && !node_is_truth(node->items[0]))
		report_add(report, node->items[0], NULL,
			   "'absent' must be true or false");
	for (i = 0; node->kind != NODE_SCALAR && i < node->n; i++)
		match_check(report, node->items[i]);
}

const char *match_describe(struct arena *arena, const struct node *matcher)
{
	const struct matcher *at = matcher_of(matcher);
	const struct node *what = at ? matcher->items[0] : matcher;
	const char *text = what->kind == NODE_SCALAR
				   ? arena_text(arena, "'%s'", what->text)
				   : node_dump(arena, what, 0, NULL);

	return arena_text(arena, "%s %s", at ? at->words : "is", text);
}
