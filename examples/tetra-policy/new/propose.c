/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hook has a selector for each list: it acts if the program, the path, the address or the port
 * is not in it. So each event that was seen passes all of them.
 */
#include "new/propose.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "common/guard.h"
#include "common/name.h"
#include "new/fold.h"
#include "new/known.h"

/* A filter has no more values. */
#define MAX_VALUES 1000u

struct writer {
	struct seen *seen;
	const struct proposal *proposal;
	FILE *out;
	const char *section; /* that is open; or NULL */
	const struct seen_hook *hook;
	size_t n_hooks;
};

/* The number of a character of UTF-8, and its bytes. */
static uint32_t character_of(const char *text, size_t *ret_bytes)
{
	const unsigned char *at = (const unsigned char *)text;
	size_t n = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : at[0] >= 0xc0 ? 2 : 1, i;
	uint32_t code = n == 1 ? at[0] : at[0] & (0x7fu >> n);

	for (i = 1; i < n && at[i]; i++)
		code = code << 6 | (at[i] & 0x3f);
	*ret_bytes = i;
	return code;
}

/* A text in quotes; whatever an editor or a terminal would not show is written as a number. */
static void quote(FILE *out, const char *text)
{
	size_t n;

	fputc('"', out);
	for (; *text; text += n) {
		n = name_character((const unsigned char *)text);
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		if (n && *text != '\n' && *text != '\t') {
			fwrite(text, 1, n, out);
			continue;
		}
		fprintf(out, "\\U%08" PRIX32, character_of(text, &n));
	}
	fputc('"', out);
}

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

static void evidence(const struct writer *writer, const struct seen_value *value)
{
	FILE *out = writer->out;

	fprintf(out, " # %" PRIu64 " event%s", value->count, plural(value->count));
	if (value->is_folder) {
		fprintf(out, " of %" PRIu64 " in it, for example ", value->n_names);
		quote(out, value->example);
	}
	fprintf(out, ", first at ");
	quote(out, value->at);
	fputc('\n', out);
}

/* One filter's values: those that are folders, or those that are not. */
static void values_write(const struct writer *writer, const struct seen_values *values,
			 int folders)
{
	size_t i;

	fprintf(writer->out, "        values:\n");
	for (i = 0; i < values->n; i++) {
		if (folders >= 0 && values->items[i].is_folder != folders)
			continue;
		fprintf(writer->out, "        - ");
		quote(writer->out, values->items[i].text);
		evidence(writer, &values->items[i]);
	}
}

static int has(const struct seen_values *values, int folders)
{
	size_t i;

	for (i = 0; i < values->n; i++)
		if (values->items[i].is_folder == folders)
			return 1;
	return 0;
}

/* Results of system calls and of security hooks can be changed. */
static int can_deny(const struct seen_hook *hook)
{
	return hook->kind == SEEN_LSM ||
	       (hook->kind == SEEN_KPROBE && (known_is_syscall(hook->name) ||
					      strncmp(hook->name, "security_", 9) == 0));
}

/*
 * A kill alone comes after the act, so that it is denied as well where that can be. Events are
 * limited: the same would come again and again.
 */
static void action_write(const struct writer *writer)
{
	int kills = strcmp(writer->proposal->action, "Sigkill") == 0;
	int denies = kills || strcmp(writer->proposal->action, "Override") == 0;

	fprintf(writer->out, "      matchActions:\n");
	if (kills)
		fprintf(writer->out, "      - action: Sigkill\n");
	if (denies && can_deny(writer->hook))
		fprintf(writer->out, "      - action: Override\n        argError: -1\n");
	else if (!kills)
		fprintf(writer->out, "      - action: Post\n        rateLimit: 10s\n");
}

/* Why a list is not there. */
static __attribute__((format(printf, 2, 3))) void remark(const struct writer *writer,
							 const char *format, ...)
{
	va_list args;

	fprintf(writer->out, "    # ");
	va_start(args, format);
	vfprintf(writer->out, format, args);
	va_end(args);
	fputc('\n', writer->out);
}

static int wants(const struct writer *writer, unsigned int list)
{
	return (writer->proposal->lists & list) != 0;
}

