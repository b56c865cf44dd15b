#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""tetra-policy check: what it finds, in each of its forms."""

import json
import os
import re
import unittest

from program import BAD, DATA, GOOD, Program

WARNS = GOOD.replace("[/etc/passwd]", "[/etc/passwd, /etc/passwd]")
PREFIXES = GOOD.replace("Equal", "Prefix").replace(
    "[/etc/passwd]", "\n" + "".join("        - /etc/x%d\n" % i for i in range(9)))


class Check(Program):
    def findings(self, *args, status, **more):
        out, _ = self.run_it("check", "--json", *args, status=status, **more)
        self.assertEqual(out.count("\n"), 1)
        return json.loads(out)

    def test_a_clean_policy(self):
        good = self.write("good.yaml", GOOD)
        self.assertEqual(self.run_it("check", good, status=0), ("", ""))
        self.assertEqual(self.findings(good, status=0),
                         {"findings": [], "errors": 0, "warnings": 0})

    def test_each_finding_has_its_line_and_a_caret(self):
        good, bad = self.write("good.yaml", GOOD), self.write("bad.yml", BAD)
        out, err = self.run_it("check", good, bad, status=1)
        self.assertEqual(err, "")
        heads = [line for line in out.splitlines() if " error: " in line]
        self.assertEqual(len(heads), 2)
        self.assertRegex(heads[0], r"^%s:11:13: error: .*'flie'.* \[[a-z-]+\]$" % bad)
        self.assertIn("   11 |       type: flie\n      |             ^\n", out)

    def test_json_has_every_field(self):
        bad = self.write("bad.yaml", BAD)
        found = self.findings(bad, status=1)
        self.assertEqual((found["errors"], found["warnings"]), (2, 0))
        first = found["findings"][0]
        self.assertRegex(first.pop("message"), "'flie'")
        self.assertEqual(first, {
            "file": bad, "line": 11, "column": 13, "severity": "error", "code": "bad-enum",
            "path": "spec.kprobes[0].args[0].type", "hint": "did you mean 'file'?", "count": 1})

    def test_warnings_fail_with_strict_only(self):
        warns = self.write("warns.yaml", WARNS)
        found = self.findings(warns, status=0)
        self.assertEqual((found["errors"], found["warnings"]), (0, 1))
        self.assertEqual(self.findings("--strict", warns, status=1), found)
        self.run_it("check", "-s", warns, status=1)

    def test_many_of_one_kind_are_one_with_its_places(self):
        found = self.findings(self.write("p.yaml", PREFIXES), status=0)["findings"]
        folded = [one for one in found if one["code"] == "prefix-sibling"]
        self.assertEqual([one["count"] for one in folded], [9])
        self.assertEqual(folded[0]["line"], 17)
        self.assertEqual(folded[0]["places"],
                         [{"line": line, "column": 11} for line in range(18, 26)])

    def test_standard_input(self):
        found = self.findings("-", stdin=BAD, status=1)["findings"]
        self.assertEqual([one["file"] for one in found], ["-", "-"])
        self.assertEqual(self.run_it("check", "-", stdin=GOOD, status=0), ("", ""))

    def test_folders(self):
        self.write("a.yaml", GOOD)
        self.write("b.yml", BAD)
        self.write("other.txt", "no policy")
        os.mkdir(os.path.join(self.folder, "c.yaml"))
        files = {one["file"] for one in self.findings(self.folder, status=1)["findings"]}
        self.assertEqual(files, {self.folder + "/b.yml"})

    def test_what_cannot_be_read_is_told_and_the_rest_is_checked(self):
        bad = self.write("bad.yaml", BAD)
        found = self.findings("/nonexistent/p.yaml", bad, status=2)
        self.assertEqual([one["code"] for one in found["findings"]],
                         ["unreadable", "bad-enum", "bad-enum"])
        self.assertEqual(found["findings"][0]["message"], "No such file or directory")
        self.assertEqual(found["errors"], 3)
        out, _ = self.run_it("check", self.folder + "/x", bad, status=2)
        self.assertIn("/x: error: No such file or directory", out)
        self.assertIn("'flie'", out)

    def test_nothing_to_check_is_not_success(self):
        os.mkdir(os.path.join(self.folder, "empty"))
        _, err = self.run_it("check", self.folder + "/empty", status=2)
        self.assertIn("no policy to check", err)
        self.assertIn("needs a file", self.run_it("check", status=2)[1])

    def test_forms_exclude_each_other(self):
        _, err = self.run_it("check", "--json", "--github", "x.yaml", status=2)
        self.assertIn("exclude", err)

    def test_annotations_of_github(self):
        self.write("a,b:c%.yaml", BAD)
        out, err = self.run_it("check", "--github", "a,b:c%.yaml", status=1, cwd=self.folder)
        self.assertEqual(err, "")
        self.assertEqual(out.splitlines()[0],
                         "::error file=a%2Cb%3Ac%25.yaml,line=11,col=13,title=bad-enum"
                         "::unknown type 'flie'%0Ahint: did you mean 'file'?")
        for line in out.splitlines():
            self.assertRegex(line, r"^::(error|warning|notice) ")
        out, _ = self.run_it("check", "--github", self.write("p.yaml", PREFIXES), status=0)
        self.assertRegex(out, r"(?m)^::warning .*title=prefix-sibling::.*%0Aand 8 more like this, "
                              r"at 18:11, 19:11")
        out, _ = self.run_it("check", "--github", "/nonexistent", status=2)
        self.assertEqual(out, "::error file=/nonexistent,title=unreadable"
                              "::No such file or directory\n")

    def test_names_of_files_cannot_command_anything(self):
        name = "a\n\x1b[31m::error::\u202ebad.yaml"
        self.write(name, BAD)
        for form in ([], ["--github"]):
            out, err = self.run_it("check", *form, name, status=1, cwd=self.folder)
            self.assertNotRegex(out + err, "[\x1b\u202e]")
            self.assertNotRegex(out + err, "(?m)^::error::")
        found = self.findings(name, status=1, cwd=self.folder)
        self.assertEqual(found["findings"][0]["file"], name)

    def test_json_is_utf8_whatever_a_name_is(self):
        path = os.fsencode(self.folder) + b"/\xff\xc3.yaml"
        with open(path, "w", encoding="utf-8") as file:
            file.write(BAD)
        found = self.findings(path, status=1)["findings"]
        self.assertEqual(found[0]["file"], self.folder + "/\ufffd\ufffd.yaml")

    def test_the_data_of_the_library(self):
        """Every file that says what must be found in it."""
        for group in ("bad", "lint"):
            folder = os.path.join(DATA, "policy", group)
            for name in sorted(os.listdir(folder)):
                if not name.endswith(".yaml"):
                    continue
                with self.subTest(name):
                    found = json.loads(self.run_it("check", "--json", os.path.join(folder, name),
                                                   status=None)[0])
                    self.compare(found, os.path.join(folder, name[:-5] + ".expect"))

    def compare(self, found, expect):
        got = {(one["severity"], one["line"], one["code"]) for one in found["findings"]}
        got |= {(one["severity"], place["line"], one["code"]) for one in found["findings"]
                for place in one.get("places", ())}
        with open(expect, encoding="utf-8") as file:
            rows = [re.split(r"\t", line.rstrip("\n")) for line in file if line[0] not in "#\n"]
        for severity, line, _, _, code, *_ in rows:
            if severity in ("error", "warning") and line != "0":
                self.assertIn((severity, int(line), code), got)


if __name__ == "__main__":
    unittest.main()
