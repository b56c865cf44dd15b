/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The maps of a session and the programs that are always loaded: fork, exec, exit. Program
 * instances of hooks share these maps by descriptor.
 */
#ifndef TETRA_LIB_MAPS_H
#define TETRA_LIB_MAPS_H

#include "bpf/abi/config.h"
#include "bpf/abi/hash.h"
#include "lib/base/base.h"
#include "lib/load/failure.h"
#include "lib/load/map.h"
#include "tetra/diag.h"

struct cast;

/* Processes that hooks skip; all zeroes: none. Numbers of the initial pid namespace. */
struct sensor_own {
	uint32_t tgid;
	uint32_t pgid, uid; /* those of this group and real user; pgid 0: none */
};

struct sensor_opts {
	uint32_t ring_bytes;	/* a power of two, at least a page */
	uint32_t max_processes; /* rows of the process map; 0: the kernel's default */
	struct tetra_seed seed;
	failure_log_fn log; /* gets the verifier's log of a rejected program */
	void *log_user;
	struct sensor_own own;
	bool wants_gains; /* of privileges, in EXEC records */
	bool skips; /* this kernel skips programs of tracepoints: kernel_skips_tracepoints() */
};

/* Bits of both kinds, those of pids first: what a process gains and loses. */
struct sensor_mark {
	uint32_t tgid;
	uint64_t start; /* another process may have the number by now */
	uint64_t gained[2], lost[2];
};

typedef int (*sensor_process_fn)(void *user, uint32_t tgid, const struct tetra_proc *row);

struct template;

/* Programs of hooks that instances are made of; instance.c has the numbers of the bits. */
struct sensor_hooks {
	struct template *template; /* NULL: none is ready */
	uint64_t ready, expected;
};

struct sensor;
struct tetra_kernel;

/*
 * Creates the maps and attaches the process programs.
 * Return: 0; -EPERM, -EOPNOTSUPP, -ENOMEM with a finding.
 */
int sensor_new(struct sensor **ret, const struct sensor_opts *opts,
	       struct tetra_kernel *kernel, struct tetra_diag *diag);
struct sensor *sensor_free(struct sensor *sensor);

int sensor_map_fd(const struct sensor *sensor, enum sensor_map map);

struct sensor_hooks *sensor_get_hooks(struct sensor *sensor);
/* Sends @failure's log to the session's log. */
void sensor_set_log(const struct sensor *sensor, struct failure *failure);
/* What the configurations of all programs have in common. */
void sensor_configure(const struct sensor *sensor, struct tetra_hook_config *config);
const struct cast *sensor_get_cast(const struct sensor *sensor);
const struct sensor_own *sensor_get_own(const struct sensor *sensor);
/* Frees what only loading needed. */
void sensor_trim(struct sensor *sensor);

/* Bytes of all maps, as the kernel counts them. */
uint64_t sensor_get_kernel_bytes(const struct sensor *sensor);

/*
 * Sum over the CPUs of what was lost for one cause (enum tetra_loss), or of the other counters
 * (enum tetra_tally).
 * Return: 0; -EPERM if this process may not read maps any more; -ENOMEM.
 */
int sensor_get_loss(const struct sensor *sensor, uint32_t cause, uint64_t *ret);

/* The same for values that could not be read (enum tetra_unreadable). */
int sensor_get_unreadable(const struct sensor *sensor, uint32_t cause, uint64_t *ret);

/* Tells the programs the root of most paths, again after a pivot_root made them forget it. They
 * work without it, at some cost. */
void sensor_find_root(struct sensor *sensor);
/* Allocates rate limits, once, before the first program with any. Return: 0; -EPERM;
 * -ENOMEM. */
int sensor_make_rates(struct sensor *sensor);

/*
 * Rows of the processes already running: the kernel makes them, except @kernel, that of
 * process 0. Once, after sensor_new(). Return: 0, -ENOMEM, -EOPNOTSUPP.
 */
int sensor_seed(struct sensor *sensor, const struct tetra_proc *kernel);

/* Rows of the processes whose fork the kernel skipped. Return: 0, -EINVAL. */
int sensor_catch_up(struct sensor *sensor);

/* A process's row as it is now. -ENOENT if it has none. */
int sensor_get_process(const struct sensor *sensor, uint32_t tgid,
		       struct tetra_proc *ret);

/* Runs of the process programs that the kernel skipped. */
uint64_t sensor_get_misses(const struct sensor *sensor);

/* The mark bits of which a key is the root from now on; none: it is no root. */
int sensor_set_mark(struct sensor *sensor, const struct tetra_mark_key *key,
		    const struct tetra_mark_bits *bits);
/* Changes those of a running process. It may have ended. */
int sensor_mark_process(struct sensor *sensor, const struct sensor_mark *change);

/* Calls @fn with each row until it fails. Return: its error; -ENOMEM; -EPERM, -EINVAL. */
int sensor_each_process(const struct sensor *sensor, sensor_process_fn fn, void *user);

static inline void sensor_freep(struct sensor **sensor)
{
	sensor_free(*sensor);
}

#endif
