/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/simulate/input.h"

#include <stdio.h>

/* The kernel's own prefixes of system calls. */
static const char *const entries[] = { "__x64_", "__ia32_" };

#define TEXTS_BYTES 1024u

#define X(name, part)                                                                    \
	_Static_assert(TETRA_INPUT_##name == 1u << TETRA_PART_##part, "parts of sockets");
X(SADDR, SADDR)
X(DADDR, DADDR)
X(SPORT, SPORT)
X(DPORT, DPORT)
X(PROTOCOL, PROTOCOL)
X(FAMILY, FAMILY)
X(TCPSTATE, STATE)
#undef X

#define INET_PARTS                                                                       \
	(TETRA_INPUT_SADDR | TETRA_INPUT_DADDR | TETRA_INPUT_SPORT | TETRA_INPUT_DPORT)
#define SOCK_PARTS                                                                       \
	(INET_PARTS | TETRA_INPUT_PROTOCOL | TETRA_INPUT_FAMILY | TETRA_INPUT_TCPSTATE)

int tetra_input_new(struct tetra_input **ret)
{
	struct tetra_input *input;

	if (!ret)
		return -EINVAL;
	input = calloc(1, sizeof(*input));
	if (!input)
		return -ENOMEM;
	input->texts = malloc(TEXTS_BYTES);
	if (!input->texts) {
		free(input);
		return -ENOMEM;
	}
	input->size = TEXTS_BYTES;
	tetra_input_reset(input);
	*ret = input;
	return 0;
}

struct tetra_input *tetra_input_free(struct tetra_input *input)
{
	if (input)
		free(input->texts);
	free(input);
	return NULL;
}

void tetra_input_reset(struct tetra_input *input)
{
	if (!input)
		return;
	input->n_bytes = 0;
	input->name = input->policy = input->binary = (struct input_text){};
	memset(input->args, 0, input->n_args * sizeof(input->args[0]));
	memset(input->data, 0, input->n_data * sizeof(input->data[0]));
	memset(&input->return_value, 0, sizeof(input->return_value));
	input->n_args = input->n_data = input->n_ancestors = 0;
	input->ancestors_end = false;
	input->exe_foreign = input->has_exe_foreign = 0;
	input->names = TETRA_INPUT_NAMES_DEFAULT;
	memset(&input->process, 0, sizeof(input->process));
	input->process.unknown = (struct eval_gaps){ .tgid = 1,
						     .ns_tgid = 1,
						     .exe = 1,
						     .descent = 1,
						     .forks = 1,
						     .ns_forks = 1,
						     .namespaces = UINT16_MAX,
						     .hosts = UINT16_MAX,
						     .user_ns = 1,
						     .caps = UINT8_MAX };
}

/* Room for @len bytes and a NUL. */
static int texts_grow(struct tetra_input *input, size_t len)
{
	size_t size = input->size;
	char *texts;

	if (len >= TETRA_INPUT_MAX_BYTES || input->n_bytes + len >= TETRA_INPUT_MAX_BYTES)
		return -E2BIG;
	while (size < input->n_bytes + len + 1)
		size *= 2;
	if (size == input->size)
		return 0;
	texts = realloc(input->texts, size);
	if (!texts)
		return -ENOMEM;
	input->texts = texts;
	input->size = size;
	return 0;
}

static int text_set(struct tetra_input *input, const char *text, size_t len,
		    struct input_text *ret)
{
	int r;

	if (!text && len)
		return -EINVAL;
	r = texts_grow(input, len);
	if (r < 0)
		return r;
	if (len)
		memcpy(input->texts + input->n_bytes, text, len);
	input->texts[input->n_bytes + len] = '\0';
	*ret = (struct input_text){ (uint32_t)input->n_bytes, (uint32_t)len, true };
	input->n_bytes += len + 1;
	return 0;
}

/* Bytes of a file's path and of a name. */
#define NAME_BYTES 8192

/* @after: follows the name. */
static int hook_set(struct tetra_input *input, enum input_hook hook, const char *name,
		    const char *after)
{
	char text[NAME_BYTES];
	int n;

	if (!input || !name || !*name)
		return -EINVAL;
	n = snprintf(text, sizeof(text), "%c%s%s%s", hook, name,
		     !after			? ""
		     : hook == INPUT_TRACEPOINT ? "/"
						: ":",
		     after ? after : "");
	if (n >= (int)sizeof(text))
		return -E2BIG;
	return text_set(input, text, (size_t)n, &input->name);
}

const char *input_plain_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(entries); i++)
		if (str_has_prefix(name, entries[i]) &&
		    str_has_prefix(name + strlen(entries[i]), "sys_"))
			return name + strlen(entries[i]);
	return name;
}

