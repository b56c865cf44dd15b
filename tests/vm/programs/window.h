/* SPDX-License-Identifier: Apache-2.0 */
/* What window, which holds the sessions, and window-worker, which they judge, share. */
#pragma once

#include <stdint.h>

#define LAB   "/tmp/lab"
#define EVIL  LAB "/evil"
#define GOOD  LAB "/good"
#define VAULT LAB "/vault/key"

struct tally {
	uint64_t refused, opened, other;
};

/* In the file LAB/shared: over an exec as well. */
struct shared {
	uint32_t over;
	uint32_t session; /* odd: the policy of this session is in force */
	uint64_t ready;	  /* to become evil */
	struct tally workers;
};
