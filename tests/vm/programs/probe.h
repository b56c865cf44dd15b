/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Probes in a program's own code, as <sys/sdt.h> makes them, but with operands that are written out: a
 * test says in which form an argument is. A register is %%rax there.
 */
#ifndef TESTS_PROBE_H
#define TESTS_PROBE_H

/*
 * Of an asm statement. @counter: the name of a variable, or "0"; @operands: "-4@%%eax 8@$7".
 */
#define PROBE(provider, name, counter, operands)                                         \
	"990:	nop\n"                                                                     \
	"	.pushsection .note.stapsdt, \"\", \"note\"\n"                                  \
	"	.balign 4\n"                                                                   \
	"	.4byte 992f-991f, 994f-993f, 3\n"                                              \
	"991:	.asciz \"stapsdt\"\n"                                                      \
	"992:	.balign 4\n"                                                               \
	"993:	.8byte 990b, _.stapsdt.base, " counter "\n"                              \
	"	.asciz \"" provider "\"\n"                                               \
	"	.asciz \"" name "\"\n"                                                   \
	"	.asciz \"" operands "\"\n"                                               \
	"994:	.balign 4\n"                                                               \
	"	.popsection\n"                                                                 \
	"	.ifndef _.stapsdt.base\n"                                                      \
	"	.pushsection .stapsdt.base, \"aG\", \"progbits\", .stapsdt.base, comdat\n"     \
	"	.weak _.stapsdt.base\n"                                                        \
	"	.hidden _.stapsdt.base\n"                                                      \
	"_.stapsdt.base: .space 1\n"                                                     \
	"	.size _.stapsdt.base, 1\n"                                                     \
	"	.popsection\n"                                                                 \
	"	.endif\n"

/* What the kernel counts up while the probe is watched. */
#define PROBE_COUNTER(name)                                                              \
	__attribute__((section(".probes"), used)) volatile unsigned short name

#endif
