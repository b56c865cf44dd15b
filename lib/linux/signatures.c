/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parameters of system calls and of functions that policies hook, as far as they are the same
 * in every kernel this was compared with (Linux 5.10 to 7.2; from their BTF).
 */
#include "lib/linux/signatures.h"

#include "lib/base/nearest.h"

/* A row a line. */
/* clang-format off */

/* Without "sys_"; sorted. */
static const struct signature calls[] = {
	{ "accept", "lfAp" }, { "accept4", "lfApi" }, { "access", "lsi" },
	{ "acct", "ls" }, { "add_key", "lssvli" }, { "adjtimex", "lp" },
	{ "adjtimex_time32", "lp" }, { "alarm", "li" }, { "arch_prctl", "lil" },
	{ "bind", "lfAi" }, { "brk", "ll" }, { "cachestat", "lfppi" }, { "chdir", "ls" },
	{ "chmod", "lsi" }, { "chown", "lsii" }, { "chroot", "ls" },
	{ "clock_adjtime", "lip" }, { "clock_adjtime32", "lip" },
	{ "clock_getres", "lip" }, { "clock_gettime", "lip" },
	{ "clock_nanosleep", "liipp" }, { "clock_settime", "lip" }, { "clone", "lllppl" },
	{ "clone3", "lpl" }, { "close", "lf" }, { "close_range", "lfii" },
	{ "connect", "lfAi" }, { "copy_file_range", "lfpfpli" }, { "creat", "lsi" },
	{ "delete_module", "lsi" }, { "dup", "lf" }, { "dup2", "lff" }, { "dup3", "lffi" },
	{ "epoll_create", "li" }, { "epoll_create1", "li" }, { "epoll_ctl", "lfifp" },
	{ "epoll_pwait", "lfpiipl" }, { "epoll_pwait2", "lfpippl" },
	{ "epoll_wait", "lfpii" }, { "eventfd", "li" }, { "eventfd2", "lii" },
	{ "execve", "lspp" }, { "execveat", "lfsppi" }, { "exit", "li" },
	{ "exit_group", "li" }, { "faccessat", "lfsi" }, { "faccessat2", "lfsii" },
	{ "fadvise64", "lflli" }, { "fallocate", "lfill" }, { "fanotify_init", "lii" },
	{ "fanotify_mark", "liilfs" }, { "fchdir", "lf" }, { "fchmod", "lfi" },
	{ "fchmodat", "lfsi" }, { "fchmodat2", "lfsii" }, { "fchown", "lfii" },
	{ "fchownat", "lfsiii" }, { "fcntl", "lfil" }, { "fdatasync", "lf" },
	{ "fgetxattr", "lfsvl" }, { "file_getattr", "lfspli" },
	{ "file_setattr", "lfspli" }, { "finit_module", "lfsi" }, { "flistxattr", "lfsl" },
	{ "flock", "lfi" }, { "fork", "l" }, { "fremovexattr", "lfs" },
	{ "fsconfig", "lfisvi" }, { "fsetxattr", "lfsvli" }, { "fsmount", "lfii" },
	{ "fsopen", "lsi" }, { "fspick", "lfsi" }, { "fstat", "lfp" },
	{ "fstatfs", "lfp" }, { "fstatfs64", "lflp" }, { "fsync", "lf" },
	{ "ftruncate", "lfl" }, { "futex", "lpiippi" }, { "futex_requeue", "lpiii" },
	{ "futex_wait", "lvllipi" }, { "futex_waitv", "lpiipi" },
	{ "futex_wake", "lvlii" }, { "futimesat", "lfsp" }, { "get_mempolicy", "lpplll" },
	{ "get_robust_list", "lipp" }, { "getcwd", "lsl" }, { "getdents", "lfpi" },
	{ "getdents64", "lfpi" }, { "getegid", "l" }, { "getegid16", "l" },
	{ "geteuid", "l" }, { "geteuid16", "l" }, { "getgid", "l" }, { "getgid16", "l" },
	{ "getgroups", "lip" }, { "gethostname", "lsi" }, { "getitimer", "lip" },
	{ "getpeername", "lfAp" }, { "getpgid", "li" }, { "getpid", "l" },
	{ "getppid", "l" }, { "getpriority", "lii" }, { "getrandom", "lsli" },
	{ "getresgid", "lppp" }, { "getresuid", "lppp" }, { "getrlimit", "lip" },
	{ "getrusage", "lip" }, { "getsid", "li" }, { "getsockname", "lfAp" },
	{ "getsockopt", "lfiisp" }, { "gettid", "l" }, { "gettimeofday", "lpp" },
	{ "getuid", "l" }, { "getuid16", "l" }, { "getxattr", "lssvl" },
	{ "getxattrat", "lfsispl" }, { "init_module", "lvls" },
	{ "inotify_add_watch", "lfsi" }, { "inotify_init", "l" },
	{ "inotify_init1", "li" }, { "inotify_rm_watch", "lfi" }, { "io_cancel", "llpp" },
	{ "io_destroy", "ll" }, { "io_getevents", "llllpp" },
	{ "io_pgetevents", "llllppp" }, { "io_setup", "lip" }, { "io_submit", "lllp" },
	{ "io_uring_enter", "lfiiivl" }, { "io_uring_register", "lfivi" },
	{ "io_uring_setup", "lip" }, { "ioctl", "lfil" }, { "ioperm", "llli" },
	{ "iopl", "li" }, { "ioprio_get", "lii" }, { "ioprio_set", "liii" },
	{ "kcmp", "liiill" }, { "kexec_file_load", "liilsl" }, { "kexec_load", "lllpl" },
	{ "keyctl", "lillll" }, { "kill", "lii" }, { "landlock_add_rule", "lllll" },
	{ "lchown", "lsii" }, { "lgetxattr", "lssvl" }, { "link", "lss" },
	{ "linkat", "lfsfsi" }, { "listen", "lfi" }, { "listmount", "lppli" },
	{ "listns", "lppli" }, { "listxattr", "lssl" }, { "listxattrat", "lfsisl" },
	{ "llistxattr", "lssl" }, { "lookup_dcookie", "llsl" }, { "lremovexattr", "lss" },
	{ "lseek", "lfli" }, { "lsetxattr", "lssvli" }, { "lsm_get_self_attr", "lippi" },
	{ "lsm_list_modules", "lppi" }, { "lsm_set_self_attr", "lipii" },
	{ "lstat", "lsp" }, { "madvise", "llli" }, { "map_shadow_stack", "llli" },
	{ "mbind", "llllpli" }, { "membarrier", "liii" }, { "memfd_create", "lsi" },
	{ "memfd_secret", "li" }, { "migrate_pages", "lilpp" }, { "mincore", "lllv" },
	{ "mkdir", "lsi" }, { "mkdirat", "lfsi" }, { "mknod", "lsii" },
	{ "mknodat", "lfsii" }, { "mlock", "lll" }, { "mlock2", "llli" },
	{ "mlockall", "li" }, { "mmap", "lllllll" }, { "modify_ldt", "livl" },
	{ "mount", "lssslv" }, { "mount_setattr", "lfsipl" }, { "move_mount", "lfsfsi" },
	{ "move_pages", "lilpppi" }, { "mprotect", "llll" }, { "mq_getsetattr", "lfpp" },
	{ "mq_notify", "lfp" }, { "mq_open", "lsiip" }, { "mq_timedreceive", "lfslpp" },
	{ "mq_timedsend", "lfslip" }, { "mq_unlink", "ls" }, { "mremap", "llllll" },
	{ "mseal", "llll" }, { "msgctl", "liip" }, { "msgget", "lii" },
	{ "msgrcv", "liplli" }, { "msgsnd", "lipli" }, { "msync", "llli" },
	{ "munlock", "lll" }, { "munlockall", "l" }, { "munmap", "lll" },
	{ "nanosleep", "lpp" }, { "newfstat", "lfp" }, { "newfstatat", "lfspi" },
	{ "newlstat", "lsp" }, { "newstat", "lsp" }, { "newuname", "lp" },
	{ "open", "lsii" }, { "open_by_handle_at", "lfpi" }, { "open_tree", "lfsi" },
	{ "open_tree_attr", "lfsipl" }, { "openat", "lfsii" }, { "openat2", "lfspl" },
	{ "pause", "l" }, { "perf_event_open", "lpiiil" }, { "personality", "li" },
	{ "pidfd_getfd", "lffi" }, { "pidfd_open", "lii" },
	{ "pidfd_send_signal", "lfipi" }, { "pipe", "lp" }, { "pipe2", "lpi" },
	{ "pivot_root", "lss" }, { "pkey_alloc", "lll" }, { "pkey_free", "li" },
	{ "pkey_mprotect", "lllli" }, { "poll", "lpii" }, { "ppoll", "lpippl" },
	{ "prctl", "lillll" }, { "pread64", "lfsll" }, { "preadv", "llplll" },
	{ "preadv2", "llpllli" }, { "prlimit64", "liipp" },
	{ "process_madvise", "lfplii" }, { "process_mrelease", "lfi" },
	{ "process_vm_readv", "liplpll" }, { "process_vm_writev", "liplpll" },
	{ "pselect6", "lippppv" }, { "ptrace", "lllll" }, { "pwrite64", "lfsll" },
	{ "pwritev", "llplll" }, { "pwritev2", "llpllli" }, { "quotactl", "lisiv" },
	{ "quotactl_fd", "lfiiv" }, { "read", "lfsl" }, { "readahead", "lfll" },
	{ "readlink", "lssi" }, { "readlinkat", "lfssi" }, { "readv", "llpl" },
	{ "reboot", "liiiv" }, { "recvfrom", "lfvliAp" }, { "recvmmsg", "lfpiip" },
	{ "recvmsg", "lfpi" }, { "remap_file_pages", "llllll" }, { "removexattr", "lss" },
	{ "removexattrat", "lfsis" }, { "rename", "lss" }, { "renameat", "lfsfs" },
	{ "renameat2", "lfsfsi" }, { "request_key", "lsssi" }, { "restart_syscall", "l" },
	{ "rmdir", "ls" }, { "rseq", "lpiii" }, { "rt_sigaction", "lippl" },
	{ "rt_sigpending", "lpl" }, { "rt_sigprocmask", "lippl" },
	{ "rt_sigqueueinfo", "liip" }, { "rt_sigreturn", "l" }, { "rt_sigsuspend", "lpl" },
	{ "rt_sigtimedwait", "lpppl" }, { "rt_tgsigqueueinfo", "liiip" },
	{ "sched_get_priority_max", "li" }, { "sched_get_priority_min", "li" },
	{ "sched_getaffinity", "liip" }, { "sched_getattr", "lipii" },
	{ "sched_getparam", "lip" }, { "sched_getscheduler", "li" },
	{ "sched_rr_get_interval", "lip" }, { "sched_setaffinity", "liip" },
	{ "sched_setattr", "lipi" }, { "sched_setparam", "lip" },
	{ "sched_setscheduler", "liip" }, { "sched_yield", "l" }, { "seccomp", "liiv" },
	{ "select", "lipppp" }, { "semctl", "liiil" }, { "semget", "liii" },
	{ "semop", "lipi" }, { "semtimedop", "lipip" }, { "sendfile64", "lffpl" },
	{ "sendmmsg", "lfpii" }, { "sendmsg", "lfpi" }, { "sendto", "lfvliAi" },
	{ "set_mempolicy", "lipl" }, { "set_mempolicy_home_node", "lllll" },
	{ "set_robust_list", "lpl" }, { "set_tid_address", "lp" },
	{ "setdomainname", "lsi" }, { "setfsgid", "li" }, { "setfsuid", "li" },
	{ "setgid", "li" }, { "setgroups", "lip" }, { "setgroups16", "lip" },
	{ "sethostname", "lsi" }, { "setitimer", "lipp" }, { "setns", "lfi" },
	{ "setpgid", "lii" }, { "setpriority", "liii" }, { "setregid", "lii" },
	{ "setresgid", "liii" }, { "setresuid", "liii" }, { "setreuid", "lii" },
	{ "setrlimit", "lip" }, { "setsid", "l" }, { "setsockopt", "lfiisi" },
	{ "settimeofday", "lpp" }, { "setuid", "li" }, { "setxattr", "lssvli" },
	{ "setxattrat", "lfsispl" }, { "sgetmask", "l" }, { "shmat", "lisi" },
	{ "shmctl", "liip" }, { "shmdt", "ls" }, { "shmget", "lili" },
	{ "shutdown", "lfi" }, { "sigaltstack", "lpp" }, { "signalfd", "lfpl" },
	{ "signalfd4", "lfpli" }, { "socket", "liii" }, { "socketcall", "lip" },
	{ "socketpair", "liiip" }, { "splice", "lfpfpli" }, { "stat", "lsp" },
	{ "statfs", "lsp" }, { "statfs64", "lslp" }, { "statmount", "lppli" },
	{ "statx", "lfsiip" }, { "swapoff", "ls" }, { "swapon", "lsi" },
	{ "symlink", "lss" }, { "symlinkat", "lsfs" }, { "sync", "l" },
	{ "sync_file_range", "lflli" }, { "syncfs", "lf" }, { "sysfs", "lill" },
	{ "sysinfo", "lp" }, { "syslog", "lisi" }, { "tee", "lffli" },
	{ "tgkill", "liii" }, { "time", "lp" }, { "timer_create", "lipp" },
	{ "timer_delete", "li" }, { "timer_getoverrun", "li" }, { "timer_gettime", "lip" },
	{ "timer_settime", "liipp" }, { "timerfd_create", "lii" },
	{ "timerfd_gettime", "lfp" }, { "timerfd_settime", "lfipp" }, { "times", "lp" },
	{ "tkill", "lii" }, { "truncate", "lsl" }, { "umask", "li" }, { "umount", "lsi" },
	{ "uname", "lp" }, { "unlink", "ls" }, { "unlinkat", "lfsi" }, { "unshare", "ll" },
	{ "uprobe", "l" }, { "uretprobe", "l" }, { "uselib", "ls" },
	{ "userfaultfd", "li" }, { "ustat", "lip" }, { "utime", "lsp" },
	{ "utimensat", "lfspi" }, { "utimes", "lsp" }, { "vfork", "l" },
	{ "vhangup", "l" }, { "vmsplice", "lfpli" }, { "wait4", "lipip" },
	{ "waitid", "liipip" }, { "write", "lfsl" }, { "writev", "llpl" },
};

