#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Memory that runs out while findings are printed: all are there, or the status says that not.

Each allocation of a run fails once, as in the library's own test (test-memory.c).
"""

import os
import subprocess
import unittest

from program import GOOD, PROGRAM, Program

MINI = os.environ["TETRA_MINI"]
FAIL = os.environ["TETRA_FAIL_ALLOC"]
# Warnings alone: nothing else than what is printed says that there are any. One has so many
# places that it is longer than the room that a program has for one (findings.c).
WARNS = GOOD.replace("Equal", "Prefix").replace(
    "[/etc/passwd]",
    "[/etc/passwd, /etc/passwd, /bin/a%s]" % "".join(", /etc/x%d" % i for i in range(200)))
NO_MEMORY = "memory ran out; not everything was checked"


class Memory(Program):
    def once(self, args, fail_at):
        """The status, what was printed, what was said; how many allocations there were."""
        count = os.path.join(self.folder, "count")
        done = subprocess.run(
            args, capture_output=True, timeout=60, check=False,
            env={**os.environ, "LD_PRELOAD": FAIL, "FAIL_ALLOC": str(fail_at),
                 "FAIL_COUNT": count})
        with open(count, encoding="ascii") as file:
            return (done.returncode, done.stdout, done.stderr), int(file.read())

    def play(self, args, *, status, failed):
        whole, n = self.once(args, 10 ** 9)
        self.assertEqual(whole[0], status, whole[2])
        self.assertGreater(n, 20)
        said = 0
        # All at both ends, where programs and printing are; in between is the library.
        for at in sorted({*range(1, 60), *range(60, n - 60, 251), *range(n - 60, n + 1)}):
            came, _ = self.once(args, at)
            if came == whole:
                continue
            self.assertIn(came[0], failed, "%s, allocation %d of %d" % (args, at, n))
            self.assertNotEqual(came[2], b"")
            said += NO_MEMORY.encode() in came[2]
        self.assertGreater(said, 0)

    def test_each_form_of_check(self):
        warns = self.write("warns.yaml", WARNS)
        for form in [], ["--json"], ["--github"]:
            with self.subTest(form=form):
                self.play([PROGRAM, "check", *form, warns], status=0, failed=[2])

    def test_check_of_the_daemon(self):
        self.play([MINI, "--check", self.write("warns.yaml", WARNS)], status=0, failed=[1, 5])


if __name__ == "__main__":
    unittest.main()
