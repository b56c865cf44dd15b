/* SPDX-License-Identifier: Apache-2.0 */
/* Where the code of this very program is; and files that are not programs, or are broken. */
#include "lib/host/program.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tests/unit/suite.h"

#define SELF	   "/proc/self/exe"
#define CODE_BYTES 16

static char path[32];
static struct program *program;

static void setup(void)
{
	int fd;

	strcpy(path, "/tmp/test-program.XXXXXX");
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	close(fd);
	program = NULL;
}

static void teardown(void)
{
	unlink(path);
	program = program_free(program);
}

__attribute__((noinline, used)) static int function_of_this_test(int a)
{
	return a * 17 + 4;
}

static int find(const char *symbol, uint64_t *ret_address)
{
	uint32_t count = 0;

	return program_find_symbol(program, symbol, (uint32_t)strlen(symbol), ret_address,
				   &count);
}

TEST(program_has_functions)
{
	unsigned char there[CODE_BYTES];
	uint64_t address, offset;
	uint32_t count;
	int fd = open(SELF, O_RDONLY);

	ck_assert_int_eq(program_open(&program, SELF), 0);
	ck_assert_int_eq(program_find_symbol(program, "function_of_this_test+4", 21,
					     &address, &count),
			 0);
	ck_assert_uint_eq(count, 1);
	ck_assert_int_eq(program_find_offset(program, address, &offset), 0);
	ck_assert(program_has_code(program, offset));
	ck_assert(!program_is_inside(program, offset));
	ck_assert(program_is_inside(program, offset + 1));
	ck_assert(!program_is_inside(program, 0));
	ck_assert_int_eq(pread(fd, there, sizeof(there), (off_t)offset), sizeof(there));
	ck_assert_mem_eq(there, (void *)(uintptr_t)function_of_this_test, sizeof(there));
	close(fd);
}

TEST(program_has_no_other_places)
{
	uint64_t address, offset;

	ck_assert_int_eq(program_open(&program, SELF), 0);
	ck_assert_int_eq(find("function_of_this_tes", &address), -ENOENT);
	ck_assert_int_eq(find("function_of_this_testt", &address), -ENOENT);
	ck_assert_int_eq(find("", &address), -ENOENT);
	/* Of another file, and data. */
	ck_assert_int_eq(find("pread", &address), -ENOENT);
	ck_assert_int_eq(find("stdout", &address), -ENOENT);
	ck_assert_int_eq(program_find_offset(program, 0, &offset), -ENOENT);
	ck_assert_int_eq(program_find_offset(program, UINT64_MAX, &offset), -ENOENT);
	ck_assert(!program_has_code(program, 0));
	ck_assert(!program_has_code(program, UINT64_MAX));
}

/* Their place in the file is what the map of this process says. */
static volatile uint16_t written[2] __attribute__((section(".written"), used)) = { 1, 2 };
static const uint16_t constant = 3;

static uint64_t offset_of(const volatile void *at)
{
	unsigned long long from, to, offset, wanted = (uintptr_t)at;
	uint64_t ret = 0;
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[4096];

	while (fgets(line, sizeof(line), maps))
		if (sscanf(line, "%llx-%llx %*s %llx", &from, &to, &offset) == 3 &&
		    wanted >= from && wanted < to)
			ret = wanted - from + offset;
	fclose(maps);
	return ret;
}

TEST(program_has_counters)
{
	ck_assert_int_eq(program_open(&program, SELF), 0);
	ck_assert(program_has_counter(program, offset_of(written)));
	ck_assert(program_has_counter(program, offset_of(written + 1)));
	ck_assert(!program_has_counter(program, offset_of(&constant)));
	ck_assert(!program_has_counter(
		program, offset_of((const void *)(uintptr_t)function_of_this_test)));
	ck_assert(!program_has_counter(program, 0));
	ck_assert(!program_has_counter(program, UINT32_MAX - 1));
	ck_assert(!program_has_counter(program, UINT64_MAX));
}

/* What kernels do not probe, and what looks like it. */
asm(".pushsection .text\n"
    ".type locked_place, @function\n"
    "locked_place: lock incl (%rsp)\n"
    "ret\n"
    ".size locked_place, .-locked_place\n"
    ".type trap_place, @function\n"
    "trap_place: int3\n"
    "ret\n"
    ".size trap_place, .-trap_place\n"
    ".type wide_place, @function\n"
    "wide_place: .byte 0x66, 0x48\n"
    "mov $0xf0f0, %eax\n"
    "ret\n"
    ".size wide_place, .-wide_place\n"
    ".popsection");

static const struct {
	const char *name;
	bool is_unprobeable;
} instructions[] = {
	{ "locked_place", true },
	{ "trap_place", true },
	{ "wide_place", false },
	{ "function_of_this_test", false },
};

TEST(program_has_instructions_that_are_not_probed)
{
	ck_assert_int_eq(program_open(&program, SELF), 0);
	for (size_t i = 0; i < ARRAY_SIZE(instructions); i++) {
		uint64_t address, offset;

		ck_assert_int_eq(find(instructions[i].name, &address), 0);
		ck_assert_int_eq(program_find_offset(program, address, &offset), 0);
		ck_assert_msg(program_is_unprobeable(program, offset) ==
				      instructions[i].is_unprobeable,
			      "%s", instructions[i].name);
	}
	ck_assert(!program_is_unprobeable(program, UINT32_MAX));
}

