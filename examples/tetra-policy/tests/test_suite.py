#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""tetra-policy test --offline: suites of events and claims, and what is wrong with suites."""

import json
import os
import unittest
import xml.etree.ElementTree

from program import FOLDER, Program
from validate import problems

POLICY = os.path.join(os.path.dirname(FOLDER), "policies/block-passwd-write.yaml")
HEAD = """\
apiVersion: tetra.test/v1
kind: PolicySuite
policies: [%s]
""" % POLICY
EVENT = "{function: security_file_permission, args: [/etc/passwd, 2], process: {binary: /bin/sh}}"
LOGIN = EVENT.replace("/bin/sh", "/bin/login")
CLAIM = "never-allowed: {function: security_file_permission, args: [/etc/passwd, 2]%s}"


def case(name="one", event=EVENT, expect="verdict: kill", more=""):
    return "- name: %s\n  event: %s\n  expect: {%s}\n%s" % (name, event, expect, more)


class Suite(Program):
    def suite(self, *cases, claims=(), more="", head=HEAD):
        text = head + more
        if cases:
            text += "cases:\n" + "".join(cases)
        if claims:
            text += "prove:\n" + "".join("- %s\n" % claim for claim in claims)
        return self.write("suite.yaml", text)

    def results(self, *cases, status, args=(), **parts):
        out, _ = self.run_it("test", "--offline", "--json", *args, self.suite(*cases, **parts),
                             status=status)
        whole = json.loads(out)
        return whole["suites"][0], whole

    def cases(self, *cases, status, **parts):
        suite, _ = self.results(*cases, status=status, **parts)
        return [(one["name"], one["status"]) for one in suite["cases"]]


