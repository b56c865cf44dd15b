#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Loads many policies on each kernel and prints a table of both.

    corpus.py [--build DIR] [--kernel NAME]... [--policy PATTERN]... [--jobs N] [--own]

The policies are those of the folder corpus/good beside the kernels and recordings, and the
examples, as far as tetra-mini --check accepts them; where that folder is absent, or with --own,
those of this repository: the examples, and those that the scenarios load. One session in one
guest for each kernel loads and unloads one after the other. A policy must be loaded, or be
refused for a reason that corpus-refused.tsv gives for this kernel; another refusal, one
without a word, a program that the verifier rejects, a crash, a hang are failures, and so
is a line of that list that is no longer true, or a session that ends out of order.

Each guest records its kernel's facts. What tetra-policy fit says of them outside, for every
policy, must be what happened in the guest: loaded or refused, in monitor mode and as the policy
is written, and how each hook was attached. In the guest, fit must say the same of the running
kernel.

Programs that uprobes and usdts name and this machine does not have are made for it (stand_in.py).

One processor for each guest: hundreds of attachments rewrite the kernel's code while it
runs, and an emulator with several processors is not to be trusted with that.
"""

import argparse
import collections
import concurrent.futures
import fnmatch
import glob
import json
import os
import shutil
import subprocess

import corpus_guest
import kernels
import lab
import scenario as scenarios
import stand_in

# A guest that has ended with a policy is started again with the next, so many times.
BOOTS = 3
# Lines of a guest that has ended: both stacks that a panic prints.
MESSAGES = 80
REFUSED = "corpus-refused.tsv"
EXAMPLES = os.path.join(kernels.REPO, "examples", "policies")
STATES = ("loaded", "refused", "failed")


def corpus(folder):
    """{name: path} of the corpus."""
    return {os.path.splitext(os.path.basename(path))[0]: path
            for path in sorted(glob.glob(os.path.join(folder, "*.yaml")))}


def own(folder):
    """{name: path} of the repository's own policies; those of scenarios are written below
    the folder. Scenarios of a refusal and of a program show other things."""
    found = corpus(EXAMPLES)
    texts = set()
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    for path in sorted(glob.glob(os.path.join(kernels.HERE, "scenarios", "*.yaml"))):
        scenario = scenarios.load(path)
        inline = [policy for policy in scenario.get("policies", [])
                  if isinstance(policy, dict) or "\n" in policy]
        if "start" in scenario:
            continue
        for number, policy in enumerate(inline):
            name = scenario["name"] + ("-%d" % number if number else "")
            text = scenarios.policy_texts(name, policy)[0][1]
            if text in texts:
                continue
            texts.add(text)
            found[name] = os.path.join(folder, name + ".yaml")
            with open(found[name], "w", encoding="utf-8") as file:
                file.write(text)
    return found


def read_refused():
    """{(policy, kernel): what the reason must contain}."""
    refused = {}
    with open(os.path.join(kernels.HERE, REFUSED), encoding="utf-8") as file:
        for line in file:
            if not line.startswith("#"):
                name, where, reason = line.rstrip("\n").split("\t")
                refused |= {(name, kernel): reason for kernel in where.split()}
    return refused


def is_known(name, text):
    """corpus-refused.tsv says that --check refuses it, and why."""
    reason = read_refused().get((name, "check"))
    return bool(reason) and reason in text


def check(program, policies):
    """(accepted names, {name: why not yet}, {name: why refused}), of --check here."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        answers = dict(zip(policies, pool.map(
            lambda path: corpus_guest.check(program, path), policies.values())))
    later = {name: text for name, text in answers.items()
             if text and "not yet supported" in text}
    return ([name for name, text in answers.items() if text is None], later,
            {name: text for name, text in answers.items()
             if text and name not in later and not is_known(name, text)})


def boot(image, results, jobs, prefix):
    """Starts one guest for the policies; returns the status it ended with."""
    job = os.path.join(results, "job.json")
    with open(job, "w", encoding="utf-8") as file:
        json.dump(jobs, file)
    return lab.boot(
        image, results,
        ["/usr/bin/python3", os.path.join(kernels.HERE, "corpus_guest.py"), job],
        ["--smp", "1"], prefix)


def read_results(results):
    path = os.path.join(results, "results.jsonl")
    if not os.path.exists(path):
        return {}
    with open(path, encoding="utf-8") as file:
        return {entry["name"]: entry for entry in map(json.loads, file)}


