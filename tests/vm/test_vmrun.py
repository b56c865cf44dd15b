# SPDX-License-Identifier: Apache-2.0
"""When a guest counts as done."""

import importlib.machinery
import importlib.util
import os
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.realpath(__file__))


def load():
    loader = importlib.machinery.SourceFileLoader("vmrun", os.path.join(HERE, "vmrun"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("vmrun", loader))
    loader.exec_module(module)
    return module


class Told(unittest.TestCase):
    def setUp(self):
        self.vmrun = load()
        self.vmrun.OFF_SECONDS = 0.1
        self.source, self.target = os.pipe()
        self.guest = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE,
                                      stderr=subprocess.DEVNULL)

    def tearDown(self):
        os.close(self.source)
        self.guest.stdin.close()
        self.guest.wait()

    def told(self):
        return self.vmrun.told(self.source, self.guest, 0.1)

    def test_a_guest_that_works_has_told_nothing(self):
        self.assertIsNone(self.told())
        os.close(self.target)

    def test_a_guest_that_does_not_turn_itself_off_has_done_its_work(self):
        os.write(self.target, b"3\n")
        self.assertEqual("3\n", self.told())
        self.assertIsNone(self.guest.poll())
        os.close(self.target)

    def test_a_guest_that_crashes_has_no_status(self):
        os.close(self.target)
        self.guest.kill()
        self.assertEqual("", self.told())


if __name__ == "__main__":
    unittest.main()
