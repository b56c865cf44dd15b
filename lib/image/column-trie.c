/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Columns over text. The literals make a trie of chunks; a walk through it, with the
 * column counting, gives each node the set of rules that accept a value which leaves the
 * trie there.
 *
 * A literal marks one of three places:
 *  - a partial chunk: Prefix that ends inside a component, Postfix that ends inside a
 *    chunk; it also fits every longer chunk that begins (tail: ends) with it;
 *  - the end of a node: the value ends there;
 *  - the continuation of a node: the value has more, no matter what ("/etc/").
 */
#include "bpf/abi/match.h"
#include "lib/base/array.h"
#include "lib/image/column.h"
#include "lib/image/image.h"
#include "lib/image/trie-table.h"

#define NONE UINT32_MAX

/* A literal at its node; lists are linked by position in trie.marks. */
struct trie_mark {
	uint32_t filter;
	uint32_t next;
};

struct trie_node {
	__u64 name[4];
	uint32_t parent;
	uint32_t children, sibling; /* LAST and MORE */
	uint32_t partials, partial_sibling;
	uint32_t at_end, going_on; /* marks; of a partial: going_on */
	uint32_t lens;
	uint8_t len, kind;
	struct row here, end;
};

struct trie {
	struct column *column;
	bool tail, path;
	struct trie_node *nodes; /* 0: the root */
	uint32_t n_nodes, nodes_size;
	struct trie_mark *marks;
	uint32_t n_marks, marks_size;
	uint32_t *spots; /* node, or NONE; finds a child by its chunk */
	uint32_t n_spots;
	uint32_t *trail; /* filters hit on the way to the walk's current node */
	uint32_t n_trail;
	struct tetra_trie *cuts; /* CUT cells: trie_cut() */
	uint32_t n_cuts, cuts_size;
};

struct chunk {
	__u64 name[4];
	uint32_t len, kind;
};

static void trie_done(struct trie *trie)
{
	free(trie->nodes);
	free(trie->marks);
	free(trie->spots);
	free(trie->trail);
	free(trie->cuts);
}

static struct chunk chunk_make(const struct trie *trie, const char *text, size_t len,
			       uint32_t kind)
{
	struct chunk chunk = { .len = len, .kind = kind };
	size_t at = trie->tail ? TETRA_CHUNK_BYTES - len : 0;

	memcpy((char *)chunk.name + at, text, len);
	return chunk;
}

static struct chunk chunk_cut(const struct trie *trie, const __u64 *name, uint32_t len)
{
	struct chunk chunk = { .len = len, .kind = TETRA_CHUNK_PARTIAL };

	for (uint32_t i = 0; i < ARRAY_SIZE(chunk.name); i++)
		chunk.name[i] = name[i] & chunk_mask(i, len, trie->tail);
	return chunk;
}

static bool node_is(const struct trie_node *node, uint32_t parent,
		    const struct chunk *chunk)
{
	return node->parent == parent && node->kind == chunk->kind &&
	       node->len == chunk->len &&
	       memcmp(node->name, chunk->name, sizeof(node->name)) == 0;
}

/* The spot of a child, or the free one where it belongs. */
static uint32_t trie_child_spot(const struct trie *trie, uint32_t parent,
				const struct chunk *chunk)
{
	uint32_t mask = trie->n_spots - 1;
	uint32_t spot = trie_spot(parent, chunk->name, chunk->len, chunk->kind) & mask;

	while (trie->spots[spot] != NONE &&
	       !node_is(&trie->nodes[trie->spots[spot]], parent, chunk))
		spot = (spot + 1) & mask;
	return spot;
}

