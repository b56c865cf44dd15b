/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an exact comparison costs: policies that are parsed already, in milliseconds of this
 * machine, the best of some runs.
 *
 *	bench-compare [RUNS [SHAPE]]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <tetra/tetra.h>

#define MAX_POLICIES 64

struct shape {
	const char *name;
	const char *head; /* the hook */
	/* A selector; @changed: of NEW, where that differs. */
	void (*selector)(FILE *out, unsigned int i, int changed);
	unsigned int n_policies, n_selectors; /* of each policy */
	unsigned int change_every;
};

#define HOOK                                                                             \
	"  - call: security_file_permission\n    syscall: false\n    args:\n"            \
	"    - {index: 0, type: file}\n    - {index: 1, type: int}\n"

static void selector_files(FILE *out, unsigned int i, int changed)
{
	fprintf(out,
		"    - matchArgs:\n"
		"      - {index: 0, operator: %s, values: [/srv/app%u/data%s]}\n"
		"      - {index: 1, operator: Equal, values: [\"%u\"]}\n"
		"      matchBinaries:\n"
		"      - {operator: NotIn, values: [/usr/bin/app%u]}\n"
		"      matchActions: [{action: %s}]\n",
		i % 3 ? "Prefix" : "Equal", i, changed ? "/x" : "", 2 + i % 3, i % 10,
		i % 4 ? "Post" : "Sigkill");
}

static void selector_ends(FILE *out, unsigned int i, int changed)
{
	fprintf(out,
		"    - matchArgs:\n"
		"      - {index: 0, operator: %s, values: [%s%u%s]}\n"
		"      matchActions: [{action: Post}]\n",
		i % 2 ? "Postfix" : "NotPrefix", i % 2 ? ".so." : "/usr/lib", i,
		changed ? "1" : "");
}

static void selector_nets(FILE *out, unsigned int i, int changed)
{
	fprintf(out,
		"    - matchArgs:\n"
		"      - {index: 0, operator: DAddr, values: [10.%u.0.0/16]}\n"
		"      - {index: 0, operator: DPort, values: [\"%u:%u\"]}\n"
		"      matchActions: [{action: %s}]\n",
		i, 1000 + i, 1100 + i + (unsigned int)changed,
		i % 2 ? "Post" : "Sigkill");
}

static unsigned int random_next(unsigned int *state)
{
	*state = *state * 1103515245u + 12345u;
	return *state >> 16 & 0x7fff;
}

/* One filter of twelve. */
static void filter(FILE *out, unsigned int which, unsigned int value)
{
	static const char *const spaces[] = { "Mnt", "Net", "Pid" };
	static const char *const sets[] = { "Effective", "Permitted" };
	static const char *const caps[] = { "CAP_SYS_ADMIN", "CAP_NET_RAW", "CAP_BPF",
					    "CAP_KILL", "CAP_CHOWN" };

	switch (which) {
	case 0:
		fprintf(out, "      matchPIDs: [{operator: In, values: [%u]}]\n",
			value % 100 + 1);
		return;
	case 1:
		fprintf(out,
			"      matchBinaries: [{operator: In, values: [/usr/bin/b%u]}]\n",
			value % 60);
		return;
	case 2:
	case 3:
	case 4:
		fprintf(out,
			"      matchNamespaces: [{namespace: %s, operator: In, values: "
			"[\"%u\"]}]\n",
			spaces[which - 2], 4026531840u + value % 20);
		return;
	case 5:
	case 6:
		fprintf(out,
			"      matchCapabilities: [{type: %s, operator: In, values: [%s]}]\n",
			sets[which - 5], caps[value % 5]);
		return;
	default:
		return;
	}
}

static void twelve(FILE *out, unsigned int i, int changed, int enforces)
{
	unsigned int state = i * 7919u + (unsigned int)changed, value;

	value = random_next(&state);
	fprintf(out,
		"    - matchArgs:\n      - {index: 0, operator: Prefix, values: "
		"[/data/%u/]}\n",
		i);
	if (value % 2)
		fprintf(out, "      - {index: %u, operator: Equal, values: [\"%u\"]}\n",
			1 + value % 3, random_next(&state) % 50);
	if (value % 3 == 0)
		fprintf(out, "      - {index: 4, operator: Prefix, values: [t%u]}\n",
			random_next(&state) % 40);
	filter(out, random_next(&state) % 8, random_next(&state));
	fprintf(out, "      matchActions: [{action: %s}]\n",
		value % 5  ? "Post"
		: enforces ? "Sigkill"
			   : "NoPost");
}

