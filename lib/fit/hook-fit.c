/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/fit/hook-fit.h"

#include "lib/base/kinds.h"
#include "lib/base/strbuf.h"

#define SPEC "spec."

static const char *copy(struct arena *arena, const char *text)
{
	return arena_text(arena, text, strlen(text));
}

int hook_fit_init(struct tetra_hook_fit *ret, const struct policy_hook *hook,
		  struct arena *arena)
{
	const char *path = hook->yaml_path;

	*ret = (struct tetra_hook_fit){
		.attach = "none",
		.deny = "none",
		.kill = "none",
		.arguments = "",
		.reason = "",
	};
	ret->index = copy(arena, str_has_prefix(path, SPEC) ? path + strlen(SPEC) : path);
	ret->function = hook->subsystem ? arena_format(arena, "%s%s%s", hook->subsystem,
						       hook_separator(hook), hook->name)
					: copy(arena, hook->name);
	return ret->index && ret->function ? 0 : -ENOMEM;
}

/* What denies, by program. */
static const char *deny_name(uint32_t program)
{
	switch (program) {
	case PLAN_LSM:
		return "lsm";
	case PLAN_FMOD_RET:
		return "fmod_ret";
	default:
		return "override";
	}
}

static const char *deny_of(const struct plan_ladder *ladder)
{
	for (uint32_t i = 0; i < ladder->n_instances; i++)
		if (ladder->instances[i].phase & TETRA_PHASE_DENY)
			return deny_name(ladder->instances[i].program);
	return "none";
}

static const char *kill_of(const struct plan_use *use, const struct plan_ladder *ladder)
{
	if (!(use->needs & PLAN_NEEDS_KILL))
		return "none";
	/* The process dies before the code at the place runs. */
	if (use->point.kind == PLAN_POINT_UPROBE || use->point.kind == PLAN_POINT_USDT)
		return "denies";
	return ladder->can_deny && !ladder->deny_skips ? "denies" : "may-complete";
}

static const char *emulated_of(const struct plan_use *use,
			       const struct plan_instance *instance, struct arena *arena)
{
	const char *name = plan_program_name(instance->program);

	if (instance->phase & TETRA_PHASE_CATCH)
		return arena_format(arena, "%s kills what got past the denial", name);
	if (instance->phase == TETRA_PHASE_TOUCH)
		return arena_format(arena, "%s waits for memory that is not resident",
				    name);
	if (!instance->phase)
		return arena_format(arena, "%s keeps the arguments for the result", name);
	if (instance->program == PLAN_SYS_ENTER || instance->program == PLAN_SYS_EXIT)
		return arena_format(arena, "%s, by the number of the system call", name);
	if (use->point.kind == PLAN_POINT_TRACEPOINT &&
	    (instance->program == PLAN_KPROBE || instance->program == PLAN_KPROBE_MULTI))
		return arena_format(arena, "%s on %s signals", name, instance->target);
	return "";
}

static int emulated_tell(struct tetra_hook_fit *ret, const struct plan_use *use,
			 const struct plan_ladder *ladder, struct arena *arena)
{
	const char **texts = arena_array(arena, HOOK_FIT_MAX_EMULATED, sizeof(*texts));

	if (!texts)
		return -ENOMEM;
	for (uint32_t i = 0; i < ladder->n_instances; i++) {
		const char *text = emulated_of(use, &ladder->instances[i], arena);

		if (!text)
			return -ENOMEM;
		if (*text)
			texts[ret->n_emulated++] = text;
	}
	ret->emulated = texts;
	return 0;
}

static const char *arguments_of(const struct plan_use *use, struct arena *arena)
{
	_cleanup_(strbuf_done) struct strbuf text = {};

	for (uint32_t i = 0; i < use->n_args; i++)
		strbuf_format(&text, "%s%s", i ? "," : "",
			      use->unsupported >> i & 1
				      ? "unreadable"
				      : kind_row(use->args[i].kind)->name);
	if (use->return_arg.kind)
		strbuf_format(&text, "%sreturn:%s", text.len ? "," : "",
			      kind_row(use->return_arg.kind)->name);
	return text.failed ? NULL : copy(arena, strbuf_get(&text));
}

int hook_fit_plan(struct tetra_hook_fit *ret, const struct plan_use *use,
		  const struct plan_ladder *ladder, struct arena *arena)
{
	char attach[PLAN_ATTACH_BYTES], name[PLAN_POINT_BYTES];

	plan_ladder_print(ladder, &attach);
	ret->fits = 1;
	plan_point_print_name(&use->point, &name);
	ret->function = copy(arena, name);
	ret->attach = copy(arena, attach);
	ret->deny = deny_of(ladder);
	ret->kill = kill_of(use, ladder);
	ret->arguments = arguments_of(use, arena);
	ret->reason = copy(arena, ladder->reason);
	if (!ret->function || !ret->attach || !ret->arguments || !ret->reason)
		return -ENOMEM;
	return emulated_tell(ret, use, ladder, arena);
}

int hook_fit_refuse(struct tetra_hook_fit *ret, const char *reason, struct arena *arena)
{
	ret->fits = 0;
	ret->reason = copy(arena, reason);
	return ret->reason ? 0 : -ENOMEM;
}
