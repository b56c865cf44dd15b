/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file-guard PATH: nobody may write to PATH, or below it if it ends in '/'. The policy
 * is made as text and loaded from memory; each attempt that was stopped is printed.
 */
#include <stdio.h>
#include <string.h>

#include <tetra/session.h>

/* As a policy is written. */
/* clang-format off */
static const char policy_format[] =
	"apiVersion: cilium.io/v1alpha1\n"
	"kind: TracingPolicy\n"
	"metadata:\n"
	"  name: file-guard\n"
	"spec:\n"
	"  kprobes:\n"
	"  - call: security_file_permission\n"
	"    syscall: false\n"
	"    args:\n"
	"    - index: 0\n"
	"      type: file\n"
	"    - index: 1\n"
	"      type: int\n"
	"    selectors:\n"
	"    - matchArgs:\n"
	"      - index: 0\n"
	"        operator: %s\n"
	"        values: ['%s']\n"
	"      - index: 1\n"
	"        operator: Equal\n"
	"        values: ['2']\n" /* MAY_WRITE */
	"      matchActions:\n"
	"      - action: Override\n"
	"        argError: -1\n"; /* EPERM */
/* clang-format on */

static int on_attempt(void *user, const struct tetra_event *event)
{
	const struct tetra_process *process = tetra_event_get_process(event);
	struct tetra_arg file = { .size = sizeof(file) };
	int has_been_stopped = (tetra_event_get_flags(event) & TETRA_EVENT_ENFORCED) != 0;

	if (tetra_event_get_arg(event, 0, &file) < 0)
		return 0;
	printf("%s: pid %u (%s) writing to %.*s\n", has_been_stopped ? "stopped" : "seen",
	       tetra_process_get_pid(process), tetra_process_get_binary(process),
	       (int)file.text_len, file.text);
	return 0;
}

/* A quote would end the text in the policy; YAML writes it twice. */
static int policy_write(char *buf, size_t size, const char *path)
{
	int is_folder = *path && path[strlen(path) - 1] == '/';
	char quoted[1024];
	size_t len = 0;

	for (; *path && len + 2 < sizeof(quoted); path++) {
		if (*path == '\'')
			quoted[len++] = '\'';
		quoted[len++] = *path;
	}
	quoted[len] = '\0';
	if (*path)
		return -1;
	return snprintf(buf, size, policy_format, is_folder ? "Prefix" : "Equal", quoted);
}

static void diag_print(struct tetra_diag *diag)
{
	char line[4096];
	unsigned int i;

	for (i = 0; tetra_diag_render(diag, i, line, sizeof(line)) >= 0; i++)
		fputs(line, stderr);
}

/* Only the policy's events: exec and exit of all processes come as well, unasked. */
static int attempts_subscribe(struct tetra_session *session)
{
	struct tetra_filter *filter;
	int r = tetra_filter_new(&filter);

	if (r < 0)
		return r;
	r = tetra_filter_add_policy(filter, "file-guard");
	if (r == 0)
		r = tetra_subscribe(session, filter, on_attempt, NULL, NULL);
	tetra_filter_unref(filter);
	return r;
}

static int guard(struct tetra_session *session, const char *text, struct tetra_diag *diag)
{
	struct tetra_policy *policy = NULL;
	int r;

	r = tetra_policy_parse(&policy, text, strlen(text), NULL, diag);
	if (r == 0)
		r = attempts_subscribe(session);
	if (r == 0)
		r = tetra_policy_load(session, policy, NULL, diag);
	tetra_policy_unref(policy);
	return r;
}

int main(int argc, char **argv)
{
	struct tetra_session *session = NULL;
	struct tetra_diag *diag = NULL;
	char text[2048];
	int r;

	if (argc != 2 || policy_write(text, sizeof(text), argv[1]) < 0) {
		fprintf(stderr, "Usage: file-guard PATH\n");
		return 1;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	r = tetra_diag_new(&diag);
	if (r == 0)
		r = tetra_session_new(&session, NULL, diag);
	if (r == 0)
		r = guard(session, text, diag);
	diag_print(diag);
	while (r >= 0)
		r = tetra_session_poll(session, -1);
	fprintf(stderr, "file-guard: %s\n", strerror(-r));
	tetra_session_free(session);
	tetra_diag_free(diag);
	return 1;
}
