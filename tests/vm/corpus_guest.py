#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Loads policies one after the other inside the guest: corpus_guest.py JOB

States: loaded; refused (with the reason); failed; later (--check says not yet supported).
Standard library only.
"""

import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))

import daemon  # noqa: E402

CHECK_SECONDS = 60
# What the log says when a program of ours is at fault and not the kernel's abilities.
OUR_FAULT = ("verifier", "invalid argument", "internal")


def errors_of(text):
    lines = [line for line in text.splitlines() if " error: " in line]
    return [line.split(" error: ", 1)[1] for line in lines] or [
        line for line in text.strip().splitlines()[-1:]]


def check(program, path):
    """None if --check accepts the policy, else (state, reason)."""
    done = subprocess.run([program, "--check", path], capture_output=True, text=True,
                          errors="replace", timeout=CHECK_SECONDS, check=False)
    if done.returncode == 0:
        return None
    errors = errors_of(done.stdout + done.stderr)
    if done.returncode != 1 or not errors:
        return "failed", "--check ended with %s" % daemon.how_ended(done.returncode)
    for error in errors:
        if "not yet supported" in error:
            return "later", error
    return "refused", errors[0]


def load(program, path, folder):
    """(state, reason) of loading the policy here, where it must not kill its driver."""
    before = daemon.bpf_programs()
    run = daemon.Daemon([program, "--policy", path, "--mode", "monitor"], folder)
    problem = run.wait_ready()
    if problem is None:
        status = run.stop()
        if status != 0:
            return "failed", "loaded, but did not stop in order: " + run.log()[-300:]
        left = daemon.programs_left(before)
        return ("failed", "%d BPF programs are still there" % len(left)) if left else (
            "loaded", "")
    status = run.process.poll()
    run.stop("KILL")
    reason = (errors_of(run.log()) or [""])[0]
    if status is None or status < 0 or not reason:
        return "failed", problem
    if any(word in run.log().lower() for word in OUR_FAULT):
        return "failed", reason
    return "refused", reason


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        job = json.load(file)
    with open(os.path.join(job["results"], "results.jsonl"), "w",
              encoding="utf-8") as results:
        for name in job["names"]:
            path = os.path.join(job["folder"], name + ".yaml")
            state, reason = (check(job["program"], path)
                             or load(job["program"], path, "/run/corpus/" + name))
            results.write(json.dumps({"name": name, "state": state,
                                      "reason": reason}) + "\n")
            results.flush()
            os.fsync(results.fileno())
            if state != "later":
                print("%-8s %s%s" % (state, name, ": " + reason.splitlines()[0]
                                     if reason else ""), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
