/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts files: lines of tab-separated fields; the first field is the kind of line.
 * Unknown lines are skipped, so that an older reader accepts a newer file.
 *
 * Version 1 has the answers that were asked for, and what is not in it does not exist.
 * Version 2 is complete: functions, system calls and members of structs are found in the
 * kernel's own types, which it contains; of functions it only says what the types do not.
 *
 *	tetra-facts	1
 *	release		6.1.0-56-cloud-amd64
 *	machine		x86_64
 *	lsm		lockdown,bpf
 *	preemption	voluntary
 *	ns		uts	4026531838
 *	feature		fentry	yes
 *	feature		lsm	no	needs CONFIG_BPF_LSM ...
 *	symbol		find_module_sections	BITS
 *	function	security_bpf	BTF-ID	FLAGS	BITS	RETURN	PARAMETER...
 *	raw_tracepoint	sched_process_exec	as a function
 *	syscall		__x64_sys_write	NUMBER	then as a function
 *	event		sched	sched_process_exec	ID	HOW MANY COMMON FIELDS
 *	field		comm	char	OFFSET	SIZE	FLAGS
 *	member		cred.uid	OFFSET	SIZE
 *	walk		file_open#0 f_path.mnt	ERROR	PART THAT IS NOT THERE	NEAR	STEPS	PARAMETER
 *	knob		bpf	2		settings that may change; version 2 from here on
 *	lockdown	confidentiality
 *	config		CONFIG_BPF_LSM=y	for people
 *	bits		__fentry__	BITS	of a function that the types have
 *	btf		BYTES		then so many bytes, and a newline
 *	end		CHECKSUM	of all lines before it
 *
 * BITS: letters for what is known of the symbol, upper case if true: S it exists, A
 * it is attachable, I error injection may change it, M fmod_ret may. A parameter is
 * "name:flags:size:type name:type". A step is "offset:bytes".
 */
#include <stdio.h>

#include "lib/base/diag.h"
#include "lib/kernel/knobs.h"
#include "lib/kernel/machine.h"
#include "lib/recording/packed.h"
#include "lib/recording/recording.h"
#include "lib/kernel/syscalls.h"

/* Fields of a line: a function of 12 parameters has 18. */
#define FACTS_MAX_FIELDS 24u

struct reader {
	struct tetra_kernel *kernel;
	char *at, *end;			/* what is left */
	char *fields[FACTS_MAX_FIELDS]; /* of the line */
	size_t n_fields;
	struct kernel_event *event; /* that field lines belong to; or NULL */
	size_t n_event_fields;	    /* its memory */
};

static const char *reader_text(struct reader *reader, const char *text)
{
	return *text ? arena_text(reader->kernel->arena, text, strlen(text)) : "";
}

static uint32_t number(const char *text)
{
	return (uint32_t)strtoul(text, NULL, 10);
}

static bool has_flag(const char *flags, char letter)
{
	return strchr(flags, letter) != NULL;
}

static uint8_t bit_of(const char *bits, char yes, char no)
{
	if (has_flag(bits, yes))
		return FACT_YES;
	return has_flag(bits, no) ? FACT_NO : FACT_UNKNOWN;
}

static void read_bits(struct fact *fact, const char *bits)
{
	fact->symbol = bit_of(bits, 'S', 's');
	fact->attachable = bit_of(bits, 'A', 'a');
	fact->injectable = bit_of(bits, 'I', 'i');
	fact->modifiable = bit_of(bits, 'M', 'm');
}

static int read_param(struct reader *reader, char *text, struct kernel_param *param)
{
	char *part[5];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(part); i++) {
		part[i] = i + 1 < ARRAY_SIZE(part) ? strsep(&text, ":") : text;
		if (!part[i])
			return -EINVAL;
	}
	param->name = reader_text(reader, part[0]);
	param->is_pointer = has_flag(part[1], 'p');
	param->is_signed = has_flag(part[1], 's');
	param->is_struct = has_flag(part[1], 'v');
	param->is_opaque = has_flag(part[1], 'o');
	param->size = number(part[2]);
	param->type_name = reader_text(reader, part[3]);
	snprintf(param->c_type, sizeof(param->c_type), "%s", part[4]);
	return param->name && param->type_name ? 0 : -ENOMEM;
}

