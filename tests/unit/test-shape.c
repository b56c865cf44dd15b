/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the programs of a hook point must be able to do: policies are added to one point, on
 * recorded kernels, as a session adds them.
 */
#include "lib/plan/shape.h"
#include "tests/unit/plan-of.h"

#define MAX_USES   16
#define SPEC_BYTES 8192

/* A hook point with the policies on it. */
struct point {
	struct tetra_kernel *kernel;
	struct tetra_policy *policies[MAX_USES];
	struct plan_use uses[MAX_USES];
	struct ruleset_group groups[MAX_USES];
	uint32_t n;
	struct plan_shape shape;
	struct strbuf said;
};

static void point_done(struct point *point)
{
	for (uint32_t i = 0; i < point->n; i++)
		tetra_policy_unref(point->policies[i]);
	strbuf_done(&point->said);
}

/* Adds a policy; the result is shape_add_use()'s. */
static int point_add(struct point *point, const char *spec)
{
	_cleanup_(tetra_diag_freep) struct tetra_diag *diag = NULL;
	struct tetra_policy *policy = policy_of(spec);
	uint32_t i = point->n++;
	bool had;
	int r;

	ck_assert_uint_lt(i, MAX_USES);
	ck_assert_int_eq(tetra_diag_new(&diag), 0);
	point->policies[i] = policy;
	point->groups[i] = (struct ruleset_group){ .id = i, .hook = &policy->hooks[0] };
	ck_assert_int_eq(
		plan_use(&point->uses[i], &policy->hooks[0], "t", point->kernel, NULL),
		0);
	had = shape_has_use(&point->shape, &point->uses[i], &policy->hooks[0]);
	r = shape_add_use(&point->shape, &point->uses[i], &policy->hooks[0], "t",
			  &point->groups[i].slots, diag);
	diag_show(diag, &point->said);
	ck_assert(!had || r == 0);
	ck_assert(r < 0 ||
		  shape_has_use(&point->shape, &point->uses[i], &policy->hooks[0]));
	return r;
}

/* Of the rules of all policies. */
static struct plan_demand point_compile(struct point *point)
{
	struct ruleset_hook hook = { .n_slots = TETRA_MAX_SLOTS,
				     .groups = point->groups,
				     .n_groups = point->n };
	struct ruleset ruleset = { .hooks = &hook, .n_hooks = 1 };
	_cleanup_(image_freep) struct image *image = NULL;
	struct plan_demand demand;

	for (uint32_t i = 0; i < TETRA_MAX_SLOTS; i++)
		hook.slots[i].kind = point->shape.slots[i].kind;
	ck_assert_int_eq(image_compile(&image, &ruleset, NULL), 0);
	demand = shape_demand(image, 0);
	shape_add(&point->shape, &demand);
	ck_assert(shape_has(&point->shape, &demand));
	return demand;
}

/* Demands */

static const struct {
	const char *name;
	size_t at;
	enum { BITS, MOST } join;
} demands[] = {
#define X(name, join) { #name, offsetof(struct plan_demand, name), join },
	PLAN_DEMANDS(X)
#undef X
};

static struct plan_demand demand_of(size_t row, uint64_t value)
{
	struct plan_demand demand = { 0 };

	memcpy((char *)&demand + demands[row].at, &value, sizeof(value));
	return demand;
}

TEST(each_member_of_a_demand_has_a_row)
{
	ck_assert_uint_eq(ARRAY_SIZE(demands) * sizeof(uint64_t),
			  sizeof(struct plan_demand));
}

TEST_EACH(a_shape_has_what_was_added, ARRAY_SIZE(demands))
{
	const struct plan_demand none = { 0 }, one = demand_of(_i, 1);
	const struct plan_demand two = demand_of(_i, 2), four = demand_of(_i, 4);
	struct plan_shape shape = { 0 };

	ck_assert(shape_has(&shape, &none));
	ck_assert(!shape_has(&shape, &two));
	shape_add(&shape, &two);
	ck_assert(shape_has(&shape, &two));
	ck_assert(shape_has(&shape, &none));
	ck_assert(!shape_has(&shape, &four));
	/* The bits that others asked for say nothing of this one; the most does. */
	ck_assert(shape_has(&shape, &one) == (demands[_i].join == MOST));
	shape_add(&shape, &none);
	ck_assert(shape_has(&shape, &two));
	for (size_t i = 0; i < ARRAY_SIZE(demands); i++) {
		const struct plan_demand other = demand_of(i, 1);

		ck_assert_msg((int)i == _i || !shape_has(&shape, &other),
			      "%s asks for %s", demands[_i].name, demands[i].name);
	}
}

