/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names and classes of the numbers in bpf/abi/kinds.h.
 */
#include "lib/base/base.h"
#include "lib/policy/policy.h"

uint32_t arg_kind_class(uint32_t kind)
{
#define X(NAME, number, name, class, ...) [number] = TETRA_CLASS_##class,
	static const uint32_t classes[] = { TETRA_ARG_KINDS(X) };
#undef X

	return kind < ARRAY_SIZE(classes) ? classes[kind] : 0;
}

const char *arg_kind_name(uint32_t kind)
{
#define X(NAME, number, name, ...) [number] = name,
	static const char *const names[] = { TETRA_ARG_KINDS(X) };
#undef X

	return kind < ARRAY_SIZE(names) ? names[kind] : NULL;
}

const char *operator_name(uint32_t op)
{
#define X(NAME, number, name, ...) [number] = name,
	static const char *const names[] = { TETRA_OPERATORS(X) };
#undef X

	return op < ARRAY_SIZE(names) ? names[op] : NULL;
}

bool operator_is_negated(uint32_t op)
{
	const char *name = operator_name(op);

	return name && str_has_prefix(name, "Not");
}

bool action_enforces(uint32_t kind)
{
#define X(NAME, number, name, enforces, ...) [number] = enforces,
	static const bool rows[] = { TETRA_ACTIONS(X) };
#undef X

	return kind < ARRAY_SIZE(rows) && rows[kind];
}
