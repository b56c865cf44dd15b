/* SPDX-License-Identifier: Apache-2.0 */
#include "live/observe.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "suite/match.h"
#include "suite/number.h"

#define MAX_ERRNO 134

struct findings {
	struct arena *arena;
	const char *text; /* NULL: nothing */
};

static void find(struct findings *findings, const char *what)
{
	findings->text = findings->text ? arena_text(findings->arena, "%s; %s",
						     findings->text, what)
					: what;
}

/* The exit status of a shell says that its command was killed. */
static int is_shell(const struct node *run)
{
	const struct node *argv = node_get(run, "argv");
	static const char *const shells[] = { "ash",  "bash", "dash", "ksh",
					      "mksh", "sh",   "zsh",  NULL };
	const char *name = argv ? node_text(argv->items[0]) : "sh";
	const char *slash = strrchr(name, '/');
	size_t i;

	for (i = 0; shells[i]; i++)
		if (strcmp(slash ? slash + 1 : name, shells[i]) == 0)
			return 1;
	return 0;
}

static const char *describe_end(struct arena *arena, int status)
{
	if (WIFSIGNALED(status))
		return arena_text(arena, "it was ended by SIG%s",
				  sigabbrev_np(WTERMSIG(status)) ?: "?");
	return arena_text(arena, "it exited with %d", WEXITSTATUS(status));
}

static void observe_end(const struct observation *at, struct findings *findings)
{
	const char *wanted = node_get_text(at->one->expect, "signal");
	int status = at->act->status, number = wanted ? number_of_signal(wanted) : 0;
	int64_t code;

	if (wanted && !(WIFSIGNALED(status) && WTERMSIG(status) == number) &&
	    !(is_shell(at->one->run) && WIFEXITED(status) &&
	      WEXITSTATUS(status) == 128 + number))
		find(findings, arena_text(findings->arena, "%s, expected %s",
					  describe_end(findings->arena, status), wanted));
	if (node_number(node_get(at->one->expect, "exit"), &code) &&
	    !(WIFEXITED(status) && WEXITSTATUS(status) == code))
		find(findings,
		     arena_text(findings->arena, "%s, expected exit %d",
				describe_end(findings->arena, status), (int)code));
}

/* The first line with the text of an error decides. */
static int first_errno(const char *text)
{
	for (; text && *text; text += strcspn(text, "\n"), text += *text == '\n') {
		size_t n = strcspn(text, "\n"), best_n = 0;
		int i, best = 0;

		for (i = 1; i < MAX_ERRNO; i++) {
			const char *words = strerrordesc_np(i);
			size_t words_n = words ? strlen(words) : 0;
			const char *found =
				words ? memmem(text, n, words, words_n) : NULL;

			if (found && words_n > best_n) {
				best = i;
				best_n = words_n;
			}
		}
		if (best)
			return best;
	}
	return 0;
}

static void observe_errno(const struct observation *at, struct findings *findings)
{
	const char *wanted = node_get_text(at->one->expect, "errno");
	int number = wanted ? first_errno(at->act->err.text) : 0;

	if (wanted && number != number_of_errno(wanted))
		find(findings,
		     arena_text(findings->arena, "standard error says %s, expected %s",
				number ? strerrorname_np(number) : "no error", wanted));
}

/* Matchers see texts: where one ends before the output does, they are not asked. */
static const char *cut_at(const struct output *output)
{
	if (output->text && memchr(output->text, '\0', output->n))
		return "has a NUL byte";
	return output->is_cut ? "is longer than 1 MB" : NULL;
}

static void observe_output(const struct observation *at, struct findings *findings,
			   const char *key, const struct output *output)
{
	const struct node *wanted = node_get(at->one->expect, key);
	const char *text = output->text ? output->text : "";
	const char *cut = wanted ? cut_at(output) : NULL;

	if (cut)
		find(findings,
		     arena_text(findings->arena,
				"%s %s, the rest is not judged; it begins '%.200s'", key,
				cut, text));
	else if (wanted && !match_text(wanted, text))
		find(findings,
		     arena_text(findings->arena, "%s is '%.200s', expected: %s", key,
				text, match_describe(findings->arena, wanted)));
}

static void observe_files(const struct observation *at, struct findings *findings)
{
	static const char *const keys[] = { "unchanged", "changed" };
	const struct snapshot *before = at->before;
	size_t i, k;

	for (k = 0; k < 2; k++) {
		const struct node *list = node_get(at->one->expect, keys[k]);

		for (i = 0; i < node_count(list); i++) {
			const char *path = node_text(list->items[i]);
			struct snapshot now = snapshot_take(at->sandbox, path);

			if (snapshot_is_equal(before++, &now) != (k == 0))
				find(findings,
				     arena_text(findings->arena, "%s is %s", path,
						k ? "unchanged" : "changed"));
		}
	}
}

