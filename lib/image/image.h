/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The compiler: a rule set becomes the bytes that bpf/abi/image.h lays out. Pure and
 * deterministic; what these tables cannot express exactly is rejected, never approximated.
 */
#ifndef TETRA_LIB_IMAGE_H
#define TETRA_LIB_IMAGE_H

#include <stdio.h>

#include "lib/base/diag.h"
#include "lib/image/ruleset.h"

/* Cells of one image: 1 GiB. A larger rule set is surely a mistake. */
#define IMAGE_MAX_CELLS (1u << 24)

/*
 * Steps that programs take at most through the tries over a hook's arguments: as many as the
 * longest literal has, after which no literal continues.
 */
struct image_steps {
	uint32_t path; /* the step that sees the path's end included */
	uint32_t text;
};

struct image {
	struct tetra_cell *cells; /* owned */
	uint32_t n_cells;
	uint32_t n_hooks;
	uint32_t *counters; /* owned; first counter cell by hook and group, 0 for none */
	uint32_t *first_group; /* owned; by hook: where its groups begin in counters */
	struct image_steps *steps; /* owned; by hook */
};

/*
 * Return: 0; -E2BIG over a limit of the layout and -EOPNOTSUPP for filters that the
 * tables cannot hold, both with a diagnostic at the filter's place; -EINVAL for a rule
 * set that breaks its own contract; -ENOMEM.
 */
int image_compile(struct image **ret, const struct ruleset *ruleset,
		  struct tetra_diag *diag);
struct image *image_free(struct image *image);

/* The cell of a rule's tetra_counters; 0 for a group that has no rules. */
uint32_t image_counter_cell(const struct image *image, uint32_t hook,
			    uint32_t group_position, uint32_t selector);

/* The key of an executable path in the BINARY column. @len at most 4096. */
void image_hash_path(const struct tetra_seed *seed, const char *path, size_t len,
		     struct tetra_hash *ret);

/* Human-readable text: hooks that have rules, their columns and rules. */
void image_dump(const struct image *image, FILE *out);

static inline void image_freep(struct image **image)
{
	image_free(*image);
}

#endif