static int trie_grow_spots(struct trie *trie)
{
	uint32_t n_spots = 2 * trie->nodes_size;
	uint32_t *spots = malloc(n_spots * sizeof(*spots));

	if (!spots)
		return -ENOMEM;
	free(trie->spots);
	trie->spots = spots;
	trie->n_spots = n_spots;
	memset(spots, 0xff, n_spots * sizeof(*spots));
	for (uint32_t i = 1; i < trie->n_nodes; i++) {
		const struct trie_node *node = &trie->nodes[i];
		struct chunk chunk = { .len = node->len, .kind = node->kind };

		memcpy(chunk.name, node->name, sizeof(chunk.name));
		spots[trie_child_spot(trie, node->parent, &chunk)] = i;
	}
	return 0;
}

static int trie_grow(struct trie *trie)
{
	uint32_t size = MAX(64u, 2 * trie->nodes_size);
	struct trie_node *nodes = reallocarray(trie->nodes, size, sizeof(*nodes));

	if (!nodes)
		return -ENOMEM;
	trie->nodes = nodes;
	trie->nodes_size = size;
	return trie_grow_spots(trie);
}

static void trie_link(struct trie *trie, uint32_t parent, uint32_t node)
{
	struct trie_node *above = &trie->nodes[parent], *below = &trie->nodes[node];

	if (below->kind == TETRA_CHUNK_PARTIAL) {
		below->partial_sibling = above->partials;
		above->partials = node;
		above->lens |= 1u << (below->len - 1);
		return;
	}
	below->sibling = above->children;
	above->children = node;
}

/* The child of @parent over @chunk, created if it does not exist yet. */
static int trie_child(struct trie *trie, uint32_t *node, struct chunk chunk)
{
	uint32_t spot = trie_child_spot(trie, *node, &chunk), parent = *node;

	if (trie->spots[spot] != NONE) {
		*node = trie->spots[spot];
		return 0;
	}
	if (trie->n_nodes == trie->nodes_size) {
		if (trie_grow(trie) < 0)
			return -ENOMEM;
		spot = trie_child_spot(trie, parent, &chunk);
	}
	*node = trie->n_nodes++;
	trie->nodes[*node] = (struct trie_node){
		.parent = parent,
		.len = chunk.len,
		.kind = chunk.kind,
		.children = NONE,
		.partials = NONE,
		.at_end = NONE,
		.going_on = NONE,
	};
	memcpy(trie->nodes[*node].name, chunk.name, sizeof(chunk.name));
	trie->spots[spot] = *node;
	trie_link(trie, parent, *node);
	return 0;
}

/* Components of a path, and the chunks they are made of. */
static struct column_walk path_measure(const char *text, size_t len)
{
	struct column_walk walk = { 0 };
	uint32_t inside = 0;

	for (size_t i = 0; i < len; i++) {
		inside = text[i] == '/' ? 0 : inside + 1;
		walk.components += inside == 1;
		walk.steps += inside % TETRA_CHUNK_BYTES == 1;
	}
	return walk;
}

int column_add_text(struct column *column, const struct column_literal *literal,
		    struct column_walk *ret)
{
	if (column->shape == COLUMN_PATH_HEAD)
		*ret = path_measure(literal->text, literal->len);
	else
		*ret = (struct column_walk){
			.steps = ROUND_UP(literal->len, TETRA_CHUNK_BYTES) /
				 TETRA_CHUNK_BYTES,
		};
	column->steps = MAX(column->steps, ret->steps);
	return column_add_literal(column, literal);
}

static int trie_init(struct trie *trie, struct column *column)
{
	*trie = (struct trie){
		.column = column,
		.tail = column->shape == COLUMN_TEXT_TAIL,
		.path = column->shape == COLUMN_PATH_HEAD,
	};
	trie->marks_size = 2 * column->n_literals;
	trie->marks = calloc(trie->marks_size + 1, sizeof(*trie->marks));
	trie->trail = calloc(trie->marks_size + 1, sizeof(*trie->trail));
	if (!trie->marks || !trie->trail || trie_grow(trie) < 0)
		return -ENOMEM;
	trie->nodes[0] = (struct trie_node){
		.parent = NONE,
		.children = NONE,
		.partials = NONE,
		.at_end = NONE,
		.going_on = NONE,
	};
	trie->n_nodes = 1;
	return 0;
}