static void observe_absent(const struct observation *at, struct findings *findings)
{
	const struct node *list = node_get(at->one->expect, "absent");
	size_t i;

	for (i = 0; i < node_count(list); i++) {
		struct snapshot now =
			snapshot_take(at->sandbox, node_text(list->items[i]));

		if (now.is_there)
			find(findings, arena_text(findings->arena, "%s is there",
						  node_text(list->items[i])));
	}
}

/* The partial event without what is said of how often it comes. */
static const struct node *partial_of(struct arena *arena, const struct node *item)
{
	struct node *ret = node_new(arena, NODE_MAP, item);
	size_t i;

	for (i = 0; i < item->n; i++)
		if (strcmp(node_text(item->keys[i]), "count") != 0 &&
		    strcmp(node_text(item->keys[i]), "at-least") != 0)
			node_add(arena, ret, item->keys[i], item->items[i]);
	return ret;
}

static void observe_partial(const struct observation *at, struct findings *findings,
			    const struct node *item, int *is_expected)
{
	const struct node *partial = partial_of(findings->arena, item);
	int64_t count = -1, least = 1, n = 0;
	size_t i;

	node_number(node_get(item, "count"), &count);
	node_number(node_get(item, "at-least"), &least);
	for (i = 0; i < at->watch->n; i++) {
		const struct seen *seen = &at->watch->items[i];

		if (seen->group != GROUP_CASE || !match_event(partial, seen->tree))
			continue;
		is_expected[i] = 1;
		n++;
	}
	if (count >= 0 ? n == count : n >= least)
		return;
	find(findings,
	     arena_text(findings->arena, "%d events, expected %s%d: %s", (int)n,
			count >= 0 ? "" : "at least ", (int)(count >= 0 ? count : least),
			node_dump(findings->arena, partial, 0, NULL)));
}

static void observe_events(const struct observation *at, struct findings *findings)
{
	const struct node *events = node_get(at->one->expect, "events");
	int *is_expected = arena_new(findings->arena, (at->watch->n + 1) * sizeof(int));
	int is_only = node_is_true(node_get(at->one->expect, "only"));
	size_t i;

	if (!events)
		return;
	if (events->kind == NODE_LIST)
		for (i = 0; i < events->n; i++)
			observe_partial(at, findings, events->items[i], is_expected);
	else
		is_only = 1;
	for (i = 0; is_only && i < at->watch->n; i++) {
		const struct seen *seen = &at->watch->items[i];

		if (seen->group == GROUP_CASE && seen->policy && !is_expected[i])
			find(findings, arena_text(findings->arena, "not expected: %.600s",
						  seen->json));
	}
}

static int is_enforced(const struct seen *seen)
{
	return (seen->flags & TETRA_EVENT_ENFORCED) != 0;
}

static void observe_enforced(const struct observation *at, struct findings *findings)
{
	uint64_t n_told = 0;
	size_t i;

	if (!node_get(at->one->expect, "enforced"))
		return;
	for (i = 0; i < at->watch->n; i++) {
		const struct seen *seen = &at->watch->items[i];

		n_told += (uint64_t)is_enforced(seen);
		if (seen->group == GROUP_CASE && is_enforced(seen))
			find(findings,
			     arena_text(findings->arena, "enforced: %.600s", seen->json));
	}
	if (!findings->text && at->n_acted > n_told)
		find(findings, "a policy enforced something without an event");
}

/* "__x64_sys_write" is what a policy calls sys_write. */
static const char *plain(const char *name)
{
	static const char *const prefixes[] = { "__x64_sys_", "__ia32_sys_",
						"__arm64_sys_", "sys_" };
	size_t i;

	for (i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++)
		if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
			return name + strlen(prefixes[i]);
	return name;
}

static const struct node *policy_tree(struct suite *suite, size_t i)
{
	struct report report = { .arena = &suite->arena, .file = suite->policy_files[i] };

	if (!suite->policy_nodes[i] && suite->policy_files[i])
		suite->policy_nodes[i] =
			node_read(&suite->arena, &report, suite->policy_files[i]);
	report_done(&report);
	return suite->policy_nodes[i];
}

/* The end of "/bin/bash:readline", after @path and the colon, or NULL. A relative path
 * begins in the library's working directory. */
static const char *place_after(const char *function, const char *path)
{
	size_t n = strlen(path);
	const char *at = function;

	while (n && (at = strstr(at, path))) {
		if (at[n] == ':' && (at == function || (path[0] != '/' && at[-1] == '/')))
			return at + n + 1;
		at++;
	}
	return NULL;
}

/* A place without a symbol has none in the event either. */
static int is_uprobe_of(const struct node *hook, const struct seen *seen)
{
	const char *path = node_get_text(hook, "path");
	const struct node *symbols = node_get(hook, "symbols");
	const char *place = path && seen->kind == TETRA_EVENT_UPROBE && seen->function
				    ? place_after(seen->function, path)
				    : NULL;

	if (!place)
		return 0;
	if (!symbols || !symbols->n)
		return !*place;
	for (size_t i = 0; i < symbols->n; i++) {
		const char *text = symbols->items[i]->text;

		if (text && strcmp(text, place) == 0)
			return 1;
	}
	return 0;
}

