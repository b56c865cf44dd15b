/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/document/suggest.h"

#include <ctype.h>
#include <stdio.h>
#include <strings.h>

#include "lib/base/nearest.h"
#include "lib/document/language.h"

/* Words that fit on a line of hints. */
#define SHORT_LIST 6u
/* Characters. A single letter abbreviates anything. */
#define SHORT_MIN_LEN 2u
/* Mappings within mappings of the language. */
#define SCHEMA_MAX_DEPTH 8u
/* Characters of a type as C writes it. */
#define C_TYPE_MAX_LEN 64u

/*
 * Names in other tools and languages. A name may have several meanings: the first one that is
 * known at this place is offered.
 */
static const struct {
	const char *text, *meant;
} synonyms[] = {
	/* operators */
	{ "==", "Equal" },
	{ "=", "Equal" },
	{ "eq", "Equal" },
	{ "is", "Equal" },
	{ "In", "Equal" },
	{ "Equal", "In" },
	{ "NotIn", "NotEqual" },
	{ "NotEqual", "NotIn" },
	{ "!=", "NotEqual" },
	{ "<>", "NotEqual" },
	{ "neq", "NotEqual" },
	{ "ne", "NotEqual" },
	{ "!=", "NotIn" },
	{ "==", "In" },
	{ "eq", "In" },
	{ "neq", "NotIn" },
	{ ">", "GT" },
	{ ">=", "GT" },
	{ "gte", "GT" },
	{ "ge", "GT" },
	{ "<", "LT" },
	{ "<=", "LT" },
	{ "lte", "LT" },
	{ "le", "LT" },
	{ "StartsWith", "Prefix" },
	{ "BeginsWith", "Prefix" },
	{ "starts_with", "Prefix" },
	{ "NotStartsWith", "NotPrefix" },
	{ "EndsWith", "Postfix" },
	{ "ends_with", "Postfix" },
	{ "NotEndsWith", "NotPostfix" },
	{ "Suffix", "Postfix" },
	{ "NotSuffix", "NotPostfix" },
	{ "Contains", "SubString" },
	{ "Includes", "SubString" },
	{ "Like", "SubString" },
	{ "Range", "InMap" },
	{ "Between", "InMap" },
	{ "HasBits", "Mask" },
	{ "BitAnd", "Mask" },
	{ "&", "Mask" },
	{ "CIDR", "DAddr" },
	{ "IP", "DAddr" },
	{ "Dst", "DAddr" },
	{ "Src", "SAddr" },
	{ "Port", "DPort" },
	{ "DstAddr", "DAddr" },
	{ "DestAddr", "DAddr" },
	{ "SrcAddr", "SAddr" },
	{ "DstPort", "DPort" },
	{ "SrcPort", "SPort" },
	{ "Proto", "Protocol" },
	/* actions */
	{ "Deny", "Override" },
	{ "Block", "Override" },
	{ "Drop", "Override" },
	{ "Reject", "Override" },
	{ "Refuse", "Override" },
	{ "Prevent", "Override" },
	{ "Errno", "Override" },
	{ "Kill", "Sigkill" },
	{ "Terminate", "Sigkill" },
	{ "Log", "Post" },
	{ "Report", "Post" },
	{ "Alert", "Post" },
	{ "Audit", "Post" },
	{ "Notify", "Post" },
	{ "Event", "Post" },
	{ "Ignore", "NoPost" },
	{ "Allow", "NoPost" },
	{ "Skip", "NoPost" },
	{ "Suppress", "NoPost" },
	{ "Silent", "NoPost" },
	/* keys */
	{ "function", "call" },
	{ "func", "call" },
	{ "fn", "call" },
	{ "symbol", "call" },
	{ "hook", "call" },
	{ "call", "hook" },
	{ "call", "event" },
	{ "hook", "event" },
	{ "event", "call" },
	{ "event", "hook" },
	{ "tracepoint", "event" },
	{ "function", "hook" },
	{ "name", "event" },
	{ "category", "subsystem" },
	{ "argument", "args" },
	{ "arguments", "args" },
	{ "parameters", "args" },
	{ "params", "args" },
	{ "lsm", "lsmhooks" },
	{ "kp", "kprobes" },
	{ "tp", "tracepoints" },
	{ "msg", "message" },
	{ "description", "message" },
	{ "filters", "selectors" },
	{ "rules", "selectors" },
	{ "match", "selectors" },
	{ "position", "index" },
	{ "pos", "index" },
	{ "ops", "operator" },
	{ "binary", "matchBinaries" },
	{ "binaries", "matchBinaries" },
	{ "exe", "matchBinaries" },
	{ "comm", "matchBinaries" },
	{ "pid", "matchPIDs" },
	{ "pids", "matchPIDs" },
	{ "capabilities", "matchCapabilities" },
	{ "namespaces", "matchNamespaces" },
	{ "matchNs", "matchNamespaces" },
	{ "limit", "rateLimit" },
	{ "rate", "rateLimit" },
	{ "throttle", "rateLimit" },
	{ "signal", "argSig" },
	{ "sig", "argSig" },
	{ "errno", "argError" },
	{ "error", "argError" },
	{ "size", "sizeArgIndex" },
	{ "ret", "return" },
	{ "retval", "returnArg" },
	{ "returnValue", "returnArg" },
	{ "returnType", "returnArg" },
	{ "argIndex", "index" },
	{ "followChildren", "followForks" },
	{ "followForks", "followChildren" },
	{ "type", "namespace" },
	{ "ns", "namespace" },
	{ "name", "namespace" },
	{ "set", "type" },
	{ "type", "action" },
	{ "name", "action" },
	{ "binary", "path" },
	{ "function", "symbols" },
	{ "policy-mode", "options" },
	{ "policyMode", "options" },
	{ "mode", "options" },
	{ "enforcement", "options" },
	{ "unreadable", "options" },
	{ "user-namespaces", "options" },
	/* namespaces */
	{ "mount", "Mnt" },
	{ "process", "Pid" },
	{ "hostname", "Uts" },
	/* types */
	{ "u8", "uint8" },
	{ "u16", "uint16" },
	{ "u32", "uint32" },
	{ "u64", "uint64" },
	{ "s8", "int8" },
	{ "s16", "int16" },
	{ "s32", "int32" },
	{ "s64", "int64" },
	{ "i8", "int8" },
	{ "i16", "int16" },
	{ "i32", "int32" },
	{ "i64", "int64" },
	{ "bool", "uint8" },
	{ "integer", "int" },
	{ "number", "int" },
	{ "pid_t", "int" },
	{ "gid_t", "uint32" },
	{ "uid_t", "uint32" },
	{ "umode_t", "uint16" },
	{ "loff_t", "int64" },
	{ "ssize_t", "int64" },
	{ "unsigned", "uint32" },
	{ "unsigned int", "uint32" },
	{ "unsigned long", "uint64" },
	{ "long long", "int64" },
	{ "unsigned long long", "uint64" },
	{ "unsigned char", "uint8" },
	{ "unsigned short", "uint16" },
	{ "short", "int16" },
	{ "char", "string" },
	{ "text", "string" },
	{ "buffer", "char_buf" },
	{ "buf", "char_buf" },
	{ "bytes", "char_buf" },
	{ "bprm", "linux_binprm" },
	{ "pathname", "string" },
	{ "filedescriptor", "fd" },
	{ "descriptor", "fd" },
	{ "iovec", "char_iovec" },
	{ "pointer", "uint64" },
	{ "ptr", "uint64" },
	{ "address", "uint64" },
	/* types of files */
	{ "directory", "dir" },
	{ "folder", "dir" },
	{ "file", "reg" },
	{ "symlink", "lnk" },
	{ "device", "blk" },
	/* address families and states of sockets */
	{ "ip", "AF_INET" },
	{ "ipv4", "AF_INET" },
	{ "inet4", "AF_INET" },
	{ "ipv6", "AF_INET6" },
	{ "ip6", "AF_INET6" },
	{ "local", "AF_UNIX" },
	{ "icmpv6", "IPPROTO_ICMPV6" },
	{ "listening", "TCP_LISTEN" },
	{ "connected", "TCP_ESTABLISHED" },
	{ "closed", "TCP_CLOSE" },
};

