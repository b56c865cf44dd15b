/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The public calls: text in, model out. Two arenas: the document's is freed when the call
 * returns, the model's belongs to the policy.
 */
#include <fcntl.h>
#include <sys/stat.h>

#include "lib/base/opts.h"
#include "lib/policy/build.h"
#include "lib/policy/here.h"
#include "lib/policy/lint.h"

/* Bytes of text that a policy keeps, for findings of later stages. */
#define KEPT_TEXT_BYTES (64u << 10)

/* Tells texts apart that are not kept. It need not be secret: who gives a text can give any. */
static struct tetra_hash text_hash(const char *text, size_t len)
{
	static const struct tetra_seed seed = { { 0x9e3779b97f4a7c15, 0xc2b2ae3d27d4eb4f,
						  0x165667b19e3779f9,
						  0x27d4eb2f165667c5 } };
	struct tetra_hash hash;

	hash_begin(&seed, &hash);
	for (size_t i = 0; i < len; i += sizeof(uint64_t)) {
		uint64_t word = 0;

		memcpy(&word, text + i, MIN(len - i, sizeof(word)));
		hash_word(&seed, &hash, word);
	}
	hash_end(&seed, &hash, len);
	return hash;
}

bool policy_is_same_text(const struct tetra_policy *a, const struct tetra_policy *b)
{
	return a->text_len == b->text_len && a->text_hash.h[0] == b->text_hash.h[0] &&
	       a->text_hash.h[1] == b->text_hash.h[1] &&
	       (!a->text || memcmp(a->text, b->text, a->text_len) == 0);
}

static int policy_new(struct tetra_policy **ret, const char *file, const char *text,
		      size_t len)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct tetra_policy *policy;
	int r;

	r = arena_new(&arena);
	if (r < 0)
		return r;
	policy = arena_alloc(arena, sizeof(*policy));
	if (!policy)
		return -ENOMEM;
	policy->n_refs = 1;
	policy->file = arena_text(arena, file, strlen(file));
	policy->text_len = len;
	policy->text_hash = text_hash(text, len);
	if (len <= KEPT_TEXT_BYTES)
		policy->text = arena_text(arena, text, len);
	if (!policy->file || (len <= KEPT_TEXT_BYTES && !policy->text))
		return -ENOMEM;
	policy->arena = TAKE_PTR(arena);
	*ret = policy;
	return 0;
}

/* Nothing more is reported about an invalid policy. */
static int policy_here(const struct build *build)
{
	struct here here = { .policy = build->policy,
			     .diag = build->report->diag,
			     .own = HERE_OWN_UNKNOWN,
			     .enforces = build->policy->mode != TETRA_MODE_MONITOR,
			     .linted = true };

	return build->report->n_errors ? 0 : here_check(&here);
}

static int policy_read(struct build *build, struct arena *scratch, const char *text,
		       size_t len, uint32_t lint)
{
	struct doc_policy doc = {};
	struct node *root;
	int r;

	r = yaml_parse(&root, scratch, text, len, build->report);
	if (r < 0)
		return r;
	if (root->type != NODE_MAPPING)
		return report_error(build->report, root, "wrong-type", NULL,
				    "a policy is a mapping of keys to values");
	if (envelope_is_foreign(build->report, root))
		return -EINVAL;
	r = schema_bind(build->report, scratch, &language_policy, root, &doc);
	if (r < 0)
		return r;
	build->doc = &doc;
	r = envelope_build(build);
	if (r >= 0 && doc.spec) {
		groups_check(build);
		r = hooks_build(build);
	}
	if (r >= 0 && lint && doc.spec)
		r = lint_run(build);
	if (r >= 0 && lint == TETRA_LINT_HERE && doc.spec)
		r = policy_here(build);
	return r;
}

static int verdict(const struct report *report, int r)
{
	if (r == -ENOMEM || r == -E2BIG)
		return r;
	if (r < 0 || report->n_errors)
		return -EINVAL;
	return report->n_unsupported ? -EOPNOTSUPP : 0;
}