/* At most two marks for each literal. */
static void trie_mark(struct trie *trie, uint32_t *list, uint32_t filter)
{
	trie->marks[trie->n_marks] = (struct trie_mark){ filter, *list };
	*list = trie->n_marks++;
}

/* Every value is empty or longer. */
static void trie_mark_all(struct trie *trie, uint32_t filter)
{
	trie_mark(trie, &trie->nodes[0].at_end, filter);
	trie_mark(trie, &trie->nodes[0].going_on, filter);
}

/* Goes down through the whole chunks of a component or string; 1 to 32 bytes are left. */
static int trie_descend(struct trie *trie, uint32_t *node, const char *text, size_t *len)
{
	size_t done = 0;
	int r = 0;

	while (r >= 0 && *len - done > TETRA_CHUNK_BYTES) {
		const char *at =
			trie->tail ? text + *len - done - TETRA_CHUNK_BYTES : text + done;

		r = trie_child(trie, node,
			       chunk_make(trie, at, TETRA_CHUNK_BYTES, TETRA_CHUNK_MORE));
		done += TETRA_CHUNK_BYTES;
	}
	*len -= done;
	return r;
}

/* The last step: @kind says whether the literal's end is the value's end. */
static int trie_finish(struct trie *trie, uint32_t *node, const char *text, size_t len,
		       uint32_t kind)
{
	size_t left = len;
	int r = trie_descend(trie, node, text, &left);

	if (r < 0)
		return r;
	return trie_child(
		trie, node,
		chunk_make(trie, trie->tail ? text : text + len - left, left, kind));
}

/* The literal ends at the node. */
static void trie_mark_end(struct trie *trie, uint32_t node,
			  const struct column_literal *literal)
{
	if (literal->whole)
		trie_mark(trie, &trie->nodes[node].at_end, literal->filter);
	else
		trie_mark(trie, &trie->nodes[node].going_on, literal->filter);
}

static int trie_add_text(struct trie *trie, const struct column_literal *literal)
{
	uint32_t node = 0;
	int r;

	if (!literal->len) {
		if (literal->whole)
			trie_mark(trie, &trie->nodes[0].at_end, literal->filter);
		else
			trie_mark_all(trie, literal->filter);
		return 0;
	}
	r = trie_finish(trie, &node, literal->text, literal->len,
			literal->whole ? TETRA_CHUNK_LAST : TETRA_CHUNK_PARTIAL);
	if (r < 0)
		return r;
	trie_mark_end(trie, node, literal);
	return 0;
}

/* No resolved path looks like this: the literal accepts nothing. */
static bool path_is_impossible(const struct column_literal *literal)
{
	if (literal->text[0] != '/' || memmem(literal->text, literal->len, "//", 2))
		return true;
	return literal->whole && literal->len > 1 &&
	       literal->text[literal->len - 1] == '/';
}

static int trie_add_path(struct trie *trie, const struct column_literal *literal)
{
	const char *text = literal->text, *end = text + literal->len, *slash;
	uint32_t node = 0;
	int r;

	if (literal->len && path_is_impossible(literal))
		return 0;
	/* "" and "/" begin every path. */
	if (literal->len < 2 && !literal->whole) {
		trie_mark_all(trie, literal->filter);
		return 0;
	}
	if (!literal->len)
		return 0;
	for (text++; (slash = memchr(text, '/', end - text)); text = slash + 1) {
		r = trie_finish(trie, &node, text, slash - text, TETRA_CHUNK_LAST);
		if (r < 0)
			return r;
	}
	if (text < end) {
		r = trie_finish(trie, &node, text, end - text,
				literal->whole ? TETRA_CHUNK_LAST : TETRA_CHUNK_PARTIAL);
		if (r < 0)
			return r;
	}
	trie_mark_end(trie, node, literal);
	return 0;
}

