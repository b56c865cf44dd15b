/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policies with a list of what must be said about them. NAME.expect beside NAME.yaml holds
 * lines of tab-separated fields:
 *
 *	severity  line  column  yaml-path  reason  [suggestion]
 *
 * 0 is any line or column, "-" is the document. Remarks begin with '#'; three of them count:
 * "# or accept" (the file may also be taken), "# or REASON", "# needs kernel" (skipped here).
 * More findings than the listed ones are fine, except in files that list none.
 */
#ifndef TESTS_EXPECT_H
#define TESTS_EXPECT_H

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tetra/policy.h"

#define EXPECT_MAX_LINES 32

struct expect_line {
	char severity[16], path[256], reason[64], suggestion[128];
	unsigned int line, column;
};

struct expect {
	struct expect_line lines[EXPECT_MAX_LINES];
	unsigned int n_lines;
	bool or_accept, needs_kernel;
	char or_reason[64];
};

struct expect_counts {
	unsigned int n_files, n_failed, n_kernel, n_supported, n_unsupported;
};

#define EXPECT_PATH 4096

/* Cut where it does not fit: such a file is not found, and that is told. */
static inline const char *expect_path(char (*buf)[EXPECT_PATH], const char *folder,
				      const char *format, ...)
{
	size_t len = strlen(folder);
	va_list args;

	if (len > EXPECT_PATH / 2)
		len = EXPECT_PATH / 2;
	memcpy(*buf, folder, len);
	va_start(args, format);
	vsnprintf(*buf + len, EXPECT_PATH - len, format, args);
	va_end(args);
	return *buf;
}

static void expect_remark(struct expect *expect, const char *text)
{
	if (strncmp(text, "# or accept", 11) == 0)
		expect->or_accept = true;
	else if (strncmp(text, "# needs kernel", 14) == 0)
		expect->needs_kernel = true;
	else if (sscanf(text, "# or %63[a-z-]", expect->or_reason) != 1)
		return;
}

static char *expect_field(char **at)
{
	char *field = strsep(at, "\t\n");

	return field ? field : (char *)"";
}

static int expect_read(struct expect *expect, const char *filename)
{
	struct expect_line *line;
	char text[1024], *at;
	FILE *file = fopen(filename, "r");

	memset(expect, 0, sizeof(*expect));
	if (!file)
		return -ENOENT;
	while (fgets(text, sizeof(text), file) && expect->n_lines < EXPECT_MAX_LINES) {
		if (text[0] == '#' || text[0] == '\n') {
			expect_remark(expect, text);
			continue;
		}
		line = &expect->lines[expect->n_lines++];
		at = text;
		snprintf(line->severity, sizeof(line->severity), "%s", expect_field(&at));
		line->line = (unsigned int)strtoul(expect_field(&at), NULL, 10);
		line->column = (unsigned int)strtoul(expect_field(&at), NULL, 10);
		snprintf(line->path, sizeof(line->path), "%s", expect_field(&at));
		snprintf(line->reason, sizeof(line->reason), "%s", expect_field(&at));
		snprintf(line->suggestion, sizeof(line->suggestion), "%s",
			 expect_field(&at));
	}
	fclose(file);
	return 0;
}

static bool expect_offers(const struct tetra_finding *finding, const char *suggestion)
{
	return !*suggestion || strstr(finding->message, suggestion) ||
	       (finding->hint && strstr(finding->hint, suggestion));
}

static bool expect_matches(const struct expect *expect, const struct expect_line *line,
			   const struct tetra_finding *finding)
{
	uint32_t severity = strcmp(line->severity, "error") == 0 ? TETRA_SEVERITY_ERROR
								 : TETRA_SEVERITY_WARNING;

	if (finding->severity != severity)
		return false;
	if (line->line && finding->line != line->line)
		return false;
	if (line->column && finding->column != line->column)
		return false;
	if (strcmp(line->path, "-") != 0 &&
	    (!finding->path || strcmp(line->path, finding->path) != 0))
		return false;
	if (strcmp(finding->code, line->reason) != 0 &&
	    strcmp(finding->code, expect->or_reason) != 0)
		return false;
	return expect_offers(finding, line->suggestion);
}

static bool expect_found(const struct expect *expect, const struct expect_line *line,
			 struct tetra_diag *diag)
{
	struct tetra_finding finding = { .size = sizeof(finding) };
	unsigned int i;

	for (i = 0; tetra_diag_get(diag, i, &finding) == 0; i++)
		if (expect_matches(expect, line, &finding))
			return true;
	return false;
}

/* Findings that say more than "not yet supported". */
static unsigned int expect_count_real(struct tetra_diag *diag, uint32_t severity)
{
	struct tetra_finding finding = { .size = sizeof(finding) };
	unsigned int i, n = 0;

	for (i = 0; tetra_diag_get(diag, i, &finding) == 0; i++)
		n += (!severity || finding.severity == severity) &&
		     strcmp(finding.code, "not-supported") != 0;
	return n;
}

