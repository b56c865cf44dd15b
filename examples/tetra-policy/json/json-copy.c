/* SPDX-License-Identifier: Apache-2.0 */
#include "json/json-copy.h"

#include <errno.h>
#include <string.h>
#include <yajl/yajl_parse.h>

static int on_null(void *gen)
{
	return yajl_gen_null(gen) == yajl_gen_status_ok;
}

static int on_bool(void *gen, int truth)
{
	return yajl_gen_bool(gen, truth) == yajl_gen_status_ok;
}

static int on_number(void *gen, const char *text, size_t n)
{
	return yajl_gen_number(gen, text, n) == yajl_gen_status_ok;
}

static int on_text(void *gen, const unsigned char *text, size_t n)
{
	return yajl_gen_string(gen, text, n) == yajl_gen_status_ok;
}

static int on_map(void *gen)
{
	return yajl_gen_map_open(gen) == yajl_gen_status_ok;
}

static int on_map_end(void *gen)
{
	return yajl_gen_map_close(gen) == yajl_gen_status_ok;
}

static int on_list(void *gen)
{
	return yajl_gen_array_open(gen) == yajl_gen_status_ok;
}

static int on_list_end(void *gen)
{
	return yajl_gen_array_close(gen) == yajl_gen_status_ok;
}

static const yajl_callbacks callbacks = {
	.yajl_null = on_null,
	.yajl_boolean = on_bool,
	.yajl_number = on_number,
	.yajl_string = on_text,
	.yajl_start_map = on_map,
	.yajl_map_key = on_text,
	.yajl_end_map = on_map_end,
	.yajl_start_array = on_list,
	.yajl_end_array = on_list_end,
};

static int parse(yajl_handle handle, const char *text)
{
	const unsigned char *bytes = (const unsigned char *)text;

	return yajl_parse(handle, bytes, strlen(text)) == yajl_status_ok &&
	       yajl_complete_parse(handle) == yajl_status_ok;
}

/* Checked first: a document that was begun cannot be taken back. */
static int is_json(const char *text)
{
	yajl_handle handle = yajl_alloc(NULL, &json_memory, NULL);
	int good = handle && parse(handle, text);

	if (handle)
		yajl_free(handle);
	return good;
}

void json_copy(struct json *json, const char *key, const char *text)
{
	yajl_handle handle;

	if (!text || !json->gen || !is_json(text)) {
		json_null(json, key);
		return;
	}
	if (key)
		on_text(json->gen, (const unsigned char *)key, strlen(key));
	handle = yajl_alloc(&callbacks, &json_memory, json->gen);
	if (!handle || !parse(handle, text))
		json->error = json->error ? json->error : -ENOMEM;
	if (handle)
		yajl_free(handle);
}
