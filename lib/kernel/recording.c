/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts files: lines of tab-separated fields; the first field is the kind of line.
 * Unknown lines are skipped, so that an older reader accepts a newer file.
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
 *
 * BITS: letters for what is known of the symbol, upper case if true: S it exists, A
 * it is attachable, I error injection may change it, M fmod_ret may. A parameter is
 * "name:flags:size:type name:type". What is not in the file does not exist.
 */
#include <stdio.h>
#include <zlib.h>

#include "lib/base/diag.h"
#include "lib/kernel/machine.h"
#include "lib/host/pseudo.h"
#include "lib/kernel/syscalls.h"

#define FACTS_MAGIC   "tetra-facts"
#define FACTS_VERSION "1"
/* Bytes, uncompressed. A file of everything would have 10 MB. */
#define FACTS_MAX_BYTES (32u << 20)
/* Fields of a line: a function of 12 parameters has 18. */
#define FACTS_MAX_FIELDS 24u

/* --- writing --- */

struct flag {
	char letter;
	bool set;
};

static void write_flags(FILE *file, const struct flag *flags, size_t n_flags)
{
	size_t i;
	bool any = false;

	for (i = 0; i < n_flags; i++) {
		if (flags[i].set)
			fputc(flags[i].letter, file);
		any |= flags[i].set;
	}
	if (!any)
		fputc('-', file);
}

static void write_bits(FILE *file, const struct fact *fact)
{
	const struct flag flags[] = {
		{ 'S', fact->symbol == FACT_YES },
		{ 's', fact->symbol == FACT_NO },
		{ 'A', fact->attachable == FACT_YES },
		{ 'a', fact->attachable == FACT_NO },
		{ 'I', fact->injectable == FACT_YES },
		{ 'i', fact->injectable == FACT_NO },
		{ 'M', fact->modifiable == FACT_YES },
		{ 'm', fact->modifiable == FACT_NO },
	};

	write_flags(file, flags, ARRAY_SIZE(flags));
}

static void write_param(FILE *file, const struct kernel_param *param)
{
	const struct flag flags[] = {
		{ 'p', param->is_pointer },
		{ 's', param->is_signed },
		{ 'v', param->is_struct },
	};

	fprintf(file, "\t%s:", param->name);
	write_flags(file, flags, ARRAY_SIZE(flags));
	fprintf(file, ":%u:%s:%s", param->size, param->type_name, param->c_type);
}

static void write_prototype(FILE *file, const struct fact *fact)
{
	const struct kernel_function *function = fact->function;
	const struct flag flags[] = {
		{ 'k', function->has_params },
		{ 'm', function->has_more },
		{ 'v', function->is_variadic },
		{ 'a', function->is_alias },
	};
	uint32_t i;

	fprintf(file, "\t%u\t", function->btf_id);
	write_flags(file, flags, ARRAY_SIZE(flags));
	fputc('\t', file);
	write_bits(file, fact);
	write_param(file, &function->ret);
	for (i = 0; i < function->n_params; i++)
		write_param(file, &function->params[i]);
	fputc('\n', file);
}

static void write_field(FILE *file, const struct kernel_event_field *field)
{
	const struct flag flags[] = {
		{ 's', field->is_signed },   { 'a', field->is_array },
		{ 'd', field->is_data_loc }, { 'r', field->is_rel_loc },
		{ 'p', field->is_pointer },
	};

	fprintf(file, "field\t%s\t%s\t%u\t%u\t", field->name, field->type, field->offset,
		field->size);
	write_flags(file, flags, ARRAY_SIZE(flags));
	fputc('\n', file);
}

static void write_event(FILE *file, const struct kernel_event *event)
{
	uint32_t i;

	fprintf(file, "event\t%s\t%s\t%u\t%u\n", event->subsystem, event->name, event->id,
		event->n_common);
	for (i = 0; i < event->n_fields; i++)
		write_field(file, &event->fields[i]);
}

static void write_fact(FILE *file, const struct fact *fact)
{
	bool found = fact->asked && fact->error == 0;

	switch (fact->kind) {
	case FACT_FUNCTION:
		if (found) {
			fprintf(file, "function\t%s", fact->key);
			write_prototype(file, fact);
		} else if (fact->symbol == FACT_YES) {
			fprintf(file, "symbol\t%s\t", fact->key);
			write_bits(file, fact);
			fputc('\n', file);
		}
		return;
	case FACT_RAW_TRACEPOINT:
		if (!found)
			return;
		fprintf(file, "raw_tracepoint\t%s", fact->key);
		write_prototype(file, fact);
		return;
	case FACT_SYSCALL:
		if (!found)
			return;
		fprintf(file, "syscall\t%s\t%d", fact->key,
			fact->function->syscall_number);
		write_prototype(file, fact);
		return;
	case FACT_EVENT:
		if (found)
			write_event(file, fact->event);
		return;
	case FACT_MEMBER:
		if (found)
			fprintf(file, "member\t%s\t%u\t%u\n", fact->key,
				fact->member->offset, fact->member->size);
		return;
	}
}

