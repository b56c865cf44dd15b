/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's preemption mode. The version text says whether it can preempt at all; kernels
 * that choose at boot, or later, show their choice in debugfs. If debugfs is not available (no
 * privilege, lockdown, not built in), the mode can hardly have been changed there either: then
 * the command line and the configuration say what was chosen at boot.
 */
#include "lib/kernel/knobs.h"
#include "lib/kernel/machine.h"
#include "lib/host/pseudo.h"

/* Bytes of a command line. */
#define COMMAND_LINE_BYTES 65536u

static const char *const names[KERNEL_PREEMPTION_END] = {
#define X(NAME, name) [KERNEL_PREEMPTION_##NAME] = name,
	KERNEL_PREEMPTIONS(X)
#undef X
};

static enum kernel_preemption preemption_from(const char *text, size_t len)
{
	uint32_t i;

	for (i = 0; i < KERNEL_PREEMPTION_END; i++)
		if (strlen(names[i]) == len && strncmp(names[i], text, len) == 0)
			return i;
	return KERNEL_PREEMPTION_UNKNOWN;
}

void kernel_read_offers(struct tetra_kernel *kernel)
{
	char text[KNOB_BYTES];

	kernel->offers_voluntary = kernel_knob_read(kernel, KNOB_PREEMPT, &text) == 0 &&
				   strstr(text, names[KERNEL_PREEMPTION_VOLUNTARY]);
}

/* "none (voluntary) full": the current mode is in brackets. */
static enum kernel_preemption preemption_of_knob(struct tetra_kernel *kernel)
{
	char text[KNOB_BYTES];
	const char *from;

	if (kernel_knob_read(kernel, KNOB_PREEMPT, &text) < 0)
		return KERNEL_PREEMPTION_UNKNOWN;
	kernel_read_offers(kernel);
	from = strchr(text, '(');
	return from ? preemption_from(from + 1, strcspn(from + 1, ")"))
		    : KERNEL_PREEMPTION_UNKNOWN;
}

/* The last valid "preempt=" wins. */
static enum kernel_preemption preemption_of_boot(struct tetra_kernel *kernel)
{
	static const char option[] = "preempt=";
	enum kernel_preemption found = KERNEL_PREEMPTION_UNKNOWN, mode;
	_cleanup_(strbuf_done) struct strbuf text = {};
	const char *path = kernel_path(kernel, kernel->proc_root, "/cmdline");
	const char *word;
	size_t len;

	if (!path || pseudo_read(&text, -1, path, COMMAND_LINE_BYTES) < 0)
		return found;
	for (word = strbuf_get(&text); *word; word += len + strspn(word + len, " \n")) {
		len = strcspn(word, " \n");
		if (len < strlen(option) || !str_has_prefix(word, option))
			continue;
		mode = preemption_from(word + strlen(option), len - strlen(option));
		if (mode != KERNEL_PREEMPTION_UNKNOWN)
			found = mode;
	}
	return found;
}

static enum kernel_preemption preemption_of_line(const char *line)
{
	static const struct {
		const char *line;
		enum kernel_preemption mode;
	} lines[] = {
		{ "CONFIG_PREEMPT_NONE=y\n", KERNEL_PREEMPTION_NONE },
		{ "CONFIG_PREEMPT_VOLUNTARY=y\n", KERNEL_PREEMPTION_VOLUNTARY },
		{ "CONFIG_PREEMPT_LAZY=y\n", KERNEL_PREEMPTION_LAZY },
		{ "CONFIG_PREEMPT=y\n", KERNEL_PREEMPTION_FULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		if (str_equal(line, lines[i].line))
			return lines[i].mode;
	return KERNEL_PREEMPTION_UNKNOWN;
}

static int take_preemption(const char *line, void *user)
{
	enum kernel_preemption *found = user;

	*found = preemption_of_line(line);
	return *found != KERNEL_PREEMPTION_UNKNOWN;
}

static enum kernel_preemption preemption_of_config(const struct tetra_kernel *kernel)
{
	enum kernel_preemption found = KERNEL_PREEMPTION_UNKNOWN;

	(void)kernel_each_config(kernel, take_preemption,
				 &found); /* or it is not known */
	return found;
}

static enum kernel_preemption preemption_find(struct tetra_kernel *kernel)
{
	const char *version = kernel->build_version;
	enum kernel_preemption found;

	if (!version || !*version)
		return KERNEL_PREEMPTION_UNKNOWN;
	/* "#1 SMP PREEMPT_DYNAMIC Debian 6.12.117-1" */
	if (!strstr(version, " PREEMPT"))
		return KERNEL_PREEMPTION_NONE;
	if (strstr(version, " PREEMPT_RT"))
		return KERNEL_PREEMPTION_FULL;
	found = preemption_of_knob(kernel);
	if (found != KERNEL_PREEMPTION_UNKNOWN)
		return found;
	if (!strstr(version, " PREEMPT_DYNAMIC"))
		return KERNEL_PREEMPTION_FULL;
	found = preemption_of_boot(kernel);
	return found != KERNEL_PREEMPTION_UNKNOWN ? found : preemption_of_config(kernel);
}

enum kernel_preemption kernel_preemption(struct tetra_kernel *kernel)
{
	if (!kernel->preemption_asked && !kernel->recorded)
		kernel->preemption = preemption_find(kernel);
	kernel->preemption_asked = true;
	return kernel->preemption;
}

enum kernel_preemption kernel_preemption_again(struct tetra_kernel *kernel)
{
	enum kernel_preemption now = KERNEL_PREEMPTION_UNKNOWN;

	(void)kernel_preemption(kernel); /* the first answer, if there was none */
	if (!kernel->recorded)
		now = preemption_of_knob(kernel);
	if (now != KERNEL_PREEMPTION_UNKNOWN)
		kernel->preemption = now;
	return kernel->preemption;
}

bool kernel_is_preemptible(struct tetra_kernel *kernel)
{
	enum kernel_preemption mode = kernel_preemption(kernel);

	return mode != KERNEL_PREEMPTION_NONE && mode != KERNEL_PREEMPTION_VOLUNTARY;
}

bool kernel_offers_voluntary(const struct tetra_kernel *kernel)
{
	return kernel->offers_voluntary;
}

const char *kernel_preemption_name(enum kernel_preemption mode)
{
	return mode < KERNEL_PREEMPTION_END ? names[mode] : "";
}

int kernel_set_preemption(struct tetra_kernel *kernel, const char *name)
{
	kernel->preemption = preemption_from(name, strlen(name));
	kernel->preemption_asked = true;
	return 0;
}
