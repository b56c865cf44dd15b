/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probes ACT ARGS [-- ACT ARGS]...: reaches probes of its own. Each act has one, with its arguments in
 * another form; what is printed is the result of the act, after the probe.
 *
 *   wide A | narrow A | constants	numbers in registers, in parts of them, and in the note
 *   memory A | index I | far A		in memory: at a register, at two of them, in the program's data
 *   twice A				a probe with two places; the operands of the second differ
 *   text TEXT | bytes N TEXT		texts and buffers
 *   lost A				memory that is not there
 *   odd A				beside a number what no program of the kernel can read
 *   counted				1 if somebody watches
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "probe.h"

PROBE_COUNTER(counter_counted);

static volatile int far_number;
static const int numbers[] = { 11, 22, -33, 44 };

static int wide(long a)
{
	register long r15 asm("r15") = a + 3;
	register int r9 asm("r9") = (int)a + 4;

	asm volatile(
		PROBE("lab", "wide", "0", "-8@%%rax 8@%%rbx -4@%%ecx 8@%%r15 -4@%%r9d")
		:
		: "a"(a), "b"(a + 1), "c"((int)a + 2), "r"(r15), "r"(r9)
		: "memory");
	return 0;
}

/* What is above the number in its register is not the number's. */
static int narrow(long a)
{
	asm volatile(PROBE("lab", "narrow", "0", "-1@%%al 1@%%ah -2@%%bx 2@%%cx -4@%%edx")
		     :
		     : "a"((a & 0xff) | (a + 1) << 8 | 0x7777ul << 16),
		       "b"((a & 0xffff) | 0x7777ul << 16),
		       "c"((a & 0xffff) | 0x7777ul << 16),
		       "d"((a & 0xffffffff) | 0x7777ul << 32)
		     : "memory");
	return 0;
}

static int constants(void)
{
	asm volatile(
		PROBE("lab", "constants", "0",
		      "-4@$-5 4@$0xffffffff -8@$-1234567890123 8@$0xfedcba9876543210 "
		      "1@$200")::
			: "memory");
	return 0;
}

static int memory(long a)
{
	struct {
		char before[8];
		int64_t wide;
		int32_t number;
		uint16_t half;
		int8_t byte;
	} there = { .wide = a, .number = (int)a, .half = (uint16_t)a, .byte = (int8_t)a };

	asm volatile(
		PROBE("lab", "memory", "0",
		      "-8@8(%%rdi) -4@16(%%rdi) 2@0x14(%%rdi) -1@-1(%%rsi) 8@(%%rdi)")
		:
		: "D"(&there), "S"(&there.byte + 1)
		: "memory");
	return 0;
}

static int indexed(long i)
{
	asm volatile(PROBE("lab", "index", "0",
			   "-4@(%%rbx,%%rcx,4) -4@4(%%rbx,%%rdx) -4@-12(%%rbx,%%rcx,4)")
		     :
		     : "b"(numbers), "c"(i), "d"(i * 4)
		     : "memory");
	return 0;
}

static int far(long a)
{
	far_number = (int)a;
	asm volatile(
		PROBE("lab", "far", "0", "-4@far_number(%%rip) 2@far_number+2(%%rip)")::
			: "memory");
	return 0;
}

static int twice(long a)
{
	asm volatile(PROBE("lab", "twice", "0", "-4@%%ebx") : : "b"((int)a) : "memory");
	asm volatile(PROBE("lab", "twice", "0", "-8@(%%rcx)")
		     :
		     : "c"(&(int64_t){ a + 100 })
		     : "memory");
	return 0;
}

static int text(const char *word)
{
	asm volatile(PROBE("lab", "text", "0", "8@%%rdi 8@(%%rsi)")
		     :
		     : "D"(word), "S"(&word)
		     : "memory");
	return 0;
}

static int bytes(long n, const char *word)
{
	asm volatile(PROBE("lab", "bytes", "0", "8@%%rdi -4@(%%rsi)")
		     :
		     : "D"(word), "S"(&(int){ (int)n })
		     : "memory");
	return 0;
}

/* The second argument is there, the first is not. */
static int lost(long a)
{
	void *page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	asm volatile(PROBE("lab", "lost", "0", "-4@8(%%rdi) -4@%%esi")
		     :
		     : "D"(page), "S"((int)a)
		     : "memory");
	return 0;
}

static int odd(long a)
{
	asm volatile(PROBE("lab", "odd", "0",
			   "-4@%%eax 8f@%%xmm0 4@%%fs:0x28 4@nowhere(%%rip)")
		     :
		     : "a"((int)a)
		     : "memory");
	return 0;
}

static int counted(void)
{
	asm volatile(PROBE("lab", "counted", "counter_counted", "")::: "memory");
	return counter_counted;
}

static int act(int n, char **words)
{
	long a = n > 1 ? strtol(words[1], NULL, 0) : 0;

	if (!strcmp(words[0], "wide"))
		return wide(a);
	if (!strcmp(words[0], "narrow"))
		return narrow(a);
	if (!strcmp(words[0], "constants"))
		return constants();
	if (!strcmp(words[0], "memory"))
		return memory(a);
	if (!strcmp(words[0], "index"))
		return indexed(a);
	if (!strcmp(words[0], "far"))
		return far(a);
	if (!strcmp(words[0], "twice"))
		return twice(a);
	if (!strcmp(words[0], "text"))
		return text(words[1]);
	if (!strcmp(words[0], "bytes"))
		return bytes(a, words[2]);
	if (!strcmp(words[0], "lost"))
		return lost(a);
	if (!strcmp(words[0], "odd"))
		return odd(a);
	return !strcmp(words[0], "counted") ? counted() : -2;
}

int main(int argc, char **argv)
{
	for (int i = 1, end; i < argc; i = end + 1) {
		for (end = i; end < argc && strcmp(argv[end], "--"); end++)
			;
		printf("%s -> %d\n", argv[i], act(end - i, argv + i));
		fflush(stdout);
	}
	return 0;
}
