/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counters that one thread advances and any thread may read. Each read is atomic, but
 * different counters are read at slightly different times.
 */
#ifndef TETRA_LIB_COUNTER_H
#define TETRA_LIB_COUNTER_H

#include <stdint.h>

static inline uint64_t counter_get(const uint64_t *counter)
{
	return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

/* One writer: no locked instruction is needed. */
static inline void counter_add(uint64_t *counter, uint64_t n)
{
	__atomic_store_n(counter, counter_get(counter) + n, __ATOMIC_RELAXED);
}

static inline void counter_set(uint64_t *counter, uint64_t value)
{
	__atomic_store_n(counter, value, __ATOMIC_RELAXED);
}

#endif