/* BTF-ID FLAGS BITS RETURN PARAMETER..., from field @first on. */
static int read_prototype(struct reader *reader, size_t first, struct fact *fact)
{
	struct kernel_function *function;
	char **field = &reader->fields[first];
	size_t i, n = reader->n_fields;
	int r;

	if (n < first + 4 || n - first - 4 > KERNEL_MAX_PARAMS)
		return -EINVAL;
	function = arena_alloc(reader->kernel->arena, sizeof(*function));
	if (!function)
		return -ENOMEM;
	function->name = function->target = fact->key;
	function->btf_id = number(field[0]);
	function->has_params = has_flag(field[1], 'k');
	function->has_more = has_flag(field[1], 'm');
	function->is_variadic = has_flag(field[1], 'v');
	function->syscall_number = -1;
	function->n_params = (uint32_t)(n - first - 4);
	read_bits(fact, field[2]);
	r = read_param(reader, field[3], &function->ret);
	for (i = 0; i < function->n_params && r == 0; i++)
		r = read_param(reader, field[4 + i], &function->params[i]);
	fact->function = function;
	fact->asked = 1;
	return r;
}

static struct fact *reader_fact(struct reader *reader, enum fact_kind kind,
				const char *key)
{
	return facts_get(&reader->kernel->facts, reader->kernel->arena, kind, key);
}

static int read_function(struct reader *reader, enum fact_kind kind, size_t first)
{
	struct fact *fact = reader_fact(reader, kind, reader->fields[1]);

	return fact ? read_prototype(reader, first, fact) : -ENOMEM;
}

static int on_function(struct reader *reader)
{
	return read_function(reader, FACT_FUNCTION, 2);
}

static int on_raw_tracepoint(struct reader *reader)
{
	return read_function(reader, FACT_RAW_TRACEPOINT, 2);
}

static int on_syscall(struct reader *reader)
{
	struct kernel_function *function;
	int r = read_function(reader, FACT_SYSCALL, 3);

	if (r < 0)
		return r;
	function = reader_fact(reader, FACT_SYSCALL, reader->fields[1])->function;
	function->syscall_number = atoi(reader->fields[2]);
	function->is_alias = has_flag(reader->fields[4], 'a');
	function->is_opaque = has_flag(reader->fields[4], 'o');
	return function->is_alias ? syscall_set_target(reader->kernel->arena, function)
				  : 0;
}

static int on_symbol(struct reader *reader)
{
	struct fact *fact = reader_fact(reader, FACT_FUNCTION, reader->fields[1]);

	if (!fact)
		return -ENOMEM;
	read_bits(fact, reader->fields[2]);
	/* The types say whether they have it. */
	if (!reader->kernel->complete) {
		fact->error = -ENOENT;
		fact->asked = 1;
	}
	return 0;
}

static int on_event(struct reader *reader)
{
	_cleanup_(strbuf_done) struct strbuf key = {};
	struct kernel_event *event;
	struct fact *fact;

	strbuf_format(&key, "%s/%s", reader->fields[1], reader->fields[2]);
	fact = key.failed ? NULL : reader_fact(reader, FACT_EVENT, key.text);
	event = arena_alloc(reader->kernel->arena, sizeof(*event));
	if (!fact || !event)
		return -ENOMEM;
	event->subsystem = reader_text(reader, reader->fields[1]);
	event->name = reader_text(reader, reader->fields[2]);
	event->id = number(reader->fields[3]);
	event->n_common = number(reader->fields[4]);
	fact->event = event;
	fact->asked = 1;
	reader->event = event;
	reader->n_event_fields = 0;
	return event->subsystem && event->name ? 0 : -ENOMEM;
}

/* Room for one more field: events do not give their number of fields. */
static struct kernel_event_field *event_push(struct reader *reader)
{
	struct kernel_event *event = reader->event;
	struct kernel_event_field *grown;
	size_t size = MAX(reader->n_event_fields * 2, (size_t)16);

	if (event->n_fields == reader->n_event_fields) {
		grown = arena_array(reader->kernel->arena, size, sizeof(*grown));
		if (!grown)
			return NULL;
		if (event->n_fields)
			memcpy(grown, event->fields, event->n_fields * sizeof(*grown));
		event->fields = grown;
		reader->n_event_fields = size;
	}
	return (struct kernel_event_field *)&event->fields[event->n_fields++];
}

