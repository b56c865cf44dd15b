#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""examples/ci: the shell script is run, and what the other files call exists."""

import glob
import os
import re
import subprocess
import unittest

from program import FOLDER, GOOD, PROGRAM, Program

CI = os.path.join(os.path.dirname(FOLDER), "ci")
SUITE = """\
apiVersion: tetra.test/v1
kind: PolicySuite
policies: [../good.yaml]
cases:
- name: one
  %s
"""
EVENT = ("event: {function: security_file_permission, args: [%s]}\n"
         "  expect: {verdict: post}\n")
RUN = "run: {argv: [id]}\n  expect: {exit: 0}\n"


class Ci(Program):
    def script(self):
        done = subprocess.run([os.path.join(CI, "policies.sh"), self.folder], check=False,
                              env={**os.environ, "TETRA_POLICY": PROGRAM}, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=60)
        return done.returncode

    def test_the_script(self):
        # A report of each match of a hot function is a warning.
        self.write("good.yaml", GOOD.replace("values: [/etc/passwd]", "values: [/etc/passwd]\n"
                                             "      matchActions: [{action: Post, rateLimit: 1m}]"))
        self.assertEqual(self.script(), 0)
        os.mkdir(os.path.join(self.folder, "tests"))
        for case, status in ((EVENT % "/etc/passwd", 0), (RUN, 0), (EVENT % "/etc/other", 1),
                             ("event: 3\n", 2)):
            with self.subTest(case):
                self.write("tests/suite.yaml", SUITE % case)
                self.assertEqual(self.script() != 0, status != 0)
        os.unlink(os.path.join(self.folder, "tests/suite.yaml"))
        self.write("tests/suite.yaml", SUITE % (EVENT % "/etc/passwd"))
        self.write("bad.yaml", GOOD.replace("type: file", "type: flie"))
        self.assertNotEqual(self.script(), 0)

    def test_commands_and_options_exist(self):
        n = 0
        for path in glob.glob(os.path.join(CI, "*")):
            with open(path, encoding="utf-8") as file:
                text = file.read()
            for command, rest in re.findall(r'(?:tetra-policy|"\$tool") ([a-z]+)(.*)', text):
                out, _ = self.run_it("help", command, status=0)
                for option in re.findall(r"--[a-z]+", rest):
                    self.assertIn(option, out, path)
                n += 1
        self.assertGreaterEqual(n, 7)


if __name__ == "__main__":
    unittest.main()
