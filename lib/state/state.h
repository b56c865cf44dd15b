/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inside of a session.
 *
 * What is in force is one struct session_state: policies with their modes, hook points, the
 * compiled image. A transaction builds the next one separately; commit publishes its image
 * and exchanges the two. The lock is held for that exchange and by the statistics calls,
 * which may come from another thread.
 */
#ifndef TETRA_LIB_STATE_H
#define TETRA_LIB_STATE_H

#include <pthread.h>

#include "lib/base/dict.h"
#include "lib/event/record.h"
#include "lib/image/image.h"
#include "lib/sensor/publish.h"
#include "lib/sensor/ring.h"
#include "lib/state/marks.h"
#include "lib/state/point.h"
#include "lib/state/scope.h"
#include "lib/state/use.h"
#include "lib/state/watch.h"

/* Unused hook rows of an image: a new hook point needs an empty row in the image that is
 * already in force. */
#define STATE_SPARE_HOOKS 32u

struct state_policy {
	struct session_policy *loaded;
	uint32_t mode; /* TETRA_MODE_ENFORCE or _MONITOR */
	bool enabled;
	struct scope *scope; /* NULL: all processes */
};

/* One use on a point, in the order of policies: its position is the group's in the image. */
struct state_member {
	struct session_use *use;
	uint32_t policy; /* in state->policies */
};

struct state_point {
	struct session_point *point;
	struct state_member *members;
	uint32_t n_members;
};

struct session_state {
	struct state_policy *policies;
	uint32_t n_policies, size_policies;
	/* By name: the index when it was added. It is lower now by at most n_removed. */
	struct dict names;
	uint32_t n_removed;
	struct state_point *points;
	uint32_t n_points;
	struct image *image;
	struct published published;
	uint32_t n_hooks; /* rows of the image */
};

struct tetra_sub {
	struct tetra_session *session;
	struct tetra_filter *filter; /* or NULL */
	tetra_event_fn fn;
	void *user;
	bool ended; /* during a callback: freed afterwards */
	struct tetra_sub *next;
};

struct session_seeds;

struct tetra_session {
	struct tetra_session_opts opts;
	struct tetra_kernel *kernel;
	struct sensor *sensor;
	struct ring *ring;
	struct decoder *decoder;
	struct users *users; /* NULL: names of users are not shown */
	int epoll_fd, event_fd, timer_fd;
	uint64_t settle_ns; /* CLOCK_MONOTONIC when losses are checked; 0: not needed */
	uint64_t watch_ns;  /* when the kernel's switches are checked */
	struct watch watch;
	struct tetra_seed seed;
	pthread_mutex_t lock;

	struct session_state *state;
	struct session_use **groups; /* by group number; NULL: removed */
	uint32_t n_groups, next_group;
	/* Policies no longer in force whose records may still be in the ring. */
	struct session_policy **retired;
	uint32_t n_retired;
	uint64_t used_hooks[TETRA_MAX_HOOKS / 64];
	struct marks marks;

	struct tetra_sub *subs;
	struct session_seeds *seeds; /* of the start, not yet delivered */
	struct tetra_txn *txn;	     /* the open one, or NULL */
	bool dispatching, stop_asked;
	/* Running calls of the user's functions, and whether one of them freed the session. */
	uint32_t n_callbacks;
	bool free_asked;
	bool table_was_full;		   /* and this was reported */
	bool losses_unknown;		   /* and this was reported */
	unsigned int max_events, n_events; /* of this dispatch */
	uint64_t commits, delivered, filtered;
	uint64_t losses[TETRA_LOST_END]; /* reported so far */
	uint64_t parted_misses;		 /* skipped runs of removed hook points */
};

void session_log(struct tetra_session *session, uint32_t level, const char *module,
		 const char *format, ...) _printf_(4, 5);

/* ledger.c */
void session_report_losses(struct tetra_session *session);
/* Adds the counters of @state's image to the uses. Called with the lock held. */
void state_harvest(struct session_state *state);

/* state.c */
struct session_state *state_free(struct session_state *state);
struct state_policy *state_find_policy(const struct session_state *state,
				       const char *name);
/* Takes the reference @loaded, also on failure; no other policy of its name may exist. Its scope
 * is everywhere. */
int state_add_policy(struct session_state *state, struct session_policy *loaded,
		     uint32_t mode, bool enabled);
void state_remove_policy(struct session_state *state, struct state_policy *policy);
int session_groups_set(struct tetra_session *session, uint32_t group,
		       struct session_use *use);
/* Drops retired policies: the ring no longer holds any of their records. */
void session_drop_retired(struct tetra_session *session);

#endif
