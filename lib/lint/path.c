/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules about values that are compared with paths, and that no path equals.
 */
#include <ctype.h>

#include "lib/meaning/set.h"
#include "lib/lint/rules.h"
#include "lib/document/number.h"

/* The longest name of a file, and the longest path. */
#define NAME_MAX_BYTES 255u
#define PATH_MAX_BYTES 4095u

/* A step that no resolved path has; at its end, without the last '/', too. */
static bool has_odd_step(const char *text, size_t len)
{
	static const char *const steps[] = { "//", "/./", "/../" };
	static const char *const ends[] = { "/.", "/.." };
	size_t i, n;

	for (i = 0; i < ARRAY_SIZE(steps); i++)
		if (strstr(text, steps[i]))
			return true;
	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		n = strlen(ends[i]);
		if (len >= n && str_equal(text + len - n, ends[i]))
			return true;
	}
	return false;
}

/* Links of the kernel itself: their target depends on the process that looks. */
static bool is_magic_link(const char *text)
{
	static const char *const links[] = { "/proc/self",   "/proc/thread-self",
					     "/proc/mounts", "/proc/net",
					     "/etc/mtab",    "/dev/fd",
					     "/dev/stdin",   "/dev/stdout",
					     "/dev/stderr" };
	size_t i, n;

	for (i = 0; i < ARRAY_SIZE(links); i++) {
		n = strlen(links[i]);
		if (str_has_prefix(text, links[i]) && (!text[n] || text[n] == '/'))
			return true;
	}
	return false;
}

static bool has_long_name(const char *text)
{
	size_t n;

	for (; *text; text += n + (text[n] == '/')) {
		n = strcspn(text, "/");
		if (n > NAME_MAX_BYTES)
			return true;
	}
	return false;
}

/* '*', a set of characters, or words in braces. */
static bool has_pattern(const char *text)
{
	const char *set = strchr(text, '['), *words = strchr(text, '{');
	const char *comma = words ? strchr(words, ',') : NULL;

	return strchr(text, '*') || (set && strchr(set, ']')) ||
	       (comma && strchr(comma, '}'));
}

/* What of a text is compared: NULs at its end are not. */
static size_t text_bytes(doc_value value)
{
	return kind_literal_bytes(TETRA_ARG_STRING, value->text, value->n);
}

static bool has_inner_nul(doc_value value)
{
	return strlen(value->text) < text_bytes(value);
}

/* Why no resolved path matches the value of such a filter, as a hint; NULL if one may. */
static const char *path_fault(doc_value value, enum lint_set_kind kind)
{
	bool whole = kind == LINT_SET_TEXT || kind == LINT_SET_MEMBER;
	bool start = whole || kind == LINT_SET_PREFIX;
	const char *text = value->text;
	size_t n = text_bytes(value);
	struct number number;

	if (has_inner_nul(value))
		return "a path ends at its first NUL";
	if (start && number_parse(text, &number) == 0)
		return "declare the argument as int to compare its number";
	if (start && text[0] != '/')
		return "paths begin with '/'";
	if (has_odd_step(text, n) && (kind != LINT_SET_PREFIX || strstr(text, "//") ||
				      strstr(text, "/./") || strstr(text, "/../")))
		return "write the path as it is when all links are followed";
	if (kind != LINT_SET_PREFIX && n > 1 && text[n - 1] == '/')
		return whole ? "leave the last '/' out, or use Prefix for what is below"
			     : "leave the last '/' out";
	if (kind == LINT_SET_POSTFIX && str_equal(text, "/"))
		return "a path does not end in '/': use Prefix for what is below a folder";
	if (has_pattern(text))
		return "there are no patterns: use Prefix or Postfix";
	if (start && is_magic_link(text))
		return "this is a link to another path for each process";
	return n > PATH_MAX_BYTES || has_long_name(text)
		       ? "names have up to 255 bytes, paths up to 4095"
		       : NULL;
}

/* A whole step "%u" or "%h": a specifier of other tools. */
static bool has_specifier(const char *text)
{
	const char *at;

	for (at = strstr(text, "/%"); at; at = strstr(at + 1, "/%"))
		if (isalpha((unsigned char)at[2]) && (at[3] == '/' || !at[3]))
			return true;
	return false;
}

static bool has_variable(const char *text)
{
	const char *dollar = strchr(text, '$');

	return (dollar && (dollar[1] == '{' || (dollar[1] >= 'A' && dollar[1] <= 'Z'))) ||
	       strstr(text, "{{") || has_specifier(text);
}

/* Several paths in one value: in the language, each is a value. */
static bool has_several(const char *text)
{
	static const char *const between[] = { ",/", ", /", ":/", "|/", ";/", " /" };
	size_t i;

	for (i = 0; text[0] == '/' && i < ARRAY_SIZE(between); i++)
		if (strstr(text, between[i]))
			return true;
	return strstr(text, ",/") || strstr(text, ", /");
}

