/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a stream of records, each followed by all encoders: nothing may be read
 * outside of the input.
 */
#include <stdio.h>

#include "bpf/abi/image.h"
#include "lib/event/record.h"
#include "tests/fuzz/fuzz.h"

static const struct event_group_arg args[] = {
	{ .slot = 0, .kind = TETRA_ARG_FILE, .label = "file", .yaml_type = "file" },
	{ .slot = 1, .kind = TETRA_ARG_INT32, .yaml_type = "int" },
	{ .slot = 2, .kind = TETRA_ARG_SOCK, .yaml_type = "sock" },
	{ .slot = 3, .kind = TETRA_ARG_CHAR_BUF, .yaml_type = "char_buf" },
	{ .slot = 4, .kind = TETRA_ARG_CONST_BUF, .yaml_type = "const_buf" },
	{ .slot = 5, .kind = TETRA_ARG_STRING, .yaml_type = "string" },
};

static const struct event_group groups[] = {
	{ .id = 0,
	  .kind = TETRA_EVENT_KPROBE,
	  .policy_name = "k",
	  .function_name = "security_file_permission",
	  .args = args,
	  .n_args = 6,
	  .wants_return = 1,
	  .return_slot = TETRA_RETURN_SLOT,
	  .return_kind = TETRA_ARG_INT32,
	  .return_type = "int" },
	{ .id = 1,
	  .kind = TETRA_EVENT_TRACEPOINT,
	  .policy_name = "t",
	  .subsys = "raw_syscalls",
	  .function_name = "sys_enter",
	  .args = args,
	  .n_args = 6 },
	{ .id = 2,
	  .kind = TETRA_EVENT_LSM,
	  .policy_name = "l",
	  .function_name = "file_open",
	  .args = args,
	  .n_args = 6 },
};

static const struct event_group *find_group(void *user, uint32_t id)
{
	return &groups[id % ARRAY_SIZE(groups)];
}

static void encode(void *user, const struct tetra_event *event)
{
	struct tetra_event *kept = tetra_event_ref(event);
	char text[1024];
	size_t n = tetra_event_to_json(event, text, sizeof(text));

	if (!kept || tetra_event_to_json(kept, text, sizeof(text)) != n)
		abort();
	(void)tetra_event_to_compact(event, text, sizeof(text), NULL);
	tetra_event_unref(kept);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct decoder_opts opts = { .json = { .node_name = "n" },
				     .max_processes = 64,
				     .find_group = find_group,
				     .deliver = encode };
	struct decoder *decoder;
	uint32_t bytes;
	void *copy;

	opts.json.flags = EVENT_JSON_CRED | EVENT_JSON_NS;
	if (decoder_new(&decoder, &opts) < 0)
		return 0;
	while (size >= sizeof(struct tetra_record)) {
		memcpy(&bytes, data, sizeof(bytes));
		bytes = bytes < sizeof(struct tetra_record) || bytes > size
				? (uint32_t)size
				: bytes;
		/* Of exactly this size, so that a sanitizer sees one byte more. */
		copy = malloc(bytes);
		if (!copy)
			break;
		memcpy(copy, data, bytes);
		(void)decoder_record(decoder, copy, bytes);
		free(copy);
		data += bytes;
		size -= bytes;
	}
	decoder_flush(decoder);
	decoder_free(decoder);
	return 0;
}

/* Heads that look like records: else none would pass the first test. */
void fuzz_make(uint8_t *data, size_t size, uint64_t (*random)(void))
{
	struct tetra_record head;
	size_t at, bytes;

	for (at = 0; at < size; at++)
		data[at] = random() & 3 ? 0 : (uint8_t)random();
	for (at = 0; at + 512 <= size; at += bytes) {
		memcpy(&head, data + at, sizeof(head));
		bytes = 32 + random() % 60 * 8;
		head.bytes = (uint32_t)bytes;
		head.kind = (uint16_t)(1 + random() % 5);
		head.tgid = 1 + random() % 4;
		head.stamp = 1 + random() % 4;
		memcpy(data + at, &head, sizeof(head));
	}
}
