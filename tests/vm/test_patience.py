#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Tests of the limits: what moves is waited for, what stands still is given up soon."""

import os
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))

import patience  # noqa: E402


class Clock:
    """A clock that the test turns, and a sign that it changes."""

    def __init__(self, **limits):
        self.now, self.sign, self.notes = 100.0, 0, []
        self.patience = patience.Patience(
            lambda: self.sign, "x", clock=lambda: self.now, note=self.notes.append,
            **limits)

    def pass_by(self, seconds, moving):
        """Why it is over, and after how many seconds."""
        for second in range(1, seconds + 1):
            self.now += 1
            self.sign += moving
            why = self.patience.over()
            if why:
                return why, second
        return None, seconds


class Limits(unittest.TestCase):
    def test_what_moves_is_waited_for_beyond_any_single_limit(self):
        self.assertEqual(Clock(still=10).pass_by(190, True)[0], None)

    def test_what_stands_still_is_given_up_soon(self):
        why, seconds = Clock(still=10).pass_by(100, False)
        self.assertIn("stood still", why)
        self.assertEqual(seconds, 10)

    def test_standing_still_counts_from_the_last_move(self):
        clock = Clock(still=10)
        clock.pass_by(50, True)
        why, seconds = clock.pass_by(100, False)
        self.assertIn("stood still", why)
        self.assertEqual(seconds, 10)

    def test_what_moves_for_ever_ends(self):
        why, seconds = Clock(still=10).pass_by(1000, True)
        self.assertIn("though it moves", why)
        self.assertEqual(seconds, 10 * patience.MOST_TIMES)

    def test_moves_are_noted_now_and_then_and_stillness_is_not(self):
        clock = Clock(still=50)
        clock.pass_by(45, True)
        noted = len(clock.notes)
        self.assertIn(noted, range(3, 6))
        clock.pass_by(40, False)
        self.assertLessEqual(len(clock.notes), noted + 1)


class Signs(unittest.TestCase):
    @staticmethod
    def moves(session):
        """A busy machine may let it wait; one that sleeps will not move then either."""
        first, looks = patience.session_ticks(session), 0
        while looks < 100 and patience.session_ticks(session) == first:
            time.sleep(0.02)
            looks += 1
        return looks < 100

    def test_a_process_that_computes_moves_and_one_that_sleeps_does_not(self):
        for command, moves in (("while :; do :; done", True), ("sleep 60", False)):
            process = subprocess.Popen(["sh", "-c", "exec sh -c '%s'" % command],
                                       start_new_session=True)
            try:
                time.sleep(0.2)  # both have started
                self.assertEqual(self.moves(process.pid), moves, command)
            finally:
                # A leftover child would keep our output pipe open.
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def test_a_process_that_is_gone_has_no_signs(self):
        self.assertEqual(patience.ticks(1 << 30), -1)
        self.assertEqual(patience.size("/nowhere/at/all"), 0)

    def test_an_end_is_told_by_its_status(self):
        process = subprocess.Popen(["sh", "-c", "exit 7"])
        self.assertEqual(patience.wait(process, patience.Patience(lambda: 0)), (7, None))

    def test_an_end_that_was_seen_already_is_told_too(self):
        process = subprocess.Popen(["false"])
        process.wait()
        self.assertEqual(patience.wait(process, Clock().patience), (1, None))

    def test_stillness_is_told_by_its_reason(self):
        process = subprocess.Popen(["sleep", "60"])
        try:
            status, why = patience.wait(process, patience.Patience(lambda: 0, still=1))
            self.assertIsNone(status)
            self.assertIn("stood still", why)
        finally:
            process.kill()
            process.wait()


if __name__ == "__main__":
    unittest.main()
