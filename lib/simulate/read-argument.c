/* SPDX-License-Identifier: Apache-2.0 */
/* A value: a text, a number, or a mapping that says what is known of it. */
#include <arpa/inet.h>
#include <sys/socket.h>

#include "lib/judge/address.h"
#include "lib/simulate/read.h"

static int read_path(struct reader *reader, const struct node *node)
{
	const char *text = read_text(reader, node);

	return text ? tetra_input_set_text(reader->input, reader->position, text, node->n)
		    : -EINVAL;
}

static int read_value(struct reader *reader, const struct node *node)
{
	uint64_t number;
	int r = read_number(reader, node, UINT64_MAX, &number);

	return r < 0 ? r
		     : tetra_input_set_number(reader->input, reader->position, number);
}

static int type_state(struct reader *reader, const struct node *node, uint8_t state)
{
	struct input_arg *arg;
	int is_so = read_truth(reader, node), r = is_so;

	if (r >= 0)
		r = input_arg(reader->input, reader->position, &arg);
	if (r < 0 || !is_so)
		return r;
	arg->has_file_type = 1;
	arg->type_state = state;
	return 0;
}

static int type_absent(struct reader *reader, const struct node *node)
{
	return type_state(reader, node, TETRA_VALUE_ABSENT);
}

static int type_unreadable(struct reader *reader, const struct node *node)
{
	return type_state(reader, node, TETRA_VALUE_UNREADABLE);
}

static const struct read_key type_keys[] = {
	{ "absent", type_absent },
	{ "unreadable", type_unreadable },
	{},
};

/* Of a path where nothing is (yet): {absent: true}. */
static int read_type(struct reader *reader, const struct node *node)
{
	uint64_t type;
	int r;

	if (node->type == NODE_MAPPING)
		return read_mapping(reader, node, "a file type", type_keys);
	r = read_named(reader, node, &names_file_types, "", 15, &type);

	return r < 0 ? r
		     : tetra_input_set_file_type(reader->input, reader->position,
						 (uint32_t)type << 12);
}

/* Of this value alone, whatever "names" says. */
static int read_foreign(struct reader *reader, const struct node *node)
{
	int r = read_truth(reader, node);

	return r < 0 ? r
		     : tetra_input_set_foreign(reader->input, reader->position, r != 0);
}

/* Of what is unreadable: the process passed a bad address, or it is something else. */
static int read_fault(struct reader *reader, const struct node *node)
{
	struct input_arg *arg;
	int fault = read_truth(reader, node), r = fault;

	if (r >= 0)
		r = input_arg(reader->input, reader->position, &arg);
	if (r < 0)
		return r;
	arg->fault = fault != 0;
	arg->has_fault = 1;
	return 0;
}

static int read_label(struct reader *reader, const struct node *node)
{
	const char *label = read_text(reader, node);

	return label ? tetra_input_set_label(reader->input, reader->position, label)
		     : -EINVAL;
}

static int read_nothing(struct reader *reader, const struct node *node)
{
	return read_truth(reader, node) < 0 ? -EINVAL : 0;
}

/* States are set after the text, whatever comes first. */
static const struct read_key value_keys[] = {
	{ "text", read_path },
	{ "path", read_path },
	{ "number", read_value },
	{ "type", read_type },
	{ "fault", read_fault },
	{ "file_type", read_type },
	{ "foreign", read_foreign },
	{ "label", read_label },
	{ "unreadable", read_nothing },
	{ "truncated", read_nothing },
	{ "beginning", read_nothing },
	{ "no-path", read_nothing },
	{ "absent", read_nothing },
	{ "unknown", read_nothing },
	{},
};

static const struct {
	const char *key;
	uint32_t state;
} states[] = {
	{ "unreadable", TETRA_INPUT_UNREADABLE }, { "truncated", TETRA_INPUT_TRUNCATED },
	{ "beginning", TETRA_INPUT_BEGINNING },	  { "no-path", TETRA_INPUT_NO_PATH },
	{ "absent", TETRA_INPUT_ABSENT },	  { "unknown", TETRA_INPUT_UNKNOWN },
};

static bool is_true(const struct node *node)
{
	return node && node->type == NODE_SCALAR && node->scalar == SCALAR_BOOL &&
	       (strchr("yYtT", node->text[0]) || strcasecmp(node->text, "on") == 0);
}

static int read_states(struct reader *reader, const struct node *node)
{
	const struct node *found = NULL;
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(states) && r >= 0; i++) {
		const struct node *child = node_get(node, states[i].key);

		if (!is_true(child))
			continue;
		if (found)
			return report_error_key(reader->report, child, "conflict", NULL,
						"a value is %s or %s, not both",
						found->key->text, states[i].key);
		found = child;
		r = tetra_input_set_state(reader->input, reader->position,
					  states[i].state);
	}
	return r;
}

static const struct sock_key {
	const char *name;
	uint32_t part; /* TETRA_INPUT_* */
	uint64_t max;
	const struct names *names; /* NULL: a number or an address */
	const char *prefix;
} sock_keys[] = {
	{ "family", TETRA_INPUT_FAMILY, UINT16_MAX, &names_families, "AF_" },
	{ "protocol", TETRA_INPUT_PROTOCOL, UINT16_MAX, &names_protocols, "IPPROTO_" },
	{ "state", TETRA_INPUT_TCPSTATE, UINT8_MAX, &names_tcp_states, "TCP_" },
	{ "sport", TETRA_INPUT_SPORT, UINT16_MAX, NULL, NULL },
	{ "dport", TETRA_INPUT_DPORT, UINT16_MAX, NULL, NULL },
	{ "saddr", TETRA_INPUT_SADDR, 0, NULL, NULL },
	{ "daddr", TETRA_INPUT_DADDR, 0, NULL, NULL },
};