#define OPEN(rest)	FUNCTION("security_file_open", rest)
#define OPEN_FILE(rest) OPEN(ARGS(ARG("0", "file")) ", " rest)

/* What a policy asks for before its rules are compiled. */
static const struct {
	const char *spec;
	bool rate, distrusts;
} asked[] = {
	{ OPEN(""), false, false },
	{ OPEN_FILE(KILL), false, false },
	{ OPEN_FILE("selectors: [{matchActions: [{action: Post, rateLimit: 1m}]}]"), true,
	  false },
	/* An allow-list that enforces does not trust names that anybody can make. */
	{ OPEN_FILE("selectors: [{matchBinaries: [{operator: NotIn, values: [/a]}], "
		    "matchActions: [{action: Sigkill}]}]"),
	  false, true },
	{ OPEN_FILE("selectors: [{matchBinaries: [{operator: In, values: [/a]}], "
		    "matchActions: [{action: Sigkill}]}]"),
	  false, false },
};

TEST_EACH(a_policy_asks_before_its_rules_do, ARRAY_SIZE(asked))
{
	_cleanup_(point_done) struct point point = { .kernel = recorded(2) };

	ck_assert_int_eq(point_add(&point, asked[_i].spec), 0);
	ck_assert_uint_eq(point.shape.demand.needs, point.uses[0].needs);
	ck_assert_uint_eq(point.shape.demand.rate, asked[_i].rate);
	ck_assert_uint_eq(point.shape.demand.distrusts, asked[_i].distrusts);
}

/*
 * Steps over the longest literal: a path of @components of @bytes each, or a text of @bytes.
 * At each size that programs have, and one past it.
 */
static const struct {
	const char *operator;
	uint32_t components, bytes;
	uint32_t path_steps, text_steps;
} literals[] = {
	{ "Equal", 1, 1, 8, 8 },
	{ "Equal", 7, 1, 8, 8 },
	{ "Equal", 8, 1, 16, 8 },
	{ "Prefix", 8, 1, 16, 8 },
	{ "Equal", 15, 1, 16, 8 },
	{ "Equal", 16, 1, 32, 8 },
	{ "Equal", 31, 1, 32, 8 },
	{ "Equal", 32, 1, TETRA_PATH_STEPS, 8 },
	/* A component of 32 bytes is one step, a longer one two. */
	{ "Equal", 7, 32, 8, 8 },
	{ "Equal", 7, 33, 16, 8 },
	{ "Equal", 19, 33, TETRA_PATH_STEPS, 8 },
	/* The end of a path is looked for in its text. */
	{ "Postfix", 9, 4, 8, 8 },
	{ "Equal", 0, 256, 8, 8 },
	{ "Equal", 0, 257, 8, 16 },
	{ "Equal", 0, 512, 8, 16 },
	{ "Equal", 0, 513, 8, 32 },
	{ "Equal", 0, 2048, 8, 64 },
	{ "Equal", 0, 2049, 8, TETRA_TEXT_STEPS },
	{ "Equal", 0, 4094, 8, TETRA_TEXT_STEPS },
};

static void literal_print(struct strbuf *text, uint32_t components, uint32_t bytes)
{
	for (uint32_t i = 0; i < MAX(components, 1u); i++) {
		if (components)
			strbuf_puts(text, "/");
		for (uint32_t k = 0; k < bytes; k++)
			strbuf_puts(text, "x");
	}
}

TEST_EACH(programs_take_as_many_steps_as_literals, ARRAY_SIZE(literals))
{
	_cleanup_(point_done) struct point point = { .kernel = recorded(2) };
	_cleanup_(strbuf_done) struct strbuf literal = {};
	bool path = literals[_i].components;
	struct plan_demand demand;
	char spec[SPEC_BYTES];

	literal_print(&literal, literals[_i].components, literals[_i].bytes);
	snprintf(spec, sizeof(spec),
		 path ? OPEN_FILE("selectors: [{matchArgs: [{index: 0, operator: %s, "
				  "values: [%s]}]}]")
		      : SYSCALL("sys_symlinkat",
				ARGS(ARG("0", "string")) ", selectors: [{matchArgs: "
							 "[{index: 0, operator: %s, "
							 "values: [%s]}]}]"),
		 literals[_i].operator, strbuf_get(&literal));
	ck_assert_int_eq(point_add(&point, spec), 0);
	demand = point_compile(&point);
	ck_assert_uint_eq(demand.path_steps, literals[_i].path_steps);
	ck_assert_uint_eq(demand.text_steps, literals[_i].text_steps);
}

