/* SPDX-License-Identifier: Apache-2.0 */
/*
 * message and tags: cut to their limits and escaped once, as a quoted literal without its
 * quotes, so that they can go into every event as they are.
 */
#include "lib/base/strbuf.h"
#include "lib/base/utf8.h"
#include "lib/policy/build.h"
#include "lib/policy/text.h"

#define TEXT_MIN_BYTES 2u

bool text_is_shown(uint32_t c)
{
	if (c == 0xa0 || c == 0xad || c == 0x3000 || (c >= 0x2000 && c <= 0x200f))
		return false;
	if ((c >= 0x2028 && c <= 0x202f) || (c >= 0x205f && c <= 0x206f))
		return false;
	if ((c >= 0xe000 && c <= 0xf8ff) || c >= 0xf0000)
		return false;
	return utf8_is_printable(c);
}

static void escape_char(struct strbuf *buf, uint32_t c)
{
	static const char *const short_forms[] = {
		['\a'] = "\\a", ['\b'] = "\\b", ['\f'] = "\\f", ['\n'] = "\\n",
		['\r'] = "\\r", ['\t'] = "\\t", ['\v'] = "\\v",
	};

	if (c < ARRAY_SIZE(short_forms) && short_forms[c])
		strbuf_puts(buf, short_forms[c]);
	else if (c < 0x80)
		strbuf_format(buf, "\\x%02x", c);
	else
		strbuf_format(buf, c < 0x10000 ? "\\u%04x" : "\\U%08x", c);
}

static void text_escape(struct strbuf *buf, const char *text, size_t len)
{
	size_t i, n;
	uint32_t c;

	for (i = 0; i < len; i += n) {
		n = utf8_decode(text + i, len - i, &c);
		if (!n) {
			strbuf_format(buf, "\\x%02x", (unsigned char)text[i]);
			n = 1;
		} else if (c == '"' || c == '\\') {
			strbuf_putc(buf, '\\');
			strbuf_putc(buf, (char)c);
		} else if (text_is_shown(c)) {
			strbuf_add(buf, text + i, n);
		} else {
			escape_char(buf, c);
		}
	}
}

/* The longest prefix of whole characters in @max bytes. */
static size_t text_cut(const char *text, size_t len, size_t max)
{
	if (len <= max)
		return len;
	while (max && ((unsigned char)text[max] & 0xc0) == 0x80)
		max--;
	return max;
}

static int text_build(struct build *build, const struct node *node, size_t max,
		      char **ret)
{
	_cleanup_(strbuf_done) struct strbuf buf = {};

	if (node->n && node->n < TEXT_MIN_BYTES) {
		(void)report_error(build->report, node, "too-short", NULL,
				   "the text needs at least %u characters",
				   TEXT_MIN_BYTES);
		return 0;
	}
	text_escape(&buf, node->text, text_cut(node->text, node->n, max));
	if (buf.failed)
		return -ENOMEM;
	*ret = arena_text(build->arena, strbuf_get(&buf), buf.len);
	return *ret ? 0 : -ENOMEM;
}

static int tags_build(struct build_hook *hook)
{
	const struct doc_values *tags = &hook->doc->tags;
	struct report *report = hook->build->report;
	uint32_t i;
	int r = 0;

	hook->hook->tags = arena_array(hook->build->arena, tags->n, sizeof(char *));
	if (!hook->hook->tags)
		return -ENOMEM;
	for (i = 0; i < tags->n && r >= 0; i++) {
		if (!tags->items[i])
			continue;
		if (!tags->items[i]->n)
			(void)report_error(report, tags->items[i], "too-short", NULL,
					   "a tag needs at least %u characters",
					   TEXT_MIN_BYTES);
		else
			r = text_build(hook->build, tags->items[i], TAG_MAX_BYTES,
				       &hook->hook->tags[hook->hook->n_tags++]);
	}
	return r;
}

int texts_build(struct build_hook *hook)
{
	int r = 0;

	if (hook->doc->message && hook->doc->message->n)
		r = text_build(hook->build, hook->doc->message, MESSAGE_MAX_BYTES,
			       &hook->hook->message);
	return r < 0 ? r : tags_build(hook);
}
