/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules about values that are compared with paths, and that no path equals.
 */
#include <ctype.h>
#include <stdio.h>

#include "lib/base/utf8.h"
#include "lib/meaning/set.h"
#include "lib/linux/hook-names.h"
#include "lib/linux/signatures.h"
#include "lib/lint/rules.h"
#include "lib/document/number.h"
#include "lib/policy/text.h"

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

/* "/proc/1/root" and what is below it: the kernel follows it to where the process has it. */
static bool is_process_link(const char *text)
{
	static const char *const links[] = { "/root", "/cwd", "/exe", "/fd",
					     "/map_files" };
	static const char proc[] = "/proc/";
	size_t i, n;

	if (!str_has_prefix(text, proc))
		return false;
	text += strlen(proc);
	n = strspn(text, "0123456789");
	for (i = 0; n && i < ARRAY_SIZE(links); i++)
		if (str_has_prefix(text + n, links[i]) &&
		    (!text[n + strlen(links[i])] || text[n + strlen(links[i])] == '/'))
			return true;
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

/* "{a,b}" or "(a|b)". */
static bool has_choice(const char *text, char begin, char between, char end)
{
	const char *at = strchr(text, begin);

	at = at ? strchr(at, between) : NULL;
	return at && strchr(at, end);
}

/* '*', a set of characters, or a choice of words. */
static bool has_pattern(const char *text)
{
	const char *set = strchr(text, '[');

	return strchr(text, '*') || (set && strchr(set, ']')) ||
	       has_choice(text, '{', ',', '}') || has_choice(text, '(', '|', ')');
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

static bool is_program(const struct lint_set *set)
{
	return set->subject.list == LINT_BINARIES || set->subject.list == LINT_PARENTS;
}

/* Why no resolved path matches the value of such a filter, as a hint; NULL if one may. */
static const char *path_fault(doc_value value, const struct lint_set *set)
{
	enum lint_set_kind kind = set->kind;
	bool whole = kind == LINT_SET_TEXT || kind == LINT_SET_MEMBER;
	bool start = whole || kind == LINT_SET_PREFIX;
	const char *text = value->text;
	size_t n = text_bytes(value);
	struct number number;

	if (has_inner_nul(value))
		return "a path ends at its first NUL";
	if (start && number_parse(text, &number) == 0)
		return is_program(set)
			       ? "write the program's path; matchPIDs compares numbers"
			       : "declare the argument as int to compare its number";
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
		return "paths here have no patterns: use Prefix or Postfix";
	if (start && (is_magic_link(text) || is_process_link(text)))
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

/* A character that looks like a blank or like nothing. Of ASCII only controls, if @controls. */
static bool has_unseen(const char *text, size_t len, bool controls)
{
	size_t at, n;
	uint32_t c;

	for (at = 0; at < len; at += n ? n : 1) {
		n = utf8_decode(text + at, len - at, &c);
		if (n && !text_is_shown(c) && (controls || c >= 0x80))
			return true;
	}
	return false;
}

/* In quotes of its own. */
static bool is_quoted(const char *text, size_t bytes)
{
	return bytes > 1 && strchr("\"'`", text[0]) && text[bytes - 1] == text[0];
}

/* What YAML's '|' leaves there. */
static bool has_break(const char *text, size_t bytes)
{
	return bytes > 1 && text[bytes - 1] == '\n';
}

static const char break_hint[] = "the line break at its end, which is not seen, counts: "
				 "write '|-' for '|'";
static const char quotes_hint[] = "the quotes count: leave them out";

/* What people escape elsewhere; "\x2d" is in names of systemd's. */
static bool has_escape(const char *text)
{
	const char *at;

	for (at = strchr(text, '\\'); at; at = strchr(at + 1, '\\'))
		if (at[1] && strchr(" .nrt/*?$()", at[1]))
			return true;
	return false;
}

/* The first step of what a path ends with is one that is resolved, or replaced elsewhere. */
static bool has_odd_start(const char *text)
{
	return str_has_prefix(text, "./") || str_has_prefix(text, "../") ||
	       str_has_prefix(text, "~/");
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

static bool runs(const struct lint_set *set)
{
	return is_program(set) || (set->type && set->type->kind == TETRA_ARG_BINPRM);
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
	if (strstr(text, "\\.") || (*last == '$' && set->kind != LINT_SET_PREFIX) ||
	    strchr(text, '?'))
		return "paths here have no patterns: use Prefix or Postfix";
	if (has_escape(text))
		return "nothing is escaped here: leave the '\\' out";
	if (is_quoted(text, bytes))
		return quotes_hint;
	if (has_break(text, bytes))
		return break_hint;
	if (set->kind == LINT_SET_POSTFIX && has_odd_start(text))
		return "write the end as it is when all links are followed";
	if (has_several(text))
		return "write one path a value";
	if (runs(set) && set->kind == LINT_SET_TEXT && str_equal(text, "/"))
		return "this is a folder: use Prefix for the programs below it";
	if (runs(set) && set->kind != LINT_SET_PREFIX && strstr(text, " -"))
		return "arguments are no part of it: write the program alone";
	if (*last == ' ')
		return "the blank at its end counts";
	if (text[0] == ' ')
		return "the blank at its beginning counts";
	return has_unseen(text, bytes, true)
		       ? "it has a character that is not seen: write it anew"
		       : NULL;
}

/* The argument is the path of the folder that a file is in. */
static bool is_folder(const struct lint *lint, const struct lint_set *set)
{
	const struct doc_hook *hook = lint->hook;
	char function[HOOK_NAME_BYTES];
	const char *name = lint_call(lint);

	if (set->subject.list != LINT_ARGS || !set->type || !hook->name ||
	    set->type->kind != TETRA_ARG_PATH || set->subject.position >= hook->args.n ||
	    !hook->args.items[set->subject.position].index)
		return false;
	if (lint->section->section == SECTION_LSM)
		name = hook_function(hook->name->text, &function);
	return signature_is_folder(name,
				   hook->args.items[set->subject.position].index->number);
}

/* By its name: with an ending, or well known. */
static bool is_file_name(const char *path)
{
	static const char *const files[] = {
		"passwd",  "shadow", "group",	    "gshadow",
		"sudoers", "hosts",  "fstab",	    "crontab",
		"profile", "bashrc", "environment", "authorized_keys"
	};
	static const char *const folders[] = { ".d", ".wants", ".requires" };
	const char *name = strrchr(path, '/'), *dot;
	size_t i;

	name = name ? name + 1 : path;
	for (i = 0; i < ARRAY_SIZE(files); i++)
		if (str_equal(files[i], name))
			return true;
	dot = strrchr(name, '.');
	for (i = 0; dot && i < ARRAY_SIZE(folders); i++)
		if (str_equal(folders[i], dot))
			return false;
	return dot && dot > name && isalpha((unsigned char)dot[1]) && strlen(dot) <= 5;
}

/* Another selector has the folder itself: "/var/log" for "/var/log/". */
static bool hook_has_folder(const struct lint *lint, const char *path)
{
	size_t n = strlen(path) - 1;

	for (uint32_t i = 0; i < lint->hook->selectors.n; i++)
		for (uint32_t k = 0; k < lint->all_sets[i].n; k++) {
			const struct doc_values *values =
				lint->all_sets[i].items[k].values;

			for (uint32_t m = 0; m < values->n; m++)
				if (values->items[m] && values->items[m]->n == n &&
				    !strncmp(values->items[m]->text, path, n))
					return true;
		}
	return false;
}

static void folder_check(const struct lint *lint, const struct lint_set *set,
			 doc_value value)
{
	char hint[160];

	if (set->kind == LINT_SET_PREFIX && value->n > 1 &&
	    value->text[value->n - 1] == '/' && !hook_has_folder(lint, value->text)) {
		snprintf(hint, sizeof(hint), "add a selector with Equal '%.*s'",
			 (int)MIN(value->n - 1, 100u), value->text);
		report_warning(lint->report, value, "never-matches", hint,
			       "this is the path of the folder: for files in it, "
			       "without the '/' at its end");
	} else if (set->kind == LINT_SET_TEXT && is_file_name(value->text)) {
		report_warning(lint->report, value, "never-matches",
			       "write the folder, or compare the file (dentry)",
			       "this is the path of the folder that the file is in");
	}
}

static void path_check(const struct lint *lint, const struct lint_set *set,
		       doc_value value)
{
	const char *fault = path_fault(value, set);

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
	else if (is_folder(lint, set))
		folder_check(lint, set, value);
}

/* Texts may be anything. Names of files are written as paths are, but for relative ones. */
static void text_doubt(const struct lint *lint, const struct lint_set *set,
		       doc_value value)
{
	size_t bytes = text_bytes(value);
	const char *doubt = NULL;

	if (lint_list_named(lint, value->text))
		doubt = "only InMap and NotInMap read lists, of system calls: write the "
			"texts";
	else if (has_unseen(value->text, bytes, false))
		doubt = "it has a character that is not seen: write it anew";
	else if (set->type->kind == TETRA_ARG_STRING && is_quoted(value->text, bytes))
		doubt = quotes_hint;
	else if (set->type->kind == TETRA_ARG_STRING && has_break(value->text, bytes))
		doubt = break_hint;
	else if (set->type->kind != TETRA_ARG_FILENAME)
		return;
	else if (has_pattern(value->text))
		doubt = "paths here have no patterns: use Prefix or Postfix";
	else
		doubt = path_doubt(value, set);
	if (doubt)
		report_warning(lint->report, value, "never-matches", doubt,
			       "texts are compared as they come, and " Q " is hardly one",
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
	else
		text_doubt(lint, set, value);
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
