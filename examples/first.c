/* SPDX-License-Identifier: Apache-2.0 */
/* first POLICY: puts one policy into force and prints what happens. The README's program. */
#include <stdio.h>
#include <tetra/tetra.h>
static char text[65536];

static int on_event(void *user, const struct tetra_event *event)
{
	tetra_event_to_json(event, text, sizeof(text));
	return fprintf(user, "%s\n", text);
}
int main(int argc, char **argv)
{
	struct tetra_session *session = NULL;
	struct tetra_policy *policy = NULL;
	struct tetra_diag *diag = NULL;
	int r = argc == 2 ? tetra_diag_new(&diag) : -1;
	if (r == 0 && (r = tetra_policy_parse_file(&policy, argv[1], NULL, diag)) == 0 &&
	    (r = tetra_session_new(&session, NULL, diag)) == 0 &&
	    (r = tetra_subscribe(session, NULL, on_event, stdout, NULL)) == 0)
		r = tetra_policy_load(session, policy, NULL, diag);
	for (unsigned int i = 0; tetra_diag_render(diag, i, text, sizeof(text)) >= 0; i++)
		fputs(text, stderr);
	while (r >= 0)
		r = tetra_session_poll(session, -1);
	return 1;
}