static int on_field(struct reader *reader)
{
	struct kernel_event_field *field;
	const char *flags = reader->fields[5];

	if (!reader->event)
		return -EINVAL;
	field = event_push(reader);
	if (!field)
		return -ENOMEM;
	field->name = reader_text(reader, reader->fields[1]);
	field->type = reader_text(reader, reader->fields[2]);
	field->offset = number(reader->fields[3]);
	field->size = number(reader->fields[4]);
	field->is_signed = has_flag(flags, 's');
	field->is_array = has_flag(flags, 'a');
	field->is_data_loc = has_flag(flags, 'd');
	field->is_rel_loc = has_flag(flags, 'r');
	field->is_pointer = has_flag(flags, 'p');
	return field->name && field->type ? 0 : -ENOMEM;
}

static int on_member(struct reader *reader)
{
	struct fact *fact = reader_fact(reader, FACT_MEMBER, reader->fields[1]);
	struct kernel_member *member =
		arena_alloc(reader->kernel->arena, sizeof(*member));

	if (!fact || !member)
		return -ENOMEM;
	member->offset = number(reader->fields[2]);
	member->size = number(reader->fields[3]);
	fact->member = member;
	fact->asked = 1;
	return 0;
}

static void read_steps(char *text, struct kernel_walk *walk)
{
	char *step;

	while (*text && walk->n_steps < KERNEL_MAX_STEPS && (step = strsep(&text, " "))) {
		walk->steps[walk->n_steps].offset = (uint16_t)number(strsep(&step, ":"));
		walk->steps[walk->n_steps++].load = step ? (uint8_t)number(step) : 0;
		if (!text)
			break;
	}
}

static int on_walk(struct reader *reader)
{
	struct fact *fact = reader_fact(reader, FACT_WALK, reader->fields[1]);
	struct kernel_walk *walk = arena_alloc(reader->kernel->arena, sizeof(*walk));

	if (!fact || !walk)
		return -ENOMEM;
	walk->error = -(int)number(reader->fields[2]);
	walk->bad = reader_text(reader, reader->fields[3]);
	walk->near = *reader->fields[4] ? reader_text(reader, reader->fields[4]) : NULL;
	read_steps(reader->fields[5], walk);
	fact->walk = walk;
	fact->asked = 1;
	if (walk->error)
		return walk->bad ? 0 : -ENOMEM;
	return reader->n_fields > 6 ? read_param(reader, reader->fields[6], &walk->end)
				    : -EINVAL;
}

static int on_feature(struct reader *reader)
{
	enum kernel_feature feature = kernel_feature_from_name(reader->fields[1]);
	struct feature_answer *answer = &reader->kernel->features[feature];

	if (feature == KERNEL_FEATURE_END)
		return 0; /* of a newer version than ours */
	answer->asked = 1;
	answer->has = str_equal(reader->fields[2], "yes");
	if (!answer->has && reader->n_fields > 3)
		answer->reason = reader_text(reader, reader->fields[3]);
	return 0;
}

