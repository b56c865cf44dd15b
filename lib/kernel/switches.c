/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/kernel/kernel.h"
#include "lib/kernel/knobs.h"
#include "lib/kernel/machine.h"

static const struct {
	const char *name, *stops, *cure;
	enum kernel_knob knob;
} switches[KERNEL_SWITCH_END] = {
#define X(NAME, name, stops, cure)                                                       \
	[KERNEL_SWITCH_##NAME] = { name, stops, cure, KNOB_##NAME },
	KERNEL_SWITCHES(X)
#undef X
};

uint32_t kernel_switches_off(struct tetra_kernel *kernel)
{
	char text[KNOB_BYTES];
	uint32_t off = 0;

	for (uint32_t i = 0; i < KERNEL_SWITCH_END; i++)
		if (kernel_knob_read(kernel, switches[i].knob, &text) == 0 &&
		    text[0] == '0')
			off |= 1u << i;
	return off;
}

bool kernel_hides_switches(struct tetra_kernel *kernel)
{
	char text[KNOB_BYTES];

	return kernel->own_roots && kernel_knob_read(kernel, KNOB_FTRACE, &text) < 0 &&
	       access("/proc/sys/kernel", F_OK) < 0;
}

bool kernel_bpf_is_free(struct tetra_kernel *kernel)
{
	char text[KNOB_BYTES];

	return kernel_knob_read(kernel, KNOB_BPF, &text) == 0 && text[0] == '0';
}

const char *kernel_switch_name(enum kernel_switch which)
{
	return which < KERNEL_SWITCH_END ? switches[which].name : "";
}

const char *kernel_switch_stops(enum kernel_switch which)
{
	return which < KERNEL_SWITCH_END ? switches[which].stops : "";
}

const char *kernel_switch_cure(enum kernel_switch which)
{
	return which < KERNEL_SWITCH_END ? switches[which].cure : "";
}
