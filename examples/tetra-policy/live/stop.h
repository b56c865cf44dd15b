/* SPDX-License-Identifier: Apache-2.0 */
/* Signals that ask the program to end: it does so once what it has started is undone. */
#ifndef TETRA_POLICY_STOP_H
#define TETRA_POLICY_STOP_H

/*
 * From here on they wait to be taken; those that are ignored stay so. Processes that inherit this
 * have to unblock them. Return: 0; a negative errno.
 */
int stop_start(void);
/* To wait for; -1: none. */
int stop_fd(void);
/* Whether one has come since it was asked before. */
int stop_take(void);
/* The first that has come; 0: none. */
int stop_signal(void);
/* Ends the program by the signal that has come, if one has. */
void stop_obey(void);

#endif
