/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/manual/findings.h"

#include "lib/base/opts.h"

static const struct finding_rows *const tables[] = { &findings_language, &findings_lints,
						     &findings_machine };

static const struct finding_row *row_at(unsigned int index)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tables); i++) {
		if (index < tables[i]->n)
			return &tables[i]->rows[index];
		index -= (unsigned int)tables[i]->n;
	}
	return NULL;
}

static int row_show(const struct finding_row *row, struct tetra_finding_text *ret)
{
	struct tetra_finding_text full;

	if (!opts_can_fill(ret))
		return -EINVAL;
	if (!row)
		return -ENOENT;
	full = (struct tetra_finding_text){
		.severity = row->severity,
		.code = row->code,
		.title = row->title,
		.text = row->text,
		.cure = row->cure,
		.example = row->example,
	};
	return opts_fill(ret, &full, sizeof(full));
}

int tetra_finding_list(unsigned int index, struct tetra_finding_text *ret)
{
	return row_show(row_at(index), ret);
}

int tetra_finding_describe(const char *code, struct tetra_finding_text *ret)
{
	const struct finding_row *row;
	unsigned int i;

	for (i = 0; (row = row_at(i)); i++)
		if (code && str_equal(row->code, code))
			break;
	return row_show(row, ret);
}
