/* SPDX-License-Identifier: Apache-2.0 */
/*
 * adversary SET: all acts of a set against all policies of it: "shown", those of examples/policies,
 * or "own", those of tests/data/adversary. Prints a table act x policy; tests/data/adversary.tsv and
 * adversary-own.tsv have the expected cells, and an act that is neither stopped nor
 * reported must be in the policy's comments. A cell that is in neither is a failure, and so is an
 * act that cannot be done where nothing forbids it, unless the table has the kernel in a line with
 * "impossible": on no kernel may it say that of each act.
 *
 * If the table says that an act passes, and it does not, that is not a failure: it is better.
 */
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tetra/event.h>
#include <tetra/process.h>

#include "tests/vm/programs/adversary.h"
#include "tests/vm/programs/rig.h"

#define MAX_CELLS 400
#define PORT	  "7321"
/* Milliseconds that an event may take, and that an act may take. */
#define EVENT_MS 700
/* At an act that a program was skipped for. */
#define TRIES	    3
#define ACT_SECONDS 20

enum outcome { EMPTY, IMPOSSIBLE, OTHER, GAP, TOLD, STOPPED };

static const char *const outcome_names[] = {
	"?", "impossible here", "not meant", "gap", "reported", "stopped",
};

struct cell {
	char policy[64], act[64], phrase[128];
	enum outcome outcome;
};

static struct cell cells[MAX_CELLS];
static unsigned int n_cells;

/* What the policy sent about the child that acts now. */
struct watch {
	pid_t pid;
	unsigned int n_events;
};

struct group {
	const struct act *acts;
	const char *target;
	const char *policy; /* whose target it is: a pattern */
};

static const struct group shown_groups[] = {
	{ acts_write, "/etc/passwd", "*-passwd*" },
	{ acts_write, "/srv/watched/file", "file-monitoring" },
	{ acts_read, "/srv/watched/file", "*" },
	{ acts_link, "/etc/hostname", "*" },
	{ acts_connect, PORT, "*" },
	{ NULL, NULL, NULL },
};

static const struct group own_groups[] = {
	{ acts_exec, "/srv/drop/program", "*" },
	{ acts_spoof, "/srv/vault/key", "*" },
	{ acts_hide, "/srv/vault/key", "*" },
	{ acts_read, "/srv/vault/key", "*" },
	{ acts_caps, "/srv/vault/key", "*" },
	{ acts_mount, "/srv/mounted", "*" },
	{ acts_connect, PORT, "*" },
	{ NULL, NULL, NULL },
};
#define MAX_GROUPS 7

static const char *const shown_policies[] = {
	"block-passwd-write",
	"protect-passwd",
	"file-monitoring",
	"restrict-symlink-deny",
	"restrict-symlink",
	"tcp-connect",
	NULL,
};
static const char *const own_policies[] = {
	"deny-exec",  "deny-others", "deny-read",    "deny-capable", "deny-foreign",
	"deny-mount", "deny-mounts", "deny-connect", NULL,
};

static const struct set {
	const char *name, *table, *folder;
	const char *const *policies;
	const struct group *groups;
} sets[] = {
	{ "shown", DATA "/adversary.tsv", POLICIES, shown_policies, shown_groups },
	{ "own", DATA "/adversary-own.tsv", DATA "/adversary", own_policies, own_groups },
}, *set;

static enum outcome outcome_of(const char *name)
{
	if (!strcmp(name, "stopped"))
		return STOPPED;
	if (!strcmp(name, "reported"))
		return TOLD;
	if (!strcmp(name, "impossible"))
		return IMPOSSIBLE;
	return strcmp(name, "gap") ? OTHER : GAP;
}

/* Lines of POLICY ACT OUTCOME [PHRASE], with tabs; patterns in the first two. The phrase of what is
 * impossible is a pattern of the kernel's release. */
static void cells_read(const char *filename)
{
	char line[512], *at, *field[4];
	FILE *file = fopen(filename, "r");

	while (file && n_cells < MAX_CELLS && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#' || !line[0])
			continue;
		at = line;
		for (unsigned int i = 0; i < 4; i++) {
			field[i] = strsep(&at, "\t");
			field[i] = field[i] ? field[i] : "";
		}
		snprintf(cells[n_cells].policy, sizeof(cells[0].policy), "%s", field[0]);
		snprintf(cells[n_cells].act, sizeof(cells[0].act), "%s", field[1]);
		snprintf(cells[n_cells].phrase, sizeof(cells[0].phrase), "%s", field[3]);
		cells[n_cells++].outcome = outcome_of(field[2]);
	}
	fact(file && n_cells, "the table %s", filename);
	if (file)
		fclose(file);
}

