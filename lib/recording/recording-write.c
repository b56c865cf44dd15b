/* SPDX-License-Identifier: Apache-2.0 */
/* Writing facts; recording.c has the form. */
#include <bpf/btf.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/diag.h"
#include "lib/kernel/knobs.h"
#include "lib/kernel/machine.h"
#include "lib/recording/packed.h"
#include "lib/recording/recording.h"

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
		{ 'o', param->is_opaque },
	};

	fprintf(file, "\t%s:", param->name);
	write_flags(file, flags, ARRAY_SIZE(flags));
	fprintf(file, ":%u:%s:%s", param->size, param->type_name, param->c_type);
}

static void write_prototype(FILE *file, const struct fact *fact)
{
	const struct kernel_function *function = fact->function;
	const struct flag flags[] = {
		{ 'k', function->has_params },	{ 'm', function->has_more },
		{ 'v', function->is_variadic }, { 'a', function->is_alias },
		{ 'o', function->is_opaque },
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

static void write_walk(FILE *file, const struct fact *fact)
{
	const struct kernel_walk *walk = fact->walk;

	fprintf(file, "walk\t%s\t%d\t%s\t%s\t", fact->key, -walk->error, walk->bad,
		walk->near ? walk->near : "");
	for (uint32_t i = 0; i < walk->n_steps; i++)
		fprintf(file, "%s%u:%u", i ? " " : "", walk->steps[i].offset,
			walk->steps[i].load);
	if (!walk->error)
		write_param(file, &walk->end);
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

/* What the types do not say. */
static void write_complete_fact(FILE *file, const struct fact *fact)
{
	if (fact->kind == FACT_EVENT && fact->asked && fact->error == 0)
		write_event(file, fact->event);
	if (fact->kind != FACT_FUNCTION)
		return;
	if (fact->symbol == FACT_YES)
		fprintf(file, "symbol\t%s\t", fact->key);
	else if (fact->attachable || fact->injectable || fact->modifiable)
		fprintf(file, "bits\t%s\t", fact->key);
	else
		return;
	write_bits(file, fact);
	fputc('\n', file);
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
	case FACT_WALK:
		if (found)
			write_walk(file, fact);
		return;
	}
}

static void write_knobs(FILE *file, struct tetra_kernel *kernel)
{
	char text[KNOB_BYTES];

	for (enum kernel_knob knob = 0; knob < KNOB_END; knob++)
		if (kernel_knob_read(kernel, knob, &text) == 0)
			fprintf(file, "knob\t%s\t%.*s\n", knob_name(knob),
				(int)strcspn(text, "\t\n"), text);
	if (kernel_is_confidential(kernel))
		fputs("lockdown\tconfidentiality\n", file);
}

static int write_config_line(const char *line, void *user)
{
	if (config_is_kept(line))
		fprintf(user, "config\t%.*s\n", (int)strcspn(line, "\n"), line);
	return 0;
}

static void write_config(FILE *file, struct tetra_kernel *kernel)
{
	if (kernel->recorded)
		fputs(strbuf_get(&kernel->config), file);
	else
		(void)kernel_each_config(kernel, write_config_line,
					 file); /* if there is one */
}

static void write_types(FILE *file, struct tetra_kernel *kernel)
{
	const void *data;
	uint32_t bytes;

	if (kernel_open_vmlinux(kernel) < 0)
		return;
	data = btf__raw_data(kernel->vmlinux.btf, &bytes);
	fprintf(file, "btf\t%u\n", bytes);
	fwrite(data, 1, bytes, file);
	fputc('\n', file);
}

static void write_identity(FILE *file, struct tetra_kernel *kernel)
{
	static const char *const names[] = {
#define X(NAME, number, yaml, json, link) [number] = (link),
		TETRA_NAMESPACES(X)
#undef X
	};
	size_t i;

	fprintf(file, FACTS_MAGIC "\t%s\n",
		kernel->complete ? FACTS_COMPLETE : FACTS_EXCERPT);
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
	if (kernel->complete) {
		write_knobs(file, kernel);
		write_config(file, kernel);
	}
	for (i = 0; i < n; i++)
		if (kernel->complete)
			write_complete_fact(file, facts[i]);
		else
			write_fact(file, facts[i]);
	if (kernel->complete)
		write_types(file, kernel);
	return fflush(file) || ferror(file) ? -EINVAL : 0;
}

/* The text, sealed. */
static int compose(struct tetra_kernel *kernel, struct strbuf *ret)
{
	_cleanup_(freep) char *text = NULL;
	size_t len;
	FILE *file = open_memstream(&text, &len);
	int r;

	if (!file)
		return -ENOMEM;
	r = kernel_write_facts(kernel, file);
	if (fclose(file) && r == 0)
		r = -ENOMEM;
	if (r < 0)
		return r;
	strbuf_add(ret, text, len);
	packed_seal(ret);
	return ret->failed ? -ENOMEM : 0;
}

int kernel_save_facts(struct tetra_kernel *kernel, const char *path,
		      struct tetra_diag *diag)
{
	_cleanup_(strbuf_done) struct strbuf text = {};
	const struct diag_place place = { .file = path };
	int r = kernel_complete(kernel, diag);

	if (r == 0)
		r = compose(kernel, &text);
	if (r < 0)
		return r;
	r = packed_write(text.text, text.len, path);
	if (r < 0)
		return diag_error(diag, &place, r, "no-facts", NULL,
				  "cannot write the facts file: %s", strerror(-r));
	return 0;
}
