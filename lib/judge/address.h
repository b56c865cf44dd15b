/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses as numbers of 128 bits: those of IPv4 are where IPv6 has them.
 */
#ifndef TETRA_LIB_ADDRESS_H
#define TETRA_LIB_ADDRESS_H

#include "lib/judge/set.h"
#include "lib/policy/policy.h"

#define FAMILY_IPV4 2
#define FAMILY_IPV6 10

#define ADDRESS_BYTES 16u
/* A network is at most this many ranges. */
#define ADDRESS_RANGES 2u

/* An address of IPv4, and the range of all of them. */
#define ADDRESS_MAPPED(ipv4) ((set_number)0xffff << 32 | (ipv4))
#define ADDRESS_IPV4                                                                     \
	{                                                                                \
		ADDRESS_MAPPED(0), ADDRESS_MAPPED(UINT32_MAX)                            \
	}

/* The addresses of a literal's network, in @ret[ADDRESS_RANGES]; how many ranges. */
uint32_t address_ranges(const struct policy_value *net, struct set_range *ret);

#endif
