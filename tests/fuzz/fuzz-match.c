/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes as seeds: a rule set as tables and as the evaluator judges it, for events near its
 * literals. Both must name the same selector.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "tests/unit/host-match.h"

/* Events of one rule set. */
#define MAX_EVENTS     20
#define MAX_FUZZ_RULES 130

static void compare(const struct random_rules *rules, const struct image *image,
		    uint64_t seed)
{
	static int winners[TETRA_MAX_RULES];
	static struct random_event event;
	static struct host_run run;
	uint32_t i;

	random_event_make(rules, seed, &event);
	host_match(&run, image, &rules->ruleset.seed, &event);
	host_winners(&run, RANDOM_FIRST_GROUP, winners, rules->hook.n_groups);
	for (i = 0; i < rules->hook.n_groups; i++) {
		if (random_event_judge(rules, &event, i, false) == winners[i])
			continue;
		random_rules_describe(rules, i, stderr);
		random_event_describe(rules, &event, stderr);
		abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct random_rules *rules = NULL;
	struct image *image = NULL;
	uint64_t seed = 0;
	uint32_t i, n;

	memcpy(&seed, data, MIN(size, sizeof(seed)));
	n = size > sizeof(seed) ? data[sizeof(seed)] % MAX_FUZZ_RULES : 1;
	if (random_rules_new(&rules, seed, n + 1) < 0)
		return 0;
	if (image_compile(&image, &rules->ruleset, NULL) == 0)
		for (i = 0; i < MAX_EVENTS; i++)
			compare(rules, image, i);
	image_free(image);
	random_rules_free(rules);
	return 0;
}

void fuzz_make(uint8_t *data, size_t size, uint64_t (*random)(void))
{
	for (; size; size--)
		*data++ = (uint8_t)(random() >> 24);
}
