#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What the package does without privilege; vm_session.py is the rest, in a guest."""

import errno
import gc
import glob
import gzip
import os
import pickle
import re
import tempfile
import unittest
import warnings
import zlib

import tetra
from tetra import _ffi, event, process

DATA = os.environ["TETRA_TEST_DATA"]

GOOD = """\
apiVersion: cilium.io/v1alpha1
kind: TracingPolicy
metadata:
  name: guard
spec:
  kprobes:
  - call: security_file_permission
    syscall: false
    args:
    - index: 0
      type: file
    selectors:
    - matchArgs:
      - index: 0
        operator: Equal
        values: [/etc/passwd]
      matchActions:
      - action: Override
        argError: -1
"""


class Policies(unittest.TestCase):
    def test_describes_a_good_policy(self):
        with tetra.Policy(GOOD) as policy:
            self.assertEqual(policy.name, "guard")
            self.assertEqual(policy.n_hooks, 1)
            self.assertTrue(policy.enforces)
            self.assertIn(policy.mode, ("default", "enforce"))
            self.assertEqual(policy.findings, ())

    def test_reads_bytes_as_well(self):
        with tetra.Policy(GOOD.encode()) as policy:
            self.assertEqual(policy.name, "guard")

    def test_tells_all_faults_with_their_places(self):
        text = GOOD.replace("type: file", "type: flie").replace("Equal", "Equals")
        with self.assertRaises(tetra.TetraError) as caught:
            tetra.Policy(text, file="guard.yaml")
        error = caught.exception
        self.assertIsInstance(error, OSError)
        self.assertEqual(error.errno, errno.EINVAL)
        found = [(f.severity, f.file, f.line, f.column) for f in error.diagnostics]
        self.assertEqual(found, [("error", "guard.yaml", 11, 13),
                                 ("error", "guard.yaml", 15, 19)])
        first = error.diagnostics[0]
        self.assertIn("'flie'", first.message)
        self.assertTrue(first.code)
        self.assertTrue(first.path.startswith("spec.kprobes[0]"))
        self.assertIn("type: flie\n", str(first))
        self.assertTrue(str(first).startswith("guard.yaml:11:13: error: "))
        self.assertIn("guard.yaml:15:19: error: ", str(error))

    def test_check_tells_what_is_wrong_with_any_text(self):
        self.assertEqual(tetra.check(GOOD[:GOOD.index("      matchActions:")]), ())
        found = tetra.check(GOOD.replace("type: file", "type: flie"), file="g.yaml")
        self.assertIn(("error", "bad-enum", "g.yaml", 11),
                      [(one.severity, one.code, one.file, one.line) for one in found])
        self.assertEqual([one.code for one in tetra.check("")], ["empty-document"])

    def test_each_code_is_described(self):
        for text in tetra.codes():
            self.assertEqual(tetra.describe(text.code), text)
        self.assertGreater(len(tetra.codes()), 80)
        self.assertEqual(tetra.describe("prefix-sibling").severity, "warning")
        self.assertIsNone(tetra.describe("no-kernel").example)
        with self.assertRaises(KeyError):
            tetra.describe("no-such-code")

    def test_schema(self):
        schema = tetra.schema()
        self.assertEqual(schema["$schema"], "https://json-schema.org/draft/2020-12/schema")
        self.assertIn("spec", schema["properties"])

    def test_lint_is_asked_for(self):
        path = os.path.join(DATA, "policy/lint/enforcement.yaml")
        with tetra.Policy.from_file(path) as policy:
            self.assertEqual(policy.findings, ())
        with tetra.Policy.from_file(path, lint=True) as policy:
            self.assertTrue(policy.findings)
            self.assertEqual({f.severity for f in policy.findings}, {"warning"})

    def test_a_file_that_is_not_there_is_an_error(self):
        with self.assertRaises(tetra.TetraError) as caught:
            tetra.Policy.from_file("/nonexistent/p.yaml")
        self.assertEqual(caught.exception.errno, errno.ENOENT)

    def test_findings_of_agrees_with_the_recorded_ones(self):
        paths = sorted(glob.glob(os.path.join(DATA, "policy/bad/*.yaml")))
        self.assertTrue(paths)
        for path in paths:
            with self.subTest(os.path.basename(path)):
                self.assertIn("error", {f.severity for f in tetra.findings_of(path)})

    def test_use_after_close_raises(self):
        policy = tetra.Policy(GOOD)
        policy.close()
        policy.close()
        with self.assertRaises(ValueError):
            policy.name

    def test_a_finalizer_only_warns(self):
        policy = tetra.Policy(GOOD)
        handle = policy.handle
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            del policy
            gc.collect()
        self.assertEqual([w.category for w in caught], [ResourceWarning])
        self.assertEqual(_ffi.ffi.string(_ffi.lib.tetra_policy_get_name(handle)), b"guard")
        _ffi.lib.tetra_policy_unref(handle)