static const struct sock_key *sock_key(const struct node *node)
{
	for (size_t i = 0; i < ARRAY_SIZE(sock_keys); i++)
		if (str_equal(sock_keys[i].name, node->key->text))
			return &sock_keys[i];
	return NULL;
}

/*
 * An address without a family says the family; one of IPv4 for a socket of IPv6 is what such
 * a socket has.
 */
static int read_address(struct reader *reader, const struct node *node, uint8_t *ret,
			struct tetra_sock *sock, uint32_t *known)
{
	const char *text = read_text(reader, node);
	uint32_t family;

	if (!text)
		return -EINVAL;
	family = strchr(text, ':') ? AF_INET6 : AF_INET;
	if (inet_pton((int)family, text, ret) != 1)
		return report_error(reader->report, node, "bad-value", NULL,
				    Q " is not an address", text);
	if (!(*known & TETRA_INPUT_FAMILY)) {
		*known |= TETRA_INPUT_FAMILY;
		sock->family = family;
	}
	if (sock->family == family)
		return 0;
	if (sock->family == AF_INET6) {
		memmove(ret + 12, ret, 4);
		memset(ret, 0, 10);
		memset(ret + 10, 0xff, 2);
		return 0;
	}
	return report_error(reader->report, node, "conflict", NULL,
			    "a socket of this family has no such address");
}

static int read_part(struct reader *reader, const struct node *node,
		     const struct sock_key *key, struct tetra_sock *sock, uint32_t *known)
{
	uint64_t number = 0;
	int r;

	if (key->part == TETRA_INPUT_SADDR)
		r = read_address(reader, node, sock->saddr, sock, known);
	else if (key->part == TETRA_INPUT_DADDR)
		r = read_address(reader, node, sock->daddr, sock, known);
	else if (key->names)
		r = read_named(reader, node, key->names, key->prefix, key->max, &number);
	else
		r = read_number(reader, node, key->max, &number);
	if (r < 0)
		return r;
	*known |= key->part;
	switch (key->part) {
	case TETRA_INPUT_FAMILY:
		sock->family = (uint32_t)number;
		break;
	case TETRA_INPUT_PROTOCOL:
		sock->protocol = (uint32_t)number;
		break;
	case TETRA_INPUT_TCPSTATE:
		sock->state = (uint32_t)number;
		break;
	case TETRA_INPUT_SPORT:
		sock->sport = (uint16_t)number;
		break;
	case TETRA_INPUT_DPORT:
		sock->dport = (uint16_t)number;
		break;
	}
	return 0;
}

/* A part that a packet lacks: {absent: true}, or {unreadable: true}. */
static int read_lacking(struct reader *reader, const struct node *node, uint32_t *absent,
			uint32_t *unread, uint32_t part)
{
	const struct node *child;

	node_for_each(child, node)
	{
		if (is_true(child) && str_equal(child->key->text, "absent"))
			*absent |= part;
		else if (is_true(child) && str_equal(child->key->text, "unreadable"))
			*unread |= part;
	}
	if ((*absent | *unread) & part)
		return 0;
	return report_error(reader->report, node, "bad-value", NULL,
			    "a part that a packet lacks is {absent: true} or "
			    "{unreadable: true}");
}

/* The family comes first: addresses are read as it says. */
static int read_sock(struct reader *reader, const struct node *node)
{
	struct tetra_sock sock = { .size = sizeof(sock) };
	const struct node *child;
	uint32_t known = 0, absent = 0, unread = 0;
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(sock_keys) && r >= 0; i++) {
		child = node_get(node, sock_keys[i].name);
		if (child && child->type == NODE_MAPPING)
			r = read_lacking(reader, child, &absent, &unread,
					 sock_keys[i].part);
		else if (child && !read_is_null(child))
			r = read_part(reader, child, &sock_keys[i], &sock, &known);
	}
	if (r >= 0)
		r = tetra_input_set_sock(reader->input, reader->position, &sock, known);
	if (r >= 0 && absent)
		r = tetra_input_set_lacking(reader->input, reader->position, absent,
					    TETRA_INPUT_ABSENT);
	if (r >= 0 && unread)
		r = tetra_input_set_lacking(reader->input, reader->position, unread,
					    TETRA_INPUT_UNREADABLE);
	return r;
}

static bool is_sock(const struct node *node)
{
	const struct node *child;

	node_for_each(child, node) if (sock_key(child)) return true;
	return false;
}

static int sock_check(struct reader *reader, const struct node *node)
{
	const struct node *child;
	int r = 0;

	node_for_each(child, node)
	{
		if (sock_key(child))
			continue;
		r = str_equal(child->key->text, "label")
			    ? read_label(reader, child)
			    : report_error_key(reader->report, child, "unknown-field",
					       NULL, "a socket has no key " Q,
					       child->key->text);
	}
	return r;
}

static int read_scalar(struct reader *reader, const struct node *node)
{
	if (node->scalar == SCALAR_INT && node->plain)
		return read_value(reader, node);
	if (!read_text(reader, node))
		return -EINVAL;
	return tetra_input_set_text(reader->input, reader->position, node->text, node->n);
}

int read_argument(struct reader *reader, const struct node *node)
{
	int r;

	if (node->type == NODE_SCALAR)
		return read_scalar(reader, node);
	if (node->type == NODE_SEQUENCE)
		return read_mistyped(reader, node, "a text, a number or a mapping");
	if (is_sock(node)) {
		r = sock_check(reader, node);
		return r < 0 ? r : read_sock(reader, node);
	}
	r = read_mapping(reader, node, "a value", value_keys);
	return r < 0 ? r : read_states(reader, node);
}