/* A program without a name is a kernel thread, or was not known: all would be acted on. */
static int has_binaries(const struct writer *writer, const struct seen_hook *hook)
{
	return wants(writer, PROPOSE_BINARIES) && hook->binaries.n &&
	       !hook->binaries.n_unlisted;
}

static int lists_binaries(const struct writer *writer, const struct seen_hook *hook)
{
	return has_binaries(writer, hook) && hook->binaries.n <= MAX_VALUES;
}

static void binaries_write(const struct writer *writer, const struct seen_hook *hook)
{
	if (!lists_binaries(writer, hook))
		return;
	remark(writer, "Programs that were not seen.");
	fprintf(writer->out, "    - matchBinaries:\n      - operator: NotIn\n");
	values_write(writer, &hook->binaries, -1);
	action_write(writer);
}

static int is_path_type(const char *type)
{
	return strcmp(type, "file") == 0 || strcmp(type, "path") == 0 ||
	       strcmp(type, "linux_binprm") == 0;
}

/* Texts of other things are left alone, and lists that would miss an event that was seen. */
static int has_paths(const struct writer *writer, const struct seen_arg *arg)
{
	size_t i;

	if (!wants(writer, PROPOSE_PATHS) || arg->is_mixed || !arg->paths.n)
		return 0;
	if (is_path_type(arg->type))
		return 1;
	for (i = 0; i < arg->paths.n; i++)
		if (arg->paths.items[i].text[0] == '/')
			return 1;
	return 0;
}

static int lists_paths(const struct writer *writer, const struct seen_arg *arg)
{
	return has_paths(writer, arg) && arg->paths.n <= MAX_VALUES;
}

static int has_addresses(const struct writer *writer, const struct seen_arg *arg)
{
	return wants(writer, PROPOSE_DESTINATIONS) && !arg->is_mixed &&
	       arg->addresses.n && !arg->addresses.n_unlisted;
}

static int lists_addresses(const struct writer *writer, const struct seen_arg *arg)
{
	return has_addresses(writer, arg) && arg->addresses.n <= MAX_VALUES;
}

static int has_ports(const struct writer *writer, const struct seen_arg *arg)
{
	return wants(writer, PROPOSE_DESTINATIONS) && !arg->is_mixed && arg->ports.n;
}

static int lists_ports(const struct writer *writer, const struct seen_arg *arg)
{
	return has_ports(writer, arg) && arg->ports.n <= MAX_VALUES;
}

static int lists_arg(const struct writer *writer, const struct seen_arg *arg)
{
	return lists_paths(writer, arg) || lists_addresses(writer, arg) ||
	       lists_ports(writer, arg);
}

static void filter_begin(const struct writer *writer, unsigned int index,
			 const char *operator)
{
	fprintf(writer->out, "      - index: %u\n        operator: %s\n",
		index, operator);
}

static void paths_write(const struct writer *writer, const struct seen_arg *arg,
			unsigned int index)
{
	const struct seen_values *paths = &arg->paths;

	if (!lists_paths(writer, arg))
		return;
	remark(writer,
	       "Paths that were not seen; %u name%s in a folder %s taken for all of it.",
	       paths->siblings, plural(paths->siblings),
	       paths->siblings == 1 ? "is" : "are");
	if (paths->n_unlisted)
		remark(writer, "%" PRIu64 " event%s had no path that can be listed.",
		       paths->n_unlisted, plural(paths->n_unlisted));
	fprintf(writer->out, "    - matchArgs:\n");
	if (has(paths, 0)) {
		filter_begin(writer, index, "NotEqual");
		values_write(writer, paths, 0);
	}
	if (has(paths, 1)) {
		filter_begin(writer, index, "NotPrefix");
		values_write(writer, paths, 1);
	}
	action_write(writer);
}

/* Sockets of other families have no addresses and no ports. */
static void sock_list_write(const struct writer *writer, const struct seen_values *values,
			    unsigned int index, const char *operator)
{
	fprintf(writer->out, "    - matchArgs:\n");
	filter_begin(writer, index, "Family");
	fprintf(writer->out, "        values: [AF_INET, AF_INET6]\n");
	filter_begin(writer, index, operator);
	values_write(writer, values, -1);
	action_write(writer);
}

