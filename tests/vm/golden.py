#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Replays the golden recordings in a few guests and compares events and outcomes.

    golden.py [--build DIR] [--recording PATTERN]...
    golden.py --self        compare each recording with itself, and with every kind of change
                            to it (changes.py): tests the comparison

A recording says what another agent reported for a policy and a trigger on 6.12-full. Each
one whose policy we accept is played again; ours must be equal (recording.py says in what
sense). Left out, with the reason: what that agent refused, what needs an option of it
that has no counterpart, and what our --check calls not yet supported. Where one of the two
is known to differ, golden-differs.tsv says in which field or event, and why.
"""

import argparse
import concurrent.futures
import fnmatch
import json
import os
import shutil

import changes
import kernels
import lab
import recording

# Options that change nothing that is compared, and those that tetra-mini has too.
HARMLESS_FLAGS = {"--disable-kprobe-multi", "--expose-stack-addresses"}
OUR_FLAGS = {"--enable-process-ns", "--enable-process-cred"}
DIFFERS = "golden-differs.tsv"
# The recordings' guest had one processor and these modules of the kernel's security.
OPTIONS = ["--smp", "1", "--append", "lsm=landlock,lockdown,yama,bpf"]
# One for each processor: the triggers give some programs a time.
GUESTS = os.cpu_count() or 1


def read(folder, name):
    path = os.path.join(folder, name)
    if not os.path.exists(path):
        return ""
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        return file.read()


def read_differs():
    """[(pattern of recordings, word)] of the list of known differences."""
    rows = (line.split("\t") for line in read(kernels.HERE, DIFFERS).splitlines()
            if line and not line.startswith("#"))
    return [(pattern, word) for pattern, word, _ in rows]


def aside_of(name):
    return recording.Aside([word for pattern, word in read_differs()
                            if fnmatch.fnmatch(name, pattern)])


def reason_left_out(folder):
    """Why a recording is not replayed, as far as its folder tells; None if it is."""
    if not os.path.exists(os.path.join(folder, "events.json")):
        return "no recorded events"
    answer = next((line.split(":", 1)[1].strip()
                   for line in read(folder, "load.txt").splitlines()
                   if line.startswith("result:")), "")
    if answer.startswith("refused"):
        return "the recorded agent refused the policy"
    for flag in read(folder, "flags").split():
        if flag.startswith("--") and flag not in HARMLESS_FLAGS | OUR_FLAGS:
            return "recorded with %s, which has no counterpart" % flag.split("=")[0]
    return None


def select(golden, patterns):
    """({name: folder} to replay, {name: reason} left out)."""
    chosen, left_out = {}, {}
    for name in sorted(os.listdir(golden)):
        folder = os.path.join(golden, name)
        if not os.path.exists(os.path.join(folder, "trigger.sh")):
            continue
        if patterns and not any(fnmatch.fnmatch(name, p) for p in patterns):
            continue
        reason = reason_left_out(folder)
        if reason:
            left_out[name] = reason
        else:
            chosen[name] = folder
    return chosen, left_out


def streams(folder, text):
    trigger, aside = read(folder, "trigger.sh"), aside_of(os.path.basename(folder))
    return (recording.Stream(read(folder, "events.json"), trigger, aside),
            recording.Stream(text, trigger, aside))


def our_flags(folder):
    return [flag for flag in read(folder, "flags").split() if flag in OUR_FLAGS]


def compare_replay(folder, results, outcome):
    """Problems of one replay."""
    if outcome["problem"]:
        return [outcome["problem"]]
    want, got = streams(folder, read(results, "events.json"))
    problems = recording.compare_streams(want, got)
    status, out = recording.parse_outcome(read(folder, "outcome.txt"))
    if status != outcome["status"]:
        problems.append("the trigger ended with %d instead of %d" % (
            outcome["status"], status))
    aside = aside_of(os.path.basename(folder))
    problems += recording.compare_lines(aside.output(want.names.text(out)),
                                        aside.output(got.names.text(outcome["stdout"])))
    return problems


def replay_part(chosen, results, programs):
    """{name: the guest's account of its replay} of one guest."""
    os.makedirs(results)
    job = os.path.join(results, "job.json")
    kernel = kernels.find(kernels.FULL)
    with open(job, "w", encoding="utf-8") as file:
        json.dump({"results": results, "recordings": chosen,
                   "flags": {name: our_flags(folder) for name, folder in chosen.items()},
                   "taints": {name: aside_of(name).taint for name in chosen},
                   "module": os.path.join(kernel, "dummy.ko"), **programs}, file)
    status = lab.boot(
        kernel, results,
        ["/usr/bin/python3", os.path.join(kernels.HERE, "golden_guest.py"), job],
        OPTIONS)
    if status:
        lab.say("the guest ended with status %d; its last messages:\n%s" % (
            status, lab.errors(results)))
    done = {entry["name"]: entry
            for entry in map(json.loads, read(results, "results.jsonl").splitlines())}
    lost = {"problem": "the guest ended before this", "left_out": ""}
    return {name: done.get(name, lost) | {"results": os.path.join(results, name)}
            for name in chosen}


def parts_of(chosen, guests):
    """The recordings dealt out in turn: those with similar names take about as long."""
    names = list(chosen)
    return [{name: chosen[name] for name in names[number::guests]}
            for number in range(min(guests, len(names)))]


def replay(chosen, build, programs):
    """{name: the guest's account of its replay, with the folder of its results}."""
    top = os.path.join(os.path.realpath(build), "vm", "golden")
    shutil.rmtree(top, ignore_errors=True)
    outcomes = {}
    with concurrent.futures.ThreadPoolExecutor(GUESTS) as pool:
        for part in [pool.submit(replay_part, part, "%s/%d" % (top, number), programs)
                     for number, part in enumerate(parts_of(chosen, GUESTS), start=1)]:
            outcomes |= part.result()
    return outcomes


def report(chosen, left_out, outcomes):
    passed = failed = 0
    for name, folder in chosen.items():
        outcome = outcomes[name]
        if outcome["left_out"]:
            left_out[name] = outcome["left_out"]
            continue
        problems = compare_replay(folder, outcome["results"], outcome)
        passed, failed = passed + (not problems), failed + bool(problems)
        lab.say("%-4s %s" % ("FAIL" if problems else "ok", name))
        for problem in problems[:8]:
            lab.say("     " + problem)
        if len(problems) > 8:
            lab.say("     and %d more" % (len(problems) - 8))
    for name, reason in sorted(left_out.items()):
        lab.say("left out %s: %s" % (name, reason))
    return passed, failed


def compare_self(golden, patterns):
    """Each recording must equal itself, and every kind of change to it must be noticed, save
    those that changes.py lists."""
    failed, tally, done = 0, changes.Tally(), set()
    chosen, _ = select(golden, patterns)
    for name, folder in chosen.items():
        text = read(folder, "events.json")
        want, got = streams(folder, text)
        problems = recording.compare_streams(want, got)
        for change, changed in changes.changes(text, done):
            noticed = recording.compare_streams(want, streams(folder, changed)[1])
            tally.add(change, noticed)
        failed += bool(problems)
        for problem in problems[:3]:
            lab.say("FAIL %s: %s" % (name, problem))
    lab.say("\n".join(tally.lines()))
    wrong = tally.wrong()
    return lab.close(len(chosen) - failed + tally.noticed(), failed + len(wrong))


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=os.path.join(kernels.REPO, "build"))
    parser.add_argument("--recording", action="append", default=[], metavar="PATTERN")
    parser.add_argument("--self", action="store_true", dest="own")
    return parser.parse_args()


def main():
    args = arguments()
    golden = os.path.join(kernels.shared(), "golden")
    if not os.path.isdir(golden):
        lab.say("the golden recordings are ABSENT (no %s): nothing is replayed" % golden)
        print("0 passed, 0 failed, 1 skipped")
        return 0
    if args.own:
        return compare_self(golden, args.recording)
    if not kernels.find(kernels.FULL):
        lab.say("kernel %s is ABSENT: nothing is replayed" % kernels.FULL)
        print("0 passed, 0 failed, 1 skipped")
        return 0
    chosen, left_out = select(golden, args.recording)
    outcomes = replay(chosen, args.build, lab.programs(args.build))
    passed, failed = report(chosen, left_out, outcomes)
    return lab.close(passed, failed, len(left_out))


if __name__ == "__main__":
    lab.main(main)
