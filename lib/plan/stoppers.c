/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/plan/stoppers.h"

/* Enough for each call: the first that the kernel has is named. */
#define MAX_HOOKS 2

struct stopper {
	const char *name; /* a system call's, or a function's */
	const char *hooks[MAX_HOOKS];
};

/* clang-format off */
static const struct stopper syscalls[] = {
	{ "accept", { "security_socket_accept" } },
	{ "accept4", { "security_socket_accept" } },
	{ "add_key", { "security_key_permission" } },
	{ "bind", { "security_socket_bind" } },
	{ "bpf", { "security_bpf" } },
	{ "capset", { "security_capset" } },
	{ "chmod", { "security_path_chmod", "security_inode_setattr" } },
	{ "chown", { "security_path_chown", "security_inode_setattr" } },
	{ "chroot", { "security_path_chroot" } },
	{ "clock_settime", { "security_settime64" } },
	{ "clone", { "security_task_alloc" } },
	{ "clone3", { "security_task_alloc" } },
	{ "connect", { "security_socket_connect" } },
	{ "creat", { "security_file_open" } },
	{ "execve", { "security_bprm_check" } },
	{ "execveat", { "security_bprm_check" } },
	{ "fchmod", { "security_path_chmod", "security_inode_setattr" } },
	{ "fchmodat", { "security_path_chmod", "security_inode_setattr" } },
	{ "fchmodat2", { "security_path_chmod", "security_inode_setattr" } },
	{ "fchown", { "security_path_chown", "security_inode_setattr" } },
	{ "fchownat", { "security_path_chown", "security_inode_setattr" } },
	{ "fcntl", { "security_file_fcntl" } },
	{ "finit_module", { "security_kernel_read_file" } },
	{ "fork", { "security_task_alloc" } },
	{ "fsetxattr", { "security_inode_setxattr" } },
	{ "ftruncate", { "security_file_truncate", "security_path_truncate" } },
	{ "init_module", { "security_kernel_load_data" } },
	{ "ioctl", { "security_file_ioctl" } },
	{ "kexec_file_load", { "security_kernel_read_file" } },
	{ "kexec_load", { "security_kernel_load_data" } },
	{ "keyctl", { "security_key_permission" } },
	{ "kill", { "security_task_kill" } },
	{ "lchown", { "security_path_chown", "security_inode_setattr" } },
	{ "link", { "security_inode_link", "security_path_link" } },
	{ "linkat", { "security_inode_link", "security_path_link" } },
	{ "listen", { "security_socket_listen" } },
	{ "lsetxattr", { "security_inode_setxattr" } },
	{ "mkdir", { "security_inode_mkdir", "security_path_mkdir" } },
	{ "mkdirat", { "security_inode_mkdir", "security_path_mkdir" } },
	{ "mknod", { "security_inode_mknod", "security_path_mknod" } },
	{ "mknodat", { "security_inode_mknod", "security_path_mknod" } },
	{ "mmap", { "security_mmap_file" } },
	{ "mount", { "security_sb_mount" } },
	{ "move_mount", { "security_move_mount" } },
	{ "mprotect", { "security_file_mprotect" } },
	{ "newfstatat", { "security_inode_getattr" } },
	{ "open", { "security_file_open" } },
	{ "openat", { "security_file_open" } },
	{ "openat2", { "security_file_open" } },
	{ "perf_event_open", { "security_perf_event_open" } },
	{ "pivot_root", { "security_sb_pivotroot" } },
	{ "prctl", { "security_task_prctl" } },
	{ "pread64", { "security_file_permission" } },
	{ "preadv", { "security_file_permission" } },
	{ "prlimit64", { "security_task_prlimit" } },
	{ "process_vm_readv", { "security_ptrace_access_check" } },
	{ "process_vm_writev", { "security_ptrace_access_check" } },
	{ "ptrace", { "security_ptrace_access_check" } },
	{ "pwrite64", { "security_file_permission" } },
	{ "pwritev", { "security_file_permission" } },
	{ "pwritev2", { "security_file_permission" } },
	{ "read", { "security_file_permission" } },
	{ "readv", { "security_file_permission" } },
	{ "recvfrom", { "security_socket_recvmsg" } },
	{ "recvmsg", { "security_socket_recvmsg" } },
	{ "rename", { "security_inode_rename", "security_path_rename" } },
	{ "renameat", { "security_inode_rename", "security_path_rename" } },
	{ "renameat2", { "security_inode_rename", "security_path_rename" } },
	{ "rmdir", { "security_inode_rmdir", "security_path_rmdir" } },
	{ "sendfile64", { "security_file_permission" } },
	{ "sendmsg", { "security_socket_sendmsg" } },
	{ "sendto", { "security_socket_sendmsg" } },
	{ "setgid", { "security_task_fix_setgid" } },
	{ "setregid", { "security_task_fix_setgid" } },
	{ "setresgid", { "security_task_fix_setgid" } },
	{ "setresuid", { "security_task_fix_setuid" } },
	{ "setreuid", { "security_task_fix_setuid" } },
	{ "setrlimit", { "security_task_setrlimit" } },
	{ "settimeofday", { "security_settime64" } },
	{ "setuid", { "security_task_fix_setuid" } },
	{ "setxattr", { "security_inode_setxattr" } },
	{ "socket", { "security_socket_create" } },
	{ "socketpair", { "security_socket_create" } },
	{ "splice", { "security_file_permission" } },
	{ "symlink", { "security_inode_symlink", "security_path_symlink" } },
	{ "symlinkat", { "security_inode_symlink", "security_path_symlink" } },
	{ "syslog", { "security_syslog" } },
	{ "tgkill", { "security_task_kill" } },
	{ "tkill", { "security_task_kill" } },
	{ "truncate", { "security_path_truncate" } },
	{ "umount", { "security_sb_umount" } },
	{ "unlink", { "security_inode_unlink", "security_path_unlink" } },
	{ "unlinkat", { "security_inode_unlink", "security_path_unlink" } },
	{ "unshare", { "security_create_user_ns" } },
	{ "vfork", { "security_task_alloc" } },
	{ "write", { "security_file_permission" } },
	{ "writev", { "security_file_permission" } },
};

