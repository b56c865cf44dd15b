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

READY = "tetra-mini: ready"
# Generous: an emulated processor, a busy host, and a kernel that parses BTF.
READY_SECONDS = 120
STOP_SECONDS = 120
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
    """One run of tetra-mini; its output is in folder/events.json and folder/log."""

    def __init__(self, command, folder):
        os.makedirs(folder, exist_ok=True)
        self.events_path = os.path.join(folder, "events.json")
        self.log_path = os.path.join(folder, "log")
        # Own descriptors, so that nothing of ours is held open by what it starts.
        with open(self.events_path, "wb") as out, open(self.log_path, "wb") as err:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out,
                                            stderr=err, cwd="/")

    def read(self, path):
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read()

    def log(self):
        return self.read(self.log_path)

    def events_text(self):
        return self.read(self.events_path)

    def wait_ready(self, seconds=READY_SECONDS):
        """None once it is ready, else why it is not."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            status = self.process.poll()
            if any(line.startswith(READY) for line in self.log().splitlines()):
                return None
            if status is not None:
                return "tetra-mini ended with %s: %s" % (
                    how_ended(status), self.log().strip()[-1500:])
            time.sleep(0.05)
        return "tetra-mini was not ready after %d s (%s): %s" % (
            seconds, self.where(), self.log()[-1500:])

    def where(self):
        """What may explain that it does not go on: its place, and a full file system."""
        text = "in the kernel at %s" % " < ".join(kernel_stack(self.process.pid)[:6])
        if os.statvfs(self.log_path).f_bavail == 0:
            text += "; no room left for its log"
        return text

    def stop(self, name="TERM", seconds=STOP_SECONDS):
        """Ends it; returns the status, None if it had to be shot."""
        if self.process.poll() is None:
            self.process.send_signal(getattr(signal, "SIG" + name))
        return self.wait(seconds)

    def wait(self, seconds):
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(KILL_SECONDS)
        return None


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
