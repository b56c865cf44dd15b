/* SPDX-License-Identifier: Apache-2.0 */
/* Fits for people: a table, and per policy the answers, each with the machines that give it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tetra/tetra.h>

#include "common/guard.h"
#include "fit.h"
#include "text.h"

/* Columns of a reason. */
#define REASON_INDENT 6

static struct tetra_policy_fit verdict_of(const struct tetra_fit *fit)
{
	struct tetra_policy_fit verdict = { .size = sizeof(verdict) };

	(void)tetra_fit_get_policy(fit, &verdict); /* both are there */
	return verdict;
}

static void cell_print(const char *text, const struct machine *machine)
{
	size_t width = strlen(machine->label), len = strlen(text);

	if (width < strlen("refused"))
		width = strlen("refused");
	text_print(stdout, text);
	printf("%*s", (int)(width - len) + 2, "");
}

static void table_print(const struct fits *fits)
{
	size_t i, j;

	for (j = 0; j < fits->fleet.n; j++)
		cell_print(fits->fleet.machines[j].label, &fits->fleet.machines[j]);
	printf("policy\n");
	for (i = 0; i < fits->policies.n; i++) {
		for (j = 0; j < fits->fleet.n; j++)
			cell_print(verdict_of(fits_get(fits, i, j)).loads ? "loads"
									  : "refused",
				   &fits->fleet.machines[j]);
		text_print(stdout, tetra_policy_get_name(fits->policies.items[i]));
		putchar('\n');
	}
	putchar('\n');
}

static int is_same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static int is_same_emulated(const struct tetra_hook_fit *a,
			    const struct tetra_hook_fit *b)
{
	uint32_t i;

	if (a->n_emulated != b->n_emulated)
		return 0;
	for (i = 0; i < a->n_emulated; i++)
		if (!is_same_text(a->emulated[i], b->emulated[i]))
			return 0;
	return 1;
}

static int is_same_hook(const struct tetra_hook_fit *a, const struct tetra_hook_fit *b)
{
	return is_same_text(a->function, b->function) &&
	       is_same_text(a->attach, b->attach) && is_same_text(a->deny, b->deny) &&
	       is_same_text(a->kill, b->kill) && is_same_text(a->reason, b->reason) &&
	       is_same_text(a->arguments, b->arguments) && is_same_emulated(a, b);
}

static int is_same(const struct tetra_fit *a, const struct tetra_fit *b)
{
	struct tetra_policy_fit left = verdict_of(a), right = verdict_of(b);
	struct tetra_hook_fit one = { .size = sizeof(one) };
	struct tetra_hook_fit other = { .size = sizeof(other) };
	size_t i;

	if (left.loads != right.loads || left.kernel_bytes != right.kernel_bytes ||
	    !is_same_text(left.reason, right.reason))
		return 0;
	for (i = 0; tetra_fit_get_hook(a, i, &one) == 0; i++)
		if (tetra_fit_get_hook(b, i, &other) < 0 || !is_same_hook(&one, &other))
			return 0;
	return 1;
}

/* @said: the policy's reason, which is often the hook's. */
static void hook_print(const struct tetra_hook_fit *hook, const char *said)
{
	uint32_t i;

	printf("    %s ", hook->index);
	text_print(stdout, hook->function);
	if (!hook->fits) {
		printf(": refused\n");
	} else {
		printf("(%s): %s", hook->arguments, hook->attach);
		if (strcmp(hook->deny, "none") != 0)
			printf(", denied by %s", hook->deny);
		if (strcmp(hook->kill, "none") != 0)
			printf(", kill: %s", hook->kill);
		for (i = 0; i < hook->n_emulated; i++)
			printf(", %s", hook->emulated[i]);
		putchar('\n');
	}
	if (hook->reason && *hook->reason && !is_same_text(hook->reason, said))
		text_wrap(stdout, REASON_INDENT, hook->reason);
}

static void answer_print(const struct tetra_fit *fit)
{
	struct tetra_policy_fit verdict = verdict_of(fit);
	struct tetra_hook_fit hook = { .size = sizeof(hook) };
	size_t i;

	if (verdict.loads) {
		printf(": loads, %llu kB\n",
		       (unsigned long long)(verdict.kernel_bytes / 1024));
	} else {
		printf(": refused\n");
		text_wrap(stdout, REASON_INDENT, verdict.reason);
	}
	for (i = 0; tetra_fit_get_hook(fit, i, &hook) == 0; i++)
		hook_print(&hook, verdict.reason);
}

/* The machines that have the answer of machine @first. */
static void group_print(const struct fits *fits, size_t policy, size_t first, char *done)
{
	const struct tetra_fit *fit = fits_get(fits, policy, first);
	const char *and = "  ";
	size_t i;

	for (i = first; i < fits->fleet.n; i++) {
		if (done[i] || !is_same(fit, fits_get(fits, policy, i)))
			continue;
		done[i] = 1;
		printf("%s", and);
		text_print(stdout, fits->fleet.machines[i].label);
		and = ", ";
	}
	answer_print(fit);
}

static void policy_print(const struct fits *fits, size_t policy, char *done)
{
	size_t i;

	text_print(stdout, tetra_policy_get_name(fits->policies.items[policy]));
	printf(" (");
	text_print(stdout, fits->files[policy]);
	printf(")\n");
	memset(done, 0, fits->fleet.n);
	for (i = 0; i < fits->fleet.n; i++)
		if (!done[i])
			group_print(fits, policy, i, done);
}

int fit_print_text(const struct fits *fits)
{
	_cleanup_(freep) char *done = calloc(fits->fleet.n, 1);
	size_t i;

	if (!done)
		return -ENOMEM;
	if (fits->policies.n > 1 || fits->fleet.n > 1)
		table_print(fits);
	for (i = 0; i < fits->policies.n; i++)
		policy_print(fits, i, done);
	return text_is_out() ? 0 : -EIO;
}
