/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/kernel/case.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <sys/mman.h>

#include "bpf/abi/config.h"
#include "bpf/common/case.h"
#include "bpf/match.skel.h"
#include "lib/sensor/publish.h"

#define LOG_BYTES (1 << 16)
/* Texts are put at different places of the record; before them stands something else. */
#define TEXT_FIRST   96
#define TEXT_PLACES  8192
#define TEXT_GARBAGE 64

struct kernel_case {
	struct match_bpf *skeleton;
	struct tetra_case *mapped; /* the map's one entry */
	struct published image;
	char log[LOG_BYTES];
};

static int say(const char *what, int r)
{
	fprintf(stderr, "%s: %s\n", what, strerror(-r));
	return r;
}

static int step_run(struct bpf_program *program)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	int r = bpf_prog_test_run_opts(bpf_program__fd(program), &opts);

	if (r == 0 && opts.retval)
		r = -EINVAL;
	return r < 0 ? say(bpf_program__name(program), r) : 0;
}

/* An instance that could serve any rule. */
static void config_fill(struct tetra_hook_config *config)
{
	config->phase = TETRA_PHASE_EVENT;
	config->distrusts = 1;
	config->packets = 1;
	config->n_words = TETRA_MAX_WORDS;
	config->process_columns = ~0u;
	config->slot_columns = ~0ull;
	config->path_steps = TETRA_PATH_STEPS;
	config->text_steps = TETRA_TEXT_STEPS;
}

static int kernel_load(struct kernel_case *kernel)
{
	struct bpf_program *program;
	int r;

	kernel->skeleton = match_bpf__open();
	if (!kernel->skeleton)
		return say("opening the programs", -errno);
	config_fill((struct tetra_hook_config *)&kernel->skeleton->rodata->cfg);
	bpf_object__for_each_program(program, kernel->skeleton->obj)
		bpf_program__set_log_buf(program, kernel->log, sizeof(kernel->log));
	r = match_bpf__load(kernel->skeleton);
	if (r == 0)
		return 0;
	if (r == -EPERM && !*kernel->log)
		return r;
	fputs(kernel->log, stderr);
	return say("loading the programs", r == -EPERM ? -EACCES : r);
}

static int kernel_map(struct kernel_case *kernel)
{
	int fd = bpf_map__fd(kernel->skeleton->maps.tetra_cases);
	void *mapped = mmap(NULL, sizeof(*kernel->mapped), PROT_READ | PROT_WRITE,
			    MAP_SHARED, fd, 0);

	if (mapped == MAP_FAILED)
		return say("mapping the case", -errno);
	kernel->mapped = mapped;
	return 0;
}

static int quiet(enum libbpf_print_level level, const char *format, va_list args)
{
	return 0;
}

int kernel_case_new(struct kernel_case **ret)
{
	_cleanup_(kernel_case_freep) struct kernel_case *kernel =
		calloc(1, sizeof(*kernel));
	int r;

	if (!kernel)
		return -ENOMEM;
	libbpf_set_print(quiet);
	r = kernel_load(kernel);
	if (r == 0)
		r = kernel_map(kernel);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(kernel);
	return 0;
}

struct kernel_case *kernel_case_free(struct kernel_case *kernel)
{
	if (!kernel)
		return NULL;
	published_done(&kernel->image);
	if (kernel->mapped)
		munmap(kernel->mapped, sizeof(*kernel->mapped));
	match_bpf__destroy(kernel->skeleton);
	free(kernel);
	return NULL;
}

int kernel_case_publish(struct kernel_case *kernel, const struct image *image)
{
	struct published made = { 0 };
	const uint32_t zero = 0;
	int r = published_prepare(&made, image->cells, image->n_cells);

	if (r == 0)
		r = bpf_map_update_elem(bpf_map__fd(kernel->skeleton->maps.tetra_images),
					&zero, &made.fd, BPF_ANY);
	if (r < 0) {
		published_done(&made);
		return say("publishing the image", r);
	}
	published_done(&kernel->image);
	kernel->image = made;
	return 0;
}

static void case_set_exe(struct tetra_proc *proc, const struct tetra_seed *seed,
			 const char *exe, size_t len)
{
	size_t head = MIN(len, sizeof(proc->exe_head)),
	       tail = MIN(len, sizeof(proc->exe_tail));
	struct tetra_hash hash;

	image_hash_path(seed, exe, len, &hash);
	proc->exe_hash[0] = hash.h[0];
	proc->exe_hash[1] = hash.h[1];
	proc->exe_bytes = len;
	memcpy(proc->exe_head, exe, head);
	memcpy(proc->exe_tail + sizeof(proc->exe_tail) - tail, exe + len - tail, tail);
}

