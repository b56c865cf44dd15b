/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Places in programs and libraries. The file is looked at where the policy is loaded; recorded facts
 * know no files, so there a place is taken for given.
 */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/base/arena.h"
#include "lib/host/program.h"
#include "lib/plan/at-file.h"

#define PLACES_HINT "write the place as 'offsets' or 'addrs'"

struct use_spot at_file_spot(const struct use_build *build)
{
	return (struct use_spot){ .mark = build->hook->subsystem_mark, .member = "path" };
}

void at_file_tell(struct use_build *build, const char *path, int error)
{
	const struct use_spot spot = at_file_spot(build);

	switch (error) {
	case -ENOENT:
	case -ENOTDIR:
		use_absent(build, &spot, NULL, "no file '%s' on this machine", path);
		break;
	case -EISDIR:
		use_error(build, &spot, error, "unknown-symbol", NULL, "'%s' is a folder",
			  path);
		break;
	case -ENOEXEC:
		use_error(build, &spot, error, "unknown-symbol", NULL,
			  "'%s' is not a program or library of this machine (ELF, x86)",
			  path);
		break;
	default:
		use_error(build, &spot, error, "no-kernel-facts", NULL,
			  "the file '%s' cannot be read here", path);
		break;
	}
}

int at_file_path(const char *path, char (*ret)[PLAN_NAME_BYTES])
{
	char folder[PLAN_NAME_BYTES] = "";
	bool relative = path[0] != '/';
	int n;

	if (relative && !getcwd(folder, sizeof(folder)))
		return errno == ERANGE ? -E2BIG : -errno;
	/* That of the root ends with the separator. */
	n = snprintf(*ret, sizeof(*ret), "%s%s%s", folder,
		     relative && folder[1] ? "/" : "", path);
	return n < 0 || (size_t)n >= sizeof(*ret) ? -E2BIG : 0;
}

/* 0 and the offset; -ENOENT; -ENODATA: the file has no symbols; -EBADMSG, -ENOTSUP:
 * see program_find_symbol(); -EFAULT: it is outside of the code. */
static int place_find(const struct program *program, const struct policy_place *place,
		      const char *symbol, uint64_t *ret, uint32_t *ret_count)
{
	uint64_t address = place->at;
	int r;

	*ret_count = 1;
	if (place->kind == POLICY_AT_OFFSET) {
		*ret = place->at;
		return program_has_code(program, place->at) ? 0 : -EFAULT;
	}
	if (place->kind == POLICY_AT_SYMBOL) {
		r = program_find_symbol(program, symbol, place->symbol_len, &address,
					ret_count);
		if (r < 0)
			return r;
		if (__builtin_add_overflow(address, place->at, &address))
			return -EFAULT;
	}
	return program_find_offset(program, address, ret) < 0 ? -EFAULT : 0;
}

static void symbol_unknown(struct use_build *build, const struct program *program)
{
	const struct policy_hook *hook = build->hook;
	const struct use_spot spot = use_name_spot(build);
	char name[PLAN_NAME_BYTES], hint[USE_HINT_BYTES];
	struct nearest nearest;

	snprintf(name, sizeof(name), "%.*s", (int)hook->place.symbol_len, hook->name);
	nearest_init(&nearest, name);
	program_offer_symbols(program, &nearest);
	if (program_is_stripped(program))
		use_absent(build, &spot, PLACES_HINT,
			   "'%s' was stripped, and '%s' is not among the functions that "
			   "it exports",
			   hook->subsystem, name);
	else
		use_absent(build, &spot, use_meant(&hint, nearest.best),
			   "'%s' has no function '%s'", hook->subsystem, name);
}

static void place_tell(struct use_build *build, const struct program *program, int error)
{
	const struct policy_hook *hook = build->hook;
	const struct use_spot spot = use_name_spot(build);

	if (error == -ENOENT)
		symbol_unknown(build, program);
	else if (error == -ENOTSUP)
		use_error(
			build, &spot, -EOPNOTSUPP, "not-possible-here",
			"name the function that is chosen, such as __strlen_avx2, if the "
			"file has its symbol, or give its address",
			"'%s' has several functions '%s', of which one is chosen when a "
			"program starts",
			hook->subsystem, hook->name);
	else if (error == -ENODATA)
		use_absent(build, &spot, PLACES_HINT,
			   "'%s' has no symbols: they were stripped", hook->subsystem);
	else if (error == -EBADMSG)
		use_error(build, &spot, -EINVAL, "unknown-symbol", NULL,
			  "'%s' is cut off: the end of the file, with its symbols, is "
			  "missing",
			  hook->subsystem);
	else
		use_error(build, &spot, -EOPNOTSUPP, "out-of-range", NULL,
			  "%s of '%s' is outside its code", hook->name, hook->subsystem);
}

static void count_tell(struct use_build *build, uint32_t count)
{
	const struct use_spot spot = use_name_spot(build);

	if (count > 1)
		use_warning(build, &spot, "unknown-symbol",
			    "write the others as 'addrs', in a hook of their own",
			    "'%s' has %u functions '%s': only the first is watched",
			    build->hook->subsystem, count, build->hook->name);
}

