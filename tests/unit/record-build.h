/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records as the kernel side writes them, put together by hand, and a decoder that keeps
 * what it delivers. For tests and benchmarks of lib/event.
 */
#ifndef TESTS_RECORD_BUILD_H
#define TESTS_RECORD_BUILD_H

#include <stdio.h>

#include "bpf/abi/image.h"
#include "lib/event/record.h"

/* Clocks of the tests: the machine has run for 1000 s at 2026-08-21T10:46:36.5Z. */
#define BUILD_BOOT_NS	 UINT64_C(1000000000000)
#define BUILD_WALL_NS	 UINT64_C(1787309196500000000)
#define BUILD_MAX_EVENTS 64u

struct build {
	_Alignas(8) uint8_t bytes[TETRA_RECORD_MAX * 2];
};

static inline struct tetra_record *build_head(struct build *build, uint32_t kind,
					      size_t bytes, uint32_t tgid, uint64_t stamp)
{
	struct tetra_record *head = (struct tetra_record *)build->bytes;

	memset(build->bytes, 0, bytes);
	*head = (struct tetra_record){ .bytes = (uint32_t)bytes,
				       .kind = (uint16_t)kind,
				       .time_ns = stamp,
				       .tgid = tgid,
				       .tid = tgid,
				       .stamp = stamp };
	return head;
}

static inline void build_bytes(struct tetra_record *head, const void *bytes, size_t n)
{
	memset((uint8_t *)head + head->bytes, 0, ROUND_UP(n, 8));
	if (n)
		memcpy((uint8_t *)head + head->bytes, bytes, n);
	head->bytes += (uint32_t)ROUND_UP(n, 8);
}

struct build_exec {
	uint32_t tgid, parent_tgid;
	uint64_t stamp, parent_stamp, old_stamp;
	uint32_t flags;
	uint32_t uid, login_uid;
	uint32_t args_bytes; /* 0: as many as there are inline */
	uint32_t deleted;    /* 1: no links */
	uint32_t privileges;
	const char *above; /* name of the group with an id */
	const char *filename, *exe, *cwd, *cgroup;
	const char *args; /* with its NULs */
	size_t args_len;
};

#define BUILD_ARGS(text) .args = text, .args_len = sizeof(text)

static inline struct tetra_record *build_exec(struct build *build,
					      const struct build_exec *of)
{
	struct tetra_record_exec *exec = (struct tetra_record_exec *)build_head(
		build, TETRA_RECORD_EXEC, sizeof(*exec), of->tgid, of->stamp);

	exec->head.flags = (uint16_t)of->flags;
	exec->old_stamp = of->old_stamp;
	exec->parent_tgid = of->parent_tgid;
	exec->parent_stamp = of->parent_stamp;
	exec->cred.uid = exec->cred.euid = of->uid;
	exec->cred.login_uid = of->login_uid;
	exec->cred.caps[TETRA_CAPSET_EFFECTIVE] = of->uid ? 0 : 0x200003;
	exec->namespaces[TETRA_NS_MNT] = 4026531841;
	exec->namespaces[TETRA_NS_TIME] = 4026531834;
	exec->inode = 4711;
	exec->links = !of->deleted;
	exec->privileges = of->privileges;
	exec->above_bytes = (uint16_t)(of->above ? strlen(of->above) : 0);
	exec->args_bytes = of->args_bytes ? of->args_bytes : (uint32_t)of->args_len;
	exec->filename_bytes = (uint16_t)(of->filename ? strlen(of->filename) : 0);
	exec->exe_bytes = (uint16_t)(of->exe ? strlen(of->exe) : 0);
	exec->cwd_bytes = (uint16_t)(of->cwd ? strlen(of->cwd) : 0);
	exec->args_inline_bytes = (uint16_t)of->args_len;
	if (of->cgroup)
		snprintf(exec->cgroup, sizeof(exec->cgroup), "%s", of->cgroup);
	build_bytes(&exec->head, of->above, exec->above_bytes);
	build_bytes(&exec->head, of->filename, exec->filename_bytes);
	build_bytes(&exec->head, of->exe, exec->exe_bytes);
	build_bytes(&exec->head, of->cwd, exec->cwd_bytes);
	build_bytes(&exec->head, of->args, of->args_len);
	return &exec->head;
}

static inline struct tetra_record *build_fork(struct build *build, uint32_t tgid,
					      uint64_t stamp, uint32_t parent_tgid,
					      uint64_t parent_stamp)
{
	struct tetra_record_fork *fork = (struct tetra_record_fork *)build_head(
		build, TETRA_RECORD_FORK, sizeof(*fork), tgid, stamp);

	fork->parent_tgid = parent_tgid;
	fork->parent_stamp = parent_stamp;
	return &fork->head;
}