int tetra_policy_parse(struct tetra_policy **ret, const char *text, size_t len,
		       const struct tetra_parse_opts *opts, struct tetra_diag *diag)
{
	_cleanup_(arena_freep) struct arena *scratch = NULL;
	_cleanup_(tetra_policy_unrefp) struct tetra_policy *policy = NULL;
	struct report report = { .diag = diag };
	struct tetra_parse_opts given;
	struct build build;
	int r;

	r = opts_read(&given, sizeof(given), opts, "tetra_parse_opts", diag);
	if (r >= 0 && (!ret || (!text && len)))
		r = -EINVAL;
	if (r < 0)
		return r;
	text = text ? text : "";
	report.file = given.file ? given.file : "-";
	r = arena_new(&scratch);
	if (r >= 0)
		r = policy_new(&policy, report.file, text, len);
	if (r < 0)
		return r;
	build = (struct build){ .arena = policy->arena,
				.report = &report,
				.policy = policy };
	r = policy_read(&build, scratch, text, len, given.lint);
	if (report.n_shown && diag_set_source(diag, report.file, text, len) < 0)
		diag_lose(diag);
	if (diag_has_lost(diag))
		return -ENOMEM;
	r = verdict(&report, r);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(policy);
	return 0;
}

/* Maps the errors of opening and reading to those of the interface. */
static int file_error(int error)
{
	switch (error) {
	case -ENOMEM:
		return error;
	case -ENOENT:
	case -ENOTDIR:
	case -ELOOP:
	case -ENAMETOOLONG:
		return -ENOENT;
	case -EISDIR:
		return -EINVAL;
	default:
		return -EPERM;
	}
}

static int file_refused(struct tetra_diag *diag, const char *file, int error)
{
	struct diag_place place = { .file = file };

	return diag_error(diag, &place, file_error(error), "unreadable", NULL, "%s",
			  strerror(-error));
}

/* A pipe without a writer is empty; opening it would wait for a writer. */
static int file_open(const char *filename)
{
	int fd = open(filename, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return -errno;
	(void)fcntl(fd, F_SETFL, 0); /* if it cannot be set, it is not a pipe */
	return fd;
}

/* Reads up to one byte over the limit: the parser then reports that it is too long. */
static int file_read(int fd, char **ret, size_t *ret_len)
{
	_cleanup_(freep) char *text = NULL;
	size_t size = 16384, len = 0;
	char *more;
	ssize_t n;

	for (;;) {
		more = realloc(text, size);
		if (!more)
			return -ENOMEM;
		text = more;
		n = read(fd, text + len, size - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		len += (size_t)n;
		if (n == 0 || len > TETRA_POLICY_MAX_BYTES)
			break;
		if (len == size)
			size *= 2;
	}
	*ret = TAKE_PTR(text);
	*ret_len = len;
	return 0;
}

int tetra_policy_parse_file(struct tetra_policy **ret, const char *filename,
			    const struct tetra_parse_opts *opts, struct tetra_diag *diag)
{
	_cleanup_(closep) int fd = -1;
	_cleanup_(freep) char *text = NULL;
	struct tetra_parse_opts given;
	size_t len = 0;
	int r;

	r = filename && ret
		    ? opts_read(&given, sizeof(given), opts, "tetra_parse_opts", diag)
		    : -EINVAL;
	if (r < 0)
		return r;
	if (!given.file)
		given.file = filename;
	fd = file_open(filename);
	if (fd < 0)
		return file_refused(diag, given.file, fd);
	r = file_read(fd, &text, &len);
	if (r < 0)
		return file_refused(diag, given.file, r);
	return tetra_policy_parse(ret, text, len, &given, diag);
}

struct tetra_policy *tetra_policy_ref(struct tetra_policy *policy)
{
	if (policy)
		__atomic_fetch_add(&policy->n_refs, 1, __ATOMIC_RELAXED);
	return policy;
}

struct tetra_policy *tetra_policy_unref(struct tetra_policy *policy)
{
	if (policy && __atomic_sub_fetch(&policy->n_refs, 1, __ATOMIC_ACQ_REL) == 0)
		arena_free(policy->arena);
	return NULL;
}

const char *tetra_policy_get_name(const struct tetra_policy *policy)
{
	return policy ? policy->name : NULL;
}

uint32_t tetra_policy_get_mode(const struct tetra_policy *policy)
{
	return policy ? policy->mode : TETRA_MODE_DEFAULT;
}

int tetra_policy_enforces(const struct tetra_policy *policy)
{
	return policy ? policy->enforces : 0;
}

unsigned int tetra_policy_count_hooks(const struct tetra_policy *policy)
{
	return policy ? policy->n_hooks : 0;
}
