/* SPDX-License-Identifier: Apache-2.0 */
#include "new/fold.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/guard.h"

struct folder {
	struct arena *arena;
	const struct seen_value *in;
	struct seen_value *out;
	size_t n_out;
	unsigned int siblings;
};

/* '/' comes before all other bytes, so that what is below a folder is together. */
static int compare_paths(const void *a, const void *b)
{
	const unsigned char *one =
		(const unsigned char *)((const struct seen_value *)a)->text;
	const unsigned char *other =
		(const unsigned char *)((const struct seen_value *)b)->text;
	unsigned int x, y;

	for (; *one && *one == *other; one++)
		other++;
	x = *one == '/' ? 1u : *one ? *one + 2u : 0;
	y = *other == '/' ? 1u : *other ? *other + 2u : 0;
	return x < y ? -1 : x > y;
}

static void sort(struct seen_values *values)
{
	if (values->n)
		qsort(values->items, values->n, sizeof(*values->items), compare_paths);
}

/* Many values become one: @text, and what they were together. */
static struct seen_value sum_of(const char *text, const struct seen_value *items,
				size_t n)
{
	struct seen_value sum = {
		.text = text, .is_folder = 1, .example = items->example, .at = items->at
	};
	size_t i;

	for (i = 0; i < n; i++) {
		sum.count += items[i].count;
		sum.n_names += items[i].n_names;
	}
	return sum;
}

/* Bytes of the next name of a path, after @from. */
static size_t name_bytes(const struct seen_value *value, size_t from)
{
	return strcspn(value->text + from, "/");
}

/* How many of the values from @i on have the name that is there after @from. */
static size_t name_run(const struct folder *folder, size_t i, size_t end, size_t from)
{
	size_t n = name_bytes(&folder->in[i], from), first = i;

	while (i < end && name_bytes(&folder->in[i], from) == n &&
	       memcmp(folder->in[i].text + from, folder->in[first].text + from, n) == 0)
		i++;
	return i - first;
}

/*
 * Values from @first to @end are below one folder, whose path has @from bytes. An empty name,
 * as in "a//b", is one like others.
 */
static void fold(struct folder *folder, size_t first, size_t end, size_t from)
{
	size_t i, n, names = 0, before = folder->n_out;

	for (i = first; i < end; i += n, names++) {
		size_t next = from + name_bytes(&folder->in[i], from);
		size_t leaf = !folder->in[i].text[next];

		n = name_run(folder, i, end, from);
		if (leaf)
			folder->out[folder->n_out++] = folder->in[i];
		if (n > leaf)
			fold(folder, i + leaf, i + n, next + 1);
	}
	if (names < folder->siblings || from <= 1)
		return;
	folder->n_out = before;
	folder->out[folder->n_out++] =
		sum_of(arena_copy(folder->arena, folder->in[first].text, from),
		       folder->in + first, end - first);
}

/* Those that do not begin at the root are left as they are. */
static void fold_all(struct folder *folder, const struct seen_values *values)
{
	size_t i, first = values->n, end = values->n;

	folder->n_out = 0;
	for (i = 0; i < values->n; i++) {
		if (values->items[i].text[0] != '/') {
			folder->out[folder->n_out++] = values->items[i];
			continue;
		}
		first = first == values->n ? i : first;
		end = i + 1;
	}
	/* They are together, as they have their first byte in common. */
	if (first < values->n)
		fold(folder, first, end, 1);
}

int fold_paths(struct arena *arena, struct seen_values *values, unsigned int siblings,
	       size_t most)
{
	struct folder folder = { .arena = arena, .siblings = siblings };

	sort(values);
	folder.in = values->items;
	folder.out = arena_new(arena, (values->n + 1) * sizeof(*folder.out));
	for (fold_all(&folder, values); folder.n_out > most && folder.siblings > 1;
	     fold_all(&folder, values))
		folder.siblings--;
	values->items = folder.out;
	values->n = folder.n_out;
	values->siblings = folder.siblings;
	return values->n > most ? -E2BIG : 0;
}

/* "10.1.2.3" -> "10.1.2.0/24" */
static const char *network_of(struct arena *arena, const char *address)
{
	int family = strchr(address, ':') ? AF_INET6 : AF_INET;
	unsigned char bytes[16] = {};
	char text[INET6_ADDRSTRLEN];

	inet_pton(family, address, bytes);
	memset(bytes + (family == AF_INET ? 3 : 8), 0, family == AF_INET ? 1 : 8);
	inet_ntop(family, bytes, text, sizeof(text));
	return arena_text(arena, "%s/%d", text, family == AF_INET ? 24 : 64);
}

struct network {
	const char *text;
	struct seen_value value;
};

static int compare_networks(const void *a, const void *b)
{
	const struct network *one = a, *other = b;
	int r = strcmp(one->text, other->text);

	return r ? r : strcmp(one->value.text, other->value.text);
}

int fold_addresses(struct arena *arena, struct seen_values *values, unsigned int siblings,
		   size_t most)
{
	struct network *all = arena_new(arena, (values->n + 1) * sizeof(*all));
	struct seen_value *in = arena_new(arena, (values->n + 1) * sizeof(*in));
	size_t i, n, end = values->n;

	for (i = 0; i < end; i++)
		all[i] = (struct network){ network_of(arena, values->items[i].text),
					   values->items[i] };
	qsort(all, end, sizeof(*all), compare_networks);
	for (i = 0; i < end; i++)
		in[i] = all[i].value;
	values->n = 0;
	for (i = 0; i < end; i += n) {
		for (n = 1; i + n < end && strcmp(all[i + n].text, all[i].text) == 0; n++)
			;
		if (n >= siblings)
			values->items[values->n++] = sum_of(all[i].text, in + i, n);
		else
			memcpy(values->items + values->n, in + i, n * sizeof(*in));
		values->n += n >= siblings ? 0 : n;
	}
	return values->n > most ? -E2BIG : 0;
}

static int compare_numbers(const void *a, const void *b)
{
	int one = atoi(((const struct seen_value *)a)->text);
	int other = atoi(((const struct seen_value *)b)->text);

	return one < other ? -1 : one > other;
}

int fold_ports(struct arena *arena, struct seen_values *values, unsigned int siblings,
	       size_t most)
{
	size_t low = 0;

	(void)arena;
	if (values->n)
		qsort(values->items, values->n, sizeof(*values->items), compare_numbers);
	while (low < values->n && atoi(values->items[low].text) < 1024)
		low++;
	if (values->n - low >= siblings) {
		values->items[low] =
			sum_of("1024:65535", values->items + low, values->n - low);
		values->n = low + 1;
	}
	return values->n > most ? -E2BIG : 0;
}

int fold_none(struct seen_values *values, size_t most)
{
	sort(values);
	return values->n > most ? -E2BIG : 0;
}