int tetra_input_set_function(struct tetra_input *input, const char *name)
{
	return hook_set(input, INPUT_FUNCTION, name ? input_plain_name(name) : NULL,
			NULL);
}

int tetra_input_set_tracepoint(struct tetra_input *input, const char *subsystem,
			       const char *event)
{
	return event ? hook_set(input, INPUT_TRACEPOINT, subsystem, event) : -EINVAL;
}

int tetra_input_set_lsm(struct tetra_input *input, const char *hook)
{
	return hook_set(input, INPUT_LSM, hook, NULL);
}

int tetra_input_set_uprobe(struct tetra_input *input, const char *path, const char *place)
{
	return place && *place ? hook_set(input, INPUT_UPROBE, path, place) : -EINVAL;
}

int input_set_uprobe_name(struct tetra_input *input, const char *name)
{
	return hook_set(input, INPUT_UPROBE, name, NULL);
}

int tetra_input_set_usdt(struct tetra_input *input, const char *path,
			 const char *provider, const char *name)
{
	char whole[NAME_BYTES];

	if (!provider || !*provider || !name || !*name)
		return -EINVAL;
	if (snprintf(whole, sizeof(whole), "%s/%s", provider, name) >= (int)sizeof(whole))
		return -E2BIG;
	return hook_set(input, INPUT_USDT, path, whole);
}

int input_set_usdt_name(struct tetra_input *input, const char *name)
{
	return hook_set(input, INPUT_USDT, name, NULL);
}

int tetra_input_set_policy(struct tetra_input *input, const char *name)
{
	if (!input || !name)
		return -EINVAL;
	return text_set(input, name, strlen(name), &input->policy);
}

int input_arg(struct tetra_input *input, uint32_t position, struct input_arg **ret)
{
	if (!input)
		return -EINVAL;
	if (position == TETRA_INPUT_RETURN) {
		*ret = &input->return_value;
		return 0;
	}
	if (position >= TETRA_INPUT_DATA &&
	    position - TETRA_INPUT_DATA < TETRA_INPUT_MAX_ARGS) {
		input->n_data = MAX(input->n_data, position - TETRA_INPUT_DATA + 1);
		*ret = &input->data[position - TETRA_INPUT_DATA];
		return 0;
	}
	if (position >= TETRA_INPUT_MAX_ARGS)
		return -E2BIG;
	input->n_args = MAX(input->n_args, position + 1);
	*ret = &input->args[position];
	return 0;
}

int tetra_input_set_number(struct tetra_input *input, uint32_t position, uint64_t number)
{
	struct input_arg *arg;
	int r = input_arg(input, position, &arg);

	if (r < 0)
		return r;
	arg->value = INPUT_NUMBER;
	arg->state = TETRA_INPUT_UNKNOWN;
	arg->number = number;
	return 0;
}

int tetra_input_set_text(struct tetra_input *input, uint32_t position, const char *text,
			 size_t len)
{
	struct input_arg *arg;
	int r = input_arg(input, position, &arg);

	if (r >= 0)
		r = text_set(input, text, len, &arg->text);
	if (r < 0)
		return r;
	arg->value = INPUT_TEXT;
	arg->state = TETRA_INPUT_UNKNOWN;
	return 0;
}

int tetra_input_set_sock(struct tetra_input *input, uint32_t position,
			 const struct tetra_sock *sock, uint32_t known)
{
	struct input_arg *arg;
	int r;

	if (!sock || sock->size < sizeof(*sock) || known & ~SOCK_PARTS)
		return -EINVAL;
	r = input_arg(input, position, &arg);
	if (r < 0)
		return r;
	arg->value = INPUT_SOCK;
	arg->state = TETRA_INPUT_UNKNOWN;
	arg->known = (uint16_t)known;
	arg->absent = arg->unread = 0;
	arg->sock = (struct tetra_record_sock){ .family = (uint16_t)sock->family,
						.protocol = (uint16_t)sock->protocol,
						.state = (uint8_t)sock->state,
						.sport = sock->sport,
						.dport = sock->dport };
	memcpy(arg->sock.saddr, sock->saddr, sizeof(arg->sock.saddr));
	memcpy(arg->sock.daddr, sock->daddr, sizeof(arg->sock.daddr));
	return 0;
}