/* The kernel puts its own return address where the function's is: in the middle, that is another
 * value of the program. */
static void return_check(struct use_build *build, const struct program *program)
{
	const struct policy_place *place = &build->use->point.place;
	const struct use_spot spot = use_name_spot(build);

	if (!(build->use->needs & PLAN_NEEDS_RETURN) ||
	    ((place->kind != POLICY_AT_SYMBOL || !place->at) &&
	     !program_is_inside(program, build->use->point.offset)))
		return;
	use_error(
		build, &spot, -EOPNOTSUPP, "not-possible-here",
		"name the beginning of the function, or leave 'return' out",
		"'%s' of '%s' is in the middle of a function, where its return cannot be "
		"probed",
		build->hook->name, build->hook->subsystem);
}

/* The kernel checks it only when the program is attached. */
static void instruction_look(struct use_build *build, const struct program *program)
{
	const struct use_spot spot = use_name_spot(build);

	if (!program_is_32bit(program) &&
	    program_is_unprobeable(program, build->use->point.offset))
		use_error(build, &spot, -EOPNOTSUPP, "not-possible-here",
			  "name another place of the function, such as SYMBOL+OFFSET",
			  "the kernel cannot probe the instruction at '%s' of '%s'",
			  build->hook->name, build->hook->subsystem);
}

/* The kernel accepts any offset, and counts nothing if it finds no writable data there. */
static void counter_look(struct use_build *build, const struct program *program)
{
	const struct use_spot spot = { .mark = build->hook->name_mark,
				       .member = "refCtrOffsets" };
	uint64_t counter = build->use->point.place.counter;

	if (counter && !program_has_counter(program, counter))
		use_error(build, &spot, -EOPNOTSUPP, "out-of-range",
			  "give the offset of the counter in the file, not its address",
			  "0x%" PRIx64 " of '%s' is not in writable data of the program: "
			  "the kernel would not count there",
			  counter, build->hook->subsystem);
}

/* Programs for 32-bit x86 pass parameters on the stack, and their returns move it otherwise. */
static void bits_check(struct use_build *build, const struct program *program)
{
	const struct use_spot spot = at_file_spot(build);
	bool needs = build->use->needs & PLAN_NEEDS_RETURN;

	for (uint32_t i = 0; i < build->hook->n_args; i++)
		needs |= build->hook->args[i].kind != TETRA_ARG_NOP;
	if (needs && program_is_32bit(program))
		use_error(build, &spot, -EOPNOTSUPP, "not-possible-here",
			  "leave 'args' and 'return' out",
			  "arguments and results of 32-bit programs cannot be read: '%s' "
			  "is one",
			  build->hook->subsystem);
}

static void file_look(struct use_build *build)
{
	_cleanup_(program_freep) struct program *program = NULL;
	struct plan_point *point = &build->use->point;
	struct program_identity identity;
	uint32_t count;
	int r = program_open(&program, point->subsystem);

	if (r < 0) {
		at_file_tell(build, point->subsystem, r);
		return;
	}
	r = place_find(program, &point->place, point->symbol, &point->offset, &count);
	if (r < 0) {
		place_tell(build, program, r);
		return;
	}
	identity = program_identify(program);
	point->device = identity.device;
	point->inode = identity.inode;
	point->changed = identity.changed;
	count_tell(build, count);
	counter_look(build, program);
	instruction_look(build, program);
	bits_check(build, program);
	return_check(build, program);
}

void use_uprobe(struct use_build *build)
{
	const struct policy_hook *hook = build->hook;
	const struct use_spot spot = at_file_spot(build);
	struct kernel_function function = { .name = hook->name, .target = hook->name };
	char path[PLAN_NAME_BYTES];
	int r = at_file_path(hook->subsystem ? hook->subsystem : "", &path);

	if (r == 0)
		r = use_set_point(build, path, hook->name);
	if (r < 0) {
		use_error(build, &spot, r, "too-long", NULL,
			  "the path of the file and the name of the function may have %u "
			  "bytes each",
			  PLAN_NAME_BYTES - 1);
		return;
	}
	build->use->point.place = hook->place;
	if (kernel_has_files(build->kernel))
		file_look(build);
	use_plan_params(build, &function);
	use_plan_return(build, &function);
}

/* The file may be another by now. */
int ladder_find_uprobe(struct ladder *ladder)
{
	_cleanup_(program_freep) struct program *program = NULL;
	const struct plan_point *point = &ladder->use->point;
	uint32_t count;
	int r;

	ladder->function = (struct kernel_function){ .name = point->symbol,
						     .target = point->symbol };
	if (!kernel_has_files(ladder->kernel))
		return 0;
	r = program_open(&program, point->subsystem);
	return r < 0 ? r
		     : place_find(program, &point->place, point->symbol,
				  &ladder->file_offset, &count);
}
