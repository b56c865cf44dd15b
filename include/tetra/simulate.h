/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TETRA_SIMULATE_H
#define TETRA_SIMULATE_H

/*
 * What policies would do, without a kernel and without privilege. A simulation holds policies;
 * an input is one event, built part by part; the answer is a verdict for each hook of the
 * policies that the event meets.
 *
 * What an input does not say is unknown, and so is each verdict that depends on it: a verdict
 * other than UNKNOWN holds for all values that the rest may have. Two things are assumed, as no
 * event tells them: the names of files and programs were made in the machine's first user
 * namespace (unless tetra_input_set_names() or the process's user namespace say otherwise), and
 * the kernel side knew the process. Names are compared as they are written: symbolic links are
 * not followed, and programs in matchBinaries are not widened to what they link to. Rate limits
 * are not applied.
 *
 * A simulation and an input are used by one thread at a time; policies may be shared.
 */

#include <tetra/common.h>
#include <tetra/diag.h>
#include <tetra/event.h>
#include <tetra/policy.h>

TETRA_BEGIN_DECLS

struct tetra_sim;
struct tetra_input;

/* What is done, the strongest last; an enforcing verdict is also told unless .silent. Crosses
 * the ABI as uint32_t. Since: 0.1 */
enum tetra_verdict_kind {
	TETRA_VERDICT_NONE = 1,	  /* no selector matches */
	TETRA_VERDICT_SILENT = 2, /* one does, with NoPost: nothing is done */
	TETRA_VERDICT_POST = 3,	  /* an event */
	TETRA_VERDICT_SIGNAL = 4,
	TETRA_VERDICT_KILL = 5, /* Sigkill */
	TETRA_VERDICT_DENY = 6, /* Override */
	/* selectors with different effects may match: see .depends_on */
	TETRA_VERDICT_UNKNOWN = 7,
};

/* Bits of struct tetra_sim_opts.flags. Since: 0.1 */
#define TETRA_SIM_EXPLAIN 1u /* fill .missed_by of verdicts NONE */

/**
 * struct tetra_sim_opts - options of tetra_sim_new()
 * @size:	sizeof(struct tetra_sim_opts)
 * @flags:	TETRA_SIM_*
 * @mode:	enum tetra_mode; DEFAULT: each policy's own
 *
 * Since: 0.1
 */
struct tetra_sim_opts {
	size_t size;
	uint32_t flags;
	uint32_t mode;
};

/**
 * struct tetra_verdict - what one hook of a policy says of an event
 * @size:	set by the caller to sizeof(struct tetra_verdict)
 * @policy:	position of the policy in those given to tetra_sim_new()
 * @hook:	position of the hook in the policy
 * @kind:	enum tetra_verdict_kind
 * @selector:	which selector decided, from 0; NONE: the one that was nearest to match, with
 *		TETRA_SIM_EXPLAIN; UNKNOWN: the first that may match; -1: none, or one of
 *		several that have the same effect
 * @error:	DENY: what the call returns, a negative errno or a value
 * @signal:	the signal that is sent; 0 for none
 * @silent:	1 if no event is sent
 * @policy_name: metadata.name
 * @hook_name:	where the hook is in the policy, "kprobes[0]"
 * @missed_by:	NONE, with TETRA_SIM_EXPLAIN: the filter of that selector that did not match,
 *		"matchArgs[1]"; the nearest selector is the one with the fewest such filters, then
 *		with the fewest that are not decided, then the first. Else empty
 * @depends_on:	UNKNOWN: the first filter of that selector that is not decided. Else empty
 *
 * In monitor mode nothing is enforced: POST or SILENT. Texts are borrowed from the simulation.
 * Since: 0.1
 */
struct tetra_verdict {
	size_t size;
	uint32_t policy;
	uint32_t hook;
	uint32_t kind;
	int32_t selector;
	int32_t error;
	uint32_t signal;
	uint32_t silent;
	uint32_t reserved;
	const char *policy_name;
	const char *hook_name;
	char missed_by[32];
	char depends_on[32];
};

/**
 * tetra_sim_new() - make a simulation
 * @ret:	set to the simulation; freed by tetra_sim_free()
 * @policies:	references are taken
 * @n_policies:	how many; 0 is fine
 * @opts:	NULL for defaults
 * @diag:	gets notes about what cannot be simulated; may be NULL
 *
 * Return: 0; -EINVAL, -E2BIG for bad options; -ENOMEM. Since: 0.1
 */
TETRA_API int tetra_sim_new(struct tetra_sim **ret, struct tetra_policy *const *policies,
			    size_t n_policies, const struct tetra_sim_opts *opts,
			    struct tetra_diag *diag);

