# SPDX-License-Identifier: Apache-2.0
"""tetra-mini as the guest's drivers run it: start, wait until it is ready, stop, read.

Standard library only: this runs in the guest.
"""

import ctypes
import os
import signal
import subprocess
import time

READY = "tetra-mini: ready"
# Generous: an emulated processor, a busy host, and a kernel that parses BTF.
READY_SECONDS = 120
STOP_SECONDS = 120

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
        return "tetra-mini was not ready after %d s: %s" % (seconds, self.log()[-1500:])

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
            self.process.wait()
            return None


def how_ended(status):
    if status < 0:
        return "signal " + signal.Signals(-status).name[3:]
    return "status %d" % status
