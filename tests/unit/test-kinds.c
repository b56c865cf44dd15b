/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every kind of argument, walked through every table that has something to say about it: a
 * row that is forgotten somewhere is told here.
 */
#include <stdio.h>

#include "lib/base/kinds.h"

#include "lib/event/codec.h"
#include "lib/linux/signatures.h"
#include "lib/use/fit.h"
#include "lib/document/types.h"
#include "tests/unit/suite.h"

/* More than the largest struct in a payload. */
#define PAYLOAD_BYTES 256u

#define EACH_KIND TETRA_ARG_END - 1

static bool is_read(const struct kind_row *row)
{
	return row->support != TETRA_KIND_NOT_YET && row->reader != TETRA_READ_NONE;
}

static const char *json_of(uint32_t kind, uint32_t status, uint32_t bytes)
{
	static const uint8_t payload[PAYLOAD_BYTES];
	static char text[16 * PAYLOAD_BYTES];
	const struct event_group_arg spec = { .kind = kind };
	const struct tetra_event event = { .kind = TETRA_EVENT_KPROBE };
	struct event_arg arg = { .spec = &spec, .data = payload };
	struct writer writer;

	arg.head.status = (uint8_t)status;
	arg.head.bytes = bytes;
	writer_init(&writer, text, sizeof(text));
	codec_json(&writer, &event, &arg);
	ck_assert_uint_lt(writer_finish(&writer, sizeof(text)), sizeof(text));
	return text;
}

TEST_EACH(a_kind_has_a_row, EACH_KIND)
{
	const struct kind_row *row = kind_row(_i + 1);

	ck_assert_msg(row->name && *row->name, "number %d is no kind", _i + 1);
	ck_assert_ptr_nonnull(row->of);
	ck_assert_ptr_nonnull(row->key);
	ck_assert_msg((row->reader != TETRA_READ_NONE) ==
			      (row->shape != TETRA_SHAPE_NONE),
		      "%s: a reader and a shape go together", row->name);
	if (row->support == TETRA_KIND_NOT_YET)
		ck_assert_msg(row->reader == TETRA_READ_NONE, "%s is read", row->name);
	else if (_i + 1 != TETRA_ARG_NOP)
		ck_assert_msg(row->reader != TETRA_READ_NONE, "%s is not read",
			      row->name);
}

/* What lints know of a type: parameters it reads; and that its memory is the caller's. */
TEST_EACH(a_kind_reads_parameters_that_signatures_have, EACH_KIND)
{
	static const char letters[] = {
		SIGNATURE_INT,
		SIGNATURE_LONG,
		SIGNATURE_FD,
		SIGNATURE_STRING,
		SIGNATURE_VOID,
		SIGNATURE_POINTER,
		SIGNATURE_FILE,
		SIGNATURE_PATH,
		SIGNATURE_DENTRY,
		SIGNATURE_BINPRM,
		SIGNATURE_SOCK,
		SIGNATURE_SOCKET,
		SIGNATURE_CRED,
		SIGNATURE_SOCKADDR,
		SIGNATURE_SKB,
		SIGNATURE_FILENAME,
		'\0',
	};
	const struct kind_row *row = kind_row(_i + 1);
	bool pointer = !row->bits && row->parameters[0] && _i + 1 != TETRA_ARG_FD;

	ck_assert_msg(strspn(row->parameters, letters) == strlen(row->parameters),
		      "%s reads '%s'", row->name, row->parameters);
	ck_assert_msg(!pointer || strchr(row->parameters, SIGNATURE_VOID),
		      "%s does not read a void *", row->name);
	ck_assert_msg(!row->is_caller_memory || pointer, "%s points to no memory",
		      row->name);
}

TEST_EACH(a_kind_has_a_spelling, EACH_KIND)
{
	const struct kind_row *row = kind_row(_i + 1);
	const struct type_row *type = words_find(&argument_types, row->name);

	ck_assert_msg(type != NULL, "no type is called %s", row->name);
	ck_assert_uint_eq(type->kind, _i + 1);
	ck_assert_uint_eq(type->classes, row->classes);
	ck_assert_uint_eq(type->bits, row->bits);
	ck_assert_uint_eq(type->is_signed, row->is_signed);
}

