/* SPDX-License-Identifier: Apache-2.0 */
/* Words back to values: the other direction of lib/judge/dimension.c. */
#include "lib/compare/witness.h"
#include "lib/judge/address.h"

/* The tags that are states; the others are flags beside them. */
#define STATE_MASK 7u

uint8_t word_tag(struct set_word word)
{
	return word.n ? (uint8_t)word.bytes[0] : TETRA_VALUE_ABSENT;
}

uint64_t word_value(struct set_word word)
{
	uint64_t number = 0;

	for (size_t i = 1; i < word.n; i++)
		number = number << 8 | (uint8_t)word.bytes[i];
	return number;
}

/* IPv4 as the record has it, if the family says so. */
static void address_of(struct set_word word, uint16_t family, uint8_t *ret)
{
	const char *address = word.bytes + 1;

	if (word.n != 1 + ADDRESS_BYTES)
		return;
	memset(ret, 0, ADDRESS_BYTES);
	if (family == FAMILY_IPV4)
		memcpy(ret, address + 12, 4);
	else
		memcpy(ret, address, ADDRESS_BYTES);
}

static void sock_of(uint32_t part, struct set_word word, struct tetra_record_sock *ret)
{
	uint64_t number = word_value(word);

	switch (part) {
	case TETRA_PART_SADDR:
		address_of(word, ret->family, ret->saddr);
		break;
	case TETRA_PART_DADDR:
		address_of(word, ret->family, ret->daddr);
		break;
	case TETRA_PART_SPORT:
		ret->sport = (uint16_t)number;
		break;
	case TETRA_PART_DPORT:
		ret->dport = (uint16_t)number;
		break;
	case TETRA_PART_PROTOCOL:
		ret->protocol = (uint16_t)number;
		break;
	case TETRA_PART_FAMILY:
		ret->family = (uint16_t)number;
		break;
	case TETRA_PART_STATE:
		ret->state = (uint8_t)number;
		break;
	}
}

/*
 * Whether the part's state is that of the whole argument; others may lack a part. The family says
 * whether there is a socket. Of a packet without a header that can be read, every part but the
 * state of a connection is unreadable: only where that is unreadable too, the packet is.
 */
static bool says_state(const struct axis *axis, uint8_t state)
{
	uint32_t part = axis->dimension.part;

	if (kind_has_class(axis->kind, TETRA_CLASS_SKB) &&
	    state == TETRA_VALUE_UNREADABLE)
		return part == TETRA_PART_STATE;
	return part == TETRA_PART_FAMILY;
}

void word_to_arg(const struct axis *axis, struct set_word word, struct eval_arg *ret)
{
	const struct kind_row *row = kind_row(axis->kind);
	uint8_t tag = word_tag(word), state = tag & STATE_MASK;
	uint32_t part = axis->dimension.part;

	if (row->classes & TETRA_CLASSES_SOCK) {
		if (says_state(axis, state))
			ret->state = state;
		else if (state == TETRA_VALUE_ABSENT)
			ret->sock.absent |= sock_part_column(part);
		else if (state != TETRA_VALUE_READ)
			ret->sock.unread |= sock_part_column(part);
		if (state == TETRA_VALUE_READ)
			sock_of(part, word, &ret->sock);
		return;
	}
	if (part == TETRA_PART_FILE_TYPE) {
		ret->type_state = state;
		ret->file_type = (uint8_t)word_value(word);
		return;
	}
	ret->state = state;
	ret->endless = (tag & DIMENSION_ENDLESS) != 0;
	ret->foreign = (tag & DIMENSION_FOREIGN) != 0;
	if (row->classes & TETRA_CLASSES_NUMBER) {
		ret->number = word_value(word);
	} else if (word.n) {
		ret->text = word.bytes + 1;
		ret->len = word.n - 1;
	}
}
