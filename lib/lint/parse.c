/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The public calls that read a policy: the model and, if wanted, what the rules say about it.
 */
#include <fcntl.h>
#include <sys/stat.h>

#include "lib/base/opts.h"
#include "lib/lint/here.h"
#include "lib/lint/rules.h"

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
	int r;

	r = policy_build(build, scratch, &doc, text, len);
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
