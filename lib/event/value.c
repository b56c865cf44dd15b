/* SPDX-License-Identifier: Apache-2.0 */
/* Values that are structs: one typed getter each, of the argument that carries the value. */
#include "bpf/abi/image.h"
#include "lib/base/opts.h"
#include "lib/base/kinds.h"
#include "lib/event/object.h"

/* The argument's payload, if it is a value of @type; NULL if not. */
static const void *value_of(const struct tetra_arg *arg, uint32_t type)
{
	const struct event_arg *value = (const struct event_arg *)arg->value;

	return value && arg->type == type ? value->data : NULL;
}

/* Likewise, of a socket, or an address of one. */
static const void *sock_of(const struct tetra_arg *arg)
{
	static const uint32_t types[] = { TETRA_TYPE_SOCK, TETRA_TYPE_SOCKET,
					  TETRA_TYPE_SOCKADDR };
	const void *data = NULL;

	for (size_t i = 0; !data && i < ARRAY_SIZE(types); i++)
		data = value_of(arg, types[i]);
	return data;
}

static int value_check(const struct tetra_arg *arg, const void *ret)
{
	const size_t needed = offsetof(struct tetra_arg, value) + sizeof(arg->value);

	return arg && arg->size >= needed && opts_can_fill(ret) ? 0 : -EINVAL;
}

int tetra_arg_get_sock(const struct tetra_arg *arg, struct tetra_sock *ret)
{
	struct tetra_record_sock sock;
	struct tetra_sock all = {};
	const void *data;

	if (value_check(arg, ret) < 0)
		return -EINVAL;
	data = sock_of(arg);
	if (!data)
		return -ENOENT;
	memcpy(&sock, data, sizeof(sock));
	all.family = sock.family;
	all.type = sock.type;
	all.protocol = sock.protocol;
	all.state = sock.state;
	all.mark = sock.mark;
	all.priority = sock.priority;
	memcpy(all.saddr, sock.saddr, sizeof(all.saddr));
	memcpy(all.daddr, sock.daddr, sizeof(all.daddr));
	all.sport = sock.sport;
	all.dport = sock.dport;
	all.cookie = arg->type == TETRA_TYPE_SOCKADDR ? 0 : sock.cookie;
	return opts_fill(ret, &all, sizeof(all));
}