/* Which of several functions it is, a program decides when it starts. */
static int chosen(void)
{
	return 1;
}

__attribute__((used)) static int (*choose_function(void))(void)
{
	return chosen;
}

int function_chosen_late(void) __attribute__((ifunc("choose_function")));

TEST(program_chooses_functions_late)
{
	uint64_t address;

	ck_assert_int_eq(function_chosen_late(), 1);
	ck_assert_int_eq(program_open(&program, SELF), 0);
	ck_assert_int_eq(find("function_chosen_late", &address), -ENOTSUP);
	ck_assert_int_eq(find("choose_function", &address), 0);
}

TEST(program_suggests_names)
{
	struct nearest nearest;

	ck_assert_int_eq(program_open(&program, SELF), 0);
	nearest_init(&nearest, "functoin_of_this_test");
	program_offer_symbols(program, &nearest);
	ck_assert_str_eq(nearest.best, "function_of_this_test");
}

TEST(program_is_told_from_another)
{
	struct program_identity one, other;

	ck_assert_int_eq(program_open(&program, SELF), 0);
	one = program_identify(program);
	program = program_free(program);
	ck_assert_int_eq(program_open(&program, "/bin/sh"), 0);
	other = program_identify(program);
	ck_assert(one.inode != other.inode || one.device != other.device);
	ck_assert(!program_is_32bit(program));
}

/* Written in place, or copied up on an overlay, it has the same numbers. */
TEST(program_is_told_from_what_it_was)
{
	struct program_identity before, after;
	struct timespec tick = { .tv_nsec = 20000000 };
	char bytes[4096];
	ssize_t n;
	int from = open(SELF, O_RDONLY), to = open(path, O_WRONLY | O_TRUNC);

	while ((n = read(from, bytes, sizeof(bytes))) > 0)
		ck_assert_int_eq(write(to, bytes, (size_t)n), n);
	close(from);
	ck_assert_int_eq(program_open(&program, path), 0);
	before = program_identify(program);
	program = program_free(program);
	nanosleep(&tick, NULL);
	ck_assert_int_eq(write(to, "", 1), 1);
	close(to);
	ck_assert_int_eq(program_open(&program, path), 0);
	after = program_identify(program);
	ck_assert_uint_eq(before.inode, after.inode);
	ck_assert_uint_ne(before.changed, after.changed);
}

TEST(program_is_a_file_of_this_machine)
{
	FILE *file = fopen(path, "w");

	ck_assert_int_eq(program_open(&program, "/nonexistent/x"), -ENOENT);
	ck_assert_int_eq(program_open(&program, "/bin/sh/x"), -ENOTDIR);
	ck_assert_int_eq(program_open(&program, "/tmp"), -EISDIR);
	ck_assert_int_eq(program_open(&program, "/dev/null"), -ENOEXEC);
	ck_assert_int_eq(program_open(&program, path), -ENOEXEC);
	fputs("#!/bin/sh\n", file);
	fclose(file);
	ck_assert_int_eq(program_open(&program, path), -ENOEXEC);
	unlink(path);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	ck_assert_int_eq(program_open(&program, path), -ENOEXEC);
}

/* As a download that did not end, and as a library that was stripped. */
TEST(program_may_lack_symbols)
{
	char command[128];
	uint64_t address;

	ck_assert_int_eq(program_open(&program, SELF), 0);
	ck_assert(!program_is_stripped(program));
	program = program_free(program);
	snprintf(command, sizeof(command), "objcopy --strip-all /proc/%d/exe %s",
		 (int)getpid(), path);
	ck_assert_int_eq(system(command), 0);
	ck_assert_int_eq(program_open(&program, path), 0);
	ck_assert(program_is_stripped(program));
	ck_assert_int_eq(find("function_of_this_test", &address), -ENOENT);
	program = program_free(program);
	snprintf(command, sizeof(command), "head -c 8192 /proc/%d/exe > %s",
		 (int)getpid(), path);
	ck_assert_int_eq(system(command), 0);
	ck_assert_int_eq(program_open(&program, path), 0);
	ck_assert_int_eq(find("function_of_this_test", &address), -EBADMSG);
}

/* No number in it is believed: cut anywhere, or with bytes changed, it has no place or a place. */
TEST(program_may_be_broken)
{
	enum { BYTES = 8192 };
	unsigned char bytes[BYTES];
	uint64_t address;
	int fd = open(SELF, O_RDONLY), out;

	ck_assert_int_eq(read(fd, bytes, sizeof(bytes)), sizeof(bytes));
	close(fd);
	for (uint32_t i = 0; i < 400; i++) {
		out = open(path, O_WRONLY | O_TRUNC);
		bytes[(i * 7) % 1024] ^= (unsigned char)(i + 1);
		ck_assert_int_ge(write(out, bytes, 64 + i * 20), 0);
		close(out);
		if (program_open(&program, path) < 0)
			continue;
		if (find("main", &address) == 0)
			(void)program_find_offset(program, address, &address);
		(void)program_has_code(program, 4096);
		program = program_free(program);
	}
}

FIXTURE(setup, teardown)
