#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Plays the scenarios of tests/vm/scenarios on real kernels, one boot per kernel, and one
for each scenario that asks for a guest of its own.

    run.py [--build DIR] [--kernel NAME]... [--scenario PATTERN]... [--jobs N]

Prints a line per scenario and kernel, a table of both, and 'N passed, N failed'. What
each run left (events, log, the guest's messages) is kept in BUILD/vm/KERNEL, that of a
guest of its own in BUILD/vm/KERNEL-SCENARIO.
"""

import argparse
import concurrent.futures
import fnmatch
import glob
import json
import os
import shutil

import kernels
import lab
import scenario as scenarios

# How often a guest is started that dies of a fault of the emulator.
EMULATOR_BOOTS = 4
# Of a failure in the last list; the whole text stands where the scenario ended.
SUMMARY_CHARACTERS = 300


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


def write_job(kernel, wanted, results, programs):
    """The guest's job file; returns the scenarios that apply to the kernel."""
    shutil.rmtree(results, ignore_errors=True)
    os.makedirs(results)
    try:
        jobs = [scenarios.for_kernel(s, kernel, os.path.join(results, "policies"))
                for s in wanted if scenarios.applies(s, kernel)]
    except scenarios.ScenarioError as error:
        raise lab.LabError("bad scenario %s" % error) from error
    with open(os.path.join(results, "job.json"), "w", encoding="utf-8") as file:
        json.dump({"results": results, "scenarios": jobs, **programs}, file)
    return jobs


def read_results(results):
    path = os.path.join(results, "results.jsonl")
    if not os.path.exists(path):
        return {}
    with open(path, encoding="utf-8") as file:
        return {entry["name"]: entry for entry in map(json.loads, file)}


def results_of(build, kernel, scenario):
    """Where the guest of a scenario leaves what it has to say."""
    own = "-" + scenario["name"] if "boot" in scenario else ""
    return os.path.join(os.path.realpath(build), "vm", kernel + own)


def run_kernel(kernel, folder, wanted, build, programs):
    """{scenario name: [problem...]} of one kernel's guests."""
    guests = {}
    for scenario in wanted:
        guests.setdefault(results_of(build, kernel, scenario), []).append(scenario)
    outcome = {}
    for results, played in guests.items():
        outcome |= run_guest(kernel, folder, played, results, programs)
    return outcome


def boot_guest(kernel, folder, wanted, results, programs):
    """The guest's jobs and its status."""
    jobs = write_job(kernel, wanted, results, programs)
    if not jobs:
        return [], 0
    prefix = "%-9s " % kernel
    lab.say("%s%d scenarios" % (prefix, len(jobs)))
    return jobs, lab.boot(
        folder, results, ["/usr/bin/python3", os.path.join(kernels.HERE, "guest.py"),
                          os.path.join(results, "job.json")],
        jobs[0].get("boot", []), prefix)


def run_guest(kernel, folder, wanted, results, programs):
    """The same of one guest."""
    prefix = "%-9s " % kernel
    for boot in range(1, EMULATOR_BOOTS + 1):
        jobs, status = boot_guest(kernel, folder, wanted, results, programs)
        if not jobs:
            return {}
        if boot == EMULATOR_BOOTS or not lab.is_emulators_fault(status, results):
            break
        lab.say("%sthe emulator failed (an int3 that the kernel had taken away): "
                "once more, %d of %d" % (prefix, boot + 1, EMULATOR_BOOTS))
    done = read_results(results)
    outcome = {name: entry["problems"] for name, entry in done.items()}
    missing = [job["name"] for job in jobs if job["name"] not in outcome]
    if status or missing:
        lab.say("%sthe guest ended with status %d; its last messages:\n%s" % (
            prefix, status, lab.errors(results)))
    for name in missing:
        outcome[name] = ["the guest ended before this (status %d)" % status]
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


def report(wanted, found, outcomes, build):
    failures = [(k, s, outcomes[k][s["name"]]) for k in found for s in wanted
                if outcomes[k].get(s["name"])]
    lab.say("")
    for kernel, s, problems in failures:
        lab.say("FAIL %s on %s: %s\n     more in %s" % (
            s["name"], kernel, problems[0].splitlines()[0][:SUMMARY_CHARACTERS],
            os.path.join(results_of(build, kernel, s), s["name"])))
    lab.say("\n" + "\n".join(table(wanted, list(found), outcomes)))
    return sum(len(outcomes[k]) for k in found) - len(failures), len(failures)


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=os.path.join(kernels.REPO, "build"))
    parser.add_argument("--kernel", action="append", choices=kernels.NAMES)
    parser.add_argument("--scenario", action="append", default=[], metavar="PATTERN")
    parser.add_argument("--jobs", type=int, default=2, help="guests at a time (2)")
    return parser.parse_args()


def main():
    args = arguments()
    wanted = load_scenarios(args.scenario)
    programs = lab.programs(args.build)
    found, absent = lab.find_kernels(args.kernel or kernels.NAMES)
    for kernel in absent:
        lab.say("kernel %s is ABSENT: its scenarios are skipped "
                "(tests/vm/build-kernel builds it)" % kernel)
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        futures = {kernel: pool.submit(run_kernel, kernel, folder, wanted, args.build,
                                       programs) for kernel, folder in found.items()}
        outcomes = {kernel: future.result() for kernel, future in futures.items()}
    passed, failed = report(wanted, found, outcomes, args.build)
    skipped = sum(scenarios.applies(s, kernel) for kernel in absent for s in wanted)
    return lab.close(passed, failed, skipped)


if __name__ == "__main__":
    lab.main(main)
