/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/explain/explanation.h"

const char *explanation_keep(struct tetra_explanation *explanation, struct strbuf *buf)
{
	const char *kept =
		buf->failed ? NULL
			    : arena_text(explanation->arena, strbuf_get(buf), buf->len);

	strbuf_done(buf);
	*buf = (struct strbuf){};
	return kept;
}