static const struct cell *cell_find(const char *policy, const char *act)
{
	for (unsigned int i = 0; i < n_cells; i++)
		if (cells[i].outcome != IMPOSSIBLE &&
		    !fnmatch(cells[i].policy, policy, 0) &&
		    !fnmatch(cells[i].act, act, 0))
			return &cells[i];
	return NULL;
}

static bool may_be_impossible(const char *act)
{
	struct utsname name;

	if (uname(&name) < 0)
		return false;
	for (unsigned int i = 0; i < n_cells; i++)
		if (cells[i].outcome == IMPOSSIBLE && !fnmatch(cells[i].act, act, 0) &&
		    strcmp(cells[i].phrase, "*") != 0 &&
		    !fnmatch(cells[i].phrase, name.release, 0))
			return true;
	return false;
}

static char *policy_path(const char *policy)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/%s.yaml", set->folder, policy);
	return path;
}

/* The whole of a file, or an empty text; the caller frees it. */
static char *file_text(const char *path, size_t *ret_len)
{
	char *text = calloc(1, 1 << 16);
	FILE *file = fopen(path, "r");

	if (!text)
		exit(EXIT_FAILURE);
	*ret_len = file ? fread(text, 1, (1 << 16) - 1, file) : 0;
	if (file)
		fclose(file);
	return text;
}

static void file_put(const char *path, const char *text, size_t len)
{
	FILE *file = fopen(path, "w");

	fact(file && fwrite(text, 1, len, file) == len, "put %s back", path);
	if (file)
		fclose(file);
}

/* A phrase may be broken by the line ends of a comment. */
static bool is_documented(const char *policy, const char *phrase)
{
	size_t len, k = 0;
	char *text = file_text(policy_path(policy), &len);
	bool found;

	for (size_t i = 0; i < len; i++) {
		bool blank = text[i] == '\n' || text[i] == '#' || text[i] == ' ';

		if (!blank)
			text[k++] = text[i];
		else if (k && text[k - 1] != ' ')
			text[k++] = ' ';
	}
	text[k] = '\0';
	found = *phrase && strstr(text, phrase);
	free(text);
	return found;
}

static int on_event(void *user, const struct tetra_event *event)
{
	const struct tetra_process *process = tetra_event_get_process(event);
	struct watch *watch = user;

	if (tetra_event_get_policy(event) && process &&
	    (pid_t)tetra_process_get_pid(process) == watch->pid)
		watch->n_events++;
	return 0;
}

/* What an act before has removed or moved away. Policies let us rename a file to it. */
static void target_restore(const char *target)
{
	static const char text[] = "a file that an act has taken away\n";
	char other[512];

	if (target[0] != '/' || access(target, F_OK) == 0)
		return;
	snprintf(other, sizeof(other), "%.*s/adversary-again",
		 (int)(strrchr(target, '/') - target), target);
	file_put(other, text, strlen(text));
	fact(rename(other, target) == 0, "%s is there again", target);
}

/* The child waits until we know its number. */
static pid_t act_start(const struct act *act, const char *target, int *ret_go)
{
	int ends[2];
	char byte;
	pid_t pid;

	if (pipe(ends) < 0)
		exit(EXIT_FAILURE);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		alarm(ACT_SECONDS);
		close(ends[1]);
		(void)!read(ends[0], &byte, 1);
		_exit(act->run(target));
	}
	close(ends[0]);
	*ret_go = ends[1];
	return pid;
}