def results_of(kernel, build):
    return os.path.join(os.path.realpath(build), "vm", "corpus-" + kernel)


def facts_of(kernel, build):
    return os.path.join(results_of(kernel, build), kernel + ".facts")


def run_kernel(kernel, image, policies, build, programs):
    """{policy: the guest's account} of one kernel."""
    results = results_of(kernel, build)
    shutil.rmtree(results, ignore_errors=True)
    os.makedirs(results)
    prefix = "%-9s " % kernel
    lost = {}
    for _ in range(BOOTS):
        done = read_results(results) | lost
        left = [[name, path] for name, path in policies.items() if name not in done]
        if not left:
            break
        status = boot(image, results,
                      {"results": results, "policies": left,
                       "facts": facts_of(kernel, build), **programs}, prefix)
        done = read_results(results)
        culprit = next((name for name, _ in left if name not in done), None)
        if culprit:
            lost[culprit] = {"state": "failed", "reason": "the guest ended with this "
                             "policy, with status %d" % status}
            lab.say("%sFAIL %s: the guest ended with status %d; its last messages:\n%s"
                    % (prefix, culprit, status, lab.errors(results, MESSAGES)))
    never = {"state": "failed", "reason": "not reached: the guests have ended before"}
    done = read_results(results) | lost
    return {name: done.get(name, never) for name in [*policies, corpus_guest.END]}


def judge(name, kernel, entry, refused):
    """What is wrong with the guest's account of a policy, or None."""
    wanted = refused.get((name, kernel))
    if entry["state"] == "failed":
        return entry["reason"]
    if entry["state"] == "refused":
        if wanted and wanted in entry["reason"]:
            return None
        return "refused, and %s does not say so: %s" % (REFUSED, entry["reason"])
    return "loaded, but %s says refused" % REFUSED if wanted else None


def fit(tool, facts, paths, *options):
    """{path: fit's answer} for the machine of a facts file."""
    done = subprocess.run([tool, "fit", "--json", "--kernel", facts, *options, *paths],
                          capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise lab.LabError("fit ended with %d: %s" % (done.returncode, done.stderr))
    return answers(done.stdout)


def answers(text):
    """{path: fit's answer}, without the machine's name, of a document about one machine."""
    return {policy["file"]: policy["kernels"][0] | {"kernel": ""}
            for policy in json.loads(text)["policies"]}


def live_answers(kernel, build):
    with open(os.path.join(results_of(kernel, build), corpus_guest.LIVE),
              encoding="utf-8") as file:
        return answers(file.read())


def misprediction(entry, live, monitor, written):
    """In what fit's answers differ from the guest's account of a policy, or None."""
    if live != monitor:
        return "fit says %s of the running kernel, and %s of its facts" % (live, monitor)
    if entry["state"] not in ("loaded", "refused"):
        return None
    state = "loaded" if monitor["verdict"] == "loads" else "refused"
    if state != entry["state"]:
        return "fit says %s (%s), but it was %s (%s)" % (
            state, monitor["reason"], entry["state"], entry["reason"])
    if written["verdict"] != entry["written"]:
        return "fit says that as written it is %s (%s), but that is %s" % (
            written["verdict"], written["reason"], entry["written"])
    hooks = {str(number): hook["attach"] for number, hook in enumerate(monitor["hooks"])
             if hook["attach"] != "none"}
    if state == "loaded" and hooks != entry["hooks"]:
        return "fit says %s, but the hooks were attached as %s" % (hooks, entry["hooks"])
    return None


def predictions(tool, kernel, outcome, policies, build):
    """[what fit said of this kernel that did not come true]."""
    facts = facts_of(kernel, build)
    live = live_answers(kernel, build)
    monitor = fit(tool, facts, policies.values(), "--mode", "monitor")
    written = fit(tool, facts, policies.values())
    return ["%s on %s: %s" % (name, kernel, problem) for name, path in policies.items()
            if (problem := misprediction(outcome[name], live.get(path), monitor[path],
                                     written[path]))]


def table(names, outcomes):
    width = max([len(name) for name in names] + [6])
    lines = ["%-*s  %s" % (width, "policy", "  ".join("%-9s" % k for k in outcomes))]
    for name in names:
        lines.append("%-*s  %s" % (width, name, "  ".join(
            "%-9s" % o[name]["state"] for o in outcomes.values())))
    for state in STATES:
        lines.append("%-*s  %s" % (width, state, "  ".join(
            "%-9d" % sum(entry["state"] == state for entry in o.values())
            for o in outcomes.values())))
    return [line.rstrip() for line in lines]


def reasons(names, outcomes):
    """The refusals, kernels with the same reason together."""
    lines = []
    for name in names:
        by_reason = {}
        for kernel, outcome in outcomes.items():
            if outcome[name]["state"] == "refused":
                by_reason.setdefault(outcome[name]["reason"], []).append(kernel)
        lines += ["refused: %s on %s: %s" % (name, ", ".join(where), reason)
                  for reason, where in by_reason.items()]
    return lines


def say_later(later):
    """What --check calls not yet supported: the first such thing of each policy."""
    for text, count in collections.Counter(later.values()).most_common():
        lab.say("left out: %4d policies: %s" % (count, text))


def choose(args):
    """{name: path} of the policies to load."""
    folder = os.path.join(kernels.shared(), "corpus", "good")
    if args.own:
        found = own(os.path.join(os.path.realpath(args.build), "vm", "corpus-own"))
    elif os.path.isdir(folder):
        found = corpus(folder) | {"example-" + name: path
                                  for name, path in corpus(EXAMPLES).items()}
    else:
        lab.say("the policy corpus is ABSENT (no %s): the repository's own policies are "
                "loaded instead" % folder)
        found = own(os.path.join(os.path.realpath(args.build), "vm", "corpus-own"))
    found = {name: path for name, path in found.items()
             if not args.policy or any(fnmatch.fnmatch(name, p) for p in args.policy)}
    if not found:
        raise lab.LabError("no policy of that name")
    return found


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=os.path.join(kernels.REPO, "build"))
    parser.add_argument("--kernel", action="append", choices=kernels.NAMES)
    parser.add_argument("--policy", action="append", default=[], metavar="PATTERN")
    parser.add_argument("--jobs", type=int, default=lab.JOBS,
                        help="guests at a time (%(default)s)")
    parser.add_argument("--own", action="store_true",
                        help="the repository's own policies")
    return parser.parse_args()