/** tetra_sim_free() - free a simulation; NULL is fine. Return: NULL. Since: 0.1 */
TETRA_API struct tetra_sim *tetra_sim_free(struct tetra_sim *sim);

/**
 * tetra_sim_run() - judge one event
 *
 * Allocates nothing. The verdicts are there until the next run.
 *
 * Return: how many hooks of the policies the event meets, one verdict each; -EINVAL. Since: 0.1
 */
TETRA_API int tetra_sim_run(struct tetra_sim *sim, const struct tetra_input *input);

/**
 * tetra_sim_get_verdict() - one verdict of the last run
 * @index:	from 0, in the order of policies and their hooks
 * @ret:	.size set by the caller; filled in
 *
 * Return: 0; -ENOENT past the last; -EINVAL without a size. Since: 0.1
 */
TETRA_API int tetra_sim_get_verdict(const struct tetra_sim *sim, unsigned int index,
				    struct tetra_verdict *ret);

/**
 * tetra_verdict_kind_to_name() - "kill"
 * @kind:	enum tetra_verdict_kind
 *
 * Return: a static string; NULL for an unknown number. Any thread. Since: 0.1
 */
TETRA_API const char *tetra_verdict_kind_to_name(uint32_t kind);

/* Arguments of an input, and the position of its return value. Since: 0.1 */
#define TETRA_INPUT_MAX_ARGS 16u
#define TETRA_INPUT_RETURN   0xffffffffu
/* The position of the first element of data; the others follow. Since: 0.1 */
#define TETRA_INPUT_DATA 0x10000u
/* Longest text of an input, and all of them together, bytes. Since: 0.1 */
#define TETRA_INPUT_MAX_BYTES (1u << 20)

/* What is known of a value that has no text or number. Crosses the ABI as uint32_t. Since:
 * 0.1 */
enum tetra_input_state {
	TETRA_INPUT_UNKNOWN = 0,
	TETRA_INPUT_UNREADABLE = 1, /* it could not be read */
	/* its end was not reached: longer than any literal; a text that is set begins it */
	TETRA_INPUT_TRUNCATED = 2,
	TETRA_INPUT_NO_PATH = 3, /* it has no name: a memfd, a null pointer */
	TETRA_INPUT_ABSENT = 4,	 /* nothing is there: a pipe, a closed descriptor */
	TETRA_INPUT_BEGINNING =
		5, /* the text that is set begins it; the rest is unknown */
};

/* Where the names of an input were made. Crosses the ABI as uint32_t. Since: 0.1 */
enum tetra_input_names {
	/* in the machine's first user namespace; unknown if the process is known to be in
	 * another one */
	TETRA_INPUT_NAMES_DEFAULT = 0,
	TETRA_INPUT_NAMES_HOST = 1,
	TETRA_INPUT_NAMES_FOREIGN = 2, /* on mounts of another user namespace */
	TETRA_INPUT_NAMES_UNKNOWN = 3,
};

/* Bits of the parts of a socket that are known. Since: 0.1 */
#define TETRA_INPUT_SADDR    (1u << 1)
#define TETRA_INPUT_DADDR    (1u << 2)
#define TETRA_INPUT_SPORT    (1u << 3)
#define TETRA_INPUT_DPORT    (1u << 4)
#define TETRA_INPUT_PROTOCOL (1u << 5)
#define TETRA_INPUT_FAMILY   (1u << 6)
#define TETRA_INPUT_TCPSTATE (1u << 7)

/**
 * tetra_input_new() - create an event whose parts are all unknown
 * @ret:	set to the input; freed by tetra_input_free()
 *
 * Setters copy what they are given, and replace what was set before.
 *
 * Return: 0, or -ENOMEM. Since: 0.1
 */
TETRA_API int tetra_input_new(struct tetra_input **ret);

/** tetra_input_free() - free an input; NULL is fine. Return: NULL. Since: 0.1 */
TETRA_API struct tetra_input *tetra_input_free(struct tetra_input *input);

/** tetra_input_reset() - back to nothing; its memory is kept for the next event. Since: 0.1 */
TETRA_API void tetra_input_reset(struct tetra_input *input);

/**
 * tetra_input_set_function() - a kernel function was called
 * @name:	"tcp_connect"; of a system call "sys_write" or "__x64_sys_write"
 *
 * Return: 0; -EINVAL; -E2BIG; -ENOMEM. So do all setters of texts. Since: 0.1
 */
TETRA_API int tetra_input_set_function(struct tetra_input *input, const char *name);