class Offline(Suite):
    def test_an_event_gets_its_verdict(self):
        suite, whole = self.results(
            case(expect="verdict: kill, decided-by: kprobes[0].selectors[0]"),
            case("login", LOGIN, "verdict: none, decided-by: none"),
            case("reading", EVENT.replace("2]", "4]"), "verdict: none"),
            case("who", EVENT.replace(", process: {binary: /bin/sh}", ""), "verdict: unknown"),
            case("not hooked", "{function: tcp_connect}", "verdict: none"), status=0)
        self.assertEqual([one["status"] for one in suite["cases"]], ["passed"] * 5)
        self.assertEqual((suite["status"], suite["kernel"], whole["passed"]), ("passed", None, 5))

    def test_another_verdict_fails_and_says_why(self):
        suite, whole = self.results(
            case(), case("login", LOGIN),
            case("rule", expect="verdict: kill, decided-by: kprobes[0].selectors[1]"), status=1)
        self.assertEqual([one["status"] for one in suite["cases"]], ["passed", "failed", "failed"])
        self.assertEqual(suite["cases"][1]["reason"], "the verdict is none, expected kill "
                         "(kprobes[0].selectors[0] is missed by matchBinaries[0])")
        self.assertEqual(suite["cases"][2]["reason"], "decided by kprobes[0].selectors[0], "
                         "expected kprobes[0].selectors[1]")
        self.assertEqual((suite["status"], whole["passed"], whole["failed"]), ("failed", 1, 2))

    def test_a_known_gap_may_fail_and_may_not_pass(self):
        gap = "  known-gap: a reason\n"
        self.assertEqual(self.cases(case("open", LOGIN, more=gap), status=0),
                         [("open", "known-gap")])
        suite, _ = self.results(case("closed", more=gap), status=1)
        self.assertEqual(suite["cases"][0]["status"], "failed")
        self.assertIn("a reason", suite["cases"][0]["reason"])

    def test_what_is_skipped_says_why(self):
        suite, whole = self.results(
            case(more="  skip: later\n"),
            "- {name: command, run: {argv: [true]}, expect: {exit: 0}}\n", status=3)
        self.assertEqual([(one["status"], one["reason"]) for one in suite["cases"]],
                         [("skipped", "later"), ("skipped", "needs a kernel")])
        self.assertEqual((suite["status"], whole["skipped"]), ("skipped", 2))
        self.assertEqual(self.cases(case(), case("two", more="  skip: x\n"), status=0),
                         [("one", "passed"), ("two", "skipped")])

    def test_needs_are_those_of_commands(self):
        self.assertEqual(self.cases(case(), more="need: [enforce, lsm, 'kernel>=99.1']\n", status=0),
                         [("one", "passed")])

    def test_a_matrix_is_a_case_for_each_combination(self):
        names = self.cases(
            case("write", EVENT.replace("/etc/passwd, 2", '"${path}", "${how}"'), 'verdict: "${is}"',
                 "  matrix: {path: [/etc/passwd, /etc/passwd-], how: [2], is: [kill]}\n"), status=0)
        self.assertEqual(names, [
            ("write [path=/etc/passwd, how=2, is=kill]", "passed"),
            ("write [path=/etc/passwd-, how=2, is=kill]", "passed")])

    def test_a_variable_that_is_all_of_a_scalar_keeps_its_type(self):
        self.assertEqual(self.cases(
            case("a", EVENT.replace("/etc/passwd", '"/etc/${x}"'), more="  matrix: {x: [passwd]}\n"),
            case("b", EVENT.replace("[/etc/passwd, 2]", '"${x}"'),
                 more="  matrix: {x: [[/etc/passwd, 2]]}\n"), status=0),
            [("a [x=passwd]", "passed"), ("b [x=[\"/etc/passwd\", 2]]", "passed")])

    def test_claims_are_proved(self):
        suite, whole = self.results(
            claims=(CLAIM % ", unless: {binary: /bin/login}", CLAIM % ""), status=1)
        self.assertEqual([one["status"] for one in suite["proofs"]], ["proved", "refuted"])
        self.assertEqual(suite["proofs"][1]["witness"]["process"]["binary"], "/bin/login")
        self.assertEqual((whole["passed"], whole["failed"], suite["status"]), (1, 1, "failed"))

    def test_a_policy_may_be_in_the_suite(self):
        with open(POLICY, encoding="utf-8") as file:
            lines = [line for line in file if not line.startswith("#")]
        head = HEAD.split("policies")[0] + "policies:\n- " + "  ".join(lines)
        self.assertEqual(self.cases(case(), head=head, status=0), [("one", "passed")])

    def test_of_several_policies_the_rule_may_name_one(self):
        tell = self.write("tell.yaml", """\
apiVersion: cilium.io/v1alpha1
kind: TracingPolicy
metadata: {name: tell}
spec:
  kprobes: [{call: security_file_permission, syscall: false, args: [{index: 1, type: int}]}]
""")
        head = HEAD.replace("]", ", %s]" % tell)
        rule = "verdict: kill, decided-by: %skprobes[0].selectors[0]"
        self.assertEqual(self.cases(
            case("a", expect=rule % "block-passwd-write/"), case("b", expect=rule % ""),
            case("c", expect=rule % "tell/", more="  known-gap: another policy\n"),
            case("d", LOGIN, "verdict: post, decided-by: tell/kprobes[0]"), head=head, status=0),
            [("a", "passed"), ("b", "passed"), ("c", "known-gap"), ("d", "passed")])

    def test_a_filter_chooses_cases(self):
        both = (case(), case("other"), case("m", more="  matrix: {x: [1, 2]}\n"))
        for pattern, names in (("one", ["one"]), ("o*", ["one", "other"]), ("the", ["other"]),
                               ("m", ["m [x=1]", "m [x=2]"]), ("m [x=2]", ["m [x=2]"])):
            with self.subTest(pattern):
                suite, _ = self.results(*both, args=("--filter", pattern), status=0)
                self.assertEqual([one["name"] for one in suite["cases"]], names)
        self.assertIn("no case", self.run_it("test", "--offline", "--filter", "zzz",
                                             self.suite(*both), status=2)[1])


