/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/simulate/index.h"

/* Words of all sets: 16 MiB. */
#define MAX_WORDS (UINT64_C(1) << 21)

/* The programs that a selector lists; NULL: it may match others. */
static const struct policy_binaries *listed(const struct policy_selector *selector)
{
	for (uint32_t i = 0; i < selector->n_binaries; i++) {
		const struct policy_binaries *binaries = &selector->binaries[i];

		if (binaries->op == TETRA_OP_EQUAL && binaries->n_values &&
		    !binaries->follow_children)
			return binaries;
	}
	return NULL;
}

static int paths_add(struct sim_index *index, const struct policy_binaries *binaries)
{
	uint32_t number;
	int r = 0;

	for (uint32_t i = 0; r >= 0 && i < binaries->n_values; i++)
		if (!dict_get(&index->paths, binaries->values[i].text, &number))
			r = dict_put(&index->paths, binaries->values[i].text,
				     index->n_sets++);
	return r;
}

static void set_add(struct sim_index *index, uint32_t set, uint32_t selector)
{
	index->sets[(size_t)set * index->n_words + selector / 64] |= UINT64_C(1)
								     << selector % 64;
}

static void selector_add(struct sim_index *index, const struct policy_selector *selector,
			 uint32_t number)
{
	const struct policy_binaries *binaries = listed(selector);
	uint32_t set;

	for (uint32_t i = 0; !binaries && i < index->n_sets; i++)
		set_add(index, i, number);
	for (uint32_t i = 0; binaries && i < binaries->n_values; i++)
		if (dict_get(&index->paths, binaries->values[i].text, &set))
			set_add(index, set, number);
}

int sim_index_make(struct sim_index *index, const struct policy_hook *const *hooks,
		   uint32_t n)
{
	uint32_t number = 0;
	int r = 0;

	*index = (struct sim_index){ .n_sets = 1 };
	for (uint32_t i = 0; i < n; i++) {
		index->n_selectors += hooks[i]->n_selectors;
		for (uint32_t k = 0; r >= 0 && k < hooks[i]->n_selectors; k++)
			if (listed(&hooks[i]->selectors[k]))
				r = paths_add(index, listed(&hooks[i]->selectors[k]));
	}
	index->n_words = index->n_selectors / 64 + 1;
	if (r < 0 || index->n_sets == 1 ||
	    (uint64_t)index->n_sets * index->n_words > MAX_WORDS)
		return r;
	index->sets =
		calloc((size_t)index->n_sets * index->n_words, sizeof(*index->sets));
	if (!index->sets)
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t k = 0; k < hooks[i]->n_selectors; k++)
			selector_add(index, &hooks[i]->selectors[k], number++);
	return 0;
}

void sim_index_done(struct sim_index *index)
{
	dict_done(&index->paths);
	free(index->sets);
}

const uint64_t *sim_index_find(const struct sim_index *index,
			       const struct eval_event *event)
{
	uint32_t set = 0;

	/* A name with a NUL character is longer than the dictionary would see. */
	if (!index->sets || event->unknown.exe || event->exe_state != TETRA_VALUE_READ ||
	    memchr(event->exe, '\0', event->exe_len))
		return NULL;
	(void)dict_get(&index->paths, event->exe, &set);
	return &index->sets[(size_t)set * index->n_words];
}
