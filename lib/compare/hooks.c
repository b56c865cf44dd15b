/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/compare/hooks.h"

#include "lib/base/diag.h"
#include "lib/document/section.h"

/* What machines put before the name of a system call. */
static const char *call_name(const struct policy_hook *hook)
{
	static const char *const prefixes[] = { "__x64_", "__arm64_", "x64/" };

	for (size_t i = 0; hook->syscall && i < ARRAY_SIZE(prefixes); i++)
		if (str_has_prefix(hook->name, prefixes[i]))
			return hook->name + strlen(prefixes[i]);
	return hook->name;
}

static bool hook_is_same(const struct policy_hook *a, const struct policy_hook *b)
{
	if (a->kind != b->kind || a->syscall != b->syscall ||
	    !a->subsystem != !b->subsystem)
		return false;
	if (a->subsystem && !str_equal(a->subsystem, b->subsystem))
		return false;
	return str_equal(call_name(a), call_name(b));
}

bool hook_is_called(const struct policy_hook *hook, uint32_t kind, const char *name)
{
	const char *slash = strchr(name, '/');
	struct policy_hook like = { .kind = kind, .syscall = hook->syscall };

	if (kind == POLICY_TRACEPOINT) {
		if (!slash || !hook->subsystem || hook->kind == POLICY_LSM)
			return false;
		return strlen(hook->subsystem) == (size_t)(slash - name) &&
		       str_has_prefix(name, hook->subsystem) &&
		       str_equal(hook->name, slash + 1);
	}
	if (kind == POLICY_UPROBE || kind == POLICY_USDT) {
		size_t len = hook->kind == kind ? strlen(hook->subsystem) : 0;

		return len && str_has_prefix(name, hook->subsystem) && name[len] == ':' &&
		       str_equal(name + len + 1, hook->name);
	}
	like.name = (char *)name;
	return hook_is_same(hook, &like);
}

static void places_add(struct hook_places *places, const struct tetra_policy *policy,
		       enum side side)
{
	for (uint32_t i = 0; i < policy->n_hooks; i++) {
		struct hook_place *item = &places->items[places->n];
		uint32_t k = 0;

		*item = (struct hook_place){ policy, &policy->hooks[i], side,
					     places->n_places };
		while (k < places->n && !hook_is_same(places->items[k].hook, item->hook))
			k++;
		if (k < places->n)
			item->place = places->items[k].place;
		else
			places->n_places++;
		places->n++;
	}
}

int hook_places_make(struct arena *arena, struct tetra_policy *const *old, size_t n_old,
		     struct tetra_policy *const *new, size_t n_new,
		     struct hook_places *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < n_old; i++)
		n += old[i]->n_hooks;
	for (size_t i = 0; i < n_new; i++)
		n += new[i]->n_hooks;
	*ret = (struct hook_places){ .items = arena_array(arena, n + 1,
							  sizeof(*ret->items)) };
	if (!ret->items)
		return -ENOMEM;
	for (size_t i = 0; i < n_old; i++)
		places_add(ret, old[i], SIDE_OLD);
	for (size_t i = 0; i < n_new; i++)
		places_add(ret, new[i], SIDE_NEW);
	return 0;
}

const char *hook_place_name(struct arena *arena, const struct policy_hook *hook)
{
	if (hook->subsystem)
		return arena_format(arena, "%s%s%s", hook->subsystem,
				    hook_separator(hook), hook->name);
	return arena_text(arena, hook->name, strlen(hook->name));
}

const char *hook_place_kind(const struct policy_hook *hook)
{
	switch (hook->kind) {
	case POLICY_TRACEPOINT:
		return "tracepoint";
	case POLICY_RAW_TRACEPOINT:
		return "raw tracepoint";
	case POLICY_LSM:
		return "lsm";
	case POLICY_UPROBE:
		return "uprobe";
	case POLICY_USDT:
		return "usdt";
	default:
		return "kprobe";
	}
}