static void case_set_process(struct tetra_case *c, const struct tetra_seed *seed,
			     const struct random_event *event)
{
	const struct eval_event *process = &event->process;
	struct tetra_proc *proc = &c->proc;

	memset(proc, 0, sizeof(*proc));
	proc->pid_marks = event->pid_marks;
	proc->binary_marks = event->binary_marks;
	if (process->exe_state == TETRA_VALUE_READ)
		case_set_exe(proc, seed, process->exe, process->exe_len);
	if (process->exe_foreign)
		proc->flags |= TETRA_PROC_FOREIGN;
	if (process->marks_unknown)
		proc->flags |= TETRA_PROC_MARKS_UNKNOWN;
	if (process->names_unknown)
		proc->flags |= TETRA_PROC_NAMES_UNKNOWN;
	c->exe_state = process->exe_state;
	c->known =
		!process->marks_unknown || process->exe_state != TETRA_VALUE_UNREADABLE;
	c->tgid = process->tgid;
	c->ns_tgid = process->ns_tgid;
	memcpy(c->caps, process->caps, sizeof(c->caps));
	memcpy(c->namespaces, process->namespaces, sizeof(c->namespaces));
	memcpy(c->groups, event->cgroups, sizeof(c->groups));
}

/* What events append to the name of a file that has none any more; it is never compared. */
#define DELETED	      " (deleted)"
#define DELETED_BYTES (sizeof(DELETED) - 1)

/* Nothing is promised of the bytes around a text; whoever relies on them shall see. */
static void case_set_text(struct tetra_case *c, const char *text, size_t len)
{
	struct tetra_scratch *s = &c->scratch;
	uint32_t at = TEXT_FIRST + len * 8 % TEXT_PLACES;

	memset(s->record + at - TEXT_GARBAGE, 0xaa, len + 2 * TEXT_GARBAGE);
	memcpy(s->record + at, text, len);
	s->text_at = at;
	s->text_bytes = len;
}

/* A name as the walk leaves it; returns how much of c->names is used then. */
static size_t case_set_component(struct tetra_case *c, uint32_t i, const char *name,
				 size_t len, size_t used)
{
	struct tetra_component *to = &c->scratch.components[i % TETRA_MAX_COMPONENTS];

	to->len = len;
	if (len < TETRA_CHUNK_BYTES) {
		memset(to->name, 0, sizeof(to->name));
		memcpy(to->name, name, len);
		return used;
	}
	c->scratch.path.plain = 0;
	memset(to->name, 0xaa, sizeof(to->name));
	memcpy(c->names + used, name, len);
	memset(c->names + used + len, 0xaa, TETRA_CHUNK_BYTES);
	to->text = c->address + offsetof(struct tetra_case, names) + used;
	return used + len + TETRA_CHUNK_BYTES;
}

/* From the file up to the root; beyond the ring's size the first are overwritten. */
static void case_set_path(struct tetra_case *c, const char *text, size_t len)
{
	struct tetra_path *path = &c->scratch.path;
	size_t end = len, used = 0;
	uint32_t depth = 0;

	path->plain = 1;
	while (end > 1) {
		const char *slash = memrchr(text, '/', end);
		size_t name = slash + 1 - text;

		used = case_set_component(c, depth++, text + name, end - name, used);
		end = name - 1;
	}
	path->depth = depth;
	if (depth > TETRA_MAX_COMPONENTS)
		path->plain = 0;
	case_set_text(c, text, len);
	path->deleted = len & 1;
	if (path->deleted)
		memcpy(c->scratch.record + c->scratch.text_at + len, DELETED,
		       DELETED_BYTES);
	c->scratch.spot = c->scratch.text_at;
	/* The programs shall make the text. */
	if (path->plain)
		memset(c->scratch.record + c->scratch.spot, 0xaa, len);
}

static int steps_path(struct kernel_case *kernel, const struct eval_arg *arg)
{
	struct tetra_case *c = kernel->mapped;
	int r;

	if (!c->state)
		case_set_path(c, arg->text, arg->len);
	r = step_run(kernel->skeleton->progs.tetra_case_path);
	if (r < 0 || !c->left)
		return r;
	return step_run(kernel->skeleton->progs.tetra_case_path_text);
}

