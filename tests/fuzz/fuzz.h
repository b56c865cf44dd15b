/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fuzz entry is one function over bytes. Built with -Dfuzz=enabled and clang, an engine
 * calls it; else driver.c does: it plays the files that it is given, or, with "-r RUNS",
 * that many mutations of them.
 */
#ifndef TETRA_TESTS_FUZZ_H
#define TETRA_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* For entries that no file is an input of: fills @data. Used when none is given. */
void fuzz_make(uint8_t *data, size_t size, uint64_t (*random)(void))
	__attribute__((weak));

#endif