class Baseline(Suite):
    def test_differences_from_before(self):
        more = "baseline: base.json\n"
        cases = case(), case("login", LOGIN, "verdict: none")
        path = os.path.join(self.folder, "base.json")
        self.results(*cases, more=more, status=0)
        self.assertFalse(os.path.exists(path))
        self.results(*cases, more=more, args=("--update-baseline",), status=0)
        with open(path, encoding="utf-8") as file:
            base = json.load(file)
        rule = "kill by block-passwd-write/kprobes[0].selectors[0]"
        self.assertEqual(base["verdict"], {"one": rule, "login": "none"})
        base["mechanism"]["kept"] = "as it is"
        base["verdict"]["login"] = "post"
        self.write("base.json", json.dumps(base))
        suite, _ = self.results(*cases, more=more, status=1)
        self.assertEqual(suite["differences"], ["verdict of 'login': was post, is none"])
        self.assertEqual(suite["status"], "failed")
        self.results(case(), more=more, status=0)
        self.results(*cases, more=more, args=("-u",), status=0)
        with open(path, encoding="utf-8") as file:
            self.assertEqual(json.load(file)["mechanism"], {"kept": "as it is"})
        self.write("base.json", "[")
        self.results(case(), more=more, status=2)

    def test_the_file_of_before_stays_if_the_new_one_cannot_be_written(self):
        self.write("base.json", "{}")
        os.mkdir(os.path.join(self.folder, "base.json.new"))
        self.results(case(), more="baseline: base.json\n", args=("-u",), status=2)
        with open(os.path.join(self.folder, "base.json"), encoding="utf-8") as file:
            self.assertEqual(file.read(), "{}")

    def test_a_suite_without_one_has_none_to_update(self):
        _, err = self.run_it("test", "--offline", "-u", self.suite(case()), status=0)
        self.assertIn("names no baseline", err)


class Shipped(Suite):
    """The suites of the examples hold; they see all of their policies, and notice each slip."""
    FOLDER = os.path.join(os.path.dirname(FOLDER), "policy-tests")

    def test_each(self):
        for name in os.listdir(self.FOLDER):
            with self.subTest(name):
                out, _ = self.run_it("test", "--offline", "--json", "--threshold", "100", "--mutate",
                                     "--strict", os.path.join(self.FOLDER, name), status=0)
                suite = json.loads(out)["suites"][0]
                self.assertEqual(suite["coverage"]["missing"], [])
                self.assertEqual(suite["mutants"]["survived"], [])

    def test_commands_need_root(self):
        if os.geteuid() == 0:
            self.skipTest("root would run them")
        text = HEAD + "cases:\n- {name: a, run: {argv: [x]}, expect: {exit: 0}}\n"
        out, _ = self.run_it("test", "--json", self.write("s.yaml", text), status=2)
        self.assertIn("root", json.loads(out)["suites"][0]["reason"])
        self.run_it("test", self.write("s.yaml", text + "need: [root]\n"), status=3)


