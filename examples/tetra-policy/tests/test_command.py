#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The command line of tetra-policy: what all of its commands have."""

import os
import re
import unittest

from program import FOLDER, Program


def commands_of(out):
    """The names in the list of the help."""
    return re.findall(r"^  ([a-z]+) {2,}\S", out, re.M)


class Command(Program):
    def manual(self):
        with open(os.path.join(FOLDER, "tetra-policy.1"), encoding="utf-8") as file:
            return file.read()

    def test_version(self):
        self.assertRegex(self.run_it("--version", status=0)[0], r"^tetra-policy \d+\.\d+\.\d+\n$")

    def test_help_in_each_of_its_forms(self):
        out, err = self.run_it("--help", status=0)
        self.assertEqual(err, "")
        self.assertEqual(self.run_it("-h", status=0)[0], out)
        self.assertTrue(self.run_it("help", status=0)[0].startswith(out))
        self.assertEqual(self.run_it(status=2), ("", out))

    def test_each_command_has_a_help_and_a_section_of_the_manual(self):
        names = commands_of(self.run_it("--help", status=0)[0])
        self.assertIn("check", names)
        for name in names:
            with self.subTest(name):
                out, err = self.run_it(name, "--help", status=0)
                self.assertEqual(err, "")
                self.assertTrue(out.startswith("Usage: tetra-policy %s" % name), out)
                self.assertEqual(self.run_it("help", name, status=0)[0], out)
                section = re.search(r"^\.SS %s\b(.*?)^\.S[SH] " % name, self.manual(), re.M | re.S)
                self.assertIsNotNone(section, "no section in the manual")
                named = set(re.findall(r"^\.BR? (?:\\-. \", \" )?\\-\\-([a-z\\-]+)", section[1], re.M))
                shown = set(re.findall(r"^  (?:-., |    )--([a-z-]+)", out, re.M)) - {"help"}
                self.assertEqual({word.replace("\\", "") for word in named}, shown)

    def test_unknown_words_are_refused_and_near_ones_offered(self):
        for args, word in ((["checck"], "'check'"), (["che"], "'check'"), (["helpp"], "'help'"),
                           (["help", "checck"], "'check'"),
                           (["help", "prefix-sibbling"], "'prefix-sibling'"),
                           (["help", "unknown-feild"], "'unknown-field'"), (["zzz"], "'zzz'"),
                           (["--json"], "--json"), (["check", "--jsno"], "--jsno"),
                           (["\x1b[2J"], r"\x1b[2J")):
            with self.subTest(args):
                out, err = self.run_it(*args, status=2)
                self.assertEqual(out, "")
                self.assertIn(word, err)
                self.assertNotIn("\x1b", err)

    def test_a_full_disk_is_told(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            _, err = self.run_it("--help", status=2, stdout=full)
        self.assertIn("No space left", err)

    def test_each_status_is_in_the_manual(self):
        with open(os.path.join(FOLDER, "status.h"), encoding="utf-8") as file:
            numbers = re.findall(r"^\tX\([A-Z]+, (\d)\)", file.read(), re.M)
        table = self.manual().split(".SH EXIT STATUS")[1].split(".SH ")[0]
        self.assertEqual(len(numbers), 4)
        self.assertEqual(re.findall(r"^\.B (\d)$", table, re.M), numbers)


if __name__ == "__main__":
    unittest.main()
