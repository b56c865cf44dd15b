/* SPDX-License-Identifier: Apache-2.0 */
/* English: what is done, under which conditions, and what holds in any case. */
#include "lib/explain/explanation.h"

#include "lib/document/types.h"
#include "lib/linux/names.h"

/* Effects */

static void duration_put(uint32_t ms, struct strbuf *ret)
{
	if (ms % 1000)
		strbuf_format(ret, "%u ms", ms);
	else
		strbuf_format(ret, "%u second%s", ms / 1000, ms == 1000 ? "" : "s");
}

static void rate_put(const struct policy_selector *s, struct strbuf *ret)
{
	static const char *const scopes[] = {
		[POLICY_RATE_THREAD] = "per thread",
		[POLICY_RATE_PROCESS] = "per process",
		[POLICY_RATE_GLOBAL] = "on the machine",
	};

	for (uint32_t i = 0; s && i < s->n_actions; i++) {
		if (!s->actions[i].rate_ms)
			continue;
		strbuf_puts(ret, ", at most once in ");
		duration_put(s->actions[i].rate_ms, ret);
		strbuf_format(ret, " %s for the same arguments",
			      scopes[s->actions[i].rate_scope]);
		return;
	}
}

static void part_add(struct strbuf *ret, bool *any)
{
	if (*any)
		strbuf_puts(ret, ", ");
	*any = true;
}

static void signals_put(uint64_t signals, bool *any, struct strbuf *ret)
{
	for (uint32_t i = 0; i < 64; i++) {
		const char *name =
			signals >> i & 1 ? names_text(&names_signals, i) : NULL;

		if (!(signals >> i & 1))
			continue;
		part_add(ret, any);
		if (name)
			strbuf_format(ret, "sends %s to the process", name);
		else
			strbuf_format(ret, "sends signal %u to the process", i);
	}
}

static void errors_put(const struct effect *effect, bool *any, struct strbuf *ret)
{
	for (uint32_t i = 0; i < effect->n_errors; i++) {
		struct effect one = { .n_errors = 1, .errors = { effect->errors[i] } };
		struct strbuf text = {};

		part_add(ret, any);
		one.told = true;
		effect_text(&one, &text);
		strbuf_puts(ret, effect->errors[i] < 0 ? "denies the call with "
						       : "lets the call return ");
		if (effect->errors[i] >= 0)
			strbuf_format(ret, "%d instead of running", effect->errors[i]);
		else
			strbuf_puts(ret, strbuf_get(&text) + strlen("deny:"));
		strbuf_done(&text);
	}
}

/* What an enforcing selector would do, if the policy only watches. */
static void would_put(const struct tetra_policy *policy, const struct policy_selector *s,
		      struct strbuf *ret)
{
	struct tetra_policy enforcing = *policy;
	struct strbuf text = {};
	struct effect effect;

	enforcing.mode = TETRA_MODE_ENFORCE;
	effect_of_selector(&enforcing, s, &effect);
	if (!effect_blocks(&effect) && !effect.signals)
		return;
	effect_text(&effect, &text);
	strbuf_format(ret, " (monitor mode: without it, %s)", strbuf_get(&text));
	strbuf_done(&text);
}

void sentence_effect(const struct tetra_policy *policy, const struct policy_selector *s,
		     struct strbuf *ret)
{
	struct effect effect;
	bool any = false;

	effect_of_selector(policy, s, &effect);
	if (effect.kill) {
		part_add(ret, &any);
		strbuf_puts(ret, "kills the process (SIGKILL)");
	}
	errors_put(&effect, &any, ret);
	signals_put(effect.signals, &any, ret);
	if (effect.told) {
		strbuf_puts(ret, any ? " and sends an event" : "sends an event");
		rate_put(s, ret);
	} else {
		strbuf_puts(ret, any ? " without an event" : "does nothing");
	}
	if (policy->mode == TETRA_MODE_MONITOR)
		would_put(policy, s, ret);
}

/* Conditions */

/* "args[1].dport", "data[0]": which argument, and which part of it. */
static bool arg_put(const struct policy_hook *hook, const char *name, struct strbuf *ret)
{
	uint32_t n_plain = hook->n_args - hook->n_data;
	bool is_data = str_has_prefix(name, "data[");
	const struct policy_arg *arg;
	const char *part;
	char *end;
	unsigned long i;

	if (!is_data && !str_has_prefix(name, "args["))
		return false;
	i = strtoul(name + strlen("args["), &end, 10);
	if (*end != ']' || i >= (is_data ? hook->n_data : n_plain))
		return false;
	arg = &hook->args[i + (is_data ? n_plain : 0)];
	part = end[1] == '.' ? end + 2 : NULL;
	if (part)
		strbuf_format(ret, "%s of ", part);
	strbuf_format(ret, "%s[%lu] (%s", is_data ? "data" : "args", i, arg->type);
	if (arg->resolve)
		strbuf_format(ret, " %s", arg->resolve);
	if (arg->label)
		strbuf_format(ret, ", %s", arg->label);
	strbuf_puts(ret, ")");
	return true;
}

