/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The probes of trigu, in the order of what a policy can see of them: none, numbers, a text, memory that
 * the caller reads again. Registers are given by name, so that the notes can name them.
 */
#include <stdint.h>
#include <string.h>

#include "probe.h"
#include "trigu.h"

PROBE_COUNTER(counter_u0);

static int plain(void)
{
	asm volatile(PROBE("golden", "u0", "counter_u0", "")::: "memory");
	return counter_u0;
}

static int numbers(long a, long b)
{
	asm volatile(PROBE("golden", "u3", "0", "-4@%%eax -8@%%rdx 1@$200")
		     :
		     : "a"((int)a), "d"(b)
		     : "memory");
	return 0;
}

static int text(const char *text)
{
	asm volatile(PROBE("golden", "ustr", "0", "8@%%rax") : : "a"(text) : "memory");
	return 0;
}

static int memory(long a)
{
	volatile int result[1] = { 7 };

	asm volatile(PROBE("golden", "setret", "0", "-4@(%%rdi) -4@%%esi")
		     :
		     : "D"(result), "S"((int)a)
		     : "memory");
	return result[0];
}

int probe_act(const char *name, long a, long b, const char *word)
{
	if (!strcmp(name, "u0"))
		return plain();
	if (!strcmp(name, "u3"))
		return numbers(a, b);
	if (!strcmp(name, "ustr"))
		return text(word);
	return !strcmp(name, "setret") ? memory(a) : -2;
}