static void selector_twelve(FILE *out, unsigned int i, int changed)
{
	twelve(out, i, changed, 0);
}

static void selector_twelve_kill(FILE *out, unsigned int i, int changed)
{
	twelve(out, i, changed, 1);
}

#define FILES_HEAD HOOK "    selectors:\n"
#define NETS_HEAD                                                                        \
	"  - call: tcp_connect\n    syscall: false\n    args:\n"                         \
	"    - {index: 0, type: sock}\n    selectors:\n"
#define TWELVE_HEAD                                                                      \
	"  - call: some_function\n    syscall: false\n    args:\n"                       \
	"    - {index: 0, type: file}\n    - {index: 1, type: int}\n"                    \
	"    - {index: 2, type: uint64}\n    - {index: 3, type: int}\n"                  \
	"    - {index: 4, type: string}\n    selectors:\n"

static const struct shape shapes[] = {
	{ "100 selectors, files, equal", FILES_HEAD, selector_files, 1, 100, 0 },
	{ "100 selectors, files, 10 changed", FILES_HEAD, selector_files, 1, 100, 10 },
	{ "100 selectors, ends of paths, 10 changed", FILES_HEAD, selector_ends, 1, 100,
	  10 },
	{ "100 selectors, networks and ports, 10 changed", NETS_HEAD, selector_nets, 1,
	  100, 10 },
	/* A path that cannot be read passes each filter of the 200 that kill. */
	{ "1024 rules in 12 dimensions, 200 kill, 16 changed", TWELVE_HEAD,
	  selector_twelve_kill, 16, 64, 64 },
	{ "1024 rules in 12 dimensions, 16 changed", TWELVE_HEAD, selector_twelve, 16, 64,
	  64 },
};

static void policy_text(FILE *out, const struct shape *shape, unsigned int policy,
			int is_new)
{
	unsigned int k;

	fprintf(out,
		"apiVersion: cilium.io/v1alpha1\nkind: TracingPolicy\n"
		"metadata: {name: p%u}\nspec:\n  kprobes:\n",
		policy);
	for (k = 0; k < shape->n_selectors; k++) {
		unsigned int i = policy * shape->n_selectors + k;
		int changed = is_new && shape->change_every &&
			      i % shape->change_every == shape->change_every - 1;

		/* A hook has five selectors; several hooks may be on one function. */
		if (k % 5 == 0)
			fputs(shape->head, out);
		shape->selector(out, i, changed);
	}
}

static void policies_make(const struct shape *shape, int is_new,
			  struct tetra_policy **ret)
{
	unsigned int i;

	for (i = 0; i < shape->n_policies; i++) {
		struct tetra_diag *diag = NULL;
		char *text = NULL;
		size_t len;
		FILE *out = open_memstream(&text, &len);
		int r;

		policy_text(out, shape, i, is_new);
		fclose(out);
		tetra_diag_new(&diag);
		r = tetra_policy_parse(&ret[i], text, len, NULL, diag);
		if (r < 0) {
			char line[512] = "";

			tetra_diag_render(diag, 0, line, sizeof(line));
			fprintf(stderr, "%s: %s: %s", shape->name, strerror(-r), line);
			exit(1);
		}
		tetra_diag_free(diag);
		free(text);
	}
}

static double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void measure(const struct shape *shape, unsigned int runs)
{
	struct tetra_policy *old[MAX_POLICIES], *new[MAX_POLICIES];
	double best = 1e9, begin;
	size_t n_regions = 0;
	int is_complete = 0;
	unsigned int i;

	policies_make(shape, 0, old);
	policies_make(shape, 1, new);
	for (i = 0; i < runs; i++) {
		struct tetra_diff *diff = NULL;

		begin = now_ms();
		if (tetra_diff(&diff, old, shape->n_policies, new, shape->n_policies,
			       NULL, NULL) < 0)
			abort();
		best = now_ms() - begin < best ? now_ms() - begin : best;
		n_regions = tetra_diff_count(diff);
		is_complete = tetra_diff_is_complete(diff);
		tetra_diff_free(diff);
	}
	printf("%-50s %8.1f ms, %zu regions%s\n", shape->name, best, n_regions,
	       is_complete ? "" : ", not finished");
	for (i = 0; i < shape->n_policies; i++) {
		tetra_policy_unref(old[i]);
		tetra_policy_unref(new[i]);
	}
}

int main(int argc, char **argv)
{
	unsigned int runs = argc > 1 ? (unsigned int)atoi(argv[1]) : 5;
	size_t i;

	for (i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		if (argc < 3 || i == (size_t)atoi(argv[2]))
			measure(&shapes[i], runs);
	return 0;
}