static int refuse(const struct hook_place *at, struct mark mark, struct tetra_diag *diag,
		  const char *hint, const char *what)
{
	const struct diag_place place = { .file = at->policy->file,
					  .line = mark.line,
					  .column = mark.column,
					  .path = at->hook->yaml_path };

	return diag_error(diag, &place, -EOPNOTSUPP, "not-comparable", hint, "%s", what);
}

/* A selector has one mark for descendants, whichever of its lists a process is in. */
static int selector_check(const struct hook_place *at, const struct policy_selector *s,
			  struct tetra_diag *diag)
{
	uint32_t n_followed = 0;

	for (uint32_t i = 0; i < s->n_pids; i++) {
		n_followed += s->pids[i].follow_forks;
		if (n_followed > 1)
			return refuse(at, s->pids[i].mark, diag,
				      "write one list, or two selectors",
				      "two filters with followForks in a selector cannot "
				      "be compared");
	}
	for (uint32_t i = 0; i < s->n_args; i++)
		/* 0: auto */
		if (!at->hook->args[s->args[i].arg].kind)
			return refuse(at, s->args[i].mark, diag,
				      "name the type in 'args'",
				      "a filter on an argument of type auto cannot be "
				      "compared: its type is the machine's");
	return 0;
}

int hook_places_check(const struct hook_places *places, struct tetra_diag *diag)
{
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < places->n; i++) {
		const struct hook_place *at = &places->items[i];

		for (uint32_t k = 0; r == 0 && k < at->hook->n_selectors; k++)
			r = selector_check(at, &at->hook->selectors[k], diag);
	}
	return r;
}

enum remark { REMARK_RATE, REMARK_DESCENT, REMARK_LINKS, REMARKS };

static void selector_remarks(const struct policy_selector *s, bool *ret)
{
	for (uint32_t i = 0; i < s->n_actions; i++)
		ret[REMARK_RATE] |= s->actions[i].rate_ms != 0;
	for (uint32_t i = 0; i < s->n_pids; i++)
		ret[REMARK_DESCENT] |= s->pids[i].follow_forks;
	for (uint32_t i = 0; i < s->n_binaries; i++) {
		ret[REMARK_DESCENT] |= s->binaries[i].follow_children;
		ret[REMARK_LINKS] |= s->binaries[i].n_values != 0;
	}
}

/* Hooks at one place that have different ones. */
static bool counters_differ(const struct hook_places *places)
{
	for (uint32_t i = 0; i < places->n; i++)
		for (uint32_t k = i + 1; k < places->n; k++)
			if (places->items[i].place == places->items[k].place &&
			    places->items[i].hook->place.counter !=
				    places->items[k].hook->place.counter)
				return true;
	return false;
}

void hook_places_note(const struct hook_places *places, struct tetra_diag *diag)
{
	const struct diag_place nowhere = {};
	bool seen[REMARKS] = {};

	for (uint32_t i = 0; i < places->n; i++)
		for (uint32_t k = 0; k < places->items[i].hook->n_selectors; k++)
			selector_remarks(&places->items[i].hook->selectors[k], seen);
	if (seen[REMARK_RATE])
		diag_note(diag, &nowhere, "rate-not-known", NULL,
			  "whether a rate limit holds an event back is taken as unknown: "
			  "both are compared");
	if (seen[REMARK_DESCENT])
		diag_note(diag, &nowhere, "descent-not-known", NULL,
			  "which programs a process descends from is taken as unknown: "
			  "both are compared");
	if (seen[REMARK_LINKS])
		diag_note(diag, &nowhere, "links-not-followed", NULL,
			  "programs that are symbolic links are not looked up: names are "
			  "compared as they are written");
	if (counters_differ(places))
		diag_note(diag, &nowhere, "counters-not-compared", NULL,
			  "refCtrOffsets of one place differ: what a program does by its "
			  "counter, and the counter in events, is not compared");
}
