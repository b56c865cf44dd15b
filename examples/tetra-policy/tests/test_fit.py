#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""tetra-policy fit: policies judged for recorded machines. That facts are right is
shown in guests (tests/vm/corpus.py)."""

import gzip
import json
import os
import re
import unittest
import zlib

from program import DATA, FOLDER, GOOD, Program

KERNELS = ["5.10", "6.1", "6.12", "6.12-full", "7.2"]
DENY = GOOD.replace("name: good", "name: deny").replace(
    "  - call: security_file_permission\n    syscall: false", "  - call: sys_symlinkat\n"
    "    syscall: true").replace("type: file", "type: string") + """\
      matchActions:
      - action: Override
        argError: -1
"""
KILL = GOOD.replace("name: good", "name: kill") + "      matchActions:\n      - action: Sigkill\n"


def complete(text):
    """Facts that a test has of a kernel, as if they were all."""
    text = text.replace(b"tetra-facts\t1\n", b"tetra-facts\t2\n", 1)
    return text + b"end\t%08x\n" % zlib.crc32(text)


def facts_of(kernel):
    with gzip.open(os.path.join(DATA, "kernel", kernel + ".facts.gz")) as file:
        return complete(file.read())


class Fit(Program):
    def setUp(self):
        super().setUp()
        self.fleet = os.path.join(self.folder, "fleet")
        os.mkdir(self.fleet)
        for kernel in KERNELS:
            self.write_facts(kernel + ".facts", facts_of(kernel))

    def write_facts(self, name, data):
        path = os.path.join(self.fleet, name)
        with open(path, "wb") as file:
            file.write(data)
        return path

    def facts(self, kernel):
        return os.path.join(self.fleet, kernel + ".facts")

    def fit(self, text, *args, status):
        out, _ = self.run_it("fit", "--json", self.write("policy.yaml", text), *args,
                             status=status)
        self.assertEqual(out.count("\n"), 1)
        [policy] = json.loads(out)["policies"]
        return policy

    def test_the_document_is_the_contract(self):
        policy = self.fit(KILL, "--kernel", self.facts("6.12"), status=0)
        self.assertEqual(policy["name"], "kill")
        self.assertEqual(policy["file"], os.path.join(self.folder, "policy.yaml"))
        [kernel] = policy["kernels"]
        [hook] = kernel.pop("hooks")
        self.assertGreater(kernel.pop("kernel_bytes"), 0)
        self.assertEqual(kernel, {"kernel": "6.12", "verdict": "loads", "reason": None})
        self.assertEqual(hook, {
            "index": "kprobes[0]", "function": "security_file_permission", "fits": True,
            "arguments": "file", "attach": "fentry+lsm", "deny": "lsm", "kill": "denies",
            "emulated": [], "reason": "fentry sends the events, lsm denies"})

    def test_a_folder_is_a_fleet(self):
        policy = self.fit(DENY, "-k", self.fleet, status=1)
        self.assertEqual({kernel["kernel"]: kernel["verdict"] for kernel in policy["kernels"]},
                         {"5.10": "refused", "6.1": "refused", "6.12": "refused",
                          "6.12-full": "loads", "7.2": "refused"})
        for kernel in policy["kernels"]:
            if kernel["verdict"] == "refused":
                self.assertRegex(kernel["reason"], "cannot (change the result|enforce)")
                self.assertEqual(kernel["kernel_bytes"], 0)
                self.assertFalse(kernel["hooks"][0]["fits"])

    def test_files_of_one_name_are_two_machines(self):
        paths = []
        for place in ("east", "west"):
            os.mkdir(os.path.join(self.fleet, place))
            paths.append(self.write_facts(place + "/web.facts", facts_of("6.12")))
        args = [arg for path in paths for arg in ("--kernel", path)]
        policy = self.fit(GOOD, *args, "--kernel", self.facts("6.1"), status=0)
        self.assertEqual([kernel["kernel"] for kernel in policy["kernels"]], [*paths, "6.1"])
        policy = self.fit(GOOD, *args[:2], *args[:2], status=0)
        self.assertEqual([kernel["kernel"] for kernel in policy["kernels"]], ["web", "web"])

    def test_only_kernels_that_are_asked_for_count(self):
        self.fit(DENY, "--kernel", self.facts("6.12-full"), status=0)
        self.fit(DENY, "--kernel", self.facts("6.12-full"), "--kernel", self.facts("6.12"),
                 status=1)

    def test_the_mode_matters_where_a_kernel_can_skip_programs(self):
        self.fit(DENY, "--kernel", self.facts("7.2"), status=1)
        self.fit(DENY, "--kernel", self.facts("7.2"), "--mode", "enforce", status=1)
        self.fit(DENY, "--kernel", self.facts("7.2"), "--mode", "monitor", status=0)
        _, err = self.run_it("fit", "--mode", "maybe", "x.yaml", status=2)
        self.assertIn("expected 'enforce' or 'monitor'", err)
        self.run_it("fit", "--mode", "enforce", "--mode", "maybe", self.write("good.yaml", GOOD),
                    "--kernel", self.facts("7.2"), status=2)

    def test_people_get_a_table_and_machines_that_agree_together(self):
        out, err = self.run_it("fit", self.write("good.yaml", GOOD),
                               self.write("deny.yaml", DENY), "--kernel", self.fleet, status=1)
        self.assertEqual(err, "")
        lines = out.splitlines()
        self.assertEqual(lines[0], "5.10     6.1      6.12-full  6.12     7.2      policy")
        self.assertEqual(lines[1].split(), ["loads"] * 5 + ["good"])
        self.assertEqual(lines[2].split(),
                         ["refused"] * 2 + ["loads"] + ["refused"] * 2 + ["deny"])
        self.assertIn("  5.10, 6.1, 6.12-full, 6.12: loads, ", out)
        self.assertIn("can skip runs of fentry", " ".join(out.split()))

    def test_a_damaged_file_is_refused(self):
        data = facts_of("6.12")
        middle = len(data) // 2
        for number, broken in enumerate([
                b"", data[:-1], data[:middle], data[:middle] + b"x" + data[middle + 1:],
                gzip.compress(data)[:-9], b"something else", data.replace(b"\t2\n", b"\t3\n", 1)]):
            with self.subTest(number):
                path = self.write_facts("broken", broken)
                out, err = self.run_it("fit", "--json", self.write("good.yaml", GOOD), "--kernel",
                                       path, status=2)
                self.assertEqual(out, "")
                self.assertRegex(err, "broken: .*(facts file|facts)")

    def test_a_packed_file_is_read(self):
        path = self.write_facts("web-1.facts.gz", gzip.compress(facts_of("6.12")))
        policy = self.fit(GOOD, "--kernel", path, status=0)
        self.assertEqual(policy["kernels"][0]["kernel"], "web-1")

    def test_what_is_not_there_is_said(self):
        policy = self.write("good.yaml", GOOD)
        empty = os.path.join(self.folder, "empty")
        os.mkdir(empty)
        self.assertIn("no file of facts", self.run_it("fit", policy, "--kernel", empty,
                                                      status=2)[1])
        self.assertIn("No such file", self.run_it("fit", policy, "--kernel", "/nonexistent",
                                                  status=2)[1])
        self.assertIn("No such file", self.run_it("fit", "/nonexistent", "--kernel", self.fleet,
                                                  status=2)[1])
        self.assertIn("no policy given", self.run_it("fit", "--kernel", self.fleet, status=2)[1])
        self.assertIn("one file", self.run_it("facts", status=2)[1])
        self.assertIn("no policy to judge", self.run_it("fit", empty, "--kernel", self.fleet,
                                                        status=2)[1])
        self.run_it("fit", self.write("bad.yaml", GOOD.replace("type: file", "type: flie")),
                    "--kernel", self.fleet, status=2)

    def test_a_folder_of_policies_is_all_of_them(self):
        folder = os.path.join(self.folder, "policies")
        os.mkdir(folder)
        self.write("policies/a.yaml", GOOD)
        self.write("policies/b.yaml", KILL)
        out, _ = self.run_it("fit", "--json", folder, "--kernel", self.facts("6.1"), status=0)
        self.assertEqual([policy["name"] for policy in json.loads(out)["policies"]],
                         ["good", "kill"])

    def test_the_example_of_the_manual(self):
        with open(os.path.join(FOLDER, "tetra-policy.1"), encoding="utf-8") as file:
            section = re.search(r"^\.SS fit\b(.*?)^\.SS ", file.read(), re.M | re.S)[1]
        example = re.search(r"^\.nf\n(.*?)^\.fi", section, re.M | re.S)[1].replace("\\-", "-")
        command, _, wanted = example.replace("\\&", "").partition("\n\n")
        self.write("guard.yaml", KILL.replace("name: kill", "name: guard"))
        out, _ = self.run_it(*command.split()[1:], status=0, cwd=self.folder)
        self.assertEqual(out, wanted)


if __name__ == "__main__":
    unittest.main()
