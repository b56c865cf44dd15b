#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Tests of the judgement of the kernel's log: what is a complaint and what is none."""

import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))

import kernel_log  # noqa: E402


class Kinds(unittest.TestCase):
    COMPLAINTS = [
        ("warning", "WARNING: CPU: 1 PID: 131 at kernel/bpf/verifier.c:10519 bpf_check+0x1"),
        ("warning", "WARNING: kernel/trace/ftrace.c:2190 at ftrace_bug+0x0/0x260, CPU#1"),
        ("bpf", "trace type BPF program uses run-time allocation"),
        ("bug", "BUG: unable to handle page fault for address: ffffffffc0000000"),
        ("bug", "BUG: kernel NULL pointer dereference, address: 0000000000000008"),
        ("bug", "BUG: scheduling while atomic: tetra-mini/91/0x00000002"),
        ("bug", "watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [attack:88]"),
        ("bug", "kernel BUG at mm/slub.c:4023!"),
        ("oops", "Oops: 0002 [#1] SMP PTI"),
        ("oops", "Oops: Oops: 0000 [#1] SMP NOPTI"),
        ("oops", "general protection fault, probably for address 0xdead: 0000 [#1] SMP"),
        ("oops", "Kernel panic - not syncing: Fatal exception"),
        ("sanitizer", "UBSAN: array-index-out-of-bounds in kernel/bpf/core.c:1:2"),
        ("sanitizer", "BUG: KASAN: slab-out-of-bounds in x"),
        ("list", "list_del corruption. prev->next should be ffff, but was dead"),
        ("list", "refcount_t: underflow; use-after-free."),
        ("lock", "WARNING: possible circular locking dependency detected"),
        ("lock", "WARNING: suspicious RCU usage"),
        ("stall", "rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:"),
        ("stall", "rcu: INFO: rcu_sched self-detected stall on CPU"),
        ("stall", "INFO: rcu_tasks detected stalls on tasks:"),
        ("hung task", "INFO: task tetra-mini:90 blocked for more than 120 seconds."),
        ("splat", "Call Trace:"),
        ("splat", " <TASK> Call Trace:"),
        ("splat", "------------[ cut here ]------------"),
    ]
    HARMLESS = [
        "fuse: init (API version 7.32)",
        "virtiofs virtio1: virtio_fs_setup_dax: No cache capability",
        "traps: trig[91] trap int3 ip:401000 sp:7ffc error:0 in trig[400000+1000]",
        "trig[92]: segfault at 0 ip 0000000000401000 sp 00007ffc error 6 in trig",
        "perf: interrupt took too long (2504 > 2500), lowering the rate to 79000",
        "clocksource: tsc: mask: 0xffffffffffffffff max_cycles: 0x398cadd9d93",
        "audit: type=1400 audit(1.1:2): apparmor=\"DENIED\" operation=\"open\"",
        "sched: RT throttling activated",
        "systemd[1]: some text with a warning: in it",
        "workqueue: fill_page_cache_func hogged CPU for >10000us 4 times",
        "Spectre V2 : WARNING",
        "ima: No TPM chip found, activating TPM-bypass!",
        "device lo entered promiscuous mode",
    ]

    def test_each_kind_of_complaint_is_one(self):
        for kind, line in self.COMPLAINTS:
            with self.subTest(line=line):
                self.assertIsNotNone(kernel_log.kind_of(line))
                problem, = kernel_log.complaints(["before", line, "after"])
                self.assertIn(line, problem)

    def test_the_usual_lines_are_none(self):
        for line in self.HARMLESS:
            with self.subTest(line=line):
                self.assertIsNone(kernel_log.kind_of(line))
        self.assertEqual(kernel_log.complaints(self.HARMLESS), [])

    def test_kinds_have_their_names(self):
        for kind, line in self.COMPLAINTS:
            if not line.startswith(("BUG: KASAN", "WARNING: ", "refcount")):
                with self.subTest(line=line):
                    self.assertEqual(kernel_log.kind_of(line), kind)


class Complaints(unittest.TestCase):
    SPLAT = ["------------[ cut here ]------------",
             "trace type BPF program uses run-time allocation",
             "WARNING: CPU: 1 PID: 131 at kernel/bpf/verifier.c:10519 bpf_check+0x1"
             ] + ["Modules linked in: overlay"] * 12 + [
             "Call Trace:", " bpf_prog_load+0x1f1/0x9a0",
             "---[ end trace 0123456789abcdef ]---"]

    def test_one_warning_is_one_problem_that_names_its_place(self):
        for splat in (self.SPLAT, self.SPLAT[:3], self.SPLAT[:-1]):
            problem, = kernel_log.complaints(["a", "b"] + splat + ["c"])
            self.assertIn("verifier.c:10519", problem)
            self.assertIn("(bpf): trace type BPF program", problem.splitlines()[0])

    def test_two_warnings_are_two_problems(self):
        for between in ([], ["x"], ["x"] * 30):
            problems = kernel_log.complaints(self.SPLAT + between + self.SPLAT)
            self.assertEqual(len(problems), 2)

    def test_a_new_taint_is_a_problem_of_its_own(self):
        text, = kernel_log.complaints([], 0, 512)
        self.assertIn("a warning", text)
        text, = kernel_log.complaints([], 512, 512 | 1 << 14)
        self.assertIn("a soft lockup", text)
        self.assertNotIn("a warning", text)

    def test_an_old_taint_is_none(self):
        self.assertEqual(kernel_log.complaints(["x"], 4096, 4096), [])

    def test_an_unknown_taint_has_its_number(self):
        self.assertIn("bit 40", kernel_log.complaints([], 0, 1 << 40)[0])


class Records(unittest.TestCase):
    CASES = [
        ("4,339,514,-;WARNING: CPU: 1\n SUBSYSTEM=pci\n", ["WARNING: CPU: 1"]),
        ("6,1,2,-;one\\x0atwo\n", ["one", "two"]),
        ("6,1,2,c,caller=T1;text; with more\n", ["text; with more"]),
        ("no record at all", []),
    ]

    def test_records(self):
        for record, lines in self.CASES:
            with self.subTest(record=record):
                self.assertEqual(kernel_log.record_lines(record), lines)

    def test_only_what_came_in_between_counts(self):
        with tempfile.TemporaryDirectory() as folder:
            log, taint = os.path.join(folder, "kmsg"), os.path.join(folder, "tainted")
            for path, text in ((log, "4,1,1,-;WARNING: old at x\n"), (taint, "512\n")):
                with open(path, "w", encoding="ascii") as file:
                    file.write(text)
            watch = kernel_log.KernelLog(log, taint)
            self.assertEqual(watch.complaints(), [])
            with open(log, "a", encoding="ascii") as file:
                file.write("4,2,1,-;BUG: new\n")
            self.assertEqual(len(watch.complaints()), 1)
            self.assertEqual(watch.complaints(), [])
            with open(taint, "w", encoding="ascii") as file:
                file.write("8704\n")
            self.assertEqual(watch.complaints(expected=8192), [])
            os.close(watch.fd)


if __name__ == "__main__":
    unittest.main()