/* Without "security_"; sorted. */
static const struct signature hooks[] = {
	{ "audit_rule_free", "Vv" }, { "audit_rule_init", "iiispi" },
	{ "audit_rule_known", "ip" }, { "backing_file_alloc", "iFF" },
	{ "backing_file_free", "VF" }, { "bdev_alloc", "ip" }, { "bdev_free", "Vp" },
	{ "bdev_setintegrity", "ipivl" }, { "binder_set_context_mgr", "iC" },
	{ "binder_transaction", "iCC" }, { "binder_transfer_binder", "iCC" },
	{ "binder_transfer_file", "iCCF" }, { "bpf_map", "ipi" },
	{ "bpf_map_alloc", "ip" }, { "bpf_map_free", "Vp" }, { "bpf_prog", "ip" },
	{ "bpf_prog_alloc", "ip" }, { "bpf_prog_free", "Vp" },
	{ "bpf_token_capable", "ipi" }, { "bpf_token_cmd", "ipi" },
	{ "bpf_token_create", "ippP" }, { "bpf_token_free", "Vp" }, { "bprm_check", "iB" },
	{ "bprm_committed_creds", "VB" }, { "bprm_committing_creds", "VB" },
	{ "bprm_creds_for_exec", "iB" }, { "bprm_creds_from_file", "iBF" },
	{ "capable", "iCpii" }, { "capget", "ipppp" }, { "capset", "iCCppp" },
	{ "create_user_ns", "iC" }, { "cred_alloc_blank", "iCi" }, { "cred_free", "VC" },
	{ "cred_getsecid", "VCp" }, { "current_getsecid_subj", "Vp" },
	{ "d_instantiate", "VDp" }, { "dentry_create_files_as", "iDipCC" },
	{ "erase_store", "lppsl" }, { "file_alloc", "iF" }, { "file_fcntl", "iFil" },
	{ "file_free", "VF" }, { "file_ioctl", "iFil" }, { "file_ioctl_compat", "iFil" },
	{ "file_lock", "iFi" }, { "file_mprotect", "ipll" }, { "file_open", "iF" },
	{ "file_permission", "iFi" }, { "file_post_open", "iFi" },
	{ "file_receive", "iF" }, { "file_release", "VF" },
	{ "file_send_sigiotask", "ippi" }, { "file_set_fowner", "VF" },
	{ "file_truncate", "iF" }, { "free_mnt_opts", "Vp" }, { "fs_context_dup", "ipp" },
	{ "fs_context_parse_param", "ipp" }, { "fs_context_submount", "ipp" },
	{ "get_bools", "ipppp" }, { "get_classes", "ippp" },
	{ "get_initial_sid_context", "si" }, { "get_permissions", "ipspp" },
	{ "getselfattr", "iippi" }, { "ib_alloc_security", "ip" },
	{ "ib_endport_manage_subnet", "ivsi" }, { "ib_free_security", "Vv" },
	{ "ib_pkey_access", "ivli" }, { "inet_conn_established", "VSk" },
	{ "inet_conn_request", "iSkp" }, { "inet_csk_clone", "VSp" }, { "init", "i" },
	{ "initramfs_populated", "V" }, { "inode_copy_up", "iDp" },
	{ "inode_create", "ipDi" }, { "inode_follow_link", "iDpi" },
	{ "inode_free", "Vp" }, { "inode_get_acl", "ipDs" }, { "inode_getattr", "iP" },
	{ "inode_getsecid", "Vpp" }, { "inode_getxattr", "iDs" },
	{ "inode_init_security", "ippppv" }, { "inode_init_security_anon", "ippp" },
	{ "inode_invalidate_secctx", "Vp" }, { "inode_link", "iDpD" },
	{ "inode_listxattr", "iD" }, { "inode_mkdir", "ipDi" }, { "inode_mknod", "ipDii" },
	{ "inode_need_killpriv", "iD" }, { "inode_notifysecctx", "ipvi" },
	{ "inode_permission", "ipi" }, { "inode_post_create_tmpfile", "Vpp" },
	{ "inode_post_remove_acl", "VpDs" }, { "inode_post_removexattr", "VDs" },
	{ "inode_post_set_acl", "VDsp" }, { "inode_post_setattr", "VpDi" },
	{ "inode_post_setxattr", "VDsvli" }, { "inode_readlink", "iD" },
	{ "inode_remove_acl", "ipDs" }, { "inode_rename", "ipDpDi" },
	{ "inode_rmdir", "ipD" }, { "inode_set_acl", "ipDsp" },
	{ "inode_setintegrity", "ipivl" }, { "inode_setsecctx", "iDvi" },
	{ "inode_setsecurity", "ipsvli" }, { "inode_symlink", "ipDs" },
	{ "inode_unlink", "ipD" }, { "ipc_getsecid", "Vpp" }, { "ipc_permission", "ipi" },
	{ "ismaclabel", "is" }, { "kernel_act_as", "iCi" },
	{ "kernel_create_files_as", "iCp" }, { "kernel_load_data", "iii" },
	{ "kernel_module_request", "is" }, { "kernel_post_load_data", "islis" },
	{ "kernel_post_read_file", "iFsli" }, { "kernel_read_file", "iFii" },
	{ "kernfs_init_security", "ipp" }, { "key_alloc", "ipCl" }, { "key_free", "Vp" },
	{ "key_getsecurity", "ipp" }, { "key_permission", "ipCi" },
	{ "key_post_create_or_update", "Vppvlli" }, { "locked_down", "ii" },
	{ "mmap_addr", "il" }, { "mmap_backing_file", "ipFF" }, { "mmap_file", "iFll" },
	{ "move_mount", "iPP" }, { "mptcp_add_subflow", "iSS" }, { "msg_msg_alloc", "ip" },
	{ "msg_msg_free", "Vp" }, { "msg_queue_alloc", "ip" },
	{ "msg_queue_associate", "ipi" }, { "msg_queue_free", "Vp" },
	{ "msg_queue_msgctl", "ipi" }, { "msg_queue_msgrcv", "ipppli" },
	{ "msg_queue_msgsnd", "ippi" }, { "netlink_send", "iSk" },
	{ "old_inode_init_security", "ipppppp" }, { "path_chmod", "iPi" },
	{ "path_chown", "iP??" }, { "path_chroot", "iP" }, { "path_link", "iDPD" },
	{ "path_mkdir", "iPDi" }, { "path_mknod", "iPDii" }, { "path_notify", "iPli" },
	{ "path_post_mknod", "VpD" }, { "path_rename", "iPDPDi" }, { "path_rmdir", "iPD" },
	{ "path_symlink", "iPDs" }, { "path_truncate", "iP" }, { "path_unlink", "iPD" },
	{ "perf_event_alloc", "ip" }, { "perf_event_free", "Vp" },
	{ "perf_event_read", "ip" }, { "perf_event_write", "ip" },
	{ "prepare_creds", "iCCi" }, { "ptrace_access_check", "ipi" },
	{ "ptrace_traceme", "ip" }, { "quota_on", "iD" }, { "quotactl", "iiiip" },
	{ "req_classify_flow", "Vpp" }, { "sanitize_store", "lppsl" },
	{ "sb_alloc", "ip" }, { "sb_clone_mnt_opts", "ipplp" }, { "sb_delete", "Vp" },
	{ "sb_eat_lsm_opts", "isp" }, { "sb_free", "Vp" }, { "sb_kern_mount", "ip" },
	{ "sb_mnt_opts_compat", "ipv" }, { "sb_mount", "isPslv" },
	{ "sb_pivotroot", "iPP" }, { "sb_remount", "ipv" }, { "sb_set_mnt_opts", "ipvlp" },
	{ "sb_show_options", "ipp" }, { "sb_statfs", "iD" }, { "sb_umount", "ipi" },
	{ "sctp_assoc_established", "ipk" }, { "sctp_assoc_request", "ipk" },
	{ "sctp_bind_connect", "iSiAi" }, { "sctp_sk_clone", "VpSS" },
	{ "secctx_to_secid", "isip" }, { "secmark_refcount_dec", "V" },
	{ "secmark_refcount_inc", "V" }, { "secmark_relabel_packet", "ii" },
	{ "sem_alloc", "ip" }, { "sem_associate", "ipi" }, { "sem_free", "Vp" },
	{ "sem_semctl", "ipi" }, { "sem_semop", "ippii" }, { "setselfattr", "iipii" },
	{ "settime64", "ipp" }, { "shm_alloc", "ip" }, { "shm_associate", "ipi" },
	{ "shm_free", "Vp" }, { "shm_shmat", "ipsi" }, { "shm_shmctl", "ipi" },
	{ "sk_alloc", "iSii" }, { "sk_classify_flow", "VSp" }, { "sk_clone", "VSS" },
	{ "sk_free", "VS" }, { "skb_classify_flow", "Vkp" }, { "sock_graft", "VSK" },
	{ "sock_rcv_skb", "iSk" }, { "socket_accept", "iKK" }, { "socket_bind", "iKAi" },
	{ "socket_connect", "iKAi" }, { "socket_create", "iiiii" },
	{ "socket_getpeername", "iK" }, { "socket_getpeersec_dgram", "iKkp" },
	{ "socket_getsockname", "iK" }, { "socket_getsockopt", "iKii" },
	{ "socket_listen", "iKi" }, { "socket_post_create", "iKiiii" },
	{ "socket_recvmsg", "iKpii" }, { "socket_sendmsg", "iKpi" },
	{ "socket_setsockopt", "iKii" }, { "socket_shutdown", "iKi" },
	{ "socket_socketpair", "iKK" }, { "state_show", "lpps" }, { "syslog", "ii" },
	{ "task_alloc", "ipl" }, { "task_fix_setgid", "iCCi" },
	{ "task_fix_setgroups", "iCC" }, { "task_fix_setuid", "iCCi" },
	{ "task_free", "Vp" }, { "task_getioprio", "ip" }, { "task_getpgid", "ip" },
	{ "task_getscheduler", "ip" }, { "task_getsecid_obj", "Vpp" },
	{ "task_getsid", "ip" }, { "task_kill", "ippiC" }, { "task_movememory", "ip" },
	{ "task_prctl", "iillll" }, { "task_prlimit", "iCCi" },
	{ "task_setioprio", "ipi" }, { "task_setnice", "ipi" }, { "task_setpgid", "ipi" },
	{ "task_setrlimit", "ipip" }, { "task_setscheduler", "ip" },
	{ "task_to_inode", "Vpp" }, { "transfer_creds", "VCC" },
	{ "tun_dev_alloc_security", "ip" }, { "tun_dev_attach", "iSv" },
	{ "tun_dev_attach_queue", "iv" }, { "tun_dev_create", "i" },
	{ "tun_dev_free_security", "Vv" }, { "tun_dev_open", "iv" },
	{ "unix_may_send", "iKK" }, { "unix_stream_connect", "iSSS" },
	{ "uring_cmd", "ip" }, { "uring_override_creds", "iC" }, { "uring_sqpoll", "i" },
	{ "vm_enough_memory_mm", "ipl" }, { "xfrm_decode_session", "ikp" },
	{ "xfrm_policy_alloc", "ippi" }, { "xfrm_policy_clone", "ipp" },
	{ "xfrm_policy_delete", "ip" }, { "xfrm_policy_free", "Vp" },
	{ "xfrm_state_alloc", "ipp" }, { "xfrm_state_alloc_acquire", "ippi" },
	{ "xfrm_state_delete", "ip" }, { "xfrm_state_free", "Vp" },
	{ "xfrm_state_pol_flow_match", "ippp" },
};

