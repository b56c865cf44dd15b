/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/process/json-cred.h"

#include "lib/linux/names.h"

static void put_capset(struct writer *writer, const char *key, uint64_t caps, bool first)
{
	const char *name;
	uint32_t bit;

	if (!first)
		writer_char(writer, ',');
	writer_char(writer, '"');
	writer_text(writer, key);
	writer_lit(writer, "\":[");
	for (first = true; caps; caps &= caps - 1, first = false) {
		bit = (uint32_t)__builtin_ctzll(caps);
		name = capability_event_name(bit);
		if (!first)
			writer_char(writer, ',');
		if (!name) {
			writer_u64(writer, bit);
			continue;
		}
		writer_char(writer, '"');
		writer_text(writer, name);
		writer_char(writer, '"');
	}
	writer_char(writer, ']');
}

void json_cred_caps(struct writer *writer, const struct tetra_record_cred *cred)
{
	static const char *const keys[TETRA_CAPSET_END] = { "permitted", "effective",
							    "inheritable" };
	bool first = true;
	unsigned int i;

	writer_char(writer, '{');
	for (i = 0; i < TETRA_CAPSET_END; i++) {
		if (!cred->caps[i])
			continue;
		put_capset(writer, keys[i], cred->caps[i], first);
		first = false;
	}
	writer_char(writer, '}');
}

static void put_securebits(struct writer *writer, uint32_t bits)
{
	const char *name;
	bool first = true;

	if (!(bits & 0xff))
		return;
	writer_lit(writer, ",\"securebits\":[");
	for (bits &= 0xff; bits; bits &= bits - 1, first = false) {
		name = names_text(&names_securebits, bits & -bits);
		if (!first)
			writer_char(writer, ',');
		writer_char(writer, '"');
		writer_text(writer, name ? name : "");
		writer_char(writer, '"');
	}
	writer_char(writer, ']');
}

void json_cred_ids(struct writer *writer, const struct tetra_record_cred *cred)
{
#define X(name) { ",\"" #name "\":", cred->name },
	const struct {
		const char *key;
		uint32_t value;
	} ids[] = { TETRA_CRED_IDS(X) };
#undef X
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		/* No comma before the first. */
		writer_text(writer, ids[i].key + !i);
		writer_u64(writer, ids[i].value);
	}
	put_securebits(writer, cred->securebits);
}
