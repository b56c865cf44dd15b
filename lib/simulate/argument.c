/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An event that was written by hand has the arguments of each policy that looks at it. A
 * recorded one has those of the policy that made it: of another policy only what has the same
 * label is certainly the same, or what no other parameter of the function could be. What cannot
 * be told apart is not known.
 */
#include "lib/simulate/argument.h"

#include "lib/linux/signatures.h"

static const char *signature_of(const struct policy_hook *hook)
{
	const char *name = input_plain_name(hook->name);

	if (hook->kind == POLICY_LSM)
		return signature_of_lsm(name);
	if (hook->kind != POLICY_KPROBE)
		return NULL;
	if (!hook->syscall)
		return signature_of_function(name);
	return str_has_prefix(name, "sys_") ? signature_of_call(name + strlen("sys_"))
					    : NULL;
}

/* Whether a parameter of that type can have given a value with that key. Of numbers, only a
 * descriptor has a file. */
static bool letter_gives(char letter, const char *key)
{
	for (uint32_t kind = 0; kind < TETRA_ARG_END; kind++) {
		const struct kind_row *row = kind_row(kind);

		if (row->reader == TETRA_READ_FD && letter != SIGNATURE_FD)
			continue;
		if (row->name && row->support == TETRA_KIND_DECLARED &&
		    str_equal(row->key, key) &&
		    (!*row->parameters || strchr(row->parameters, letter)))
			return true;
	}
	return false;
}

static enum bind_alone alone_among(const char *signature, const char *key)
{
	uint32_t n = 0;

	if (!signature || !*signature)
		return BIND_ALONE_UNKNOWN;
	for (const char *letter = signature + 1; *letter; letter++)
		n += letter_gives(*letter, key);
	return n <= 1 ? BIND_ALONE : BIND_MANY;
}

/* The arguments before the elements of data. */
static uint32_t plain_count(const struct bind_hook *hook)
{
	return hook->hook->n_args - hook->hook->n_data;
}

void argument_init(struct bind_hook *hook)
{
	const char *signature = signature_of(hook->hook);

	for (uint32_t i = 0; i < hook->hook->n_args; i++) {
		uint32_t kind = hook->hook->args[i].kind;

		hook->keys[i] = kind ? kind_row(kind)->key : "";
		hook->ordinals[i] = kind == TETRA_ARG_NOP || i >= plain_count(hook)
					    ? UINT32_MAX
					    : hook->n_ordinals++;
		hook->alone[i] = alone_among(signature, hook->keys[i]);
	}
}

/* Recorded events of uprobes have the result as a last argument. */
static bool has_appended(const struct bind_hook *hook, const struct tetra_input *input)
{
	return hook->hook->kind == POLICY_UPROBE && hook->hook->wants_return &&
	       input->policy.is_set && !input->return_value.value &&
	       input->n_args == hook->n_ordinals + 1;
}

const struct input_arg *argument_result(const struct bind_hook *hook,
					const struct tetra_input *input)
{
	return has_appended(hook, input) ? &input->args[input->n_args - 1]
					 : &input->return_value;
}

/* Not given, or as the argument would have it. */
static bool type_fits(const struct tetra_input *input, const struct input_arg *arg,
		      const char *key)
{
	return !arg->type.is_set || str_equal(input_chars(input, &arg->type), key);
}

static const struct input_arg *find_label(const struct tetra_input *input,
					  const char *label)
{
	for (uint32_t i = 0; label && i < input->n_args; i++)
		if (input->args[i].label.is_set &&
		    str_equal(input_chars(input, &input->args[i].label), label))
			return &input->args[i];
	return NULL;
}

/* That at a place, unless its label says that it is something else. */
static const struct input_arg *at_place(const struct bind_hook *hook,
					const struct tetra_input *input,
					uint32_t position, uint32_t place)
{
	const struct input_arg *arg = &input->args[place];

	if (place >= input->n_args || !type_fits(input, arg, hook->keys[position]))
		return NULL;
	if (arg->label.is_set && hook->hook->args[position].label)
		return NULL;
	return arg;
}

/* The same types in the same order, and as many. */
static bool is_same_list(const struct bind_hook *hook, const struct tetra_input *input)
{
	if (input->n_args != hook->n_ordinals + has_appended(hook, input))
		return false;
	for (uint32_t i = 0; i < hook->hook->n_args; i++)
		if (hook->ordinals[i] != UINT32_MAX &&
		    !type_fits(input, &input->args[hook->ordinals[i]], hook->keys[i]))
			return false;
	return true;
}

/* The only one of its type, on both sides. */
static const struct input_arg *find_type(const struct bind_hook *hook,
					 const struct tetra_input *input,
					 uint32_t position)
{
	const char *key = hook->keys[position];
	const struct input_arg *found = NULL;
	uint32_t n = 0;

	for (uint32_t i = 0; i < plain_count(hook); i++)
		n += str_equal(hook->keys[i], key);
	for (uint32_t i = 0; i < input->n_args; i++) {
		const struct input_arg *arg = &input->args[i];

		if (!arg->type.is_set)
			return NULL;
		if (!str_equal(input_chars(input, &arg->type), key))
			continue;
		n += found != NULL;
		found = arg;
	}
	return n == 1 ? found : NULL;
}

static bool is_own(const struct bind_hook *hook, const struct tetra_input *input)
{
	return hook->policy->name &&
	       str_equal(input_chars(input, &input->policy), hook->policy->name);
}

/* Of a policy that is not known, only what has the same label is the same. */
static const struct input_arg *data_find(const struct bind_hook *hook,
					 const struct tetra_input *input,
					 uint32_t position)
{
	const char *label = hook->hook->args[position].label, *key = hook->keys[position];
	uint32_t place = position - plain_count(hook);

	for (uint32_t i = 0; label && i < input->n_data; i++)
		if (input->data[i].label.is_set &&
		    str_equal(input_chars(input, &input->data[i].label), label))
			return type_fits(input, &input->data[i], key) ? &input->data[i]
								      : NULL;
	if (place >= input->n_data || (input->policy.is_set && !is_own(hook, input)) ||
	    (label && input->data[place].label.is_set) ||
	    !type_fits(input, &input->data[place], key))
		return NULL;
	return &input->data[place];
}

const struct input_arg *argument_find(const struct bind_hook *hook,
				      const struct tetra_input *input, uint32_t position)
{
	const struct policy_arg *arg = &hook->hook->args[position];
	const struct input_arg *found = find_label(input, arg->label);

	if (position >= plain_count(hook))
		return data_find(hook, input, position);
	if (found && type_fits(input, found, hook->keys[position]))
		return found;
	if (found || hook->ordinals[position] == UINT32_MAX)
		return NULL;
	if (!input->policy.is_set)
		return at_place(hook, input, position, position);
	if (is_own(hook, input) && is_same_list(hook, input))
		return at_place(hook, input, position, hook->ordinals[position]);
	if (hook->alone[position] == BIND_MANY)
		return NULL;
	if (hook->alone[position] == BIND_ALONE_UNKNOWN && !is_same_list(hook, input))
		return NULL;
	return find_type(hook, input, position);
}
