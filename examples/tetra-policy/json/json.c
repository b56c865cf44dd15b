/* SPDX-License-Identifier: Apache-2.0 */
#include "json/json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/guard.h"
#include "common/name.h"
#include "status.h"
#include "text.h"

/* Replaces bytes that are not valid UTF-8. */
#define REPLACEMENT "\xef\xbf\xbd"

static void keep(struct json *json, int error)
{
	if (error && !json->error)
		json->error = error;
}

/* The order of calls is ours, so what the generator refuses is a fault of ours. */
static void told(struct json *json, yajl_gen_status status)
{
	keep(json, status == yajl_gen_status_ok ? 0 : -EINVAL);
}

static void put(void *user, const char *text, size_t n)
{
	struct json *json = user;

	if (fwrite(text, 1, n, json->out) != n)
		keep(json, errno ? -errno : -EIO);
}

/* The library for JSON looks at no result of these. */
static void *memory_or_end(void *memory)
{
	if (memory)
		return memory;
	complain("JSON", strerror(ENOMEM));
	exit(STATUS_BROKEN);
}

static void *memory_new(void *user, size_t size)
{
	(void)user;
	return memory_or_end(malloc(size));
}

static void *memory_resize(void *user, void *memory, size_t size)
{
	(void)user;
	return memory_or_end(realloc(memory, size));
}

static void memory_free(void *user, void *memory)
{
	(void)user;
	free(memory);
}

yajl_alloc_funcs json_memory = { memory_new, memory_resize, memory_free, NULL };

int json_init(struct json *json, FILE *out)
{
	*json = (struct json){ .out = out };
	json->gen = yajl_gen_alloc(&json_memory);
	if (!json->gen)
		return json->error = -ENOMEM;
	yajl_gen_config(json->gen, yajl_gen_print_callback, put, json);
	return 0;
}

void json_line(struct json *json)
{
	if (!json->gen)
		return;
	yajl_gen_reset(json->gen, NULL);
	put(json, "\n", 1);
}

int json_done(struct json *json)
{
	if (json->gen)
		yajl_gen_free(json->gen);
	json->gen = NULL;
	if (fflush(json->out) != 0)
		keep(json, errno ? -errno : -EIO);
	return json->error;
}

/* Whether bytes up to @n are all of whole characters. */
static size_t valid_bytes(const char *text, size_t n)
{
	size_t at = 0, more;

	while (at < n) {
		more = text[at] ? name_utf8((const unsigned char *)text + at, n - at) : 1;
		if (!more)
			break;
		at += more;
	}
	return at;
}

static void text_put_repaired(struct json *json, const char *text, size_t n)
{
	_cleanup_(freep) char *copy = malloc(n * strlen(REPLACEMENT));
	size_t len = 0, good;

	if (!copy) {
		keep(json, -ENOMEM);
		return;
	}
	while (n) {
		good = valid_bytes(text, n);
		memcpy(copy + len, text, good);
		len += good;
		text += good;
		n -= good;
		if (!n)
			break;
		memcpy(copy + len, REPLACEMENT, strlen(REPLACEMENT));
		len += strlen(REPLACEMENT);
		text++;
		n--;
	}
	told(json, yajl_gen_string(json->gen, (const unsigned char *)copy, len));
}

static void text_put(struct json *json, const char *text, size_t n)
{
	if (!json->gen)
		return;
	if (valid_bytes(text, n) == n)
		told(json, yajl_gen_string(json->gen, (const unsigned char *)text, n));
	else
		text_put_repaired(json, text, n);
}

/* Whether there is anything to write to; writes the key. */
static int begin(struct json *json, const char *key)
{
	if (!json->gen)
		return 0;
	if (key)
		text_put(json, key, strlen(key));
	return 1;
}

void json_map(struct json *json, const char *key)
{
	if (begin(json, key))
		told(json, yajl_gen_map_open(json->gen));
}

void json_list(struct json *json, const char *key)
{
	if (begin(json, key))
		told(json, yajl_gen_array_open(json->gen));
}

void json_map_end(struct json *json)
{
	if (begin(json, NULL))
		told(json, yajl_gen_map_close(json->gen));
}

void json_list_end(struct json *json)
{
	if (begin(json, NULL))
		told(json, yajl_gen_array_close(json->gen));
}

void json_text_n(struct json *json, const char *key, const char *text, size_t n)
{
	if (begin(json, key))
		text_put(json, text, n);
}

void json_text(struct json *json, const char *key, const char *text)
{
	if (text)
		json_text_n(json, key, text, strlen(text));
	else
		json_null(json, key);
}

void json_number(struct json *json, const char *key, int64_t number)
{
	if (begin(json, key))
		told(json, yajl_gen_integer(json->gen, number));
}

void json_seconds(struct json *json, const char *key, double seconds)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "%.3f", seconds);

	if (begin(json, key))
		told(json, yajl_gen_number(json->gen, text, (size_t)n));
}

void json_bool(struct json *json, const char *key, int truth)
{
	if (begin(json, key))
		told(json, yajl_gen_bool(json->gen, truth));
}

void json_null(struct json *json, const char *key)
{
	if (begin(json, key))
		told(json, yajl_gen_null(json->gen));
}