/* Sorted. */
static const struct signature functions[] = {
	{ "__dev_queue_xmit", "ikp" }, { "__sys_setfsgid", "li" },
	{ "__sys_setfsuid", "li" }, { "__sys_setgid", "li" }, { "__sys_setregid", "lii" },
	{ "__sys_setresgid", "liii" }, { "__sys_setresuid", "liii" },
	{ "__sys_setreuid", "lii" }, { "__sys_setuid", "li" }, { "cap_capable", "iCpii" },
	{ "commit_creds", "iC" }, { "create_user_ns", "iC" },
	{ "dev_hard_start_xmit", "kkppp" }, { "do_filp_open", "Finp" },
	{ "do_init_module", "ip" }, { "do_pipe2", "ipi" }, { "fd_install", "ViF" },
	{ "filp_close", "iFp" }, { "ip6_output", "ipSk" }, { "ip_mc_output", "ipSk" },
	{ "ip_output", "ipSk" }, { "ip_send_skb", "ipk" }, { "ksys_read", "lisl" },
	{ "ksys_write", "lisl" }, { "load_elf_binary", "iB" }, { "tcp_abort", "iSi" },
	{ "tcp_ack", "iSki" }, { "tcp_close", "VSl" }, { "tcp_conn_request", "ippSk" },
	{ "tcp_connect", "iS" }, { "tcp_data_queue", "VSk" }, { "tcp_disconnect", "iSi" },
	{ "tcp_done", "VS" }, { "tcp_finish_connect", "VSk" },
	{ "tcp_getsockopt", "iSiisp" }, { "tcp_rcv_established", "VSk" },
	{ "tcp_rcv_state_process", "iSk" }, { "tcp_read_sock", "iSpp" },
	{ "tcp_retransmit_skb", "iSki" }, { "tcp_sendmsg", "iSpl" },
	{ "tcp_sendmsg_locked", "iSpl" }, { "tcp_set_state", "VSi" },
	{ "tcp_setsockopt", "iSii?i" }, { "tcp_shutdown", "VSi" },
	{ "tcp_v4_connect", "iSAi" }, { "tcp_v4_do_rcv", "iSk" }, { "tcp_v4_rcv", "ik" },
	{ "tcp_v6_connect", "iSAi" }, { "tcp_v6_do_rcv", "iSk" }, { "tcp_v6_rcv", "ik" },
	{ "tcp_write_xmit", "iSiiii" }, { "udp_sendmsg", "iSpl" },
	{ "vfs_llseek", "lFli" }, { "vfs_open", "iPF" }, { "vfs_read", "lFslp" },
	{ "vfs_write", "lFslp" }, { "wake_up_new_task", "Vp" },
};