class Explanations(unittest.TestCase):
    def test_a_policy_is_a_table_for_each_hook(self):
        with tetra.Policy(GOOD, file="guard.yaml") as policy:
            found = tetra.explain(policy)
        self.assertEqual((found.name, found.file), ("guard", "guard.yaml"))
        self.assertIn("The policy enforces.", found.text)
        [hook] = found.hooks
        self.assertEqual((hook.hook, hook.function, hook.exact),
                         ("kprobes[0]", "security_file_permission", True))
        deny, otherwise = hook.rows
        self.assertEqual((deny.selector, deny.line, deny.effect, deny.decisive),
                         (0, 13, "deny:EPERM", True))
        self.assertTrue(deny.where["args[0]"].startswith('= "/etc/passwd"'), deny)
        self.assertEqual((otherwise.selector, otherwise.effect), (None, "allow"))

    def test_a_field_has_its_words_and_limits(self):
        field = tetra.explain_field("matchArgs.operator")
        self.assertEqual(field.path, "spec.kprobes[].selectors[].matchArgs[].operator")
        self.assertIn("Postfix", field.words)
        self.assertIsNone(field.minimum)
        self.assertEqual(tetra.explain_field("argSig").minimum, 0)
        self.assertIn("spec", tetra.explain_field("").fields)
        with self.assertRaises(tetra.TetraError):
            tetra.explain_field("matchArg")


class Comparison(unittest.TestCase):
    def setUp(self):
        self.old = tetra.Policy(GOOD, file="old.yaml")
        self.new = tetra.Policy(GOOD.replace("[/etc/passwd]", "[/etc/passwd, /etc/shadow]"),
                                file="new.yaml")

    def tearDown(self):
        self.old.close()
        self.new.close()

    def test_equal_policies_are_equal(self):
        found = tetra.diff(self.old, self.old)
        self.assertEqual((found.regions, found.equal, found.complete), ((), True, True))

    def test_a_region_says_where_and_shows_an_event(self):
        found = tetra.diff([self.old], [self.new])
        self.assertFalse(found.equal)
        self.assertTrue(found.only_tightens)
        [region] = found.regions
        self.assertEqual(region.difference, "newly-blocked")
        self.assertEqual((region.old, region.new), ("allow", "deny:EPERM"))
        self.assertEqual(region.where, {"args[0]": '= "/etc/shadow"'})
        self.assertEqual(region.witness["args"], ["/etc/shadow"])
        self.assertIsNone(region.old_rule)
        self.assertEqual(region.new_rule,
                         tetra.Rule("guard", "new.yaml", "kprobes[0]", 0, 13))

    def test_nothing_at_all_is_a_side_too(self):
        self.assertFalse(tetra.diff(self.old, []).only_tightens)
        self.assertTrue(tetra.diff([], self.old).only_tightens)

    def test_claims_are_proved_or_refuted(self):
        hook = "security_file_permission"
        proofs = tetra.prove(self.new, [
            {"never-allowed": {"function": hook, "args": ["/etc/shadow"]}},
            {"never-allowed": {"function": hook, "args": [{"prefix": "/etc/shadow"}]}},
            {"never-blocked": {"function": hook, "args": ["/etc/hosts"]}},
        ])
        self.assertEqual([one.status for one in proofs], ["proved", "refuted", "proved"])
        self.assertNotEqual(proofs[1].witness["args"], ["/etc/shadow"])

    def test_a_wrong_claim_has_its_place(self):
        with self.assertRaises(tetra.TetraError) as caught:
            tetra.prove(self.new, "- never-allowd: {function: x}")
        self.assertEqual([one.line for one in caught.exception.diagnostics
                          if one.severity == "error"], [1])


