#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""watch.py POLICY...: puts policies into force together, and prints who did what."""

import os
import sys

import tetra


def show(event):
    values = ", ".join(str(arg.value) for arg in event.args)
    who = event.process
    print("%s: %s(%s) by %s, pid %d: %s" % (
        event.policy, event.function, values, who.binary, who.pid, event.action))


def main():
    try:
        with tetra.Session(quiet_start=True) as session:
            with session.transaction() as change:
                for path in sys.argv[1:]:
                    change.load(path)
            for event in session:
                if event.policy:
                    show(event)
    except tetra.TetraError as error:
        print("watch.py: %s" % error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


if __name__ == "__main__":
    sys.exit(main())