/* LSM hooks whose parameters are not those of their functions; sorted. */
static const struct signature lsm_hooks[] = {
	{ "audit_rule_match", NULL }, { "bdev_alloc_security", "ip" },
	{ "bdev_free_security", "Vp" }, { "bpf", NULL }, { "bpf_map_alloc_security", "ip" },
	{ "bpf_map_create", NULL }, { "bpf_map_free_security", "Vp" },
	{ "bpf_prog_alloc_security", "ip" }, { "bpf_prog_free_security", "Vp" },
	{ "bpf_prog_load", NULL }, { "cred_getlsmprop", "VCp" }, { "cred_prepare", "iCCi" },
	{ "cred_transfer", "VCC" }, { "current_getlsmprop_subj", "Vp" },
	{ "dentry_init_security", NULL }, { "getprocattr", "ipsp" },
	{ "ib_alloc_security", NULL }, { "inode_alloc_security", "ip" },
	{ "inode_copy_up_xattr", NULL }, { "inode_file_getattr", "iDp" },
	{ "inode_file_setattr", "iDp" }, { "inode_free_security", "Vp" },
	{ "inode_free_security_rcu", "Vv" }, { "inode_getlsmprop", "Vpp" },
	{ "inode_getsecctx", NULL }, { "inode_getsecurity", NULL },
	{ "inode_init_security", NULL }, { "inode_killpriv", NULL },
	{ "inode_listsecurity", NULL }, { "inode_removexattr", NULL },
	{ "inode_rename", "ipDpD" }, { "inode_setattr", NULL }, { "inode_setxattr", NULL },
	{ "inode_xattr_skipcap", "is" }, { "ipc_getlsmprop", "Vpp" },
	{ "lsmprop_to_secctx", "ipp" }, { "mmap_file", "iFlll" },
	{ "msg_msg_alloc_security", "ip" }, { "msg_msg_free_security", "Vp" },
	{ "msg_queue_alloc_security", "ip" }, { "msg_queue_free_security", "Vp" },
	{ "path_rename", NULL }, { "perf_event_open", NULL }, { "release_secctx", NULL },
	{ "sb_add_mnt_opt", "issip" }, { "sb_alloc_security", "ip" },
	{ "sb_free_mnt_opts", "Vv" }, { "sb_free_security", "Vp" },
	{ "secid_to_secctx", NULL }, { "sem_alloc_security", "ip" },
	{ "sem_free_security", "Vp" }, { "setprocattr", "isvl" },
	{ "shm_alloc_security", "ip" }, { "shm_free_security", "Vp" },
	{ "sk_alloc_security", "iSii" }, { "sk_clone_security", "VSS" },
	{ "sk_free_security", "VS" }, { "sk_getsecid", "VSp" },
	{ "socket_getpeersec_stream", NULL }, { "task_getlsmprop_obj", "Vpp" },
	{ "task_getsecid", "Vpp" }, { "tun_dev_alloc_security", NULL },
	{ "unix_find", "iPSi" }, { "uring_allowed", "i" }, { "vm_enough_memory", "ipl" },
	{ "xfrm_decode_session", "ikpi" }, { "xfrm_policy_alloc_security", "ippi" },
	{ "xfrm_policy_clone_security", "ipp" }, { "xfrm_policy_delete_security", "ip" },
	{ "xfrm_policy_free_security", "Vp" }, { "xfrm_policy_lookup", NULL },
	{ "xfrm_state_delete_security", "ip" }, { "xfrm_state_free_security", "Vp" },
};

