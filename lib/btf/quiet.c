/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/btf/quiet.h"

#include <bpf/libbpf.h>

static __thread bool is_quiet;
/* The previous print function, which still prints for all other threads. */
static libbpf_print_fn_t others;

__attribute__((format(printf, 2, 0))) static int
quiet_print(enum libbpf_print_level level, const char *format, va_list args)
{
	return is_quiet || !others ? 0 : others(level, format, args);
}

__attribute__((constructor)) static void quiet_register(void)
{
	others = libbpf_set_print(quiet_print);
}

/* Unless another one has been set since: then that one stays. */
__attribute__((destructor)) static void quiet_unregister(void)
{
	libbpf_print_fn_t now = libbpf_set_print(others);

	if (now != quiet_print)
		(void)libbpf_set_print(now); /* returns ours */
}

struct quiet quiet_begin(void)
{
	struct quiet before = { is_quiet };

	is_quiet = true;
	return before;
}

void quiet_end(struct quiet *quiet)
{
	is_quiet = quiet->was;
}
