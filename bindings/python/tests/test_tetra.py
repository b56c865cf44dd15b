#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What the package does without privilege; vm_session.py is the rest, in a guest."""

import errno
import gc
import glob
import os
import pickle
import re
import unittest
import warnings

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