class Output(Suite):
    def setUp(self):
        super().setUp()
        self.file = self.suite(
            case(), case("bad <&#", LOGIN), case("gap", LOGIN, more="  known-gap: why\n"),
            case("later", more="  skip: not now\n"), claims=(CLAIM % "",))

    def output(self, *args):
        return self.run_it("test", "--offline", *args, self.file, status=1)[0]

    def test_text(self):
        out = self.output()
        for line in ("  ok          one\n", "  FAILED      bad <&#\n", "  gap         gap\n",
                     "  skipped     later\n              not now\n", "  refuted     never-allowed",
                     "1 passed, 2 failed, 1 known gaps, 1 skipped\n"):
            self.assertIn(line, out)
        self.assertNotIn("\x1b", out)

    def test_tap(self):
        lines = [line for line in self.output("--tap").splitlines() if not line.startswith("# ")]
        self.assertEqual(lines[:2], ["TAP version 13", "1..5"])
        self.assertEqual([line.split(" - ")[0] for line in lines[2:]],
                         ["ok 1", "not ok 2", "not ok 3", "ok 4", "not ok 5"])
        self.assertIn("# TODO why", lines[4])
        self.assertIn("# SKIP not now", lines[5])

    def test_junit(self):
        root = xml.etree.ElementTree.fromstring(self.output("--junit"))
        suite = root.find("testsuite")
        self.assertEqual([suite.get(key) for key in ("tests", "failures", "errors", "skipped")],
                         ["5", "2", "0", "2"])
        self.assertEqual([[inner.tag for inner in one] for one in suite],
                         [[], ["failure"], ["skipped"], ["skipped"], ["failure"]])
        self.assertEqual(suite[1].get("name"), "bad <&#")

    def test_github(self):
        lines = self.output("--github").splitlines()
        self.assertEqual([line.split(" ")[0] for line in lines],
                         ["::error", "::warning", "::notice", "::error"])
        self.assertTrue(lines[0].startswith("::error file=%s,line=8,title=bad" % self.file))

    def counts(self, *args, status):
        out, _ = self.run_it("test", "--offline", "--junit", *args, status=status)
        suite = xml.etree.ElementTree.fromstring(out).find("testsuite")
        tags = [inner.tag for one in suite for inner in one]
        counts = [int(suite.get(key)) for key in ("failures", "errors", "skipped")]
        self.assertEqual(counts, [tags.count(tag) for tag in ("failure", "error", "skipped")])
        self.assertEqual(int(suite.get("tests")), len(suite))
        return counts

    def test_what_cannot_run_is_counted(self):
        self.assertEqual(self.counts("nowhere", status=2), [0, 1, 0])
        self.write("base.json", "[")
        self.assertEqual(self.counts(self.suite(case(), case("no", LOGIN),
                                                more="baseline: base.json\n"), status=2), [1, 1, 0])

    def test_names_that_are_not_text(self):
        name = os.fsencode(os.path.join(self.folder, "a\udcff<.yaml"))
        os.rename(self.suite(case()), name)
        self.assertEqual(self.counts(name, status=0), [0, 0, 0])

    def test_every_form_says_why_a_suite_fails(self):
        self.write("base.json", '{"verdict": {"one": "post"}}')
        file = self.suite(case(), more="baseline: base.json\n")
        self.assertEqual(self.counts("--threshold", "100", file, status=1), [2, 0, 0])
        for form, start in (("--tap", "not ok"), ("--github", "::error")):
            out, _ = self.run_it("test", "--offline", form, file, status=1)
            self.assertIn("was post", out)
            self.assertEqual(sum(line.startswith(start) for line in out.splitlines()), 1)
        self.assertGreater(self.counts("--mutate", "--strict", self.suite(case()), status=1)[0], 0)

    def test_suites_side_by_side(self):
        self.suite(case(), case("two", LOGIN))
        good = self.write("good.yaml", HEAD + "cases:\n" + case())
        names = [good, os.path.join(self.folder, "suite.yaml")] * 8 + [self.write("x.yaml", "a: 1\n")]
        alone = self.run_it("test", "--offline", "--json", *names, status=2)
        shared = self.run_it("test", "--offline", "--json", "--jobs", "4", *names, status=2)
        for one, other in zip(json.loads(alone[0])["suites"], json.loads(shared[0])["suites"]):
            self.assertEqual([(c["name"], c["status"]) for c in one["cases"]],
                             [(c["name"], c["status"]) for c in other["cases"]])
        self.assertEqual(sorted(alone[1].splitlines()), sorted(shared[1].splitlines()))
        self.assertIn("--jobs needs --offline", self.run_it("test", "--jobs", "2", good, status=2)[1])
        for n in ("0", "-1", "65", "x"):
            self.run_it("test", "--offline", "--jobs", n, good, status=2)

    def test_one_form_at_a_time(self):
        self.run_it("test", "--offline", "--tap", "--json", self.file, status=2)

    def test_several_suites(self):
        good = os.path.join(self.folder, "good.yaml")
        os.rename(self.suite(case()), good)
        self.file = self.suite(case(more="  skip: x\n"))
        for args, status in (((good, self.file), 0), ((self.file,), 3), ((good, "nowhere"), 2)):
            with self.subTest(args):
                out, _ = self.run_it("test", "--offline", "--json", *args, status=status)
                self.assertEqual(len(json.loads(out)["suites"]), len(args))


