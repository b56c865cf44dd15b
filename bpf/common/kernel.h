/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kernel structs and fields that the programs read, and no others. Offsets come from the
 * running kernel's BTF when a program is loaded (CO-RE), so names matter here, order and
 * neighbours do not. Fields that were renamed or moved have a getter in compat.bpf.h.
 */
#ifndef TETRA_BPF_KERNEL_H
#define TETRA_BPF_KERNEL_H

#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct qstr {
	union {
		struct {
			__u32 hash;
			__u32 len;
		};
	};
	const unsigned char *name;
};

struct seqcount {
	unsigned int sequence;
};

struct seqcount_spinlock {
	struct seqcount seqcount;
};

struct inode {
	unsigned short i_mode;
	unsigned long i_ino;
	unsigned int i_nlink;
};

struct super_block {
	struct dentry *s_root;
	struct user_namespace *s_user_ns;
};

struct dentry_operations {
	void *d_dname;
};

struct dentry {
	struct seqcount_spinlock d_seq;
	struct dentry *d_parent;
	struct qstr d_name;
	struct inode *d_inode;
	unsigned char d_iname[32];
	const struct dentry_operations *d_op;
	struct super_block *d_sb;
};

struct hlist_bl_node {
	struct hlist_bl_node *next, **pprev;
};

struct dentry___hashed {
	struct hlist_bl_node d_hash;
};

struct vfsmount {
	struct dentry *mnt_root;
	int mnt_flags;
};

struct mnt_namespace;

struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
	struct mnt_namespace *mnt_ns;
};

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct file {
	unsigned int f_flags;
	struct path f_path;
	struct inode *f_inode;
	const struct cred *f_cred;
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};

struct files_struct {
	struct fdtable *fdt;
};

struct fs_struct {
	struct path root;
	struct path pwd;
};

struct linux_binprm {
	struct file *file;
	const char *filename;
	const struct cred *cred;
	unsigned int per_clear;
};

struct ns_common {
	unsigned int inum;
};

struct uts_namespace {
	struct ns_common ns;
};

struct ipc_namespace {
	struct ns_common ns;
};

struct user_namespace {
	int level;
	struct ns_common ns;
};

struct mnt_namespace {
	struct ns_common ns;
	struct mount *root;
	struct user_namespace *user_ns;
};

struct pid_namespace {
	unsigned int level;
	struct ns_common ns;
};

struct net {
	struct ns_common ns;
};

struct time_namespace {
	struct ns_common ns;
};

struct cgroup_namespace {
	struct ns_common ns;
};

struct nsproxy {
	struct uts_namespace *uts_ns;
	struct ipc_namespace *ipc_ns;
	struct mnt_namespace *mnt_ns;
	struct pid_namespace *pid_ns_for_children;
	struct net *net_ns;
	struct time_namespace *time_ns;
	struct time_namespace *time_ns_for_children;
	struct cgroup_namespace *cgroup_ns;
};

struct upid {
	int nr;
	struct pid_namespace *ns;
};

struct pid {
	unsigned int level;
	struct upid numbers[1];
};

typedef struct {
	unsigned int val;
} tetra_kid_t;

struct kernel_cap_bytes {
	__u64 val;
};

struct cred {
	tetra_kid_t uid, gid, suid, sgid, euid, egid, fsuid, fsgid;
	unsigned int securebits;
	struct kernel_cap_bytes cap_inheritable, cap_permitted, cap_effective,
		cap_ambient;
	struct user_namespace *user_ns;
};

struct kernfs_node {
	struct kernfs_node *parent;
	const char *name;
	__u64 id;
};

struct cgroup {
	struct kernfs_node *kn;
	int level;
	__u64 ancestor_ids[1]; /* by level; before Linux 6.1 */
};

struct css_set {
	struct cgroup *dfl_cgrp;
};

typedef struct {
	int counter;
} tetra_atomic_t;

#define PIDTYPE_PGID 2

struct signal_struct {
	tetra_atomic_t live;
	struct pid *pids[PIDTYPE_PGID + 1];
};

struct mm_struct {
	unsigned long arg_start, arg_end;
	struct file *exe_file;
};

/* x86-64 */
struct thread_info {
	unsigned int status;
};
#define TS_COMPAT 2u /* the task is in a 32-bit system call */

struct uprobe_task {
	unsigned int depth;
};

struct task_struct {
	struct thread_info thread_info;
	unsigned int flags;
	struct mm_struct *mm;
	int exit_code;
	int pid, tgid;
	struct task_struct *real_parent, *group_leader;
	struct pid *thread_pid;
	__u64 start_boottime;
	__u64 self_exec_id;
	const struct cred *real_cred, *cred;
	struct fs_struct *fs;
	struct files_struct *files;
	struct nsproxy *nsproxy;
	struct signal_struct *signal;
	tetra_kid_t loginuid;
	struct css_set *cgroups;
	struct uprobe_task *utask;
};

struct in6_addr {
	unsigned char bytes[16];
};

struct sock_common {
	unsigned int skc_daddr;
	unsigned int skc_rcv_saddr;
	unsigned short skc_dport;
	unsigned short skc_num;
	unsigned short skc_family;
	unsigned char skc_state;
	struct in6_addr skc_v6_daddr, skc_v6_rcv_saddr;
};

struct sock {
	struct sock_common __sk_common;
	unsigned int sk_priority;
	unsigned int sk_mark;
	unsigned short sk_protocol;
	unsigned short sk_type;
};

struct skb_ext {
	unsigned char offset[1]; /* by enum skb_ext_id, in units of eight bytes */
};

struct sec_path {
	int len;
	int olen;
};

struct sk_buff {
	unsigned char *head;
	unsigned int tail; /* from .head */
	unsigned int len;
	unsigned int hash;
	unsigned int mark;
	unsigned int priority;
	unsigned short network_header; /* from .head */
	unsigned short protocol;
	unsigned char active_extensions;
	struct skb_ext *extensions;
};

enum skb_ext_id {
	SKB_EXT_SEC_PATH = 1,
};

/* x86-64 */
struct pt_regs {
	unsigned long r10, r9, r8, ax, cx, dx, si, di, orig_ax, ip, cs, sp, bp;
};

#pragma clang attribute pop

#define OPEN_EXEC    0x20 /* in f_flags: opened by an exec */
#define PF_EXITING   0x00000004
#define PF_IO_WORKER 0x00000010
#define PF_KTHREAD   0x00200000

#endif
