#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""tetra-policy explain: policies in English and as tables, fields of the language."""

import glob
import json
import os
import re
import unittest

from program import DATA, FOLDER, GOOD, Program

POLICIES = os.path.join(os.path.dirname(FOLDER), "policies")
PASSWD = os.path.join(POLICIES, "block-passwd-write.yaml")
EFFECT = re.compile(r"(allow|told|silent|kill|signal:\d+|deny:-?\w+)(\+|$)")


class Explain(Program):
    def explain(self, *args, stdin=""):
        out, _ = self.run_it("explain", "--json", *args, status=0, stdin=stdin)
        self.assertEqual(out.count("\n"), 1)
        return json.loads(out)

    def check_sentence(self, text, of):
        self.assertRegex(text, r"^[A-Z].*\.$", of)
        self.assertNotIn("  ", text, of)
        self.assertNotIn("(null)", text, of)

    def check_row(self, row, of):
        self.check_sentence(row["text"], of)
        self.assertRegex(row["effect"], EFFECT, of)
        self.assertGreater(row["line"], 0, of)
        for name, text in row["where"].items():
            self.assertTrue(name and text.strip(), (of, row))

    def check_policy(self, policy):
        of = policy["file"]
        self.assertTrue(policy["text"], of)
        for text in policy["text"]:
            self.check_sentence(text, of)
        for hook in policy["hooks"]:
            self.assertTrue(hook["text"], of)
            for text in hook["text"]:
                self.check_sentence(text, of)
            for row in hook["rows"]:
                self.check_row(row, of)
            *rows, last = hook["rows"]
            self.assertEqual([row["selector"] for row in rows], list(range(len(rows))), of)
            self.assertIsNone(last["selector"], of)

    def accepted(self, folder):
        for path in sorted(glob.glob(os.path.join(folder, "*.yaml"))):
            done = self.run_it("check", path, status=None)
            if "error:" not in done[0] + done[1]:
                yield path

    def check_folder(self, folder):
        paths = list(self.accepted(folder))
        self.assertTrue(paths, folder)
        found = self.explain(*paths)["policies"]
        self.assertEqual([one["file"] for one in found], paths)
        for policy in found:
            self.check_policy(policy)
        return found

    def test_examples(self):
        for policy in self.check_folder(POLICIES):
            self.assertTrue(all(hook["exact"] for hook in policy["hooks"]), policy["file"])

    def test_good_policies(self):
        self.check_folder(os.path.join(DATA, "policy", "good"))

    def test_corpus(self):
        shared = os.environ.get("TETRA_SHARED")
        if not shared:
            self.skipTest("TETRA_SHARED is not set")
        found = self.check_folder(os.path.join(shared, "corpus", "good"))
        hooks = [hook for policy in found for hook in policy["hooks"]]
        whole = sum(hook["exact"] for hook in hooks)
        print("%d policies, %d hooks, %d exact" % (len(found), len(hooks), whole))
        self.assertGreater(whole, len(hooks) * .95)

    def test_the_table_of_a_policy(self):
        [policy] = self.explain(PASSWD)["policies"]
        self.assertEqual((policy["name"], policy["mode"]), ("block-passwd-write", "enforce"))
        [hook] = policy["hooks"]
        self.assertEqual((hook["hook"], hook["function"], hook["kind"]),
                         ("kprobes[0]", "security_file_permission", "kprobe"))
        kill, otherwise = hook["rows"]
        with open(PASSWD, encoding="utf-8") as file:
            lines = file.read().splitlines()
        self.assertIn("matchArgs", lines[kill["line"] - 1])
        self.assertEqual(kill["effect"], "kill")
        self.assertEqual(kill["where"], {
            "args[0]": 'under "/etc/passwd" or unreadable', "args[1]": "= 2",
            "binary": 'not in {"/bin/login"} or unreadable or no path'})
        self.assertEqual((otherwise["effect"], otherwise["where"]), ("allow", {}))

    def test_text(self):
        out, _ = self.run_it("explain", os.path.basename(PASSWD), status=0, cwd=POLICIES)
        self.assertIn("policy block-passwd-write", out)
        self.assertIn("kprobes[0] security_file_permission (kprobe, line ", out)
        self.assertIn('      if  args[0] under "/etc/passwd" or unreadable\n', out)
        self.assertLessEqual(max(map(len, out.splitlines())), 80)

    def test_standard_input(self):
        found = self.explain("-", stdin=GOOD)["policies"]
        self.assertEqual([one["name"] for one in found], ["good"])

    def test_a_folder_without_policies(self):
        self.assertIn("no policy to explain", self.run_it("explain", self.folder, status=2)[1])

    def test_rows_that_never_decide(self):
        text = GOOD + "    - matchActions:\n      - action: NoPost\n" \
            "    - matchArgs:\n      - index: 0\n        operator: Prefix\n" \
            "        values: [/tmp/]\n"
        [policy] = self.explain("-", stdin=text)["policies"]
        self.assertEqual([row["decisive"] for row in policy["hooks"][0]["rows"]],
                         [True, True, False, True])

    def test_rows_agree_with_sim(self):
        """An event of each row's values is decided by the row."""
        text = GOOD.replace("type: file\n", "type: file\n    - index: 1\n      type: int\n")
        text += "    - matchArgs:\n      - index: 1\n        operator: Equal\n" \
            "        values: ['2', '4']\n      matchActions:\n      - action: Sigkill\n"
        path = self.write("policy.yaml", text)
        first, second, _ = self.explain(path)["policies"][0]["hooks"][0]["rows"]
        self.assertEqual((first["where"], second["where"]),
                         ({"args[0]": '= "/etc/passwd"'}, {"args[1]": "in {2, 4}"}))
        events = [{"function": "security_file_permission", "args": args}
                  for args in (["/etc/passwd", 2], ["/tmp", 4], ["/tmp", 3])]
        out, _ = self.run_it("sim", path, "--events", "-", "--json", "--all", status=0,
                             stdin="".join(json.dumps(one) + "\n" for one in events))
        verdicts = [json.loads(line)["verdict"] for line in out.splitlines()[:3]]
        self.assertEqual(verdicts, ["post", "kill", "none"])

    def test_a_field(self):
        field = self.explain("spec.kprobes.selectors.matchActions.argSig")["field"]
        self.assertEqual((field["type"], field["status"], field["required"]),
                         ("integer", "supported", False))
        self.assertIn("Signal", field["text"])
        self.assertEqual(self.explain("argSig")["field"], field)

    def test_words_of_a_field(self):
        field = self.explain("matchArgs.operator")["field"]
        self.assertIn("NotPostfix", field["words"])
        self.assertIn("Not yet supported: SubString", field["text"])

    def test_a_field_below_one_that_is_not_supported(self):
        self.assertEqual(self.explain("spec.enforcers.calls")["field"]["status"],
                         "not yet supported")

    def test_a_slip_is_corrected(self):
        _, err = self.run_it("explain", "matchArg", status=2)
        self.assertIn("did you mean 'matchArgs'?", err)
        _, err = self.run_it("explain", "./missing.yaml", status=2)
        self.assertIn("missing.yaml", err)
        self.run_it("explain", status=2)

    def test_names_cannot_command_a_terminal(self):
        text = GOOD.replace("    - matchArgs", '    - label: "\\e[2J"\n      matchArgs')
        out, _ = self.run_it("explain", "-", status=0, stdin=text)
        self.assertNotIn("\x1b", out)

    def test_examples_of_the_manual(self):
        with open(os.path.join(FOLDER, "tetra-policy.1"), encoding="utf-8") as file:
            examples = re.findall(r"^tetra-policy explain (\S+)$", file.read(), re.MULTILINE)
        self.assertGreater(len(examples), 2)
        for one in examples:
            with self.subTest(example=one):
                out, err = self.run_it("explain", one, status=0, cwd=POLICIES)
                self.assertTrue(out)
                self.assertEqual(err, "")


if __name__ == "__main__":
    unittest.main()
