/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random events as the programs find them: the task's row, the walked components of a path,
 * texts in the record. Then the steps of bpf/match.bpf.c, in the order of a hook's run.
 */
#ifndef TETRA_TESTS_CASE_H
#define TETRA_TESTS_CASE_H

#include "lib/plan/image.h"
#include "tests/unit/random-rules.h"

struct kernel_case;

/* -EPERM: BPF is not permitted here. Other errors have been printed. */
int kernel_case_new(struct kernel_case **ret);
struct kernel_case *kernel_case_free(struct kernel_case *kernel);

/* Puts @image into force; it must outlive its cases. */
int kernel_case_publish(struct kernel_case *kernel, const struct image *image);

/*
 * Runs @event. @ret_words, TETRA_MAX_WORDS of them: the rules that match. @ret_counted: a bit
 * for each of the hook's rules, in words, that won by the kernel's own choice.
 */
int kernel_case_run(struct kernel_case *kernel, const struct tetra_seed *seed,
		    const struct random_event *event, uint64_t *ret_words,
		    uint64_t *ret_counted);

static inline void kernel_case_freep(struct kernel_case **kernel)
{
	kernel_case_free(*kernel);
}

#endif
