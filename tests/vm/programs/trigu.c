/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trigu ACT ARGS [-- ACT ARGS]...: calls functions of its own, for probes in programs.
 *
 *   add A B | greet TEXT | cold | fill | mid X | deep X	what the function returns is printed
 *   nest N | jump N					calls within calls; calls that are left by longjmp
 *   lock						begins with a lock prefix
 *   leave | exit 0				ends inside a function
 *   sink N					N calls that are left, each further in, then 3
 *   rise N					N calls that are left, each further out, then 3
 *   stay					waits to be killed
 *   u0 | u3 A B | ustr TEXT | setret A		probes of its own: trigu-probe.c
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "trigu.h"

/* With no more calls into libraries than these the addresses stay what policies say they are. */
#define TARGET static __attribute__((noinline, noclone))

struct inner {
	uint64_t v64;
	uint32_t v32;
	uint8_t v8;
	char name[16];
};

struct outer {
	uint8_t v8;
	uint16_t v16;
	uint32_t v32;
	int32_t s32;
	uint64_t v64;
	struct inner in, *inp, arr[4];
};

/* The first in the file: its address is in a policy. */
TARGET int target_add(int a, int b)
{
	asm volatile("" ::: "memory");
	return a + b;
}

TARGET char *target_greet(const char *name)
{
	static char text[64];

	snprintf(text, sizeof(text), "hello %s", name);
	return text;
}

TARGET void target_fill(char *to)
{
	strcpy(to, "filled");
	asm volatile("" ::"r"(to) : "memory");
}

TARGET int target_deep(int x, struct outer *outer)
{
	asm volatile("" ::"r"(outer) : "memory");
	return (int)outer->v32 + x;
}

TARGET int target_leaf(int x)
{
	asm volatile("" ::: "memory");
	return x + 1;
}

TARGET int target_mid(int x)
{
	int r = target_leaf(x);

	asm volatile("" ::: "memory");
	return r + 1;
}

TARGET int target_nest(int n)
{
	int r = n > 0 ? target_nest(n - 1) + 1 : 0;

	asm volatile("" ::: "memory");
	return r;
}

static void *back[5];

TARGET int target_jump(int n)
{
	if (n > 0)
		__builtin_longjmp(back, 1);
	return 0;
}

TARGET int target_leave(int status)
{
	asm volatile("syscall" ::"a"(SYS_exit_group), "D"(status) : "memory");
	__builtin_unreachable();
}

static int stay(void)
{
	long r = SYS_pause;

	asm volatile("syscall" : "+a"(r)::"rcx", "r11", "memory");
	return (int)r;
}

/* Ends inside for 0. */
TARGET int target_exit(int n)
{
	return n ? n : target_leave(0);
}

/* Is left from @n calls inside each other. */
TARGET int target_sink(int n)
{
	char room[64];
	int r;

	asm volatile("" ::"r"(room) : "memory");
	if (n == 100)
		__builtin_longjmp(back, 1);
	r = n > 0 ? target_sink(n - 1) + 1 : 0;
	asm volatile("" ::"r"(room) : "memory");
	return r;
}

/* Deeper each time: none of these calls returns. */
static int sink(int n)
{
	volatile int left = n;
	char *room = __builtin_alloca(128 * (size_t)(left + 1));

	asm volatile("" ::"r"(room) : "memory");
	if (!__builtin_setjmp(back))
		return target_sink(100);
	return left > 0 ? sink(left - 1) : target_sink(2);
}

/* The kernel forgets such calls when one further out is made. */
static int rise(int n)
{
	volatile int left = n;

	if (left > 0)
		rise(left - 1);
	return __builtin_setjmp(back) ? 0 : target_sink(100);
}

/* Begin with what the kernel cannot probe: a lock, or a segment that means nothing. */
asm(".pushsection .text.locked, \"ax\"\n"
    ".type target_lock, @function\n"
    "target_lock: lock incl locked(%rip)\n"
    "mov $7, %eax\n"
    "ret\n"
    ".size target_lock, .-target_lock\n"
    ".type target_prefix, @function\n"
    "target_prefix: .byte 0x3e\n"
    "mov $7, %eax\n"
    "ret\n"
    ".size target_prefix, .-target_prefix\n"
    ".popsection");
int target_lock(void);
static int locked __attribute__((used));

/* Alone in its pages: nothing else makes them resident. */
#define PAGE_BYTES 4096
static const char colds[3][PAGE_BYTES]
	__attribute__((aligned(PAGE_BYTES))) = { { 'x' }, "cold", { 'x' } };

/* A text that is not resident when the function is called. */
static int cold(void)
{
	long r = SYS_madvise;

	asm volatile("syscall"
		     : "+a"(r)
		     : "D"(colds[1]), "S"((long)PAGE_BYTES), "d"(4L /* DONTNEED */)
		     : "rcx", "r11", "memory");
	return r ? -1 : (int)strlen(target_greet(colds[1]));
}

static int deep(long x)
{
	struct inner inner = { .v64 = (uint64_t)x + 7, .name = "pname" };
	struct outer outer = { .v8 = (uint8_t)x,
			       .v32 = (uint32_t)x + 2,
			       .in = { .v64 = (uint64_t)x + 4, .name = "inname" },
			       .inp = &inner };

	return target_deep((int)x, &outer);
}

static int act(int n, char **words)
{
	long a = n > 1 ? strtol(words[1], NULL, 0) : 0;
	long b = n > 2 ? strtol(words[2], NULL, 0) : 0;
	char text[16] = "empty";

	if (!strcmp(words[0], "add"))
		return target_add((int)a, (int)b);
	if (!strcmp(words[0], "greet"))
		return (int)strlen(target_greet(n > 1 ? words[1] : "x"));
	if (!strcmp(words[0], "cold"))
		return cold();
	if (!strcmp(words[0], "fill")) {
		target_fill(text);
		return (int)strlen(text);
	}
	if (!strcmp(words[0], "mid"))
		return target_mid((int)a);
	if (!strcmp(words[0], "deep"))
		return deep(a);
	if (!strcmp(words[0], "nest"))
		return target_nest((int)a);
	if (!strcmp(words[0], "jump"))
		return __builtin_setjmp(back) ? -1 : target_jump((int)a);
	if (!strcmp(words[0], "lock"))
		return target_lock();
	if (!strcmp(words[0], "exit"))
		return target_exit((int)a);
	if (!strcmp(words[0], "sink"))
		return sink((int)a);
	if (!strcmp(words[0], "rise"))
		return rise((int)a - 1) + target_sink(2);
	if (!strcmp(words[0], "stay"))
		return stay();
	if (!strcmp(words[0], "leave"))
		return target_leave((int)a);
	return probe_act(words[0], a, b, n > 1 ? words[1] : "");
}

int main(int argc, char **argv)
{
	char line[64];
	int n;

	for (int i = 1, end; i < argc; i = end + 1) {
		for (end = i; end < argc && strcmp(argv[end], "--"); end++)
			;
		n = snprintf(line, sizeof(line), "%.30s -> %d\n", argv[i],
			     act(end - i, argv + i));
		if (write(STDOUT_FILENO, line, (size_t)n) != n)
			return 1;
	}
	return 0;
}