TEST_EACH(a_spelling_has_a_kind, argument_types.n)
{
	const struct type_row *type =
		words_find(&argument_types, word_name(&argument_types, _i));

	ck_assert_msg(type->kind || type->classes == TETRA_CLASS_AUTO, "%s has no kind",
		      type->name);
	ck_assert(type->kind < TETRA_ARG_END);
}

/* A class says that operators compare the value: a column of its slot has it. */
TEST_EACH(a_kind_has_the_slot_that_its_class_needs, EACH_KIND)
{
	static const struct {
		uint32_t class, slots;
	} needs[] = {
		{ TETRA_CLASS_INT, TETRA_SLOTS_NUMBER },
		{ TETRA_CLASS_TEXT, TETRA_SLOTS_TEXT },
		{ TETRA_CLASS_PATH, TETRA_SLOTS_PATH },
		{ TETRA_CLASSES_SOCK, TETRA_SLOTS_SOCK },
		{ TETRA_CLASS_CAPS, TETRA_SLOTS_NUMBER },
	};
	const struct kind_row *row = kind_row(_i + 1);

	ck_assert_msg(is_read(row) == (row->slots < TETRA_SLOT_CLASSES),
		      "%s: what is read has a slot, and nothing else", row->name);
	for (size_t i = 0; is_read(row) && i < ARRAY_SIZE(needs); i++)
		if (row->classes & needs[i].class)
			ck_assert_msg(row->slots == needs[i].slots, "%s", row->name);
	ck_assert_msg((row->bits != 0) == (row->slots == TETRA_SLOTS_NUMBER &&
					   row->reader != TETRA_READ_FIELDS),
		      "%s: numbers have a width, and nothing else", row->name);
	ck_assert_msg(row->bits || !kind_has_class(_i + 1, TETRA_CLASSES_NUMBER),
		      "%s is compared as a number", row->name);
}

TEST_EACH(a_kind_has_a_codec, EACH_KIND)
{
	const struct kind_row *row = kind_row(_i + 1);
	const struct event_group_arg spec = { .kind = _i + 1 };
	static const uint8_t payload[PAYLOAD_BYTES];
	const struct event_arg arg = { .spec = &spec,
				       .data = payload,
				       .head.bytes = PAYLOAD_BYTES };
	struct tetra_arg value = { .mode = ~0u };

	if (!is_read(row))
		return;
	ck_assert(codec_accepts(_i + 1, PAYLOAD_BYTES));
	codec_fill(&value, &arg);
	ck_assert_msg(value.text || value.value || row->bits, "%s has no public value",
		      row->name);
	ck_assert_uint_eq(value.mode != ~0u, row->shape == TETRA_SHAPE_PATH);
}

/* What a codec reads of a payload, it asks for. */
TEST_EACH(a_kind_asks_for_the_bytes_it_reads, EACH_KIND)
{
	static const uint8_t smallest[TETRA_SHAPE_END] = {
		[TETRA_SHAPE_WORD] = 8,
		[TETRA_SHAPE_CALL] = 8,
		[TETRA_SHAPE_PATH] = 8,
		[TETRA_SHAPE_SOCK] = sizeof(struct tetra_record_sock),
		[TETRA_SHAPE_SOCKADDR] = sizeof(struct tetra_record_sock),
		[TETRA_SHAPE_SKB] = sizeof(struct tetra_record_skb),
		[TETRA_SHAPE_CRED] = sizeof(struct tetra_record_arg_cred),
		[TETRA_SHAPE_CAPABILITY] = 8,
		[TETRA_SHAPE_CAPS] = 8,
		[TETRA_SHAPE_BPF_CMD] = 8,
		[TETRA_SHAPE_USER_NS] = sizeof(struct tetra_record_arg_user_ns),
		[TETRA_SHAPE_BPF_PROG] = sizeof(struct tetra_record_arg_bpf_prog),
		[TETRA_SHAPE_BPF_MAP] = sizeof(struct tetra_record_arg_bpf_map),
		[TETRA_SHAPE_PERF_EVENT] = sizeof(struct tetra_record_arg_perf_event),
		[TETRA_SHAPE_MODULE] = sizeof(struct tetra_record_arg_module),
		[TETRA_SHAPE_LOAD_INFO] = sizeof(struct tetra_record_arg_module),
	};
	uint32_t min = smallest[kind_row(_i + 1)->shape];

	ck_assert(codec_accepts(_i + 1, min));
	if (min)
		ck_assert(!codec_accepts(_i + 1, min - 1));
}