class Measured(Suite):
    """Coverage and mutants; what they print is pasted until nothing is missing."""
    POLICY = """\
apiVersion: cilium.io/v1alpha1
kind: TracingPolicy
metadata: {name: two}
spec:
  kprobes:
  - call: security_file_permission
    syscall: false
    args: [{index: 0, type: file}, {index: 1, type: int}]
    selectors:
    - matchArgs: [{index: 1, operator: Equal, values: ["4"]}]
      matchActions: [{action: NoPost}]
    - matchArgs:
      - {index: 0, operator: Prefix, values: [/etc/, /boot/]}
      - {index: 1, operator: Equal, values: ["2"]}
      matchBinaries: [{operator: NotIn, values: [/bin/login]}]
      matchActions: [{action: Sigkill}]
    - matchArgs: [{index: 0, operator: Postfix, values: [.key]}]
"""

    def setUp(self):
        super().setUp()
        self.head = HEAD.replace(POLICY, self.write("two.yaml", self.POLICY))

    def measure(self, option, *cases, status=0, **parts):
        suite, _ = self.results(*cases, args=(option,), head=self.head, status=status, **parts)
        return suite[option.strip("-").replace("mutate", "mutants").split("=")[0]]

    def test_filters_that_were_not_seen(self):
        covered = self.measure("--coverage", case(), case("r", EVENT.replace("2]", "8]"), "verdict: none"))
        rule = "kprobes[0].selectors[%d].match%s never %s"
        self.assertEqual((covered["filters"], covered["covered"]), (5, 1))
        self.assertEqual(covered["missing"], [
            rule % (0, "Args[0]", "true"), rule % (1, "Args[0]", "false"),
            rule % (1, "Binaries[0]", "false"), rule % (2, "Args[0]", "true")])

    def test_what_is_missing_can_be_pasted(self):
        covered = self.measure("--coverage", case())
        cases = [case()] + covered["cases"]
        covered = self.measure("--coverage", *cases)
        self.assertEqual((covered["filters"], covered["covered"], covered["missing"]), (5, 5, []))

    def test_a_threshold(self):
        self.measure("--coverage", case(), more="need: []\n")
        out, _ = self.run_it("test", "--offline", "--threshold", "50",
                             self.suite(case(), head=self.head), status=1)
        self.assertIn("coverage is 0 percent, less than 50", out)
        self.run_it("test", "--offline", "--threshold", "101", self.suite(case()), status=2)

    def test_a_filter_after_a_selector_that_decides_is_not_seen(self):
        covered = self.measure("--coverage", case("key", EVENT.replace("passwd", "a.key")))
        self.assertIn("kprobes[0].selectors[2].matchArgs[0] never true", covered["missing"])

    def test_slips_that_no_case_notices_and_the_cases_that_would(self):
        cases = [case()]
        for _ in range(8):
            mutants = self.measure("--mutate", *cases)
            self.assertEqual(mutants["made"], mutants["equivalent"] + mutants["killed"]
                             + len(mutants["survived"]))
            if not mutants["survived"]:
                break
            # One at a time would be enough for many; names must differ.
            known = {one.split("\n")[0] for one in cases}
            cases += [one["case"] for one in mutants["survived"][:6]
                      if one["case"].split("\n")[0] not in known]
        self.assertEqual(mutants["survived"], [])
        self.assertGreater(mutants["made"], 25)
        self.assertGreater(mutants["equivalent"], 0)

    def test_what_would_notice_slips_in_odd_values_can_be_pasted(self):
        odd = Program.write(self, "odd.yaml", self.POLICY.replace("[.key]", "['.\"k\\\\']"))
        self.head = HEAD.replace(POLICY, odd)
        cures = [one["case"] for one in self.measure("--mutate", case())["survived"]]
        self.assertTrue(any('\\"' in cure for cure in cures))
        self.measure("--mutate", case(), *cures)

    def test_a_survivor_has_a_line(self):
        lines = {one["change"]: one["line"] for one in self.measure("--mutate", case())["survived"]}
        rule = "kprobes[0].selectors[1].match"
        self.assertEqual(lines[rule + "Args[0].values[1]: dropped"], 13)
        self.assertEqual(lines[rule + "Args[1]: dropped"], 14)
        self.assertEqual(lines[rule + "Binaries[0].operator: NotIn -> NotPrefix"], 15)

    def test_claims_notice_slips(self):
        rule = "kprobes[0].selectors[1].matchBinaries[0].values[0]: /bin/login -> /bin/loginx"
        for claims, is_there in (((), True), (("never-blocked: {function: security_file_permission,"
                                               " args: [any, 2], binary: /bin/login}",), False)):
            survived = self.measure("--mutate", case(), claims=claims)["survived"]
            self.assertEqual(rule in [one["change"] for one in survived], is_there)

    def test_strict_fails_for_survivors(self):
        self.run_it("test", "--offline", "--mutate", "--strict",
                    self.suite(case(), head=self.head), status=1)