static void subject_put(const struct policy_hook *hook, const char *name,
			struct strbuf *ret)
{
	static const struct {
		const char *prefix, *text;
		bool keeps; /* what follows the prefix */
	} subjects[] = {
		{ "binary", "the program", false },
		{ "pid", "the process id", false },
		{ "ns_pid", "the process id in its own pid namespace", false },
		{ "return", "the return value", false },
		{ "ns.", "the namespace ", true },
		{ "caps.", "the capability set ", true },
		{ "followForks in its namespace ",
		  "being or descending from a process of its pid namespace in ", true },
		{ "followForks ", "being or descending from a process in ", true },
		{ "followChildren ", "running or descending from a program in ", true },
	};

	if (arg_put(hook, name, ret))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(subjects); i++) {
		const char *rest = name + strlen(subjects[i].prefix);

		if (!str_has_prefix(name, subjects[i].prefix) ||
		    (!subjects[i].keeps && *rest))
			continue;
		strbuf_format(ret, "%s%s", subjects[i].text,
			      subjects[i].keeps ? rest : "");
		return;
	}
	strbuf_puts(ret, name);
}

/* Where the next alternative begins; texts in quotes and lists are passed over. */
static const char *alternative_end(const char *at)
{
	bool quoted = false;
	unsigned int braces = 0;

	for (; *at; at++) {
		if (quoted && *at == '\\' && at[1])
			at++;
		else if (*at == '"')
			quoted = !quoted;
		else if (!quoted && *at == '{')
			braces++;
		else if (!quoted && *at == '}' && braces)
			braces--;
		else if (!quoted && !braces && str_has_prefix(at, " or "))
			break;
	}
	return at;
}