/* Buffers and addresses that a call fills before it returns, by the index of the parameter. */
static const struct {
	const char *call;
	uint32_t index;
} filled[] = {
	{ "accept", 1 }, { "accept4", 1 }, { "fgetxattr", 2 }, { "flistxattr", 1 },
	{ "getcwd", 0 }, { "getdents", 1 }, { "getdents64", 1 }, { "gethostname", 0 },
	{ "getpeername", 1 }, { "getrandom", 0 }, { "getsockname", 1 }, { "getsockopt", 3 },
	{ "getxattr", 2 }, { "getxattrat", 4 }, { "lgetxattr", 2 }, { "listxattr", 1 },
	{ "listxattrat", 3 }, { "llistxattr", 1 }, { "mq_timedreceive", 1 },
	{ "msgrcv", 1 }, { "newuname", 0 }, { "pread64", 1 }, { "read", 1 },
	{ "readlink", 1 }, { "readlinkat", 2 }, { "recvfrom", 1 }, { "recvfrom", 4 },
	{ "syslog", 1 },
};

/* The mode among the parameters of a call or function. */
static const struct {
	const char *name;
	uint32_t index;
} modes[] = {
	{ "sys_chmod", 1 }, { "sys_fchmod", 1 }, { "sys_fchmodat", 2 },
	{ "sys_fchmodat2", 2 }, { "sys_open", 2 }, { "sys_openat", 3 },
	{ "sys_creat", 1 }, { "sys_mkdir", 1 }, { "sys_mkdirat", 2 },
	{ "sys_mknod", 1 }, { "sys_mknodat", 2 }, { "sys_umask", 0 },
	{ "sys_mq_open", 2 }, { "security_path_chmod", 1 },
	{ "security_path_mkdir", 2 }, { "security_path_mknod", 2 },
	{ "security_inode_mkdir", 2 }, { "security_inode_mknod", 2 },
	{ "security_inode_create", 2 },
};

