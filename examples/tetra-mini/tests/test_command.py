#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The command line of tetra-mini, as far as it needs no privilege and opens no session."""

import os
import re
import subprocess
import tempfile
import unittest

PROGRAM = os.environ["TETRA_MINI"]
DATA = os.environ["TETRA_TEST_DATA"]
FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
GOOD = """\
apiVersion: cilium.io/v1alpha1
kind: TracingPolicy
metadata:
  name: good
spec:
  kprobes:
  - call: security_file_permission
    syscall: false
    args:
    - index: 0
      type: file
    selectors:
    - matchArgs:
      - index: 0
        operator: Equal
        values: [/etc/passwd]
"""
BAD = GOOD.replace("type: file", "type: flie").replace("Equal", "Equals")


class Command(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.good = self.write("good.yaml", GOOD)
        self.bad = self.write("bad.yml", BAD)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def run_it(self, *args, status):
        done = subprocess.run([PROGRAM, *args], capture_output=True, text=True, timeout=60,
                              stdin=subprocess.DEVNULL, check=False)
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stdout, done.stderr

    def test_check_says_nothing_about_a_clean_policy(self):
        self.assertEqual(self.run_it("--check", self.good, status=0), ("", ""))

    def test_check_tells_each_finding_with_its_line_and_a_caret(self):
        out, err = self.run_it("--check", self.good, self.bad, status=1)
        self.assertEqual(out, "")
        heads = [line for line in err.splitlines() if " error: " in line]
        self.assertEqual(len(heads), 2)
        self.assertRegex(heads[0], r"^%s:11:13: error: .*'flie'.* \[[a-z-]+\]$" % self.bad)
        self.assertRegex(heads[1], r"^%s:15:19: error: .*'Equals'.* \[[a-z-]+\]$" % self.bad)
        self.assertIn("   11 |       type: flie\n      |             ^\n", err)

    def test_check_warns_and_accepts(self):
        out, err = self.run_it("--check", os.path.join(DATA, "policy/lint/enforcement.yaml"),
                               status=0)
        self.assertIn(" warning: ", err)

    def test_check_reads_the_policies_of_a_folder(self):
        self.write("other.txt", "no policy")
        _, err = self.run_it("--check", self.folder, status=1)
        self.assertIn("bad.yml:11:13: error: ", err)
        self.assertNotIn("other.txt", err)

    def test_check_passes_over_what_is_no_file_in_a_folder(self):
        os.remove(self.bad)
        os.mkdir(os.path.join(self.folder, "folder.yaml"))
        os.mkfifo(os.path.join(self.folder, "pipe.yaml"))
        self.assertEqual(self.run_it("--check", self.folder, status=0), ("", ""))

    def test_check_says_why_a_file_cannot_be_read(self):
        pipe = os.path.join(self.folder, "pipe.yaml")
        os.mkfifo(pipe)
        empty = self.write("empty.yaml", "")
        for path, place, why in ((self.folder + "/nowhere", "", "No such file or directory"),
                                 (self.good + "/x", "", "Not a directory"),
                                 (pipe, ":1:1", "no policy in this file"),
                                 (empty, ":1:1", "no policy in this file")):
            with self.subTest(path):
                _, err = self.run_it("--check", path, status=1)
                self.assertRegex(err, "^%s%s: error: .*%s" % (path, place, why))

    def test_a_file_that_cannot_be_read_is_named_in_the_reason(self):
        _, err = self.run_it("--policy", "/nonexistent/p.yaml", status=1)
        self.assertEqual(err.splitlines()[-1], "tetra-mini: not started: "
                         "/nonexistent/p.yaml: No such file or directory")

    def test_a_broken_policy_is_told_whole_and_refused_in_one_line(self):
        out, err = self.run_it("--policy", self.bad, status=1)
        self.assertEqual(out, "")
        self.assertIn(":11:13: error: ", err)
        self.assertIn(":15:19: error: ", err)
        self.assertRegex(err.splitlines()[-1], r"^tetra-mini: not started: .*'flie'")

    def test_wrong_options_are_told(self):
        for args, word in ((["--mode", "kill"], "'kill'"), (["--output", "xml"], "'xml'"),
                           (["--events", "process_exec,fork"], "'fork'"),
                           (["--events", ""], "kind ''"), (["--duration", "soon"], "'soon'"),
                           (["--duration", "-1"], "'-1'"), (["--duration", "nan"], "'nan'"),
                           (["--color", "blue"], "'blue'"), (["--timestamps=x"], "timestamps"),
                           ([self.good], self.good), (["--check"], "--check"),
                           (["--no-such-option"], "no-such-option")):
            with self.subTest(args):
                out, err = self.run_it(*args, status=2)
                self.assertEqual(out, "")
                self.assertIn(word, err)

    def test_an_export_file_that_cannot_be_opened_is_told(self):
        _, err = self.run_it("--export", "/nonexistent/x.json", status=5)
        self.assertIn("/nonexistent/x.json", err)

    def test_a_folder_without_policies_is_not_checked_with_success(self):
        os.remove(self.bad)
        os.remove(self.good)
        os.mkdir(os.path.join(self.folder, "folder.yaml"))
        _, err = self.run_it("--check", self.folder, status=1)
        self.assertIn("no *.yaml and no *.yml files in " + self.folder, err)
        self.assertIn("no policy to check", err)

    def test_file_names_cannot_command_the_terminal(self):
        name = "a\n\x1b[31m\u202egood\x9b\x7fü.yaml"
        safe = r"a\x0a\x1b[31m\xe2\x80\xaegood\xc2\x9b\x7fü.yaml"
        bad = self.write(name, BAD)
        nowhere = self.folder + "/nowhere\x1b[2J"
        cases = ((["--check", bad], 1, None), (["--policy", bad], 1, safe),
                 (["--check", nowhere], 1, None), (["--policy", nowhere], 1, None),
                 (["--export", nowhere + "/x"], 5, r"nowhere\x1b[2J/x"),
                 ([nowhere], 2, r"nowhere\x1b[2J"), (["--mode", "\x1b"], 2, r"'\x1b'"),
                 (["--events", "\x9b"], 2, r"'\xc2\x9b'"),
                 (["--duration", "\x7f"], 2, r"'\x7f'"))
        for args, status, shown in cases:
            with self.subTest(args):
                out, err = self.run_it(*args, status=status)
                for c in "\x1b\x7f\x9b\u202e":
                    self.assertNotIn(c, out + err)
                if shown:
                    self.assertIn(shown, err)

    def test_each_status_is_in_the_manual(self):
        with open(os.path.join(FOLDER, "status.h"), encoding="utf-8") as file:
            numbers = re.findall(r"^\tX\([A-Z]+, (\d)\)", file.read(), re.M)
        table = self.manual().split(".SH EXIT STATUS")[1].split(".SH ")[0]
        self.assertGreaterEqual(len(numbers), 6)
        self.assertEqual(re.findall(r"^\.B (\d)$", table, re.M), numbers)

    def manual(self):
        with open(os.path.join(FOLDER, "tetra-mini.1"), encoding="utf-8") as file:
            return file.read()

    def test_help_and_manual_name_the_same_options(self):
        out, err = self.run_it("--help", status=0)
        self.assertEqual(err, "")
        named = {line.split("\\-\\-")[1].split()[0].strip('"').strip()
                 for line in self.manual().splitlines() if line.startswith(".BR \\-")}
        self.assertGreaterEqual(len(named), 16)
        self.assertEqual(named, set(re.findall(r"^  (?:-., |    )--([a-z-]+)", out, re.M)))
        self.assertRegex(self.run_it("--version", status=0)[0], r"^tetra-mini \d+\.\d+\.\d+\n$")

    def test_help_and_manual_name_each_kind_of_event(self):
        with open(os.path.join(FOLDER, "../../lib/event/kind.c"), encoding="utf-8") as file:
            kinds = re.findall(r'^\tROW\([A-Z]+, "(\w+)"', file.read(), re.M)
        self.assertGreaterEqual(len(kinds), 6)
        section = self.manual().split("\\-\\-events")[1].split(".TP")[0]
        for text in (self.run_it("--help", status=0)[0], section):
            self.assertEqual(re.findall(r"\b(?:process|tetra)_\w+", text), kinds)


if __name__ == "__main__":
    unittest.main()
