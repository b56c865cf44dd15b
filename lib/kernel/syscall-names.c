/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names and numbers of system calls: by table, asking nothing of the kernel.
 */
#include "lib/base/nearest.h"
#include "lib/kernel/machine.h"
#include "lib/linux/syscalls-x86_64.h"
#include "lib/kernel/syscalls.h"

struct syscall {
	const char *name;
	int32_t number;
};

static const struct syscall syscalls_x86_64[] = {
#define X(name, number) { #name, number },
	SYSCALLS_X86_64(X)
#undef X
};

struct syscall_machine {
	const char *machine; /* as uname says */
	const char *prefix;
	const struct syscall *syscalls;
	size_t n_syscalls;
};

/* Wrappers: CONFIG_ARCH_HAS_SYSCALL_WRAPPER. The numbers of the others are not kept. */
static const struct syscall_machine machines[] = {
	{ "x86_64", "__x64_", syscalls_x86_64, ARRAY_SIZE(syscalls_x86_64) },
	{ "aarch64", "__arm64_", NULL, 0 },
	{ "riscv64", "__riscv_", NULL, 0 },
	{ "s390x", "__s390x_", NULL, 0 },
};

/*
 * What precedes "sys_" in symbols, including the 32-bit entries of a 64-bit kernel.
 */
static const char *const prefixes[] = {
	"__x64_", "__ia32_", "__arm64_", "__riscv_", "__s390x_", "__s390_", "",
};

static const struct syscall_machine *find_machine(const char *machine)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(machines); i++)
		if (str_equal(machines[i].machine, machine))
			return &machines[i];
	return NULL;
}

const char *syscall_prefix(const char *machine)
{
	const struct syscall_machine *found = find_machine(machine);

	return found ? found->prefix : "";
}

const char *syscall_name_of(const char *symbol)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(prefixes); i++) {
		const char *rest = symbol + strlen(prefixes[i]);

		if (str_has_prefix(symbol, prefixes[i]) && str_has_prefix(rest, "sys_") &&
		    rest[4])
			return rest + 4;
	}
	return NULL;
}

int32_t syscall_number(const char *machine, const char *name)
{
	const struct syscall_machine *found = find_machine(machine);
	size_t i;

	for (i = 0; found && i < found->n_syscalls; i++)
		if (str_equal(found->syscalls[i].name, name))
			return found->syscalls[i].number;
	return -1;
}

const char *kernel_syscall_prefix(const struct tetra_kernel *kernel)
{
	return syscall_prefix(kernel->machine);
}

const char *kernel_nearest_syscall(struct tetra_kernel *kernel, const char *name)
{
	const struct syscall_machine *machine = find_machine(kernel->machine);
	struct nearest nearest;
	size_t i;

	if (syscall_name_of(name))
		name = syscall_name_of(name);
	nearest_init(&nearest, name);
	for (i = 0; machine && i < machine->n_syscalls; i++)
		nearest_offer(&nearest, machine->syscalls[i].name);
	return nearest.best ? arena_format(kernel->arena, "sys_%s", nearest.best) : NULL;
}