/* Numbers in which each bit says something, and any others may be set beside it. */
static const struct {
	const char *name;
	uint32_t index;
} flags[] = {
	{ "sys_clone", 0 }, { "sys_memfd_create", 1 }, { "sys_mmap", 2 },
	{ "sys_mmap", 3 }, { "sys_mount", 3 }, { "sys_mprotect", 2 }, { "sys_open", 1 },
	{ "sys_openat", 2 }, { "sys_pkey_mprotect", 2 }, { "sys_socket", 1 },
	{ "sys_unshare", 0 }, { "security_file_mprotect", 1 },
	{ "security_file_mprotect", 2 }, { "security_mmap_file", 1 },
	{ "security_mmap_file", 2 }, { "security_sb_mount", 3 },
};

/* Paths of the folder that a file is in, or will be. */
static const struct {
	const char *name;
	uint32_t index;
} folders[] = {
	{ "security_path_link", 1 }, { "security_path_mkdir", 0 },
	{ "security_path_mknod", 0 }, { "security_path_rename", 0 },
	{ "security_path_rename", 2 }, { "security_path_rmdir", 0 },
	{ "security_path_symlink", 0 }, { "security_path_unlink", 0 },
};

/* clang-format on */

bool signature_is_folder(const char *name, int64_t index)
{
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++)
		if (index == folders[i].index && str_equal(folders[i].name, name))
			return true;
	return false;
}

