/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which word holds a parameter: functions made up for the edges, since structs by value are
 * rare in the recorded kernels.
 */
#include "tests/unit/plan-of.h"

/* A kernel with one function, "made", of these parameters. */
static int facts_of(struct tetra_kernel **ret, const char *params)
{
	_cleanup_(strbuf_done) struct strbuf facts = {};
	char path[] = "/tmp/test-plan-words.XXXXXX";
	int r, fd = mkstemp(path);

	strbuf_format(&facts,
		      "tetra-facts\t1\nrelease\t6.12\nmachine\tx86_64\n"
		      "feature\tfentry\tyes\nfeature\tkprobe\tyes\n"
		      "function\tmade\t7\tk\tSAim\t:s:4:int:int%s\n",
		      params);
	ck_assert_int_eq(write(fd, facts.text, facts.len), (ssize_t)facts.len);
	close(fd);
	r = kernel_read_facts(ret, path, NULL);
	unlink(path);
	return r;
}

static struct tetra_kernel *kernel_with(const char *params)
{
	struct tetra_kernel *kernel = NULL;

	ck_assert_int_eq(facts_of(&kernel, params), 0);
	return kernel;
}

#define WORD	     "\tp:-:8:unsigned long:unsigned long"
#define SIZED(bytes) "\ts:v:" bytes "::struct sized"

/* The parameter with this index. @reads NULL: refused. */
static const struct {
	const char *params, *index, *reads, *says;
} rows[] = {
	{ WORD WORD, "1", "uint64 param 1", NULL },
	{ SIZED("8") WORD, "1", "uint64 param 1", NULL },
	{ SIZED("9") WORD, "1", "uint64 param 2", NULL },
	{ SIZED("16") WORD, "1", "uint64 param 2", NULL },
	{ SIZED("17") WORD, "1", "uint64 param 0", NULL }, /* on the stack */
	{ SIZED("16"), "0", "uint64 param 0", "does not fit" },
	{ SIZED("17"), "0", "nop param 0", "cannot be read" },
	{ SIZED("16") SIZED("16") SIZED("8") WORD, "3", "uint64 param 5", NULL },
	{ SIZED("16") SIZED("16") SIZED("16") WORD, "3", NULL,
	  "parameter 3 of 'made' is not in a register" },
};

/* Functions of twelve parameters are recorded whole; thirteen are no line of ours. */
TEST(plan_reads_facts_of_twelve_parameters)
{
	_cleanup_(strbuf_done) struct strbuf params = {};
	struct tetra_kernel *kernel = NULL;
	struct kernel_function function;
	int i;

	for (i = 0; i < 12; i++)
		strbuf_puts(&params, WORD);
	kernel = kernel_with(strbuf_get(&params));
	ck_assert_int_eq(kernel_find_function(kernel, "made", &function), 0);
	ck_assert_uint_eq(function.n_params, KERNEL_MAX_PARAMS);
	kernel_free(kernel);
	strbuf_puts(&params, WORD);
	ck_assert_int_eq(facts_of(&kernel, strbuf_get(&params)), -EINVAL);
}

TEST_EACH(plan_counts_words, ARRAY_SIZE(rows))
{
	_cleanup_(kernel_freep) struct tetra_kernel *kernel =
		kernel_with(rows[_i].params);
	_cleanup_(tetra_policy_unrefp) struct tetra_policy *policy = NULL;
	_cleanup_(tetra_diag_freep) struct tetra_diag *diag = NULL;
	_cleanup_(strbuf_done) struct strbuf text = {}, said = {};
	struct plan_use use = {};
	char spec[256];
	int r;

	snprintf(spec, sizeof(spec), FUNCTION("made", ARGS(ARG("%s", "uint64"))),
		 rows[_i].index);
	policy = policy_of(spec);
	ck_assert_int_eq(tetra_diag_new(&diag), 0);
	r = plan_use(&use, &policy->hooks[0], "t", kernel, diag);
	diag_show(diag, &said);
	ck_assert_int_eq(r, rows[_i].reads ? 0 : -EOPNOTSUPP);
	if (r == 0) {
		slot_tell(&text, &use, 0);
		ck_assert_str_eq(strbuf_get(&text), rows[_i].reads);
	}
	ck_assert_msg(rows[_i].says ? strstr(strbuf_get(&said), rows[_i].says) != NULL
				    : said.len == 0,
		      "%s: said '%s'", rows[_i].params, strbuf_get(&said));
}
