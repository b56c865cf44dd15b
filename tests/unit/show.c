/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shows what policies become on a recorded kernel: the plan of each hook point, then the
 * image. Not a test; needs no privilege.
 *
 *	show FACTS.gz POLICY.yaml...
 */
#include <stdio.h>

#include "lib/base/diag.h"
#include "lib/commit/next.h"
#include "lib/state/txn.h"
#include "lib/recording/recording.h"

static void show_findings(struct tetra_diag *diag)
{
	char text[4096];
	unsigned int i;

	for (i = 0; tetra_diag_render(diag, i, text, sizeof(text)) >= 0; i++)
		fputs(text, stdout);
	tetra_diag_clear(diag);
}

static void show_shape(const struct plan_shape *shape)
{
	uint32_t i;

	printf("  asks for");
#define X(name, join) printf(" %s %#llx", #name, (unsigned long long)shape->demand.name);
	PLAN_DEMANDS(X)
#undef X
	printf("\n");
	for (i = 0; i < TETRA_MAX_SLOTS; i++)
		if (shape->slots[i].kind)
			printf("  slot %u: %s, from %u at %u%s%s\n", i,
			       kind_row(shape->slots[i].kind)->name,
			       shape->slots[i].value.from, shape->slots[i].value.at,
			       shape->slots[i].typed ? ", typed" : "",
			       shape->slots[i].user ? ", of the caller" : "");
}

static void show_point(const struct session_point *point)
{
	char name[PLAN_POINT_BYTES];
	uint32_t i;

	plan_point_print(&point->place.point, &name);
	printf("point %u: %s\n", point->id, name);
	for (i = 0; i < point->ladder.n_instances; i++)
		printf("  %s on %s, phase %#x\n",
		       plan_program_name(point->ladder.instances[i].program),
		       point->ladder.instances[i].target,
		       point->ladder.instances[i].phase);
	printf("  %s\n", point->ladder.reason);
	show_shape(&point->shape);
}

static int load(struct tetra_txn *txn, const char *path, struct tetra_diag *diag)
{
	struct tetra_policy *policy = NULL;
	int r = tetra_policy_parse_file(&policy, path, NULL, diag);

	if (r == 0)
		r = tetra_txn_load(txn, policy, NULL, diag);
	tetra_policy_unref(policy);
	return r;
}

/* The steps of a commit that need no kernel. */
static int build(struct tetra_txn *txn, struct tetra_diag *diag)
{
	struct tetra_session *session = txn->session;
	int r = next_collect_points(session, txn->next, diag);
	uint32_t i;

	if (r == 0)
		r = next_compile(session, txn->next, diag);
	for (i = 0; i < txn->next->n_points && r == 0; i++) {
		r = session_point_plan(txn->next->points[i].point, "-", session->kernel,
				       diag);
		if (r == 0)
			show_point(txn->next->points[i].point);
	}
	if (r == 0)
		image_dump(txn->next->image, stdout);
	return r;
}

static int show(struct tetra_session *session, char **paths, struct tetra_diag *diag)
{
	struct tetra_txn *txn;
	int r = tetra_txn_begin(session, &txn);

	if (r < 0)
		return r;
	while (*paths && r == 0)
		r = load(txn, *paths++, diag);
	if (r == 0)
		r = build(txn, diag);
	tetra_txn_free(txn);
	return r;
}

int main(int argc, char **argv)
{
	struct tetra_session session = { .next_group = 1 };
	struct tetra_diag *diag = NULL;
	int r;

	if (argc < 3) {
		fprintf(stderr, "usage: show FACTS POLICY...\n");
		return 2;
	}
	r = tetra_diag_new(&diag);
	if (r == 0)
		r = kernel_read_facts(&session.kernel, argv[1], diag);
	session.state = calloc(1, sizeof(*session.state));
	if (r == 0 && session.state)
		r = show(&session, argv + 2, diag);
	show_findings(diag);
	state_free(session.state);
	free(session.groups);
	kernel_free(session.kernel);
	tetra_diag_free(diag);
	return r < 0;
}
