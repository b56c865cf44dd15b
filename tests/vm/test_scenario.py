# SPDX-License-Identifier: Apache-2.0
"""Scenarios that are tables: what their rows become, and what is no table."""

import os
import tempfile
import unittest

import scenario

TABLE = """
description: a table
table:
  policy: |
    kprobes: [{operator: @operator@, values: @values@}]
  acts:
    one: {do: lseek 1, stdout: "lseek 1 -> 0", event: {args: [{int_arg: 1}]}}
    two: {do: lseek 2, event: {args: [{int_arg: 2}]}}
    also: {event: {args: [{int_arg: 3}]}}
  rows:
  - {operator: Equal, values: ["1"], matches: [one]}
  - {operator: NotEqual, values: ["1"], matches: [two, also]}
"""


def load(text):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "op-x.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return scenario.load(path)


class Table(unittest.TestCase):
    def test_rows_become_policies(self):
        policies = load(TABLE)["policies"]
        self.assertEqual(2, len(policies))
        self.assertIn("name: op-x-1-notequal", policies[1])
        self.assertIn('{operator: NotEqual, values: ["1"]}', policies[1])

    def test_acts_are_done_once(self):
        triggers = load(TABLE)["triggers"]
        self.assertEqual([{"run": "trig lseek 1 -- lseek 2",
                           "stdout": {"$lines": ["lseek 1 -> 0"]}}], triggers)

    def test_each_row_judges_each_act_and_the_rest(self):
        loaded = load(TABLE)
        first = [e for e in loaded["events"]
                 if e["match"]["process_kprobe"]["policy_name"] == "op-x-0-equal"]
        self.assertEqual(
            [({"policy_name": "op-x-0-equal", "args": [{"int_arg": 1}]}, 1),
             ({"policy_name": "op-x-0-equal"}, 1)],
            [(e["match"]["process_kprobe"], e["count"]) for e in first])
        self.assertEqual(
            [2, 3, 1],
            [e["match"]["process_kprobe"]["args"][0]["int_arg"]
             for e in loaded["forbidden"]])

    def test_others_may_be_reported(self):
        loaded = load(TABLE + "  others: true\n")
        self.assertTrue(all("args" in e["match"]["process_kprobe"]
                            for e in loaded["events"]))

    def test_mistakes_are_found(self):
        for text in (TABLE.replace("matches: [one]", "matches: [three]"),
                     TABLE.replace("operator: Equal, values", "operators: Equal, values"),
                     TABLE.replace("event: {args: [{int_arg: 3}]}", "do: nothing"),
                     TABLE + "triggers: []\n"):
            with self.assertRaises(scenario.ScenarioError):
                load(text)


if __name__ == "__main__":
    unittest.main()