/** tetra_input_set_tracepoint() - an event of tracefs occurred. Since: 0.1 */
TETRA_API int tetra_input_set_tracepoint(struct tetra_input *input, const char *subsystem,
					 const char *event);

/** tetra_input_set_lsm() - an LSM hook was called, "file_open". Since: 0.1 */
TETRA_API int tetra_input_set_lsm(struct tetra_input *input, const char *hook);

/**
 * tetra_input_set_uprobe() - a place in a program or library was reached
 * @path:	of the file, from the root on
 * @place:	"readline", "main+0x10", "offset 0x1166" (in the file), "address 0x401166"; as the
 *		policy has it, numbers in hexadecimal
 *
 * Since: 0.1
 */
TETRA_API int tetra_input_set_uprobe(struct tetra_input *input, const char *path,
				     const char *place);

/**
 * tetra_input_set_usdt() - a probe that a program or library has put into its own code was reached
 * @path:	of the file, absolute
 * @provider:	the provider of the probe
 * @name:	its name
 *
 * Since: 0.1
 */
TETRA_API int tetra_input_set_usdt(struct tetra_input *input, const char *path,
				   const char *provider, const char *name);

/**
 * tetra_input_set_policy() - the event was recorded, under the policy of that name
 *
 * Its arguments are those of that policy, without nop. Another policy's arguments are found by
 * their labels, or by their types (tetra_input_set_type()) where these are unmistakable; the
 * others are unknown. Without this call, positions are those of each policy's args.
 * Since: 0.1
 */
TETRA_API int tetra_input_set_policy(struct tetra_input *input, const char *name);

/**
 * tetra_input_set_number() - an argument is a number
 * @position:	from 0, as in the policy's args; from TETRA_INPUT_DATA, as in its data;
 *		or TETRA_INPUT_RETURN
 * @number:	sign- or zero-extended
 *
 * Return: 0; -EINVAL; -E2BIG from TETRA_INPUT_MAX_ARGS on. Since: 0.1
 */
TETRA_API int tetra_input_set_number(struct tetra_input *input, uint32_t position,
				     uint64_t number);

/** tetra_input_set_text() - an argument is a text, a path or bytes. Since: 0.1 */
TETRA_API int tetra_input_set_text(struct tetra_input *input, uint32_t position,
				   const char *text, size_t len);

/**
 * tetra_input_set_sock() - an argument is a socket
 * @sock:	.size set by the caller
 * @known:	TETRA_INPUT_SADDR and so on: which parts of @sock are set
 *
 * A known address or port says that the family is AF_INET or AF_INET6. Addresses are read as
 * @sock->family says, also if that is not known.
 *
 * Return: 0; -EINVAL; -E2BIG. Since: 0.1
 */
TETRA_API int tetra_input_set_sock(struct tetra_input *input, uint32_t position,
				   const struct tetra_sock *sock, uint32_t known);

/**
 * tetra_input_set_sock_part() - one part of a socket, as events write it
 * @part:	TETRA_INPUT_SADDR or another one
 * @text:	"AF_INET", "IPPROTO_TCP", "TCP_LISTEN", "10.0.0.1", or a number; addresses come
 *		after the family
 *
 * Return: 0; -ENOENT for an unknown name; -EINVAL, and nothing has changed; -E2BIG. Since: 0.1
 */
TETRA_API int tetra_input_set_sock_part(struct tetra_input *input, uint32_t position,
					uint32_t part, const char *text);

/**
 * tetra_input_set_lacking() - parts of a packet that are not known because it lacks them
 * @parts:	TETRA_INPUT_SADDR and so on
 * @state:	TETRA_INPUT_ABSENT: it has none, as a later fragment has no ports;
 *		TETRA_INPUT_UNREADABLE: they could not be read
 *
 * After tetra_input_set_sock() or tetra_input_set_sock_part(), if one is called. Arguments of
 * types other than skb do not lack parts, and ignore it. Return: 0, -EINVAL or -E2BIG.
 * Since: 0.1
 */
TETRA_API int tetra_input_set_lacking(struct tetra_input *input, uint32_t position,
				      uint32_t parts, uint32_t state);

/** tetra_input_set_state() - an argument is enum tetra_input_state. Since: 0.1 */
TETRA_API int tetra_input_set_state(struct tetra_input *input, uint32_t position,
				    uint32_t state);

/** tetra_input_set_file_type() - the type of a file: S_IFREG and so on. Since: 0.1 */
TETRA_API int tetra_input_set_file_type(struct tetra_input *input, uint32_t position,
					uint32_t mode);

