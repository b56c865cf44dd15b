/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/load/template.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>

#include "lib/btf/excerpt.h"
#include "lib/load/hold.h"
#include "lib/load/log.h"
#include "lib/trim/trim.h"

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8u /* Linux 6.3 */
#endif

/* Sections of our objects: "tetra/NAME". */
#define TEMPLATE_SECTIONS "tetra/"

struct template_program {
	char name[64];
	struct bpf_insn *insns;
	uint32_t n_insns;
	/* In the kernel's format, one per function. */
	void *funcs;
	uint32_t n_funcs, func_bytes;
};

struct template
{
	struct template_program *programs;
	uint32_t n_programs;
	struct hold hold;
	struct cast cast;
	int btf_fd;
	void *data; /* of the read-only section, before it is configured */
	uint32_t data_bytes;
};

/* The template for which this thread lets libbpf prepare programs. */
static __thread struct template *filling;

static void *copy_bytes(const void *bytes, size_t n)
{
	void *copy = malloc(MAX(n, (size_t)1));

	return copy ? memcpy(copy, bytes, n) : NULL;
}

/* Called by libbpf for a program that is ready to be loaded. */
static int template_take(struct bpf_program *program, struct bpf_prog_load_opts *opts,
			 long cookie)
{
	static struct bpf_insn stand_in[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	struct template_program *taken;

	if (!filling)
		return -EINVAL;
	taken = realloc(filling->programs, (filling->n_programs + 1) * sizeof(*taken));
	if (!taken)
		return -ENOMEM;
	filling->programs = taken;
	taken += filling->n_programs++;
	*taken = (struct template_program){
		.n_insns = bpf_program__insn_cnt(program),
		.n_funcs = opts->func_info_cnt,
		.func_bytes = opts->func_info_rec_size,
	};
	snprintf(taken->name, sizeof(taken->name), "%s", bpf_program__name(program));
	taken->insns = copy_bytes(bpf_program__insns(program),
				  taken->n_insns * sizeof(*taken->insns));
	taken->funcs =
		copy_bytes(opts->func_info, (size_t)taken->n_funcs * taken->func_bytes);
	if (!taken->insns || !taken->funcs)
		return -ENOMEM;
	opts->func_info_cnt = opts->line_info_cnt = 0;
	return bpf_program__set_insns(program, stand_in, ARRAY_SIZE(stand_in));
}

static int handler_id;

__attribute__((constructor)) static void template_register(void)
{
	LIBBPF_OPTS(libbpf_prog_handler_opts, opts,
		    .prog_prepare_load_fn = template_take);

	/* Fails only if memory runs out; then no template can be made. */
	handler_id = libbpf_register_prog_handler(TEMPLATE_SECTIONS,
						  BPF_PROG_TYPE_RAW_TRACEPOINT, 0, &opts);
}

__attribute__((destructor)) static void template_unregister(void)
{
	if (handler_id > 0)
		(void)libbpf_unregister_prog_handler(handler_id); /* it was registered */
}

/* Newer kernels want the flag that the file is not executable, older ones reject it. */
static int memory_file(void)
{
	int fd = memfd_create("tetra-btf", MFD_CLOEXEC | MFD_NOEXEC_SEAL);

	return fd < 0 && errno == EINVAL ? memfd_create("tetra-btf", MFD_CLOEXEC) : fd;
}

/* libbpf reads BTF from a file. It is written after the object is opened, read when loaded. */
static int excerpt_write(int fd, struct tetra_kernel *kernel, const struct btf *wanted)
{
	struct btf *full = kernel_btf(kernel), *excerpt;
	const void *data;
	uint32_t bytes;
	int r;

	if (!full)
		return -EOPNOTSUPP;
	r = excerpt_new(&excerpt, full, wanted);
	if (r < 0)
		return r;
	data = btf__raw_data(excerpt, &bytes);
	if (!data || write(fd, data, bytes) != (ssize_t)bytes)
		r = -ENOMEM;
	btf__free(excerpt);
	return r;
}

/* For a map that the object makes. */
static int object_shape_map(struct bpf_map *map, const struct template_source *source,
			    enum sensor_map which)
{
	uint32_t flags = bpf_map__map_flags(map);
	int r = 0;

	if (source->max_entries[which])
		r = bpf_map__set_max_entries(map, source->max_entries[which]);
	if (r == 0 && source->value_bytes[which])
		r = bpf_map__set_value_size(map, source->value_bytes[which]);
	if (r == 0 && source->preallocate)
		r = bpf_map__set_map_flags(map, flags & ~BPF_F_NO_PREALLOC);
	return r;
}

static int object_set_maps(struct bpf_object *object,
			   const struct template_source *source, const int *maps)
{
	int r = 0;

	for (int i = 0; i < SENSOR_MAP_END && r == 0; i++) {
		struct bpf_map *map =
			bpf_object__find_map_by_name(object, sensor_map_name(i));

		/* A map that no program of the object uses does not exist. */
		if (map && maps[i] >= 0)
			r = bpf_map__reuse_fd(map, maps[i]);
		else if (map)
			r = object_shape_map(map, source, i);
	}
	return r;
}

/* The instructions contain libbpf's descriptors, @from; ours live longer. */
static void template_rename_maps(struct template_program *program, const int *from,
				 const int *to)
{
	for (uint32_t i = 0; i < program->n_insns; i++) {
		struct bpf_insn *insn = &program->insns[i];

		if (insn->code != (BPF_LD | BPF_DW | BPF_IMM) ||
		    insn->src_reg != BPF_PSEUDO_MAP_FD)
			continue;
		for (int j = 0; j < SENSOR_MAP_END; j++) {
			if (insn->imm != from[j])
				continue;
			insn->imm = to[j];
			break;
		}
	}
}

static int template_take_maps(struct template *template, struct bpf_object *object,
			      int *maps)
{
	int theirs[SENSOR_MAP_END];

	for (int i = 0; i < SENSOR_MAP_END; i++) {
		struct bpf_map *map =
			bpf_object__find_map_by_name(object, sensor_map_name(i));

		theirs[i] = map ? bpf_map__fd(map) : -1;
		if (map && maps[i] < 0)
			maps[i] = fcntl(theirs[i], F_DUPFD_CLOEXEC, 0);
		if (map && maps[i] < 0)
			return errno == EMFILE ? -EMFILE : -ENOMEM;
	}
	for (uint32_t i = 0; i < template->n_programs; i++)
		template_rename_maps(&template->programs[i], theirs, maps);
	return 0;
}

/* Sections from which libbpf makes maps: our objects have only the read-only one. */
static int template_take_data(struct template *template, struct bpf_object *object)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, object)
	{
		size_t bytes = 0;
		const void *data = NULL;

		if (bpf_map__is_internal(map))
			data = bpf_map__initial_value(map, &bytes);
		if (!data)
			continue;
		template->data = copy_bytes(data, bytes);
		template->data_bytes = (uint32_t)bytes;
		return template->data ? 0 : -ENOMEM;
	}
	return -EINVAL;
}

