/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where a task is in the cgroup tree. The leaf, or a group above it, shows which container it
 * is in: podman, crun and CRI-O put processes into "container" below the group with the id,
 * and an init system in a container makes its own groups. lib/host/cgroup.c decides; this
 * file only finds the one name to decide about.
 */
#ifndef TETRA_BPF_CGROUP_H
#define TETRA_BPF_CGROUP_H

#include "bpf/common/compat.bpf.h"
#include "bpf/common/scratch.bpf.h"
#include "bpf/path/text.bpf.h"

/* Groups that are checked, from the leaf up. */
#define CGROUP_LEVELS 16
/* Hexadecimal digits of a container's id. */
#define CGROUP_ID_DIGITS 64
/* Bytes of ".scope"; two of them differ from ".slice". */
#define CGROUP_SCOPE_BYTES 6

/* The most recently checked groups that have no id above them. */
#define CGROUP_PLAIN 16

/*
 * Ids of such groups, so that only the first exec in a group makes the walk. Written and read
 * by programs; an entry replaces another one in the same place.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CGROUP_PLAIN);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u64));
} tetra_plain SEC(".maps");

#define EACH_BYTE(c) ((c)*0x0101010101010101ull)
/* Added to a byte below 0x80, sets its highest bit from @c on. */
#define FROM(c) EACH_BYTE(0x80ull - (c))

/* Are these eight bytes hexadecimal digits? A loop over single ones is long to verify. */
static __always_inline int are_hex_digits(__u64 word)
{
	__u64 lower = word | EACH_BYTE(0x20ull);
	__u64 digits = (word + FROM('0')) & ~(word + FROM('9' + 1));
	__u64 letters = (lower + FROM('a')) & ~(lower + FROM('f' + 1));

	return !(word & EACH_BYTE(0x80ull)) &&
	       ((digits | letters) & EACH_BYTE(0x80ull)) == EACH_BYTE(0x80ull);
}

/* Does the name of @len bytes at s->spot end in an id, or in an id and ".scope"? */
__noinline int cgroup_bears_id(__u32 slot, __u32 len)
{
	struct tetra_scratch *s = scratch_get(slot);
	__u32 at, i;

	if (!s || len < CGROUP_ID_DIGITS || len >= TETRA_CGROUP_NAME_MAX)
		return 0;
	/* Cut off: user space, which knows the rules, may still find one. */
	if (len == TETRA_CGROUP_NAME_MAX - 1)
		return 1;
	at = s->spot + len - CGROUP_ID_DIGITS;
	if (s->record[(s->spot + len - CGROUP_SCOPE_BYTES) & RECORD_MASK] == '.' &&
	    s->record[(s->spot + len - CGROUP_SCOPE_BYTES + 2) & RECORD_MASK] == 'c' &&
	    len >= CGROUP_ID_DIGITS + CGROUP_SCOPE_BYTES)
		at -= CGROUP_SCOPE_BYTES;
	for (i = 0; i < CGROUP_ID_DIGITS; i += 8)
		if (!are_hex_digits(word_get(&s->record[(at + i) & RECORD_MASK])))
			return 0;
	return 1;
}

/*
 * The name of the nearest group above the current task's leaf that has an id, at s->spot.
 * Returns its bytes; 0 if there is none, or if the leaf itself has one.
 */
__noinline int cgroup_put_above(__u32 slot, __u64 leaf)
{
	struct tetra_scratch *s = scratch_get(slot);
	struct kernfs_node *node = (void *)leaf;
	__u64 i;

	if (!s)
		return 0;
	for (i = 0; i < CGROUP_LEVELS; i++) {
		long n = bpf_probe_read_kernel_str(&s->record[s->spot & RECORD_MASK],
						   TETRA_CGROUP_NAME_MAX,
						   BPF_CORE_READ(node, name));

		/* Of what could not be read the length is none, too. */
		if (cgroup_bears_id(slot, n - 1))
			return i ? n - 1 : 0;
		node = BPF_CORE_READ(node, parent);
		if (!node)
			return 0;
	}
	return 0;
}

#endif
