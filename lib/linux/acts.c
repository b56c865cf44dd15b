/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hooks and their callers are from security/security.c and the call sites of its functions,
 * Linux 5.10 to 7.2; how often a function is called was counted with the function tracer on an
 * idle desktop and on a web server under light load.
 */
#include "lib/linux/acts.h"

#include <stdio.h>

/* A row a line. */
/* clang-format off */
const struct act_row acts[N_ACTS] = {
	[ACT_OPEN] = { "opening a file", { { "security_file_open", "open" } }, {}, NULL },
	[ACT_READ] = { "reading a file",
		{ { "security_file_permission", "read" } },
		{ { ACT_MAP, "mappings" } }, NULL },
	[ACT_WRITE] = { "writing to a file",
		{ { "security_file_permission", "write" } },
		{ { ACT_MAP, "writes through a shared mapping" },
		  { ACT_TRUNCATE, "truncation" },
		  { ACT_RENAME, "a rename over the file" },
		  { ACT_LINK, "a write under another name (hard link)" } }, NULL },
	[ACT_MAP] = { "mapping a file",
		{ { "security_mmap_file", "mmap" } },
		{ { ACT_PROTECT, "a mapping made writable or executable later" } }, NULL },
	[ACT_PROTECT] = { "changing a mapping",
		{ { "security_file_mprotect", "mprotect" } },
		{ { ACT_MAP, "a mapping made writable and executable at once" } }, NULL },
	[ACT_TRUNCATE] = { "truncating a file",
		{ { "security_path_truncate", "truncate" },
		  { "security_file_truncate", "ftruncate and O_TRUNC from Linux 6.2 on" } },
		{}, NULL },
	[ACT_UNLINK] = { "removing a file",
		{ { "security_inode_unlink|security_path_unlink", "unlink" } },
		{ { ACT_RENAME, "a rename over the file" } }, NULL },
	[ACT_RMDIR] = { "removing a folder",
		{ { "security_inode_rmdir|security_path_rmdir", "rmdir" } }, {}, NULL },
	[ACT_MKDIR] = { "making a folder",
		{ { "security_inode_mkdir|security_path_mkdir", "mkdir" } }, {}, NULL },
	[ACT_CREATE] = { "creating a file",
		{ { "security_inode_create", "open" } },
		{ { ACT_RENAME, "a file that is moved there" },
		  { ACT_LINK, "a hard link to one that is made elsewhere" } }, NULL },
	[ACT_MKNOD] = { "making a device or pipe",
		{ { "security_inode_mknod|security_path_mknod", "mknod" } }, {}, NULL },
	[ACT_SYMLINK] = { "making a symbolic link",
		{ { "security_inode_symlink|security_path_symlink", "symlink" } }, {}, NULL },
	[ACT_LINK] = { "making a hard link",
		{ { "security_inode_link|security_path_link", "link" } }, {}, NULL },
	[ACT_RENAME] = { "renaming",
		{ { "security_inode_rename|security_path_rename", "rename" } }, {}, NULL },
	[ACT_CHMOD] = { "changing a mode",
		{ { "security_path_chmod|security_inode_setattr", "chmod" } }, {}, NULL },
	[ACT_CHOWN] = { "changing an owner",
		{ { "security_path_chown|security_inode_setattr", "chown" } }, {}, NULL },
	[ACT_SETXATTR] = { "setting an attribute",
		{ { "security_inode_setxattr", "setxattr" },
		  { "security_inode_set_acl", "access lists from Linux 6.2 on" } },
		{}, NULL },
	[ACT_STAT] = { "looking at a file",
		{ { "security_inode_getattr", "stat" } }, {}, NULL },
	[ACT_IOCTL] = { "ioctl", { { "security_file_ioctl", "ioctl" },
		{ "security_file_ioctl_compat", "ioctl of 32-bit programs" } }, {}, NULL },
	[ACT_FCNTL] = { "fcntl", { { "security_file_fcntl", "fcntl" } }, {}, NULL },
	[ACT_EXEC] = { "executing a program",
		{ { "security_bprm_check", "execve" } },
		{ { ACT_MAP, "a program that the dynamic loader or an interpreter runs "
			     "(ld.so PROGRAM, sh SCRIPT)" } }, NULL },
	[ACT_FORK] = { "making a process", { { "security_task_alloc", "clone" } }, {}, NULL },
	[ACT_SOCKET] = { "making a socket", { { "security_socket_create", "socket" } }, {}, NULL },
	[ACT_BIND] = { "binding a socket", { { "security_socket_bind", "bind" } }, {}, NULL },
	[ACT_LISTEN] = { "listening", { { "security_socket_listen", "listen" } }, {}, NULL },
	[ACT_ACCEPT] = { "accepting", { { "security_socket_accept", "accept" } }, {}, NULL },
	[ACT_CONNECT] = { "connecting",
		{ { "security_socket_connect", "connect" },
		  { "security_socket_sendmsg", "TCP Fast Open (sendto with MSG_FASTOPEN) "
					       "and datagrams" } }, {}, NULL },
	[ACT_SEND] = { "sending",
		{ { "security_socket_sendmsg", "send" },
		  { "security_file_permission", "sendfile and splice before Linux 6.5" } },
		{}, NULL },
	[ACT_RECEIVE] = { "receiving",
		{ { "security_socket_recvmsg", "recv" },
		  { "security_file_permission", "splice from a socket" } }, {}, NULL },
	[ACT_MOUNT] = { "mounting",
		{ { "security_sb_mount", "mount" },
		  { "security_move_mount", "move_mount of what fsopen or open_tree made" } },
		{}, NULL },
	[ACT_UMOUNT] = { "unmounting", { { "security_sb_umount", "umount" } }, {}, NULL },
	[ACT_MOVE_MOUNT] = { "attaching a mount", { { "security_move_mount", "move_mount" } },
		{}, NULL },
	[ACT_PIVOT_ROOT] = { "pivot_root", { { "security_sb_pivotroot", "pivot_root" } }, {}, NULL },
	[ACT_CHROOT] = { "chroot", { { "security_path_chroot", "chroot" } }, {}, NULL },
	[ACT_PTRACE] = { "tracing a process",
		{ { "security_ptrace_access_check", "attaching, and /proc/PID/mem" },
		  { "security_ptrace_traceme", "PTRACE_TRACEME" } }, {}, NULL },
	[ACT_PROCESS_MEMORY] = { "reading or writing a process's memory",
		{ { "security_ptrace_access_check", "process_vm_readv and writev" } }, {}, NULL },
	[ACT_KILL] = { "sending a signal", { { "security_task_kill", "kill" },
		{ "security_file_send_sigiotask", "a signal that a file sends (F_SETOWN)" } },
		{}, NULL },
	[ACT_MODULE] = { "loading a kernel module",
		{ { "security_kernel_read_file", "finit_module" },
		  { "security_kernel_load_data", "init_module" } }, {}, NULL },
	[ACT_MODULE_FILE] = { "loading a kernel module from a file",
		{ { "security_kernel_read_file", "finit_module" } }, {}, NULL },
	[ACT_MODULE_DATA] = { "loading a kernel module from memory",
		{ { "security_kernel_load_data", "init_module" } }, {}, NULL },
	[ACT_KEXEC] = { "loading another kernel",
		{ { "security_kernel_load_data", "kexec_load" },
		  { "security_kernel_read_file", "kexec_file_load" } }, {}, NULL },
	[ACT_BPF] = { "bpf", { { "security_bpf", "bpf" } }, {}, NULL },
	[ACT_PERF] = { "perf_event_open", { { "security_perf_event_open", "perf_event_open" } },
		{}, NULL },
	[ACT_SETUID] = { "changing a user", { { "security_task_fix_setuid", "setuid" } },
		{ { ACT_EXEC, "the execution of a setuid file" } }, NULL },
	[ACT_SETGID] = { "changing a group", { { "security_task_fix_setgid", "setgid" } },
		{}, NULL },
	[ACT_CAPSET] = { "changing capabilities", { { "security_capset", "capset" } }, {}, NULL },
	[ACT_PRCTL] = { "prctl", { { "security_task_prctl", "prctl" } }, {}, NULL },
	[ACT_LIMIT] = { "changing a limit",
		{ { "security_task_setrlimit", "setrlimit" },
		  { "security_task_prlimit", "prlimit of another process" } }, {}, NULL },
	[ACT_TIME] = { "setting the clock", { { "security_settime64", "settime" } }, {},
		"adjtimex and clock_adjtime can set it too: no hook sees them" },
	[ACT_ADJUST_TIME] = { "adjusting the clock", {}, {}, NULL },
	[ACT_KEYS] = { "using keys", { { "security_key_permission", "keyctl" } }, {}, NULL },
	[ACT_SYSLOG] = { "reading the kernel's log", { { "security_syslog", "syslog" } }, {}, NULL },
	[ACT_GROUPS] = { "changing the groups",
		{ { "security_task_fix_setgroups", "setgroups" } }, {}, "before Linux 6.0 no hook sees it" },
	[ACT_ENTER_NAMESPACE] = { "entering a namespace", {}, {}, NULL },
	[ACT_MAKE_MOUNT] = { "making a mount", {}, {}, NULL },
	[ACT_USER_NAMESPACE] = { "making a user namespace",
		{ { "security_create_user_ns", "unshare and clone" } }, {},
		"for user namespaces only: no hook sees the others" },
};

