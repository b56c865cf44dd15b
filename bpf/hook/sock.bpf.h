/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A socket as records carry it. */
#ifndef TETRA_BPF_SOCK_H
#define TETRA_BPF_SOCK_H

#include <bpf/bpf_endian.h>

#include "bpf/common/compat.bpf.h"
#include "bpf/common/maps.bpf.h"

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

#endif
