/* SPDX-License-Identifier: Apache-2.0 */
/*
 * misuse: what the header promises for calls from a second thread, for freeing a session in
 * use, and for unusable sizes. Built with ThreadSanitizer, including the library: a race or a
 * use of freed memory ends it with a separate status.
 */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/vm/programs/rig.h"

#define CLOSED	    "/tmp/lab/closed/"
#define CLOSED_FILE CLOSED "file"

#define PATIENCE_MS 20000
/* Transactions that the other thread's questions meet. */
#define N_COMMITS 6
#define N_EVENTS  300

struct asker {
	struct tetra_session *session;
	bool stop;
	uint32_t n_events;
	uint64_t n_asked, n_read;
	struct tetra_event *handed; /* a kept event, for the other thread */
};

static int on_event(void *user, const struct tetra_event *event)
{
	struct asker *asker = user;
	struct tetra_event *kept = tetra_event_ref(event);

	asker->n_events++;
	tetra_event_unref(__atomic_exchange_n(&asker->handed, kept, __ATOMIC_ACQ_REL));
	return 0;
}

/* A kept event is anybody's. */
static void read_handed(struct asker *asker)
{
	struct tetra_event *event =
		__atomic_exchange_n(&asker->handed, NULL, __ATOMIC_ACQ_REL);
	char text[4096];

	if (!event)
		return;
	asker->n_read++;
	(void)tetra_event_to_json(event, text, sizeof(text));
	(void)tetra_event_to_compact(event, text, sizeof(text), NULL);
	(void)tetra_process_get_exec_id(tetra_event_get_ancestor(event, 1));
	tetra_event_unref(event);
}

/* Everything that the header lets another thread call. */
static void *ask(void *user)
{
	struct asker *asker = user;

	while (!__atomic_load_n(&asker->stop, __ATOMIC_RELAXED)) {
		struct tetra_session_stats stats = { .size = sizeof(stats) };
		struct tetra_counts counts = { .size = sizeof(counts) };

		(void)tetra_stats_session(asker->session, &stats);
		(void)tetra_stats_policy(asker->session, "guard", TETRA_ALL, TETRA_ALL,
					 &counts);
		(void)tetra_stats_policy(asker->session, "other", 0, 0, &counts);
		asker->n_asked++;
		read_handed(asker);
	}
	return NULL;
}

static void acts(int n)
{
	for (int i = 0; i < n; i++) {
		pid_t pid = i % 10 ? -1 : fork();

		if (pid == 0)
			_exit(0);
		if (pid > 0)
			waitpid(pid, NULL, 0);
		(void)rig_open_errno(CLOSED_FILE);
	}
}

static void commits(struct tetra_session *session, int i)
{
	struct tetra_txn *txn = rig_txn(session);

	fact_equal(rig_txn_load(txn, rig_policy(RIG_DENY, "other", CLOSED), 0), 0,
		   "load");
	fact_equal(tetra_txn_set_enabled(txn, "guard", i % 2, NULL), 0,
		   "switch the first");
	fact_equal(rig_commit(txn), 0, "commit");
	fact_equal(tetra_policy_unload(session, "other", NULL), 0, "unload");
}

