/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A socket, or an address of one, as records carry it. */
#ifndef TETRA_BPF_SOCK_H
#define TETRA_BPF_SOCK_H

#include <bpf/bpf_endian.h>

#include "bpf/common/compat.bpf.h"
#include "bpf/common/maps.bpf.h"
#include "bpf/hook/memory.bpf.h"
#include "bpf/hook/skb.bpf.h"

#define SOCK_FAMILY_INET  2
#define SOCK_FAMILY_INET6 10

/* Negative if the memory cannot be read. */
static __noinline int sock_read(struct tetra_record_sock *ret, struct sock *sock)
{
	__builtin_memset(ret, 0, sizeof(*ret));
	if (bpf_core_read(&ret->family, sizeof(ret->family),
			  &sock->__sk_common.skc_family) < 0)
		return -1;
	ret->type = BPF_CORE_READ(sock, sk_type);
	ret->protocol = BPF_CORE_READ(sock, sk_protocol);
	ret->state = BPF_CORE_READ(sock, __sk_common.skc_state);
	ret->mark = BPF_CORE_READ(sock, sk_mark);
	ret->priority = BPF_CORE_READ(sock, sk_priority);
	ret->sport = BPF_CORE_READ(sock, __sk_common.skc_num);
	ret->dport = bpf_ntohs(BPF_CORE_READ(sock, __sk_common.skc_dport));
	ret->cookie = (__u64)sock;
	if (ret->family == SOCK_FAMILY_INET) {
		bpf_core_read(ret->saddr, 4, &sock->__sk_common.skc_rcv_saddr);
		bpf_core_read(ret->daddr, 4, &sock->__sk_common.skc_daddr);
	} else if (ret->family == SOCK_FAMILY_INET6) {
		bpf_core_read(ret->saddr, 16, &sock->__sk_common.skc_v6_rcv_saddr);
		bpf_core_read(ret->daddr, 16, &sock->__sk_common.skc_v6_daddr);
	}
	return 0;
}

/* struct sockaddr, sockaddr_in and sockaddr_in6 are part of the kernel's interface. */
#define SOCKADDR_PORT  2
#define SOCKADDR_INET  4
#define SOCKADDR_INET6 8

/* The same of a struct sockaddr: its family; of the internet's, address and port as well. */
static __always_inline int sockaddr_read(struct tetra_record_sock *ret, __u64 from,
					 __u32 slot)
{
	__u16 port = 0;
	long r = 0;

	slot &= TETRA_MAX_SLOTS - 1;
	__builtin_memset(ret, 0, sizeof(*ret));
	if (memory_read(&ret->family, sizeof(ret->family), from, slot) < 0)
		return -1;
	if (ret->family == SOCK_FAMILY_INET)
		r = memory_read(ret->saddr, 4, from + SOCKADDR_INET, slot);
	else if (ret->family == SOCK_FAMILY_INET6)
		r = memory_read(ret->saddr, 16, from + SOCKADDR_INET6, slot);
	if (r < 0)
		return -1;
	if (ret->family == SOCK_FAMILY_INET || ret->family == SOCK_FAMILY_INET6) {
		if (memory_read(&port, sizeof(port), from + SOCKADDR_PORT, slot) < 0)
			return -1;
		ret->sport = bpf_ntohs(port);
	}
	ret->cookie = from;
	return 0;
}

/* What slot @slot leads to, into s->sock. Negative if the memory cannot be read. */
static __always_inline int slot_sock_read(struct tetra_scratch *s, __u32 slot,
					  __u64 address)
{
	if (cfg.packets && slot_is_packet(slot))
		return skb_read(&s->sock, address);
	if (cfg.slots[slot & (TETRA_MAX_SLOTS - 1)].reader == TETRA_READ_SOCKADDR)
		return sockaddr_read(&s->sock, address, slot);
	return sock_read(&s->sock, (void *)address);
}

#endif
