# SPDX-License-Identifier: Apache-2.0
"""tetra-policy as the tests run it: in a folder of their own, with policies that they write."""

import os
import subprocess
import tempfile
import unittest

PROGRAM = os.environ["TETRA_POLICY"]
DATA = os.environ["TETRA_TEST_DATA"]
FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
GOOD = """\
apiVersion: cilium.io/v1alpha1
kind: TracingPolicy
metadata:
  name: good
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
"""
BAD = GOOD.replace("type: file", "type: flie").replace("Equal", "Equals")


class Program(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def run_it(self, *args, status, stdin="", stdout=subprocess.PIPE, cwd=None):
        done = subprocess.run([PROGRAM, *args], input=stdin, stdout=stdout, cwd=cwd,
                              stderr=subprocess.PIPE, text=True, timeout=60, check=False)
        if status is not None:
            self.assertEqual(done.returncode, status, done.stderr)
        return done.stdout, done.stderr
