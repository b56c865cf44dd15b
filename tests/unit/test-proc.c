/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a /proc made of plain files and links in a folder of its own.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/host/cgroup.h"
#include "lib/host/proc.h"
#include "tests/unit/suite.h"
#include "tests/unit/tree.h"

/* 64 characters, as container engines make them; the first 31 of them. */
#define ID    "3f9c2a7be01d44c6a58e9b7f0c1d2e3f4a5b6c7d8e9f00112233445566778899"
#define OTHER "aaaaaaaabbbbbbbbccccccccddddddddeeeeeeeeffffffff0000000011111111"
#define SHORT "3f9c2a7be01d44c6a58e9b7f0c1d2e3"

static void put_folder(const char *name)
{
	char path[TREE_PATH_BYTES];

	tree_path(&path, name);
	ck_assert_int_eq(mkdir(path, 0700), 0);
}

static void put_link(const char *name, const char *target)
{
	char path[TREE_PATH_BYTES];

	tree_path(&path, name);
	ck_assert_int_eq(symlink(target, path), 0);
}

/* Number 4177: a process in a container, with an awkward name. */
static void put_process(void)
{
	put_folder("4177");
	put_folder("4177/ns");
	put_text("4177/stat",
		 "4177 (a) b (c) S 4120 4177 4177 34816 4177 4194304 1 2 3 4 5 6 7 "
		 "8 20 0 1 0 8423155 123 456\n");
	put_text("4177/status", "Name:\ta) b (c\nUmask:\t0022\nTgid:\t4177\nNgid:\t0\n"
				"Uid:\t1000\t1001\t1002\t1003\nGid:\t5\t6\t7\t8\n"
				"NStgid:\t4177\t27\t1\nNSpid:\t4177\t27\t1\n"
				"CapInh:\t0000000000000001\nCapPrm:\t000001ffffffffff\n"
				"CapEff:\t0000000000200000\nCapBnd:\t000001ffffffffff\n");
	put_below("4177/cmdline", "curl\0-s\0a b\0", 12);
	put_text("4177/loginuid", "1000");
	put_text("4177/cgroup", "0::/kubepods.slice/cri-containerd-" ID ".scope\n");
	put_link("4177/exe", "/usr/bin/curl (deleted)");
	put_link("4177/cwd", "/home/ana");
	put_link("4177/ns/uts", "uts:[4026531838]");
	put_link("4177/ns/pid_for_children", "pid:[4026532000]");
	put_link("4177/ns/user", "user:[4026531837]");
}

/* Number 2: a kernel thread; most files are empty or missing. */
static void put_thread(void)
{
	put_folder("2");
	put_text("2/stat",
		 "2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 3 0 0\n");
	put_text("2/status",
		 "Name:\tkthreadd\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nNStgid:\t2\n");
	put_text("2/cmdline", "");
	put_text("2/cgroup", "0::/\n");
}

static void setup(void)
{
	tree_make();
	put_process();
	put_thread();
	put_text("version", "Linux version 6.1\n");
	put_folder("sys");
	/* Ended between readdir and open, and between two files. */
	put_folder("300");
	put_folder("301");
	put_text("301/stat", "301 (cut");
}

static void teardown(void)
{
	tree_remove();
}

static const struct proc_entry *read_into(struct proc_entry *entry, uint32_t pid)
{
	ck_assert_int_eq(proc_read_one(entry, root, CGROUP_UNIFIED, pid), 0);
	return entry;
}