static int template_fill(struct template *template, const struct template_source *source,
			 struct bpf_object *object, int *maps)
{
	struct bpf_program *program;
	int r = object_set_maps(object, source, maps);

	bpf_object__for_each_program(program, object) if (r == 0) r =
		bpf_program__set_autoload(
			program,
			!source->wants ||
				source->wants(bpf_program__name(program), source->set));
	if (r < 0)
		return r;
	filling = template;
	r = bpf_object__load(object);
	filling = NULL;
	if (r == 0)
		r = template_take_data(template, object);
	if (r == 0)
		r = template_take_maps(template, object, maps);
	if (r < 0)
		return r;
	template->btf_fd = fcntl(bpf_object__btf_fd(object), F_DUPFD_CLOEXEC, 0);
	if (template->btf_fd < 0)
		return errno == EMFILE ? -EMFILE : -EOPNOTSUPP;
	return 0;
}

int template_new(struct template **ret, const struct template_source *source,
		 int maps[SENSOR_MAP_END], struct tetra_kernel *kernel)
{
	_cleanup_(template_freep) struct template *template =
		calloc(1, sizeof(*template));
	_cleanup_(closep) int fd = memory_file();
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = "tetra");
	struct bpf_object *object;
	char path[64];
	int r;

	if (!template)
		return -ENOMEM;
	template->btf_fd = -1;
	if (fd < 0)
		return -ENOMEM;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	opts.btf_custom_path = path;
	object = bpf_object__open_mem(source->elf, source->bytes, &opts);
	if (!object)
		return -errno;
	r = excerpt_write(fd, kernel, bpf_object__btf(object));
	template->hold = hold_find(kernel);
	template->cast = source->cast;
	if (r == 0)
		r = template_fill(template, source, object, maps);
	bpf_object__close(object);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(template);
	return 0;
}

struct template *template_free(struct template *template)
{
	if (!template)
		return NULL;
	for (uint32_t i = 0; i < template->n_programs; i++) {
		free(template->programs[i].insns);
		free(template->programs[i].funcs);
	}
	free(template->programs);
	free(template->data);
	closep(&template->btf_fd);
	free(template);
	return NULL;
}

