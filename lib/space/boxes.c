/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/array.h"
#include "lib/space/walk.h"

static uint32_t words_of(const struct lists *lists, uint32_t axis)
{
	return BITS_WORDS(MAX(lists->axes[axis]->partition.n_atoms, 1u));
}

int boxes_set(struct boxes *boxes, const struct lists *lists, uint32_t axis,
	      const uint64_t *atoms, uint32_t *ret)
{
	struct hash_key key = { (uint64_t *)atoms, words_of(lists, axis) };
	uint64_t *kept;

	return hash_table_add(&boxes->atoms[axis], key, ret, &kept);
}

int boxes_init(struct boxes *boxes, const struct lists *lists)
{
	int r = 0;

	*boxes = (struct boxes){};
	for (uint32_t i = 0; r >= 0 && i < lists->n_axes; i++) {
		uint64_t *all = calloc(words_of(lists, i), sizeof(*all));
		uint32_t number;

		hash_table_init(&boxes->atoms[i], lists->space.arena);
		for (uint32_t a = 0; all && a < lists->axes[i]->partition.n_atoms; a++)
			bits_add(all, a);
		r = all ? boxes_set(boxes, lists, i, all, &number) : -ENOMEM;
		free(all);
	}
	return MIN(r, 0);
}

void boxes_done(struct boxes *boxes)
{
	for (uint32_t i = 0; i < MAX_AXES; i++)
		hash_table_done(&boxes->atoms[i]);
	free(boxes->items);
	boxes->items = NULL;
}

int boxes_add(struct boxes *boxes, const struct lists *lists, uint32_t leaf,
	      const uint32_t *sets)
{
	struct box *box;

	if (array_reserve(&boxes->items, boxes->n, &boxes->room, sizeof(*boxes->items)) <
	    0)
		return -ENOMEM;
	box = &boxes->items[boxes->n];
	box->leaf = leaf;
	box->sets =
		arena_array(lists->space.arena, lists->n_axes + 1, sizeof(*box->sets));
	if (!box->sets)
		return -ENOMEM;
	memcpy(box->sets, sets, lists->n_axes * sizeof(*sets));
	boxes->n++;
	return 0;
}

/* Into @box what is in @other as well; they differ in this axis alone. */
static int box_join(struct boxes *boxes, const struct lists *lists, struct box *box,
		    const struct box *other, uint32_t axis)
{
	uint32_t n_words = words_of(lists, axis);
	uint64_t *atoms = calloc(n_words, sizeof(*atoms));
	const uint64_t *more = boxes_atoms(boxes, axis, other->sets[axis]);
	int r;

	if (!atoms)
		return -ENOMEM;
	bits_copy(atoms, boxes_atoms(boxes, axis, box->sets[axis]), n_words);
	for (uint32_t w = 0; w < n_words; w++)
		atoms[w] |= more[w];
	r = boxes_set(boxes, lists, axis, atoms, &box->sets[axis]);
	free(atoms);
	return MIN(r, 0);
}

/* Joins boxes that differ in @axis alone; 1 if there were any. */
static int merge_along(struct boxes *boxes, const struct lists *lists, uint32_t axis,
		       uint64_t *buf)
{
	struct hash_key key = { buf, lists->n_axes + 1 };
	struct hash_table table;
	uint32_t n = 0, number;
	uint64_t *kept;
	int r = 0;

	hash_table_init(&table, lists->space.arena);
	for (uint32_t i = 0; r >= 0 && i < boxes->n; i++) {
		struct box *box = &boxes->items[i];

		buf[0] = box->leaf;
		for (uint32_t k = 0; k < lists->n_axes; k++)
			buf[1 + k] = k == axis ? 0 : box->sets[k];
		r = hash_table_add(&table, key, &number, &kept);
		if (r == 0)
			r = box_join(boxes, lists, &boxes->items[number], box, axis);
		else if (r == 1)
			boxes->items[n++] = *box;
	}
	hash_table_done(&table);
	if (r < 0)
		return r;
	r = n < boxes->n;
	boxes->n = n;
	return r;
}

static int merge_all(struct boxes *boxes, const struct lists *lists, uint64_t *buf)
{
	uint32_t before;
	int r = 0;

	do {
		before = boxes->n;
		/* What was walked last is joined first. */
		for (uint32_t i = lists->n_axes; r >= 0 && i-- > 0;)
			r = merge_along(boxes, lists, lists->order[i], buf);
	} while (r >= 0 && boxes->n < before);
	return MIN(r, 0);
}

/* No atom of the box on @other can occur together with this one. */
static bool is_barred(const struct lists *lists, const struct boxes *boxes,
		      const struct box *box, uint32_t axis, uint32_t atom, uint32_t other)
{
	const struct axis *own = lists->axes[axis], *its = lists->axes[other];
	const uint64_t *atoms = boxes_atoms(boxes, other, box->sets[other]);

	bits_for_each (a, atoms, its->partition.n_atoms)
		if (!(its->gives[a] & own->forbids[atom]) &&
		    !(own->gives[atom] & its->forbids[a]))
			return false;
	return true;
}

static bool is_coupled(const struct lists *lists, uint32_t a, uint32_t b)
{
	return lists->axes[a]->leader == b || lists->axes[b]->leader == a;
}

/* Atoms that cannot occur are taken in, so that nothing needs to be said about them. */
static int box_fill(const struct lists *lists, struct boxes *boxes, struct box *box,
		    uint32_t axis)
{
	uint32_t n_words = words_of(lists, axis);
	const struct axis *filled = lists->axes[axis];
	uint64_t *atoms;
	int r;

	if (!box->sets[axis])
		return 0;
	atoms = calloc(n_words, sizeof(*atoms));
	if (!atoms)
		return -ENOMEM;
	bits_copy(atoms, boxes_atoms(boxes, axis, box->sets[axis]), n_words);
	for (uint32_t other = 0; other < lists->n_axes; other++)
		for (uint32_t a = 0; is_coupled(lists, axis, other) && box->sets[other] &&
				     a < filled->partition.n_atoms;
		     a++)
			if (!bits_has(atoms, a) &&
			    is_barred(lists, boxes, box, axis, a, other))
				bits_add(atoms, a);
	r = boxes_set(boxes, lists, axis, atoms, &box->sets[axis]);
	free(atoms);
	return MIN(r, 0);
}

static int fill_all(struct boxes *boxes, const struct lists *lists)
{
	int r = 0;

	/* What gives facts comes first in the order. */
	for (uint32_t i = 0; r >= 0 && i < boxes->n; i++)
		for (uint32_t k = 0; r >= 0 && k < lists->n_axes; k++)
			r = box_fill(lists, boxes, &boxes->items[i], lists->order[k]);
	return r;
}

int boxes_merge(struct boxes *boxes, const struct lists *lists)
{
	_cleanup_(freep) uint64_t *buf = calloc(lists->n_axes + 1, sizeof(*buf));
	int r = buf ? merge_all(boxes, lists, buf) : -ENOMEM;

	if (r >= 0)
		r = fill_all(boxes, lists);
	return r < 0 ? r : merge_all(boxes, lists, buf);
}
