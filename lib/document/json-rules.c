/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules that concern several keys of a struct, or the form of a text. Where the language has a
 * table (operators, actions, names), rules are made from its rows; the others are fixed texts,
 * a row each, which say what lib/policy checks.
 */
#include "lib/document/json-rules.h"

#include "lib/base/base.h"
#include "lib/document/language.h"
#include "lib/linux/names.h"

struct rule_row {
	const char *schema; /* .name of the struct */
	const char *json;
};

#define IF(condition, then) "{\"if\":" condition ",\"then\":" then "}"
#define KEY(key, value)                                                                  \
	"{\"properties\":{\"" key "\":" value "},\"required\":[\"" key "\"]}"
#define PROPERTY(key, value) "{\"properties\":{\"" key "\":" value "}}"
#define NEEDS(key)	     "{\"required\":[\"" key "\"]}"
#define LACKS(key)	     "{\"properties\":{\"" key "\":false}}"
#define NOT_BOTH(a, b)	     "{\"not\":{\"required\":[\"" a "\",\"" b "\"]}}"
#define OF_ARGS(rule)	     PROPERTY("args", "{\"items\":" rule "}")

/* Every section. */
/* A row a line. */
/* clang-format off */
#define HOOK_RULES(schema)                                                               \
	{ schema, PROPERTY("message", "{\"not\":{\"pattern\":\"^[\\\\x00-\\\\x7f]$\"}}") },  \
	{ schema, PROPERTY("tags", "{\"items\":{\"not\":{\"pattern\":"                     \
				   "\"^[\\\\x00-\\\\x7f]?$\"}}}") }
/* Sections of functions: parameters are in registers. */
#define FUNCTION_RULES(schema)                                                           \
	HOOK_RULES(schema),                                                              \
	{ schema, OF_ARGS(PROPERTY("index", "{\"maximum\":4}")) },                       \
	{ schema, OF_ARGS(PROPERTY("type", "{\"not\":{\"const\":\"auto\"}}")) }
#define RETURN_RULES(schema)                                                             \
	{ schema, IF(KEY("return", "{\"const\":true}"), NEEDS("returnArg")) }