static const char *synonym_of(const char *text, size_t *i)
{
	for (; *i < ARRAY_SIZE(synonyms); (*i)++)
		if (strcasecmp(synonyms[*i].text, text) == 0)
			return synonyms[(*i)++].meant;
	return NULL;
}

/* "vals" of "values": the first letter and others in their order. */
static bool is_short_for(const char *text, const char *name)
{
	size_t len = strlen(text);

	if (len < SHORT_MIN_LEN ||
	    tolower((unsigned char)*text) != tolower((unsigned char)*name))
		return false;
	for (; *text && *name; name++)
		text += tolower((unsigned char)*text) == tolower((unsigned char)*name);
	return !*text;
}

static void shorter(const char **best, const char *text, const char *name)
{
	if (is_short_for(text, name) && (!*best || strlen(name) < strlen(*best)))
		*best = name;
}

/* "const struct file *" is "file"; false if nothing was taken away. */
static bool c_type_plain(char (*buf)[C_TYPE_MAX_LEN], const char *text)
{
	static const char *const words[] = { "const ", "volatile ", "struct ", "enum " };
	size_t len = strlen(text), i;

	if (len >= sizeof(*buf))
		return false;
	while (len && strchr("* \t", text[len - 1]))
		len--;
	for (i = 0; i < ARRAY_SIZE(words); i++) {
		if (len <= strlen(words[i]) || !str_has_prefix(text, words[i]))
			continue;
		text += strlen(words[i]);
		len -= strlen(words[i]);
	}
	snprintf(*buf, sizeof(*buf), "%.*s", (int)len, text);
	return (*buf)[0];
}

