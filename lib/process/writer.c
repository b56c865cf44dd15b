/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/process/writer.h"

#include "lib/base/utf8.h"

#define NS_PER_SECOND	1000000000u
#define SECONDS_PER_DAY 86400u
/* Room for the decimal digits of a uint64_t. */
#define U64_DIGITS 20

static const char digit_pairs[200] =
	"00010203040506070809101112131415161718192021222324252627282930313233343536373839"
	"40414243444546474849505152535455565758596061626364656667686970717273747576777879"
	"8081828384858687888990919293949596979899";

static const char hex_digits[] = "0123456789abcdef";

void writer_put_cut(struct writer *writer, const void *bytes, size_t n)
{
	size_t room = writer->missed ? 0 : (size_t)(writer->end - writer->at);

	if (room) {
		memcpy(writer->at, bytes, room);
		writer->at += room;
	}
	writer->missed += n - room;
	/* No room from here on: a short piece must not follow a long one that was dropped. */
	writer->end = writer->at;
}

size_t writer_finish(struct writer *writer, size_t size)
{
	if (size)
		*writer->at = '\0';
	return writer_size(writer);
}

/* The digits of @value, right-aligned in @buf of U64_DIGITS. Return: their number. */
static size_t u64_digits(char *buf, uint64_t value)
{
	char *at = buf + U64_DIGITS;

	while (value >= 100) {
		at -= 2;
		memcpy(at, digit_pairs + value % 100 * 2, 2);
		value /= 100;
	}
	if (value >= 10) {
		at -= 2;
		memcpy(at, digit_pairs + value * 2, 2);
	} else {
		*--at = (char)('0' + value);
	}
	return (size_t)(buf + U64_DIGITS - at);
}

void writer_u64(struct writer *writer, uint64_t value)
{
	/* Twice the room: a copy of constant size may begin anywhere in the half. */
	char buf[2 * U64_DIGITS];
	size_t n = u64_digits(buf, value);

	if (writer->end - writer->at < U64_DIGITS) {
		writer_put(writer, buf + U64_DIGITS - n, n);
		return;
	}
	memcpy(writer->at, buf + U64_DIGITS - n, U64_DIGITS);
	writer->at += n;
}

void writer_i64(struct writer *writer, int64_t value)
{
	if (value >= 0) {
		writer_u64(writer, (uint64_t)value);
		return;
	}
	writer_char(writer, '-');
	writer_u64(writer, -(uint64_t)value);
}

void writer_hex(struct writer *writer, uint64_t value)
{
	char buf[16], *at = buf + sizeof(buf);

	do {
		*--at = hex_digits[value & 15];
		value >>= 4;
	} while (value);
	writer_put(writer, at, (size_t)(buf + sizeof(buf) - at));
}