static void write_identity(FILE *file, struct tetra_kernel *kernel)
{
	static const char *const names[] = {
#define X(NAME, number, yaml, json, link) [number] = (link),
		TETRA_NAMESPACES(X)
#undef X
	};
	size_t i;

	fprintf(file, FACTS_MAGIC "\t" FACTS_VERSION "\n");
	fprintf(file, "release\t%s\nmachine\t%s\n", kernel->release, kernel->machine);
	if (kernel->lsm)
		fprintf(file, "lsm\t%s\n", kernel->lsm);
	fprintf(file, "preemption\t%s\n",
		kernel_preemption_name(kernel_preemption(kernel)));
	for (i = 0; i < ARRAY_SIZE(names); i++)
		fprintf(file, "ns\t%s\t%llu\n", names[i],
			(unsigned long long)kernel->host_ns[i]);
}

static int compare_facts(const void *a, const void *b)
{
	const struct fact *left = *(struct fact *const *)a;
	const struct fact *right = *(struct fact *const *)b;

	if (left->kind != right->kind)
		return left->kind - right->kind;
	return strcmp(left->key, right->key);
}

int kernel_write_facts(struct tetra_kernel *kernel, FILE *file)
{
	_cleanup_(freep) struct fact **facts = NULL;
	enum kernel_feature feature;
	size_t i, n = 0;

	write_identity(file, kernel);
	for (feature = 0; feature < KERNEL_FEATURE_END; feature++) {
		const char *reason = kernel_feature_reason(kernel, feature);

		fprintf(file, "feature\t%s\t%s%s%s\n", kernel_feature_name(feature),
			reason ? "no" : "yes", reason ? "\t" : "", reason ? reason : "");
	}
	facts = calloc(kernel->facts.n_facts + 1, sizeof(*facts));
	if (!facts)
		return -ENOMEM;
	for (i = 0; i < kernel->facts.n_slots; i++)
		if (kernel->facts.slots[i])
			facts[n++] = kernel->facts.slots[i];
	/* In one order, so that two recordings can be compared. */
	qsort(facts, n, sizeof(*facts), compare_facts);
	for (i = 0; i < n; i++)
		write_fact(file, facts[i]);
	return fflush(file) || ferror(file) ? -EINVAL : 0;
}

/* --- reading --- */

struct reader {
	struct tetra_kernel *kernel;
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
	return function->is_alias ? syscall_set_target(reader->kernel->arena, function)
				  : 0;
}

static int on_symbol(struct reader *reader)
{
	struct fact *fact = reader_fact(reader, FACT_FUNCTION, reader->fields[1]);

	if (!fact)
		return -ENOMEM;
	read_bits(fact, reader->fields[2]);
	fact->error = -ENOENT;
	fact->asked = 1;
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

static const struct {
	const char *name;
	size_t n_fields; /* at least */
	int (*read)(struct reader *reader);
} lines[] = {
	{ "event", 5, on_event },
	{ "feature", 3, on_feature },
	{ "field", 6, on_field },
	{ "function", 6, on_function },
	{ "lsm", 2, on_lsm },
	{ "machine", 2, on_machine },
	{ "member", 4, on_member },
	{ "ns", 3, on_ns },
	{ "preemption", 2, on_preemption },
	{ "raw_tracepoint", 6, on_raw_tracepoint },
	{ "release", 2, on_release },
	{ "symbol", 3, on_symbol },
	{ "syscall", 7, on_syscall },
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

/* The whole file, uncompressed if necessary. */
static int read_packed(struct strbuf *text, const char *path)
{
	gzFile file = gzopen(path, "re");
	char chunk[1 << 14];
	int n, r = 0;

	if (!file)
		return pseudo_error(errno);
	while ((n = gzread(file, chunk, sizeof(chunk))) > 0) {
		strbuf_add(text, chunk, (size_t)n);
		if (text->len > FACTS_MAX_BYTES || text->failed) {
			r = text->failed ? -ENOMEM : -E2BIG;
			break;
		}
	}
	if (n < 0)
		r = -EINVAL;
	/* A truncated compressed file is detected only when it is closed. */
	if (gzclose(file) != Z_OK && r == 0)
		r = -EINVAL;
	return r;
}

static int read_facts(struct tetra_kernel *kernel, char *text, unsigned int *ret_line)
{
	struct reader reader = { .kernel = kernel };
	char *line = strsep(&text, "\n");
	int r = 0;

	*ret_line = 1;
	if (!line || !str_equal(line, FACTS_MAGIC "\t" FACTS_VERSION))
		return -EINVAL;
	while (text && r == 0) {
		line = strsep(&text, "\n");
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

	r = read_packed(&text, path);
	if (r < 0)
		return diag_error(diag, &place, r, "no-facts", NULL,
				  "cannot read the facts file");
	r = kernel_new(&kernel);
	if (r < 0)
		return r;
	kernel->recorded = true;
	strbuf_putc(&text, '\n');
	r = text.failed ? -ENOMEM : read_facts(kernel, text.text, &place.line);
	if (r < 0)
		return diag_error(diag, &place, r, "bad-facts", NULL,
				  "this is not a facts file of version " FACTS_VERSION
				  ", or it is damaged");
	*ret = TAKE_PTR(kernel);
	return 0;
}