bool signature_is_flags(const char *name, int64_t index)
{
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		if (index == flags[i].index && str_equal(flags[i].name, name))
			return true;
	return false;
}

bool signature_is_mode(const char *name, int64_t index)
{
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++)
		if (str_equal(modes[i].name, name))
			return index == modes[i].index;
	return false;
}

bool signature_is_filled(const char *call, int64_t index)
{
	for (size_t i = 0; i < ARRAY_SIZE(filled); i++)
		if (index == filled[i].index && str_equal(filled[i].call, call))
			return true;
	return false;
}

static int name_compare(const void *name, const void *row)
{
	return strcmp(name, ((const struct signature *)row)->name);
}

static const struct signature *find(const struct signature *rows, size_t n,
				    const char *name)
{
	return bsearch(name, rows, n, sizeof(*rows), name_compare);
}

static const char *types_of(const struct signature *row)
{
	return row ? row->types : NULL;
}

const char *signature_of_call(const char *name)
{
	return types_of(find(calls, ARRAY_SIZE(calls), name));
}

const char *signature_of_function(const char *name)
{
	static const char security[] = "security_";

	if (str_has_prefix(name, security))
		return types_of(find(hooks, ARRAY_SIZE(hooks), name + strlen(security)));
	return types_of(find(functions, ARRAY_SIZE(functions), name));
}

const char *signature_of_lsm(const char *hook)
{
	const struct signature *row = find(lsm_hooks, ARRAY_SIZE(lsm_hooks), hook);
	char function[HOOK_NAME_BYTES];

	return row ? row->types : signature_of_function(hook_function(hook, &function));
}

bool signature_has_lsm(const char *hook)
{
	char function[HOOK_NAME_BYTES], name[HOOK_NAME_BYTES];

	if (find(lsm_hooks, ARRAY_SIZE(lsm_hooks), hook))
		return true;
	return signature_of_function(hook_function(hook, &function)) &&
	       str_equal(function_hook(hook_function(hook, &function), &name), hook);
}

const char *signature_nearest_lsm(const char *name, char (*buf)[HOOK_NAME_BYTES])
{
	struct nearest nearest;
	size_t i;

	nearest_init(&nearest, name);
	for (i = 0; i < ARRAY_SIZE(lsm_hooks); i++)
		nearest_offer(&nearest, lsm_hooks[i].name);
	for (i = 0; i < ARRAY_SIZE(hooks); i++)
		nearest_offer(&nearest, hooks[i].name);
	return nearest.best ? function_hook(nearest.best, buf) : NULL;
}
