# SPDX-License-Identifier: Apache-2.0
"""How many guests play at a time."""

import contextlib
import io
import os
import tempfile
import threading
import time
import unittest

import run

TWO = {"boot": ["--append", "x", "--smp", "2"]}


class Guests(unittest.TestCase):
    def play(self, guests, jobs):
        """(results, the most processors at a time)"""
        lock, busy = threading.Lock(), []
        most = []

        def play(kernel, results, played):
            with lock:
                busy.append(run.processors(played))
                most.append(sum(busy))
            time.sleep(0.02)
            with lock:
                busy.remove(run.processors(played))
            return kernel + results

        found = run.play_all([(name, "!", [played]) for name, played in guests], jobs, play)
        return found, max(most)

    def test_processors_are_those_of_the_last_word(self):
        self.assertEqual(1, run.processors([{}]))
        self.assertEqual(2, run.processors([TWO]))
        self.assertEqual(1, run.processors([{"boot": ["--icount", "0"]}]))

    def test_no_more_processors_than_jobs(self):
        guests = [("a", TWO), ("b", TWO), ("c", {}), ("d", {}), ("e", TWO)]
        self.assertEqual((["a!", "b!", "c!", "d!", "e!"], 3), self.play(guests, 3))

    def test_a_guest_with_more_plays_alone(self):
        self.assertEqual((["a!", "b!"], 2), self.play([("a", TWO), ("b", {})], 1))

    def test_a_failure_is_not_lost(self):
        def fail(*guest):
            raise ValueError(guest[0])

        with self.assertRaises(ValueError):
            run.play_all([("a", "", [{}])], 3, fail)


class LostGuest(unittest.TestCase):
    """What it said last is the only trace of why: it stands where the failures are listed."""

    def test_its_last_messages_are_in_the_list(self):
        with tempfile.TemporaryDirectory() as results:
            with open(os.path.join(results, "stderr"), "w", encoding="ascii") as file:
                file.write("moving: 3\nrip: stuck_here\n")
            with contextlib.redirect_stdout(io.StringIO()):
                lost = run.lost_job([{"name": "hangs"}], 124, results, "")
            said = io.StringIO()
            with contextlib.redirect_stdout(said):
                count = run.report([{"name": "hangs"}], ["6.1"], {"6.1": lost}, "build")
        self.assertEqual((0, 1), count)
        self.assertIn("status 124", said.getvalue())
        self.assertIn("rip: stuck_here", said.getvalue())
        self.assertNotIn("moving", said.getvalue())


if __name__ == "__main__":
    unittest.main()
