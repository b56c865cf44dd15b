#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Loads the policies of the corpus on each kernel and prints a table of both.

    corpus.py [--build DIR] [--kernel NAME]... [--policy PATTERN]... [--jobs N]

Of the folder corpus/good beside the kernels and recordings: those that tetra-mini --check
accepts are loaded one after the other, one boot per kernel. Each must be loaded, or be
refused with a reason that is a fact about the kernel; a crash, a hang, a refusal without
a word, and a program that the kernel's verifier rejects are failures.
"""

import argparse
import concurrent.futures
import fnmatch
import json
import os
import shutil

import kernels
import lab

BOOT_SECONDS = 120
POLICY_SECONDS = 20
REASON_CHARACTERS = 150


def policies(folder, patterns):
    names = sorted(name[:-len(".yaml")] for name in os.listdir(folder)
                   if name.endswith(".yaml"))
    return [name for name in names
            if not patterns or any(fnmatch.fnmatch(name, p) for p in patterns)]


def run_kernel(kernel, image, folder, names, build, programs):
    """{policy: the guest's account} of one kernel."""
    results = os.path.join(os.path.realpath(build), "vm", "corpus-" + kernel)
    shutil.rmtree(results, ignore_errors=True)
    os.makedirs(results)
    job = os.path.join(results, "job.json")
    with open(job, "w", encoding="utf-8") as file:
        json.dump({"results": results, "folder": folder, "names": names, **programs},
                  file)
    prefix = "%-9s " % kernel
    status = lab.boot(
        image, results,
        ["/usr/bin/python3", os.path.join(kernels.HERE, "corpus_guest.py"), job],
        BOOT_SECONDS + POLICY_SECONDS * len(names), prefix=prefix)
    path = os.path.join(results, "results.jsonl")
    done = {}
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            done = {entry["name"]: entry for entry in map(json.loads, file)}
    if status:
        lab.say("%sthe guest ended with status %d; its last messages:\n%s" % (
            prefix, status, lab.errors(results)))
    lost = {"state": "failed", "reason": "the guest ended before this"}
    return {name: done.get(name, lost) for name in names}


def table(names, outcomes):
    width = max([len(name) for name in names] + [6])
    lines = ["%-*s  %s" % (width, "policy", "  ".join("%-9s" % k for k in outcomes))]
    for name in names:
        lines.append("%-*s  %s" % (width, name, "  ".join(
            "%-9s" % o[name]["state"] for o in outcomes.values())))
    return [line.rstrip() for line in lines]


def reasons(names, outcomes):
    """The refusals and failures, kernels with the same reason together."""
    lines = []
    for name in names:
        by_reason = {}
        for kernel, outcome in outcomes.items():
            entry = outcome[name]
            if entry["state"] in ("refused", "failed"):
                key = (entry["state"], entry["reason"][:REASON_CHARACTERS])
                by_reason.setdefault(key, []).append(kernel)
        lines += ["%s on %s: %s: %s" % (name, ", ".join(where), state, reason)
                  for (state, reason), where in by_reason.items()]
    return lines


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=os.path.join(kernels.REPO, "build"))
    parser.add_argument("--kernel", action="append", choices=kernels.NAMES)
    parser.add_argument("--policy", action="append", default=[], metavar="PATTERN")
    parser.add_argument("--jobs", type=int, default=2, help="guests at a time (2)")
    return parser.parse_args()


def main():
    args = arguments()
    folder = os.path.join(kernels.shared(), "corpus", "good")
    if not os.path.isdir(folder):
        lab.say("the policy corpus is ABSENT (no %s): nothing is loaded" % folder)
        print("0 passed, 0 failed, 1 skipped")
        return 0
    names = policies(folder, args.policy)
    programs = lab.programs(args.build)
    found, absent = lab.find_kernels(args.kernel or kernels.NAMES)
    for kernel in absent:
        lab.say("kernel %s is ABSENT" % kernel)
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        futures = {kernel: pool.submit(run_kernel, kernel, image, folder, names,
                                       args.build, programs) for kernel, image in found.items()}
        outcomes = {kernel: future.result() for kernel, future in futures.items()}
    tried = [name for name in names
             if any(o[name]["state"] != "later" for o in outcomes.values())]
    lab.say("\n" + "\n".join(table(tried, outcomes)))
    lab.say("\n" + "\n".join(reasons(tried, outcomes)))
    states = [o[name]["state"] for o in outcomes.values() for name in names]
    for state in ("loaded", "refused", "failed", "later"):
        lab.say("%-8s %d" % (state, states.count(state)))
    return lab.close(states.count("loaded") + states.count("refused"),
                     states.count("failed"), states.count("later"))


if __name__ == "__main__":
    lab.main(main)
