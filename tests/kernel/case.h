/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random events as the programs find them: the task's row, the walked components of a path,
 * texts in the record. Then the steps of bpf/match.bpf.c, in the order of a hook's run.
 */
#ifndef TETRA_TESTS_CASE_H
#define TETRA_TESTS_CASE_H

#include "lib/image/image.h"
#include "tests/unit/random-rules.h"

struct kernel_case;

/* -EPERM: BPF is not permitted here. Other errors have been printed. */
int kernel_case_new(struct kernel_case **ret);
struct kernel_case *kernel_case_free(struct kernel_case *kernel);

/* Puts @image into force; it must outlive its cases. */
int kernel_case_publish(struct kernel_case *kernel, const struct image *image);

/* Which program of a hook point runs the steps. */
struct case_program {
	uint32_t phase; /* TETRA_PHASE_* */
	bool later;	/* at the entry; another one sees the result */
};

/* What a run did: a bit for each of the hook's rules, in words. */
struct case_outcome {
	uint64_t matching[TETRA_MAX_WORDS]; /* all that match */
	uint64_t counted
		[TETRA_MAX_WORDS]; /* won, by the kernel's own choice, and counted so */
	uint64_t enforced[TETRA_MAX_WORDS]; /* counted as signalled or overridden */
	uint32_t n_denials;		    /* rules that change the result */
};

/* Runs @event as @program. */
int kernel_case_run(struct kernel_case *kernel, const struct tetra_seed *seed,
		    const struct case_program *program, const struct random_event *event,
		    struct case_outcome *ret);

static inline void kernel_case_freep(struct kernel_case **kernel)
{
	kernel_case_free(*kernel);
}

#endif
