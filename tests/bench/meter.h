/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TETRA_TESTS_BENCH_METER_H
#define TETRA_TESTS_BENCH_METER_H

/*
 * What the machine counted: runs and time of all BPF programs, memory of all BPF maps,
 * processor time of processes. Under the instruction counter a nanosecond is one
 * instruction. Nobody else has BPF programs in the guest.
 */

#include <stdint.h>
#include <sys/types.h>

#define METER_PROGRAMS 128

struct meter_program {
	uint32_t id;
	char name[16];
	uint64_t runs;
	uint64_t ns;
	uint64_t verified; /* instructions that the verifier looked at; 0 before 5.16 */
};

struct meter {
	size_t n;
	struct meter_program list[METER_PROGRAMS];
};

/* Whether the kernel counts runs and time of programs; that costs a little in each run. */
int meter_set_stats(int on);

int meter_read(struct meter *ret);

/* What the programs did from @before to @after; those that did nothing are left out. */
void meter_subtract(struct meter *ret, const struct meter *after,
		    const struct meter *before);

uint64_t meter_total_ns(const struct meter *meter);
uint64_t meter_total_runs(const struct meter *meter);

/* Of all programs that are there, whether they ran or not. */
uint64_t meter_verified(const struct meter *meter);

/* "hook_enter 447 x 1.00, ...": instructions per run and runs per operation. */
void meter_describe(const struct meter *meter, uint64_t operations, char *buf,
		    size_t size);

/* Memory of all maps, as the kernel accounts it. Return: bytes, or a negative errno. */
int64_t meter_map_bytes(void);

/* The same of all programs: pages of their instructions, and bytes of the machine code. */
int64_t meter_program_bytes(void);

uint64_t meter_now_ns(void);

/* Processor time of this process, user and kernel. */
uint64_t meter_own_ns(void);

/* The same of a child; 0 if there is no such process. */
uint64_t meter_child_ns(pid_t pid);

#endif
