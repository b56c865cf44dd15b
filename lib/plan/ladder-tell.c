/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/plan/ladder-tell.h"

#include <stdio.h>

#include "lib/linux/hook-names.h"
#include "lib/plan/stoppers.h"

static void instance_tell(struct strbuf *text, const struct plan_instance *instance)
{
	const char *and = "";

	strbuf_format(text, "%s%s ", text->len ? ", " : "",
		      plan_program_name(instance->program));
	if (!instance->phase || instance->phase == TETRA_PHASE_TOUCH) {
		strbuf_puts(text, instance->phase
					  ? "waits for memory that is not resident"
					  : "keeps the arguments");
		return;
	}
	if (instance->phase & TETRA_PHASE_EVENT) {
		strbuf_puts(text, instance->phase & TETRA_PHASE_RETURN
					  ? "sends the events with the result"
					  : "sends the events");
		and = " and ";
	}
	if (instance->phase & TETRA_PHASE_DENY)
		strbuf_format(text, "%sdenies", and);
	else if (instance->phase == TETRA_PHASE_SIGNAL)
		strbuf_puts(text,
			    instance->in_user
				    ? "signals and sends the events of rules that do"
				    : "signals");
	if (instance->phase & TETRA_PHASE_CATCH)
		strbuf_format(text, "%skills what got past a denial", and);
}

/* "fentry and fmod_ret"; empty if nothing can be skipped. */
static void skippable_tell(const struct ladder *ladder, const struct plan_ladder *ret,
			   struct strbuf *text)
{
	uint32_t i, program;

	for (i = 0; i < ret->n_instances; i++) {
		program = ret->instances[i].program;
		if (ret->instances[i].phase != TETRA_PHASE_TOUCH &&
		    rung_can_skip(ladder, rung_of(program)))
			strbuf_format(text, "%s%s", text->len ? " and " : "",
				      plan_program_name(program));
	}
}

static const char *preemption_text(const struct ladder *ladder)
{
	return kernel_preemption_name(kernel_preemption(ladder->kernel));
}

/* What applies to some of the programs, and what would have been better. */
int reason_tell(const struct ladder *ladder, struct plan_ladder *ret)
{
	_cleanup_(strbuf_done) struct strbuf text = {}, skippable = {};
	bool numbers = false;
	uint32_t i;

	for (i = 0; i < ret->n_instances; i++) {
		instance_tell(&text, &ret->instances[i]);
		numbers |= ret->instances[i].program == PLAN_SYS_ENTER;
	}
	skippable_tell(ladder, ret, &skippable);
	if (skippable.len)
		strbuf_format(
			&text,
			" (this kernel is preemptible (%s) and can skip runs of %s)",
			preemption_text(ladder), strbuf_get(&skippable));
	if (numbers)
		strbuf_puts(&text, " (64-bit calls; not those that the kernel makes)");
	if (ladder->passed.len)
		strbuf_format(&text, "; not %s", strbuf_get(&ladder->passed));
	if (text.failed || ladder->passed.failed || skippable.failed)
		return -ENOMEM;
	snprintf(ret->reason, sizeof(ret->reason), "%s", strbuf_get(&text));
	return 0;
}

/* What would work instead: another hook, a boot option, another kind of hook. */
static void holders_tell(const struct ladder *ladder, struct strbuf *hint)
{
	const char *symbol = ladder->use->point.symbol;
	_cleanup_(strbuf_done) struct strbuf stopper = {};
	bool lsm = kernel_has(ladder->kernel, KERNEL_LSM_BPF);
	bool stops = stopper_find(ladder->kernel, ladder->use, &stopper);
	struct kernel_function hook;

	if (!lsm && (stops || str_has_prefix(symbol, SECURITY_PREFIX) ||
		     ladder->use->point.kind == PLAN_POINT_LSM))
		strbuf_puts(hint, "boot with 'bpf' in lsm=; ");
	if (stops)
		strbuf_format(hint, "hook %s, denied by LSM programs; ",
			      strbuf_get(&stopper));
	else if (str_has_prefix(symbol, SECURITY_PREFIX) && !ladder->has_hook &&
		 !hook_is_closed(symbol + strlen(SECURITY_PREFIX)) &&
		 kernel_lsm_hook(ladder->kernel, symbol + strlen(SECURITY_PREFIX), &hook))
		strbuf_format(hint, "write it as lsmhooks, hook: %s; ",
			      symbol + strlen(SECURITY_PREFIX));
	if (ladder->use->point.kind == PLAN_POINT_TRACEPOINT &&
	    str_has_prefix(symbol, "sys_enter_"))
		strbuf_format(hint, "to kill, write it as kprobes, call: sys_%s; ",
			      symbol + strlen("sys_enter_"));
	if (kernel_bpf_is_free(ladder->kernel))
		strbuf_puts(hint, KERNEL_BPF_CURE
			    " (0 lets every user make the kernel skip probes); ");
	if (kernel_offers_voluntary(ladder->kernel))
		strbuf_puts(hint, "boot with preempt=voluntary; ");
	strbuf_puts(hint, hint->len ? "or set" : "set");
	strbuf_puts(hint, " the option enforcement: best-effort");
}

