/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/judge/dimension.h"

#include "lib/base/kinds.h"
#include "lib/judge/address.h"

uint32_t dimension_part_bits(uint32_t kind, uint32_t part)
{
#define X(NAME, number, column, bits) [number] = bits,
	static const uint8_t bits[TETRA_PART_END] = { TETRA_PARTS(X) };
#undef X

	/* Kinds of socket have numbers of their own beyond that; a packet's header has a byte. */
	if (part == TETRA_PART_PROTOCOL && kind_has_class(kind, TETRA_CLASS_SKB))
		return 8;
	return bits[part];
}

bool dimension_is_same(const struct dimension *a, const struct dimension *b)
{
	return a->kind == b->kind && a->which == b->which && a->part == b->part;
}

/* A word that is being put together. */
struct word {
	uint8_t *bytes;
	size_t n;
};

static void put_number(struct word *word, uint64_t number)
{
	for (unsigned int i = 0; i < DIMENSION_NUMBER; i++)
		word->bytes[word->n++] = (uint8_t)(number >> 8 * (7 - i));
}

static void put_bytes(struct word *word, const void *bytes, size_t n)
{
	if (n)
		memcpy(word->bytes + word->n, bytes, n);
	word->n += n;
}

static void put_address(struct word *word, uint16_t family, const uint8_t *address)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (family == FAMILY_IPV4)
		put_bytes(word, mapped, sizeof(mapped));
	if (family == FAMILY_IPV4 || family == FAMILY_IPV6)
		put_bytes(word, address, family == FAMILY_IPV4 ? 4 : 16);
}

/* False: the socket has no such part. */
static bool put_sock(struct word *word, uint32_t part,
		     const struct tetra_record_sock *sock)
{
	bool is_inet = sock->family == FAMILY_IPV4 || sock->family == FAMILY_IPV6;

	switch (part) {
	case TETRA_PART_SADDR:
		put_address(word, sock->family, sock->saddr);
		return is_inet;
	case TETRA_PART_DADDR:
		put_address(word, sock->family, sock->daddr);
		return is_inet;
	case TETRA_PART_SPORT:
		put_number(word, sock->sport);
		return is_inet;
	case TETRA_PART_DPORT:
		put_number(word, sock->dport);
		return is_inet;
	case TETRA_PART_PROTOCOL:
		put_number(word, sock->protocol);
		return true;
	case TETRA_PART_FAMILY:
		put_number(word, sock->family);
		return true;
	case TETRA_PART_STATE:
		put_number(word, sock->state);
		return true;
	default:
		return false;
	}
}

/* False: the argument has no such part. */
static bool put_part(struct word *word, uint32_t part, const struct eval_arg *arg)
{
	const struct kind_row *row = kind_row(arg->kind);

	if (row->classes & TETRA_CLASSES_SOCK)
		return put_sock(word, part, &arg->sock);
	if (part == TETRA_PART_FILE_TYPE) {
		put_number(word, arg->file_type);
		return row->classes & TETRA_CLASS_PATH;
	}
	if (row->classes & TETRA_CLASSES_NUMBER) {
		put_number(word, arg->number);
	} else {
		word->bytes[0] |= (arg->endless ? DIMENSION_ENDLESS : 0) |
				  (arg->foreign ? DIMENSION_FOREIGN : 0);
		put_bytes(word, arg->text, arg->len);
	}
	return part == TETRA_PART_VALUE && row->classes;
}

static void put_arg(struct word *word, uint32_t part, const struct eval_arg *arg)
{
	uint8_t state = part == TETRA_PART_FILE_TYPE ? arg->type_state : arg->state;

	if (state == TETRA_VALUE_READ && kind_has_class(arg->kind, TETRA_CLASSES_SOCK))
		state = (uint8_t)sock_part_state(&arg->sock, part);
	word->bytes[word->n++] = state;
	if (state == TETRA_VALUE_READ && !put_part(word, part, arg)) {
		word->bytes[0] = TETRA_VALUE_ABSENT;
		word->n = 1;
	}
}

