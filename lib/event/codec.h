/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Payloads of arguments: a row per shape (enum tetra_shape), with the smallest size, the JSON of
 * a value, the JSON of one that could not be read, and how struct tetra_arg is filled in.
 */
#ifndef TETRA_LIB_CODEC_H
#define TETRA_LIB_CODEC_H

#include "lib/base/kinds.h"
#include "lib/event/event.h"
#include "lib/process/writer.h"

typedef void (*codec_put_fn)(struct writer *writer, const struct tetra_event *event,
			     const struct event_arg *arg);

struct codec {
	uint32_t min;	    /* bytes of the smallest payload */
	codec_put_fn value; /* what follows the key */
	codec_put_fn whole; /* or the elements, key and label included */
	const char *fault;  /* JSON if it could not be read; NULL: error_arg */
	void (*fill)(struct tetra_arg *ret, const struct event_arg *arg);
};

extern const struct codec codecs[TETRA_SHAPE_END];

static inline const struct codec *codec_of(uint32_t kind)
{
	return &codecs[kind_row(kind)->shape];
}

/* Whether @bytes of payload can be a value of a kind, which may be one that we do not know. */
static inline bool codec_accepts(uint32_t kind, uint32_t bytes)
{
	return bytes >= codec_of(kind)->min;
}

/* One argument: {"int_arg":1,"label":"x"}; several elements for a buffer of longs. */
void codec_json(struct writer *writer, const struct tetra_event *event,
		const struct event_arg *arg);

/* The members of a value that was read. */
void codec_fill(struct tetra_arg *ret, const struct event_arg *arg);

/* The text of a text or path argument, without the mode before a path. */
struct process_text codec_text(const struct event_arg *arg);

#endif
