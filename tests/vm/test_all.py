#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the tests of the lab's own judgement, those of every test_*.py beside this file."""

import os
import sys
import unittest

HERE = os.path.dirname(os.path.realpath(__file__))


def main():
    sys.path.insert(0, HERE)
    result = unittest.TextTestRunner(stream=sys.stderr, verbosity=1).run(
        unittest.defaultTestLoader.discover(HERE, "test_*.py"))
    failed = len(result.failures) + len(result.errors)
    print("%d passed, %d failed" % (result.testsRun - failed, failed))
    return 1 if failed or not result.testsRun else 0


if __name__ == "__main__":
    sys.exit(main())
