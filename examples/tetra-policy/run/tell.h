/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a run has seen: a line for each event as it comes, on standard error, then the sums; or
 * one JSON document on the stream that was standard output.
 */
#ifndef TETRA_POLICY_TELL_H
#define TETRA_POLICY_TELL_H

#include <stdio.h>

#include <tetra/session.h>

#include "json/json.h"
#include "policies.h"

struct tell {
	FILE *out; /* of the document; NULL: text */
	int is_quiet;
	struct json json;
	char *text; /* the last event's */
	size_t size;
	int error; /* negative errno: something could not be told */
};

/* Before the command starts. */
void tell_begin(struct tell *tell, char **words);
/* A tetra_event_fn(); @user is a struct tell. */
int tell_event(void *user, const struct tetra_event *event);
/* @signal 0: none ended it. Return: 0; a negative errno. */
int tell_end(struct tell *tell, struct tetra_session *session,
	     const struct policies *policies, int status, int signal);
void tell_done(struct tell *tell);

#endif
