# SPDX-License-Identifier: Apache-2.0
"""Guests for the suites: find the programs, boot a kernel, pass its output on."""

import os
import subprocess
import sys
import threading

import kernels
import patience
import stuck

# A guest is given up that says nothing for so long. Longer than it is waited inside for
# what stands still, and than a boot, of which nothing is heard.
SILENCE_SECONDS = 300

# Guests of one processor at a time: each waits for its kernel or its clock now and then, and
# leaves its processor idle.
SPARE = 2
JOBS = (os.cpu_count() or 1) + SPARE
# What those of one processor leave to a guest of several, whose processors wait for each other:
# they take what it does not use.
YIELD = ["nice", "-n", "5"]

VMRUN = os.path.join(kernels.HERE, "vmrun")
PRINT_LOCK = threading.Lock()


class LabError(Exception):
    """The lab cannot run: the text says what is missing."""


def say(text):
    with PRINT_LOCK:
        print(text, flush=True)


def built(build, *parts):
    """The path of a built program; an error where it is not built."""
    path = os.path.join(os.path.realpath(build), *parts)
    if not os.access(path, os.X_OK):
        raise LabError("%s is not there: build first" % path)
    return path


def programs(build):
    """The programs that every suite needs."""
    return {"program": built(build, "examples", "tetra-mini", "tetra-mini"),
            "trig": built(build, "tests", "vm", "programs", "trig"),
            "mark": built(build, "tests", "vm", "programs", "mark"),
            "programs": os.path.join(os.path.realpath(build), "tests", "vm", "programs")}


def find_kernels(names):
    """{name: folder} of the kernels that are there, and [name] of those that are not.

    The Debian ones are fetched; where that fails, it is an error.
    """
    debian = [name for name in names if name in kernels.DEBIAN]
    if debian and subprocess.run([os.path.join(kernels.HERE, "fetch-kernels")] + debian,
                                 check=False).returncode:
        raise LabError("a kernel could not be fetched")
    found = {name: kernels.find(name) for name in names}
    for name, folder in found.items():
        if folder and name not in kernels.DEBIAN:
            say("kernel %s: %s" % (name, kernels.version(folder)))
    return ({name: folder for name, folder in found.items() if folder},
            [name for name, folder in found.items() if not folder])


def boot(folder, results, command, options=(), prefix="", silence=SILENCE_SECONDS, by=()):
    """Runs a command in a guest, its output line by line on ours with a prefix, for as long
    as it makes progress. @by is what vmrun is started through.

    Returns vmrun's status. The guest's standard error is in results/stderr.
    """
    os.makedirs(results, exist_ok=True)
    with open(os.path.join(results, "stderr"), "wb") as err:
        guest = subprocess.Popen(
            [*by, VMRUN, "--timeout", "0", "--silence", str(silence), "--rw", results,
             *options, folder, *command], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=err, cwd=kernels.REPO)
        for line in guest.stdout:
            say(prefix + line.decode("utf-8", "replace").rstrip("\n"))
        return guest.wait()


def errors(results, lines=30):
    """The end of the guest's standard error, for a message."""
    with open(os.path.join(results, "stderr"), encoding="utf-8",
              errors="replace") as file:
        return "".join([line for line in file
                        if not line.startswith(patience.NOTE)][-lines:])


def is_emulators_fault(status, results):
    """Whether the guest died of a known fault of the emulator.

    When a kernel rewrites its code while another emulated processor runs it, that processor
    may be handed the breakpoint that marks the place, after the kernel has taken it away: an
    int3 that nobody expects, or the same one for ever. Real processors do not do that.
    """
    signs = {125: "Oops: int3: ", 124: "vmrun: " + stuck.LOOP}
    if status not in signs:
        return False
    with open(os.path.join(results, "stderr"), encoding="utf-8",
              errors="replace") as file:
        return signs[status] in file.read()


def close(passed, failed, skipped=0):
    """The closing line that every suite prints, and the exit status."""
    text = "%d passed, %d failed" % (passed, failed)
    if skipped:
        text += ", %d skipped" % skipped
    say(text)
    return 1 if failed or not passed else 0


def main(run):
    """Runs a suite's main function; what stops the lab is a failure in plain words."""
    try:
        sys.exit(run())
    except LabError as error:
        say("FAIL %s" % error)
        sys.exit(close(0, 1))