int tetra_input_set_lacking(struct tetra_input *input, uint32_t position, uint32_t parts,
			    uint32_t state)
{
	bool unread = state == TETRA_INPUT_UNREADABLE;
	struct input_arg *arg;
	int r;

	if (parts & ~SOCK_PARTS || (!unread && state != TETRA_INPUT_ABSENT))
		return -EINVAL;
	r = input_arg(input, position, &arg);
	if (r < 0)
		return r;
	if (arg->value != INPUT_SOCK) {
		arg->value = INPUT_SOCK;
		arg->sock = (struct tetra_record_sock){};
		arg->known = arg->absent = arg->unread = 0;
	}
	arg->state = TETRA_INPUT_UNKNOWN;
	arg->known &= (uint16_t)~parts;
	arg->absent = (uint16_t)((arg->absent & ~parts) | (unread ? 0 : parts));
	arg->unread = (uint16_t)((arg->unread & ~parts) | (unread ? parts : 0));
	return 0;
}

int tetra_input_set_state(struct tetra_input *input, uint32_t position, uint32_t state)
{
	struct input_arg *arg;
	int r = state <= TETRA_INPUT_BEGINNING ? input_arg(input, position, &arg)
					       : -EINVAL;
	bool keeps = state == TETRA_INPUT_TRUNCATED || state == TETRA_INPUT_BEGINNING;

	if (r < 0)
		return r;
	arg->state = (uint8_t)state;
	if (!keeps)
		arg->value = INPUT_NOTHING;
	return 0;
}

int tetra_input_set_file_type(struct tetra_input *input, uint32_t position, uint32_t mode)
{
	struct input_arg *arg;
	int r = input_arg(input, position, &arg);

	if (r < 0)
		return r;
	arg->file_type = mode >> 12 & 0xf;
	arg->has_file_type = 1;
	arg->type_state = TETRA_VALUE_READ;
	return 0;
}

int tetra_input_set_foreign(struct tetra_input *input, uint32_t position, int is_foreign)
{
	struct input_arg *arg;
	int r = is_foreign == !!is_foreign ? input_arg(input, position, &arg) : -EINVAL;

	if (r < 0)
		return r;
	arg->foreign = is_foreign != 0;
	arg->has_foreign = 1;
	return 0;
}

int tetra_input_set_binary_foreign(struct tetra_input *input, int is_foreign)
{
	if (!input || is_foreign != !!is_foreign)
		return -EINVAL;
	input->exe_foreign = is_foreign != 0;
	input->has_exe_foreign = 1;
	return 0;
}

int tetra_input_set_ancestor_foreign(struct tetra_input *input, int is_foreign)
{
	struct input_ancestor *ancestor;

	if (!input || !input->n_ancestors || is_foreign != !!is_foreign)
		return -EINVAL;
	ancestor = &input->ancestors[input->n_ancestors - 1];
	ancestor->foreign = is_foreign != 0;
	ancestor->has_foreign = 1;
	return 0;
}

int tetra_input_set_label(struct tetra_input *input, uint32_t position, const char *label)
{
	struct input_arg *arg;
	int r = label ? input_arg(input, position, &arg) : -EINVAL;

	return r < 0 ? r : text_set(input, label, strlen(label), &arg->label);
}

int tetra_input_set_type(struct tetra_input *input, uint32_t position, const char *key)
{
	struct input_arg *arg;
	int r = key ? input_arg(input, position, &arg) : -EINVAL;

	return r < 0 ? r : text_set(input, key, strlen(key), &arg->type);
}

int tetra_input_set_pid(struct tetra_input *input, uint32_t pid)
{
	if (!input)
		return -EINVAL;
	input->process.tgid = pid;
	input->process.unknown.tgid = 0;
	return 0;
}

