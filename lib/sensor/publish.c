/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/sensor/publish.h"

#include <bpf/bpf.h>
#include <sys/mman.h>

uint64_t published_get_bytes(const struct published *published)
{
	return ROUND_UP((uint64_t)published->n_cells * TETRA_CELL_BYTES, 4096ull);
}

int published_prepare(struct published *ret, const struct tetra_cell *cells,
		      uint32_t n_cells)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts,
		    .map_flags = BPF_F_MMAPABLE | BPF_F_INNER_MAP);
	struct published made = { .n_cells = n_cells };
	void *mapping;

	made.fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "tetra_cells", sizeof(uint32_t),
				 TETRA_CELL_BYTES, n_cells, &opts);
	if (made.fd < 0)
		return made.fd == -EPERM || made.fd == -EMFILE ? made.fd : -ENOMEM;
	mapping = mmap(NULL, published_get_bytes(&made), PROT_READ | PROT_WRITE,
		       MAP_SHARED, made.fd, 0);
	if (mapping == MAP_FAILED) {
		close(made.fd);
		return -ENOMEM;
	}
	made.cells = mapping;
	memcpy(made.cells, cells, (size_t)n_cells * TETRA_CELL_BYTES);
	*ret = made;
	return 0;
}

static int images_set(struct sensor *sensor, uint32_t slot,
		      const struct published *published)
{
	int r = bpf_map_update_elem(sensor_map_fd(sensor, SENSOR_MAP_IMAGES), &slot,
				    &published->fd, BPF_ANY);

	if (r == 0 || r == -EPERM || r == -ENOMEM)
		return r;
	return -EINVAL;
}

int published_begin(const struct published *published, struct sensor *sensor)
{
	return images_set(sensor, 0, published);
}

int published_commit(const struct published *published, struct sensor *sensor)
{
	int r;

	/*
	 * New runs start with slot 0: from here on the new rules are in force. The call waits
	 * for runs on the old image, which find it again in slot 1 until then.
	 */
	r = images_set(sensor, 0, published);
	return r < 0 ? r : images_set(sensor, 1, published);
}

int published_wait(const struct published *published, struct sensor *sensor)
{
	return images_set(sensor, 1, published);
}

void published_done(struct published *published)
{
	if (!published->cells)
		return;
	munmap(published->cells, published_get_bytes(published));
	close(published->fd);
	*published = (struct published){ 0 };
}
