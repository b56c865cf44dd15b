/* SPDX-License-Identifier: Apache-2.0 */
#include "tetra/filter.h"

#include "lib/base/base.h"
#include "lib/event/event.h"

/* What a clause can look at, by class of value. */
enum number_property { NUMBER_KIND, NUMBER_PID, NUMBER_NS };
/* NAME, only events of a process have it, the text. */
#define FILTER_TEXTS(X)                                                                  \
	X(POLICY, false, tetra_event_get_policy(event))                                  \
	X(BINARY, true, tetra_process_get_binary(event->process))                        \
	X(PARENT_BINARY, true, tetra_process_get_binary(event->parent))                  \
	X(FUNCTION, true, tetra_event_get_function(event))                               \
	X(CONTAINER, true, tetra_process_get_container_id(event->process))

#define X(NAME, ...) TEXT_##NAME,
enum text_property { FILTER_TEXTS(X) TEXT_PROPERTIES };
#undef X
/* Properties of numbers: kind, pid, and one for each kind of namespace. */
#define NUMBER_PROPERTIES (NUMBER_NS + TETRA_NS_END)
/* Marks a text that must be empty; see tetra_filter_add_container(). */
#define MATCH_EMPTY 3u

struct filter_text {
	char *text;
	size_t len;
	uint32_t match; /* enum tetra_match, or MATCH_EMPTY */
};

struct filter_numbers {
	uint32_t *items;
	size_t n;
};

struct filter_texts {
	struct filter_text *items;
	size_t n;
};

struct filter_clause {
	uint32_t verdict;
	struct filter_numbers numbers[NUMBER_PROPERTIES];
	struct filter_texts texts[TEXT_PROPERTIES];
};

struct tetra_filter {
	uint32_t n_refs; /* atomic */
	struct filter_clause **clauses;
	size_t n_clauses;
	bool allows; /* a clause allows */
};

/* One more element of @size bytes; the array is small, so it grows one by one. */
static void *array_grow(void **items, size_t n, size_t size)
{
	char *grown = realloc(*items, (n + 1) * size);

	if (!grown)
		return NULL;
	*items = grown;
	return memset(grown + n * size, 0, size);
}

static void clause_free(struct filter_clause *clause)
{
	size_t i, k;

	for (i = 0; i < NUMBER_PROPERTIES; i++)
		free(clause->numbers[i].items);
	for (i = 0; i < TEXT_PROPERTIES; i++) {
		for (k = 0; k < clause->texts[i].n; k++)
			free(clause->texts[i].items[k].text);
		free(clause->texts[i].items);
	}
	free(clause);
}

static struct filter_clause *last_clause(struct tetra_filter *filter)
{
	if (!filter->n_clauses && tetra_filter_add_clause(filter, TETRA_FILTER_ALLOW) < 0)
		return NULL;
	return filter->clauses[filter->n_clauses - 1];
}

static int add_number(struct tetra_filter *filter, uint32_t property, uint32_t value)
{
	struct filter_clause *clause = filter ? last_clause(filter) : NULL;
	struct filter_numbers *numbers;
	uint32_t *item;

	if (!filter)
		return -EINVAL;
	if (!clause)
		return -ENOMEM;
	numbers = &clause->numbers[property];
	item = array_grow((void **)&numbers->items, numbers->n, sizeof(*item));
	if (!item)
		return -ENOMEM;
	*item = value;
	numbers->n++;
	return 0;
}

static int add_text(struct tetra_filter *filter, uint32_t property, const char *text,
		    uint32_t match)
{
	struct filter_clause *clause = text && filter ? last_clause(filter) : NULL;
	struct filter_texts *texts;
	struct filter_text *item;

	if (!text || !filter || match > MATCH_EMPTY)
		return -EINVAL;
	if (!clause)
		return -ENOMEM;
	texts = &clause->texts[property];
	item = array_grow((void **)&texts->items, texts->n, sizeof(*item));
	if (!item)
		return -ENOMEM;
	item->text = strdup(text);
	if (!item->text)
		return -ENOMEM;
	item->len = strlen(text);
	item->match = match;
	texts->n++;
	return 0;
}

static bool numbers_have(const struct filter_numbers *numbers, uint32_t value)
{
	size_t i;

	for (i = 0; i < numbers->n; i++)
		if (numbers->items[i] == value)
			return true;
	return false;
}

static bool text_matches(const struct filter_text *want, const char *text, size_t len)
{
	if (want->match == MATCH_EMPTY || want->match == TETRA_MATCH_EXACT)
		return len == want->len && !memcmp(text, want->text, len);
	if (len < want->len)
		return false;
	if (want->match == TETRA_MATCH_POSTFIX)
		text += len - want->len;
	return !memcmp(text, want->text, want->len);
}

static bool texts_have(const struct filter_texts *texts, const char *text)
{
	size_t i, len = text ? strlen(text) : 0;

	for (i = 0; i < texts->n; i++) {
		if (!text && texts->items[i].match != MATCH_EMPTY)
			continue;
		if (text_matches(&texts->items[i], text ? text : "", len))
			return true;
	}
	return false;
}

/* Return: whether the event has the property at all. */
static bool event_text(const struct tetra_event *event, uint32_t property,
		       const char **ret)
{
	switch (property) {
#define X(NAME, of_process, text)                                                        \
	case TEXT_##NAME:                                                                \
		*ret = text;                                                             \
		return !(of_process) || event->process;
		FILTER_TEXTS(X)
#undef X
	default:
		return false;
	}
}

