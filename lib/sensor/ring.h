/* SPDX-License-Identifier: Apache-2.0 */
/* The ring buffer, with one descriptor to poll. */
#ifndef TETRA_LIB_RING_H
#define TETRA_LIB_RING_H

#include "lib/sensor/maps.h"

struct ring;

/* Receives one record, borrowed. A return other than 0 stops after this record. */
typedef int (*ring_record_fn)(void *user, const void *data, size_t bytes);

int ring_new(struct ring **ret, struct sensor *sensor, ring_record_fn record, void *user);
struct ring *ring_free(struct ring *ring);
int ring_get_fd(const struct ring *ring);

/* Delivers the records that are ready, never blocks. Return: 0, or what stopped it. */
int ring_consume(struct ring *ring);

static inline void ring_freep(struct ring **ring)
{
	ring_free(*ring);
}

#endif