static const struct rule_row rows[] = {
	{ "a policy", PROPERTY("apiVersion", "{\"const\":\"cilium.io/v1alpha1\"}") },
	{ "a policy", PROPERTY("kind",
		"{\"enum\":[\"TracingPolicy\",\"TracingPolicyNamespaced\"]}") },
	{ "a policy", IF(KEY("kind", "{\"const\":\"TracingPolicyNamespaced\"}"),
		PROPERTY("metadata", NEEDS("namespace"))) },
	{ "a policy", IF(KEY("kind", "{\"const\":\"TracingPolicyNamespaced\"}"),
		PROPERTY("spec", LACKS("hostSelector"))) },
	{ "metadata", PROPERTY("name", "{\"maxLength\":253,\"pattern\":"
		"\"^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$\"}") },
	{ "an option", IF(KEY("name", "{\"const\":\"policy-mode\"}"),
		PROPERTY("value", "{\"enum\":[\"enforce\",\"monitor\"]}")) },
	{ "an option", IF(KEY("name", "{\"pattern\":\"^disable-\"}"),
		PROPERTY("value", "{\"pattern\":\"^(true|false|True|False|TRUE|FALSE|[10tfTF])$\"}")) },
	FUNCTION_RULES("a kprobe"),
	RETURN_RULES("a kprobe"),
	FUNCTION_RULES("a fentry"),
	RETURN_RULES("a fentry"),
	FUNCTION_RULES("an LSM hook"),
	{ "an LSM hook", PROPERTY("selectors", "{\"items\":" LACKS("matchReturnArgs") "}") },
	HOOK_RULES("a tracepoint"),
	FUNCTION_RULES("a uprobe"),
	RETURN_RULES("a uprobe"),
	{ "a uprobe", "{\"anyOf\":[" NEEDS("symbols") "," NEEDS("offsets") "," NEEDS("addrs") "]}" },
	{ "a uprobe", NOT_BOTH("symbols", "offsets") },
	{ "a uprobe", NOT_BOTH("symbols", "addrs") },
	{ "a uprobe", NOT_BOTH("offsets", "addrs") },
	HOOK_RULES("a usdt"),
	{ "an argument", LACKS("source") },
	{ "an argument", "{\"not\":{\"properties\":{\"maxData\":{\"const\":true},"
		"\"returnCopy\":{\"const\":true}},\"required\":[\"maxData\",\"returnCopy\"]}}" },
	{ "a selector", PROPERTY("matchArgs", "{\"maxItems\":5}") },
	{ "an action", IF(KEY("action", "{\"const\":\"Override\"}"),
		"{\"anyOf\":[" NEEDS("argError") "," NEEDS("argRegs") "," NEEDS("argNewSymbol") ","
		NEEDS("argNewAddr") "," NEEDS("argNewOffset") "]}") },
	{ "an action", PROPERTY("argError", "{\"minimum\":-4095,\"maximum\":4095}") },
	{ "an action", IF(KEY("action", "{\"const\":\"Signal\"}"), NEEDS("argSig")) },
	{ "an action", PROPERTY("argSig", "{\"maximum\":64}") },
	{ "an action", PROPERTY("rateLimit", "{\"pattern\":\"^[0-9]{0,10}[smhSMH]?$\"}") },
	{ "an action", IF("{\"properties\":{\"action\":{\"not\":{\"const\":\"Post\"}},"
		"\"rateLimit\":{\"not\":{\"const\":\"\"}}},\"required\":[\"action\",\"rateLimit\"]}", "false") },
	{ "an action", IF(KEY("action", "{\"not\":{\"const\":\"Post\"}}"),
		"{\"properties\":{\"kernelStackTrace\":{\"const\":false},"
		"\"userStackTrace\":{\"const\":false}}}") },
	{ "an action", NOT_BOTH("argNewSymbol", "argNewAddr") },
	{ "an action", NOT_BOTH("argNewSymbol", "argNewOffset") },
	{ "an action", NOT_BOTH("argNewAddr", "argNewOffset") },
	{ "matchBinaries", PROPERTY("values", "{\"items\":{\"maxLength\":255}}") },
	{ "matchBinaries", IF(KEY("followChildren", "{\"const\":true}"),
		PROPERTY("operator", "{\"enum\":[\"In\",\"NotIn\"]}")) },
	{ "matchNamespaces", PROPERTY("values", "{\"items\":{\"pattern\":\"^(host_ns|[0-9].*)$\"}}") },
	{ "a label expression", IF(KEY("operator", "{\"enum\":[\"In\",\"NotIn\"]}"), NEEDS("values")) },
	{ "a label expression", IF(KEY("operator", "{\"enum\":[\"Exists\",\"DoesNotExist\"]}"),
		PROPERTY("values", "{\"maxItems\":0}")) },
	{ "a list", IF(KEY("type", "{\"const\":\"generated_ftrace\"}"), NEEDS("pattern")) },
	{ "a list", IF(KEY("type", "{\"pattern\":\"^generated_\"}"),
		PROPERTY("values", "{\"maxItems\":0}")) },
};
/* clang-format on */

/* How the values of a grammar look; NULL: not by a pattern alone. */
static const char *grammar_pattern(uint8_t grammar)
{
#define OCTET "([0-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5])"
	switch ((enum grammar)grammar) {
	case GRAMMAR_RANGE:
		return "^[^:]+:[^:]+$";
	case GRAMMAR_SET:
		return "^(list:.+|[-+]?[0-9][0-9a-fA-FxXoO_]*(:[-+]?[0-9][0-9a-fA-FxXoO_]*)?)$";
	case GRAMMAR_PORT:
		return "^[0-9]{1,5}(:[0-9]{1,5})?$";
	case GRAMMAR_ADDRESS:
		return "^(" OCTET "([.]" OCTET "){3}(/([0-9]|[12][0-9]|3[0-2]))?|"
		       "[0-9a-fA-F]*:[0-9a-fA-F:.]*(/([0-9]|[1-9][0-9]|1[01][0-9]|12[0-8]))?)$";
	default:
		return NULL;
	}
#undef OCTET
}

static const struct names *grammar_names(uint8_t grammar)
{
	switch ((enum grammar)grammar) {
	case GRAMMAR_PROTOCOL:
		return &names_protocols;
	case GRAMMAR_FAMILY:
		return &names_families;
	case GRAMMAR_STATE:
		return &names_tcp_states;
	case GRAMMAR_FILE_TYPE:
		return &names_file_types;
	default:
		return NULL;
	}
}

