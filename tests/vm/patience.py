# SPDX-License-Identifier: Apache-2.0
"""How long to wait for a process: as long as it moves.

A busy machine makes everything slower by a factor that nobody knows, so a limit on the
clock is too short there and too long elsewhere. What moves is not stuck: it prints, or it
uses the processor. What has done neither for a while stands still, and is given up soon. A
last limit, far beyond, is for what moves for ever and gets nowhere.

Standard library only: this runs in the guest.
"""

import os
import select
import sys
import time

STILL_SECONDS = 60
# What moves may take so many times as long as it might stand still.
MOST_TIMES = 20
# A guest that prints nothing is stuck as well: those who wait say so at times.
NOTE = "moving: "
NOTE_SECONDS = 10
# Looking costs, where a processor is emulated.
LOOK_SECONDS = 1.0

# Fields of /proc/PID/stat behind the name: session; user and system time, and of children
# that were waited for.
SESSION, TIMES = 3, slice(11, 15)


def stat_fields(pid):
    try:
        with open("/proc/%d/stat" % pid, encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()
    except OSError:
        return None


def ticks(pid):
    """The processor's time that a process and its former children have had."""
    fields = stat_fields(pid)
    return sum(map(int, fields[TIMES])) if fields else -1


def session_ticks(session):
    """The same of all processes of a session."""
    every = [stat_fields(int(name)) for name in os.listdir("/proc") if name.isdigit()]
    return sum(sum(map(int, fields[TIMES])) for fields in every
               if fields and int(fields[SESSION]) == session)


def size(path):
    try:
        return os.path.getsize(path)
    except OSError:
        return 0


def say(what):
    print(NOTE + what, file=sys.stderr, flush=True)


class Patience:
    """Asked again and again whether to go on waiting. @signs is called for what changes
    when something moves."""

    def __init__(self, signs, what="", still=STILL_SECONDS, most=None,
                 clock=time.monotonic, note=say):
        self.signs, self.what, self.still = signs, what, still
        self.most = most or still * MOST_TIMES
        self.clock, self.note = clock, note
        self.begin = self.moved = self.looked = self.noted = clock()
        self.last = signs()

    def over(self):
        """Why to wait no longer; None while there is reason to."""
        now = self.clock()
        if now < self.looked + LOOK_SECONDS:
            return None
        self.looked, signs = now, self.signs()
        if signs != self.last:
            self.last, self.moved = signs, now
        if now >= self.moved + self.still:
            return "stood still for %d s" % (now - self.moved)
        if now >= self.begin + self.most:
            return "no end after %d s, though it moves" % (now - self.begin)
        if now >= self.noted + NOTE_SECONDS and self.moved > self.noted:
            self.noted = now
            self.note(self.what)
        return None


def wait(process, patience):
    """(status, None) once a subprocess.Popen has ended, else (None, why no longer)."""
    # Somebody else may have taken its status, and its number is free then.
    if process.poll() is not None:
        return process.returncode, None
    ends = select.poll()
    pidfd = os.pidfd_open(process.pid)
    try:
        ends.register(pidfd, select.POLLIN)
        while not ends.poll(LOOK_SECONDS * 1000):
            why = patience.over()
            if why:
                return None, why
        return process.wait(), None
    finally:
        os.close(pidfd)