static int on_ns(struct reader *reader)
{
	static const char *const names[] = {
#define X(NAME, number, yaml, json, link) [number] = (link),
		TETRA_NAMESPACES(X)
#undef X
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (str_equal(names[i], reader->fields[1]))
			reader->kernel->host_ns[i] =
				strtoull(reader->fields[2], NULL, 10);
	return 0;
}

static int on_release(struct reader *reader)
{
	return kernel_set_release(reader->kernel, reader->fields[1]);
}

static int on_machine(struct reader *reader)
{
	reader->kernel->machine = reader_text(reader, reader->fields[1]);
	return reader->kernel->machine ? 0 : -ENOMEM;
}

static int on_lsm(struct reader *reader)
{
	reader->kernel->lsm = reader_text(reader, reader->fields[1]);
	return reader->kernel->lsm ? 0 : -ENOMEM;
}

static int on_preemption(struct reader *reader)
{
	return kernel_set_preemption(reader->kernel, reader->fields[1]);
}

static int on_bits(struct reader *reader)
{
	struct fact *fact = reader_fact(reader, FACT_FUNCTION, reader->fields[1]);

	if (!fact)
		return -ENOMEM;
	read_bits(fact, reader->fields[2]);
	return 0;
}

static int on_knob(struct reader *reader)
{
	struct tetra_kernel *kernel = reader->kernel;

	for (enum kernel_knob knob = 0; knob < KNOB_END; knob++) {
		if (!str_equal(knob_name(knob), reader->fields[1]))
			continue;
		kernel->knob_texts[knob] = reader_text(reader, reader->fields[2]);
		if (!kernel->knob_texts[knob])
			return -ENOMEM;
	}
	kernel_read_offers(kernel);
	return 0;
}

static int on_config(struct reader *reader)
{
	strbuf_format(&reader->kernel->config, "config\t%s\n", reader->fields[1]);
	return reader->kernel->config.failed ? -ENOMEM : 0;
}

static int on_lockdown(struct reader *reader)
{
	reader->kernel->confidential = str_equal(reader->fields[1], "confidentiality");
	return 0;
}

static int on_btf(struct reader *reader)
{
	size_t bytes = number(reader->fields[1]);
	int r;

	if (bytes > (size_t)(reader->end - reader->at))
		return -EINVAL;
	r = vmlinux_load(&reader->kernel->vmlinux, reader->at, bytes);
	reader->at += bytes;
	return r;
}

static const struct {
	const char *name;
	size_t n_fields; /* at least */
	int (*read)(struct reader *reader);
} lines[] = {
	{ "bits", 3, on_bits },
	{ "btf", 2, on_btf },
	{ "config", 2, on_config },
	{ "event", 5, on_event },
	{ "feature", 3, on_feature },
	{ "field", 6, on_field },
	{ "function", 6, on_function },
	{ "knob", 3, on_knob },
	{ "lockdown", 2, on_lockdown },
	{ "lsm", 2, on_lsm },
	{ "machine", 2, on_machine },
	{ "member", 4, on_member },
	{ "ns", 3, on_ns },
	{ "preemption", 2, on_preemption },
	{ "raw_tracepoint", 6, on_raw_tracepoint },
	{ "release", 2, on_release },
	{ "symbol", 3, on_symbol },
	{ "syscall", 7, on_syscall },
	{ "walk", 6, on_walk },
};

static int read_line(struct reader *reader, char *line)
{
	size_t i;

	for (reader->n_fields = 0; line && reader->n_fields < FACTS_MAX_FIELDS;)
		reader->fields[reader->n_fields++] = strsep(&line, "\t");
	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		if (!str_equal(lines[i].name, reader->fields[0]))
			continue;
		return line || reader->n_fields < lines[i].n_fields
			       ? -EINVAL
			       : lines[i].read(reader);
	}
	return 0;
}

/* The next line, without its newline; NULL past the last. */
static char *next_line(struct reader *reader)
{
	char *line = reader->at, *newline;

	if (line == reader->end)
		return NULL;
	newline = memchr(line, '\n', (size_t)(reader->end - line));
	reader->at = newline ? newline + 1 : reader->end;
	if (newline)
		*newline = '\0';
	return line;
}

/* The first line, and with it how the file ends. */
static int read_version(struct reader *reader, struct strbuf *text)
{
	static const char complete[] = FACTS_MAGIC "\t" FACTS_COMPLETE "\n";
	char *line;

	if (str_has_prefix(strbuf_get(text), complete)) {
		if (!packed_unseal(text))
			return -EINVAL;
		reader->kernel->complete = true;
	}
	reader->at = text->text;
	reader->end = text->text + text->len;
	line = next_line(reader);
	return reader->kernel->complete ||
			       (line && str_equal(line, FACTS_MAGIC "\t" FACTS_EXCERPT))
		       ? 0
		       : -EINVAL;
}

static int read_facts(struct tetra_kernel *kernel, struct strbuf *text,
		      unsigned int *ret_line)
{
	struct reader reader = { .kernel = kernel };
	int r = read_version(&reader, text);
	char *line;

	*ret_line = 1;
	while (r == 0 && (line = next_line(&reader))) {
		(*ret_line)++;
		r = read_line(&reader, line);
	}
	return r;
}

int kernel_read_facts(struct tetra_kernel **ret, const char *path,
		      struct tetra_diag *diag)
{
	_cleanup_(kernel_freep) struct tetra_kernel *kernel = NULL;
	_cleanup_(strbuf_done) struct strbuf text = {};
	struct diag_place place = { .file = path };
	int r;

	r = packed_read(&text, path);
	if (r < 0)
		return diag_error(diag, &place, r, "no-facts", NULL,
				  "cannot read the facts file");
	r = kernel_new(&kernel);
	if (r < 0)
		return r;
	kernel->recorded = true;
	r = text.failed ? -ENOMEM : read_facts(kernel, &text, &place.line);
	if (r < 0)
		return diag_error(
			diag, &place, r, "bad-facts", NULL,
			"this is not a facts file, it is of another version, or "
			"it is damaged");
	*ret = TAKE_PTR(kernel);
	return 0;
}
