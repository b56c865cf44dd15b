/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/judge/address.h"

static struct set_range whole_range(const struct policy_value *net)
{
	bool ipv4 = net->addr_family == 4;
	unsigned int n_bytes = ipv4 ? 4 : ADDRESS_BYTES;
	unsigned int host_bits = n_bytes * 8 - net->addr_bits;
	set_number low = 0, hosts;

	for (unsigned int i = 0; i < n_bytes; i++)
		low = low << 8 | net->addr[i];
	hosts = host_bits ? ~(set_number)0 >> (128 - host_bits) : 0;
	low = (low & ~hosts) | (ipv4 ? ADDRESS_MAPPED(0) : 0);
	return (struct set_range){ low, low | hosts };
}

/* An IPv6 network around the place of IPv4 does not have it. */
uint32_t address_ranges(const struct policy_value *net, struct set_range *ret)
{
	const struct set_range ipv4 = ADDRESS_IPV4;
	struct set_range whole = whole_range(net);

	if (net->addr_family == 4 || whole.low > ipv4.high || whole.high < ipv4.low) {
		ret[0] = whole;
		return 1;
	}
	ret[0] = (struct set_range){ whole.low, ipv4.low - 1 };
	ret[1] = (struct set_range){ ipv4.high + 1, whole.high };
	return 2;
}
