#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""tetra-policy completion: what shells offer is what the program has."""

import re
import shutil
import subprocess
import unittest

from program import Program
from test_command import commands_of


class Completion(Program):
    def script(self, shell):
        out, err = self.run_it("completion", shell, status=0)
        self.assertEqual(err, "")
        return out

    def offers(self, *words):
        """What bash offers for the last of the words."""
        quoted = " ".join("'%s'" % word for word in ("tetra-policy", *words))
        done = subprocess.run(
            ["bash", "--norc", "-c", 'eval "$1"; COMP_WORDS=(%s); COMP_CWORD=%d; _tetra_policy; '
             'printf "%%s\\n" "${COMPREPLY[@]}"' % (quoted, len(words)), "bash", self.script("bash")],
            capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout.split()

    def test_bash_offers_commands(self):
        names = commands_of(self.run_it("--help", status=0)[0])
        self.assertEqual(self.offers(""), names)
        self.assertEqual(self.offers("che"), ["check"])
        self.assertEqual(self.offers("--"), ["--help", "--version"])

    def test_bash_offers_the_options_of_each_command(self):
        for name in commands_of(self.run_it("--help", status=0)[0]):
            with self.subTest(name):
                out, _ = self.run_it(name, "--help", status=0)
                self.assertEqual(set(self.offers(name, "--")),
                                 set(re.findall(r"^  (?:-., |    )(--[a-z-]+)", out, re.M)))

    def test_bash_offers_codes_and_leaves_files_to_the_shell(self):
        self.assertEqual(self.offers("help", "prefix-s"), ["prefix-sibling"])
        self.assertEqual(self.offers("check", "x"), [])

    def test_other_shells_take_their_scripts(self):
        for shell, check in (("zsh", ["zsh", "-n"]), ("fish", ["fish", "--no-execute"]),
                             ("bash", ["bash", "-n"])):
            path = self.write(shell, self.script(shell))
            for name in commands_of(self.run_it("--help", status=0)[0]):
                self.assertIn(name, self.script(shell))
            if shutil.which(check[0]):
                done = subprocess.run([*check, path], capture_output=True, text=True, timeout=60,
                                      check=False)
                self.assertEqual((done.returncode, done.stderr), (0, ""), shell)

    def test_unknown_shells(self):
        self.assertIn("bash, fish and zsh", self.run_it("completion", "csh", status=2)[1])
        self.run_it("completion", status=2)


if __name__ == "__main__":
    unittest.main()
