#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Tests of the comparison with recordings: every kind of change to a stream is noticed, save
those that changes.py lists with a reason. golden.py --self does the same to all recordings."""

import json
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))

import changes  # noqa: E402
import golden  # noqa: E402
import recording  # noqa: E402

OUTSIDE = "dm06MTox"
TIME = "2026-01-01T00:00:%02d.%09dZ"


def process(number, parent, binary, arguments="x", **more):
    return {"exec_id": exec_id(number), "pid": 100 + number, "uid": 0, "cwd": "/",
            "binary": binary, "arguments": arguments, "flags": "execve clone",
            "start_time": TIME % (number, 1), "auid": 4294967295,
            "parent_exec_id": parent,
            "cap": {"permitted": ["CAP_CHOWN", "CAP_KILL"]},
            "ns": {"uts": {"inum": 4026531838, "is_host": True},
                   "net": {"inum": 4026532155}},
            "tid": 100 + number, "process_credentials": {"uid": 0, "gid": 0},
            "in_init_tree": False, **more}


def exec_id(number):
    return "dm06MTAw%02d" % number


PARENT = {"exec_id": OUTSIDE, "pid": 1, "uid": 0, "cwd": "/", "binary": "/sbin/init",
          "flags": "procFS", "start_time": TIME % (0, 0), "parent_exec_id": OUTSIDE,
          "tid": 1}


def event(kind, who, order, parent=PARENT, **more):
    return {kind: {"process": who, "parent": parent, **more}, "node_name": "vm",
            "time": TIME % (10, order)}


def sample():
    begin = process(1, OUTSIDE, recording.MARK, "begin0")
    shell = process(2, OUTSIDE, "/bin/sh", "run 105 " + "7" * 5000)
    child = process(3, exec_id(2), "/bin/trig", refcnt=1)
    end = process(4, OUTSIDE, recording.MARK, "end0")
    hook = {"function_name": "security_file_open", "action": "KPROBE_ACTION_POST",
            "policy_name": "p", "tags": ["one", "two"], "return": {"int_arg": -1},
            "kernel_stack_trace": [{"address": "18446744071581973145", "offset": "9"}],
            "args": [{"file_arg": {"path": "/etc/passwd", "permission": "-rw-r--r--"}},
                     {"int_arg": 4}, {"size_arg": "5"},
                     {"sock_arg": {"cookie": "18446612682309074944", "sport": 40001,
                                   "dport": 1337, "family": "AF_INET"}}]}
    return [event("process_exec", begin, 1), event("process_exit", begin, 2, time=TIME % (9, 9)),
            event("process_exec", shell, 3), event("process_exec", child, 4, shell),
            event("process_kprobe", child, 5, shell, **hook),
            event("process_kprobe", child, 6, shell, **(hook | {"args": [{"int_arg": 5}]})),
            event("process_exit", child, 7, shell, signal="SIGKILL", time=TIME % (9, 9)),
            event("process_exit", shell, 8, status=1, time=TIME % (9, 9)),
            event("process_exec", end, 9), event("process_exit", end, 10, time=TIME % (9, 9))]


def differences(want, got, trigger="", words=()):
    aside = recording.Aside(words)
    return recording.compare_streams(recording.Stream(want, trigger, aside),
                                     recording.Stream(got, trigger, aside))


class Changes(unittest.TestCase):
    def setUp(self):
        self.text = changes.text_of(sample())

    def test_a_stream_equals_itself(self):
        self.assertEqual(differences(self.text, self.text), [])

    def test_another_run_of_the_same_equals_it(self):
        other = (self.text.replace("2026-01-01T00", "2026-02-03T04")
                 .replace("dm06MTAw", "dm06MjAw").replace('"vm"', '"other"')
                 .replace("4026532155", "4026532999").replace("18446612682309074944",
                                                              "18446612682309079999"))
        for pid in range(101, 105):
            other = other.replace('"pid": %d' % pid, '"pid": %d' % (pid + 500)).replace(
                '"tid": %d' % pid, '"tid": %d' % (pid + 500))
        self.assertEqual(differences(self.text, other), [])

    def test_every_kind_of_change_is_noticed_or_has_its_reason(self):
        tally = changes.Tally()
        for change, changed in changes.changes(self.text):
            tally.add(change, differences(self.text, changed))
        self.assertEqual(tally.wrong(), [])
        self.assertGreater(len(tally.seen), 300)
        self.assertGreater(tally.noticed(), len(tally.seen) * 0.85)

    def test_what_may_pass_is_listed_and_no_more_than_values(self):
        for what, _, _ in changes.UNNOTICED:
            for never in ("delete", "rename", "add", "type", "order", "drop", "repeat"):
                self.assertNotIn(never, what)


class PutAside(unittest.TestCase):
    def setUp(self):
        self.events = sample()
        self.text = changes.text_of(self.events)

    def test_a_field_is_put_aside_in_its_recording_alone(self):
        del self.events[3]["process_exec"]["process"]["cap"]
        del self.events[4]["process_kprobe"]["parent"]["cap"]
        other = changes.text_of(self.events)
        self.assertNotEqual(differences(self.text, other), [])
        self.assertEqual(differences(
            self.text, other, words=["field process.cap", "field parent.cap"]), [])

    def test_an_event_is_put_aside_by_what_it_says(self):
        del self.events[5]
        other = changes.text_of(self.events)
        self.assertNotEqual(differences(self.text, other), [])
        self.assertEqual(differences(
            self.text, other, words=["event args.0.int_arg=5"]), [])

    def test_a_line_of_output_is_put_aside(self):
        aside = recording.Aside(["output made a"])
        self.assertEqual(aside.output("made a\nmade ab\nmade a b\n"), "made ab\nmade a b")

    def test_an_event_that_is_put_aside_names_no_process(self):
        early = json.loads(json.dumps(self.events[4]))
        early["process_kprobe"]["function_name"] = "early"
        other = changes.text_of(self.events[:2] + [early] + self.events[2:])
        self.assertEqual(differences(
            self.text, other, words=["event function_name=early"]), [])

    def test_repetitions_are_put_aside(self):
        other = changes.text_of(self.events[:5] + self.events[4:])
        self.assertNotEqual(differences(self.text, other), [])
        self.assertEqual(differences(self.text, other, words=["repeats"]), [])

    def test_an_unknown_word_is_an_error(self):
        with self.assertRaises(ValueError):
            recording.Aside(["recording"])


class Parts(unittest.TestCase):
    def test_each_recording_is_in_one_part(self):
        chosen = {str(i): "/golden/%d" % i for i in range(7)}
        parts = golden.parts_of(chosen, 3)
        self.assertEqual([3, 2, 2], [len(part) for part in parts])
        self.assertEqual(chosen, {name: folder for part in parts
                                  for name, folder in part.items()})

    def test_no_guest_without_recordings(self):
        self.assertEqual([{"a": "/a"}], golden.parts_of({"a": "/a"}, 3))
        self.assertEqual([], golden.parts_of({}, 3))


class Robust(unittest.TestCase):
    def test_a_number_of_5000_digits_is_a_problem_and_no_crash(self):
        broken = json.dumps({"process_exit": {"process": {"pid": 1}}}).replace(
            "1", "1" * 5000)
        self.assertNotEqual(differences(changes.text_of(sample()),
                                        changes.text_of(sample()) + broken + "\n"), [])

    def test_events_without_a_process_are_differences(self):
        for odd in ({}, {"process_exec": None}, {"process_exec": {"process": "x"}},
                    {"process_exec": {"process": {"pid": [], "exec_id": {}}}}):
            events = sample()
            events.insert(4, odd)
            self.assertNotEqual(differences(changes.text_of(sample()),
                                            changes.text_of(events)), [])


if __name__ == "__main__":
    unittest.main()
