/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The programs of one BPF object, prepared for this kernel once and loaded any number of
 * times, each time with its own configuration.
 *
 * libbpf links the object's functions, relocates them and would then load every program. Just
 * before it loads one, we copy its instructions and function records and give libbpf a
 * two-instruction program to load instead; then the object is closed. An instance is a copy of
 * the instructions that refers to another map of read-only data.
 *
 * We use libbpf's own hook for this, a section handler ("tetra/..."). The table of handlers is
 * process-wide: we register ours when the library is loaded, before any thread can be reading
 * the table, and remove it when the library is unloaded.
 */
#ifndef TETRA_LIB_LOAD_TEMPLATE_H
#define TETRA_LIB_LOAD_TEMPLATE_H

#include <linux/bpf.h>

#include "lib/kernel/kernel.h"
#include "lib/load/cast.h"
#include "lib/load/map.h"

struct template;

struct template_source {
	const void *elf; /* borrowed for the call */
	size_t bytes;
	/* Whether to keep a program; NULL: keep all. */
	bool (*wants)(const char *program, uint64_t set);
	uint64_t set;
	/* By enum sensor_map; 0: as the object says. For maps that the object makes. */
	uint32_t max_entries[SENSOR_MAP_END], value_bytes[SENSOR_MAP_END];
	/* Hash maps of the object are preallocated. */
	bool preallocate;
	struct cast cast;
};

/* Where and how a program is loaded. */
struct template_place {
	enum bpf_prog_type type;
	enum bpf_attach_type attach;
	uint32_t flags; /* BPF_F_* */
	/* what it is attached to, in vmlinux; 0: given when it is attached */
	uint32_t btf_id;
};

/*
 * @maps: the descriptors of the shared maps; the object makes those that are negative, and the
 * caller then owns them, also on failure. @kernel: provides the BTF.
 * Return: 0, -ENOMEM or libbpf's error.
 */
int template_new(struct template **ret, const struct template_source *source,
		 int maps[SENSOR_MAP_END], struct tetra_kernel *kernel);
struct template *template_free(struct template *template);

/*
 * A map of the object's read-only data, with @bytes at @offset replaced. A descriptor or a
 * negative errno.
 */
int template_configure(const struct template *template, size_t offset, const void *data,
		       size_t bytes);

/*
 * Verifies and loads; @config: of template_configure(), may be closed afterwards. A descriptor
 * or a negative errno; then @ret_log is the verifier's log, freed by log_free(), or NULL if it
 * is empty.
 */
int template_load(const struct template *template, const char *program,
		  const struct template_place *place, int config, char **ret_log);

static inline void template_freep(struct template **template)
{
	template_free(*template);
}

#endif
