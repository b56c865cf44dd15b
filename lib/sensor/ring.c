/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/sensor/ring.h"

#include <bpf/libbpf.h>

#include "lib/btf/quiet.h"

struct ring {
	struct ring_buffer *buffer;
	ring_record_fn record;
	void *user;
	int stopped; /* what the record function returned last */
};

static int ring_sample(void *context, void *data, size_t bytes)
{
	struct ring *ring = context;

	ring->stopped = ring->record(ring->user, data, bytes);
	/* A negative return makes libbpf stop after this record. */
	return ring->stopped ? -ECANCELED : 0;
}

int ring_new(struct ring **ret, struct sensor *sensor, ring_record_fn record, void *user)
{
	struct ring *ring = calloc(1, sizeof(*ring));
	QUIET;

	if (!ring)
		return -ENOMEM;
	ring->record = record;
	ring->user = user;
	ring->buffer = ring_buffer__new(sensor_map_fd(sensor, SENSOR_MAP_RING),
					ring_sample, ring, NULL);
	if (!ring->buffer) {
		int r = errno == EMFILE ? -EMFILE : -ENOMEM;

		free(ring);
		return r;
	}
	*ret = ring;
	return 0;
}

struct ring *ring_free(struct ring *ring)
{
	if (!ring)
		return NULL;
	ring_buffer__free(ring->buffer);
	free(ring);
	return NULL;
}

int ring_get_fd(const struct ring *ring)
{
	return ring_buffer__epoll_fd(ring->buffer);
}

int ring_consume(struct ring *ring)
{
	ring->stopped = 0;
	(void)ring_buffer__consume(ring->buffer); /* its error is ring->stopped */
	return ring->stopped;
}