/* A policy with so many rules. */
static int point_add_rules(struct point *point, int n)
{
	_cleanup_(strbuf_done) struct strbuf spec = {};

	strbuf_puts(&spec, "kprobes: [{call: security_file_open, syscall: false, "
			   "selectors: [");
	for (int i = 0; i < n; i++)
		strbuf_format(&spec, "%s{matchPIDs: [{operator: In, values: [%d]}]}",
			      i ? ", " : "", i + 2);
	strbuf_puts(&spec, "]}]");
	return point_add(point, strbuf_get(&spec));
}

/* More than 64 rules: the programs are wide at once. */
TEST(more_rules_than_a_word_has_need_all_words)
{
	_cleanup_(point_done) struct point point = { .kernel = recorded(2) };

	for (int i = 0; i < 12; i++)
		ck_assert_int_eq(point_add_rules(&point, 5), 0);
	ck_assert_int_eq(point_add_rules(&point, 4), 0);
	ck_assert_uint_eq(point_compile(&point).n_words, 1);
	ck_assert_int_eq(point_add_rules(&point, 1), 0);
	ck_assert_uint_eq(point_compile(&point).n_words, TETRA_MAX_WORDS);
	ck_assert_uint_eq(point_compile(&point).process_columns, 1u << TETRA_COL_PID);
}

/* Slots */

TEST(values_that_are_read_alike_share_a_slot)
{
	_cleanup_(point_done) struct point point = { .kernel = recorded(2) };
	const struct ruleset_slots *slots;

	ck_assert_int_eq(
		point_add(&point, SYSCALL("sys_write",
					  ARGS(ARG("0", "int") ", " ARG(
						  "0", "nop") ", " ARG("2", "size_t")))),
		0);
	slots = &point.groups[0].slots;
	ck_assert_uint_eq(slots->of_arg[0], 0);
	ck_assert_uint_eq(slots->of_arg[1], RULESET_NO_SLOT);
	ck_assert_uint_eq(slots->of_arg[2], 1);
	ck_assert_uint_eq(slots->of_arg[3], RULESET_NO_SLOT);
	ck_assert_int_eq(
		point_add(&point, SYSCALL("sys_write",
					  ARGS(ARG("2", "size_t") ", " ARG("0", "fd")))),
		0);
	slots = &point.groups[1].slots;
	ck_assert_uint_eq(slots->of_arg[0], 1);
	ck_assert_uint_eq(slots->of_arg[1], 2);
}

/* Each type is another way to read the first parameter. */
static const char *const types[] = { "int",    "uint32", "int64", "uint64",
				     "size_t", "fd",	 "int16", "uint16" };

static int point_add_type(struct point *point, const char *type)
{
	char spec[256];

	snprintf(spec, sizeof(spec), SYSCALL("sys_write", ARGS(ARG("0", "%s"))), type);
	return point_add(point, spec);
}

TEST(a_point_reads_seven_arguments)
{
	_cleanup_(point_done) struct point point = { .kernel = recorded(2) };
	uint32_t i;

	for (i = 0; i < TETRA_RETURN_SLOT; i++) {
		ck_assert_int_eq(point_add_type(&point, types[i]), 0);
		ck_assert_uint_eq(point.groups[i].slots.of_arg[0], i);
	}
	ck_assert_str_eq(strbuf_get(&point.said), "");
	ck_assert_int_eq(point_add_type(&point, types[i]), -E2BIG);
	ck_assert_ptr_nonnull(strstr(strbuf_get(&point.said),
				     "too-many: all policies together read more than 7 "
				     "different arguments of '__x64_sys_write'"));
	/* What is there already is still there. */
	ck_assert_int_eq(point_add_type(&point, types[0]), 0);
}

/* A result that policies read as several types is in several slots, which arguments share. */
TEST(policies_read_a_result_as_what_they_like)
{
	_cleanup_(point_done) struct point point = { .kernel = recorded(2) };
	uint32_t i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		char spec[256];

		snprintf(spec, sizeof(spec),
			 SYSCALL("sys_write", ", return: true, returnArg: {index: 0, "
					      "type: %s}"),
			 types[i]);
		ck_assert_int_eq(point_add(&point, spec), 0);
		ck_assert_uint_eq(point.groups[i].slots.of_return,
				  i ? i - 1 : TETRA_RETURN_SLOT);
	}
	ck_assert_str_eq(strbuf_get(&point.said), "");
	ck_assert_int_eq(point_add_type(&point, "int"), -E2BIG);
	ck_assert_ptr_nonnull(strstr(strbuf_get(&point.said),
				     "too-many: all policies together read more than 7 "
				     "different arguments of '__x64_sys_write' (each "
				     "further type of its result counts"));
}