static void sock_write(const struct writer *writer, const struct seen_arg *arg,
		       unsigned int index)
{
	unsigned int siblings = writer->proposal->siblings;

	if (lists_addresses(writer, arg)) {
		remark(writer,
		       "Addresses that were not seen; %u in a network of 24 bits (IPv6: 64)",
		       siblings);
		remark(writer, "are taken for all of it.");
		sock_list_write(writer, &arg->addresses, index, "NotDAddr");
	}
	if (lists_ports(writer, arg)) {
		remark(writer,
		       "Ports that were not seen; %u from 1024 on are taken for all.",
		       siblings);
		sock_list_write(writer, &arg->ports, index, "NotDPort");
	}
}

/* Arguments before the first that is not known: a recording has them by position. */
static unsigned int args_known(const struct seen_hook *hook)
{
	unsigned int n = 0;

	if (hook->kind == SEEN_TRACEPOINT)
		return 0;
	while (n < hook->n_args && hook->args[n].type && !hook->args[n].is_mixed)
		n++;
	return n;
}

/* Arguments up to the last that has a list. */
static unsigned int args_wanted(const struct writer *writer, const struct seen_hook *hook)
{
	unsigned int n = args_known(hook);

	while (n && !lists_arg(writer, &hook->args[n - 1]))
		n--;
	return n;
}

/* Before it is known which lists there are: some are too long even so. */
static void hook_fold(const struct writer *writer, struct seen_hook *hook)
{
	struct arena *arena = &writer->seen->arena;
	unsigned int i, siblings = writer->proposal->siblings;

	fold_none(&hook->binaries, MAX_VALUES);
	for (i = 0; i < args_known(hook); i++) {
		struct seen_arg *arg = &hook->args[i];

		if (has_paths(writer, arg))
			fold_paths(arena, &arg->paths, siblings, MAX_VALUES);
		if (has_addresses(writer, arg))
			fold_addresses(arena, &arg->addresses, siblings, MAX_VALUES);
		if (has_ports(writer, arg))
			fold_ports(arena, &arg->ports, siblings, MAX_VALUES);
	}
}

static void section_write(struct writer *writer, const struct seen_hook *hook)
{
	static const char *const sections[] = { [SEEN_KPROBE] = "kprobes",
						[SEEN_TRACEPOINT] = "tracepoints",
						[SEEN_LSM] = "lsmhooks" };
	const char *section = sections[hook->kind];

	if (writer->section != section)
		fprintf(writer->out, "  %s:\n", section);
	writer->section = section;
}

static void name_write(const struct writer *writer, const struct seen_hook *hook)
{
	FILE *out = writer->out;

	if (hook->kind == SEEN_TRACEPOINT) {
		fprintf(out, "  - subsystem: ");
		quote(out, hook->subsystem);
		fprintf(out, "\n    event: ");
		quote(out, hook->name);
		fputc('\n', out);
		return;
	}
	fprintf(out, "  - %s: ", hook->kind == SEEN_LSM ? "hook" : "call");
	quote(out, hook->name);
	fputc('\n', out);
	if (hook->kind == SEEN_KPROBE)
		fprintf(out, "    syscall: %s\n",
			known_is_syscall(hook->name) ? "true" : "false");
}

static void args_write(const struct writer *writer, const struct seen_hook *hook,
		       unsigned int n, const unsigned int *indices)
{
	unsigned int i;

	if (n)
		fprintf(writer->out, "    args:\n");
	for (i = 0; i < n; i++) {
		fprintf(writer->out, "    - index: %u\n      type: %s\n", indices[i],
			hook->args[i].type);
		if (hook->args[i].label) {
			fprintf(writer->out, "      label: ");
			quote(writer->out, hook->args[i].label);
			fputc('\n', writer->out);
		}
	}
}

/* Lists that would be there, were they not too long: a bit each, as in too_long_write(). */
static unsigned int lists_too_long(const struct writer *writer,
				   const struct seen_hook *hook)
{
	unsigned int i, ret;

	ret = has_binaries(writer, hook) && !lists_binaries(writer, hook);
	for (i = 0; i < args_known(hook); i++) {
		const struct seen_arg *arg = &hook->args[i];

		if (has_paths(writer, arg) && !lists_paths(writer, arg))
			ret |= 1u << 1;
		if (has_addresses(writer, arg) && !lists_addresses(writer, arg))
			ret |= 1u << 2;
		if (has_ports(writer, arg) && !lists_ports(writer, arg))
			ret |= 1u << 3;
	}
	return ret;
}