static void trail_push(struct trie *trie, uint32_t list)
{
	for (; list != NONE; list = trie->marks[list].next) {
		trie->trail[trie->n_trail++] = trie->marks[list].filter;
		column_hit(trie->column, trie->marks[list].filter);
	}
}

static void trail_pop(struct trie *trie, uint32_t to)
{
	while (trie->n_trail > to)
		column_unhit(trie->column, trie->trail[--trie->n_trail]);
}

/* The partial literals at @node's parent that @bytes of its chunk begin (tail: end) with. */
static void trail_push_partials(struct trie *trie, const struct trie_node *node,
				uint32_t bytes)
{
	uint32_t lens = trie->nodes[node->parent].lens;

	for (uint32_t len = 1; len <= bytes; len++) {
		struct chunk chunk;
		uint32_t found;

		if (!(lens >> (len - 1) & 1))
			continue;
		chunk = chunk_cut(trie, node->name, len);
		found = trie->spots[trie_child_spot(trie, node->parent, &chunk)];
		if (found != NONE)
			trail_push(trie, trie->nodes[found].going_on);
	}
}

static int trie_row_end(struct trie *trie, struct trie_node *node)
{
	uint32_t to = trie->n_trail;
	int r;

	trail_push(trie, node->at_end);
	r = column_row(trie->column, &node->end);
	trail_pop(trie, to);
	return r;
}

/*
 * A string may be cut by a fault: of the chunk after a node only the first bytes are known. What
 * the literals say of it changes where one of them ends and where they part; so the beginnings
 * make a tree with few edges, and each edge is a cell.
 */

/* The literals over @node go on once @bytes of its chunk have been seen. */
static bool cut_is_open(const struct trie_node *node, uint32_t bytes)
{
	return bytes < node->len ||
	       (bytes == node->len && node->kind == TETRA_CHUNK_MORE);
}

/* The literals over @node are what could be read. */
static bool cut_is_whole(const struct trie_node *node, uint32_t bytes)
{
	return bytes == node->len && node->kind == TETRA_CHUNK_LAST;
}

static void marks_change(struct trie *trie, uint32_t list,
			 void (*change)(struct column *column, uint32_t filter))
{
	for (; list != NONE; list = trie->marks[list].next)
		change(trie->column, trie->marks[list].filter);
}

/* All literals over @number and below. */
static void cut_change(struct trie *trie, uint32_t number,
		       void (*change)(struct column *column, uint32_t filter))
{
	const struct trie_node *node = &trie->nodes[number];

	marks_change(trie, node->at_end, change);
	marks_change(trie, node->going_on, change);
	for (uint32_t i = node->partials; i != NONE; i = trie->nodes[i].partial_sibling)
		cut_change(trie, i, change);
	for (uint32_t i = node->children; i != NONE; i = trie->nodes[i].sibling)
		cut_change(trie, i, change);
}

/* How many bytes the @n chunks have in common while all of them go on: @from at least. */
static uint32_t cut_reach(const struct trie *trie, const uint32_t *numbers, uint32_t n,
			  uint32_t from)
{
	const struct trie_node *first = &trie->nodes[numbers[0]];
	uint32_t bytes = from;

	for (uint32_t i = 0; i < n; i++)
		if (!cut_is_open(&trie->nodes[numbers[i]], from))
			return from;
	for (; bytes < TETRA_CHUNK_BYTES; bytes++)
		for (uint32_t i = 0; i < n; i++) {
			const struct trie_node *node = &trie->nodes[numbers[i]];

			if (!cut_is_open(node, bytes + 1) ||
			    ((char *)node->name)[bytes] != ((char *)first->name)[bytes])
				return bytes;
		}
	return bytes;
}

/* What is equal so far counts as equal, but not so that anything is spared by it. */
static bool cut_is_equal(const struct column_filter *filter)
{
	return !filter->negated && !(filter->leniency & COLUMN_EXEMPTS);
}