TEST(proc_reads_a_process)
{
	_cleanup_(proc_entry_done) struct proc_entry entry = {};

	read_into(&entry, 4177);
	ck_assert_uint_eq(entry.tgid, 4177);
	ck_assert_uint_eq(entry.ppid, 4120);
	ck_assert_uint_eq(entry.start_ns, UINT64_C(84231550000000));
	ck_assert_str_eq(entry.comm, "a) b (c");
	ck_assert_int_eq(entry.state, 'S');
	ck_assert_uint_eq(entry.is_kernel_thread, 0);
	ck_assert_uint_eq(entry.facts.cred.login_uid, 1000);
	ck_assert_str_eq(entry.exe, "/usr/bin/curl (deleted)");
	ck_assert_str_eq(entry.cwd, "/home/ana");
	ck_assert_uint_eq(entry.cmdline.len, 12);
	ck_assert_mem_eq(entry.cmdline.text, "curl\0-s\0a b\0", 12);
}

TEST(proc_reads_credentials)
{
	_cleanup_(proc_entry_done) struct proc_entry entry = {};

	read_into(&entry, 4177);
	ck_assert_uint_eq(entry.facts.cred.uid, 1000);
	ck_assert_uint_eq(entry.facts.cred.euid, 1001);
	ck_assert_uint_eq(entry.facts.cred.suid, 1002);
	ck_assert_uint_eq(entry.facts.cred.fsuid, 1003);
	ck_assert_uint_eq(entry.facts.cred.gid, 5);
	ck_assert_uint_eq(entry.facts.cred.egid, 6);
	ck_assert_uint_eq(entry.facts.cred.sgid, 7);
	ck_assert_uint_eq(entry.facts.cred.fsgid, 8);
	ck_assert_uint_eq(entry.facts.cred.caps[TETRA_CAPSET_INHERITABLE], 1);
	ck_assert_uint_eq(entry.facts.cred.caps[TETRA_CAPSET_PERMITTED],
			  UINT64_C(0x1ffffffffff));
	ck_assert_uint_eq(entry.facts.cred.caps[TETRA_CAPSET_EFFECTIVE], 0x200000);
}

TEST(proc_reads_namespaces_and_container)
{
	_cleanup_(proc_entry_done) struct proc_entry entry = {};

	read_into(&entry, 4177);
	ck_assert_uint_eq(entry.facts.namespaces[TETRA_NS_UTS], 4026531838u);
	ck_assert_uint_eq(entry.facts.namespaces[TETRA_NS_PID_FOR_CHILDREN], 4026532000u);
	ck_assert_uint_eq(entry.facts.namespaces[TETRA_NS_USER], 4026531837u);
	ck_assert_uint_eq(entry.facts.namespaces[TETRA_NS_NET], 0);
	ck_assert_uint_eq(entry.nspid, 1);
	ck_assert_uint_eq(entry.is_init, 1);
	ck_assert_str_eq(entry.container, SHORT);
	ck_assert_str_eq(entry.cgroup.text,
			 "/kubepods.slice/cri-containerd-" ID ".scope");
}

TEST(proc_reads_a_kernel_thread_into_a_used_entry)
{
	_cleanup_(proc_entry_done) struct proc_entry entry = {};

	read_into(&entry, 4177);
	read_into(&entry, 2);
	ck_assert_uint_eq(entry.is_kernel_thread, 1);
	ck_assert_str_eq(entry.comm, "kthreadd");
	ck_assert_uint_eq(entry.start_ns, 30000000);
	ck_assert_uint_eq(entry.nspid, 0);
	ck_assert_uint_eq(entry.is_init, 0);
	ck_assert_uint_eq(entry.facts.cred.login_uid, PROC_NO_LOGINUID);
	ck_assert_uint_eq(entry.cmdline.len, 0);
	ck_assert_str_eq(entry.exe, "");
	ck_assert_str_eq(entry.container, "");
	ck_assert_uint_eq(entry.facts.cred.caps[TETRA_CAPSET_PERMITTED], 0);
}

TEST(proc_says_when_a_process_is_gone)
{
	static const uint32_t gone[] = { 299, 300, 301 };
	_cleanup_(proc_entry_done) struct proc_entry entry = {};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(gone); i++)
		ck_assert_int_eq(proc_read_one(&entry, root, CGROUP_UNIFIED, gone[i]),
				 -ENOENT);
	ck_assert_int_eq(proc_read_one(&entry, "/nonexistent", CGROUP_UNIFIED, 1),
			 -ENOENT);
}