TEST_EACH(a_kind_has_a_key_in_json, EACH_KIND)
{
	const struct kind_row *row = kind_row(_i + 1);
	char want[64];

	if (row->support == TETRA_KIND_NOT_YET || is_read(row))
		ck_assert_msg(*row->key, "%s has no key", row->name);
	if (!is_read(row))
		return;
	snprintf(want, sizeof(want), "\"%s\":", row->key);
	ck_assert_msg(strstr(json_of(_i + 1, TETRA_ARG_OK, PAYLOAD_BYTES), want) != NULL,
		      "%s: %s", row->name, json_of(_i + 1, TETRA_ARG_OK, PAYLOAD_BYTES));
}

TEST_EACH(a_kind_that_cannot_be_read_says_so, EACH_KIND)
{
	const struct kind_row *row = kind_row(_i + 1);
	const char *json = json_of(_i + 1, TETRA_ARG_FAULT, 0);

	if (!is_read(row))
		return;
	ck_assert_msg(str_has_prefix(json, "{\"error_arg\":{\"Message\":\"") ||
			      (str_has_prefix(json, "{\"") &&
			       str_has_prefix(json + 2, row->key)),
		      "%s: %s", row->name, json);
	ck_assert_int_eq(json[strlen(json) - 1], '}');
}

/* What a policy would declare for the parameter is read without a complaint. */
TEST_EACH(a_kind_fits_its_own_parameter, EACH_KIND)
{
	const struct kind_row *row = kind_row(_i + 1);
	const struct policy_arg arg = { .kind = _i + 1, .type = (char *)row->name };
	struct kernel_param param = {
		.name = "x",
		.type_name = *row->of ? row->of : "char",
		.is_pointer = *row->of || (!row->bits && row->reader != TETRA_READ_FD),
		.is_signed = row->is_signed,
		.size = row->bits ? row->bits / 8 : 8,
	};
	char hint[128];

	if (!is_read(row) || row->support != TETRA_KIND_DECLARED)
		return;
	ck_assert_msg(fit_param(&arg, &param, false) == FIT_GOOD, "%s", row->name);
	if (!*row->of)
		return;
	ck_assert_msg(fit_param(&arg, &param, true) ==
			      (row->is_caller_memory ? FIT_GOOD : FIT_NONE),
		      "%s", row->name);
	ck_assert_ptr_nonnull(fit_param_hint(&hint, &param, false));
	/* Several read a set of capabilities: the first is named. */
	ck_assert_ptr_nonnull(strstr(hint, row->reader == TETRA_READ_CAPS
						   ? kind_row(TETRA_ARG_KERNEL_CAP)->name
						   : row->name));
}

TEST_EACH(a_slot_has_what_its_kind_decides, EACH_KIND)
{
	const struct kind_row *row = kind_row(_i + 1);
	struct tetra_slot_config slot = {};

	fit_slot(&slot, _i + 1);
	ck_assert_uint_eq(slot.kind, _i + 1);
	ck_assert_uint_eq(slot.reader, row->reader);
	ck_assert_uint_eq(slot.shift, row->bits ? 64 - row->bits : 0);
	ck_assert_uint_eq(slot.is_signed, row->is_signed);
}

TEST(an_unknown_kind_has_nothing)
{
	static const uint32_t unknown[] = { 0, TETRA_ARG_END, 255, ~0u };

	for (size_t i = 0; i < ARRAY_SIZE(unknown); i++) {
		ck_assert_ptr_null(kind_row(unknown[i])->name);
		ck_assert_uint_eq(kind_row(unknown[i])->slots, TETRA_SLOTS_NONE);
		ck_assert(codec_accepts(unknown[i], 0));
	}
}
