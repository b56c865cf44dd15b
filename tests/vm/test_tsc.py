# SPDX-License-Identifier: Apache-2.0
"""The counter's frequency is the same each time, and that of the machine's clock."""

import unittest

import tsc


class Frequency(unittest.TestCase):
    def test_is_steady(self):
        first, second = tsc.khz(), tsc.khz()
        if first is None:
            self.skipTest("another machine")
        self.assertLess(abs(first - second) / first, 0.001)
        self.assertGreater(first, 100000)


if __name__ == "__main__":
    unittest.main()