def main():
    args = arguments()
    policies = choose(args)
    programs = lab.programs(args.build)
    # Not built without yajl: then nothing is predicted.
    tool = os.path.join(os.path.realpath(args.build), "examples", "tetra-policy",
                        "tetra-policy")
    programs["policy_tool"] = tool if os.path.exists(tool) else None
    accepted, later, wrong = check(programs["program"], policies)
    lab.say("%d policies, of which tetra-mini --check accepts %d" % (
        len(policies), len(accepted)))
    policies = {name: policies[name] for name in accepted}
    programs["probed"] = stand_in.build_all(
        policies.values(), os.path.join(os.path.realpath(args.build), "vm", "probed"))
    found, absent = lab.find_kernels(args.kernel or kernels.NAMES)
    for kernel in absent:
        lab.say("kernel %s is ABSENT: nothing is loaded there "
                "(tests/vm/build-kernel builds it)" % kernel)
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        futures = {kernel: pool.submit(run_kernel, kernel, image, policies, args.build,
                                       programs)
                   for kernel, image in sorted(
                       found.items(), key=lambda item: kernels.BY_TIME.index(item[0]))}
        outcomes = {kernel: futures[kernel].result() for kernel in found}
    lab.say("\n" + "\n".join(table(accepted, outcomes)) + "\n")
    lab.say("\n".join(reasons(accepted, outcomes)))
    say_later(later)
    refused = read_refused()
    problems = ["%s on %s: %s" % (name, kernel, problem)
                for kernel, outcome in outcomes.items()
                for name in [*accepted, corpus_guest.END]
                if (problem := judge(name, kernel, outcome[name], refused))]
    n_checked = (len(accepted) + 1) * len(outcomes) + len(wrong)
    if programs["policy_tool"]:
        missed = [problem for kernel, outcome in outcomes.items() for problem in
                  predictions(tool, kernel, outcome, policies, args.build)]
        lab.say("fit: %d of %d predictions came true" % (
            len(accepted) * len(outcomes) - len(missed), len(accepted) * len(outcomes)))
        n_checked += len(accepted) * len(outcomes)
        problems += missed
    else:
        lab.say("fit is ABSENT (tetra-policy is not built): nothing is predicted")
    problems += ["%s: --check refuses it: %s" % item for item in wrong.items()]
    lab.say("".join("\nFAIL " + problem for problem in problems))
    return lab.close(n_checked - len(problems), len(problems),
                     len(later) + len(absent) * len(accepted))


if __name__ == "__main__":
    lab.main(main)