class Broken(Suite):
    def broken(self, text, *expected):
        path = self.write("suite.yaml", text)
        out, err = self.run_it("test", "--offline", "--json", path, status=2)
        for one in expected:
            self.assertIn(one.replace("FILE", path), err)
        suite = json.loads(out)["suites"][0]
        self.assertEqual(suite["status"], "error")
        return err

    def test_everything_is_told_at_once_with_its_place(self):
        err = self.broken(HEAD.replace("policies", "polices").replace("v1", "v2") + """\
need: [force]
cases:
- name: a
  rum: {argv: [true]}
  expect: {exit: no}
- name: a
  event: {func: x}
  expect: {verdict: kil}
""", "FILE:1:13: error: 'apiVersion' must be tetra.test/v1",
                          "FILE:3:1: error: unknown field 'polices' in 'suite'",
                          "hint: did you mean 'policies'?", "'policies' is missing",
                          "FILE:4:8: error: 'need' must be enforce",
                          "FILE:7:3: error: unknown field 'rum'", "hint: did you mean 'run'?",
                          "FILE:8:18: error: 'exit' must be a number",
                          "FILE:9:9: error: the name 'a' is that of another case",
                          "FILE:11:21: error: 'kil' is not a word", "hint: did you mean 'kill'?")
        self.assertIn("    7 |   rum: {argv: [true]}\n      |   ^\n", err)

    def test_events_claims_and_policies_are_read(self):
        self.broken(HEAD.replace("]", ", nowhere.yaml]") + "cases:\n"
                    + case(event="{func: x}") + "prove:\n- never-allowed: {func: x}\n",
                    "FILE:3:", "No such file", "FILE:6: error: an event has no key",
                    "FILE:9: error: field 'function' is missing")

    def test_variables(self):
        for text, word in (("  event: {function: '${pth}'}\n  matrix: {path: [a]}\n",
                            "did you mean 'path'?"),
                           ("  event: {function: '${x}'}\n", "variables need a matrix"),
                           ("  run: {argv: ['${HOME}']}\n", "unknown variable 'HOME'"),
                           ("  run: {sh: 'echo ${pth}'}\n  matrix: {path: [a]}\n", "'path'?")):
            with self.subTest(text):
                self.broken(HEAD + "cases:\n- name: a\n" + text, word)

    def test_the_shell_keeps_its_variables(self):
        suite = HEAD + "cases:\n- {name: a, run: {sh: 'echo ${HOME}'}, expect: {exit: 0}}\n"
        self.run_it("test", "--offline", self.write("s.yaml", suite), status=3)

    def test_expectations_that_cannot_be(self):
        for expect, word in (("exit: 0, signal: SIGKILL", "exclude each other"),
                             ("only: true", "'only' needs 'events'"),
                             ("stdout: {regex: '('}", "not a regular expression"),
                             ("stdout: {prefx: a}", "did you mean 'prefix'?"),
                             ("stdout: {prefix: a, suffix: b}", "exclude each other"),
                             ("verdict: kill", "unknown field 'verdict'"),
                             ("events: [{count: 1}]", "a partial event is empty"),
                             ("events: [{process_exec: {}, count: 1, at-least: 1}]", "exclude"),
                             ("events: some", "'some' is not none"),
                             ("events: [{process_exec: {absent: maybe}}]", "true or false"),
                             ("unchanged: [passwd]", "absolute path"),
                             ("signal: SIGKIL", "'signal' must be a signal"),
                             ("signal: 0", "'signal' must be a signal"),
                             ("signal: 999", "'signal' must be a signal"),
                             ("errno: EPERMM", "'errno' must be the name of an error"),
                             ("decided-by: selector", "does not name a selector"),
                             ("", "must not be empty")):
            with self.subTest(expect):
                self.broken(HEAD + "cases:\n- {name: a, run: {argv: [x]}, expect: {%s}}\n" % expect,
                            word)

    def test_second_names_of_signals_and_errors(self):
        for expect in ("signal: SIGIO", "signal: SIGPOLL", "signal: 0x9", "errno: ENOTSUP",
                       "errno: EOPNOTSUPP", "errno: EWOULDBLOCK"):
            with self.subTest(expect):
                suite = HEAD + "cases:\n- {name: a, run: {sh: x}, expect: {%s}}\n" % expect
                self.run_it("test", "--offline", self.write("s.yaml", suite), status=3)

    def test_what_a_sandbox_has_is_at_absolute_paths(self):
        for sandbox in ("files: {srv/x: text}", "files: {'': text}", "binaries: {'': /bin/sh}"):
            with self.subTest(sandbox):
                self.broken(HEAD + "sandbox: {%s}\ncases: []\n" % sandbox,
                            "FILE:4:", "must be an absolute path")

    def test_large_suites_end(self):
        many = HEAD + "cases:\n- {name: a, run: {sh: '%s'}, expect: {exit: 0}}\n"
        self.run_it("test", "--offline", self.write("s.yaml", many % ("${a} " * 100000)), status=3)
        laugh = "a0: &a0 [x]\n" + "".join("a%d: &a%d [%s]\n" % (
            i, i, ", ".join(["*a%d" % (i - 1)] * 10)) for i in range(1, 30))
        self.broken(laugh, "the file has too many parts")
        self.broken("".join("k%d: x\n" % i for i in range(90000)), "unknown field 'k0'")
        self.broken("a: x\n" * 90000, "FILE:2:1: error: duplicate key 'a'")

    def test_characters_of_private_use_are_texts(self):
        for odd in ("\ue000", "\ue001 \ue002 \ue000", '\\ue000', '\\ue001 \\UE002'.lower()):
            with self.subTest(odd):
                odd = case('"%s"' % odd, EVENT.replace("/etc/passwd", '"%s"' % odd), "verdict: none")
                odd = odd.replace("none", "none, decided-by: kprobes[0].selectors[0]")
                suite, _ = self.results(odd, status=1)
                self.assertNotRegex(suite["cases"][0]["name"], "[][]")
                self.assertIn("expected kprobes[0].selectors[0]", suite["cases"][0]["reason"])

    def test_names_of_variables(self):
        for name in ("''", "A=B", "="):
            with self.subTest(name):
                self.broken(HEAD + "cases:\n- {name: a, run: {sh: x, env: {'%s': c}}, expect: "
                            "{exit: 0}}\n" % name.strip("'"), "FILE:5:", "the name of a variable")

    def test_yaml(self):
        self.broken("a: [1\n", "FILE:2:1: error: ")
        self.broken("a: &a [*a]\n", "a part of itself")
        self.broken("a: 1\na: 2\n", "duplicate key 'a'")
        self.broken("", "the file is empty")
        self.broken("[]\n", "'suite' must be a suite, a mapping")