#define X(NAME, column, ...)                                                             \
	_Static_assert(TETRA_SKB_##NAME == 1 << TETRA_COL_##NAME, "parts are columns");
TETRA_INET_NUMBERS(X)
TETRA_INET_ADDRESSES(X)
#undef X
_Static_assert(TETRA_SKB_FAMILY == 1 << TETRA_COL_FAMILY, "parts are columns");
_Static_assert(TETRA_SKB_PROTOCOL == 1 << TETRA_COL_PROTOCOL, "parts are columns");

/* A packet never has a state, so that is not reported. */
#define SKB_PARTS (2u * TETRA_SKB_FAMILY - 1)

int tetra_arg_get_skb(const struct tetra_arg *arg, struct tetra_skb *ret)
{
	struct tetra_record_skb skb;
	struct tetra_skb all = {};
	const void *data;

	if (value_check(arg, ret) < 0)
		return -EINVAL;
	data = value_of(arg, TETRA_TYPE_SKB);
	if (!data)
		return -ENOENT;
	memcpy(&skb, data, sizeof(skb));
	all.hash = skb.hash;
	all.len = skb.len;
	all.mark = skb.sock.mark;
	all.priority = skb.sock.priority;
	all.family = skb.sock.family;
	all.protocol = skb.sock.protocol;
	memcpy(all.saddr, skb.sock.saddr, sizeof(all.saddr));
	memcpy(all.daddr, skb.sock.daddr, sizeof(all.daddr));
	all.sport = skb.sock.sport;
	all.dport = skb.sock.dport;
	all.sec_path_len = skb.sec_path_len;
	all.sec_path_olen = skb.sec_path_olen;
	all.absent = skb.sock.absent & SKB_PARTS;
	all.unreadable = skb.sock.unread & SKB_PARTS;
	return opts_fill(ret, &all, sizeof(all));
}

/* Likewise, of a kind with that payload. */
static const struct event_arg *object_of(const struct tetra_arg *arg, uint32_t shape,
					 uint32_t or_shape)
{
	const struct event_arg *value = (const struct event_arg *)arg->value;
	uint32_t is = value ? kind_row(value->spec->kind)->shape : TETRA_SHAPE_NONE;

	return value && (is == shape || is == or_shape) ? value : NULL;
}

static void fill_name(const struct event_arg *value, const char **ret_text,
		      size_t *ret_len)
{
	struct process_text name = object_name(value);

	*ret_text = name.len ? name.text : NULL;
	*ret_len = name.len;
}

int tetra_arg_get_user_namespace(const struct tetra_arg *arg,
				 struct tetra_user_namespace *ret)
{
	struct tetra_record_arg_user_ns ns;
	struct tetra_user_namespace all = {};
	const struct event_arg *value;

	if (value_check(arg, ret) < 0)
		return -EINVAL;
	value = object_of(arg, TETRA_SHAPE_USER_NS, TETRA_SHAPE_USER_NS);
	if (!value)
		return -ENOENT;
	memcpy(&ns, value->data, sizeof(ns));
	all.level = ns.level;
	all.uid = ns.uid;
	all.gid = ns.gid;
	all.inum = ns.inum;
	return opts_fill(ret, &all, sizeof(all));
}

int tetra_arg_get_bpf_program(const struct tetra_arg *arg, struct tetra_bpf_program *ret)
{
	struct tetra_record_arg_bpf_prog prog;
	struct tetra_bpf_program all = {};
	const struct event_arg *value;

	if (value_check(arg, ret) < 0)
		return -EINVAL;
	value = object_of(arg, TETRA_SHAPE_BPF_PROG, TETRA_SHAPE_BPF_PROG);
	if (!value)
		return -ENOENT;
	memcpy(&prog, value->data, sizeof(prog));
	all.type = prog.type;
	all.n_insns = prog.n_insns;
	fill_name(value, &all.name, &all.name_len);
	return opts_fill(ret, &all, sizeof(all));
}

int tetra_arg_get_bpf_map(const struct tetra_arg *arg, struct tetra_bpf_map *ret)
{
	struct tetra_record_arg_bpf_map map;
	struct tetra_bpf_map all = {};
	const struct event_arg *value;

	if (value_check(arg, ret) < 0)
		return -EINVAL;
	value = object_of(arg, TETRA_SHAPE_BPF_MAP, TETRA_SHAPE_BPF_MAP);
	if (!value)
		return -ENOENT;
	memcpy(&map, value->data, sizeof(map));
	all.type = map.type;
	all.key_size = map.key_size;
	all.value_size = map.value_size;
	all.max_entries = map.max_entries;
	fill_name(value, &all.name, &all.name_len);
	return opts_fill(ret, &all, sizeof(all));
}

int tetra_arg_get_perf_event(const struct tetra_arg *arg, struct tetra_perf_event *ret)
{
	struct tetra_record_arg_perf_event perf;
	struct tetra_perf_event all = {};
	const struct event_arg *value;

	if (value_check(arg, ret) < 0)
		return -EINVAL;
	value = object_of(arg, TETRA_SHAPE_PERF_EVENT, TETRA_SHAPE_PERF_EVENT);
	if (!value)
		return -ENOENT;
	memcpy(&perf, value->data, sizeof(perf));
	all.type = perf.type;
	all.config = perf.config;
	all.probe_offset = object_probe_offset(&perf);
	fill_name(value, &all.function, &all.function_len);
	return opts_fill(ret, &all, sizeof(all));
}

int tetra_arg_get_module(const struct tetra_arg *arg, struct tetra_module *ret)
{
	struct tetra_record_arg_module module;
	struct tetra_module all = {};
	const struct event_arg *value;

	if (value_check(arg, ret) < 0)
		return -EINVAL;
	value = object_of(arg, TETRA_SHAPE_MODULE, TETRA_SHAPE_LOAD_INFO);
	if (!value)
		return -ENOENT;
	memcpy(&module, value->data, sizeof(module));
	all.taints = module.taints;
	all.is_signed = module.is_signed;
	fill_name(value, &all.name, &all.name_len);
	return opts_fill(ret, &all, sizeof(all));
}

int tetra_arg_get_cred(const struct tetra_arg *arg, struct tetra_cred *ret)
{
	struct tetra_record_arg_cred cred;
	struct tetra_cred all = {};
	const void *data;

	if (value_check(arg, ret) < 0)
		return -EINVAL;
	data = value_of(arg, TETRA_TYPE_CRED);
	if (!data)
		return -ENOENT;
	memcpy(&cred, data, sizeof(cred));
#define X(name) all.name = cred.cred.name;
	TETRA_CRED_IDS(X)
#undef X
	all.securebits = cred.cred.securebits;
	all.user_ns_level = cred.ns.level;
	all.user_ns_uid = cred.ns.uid;
	all.user_ns_gid = cred.ns.gid;
	all.user_ns_inum = cred.ns.inum;
	all.permitted = cred.cred.caps[TETRA_CAPSET_PERMITTED];
	all.effective = cred.cred.caps[TETRA_CAPSET_EFFECTIVE];
	all.inheritable = cred.cred.caps[TETRA_CAPSET_INHERITABLE];
	return opts_fill(ret, &all, sizeof(all));
}
