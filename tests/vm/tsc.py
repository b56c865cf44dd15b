# SPDX-License-Identifier: Apache-2.0
"""How fast this machine's time stamp counter runs, which an emulated guest reads as its own.

A guest finds out when it boots, by comparing two clocks. On a busy machine it is interrupted
in between, and then its time may run several times too fast for as long as it lives.
"""

import ctypes
import mmap
import platform
import time

# rdtsc; shl rdx, 32; or rax, rdx; ret
READ = bytes.fromhex("0f31 48c1e220 4809d0 c3")
SECONDS = 0.05
TRIES = 5


def reader():
    """A function that reads the counter."""
    page = mmap.mmap(-1, mmap.PAGESIZE,
                     prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(READ)
    read = ctypes.CFUNCTYPE(ctypes.c_uint64)(
        ctypes.addressof(ctypes.c_char.from_buffer(page)))
    read.page = page
    return read


def moment(read):
    """(counter, nanoseconds) read together: of some tries, the one that was disturbed least."""
    best = None
    for _ in range(TRIES):
        before = time.monotonic_ns()
        ticks = read()
        after = time.monotonic_ns()
        if best is None or after - before < best[0]:
            best = (after - before, ticks, (before + after) // 2)
    return best[1:]


def khz():
    """Ticks per millisecond; None on other machines."""
    if platform.machine() != "x86_64":
        return None
    read = reader()
    ticks, begin = moment(read)
    time.sleep(SECONDS)
    later, end = moment(read)
    return round((later - ticks) * 1000000 / (end - begin))
