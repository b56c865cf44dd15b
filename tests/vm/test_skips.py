# SPDX-License-Identifier: Apache-2.0
"""What a skipped run explains, and what it does not."""

import unittest

import compare
import skips

LEDGER = "events delivered   22\nlost: runs skipped                                    %d\n"
WANTED = {"match": {"process_exec": {"process": {"pid": 1}}}, "at_least": 2}
EVENT = {"process_exec": {"process": {"pid": 1}}}


def problems(expected, events, forbidden=()):
    return compare.check_events(expected, list(forbidden), events)


class Skips(unittest.TestCase):
    def test_a_missing_event_is_explained_by_a_skipped_run(self):
        for events in ([], [EVENT]):
            found = problems([WANTED], events)
            self.assertEqual(len(found), 1)
            self.assertTrue(skips.explain(found, LEDGER % 1))

    def test_nothing_is_explained_without_a_skipped_run(self):
        found = problems([WANTED], [])
        for log in (LEDGER % 0, "", "lost: runs skipped: 1"):
            self.assertFalse(skips.explain(found, log))

    def test_an_event_too_many_is_not_explained(self):
        once = dict(WANTED, count=1)
        del once["at_least"]
        self.assertFalse(skips.explain(problems([once], [EVENT, EVENT]), LEDGER % 1))
        found = problems([], [EVENT], [{"process_exec": {}}])
        self.assertTrue(found)
        self.assertFalse(skips.explain(found, LEDGER % 1))

    def test_what_a_program_of_the_tests_misses(self):
        missing = "FAIL event another group is seen: 0 times instead of 50"
        self.assertTrue(skips.explain([missing], "lost: runs skipped 0\nlost: runs skipped 7\n"))
        self.assertFalse(skips.explain([missing], "lost: runs skipped 0\n" * 2))
        for other in ("FAIL nothing was forgotten: 1 instead of 0",
                      "FAIL another group is seen: 51 times instead of 50",
                      "limits ended with signal SEGV: "):
            self.assertFalse(skips.explain([missing, other], LEDGER % 1))

    def test_other_problems_stay(self):
        found = problems([WANTED], []) + ["trigger 'cat': status 0 instead of signal KILL"]
        self.assertFalse(skips.explain(found, LEDGER % 1))
        self.assertFalse(skips.explain([], LEDGER % 1))


if __name__ == "__main__":
    unittest.main()