/* A text that is a name or a number. */
static void put_names(struct strbuf *buf, const struct names *names)
{
	size_t i;

	strbuf_puts(buf, "{\"anyOf\":[{\"enum\":[");
	for (i = 0; i < names->n_items; i++)
		strbuf_format(buf, "%s\"%s\"", i ? "," : "", names->items[i].text);
	strbuf_puts(buf, "]},{\"type\":\"number\"},{\"pattern\":\"^[-+]?[0-9]\"}]}");
}

/* If @op is the operator, the values have its form. */
static void put_operator(struct strbuf *buf, const struct operator_row *op)
{
	const struct names *names = grammar_names(op->grammar);
	const char *pattern = grammar_pattern(op->grammar);
	uint32_t max = op->grammar == GRAMMAR_LITERAL ? 0 : operator_max_values(op);

	strbuf_format(buf, "{\"if\":" KEY("operator", "{\"const\":\"%s\"}") ",\"then\":",
		      op->name);
	strbuf_puts(buf, "{\"properties\":{\"values\":{");
	if (max)
		strbuf_format(buf, "\"maxItems\":%u,", max);
	strbuf_puts(buf, "\"items\":");
	if (names)
		put_names(buf, names);
	else
		strbuf_format(buf, "{\"pattern\":\"%s\"}", pattern);
	strbuf_puts(buf, "}}}}");
}

/* Rule @i of those that operators make. */
static bool rule_of_operator(struct strbuf *buf, size_t i)
{
	uint32_t op;

	for (op = 1; op < TETRA_OP_END; op++) {
		const struct operator_row *row = operator_row(op);

		if (!grammar_names(row->grammar) && !grammar_pattern(row->grammar))
			continue;
		if (i-- > 0)
			continue;
		put_operator(buf, row);
		return true;
	}
	return false;
}

/* The actions that a section allows. */
static void put_actions(struct strbuf *buf, const struct section_row *section)
{
	const char *separator = "";
	uint32_t kind;

	strbuf_puts(
		buf,
		"{\"properties\":{\"selectors\":{\"items\":{\"properties\":{"
		"\"matchActions\":{\"items\":{\"properties\":{\"action\":{\"enum\":[");
	for (kind = 1; kind < TETRA_ACTION_END; kind++) {
		if (!(action_row(kind)->sections & section->section))
			continue;
		strbuf_format(buf, "%s\"%s\"", separator, action_row(kind)->name);
		separator = ",";
	}
	strbuf_puts(buf, "]}}}}}}}}}");
}

static void put_options(struct strbuf *buf)
{
	size_t i;

	strbuf_puts(buf, "{\"properties\":{\"name\":{\"enum\":[");
	for (i = 0; i < option_names.n; i++)
		strbuf_format(buf, "%s\"%s\"", i ? "," : "", word_name(&option_names, i));
	strbuf_puts(buf, "]}}}");
}

static void put_capabilities(struct strbuf *buf)
{
	strbuf_puts(buf, "{\"properties\":{\"values\":{\"items\":");
	put_names(buf, &names_capabilities);
	strbuf_puts(buf, "}}}");
}

static const struct section_row *section_of(const struct schema *schema)
{
#define X(NAME, number, key, stem, ...) [number] = #stem,
	static const char *const stems[N_SECTIONS] = { POLICY_SECTIONS(X) };
#undef X
	const char *stem = strrchr(schema->name, ' ');
	size_t i;

	if (str_equal(schema->name, "an LSM hook"))
		return &sections[SECTION_AT_LSM];
	for (i = 0; stem && i < N_SECTIONS; i++)
		if (str_equal(stems[i], stem + 1))
			return &sections[i];
	return NULL;
}

/* The rules that tables make. */
static bool rule_of_table(struct strbuf *buf, const struct schema *schema, size_t i)
{
	const struct section_row *section = section_of(schema);

	if (str_equal(schema->name, "a filter"))
		return rule_of_operator(buf, i);
	if (i > 0)
		return false;
	if (section)
		put_actions(buf, section);
	else if (str_equal(schema->name, "an option"))
		put_options(buf);
	else if (str_equal(schema->name, "a capability filter"))
		put_capabilities(buf);
	else
		return false;
	return true;
}

bool json_rule(struct strbuf *buf, const struct schema *schema, size_t i)
{
	size_t k;

	for (k = 0; k < ARRAY_SIZE(rows); k++) {
		if (!str_equal(rows[k].schema, schema->name))
			continue;
		if (i-- > 0)
			continue;
		strbuf_puts(buf, rows[k].json);
		return true;
	}
	return rule_of_table(buf, schema, i);
}
