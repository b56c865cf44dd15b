/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/space/effect.h"

static void error_add(struct effect *effect, int32_t error)
{
	uint32_t i = 0;

	while (i < effect->n_errors && effect->errors[i] < error)
		i++;
	if (i < effect->n_errors && effect->errors[i] == error)
		return;
	if (effect->n_errors == EFFECT_ERRORS)
		return;
	memmove(&effect->errors[i + 1], &effect->errors[i],
		(effect->n_errors - i) * sizeof(*effect->errors));
	effect->errors[i] = error;
	effect->n_errors++;
}

static void action_add(struct effect *effect, const struct policy_action *action)
{
	switch (action->kind) {
	case TETRA_ACTION_NOPOST:
		effect->silent = true;
		break;
	case TETRA_ACTION_SIGKILL:
		effect->kill = true;
		break;
	case TETRA_ACTION_SIGNAL:
		effect->signals |= UINT64_C(1) << (action->signal & 63);
		break;
	case TETRA_ACTION_OVERRIDE:
		error_add(effect, action->error);
		break;
	}
}

void effect_of_selector(const struct tetra_policy *policy,
			const struct policy_selector *selector, struct effect *ret)
{
	*ret = (struct effect){};
	for (uint32_t i = 0; selector && i < selector->n_actions; i++)
		action_add(ret, &selector->actions[i]);
	if (policy->mode == TETRA_MODE_MONITOR)
		*ret = (struct effect){ .silent = ret->silent };
	ret->told = !ret->silent;
}

void effect_add(struct effect *effect, const struct effect *other)
{
	effect->told |= other->told;
	effect->silent |= other->silent;
	effect->kill |= other->kill;
	effect->signals |= other->signals;
	for (uint32_t i = 0; i < other->n_errors; i++)
		error_add(effect, other->errors[i]);
}

bool effect_blocks(const struct effect *effect)
{
	return effect->kill || effect->n_errors;
}

static bool enforces_equally(const struct effect *a, const struct effect *b)
{
	return a->kill == b->kill && a->signals == b->signals &&
	       a->n_errors == b->n_errors &&
	       memcmp(a->errors, b->errors, a->n_errors * sizeof(*a->errors)) == 0;
}

bool effect_is_equal(const struct effect *a, const struct effect *b)
{
	return a->told == b->told && enforces_equally(a, b);
}

uint32_t effect_class(const struct effect *old, const struct effect *new)
{
	if (effect_blocks(old) != effect_blocks(new))
		return effect_blocks(new) ? TETRA_NEWLY_BLOCKED : TETRA_NO_LONGER_BLOCKED;
	if (enforces_equally(old, new))
		return new->told ? TETRA_NEWLY_TOLD : TETRA_NO_LONGER_TOLD;
	return TETRA_OTHER_EFFECT;
}

bool effect_tightens(const struct effect *old, const struct effect *new)
{
	if (effect_blocks(old) && !effect_blocks(new))
		return false;
	if (old->told && !new->told)
		return false;
	return !(old->signals & ~new->signals) || effect_blocks(new);
}

/* Names of errors that policies return; others are shown as numbers. */
#define ERRORS(X)                                                                        \
	X(EPERM)                                                                         \
	X(ENOENT)                                                                        \
	X(ESRCH)                                                                         \
	X(EINTR)                                                                         \
	X(EIO)                                                                           \
	X(ENXIO)                                                                         \
	X(E2BIG)                                                                         \
	X(ENOEXEC)                                                                       \
	X(EBADF)                                                                         \
	X(ECHILD)                                                                        \
	X(EAGAIN)                                                                        \
	X(ENOMEM)                                                                        \
	X(EACCES)                                                                        \
	X(EFAULT)                                                                        \
	X(ENOTBLK)                                                                       \
	X(EBUSY)                                                                         \
	X(EEXIST)                                                                        \
	X(EXDEV)                                                                         \
	X(ENODEV)                                                                        \
	X(ENOTDIR)                                                                       \
	X(EISDIR)                                                                        \
	X(EINVAL)                                                                        \
	X(ENFILE)                                                                        \
	X(EMFILE)                                                                        \
	X(ENOTTY)                                                                        \
	X(ETXTBSY)                                                                       \
	X(EFBIG)                                                                         \
	X(ENOSPC)                                                                        \
	X(ESPIPE)                                                                        \
	X(EROFS)                                                                         \
	X(EMLINK)                                                                        \
	X(EPIPE)                                                                         \
	X(EDOM)                                                                          \
	X(ERANGE)                                                                        \
	X(EDEADLK)                                                                       \
	X(ENAMETOOLONG)                                                                  \
	X(ENOSYS)                                                                        \
	X(ENOTEMPTY)                                                                     \
	X(ELOOP)                                                                         \
	X(ENODATA)                                                                       \
	X(EPROTO)                                                                        \
	X(EOVERFLOW)                                                                     \
	X(ENOTSOCK)                                                                      \
	X(EPROTONOSUPPORT)                                                               \
	X(EOPNOTSUPP)                                                                    \
	X(EAFNOSUPPORT)                                                                  \
	X(EADDRINUSE)                                                                    \
	X(EADDRNOTAVAIL)                                                                 \
	X(ENETDOWN)                                                                      \
	X(ENETUNREACH)                                                                   \
	X(ECONNABORTED)                                                                  \
	X(ECONNRESET)                                                                    \
	X(ENOBUFS)                                                                       \
	X(ENOTCONN)                                                                      \
	X(ETIMEDOUT)                                                                     \
	X(ECONNREFUSED)                                                                  \
	X(EHOSTDOWN)                                                                     \
	X(EHOSTUNREACH)                                                                  \
	X(EINPROGRESS)                                                                   \
	X(ESTALE)                                                                        \
	X(EDQUOT)                                                                        \
	X(ECANCELED)                                                                     \
	X(EKEYREJECTED)

static const char *error_name(int32_t error)
{
#define X(NAME) [NAME] = #NAME,
	static const char *const names[] = { ERRORS(X) };
#undef X

	return error < 0 && -error < (int32_t)ARRAY_SIZE(names) ? names[-error] : NULL;
}

static void word_add(struct strbuf *ret, const char *word)
{
	if (ret->len)
		strbuf_putc(ret, '+');
	strbuf_puts(ret, word);
}

void effect_text(const struct effect *effect, struct strbuf *ret)
{
	bool acts = effect_blocks(effect) || effect->signals;

	if (effect->kill)
		word_add(ret, "kill");
	for (uint32_t i = 0; i < effect->n_errors; i++) {
		const char *name = error_name(effect->errors[i]);

		word_add(ret, "deny:");
		if (name)
			strbuf_puts(ret, name);
		else
			strbuf_format(ret, "%d", -effect->errors[i]);
	}
	for (unsigned int i = 0; i < 64; i++)
		if (effect->signals >> i & 1) {
			word_add(ret, "signal:");
			strbuf_format(ret, "%u", i);
		}
	if (effect->told && !acts)
		word_add(ret, "told");
	if (!effect->told && (acts || effect->silent))
		word_add(ret, "silent");
	if (!ret->len)
		strbuf_puts(ret, "allow");
}
