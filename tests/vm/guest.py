#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Plays scenarios inside the guest: guest.py JOB

JOB is a JSON file that run.py wrote: the program, the folder for results and the
scenarios. One line per scenario goes to standard output as it ends, and one JSON object
to results.jsonl. Standard library only.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))

import compare  # noqa: E402
import daemon  # noqa: E402
import kernel_log  # noqa: E402
import patience  # noqa: E402
import skips  # noqa: E402

LAB = "/tmp/lab"
TRIG = "/usr/local/bin/trig"
AWAIT = "/usr/local/bin/await"
# What is kept of a run's output; a flood has its own checks.
KEEP_BYTES = 4 << 20


def shell(text, still=patience.STILL_SECONDS):
    """(status or why there is none, standard output, standard error) of a shell command.

    A session of its own: what belongs to it can be seen, and ended. To files: what the
    command leaves running may hold a pipe open.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(["/bin/sh", "-c", text], cwd=LAB,
                                   stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                                   start_new_session=True)
        status, why = patience.wait(process, patience.Patience(
            lambda: (patience.session_ticks(process.pid), os.fstat(out.fileno()).st_size,
                     os.fstat(err.fileno()).st_size), text.strip()[:40], still))
        if why:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        for file in (out, err):
            file.seek(0)
        return why or status, out.read(), err.read()


def text_of(data):
    return data.decode("utf-8", "surrogateescape")


def fresh_lab():
    while os.path.ismount(LAB):
        subprocess.run(["umount", "-l", LAB], check=True)
    os.makedirs(LAB, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=1777", "lab", LAB], check=True)


def file_content(path):
    try:
        with open(os.path.join(LAB, path), "rb") as file:
            return text_of(file.read())
    except FileNotFoundError:
        return compare.ABSENT
    except OSError as error:
        return "unreadable: %s" % error


def play_trigger(trigger):
    """Runs one trigger; returns what is wrong with its outcome."""
    status, out, err = shell(trigger["run"],
                             trigger.get("timeout", patience.STILL_SECONDS))
    where = "trigger '%s'" % trigger["run"].strip().splitlines()[0]
    if isinstance(status, str):
        return ["%s: %s" % (where, status)]
    ended = daemon.how_ended(status)
    wanted = ("signal " + trigger["signal"] if "signal" in trigger
              else "status %d" % trigger.get("exit", 0))
    problems = []
    if ended != wanted:
        problems.append("%s: %s instead of %s (stderr: %s)" % (
            where, ended, wanted, text_of(err).strip()[-400:]))
    for key, data in (("stdout", out), ("stderr", err)):
        if key in trigger:
            problems += ["%s: %s" % (where, text) for text in
                         compare.misfits(trigger[key], text_of(data), key)]
    for path, wanted in trigger.get("files", {}).items():
        problems += ["%s: %s" % (where, text) for text in
                     compare.misfits(wanted, file_content(path), path)]
    return problems


def play_triggers(triggers):
    return [problem for trigger in triggers for problem in play_trigger(trigger)]


def command_of(job, scenario):
    command = scenario.get("wrap", []) + [job["program"], "--output", "json"]
    for policy in scenario["policies"]:
        command += ["--policy", policy]
    # The ledger says whether the kernel skipped runs.
    return command + ["--stats"] + scenario.get("args", [])


def play_refusal(run, start):
    """tetra-mini must end by itself, with the status and the words expected."""
    if run.wait_ready() is None:
        run.stop()
        return ["tetra-mini started, and should have refused to"]
    status = run.wait()
    if status is None:
        return ["tetra-mini did not end by itself: " + run.why]
    problems = []
    if status != start.get("exit", 1):
        problems.append("tetra-mini ended with %s instead of status %d: %s" % (
            daemon.how_ended(status), start.get("exit", 1), run.log()[-1500:]))
    if "stderr" in start:
        problems += compare.misfits(start["stderr"], run.log(), "stderr")
    return problems


def play_running(run, scenario):
    problem = run.wait_ready()
    if problem:
        run.stop("KILL")
        return [problem]
    problems = play_triggers(scenario["triggers"])
    return problems + play_stop(run, scenario.get("stop", "TERM"))


def play_stop(run, how):
    """Ends tetra-mini as the scenario says; it must take that in order."""
    if how == "itself":
        status = run.wait()
    elif run.process.poll() is not None:
        return ["tetra-mini ended too early, with %s: %s" % (
            daemon.how_ended(run.process.poll()), run.log()[-1500:])]
    else:
        status = run.stop(how)
    if status is None:
        return ["tetra-mini did not end (%s): %s" % (how, run.why)]
    if status != 0 and how != "KILL":
        return ["tetra-mini stopped with %s: %s" % (
            daemon.how_ended(status), run.log()[-1500:])]
    return []


def check_output(run, scenario):
    events, problems = compare.parse_lines(run.events_text())
    if scenario.get("stop") == "KILL" and problems:
        problems = problems[:-1]  # the last line may be cut
    problems += compare.check_events(scenario["events"], scenario["forbidden"], events,
                                     scenario.get("ordered", False))
    if "log" in scenario:
        problems += compare.misfits(scenario["log"], run.log(), "log")
    return problems


def play_program(job, scenario, folder):
    """A program of tests/vm/programs that judges by itself: a line FAIL for each problem."""
    name, *args = scenario["program"]
    command = [os.path.join(job["programs"], name), *args]
    run = daemon.Daemon(command, folder)
    status = run.wait(scenario["timeout"])
    problems = [line for line in run.events_text().splitlines()
                if line.startswith("FAIL ")]
    if status is None:
        problems.append("%s did not end: %s" % (name, run.why))
    elif status < 0 or status > 0 and not skips.only_missing(problems):
        problems.append("%s ended with %s: %s" % (
            name, daemon.how_ended(status), run.log()[-1500:]))
    return problems


def play_body(job, scenario, folder):
    if "setup" in scenario:
        status, _, err = shell(scenario["setup"])
        if status != 0:
            return ["setup failed (%s): %s" % (status, text_of(err)[-800:])]
    before = daemon.bpf_programs()
    if "program" in scenario:
        problems = play_program(job, scenario, folder)
        if daemon.programs_left(before):
            problems.append("BPF programs are still there")
        return problems + play_triggers(scenario["after"])
    run = daemon.Daemon(command_of(job, scenario), folder)
    if "start" in scenario:
        problems = play_refusal(run, scenario["start"])
    else:
        problems = play_running(run, scenario)
    left = daemon.programs_left(before)
    if left:
        problems.append("%d BPF programs are still there" % len(left))
    problems += play_triggers(scenario["after"])
    return problems + check_output(run, scenario)


def log_of(folder):
    path = os.path.join(folder, "log")
    if not os.path.exists(path):
        return ""
    with open(path, "rb") as file:
        return text_of(file.read())


def play(job, scenario):
    """Plays one scenario, again if the kernel skipped runs that it waited for; returns its
    problems."""
    folder = os.path.join("/run/lab", scenario["name"])
    os.environ["TETRA_LOG"] = os.path.join(folder, "log")
    for left in reversed(range(skips.TRIES)):
        problems, log = play_once(job, scenario, folder)
        if not left or not skips.explain(problems, log):
            return problems
        print("     again: the kernel skipped runs, and events are missing")


def play_once(job, scenario, folder):
    """(problems, the log's text)"""
    fresh_lab()
    try:
        return play_body(job, scenario, folder), log_of(folder)
    except Exception as error:  # a broken scenario must not take the others with it
        return ["the driver failed: %r\n%s" % (error, traceback.format_exc())], ""
    finally:
        if "cleanup" in scenario:
            shell(scenario["cleanup"])
        keep(folder, os.path.join(job["results"], scenario["name"]))
        # A flood's events would leave no room for those of the next.
        shutil.rmtree(folder, ignore_errors=True)


def play_watched(job, scenario, log):
    """The same, and what the kernel has to complain about meanwhile."""
    problems = play(job, scenario)
    return problems + log.complaints()


def keep(source, target):
    """Copies the end of each output file to where this machine's host sees it."""
    os.makedirs(target, exist_ok=True)
    for name in os.listdir(source) if os.path.isdir(source) else []:
        with open(os.path.join(source, name), "rb") as file:
            file.seek(max(0, os.path.getsize(file.name) - KEEP_BYTES))
            data = file.read()
        with open(os.path.join(target, name), "wb") as file:
            file.write(data)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        job = json.load(file)
    shutil.copy(job["trig"], TRIG)
    shutil.copy(os.path.join(os.path.dirname(os.path.abspath(__file__)), "await"), AWAIT)
    os.environ.update(LC_ALL="C.UTF-8", TETRA_MINI=job["program"],
                      PROGRAMS=job["programs"])
    log = kernel_log.KernelLog()
    with open(os.path.join(job["results"], "results.jsonl"), "a",
              encoding="utf-8") as results:
        for scenario in job["scenarios"]:
            start = time.monotonic()
            problems = play_watched(job, scenario, log)
            seconds = time.monotonic() - start
            results.write(json.dumps({"name": scenario["name"], "problems": problems,
                                      "seconds": round(seconds, 1)}) + "\n")
            results.flush()  # and is on this machine's host: virtiofs writes through
            print("%-4s %s (%.1f s)" % ("FAIL" if problems else "ok", scenario["name"],
                                        seconds))
            for problem in problems:
                print("     " + problem.replace("\n", "\n     "))
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
