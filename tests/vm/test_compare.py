#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Tests of the runner's own judgement: what it must accept and what it must not."""

import json
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))

import compare  # noqa: E402
import golden  # noqa: E402
import kernels  # noqa: E402
import lab  # noqa: E402
import recording  # noqa: E402
import scenario  # noqa: E402


def kprobe(function, *args, pid=7):
    return {"process_kprobe": {"process": {"pid": pid}, "function_name": function,
                               "args": [{"int_arg": value} for value in args]}}


class Fits(unittest.TestCase):
    CASES = [
        # expected, actual, fits
        ({"a": 1}, {"a": 1, "b": 2}, True),
        ({"a": 1, "b": 2}, {"a": 1}, False),
        ({"a": {"b": "x"}}, {"a": {"b": "x", "c": 1}}, True),
        ({"a": {"b": "x"}}, {"a": "x"}, False),
        ([1, {"a": 1}], [1, {"a": 1, "b": 1}], True),
        ([1], [1, 2], False),
        (1, True, False),
        ("1", 1, False),
        ({"a": {"$re": "^/tmp"}}, {"a": "/tmp/x"}, True),
        ({"a": {"$re": "^/tmp"}}, {"a": "x/tmp"}, False),
        ({"a": {"$re": "1"}}, {"a": 1}, False),
        ({"a": {"$any": True}}, {"a": None}, True),
        ({"a": {"$any": True}}, {}, False),
        ({"a": {"$absent": True}}, {}, True),
        ({"a": {"$absent": True}}, {"a": None}, False),
        ({"a": {"$has": [{"b": 1}]}}, {"a": [{"b": 2}, {"b": 1, "c": 1}]}, True),
        ({"a": {"$has": [{"b": 3}]}}, {"a": [{"b": 2}]}, False),
        ({"a": {"$not": 1}}, {"a": 2}, True),
        ({"a": {"$not": 1}}, {"a": 1}, False),
        ({"a": {"$not": 1}}, {}, False),
        ({"a": {"$lines": ["x", "y"]}}, {"a": "x and y"}, True),
        ({"a": {"$lines": ["x", "z"]}}, {"a": "x and y"}, False),
    ]

    def test_cases(self):
        for expected, actual, wanted in self.CASES:
            with self.subTest(expected=expected, actual=actual):
                self.assertEqual(compare.fits(expected, actual), wanted)
                self.assertEqual(not compare.misfits(expected, actual), wanted)

    def test_misfits_names_the_place(self):
        text, = compare.misfits({"a": [{"b": 1}]}, {"a": [{"b": 2}]})
        self.assertEqual(text, "a[0].b: expected 1, got 2")


class Events(unittest.TestCase):
    EVENTS = [kprobe("one", 1), kprobe("two", 2), kprobe("one", 3)]

    def check(self, expected, forbidden=(), ordered=False):
        return compare.check_events(expected, forbidden, self.EVENTS, ordered)

    def entry(self, function, **more):
        return {"match": {"process_kprobe": {"function_name": function}}, **more}

    def test_at_least_one_is_the_default(self):
        self.assertFalse(self.check([self.entry("one")]))
        self.assertTrue(self.check([self.entry("three")]))

    def test_counts_are_exact(self):
        self.assertFalse(self.check([self.entry("one", count=2)]))
        self.assertTrue(self.check([self.entry("one", count=1)]))
        self.assertTrue(self.check([self.entry("one", count=3)]))
        self.assertFalse(self.check([self.entry("three", count=0)]))

    def test_at_least(self):
        self.assertFalse(self.check([self.entry("one", at_least=2)]))
        self.assertTrue(self.check([self.entry("one", at_least=3)]))

    def test_order(self):
        order = [self.entry("two"), self.entry("one")]
        self.assertFalse(self.check(order, ordered=True))
        self.assertTrue(self.check([*order, self.entry("two")], ordered=True))

    def test_forbidden(self):
        partial = {"process_kprobe": {"args": [{"int_arg": 2}]}}
        self.assertTrue(self.check([], [partial]))
        self.assertFalse(self.check([], [{"process_exec": {}}]))

    def test_missing_event_tells_what_came_closest(self):
        problem, = self.check([{"match": {"process_kprobe": {
            "function_name": "two", "args": [{"int_arg": 9}]}}}])
        self.assertIn("expected 9, got 2", problem)

    def test_garbage_in_the_output_is_a_problem(self):
        events, problems = compare.parse_lines('{"a": 1}\n{"b"\n[]\n')
        self.assertEqual((len(events), len(problems)), (1, 2))


