#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""tetra-policy help: every finding has a text, and the manual has the same."""

import os
import re
import subprocess
import unittest

from program import Program

MANUAL = os.environ.get("TETRA_FINDINGS_MANUAL")
HEAD = "apiVersion: cilium.io/v1alpha1\nkind: TracingPolicy\nmetadata: {name: example}\nspec:\n"


class Help(Program):
    def codes(self):
        out, _ = self.run_it("help", status=0)
        return re.findall(r"^  ([a-z-]+) +[A-Z]", out.split("explains:")[1], re.M)

    def test_each_code_has_a_text(self):
        codes = self.codes()
        self.assertGreater(len(codes), 80)
        for code in codes:
            with self.subTest(code):
                out, err = self.run_it("help", code, status=0)
                self.assertEqual(err, "")
                self.assertRegex(out, r"^%s: [A-Z].* \((error|warning|note|error or warning)\)\n\n"
                                 % code)
                self.assertLessEqual(max(map(len, out.splitlines())), 90)

    def test_an_example_gets_its_finding_from_check(self):
        out, _ = self.run_it("help", "evasion", status=0)
        example = "".join(line[2:] + "\n" for line in out.splitlines() if line.startswith("    "))
        out, _ = self.run_it("check", "-", stdin=HEAD + example, status=0)
        self.assertIn("[evasion]", out)

    def test_one_name_at_a_time(self):
        self.assertIn("one name", self.run_it("help", "evasion", "unused", status=2)[1])

    @unittest.skipUnless(MANUAL, "built without manual pages")
    def test_the_manual_has_each_code(self):
        with open(MANUAL, encoding="utf-8") as file:
            text = file.read()
        named = [name.replace("\\", "") for name in re.findall(r"^\.SS (.*)$", text, re.M)]
        self.assertEqual(named, self.codes())
        # A line that begins with a dot is a request; these are all that there are.
        self.assertEqual(set(re.findall(r"^\.(\S+)", text, re.M)) - {'\\"'},
                         {"TH", "SH", "SS", "PP", "I", "nf", "fi", "RS", "RE", "BR"})

    @unittest.skipUnless(MANUAL, "built without manual pages")
    def test_troff_has_no_complaint(self):
        try:
            done = subprocess.run(["groff", "-man", "-ww", "-Tutf8", "-z", MANUAL], check=False,
                                  capture_output=True, text=True, timeout=60)
        except FileNotFoundError:
            self.skipTest("groff is not installed")
        self.assertEqual((done.returncode, done.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main()