/* One alternative with its verb. */
static void alternative_put(const char *at, const char *end, struct strbuf *ret)
{
	static const struct {
		const char *prefix, *verb;
		uint8_t skips; /* letters of the prefix that the verb replaces */
	} verbs[] = {
		{ "= ", "is ", 2 },
		{ "in {", "is one of {", 4 },
		{ "not in {", "is none of {", 8 },
		{ "ends with ", "", 0 },
		{ "not ends with ", "does not end with ", 14 },
		{ "any of ", "has ", 0 },
		{ "none of ", "has ", 0 },
		{ "no path", "has no path", 7 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		if (str_has_prefix(at, verbs[i].prefix)) {
			strbuf_puts(ret, verbs[i].verb);
			strbuf_add(ret, at + verbs[i].skips,
				   (size_t)(end - at) - verbs[i].skips);
			return;
		}
	strbuf_puts(ret, "is ");
	strbuf_add(ret, at, (size_t)(end - at));
}

/* Descent has three answers of its own. */
static bool descent_put(const struct tetra_condition *condition, struct strbuf *ret)
{
	static const struct {
		const char *text, *words;
	} answers[] = {
		{ "= yes", "is true" },
		{ "= no", "is false" },
		{ "= yes or = unknown", "is true or not known" },
		{ "= no or = unknown", "is false or not known" },
		{ "= unknown", "is not known" },
	};

	if (!str_has_prefix(condition->name, "follow"))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(answers); i++)
		if (str_equal(condition->text, answers[i].text)) {
			strbuf_puts(ret, answers[i].words);
			return true;
		}
	return false;
}

void sentence_condition(const struct policy_hook *hook,
			const struct tetra_condition *condition, struct strbuf *ret)
{
	const char *at = condition->text;

	if (str_has_prefix(condition->name, "match")) {
		strbuf_format(ret, "%s holds (%s)", condition->name, condition->text);
		return;
	}
	subject_put(hook, condition->name, ret);
	strbuf_puts(ret, " ");
	if (descent_put(condition, ret))
		return;
	for (;;) {
		const char *end = alternative_end(at);

		alternative_put(at, end, ret);
		if (!*end)
			return;
		strbuf_puts(ret, " or ");
		at = end + strlen(" or ");
	}
}

/* What holds in any case */

static void line_put(struct strbuf *ret, const char *text)
{
	if (ret->len)
		strbuf_puts(ret, "\n");
	strbuf_puts(ret, text);
}

/* What the hooks of a policy have. */
struct traits {
	bool enforces, watches; /* rows that accept what is unreadable, or do not */
	bool foreign, binaries, descent;
};

static bool is_text(const struct policy_hook *hook, const struct policy_filter *filter)
{
	return filter->arg < hook->n_args &&
	       kind_has_class(hook->args[filter->arg].kind,
			      TETRA_CLASS_TEXT | TETRA_CLASS_PATH | TETRA_CLASSES_SOCK);
}

static void selector_traits(const struct policy_hook *hook,
			    const struct policy_selector *s, struct traits *ret)
{
	bool reads = s->n_binaries;

	for (uint32_t i = 0; i < s->n_args; i++)
		reads |= is_text(hook, &s->args[i]);
	for (uint32_t i = 0; i < s->n_binaries; i++) {
		ret->binaries |= s->binaries[i].n_values != 0;
		ret->descent |= s->binaries[i].follow_children;
	}
	for (uint32_t i = 0; i < s->n_pids; i++)
		ret->descent |= s->pids[i].follow_forks;
	ret->enforces |= reads && s->accepts_unreadable;
	ret->watches |= reads && !s->accepts_unreadable;
	ret->foreign |= s->distrusts && selector_doubts_names(s);
}

static void traits_of(const struct tetra_policy *policy, struct traits *ret)
{
	*ret = (struct traits){};
	for (uint32_t i = 0; i < policy->n_hooks; i++)
		for (uint32_t k = 0; k < policy->hooks[i].n_selectors; k++)
			selector_traits(&policy->hooks[i], &policy->hooks[i].selectors[k],
					ret);
}

static void mode_put(const struct tetra_policy *policy, struct strbuf *ret)
{
	if (!policy->enforces)
		line_put(ret, "The policy watches: no row kills, signals or denies.");
	else if (policy->mode == TETRA_MODE_MONITOR)
		line_put(ret,
			 "The policy is in monitor mode: nothing is killed, signalled or "
			 "denied; rows that would do so only send an event.");
	else
		line_put(ret, "The policy enforces.");
}

static void unreadable_put(const struct traits *traits, struct strbuf *ret)
{
	if (traits->enforces && traits->watches)
		line_put(ret,
			 "A value that cannot be read passes the filters of rows whose "
			 "conditions say \"unreadable\", and none of other rows.");
	else if (traits->enforces)
		line_put(ret, "A value that cannot be read passes where a condition says "
			      "\"unreadable\": the row acts rather than let it through.");
	else if (traits->watches)
		line_put(ret, "A value that cannot be read passes no filter.");
}

static void names_put(const struct traits *traits, struct strbuf *ret)
{
	if (traits->foreign)
		line_put(
			ret,
			"A name that was made in a user namespace may be false, and does "
			"not exempt from rows that enforce: it passes their filters "
			"that say what a name is not.");
	if (traits->binaries)
		line_put(ret,
			 "When the policy is loaded, a program in matchBinaries that is "
			 "a symbolic link also means the file that it leads to.");
	if (traits->descent)
		line_put(ret,
			 "Descent is inherited by children and kept across execution; "
			 "of what happened before the session began only parents and "
			 "current programs are known.");
}

void sentence_policy(const struct tetra_policy *policy, struct strbuf *ret)
{
	struct traits traits;

	traits_of(policy, &traits);
	mode_put(policy, ret);
	line_put(ret, "For each hook, rows are tried from the top: the first row whose "
		      "conditions all hold decides, and the rows below it are not looked "
		      "at. Other hooks and other policies are judged on their own.");
	unreadable_put(&traits, ret);
	names_put(&traits, ret);
	if (policy->enforcement == POLICY_ENFORCEMENT_BEST_EFFORT)
		line_put(ret, "The policy is loaded also where the kernel can be made to "
			      "skip enforcement (enforcement: best-effort).");
}

/* Of a hook. */

static uint64_t actions_of(const struct policy_hook *hook)
{
	uint64_t kinds = 0;

	for (uint32_t i = 0; i < hook->n_selectors; i++)
		for (uint32_t k = 0; k < hook->selectors[i].n_actions; k++)
			kinds |= UINT64_C(1) << hook->selectors[i].actions[k].kind;
	return kinds;
}

static void place_put(const struct policy_hook *hook, struct strbuf *ret)
{
	switch (hook->kind) {
	case POLICY_TRACEPOINT:
		line_put(ret, "Rows are judged when the kernel reaches the tracepoint ");
		break;
	case POLICY_RAW_TRACEPOINT:
		line_put(ret,
			 "Rows are judged when the kernel reaches the raw tracepoint ");
		break;
	case POLICY_UPROBE:
	case POLICY_USDT:
		line_put(ret, "Rows are judged when a process reaches ");
		break;
	case POLICY_LSM:
		line_put(ret, "Rows are judged when the kernel calls the LSM hook ");
		break;
	default:
		line_put(ret, hook->syscall ? "Rows are judged when a process calls "
					    : "Rows are judged when the kernel calls ");
	}
	if (hook->subsystem)
		strbuf_format(ret, "%s%s", hook->subsystem, hook_separator(hook));
	strbuf_format(ret, "%s.", hook->name);
}

/* The ways to deny, in the order in which lib/plan tries them. */
static void deny_put(const struct policy_hook *hook, bool kills, bool overrides,
		     struct strbuf *ret)
{
	bool is_event = hook->subsystem != NULL;

	if (overrides && hook->kind == POLICY_LSM)
		line_put(ret,
			 "A call is denied by the LSM hook itself, which returns the "
			 "error.");
	else if (overrides)
		line_put(ret,
			 "A call is denied by the LSM hook of a security_ function, by "
			 "fmod_ret, or by bpf_override_return: the first of these "
			 "that serves on this kernel. If none does, the policy is "
			 "rejected.");
	if (kills && (hook_is_in_program(hook)))
		line_put(ret,
			 "A process that is killed there does not run the code that "
			 "follows. Code that it reaches by other ways, a copy of the "
			 "file for example, is not watched.");
	else if (kills && is_event)
		line_put(ret,
			 "A tracepoint cannot deny: the signal is sent there, and what "
			 "was begun may complete.");
	else if (kills)
		line_put(ret,
			 "A kill also denies the call where the kernel lets this hook "
			 "deny; elsewhere the process dies, but the call may complete "
			 "first.");
}

static bool has_return_filter(const struct policy_hook *hook, bool enforcing)
{
	for (uint32_t i = 0; i < hook->n_selectors; i++)
		if (hook->selectors[i].n_return_args &&
		    hook->selectors[i].enforces == enforcing)
			return true;
	return false;
}

static void result_put(const struct policy_hook *hook, bool signals, struct strbuf *ret)
{
	if (signals && hook->kind == POLICY_UPROBE)
		line_put(
			ret,
			"Events have the return value, but not those of rows that signal, "
			"nor any of a process that is killed: they are sent before.");
	else
		line_put(ret, "Events have the return value.");
}

/* Filters on texts of the process, by whether what is not resident passes them. */
static void memory_put(const struct policy_hook *hook, struct strbuf *ret)
{
	bool passes = false, fails = false;

	for (uint32_t i = 0; i < hook->n_selectors; i++) {
		const struct policy_selector *s = &hook->selectors[i];

		for (uint32_t k = 0; k < s->n_args; k++) {
			if (s->args[k].arg >= hook->n_args ||
			    hook->args[s->args[k].arg].index == POLICY_ARG_TASK ||
			    !kind_has_class(hook->args[s->args[k].arg].kind,
					    TETRA_CLASS_TEXT))
				continue;
			passes |= s->accepts_fault;
			fails |= !s->accepts_fault;
		}
	}
	if (!passes && !fails)
		return;
	line_put(ret,
		 "Texts are in the memory of the process. What is not resident cannot be "
		 "read");
	strbuf_puts(ret, hook_is_in_program(hook)
				 ? ", and "
				 : ", unless a program waits for it, and ");
	if (passes && fails)
		strbuf_puts(ret, "passes filters of rows whose conditions say "
				 "\"unreadable in user memory\", and of no other row.");
	else if (passes)
		strbuf_puts(ret, "passes their filters: the row acts.");
	else
		strbuf_puts(ret,
			    "passes no filter: \"unreadable\" in a condition does not "
			    "mean this. The option unreadable: match lets it pass.");
}

void sentence_hook(const struct tetra_policy *policy, const struct policy_hook *hook,
		   bool is_exact, struct strbuf *ret)
{
	uint64_t kinds = actions_of(hook);
	bool acts = policy->mode != TETRA_MODE_MONITOR;

	place_put(hook, ret);
	if (acts)
		deny_put(hook, kinds >> TETRA_ACTION_SIGKILL & 1,
			 kinds >> TETRA_ACTION_OVERRIDE & 1, ret);
	if (has_return_filter(hook, false))
		line_put(ret,
			 "Rows that filter the return value are judged when the function "
			 "has returned.");
	if (has_return_filter(hook, true))
		line_put(ret,
			 "matchReturnArgs does not restrict rows that enforce: they act "
			 "before there is a result, and have no such condition.");
	if (hook_reads_user(hook))
		memory_put(hook, ret);
	if (hook->call_not_found_ok)
		line_put(ret,
			 "If this kernel has no such function, the hook is left out.");
	if (hook->wants_return)
		result_put(hook,
			   acts && (kinds >> TETRA_ACTION_SIGKILL |
				    kinds >> TETRA_ACTION_SIGNAL) &
					   1,
			   ret);
	if (!is_exact)
		line_put(ret,
			 "The conditions are the filters as they are written: what they "
			 "accept is not computed, because there are too many, or because "
			 "the type of an argument follows from the tracepoint's format.");
}