/* Return: whether the event has the property at all. */
static bool event_number(const struct tetra_event *event, uint32_t property,
			 uint32_t *ret)
{
	if (property == NUMBER_KIND) {
		*ret = event->kind;
		return true;
	}
	if (!event->process)
		return false;
	if (property == NUMBER_PID) {
		*ret = event->process->key.tgid;
		return true;
	}
	*ret = tetra_process_get_namespace(event->process, property - NUMBER_NS);
	return event->process->image != NULL;
}

static bool clause_matches(const struct filter_clause *clause,
			   const struct tetra_event *event)
{
	const char *text;
	uint32_t i, value;

	for (i = 0; i < NUMBER_PROPERTIES; i++) {
		if (!clause->numbers[i].n)
			continue;
		if (!event_number(event, i, &value) ||
		    !numbers_have(&clause->numbers[i], value))
			return false;
	}
	for (i = 0; i < TEXT_PROPERTIES; i++) {
		if (!clause->texts[i].n)
			continue;
		if (!event_text(event, i, &text) || !texts_have(&clause->texts[i], text))
			return false;
	}
	return true;
}

int tetra_filter_matches(const struct tetra_filter *filter,
			 const struct tetra_event *event)
{
	bool allowed;
	size_t i;

	if (!event || !filter)
		return event != NULL;
	allowed = !filter->allows;
	for (i = 0; i < filter->n_clauses; i++) {
		const struct filter_clause *clause = filter->clauses[i];

		if (clause->verdict == TETRA_FILTER_ALLOW && allowed)
			continue;
		if (!clause_matches(clause, event))
			continue;
		if (clause->verdict == TETRA_FILTER_DENY)
			return 0;
		allowed = true;
	}
	return allowed;
}

int tetra_filter_new(struct tetra_filter **ret)
{
	struct tetra_filter *filter;

	if (!ret)
		return -EINVAL;
	filter = calloc(1, sizeof(*filter));
	if (!filter)
		return -ENOMEM;
	filter->n_refs = 1;
	*ret = filter;
	return 0;
}

struct tetra_filter *tetra_filter_ref(struct tetra_filter *filter)
{
	if (filter)
		__atomic_add_fetch(&filter->n_refs, 1, __ATOMIC_RELAXED);
	return filter;
}

struct tetra_filter *tetra_filter_unref(struct tetra_filter *filter)
{
	size_t i;

	if (!filter || __atomic_sub_fetch(&filter->n_refs, 1, __ATOMIC_ACQ_REL))
		return NULL;
	for (i = 0; i < filter->n_clauses; i++)
		clause_free(filter->clauses[i]);
	free(filter->clauses);
	free(filter);
	return NULL;
}

int tetra_filter_add_clause(struct tetra_filter *filter, uint32_t verdict)
{
	struct filter_clause **slot;

	if (!filter || verdict > TETRA_FILTER_DENY)
		return -EINVAL;
	slot = array_grow((void **)&filter->clauses, filter->n_clauses, sizeof(*slot));
	if (!slot)
		return -ENOMEM;
	*slot = calloc(1, sizeof(**slot));
	if (!*slot)
		return -ENOMEM;
	(*slot)->verdict = verdict;
	filter->n_clauses++;
	filter->allows |= verdict == TETRA_FILTER_ALLOW;
	return 0;
}

int tetra_filter_add_kind(struct tetra_filter *filter, uint32_t kind)
{
	if (!tetra_event_kind_to_name(kind))
		return -EINVAL;
	return add_number(filter, NUMBER_KIND, kind);
}

int tetra_filter_add_policy(struct tetra_filter *filter, const char *name)
{
	return add_text(filter, TEXT_POLICY, name, TETRA_MATCH_EXACT);
}

int tetra_filter_add_pid(struct tetra_filter *filter, uint32_t pid)
{
	return add_number(filter, NUMBER_PID, pid);
}

/* @match as the caller gave it: internal values are not accepted. */
static int add_match(struct tetra_filter *filter, uint32_t property, const char *text,
		     uint32_t match)
{
	return match > TETRA_MATCH_POSTFIX ? -EINVAL
					   : add_text(filter, property, text, match);
}

int tetra_filter_add_binary(struct tetra_filter *filter, const char *text, uint32_t match)
{
	return add_match(filter, TEXT_BINARY, text, match);
}

int tetra_filter_add_parent_binary(struct tetra_filter *filter, const char *text,
				   uint32_t match)
{
	return add_match(filter, TEXT_PARENT_BINARY, text, match);
}

int tetra_filter_add_function(struct tetra_filter *filter, const char *text,
			      uint32_t match)
{
	return add_match(filter, TEXT_FUNCTION, text, match);
}

int tetra_filter_add_container(struct tetra_filter *filter, const char *text)
{
	return add_text(filter, TEXT_CONTAINER, text,
			text && !text[0] ? MATCH_EMPTY : (uint32_t)TETRA_MATCH_PREFIX);
}

int tetra_filter_add_namespace(struct tetra_filter *filter, uint32_t ns, uint32_t inode)
{
	if (ns >= TETRA_NS_END)
		return -EINVAL;
	return add_number(filter, NUMBER_NS + ns, inode);
}
