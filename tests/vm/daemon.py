# SPDX-License-Identifier: Apache-2.0
"""tetra-mini as the guest's drivers run it: start, wait until it is ready, stop, read.

Standard library only: this runs in the guest.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import time

import patience

READY = "tetra-mini: ready"
# A process that was killed and does not end is stuck in the kernel.
KILL_SECONDS = 30

SYS_BPF = 321
BPF_PROG_GET_NEXT_ID = 11


def bpf_programs():
    """The ids of all BPF programs in the kernel."""
    libc = ctypes.CDLL(None, use_errno=True)
    attr = (ctypes.c_uint32 * 32)()
    found = set()
    while libc.syscall(SYS_BPF, BPF_PROG_GET_NEXT_ID, attr, ctypes.sizeof(attr)) == 0:
        found.add(attr[1])
        attr[0] = attr[1]
    return found


def programs_left(before, seconds=15):
    """The programs that are there and were not before, once the kernel had time."""
    end = time.monotonic() + seconds
    while True:
        left = bpf_programs() - before
        if not left or time.monotonic() > end:
            return left
        time.sleep(0.1)


class Daemon:
    """One run of tetra-mini, or of a program in its place; its output is in folder/events.json and folder/log."""

    def __init__(self, command, folder, stdin=subprocess.DEVNULL):
        os.makedirs(folder, exist_ok=True)
        self.events_path = os.path.join(folder, "events.json")
        self.log_path = os.path.join(folder, "log")
        self.why = None  # it had to be shot
        # Own descriptors, so that nothing of ours is held open by what it starts; its own
        # session, so that it shares no process group with what is to be seen.
        with open(self.events_path, "wb") as out, open(self.log_path, "wb") as err:
            self.process = subprocess.Popen(command, stdin=stdin, stdout=out,
                                            stderr=err, cwd="/", start_new_session=True)

    def read(self, path):
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read()

    def log(self):
        return self.read(self.log_path)

    def events_text(self):
        return self.read(self.events_path)

    def signs(self):
        """What changes when it moves."""
        return (patience.ticks(self.process.pid), patience.size(self.events_path),
                patience.size(self.log_path))

    def patient(self, still=patience.STILL_SECONDS):
        return patience.Patience(self.signs, os.path.dirname(self.log_path), still)

    def is_ready(self):
        return any(line.startswith(READY) for line in self.log().splitlines())

    def wait_ready(self):
        """None once it is ready, else why it is not."""
        waiting, why = self.patient(), None
        while not why:
            status = self.process.poll()
            if self.is_ready():
                return None
            if status is not None:
                return "tetra-mini ended with %s: %s" % (
                    how_ended(status), self.log().strip()[-1500:])
            time.sleep(0.05)
            why = waiting.over()
        return "tetra-mini was not ready: %s (%s): %s" % (
            why, self.where(), self.log()[-1500:])

    def where(self):
        """What may explain that it does not go on: its place, and a full file system."""
        text = "in the kernel at %s" % " < ".join(kernel_stack(self.process.pid)[:6])
        if os.statvfs(self.log_path).f_bavail == 0:
            text += "; no room left for its log"
        return text

    def stop(self, name="TERM"):
        """Ends it; returns the status, None if it had to be shot."""
        if self.process.poll() is None:
            self.process.send_signal(getattr(signal, "SIG" + name))
        return self.wait()

    def wait(self, still=patience.STILL_SECONDS):
        """Its status; None if it stood still for so long and had to be shot."""
        status, self.why = patience.wait(self.process, self.patient(still))
        if status is None:
            self.process.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(KILL_SECONDS)
        return status


def kernel_stack(pid):
    """The functions of the kernel that a process is in, innermost first."""
    try:
        with open("/proc/%d/stack" % pid, encoding="ascii") as file:
            return [line.split()[1].split("+")[0] for line in file]
    except OSError as error:
        return [str(error)]


def how_ended(status):
    if status < 0:
        return "signal " + signal.Signals(-status).name[3:]
    return "status %d" % status