/**
 * tetra_input_set_foreign() - whether the mount namespace of an argument's path belongs to a user
 *			       namespace other than the machine's first
 * @is_foreign:	1 or 0. What is said of one path overrides tetra_input_set_names().
 *
 * In events the flag "userNamespace". Return: 0, -EINVAL or -E2BIG. Since: 0.1
 */
TETRA_API int tetra_input_set_foreign(struct tetra_input *input, uint32_t position,
				      int is_foreign);

/** tetra_input_set_binary_foreign() - the same of the process's executable. Since: 0.1 */
TETRA_API int tetra_input_set_binary_foreign(struct tetra_input *input, int is_foreign);

/** tetra_input_set_label() - the argument's label; it then belongs to the argument of each
 * policy that has this label. Since: 0.1 */
TETRA_API int tetra_input_set_label(struct tetra_input *input, uint32_t position,
				    const char *label);

/** tetra_input_set_type() - the key of a recorded argument's value, "file_arg". Since: 0.1 */
TETRA_API int tetra_input_set_type(struct tetra_input *input, uint32_t position,
				   const char *key);

/** tetra_input_set_pid() - thread group id in the host's pid namespace. Since: 0.1 */
TETRA_API int tetra_input_set_pid(struct tetra_input *input, uint32_t pid);

/** tetra_input_set_namespace_pid() - that in its own pid namespace; 0: in the host's.
 * Since: 0.1 */
TETRA_API int tetra_input_set_namespace_pid(struct tetra_input *input, uint32_t pid);

/** tetra_input_set_binary() - the path of the process's executable. Since: 0.1 */
TETRA_API int tetra_input_set_binary(struct tetra_input *input, const char *path,
				     size_t len);

/** tetra_input_set_binary_state() - UNKNOWN, UNREADABLE, or NO_PATH (a kernel thread). Since:
 * 0.1 */
TETRA_API int tetra_input_set_binary_state(struct tetra_input *input, uint32_t state);

/**
 * tetra_input_add_ancestor() - the executable of a parent, of its parent, and so on
 *
 * For followChildren. The image that a process had before it executed another program counts
 * as an ancestor.
 *
 * Return: 0; -EINVAL; -E2BIG past the 16th; -ENOMEM. Since: 0.1
 */
TETRA_API int tetra_input_add_ancestor(struct tetra_input *input, const char *path,
				       size_t len);

/** tetra_input_set_ancestor_foreign() - as tetra_input_set_binary_foreign(), of the ancestor that
 * was added last; -EINVAL before the first. Since: 0.1 */
TETRA_API int tetra_input_set_ancestor_foreign(struct tetra_input *input, int is_foreign);

/** tetra_input_end_ancestors() - all ancestors were given. The pids of those that were added
 * are not known. Since: 0.1 */
TETRA_API int tetra_input_end_ancestors(struct tetra_input *input);

/**
 * tetra_input_set_namespace() - a namespace of the process
 * @ns:		enum tetra_process_namespace
 * @inode:	its number; 0 if not known
 * @is_host:	1: it is the machine's own, 0: it is not, -1: not known
 *
 * Return: 0, or -EINVAL. Since: 0.1
 */
TETRA_API int tetra_input_set_namespace(struct tetra_input *input, uint32_t ns,
					uint64_t inode, int is_host);

/** tetra_input_set_capabilities() - a set of the process, bit n for capability n. @set: enum
 * tetra_process_capset. Since: 0.1 */
TETRA_API int tetra_input_set_capabilities(struct tetra_input *input, uint32_t set,
					   uint64_t capabilities);

/** tetra_input_add_capability() - one more of a set, "CAP_SYS_ADMIN"; -ENOENT for an unknown
 * name. Since: 0.1 */
TETRA_API int tetra_input_add_capability(struct tetra_input *input, uint32_t set,
					 const char *name);

/** tetra_input_set_names() - where names were made, enum tetra_input_names. Since: 0.1 */
TETRA_API int tetra_input_set_names(struct tetra_input *input, uint32_t names);

/**
 * tetra_input_read() - read an event written by hand
 * @input:	reset first
 * @text:	YAML or JSON, not NUL-terminated: {function: tcp_connect, args: [...], process:
 *		{binary: /usr/bin/curl}}
 * @len:	bytes of @text
 * @file:	name to use in findings; NULL: "-"
 * @diag:	collects every finding; may be NULL
 *
 * Return: 0; -EINVAL if the text is not an event; @input is then reset; -E2BIG over a limit;
 * -ENOMEM. Since: 0.1
 */
TETRA_API int tetra_input_read(struct tetra_input *input, const char *text, size_t len,
			       const char *file, struct tetra_diag *diag);

TETRA_END_DECLS

#endif
