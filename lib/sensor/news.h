/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the kernel says of code that it makes at run time: each BPF program and each trampoline
 * is a symbol, and comes and goes with a record of the perf subsystem.
 */
#ifndef TETRA_LIB_SENSOR_NEWS_H
#define TETRA_LIB_SENSOR_NEWS_H

#include "lib/base/base.h"

/* Of a trampoline, with its end; names of programs may be longer and are cut. */
#define NEWS_NAME_BYTES 64u

struct news_cpu;

struct news {
	struct news_cpu *cpus;
	uint32_t n_cpus;
};

struct news_symbol {
	uint64_t address;
	bool gone; /* else it has come */
	char name[NEWS_NAME_BYTES];
};

/* From here on, on all processors that are online. Return: 0, or why the kernel does not say
 * it (-EPERM, -EACCES, -EMFILE, -ENOMEM, -ENODEV ...); *ret is empty then. */
int news_listen(struct news *ret);

/* The next record. Those of one processor come in their order. Records are
 * dropped silently when the buffer is full, so a caller that waits for one must also poll. */
bool news_next(struct news *news, struct news_symbol *ret);

/* Until there may be a record, but no longer than that. */
void news_wait(const struct news *news, int timeout_ms);

void news_done(struct news *news);

#endif
