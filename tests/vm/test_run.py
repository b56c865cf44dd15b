# SPDX-License-Identifier: Apache-2.0
"""How many guests play at a time."""

import contextlib
import io
import os
import tempfile
import threading
import time
import unittest
import unittest.mock

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

    def test_guests_with_several_take_turns(self):
        guests = [("a", TWO), ("b", TWO), ("c", {}), ("d", {})]
        self.assertEqual((["a!", "b!", "c!", "d!"], 4), self.play(guests, 4))
        self.assertFalse(run.fits(2, [2], 2 + run.lab.SPARE))
        self.assertTrue(run.fits(2, [2], 4 + run.lab.SPARE))
        self.assertTrue(run.fits(2, [1, 1], 4))
        self.assertFalse(run.fits(1, [2, 1, 1], 4))

    def test_a_failure_is_not_lost(self):
        def fail(*guest):
            raise ValueError(guest[0])

        with self.assertRaises(ValueError):
            run.play_all([("a", "", [{}])], 3, fail)


class Parts(unittest.TestCase):
    """Many scenarios without options are shared between guests; none is lost or played twice."""

    def parts(self, wanted):
        return run.guests_of(["6.1"], wanted, "/build")

    def names(self, parts):
        return sorted(s["name"] for _, _, played in parts for s in played)

    def test_many_are_shared(self):
        wanted = [{"name": "%03d" % i} for i in range(2 * run.PART_SCENARIOS + 4)]
        parts = self.parts(wanted)
        self.assertEqual(["/build/vm/6.1", "/build/vm/6.1-2", "/build/vm/6.1-3"],
                         [results for _, results, _ in parts])
        self.assertEqual([s["name"] for s in wanted], self.names(parts))
        self.assertEqual([len(wanted) // 3] * 3, [len(played) for _, _, played in parts])

    def test_few_stay_together(self):
        wanted = [{"name": str(i)} for i in range(run.PART_SCENARIOS)]
        self.assertEqual(1, len(self.parts(wanted)))

    def test_those_with_options_stay_together(self):
        wanted = [dict(TWO, name="%03d" % i) for i in range(run.PART_SCENARIOS + 1)]
        self.assertEqual(1, len(self.parts(wanted)))

    def test_those_with_options_are_first(self):
        parts = self.parts([{"name": "a"}, dict(TWO, name="b")])
        self.assertEqual([["b"], ["a"]],
                         [[s["name"] for s in played] for _, _, played in parts])


class EndedGuest(unittest.TestCase):
    """Guests that end early: the emulator's faults do not count as the scenarios'."""

    def play(self, ends):
        """(outcome, names of the first of each guest): @ends are (scenarios played, status,
        whether the emulator failed) of each guest in turn."""
        first, done, faults = [], {}, []
        ends = iter(ends)

        def boot_guest(folder, jobs, *_):
            played, status, fault = next(ends)
            first.append(jobs[0]["name"])
            done.update({job["name"]: {"problems": []} for job in jobs[:played]})
            faults[:] = [fault]
            return status

        with unittest.mock.patch.multiple(
                run, boot_guest=boot_guest, read_results=lambda _: done,
                jobs_for=lambda *_: [{"name": name} for name in "abc"]), \
             unittest.mock.patch.multiple(
                 run.lab, is_emulators_fault=lambda *_: faults[0], errors=lambda *_: ""), \
             contextlib.redirect_stdout(io.StringIO()):
            return run.run_guest("6.1", "", [], "", {}), first

    def test_many_faults_of_the_emulator(self):
        outcome, first = self.play([(0, 125, True)] * (run.FAULTS - 1) + [(3, 0, False)])
        self.assertEqual({"a": [], "b": [], "c": []}, outcome)
        self.assertEqual(["a", "b", "c", "a"], first[:4])

    def test_too_many_are_a_failure(self):
        outcome, _ = self.play([(0, 125, True)] * run.FAULTS)
        self.assertEqual([["not played: too many guests have ended"]] * 3,
                         list(outcome.values()))

    def test_a_guest_that_ends_fails_its_scenario(self):
        outcome, first = self.play([(1, 125, False), (1, 0, False)])
        self.assertEqual(["a", "c"], first)
        self.assertEqual(([], []), (outcome["a"], outcome["c"]))
        self.assertIn("status 125", outcome["b"][0])


class LostGuest(unittest.TestCase):
    """What it said last is the only trace of why: it stands where the failures are listed."""

    def reported(self, lose):
        with tempfile.TemporaryDirectory() as results:
            with open(os.path.join(results, "stderr"), "w", encoding="ascii") as file:
                file.write("moving: 3\nrip: stuck_here\n")
            with contextlib.redirect_stdout(io.StringIO()):
                lost = {"hangs": lose(results)}
            said = io.StringIO()
            with contextlib.redirect_stdout(said):
                count = run.report([{"name": "hangs"}], ["6.1"], {"6.1": lost},
                                   [("6.1", results, [{"name": "hangs"}])])
        self.assertEqual((0, 1), count)
        return said.getvalue()

    def test_its_last_messages_are_in_the_list(self):
        for lose in (lambda results: run.lost_job([{"name": "hangs"}], 124, results, "")["hangs"],
                     lambda results: run.last_messages(run.HUNG, 124, results, "")):
            said = self.reported(lose)
            self.assertIn("status 124", said)
            self.assertIn("rip: stuck_here", said)
            self.assertNotIn("moving", said)

    def test_a_traceback_is_told_by_its_last_line(self):
        problem = "status 1 (stderr: Traceback:\n  File x\nKeyError: 'process_kprobe')"
        self.assertEqual("status 1 (stderr: Traceback: ... KeyError: 'process_kprobe')",
                         run.summary(problem))
        self.assertEqual("one line", run.summary("one line\n"))


if __name__ == "__main__":
    unittest.main()
