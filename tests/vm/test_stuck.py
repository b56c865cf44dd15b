# SPDX-License-Identifier: Apache-2.0
"""Telling a guest that the emulator has lost from one that hangs."""

import os
import tempfile
import unittest

import lab
import stuck

# A line of QEMU's log, without the registers that follow it.
LINE = "%6d: v=%02x e=0000 i=%d cpl=%d IP=0010:%016x pc=%016x SP=0018:ffffc90000187c58\n"


def log(times, vector=3, software=1, level=0, place=lambda number: 0xffffffff81e000d0):
    return "".join(LINE % (number, vector, software, level, place(number), place(number))
                   for number in range(times))


class Breakpoints(unittest.TestCase):
    def test_the_same_one_for_ever_is_a_loop(self):
        self.assertGreaterEqual(stuck.most_frequent(log(stuck.LOOPS)), stuck.LOOPS)
        self.assertLess(stuck.most_frequent(log(stuck.LOOPS - 1)), stuck.LOOPS)

    def test_other_interrupts_are_none(self):
        for other in ({"vector": 0xec, "software": 0}, {"vector": 1},
                      {"level": 3}, {"place": lambda number: number}):
            with self.subTest(other):
                self.assertLess(stuck.most_frequent(log(stuck.LOOPS, **other)), 2)

    def test_nobody_listens(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertFalse(stuck.in_breakpoint_loop(folder))


class Faults(unittest.TestCase):
    def said(self, status, text):
        with tempfile.TemporaryDirectory() as results:
            with open(os.path.join(results, "stderr"), "w", encoding="ascii") as file:
                file.write(text)
            return lab.is_emulators_fault(status, results)

    def test_what_is_the_emulators(self):
        self.assertTrue(self.said(124, "vmrun: %s\n" % stuck.LOOP))
        self.assertTrue(self.said(125, "Oops: int3: 0000 [#1]\n"))

    def test_a_guest_that_hangs_is_not(self):
        self.assertFalse(self.said(124, "vmrun: not a word for 300 s\n"))
        self.assertFalse(self.said(125, "Oops: 0002 [#1]\n"))
        self.assertFalse(self.said(1, "vmrun: %s\n" % stuck.LOOP))


if __name__ == "__main__":
    unittest.main()