static int unheld_refuse(const struct ladder *ladder, const struct plan_ladder *ret,
			 const struct diag_place *place, struct tetra_diag *diag)
{
	_cleanup_(strbuf_done) struct strbuf hint = {}, skippable = {};

	holders_tell(ladder, &hint);
	skippable_tell(ladder, ret, &skippable);
	return diag_error(
		diag, place, -EOPNOTSUPP, "can-be-skipped", strbuf_get(&hint),
		"cannot enforce reliably at '%s': this kernel is preemptible (%s) "
		"and can skip runs of %s, so what the policy forbids would get "
		"through",
		ladder->use->point.symbol, preemption_text(ladder),
		strbuf_get(&skippable));
}

static void unheld_warn(const struct ladder *ladder, const struct diag_place *place,
			struct tetra_diag *diag)
{
	_cleanup_(strbuf_done) struct strbuf hint = {};

	holders_tell(ladder, &hint);
	diag_warning(
		diag, place, "can-be-skipped", strbuf_get(&hint),
		"enforcement at '%s' is best effort: this kernel is preemptible (%s) and "
		"can skip it%s",
		ladder->use->point.symbol, preemption_text(ladder),
		ladder->catches ? "; a process whose call got through is then killed"
				: "");
}

/* The kill is certain, the denial is not. */
static void warn_denial_skippable(const struct ladder *ladder,
				  const struct diag_place *place, struct tetra_diag *diag)
{
	_cleanup_(strbuf_done) struct strbuf hint = {};

	if (stopper_find(ladder->kernel, ladder->use, &hint))
		strbuf_puts(&hint, " would stop it");
	diag_warning(
		diag, place, "does-not-prevent", hint.len ? strbuf_get(&hint) : NULL,
		"kills, but the call may complete: this kernel is preemptible (%s) and "
		"can skip what denies '%s'",
		preemption_text(ladder), ladder->use->point.symbol);
}

/* Enforcement that can be skipped is rejected, or reported. */
int unheld_judge(const struct ladder *ladder, const struct plan_ladder *ret,
		 const struct diag_place *place, struct tetra_diag *diag)
{
	const struct rung *deny = ladder->chosen[ROLE_DENY];

	if (ret->unheld && ladder->asks & PLAN_NEEDS_HOLD)
		return unheld_refuse(ladder, ret, place, diag);
	if (ret->unheld && ladder->asks & PLAN_NEEDS_CATCH)
		unheld_warn(ladder, place, diag);
	else if (!ret->unheld && deny && rung_can_skip(ladder, deny) &&
		 ladder->asks & (PLAN_NEEDS_HOLD | PLAN_NEEDS_CATCH))
		warn_denial_skippable(ladder, place, diag);
	return 0;
}

int ladder_refuse(const struct ladder *ladder, const struct diag_place *place,
		  struct tetra_diag *diag, const char *what)
{
	_cleanup_(strbuf_done) struct strbuf hint = {};

	if (ladder->needs & PLAN_NEEDS_OVERRIDE &&
	    stopper_find(ladder->kernel, ladder->use, &hint))
		strbuf_puts(&hint, " can deny it; ");
	strbuf_puts(&hint, ladder->passed.len
				   ? strbuf_get(&ladder->passed)
				   : "nothing at such a place can change what happens");
	return diag_error(diag, place, -EOPNOTSUPP, "not-possible-here",
			  strbuf_get(&hint), "%s '%s' on this kernel", what,
			  ladder->use->point.symbol);
}

void warn_not_prevented(const struct ladder *ladder, const struct diag_place *place,
			struct tetra_diag *diag)
{
	_cleanup_(strbuf_done) struct strbuf hint = {};

	if (stopper_find(ladder->kernel, ladder->use, &hint))
		strbuf_format(&hint, " would stop it%s", ladder->passed.len ? "; " : "");
	strbuf_puts(&hint, strbuf_get(&ladder->passed));
	diag_warning(diag, place, "does-not-prevent", hint.len ? strbuf_get(&hint) : NULL,
		     "kills, but the call may complete: nothing can deny '%s' on this "
		     "kernel",
		     ladder->use->point.symbol);
}

/* What to do about text that is not resident. */
static void residents_tell(const struct ladder *ladder, struct strbuf *hint)
{
	if (stopper_find(ladder->kernel, ladder->use, hint))
		strbuf_puts(hint, " would see it; ");
	strbuf_puts(hint, "such a call matches with the option unreadable: match");
}

void note_wait_skippable(const struct ladder *ladder, const struct diag_place *place,
			 struct tetra_diag *diag)
{
	_cleanup_(strbuf_done) struct strbuf hint = {};

	residents_tell(ladder, &hint);
	diag_note(
		diag, place, "not-resident", strbuf_get(&hint),
		"a text in memory that is not resident when '%s' is called may not be "
		"compared: this kernel is preemptible (%s) and skips %s, which waits for "
		"it, while another task waits in it on the same CPU",
		ladder->use->point.symbol, preemption_text(ladder),
		plan_program_name(ladder->chosen[ROLE_TOUCH]->program));
}

void note_not_resident(const struct ladder *ladder, const struct diag_place *place,
		       struct tetra_diag *diag)
{
	_cleanup_(strbuf_done) struct strbuf hint = {};

	residents_tell(ladder, &hint);
	diag_note(diag, place, "not-resident", strbuf_get(&hint),
		  "a text in memory that is not resident when '%s' is called cannot be "
		  "compared on this kernel",
		  ladder->use->point.symbol);
}
