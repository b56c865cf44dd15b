/* SPDX-License-Identifier: Apache-2.0 */
/* exec-log: prints each program that is executed, until interrupted. No policy needed. */
#include <stdio.h>
#include <string.h>

#include <tetra/session.h>

static int on_exec(void *user, const struct tetra_event *event)
{
	const struct tetra_process *process = tetra_event_get_process(event);

	printf("%u %s %s\n", tetra_process_get_pid(process),
	       tetra_process_get_binary(process), tetra_process_get_arguments(process));
	return 0;
}

int main(void)
{
	TETRA_OPTS(tetra_session_opts, opts, .flags = TETRA_SESSION_QUIET_START);
	struct tetra_session *session = NULL;
	struct tetra_filter *filter = NULL;
	int r;

	setvbuf(stdout, NULL, _IOLBF, 0);
	r = tetra_filter_new(&filter);
	if (r == 0)
		r = tetra_filter_add_kind(filter, TETRA_EVENT_EXEC);
	if (r == 0)
		r = tetra_session_new(&session, &opts, NULL);
	if (r == 0)
		r = tetra_subscribe(session, filter, on_exec, NULL, NULL);
	while (r >= 0)
		r = tetra_session_poll(session, -1);
	fprintf(stderr, "exec-log: %s\n", strerror(-r));
	tetra_session_free(session);
	tetra_filter_unref(filter);
	return 1;
}
