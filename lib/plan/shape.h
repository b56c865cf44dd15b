/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the programs of one hook point must be able to do: which values they read, and what the
 * rules of all policies there ask for. It is fixed when they are loaded (read-only data, so that
 * the verifier removes unused code), and only grows: a point that needs more gets other programs.
 */
#ifndef TETRA_LIB_SHAPE_H
#define TETRA_LIB_SHAPE_H

#include "lib/image/image.h"
#include "lib/plan/plan.h"

/*
 * What a hook of a policy, or the rules of a point, ask for: name, how it is joined with what
 * others ask for. BITS: all of them; MOST: as much as the greediest.
 */
/* A row a line. */
/* clang-format off */
#define PLAN_DEMANDS(X)            \
	X(needs, BITS)             \
	X(rate, MOST)              \
	X(distrusts, MOST)         \
	X(process_columns, BITS)   \
	X(slot_columns, BITS)      \
	X(n_words, MOST)           \
	X(path_steps, MOST)        \
	X(text_steps, MOST)
/* clang-format on */

/* .needs: PLAN_NEEDS_*; the others as the members of struct tetra_hook_config. */
struct plan_demand {
#define X(name, join) uint64_t name;
	PLAN_DEMANDS(X)
#undef X
};

struct plan_shape {
	struct plan_demand demand;
	struct tetra_slot_config slots[TETRA_MAX_SLOTS]; /* .kind 0: free */
};

/* Of the rules of hook @hook of @image. */
struct plan_demand shape_demand(const struct image *image, uint32_t hook);
bool shape_has(const struct plan_shape *shape, const struct plan_demand *demand);
void shape_add(struct plan_shape *shape, const struct plan_demand *demand);

/* The values that @use reads, and what is known of @hook, its hook, before it has rules. */
bool shape_has_use(const struct plan_shape *shape, const struct plan_use *use,
		   const struct policy_hook *hook);
/*
 * @ret: where they are; the same each time. Return: 0; -E2BIG with a finding if there are no
 * slots left.
 */
int shape_add_use(struct plan_shape *shape, const struct plan_use *use,
		  const struct policy_hook *hook, const char *file,
		  struct ruleset_slots *ret, struct tetra_diag *diag);

/* The configuration of one of the programs, @instance of @ladder, except the hook's number. */
void shape_configure(struct tetra_hook_config *ret, const struct plan_shape *shape,
		     const struct plan_ladder *ladder,
		     const struct plan_instance *instance, struct tetra_kernel *kernel);

/* The programs that watch processes describe them completely. */
void shape_configure_tasks(struct tetra_hook_config *ret);

#endif
