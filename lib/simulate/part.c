/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of an input by the names that events have for them. */
#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>

#include "lib/document/number.h"
#include "lib/linux/names.h"
#include "lib/simulate/input.h"

static int named(const struct names *names, const char *text, uint64_t max, uint64_t *ret)
{
	uint32_t number;

	if (names && names_number(names, text, &number) == 0) {
		*ret = number;
		return 0;
	}
	if (number_parse_decimal(text, ret) < 0)
		return -ENOENT;
	return *ret <= max ? 0 : -EINVAL;
}

static int address_set(const struct tetra_record_sock *sock, uint32_t known,
		       const char *text, uint8_t *ret)
{
	bool is_ipv6 = strchr(text, ':') != NULL;

	if (!(known & TETRA_INPUT_FAMILY) ||
	    (sock->family != AF_INET && sock->family != AF_INET6) ||
	    inet_pton(is_ipv6 ? AF_INET6 : AF_INET, text, ret) != 1)
		return -EINVAL;
	if (is_ipv6 == (sock->family == AF_INET6))
		return 0;
	if (is_ipv6)
		return -EINVAL;
	memmove(ret + 12, ret, 4);
	memset(ret, 0, 10);
	memset(ret + 10, 0xff, 2);
	return 0;
}

static int number_set(struct tetra_record_sock *sock, uint32_t part, const char *text)
{
	static const struct names *const names[] = {
		[TETRA_PART_PROTOCOL] = &names_protocols,
		[TETRA_PART_FAMILY] = &names_families,
		[TETRA_PART_STATE] = &names_tcp_states,
	};
	bool is_state = part == TETRA_PART_STATE;
	uint64_t number;
	int r = named(names[part], text, is_state ? UINT8_MAX : UINT16_MAX, &number);

	if (r < 0)
		return r;
	if (part == TETRA_PART_SPORT)
		sock->sport = (uint16_t)number;
	else if (part == TETRA_PART_DPORT)
		sock->dport = (uint16_t)number;
	else if (part == TETRA_PART_PROTOCOL)
		sock->protocol = (uint16_t)number;
	else if (part == TETRA_PART_FAMILY)
		sock->family = (uint16_t)number;
	else
		sock->state = (uint8_t)number;
	return 0;
}

int tetra_input_set_sock_part(struct tetra_input *input, uint32_t position, uint32_t part,
			      const char *text)
{
	struct tetra_record_sock *sock;
	struct input_arg *arg;
	int r;

	if (!text || part < TETRA_INPUT_SADDR || part > TETRA_INPUT_TCPSTATE ||
	    part & (part - 1))
		return -EINVAL;
	r = input_arg(input, position, &arg);
	if (r < 0)
		return r;
	if (arg->value != INPUT_SOCK) {
		arg->sock = (struct tetra_record_sock){};
		arg->known = arg->absent = arg->unread = 0;
	}
	sock = &arg->sock;
	if (part == TETRA_INPUT_SADDR || part == TETRA_INPUT_DADDR)
		r = address_set(sock, arg->known, text,
				part == TETRA_INPUT_SADDR ? sock->saddr : sock->daddr);
	else
		r = number_set(sock, (uint32_t)__builtin_ctz(part), text);
	if (r < 0)
		return r;
	arg->value = INPUT_SOCK;
	arg->state = TETRA_INPUT_UNKNOWN;
	arg->known |= (uint16_t)part;
	arg->absent &= (uint16_t)~part;
	arg->unread &= (uint16_t)~part;
	return 0;
}

int tetra_input_add_capability(struct tetra_input *input, uint32_t set, const char *name)
{
	char full[64];
	uint32_t bit;

	if (!input || !name || set >= TETRA_CAPSET_END)
		return -EINVAL;
	snprintf(full, sizeof(full), "CAP_%.40s", name);
	if (names_number(&names_capabilities, name, &bit) < 0 &&
	    names_number(&names_capabilities, full, &bit) < 0)
		return -ENOENT;
	input->process.caps[set] |= UINT64_C(1) << bit;
	input->process.unknown.caps &= (uint8_t) ~(1u << set);
	return 0;
}