/* Programs */

static void config_tell(struct strbuf *text, const struct tetra_hook_config *config)
{
	if (config->saves)
		strbuf_puts(text, " saves");
	if (config->waits)
		strbuf_puts(text, " waits");
	if (config->rate)
		strbuf_puts(text, " rate");
	strbuf_format(text, " words %u", config->n_words);
	for (uint32_t i = 0; i < config->n_slots[TETRA_SLOTS_LATER]; i++)
		strbuf_format(text, ", %u later", config->slots_of[TETRA_SLOTS_LATER][i]);
	for (uint32_t class = 0; class < TETRA_SLOT_CLASSES; class ++)
		for (uint32_t i = 0; i < config->n_slots[class]; i++) {
			uint32_t slot = config->slots_of[class][i];

			strbuf_format(text, ", %u %s ", slot,
				      kind_row(config->slots[slot].kind)->name);
			source_tell(text, &config->slots[slot].value);
			if (config->slots[slot].typed)
				strbuf_puts(text, " typed");
		}
}

#define ALL	31u
#define LATER	24u /* 7.2 and the one with everything */
#define EARLIER 7u

#define MEMORY                                                                           \
	ARGS(ARG("0", "string"))                                                         \
	", selectors: [{matchArgs: [{index: 0, operator: Equal, values: [a]}], "         \
	"matchActions: [{action: Override, argError: -1}]}]"

/* The programs of a policy on the kernels that bits of @where name, and what each reads. */
static const struct {
	const char *spec;
	uint32_t where; /* bits: releases[] */
	const char *text;
} programs[] = {
	{ OPEN_FILE(KILL), ALL,
	  "fentry words 1, 0 file param 0 typed; lsm words 1, 0 file param 0 typed" },
	{ OPEN(ARGS(ARG("0", "file")) ", " RETURN ", " OVERRIDE), ALL,
	  "fexit words 1, 7 int32 result 0, 0 file param 0 typed; lsm words 1, 7 later, 0 file param 0 typed" },
	{ FUNCTION("do_mmap", ARGS(ARG("1", "uint64"))), 3,
	  "kprobe words 1, 0 uint64 param 1" },
	/* At the return, the parameters are what the entry saved. */
	{ FUNCTION("do_mmap", ARGS(ARG("1", "uint64")) ", " RETURN), 3,
	  "kprobe saves words 1, 7 later, 0 uint64 param 1; kretprobe words 1, 0 uint64 param 1, 7 int32 result 0" },
	/* What only waits looks at no rule. */
	{ SYSCALL("sys_symlinkat", MEMORY), LATER,
	  "fmod_ret waits words 1, 0 string param 0; fentry.s waits words 0, 0 string param 0" },
	/* A field of the record is a parameter of the call. */
	{ EVENT("syscalls", "sys_enter_write",
		ARGS("{index: 5}, {index: 6, sizeArgIndex: 8}") ", " KILL),
	  EARLIER, "tracepoint words 1, 0 uint64 field 16+8, 1 char_buf field 24+8" },
	{ EVENT("syscalls", "sys_enter_write",
		ARGS("{index: 5}, {index: 6, sizeArgIndex: 8}") ", " KILL),
	  /* preemptible */ 8,
	  "tracepoint words 1, 0 uint64 field 16+8, 1 char_buf field 24+8; kprobe.multi words 1, 0 uint64 param 0+8, 1 char_buf param 1+8" },
	{ EVENT("sched", "sched_process_exec",
		", raw: true" ARGS(ARG("2", "linux_binprm"))),
	  ALL, "tp_btf words 1, 0 linux_binprm param 2 typed" },
};

static void programs_tell(struct strbuf *text, struct point *point)
{
	struct plan_ladder ladder = { 0 };

	ck_assert_int_eq(plan_ladder(&ladder, &point->uses[0], point->shape.demand.needs,
				     NULL, point->kernel, NULL),
			 0);
	for (uint32_t i = 0; i < ladder.n_instances; i++) {
		const struct plan_instance *instance = &ladder.instances[i];
		struct tetra_hook_config config;

		shape_configure(&config, &point->shape, &ladder, instance, point->kernel);
		ck_assert_uint_eq(config.phase, instance->phase);
		ck_assert_uint_eq(config.n_params, instance->n_params);
		strbuf_format(text, "%s%s", i ? "; " : "",
			      plan_program_name(instance->program));
		config_tell(text, &config);
	}
}