static int step_slot(struct kernel_case *kernel, uint32_t slot,
		     const struct eval_arg *arg)
{
	struct tetra_case *c = kernel->mapped;

	c->slot = slot;
	c->state = arg->state;
	c->tail_state = arg->endless ? TETRA_VALUE_UNREADABLE : arg->state;
	c->foreign = arg->foreign;
	c->is_signed = kind_row(arg->kind)->is_signed;
	c->type_state = arg->type_state;
	c->file_type = arg->file_type;
	switch (kind_row(arg->kind)->slots) {
	case TETRA_SLOTS_SOCK:
		c->scratch.sock = arg->sock;
		return step_run(kernel->skeleton->progs.tetra_case_sock);
	case TETRA_SLOTS_PATH:
		return steps_path(kernel, arg);
	case TETRA_SLOTS_TEXT:
		if (!c->state || c->state == TETRA_VALUE_FAULT)
			case_set_text(c, arg->text, arg->len);
		return step_run(kernel->skeleton->progs.tetra_case_text);
	}
	c->scratch.raw[slot] = arg->number;
	return step_run(kernel->skeleton->progs.tetra_case_number);
}

/* Numbers, sockets, paths, texts: cheapest first, as hooks do. */
static int steps_slots(struct kernel_case *kernel, const struct tetra_hook_row *hook,
		       const struct random_event *event)
{
	int r = 0;

	for (uint32_t class = 0; class < TETRA_SLOT_CLASSES; class ++) {
		for (uint32_t slot = 0; slot < TETRA_MAX_SLOTS; slot++) {
			const struct eval_arg *arg = &event->slots[slot];

			if (!(hook->slot_columns >> slot * TETRA_SLOT_COLUMNS & 0xff) ||
			    kind_row(arg->kind)->slots != class ||
			    (kernel->mapped->later && slot == TETRA_RETURN_SLOT))
				continue;
			r = step_slot(kernel, slot, arg);
			if (r < 0 || !kernel->mapped->left)
				return r;
		}
	}
	return r;
}

/* What the kernel counted, which is then set back. */
static void counters_take(struct kernel_case *kernel, const struct tetra_hook_row *hook,
			  struct case_outcome *ret)
{
	struct tetra_cell *cells = kernel->image.cells;

	for (uint32_t bit = 0; bit < hook->n_rules; bit++) {
		struct tetra_rule *rule = &cells[hook->rules + bit].rule;
		const struct tetra_counters *counters = &cells[rule->counter].counters;

		if (!rule->counter)
			continue;
		if (counters->matched)
			ret->counted[bit / 64] |= 1ull << bit % 64;
		if (counters->signalled + counters->overridden)
			ret->enforced[bit / 64] |= 1ull << bit % 64;
	}
	memset(&cells[cells[0].head.counters], 0,
	       (size_t)cells[0].head.n_counters * TETRA_CELL_BYTES);
}

/* Words that the summary leaves out have no rules. */
static int steps_words(struct kernel_case *kernel, const struct tetra_hook_row *hook,
		       uint64_t *ret)
{
	struct match_bpf *skeleton = kernel->skeleton;
	struct tetra_case *c = kernel->mapped;
	int r = 0;

	for (c->word = 0; r == 0 && c->word < hook->n_words; c->word++) {
		if (hook->n_words > 1 && !(c->scratch.match.bits >> c->word & 1))
			continue;
		r = step_run(skeleton->progs.tetra_case_word);
		ret[c->word] = c->scratch.words[c->word];
		if (r == 0 && ret[c->word])
			r = step_run(skeleton->progs.tetra_case_act);
	}
	return r;
}

int kernel_case_run(struct kernel_case *kernel, const struct tetra_seed *seed,
		    const struct case_program *program, const struct random_event *event,
		    struct case_outcome *ret)
{
	const struct tetra_hook_row *hook = &kernel->image.cells[1].hook;
	struct match_bpf *skeleton = kernel->skeleton;
	struct tetra_case *c = kernel->mapped;
	int r;

	memset(ret, 0, sizeof(*ret));
	c->phase = program->phase;
	c->later = program->later;
	c->n_denials = 0;
	case_set_process(c, seed, event);
	r = step_run(skeleton->progs.tetra_case_begin);
	if (r == 0 && c->left && hook->process_columns)
		r = step_run(skeleton->progs.tetra_case_process);
	if (r == 0 && c->left)
		r = steps_slots(kernel, hook, event);
	if (r < 0 || !c->left)
		return r;
	r = steps_words(kernel, hook, ret->matching);
	ret->n_denials = c->n_denials;
	counters_take(kernel, hook, ret);
	return r;
}
