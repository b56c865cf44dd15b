#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""tetra-policy check --sarif: documents that readers of SARIF 2.1.0 accept.

The parts of the standard's schema that say something about our documents are below; properties
that the standard does not have are refused, as there."""

import json
import unittest

from program import BAD, GOOD, Program
from test_check import PREFIXES
from validate import problems

TEXT = {"type": "string"}
MESSAGE = {"type": "object", "additionalProperties": False, "properties": {
    "text": TEXT, "markdown": TEXT, "id": TEXT, "arguments": {"type": "array", "items": TEXT}},
    "anyOf": [{"required": ["text"]}, {"required": ["id"]}]}
MULTIFORMAT = {"type": "object", "additionalProperties": False, "required": ["text"],
               "properties": {"text": TEXT, "markdown": TEXT}}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
REGION = {"type": "object", "additionalProperties": False, "required": ["startLine"],
          "properties": {name: {"type": "integer", "minimum": 1} for name in (
              "startLine", "startColumn", "endLine", "endColumn")}}
LOCATION = {"type": "object", "additionalProperties": False, "properties": {
    "id": {"type": "integer", "minimum": -1},
    "message": MESSAGE,
    "physicalLocation": {
        "type": "object", "additionalProperties": False, "required": ["artifactLocation"],
        "properties": {
            "artifactLocation": {
                "type": "object", "additionalProperties": False, "properties": {
                    # A URI reference (RFC 3986).
                    "uri": {"type": "string",
                            "pattern": r"^(file://)?([A-Za-z0-9/._~-]|%[0-9A-F]{2})+$"},
                    "uriBaseId": TEXT, "index": {"type": "integer", "minimum": -1}}},
            "region": REGION}}}}
RULE = {"type": "object", "additionalProperties": False, "required": ["id"], "properties": {
    "id": TEXT, "name": TEXT, "shortDescription": MULTIFORMAT, "fullDescription": MULTIFORMAT,
    "help": MULTIFORMAT, "helpUri": TEXT,
    "defaultConfiguration": {"type": "object", "additionalProperties": False,
                             "properties": {"level": LEVEL}}}}
RESULT = {"type": "object", "additionalProperties": False, "required": ["message"], "properties": {
    "ruleId": TEXT, "ruleIndex": {"type": "integer", "minimum": -1}, "level": LEVEL,
    "message": MESSAGE, "locations": {"type": "array", "items": LOCATION},
    "relatedLocations": {"type": "array", "uniqueItems": True, "items": LOCATION}}}
RUN = {"type": "object", "additionalProperties": False, "required": ["tool"], "properties": {
    "tool": {"type": "object", "additionalProperties": False, "required": ["driver"], "properties": {
        "driver": {"type": "object", "additionalProperties": False, "required": ["name"],
                   "properties": {
                       "name": TEXT, "version": TEXT, "informationUri": TEXT,
                       "rules": {"type": "array", "uniqueItems": True, "items": RULE}}}}},
    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    "invocations": {"type": "array", "items": {
        "type": "object", "additionalProperties": False, "required": ["executionSuccessful"],
        "properties": {"executionSuccessful": {"type": "boolean"}}}},
    "results": {"type": "array", "items": RESULT}}}
SARIF = {"type": "object", "additionalProperties": False, "required": ["version", "runs"],
         "properties": {
             "$schema": {"type": "string", "pattern": r"^https://.*sarif.*2\.1\.0.*\.json$"},
             "version": {"const": "2.1.0"},
             "runs": {"type": "array", "items": RUN}}}


class Sarif(Program):
    def sarif(self, *args, status, **more):
        out, err = self.run_it("check", "--sarif", *args, status=status, **more)
        self.assertEqual((out.count("\n"), err), (1, ""))
        document = json.loads(out)
        self.assertEqual(list(problems(SARIF, document)), [])
        run, = document["runs"]
        rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
        self.assertEqual(len(set(rules)), len(rules))
        for result in run["results"]:
            self.assertEqual(rules[result["ruleIndex"]], result["ruleId"])
        return run

    def test_nothing_is_a_run_without_results(self):
        run = self.sarif(self.write("good.yaml", GOOD), status=0)
        self.assertEqual(run["results"], [])
        self.assertEqual(run["invocations"], [{"executionSuccessful": True}])
        self.assertEqual(run["tool"]["driver"]["name"], "tetra-policy")

    def test_a_result_has_its_rule_its_level_and_its_place(self):
        self.write("bad.yaml", BAD)
        result = self.sarif("bad.yaml", status=1, cwd=self.folder)["results"][0]
        self.assertEqual(result["ruleId"], "bad-enum")
        self.assertEqual(result["level"], "error")
        self.assertIn("'flie'", result["message"]["text"])
        self.assertIn("did you mean 'file'?", result["message"]["text"])
        self.assertEqual(result["locations"], [{"physicalLocation": {
            "artifactLocation": {"uri": "bad.yaml"},
            "region": {"startLine": 11, "startColumn": 13}}}])

    def test_further_places_are_related(self):
        run = self.sarif(self.write("p.yaml", PREFIXES), status=0)
        result, = (one for one in run["results"] if one["ruleId"] == "prefix-sibling")
        self.assertEqual([one["physicalLocation"]["region"]["startLine"]
                          for one in result["relatedLocations"]], list(range(18, 26)))

    def test_names_become_uris(self):
        self.write("a b:ü%.yaml", BAD)
        results = self.sarif("a b:ü%.yaml", status=1, cwd=self.folder)["results"]
        self.assertEqual(results[0]["locations"][0]["physicalLocation"]["artifactLocation"],
                         {"uri": "a%20b%3A%C3%BC%25.yaml"})
        results = self.sarif(self.folder, status=1)["results"]
        self.assertTrue(results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
                        .startswith("file:///"))

    def test_a_file_that_cannot_be_read_is_a_failure_of_the_run(self):
        run = self.sarif("/nonexistent", status=2)
        self.assertEqual(run["results"][0]["ruleId"], "unreadable")
        self.assertNotIn("region", run["results"][0]["locations"][0]["physicalLocation"])
        self.assertEqual(run["invocations"], [{"executionSuccessful": False}])

    def test_the_validator_refuses(self):
        run = self.sarif("-", stdin=BAD, status=1)
        for change in (lambda one: one.pop("message"), lambda one: one.update(level="fatal"),
                       lambda one: one.update(extra=1), lambda one: one.update(ruleIndex="1")):
            broken = json.loads(json.dumps({"version": "2.1.0", "runs": [run]}))
            change(broken["runs"][0]["results"][0])
            self.assertNotEqual(list(problems(SARIF, broken)), [])


if __name__ == "__main__":
    unittest.main()
