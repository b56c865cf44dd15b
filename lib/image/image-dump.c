/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "lib/image/image.h"

static const char *const dim_names[] = {
	[TETRA_DIM_NONE] = "none",	   [TETRA_DIM_EXACT] = "exact",
	[TETRA_DIM_SEGMENTS] = "segments", [TETRA_DIM_BITS] = "bits",
	[TETRA_DIM_TRIE] = "trie",	   [TETRA_DIM_ADDRESS] = "address",
};

static void dump_dim(const struct image *image, uint32_t cell, FILE *out)
{
	const struct tetra_dim *dim = &image->cells[cell].dim;

	fprintf(out, "%s at %" PRIu32, dim_names[dim->type], (uint32_t)dim->table);
	if (dim->type == TETRA_DIM_EXACT || dim->type == TETRA_DIM_TRIE)
		fprintf(out, ", %" PRIu32 " in %" PRIu32 " cells", (uint32_t)dim->n,
			(uint32_t)dim->mask + 1);
	else
		fprintf(out, ", %" PRIu32, (uint32_t)dim->n);
	if (dim->type == TETRA_DIM_ADDRESS)
		fprintf(out, " + %" PRIu32, (uint32_t)dim->n6);
	fprintf(out, ", miss %#" PRIx64 "\n", (uint64_t)dim->miss_bits);
}

static void dump_columns(const struct image *image, const struct tetra_hook_row *row,
			 FILE *out)
{
	for (uint32_t i = 0; i < TETRA_PROCESS_COLUMNS; i++) {
		if (!(row->process_columns >> i & 1))
			continue;
		fprintf(out, "  process %" PRIu32 ": ", i);
		dump_dim(image, row->process_dims + i, out);
	}
	for (uint32_t i = 0; i < TETRA_MAX_SLOTS * TETRA_SLOT_COLUMNS; i++) {
		if (!(row->slot_columns >> i & 1))
			continue;
		fprintf(out, "  slot %" PRIu32 ".%" PRIu32 ": ", i / TETRA_SLOT_COLUMNS,
			i % TETRA_SLOT_COLUMNS);
		dump_dim(image, row->slot_dims + i, out);
	}
}

static void dump_rules(const struct image *image, const struct tetra_hook_row *row,
		       FILE *out)
{
	for (uint32_t i = 0; i < row->n_rules; i++) {
		const struct tetra_rule *rule = &image->cells[row->rules + i].rule;

		if (!rule->group_mask)
			continue;
		fprintf(out,
			"  rule %" PRIu32 ": group %" PRIu32 " selector %" PRIu32
			" flags %#" PRIx32 " action %" PRIu16 " counter %" PRIu32 "\n",
			i, (uint32_t)rule->group, (uint32_t)rule->selector,
			(uint32_t)rule->flags, (uint16_t)rule->action,
			(uint32_t)rule->counter);
	}
}

void image_dump(const struct image *image, FILE *out)
{
	const struct tetra_image_head *head = &image->cells[0].head;

	fprintf(out,
		"image: generation %" PRIu64 ", %" PRIu32 " cells, %" PRIu32 " hooks\n",
		(uint64_t)head->generation, (uint32_t)head->n_cells,
		(uint32_t)head->n_hooks);
	for (uint32_t i = 0; i < image->n_hooks; i++) {
		const struct tetra_hook_row *row = &image->cells[1 + i].hook;

		if (!row->n_rules)
			continue; /* spare, or without a policy now */
		fprintf(out,
			"hook %" PRIu32 ": %" PRIu32 " rules, alive %#" PRIx64
			", deciding %#" PRIx64 "\n",
			i, (uint32_t)row->n_rules, (uint64_t)row->alive,
			(uint64_t)row->deciding);
		dump_columns(image, row, out);
		dump_rules(image, row, out);
	}
}