static const char base64_digits[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void base64_whole(char *text, const uint8_t *bytes)
{
	uint32_t bits = (uint32_t)bytes[0] << 16 | (uint32_t)bytes[1] << 8 | bytes[2];

	text[0] = base64_digits[bits >> 18];
	text[1] = base64_digits[bits >> 12 & 63];
	text[2] = base64_digits[bits >> 6 & 63];
	text[3] = base64_digits[bits & 63];
}

static void base64_rest(char *text, const uint8_t *bytes, size_t n)
{
	uint8_t padded[3] = { bytes[0], n > 1 ? bytes[1] : 0, 0 };

	base64_whole(text, padded);
	text[3] = '=';
	if (n == 1)
		text[2] = '=';
}

void writer_base64(struct writer *writer, const void *bytes, size_t n)
{
	bool fits = (size_t)(writer->end - writer->at) >= (n + 2) / 3 * 4;
	const uint8_t *from = bytes;
	char text[4];

	for (; n >= 3 && fits; n -= 3, from += 3, writer->at += 4)
		base64_whole(writer->at, from);
	for (; n >= 3; n -= 3, from += 3) {
		base64_whole(text, from);
		writer_put(writer, text, sizeof(text));
	}
	if (!n)
		return;
	base64_rest(text, from, n);
	writer_put(writer, text, sizeof(text));
}

/* Gregorian date of a day since 1970-01-01: eras of 400 years that begin in March. */
static void civil_from_days(uint32_t days, uint32_t *year, uint32_t *month, uint32_t *day)
{
	uint32_t shifted = days + 719468; /* days since 0000-03-01 */
	uint32_t era = shifted / 146097;
	uint32_t of_era = shifted % 146097;
	uint32_t year_of_era =
		(of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	uint32_t of_year =
		of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	uint32_t from_march = (5 * of_year + 2) / 153;

	*day = of_year - (153 * from_march + 2) / 5 + 1;
	*month = from_march < 10 ? from_march + 3 : from_march - 9;
	*year = year_of_era + era * 400 + (*month <= 2);
}

static void pair(char *at, uint32_t value)
{
	memcpy(at, digit_pairs + value * 2, 2);
}

/* Bytes of the fraction with its dot, of a text that has all nine digits at @fraction. */
static size_t fraction_bytes(uint32_t ns, unsigned int digits)
{
	if (digits || ns % 1000)
		return 10;
	if (ns % 1000000)
		return 7;
	return ns ? 4 : 0;
}

void writer_time(struct writer *writer, uint64_t wall_ns, unsigned int digits)
{
	char text[] = "0000-00-00T00:00:00.000000000Z";
	uint32_t ns = (uint32_t)(wall_ns % NS_PER_SECOND);
	uint64_t seconds = wall_ns / NS_PER_SECOND;
	uint32_t of_day = (uint32_t)(seconds % SECONDS_PER_DAY);
	uint32_t year, month, day;
	size_t n;

	civil_from_days((uint32_t)(seconds / SECONDS_PER_DAY), &year, &month, &day);
	pair(text, year / 100);
	pair(text + 2, year % 100);
	pair(text + 5, month);
	pair(text + 8, day);
	pair(text + 11, of_day / 3600);
	pair(text + 14, of_day / 60 % 60);
	pair(text + 17, of_day % 60);
	text[20] = (char)('0' + ns / 100000000);
	pair(text + 21, ns / 1000000 % 100);
	pair(text + 23, ns / 10000 % 100);
	pair(text + 25, ns / 100 % 100);
	pair(text + 27, ns % 100);
	n = 19 + fraction_bytes(ns, digits);
	text[n] = 'Z';
	writer_put(writer, text, n + 1);
}

/* What a byte needs in a JSON string: 0 nothing, 1 an escape, 2 a UTF-8 check. */
static const uint8_t json_class[256] = {
	[0 ... 0x1f] = 1, ['"'] = 1, ['\\'] = 1, [0x7f] = 1, [0x80 ... 0xff] = 2,
};

static void json_escape(struct writer *writer, uint8_t c)
{
	static const char letters[256] = {
		['"'] = '"',  ['\\'] = '\\', ['\b'] = 'b', ['\f'] = 'f',
		['\n'] = 'n', ['\r'] = 'r',  ['\t'] = 't',
	};
	char text[6] = { '\\', letters[c] };

	if (letters[c]) {
		writer_put(writer, text, 2);
		return;
	}
	memcpy(text, "\\u00", 4);
	text[4] = hex_digits[c >> 4];
	text[5] = hex_digits[c & 15];
	writer_put(writer, text, sizeof(text));
}

/* Bytes from @text that are not UTF-8 and have no ASCII among them. */
static size_t invalid_run(const char *text, size_t len)
{
	size_t n = 1;
	uint32_t c;

	while (n < len && (text[n] & 0x80) && !utf8_decode(text + n, len - n, &c))
		n++;
	return n;
}

static size_t json_multibyte(struct writer *writer, const char *text, size_t len)
{
	uint32_t c;
	size_t n = utf8_decode(text, len, &c);

	if (n && c < 0xa0) {
		/* A control of the second set: terminals obey some of them. */
		json_escape(writer, (uint8_t)c);
		return n;
	}
	if (n) {
		writer_put(writer, text, n);
		return n;
	}
	writer_lit(writer, "\xef\xbf\xbd");
	return invalid_run(text, len);
}

/* Eight bytes at once: none below 0x20, none above 0x7e, no quote, no backslash. */
static inline bool json_plain8(const char *text)
{
	const uint64_t ones = 0x0101010101010101ull, high = 0x8080808080808080ull;
	uint64_t word, quote, backslash, del;

	memcpy(&word, text, sizeof(word));
	quote = word ^ ones * '"';
	backslash = word ^ ones * '\\';
	del = word ^ ones * 0x7f;
	return !((word | (word - ones * 0x20) | (quote - ones) | (backslash - ones) |
		  (del - ones)) &
		 high);
}

/* No byte needs special handling. May return false where true is possible. */
static inline bool json_plain(const char *text, size_t len)
{
	size_t at;

	if (len < 8)
		return false;
	for (at = 0; at + 8 < len; at += 8)
		if (!json_plain8(text + at))
			return false;
	return json_plain8(text + len - 8);
}

void writer_json(struct writer *writer, const char *text, size_t len)
{
	size_t at = 0, from = 0;

	if (json_plain(text, len)) {
		writer_put(writer, text, len);
		return;
	}
	for (;;) {
		while (at + 8 <= len && json_plain8(text + at))
			at += 8;
		while (at < len && !json_class[(uint8_t)text[at]])
			at++;
		writer_put(writer, text + from, at - from);
		if (at == len)
			return;
		if (json_class[(uint8_t)text[at]] == 1)
			json_escape(writer, (uint8_t)text[at++]);
		else
			at += json_multibyte(writer, text + at, len - at);
		from = at;
	}
}

/* Blanks other than U+0020, which Go does not print unchanged. */
static bool is_odd_blank(uint32_t c)
{
	return c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x202f ||
	       c == 0x205f || c == 0x3000;
}

static bool go_prints(uint32_t c)
{
	return utf8_is_printable(c) && !is_odd_blank(c);
}

static bool needs_quotes(const char *text, size_t len)
{
	size_t n;
	uint32_t c;

	for (; len; text += n, len -= n) {
		n = utf8_decode(text, len, &c);
		if (!n || c == ' ' || !go_prints(c))
			return true;
	}
	return false;
}

static void go_hex(struct writer *writer, const char *prefix, uint32_t value,
		   unsigned int digits)
{
	writer_text(writer, prefix);
	while (digits--)
		writer_char(writer, hex_digits[value >> digits * 4 & 15]);
}

static void go_escape(struct writer *writer, uint32_t c)
{
	static const char letters[128] = {
		['\a'] = 'a', ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n',	 ['\r'] = 'r',
		['\t'] = 't', ['\v'] = 'v', ['"'] = '"',  ['\\'] = '\\',
	};

	if (c < 128 && letters[c]) {
		writer_char(writer, '\\');
		writer_char(writer, letters[c]);
	} else if (c < 0x20 || c == 0x7f) {
		go_hex(writer, "\\x", c, 2);
	} else if (c < 0x10000) {
		go_hex(writer, "\\u", c, 4);
	} else {
		go_hex(writer, "\\U", c, 8);
	}
}

/* Characters that no terminal interprets stay unchanged, including backslashes and quotes. */
void writer_visible(struct writer *writer, const char *text, size_t len)
{
	size_t n;
	uint32_t c;

	for (; len; text += n, len -= n) {
		n = utf8_decode(text, len, &c);
		if (!n) {
			go_hex(writer, "\\x", (uint8_t)*text, 2);
			n = 1;
		} else if (utf8_is_printable(c)) {
			writer_put(writer, text, n);
		} else {
			go_escape(writer, c);
		}
	}
}

void writer_quoted(struct writer *writer, const char *text, size_t len)
{
	size_t n;
	uint32_t c;

	if (!needs_quotes(text, len)) {
		writer_put(writer, text, len);
		return;
	}
	writer_char(writer, '"');
	for (; len; text += n, len -= n) {
		n = utf8_decode(text, len, &c);
		if (!n) {
			go_hex(writer, "\\x", (uint8_t)*text, 2);
			n = 1;
		} else if (go_prints(c) && c != '"' && c != '\\') {
			writer_put(writer, text, n);
		} else {
			go_escape(writer, c);
		}
	}
	writer_char(writer, '"');
}

void writer_ipv4(struct writer *writer, const uint8_t *bytes)
{
	unsigned int i;

	for (i = 0; i < 4; i++) {
		if (i)
			writer_char(writer, '.');
		writer_u64(writer, bytes[i]);
	}
}

/* The longest run of zero groups, the first of equals; RFC 5952: at least two. */
static void zero_run(const uint16_t *groups, unsigned int *ret_at, unsigned int *ret_n)
{
	unsigned int i, n;

	*ret_at = 8;
	*ret_n = 1;
	for (i = 0; i < 8; i += n + 1) {
		for (n = 0; i + n < 8 && !groups[i + n]; n++)
			;
		if (n > *ret_n) {
			*ret_at = i;
			*ret_n = n;
		}
	}
}

void writer_ipv6(struct writer *writer, const uint8_t *bytes)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	unsigned int i, run_at, run_n;
	uint16_t groups[8];

	if (!memcmp(bytes, mapped, sizeof(mapped))) {
		writer_lit(writer, "::ffff:");
		writer_ipv4(writer, bytes + 12);
		return;
	}
	for (i = 0; i < 8; i++)
		groups[i] = (uint16_t)(bytes[2 * i] << 8 | bytes[2 * i + 1]);
	zero_run(groups, &run_at, &run_n);
	for (i = 0; i < 8; i++) {
		if (i == run_at) {
			writer_lit(writer, "::");
			i += run_n - 1;
			continue;
		}
		if (i && i != run_at + run_n)
			writer_char(writer, ':');
		writer_hex(writer, groups[i]);
	}
}