def complete_facts(kernel, folder):
    """A file of facts that a test has of a kernel, as if they were all."""
    with gzip.open(os.path.join(DATA, "kernel", kernel + ".facts.gz")) as file:
        text = file.read().replace(b"tetra-facts\t1\n", b"tetra-facts\t2\n", 1)
    path = os.path.join(folder, kernel + ".facts")
    with open(path, "wb") as file:
        file.write(text + b"end\t%08x\n" % zlib.crc32(text))
    return path


class Fits(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def test_a_policy_is_judged_for_a_machine(self):
        with tetra.Policy(GOOD) as policy:
            found = tetra.fit(policy, complete_facts("6.12", self.folder))
        self.assertTrue(found.loads)
        self.assertIsNone(found.reason)
        self.assertGreater(found.kernel_bytes, 0)
        self.assertEqual(found.hooks, (tetra.HookFit(
            "kprobes[0]", "security_file_permission", True, ("file",), "fentry+lsm", "lsm",
            "none", (), "fentry sends the events, lsm denies"),))

    def test_one_machine_is_asked_many_times(self):
        call = GOOD.replace("security_file_permission", "sys_symlinkat").replace(
            "syscall: false", "syscall: true").replace("type: file", "type: string")
        with (tetra.Facts(complete_facts("7.2", self.folder)) as facts,
              tetra.Policy(call) as policy):
            self.assertFalse(facts.is_live)
            self.assertIn("bpf", facts.lsm)
            self.assertRegex(facts.release, r"^7\.2")
            found = tetra.fit(policy, facts)
            self.assertFalse(found.loads)
            self.assertIn("can skip runs", found.reason)
            self.assertIn("can-be-skipped", [one.code for one in found.findings])
            self.assertTrue(tetra.fit(policy, facts, mode="monitor").loads)
            with self.assertRaises(ValueError):
                tetra.fit(policy, facts, mode="maybe")
        with self.assertRaises(ValueError):
            _ = facts.release

    def test_facts_are_saved_as_they_were_read(self):
        again = os.path.join(self.folder, "again.facts")
        with tetra.Facts(complete_facts("6.1", self.folder)) as facts:
            facts.save(again)
            with tetra.Facts(again) as copy:
                self.assertEqual((copy.release, copy.lsm), (facts.release, facts.lsm))

    def test_what_is_not_facts_is_refused(self):
        with self.assertRaises(tetra.TetraError) as caught:
            tetra.Facts(__file__)
        self.assertEqual(caught.exception.errno, errno.EINVAL)
        with self.assertRaises(tetra.TetraError) as caught:
            tetra.Facts("/nonexistent")
        self.assertEqual(caught.exception.errno, errno.ENOENT)


class Simulations(unittest.TestCase):
    POLICY = """
apiVersion: cilium.io/v1alpha1
kind: TracingPolicy
metadata: {name: passwd}
spec:
  kprobes:
  - call: security_file_permission
    syscall: false
    args: [{index: 0, type: file}, {index: 1, type: int}]
    selectors:
    - matchArgs:
      - {index: 0, operator: Equal, values: [/etc/passwd]}
      - {index: 1, operator: Equal, values: ["2"]}
      matchBinaries: [{operator: NotIn, values: [/usr/bin/login]}]
      matchActions: [{action: Sigkill}]
"""

    def run_it(self, *events):
        with tetra.Policy(self.POLICY) as policy:
            return list(tetra.simulate(policy, events))

    def test_an_event_gets_a_verdict(self):
        event = {"function": "security_file_permission", "args": ["/etc/passwd", 2],
                 "process": {"binary": "/usr/bin/dash"}}
        kill, none, unknown = self.run_it(
            event, {**event, "args": ["/etc/passwd", 4]}, {**event, "process": {}})
        self.assertEqual((kill.event, kill.policy, kill.hook, kill.verdict, kill.selector,
                          kill.signal), (0, "passwd", "kprobes[0]", "kill", 0, 9))
        self.assertEqual((none.verdict, none.missed_by), ("none", "matchArgs[1]"))
        self.assertEqual((unknown.verdict, unknown.depends_on), ("unknown", "matchBinaries[0]"))

    def test_an_event_that_nothing_hooks_gets_none(self):
        self.assertEqual(self.run_it("{function: tcp_connect}"), [])

    def test_a_wrong_event_is_an_error_with_its_place(self):
        with self.assertRaises(tetra.TetraError) as caught:
            self.run_it("{function: f, arg: []}")
        self.assertEqual([(one.code, one.line, one.column, one.file)
                          for one in caught.exception.diagnostics],
                         [("unknown-field", 1, 15, "event 0")])


class Interface(unittest.TestCase):
    def test_version_is_that_of_the_headers(self):
        lib = _ffi.lib
        self.assertEqual(tetra.version(), "%d.%d.%d" % (
            lib.TETRA_VERSION_MAJOR, lib.TETRA_VERSION_MINOR, lib.TETRA_VERSION_PATCH))

    def test_everything_exported_is_reachable(self):
        folder = os.path.join(DATA, "../../lib/libtetra.map")
        with open(folder, encoding="utf-8") as file:
            names = re.findall(r"^\t(tetra_\w+);", file.read(), re.MULTILINE)
        self.assertTrue(names)
        self.assertEqual([n for n in names if not hasattr(_ffi.lib, n)], [])

    def test_tables_come_from_the_headers(self):
        self.assertEqual(event.TYPES[_ffi.lib.TETRA_TYPE_CHAR_BUF], "char_buf")
        self.assertEqual(event.ACTIONS[_ffi.lib.TETRA_DID_SIGKILL], "sigkill")
        self.assertIn("pid_for_children", process.NAMESPACES)
        self.assertEqual(len(process.CAPSETS), 3)

    def test_an_expired_event_raises(self):
        gone = tetra.Event(_ffi.ffi.NULL)
        gone.expire()
        for use in (lambda: gone.kind, lambda: gone.json(), lambda: gone.copy()):
            with self.assertRaises(tetra.EventExpired):
                use()
        self.assertEqual(repr(gone), "<tetra.Event, gone>")

    def test_wrong_options_are_python_errors(self):
        with self.assertRaises(TypeError):
            tetra.Session(no_such_option=True)

    def test_a_closed_session_stays_closed(self):
        session = tetra.Session.__new__(tetra.Session)
        session._handle = _ffi.ffi.NULL
        session._is_dispatching = False
        session._subscriptions = set()
        for use in (session.dispatch, session.fileno, session.poll, session.transaction,
                    lambda: list(session)):
            with self.assertRaises(ValueError):
                use()
        session.close()
        session.close()

    def test_what_is_wrong_comes_before_what_is_not_allowed(self):
        lib, ffi = _ffi.lib, _ffi.ffi
        opts = ffi.new("struct tetra_session_opts *")
        opts.size = ffi.sizeof("struct tetra_session_opts")
        opts.flags = 1 << 31
        made = ffi.new("struct tetra_session **")
        self.assertEqual(lib.tetra_session_new(made, opts, ffi.NULL), -errno.EINVAL)
        policy = ffi.new("struct tetra_policy **")
        self.assertEqual(lib.tetra_policy_parse_file(policy, ffi.NULL, ffi.NULL, ffi.NULL),
                         -errno.EINVAL)

    def test_the_first_program_of_the_manual_names_what_exists(self):
        path = os.path.join(DATA, "../../README.md")
        with open(path, encoding="utf-8") as file:
            text = re.search(r"```python\n(.*?)```", file.read(), re.DOTALL)[1]
        self.assertIn("print(event.json())", text)
        for name in re.findall(r"event\.(\w+)\(\)", text):
            self.assertTrue(callable(getattr(tetra.Event, name)))

    def test_findings_are_plain_data(self):
        found = tetra.findings_of(os.path.join(DATA, "policy/bad/lists.yaml"))
        self.assertEqual(pickle.loads(pickle.dumps(found)), found)


if __name__ == "__main__":
    unittest.main()