/* Whether the act was done: the status of its child. */
static bool act_run(struct tetra_session *session, struct watch *watch,
		    const struct act *act, const char *target)
{
	struct stat made;
	int status = 0, go;
	int64_t until;

	(void)unlink(ADVERSARY_LINK);
	target_restore(target);
	watch->n_events = 0;
	watch->pid = act_start(act, target, &go);
	close(go);
	while (waitpid(watch->pid, &status, session ? WNOHANG : 0) == 0)
		tetra_session_poll(session, 20);
	for (until = rig_now_ms() + EVENT_MS;
	     session && !watch->n_events && rig_now_ms() < until;)
		tetra_session_poll(session, 50);
	/* Who is killed may have done it all the same. */
	if (!fnmatch("link/*", act->name, 0))
		return lstat(ADVERSARY_LINK, &made) == 0;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static enum outcome act_judge(struct tetra_session *session, struct watch *watch,
			      const struct act *act, const char *target)
{
	for (unsigned int i = 0; i < TRIES; i++) {
		uint64_t skipped = rig_stats(session).lost_recursion;

		if (!act_run(session, watch, act, target))
			return STOPPED;
		if (watch->n_events)
			return TOLD;
		/* The kernel may skip a program that only reports: that is counted. */
		if (rig_stats(session).lost_recursion == skipped)
			return GAP;
	}
	return GAP;
}

static void cell_judge(const char *policy, const struct act *act, enum outcome got)
{
	const struct cell *cell = cell_find(policy, act->name);
	enum outcome wanted = cell ? cell->outcome : EMPTY;

	if (wanted == EMPTY) {
		fact(false, "%-22s %-18s %s: not in the table", policy, act->name,
		     outcome_names[got]);
		return;
	}
	fact(got == IMPOSSIBLE ? may_be_impossible(act->name)
			       : got == OTHER || got >= wanted,
	     "%-22s %-18s %s%s", policy, act->name, outcome_names[got],
	     got > wanted && got != IMPOSSIBLE ? " (the table says less)" : "");
	if (wanted == GAP)
		fact(is_documented(policy, cell->phrase), "%-22s %-18s documented: %s",
		     policy, act->name, cell->phrase);
}

/* Each group has a bit mask of acts that work when nothing forbids them. */
static void group_run(struct tetra_session *session, struct watch *watch,
		      const char *policy, const struct group *group, uint64_t possible)
{
	const struct act *act = group->acts;

	if (group->target[0] == '/' && !fnmatch("write/*", act->name, 0) &&
	    fnmatch(group->policy, policy, 0)) {
		const struct cell *cell = cell_find(policy, act->name);

		/* The acts on the file of another policy. */
		if (!cell || cell->outcome != OTHER)
			return;
	}
	for (unsigned int i = 0; act[i].name; i++) {
		const struct cell *cell = cell_find(policy, act[i].name);
		enum outcome got = OTHER;

		if (!(possible >> i & 1))
			got = IMPOSSIBLE;
		else if (!cell || cell->outcome != OTHER)
			got = act_judge(session, watch, &act[i], group->target);
		cell_judge(policy, &act[i], got);
	}
}

static uint64_t group_possible(const struct group *group)
{
	struct watch watch = { 0, 0 };
	uint64_t possible = 0;

	for (unsigned int i = 0; group->acts[i].name; i++)
		possible |=
			(uint64_t)act_run(NULL, &watch, &group->acts[i], group->target)
			<< i;
	return possible;
}

/* Set back while no policy forbids it. */
static void targets_reset(const char *passwd, size_t len)
{
	file_put("/etc/passwd", passwd, len);
	file_put("/srv/watched/file", passwd, len);
}

static void policy_run(struct tetra_session *session, struct watch *watch,
		       const char *policy, const uint64_t *possible)
{
	size_t len;
	char *text = file_text(policy_path(policy), &len);

	rig_load(session, rig_policy("%s", text), 0);
	free(text);
	for (unsigned int i = 0; set->groups[i].acts; i++)
		group_run(session, watch, policy, &set->groups[i], possible[i]);
	fact(tetra_policy_unload(session, policy, NULL) == 0, "%s is unloaded", policy);
}

static void port_listen(void)
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6,
					.sin6_port = htons((uint16_t)atoi(PORT)) };
	int fd = socket(AF_INET6, SOCK_STREAM, 0), yes = 1, no = 0, queue = 16;

	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof(no));
	if (!fact(bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0,
		  "bind port " PORT))
		return;
	/* TCP_FASTOPEN */
	(void)setsockopt(fd, IPPROTO_TCP, 23, &queue, sizeof(queue));
	fact(listen(fd, 64) == 0, "listen on port " PORT);
}

static void set_run(void)
{
	struct tetra_session *session;
	struct watch watch = { 0, 0 };
	uint64_t possible[MAX_GROUPS];
	size_t len;
	char *passwd = file_text("/etc/passwd", &len);

	targets_reset(passwd, len);
	for (unsigned int i = 0; set->groups[i].acts; i++)
		possible[i] = group_possible(&set->groups[i]);
	session = rig_session(NULL);
	if (tetra_subscribe(session, NULL, on_event, &watch, NULL) < 0)
		exit(EXIT_FAILURE);
	for (unsigned int i = 0; set->policies[i]; i++) {
		targets_reset(passwd, len);
		policy_run(session, &watch, set->policies[i], possible);
	}
	targets_reset(passwd, len);
	tetra_session_free(session);
	free(passwd);
}

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof(sets) / sizeof(sets[0]); i++)
		if (!strcmp(argv[1], sets[i].name))
			set = &sets[i];
	if (!fact(set, "the set has a name"))
		return fact_close();
	cells_read(set->table);
	(void)mkdir("/srv/watched", 0755);
	port_listen();
	set_run();
	return fact_close();
}
