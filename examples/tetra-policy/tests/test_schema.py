#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""tetra-policy schema: every good policy is valid by it, most bad ones are not.

Reads the project's own policies and, where it is at hand, the corpus (TETRA_SHARED)."""

import json
import os
import unittest

import yaml

from program import BAD, DATA, GOOD, Program
from validate import problems

CORPUS = os.path.join(os.environ.get("TETRA_SHARED", "/nonexistent"), "corpus")
POLICIES = os.path.join(DATA, "../../examples/policies")
# Faults that show in the keys and words alone; others need a kernel, or what parts mean together.
VISIBLE = {"bad-enum", "empty-document", "missing-field", "removed", "too-short", "unknown-field",
           "unknown-kind", "unknown-option", "wrong-type"}
# Files of the corpus may be made to be larger in memory than on disk.
HOSTILE = {"resource-limit", "yaml-syntax", "encoding", "multiple-documents", "duplicate-key"}


def read(path):
    with open(path, encoding="utf-8") as file:
        loaded = yaml.load(file, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return json.loads(json.dumps(loaded, default=str))


def policies(folder):
    for name in sorted(os.listdir(folder)):
        if name.endswith(".yaml"):
            yield os.path.join(folder, name)


def expected(path):
    """(codes of errors, whether a reader may accept it)."""
    with open(path[:-5] + ".expect", encoding="utf-8") as file:
        lines = file.read().splitlines()
    rows = [line.split("\t") for line in lines if line.count("\t") >= 4 and line[0] != "#"]
    return {row[4] for row in rows if row[0] == "error"}, "# or accept" in lines


class Schema(Program):
    def setUp(self):
        super().setUp()
        out, err = self.run_it("schema", status=0)
        self.assertEqual(err, "")
        self.schema = json.loads(out)

    def problems(self, value):
        return list(problems(self.schema, value))

    def test_it_is_a_schema(self):
        self.assertEqual(self.schema["$schema"], "https://json-schema.org/draft/2020-12/schema")
        self.assertEqual(self.problems(yaml.safe_load(GOOD)), [])
        self.assertEqual(len(self.problems(yaml.safe_load(BAD))), 2)
        self.assertIn("operand", self.run_it("schema", "x", status=2)[1])

    def test_the_whole_of_json_schema_agrees(self):
        try:
            from jsonschema import Draft202012Validator
        except ImportError:
            self.skipTest("python3-jsonschema is not installed")
        Draft202012Validator.check_schema(self.schema)
        whole = Draft202012Validator(self.schema)
        for text in (GOOD, BAD, GOOD.replace("Equal", "DAddr"), GOOD.replace("kind:", "Kind:")):
            value = yaml.safe_load(text)
            self.assertEqual(whole.is_valid(value), self.problems(value) == [], text)

    def test_single_faults(self):
        for old, new in (("call:", "cal:"), ("TracingPolicy", "Pod"), ("type: file", "type: flie"),
                         ("v1alpha1", "v1"), ("name: good", "name: Good_"),
                         ("syscall: false", "syscall: 'no'"), ("index: 0", "index: x"),
                         ("index: 0", "index: 7"), ("  - call: security_file_permission\n", "  -\n"),
                         ("operator: Equal", "operator: DAddr"), ("matchArgs:", "matchArg:"),
                         ("        operator: Equal\n", "")):
            with self.subTest(new):
                self.assertNotEqual(self.problems(yaml.safe_load(GOOD.replace(old, new, 1))), [])

    def test_other_spellings_of_keys(self):
        for old, new in (("apiVersion", "apiversion"), ("matchArgs", "matchargs")):
            self.assertEqual(self.problems(yaml.safe_load(GOOD.replace(old, new))), [])

    def all_valid(self, paths):
        n = 0
        for path in paths:
            with self.subTest(os.path.basename(path)):
                self.assertEqual(self.problems(read(path)), [])
                n += 1
        self.assertGreater(n, 5)

    def test_our_policies_are_valid(self):
        self.all_valid(policies(POLICIES))
        self.all_valid(path for path in policies(os.path.join(DATA, "policy/lint"))
                       if not expected(path)[0] or expected(path)[0] == {"not-supported"})

    @unittest.skipUnless(os.path.isdir(CORPUS), "no corpus")
    def test_good_policies_of_the_corpus_are_valid(self):
        self.all_valid(policies(os.path.join(CORPUS, "good")))

    @unittest.skipUnless(os.path.isdir(CORPUS), "no corpus")
    def test_odd_but_right_policies_are_valid(self):
        self.all_valid(path for path in policies(os.path.join(CORPUS, "bad"))
                       if os.path.basename(path).startswith("ok-")
                       and os.path.getsize(path) < 100000)

    @unittest.skipUnless(os.path.isdir(CORPUS), "no corpus")
    def test_bad_policies_of_the_corpus_are_not_valid(self):
        n_seen, missed = 0, []
        for path in policies(os.path.join(CORPUS, "bad")):
            codes, may_accept = expected(path)
            if not codes & VISIBLE or codes & HOSTILE or may_accept:
                continue
            if self.problems(read(path)):
                n_seen += 1
            else:
                missed.append(os.path.basename(path))
        share = 100 * n_seen / (n_seen + len(missed))
        print("%d of %d bad policies that a schema can see: %.1f %%; not %s"
              % (n_seen, n_seen + len(missed), share, ", ".join(missed)))
        self.assertGreaterEqual(share, 90)


if __name__ == "__main__":
    unittest.main()