static void too_long_write(const struct writer *writer, const struct seen_hook *hook)
{
	static const char *const names[] = { "programs", "paths", "addresses", "ports" };
	unsigned int i, lists = lists_too_long(writer, hook);

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (lists >> i & 1)
			remark(writer, "Too many different %s were seen for a list.",
			       names[i]);
}

/* Without a list it would act on each of its calls. */
static void left_out_write(const struct writer *writer, const struct seen_hook *hook)
{
	if (!lists_too_long(writer, hook))
		return;
	writer->seen->n_left_out++;
	fprintf(writer->out, "  # ");
	quote(writer->out, hook->name);
	fprintf(writer->out, " (%" PRIu64 " event%s) is left out, as it has no list.\n",
		hook->count, plural(hook->count));
	too_long_write(writer, hook);
}

static void hook_write(struct writer *writer, struct seen_hook *hook)
{
	unsigned int indices[SEEN_ARGS], n, i;
	int is_known = known_indices(hook, indices);

	hook_fold(writer, hook);
	n = args_wanted(writer, hook);
	if (!n && !lists_binaries(writer, hook)) {
		left_out_write(writer, hook);
		return;
	}
	section_write(writer, hook);
	writer->hook = hook;
	remark(writer, "%" PRIu64 " event%s", hook->count, plural(hook->count));
	if (strcmp(writer->proposal->action, "Override") == 0 && !can_deny(hook))
		remark(writer, "The result of this hook cannot be changed: it reports.");
	name_write(writer, hook);
	if (n && !is_known)
		remark(writer, "The recording does not say which parameters these are: "
			       "check the indices.");
	too_long_write(writer, hook);
	args_write(writer, hook, n, indices);
	fprintf(writer->out, "    selectors:\n");
	binaries_write(writer, hook);
	for (i = 0; i < n; i++) {
		paths_write(writer, &hook->args[i], indices[i]);
		sock_write(writer, &hook->args[i], indices[i]);
	}
	writer->n_hooks++;
}

/* Programs that were started: what a policy of its own would have seen of them. */
static void executed_take(struct writer *writer)
{
	struct seen *seen = writer->seen;
	struct seen_hook *hook;
	size_t i;

	if (!wants(writer, PROPOSE_BINARIES) || !seen->executed.n)
		return;
	hook = seen_hook(seen, SEEN_KPROBE, NULL, "security_bprm_check");
	if (hook->count)
		return; /* it was seen itself */
	for (i = 0; i < seen->executed.n; i++)
		hook->count += seen->executed.items[i].count;
	hook->n_args = 1;
	hook->args[0].type = "linux_binprm";
	hook->args[0].paths = seen->executed;
}

static void head_write(const struct writer *writer)
{
	const struct proposal *proposal = writer->proposal;

	fprintf(writer->out,
		"# Proposed by tetra-policy new. It acts (%s) on what was not seen in ",
		proposal->action);
	quote(writer->out, proposal->source);
	fprintf(writer->out,
		"\n# (%" PRIu64
		" lines). More than what was recorded there may be needed.\n"
		"apiVersion: cilium.io/v1alpha1\nkind: TracingPolicy\nmetadata:\n  name: ",
		writer->seen->n_lines);
	quote(writer->out, proposal->name);
	fprintf(writer->out, "\nspec:\n");
	if (writer->seen->n_lost)
		fprintf(writer->out, "  # Events were lost: the lists are incomplete.\n");
}

size_t propose(struct seen *seen, const struct proposal *proposal, FILE *out)
{
	struct writer writer = { .seen = seen, .proposal = proposal, .out = out };
	enum seen_kind kind;
	size_t i;

	head_write(&writer);
	executed_take(&writer);
	for (kind = SEEN_KPROBE; kind <= SEEN_LSM; kind++)
		for (i = 0; i < seen->n_hooks; i++)
			if (seen->hooks[i].kind == kind)
				hook_write(&writer, &seen->hooks[i]);
	return writer.n_hooks;
}
