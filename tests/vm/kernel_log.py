#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Does the kernel itself complain? Its log and its taint, before and after a piece of work.

    kernel_log.py COMMAND [ARG...]   runs a command, and fails if the kernel complained

A warning, a bug, a stall, a hung task or a new taint is a fault of whatever ran at that
moment, even if every event and every outcome was right: on a machine with panic_on_warn it
would have been the end. Standard library only: this runs in the guest.
"""

import errno
import os
import re
import subprocess
import sys

LOG = "/dev/kmsg"
TAINT = "/proc/sys/kernel/tainted"
RECORD_BYTES = 8192
# A trace ends with this line, within so many; without it, a complaint ends where none of the
# next lines is part of one.
TRACE_END, TRACE_LINES, LINES_APART = "---[ end trace", 120, 20
LINES_SHOWN = 24

# What the kernel writes when something is wrong with it, by kind. The first kind that fits
# a line names it; a trace alone has no heading of its own, and is a complaint all the same.
COMPLAINTS = (
    ("warning", r"^(?:\W*)WARNING: "),
    ("bug", r"\bBUG: |kernel BUG at |^Bad page |unable to handle kernel|corruption\b.*\bbug"),
    ("oops", r"\bOops\b|general protection fault.*\[#|invalid opcode|"
             r"unable to handle (?:page|kernel)|double fault|divide error.*\[#|"
             r"stack segment.*\[#|Kernel panic|Internal error"),
    ("sanitizer", r"\b(?:UBSAN|KASAN|KCSAN|KFENCE|KMSAN): "),
    ("list", r"list_(?:add|del) corruption|refcount_t: |double[- ]free|use-after-free"),
    ("lock", r"possible (?:circular|recursive) locking|inconsistent lock state|"
             r"suspicious RCU usage|sleeping function called from invalid|"
             r"scheduling while atomic|bad unlock balance|held lock freed"),
    ("stall", r"\bdetected stalls?\b|self-detected stall|rcu.*\bstalls? on\b|"
              r"rcu.*kthread (?:timer wakeup|starved)|soft lockup|hard LOCKUP"),
    ("hung task", r"blocked for more than \d+ seconds"),
    ("splat", r"\[ cut here \]|^\s*(?:<\w+>)?\s*Call Trace:|---\[ end trace"),
    ("bpf", r"trace type BPF program uses run-time allocation"),
)
COMPLAINT = re.compile("|".join("(?P<k%d>%s)" % (number, pattern) for number, (_, pattern)
                                in enumerate(COMPLAINTS)))

# /proc/sys/kernel/tainted, bit by bit (Documentation/admin-guide/tainted-kernels.rst).
TAINTS = ("a proprietary module", "a module loaded by force",
          "a processor out of specification", "a module unloaded by force",
          "a machine check", "a bad page", "asked for by user space", "an oops or a bug",
          "an ACPI table overridden", "a warning", "a staging driver",
          "a firmware bug worked round", "a module from outside the tree",
          "an unsigned module", "a soft lockup", "a live patch", "auxiliary",
          "struct randomization", "an in-kernel test", "fwctl")


def kind_of(line):
    """The kind of complaint that a line is, or None."""
    match = COMPLAINT.search(line)
    return COMPLAINTS[int(match.lastgroup[1:])][0] if match else None


def taint_names(mask):
    return [TAINTS[bit] if bit < len(TAINTS) else "bit %d" % bit
            for bit in range(mask.bit_length()) if mask >> bit & 1]


def complaint_end(lines, place):
    """Behind the last line that belongs to the complaint that begins at @place."""
    for end in range(place, min(len(lines), place + TRACE_LINES)):
        if TRACE_END in lines[end]:
            return end + 1
    end = place + 1
    while end < len(lines) and end < place + TRACE_LINES and any(
            map(kind_of, lines[end:end + LINES_APART])):
        end += 1
    return end


def complaint_text(lines):
    """One complaint: its kind and what it says, and then the rest of it."""
    kinds = [(kind_of(line), line) for line in lines if kind_of(line)]
    kind, head = next((pair for pair in kinds if pair[0] != "splat"), kinds[0])
    return "the kernel complains (%s): %s" % (kind, "\n".join(
        [head] + [line for line in lines if line != head][:LINES_SHOWN]))


def complaints(lines, before=0, after=0):
    """What is wrong, as texts: @lines are the kernel's own of the time in between, and
    @before and @after its taint."""
    problems, place = [], 0
    while place < len(lines):
        if not kind_of(lines[place]):
            place += 1
            continue
        end = complaint_end(lines, place)
        problems.append(complaint_text(lines[place:end]))
        place = end
    gained = after & ~before
    if gained:
        problems.append("the kernel is tainted: %s (%d, was %d)" % (
            ", ".join(taint_names(gained)), after, before))
    return problems


def record_lines(record):
    """The text of one record of /dev/kmsg; further lines of it are written as \\x0a, and
    those that begin with a blank are its properties."""
    head, _, text = record.partition(";")
    if not re.match(r"\d+,\d+,", head):
        return []
    return re.sub(r"\\x([0-9a-f]{2})", lambda m: chr(int(m[1], 16)),
                  text.split("\n", 1)[0]).split("\n")


def read_taint(path=TAINT):
    with open(path, encoding="ascii") as file:
        return int(file.read())


class KernelLog:
    """The kernel's log from now on."""

    def __init__(self, log=LOG, taint=TAINT):
        self.taint_path = taint
        self.taint = read_taint(taint)
        self.fd = os.open(log, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        os.lseek(self.fd, 0, os.SEEK_END)

    def lines(self):
        """What has come since the last call."""
        lines = []
        while True:
            try:
                record = os.read(self.fd, RECORD_BYTES)
            except OSError as error:
                # Some were overwritten before they were read: what is left goes on. A
                # warning among them is seen by its taint.
                if error.errno == errno.EPIPE:
                    continue
                if error.errno in (errno.EAGAIN, errno.EINTR):
                    return lines
                raise
            if not record:
                return lines
            lines += record_lines(record.decode("utf-8", "replace"))

    def complaints(self, expected=0):
        """What is wrong since the last call, as texts; @expected: the taint of what was done."""
        before, self.taint = self.taint, read_taint(self.taint_path)
        return complaints(self.lines(), before | expected, self.taint)


def main():
    log = KernelLog()
    status = subprocess.run(sys.argv[1:], check=False).returncode
    problems = log.complaints()
    for problem in problems:
        print("FAIL " + problem, flush=True)
    return status if status or not problems else 1


if __name__ == "__main__":
    sys.exit(main())
