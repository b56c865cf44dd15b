/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The maps of a session. All program instances share them; only the configuration is per
 * instance. Sizes given here are defaults; the loader sets those that the session's options
 * give. BPF_F_NO_PREALLOC as well: on kernels where programs must not let a map grow (before
 * Linux 6.1) the loader removes it, and the map allocates all its memory at the start.
 */
#ifndef TETRA_BPF_MAPS_H
#define TETRA_BPF_MAPS_H

#include "bpf/abi/config.h"
#include "bpf/abi/kinds.h"
#include "bpf/abi/record.h"
#include "bpf/common/scratch.h"

struct tetra_image_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, TETRA_CELL_BYTES);
	__uint(map_flags, BPF_F_MMAPABLE | BPF_F_INNER_MAP);
};

/*
 * The rule set in force: slot 0 holds the image. Written by user space (one exchange per
 * commit, which waits until no program uses the old one), read by every program. Slot 1 is
 * updated after that wait: a run that started on the old image finds it there until it ends.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 2);
	__uint(key_size, sizeof(__u32));
	__array(values, struct tetra_image_map);
} tetra_images SEC(".maps");

/* All records. Written by programs, read by user space. Full: counted as LOST_RING. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
} tetra_ring SEC(".maps");

/*
 * Processes by thread group id. Written at fork, exec and exit, and by user space for those
 * already running. Full: counted as LOST_PROCESS, the process stays unknown.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 32768);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct tetra_proc));
} tetra_procs SEC(".maps");

/*
 * What a child that was just forked takes from its forker: task address -> the forker's row.
 * Used if the probe that makes the child's row can be skipped (cfg.keeps_forks; otherwise the
 * loader makes it small). Added by an LSM hook, removed by the program that makes the row, or
 * with the task. Full: the probe is the only way.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u64));
	__uint(value_size, sizeof(struct tetra_proc));
} tetra_forks SEC(".maps");

/* Roots of marked process trees -> mark bits. Written by user space only. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, TETRA_MAX_MARK_ROOTS);
	__uint(key_size, sizeof(struct tetra_mark_key));
	__uint(value_size, sizeof(struct tetra_mark_bits));
} tetra_marks SEC(".maps");

/* Entry 0: how many mark roots have ever been made. Written by user space before each one. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} tetra_marking SEC(".maps");

struct tetra_rate_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct tetra_rate_set));
	__uint(map_flags, BPF_F_INNER_MAP);
};

/*
 * Rate limits: slot 0 holds a map of TETRA_RATE_SETS sets, which user space adds before the
 * first rule with a limit. Only programs write sets. Full set: the limit that ends first is
 * forgotten, counted as LOST_RATE if it had not ended.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__array(values, struct tetra_rate_map);
} tetra_rates SEC(".maps");

/*
 * Calls of functions of the kernel that a probe has seen and that have not returned (call.bpf.h).
 * Written and removed by programs. Full: the return is not seen, counted as LOST_RECURSION.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, TETRA_CALLS);
	__uint(key_size, sizeof(struct tetra_call_key));
	__uint(value_size, sizeof(struct tetra_call));
} tetra_calls SEC(".maps");

/*
 * The same of calls of programs (user-call.bpf.h). User space removes what has been left there;
 * that is counted, too.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, TETRA_USER_CALLS);
	__uint(key_size, sizeof(struct tetra_user_call_key));
	__uint(value_size, sizeof(struct tetra_user_call));
} tetra_user_calls SEC(".maps");

/* No mount's address, nor that of no mount, which a parameter can have. */
#define ROOT_UNKNOWN 1

/* The root of a mount namespace, as addresses. */
struct tetra_root {
	__u64 mount, dentry;
};

/*
 * Entry 0: the root of most paths, which is that of the machine's first process. Written by
 * tetra_root, which user space runs for each commit and once a second; ROOT_UNKNOWN as mount
 * if it could not be found.
 * A pivot_root in the first mount namespace makes it unknown.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct tetra_root));
} tetra_roots SEC(".maps");

/* Records that could not be sent, by cause (enum tetra_loss); then values that could not be
 * read (enum tetra_unreadable); then enum tetra_tally. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, TETRA_TALLY_END);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u64));
} tetra_losses SEC(".maps");

/*
 * Working memory. Programs preempt each other and nest, so each CPU has four slots, which runs
 * claim and release (scratch.bpf.h). All taken: a spare.
 */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, TETRA_SCRATCH_SLOTS);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct tetra_scratch));
} tetra_scratch SEC(".maps");

/*
 * Working memory of runs that found all slots of their CPU taken, which happens only on a
 * preemptible kernel: number -> slot. Added and removed by the run. If the kernel is not
 * preemptible, it is not used, and the loader makes it small. Full, or no memory: nothing can
 * be evaluated, counted as LOST_SCRATCH.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct tetra_scratch));
} tetra_spares SEC(".maps");

static __always_inline void loss_count(__u32 cause)
{
	__u64 *count = bpf_map_lookup_elem(&tetra_losses, &cause);

	if (count)
		*count += 1;
}

/* A value that rules look at could not be read; each program that meets it counts. */
static __always_inline void unreadable_count(__u32 cause)
{
	loss_count(TETRA_LOST_END + cause);
}

#endif