class Schema(Suite):
    def setUp(self):
        super().setUp()
        self.schema = json.loads(self.run_it("test", "--schema", status=0)[0])

    def problems_of(self, **parts):
        suite = {"apiVersion": "tetra.test/v1", "kind": "PolicySuite", "policies": ["a.yaml"], **parts}
        return list(problems(self.schema, suite, self.schema, "suite"))

    def test_good_suites(self):
        run = {"argv": ["sh"], "user": "root", "timeout": "10s", "env": {"A": "b"}}
        until = {"port": 7001}
        for parts in ({}, {"need": ["enforce", "kernel>=6.1", "program:nc"]},
                      {"sandbox": {"files": {"/srv/x": "text", "/srv/y": {"z": "text"}}}},
                      {"cases": [{"name": "a", "event": {"function": "x"}, "expect": {"verdict": "kill"}}]},
                      {"cases": [{"name": "a", "run": run, "with": {"argv": ["s"], "until": until},
                                  "expect": {"events": "none", "stdout": {"not": {"any": ["a"]}}}}]},
                      {"cases": [{"name": "a", "matrix": {"p": [1]}, "run": {"sh": "x"},
                                  "expect": {"exit": "${p}", "events": [{"process_exec": {}}]}}]}):
            with self.subTest(parts):
                self.assertEqual(self.problems_of(**parts), [])

    def test_bad_suites(self):
        for parts in ({"kind": "Other"}, {"polices": []}, {"policies": []}, {"need": ["force"]},
                      {"cases": [{"name": "a"}]},
                      {"cases": [{"name": "a", "run": {"sh": "x", "argv": ["y"]}, "expect": {"exit": 0}}]},
                      {"cases": [{"name": "a", "event": {}, "expect": {"exit": 0}}]},
                      {"sandbox": {"files": {"srv/x": "text"}}}, {"prove": [{"never": {}}]}):
            with self.subTest(parts):
                self.assertNotEqual(self.problems_of(**parts), [])


if __name__ == "__main__":
    unittest.main()
