/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON on a stream, by yajl's generator. Errors are kept until json_done(): calls in between
 * need no look at them.
 */
#ifndef TETRA_POLICY_JSON_H
#define TETRA_POLICY_JSON_H

#include <stdint.h>
#include <stdio.h>
#include <yajl/yajl_gen.h>

struct json {
	yajl_gen gen;
	FILE *out;
	int error; /* the first, a negative errno; 0: none */
};

/* For the JSON library, which looks at no result: they end the program if memory runs out. */
extern yajl_alloc_funcs json_memory;

/* Return: 0; -ENOMEM. json_done() is to be called in every case. */
int json_init(struct json *json, FILE *out);

/* Ends a document with a newline; another may follow. */
void json_line(struct json *json);

/* Writes out and frees. Return: 0; else the first error, a negative errno. */
int json_done(struct json *json);

/* @key NULL: an element of a list, or the document itself. */
void json_map(struct json *json, const char *key);
void json_list(struct json *json, const char *key);
void json_map_end(struct json *json);
void json_list_end(struct json *json);
/* Bytes that are not UTF-8 become U+FFFD. @text NULL: null. */
void json_text(struct json *json, const char *key, const char *text);
void json_text_n(struct json *json, const char *key, const char *text, size_t n);
void json_number(struct json *json, const char *key, int64_t number);
void json_seconds(struct json *json, const char *key, double seconds); /* 0.001 */
void json_bool(struct json *json, const char *key, int truth);
void json_null(struct json *json, const char *key);

#endif