static inline struct tetra_record *build_exit(struct build *build, uint32_t tgid,
					      uint64_t stamp, uint64_t time_ns,
					      uint32_t code)
{
	struct tetra_record_exit *exit = (struct tetra_record_exit *)build_head(
		build, TETRA_RECORD_EXIT, sizeof(*exit), tgid, stamp);

	exit->head.time_ns = time_ns;
	exit->code = code;
	return &exit->head;
}

static inline struct tetra_record *build_args(struct build *build, uint32_t tgid,
					      uint64_t stamp, uint32_t offset,
					      const char *text, size_t n)
{
	struct tetra_record_args *args = (struct tetra_record_args *)build_head(
		build, TETRA_RECORD_ARGS, sizeof(*args), tgid, stamp);

	args->offset = offset;
	args->bytes = (uint32_t)n;
	build_bytes(&args->head, text, n);
	return &args->head;
}

static inline struct tetra_record *build_hook(struct build *build, uint32_t group,
					      uint32_t tgid, uint64_t stamp,
					      uint32_t action)
{
	struct tetra_record_hook *hook = (struct tetra_record_hook *)build_head(
		build, TETRA_RECORD_HOOK, sizeof(*hook), tgid, stamp);

	hook->head.time_ns = stamp + 200000000;
	hook->group = group;
	hook->action = (uint16_t)action;
	return &hook->head;
}

static inline struct tetra_record_arg *build_arg(struct tetra_record *head, uint32_t slot,
						 uint32_t kind, const void *bytes,
						 size_t n)
{
	struct tetra_record_hook *hook = (struct tetra_record_hook *)head;
	struct tetra_record_arg arg = { .kind = (uint8_t)kind,
					.slot = (uint8_t)slot,
					.bytes = (uint32_t)n };
	uint32_t at = head->bytes;

	hook->n_args++;
	build_bytes(head, &arg, sizeof(arg));
	build_bytes(head, bytes, n);
	return (struct tetra_record_arg *)((uint8_t *)head + at);
}

static inline struct tetra_record_arg *build_int(struct tetra_record *head, uint32_t slot,
						 uint32_t kind, int64_t value)
{
	return build_arg(head, slot, kind, &value, sizeof(value));
}

static inline struct tetra_record_arg *build_path(struct tetra_record *head,
						  uint32_t slot, uint32_t kind,
						  uint64_t mode, const char *path)
{
	uint8_t bytes[8 + TETRA_TEXT_MAX];

	memcpy(bytes, &mode, sizeof(mode));
	memcpy(bytes + 8, path, strlen(path));
	return build_arg(head, slot, kind, bytes, 8 + strlen(path));
}

/* A decoder, its groups, and what it delivered: kept events and their lines. */
struct desk {
	struct decoder *decoder;
	const struct event_group *groups[8]; /* by id */
	struct tetra_event *events[BUILD_MAX_EVENTS];
	char *lines[BUILD_MAX_EVENTS]; /* as the borrowed event gave them */
	uint32_t n_events;
};

static inline const struct event_group *desk_find(void *user, uint32_t id)
{
	struct desk *desk = user;

	return id < ARRAY_SIZE(desk->groups) ? desk->groups[id] : NULL;
}

static inline char *event_line(const struct tetra_event *event)
{
	size_t n = tetra_event_to_json(event, NULL, 0);
	char *line = malloc(n + 1);

	if (!line || tetra_event_to_json(event, line, n + 1) != n)
		abort();
	return line;
}

static inline void desk_keep(void *user, const struct tetra_event *event)
{
	struct desk *desk = user;

	if (desk->n_events == BUILD_MAX_EVENTS)
		abort();
	desk->lines[desk->n_events] = event_line(event);
	desk->events[desk->n_events++] = tetra_event_ref(event);
}

static inline void desk_clear(struct desk *desk)
{
	while (desk->n_events) {
		desk->n_events--;
		tetra_event_unref(desk->events[desk->n_events]);
		free(desk->lines[desk->n_events]);
	}
}

static inline void desk_init(struct desk *desk, const struct decoder_opts *opts)
{
	struct decoder_opts all = opts ? *opts : (struct decoder_opts){ 0 };

	memset(desk, 0, sizeof(*desk));
	if (!all.json.node_name)
		all.json.node_name = "edge-7";
	all.find_group = desk_find;
	if (!all.deliver)
		all.deliver = desk_keep;
	all.user = desk;
	if (decoder_new(&desk->decoder, &all) < 0)
		abort();
	decoder_tick_at(desk->decoder, BUILD_BOOT_NS, BUILD_WALL_NS);
}

static inline void desk_done(struct desk *desk)
{
	desk_clear(desk);
	desk->decoder = decoder_free(desk->decoder);
}

static inline int desk_feed(struct desk *desk, const struct tetra_record *head)
{
	return decoder_record(desk->decoder, head, head->bytes);
}

#endif
