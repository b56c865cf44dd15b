/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/process/encoding.h"

#include "lib/process/writer.h"

/* The rest of a text, its opening quote is there. */
static void put_text(struct writer *writer, const char *text)
{
	writer_json(writer, text, strlen(text));
	writer_char(writer, '"');
}

/* What follows the event's own object, up to the time and after it. */
static void put_envelope(struct writer *writer, const struct event_json_opts *opts,
			 size_t *ret_before_len)
{
	writer_char(writer, '}');
	if (opts->node_name[0]) {
		writer_lit(writer, ",\"node_name\":\"");
		put_text(writer, opts->node_name);
	}
	writer_lit(writer, ",\"time\":\"");
	*ret_before_len = writer_size(writer);
	writer_char(writer, '"');
	if (opts->cluster_name && opts->cluster_name[0]) {
		writer_lit(writer, ",\"cluster_name\":\"");
		put_text(writer, opts->cluster_name);
	}
	writer_char(writer, '}');
}

int event_encoding_new(struct event_encoding **ret, const struct event_json_opts *opts)
{
	size_t name_bytes = strlen(opts->node_name) + 1, before_len, len;
	struct event_encoding *encoding;
	struct writer writer;
	char *text;

	writer_init(&writer, NULL, 0);
	put_envelope(&writer, opts, &before_len);
	len = writer_size(&writer);
	encoding = calloc(1, sizeof(*encoding) + name_bytes + len + 1);
	if (!encoding)
		return -ENOMEM;
	text = (char *)(encoding + 1);
	memcpy(text, opts->node_name, name_bytes);
	encoding->n_refs = 1;
	encoding->flags = opts->flags;
	encoding->find_user = opts->find_user;
	encoding->users = opts->users;
	memcpy(encoding->host_namespaces, opts->host_namespaces,
	       sizeof(encoding->host_namespaces));
	encoding->node_name = text;
	encoding->before_time = text + name_bytes;
	encoding->before_time_len = before_len;
	encoding->after_time = encoding->before_time + before_len;
	encoding->after_time_len = len - before_len;
	writer_init(&writer, text + name_bytes, len + 1);
	put_envelope(&writer, opts, &before_len);
	writer_finish(&writer, len + 1);
	*ret = encoding;
	return 0;
}

struct event_encoding *event_encoding_ref(struct event_encoding *encoding)
{
	if (encoding)
		__atomic_add_fetch(&encoding->n_refs, 1, __ATOMIC_RELAXED);
	return encoding;
}

struct event_encoding *event_encoding_unref(struct event_encoding *encoding)
{
	if (encoding && !__atomic_sub_fetch(&encoding->n_refs, 1, __ATOMIC_ACQ_REL))
		free(encoding);
	return NULL;
}