/* The literals that are equal so far, of filters for which that counts. */
static void cut_push_whole(struct trie *trie, const uint32_t *numbers, uint32_t n,
			   uint32_t bytes)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct trie_node *node = &trie->nodes[numbers[i]];
		uint32_t list = cut_is_whole(node, bytes) ? node->at_end : NONE;

		for (; list != NONE; list = trie->marks[list].next) {
			uint32_t filter = trie->marks[list].filter;

			if (!cut_is_equal(&trie->column->filters[filter]))
				continue;
			trie->trail[trie->n_trail++] = filter;
			column_hit(trie->column, filter);
		}
	}
}

/* The literals that may still match. */
static void cut_change_all(struct trie *trie, const uint32_t *numbers, uint32_t n,
			   uint32_t bytes,
			   void (*change)(struct column *column, uint32_t filter))
{
	for (uint32_t i = 0; i < n; i++) {
		const struct trie_node *node = &trie->nodes[numbers[i]];
		uint32_t list = cut_is_whole(node, bytes) ? node->at_end : NONE;

		if (cut_is_open(node, bytes))
			cut_change(trie, numbers[i], change);
		for (; list != NONE; list = trie->marks[list].next)
			if (!cut_is_equal(
				    &trie->column->filters[trie->marks[list].filter]))
				change(trie->column, trie->marks[list].filter);
	}
}

/* The cell of the edge from @from to @to bytes, common to the @n chunks below @parent. */
static int cut_add(struct trie *trie, uint32_t parent, const uint32_t *numbers,
		   uint32_t n, uint32_t from, uint32_t to)
{
	const struct trie_node *first = &trie->nodes[numbers[0]];
	uint32_t trail = trie->n_trail;
	struct tetra_trie *cell;
	struct row row;
	int r = array_reserve(&trie->cuts, trie->n_cuts, &trie->cuts_size,
			      sizeof(*trie->cuts));

	if (r < 0)
		return r;
	trail_push_partials(trie, first, from);
	cut_push_whole(trie, numbers, n, from);
	cut_change_all(trie, numbers, n, from, column_maybe);
	r = column_row(trie->column, &row);
	cut_change_all(trie, numbers, n, from, column_unmaybe);
	trail_pop(trie, trail);
	cell = &trie->cuts[trie->n_cuts++];
	*cell = (struct tetra_trie){ .state = parent,
				     .bits = row.bits,
				     .row = row.row,
				     .len = to,
				     .kind = TETRA_CHUNK_CUT,
				     .used = 1,
				     .lens = from };
	for (uint32_t i = 0; i < ARRAY_SIZE(cell->name); i++)
		cell->name[i] = first->name[i] & chunk_mask(i, to, 0);
	return r;
}

/* Leaves those of the @n chunks that still matter after @bytes; returns how many. */
static uint32_t cut_filter(const struct trie *trie, uint32_t *numbers, uint32_t n,
			   uint32_t bytes)
{
	uint32_t left = 0;

	for (uint32_t i = 0; i < n; i++) {
		const struct trie_node *node = &trie->nodes[numbers[i]];

		if (cut_is_open(node, bytes) || cut_is_whole(node, bytes))
			numbers[left++] = numbers[i];
	}
	return left;
}

/* The edges of the @n chunks, which have their first @from bytes in common; they are sorted. */
static int cut_edges(struct trie *trie, uint32_t parent, uint32_t *numbers, uint32_t n,
		     uint32_t from)
{
	uint32_t left = cut_filter(trie, numbers, n, from), to, next;
	int r;

	if (!left)
		return 0;
	to = cut_reach(trie, numbers, left, from);
	r = cut_add(trie, parent, numbers, left, from, to);
	if (to == TETRA_CHUNK_BYTES)
		return r;
	for (uint32_t at = 0; r >= 0 && at < left; at = next) {
		const char *name = (const char *)trie->nodes[numbers[at]].name;

		for (next = at + 1; next < left; next++)
			if (((char *)trie->nodes[numbers[next]].name)[to] != name[to])
				break;
		r = cut_edges(trie, parent, numbers + at, next - at, to + 1);
	}
	return r;
}

