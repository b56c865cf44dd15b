/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/compare/quote.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <inttypes.h>

#include "lib/base/kinds.h"
#include "lib/base/utf8.h"
#include "lib/judge/address.h"
#include "lib/linux/names.h"

static void quote_one(struct strbuf *ret, const char *text, size_t n, uint32_t c)
{
	if (c == '"' || c == '\\')
		strbuf_format(ret, "\\%c", (char)c);
	else if (c < 0x20 || c == 0x7f || (n > 1 && !utf8_is_printable(c) && c < 0x10000))
		strbuf_format(ret, "\\u%04x", c);
	else
		strbuf_add(ret, text, n);
}

void quote(struct strbuf *ret, const char *text, size_t len)
{
	strbuf_putc(ret, '"');
	for (size_t i = 0; i < len;) {
		uint32_t c;
		size_t n = utf8_decode(text + i, len - i, &c);

		if (n)
			quote_one(ret, text + i, n, c);
		else
			strbuf_format(ret, "\\u%04x", (uint8_t)text[i]);
		i += n ? n : 1;
	}
	strbuf_putc(ret, '"');
}

static const char *name_of(const struct axis *axis, uint64_t number)
{
	const struct names *names = NULL;
	const char *text;

	if (axis->dimension.kind != DIMENSION_ARG || number > UINT32_MAX)
		return NULL;
	switch (axis->dimension.part) {
	case TETRA_PART_PROTOCOL:
		text = names_text(&names_protocols, (uint32_t)number);
		return text ? text + strlen("IPPROTO_") : NULL;
	case TETRA_PART_FAMILY:
		names = &names_families;
		break;
	case TETRA_PART_STATE:
		names = &names_tcp_states;
		break;
	case TETRA_PART_FILE_TYPE:
		names = &names_file_types;
		break;
	default:
		return NULL;
	}
	return names_text(names, (uint32_t)number);
}

bool quote_has_name(const struct axis *axis, uint64_t number)
{
	return name_of(axis, number) != NULL;
}

void quote_number(struct strbuf *ret, const struct axis *axis, uint64_t number)
{
	const char *name = name_of(axis, number);

	if (name)
		strbuf_puts(ret, name);
	else if (axis->dimension.kind == DIMENSION_ARG && kind_row(axis->kind)->is_signed)
		strbuf_format(ret, "%" PRId64, (int64_t)number);
	else
		strbuf_format(ret, "%" PRIu64, number);
}

void quote_address(struct strbuf *ret, const uint8_t *address, unsigned int bits)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	bool is_ipv4 = memcmp(address, mapped, sizeof(mapped)) == 0 && bits >= 96;
	char text[INET6_ADDRSTRLEN];

	if (is_ipv4)
		inet_ntop(AF_INET, address + 12, text, sizeof(text));
	else
		inet_ntop(AF_INET6, address, text, sizeof(text));
	strbuf_puts(ret, text);
	if (bits < 128)
		strbuf_format(ret, "/%u", is_ipv4 ? bits - 96 : bits);
}

const char *quote_namespace(uint32_t ns)
{
#define X(NAME, number, yaml, json, proc) [number] = json,
	static const char *const names[] = { TETRA_NAMESPACES(X) };
#undef X

	return names[ns];
}

const char *quote_capset(uint32_t set)
{
	static const char *const names[] = {
		[TETRA_CAPSET_PERMITTED] = "permitted",
		[TETRA_CAPSET_EFFECTIVE] = "effective",
		[TETRA_CAPSET_INHERITABLE] = "inheritable",
	};

	return names[set];
}

const char *quote_part(uint32_t part)
{
	static const char *const names[TETRA_PART_END] = {
		[TETRA_PART_SADDR] = "saddr",	    [TETRA_PART_DADDR] = "daddr",
		[TETRA_PART_SPORT] = "sport",	    [TETRA_PART_DPORT] = "dport",
		[TETRA_PART_PROTOCOL] = "protocol", [TETRA_PART_FAMILY] = "family",
		[TETRA_PART_STATE] = "state",	    [TETRA_PART_FILE_TYPE] = "file_type",
	};

	return names[part];
}