TEST_EACH(programs_read_what_is_at_their_place, ARRAY_SIZE(programs))
{
	for (unsigned int i = 0; i < ARRAY_SIZE(releases); i++) {
		_cleanup_(point_done) struct point point = { .kernel = recorded(i) };
		_cleanup_(strbuf_done) struct strbuf text = {};

		if (!(programs[_i].where >> i & 1))
			continue;
		ck_assert_int_eq(point_add(&point, programs[_i].spec), 0);
		point_compile(&point);
		programs_tell(&text, &point);
		ck_assert_str_eq(strbuf_get(&text), programs[_i].text);
	}
}

/* Each slot of a result is read at the return, and is for later at the entry. */
TEST(results_of_several_types_are_for_later)
{
	_cleanup_(point_done) struct point point = { .kernel = recorded(0) };
	_cleanup_(strbuf_done) struct strbuf text = {};

	ck_assert_int_eq(point_add(&point, FUNCTION("do_mmap", ", " RETURN)), 0);
	ck_assert_int_eq(
		point_add(
			&point,
			FUNCTION(
				"do_mmap",
				ARGS(ARG(
					"1",
					"uint64")) ", return: true, "
						   "returnArg: {index: 0, type: uint64}, "
						   "selectors: [{matchReturnArgs: "
						   "[{operator: GT, values: [1]}]}]")),
		0);
	ck_assert_uint_eq(point_compile(&point).slot_columns, 1);
	programs_tell(&text, &point);
	ck_assert_str_eq(strbuf_get(&text),
			 "kprobe saves words 1, 0 later, 7 later, 1 uint64 param 1; "
			 "kretprobe words 1, 0 uint64 result 0, 1 uint64 param 1, "
			 "7 int32 result 0");
}

/* What is reached from a result is not there at the entry either. */
TEST(what_a_result_leads_to_is_for_later)
{
	_cleanup_(point_done) struct point point = { .kernel = recorded(2) };
	_cleanup_(strbuf_done) struct strbuf text = {};

	ck_assert_int_eq(point_add(&point, OPEN(", return: true, returnArg: {index: 0, "
						"type: int}, " OVERRIDE)),
			 0);
	point.shape.slots[TETRA_RETURN_SLOT].kind = TETRA_ARG_FILENAME;
	point.shape.slots[TETRA_RETURN_SLOT].value = (struct tetra_source){
		.from = TETRA_FROM_STEPS, .start = TETRA_FROM_RESULT, .n_steps = 1
	};
	programs_tell(&text, &point);
	ck_assert_str_eq(strbuf_get(&text), "fexit words 0, 7 filename result 0.0; "
					    "lsm words 0, 7 later");
}

/* What the verifier lets no program load is read as memory, where the types are the kernel's. */
TEST(opaque_parameters_are_copied)
{
	static const struct {
		unsigned int release;
		const char *policy, *text;
	} rows[] = {
		/* The registers of 5.10's calls of sockets, a number, a function. */
		{ 0, SYSCALL("sys_connect", ARGS(ARG("0", "int"))),
		  "fentry words 0, 0 int32 copy 0" },
		{ 2, SYSCALL("sys_connect", ARGS(ARG("0", "int"))),
		  "fentry words 0, 0 int32 param 0" },
		{ 0,
		  FUNCTION("security_secctx_to_secid",
			   ARGS(ARG("0", "uint64") ", " ARG("2", "uint64"))),
		  "fentry words 0, 0 uint64 param 0, 1 uint64 copy 2" },
		{ 0, FUNCTION("security_inode_init_security", ARGS(ARG("3", "uint64"))),
		  "fentry words 0, 0 uint64 copy 3" },
		/* The words of structs by value are counted. */
		{ 2,
		  "lsmhooks: [{hook: socket_getpeersec_stream" ARGS(
			  ARG("3", "uint32")) "}]",
		  "lsm words 0, 0 uint32 param 5" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_(point_done) struct point point = { .kernel = recorded(
								     rows[i].release) };
		_cleanup_(strbuf_done) struct strbuf text = {};

		ck_assert_int_eq(point_add(&point, rows[i].policy), 0);
		programs_tell(&text, &point);
		ck_assert_str_eq(strbuf_get(&text), rows[i].text);
	}
}

TEST(programs_that_watch_processes_describe_them_completely)
{
	struct tetra_hook_config config;

	shape_configure_tasks(&config);
	ck_assert_uint_eq(config.process_columns, UINT32_MAX);
}