static void second_thread(void)
{
	struct tetra_session_opts opts = { .size = sizeof(opts), .ring_bytes = 65536 };
	struct asker asker = { .session = rig_session(&opts) };
	pthread_t thread;

	fact_equal(tetra_subscribe(asker.session, NULL, on_event, &asker, NULL), 0,
		   "subscribe");
	rig_load(asker.session, rig_policy(RIG_DENY, "guard", CLOSED), 0);
	fact_equal(pthread_create(&thread, NULL, ask, &asker), 0, "a second thread asks");
	for (int i = 0; i < N_COMMITS; i++) {
		acts(N_EVENTS / N_COMMITS);
		commits(asker.session, i);
		while (tetra_session_poll(asker.session, 50) > 0)
			;
	}
	__atomic_store_n(&asker.stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	fact(asker.n_asked > 10 && asker.n_read > 0,
	     "%" PRIu64 " questions beside %u events, of which %" PRIu64
	     " were handed over",
	     asker.n_asked, asker.n_events, asker.n_read);
	tetra_event_unref(asker.handed);
	tetra_session_free(asker.session);
}

struct freer {
	struct tetra_session *session;
	struct tetra_session *returned;
	uint32_t n, n_other;
};

static int on_free(void *user, const struct tetra_event *event)
{
	struct freer *freer = user;
	struct tetra_session_stats stats = { .size = sizeof(stats) };
	char json[16];

	freer->n++;
	freer->returned = tetra_session_free(freer->session);
	freer->returned = freer->returned ?: tetra_session_free(freer->session);
	/* The event and the handle are good until the callback returns. */
	(void)tetra_event_to_json(event, json, sizeof(json));
	(void)tetra_stats_session(freer->session, &stats);
	return 0;
}

static int on_other(void *user, const struct tetra_event *event)
{
	struct freer *freer = user;

	freer->n_other++;
	return 0;
}

static void free_in_callback(void)
{
	struct freer freer = { .session = rig_session(NULL) };
	int r;

	fact_equal(tetra_subscribe(freer.session, NULL, on_free, &freer, NULL), 0,
		   "subscribe");
	fact_equal(tetra_subscribe(freer.session, NULL, on_other, &freer, NULL), 0,
		   "and another");
	rig_load(freer.session, rig_policy(RIG_DENY, "guard", CLOSED), 0);
	fact_equal(rig_open_errno(CLOSED_FILE), EPERM, "the act is denied");
	r = tetra_session_dispatch(freer.session, 0);
	if (!fact_told(freer.n, 1, "one event, and no other after it")) {
		rig_end(freer.session);
		return;
	}
	fact_equal(r, -ECANCELED, "a dispatch in which the session is freed");
	fact(!freer.returned, "free returns NULL in a callback too");
	fact_equal(freer.n_other, 0, "and none to another subscriber");
	fact_equal(rig_open_errno(CLOSED_FILE), 0, "nothing is in force any more");
}

static void on_log(void *user, uint32_t level, const char *module, const char *text)
{
	struct freer *freer = user;
	struct tetra_txn *txn = NULL;

	if (freer->n++ || !freer->session)
		return;
	fact_equal(tetra_session_dispatch(freer->session, 0), -EBUSY,
		   "dispatch inside a log function");
	fact_equal(tetra_txn_begin(freer->session, &txn), -EBUSY,
		   "a transaction inside a log function");
	fact(!tetra_session_free(freer->session), "free inside a log function");
}

static void free_in_log(void)
{
	struct freer freer = {};
	struct tetra_session_opts opts = { .size = sizeof(opts),
					   .log = on_log,
					   .log_user = &freer,
					   .log_level = TETRA_LOG_DEBUG };
	struct tetra_policy *policy = rig_policy(RIG_DENY, "guard", CLOSED);

	freer.session = rig_session(&opts);
	freer.n = 0;
	fact_equal(tetra_policy_load(freer.session, policy, NULL, NULL), -ECANCELED,
		   "a commit whose log function frees the session");
	fact(freer.n > 0, "the log function was called");
	fact_equal(rig_open_errno(CLOSED_FILE), 0, "nothing is in force");
	tetra_policy_unref(policy);
}

static void free_with_transaction(void)
{
	struct tetra_policy *policy = rig_policy(RIG_DENY, "guard", CLOSED);
	struct tetra_session *session = rig_session(NULL);
	struct tetra_txn *txn = rig_txn(session);

	fact_equal(tetra_txn_load(txn, policy, NULL, NULL), 0, "load in a transaction");
	tetra_session_free(session);
	fact_equal(tetra_txn_load(txn, policy, NULL, NULL), -ECANCELED,
		   "load when the session is gone");
	fact_equal(tetra_txn_unload(txn, "guard", NULL), -ECANCELED, "unload");
	fact_equal(tetra_txn_set_mode(txn, "guard", TETRA_MODE_MONITOR, NULL), -ECANCELED,
		   "mode");
	fact_equal(tetra_txn_set_enabled(txn, "guard", 0, NULL), -ECANCELED, "disable");
	fact_equal(tetra_txn_commit(txn, NULL), -ECANCELED, "commit");
	session = rig_session(NULL);
	txn = rig_txn(session);
	tetra_session_free(session);
	fact(!tetra_txn_free(txn), "the transaction is given up after the session");
	tetra_policy_unref(policy);
}

struct size_row {
	uint32_t ring_bytes, max_processes;
	int result;
	const char *word; /* in some finding; NULL: there is none */
};

static bool diag_says(struct tetra_diag *diag, const char *word)
{
	struct tetra_finding finding = { .size = sizeof(finding) };

	for (unsigned int i = 0; tetra_diag_get(diag, i, &finding) == 0; i++)
		if (word && strstr(finding.message, word))
			return true;
	return !word && tetra_diag_count(diag, 0) == 0;
}

static void sizes(void)
{
	static const struct size_row rows[] = {
		{ 0, 0, 0, NULL },
		{ 65536, 4096, 0, NULL },
		{ 1, 0, 0, "ring_bytes is 1;" },
		{ 3000000, 0, 0, "4194304" },
		{ UINT32_MAX, 0, -EINVAL, "ring_bytes is 4294967295" },
		{ (1u << 30) + 1, 0, -EINVAL, "ring_bytes" },
		{ 0, UINT32_MAX, -EINVAL, "max_processes is 4294967295" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tetra_session_opts opts = { .size = sizeof(opts),
						   .ring_bytes = rows[i].ring_bytes,
						   .max_processes =
							   rows[i].max_processes };
		struct tetra_session *session = NULL;
		struct tetra_diag *diag = NULL;

		(void)tetra_diag_new(&diag);
		fact_equal(tetra_session_new(&session, &opts, diag), rows[i].result,
			   "ring_bytes %u, max_processes %u", rows[i].ring_bytes,
			   rows[i].max_processes);
		fact(diag_says(diag, rows[i].word), "it says %s",
		     rows[i].word ? rows[i].word : "nothing");
		tetra_session_free(session);
		tetra_diag_free(diag);
	}
}

int main(void)
{
	rig_file(CLOSED, CLOSED_FILE);
	sizes();
	free_with_transaction();
	free_in_callback();
	free_in_log();
	second_thread();
	return fact_close();
}