static int cut_compare(const void *a, const void *b, void *trie)
{
	const struct trie_node *nodes = ((const struct trie *)trie)->nodes;
	const uint32_t *x = a, *y = b;

	return memcmp(nodes[*x].name, nodes[*y].name, sizeof(nodes->name));
}

static uint32_t cut_list(const struct trie *trie, const struct trie_node *node,
			 uint32_t *numbers)
{
	uint32_t n = 0;

	for (uint32_t i = node->partials; i != NONE; i = trie->nodes[i].partial_sibling)
		numbers[n++] = i;
	for (uint32_t i = node->children; i != NONE; i = trie->nodes[i].sibling)
		numbers[n++] = i;
	return n;
}

/* The beginnings of the chunks after the node. */
static int trie_cut(struct trie *trie, const struct trie_node *node)
{
	_cleanup_(freep) uint32_t *numbers = NULL;
	uint32_t n;

	if (node->partials == NONE && node->children == NONE)
		return 0;
	numbers = malloc(trie->n_nodes * sizeof(*numbers));
	if (!numbers)
		return -ENOMEM;
	n = cut_list(trie, node, numbers);
	qsort_r(numbers, n, sizeof(*numbers), cut_compare, trie);
	return cut_edges(trie, node - trie->nodes, numbers, n, 0);
}

/* Only arguments that are strings can be cut, and only at their end. */
static bool trie_has_cuts(const struct trie *trie)
{
	const struct column *column = trie->column;

	return column->aside && !column->exe && !column->path && !trie->path &&
	       !trie->tail;
}

static int trie_walk(struct trie *trie, uint32_t number);

static int trie_walk_below(struct trie *trie, const struct trie_node *node)
{
	int r = 0;

	for (uint32_t i = node->partials; r >= 0 && i != NONE;
	     i = trie->nodes[i].partial_sibling)
		r = trie_walk(trie, i);
	for (uint32_t i = node->children; r >= 0 && i != NONE; i = trie->nodes[i].sibling)
		r = trie_walk(trie, i);
	return r;
}

/* A string ends after its last chunk: a node there has no continuation. */
static bool node_is_end(const struct trie *trie, const struct trie_node *node)
{
	return !trie->path && node->kind == TETRA_CHUNK_LAST;
}

/* As deep as a literal has chunks: 4096 bytes and 32 components, so 160. */
static int trie_walk(struct trie *trie, uint32_t number)
{
	struct trie_node *node = &trie->nodes[number];
	uint32_t to = trie->n_trail;
	int r;

	if (number)
		trail_push_partials(trie, node, node->len);
	r = trie_row_end(trie, node);
	if (number && node_is_end(trie, node)) {
		node->here = node->end;
	} else if (r >= 0) {
		/* A partial chunk's own mark has been found among the partials. */
		if (node->kind != TETRA_CHUNK_PARTIAL || !number)
			trail_push(trie, node->going_on);
		r = column_row(trie->column, &node->here);
		if (r >= 0 && trie_has_cuts(trie))
			r = trie_cut(trie, node);
		if (r >= 0)
			r = trie_walk_below(trie, node);
	}
	trail_pop(trie, to);
	return r;
}

/* Whether a value may end at the node, and that makes a difference. */
static bool node_has_end(const struct trie *trie, uint32_t number)
{
	const struct trie_node *node = &trie->nodes[number];

	if (number && (node->kind != TETRA_CHUNK_LAST || node_is_end(trie, node)))
		return false;
	return !row_equal(node->here, node->end);
}

