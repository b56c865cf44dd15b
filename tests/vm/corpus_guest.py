#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Loads policies one after the other inside the guest: corpus_guest.py JOB

One line per policy goes to standard output, and one JSON object to results.jsonl. States:
loaded; refused (with the reason); failed. Standard library only.
"""

import json
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))

import daemon  # noqa: E402
import kernel_log  # noqa: E402

# Pure computing; far beyond what a busy machine needs.
CHECK_SECONDS = 600
# What the log says when a program of ours is at fault and not the kernel's abilities.
OUR_FAULT = ("verifier", "invalid argument", "internal")


def errors_of(text):
    """The errors in a log, each with its hint: MESSAGE (HINT)."""
    errors, is_error = [], False
    for line in map(str.strip, text.splitlines()):
        if ": error: " in line:
            errors.append(line.split(": error: ", 1)[1])
            is_error = True
        elif line.startswith("hint: ") and is_error:
            errors[-1] += " (%s)" % line[len("hint: "):]
            is_error = False
        elif ": warning: " in line:
            is_error = False
    return errors or text.strip().splitlines()[-1:]


def check(program, path):
    """None if --check accepts the policy, else its first reason; one that says "not yet
    supported" goes before others."""
    done = subprocess.run([program, "--check", path], capture_output=True, text=True,
                          errors="replace", timeout=CHECK_SECONDS, check=False)
    if done.returncode == 0:
        return None
    errors = errors_of(done.stdout + done.stderr)
    if done.returncode != 1 or not errors:
        return "--check ended with " + daemon.how_ended(done.returncode)
    return next((error for error in errors if "not yet supported" in error), errors[0])


def stop(run, before):
    """(state, reason) of a policy that is in force."""
    status = run.stop()
    if status is None:
        return "failed", "loaded, but did not stop: %s (%s)" % (run.why, run.log()[-300:])
    if status != 0:
        return "failed", "loaded, but stopped with %s: %s" % (
            daemon.how_ended(status), run.log()[-300:])
    left = daemon.programs_left(before)
    return ("failed", "%d BPF programs are still there" % len(left)) if left else (
        "loaded", "")


def load(program, path, folder):
    """(state, reason) of loading the policy here, where it must not kill its driver.

    Nothing is written: a policy on write(2) that sees its own events never rests, and the
    flood of a few of them fills the guest's memory.
    """
    before = daemon.bpf_programs()
    run = daemon.Daemon([program, "--policy", path, "--mode", "monitor",
                         "--output", "none"], folder)
    problem = run.wait_ready()
    if problem is None:
        return stop(run, before)
    status = run.process.poll()
    run.stop("KILL")
    if status is None or status < 0:
        return "failed", problem
    reason = (errors_of(run.log()) or [""])[0]
    if not reason:
        return "failed", "refused without a word: " + problem
    if any(word in run.log().lower() for word in OUR_FAULT):
        return "failed", reason
    return "refused", reason


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        job = json.load(file)
    log = kernel_log.KernelLog()
    with open(os.path.join(job["results"], "results.jsonl"), "a",
              encoding="utf-8") as results:
        for name, path in job["policies"]:
            start = time.monotonic()
            state, reason = load(job["program"], path, "/run/corpus/" + name)
            complaints = log.complaints()
            if complaints:
                state, reason = "failed", "; ".join(complaints)
            seconds = time.monotonic() - start
            results.write(json.dumps({"name": name, "state": state, "reason": reason,
                                      "seconds": round(seconds, 2)}) + "\n")
            results.flush()
            os.fsync(results.fileno())
            print("%-7s %s (%.1f s)%s" % (state, name, seconds,
                                          ": " + reason if reason else ""), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
