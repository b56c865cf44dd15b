#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Loads policies one after the other inside the guest: corpus_guest.py JOB

One session loads and unloads them all. One line per policy goes to standard output, and one
JSON object to results.jsonl, at last that of the session's end. States: loaded; refused
(with the reason); failed. Standard library only.
"""

import contextlib
import json
import os
import shutil
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

# What the program loads says last of a policy, and before the first one.
VERDICTS = ("ready", "loaded", "refused", "failed")
# What fit says of the running kernel.
LIVE = "live.json"
# In the place of a policy's name: what became of the session.
END = "the session's end"


def errors_of(text):
    """The errors in a log, each with its hint: MESSAGE (HINT)."""
    errors, is_error = [], False
    for line in map(str.strip, text.splitlines()):
        if ": error: " in line or line.startswith("error: "):
            errors.append(line.split("error: ", 1)[1])
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


def outcome_of(lines):
    """What became of a policy: how each hook is attached, by its number, and whether it loads
    as it is written."""
    hooks = dict(line.split(" ")[1:] for line in lines if line.startswith("hook "))
    written = [line.rpartition(" ")[2] for line in lines if line.startswith("as written ")]
    return {"hooks": hooks, "written": written[0] if written else None}


class Loader:
    """The program loads: a session that is asked for one policy after the other."""

    def __init__(self, job):
        self.folder, self.at = os.path.join(job["results"], "loads"), 0
        self.before = daemon.bpf_programs()
        self.run = daemon.Daemon([os.path.join(job["programs"], "loads")], self.folder,
                                 stdin=subprocess.PIPE)
        text, why = self.answer()
        if why or text != "ready":
            raise RuntimeError("no session: %s\n%s" % (why, self.run.log()))

    def answer(self):
        """(text up to the line that ends an answer, None), or (text, why it ended)."""
        waiting, why = self.run.patient(), None
        while True:
            ended = self.run.process.poll() is not None
            text = self.run.events_text()[self.at:]
            lines = text.splitlines()
            if text.endswith("\n") and lines[-1].split(" ")[0] in VERDICTS:
                self.at += len(text)
                return text.rstrip("\n"), None
            if ended:
                return text, "loads ended with " + daemon.how_ended(
                    self.run.process.returncode)
            if why:
                return text, "%s (%s)" % (why, self.run.where())
            time.sleep(0.02)
            why = waiting.over()

    def load(self, path):
        """(state, reason, {what fit predicts: what became of it}) of one policy."""
        with contextlib.suppress(BrokenPipeError):
            self.run.process.stdin.write(path.encode() + b"\n")
            self.run.process.stdin.flush()
        text, why = self.answer()
        if why:
            return "failed", "%s: %s %s" % (why, text[-1500:], self.run.log()[-300:]), {}
        findings, _, verdict = text.rpartition("\n")
        outcome = outcome_of(findings.splitlines())
        if verdict != "refused":
            return (*(*verdict.split(" ", 1), "")[:2], outcome)
        reason = (errors_of(findings) or [""])[0]
        if any(word in findings.lower() for word in OUR_FAULT):
            return "failed", reason, outcome
        return (*(("refused", reason) if reason else ("failed", "refused without a word")),
                outcome)

    def close(self):
        """What is wrong with its end, or None."""
        self.run.process.stdin.close()
        status = self.run.wait()
        if status is None:
            return "it did not stop: " + str(self.run.why)
        if status != 0:
            return "it stopped with %s: %s" % (daemon.how_ended(status),
                                               self.run.log()[-300:])
        left = daemon.programs_left(self.before)
        return "%d BPF programs are still there" % len(left) if left else None


def account(results, name, state, reason, seconds, outcome=None):
    """One policy's line and object."""
    results.write(json.dumps({"name": name, "state": state, "reason": reason,
                              "seconds": round(seconds, 2), **(outcome or {})}) + "\n")
    results.flush()
    os.fsync(results.fileno())
    print("%-7s %s (%.1f s)%s" % (state, name, seconds, ": " + reason if reason else ""),
          flush=True)


def record_facts(job):
    """What fit is asked about outside, once for each kernel, and what it says here."""
    tool = job["policy_tool"]
    if not tool or os.path.exists(job["facts"]):
        return
    subprocess.run([tool, "facts", job["facts"]], check=True)
    with open(os.path.join(job["results"], LIVE), "w", encoding="utf-8") as file:
        subprocess.run([tool, "fit", "--json", "--mode", "monitor",
                        *(path for _, path in job["policies"])], stdout=file, check=False)


def put_programs(programs):
    """Those that policies probe."""
    for path, program in programs.items():
        os.makedirs(os.path.dirname(path), exist_ok=True)
        shutil.copy(program, path)


def load_all(job, results, log):
    loader = Loader(job)
    for name, path in job["policies"]:
        start = time.monotonic()
        state, reason, outcome = loader.load(path)
        if loader.run.process.poll() is not None:
            loader = Loader(job)
        complaints = log.complaints()
        if complaints:
            state, reason = "failed", "; ".join(complaints)
        account(results, name, state, reason, time.monotonic() - start, outcome)
    return loader.close()


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        job = json.load(file)
    put_programs(job["probed"])
    record_facts(job)
    with open(os.path.join(job["results"], "results.jsonl"), "a",
              encoding="utf-8") as results:
        problem = load_all(job, results, kernel_log.KernelLog())
        account(results, END, "failed" if problem else "loaded", problem or "", 0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