static void put_binary(struct word *word, const struct eval_event *event)
{
	word->bytes[word->n++] = event->exe_state;
	if (event->exe_state != TETRA_VALUE_READ)
		return;
	word->bytes[0] |= event->exe_foreign ? DIMENSION_FOREIGN : 0;
	put_bytes(word, event->exe, event->exe_len);
}

static void put_forks(struct word *word, const struct dimension *dimension,
		      const struct eval_event *event)
{
	bool in_namespace = dimension->kind == DIMENSION_NS_FORKS;

	if (in_namespace && !event->ns_tgid) {
		word->bytes[word->n++] = TETRA_VALUE_ABSENT;
		return;
	}
	word->bytes[word->n++] = TETRA_VALUE_READ;
	word->bytes[word->n++] = event->marks_unknown
					 ? DESCENT_UNKNOWN
					 : event->pid_marks >> dimension->which & 1;
}

/* A name that starts no mark may still have inherited one. */
static void put_children(struct word *word, const struct dimension *dimension,
			 const struct policy_hook *hook, const struct eval_event *event)
{
	const struct policy_selector *s = &hook->selectors[dimension->which];
	bool found = event->binary_marks >> dimension->which & 1;

	for (uint32_t i = 0; i < s->n_binaries; i++)
		found |= s->binaries[i].follow_children &&
			 eval_starts_mark(s, &s->binaries[i], event);
	word->bytes[word->n++] = event->exe_state;
	word->bytes[word->n++] =
		event->marks_unknown || event->names_unknown ? DESCENT_UNKNOWN : found;
}

static void put_namespace(struct word *word, uint32_t ns, const struct eval_event *event)
{
	word->bytes[word->n++] = TETRA_VALUE_READ;
	word->bytes[word->n++] = event->namespaces[ns] == event->host_namespaces[ns];
	put_number(word, event->namespaces[ns]);
}

static void put_caps(struct word *word, const struct dimension *dimension,
		     const struct eval_event *event)
{
	bool absent = dimension->kind == DIMENSION_NS_CAPS &&
		      event->user_ns == event->host_user_ns;

	word->bytes[word->n++] = absent ? TETRA_VALUE_ABSENT : TETRA_VALUE_READ;
	if (!absent)
		put_number(word, event->caps[dimension->which]);
}

static const struct eval_arg *arg_of(const struct dimension *dimension,
				     const struct eval_event *event)
{
	return dimension->which == POLICY_ARG_RETURN ? &event->return_value
						     : &event->args[dimension->which];
}

static void put_value(struct word *word, const struct dimension *dimension,
		      const struct policy_hook *hook, const struct eval_event *event)
{
	switch (dimension->kind) {
	case DIMENSION_ARG:
		return put_arg(word, dimension->part, arg_of(dimension, event));
	case DIMENSION_PID:
	case DIMENSION_NS_PID:
		word->bytes[word->n++] = TETRA_VALUE_READ;
		return put_number(word, dimension->kind == DIMENSION_PID
						? event->tgid
						: event->ns_tgid);
	case DIMENSION_FORKS:
	case DIMENSION_NS_FORKS:
		return put_forks(word, dimension, event);
	case DIMENSION_BINARY:
		return put_binary(word, event);
	case DIMENSION_CHILDREN:
		return put_children(word, dimension, hook, event);
	case DIMENSION_NAMESPACE:
		return put_namespace(word, dimension->which, event);
	case DIMENSION_CAPS:
	case DIMENSION_NS_CAPS:
		return put_caps(word, dimension, event);
	}
}

int dimension_word(const struct dimension *dimension, const struct policy_hook *hook,
		   const struct eval_event *event, struct arena *arena,
		   struct set_word *ret)
{
	size_t room = 1 + ADDRESS_BYTES;
	struct word word = {};

	if (dimension->kind == DIMENSION_ARG)
		room += arg_of(dimension, event)->len;
	else if (dimension->kind == DIMENSION_BINARY)
		room += event->exe_len;
	word.bytes = arena_alloc(arena, room);
	if (!word.bytes)
		return -ENOMEM;
	put_value(&word, dimension, hook, event);
	*ret = (struct set_word){ (const char *)word.bytes, word.n };
	return 0;
}