const char *suggest_named(const struct names *names, const char *text)
{
	const char *meant;
	uint32_t number;
	size_t i = 0;

	while ((meant = synonym_of(text, &i)))
		if (names_number(names, meant, &number) == 0)
			return meant;
	return names_nearest(names, text);
}

static const char *words_synonym(const struct words *words, const char *text)
{
	const char *meant;
	size_t i = 0;

	while ((meant = synonym_of(text, &i)))
		if (words_find(words, meant))
			return meant;
	return NULL;
}

static const char *words_of_c(const struct words *words, const char *text)
{
	char plain[C_TYPE_MAX_LEN];
	const char *name;
	size_t i;

	if (!c_type_plain(&plain, text))
		return NULL;
	name = words_synonym(words, plain);
	for (i = 0; !name && i < words->n; i++)
		if (str_equal(word_name(words, i), plain))
			name = word_name(words, i);
	return name;
}

const char *words_nearest(const struct words *words, const char *text)
{
	const char *name = words_synonym(words, text), *best = NULL;
	struct nearest nearest;
	size_t i;

	nearest_init(&nearest, text);
	for (i = 0; i < words->n; i++) {
		nearest_offer(&nearest, word_name(words, i));
		shorter(&best, text, word_name(words, i));
	}
	/* A typo of one letter is more likely than a synonym or an abbreviation. */
	if (nearest.best && (nearest.distance < 2 || (!name && !best)))
		return nearest.best;
	if (!name)
		name = words_of_c(words, text);
	if (name || best)
		return name ? name : best;
	for (i = 0; i < words->n; i++)
		nearest_offer_part(&nearest, word_name(words, i));
	return nearest.best;
}

/* A walk through all fields below a schema, in the order of the language. */
struct field_walk {
	const char *text;
	bool (*fits)(const struct schema_field *field, const char *text);
	/* The field that fits, and the field that holds its mapping. */
	const struct schema_field *found, *owner;
};

static bool field_walk(struct field_walk *walk, const struct schema *schema,
		       const struct schema_field *owner, unsigned int depth)
{
	size_t i;

	for (i = 0; owner && i < schema->n_fields; i++) {
		if ((schema->fields[i].flags & FIELD_REMOVED) ||
		    !walk->fits(&schema->fields[i], walk->text))
			continue;
		walk->found = &schema->fields[i];
		walk->owner = owner;
		return true;
	}
	for (i = 0; depth && i < schema->n_fields; i++)
		if (schema->fields[i].schema && field_walk(walk, schema->fields[i].schema,
							   &schema->fields[i], depth - 1))
			return true;
	return false;
}

static bool is_named(const struct schema_field *field, const char *text)
{
	return strcasecmp(field->name, text) == 0;
}

static bool is_nearly_named(const struct schema_field *field, const char *text)
{
	const char *const names[] = { field->name, NULL };
	struct nearest nearest;

	nearest_init(&nearest, text);
	nearest_offer(&nearest, names[0]);
	return nearest.best && nearest.distance <= 2 && strlen(field->name) > 4;
}

static bool has_word(const struct schema_field *field, const char *text)
{
	return field->words && words_find(field->words, text);
}