static uint32_t node_flags(const struct trie *trie, uint32_t number)
{
	const struct trie_node *node = &trie->nodes[number];

	return (node->children != NONE ? TETRA_NODE_CHILDREN : 0) |
	       (node->lens ? TETRA_NODE_PARTIAL : 0) |
	       (node_has_end(trie, number) ? TETRA_NODE_END : 0);
}

static struct tetra_trie node_cell(const struct trie *trie, uint32_t number)
{
	const struct trie_node *node = &trie->nodes[number];
	struct tetra_trie cell = {
		.state = node->parent,
		.next = node->kind == TETRA_CHUNK_PARTIAL ? 0 : number,
		.bits = node->here.bits,
		.row = node->here.row,
		.len = node->len,
		.kind = node->kind,
		.flags = node_flags(trie, number),
		.used = 1,
		.lens = node->lens,
	};

	memcpy(cell.name, node->name, sizeof(cell.name));
	return cell;
}

static struct tetra_trie end_cell(const struct trie *trie, uint32_t number)
{
	return (struct tetra_trie){
		.state = number,
		.bits = trie->nodes[number].end.bits,
		.row = trie->nodes[number].end.row,
		.kind = TETRA_CHUNK_END,
		.used = 1,
	};
}

/* All cells but the root's, which is in the dimension. */
static int trie_write(const struct trie *trie, struct cells *cells, struct tetra_dim *dim)
{
	_cleanup_(freep) struct tetra_trie *table =
		malloc(2 * (size_t)trie->n_nodes * sizeof(*table));
	uint32_t n = 0;

	if (!table)
		return -ENOMEM;
	for (uint32_t i = 0; i < trie->n_nodes; i++) {
		if (i)
			table[n++] = node_cell(trie, i);
		if (node_has_end(trie, i))
			table[n++] = end_cell(trie, i);
	}
	return trie_table_write(table, n, cells, dim);
}

/* The dimension of the CUT cells. */
static int trie_write_cuts(const struct trie *trie, struct cells *cells)
{
	struct tetra_dim dim = { .type = TETRA_DIM_TRIE, .n = trie->n_cuts };
	uint32_t cell;
	int r;

	trie->column->cut = 0;
	if (!trie->n_cuts)
		return 0;
	r = trie_table_write(trie->cuts, trie->n_cuts, cells, &dim);
	if (r >= 0)
		r = cells_add(cells, 1, &cell);
	if (r < 0)
		return r;
	cells->items[cell].dim = dim;
	trie->column->cut = cell;
	return 0;
}

static int trie_make(struct trie *trie)
{
	const struct column *column = trie->column;
	int r = 0;

	for (uint32_t i = 0; r >= 0 && i < column->n_literals; i++) {
		if (trie->path)
			r = trie_add_path(trie, &column->literals[i]);
		else
			r = trie_add_text(trie, &column->literals[i]);
	}
	return r < 0 ? r : trie_walk(trie, 0);
}

/* Bytes of a value that say where it leaves the trie: those of the longest literal of one step. */
static uint32_t root_enough(const struct trie_node *root)
{
	if (root->children != NONE || !root->lens)
		return TETRA_CHUNK_BYTES + 1;
	return 32 - (uint32_t)__builtin_clz(root->lens);
}

int column_build_trie(struct column *column, struct cells *cells, struct tetra_dim *dim)
{
	_cleanup_(trie_done) struct trie trie;
	int r;

	r = trie_init(&trie, column);
	if (r >= 0)
		r = trie_make(&trie);
	if (r >= 0)
		r = trie_write(&trie, cells, dim);
	if (r >= 0)
		r = trie_write_cuts(&trie, cells);
	if (r < 0)
		return r;
	dim->type = TETRA_DIM_TRIE;
	dim->n = trie.n_nodes - 1;
	dim->flags = node_flags(&trie, 0);
	dim->lens = trie.nodes[0].lens;
	dim->enough = root_enough(&trie.nodes[0]);
	dim->miss_bits = trie.nodes[0].here.bits;
	dim->miss_row = trie.nodes[0].here.row;
	return 0;
}
