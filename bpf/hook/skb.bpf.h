/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A packet, as records carry it. Its parts come from the IPv4 or IPv6 header at network_header,
 * and from what follows that header. A packet of another kind, or one that has no header yet, has
 * none of them; what is not in the linear part of its memory cannot be read.
 */
#ifndef TETRA_BPF_SKB_H
#define TETRA_BPF_SKB_H

#include <bpf/bpf_endian.h>

#include "bpf/common/compat.bpf.h"
#include "bpf/common/maps.bpf.h"

/* Protocol numbers of Ethernet. */
#define ETHER_IPV4  0x0800
#define ETHER_IPV6  0x86dd
#define ETHER_VLAN  0x8100
#define ETHER_SVLAN 0x88a8

/* The fixed headers, and where their fields are. */
#define IPV4_BYTES    20
#define IPV4_FRAGMENT 6
#define IPV4_PROTOCOL 9
#define IPV4_SADDR    12
#define IPV4_DADDR    16
#define IPV6_BYTES    40
#define IPV6_NEXT     6
#define IPV6_SADDR    8
#define IPV6_DADDR    24

/* Where the rest of the datagram is in this fragment; 0 in the first one. */
#define FRAGMENT4_AT 0x1fff
#define FRAGMENT6_AT 0xfff8

/* How many headers are followed between that of IPv6 and the protocol's. */
#define IPV6_EXTENSIONS 7

#define IPV6_HOPS	 0
#define IPV6_ROUTING	 43
#define IPV6_FRAGMENT	 44
#define IPV6_AUTH	 51
#define IPV6_DESTINATION 60
#define IPV6_MOBILITY	 135
#define IPV6_HIP	 139
#define IPV6_SHIM6	 140

#define PACKET_PORTS (COLUMN(TETRA_COL_SPORT) | COLUMN(TETRA_COL_DPORT))
#define PACKET_STATE COLUMN(TETRA_COL_STATE)
#define PACKET_PARTS                                                                     \
	(PACKET_PORTS | COLUMN(TETRA_COL_SADDR) | COLUMN(TETRA_COL_DADDR) |              \
	 COLUMN(TETRA_COL_PROTOCOL) | COLUMN(TETRA_COL_FAMILY))

static __always_inline int slot_is_packet(__u32 slot)
{
	return cfg.slots[slot & (TETRA_MAX_SLOTS - 1)].reader == TETRA_READ_SKB;
}

/* What is between @at and @end, the end of the packet's linear memory. */
struct packet {
	__u64 at, end;
};

static __always_inline int packet_read(void *to, __u32 bytes, const struct packet *p)
{
	if (p->at + bytes > p->end)
		return -1;
	return bpf_probe_read_kernel(to, bytes, (void *)p->at);
}

/* The header of the protocol. */
static __always_inline void ports_read(struct tetra_record_sock *ret,
				       const struct packet *p)
{
	__u16 ports[2] = {};

	if (!TETRA_HAS_PORTS(ret->protocol)) {
		ret->absent |= PACKET_PORTS;
	} else if (packet_read(ports, sizeof(ports), p) < 0) {
		ret->unread |= PACKET_PORTS;
	} else {
		ret->sport = bpf_ntohs(ports[0]);
		ret->dport = bpf_ntohs(ports[1]);
	}
}

static __noinline int ipv4_read(struct tetra_record_sock *ret, __u64 at, __u64 end)
{
	struct packet p = { at, end };
	__u8 header[IPV4_BYTES] = {};
	__u32 bytes;

	if (packet_read(header, sizeof(header), &p) < 0) {
		ret->unread = PACKET_PARTS;
		return 0;
	}
	ret->family = 2;
	ret->protocol = header[IPV4_PROTOCOL];
	__builtin_memcpy(ret->saddr, header + IPV4_SADDR, 4);
	__builtin_memcpy(ret->daddr, header + IPV4_DADDR, 4);
	bytes = (header[0] & 15) * 4;
	if ((header[IPV4_FRAGMENT] << 8 | header[IPV4_FRAGMENT + 1]) & FRAGMENT4_AT) {
		ret->absent |= PACKET_PORTS;
	} else if (bytes < IPV4_BYTES) {
		ret->unread |= PACKET_PORTS;
	} else {
		p.at += bytes;
		ports_read(ret, &p);
	}
	return 0;
}

static __always_inline int is_extension(__u32 next)
{
	return next == IPV6_HOPS || next == IPV6_ROUTING || next == IPV6_FRAGMENT ||
	       next == IPV6_AUTH || next == IPV6_DESTINATION || next == IPV6_MOBILITY ||
	       next == IPV6_HIP || next == IPV6_SHIM6;
}

/* Bytes of the extension header @next, from its first ones. */
static __always_inline __u32 extension_bytes(__u32 next, const __u8 *header)
{
	if (next == IPV6_FRAGMENT)
		return 8;
	if (next == IPV6_AUTH)
		return (header[1] + 2) * 4;
	return (header[1] + 1) * 8;
}