TEST(proc_walks_over_what_is_whole)
{
	_cleanup_(proc_iter_freep) struct proc_iter *iter = NULL;
	const struct proc_entry *entry;
	uint32_t sum = 0;
	int n = 0;

	ck_assert_int_eq(proc_iter_new(&iter, root, "/nonexistent"), 0);
	while (proc_iter_next(iter, &entry) == 1) {
		sum += entry->tgid;
		n++;
	}
	ck_assert_int_eq(n, 2);
	ck_assert_uint_eq(sum, 4179);
}

TEST(proc_finds_this_process)
{
	_cleanup_(proc_iter_freep) struct proc_iter *iter = NULL;
	const struct proc_entry *entry;
	bool found = false;

	ck_assert_int_eq(proc_iter_new(&iter, NULL, NULL), 0);
	while (!found && proc_iter_next(iter, &entry) == 1)
		found = entry->tgid == (uint32_t)getpid() &&
			entry->facts.cred.euid == geteuid() &&
			entry->ppid == (uint32_t)getppid() && entry->start_ns &&
			entry->cmdline.len;
	ck_assert(found);
}

TEST(cgroup_names_tell_of_containers)
{
	static const struct {
		const char *name, *id; /* NULL: none */
	} rows[] = {
		{ "docker-" ID ".scope", SHORT },
		{ "cri-containerd-" ID ".scope", SHORT },
		{ "crio-" ID ".scope", SHORT },
		{ "libpod-" ID, SHORT },
		{ ID, SHORT },
		{ "kubelet-kubepods-pod1234.slice:cri-containerd:" ID, SHORT },
		{ "cri-containerd-" ID "x.scope", NULL },
		{ "build-" ID ".scope", NULL },
		{ "libpod-conmon-" ID ".scope", NULL },
		{ "dead-beef-cafe-0123456789-abcdef-0123456789-abcdef-0123456789-abcdef.scope",
		  NULL },
		{ "session-3.scope", NULL },
		{ "user@1000.service", NULL },
		{ "x-" ID ".service", NULL },
		{ SHORT, NULL },
		{ "", NULL },
		{ "-", NULL },
		/* 127 characters: it may have been cut off. */
		{ "kubelet-kubepods-burstable-"
		  "pod0b0c7b9e_2f1a_4a53_9d3e_6d1c5a6f7e88.slice:"
		  "cri-containerd:"
		  "3f9c2a7be01d44c6a58e9b7f0c1d2e3f4a5b6c7",
		  SHORT },
		/* 126 */
		{ "kubelet-kubepods-burstable-"
		  "pod0b0c7b9e_2f1a_4a53_9d3e_6d1c5a6f7e88.slice:"
		  "cri-containerd:"
		  "3f9c2a7be01d44c6a58e9b7f0c1d2e3f4a5b6c",
		  NULL },
	};
	char id[CGROUP_CONTAINER_BYTES];
	size_t i;

	ck_assert_uint_eq(strlen(rows[16].name), CGROUP_KERNEL_NAME);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		bool found = cgroup_container_of_name(id, rows[i].name);

		ck_assert_msg(found == (rows[i].id != NULL), "'%s'", rows[i].name);
		if (found)
			ck_assert_str_eq(id, rows[i].id);
	}
}

