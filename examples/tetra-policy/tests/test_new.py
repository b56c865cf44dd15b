#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""tetra-policy new: policies made from recordings are clean, and do nothing about what was
recorded."""

import json
import os
import random
import unittest

from program import Program

ODD = ['/tmp/a "quoted" name', "/tmp/new\nline", "/tmp/tab\there", "/tmp/\ufffd\ufffd", "/tmp/\u00fc",
       "/tmp/\u2028", "/tmp/\x7f", "/tmp/\x85", "/tmp/\U0001f600", "/tmp/x (deleted)", "/tmp/%s",
       "/tmp/\\x", "/tmp//double", "/tmp/ ends ", "/tmp/'", "/tmp/#a", "/tmp/: b", "/tmp/\x1b[31m",
       "pipe:[1]", "socket:[12]", "", "/", "/memfd:x (deleted)", "/tmp/" + "l" * 255]


# What no allow-list can change; a policy that only reports gets no warning.
LIMITS = {"bind-mount", "broad-enforcement", "does-not-prevent", "evasion", "toctou", "unjudged"}


def event(function, *args, binary="/usr/bin/cat", kind="process_kprobe", **more):
    name = {"function_name": function} if kind != "process_tracepoint" else {
        "subsys": function.split("/")[0], "event": function.split("/")[1]}
    return {kind: {"process": {"pid": 7, "binary": binary}, "args": list(args),
                   "policy_name": "other", "action": "KPROBE_ACTION_POST", **name, **more}}


def opened(path, **more):
    return event("security_file_open", {"file_arg": {"path": path, "permission": "-rw-r--r--"}},
                 **more)


def connected(address, port, **more):
    family = "AF_INET6" if ":" in address else "AF_INET"
    return event("tcp_connect", {"sock_arg": {"family": family, "type": "SOCK_STREAM",
                                              "protocol": "IPPROTO_TCP", "saddr": address,
                                              "daddr": address, "sport": 40000, "dport": port}},
                 **more)


class New(Program):
    def record(self, *events):
        return self.write("events.json", "".join(json.dumps(one) + "\n" for one in events))

    def new(self, *events, options=(), status=0):
        path = self.record(*events)
        out, err = self.run_it("new", "--from-events", path, *options, status=status)
        if status == 0:
            self.assertEqual(err, "")
            with open(os.path.join(self.folder, "policy.yaml"), "w", encoding="utf-8") as file:
                file.write(out)
        return out if status == 0 else err

    def check(self):
        policy = os.path.join(self.folder, "policy.yaml")
        out, err = self.run_it("check", "--json", policy, status=0)
        return json.loads(out)

    def sim(self, *events):
        """The documents of all that match, and the sum."""
        policy = os.path.join(self.folder, "policy.yaml")
        out, _ = self.run_it("sim", policy, "--json", "--events", "-", status=0,
                             stdin="".join(json.dumps(one) + "\n" for one in events))
        found = [json.loads(line) for line in out.splitlines()]
        return found[:-1], found[-1]["summary"]

    def good(self, *events, options=()):
        """What is proposed; it is clean, and no event that was recorded matches."""
        text = self.new(*events, options=options)
        # Odd names were seen; check takes them for errors.
        codes = {one["code"] for one in self.check()["findings"] if one["severity"] == "warning"
                 and not one["message"].endswith("is hardly one")}
        self.assertEqual(codes - (LIMITS if {"sigkill", "override"} & set(options) else set()),
                         set(), self.check())
        found, total = self.sim(*events)
        self.assertEqual([one for one in found if one["verdict"] != "unknown"], [], text)
        return text, total


class Lists(New):
    def test_paths_and_programs(self):
        text, total = self.good(opened("/etc/passwd"), opened("/etc/passwd", binary="/usr/bin/ls"))
        self.assertEqual(total["unknown"], 0)
        self.assertIn('- "/etc/passwd" # 2 events, first at ', text)
        self.assertIn('events.json:1"', text)
        found, _ = self.sim(opened("/etc/shadow"), opened("/etc/passwd", binary="/tmp/x"))
        self.assertEqual([(one["event"], one["verdict"], one["selector"]) for one in found],
                         [(1, "post", 1), (2, "post", 0)])

    def test_actions(self):
        for action, verdict in (("post", "post"), ("sigkill", "deny"), ("override", "deny")):
            with self.subTest(action):
                self.good(opened("/etc/passwd"), options=["--action", action])
                found, _ = self.sim(opened("/etc/shadow"))
                self.assertEqual([one["verdict"] for one in found], [verdict])

    def test_a_folder_of_many_names_is_one(self):
        many = [opened("/srv/data/%d" % i) for i in range(8)]
        text, _ = self.good(*many, opened("/srv/other"))
        self.assertIn('- "/srv/data/" # 8 events of 8 in it, for example "/srv/data/0"', text)
        self.assertNotIn('"/srv/data/7"', text)
        self.assertIn('"/srv/data/6"', self.good(*many[:7])[0])
        self.assertIn('"/srv/data/"', self.good(*many[:3], options=["--siblings", "3"])[0])
        found, _ = self.sim(opened("/srv/data/9"), opened("/srv/dat"))
        self.assertEqual([one["event"] for one in found], [2])

    def test_so_many_names_that_the_list_is_not_too_long(self):
        self.assertIn("; 8 names in a folder are taken", self.good(opened("/srv/a"))[0])
        six = ["/srv%d/%d" % (i, j) for i in range(170) for j in range(6)]
        one = ["/srv%d%s" % (i, rest) for i in range(510) for rest in ("/a", "/a/b")]
        for paths, words in ((six, "; 6 names in a folder are taken"),
                             (one, "; 1 name in a folder is taken")):
            with self.subTest(words):
                self.assertIn(words, self.good(*map(opened, paths))[0])

    def test_folders_of_folders(self):
        text, _ = self.good(*[opened("/proc/%d/stat" % i) for i in range(9)])
        self.assertIn('- "/proc/" # 9 events of 9 in it', text)
        # The root is never all of a list.
        text, _ = self.good(*[opened("/%d" % i) for i in range(20)])
        self.assertNotIn('- "/" #  ', text)
        self.assertIn('"/19"', text)

    def test_destinations(self):
        text, _ = self.good(*[connected("10.0.%d.1" % i, 443) for i in range(3)],
                            *[connected("10.9.9.%d" % i, 50000 + i) for i in range(8)],
                            connected("2001:DB8::1", 53), connected("::1", 0))
        for part in ('"10.0.1.1" # 1 event,', '"10.9.9.0/24" # 8 events of 8', '"2001:db8::1"',
                     '"443" # 3 events', '"1024:65535" # 8 events of 8', '"53"', '"0"'):
            self.assertIn(part, text)
        found, _ = self.sim(connected("10.0.3.1", 443), connected("10.0.1.1", 80),
                            connected("10.9.9.200", 60000), connected("::2", 53))
        self.assertEqual([one["event"] for one in found], [1, 2, 4])

    def test_lists_that_are_too_long_are_left_out_with_a_remark(self):
        def too_many(what):
            return "# Too many different %s were seen for a list.\n" % what
        networks = ["10.%d.%d.1" % (i // 250, i % 250) for i in range(1001)]
        text, _ = self.good(*[connected(one, 443) for one in networks])
        self.assertIn(too_many("addresses"), text)
        self.assertIn("NotDPort", text)
        text, _ = self.good(*[connected("10.0.0.1", one) for one in range(1001)])
        self.assertIn(too_many("ports"), text)
        self.assertIn("NotDAddr", text)
        text, _ = self.good(*[opened("/a", binary="/usr/bin/%d" % i) for i in range(1001)])
        self.assertIn(too_many("programs"), text)
        self.assertNotIn("matchBinaries", text)
        text, _ = self.good(*[opened("/srv%d/a" % i) for i in range(1001)])
        self.assertIn(too_many("paths"), text)
        self.assertNotIn("args:", text)

    def test_hooks_that_have_only_lists_that_are_too_long_are_left_out(self):
        many = [connected("10.%d.%d.1" % (i // 250, i % 250), i) for i in range(1001)]
        for others in ([opened("/a")], [opened("/a"), event("sys_open", {"string_arg": "/b"})]):
            with self.subTest(len(others)):
                text, _ = self.good(*others[:1], *many, *others[1:],
                                    options=["--paths", "--destinations"])
                self.assertIn('  # "tcp_connect" (1001 events) is left out, as it has no list.\n'
                              '    # Too many different addresses were seen for a list.\n'
                              '    # Too many different ports', text)
                self.assertNotIn('call: "tcp_connect"', text)
        self.assertIn("too many different values",
                      self.new(*many, options=["--destinations"], status=2))

    def test_other_families_are_left_alone(self):
        unix = event("tcp_connect", {"sock_arg": {"family": "AF_UNIX"}})
        self.good(connected("10.0.0.1", 1), unix)

    def test_programs_that_were_started(self):
        run = {"process_exec": {"process": {"pid": 7, "binary": "/usr/bin/id"}}}
        text, _ = self.good(run, run)
        self.assertIn('call: "security_bprm_check"', text)
        self.assertIn('- "/usr/bin/id" # 2 events', text)

    def test_lists_that_are_asked_for(self):
        events = opened("/etc/passwd"), connected("10.0.0.1", 1)
        for option, words in (("--binaries", ["matchBinaries"]), ("--paths", ["NotEqual"]),
                              ("--destinations", ["NotDAddr", "NotDPort"])):
            with self.subTest(option):
                text, _ = self.good(*events, options=[option])
                for word in ("matchBinaries", "NotEqual", "NotDAddr", "NotDPort"):
                    self.assertEqual(word in text, word in words, word)

    def test_kinds_of_hooks(self):
        text, _ = self.good(
            event("file_open", {"file_arg": {"path": "/etc/passwd"}}, kind="process_lsm"),
            event("sched/sched_process_exec", {"string_arg": "/bin/x"}, kind="process_tracepoint"),
            event("__x64_sys_openat", {"int_arg": 1}, {"string_arg": "/etc/passwd"}))
        for part in ('- hook: "file_open"', 'event: "sched_process_exec"',
                     'call: "sys_openat"\n    syscall: true'):
            self.assertIn(part, text)

    def test_parameters_that_are_not_known_are_said(self):
        value = {"file_arg": {"path": "/etc/passwd"}}
        self.assertIn("check the indices", self.new(event("some_function", value)))
        self.assertNotIn("check the indices", self.new(event("security_file_open", value)))

    def test_what_differs_from_event_to_event_is_not_listed(self):
        file, number = {"file_arg": {"path": "/etc/passwd"}}, {"int_arg": 2}
        for args in ([[file], [number]], [[file], []], [[], [file]]):
            with self.subTest(args):
                text, _ = self.good(*[event("security_file_open", *one) for one in args])
                self.assertNotIn("args:", text)

    def test_names_that_no_file_has(self):
        for odd in ("/a//b", "/a/../b", "/a/.", "/a/"):
            with self.subTest(odd):
                self.assertNotIn("args:", self.good(opened(odd))[0])
                self.assertNotIn("matchBinaries", self.good(opened("/x", binary=odd))[0])

    def test_what_is_too_long(self):
        for text in ({"string_arg": "/" + "x" * 4094}, {"string_arg": "/" + "x/" * 3000},
                     {"file_arg": {"path": "/x" * 2048}}):
            with self.subTest(len(str(text))):
                hook = "security_file_open" if "file_arg" in text else "sys_execve"
                short = {key: "/a" if key == "string_arg" else {"path": "/a"} for key in text}
                self.good(event(hook, short), event(hook, text))

    def test_labels(self):
        def one(path, **label):
            return event("security_file_open", {"file_arg": {"path": path}, **label})
        text, _ = self.good(one("/a", label="what"), one("/b", label="what"))
        self.assertIn('label: "what"', text)
        found, _ = self.sim(one("/c", label="what"))
        self.assertEqual([one["verdict"] for one in found], ["post"])
        for other in ({}, {"label": "other"}):
            self.assertNotIn("args:", self.good(one("/a", label="what"), one("/b", **other))[0])

    def test_system_calls(self):
        self.good(event("__x64_sys_openat", {"int_arg": 1}, {"string_arg": "/etc/passwd"}))
        found, _ = self.sim(event("__x64_sys_openat", {"int_arg": 1}, {"string_arg": "/etc/shadow"}))
        self.assertEqual([one["verdict"] for one in found], ["post"])

    def test_addresses_of_both_versions(self):
        self.good(*[connected("::ffff:10.0.0.%d" % i, 1) for i in range(9)], connected("10.0.0.1", 1))

    def test_kernel_threads_have_no_program(self):
        text, _ = self.good(opened("/etc/passwd"), opened("/etc/passwd", binary="<kernel>"),
                            options=["--action", "sigkill"])
        self.assertNotIn("matchBinaries", text)


class Form(New):
    def test_the_name_and_the_file(self):
        path = os.path.join(self.folder, "out.yaml")
        text = self.new(opened("/etc/passwd"), options=["--name", "web", "-o", path])
        self.assertEqual(text, "")
        with open(path, encoding="utf-8") as file:
            self.assertIn('name: "web"', file.read())
        self.assertIn("name", self.new(opened("/x"), options=["--name", "Not a name"], status=2))

    def test_several_files_and_standard_input(self):
        one, two = (self.write(name, json.dumps(opened("/" + name)) + "\n") for name in "ab")
        out, _ = self.run_it("new", "-e", one, two, status=0)
        self.assertIn('- "/a"', out)
        self.assertIn('- "/b"', out)
        out, _ = self.run_it("new", "-e", "-", status=0, stdin=json.dumps(opened("/x")))
        self.assertIn('"standard input:1"', out)

    def test_what_cannot_be_read_is_said(self):
        path = self.write("x", "{\n" + json.dumps(opened("/x")) + "\n[]\n")
        out, err = self.run_it("new", "-e", path, status=0)
        self.assertEqual(err.count("\n"), 2)
        self.assertIn("x:1", err)
        self.assertIn('- "/x"', out)

    def test_wrong_use(self):
        self.assertIn("anything to list", self.new({"process_exit": {}}, status=2))
        self.assertIn("No such file", self.run_it("new", "-e", "/nonexistent", status=2)[1])
        self.assertIn("needs --from-events or a command", self.run_it("new", status=2)[1])
        for option in (["--action", "kill"], ["--siblings", "1"], ["--siblings", "x"]):
            self.run_it("new", "-e", "-", *option, status=2)


class Property(New):
    """Random recordings: what was recorded never matches, under any name."""

    def path(self, chance):
        if chance.random() < 0.3:
            return chance.choice(ODD)
        depth = chance.randrange(1, 5)
        return "/" + "/".join(chance.choice(["a", "b", "usr", "x y", "12", "caf\u00e9", "'\""]) + str(
            chance.randrange(12)) for _ in range(depth))

    def binary(self, chance):
        return chance.choice(["/usr/bin/a", "/usr/bin/b c", "/opt/\u00fc", '/opt/"', "<kernel>", "",
                              "relative", self.path(chance)])

    def one(self, chance):
        binary = chance.choice(["/usr/bin/a", self.binary(chance)])
        path = self.path(chance)
        address = chance.choice(["10.0.0.%d" % chance.randrange(20), "::1", "fe80::%x" % chance.randrange(
            99), "invalid IP", "192.168.1.1", "::ffff:10.0.0.%d" % chance.randrange(9)])
        return chance.choice([
            lambda: opened(path, binary=binary),
            lambda: event("security_file_permission", {"file_arg": {"path": path}},
                          {"int_arg": chance.randrange(5)}, binary=binary),
            lambda: connected(address, chance.choice([0, 22, 443, chance.randrange(65536)]),
                              binary=binary),
            lambda: event("tcp_connect", {"sock_arg": {"family": "AF_UNIX"}}, binary=binary),
            lambda: event("sys_openat", {"int_arg": -100}, {"string_arg": path}, binary=binary),
            lambda: event("file_open", {"file_arg": {"path": path, "flags": chance.choice(
                ["", "unresolvedPathComponents"])}}, kind="process_lsm", binary=binary),
            lambda: event("custom", *chance.choice([[], [{"file_arg": {"path": path}}], [
                {"capability_arg": {"value": 1}}]]), binary=binary),
            lambda: {"process_exec": {"process": {"pid": 1, "binary": binary}}}])()

    def test_what_was_recorded_never_matches(self):
        for seed in range(40):
            chance = random.Random(seed)
            events = [opened("/a")] + [self.one(chance) for _ in range(chance.choice([1, 5, 50, 300]))]
            options = ["--action", chance.choice(["post", "sigkill", "override"]),
                       "--siblings", str(chance.choice([2, 3, 8, 100]))]
            with self.subTest(seed):
                self.good(*events, options=options)


if __name__ == "__main__":
    unittest.main()
