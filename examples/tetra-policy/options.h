/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of one command, read by the rows of its options. */
#ifndef TETRA_POLICY_OPTIONS_H
#define TETRA_POLICY_OPTIONS_H

#include "command.h"

/*
 * Calls .read of each option that is given, with @config, and moves the operands to the end of
 * @argv; what follows "--" is left as it is. -h and --help print the command's help.
 * Return: the index of the first operand; 0: the help was printed, the command is done; -EINVAL
 * after a complaint; -ENOMEM.
 */
int options_read(const struct command *command, int argc, char **argv, void *config);

/* The usage and the options of a command, on standard output. */
void options_print_help(const struct command *command);

/* Complains that the command was called in a wrong way. Return: STATUS_BROKEN. */
int options_refuse(const struct command *command, const char *why);

#endif
