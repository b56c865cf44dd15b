#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Plays the scenarios of tests/vm/scenarios on real kernels, in a few guests per kernel, and
in one for each set of options that scenarios ask for.

    run.py [--build DIR] [--kernel NAME]... [--scenario PATTERN]... [--jobs N]

Prints a line per scenario and kernel, a table of both, and 'N passed, N failed'. What
each run left (events, log, the guest's messages) is kept in BUILD/vm/KERNEL, that of further
guests in BUILD/vm/KERNEL-PART and BUILD/vm/KERNEL-OPTIONS.
"""

import argparse
import concurrent.futures
import fnmatch
import glob
import json
import math
import os
import re
import shutil

import kernels
import lab
import scenario as scenarios

# Unless a scenario asks for more: a kernel rewrites its code when hooks come and go, and what an
# emulator with several processors then runs is not always what is there. See is_emulators_fault().
ONE_PROCESSOR = ["--smp", "1"]
# How often a guest is started that ends before its last scenario, and how often more after a
# fault of the emulator: on a busy machine one scenario that rewrites the kernel's code often may
# meet several.
BOOTS = 4
FAULTS = 16
# Of a failure in the last list; the whole text stands where the scenario ended. What a guest
# said before it hung or crashed stands in the list too: nothing else tells where it was.
SUMMARY_CHARACTERS = 300
LAST_LINES = 90
# Of a guest without options, at most: the last guest plays alone, and should soon be done.
PART_SCENARIOS = 40
LOST = "the guest ended during this (status %d)"
HUNG = "the guest ended with status %d afterwards"


def load_scenarios(patterns):
    paths = sorted(glob.glob(os.path.join(kernels.HERE, "scenarios", "*.yaml")))
    loaded = []
    for path in paths:
        name = os.path.splitext(os.path.basename(path))[0]
        if not patterns or any(fnmatch.fnmatch(name, p) for p in patterns):
            try:
                loaded.append(scenarios.load(path))
            except scenarios.ScenarioError as error:
                raise lab.LabError("bad scenario %s" % error) from error
    if not loaded:
        raise lab.LabError("no scenario of that name")
    return loaded


def jobs_for(kernel, wanted, results):
    """The scenarios that apply to the kernel, as its guest gets them."""
    shutil.rmtree(results, ignore_errors=True)
    os.makedirs(results)
    try:
        return [scenarios.for_kernel(s, kernel, os.path.join(results, "policies"))
                for s in wanted if scenarios.applies(s, kernel)]
    except scenarios.ScenarioError as error:
        raise lab.LabError("bad scenario %s" % error) from error


def read_results(results):
    path = os.path.join(results, "results.jsonl")
    if not os.path.exists(path):
        return {}
    with open(path, encoding="utf-8") as file:
        return {entry["name"]: entry for entry in map(json.loads, file)}


def results_of(build, kernel, scenario):
    """Where the guest of a scenario leaves what it has to say: one guest for each kernel and
    set of options."""
    own = re.sub(r"[^A-Za-z0-9.]+", "-", "".join(scenario.get("boot", [])))
    return os.path.join(os.path.realpath(build), "vm", kernel + own)


def parts_of(kernel, results, played):
    """[(kernel, results, scenarios)]: one guest, or several for many scenarios. They are dealt
    out in turn: those with similar names take about as long."""
    count = 1 if "boot" in played[0] else math.ceil(len(played) / PART_SCENARIOS)
    return [(kernel, results + ("-%d" % (number + 1) if number else ""), played[number::count])
            for number in range(count)]


def guests_of(found, wanted, build):
    """[(kernel, results, scenarios)], those first that take longest: what is played last is
    played alone. A scenario that has a guest of its own is one of the long ones."""
    guests = {}
    for kernel in found:
        for scenario in wanted:
            if scenarios.applies(scenario, kernel):
                results = results_of(build, kernel, scenario)
                guests.setdefault((kernel, results), []).append(scenario)
    parts = [part for guest, played in guests.items() for part in parts_of(*guest, played)]
    return sorted(parts, key=lambda guest: ("boot" not in guest[2][0],
                                            kernels.BY_TIME.index(guest[0])))


def processors(played):
    """How many a guest emulates, each with a thread of its own."""
    options = ONE_PROCESSOR + played[0].get("boot", [])
    last = len(options) - 1 - options[::-1].index("--smp")
    return int(options[last + 1])


def fits(need, running, jobs):
    """Whether a guest may start beside those that need @running processors. Of guests with
    several there is one, or as many as this machine has processors for: one whose processors
    wait for one another's turn takes far longer."""
    several = sum(n for n in running if n > 1)
    if not running:
        return True
    if need > 1 and several and several + need > jobs - lab.SPARE:
        return False
    return sum(running) + need <= jobs


def play_all(guests, jobs, play):
    """[result of play(*guest)], in the order of the guests. As many at a time as have @jobs
    processors between them, or one. The first that there is room for is next."""
    waiting, running, results = list(enumerate(guests)), {}, {}
    with concurrent.futures.ThreadPoolExecutor(max(jobs, 1)) as pool:
        while waiting or running:
            needs = [need for _, need in running.values()]
            following = next((entry for entry in waiting
                              if fits(processors(entry[1][2]), needs, jobs)), None)
            if following:
                number, guest = following
                waiting.remove(following)
                running[pool.submit(play, *guest)] = number, processors(guest[2])
                continue
            done, _ = concurrent.futures.wait(
                running, return_when=concurrent.futures.FIRST_COMPLETED)
            for future in done:
                results[running.pop(future)[0]] = future.result()
    return [results[number] for number in range(len(guests))]


def boot_guest(folder, jobs, results, programs, prefix):
    """Plays what is left of the jobs; returns the guest's status."""
    lab.say("%s%d scenarios" % (prefix, len(jobs)))
    with open(os.path.join(results, "job.json"), "w", encoding="utf-8") as file:
        json.dump({"results": results, "scenarios": jobs, **programs}, file)
    return lab.boot(
        folder, results, ["/usr/bin/python3", os.path.join(kernels.HERE, "guest.py"),
                          os.path.join(results, "job.json")],
        ONE_PROCESSOR + jobs[0].get("boot", []), prefix,
        by=lab.YIELD if processors(jobs) == 1 else [])


def lost_job(jobs, status, results, prefix):
    """Says why the guest ended early; returns {name: problems} of the one that it was."""
    if lab.is_emulators_fault(status, results):
        lab.say("%sthe emulator failed (an int3 that the kernel had taken away): "
                "on from '%s'" % (prefix, jobs[0]["name"]))
        return {}
    return {jobs[0]["name"]: last_messages(LOST, status, results, prefix)}


def last_messages(text, status, results, prefix):
    """Says how a guest ended; returns the problem's lines."""
    messages = lab.errors(results, LAST_LINES)
    lab.say("%sthe guest ended with status %d; its last messages:\n%s" % (
        prefix, status, messages))
    return [text % status, messages]


def run_guest(kernel, folder, wanted, results, programs):
    """{scenario name: [problem...]} of one guest. One that ends early is started again with
    what is left; what the emulator failed in is then last."""
    prefix = "%-9s " % kernel
    left = jobs = jobs_for(kernel, wanted, results)
    outcome, boots, faults = {}, 0, 0
    while left and boots < BOOTS and faults < FAULTS:
        status = boot_guest(folder, left, results, programs, prefix)
        fault = status and lab.is_emulators_fault(status, results)
        outcome |= {name: entry["problems"]
                    for name, entry in read_results(results).items()}
        left = [job for job in left if job["name"] not in outcome]
        boots, faults = boots + (not fault), faults + bool(fault)
        if left:
            outcome |= lost_job(left, status, results, prefix)
            left = [job for job in left if job["name"] not in outcome]
            left = left[1:] + left[:1] if fault else left
        elif status and not fault:
            outcome[jobs[-1]["name"]] += last_messages(HUNG, status, results, prefix)
    for job in left:
        outcome[job["name"]] = ["not played: too many guests have ended"]
    return outcome


def table(wanted, ran, outcomes):
    """Lines: one per scenario, one column per kernel."""
    width = max(len(s["name"]) for s in wanted)
    lines = ["%-*s  %s" % (width, "scenario", "  ".join("%-9s" % k for k in ran))]
    for s in wanted:
        cells = []
        for kernel in ran:
            problems = outcomes[kernel].get(s["name"])
            cells.append("-" if problems is None else "FAIL" if problems else "ok")
        lines.append("%-*s  %s" % (width, s["name"],
                                   "  ".join("%-9s" % cell for cell in cells)))
    return [line.rstrip() for line in lines]


def summary(problem):
    """The first line of a problem, and the last: of what a program says before it dies, the last
    line tells why."""
    lines = problem.strip().splitlines()
    return " ... ".join(line[:SUMMARY_CHARACTERS] for line in (lines[:1] + lines[1:][-1:]))


def report(wanted, found, outcomes, guests):
    where = {(kernel, s["name"]): results for kernel, results, played in guests for s in played}
    failures = [(k, s, outcomes[k][s["name"]]) for k in found for s in wanted
                if outcomes[k].get(s["name"])]
    lab.say("")
    for kernel, s, problems in failures:
        lab.say("FAIL %s on %s: %s\n     more in %s" % (
            s["name"], kernel, summary(problems[0]),
            os.path.join(where[kernel, s["name"]], s["name"])))
        if problems[0].startswith(tuple(text.partition("%")[0] for text in (LOST, HUNG))):
            lab.say(problems[1])
    lab.say("\n" + "\n".join(table(wanted, list(found), outcomes)))
    return sum(len(outcomes[k]) for k in found) - len(failures), len(failures)


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=os.path.join(kernels.REPO, "build"))
    parser.add_argument("--kernel", action="append", choices=kernels.NAMES)
    parser.add_argument("--scenario", action="append", default=[], metavar="PATTERN")
    parser.add_argument("--jobs", type=int, default=lab.JOBS,
                        help="processors that guests have at a time (%(default)s)")
    return parser.parse_args()


def main():
    args = arguments()
    wanted = load_scenarios(args.scenario)
    programs = lab.programs(args.build)
    found, absent = lab.find_kernels(args.kernel or kernels.NAMES)
    for kernel in absent:
        lab.say("kernel %s is ABSENT: its scenarios are skipped "
                "(tests/vm/build-kernel builds it)" % kernel)
    outcomes = {kernel: {} for kernel in found}
    guests = guests_of(found, wanted, args.build)

    def play(kernel, results, played):
        return run_guest(kernel, found[kernel], played, results, programs)

    for guest, outcome in zip(guests, play_all(guests, args.jobs, play)):
        outcomes[guest[0]] |= outcome
    passed, failed = report(wanted, found, outcomes, guests)
    skipped = sum(scenarios.applies(s, kernel) for kernel in absent for s in wanted)
    return lab.close(passed, failed, skipped)


if __name__ == "__main__":
    lab.main(main)