/* The protocol's header, after the extension headers; @next: the type of the first one. */
static __noinline int ipv6_follow(struct tetra_record_sock *ret, __u64 at, __u64 end,
				  __u32 next)
{
	struct packet p = { at, end };
	__u32 i, later = 0;

	for (i = 0; i < IPV6_EXTENSIONS && is_extension(next) && !later; i++) {
		__u8 header[4] = {};

		if (packet_read(header, sizeof(header), &p) < 0)
			break;
		later = next == IPV6_FRAGMENT &&
			(header[2] << 8 | header[3]) & FRAGMENT6_AT;
		p.at += extension_bytes(next, header);
		next = header[0];
	}
	if (later)
		ret->absent |= PACKET_PORTS;
	if (is_extension(next)) {
		ret->unread |= COLUMN(TETRA_COL_PROTOCOL);
		if (!later)
			ret->unread |= PACKET_PORTS;
		return 0;
	}
	ret->protocol = next;
	if (!later)
		ports_read(ret, &p);
	return 0;
}

static __noinline int ipv6_read(struct tetra_record_sock *ret, __u64 at, __u64 end)
{
	struct packet p = { at, end };
	__u8 header[IPV6_BYTES] = {};

	if (packet_read(header, sizeof(header), &p) < 0) {
		ret->unread = PACKET_PARTS;
		return 0;
	}
	ret->family = 10;
	__builtin_memcpy(ret->saddr, header + IPV6_SADDR, 16);
	__builtin_memcpy(ret->daddr, header + IPV6_DADDR, 16);
	return ipv6_follow(ret, at + IPV6_BYTES, end, header[IPV6_NEXT]);
}

/* A packet under construction has no number yet; a VLAN tag precedes the protocol's. */
static __always_inline int may_be_ip(__u16 ether)
{
	return !ether || ether == ETHER_IPV4 || ether == ETHER_IPV6 ||
	       ether == ETHER_VLAN || ether == ETHER_SVLAN;
}

/* Negative if the packet's memory cannot be read. */
static __noinline int skb_read(struct tetra_record_sock *ret, __u64 from)
{
	struct sk_buff *skb = (void *)from;
	struct packet p;
	__u64 head = 0;
	__u16 network;
	__u8 version = 0;

	__builtin_memset(ret, 0, sizeof(*ret));
	if (bpf_core_read(&head, sizeof(head), &skb->head) < 0)
		return -1;
	ret->cookie = from;
	ret->mark = BPF_CORE_READ(skb, mark);
	ret->priority = BPF_CORE_READ(skb, priority);
	ret->absent = PACKET_STATE;
	network = BPF_CORE_READ(skb, network_header);
	p.at = head + network;
	p.end = head + BPF_CORE_READ(skb, tail);
	if (network && may_be_ip(bpf_ntohs(BPF_CORE_READ(skb, protocol)))) {
		if (packet_read(&version, 1, &p) < 0) {
			ret->unread = PACKET_PARTS;
			return 0;
		}
		if (version >> 4 == 4)
			return ipv4_read(ret, p.at, p.end);
		if (version >> 4 == 6)
			return ipv6_read(ret, p.at, p.end);
	}
	ret->absent = PACKET_STATE | PACKET_PARTS;
	return 0;
}

/* How many IPsec transformations it has gone through; also .olen, those offloaded. */
static __always_inline void sec_path_read(struct sk_buff *skb,
					  struct tetra_record_skb *ret)
{
	struct sec_path *path;
	struct skb_ext *ext;
	__u64 id;
	__u8 offset = 0;

	if (!bpf_core_enum_value_exists(enum skb_ext_id, SKB_EXT_SEC_PATH) ||
	    !bpf_core_field_exists(skb->extensions))
		return;
	id = bpf_core_enum_value(enum skb_ext_id, SKB_EXT_SEC_PATH);
	if (!(BPF_CORE_READ(skb, active_extensions) >> (id & 7) & 1))
		return;
	ext = BPF_CORE_READ(skb, extensions);
	bpf_probe_read_kernel(&offset, 1,
			      (void *)ext + bpf_core_field_offset(ext->offset) + id);
	path = (void *)ext + offset * 8;
	ret->sec_path_len = BPF_CORE_READ(path, len);
	ret->sec_path_olen = BPF_CORE_READ(path, olen);
}

/* s->sock is in the record already; this is the rest of what events show of a packet. */
static __noinline int skb_put(struct tetra_scratch *s, __u64 from)
{
	struct tetra_record_skb *ret = (void *)&s->record[s->spot & RECORD_MASK];
	struct sk_buff *skb = (void *)from;

	ret->hash = BPF_CORE_READ(skb, hash);
	ret->len = BPF_CORE_READ(skb, len);
	ret->sec_path_len = ret->sec_path_olen = 0;
	sec_path_read(skb, ret);
	return 0;
}

#endif
