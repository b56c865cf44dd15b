/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/trim/graph.h"

#include "lib/trim/known.h"
#include "lib/trim/reach.h"

/* How far the walk is with an instruction. */
enum state {
	NEW,
	NEXT,	/* the next one is looked at */
	JUMP,	/* then where it jumps to */
	LAST,	/* both have been, and it is on the way */
	CLOSED, /* all that it leads to has been looked at */
};

/* Arrays have an entry per instruction. */
struct graph {
	const struct bpf_insn *insns;
	uint8_t *state;
	uint32_t *way; /* from a function's start */
	uint32_t *functions;
	uint32_t n_way, n_functions;
	int refused;
};

static int is_jump(const struct bpf_insn *insn)
{
	uint32_t class = BPF_CLASS(insn->code), operation = BPF_OP(insn->code);

	return (class == BPF_JMP || class == BPF_JMP32) && operation != BPF_CALL &&
	       operation != BPF_EXIT;
}

static int is_exit(const struct bpf_insn *insn)
{
	return insn->code == (BPF_JMP | BPF_EXIT);
}

static void graph_enter(struct graph *graph, uint32_t i)
{
	graph->state[i] = NEXT;
	graph->way[graph->n_way++] = i;
}

static void graph_edge(struct graph *graph, uint32_t from, uint32_t to)
{
	if (graph->state[to] == NEW)
		graph_enter(graph, to);
	else if (graph->state[to] != CLOSED && !is_jump(&graph->insns[from]))
		graph->refused = 1;
}

/* One edge of the last instruction of the way, or back. */
static void graph_step(struct graph *graph)
{
	uint32_t i = graph->way[graph->n_way - 1];
	const struct bpf_insn *insn = &graph->insns[i];
	int always = is_jump(insn) && BPF_OP(insn->code) == BPF_JA;

	switch (graph->state[i]++) {
	case NEXT:
		if (known_names_function(insn))
			graph->functions[graph->n_functions++] =
				reach_named(graph->insns, i);
		if (!is_exit(insn) && !always)
			graph_edge(graph, i, reach_after(graph->insns, i));
		break;
	case JUMP:
		if (is_jump(insn))
			graph_edge(graph, i, reach_target(graph->insns, i));
		break;
	default:
		graph->state[i] = CLOSED;
		graph->n_way--;
	}
}

static int graph_walk(struct graph *graph)
{
	while (graph->n_functions) {
		uint32_t start = graph->functions[--graph->n_functions];

		if (graph->state[start] == NEW)
			graph_enter(graph, start);
		while (graph->n_way && !graph->refused)
			graph_step(graph);
	}
	return graph->refused;
}

/* An instruction to which nothing leads; the second half of one is part of it. */
static int graph_leaves_out(const struct graph *graph, uint32_t n_insns)
{
	uint32_t i;

	for (i = 0; i < n_insns; i = reach_after(graph->insns, i))
		if (graph->state[i] == NEW)
			return 1;
	return 0;
}

int graph_is_refused(const struct bpf_insn *insns, uint32_t n_insns)
{
	struct graph graph = {
		.insns = insns,
		.state = calloc(n_insns + 1, sizeof(*graph.state)),
		.way = calloc(n_insns + 1, sizeof(*graph.way)),
		.functions = calloc(n_insns + 1, sizeof(*graph.functions)),
	};
	int r = -ENOMEM;

	if (graph.state && graph.way && graph.functions) {
		graph.functions[graph.n_functions++] = 0;
		r = graph_walk(&graph) || graph_leaves_out(&graph, n_insns);
	}
	free(graph.state);
	free(graph.way);
	free(graph.functions);
	return r;
}
