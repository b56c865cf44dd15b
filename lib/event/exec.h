/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Turns what the kernel or /proc say about a program into the description in events.
 */
#ifndef TETRA_LIB_EXEC_H
#define TETRA_LIB_EXEC_H

#include "lib/process/fragments.h"
#include "lib/event/record.h"

/* An EXEC record whose lengths were checked; the texts point into it. */
struct exec_view {
	const struct tetra_record_exec *record;
	struct process_text above, filename, exe, cwd, args;
};

/* Return: 0, or -EINVAL if the record's lengths do not fit its size. */
int exec_view(struct exec_view *ret, const struct tetra_record *head);

/*
 * The image, and the flags that belong to it. @args: taken from the fragments, with the
 * inline rest appended; NULL if the record has all of them.
 */
int exec_image(struct process_image **ret, uint32_t *ret_flags,
	       const struct event_encoding *encoding, const struct exec_view *view,
	       const struct fragment_list *args);

int exec_seed_image(struct process_image **ret, uint32_t *ret_flags,
		    const struct event_encoding *encoding,
		    const struct process_seed *seed);
int exec_kernel_image(struct process_image **ret, uint32_t *ret_flags);

/* The parent: the replaced image if the process has exec'd before. */
struct process_key exec_parent(const struct tetra_record_exec *record);

#endif