int tetra_input_set_namespace_pid(struct tetra_input *input, uint32_t pid)
{
	if (!input)
		return -EINVAL;
	input->process.ns_tgid = pid;
	input->process.unknown.ns_tgid = 0;
	return 0;
}

int tetra_input_set_binary(struct tetra_input *input, const char *path, size_t len)
{
	int r = input && path ? text_set(input, path, len, &input->binary) : -EINVAL;

	if (r < 0)
		return r;
	input->process.exe_state = TETRA_VALUE_READ;
	input->process.unknown.exe = 0;
	return 0;
}

int tetra_input_set_binary_state(struct tetra_input *input, uint32_t state)
{
	static const uint8_t states[] = { [TETRA_INPUT_UNREADABLE] =
						  TETRA_VALUE_UNREADABLE,
					  [TETRA_INPUT_NO_PATH] = TETRA_VALUE_NONE };

	if (!input || state >= ARRAY_SIZE(states) || state == TETRA_INPUT_TRUNCATED)
		return -EINVAL;
	input->binary.is_set = false;
	input->process.exe_state = states[state];
	input->process.unknown.exe = state == TETRA_INPUT_UNKNOWN;
	return 0;
}

int input_set_ancestor(struct tetra_input *input, uint32_t i, const char *path,
		       size_t len)
{
	struct input_ancestor *ancestor = &input->ancestors[i];
	int r = text_set(input, path, len, &ancestor->binary);

	if (r < 0)
		return r;
	ancestor->has_exe = 1;
	ancestor->exe_state = TETRA_VALUE_READ;
	return 0;
}

int tetra_input_add_ancestor(struct tetra_input *input, const char *path, size_t len)
{
	int r = input && path ? 0 : -EINVAL;

	if (r >= 0 && input->n_ancestors == INPUT_MAX_ANCESTORS)
		r = -E2BIG;
	if (r < 0)
		return r;
	input->ancestors[input->n_ancestors] = (struct input_ancestor){};
	r = input_set_ancestor(input, input->n_ancestors, path, len);
	if (r >= 0)
		input->n_ancestors++;
	return r;
}

int tetra_input_end_ancestors(struct tetra_input *input)
{
	if (!input)
		return -EINVAL;
	input->ancestors_end = true;
	return 0;
}

/* A process in another user namespace may have made the mounts that it sees. */
static void names_settle(struct tetra_input *input)
{
	bool elsewhere = !input->process.unknown.user_ns && input->process.user_ns;

	input->process.unknown.exe_foreign =
		input->names == TETRA_INPUT_NAMES_UNKNOWN ||
		(input->names == TETRA_INPUT_NAMES_DEFAULT && elsewhere);
}

int tetra_input_set_namespace(struct tetra_input *input, uint32_t ns, uint64_t inode,
			      int is_host)
{
	struct eval_event *process = input ? &input->process : NULL;
	uint16_t bit = (uint16_t)(1u << (ns & 15));

	if (!input || ns >= TETRA_NS_END || is_host < -1 || is_host > 1)
		return -EINVAL;
	process->namespaces[ns] = inode;
	/* The host's number is only compared with this one. */
	process->host_namespaces[ns] = is_host == 1 ? inode : ~inode;
	process->unknown.namespaces &= (uint16_t)~bit;
	process->unknown.hosts &= (uint16_t)~bit;
	if (!inode)
		process->unknown.namespaces |= bit;
	if (is_host < 0)
		process->unknown.hosts |= bit;
	if (ns == TETRA_NS_USER) {
		process->unknown.user_ns = is_host < 0;
		process->user_ns = is_host == 0;
		process->host_user_ns = 0;
		names_settle(input);
	}
	return 0;
}

int tetra_input_set_capabilities(struct tetra_input *input, uint32_t set,
				 uint64_t capabilities)
{
	if (!input || set >= TETRA_CAPSET_END)
		return -EINVAL;
	input->process.caps[set] = capabilities;
	input->process.unknown.caps &= (uint8_t) ~(1u << set);
	return 0;
}

int tetra_input_set_names(struct tetra_input *input, uint32_t names)
{
	if (!input || names > TETRA_INPUT_NAMES_UNKNOWN)
		return -EINVAL;
	input->names = names;
	names_settle(input);
	return 0;
}
