/* SPDX-License-Identifier: Apache-2.0 */
#include "test/result.h"

#include <string.h>

const char *outcome_name(enum outcome outcome)
{
#define X(name, json, text) [OUTCOME_##name] = json,
	static const char *const names[] = { OUTCOMES(X) };
#undef X

	return names[outcome];
}

int result_proof(const struct suite_result *result, size_t i, struct tetra_proof *ret)
{
	int r;

	*ret = (struct tetra_proof){ .size = sizeof(*ret) };
	r = tetra_proofs_get(result->proofs, i, ret);
	if (r < 0)
		return r;
	return !result->filter || strstr(ret->text, result->filter) != NULL;
}

int result_is_refuted(const struct suite_result *result, const struct tetra_proof *proof)
{
	return proof->status == TETRA_REFUTED ||
	       (result->is_strict && proof->status != TETRA_PROVED);
}

const char *result_failure(const struct suite_result *result, size_t i)
{
	const struct mutants *mutants = result->is_strict ? result->mutants : NULL;
	size_t n_reasons = result->outcome == OUTCOME_FAILED && result->reason;

	if (i < result->n_differences)
		return result->differences[i];
	i -= result->n_differences;
	if (i < n_reasons)
		return result->reason;
	i -= n_reasons;
	return mutants && i < mutants->n_survived ? mutants->survived[i].change : NULL;
}

void result_note(struct suite_result *result, const char *kind, const char *name,
		 const char *text)
{
	result->facts = list_grow(result->facts, result->n_facts, sizeof(*result->facts));
	result->facts[result->n_facts++] =
		(struct fact){ .kind = kind, .name = name, .text = text };
}