/* The place that knows the key: nearer ones, below this mapping, before others. */
static const char *field_elsewhere(char (*buf)[SUGGEST_BYTES],
				   const struct schema *schema, struct field_walk walk)
{
	bool list;

	if (!field_walk(&walk, schema, NULL, SCHEMA_MAX_DEPTH) &&
	    !field_walk(&walk, &language_policy, NULL, SCHEMA_MAX_DEPTH))
		return NULL;
	list = walk.owner->type == FIELD_OBJECTS;
	snprintf(*buf, sizeof(*buf), "'%s' belongs in %s'%s'", walk.found->name,
		 list ? "the elements of " : "", walk.owner->name);
	return *buf;
}

static const struct schema_field *field_exact(const struct schema *schema,
					      const char *name)
{
	size_t i;

	for (i = 0; i < schema->n_fields; i++)
		if (!(schema->fields[i].flags & FIELD_REMOVED) &&
		    str_equal(schema->fields[i].name, name))
			return &schema->fields[i];
	return NULL;
}

static const char *field_short(const struct schema *schema, const char *text)
{
	const char *best = NULL;
	size_t i;

	for (i = 0; i < schema->n_fields; i++)
		if (!(schema->fields[i].flags & FIELD_REMOVED))
			shorter(&best, text, schema->fields[i].name);
	return best;
}

/* A key of this mapping: by its spelling, or by its name elsewhere. */
static const char *field_own(const struct schema *schema, const char *text)
{
	const char *meant, *best = NULL;
	struct nearest nearest;
	size_t i;

	nearest_init(&nearest, text);
	for (i = 0; i < schema->n_fields; i++)
		if (!(schema->fields[i].flags & FIELD_REMOVED))
			nearest_offer(&nearest, schema->fields[i].name);
	if (nearest.best && nearest.distance < 2)
		return nearest.best;
	for (i = 0; !best && (meant = synonym_of(text, &i));)
		if (field_exact(schema, meant))
			best = meant;
	if (!best && nearest.best)
		best = field_short(schema, text);
	return best ? best : nearest.best;
}

/* A key of this mapping that is a large part of the text, or the other way round. */
static const char *field_part(const struct schema *schema, const char *text)
{
	const char *best = field_short(schema, text);
	struct nearest nearest;
	size_t i;

	nearest_init(&nearest, text);
	for (i = 0; !best && i < schema->n_fields; i++)
		if (!(schema->fields[i].flags & FIELD_REMOVED))
			nearest_offer_part(&nearest, schema->fields[i].name);
	return best ? best : nearest.best;
}

static const char *did_you_mean(char (*buf)[SUGGEST_BYTES], const char *name)
{
	if (!name)
		return NULL;
	snprintf(*buf, sizeof(*buf), "did you mean '%s'?", name);
	return *buf;
}

const char *suggest_field(char (*buf)[SUGGEST_BYTES], const struct schema *schema,
			  const char *text)
{
	const char *hint;

	if (!*text)
		return NULL;
	hint = did_you_mean(buf, field_own(schema, text));
	if (!hint)
		hint = field_elsewhere(buf, schema,
				       (struct field_walk){ text, is_named, NULL, NULL });
	if (!hint)
		hint = did_you_mean(buf, field_part(schema, text));
	if (!hint)
		hint = field_elsewhere(
			buf, schema,
			(struct field_walk){ text, is_nearly_named, NULL, NULL });
	return hint;
}

static void words_all(char (*buf)[SUGGEST_BYTES], const struct words *words)
{
	size_t len = strlen(*buf), i;

	for (i = 0; i < words->n && len < sizeof(*buf); i++)
		len += (size_t)snprintf(*buf + len, sizeof(*buf) - len, "%s'%s'",
					i == 0		    ? "write "
					: i == words->n - 1 ? " or "
							    : ", ",
					word_name(words, i));
}

const char *suggest_word(char (*buf)[SUGGEST_BYTES], const struct schema_field *field,
			 const char *text)
{
	const char *name = *text ? words_nearest(field->words, text) : NULL;
	struct field_walk walk = { text, has_word, NULL, NULL };

	if (name)
		return did_you_mean(buf, name);
	(*buf)[0] = '\0';
	if (*text && field_walk(&walk, &language_policy, NULL, SCHEMA_MAX_DEPTH))
		snprintf(*buf, sizeof(*buf), "'%.40s' is a value of '%s'%s", text,
			 walk.found->name, field->words->n > SHORT_LIST ? "" : "; ");
	if (field->words->n <= SHORT_LIST)
		words_all(buf, field->words);
	return (*buf)[0] ? *buf : NULL;
}