static int is_usdt_of(struct suite *suite, const struct node *hook,
		      const struct seen *seen)
{
	const char *path = node_get_text(hook, "path");
	const char *provider = node_get_text(hook, "provider");
	const char *name = node_get_text(hook, "name");
	const char *place = path && provider && name && seen->function &&
					    seen->kind == TETRA_EVENT_USDT
				    ? place_after(seen->function, path)
				    : NULL;

	return place &&
	       strcmp(arena_text(&suite->arena, "%s/%s", provider, name), place) == 0;
}

/* Whether a hook of a policy can have made the event. */
static int is_hook_of(struct suite *suite, const struct node *hook, const char *section,
		      const struct seen *seen)
{
	const char *name = node_get_text(hook, "call");
	const char *subsystem = node_get_text(hook, "subsystem");

	if (strcmp(section, "uprobes") == 0)
		return is_uprobe_of(hook, seen);
	if (strcmp(section, "usdts") == 0)
		return is_usdt_of(suite, hook, seen);
	if (!name)
		name = node_get_text(hook, "event");
	if (!name)
		name = node_get_text(hook, "hook");
	if (strcmp(section, "kprobes") == 0 && seen->kind != TETRA_EVENT_KPROBE)
		return 0;
	if (!name || !seen->function)
		return 0;
	if (subsystem)
		name = arena_text(&suite->arena, "%s/%s", subsystem, name);
	/* A list of calls has no name of its own. */
	return strncmp(name, "list:", 5) == 0 ||
	       strcmp(plain(name), plain(seen->function)) == 0;
}

/* "POLICY/kprobes[0].selectors[1]": whether the event is of that rule. */
static int is_of_rule(struct suite *suite, const struct seen *seen, size_t policy,
		      const char *rule)
{
	const char *name = seen->policy;
	const struct node *spec = node_get(policy_tree(suite, policy), "spec");
	size_t n = strlen(name), i, k;

	if (strchr(rule, '/')) {
		if (strncmp(rule, name, n) != 0 || rule[n] != '/')
			return 0;
		rule += n + 1;
	}
	for (i = 0; spec && i < spec->n; i++) {
		const struct node *hooks = spec->items[i];
		const char *section = node_text(spec->keys[i]);

		for (k = 0; hooks->kind == NODE_LIST && k < hooks->n; k++) {
			const char *whole =
				arena_text(&suite->arena, "%s[%zu].selectors[%u]",
					   section, k, seen->selector);

			n = strlen(rule);
			if (strncmp(whole, rule, n) == 0 &&
			    (!whole[n] || whole[n] == '.') &&
			    is_hook_of(suite, hooks->items[k], section, seen))
				return 1;
		}
	}
	return 0;
}

static int is_decided(const struct observation *at, const struct seen *seen,
		      const char *rule)
{
	const struct policies *all = &at->suite->policies;
	size_t i;

	for (i = 0; i < all->n; i++)
		if (strcmp(tetra_policy_get_name(all->items[i]), seen->policy) == 0)
			return is_of_rule(at->suite, seen, i, rule);
	return 0;
}

/* Enforcing decides; without it, an event. */
static void observe_rule(const struct observation *at, struct findings *findings)
{
	const char *rule = node_get_text(at->one->expect, "decided-by");
	int has_enforced = 0, n = 0;
	size_t i;

	if (!rule)
		return;
	for (i = 0; i < at->watch->n; i++)
		has_enforced |= at->watch->items[i].group == GROUP_CASE &&
				is_enforced(&at->watch->items[i]);
	for (i = 0; i < at->watch->n; i++) {
		const struct seen *seen = &at->watch->items[i];

		if (seen->group != GROUP_CASE || !seen->policy ||
		    (has_enforced && !is_enforced(seen)))
			continue;
		n++;
		if (is_decided(at, seen, rule))
			return;
	}
	if (n || strcmp(rule, "none") != 0)
		find(findings, arena_text(findings->arena, "not decided by %s%s", rule,
					  n ? "" : ": no event of a policy"));
}

const char *observe(const struct observation *observation)
{
	struct findings findings = { .arena = &observation->suite->arena };

	observe_end(observation, &findings);
	observe_errno(observation, &findings);
	observe_output(observation, &findings, "stdout", &observation->act->out);
	observe_output(observation, &findings, "stderr", &observation->act->err);
	observe_files(observation, &findings);
	observe_absent(observation, &findings);
	observe_enforced(observation, &findings);
	observe_events(observation, &findings);
	observe_rule(observation, &findings);
	return findings.text;
}