static void expect_print(struct tetra_diag *diag)
{
	char text[2048];
	unsigned int i;

	for (i = 0; tetra_diag_render(diag, i, text, sizeof(text)) >= 0; i++)
		fputs(text, stderr);
}

static bool expect_lines(const struct expect *expect, struct tetra_diag *diag,
			 const char *name)
{
	bool good = true;
	unsigned int i;

	for (i = 0; i < expect->n_lines; i++) {
		const struct expect_line *line = &expect->lines[i];

		if (expect_found(expect, line, diag))
			continue;
		fprintf(stderr, "%s: not reported: %s %u:%u %s %s %s\n", name,
			line->severity, line->line, line->column, line->path,
			line->reason, line->suggestion);
		good = false;
	}
	return good;
}

/* What the file is for follows from its lines: none, warnings, or errors. */
static bool expect_verdict(const struct expect *expect, struct tetra_diag *diag, int r,
			   const char *name)
{
	bool loads = r == 0 || r == -EOPNOTSUPP;

	if (!expect->n_lines) {
		if (loads && !expect_count_real(diag, 0))
			return true;
		fprintf(stderr, "%s: must be taken without a word (%d)\n", name, r);
		return false;
	}
	if (strcmp(expect->lines[0].severity, "error") != 0) {
		if (!loads)
			fprintf(stderr, "%s: must load (%d)\n", name, r);
		return loads && (expect->or_accept || expect_lines(expect, diag, name));
	}
	if (loads && expect->or_accept)
		return true;
	if (loads)
		fprintf(stderr, "%s: must be refused (%d)\n", name, r);
	return !loads && expect_lines(expect, diag, name);
}

static int expect_parse(struct tetra_diag *diag, const char *filename, uint32_t lint)
{
	TETRA_OPTS(tetra_parse_opts, opts, .lint = lint);
	struct tetra_policy *policy = NULL;
	int r = tetra_policy_parse_file(&policy, filename, &opts, diag);

	tetra_policy_unref(policy);
	return r;
}

static void expect_file(const char *folder, const char *name,
			struct expect_counts *counts)
{
	char filename[EXPECT_PATH], sidecar[EXPECT_PATH];
	struct tetra_diag *diag = NULL;
	struct expect expect;
	int r;

	expect_path(&filename, folder, "/%s", name);
	expect_path(&sidecar, folder, "/%.*s.expect",
		    (int)(strlen(name) - strlen(".yaml")), name);
	if (expect_read(&expect, sidecar) < 0 || tetra_diag_new(&diag) < 0) {
		fprintf(stderr, "%s: no %s\n", filename, sidecar);
		counts->n_failed++;
		return;
	}
	r = expect_parse(diag, filename, 1);
	counts->n_files++;
	counts->n_supported += r == 0;
	counts->n_unsupported += r == -EOPNOTSUPP;
	if (expect.needs_kernel)
		counts->n_kernel++;
	else if (!expect_verdict(&expect, diag, r, name)) {
		counts->n_failed++;
		expect_print(diag);
	}
	tetra_diag_free(diag);
}

static bool expect_is_yaml(const char *name)
{
	size_t len = strlen(name);

	return len > 5 && strcmp(name + len - 5, ".yaml") == 0;
}

static bool expect_is_in(const char *const *names, const char *name)
{
	for (; *names; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

/*
 * All NAME.yaml of a folder, each by its NAME.expect, but those of @left_out, which ends
 * with NULL. Return: 0, or -ENOENT: no such folder.
 */
static inline int expect_folder_but(const char *folder, const char *const *left_out,
				    struct expect_counts *counts)
{
	struct dirent **names;
	int n = scandir(folder, &names, NULL, alphasort), i;

	if (n < 0)
		return -ENOENT;
	for (i = 0; i < n; i++) {
		if (expect_is_yaml(names[i]->d_name) &&
		    !expect_is_in(left_out, names[i]->d_name))
			expect_file(folder, names[i]->d_name, counts);
		free(names[i]);
	}
	free(names);
	return 0;
}

static inline int expect_folder(const char *folder, struct expect_counts *counts)
{
	static const char *const none[] = { NULL };

	return expect_folder_but(folder, none, counts);
}

/* A policy that must not be called wrong: supported or not yet. */
static inline void expect_good(const char *filename, struct expect_counts *counts)
{
	struct tetra_diag *diag = NULL;
	int r;

	if (tetra_diag_new(&diag) < 0)
		abort();
	r = expect_parse(diag, filename, 0);
	counts->n_files++;
	counts->n_supported += r == 0;
	counts->n_unsupported += r == -EOPNOTSUPP;
	if (r != 0 && r != -EOPNOTSUPP) {
		fprintf(stderr, "%s: must be taken (%d)\n", filename, r);
		expect_print(diag);
		counts->n_failed++;
	}
	tetra_diag_free(diag);
}

#endif