TEST(cgroup_files_tell_of_containers)
{
	static const struct {
		const char *text, *id;
	} rows[] = {
		{ "0::/system.slice/docker-" ID ".scope\n", SHORT },
		{ "0::/machine.slice/libpod-" ID ".scope/container\n", SHORT },
		{ "0::/libpod_parent/libpod-" ID "/container\n", SHORT },
		{ "0::/libpod_parent/conmon\n", NULL },
		{ "0::/kubepods/besteffort/pod1/" ID "/syscont-cgroup-root/init.scope\n",
		  SHORT },
		/* CRI-O with crun; an init system in a container; kubelet in a container */
		{ "0::/kubepods.slice/kubepods-pod1.slice/crio-" ID ".scope/container\n",
		  SHORT },
		{ "0::/docker/" ID "/init.scope\n", SHORT },
		{ "0::/system.slice/docker-" ID ".scope/system.slice/cron.service\n",
		  SHORT },
		{ "0::/docker/" OTHER "/kubelet/kubepods/besteffort/pod1/" ID "\n",
		  SHORT },
		{ "0::/docker/" OTHER "/kubelet.slice/kubelet-kubepods.slice/"
		  "cri-containerd-" ID ".scope/a/b/c/d\n",
		  SHORT },
		{ "0::/user.slice/user-1000.slice/user@1000.service/user.slice/"
		  "libpod-" ID ".scope/container\n",
		  SHORT },
		{ "0::/machine.slice/libpod-payload-" ID "\n", SHORT },
		/* On the host */
		{ "0::/machine.slice/libpod-conmon-" ID ".scope\n", NULL },
		{ "0::/system.slice/build-" ID ".scope\n", NULL },
		{ "0::/system.slice/docker-" ID ".service\n", NULL },
		{ "0::/system.slice/docker-" ID "ab.scope\n", NULL },
		{ "0::/system.slice/" SHORT "f.scope\n", NULL },
		{ "0::/user.slice/run-r" SHORT "f.scope\n", NULL },
		{ "0::/user.slice/deadbeefdeadbeefdeadbeefdeadbeefdeadbeef"
		  "deadbeefdeadbeefdeadbeef.slice/x\n",
		  NULL },
		{ "0::/kubepods/besteffort/pod1/" ID "/syscont-cgroup-root\n", SHORT },
		{ "9:name=systemd:/\n"
		  "4:memory:/process_api/73ef51a053f9d5f4f57643508118e5e6\n",
		  "73ef51a053f9d5f4f57643508118e5e" },
		{ "0::/default/" ID "\n", SHORT },
		{ "0::/default/box\n", NULL },
		{ "0::/user.slice/user-0.slice/session-3.scope\n", NULL },
		{ "0::/\n", NULL },
		{ "", NULL },
	};
	char id[CGROUP_CONTAINER_BYTES];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		bool found = cgroup_container_of_proc(id, rows[i].text);

		ck_assert_msg(found == (rows[i].id != NULL), "'%s'", rows[i].text);
		if (found)
			ck_assert_str_eq(id, rows[i].id);
	}
}

TEST(cgroup_picks_the_hierarchy)
{
	static const char text[] =
		"12:cpu,cpuset:/c\n11:pids:/p:q\n10:memory:/m\n0::/u\n";
	static const char few[] = "12:cpu,cpuset:/c\n1:name=systemd:/s\n";
	static const char none[] = "1:name=systemd:/s\n";
	size_t len = 0;

	ck_assert_str_eq(cgroup_controller(CGROUP_LEGACY, text), "memory");
	ck_assert_mem_eq(cgroup_path(CGROUP_LEGACY, text, &len), "/m", 2);
	ck_assert_uint_eq(len, 2);
	ck_assert_mem_eq(cgroup_path(CGROUP_UNIFIED, text, &len), "/u", 2);
	ck_assert_str_eq(cgroup_controller(CGROUP_HYBRID, few), "cpuset");
	ck_assert_ptr_null(cgroup_controller(CGROUP_LEGACY, none));
	ck_assert_ptr_null(cgroup_path(CGROUP_UNIFIED, none, &len));
	ck_assert_ptr_null(cgroup_path(CGROUP_UNIFIED, "0:", &len));
}

TEST(cgroup_detects_nothing_where_nothing_is)
{
	ck_assert_int_eq(cgroup_detect("/nonexistent"), CGROUP_UNKNOWN);
}

FIXTURE(setup, teardown)