#define WAY(name, act)        { name, ACT_##act, false, OFTEN_NO }
#define WAY_RING(name, act)   { name, ACT_##act, true, OFTEN_NO }
#define WAY_SOME(name, act)   { name, ACT_##act, false, OFTEN_SOME }
#define WAY_RING_SOME(name, act) { name, ACT_##act, true, OFTEN_SOME }
#define WAY_BUSY(name, act)   { name, ACT_##act, false, OFTEN_BUSY }
#define WAY_RING_BUSY(name, act) { name, ACT_##act, true, OFTEN_BUSY }
#define WAY_HOT(name, act)    { name, ACT_##act, false, OFTEN_HOT }

const struct way_row ways[] = {
	WAY("sys_open", OPEN), WAY_RING_SOME("sys_openat", OPEN), WAY_RING("sys_openat2", OPEN),
	WAY("sys_creat", OPEN), WAY_RING_SOME("fd_install", OPEN), WAY_RING("do_sys_open", OPEN),
	WAY_RING("do_sys_openat2", OPEN), WAY_RING("do_filp_open", OPEN),
	WAY_RING("vfs_open", OPEN), WAY_SOME("security_file_open", OPEN),
	WAY_RING_BUSY("sys_read", READ), WAY_RING("sys_readv", READ),
	WAY_RING_BUSY("sys_pread64", READ), WAY_RING("sys_preadv", READ),
	WAY_RING("sys_preadv2", READ), WAY_RING_BUSY("vfs_read", READ),
	WAY_RING("ksys_read", READ),
	WAY_RING_BUSY("sys_write", WRITE), WAY_RING("sys_writev", WRITE),
	WAY_RING_BUSY("sys_pwrite64", WRITE), WAY_RING("sys_pwritev", WRITE),
	WAY_RING("sys_pwritev2", WRITE), WAY_RING("sys_splice", WRITE),
	WAY("sys_sendfile64", WRITE), WAY("sys_copy_file_range", WRITE),
	WAY_RING("sys_fallocate", WRITE), WAY_RING_BUSY("vfs_write", WRITE),
	WAY_RING("ksys_write", WRITE), WAY_BUSY("security_file_permission", WRITE),
	WAY_BUSY("sys_mmap", MAP), WAY_BUSY("security_mmap_file", MAP),
	WAY("sys_mprotect", PROTECT), WAY("sys_pkey_mprotect", PROTECT),
	WAY("sys_truncate", TRUNCATE), WAY_RING("sys_ftruncate", TRUNCATE),
	WAY("do_truncate", TRUNCATE),
	WAY("sys_unlink", UNLINK), WAY_RING("sys_unlinkat", UNLINK),
	WAY_RING("vfs_unlink", UNLINK), WAY_RING("do_unlinkat", UNLINK),
	WAY("sys_rmdir", RMDIR), WAY_RING("vfs_rmdir", RMDIR),
	WAY("sys_mkdir", MKDIR), WAY_RING("sys_mkdirat", MKDIR), WAY_RING("vfs_mkdir", MKDIR),
	WAY("sys_mknod", MKNOD), WAY("sys_mknodat", MKNOD), WAY("vfs_mknod", MKNOD),
	WAY("sys_symlink", SYMLINK), WAY_RING("sys_symlinkat", SYMLINK),
	WAY_RING("vfs_symlink", SYMLINK),
	WAY("sys_link", LINK), WAY_RING("sys_linkat", LINK), WAY_RING("vfs_link", LINK),
	WAY("sys_rename", RENAME), WAY_RING("sys_renameat", RENAME),
	WAY_RING("sys_renameat2", RENAME), WAY_RING("vfs_rename", RENAME),
	WAY("sys_chmod", CHMOD), WAY("sys_fchmod", CHMOD), WAY("sys_fchmodat", CHMOD),
	WAY("sys_fchmodat2", CHMOD),
	WAY("sys_chown", CHOWN), WAY("sys_lchown", CHOWN), WAY("sys_fchown", CHOWN),
	WAY("sys_fchownat", CHOWN),
	WAY_RING("sys_setxattr", SETXATTR), WAY_RING("sys_fsetxattr", SETXATTR),
	WAY("sys_lsetxattr", SETXATTR), WAY("sys_setxattrat", SETXATTR),
	WAY_RING("vfs_setxattr", SETXATTR),
	WAY("sys_newfstatat", STAT), WAY("sys_newstat", STAT), WAY("sys_newlstat", STAT),
	WAY_RING("sys_statx", STAT), WAY_HOT("security_inode_getattr", STAT),
	WAY_RING("sys_ioctl", IOCTL), WAY("sys_fcntl", FCNTL),
	WAY("sys_execve", EXEC), WAY("sys_execveat", EXEC), WAY("load_elf_binary", EXEC),
	WAY("sched_process_exec", EXEC), WAY("security_bprm_committed_creds", EXEC),
	WAY("security_bprm_committing_creds", EXEC),
	WAY("sys_fork", FORK), WAY("sys_vfork", FORK), WAY("sys_clone", FORK),
	WAY("sys_clone3", FORK), WAY("sched_process_fork", FORK), WAY("task_newtask", FORK),
	WAY("wake_up_new_task", FORK),
	WAY_RING("sys_socket", SOCKET), WAY("sys_socketpair", SOCKET),
	WAY_RING("sys_bind", BIND), WAY_RING("sys_listen", LISTEN),
	WAY_RING("inet_csk_listen_start", LISTEN),
	WAY_RING("sys_accept", ACCEPT), WAY_RING("sys_accept4", ACCEPT),
	WAY_RING("inet_csk_accept", ACCEPT),
	WAY_RING("sys_connect", CONNECT), WAY_RING("tcp_connect", CONNECT),
	WAY_RING("tcp_v4_connect", CONNECT), WAY_RING("tcp_v6_connect", CONNECT),
	WAY_RING_BUSY("sys_sendto", SEND), WAY_RING_BUSY("sys_sendmsg", SEND),
	WAY_RING("sys_sendmmsg", SEND), WAY_RING_BUSY("tcp_sendmsg", SEND),
	WAY_RING_BUSY("udp_sendmsg", SEND), WAY_BUSY("security_socket_sendmsg", SEND),
	WAY_RING_BUSY("sys_recvfrom", RECEIVE), WAY_RING_BUSY("sys_recvmsg", RECEIVE),
	WAY_RING("sys_recvmmsg", RECEIVE), WAY_RING_BUSY("tcp_recvmsg", RECEIVE),
	WAY_RING_BUSY("udp_recvmsg", RECEIVE), WAY_BUSY("security_socket_recvmsg", RECEIVE),
	WAY("sys_mount", MOUNT), WAY("path_mount", MOUNT), WAY("do_mount", MOUNT),
	WAY("sys_move_mount", MOVE_MOUNT), WAY("sys_fsmount", MAKE_MOUNT),
	WAY("sys_umount", UMOUNT), WAY("sys_pivot_root", PIVOT_ROOT), WAY("sys_chroot", CHROOT),
	WAY("sys_ptrace", PTRACE), WAY("sys_process_vm_readv", PROCESS_MEMORY),
	WAY("sys_process_vm_writev", PROCESS_MEMORY),
	WAY("sys_kill", KILL), WAY("sys_tkill", KILL), WAY("sys_tgkill", KILL),
	WAY("sys_rt_sigqueueinfo", KILL), WAY("sys_pidfd_send_signal", KILL),
	WAY("do_init_module", MODULE), WAY("sys_finit_module", MODULE_FILE),
	WAY("sys_init_module", MODULE_DATA), WAY("load_module", MODULE),
	WAY("sys_kexec_load", KEXEC), WAY("sys_kexec_file_load", KEXEC),
	WAY("sys_bpf", BPF), WAY("bpf_check", BPF), WAY("sys_perf_event_open", PERF),
	WAY("sys_setuid", SETUID), WAY("sys_setreuid", SETUID), WAY("sys_setresuid", SETUID),
	WAY("sys_setfsuid", SETUID), WAY("__sys_setuid", SETUID), WAY("__sys_setreuid", SETUID),
	WAY("__sys_setresuid", SETUID), WAY("commit_creds", SETUID),
	WAY("sys_setgid", SETGID), WAY("sys_setregid", SETGID), WAY("sys_setresgid", SETGID),
	WAY("__sys_setgid", SETGID),
	WAY("sys_capset", CAPSET), WAY("sys_prctl", PRCTL),
	WAY("sys_setrlimit", LIMIT), WAY("sys_prlimit64", LIMIT),
	WAY("sys_settimeofday", TIME), WAY("sys_clock_settime", TIME),
	WAY("sys_add_key", KEYS), WAY("sys_keyctl", KEYS), WAY("sys_syslog", SYSLOG),
	WAY("sys_unshare", USER_NAMESPACE), WAY("create_user_ns", USER_NAMESPACE),
	WAY("sys_open_by_handle_at", OPEN), WAY("sys_rt_tgsigqueueinfo", KILL),
	WAY("sys_adjtimex", ADJUST_TIME), WAY("sys_clock_adjtime", ADJUST_TIME),
	WAY("sys_request_key", KEYS), WAY("sys_setgroups", GROUPS),
	WAY("sys_setns", ENTER_NAMESPACE),
	WAY("sys_setfsgid", SETGID),
	/* Calls that also do a second act. */
	WAY_RING("sys_unlinkat", RMDIR), WAY("sys_move_mount", MOUNT),
	WAY_RING("sys_splice", READ), WAY("sys_sendfile64", READ),
	WAY("sys_copy_file_range", READ), WAY_RING("sys_fallocate", TRUNCATE),
	WAY("sys_creat", TRUNCATE), WAY("sys_clone", USER_NAMESPACE),
	WAY("sys_clone3", USER_NAMESPACE),
	/* None of the above: only called often. */
	WAY_BUSY("sys_epoll_wait", NONE), WAY_BUSY("sys_epoll_pwait", NONE),
	WAY_BUSY("sys_poll", NONE), WAY_BUSY("sys_ppoll", NONE), WAY_BUSY("sys_select", NONE),
	WAY_BUSY("sys_pselect6", NONE), WAY_BUSY("sys_munmap", NONE), WAY_BUSY("sys_brk", NONE),
	WAY_BUSY("sys_madvise", NONE), WAY_BUSY("sys_rt_sigaction", NONE),
	WAY_BUSY("sys_rt_sigprocmask", NONE), WAY_BUSY("sys_newfstat", NONE),
	WAY_BUSY("sys_clock_nanosleep", NONE), WAY_SOME("sys_getpid", NONE),
	WAY_BUSY("sys_access", NONE), WAY_BUSY("sys_faccessat*", NONE),
	WAY_BUSY("tcp_rcv_established", NONE), WAY_BUSY("tcp_ack", NONE),
	WAY_BUSY("tcp_v4_do_rcv", NONE), WAY_BUSY("tcp_v6_rcv", NONE),
	WAY_BUSY("tcp_write_xmit", NONE), WAY_BUSY("__tcp_transmit_skb", NONE),
	WAY_BUSY("tcp_cleanup_rbuf", NONE), WAY_BUSY("tcp_sendmsg_locked", NONE),
	WAY_BUSY("udp_rcv", NONE), WAY_BUSY("ip6_output", NONE), WAY_BUSY("ipv6_rcv", NONE),
	WAY_BUSY("ip_local_out", NONE), WAY_BUSY("ip_queue_xmit", NONE),
	WAY_BUSY("ip_local_deliver", NONE), WAY_BUSY("nf_hook_slow", NONE),
	WAY_BUSY("sock_sendmsg", NONE), WAY_BUSY("sock_recvmsg", NONE),
	WAY_BUSY("sock_write_iter", NONE), WAY_BUSY("sock_read_iter", NONE),
	WAY_BUSY("unix_stream_sendmsg", NONE), WAY_BUSY("unix_stream_recvmsg", NONE),
	WAY_HOT("rw_verify_area", NONE), WAY_BUSY("new_sync_read", NONE),
	WAY_BUSY("new_sync_write", NONE), WAY_BUSY("vfs_getattr*", NONE),
	WAY_BUSY("vfs_statx", NONE), WAY_BUSY("filp_close", NONE), WAY_BUSY("d_path", NONE),
	WAY_HOT("__fput", NONE), WAY_HOT("__fget*", NONE), WAY_HOT("fget", NONE),
	WAY_HOT("__fdget*", NONE), WAY_HOT("d_lookup", NONE), WAY_HOT("mntput*", NONE),
	WAY_HOT("_copy_from_user", NONE), WAY_HOT("_copy_to_user", NONE),
	WAY_HOT("copy_from_kernel_nofault", NONE), WAY_HOT("strncpy_from_user", NONE),
	WAY_HOT("security_file_alloc", NONE), WAY_HOT("security_d_instantiate", NONE),
	WAY_HOT("security_vm_enough_memory_mm", NONE), WAY_BUSY("security_mmap_addr", NONE),
	WAY_HOT("security_inode_follow_link", NONE), WAY_HOT("security_inode_alloc", NONE),
	WAY_BUSY("security_prepare_creds", NONE), WAY_BUSY("security_cred_prepare", NONE),
	WAY_HOT("wake_up_process", NONE), WAY_HOT("ttwu_do_*", NONE),
	WAY_HOT("enqueue_task*", NONE), WAY_HOT("dequeue_task*", NONE),
	WAY_HOT("pick_next_task*", NONE), WAY_HOT("hrtimer_*", NONE), WAY_HOT("tick_*", NONE),
	WAY_HOT("__x64_sys_call", NONE), WAY_HOT("x64_sys_call", NONE),
	WAY_HOT("syscall_enter_from_user_mode*", NONE), WAY_HOT("syscall_exit_*", NONE),
	WAY_SOME("sys_close", NONE), WAY_SOME("sys_lseek", NONE), WAY_HOT("sys_futex", NONE),
	WAY_HOT("sys_clock_gettime", NONE), WAY_BUSY("tcp_v4_rcv", NONE),
	WAY_BUSY("ip_output", NONE), WAY_BUSY("ip_rcv", NONE),
	WAY_BUSY("__dev_queue_xmit", NONE), WAY_BUSY("dev_hard_start_xmit", NONE),
	WAY_HOT("cap_capable", NONE), WAY_HOT("security_capable", NONE),
	WAY_HOT("security_inode_permission", NONE), WAY_HOT("inode_permission", NONE),
	WAY_HOT("security_file_free", NONE), WAY_HOT("schedule", NONE),
	WAY_HOT("__schedule", NONE), WAY_HOT("finish_task_switch", NONE),
	WAY_HOT("try_to_wake_up", NONE), WAY_HOT("kfree", NONE), WAY_HOT("kmalloc", NONE),
	WAY_HOT("__kmalloc*", NONE), WAY_HOT("kmem_cache_alloc*", NONE),
	WAY_HOT("kmem_cache_free", NONE), WAY_HOT("__alloc_pages*", NONE),
	WAY_HOT("handle_mm_fault", NONE), WAY_HOT("dput", NONE), WAY_HOT("dget", NONE),
	WAY_HOT("fput", NONE), WAY_HOT("ktime_get*", NONE),
	WAY_HOT("do_syscall_64", NONE), WAY_HOT("update_curr", NONE),
	WAY_HOT("security_sock_rcv_skb", NONE), WAY_HOT("netif_receive_skb*", NONE),
	WAY_HOT("__netif_receive_skb*", NONE), WAY_HOT("_raw_spin_*", NONE),
	WAY_HOT("lookup_fast", NONE), WAY_HOT("__d_lookup*", NONE), WAY_HOT("path_init", NONE),
	WAY_HOT("link_path_walk*", NONE), WAY_HOT("exc_page_fault", NONE),
	WAY_HOT("do_user_addr_fault", NONE), WAY_HOT("__rcu_read_*", NONE),
	WAY_HOT("rcu_read_*", NONE), WAY_HOT("mutex_lock*", NONE), WAY_HOT("mutex_unlock", NONE),
	{ NULL, ACT_NONE, false, OFTEN_NO },
};
/* clang-format on */