class Scenarios(unittest.TestCase):
    def load(self, text):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "s.yaml")
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            return scenario.load(path)

    def test_versions_stay_text(self):
        self.assertEqual(self.load("description: x\nkernels: [5.10, 6.1]")["kernels"],
                         ["5.10", "6.1"])

    def test_mistakes_are_refused(self):
        for text in ("[]", "{}", "description: x\nnonsense: 1",
                     "description: x\nkernels: [4.4]", "description: x\nneeds: [magic]",
                     "description: x\ntriggers: [{exit: 1}]",
                     "description: x\ntriggers: [{run: a, signal: NOPE}]",
                     "description: x\nevents: [{match: {a: {$nope: 1}}}]",
                     "description: x\nevents: [{process_exec: {}}]", "a: [b"):
            with self.subTest(text=text), self.assertRaises(scenario.ScenarioError):
                self.load(text)

    def test_conditions(self):
        wanted = self.load(
            "description: x\nneeds: [kprobe-multi]\nlacks: [error-injection]")
        self.assertEqual([k for k in kernels.NAMES if scenario.applies(wanted, k)],
                         ["6.12", "7.2"])

    def test_entries_and_policies_for_a_kernel(self):
        wanted = self.load(
            "description: x\n"
            "policies: [{count: 2, text: 'name @i@'}, \"a: 1\\n\"]\n"
            "triggers: [{run: a, kernels: [6.1]}, {run: b}]\n"
            "forbidden: [{process_exec: {}}, {match: {x: 1}, lacks: [kprobe-multi]}]\n")
        with tempfile.TemporaryDirectory() as folder:
            job = scenario.for_kernel(wanted, "6.12", folder)
            self.assertEqual([t["run"] for t in job["triggers"]], ["b"])
            self.assertEqual(job["forbidden"], [{"process_exec": {}}])
            with open(os.path.join(job["policies"][0], "policy-0-1.yaml"),
                      encoding="utf-8") as file:
                self.assertEqual(file.read(), "name 1")
            with open(job["policies"][1], encoding="utf-8") as file:
                self.assertEqual(file.read(), "a: 1\n")

    def test_all_scenarios_of_the_suite_are_well_formed(self):
        folder = os.path.join(kernels.HERE, "scenarios")
        for name in sorted(os.listdir(folder)):
            with self.subTest(name=name), tempfile.TemporaryDirectory() as out:
                loaded = scenario.load(os.path.join(folder, name))
                for kernel in kernels.NAMES:
                    scenario.for_kernel(loaded, kernel, out)


def process(exec_id, pid, parent, binary="/bin/a", **more):
    return {"exec_id": exec_id, "pid": pid, "tid": pid, "parent_exec_id": parent,
            "binary": binary, "start_time": "2026-01-01T00:00:00.%09dZ" % pid, **more}


def event(kind, own, parent=None, **more):
    body = {"process": own, **more}
    if parent:
        body["parent"] = parent
    return {kind: body, "time": own["start_time"], "node_name": "n%d" % own["pid"]}


def replay(base, **more):
    """A stretch of events with pids from base on."""
    outer = process("outer", 99, "x", "/usr/bin/python3")
    marks = [process("m%d" % i, base + i, "outer", recording.MARK, arguments=name)
             for i, name in ((0, "begin0"), (9, "end0"))]
    shell = process("s", base + 1, "outer", "/bin/sh")
    child = process("c", base + 2, "s", "/bin/cat", refcnt=base)
    other = process("o", base + 3, "s", "/bin/ls")
    hook = event("process_kprobe", dict(child), shell, function_name="f",
                 args=[{"sock_arg": {"sport": 40000 + base, "cookie": str(base)}},
                       {"size_arg": str(0x400000 + base)}], **more)
    return [event("process_exec", marks[0], outer),
            event("process_exit", marks[0], outer),
            event("process_exec", shell, outer),
            event("process_exec", child, shell), hook,
            event("process_exec", other, shell),
            event("process_exit", child, shell), event("process_exit", other, shell),
            event("process_exit", shell, outer),
            event("process_exec", marks[1], outer),
            event("process_exit", marks[1], outer)]


