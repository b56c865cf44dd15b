#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The package against a real kernel, as root in a guest: vm_session.py [POLICY]

With a policy: loads it and prints events as JSON lines for some seconds (TETRA_SECONDS, 5).
Without: plays what a session can do and ends with 'N passed, N failed'. It enforces a
policy on a file of its own in a new folder, and on nothing else.
"""

import errno
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

import tetra

SECONDS = float(os.environ.get("TETRA_SECONDS", "5"))

POLICY = """\
apiVersion: cilium.io/v1alpha1
kind: TracingPolicy
metadata:
  name: %(name)s
spec:
  kprobes:
  - call: security_file_permission
    syscall: false
    message: somebody touched it
    args:
    - index: 0
      type: file
    - index: 1
      type: int
      label: mask
    selectors:
    - matchArgs:
      - index: 0
        operator: Equal
        values: ['%(path)s']
      - index: 1
        operator: Equal
        values: ['2']
"""
DENY = """\
      matchActions:
      - action: Override
        argError: -1
"""


class Sessions(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(os.path.realpath(folder.name), "file")
        open(self.path, "wb").close()
        self.session = tetra.Session(quiet_start=True, node_name="guest")
        self.addCleanup(self.session.close)

    def load(self, name="touch", deny=False, **options):
        text = POLICY % {"name": name, "path": self.path} + (DENY if deny else "")
        with tetra.Policy(text) as policy:
            return self.session.load(policy, **options)

    def touch(self):
        """Writes to the file, in another process; returns whether that worked."""
        return subprocess.run(["/bin/sh", "-c", 'echo x >>"$0"', self.path],
                              stderr=subprocess.DEVNULL, check=False).returncode == 0

    def drain(self, function, **options):
        """Gives what is there to a function."""
        with self.session.subscribe(function, **options):
            while self.session.poll(1.0):
                pass

    def test_a_name_that_is_not_loaded_is_a_finding(self):
        self.load()
        for change in (lambda: self.session.unload("touhc"),
                       lambda: self.session.set_mode("touhc", "monitor"),
                       lambda: self.session.set_enabled("touhc", False),
                       lambda: self.session.set_scope("touhc", [])):
            with self.assertRaises(tetra.TetraError) as caught:
                change()
            self.assertEqual(caught.exception.errno, errno.ENOENT)
            self.assertEqual([f.code for f in caught.exception.diagnostics],
                             ["unknown-policy"])
            self.assertIn("did you mean 'touch'?", str(caught.exception))
            self.assertNotIn("No such file", str(caught.exception))

    def test_a_scope_is_for_some_control_groups(self):
        with open("/proc/self/cgroup", encoding="ascii") as file:
            own = file.read().splitlines()[-1].partition("::")[2].lstrip("/")
        own = os.stat(os.path.join("/sys/fs/cgroup", own)).st_ino
        self.load(deny=True, cgroups=[])
        self.assertTrue(self.touch())
        self.session.set_scope("touch", [own])
        self.assertFalse(self.touch())
        self.session.set_scope("touch", None)
        self.assertFalse(self.touch())
        self.session.set_scope("touch", ())
        self.assertTrue(self.touch())
        with self.assertRaises(tetra.TetraError) as caught:
            self.session.set_scope("touch", [1 << 62])
        self.assertEqual([f.code for f in caught.exception.diagnostics], ["bad-scope"])

    def test_iteration_gives_events_with_all_that_they_have(self):
        self.load()
        self.assertTrue(self.touch())
        event = next(e for e in self.session if e.kind == "process_kprobe")
        self.assertEqual(event.policy, "touch")
        self.assertEqual(event.function, "security_file_permission")
        self.assertEqual(event.message, "somebody touched it")
        self.assertEqual(event.action, "post")
        self.assertEqual([a.type for a in event.args][0], "file")
        self.assertEqual([a.value for a in event.args], [self.path, 2])
        self.assertEqual(event.find_arg("mask").value, 2)
        self.assertIsNone(event.find_arg("Mask"))
        shell = event.process
        self.assertTrue(shell.is_known)
        self.assertEqual(shell.binary, "/bin/sh")
        self.assertEqual(shell.argv[0], "/bin/sh")
        self.assertEqual(shell.argv[3], self.path)
        self.assertEqual(shell.credentials.euid, 0)
        self.assertEqual(event.parent.pid, os.getpid())
        self.assertIn(os.getpid(), [p.pid for p in event.ancestors])
        found = event.as_dict()
        self.assertEqual(found["node_name"], "guest")
        self.assertEqual(found["process_kprobe"]["policy_name"], "touch")
        self.assertEqual(json.loads(event.json()), found)
        self.assertIn(self.path, event.compact())

    def test_exec_and_exit_come_without_a_policy(self):
        subprocess.run(["/bin/sh", "-c", "exit 7"], check=False)
        found = {}
        for event in self.session.events(2.0, kinds=["process_exec", "exit"]):
            if event.process.argv[-1:] == ["exit 7"]:
                found[event.kind] = event
        self.assertEqual(set(found), {"process_exec", "process_exit"})
        self.assertEqual(found["process_exit"].exit, (7, 0))
        self.assertEqual(found["process_exit"].process.exec_id,
                         found["process_exec"].process.exec_id)

    def test_enforcement_modes_and_unload(self):
        self.load(deny=True)
        self.assertFalse(self.touch())
        self.session.set_mode("touch", "monitor")
        self.assertTrue(self.touch())
        self.session.set_mode("touch", "enforce")
        self.assertFalse(self.touch())
        self.session.set_enabled("touch", False)
        self.assertTrue(self.touch())
        self.session.set_enabled("touch", True)
        self.assertFalse(self.touch())
        self.session.unload("touch")
        self.assertTrue(self.touch())
        self.assertEqual(self.session.policies, [])

    def test_statistics_add_up(self):
        self.load(deny=True)
        self.touch()
        counts = self.session.counts("touch")
        self.assertEqual(counts, self.session.counts("touch", 0, 0))
        self.assertGreaterEqual(counts["matched"], 1)
        self.assertEqual(counts["overridden"], counts["matched"])
        self.assertEqual(self.session.stats["policies"], 1)
        hook, = self.session.hooks("touch")
        self.assertEqual(hook.function, "security_file_permission")
        self.assertTrue(hook.attach)

    def test_what_changes_privileges_is_told(self):
        path = os.path.join(os.path.dirname(self.path), "suid")
        shutil.copy("/bin/true", path)
        os.chmod(path, 0o4755)
        os.chmod(os.path.dirname(path), 0o755)
        with tetra.Session(quiet_start=True, json_cred=True) as session:
            subprocess.run(["setpriv", "--reuid=1000", "--clear-groups", path], check=True)
            event = next(e for e in session.events(5.0, kinds=["exec"])
                         if e.process.binary == path)
        self.assertEqual(event.process.privileges, {"setuid", "raised_uid"})
        self.assertEqual(event.process.links, 1)
        self.assertEqual(event.as_dict()["process_exec"]["process"]["binary_properties"],
                         {"setuid": 0,
                          "privileges_changed": ["PRIVILEGES_RAISED_EXEC_FILE_SETUID"]})

    def test_users_have_names_on_request(self):
        for options, name in (({}, None), ({"json_user": True}, "root")):
            with self.subTest(options), tetra.Session(quiet_start=True, **options) as session:
                subprocess.run(["/bin/true"], check=True)
                event = next(e for e in session.events(5.0, kinds=["exec"])
                             if e.process.binary == "/bin/true")
                self.assertEqual(event.process.user, name)

    def test_its_own_doing_is_left_out_on_request(self):
        for options, seen in (({}, 1), ({"skip_self": True}, 0)):
            with self.subTest(options), tetra.Session(quiet_start=True, **options) as session:
                text = POLICY % {"name": "touch", "path": self.path}
                with tetra.Policy(text) as policy:
                    session.load(policy)
                with open(self.path, "wb", buffering=0) as file:
                    file.write(b"x")
                self.assertEqual(session.counts("touch")["matched"], seen)
                self.assertEqual(session.stats["skipped_own"] > 0, not seen)

    def test_a_second_load_of_a_name_is_refused_and_replace_is_not(self):
        self.load()
        with self.assertRaises(tetra.TetraError) as caught:
            self.load()
        self.assertIsInstance(caught.exception, OSError)
        self.load(replace=True)
        self.assertEqual(self.session.policies, ["touch"])
        with self.assertRaises(tetra.TetraError):
            self.session.unload("nobody")

    def test_a_failed_transaction_changes_nothing(self):
        self.load("one")
        with self.assertRaises(ZeroDivisionError), self.session.transaction() as change:
            change.unload("one")
            1 / 0
        self.assertEqual(self.session.policies, ["one"])

    def test_what_a_callback_raises_comes_out_of_dispatch(self):
        kept = []

        def fail(event):
            kept.append(event)
            kept.append(event.copy())
            raise LookupError("parked")

        self.load()
        self.touch()
        with self.assertRaises(LookupError), \
                self.session.subscribe(fail, kinds=["process_kprobe"]):
            while self.session.poll(5.0):
                pass
        with self.assertRaises(tetra.EventExpired):
            kept[0].kind
        self.assertEqual(kept[1].kind, "process_kprobe")
        self.session.close()
        self.assertEqual(kept[1].args[0].value, self.path)

    def test_dispatch_and_transactions_inside_a_callback_are_refused(self):
        refused = []

        def nested(event):
            for call in (self.session.dispatch, self.session.transaction):
                try:
                    call()
                except tetra.TetraError as error:
                    refused.append(error.errno)

        self.load()
        self.touch()
        self.drain(nested, policies=["touch"])
        self.assertEqual(set(refused), {errno.EBUSY})

    def test_two_sessions_do_not_know_of_each_other(self):
        self.load(deny=True)
        with tetra.Session(quiet_start=True) as other:
            self.assertEqual(other.policies, [])
            self.assertFalse(self.touch())
            with self.assertRaises(tetra.TetraError):
                other.unload("touch")
        self.assertFalse(self.touch())


def print_events(path):
    with tetra.Session() as session:
        for finding in session.load(path):
            print(finding, file=sys.stderr)
        for event in session.events(SECONDS):
            print(event.json(), flush=True)
    return 0


def main():
    if len(sys.argv) > 1:
        return print_events(sys.argv[1])
    result = unittest.TextTestRunner(verbosity=2).run(
        unittest.defaultTestLoader.loadTestsFromTestCase(Sessions))
    failed = len(result.failures) + len(result.errors)
    print("%d passed, %d failed" % (result.testsRun - failed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
