# SPDX-License-Identifier: Apache-2.0
"""What a guest that says nothing is doing.

When a kernel rewrites its code while another emulated processor runs it, that processor may
keep the breakpoint that marks the place after the kernel has taken it away. The kernel's
handler sees that nothing is there any more and tries again, and again: the guest is lost, and
nothing in it has anything to do with that. Real processors do not keep what was there.
"""

import collections
import contextlib
import os
import re
import socket
import subprocess
import time

# From the interrupt of a stuck guest to its end.
PANIC_SECONDS = 20
# How long the emulator tells its interrupts: a processor in such a loop has many thousands.
LISTEN_SECONDS = 0.3
# One function that is entered often, with a probe in it, has some.
LOOPS = 1000
LOOP = "the emulator repeats a breakpoint that the kernel has taken away"
INT3 = re.compile(r"^ *\d+: v=03 e=0000 i=1 cpl=0 IP=[0-9a-f]+:([0-9a-f]+) ", re.MULTILINE)
# Not more of the log than shows that.
LOG_BYTES = 32 << 20


def options(folder):
    """QEMU's, for what follows."""
    return ["-monitor", "unix:%s,server=on,wait=off" % os.path.join(folder, "monitor"),
            "-D", os.path.join(folder, "interrupts.log")]


def tell(folder, *commands):
    """Gives the emulator's monitor commands, each as (text, seconds until the next)."""
    with socket.socket(socket.AF_UNIX) as monitor:
        monitor.connect(os.path.join(folder, "monitor"))
        for text, seconds in commands:
            monitor.sendall(text.encode() + b"\n")
            time.sleep(seconds)


def most_frequent(log):
    """How often the kernel met a breakpoint at one place, of the place where most."""
    places = collections.Counter(INT3.findall(log))
    return max(places.values(), default=0)


def in_breakpoint_loop(folder):
    """Whether a processor of the guest does nothing but that."""
    log = os.path.join(folder, "interrupts.log")
    with contextlib.suppress(OSError):
        tell(folder, ("log int", LISTEN_SECONDS), ("log none", LISTEN_SECONDS))
        with open(log, encoding="ascii", errors="replace") as file:
            return most_frequent(file.read(LOG_BYTES)) >= LOOPS
    return False


def tell_where(qemu, folder):
    """Has a stuck guest print where it is: to its kernel, this interrupt is a panic."""
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        tell(folder, ("nmi", LISTEN_SECONDS))
        qemu.wait(PANIC_SECONDS)