const struct way_row *way_find(const char *name)
{
	const struct way_row *way;
	size_t len;

	for (way = ways; way->name; way++) {
		len = strlen(way->name);
		if (way->name[len - 1] == '*' ? !strncmp(way->name, name, len - 1)
					      : str_equal(way->name, name))
			return way;
	}
	return NULL;
}

/* The next of some alternatives, cut to what fits; NULL ends the list. */
static const char *alternative_next(const char *names, char (*ret)[ACT_NAME_BYTES])
{
	size_t n = strcspn(names, "|");

	(*ret)[0] = '\0';
	if (n < sizeof(*ret))
		memcpy(*ret, names, n);
	(*ret)[MIN(n, sizeof(*ret) - 1)] = '\0';
	return names[n] ? names + n + 1 : NULL;
}

/* Whether its names, alternatives, contain this one. */
static bool act_hook_is(const struct act_hook *hook, const char *name)
{
	const char *names = hook->names;
	char one[ACT_NAME_BYTES];

	while (names) {
		names = alternative_next(names, &one);
		if (str_equal(one, name))
			return true;
	}
	return false;
}

enum act act_of_hook(const char *name)
{
	uint32_t i, k;

	for (i = 1; i < N_ACTS; i++)
		for (k = 0; k < ACT_MAX_HOOKS && acts[i].hooks[k].names; k++)
			if (act_hook_is(&acts[i].hooks[k], name))
				return (enum act)i;
	return ACT_NONE;
}

void act_describe(enum act act, bool (*has)(void *user, const char *name), void *user,
		  struct strbuf *ret)
{
	char name[ACT_NAME_BYTES];
	const char *names;
	uint32_t i, n = 0;

	for (i = 0; i < ACT_MAX_HOOKS && acts[act].hooks[i].names; i++) {
		names = acts[act].hooks[i].names;
		while (names) {
			names = alternative_next(names, &name);
			if (has && !has(user, name))
				continue;
			strbuf_format(ret, "%s%s", n++ ? " and " : "", name);
			break;
		}
	}
	if (n && acts[act].note)
		strbuf_format(ret, " (%s)", acts[act].note);
}