def stream(events, trigger=""):
    return recording.Stream("".join(json.dumps(e) + "\n" for e in events), trigger)


class Recordings(unittest.TestCase):
    def differences(self, got, trigger=""):
        return recording.compare_streams(stream(replay(100), trigger),
                                         stream(got, trigger))

    def test_other_pids_times_ports_cookies_addresses_are_equal(self):
        self.assertEqual(self.differences(replay(200)), [])

    def test_chosen_ports_count(self):
        self.assertTrue(self.differences(replay(200), trigger="tcp 40100"))

    def test_exits_may_change_places(self):
        got = replay(200)
        got[6], got[7] = got[7], got[6]
        self.assertEqual(self.differences(got), [])

    def test_other_events_may_not(self):
        got = replay(200)
        got[4], got[5] = got[5], got[4]
        self.assertTrue(self.differences(got))

    def test_an_event_after_its_process_has_ended(self):
        got = replay(200)
        got.insert(8, got[4])
        del got[4]
        self.assertTrue(self.differences(got))

    def test_wrong_parent(self):
        got = replay(200)
        body = got[5]["process_exec"]
        body["parent"] = got[4]["process_kprobe"]["process"]
        self.assertTrue(self.differences(got))
        got = replay(200)
        got[5]["process_exec"]["process"]["parent_exec_id"] = "c"
        self.assertTrue(self.differences(got))

    def test_more_and_less_keys(self):
        self.assertTrue(self.differences(replay(200, message="x")))
        self.assertTrue(recording.compare_streams(stream(replay(100, message="x")),
                                                  stream(replay(200))))

    def test_another_thread(self):
        got = replay(200)
        got[4]["process_kprobe"]["process"]["tid"] = 5
        self.assertTrue(self.differences(got))

    def test_missing_and_additional_events(self):
        for place in (2, 4, 6):
            got = replay(200)
            del got[place]
            self.assertTrue(self.differences(got))
            got = replay(200)
            got.insert(place, got[place])
            self.assertTrue(self.differences(got))

    def test_no_events_at_all(self):
        self.assertTrue(self.differences([]))

    def test_outcome(self):
        text = "exit: 3\n--- stdout\na\nb\n--- stderr\nc"
        self.assertEqual(recording.parse_outcome(text), (3, "a\nb\n"))
        self.assertEqual(recording.compare_lines("a\nb\n", "a\nb"), [])
        self.assertTrue(recording.compare_lines("a\nb\n", "a\nc\n"))

    def test_known_differences_are_words_with_reasons(self):
        recording.Aside([word for _, word in golden.read_differs()])
        for line in golden.read(kernels.HERE, golden.DIFFERS).splitlines():
            if not line.startswith("#"):
                self.assertGreater(len(line.split("\t")[2]), 10)


class Guests(unittest.TestCase):
    CASES = [
        # vmrun's status, what the guest left, a fault of the emulator
        (125, "[   14.7] Oops: int3: 0000 [#1] PREEMPT SMP NOPTI", True),
        (125, "[   14.7] Oops: general protection fault: 0000 [#1]", False),
        (1, "[   14.7] Oops: int3: 0000 [#1] PREEMPT SMP NOPTI", False),
        (0, "", False),
    ]

    def test_only_a_lost_breakpoint_starts_a_guest_again(self):
        for status, text, fault in self.CASES:
            with tempfile.TemporaryDirectory() as folder:
                with open(os.path.join(folder, "stderr"), "w", encoding="utf-8") as file:
                    file.write(text + "\n")
                self.assertEqual(lab.is_emulators_fault(status, folder), fault)


def main():
    result = unittest.TextTestRunner(stream=sys.stderr, verbosity=1).run(
        unittest.defaultTestLoader.loadTestsFromModule(sys.modules[__name__]))
    failed = len(result.failures) + len(result.errors)
    print("%d passed, %d failed" % (result.testsRun - failed, failed))
    return 1 if failed or not result.testsRun else 0


if __name__ == "__main__":
    sys.exit(main())
