/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The programs of one BPF object, made ready for this kernel once and loaded as often as
 * wanted, each time with a configuration of its own.
 *
 * libbpf links the object's functions, relocates them and would then load every program of it.
 * Of each it is to load, the instructions and the function records are copied out at the last
 * moment, and a program of two instructions is loaded in its stead; then the object goes. An
 * instance is a copy of the instructions that names another map of read-only data.
 *
 * The last moment is libbpf's own hook for it, a handler of sections ("tetra/..."). Its table
 * of them is the process's: we enter ours when the library is loaded, before anybody can be
 * reading it, and take it out when the library goes.
 */
#ifndef TETRA_LIB_SENSOR_TEMPLATE_H
#define TETRA_LIB_SENSOR_TEMPLATE_H

#include <linux/bpf.h>

#include "lib/kernel/kernel.h"
#include "lib/sensor/maps.h"

struct template;

struct template_source {
	const void *elf; /* borrowed for the call */
	size_t bytes;
	/* Whether a program is to be kept; NULL: all are. */
	bool (*wants)(const char *program, uint64_t set);
	uint64_t set;
	/* By enum sensor_map; 0: as the object says. Of maps that the object makes. */
	uint32_t max_entries[SENSOR_MAP_END], value_bytes[SENSOR_MAP_END];
	/* Hash maps of the object have all their memory from the beginning. */
	bool preallocate;
};

/* Where and how a program is loaded. */
struct template_place {
	enum bpf_prog_type type;
	enum bpf_attach_type attach;
	uint32_t flags; /* BPF_F_* */
	uint32_t btf_id; /* what it is attached to, in vmlinux; 0: named when it is attached */
};

/*
 * @maps: the descriptors of the shared maps; the object makes those that are negative, and they
 * are the caller's then, also on failure. @kernel: gives the BTF.
 * Return: 0, -ENOMEM or what libbpf said.
 */
int template_new(struct template **ret, const struct template_source *source,
		 int maps[SENSOR_MAP_END], struct tetra_kernel *kernel);
struct template *template_free(struct template *template);

/*
 * A map of the object's read-only data, of which @bytes at @offset are replaced. A descriptor
 * or a negative errno.
 */
int template_configure(const struct template *template, size_t offset, const void *data,
		       size_t bytes);

/*
 * Verifies and loads; @config: of template_configure(), may be closed afterwards. A descriptor
 * or a negative errno; then @ret_log is the verifier's log, freed by log_free(), or NULL if it
 * said nothing.
 */
int template_load(const struct template *template, const char *program,
		  const struct template_place *place, int config, char **ret_log);

static inline void template_freep(struct template **template)
{
	template_free(*template);
}

#endif