/* The end of a program's name says that an interpreter runs it. */
static bool is_script(doc_value value)
{
	static const char *const ends[] = { ".sh",  ".bash",  ".py",  ".pl",
					    ".rb",  ".php",   ".lua", ".js",
					    ".jar", ".class", ".awk" };
	size_t bytes = text_bytes(value), i, n;

	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		n = strlen(ends[i]);
		if (bytes >= n && !memcmp(value->text + bytes - n, ends[i], n))
			return true;
	}
	return false;
}

static bool is_program(const struct lint_set *set)
{
	return set->subject.list == LINT_BINARIES || set->subject.list == LINT_PARENTS;
}

/* Why a path, though possible, was hardly intended, as a hint; or NULL. */
static const char *path_doubt(doc_value value, const struct lint_set *set)
{
	static const char deleted[] = " (deleted)";
	const char *text = value->text, *last;
	size_t bytes = text_bytes(value), n = strlen(deleted);

	if (!bytes || set->kind == LINT_SET_PART || set->kind == LINT_SET_PART_NOCASE)
		return NULL;
	last = text + bytes - 1;
	if (bytes >= n && !memcmp(text + bytes - n, deleted, n))
		return "no operator looks at this mark: leave it out";
	if (has_variable(text))
		return "variables are not replaced: write the path out";
	if (strstr(text, "\\.") || (*last == '$' && set->kind != LINT_SET_PREFIX))
		return "there are no patterns: use Prefix or Postfix";
	if (strstr(text, "\\ "))
		return "nothing is escaped here: leave the '\\' out";
	if (set->kind != LINT_SET_POSTFIX && strchr(text, '?'))
		return "there are no patterns: use Prefix or Postfix";
	if (has_several(text))
		return "write one path a value";
	if ((is_program(set) || set->type->kind == TETRA_ARG_BINPRM) &&
	    set->kind != LINT_SET_PREFIX && strstr(text, " -"))
		return "arguments are no part of it: write the program alone";
	if (set->kind != LINT_SET_PREFIX && *last && strchr(" \t\n", *last))
		return "the blank at its end counts";
	return set->kind != LINT_SET_POSTFIX && strchr(" \t\n", text[0])
		       ? "the blank at its beginning counts"
		       : NULL;
}

static void path_check(const struct lint *lint, const struct lint_set *set,
		       doc_value value)
{
	const char *fault = path_fault(value, set->kind);

	if (fault) {
		report_warning(lint->report, value, "never-matches", fault,
			       "resolved paths are compared, and " Q " cannot be one",
			       value->text);
		return;
	}
	if (is_program(set) && set->kind != LINT_SET_PREFIX && is_script(value)) {
		report_warning(lint->report, value, "never-matches",
			       "to see it start, compare the file at "
			       "bprm_check_security (linux_binprm)",
			       "the program of a script is its interpreter, so " Q
			       " hardly is one",
			       value->text);
		return;
	}
	fault = path_doubt(value, set);
	if (fault)
		report_warning(lint->report, value, "never-matches", fault,
			       "resolved paths are compared, and " Q " is hardly one",
			       value->text);
}

/* A text ends at its first NUL, and only its first bytes are compared. */
static void text_check(const struct lint *lint, const struct lint_set *set,
		       doc_value value)
{
	uint32_t n = kind_literal_bytes(set->type->kind, value->text, value->n);

	if (set->kind == LINT_SET_TEXT && n > PATH_MAX_BYTES)
		report_warning(lint->report, value, "never-matches", "use Prefix",
			       "texts are compared up to %u bytes, and this one has %u",
			       PATH_MAX_BYTES, n);
	else if (set->type->kind != TETRA_ARG_CHAR_BUF && has_inner_nul(value))
		report_warning(
			lint->report, value, "never-matches",
			"buffers (char_buf) can have one",
			"a text ends at its first NUL, and this one has one inside");
}

static void texts_check(const struct lint *lint, const struct lint_set *set)
{
	uint32_t k;

	if (set->kind == LINT_SET_UNKNOWN || !set->type ||
	    !(set->type->classes & TETRA_CLASS_TEXT))
		return;
	for (k = 0; k < set->values->n; k++)
		if (set->values->items[k])
			text_check(lint, set, set->values->items[k]);
}

/*
 * Paths are compared as the kernel resolves them: they begin with '/', have no empty steps
 * and no '/' at the end, and name a process by its number.
 */
void lint_never_a_path(const struct lint *lint)
{
	const struct lint_set *set;
	uint32_t i, k;

	for (i = 0; i < lint->sets->n; i++) {
		set = &lint->sets->items[i];
		texts_check(lint, set);
		if (!lint_set_is_path(set) || set->kind == LINT_SET_UNKNOWN)
			continue;
		for (k = 0; k < set->values->n; k++)
			if (set->values->items[k] &&
			    (set->values->items[k]->n || set->kind == LINT_SET_TEXT))
				path_check(lint, set, set->values->items[k]);
	}
}