static const struct stopper functions[] = {
	{ "__sys_setgid", { "security_task_fix_setgid" } },
	{ "__sys_setresuid", { "security_task_fix_setuid" } },
	{ "__sys_setreuid", { "security_task_fix_setuid" } },
	{ "__sys_setuid", { "security_task_fix_setuid" } },
	{ "bpf_check", { "security_bpf" } },
	{ "create_user_ns", { "security_create_user_ns" } },
	{ "do_filp_open", { "security_file_open" } },
	{ "do_init_module", { "security_kernel_read_file" } },
	{ "do_sys_openat2", { "security_file_open" } },
	{ "fd_install", { "security_file_open" } },
	{ "inet_csk_listen_start", { "security_socket_listen" } },
	{ "ksys_read", { "security_file_permission" } },
	{ "ksys_write", { "security_file_permission" } },
	{ "load_elf_binary", { "security_bprm_check" } },
	{ "sched_process_exec", { "security_bprm_check" } },
	{ "sched_process_fork", { "security_task_alloc" } },
	{ "security_bprm_committed_creds", { "security_bprm_check" } },
	{ "security_bprm_committing_creds", { "security_bprm_check" } },
	{ "task_newtask", { "security_task_alloc" } },
	{ "tcp_connect", { "security_socket_connect" } },
	{ "tcp_sendmsg", { "security_socket_sendmsg" } },
	{ "udp_sendmsg", { "security_socket_sendmsg" } },
	{ "vfs_open", { "security_file_open" } },
	{ "vfs_read", { "security_file_permission" } },
	{ "vfs_write", { "security_file_permission" } },
	{ "wake_up_new_task", { "security_task_alloc" } },
};
/* clang-format on */

static const char *hook_of(struct tetra_kernel *kernel, const struct stopper *stoppers,
			   size_t n, const char *name)
{
	struct kernel_function function;
	size_t i, k;

	for (i = 0; i < n; i++) {
		if (!str_equal(stoppers[i].name, name))
			continue;
		for (k = 0; k < MAX_HOOKS && stoppers[i].hooks[k]; k++)
			if (kernel_find_function(kernel, stoppers[i].hooks[k],
						 &function) == 0)
				return stoppers[i].hooks[k];
	}
	return NULL;
}

/* "write" of "__x64_sys_write" and of "sys_enter_write"; NULL if it is neither. */
static const char *syscall_in(const struct plan_use *use)
{
	const char *at;

	if (use->kind == PLAN_POINT_TRACEPOINT)
		return str_has_prefix(use->symbol, "sys_enter_")
			       ? use->symbol + strlen("sys_enter_")
			       : NULL;
	at = strstr(use->symbol, "_sys_");
	if (use->kind == PLAN_POINT_SYSCALL && at)
		return at + strlen("_sys_");
	return use->kind == PLAN_POINT_SYSCALL && str_has_prefix(use->symbol, "sys_")
		       ? use->symbol + strlen("sys_")
		       : NULL;
}

const char *stopper_find(struct tetra_kernel *kernel, const struct plan_use *use)
{
	const char *call = syscall_in(use);

	if (call)
		return hook_of(kernel, syscalls, ARRAY_SIZE(syscalls), call);
	return hook_of(kernel, functions, ARRAY_SIZE(functions), use->symbol);
}
