/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TETRA_PROCESS_H
#define TETRA_PROCESS_H

/*
 * Processes, as events show them. A process here is one image of a program: a process
 * that executes another program becomes a new one, with a new exec_id and the same pid.
 * Changes after the exec (setuid, chdir) are not included.
 *
 * A process is borrowed from its event and lives as long as that event: until the callback
 * returns, or until the last reference to an event kept with tetra_event_ref() is dropped.
 * All calls only read, and may be made by any thread that may use the event. All strings
 * are borrowed from the process and NUL-terminated; paths and arguments are bytes as the
 * kernel had them, not necessarily UTF-8.
 *
 * For a process that started before the session or whose records were lost, only the pid
 * and start time may be known; see tetra_process_is_known().
 */

#include <tetra/common.h>

TETRA_BEGIN_DECLS

struct tetra_process;

/* Namespaces; crosses the ABI as uint32_t. Since: 0.1 */
enum tetra_process_namespace {
	TETRA_PROCESS_NS_UTS = 0,
	TETRA_PROCESS_NS_IPC = 1,
	TETRA_PROCESS_NS_MNT = 2,
	TETRA_PROCESS_NS_PID = 3,
	TETRA_PROCESS_NS_PID_FOR_CHILDREN = 4,
	TETRA_PROCESS_NS_NET = 5,
	TETRA_PROCESS_NS_TIME = 6,
	TETRA_PROCESS_NS_TIME_FOR_CHILDREN = 7,
	TETRA_PROCESS_NS_CGROUP = 8,
	TETRA_PROCESS_NS_USER = 9,
};

/* Capability sets; crosses the ABI as uint32_t. Since: 0.1 */
enum tetra_process_capset {
	TETRA_PROCESS_CAPS_PERMITTED = 0,
	TETRA_PROCESS_CAPS_EFFECTIVE = 1,
	TETRA_PROCESS_CAPS_INHERITABLE = 2,
};

/**
 * struct tetra_credentials - a process's credentials when it executed its program
 * @size:	set by the caller to sizeof(struct tetra_credentials)
 * @uid:	real user id; this and all other ids are in the host's user namespace
 * @gid:	real group id
 * @euid:	effective user id; the "uid" of JSON events
 * @egid:	effective group id
 * @suid:	saved user id
 * @sgid:	saved group id
 * @fsuid:	user id for file access
 * @fsgid:	group id for file access
 * @securebits:	as returned by prctl(PR_GET_SECUREBITS)
 * @login_uid:	audit login user; 4294967295 if there is none
 *
 * Since: 0.1
 */
struct tetra_credentials {
	size_t size;
	uint32_t uid;
	uint32_t gid;
	uint32_t euid;
	uint32_t egid;
	uint32_t suid;
	uint32_t sgid;
	uint32_t fsuid;
	uint32_t fsgid;
	uint32_t securebits;
	uint32_t login_uid;
};

/**
 * tetra_process_is_known() - whether more than the pid and start time is known
 *
 * If not, the other getters return NULL, 0 or an empty text. Return: 1 or 0.
 * Since: 0.1
 */
TETRA_API int tetra_process_is_known(const struct tetra_process *process);

/** tetra_process_get_pid() - thread group id in the host's pid namespace. Since: 0.1 */
TETRA_API uint32_t tetra_process_get_pid(const struct tetra_process *process);

/**
 * tetra_process_get_namespace_pid() - thread group id in the process's own pid namespace
 *
 * Return: the id; that of the host if the process is in the host's namespace. Since: 0.1
 */
TETRA_API uint32_t tetra_process_get_namespace_pid(const struct tetra_process *process);

/**
 * tetra_process_get_stamp_ns() - with the pid, identifies this image on this boot
 *
 * Return: CLOCK_BOOTTIME in nanoseconds at the exec, or at the fork of a process that
 * never executed anything. Since: 0.1
 */
TETRA_API uint64_t tetra_process_get_stamp_ns(const struct tetra_process *process);

/** tetra_process_get_start_ns() - the stamp as wall time, ns since 1970. Since: 0.1 */
TETRA_API uint64_t tetra_process_get_start_ns(const struct tetra_process *process);

/**
 * tetra_process_get_exec_id() - identifies this image across machines
 *
 * base64 of "NODE:STAMP:PID", as in JSON events. Return: the text; NULL if the process is
 * not known. Since: 0.1
 */
TETRA_API const char *tetra_process_get_exec_id(const struct tetra_process *process);

/**
 * tetra_process_get_parent_exec_id() - the exec_id of the parent
 *
 * The parent of an image that replaced another one in the same process is the image it
 * replaced. Return: the text; NULL if the process is not known. Since: 0.1
 */
TETRA_API const char *
tetra_process_get_parent_exec_id(const struct tetra_process *process);

/**
 * tetra_process_get_binary() - the program as it was named to execve
 *
 * Made absolute with the working directory; symbolic links are not resolved, and for a
 * script it is the script. "<kernel>" for pid 0, "[NAME]" for kernel threads. Since: 0.1
 */
TETRA_API const char *tetra_process_get_binary(const struct tetra_process *process);

/**
 * tetra_process_get_executable() - the resolved executable file, which matchBinaries
 * compares
 *
 * Return: the path; NULL if unknown. Since: 0.1
 */
TETRA_API const char *tetra_process_get_executable(const struct tetra_process *process);

/**
 * tetra_process_get_arguments() - the arguments without the first, as one readable text
 *
 * Joined by blanks, in quotes where they contain one; not reversible, see
 * tetra_process_get_argv(). "<enomem>" if records of a long list were lost. Since: 0.1
 */