int template_configure(const struct template *template, size_t offset, const void *data,
		       size_t bytes)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_RDONLY_PROG);
	_cleanup_(freep) uint8_t *value =
		copy_bytes(template->data, template->data_bytes);
	_cleanup_(closep) int fd = -1;
	uint32_t key = 0;
	int r;

	if (!value)
		return -ENOMEM;
	if (offset + bytes > template->data_bytes)
		return -EINVAL;
	memcpy(value + offset, data, bytes);
	fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "tetra_config", sizeof(key),
			    template->data_bytes, 1, &opts);
	if (fd < 0)
		return fd;
	r = bpf_map_update_elem(fd, &key, value, BPF_ANY);
	/* Once frozen, its values are constants to the verifier. */
	if (r == 0)
		r = bpf_map_freeze(fd);
	return r < 0 ? r : TAKE_FD(fd);
}

static const struct template_program *template_find(const struct template *template,
						    const char *name)
{
	for (uint32_t i = 0; i < template->n_programs; i++)
		if (str_equal(template->programs[i].name, name))
			return &template->programs[i];
	return NULL;
}

/* A copy of the program, to be changed. */
static int program_copy(struct trim_program *ret, const struct template_program *program)
{
	*ret = (struct trim_program){
		.insns = copy_bytes(program->insns,
				    program->n_insns * sizeof(*program->insns)),
		.n_insns = program->n_insns,
		.funcs = copy_bytes(program->funcs,
				    (size_t)program->n_funcs * program->func_bytes),
		.n_funcs = program->n_funcs,
		.func_bytes = program->func_bytes,
	};
	return ret->insns && ret->funcs ? 0 : -ENOMEM;
}

static void program_done(struct trim_program *program)
{
	free(program->insns);
	free(program->funcs);
}

/* Removes what the configuration excludes. */
static int program_trim(struct trim_program *program, const struct template *template,
			int config)
{
	_cleanup_(freep) uint8_t *bytes = malloc(template->data_bytes);
	struct known_data data = { bytes, template->data_bytes, config };
	uint32_t key = 0;

	if (!bytes)
		return -ENOMEM;
	/* Whole, it is refused with the kernel's reason. */
	if (bpf_map_lookup_elem(config, &key, bytes) < 0)
		return 0;
	return trim_program(program, &data);
}

static int program_fit(struct trim_program *program, const struct template *template,
		       int config)
{
	for (uint32_t i = 0; i < program->n_insns; i++)
		if (program->insns[i].code == (BPF_LD | BPF_DW | BPF_IMM) &&
		    program->insns[i].src_reg == BPF_PSEUDO_MAP_VALUE)
			program->insns[i].imm = config;
	hold_patch(&template->hold, program->insns, program->n_insns);
	cast_patch(&template->cast, program->insns, program->n_insns);
	return program_trim(program, template, config);
}

static int program_load(const struct trim_program *program, const char *name,
			const struct template_place *place, int btf_fd, char **ret_log)
{
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = place->attach,
		    .prog_flags = place->flags, .attach_btf_id = place->btf_id,
		    .prog_btf_fd = (uint32_t)btf_fd, .func_info = program->funcs,
		    .func_info_cnt = program->n_funcs,
		    .func_info_rec_size = program->func_bytes);
	char *log;
	int fd;

	fd = bpf_prog_load(place->type, name, "Dual BSD/GPL", program->insns,
			   program->n_insns, &opts);
	if (fd >= 0)
		return fd;
	/* The kernel gives the reason only in a log, and a log makes every load expensive. */
	log = log_new();
	if (!log)
		return fd;
	opts.log_buf = log;
	opts.log_size = LOG_BYTES;
	opts.log_level = 1;
	fd = bpf_prog_load(place->type, name, "Dual BSD/GPL", program->insns,
			   program->n_insns, &opts);
	if (fd < 0 && *log)
		*ret_log = log;
	else
		log_free(log);
	return fd;
}

int template_load(const struct template *template, const char *name,
		  const struct template_place *place, int config, char **ret_log)
{
	const struct template_program *taken = template_find(template, name);
	struct trim_program program;
	int r;

	*ret_log = NULL;
	if (!taken)
		return -ENOENT;
	r = program_copy(&program, taken);
	if (r == 0)
		r = program_fit(&program, template, config);
	if (r == 0)
		r = program_load(&program, taken->name, place, template->btf_fd, ret_log);
	program_done(&program);
	return r;
}
