/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TETRA_POLICY_H
#define TETRA_POLICY_H

/*
 * Policies: parse and describe a TracingPolicy. Pure functions of the text: no kernel, no
 * privilege, no file is opened (TETRA_LINT_HERE looks some up by name). A policy is immutable
 * and may be shared between threads and sessions.
 */

#include <tetra/common.h>
#include <tetra/diag.h>

TETRA_BEGIN_DECLS

struct tetra_policy;

/* Longest policy text, bytes. Longer texts are rejected with "resource-limit". Since: 0.1 */
#define TETRA_POLICY_MAX_BYTES (32u << 20)

/* Values of struct tetra_parse_opts.lint. Since: 0.1 */
#define TETRA_LINT_TEXT 1u /* what the text alone shows */
/* Also what this machine shows: paths that are symbolic links here, and whether the policy
 * includes the program that reads it. Files are looked up by name, none is opened. */
#define TETRA_LINT_HERE 2u

/**
 * struct tetra_parse_opts - options of tetra_policy_parse()
 * @size:	sizeof(struct tetra_parse_opts)
 * @file:	name to use in diagnostics; NULL: "-"
 * @lint:	TETRA_LINT_*: also warn of what is valid but suspicious; 0: errors only
 *
 * Since: 0.1
 */
struct tetra_parse_opts {
	size_t size;
	const char *file;
	uint32_t lint;
	uint32_t reserved;
};

/**
 * tetra_policy_parse() - read one policy
 * @ret:	set to the policy; dropped by tetra_policy_unref()
 * @text:	YAML, not NUL-terminated
 * @len:	bytes of @text
 * @opts:	NULL for defaults
 * @diag:	collects every finding of the text, not just the first; may be NULL
 *
 * Return: 0; -EINVAL if the text is not a valid policy; -EOPNOTSUPP if it is valid and uses
 * something this version does not support; -E2BIG over a limit; -ENOMEM. Since: 0.1
 */
TETRA_API int tetra_policy_parse(struct tetra_policy **ret, const char *text, size_t len,
				 const struct tetra_parse_opts *opts,
				 struct tetra_diag *diag);

/**
 * tetra_policy_parse_file() - read one policy from a file
 *
 * Like tetra_policy_parse(); @opts->file NULL means @filename.
 *
 * Return: as tetra_policy_parse(); -ENOENT or -EPERM if the file cannot be opened; -EINVAL
 * also for a folder, or without a name. Since: 0.1
 */
TETRA_API int tetra_policy_parse_file(struct tetra_policy **ret, const char *filename,
				      const struct tetra_parse_opts *opts,
				      struct tetra_diag *diag);

/** tetra_policy_ref() - take a reference. Return: @policy. Any thread. Since: 0.1 */
TETRA_API struct tetra_policy *tetra_policy_ref(struct tetra_policy *policy);

/** tetra_policy_unref() - drop a reference; NULL is fine. Return: NULL. Since: 0.1 */
TETRA_API struct tetra_policy *tetra_policy_unref(struct tetra_policy *policy);

/** tetra_policy_get_name() - metadata.name; borrowed from the policy. Since: 0.1 */
TETRA_API const char *tetra_policy_get_name(const struct tetra_policy *policy);

/** tetra_policy_get_mode() - the mode the text asks for, enum tetra_mode. Since: 0.1 */
TETRA_API uint32_t tetra_policy_get_mode(const struct tetra_policy *policy);

/** tetra_policy_enforces() - 1 if any action enforces. Since: 0.1 */
TETRA_API int tetra_policy_enforces(const struct tetra_policy *policy);

/** tetra_policy_count_hooks() - hooks in the policy. Since: 0.1 */
TETRA_API unsigned int tetra_policy_count_hooks(const struct tetra_policy *policy);

/**
 * tetra_policy_schema() - the language of policies as a JSON Schema
 * @buf:	where to write; may be NULL if @size is 0
 * @size:	bytes in @buf; the text is cut to fit and always NUL-terminated if @size > 0
 *
 * Draft 2020-12, for editors and other checkers: keys, types, words, numbers of items. Every
 * valid policy is valid by it; what it accepts may still be rejected by tetra_policy_parse(),
 * which also knows what the parts mean together.
 *
 * Return: bytes the whole text needs without its NUL; -ENOMEM. Any thread. Since: 0.1
 */
TETRA_API int tetra_policy_schema(char *buf, size_t size);

TETRA_END_DECLS

#endif