TETRA_API const char *tetra_process_get_arguments(const struct tetra_process *process);

/**
 * tetra_process_get_argv() - the arguments as the kernel had them
 * @ret_bytes:	set to the length of the area
 *
 * Each argument, the first included, ends in a NUL; the last one's may be missing if the
 * list was cut. Return: the area; NULL if unknown or empty. Since: 0.1
 */
TETRA_API const char *tetra_process_get_argv(const struct tetra_process *process,
					     size_t *ret_bytes);

/** tetra_process_get_cwd() - working directory at exec; NULL if unknown. Since: 0.1 */
TETRA_API const char *tetra_process_get_cwd(const struct tetra_process *process);

/**
 * tetra_process_get_flags() - how the process became known, as words
 *
 * "execve clone", "procFS rootcwd", ... as in JSON events. "userNamespace" is our own.
 *
 * @buf:	where to write; may be NULL if @size is 0
 * @size:	bytes in @buf; the text is cut to fit and NUL-terminated if @size > 0
 *
 * Return: bytes the whole text needs without its NUL. Since: 0.1
 */
TETRA_API size_t tetra_process_get_flags(const struct tetra_process *process, char *buf,
					 size_t size);

/** tetra_process_is_in_init_tree() - 1 if below pid 1 of its container. Since: 0.1 */
TETRA_API int tetra_process_is_in_init_tree(const struct tetra_process *process);

/** tetra_process_is_forked() - 1 if it never executed anything itself. Since: 0.1 */
TETRA_API int tetra_process_is_forked(const struct tetra_process *process);

/**
 * tetra_process_is_foreign() - 1 if a user namespace may have made the executable's name
 *
 * The executable was found in a mount namespace that a user namespace other than the first
 * owns; or the process is older than the session, and one may have given it the file. Where a
 * policy distrusts such names, NotIn and other negations of matchBinaries do not believe this
 * one. In JSON the word "userNamespace" in the flags of the process.
 *
 * Since: 0.1
 */
TETRA_API int tetra_process_is_foreign(const struct tetra_process *process);

/**
 * tetra_process_get_credentials() - user and group ids at exec
 * @ret:	.size set by the caller; filled in
 *
 * Return: 0; -ENOENT if unknown; -EINVAL without a size. Since: 0.1
 */
TETRA_API int tetra_process_get_credentials(const struct tetra_process *process,
					    struct tetra_credentials *ret);

/**
 * tetra_process_get_user() - name of the effective user at exec
 *
 * Known only in sessions with TETRA_SESSION_JSON_USER, for processes in the host's mount and
 * user namespace. From /etc/passwd; other sources of names are not asked.
 *
 * Return: the name; NULL if unknown. Since: 0.1
 */
TETRA_API const char *tetra_process_get_user(const struct tetra_process *process);

/**
 * tetra_process_get_capabilities() - one capability set at exec
 * @set:	enum tetra_process_capset
 *
 * Return: bit n for capability n; 0 if unknown or @set is invalid. Since: 0.1
 */
TETRA_API uint64_t tetra_process_get_capabilities(const struct tetra_process *process,
						  uint32_t set);

/**
 * tetra_process_get_namespace() - inode number of one namespace at exec
 * @ns:		enum tetra_process_namespace
 *
 * Return: the number, as in /proc/PID/ns; 0 if unknown. Since: 0.1
 */
TETRA_API uint32_t tetra_process_get_namespace(const struct tetra_process *process,
					       uint32_t ns);

/** tetra_process_get_cgroup_id() - id of the cgroup at exec; 0 if unknown. Since: 0.1 */
TETRA_API uint64_t tetra_process_get_cgroup_id(const struct tetra_process *process);

/** tetra_process_get_cgroup() - leaf name of the cgroup; NULL if unknown. Since: 0.1 */
TETRA_API const char *tetra_process_get_cgroup(const struct tetra_process *process);

/**
 * tetra_process_get_container_id() - the container, found from the cgroup's name
 *
 * Return: the first 31 characters of its id; NULL if the name looks like no container.
 * Since: 0.1
 */
TETRA_API const char *tetra_process_get_container_id(const struct tetra_process *process);

/* Bits of tetra_process_get_privileges(). Since: 0.1 */
#define TETRA_PRIVILEGES_SETUID	    1u /* the effective user id changed */
#define TETRA_PRIVILEGES_SETGID	    2u /* the effective group id changed */
#define TETRA_PRIVILEGES_RAISED_CAP 4u /* permitted capabilities were gained */
/* the effective user is root, the real one is not */
#define TETRA_PRIVILEGES_RAISED_UID 8u
#define TETRA_PRIVILEGES_RAISED_GID 16u /* likewise the groups */

/**
 * tetra_process_get_privileges() - what executing the program did to privileges
 *
 * Known only in sessions with TETRA_SESSION_JSON_CRED, for programs executed since their start.
 *
 * Return: TETRA_PRIVILEGES_* bits; 0 if nothing changed or unknown. Since: 0.1
 */
TETRA_API uint32_t tetra_process_get_privileges(const struct tetra_process *process);

/**
 * tetra_process_get_inode() - the executable's inode
 * @ret_links:	set to its link count, 0 for a deleted file or memfd; may be NULL
 *
 * Return: the number; 0 if unknown. Since: 0.1
 */
TETRA_API uint64_t tetra_process_get_inode(const struct tetra_process *process,
					   uint32_t *ret_links);

TETRA_END_DECLS

#endif
