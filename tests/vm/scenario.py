# SPDX-License-Identifier: Apache-2.0
"""A scenario as data: one YAML file in scenarios/, read and checked here.

    description: one sentence
    kernels: [NAME...]       only on these (default: all)
    needs: [FEATURE...]      only where the kernel has these; lacks: only where it has not
    policies:                each a file in examples/policies or tests/data, inline text,
      - NAME.yaml            or {count: N, text: T}: N policies, @i@ in each its number
    args: [...]              further arguments of tetra-mini
    wrap: [...]              a command that tetra-mini is started through
    program: [NAME, ARG...]  instead of all that, and of what follows: a program of
                             tests/vm/programs, which must end with status 0; a line FAIL that it
                             prints is a problem. It is given up when it stands still for
    timeout: SECONDS         (default 120): prints nothing and uses no processor
    suites: [NAME...]        likewise: tetra-policy test runs these, files in examples/policy-tests
                             or tests/data/suites, and must end with status 0
    boot: [OPTION...]        in a guest started with these options of vmrun, which all
                             scenarios with the same options share; without: one processor
    setup: SHELL             before tetra-mini starts; its failure fails the scenario
    triggers: [TRIGGER...]   while it runs
    after: [TRIGGER...]      once it has stopped
    cleanup: SHELL           at the very end, whatever happened
    start:                   tetra-mini must refuse to start, or end by itself:
      exit: N                  with this status,
      stderr: X                and this on standard error (an expectation of compare.py)
    stop: TERM | KILL | INT  the signal that ends it (default TERM), or itself
    ordered: true            the events must come in the order of the list
    events: [{match: PARTIAL, count: N | at_least: N}...]
    forbidden: [PARTIAL...]
    log: X                   an expectation on tetra-mini's whole standard error

A TRIGGER is {run: SHELL} with what must become of it: exit: N (default 0) or signal: NAME
(KILL...), stdout: X, stderr: X, files: {PATH: X or {$absent: true}}, timeout: SECONDS that it
may stand still (default 60).
X is exact text or a special value of compare.py. An entry of triggers, after, events and
forbidden may have kernels, needs and lacks of its own; a forbidden entry then is
{match: PARTIAL, ...}.

A scenario may be a table instead of policies, triggers, events and forbidden: one policy for
each row, all of them loaded at once, and acts that are done once for all:

    table:
      policy: TEXT           @operator@ and @values@ in it are those of the row; what it
                             hooks and whom it looks at is the same for all rows
      acts:                  in order; trig does them, one after the other
        NAME: {do: WORDS,      of trig; without: it follows from an act before it
               stdout: TEXT,   what trig prints of it
               event: PARTIAL} what a policy that it matches reports
      rows:
      - {operator: NAME, values: [...], matches: [NAME...]}
      others: true           policies may report more than the acts: what trig does besides

A row's policy must report each act of 'matches' once, no other act, and (unless 'others')
nothing else.

Commands run in /tmp/lab, an empty tmpfs; the program trig is at /usr/local/bin/trig, and
$TETRA_MINI is the path of tetra-mini, $PROGRAMS the folder of tests/vm/programs as built.
"""

import json
import os
import signal
import textwrap

import yaml

import compare
import kernels

CONDITIONS = {"kernels", "needs", "lacks"}
KEYS = CONDITIONS | {"description", "policies", "args", "wrap", "setup", "triggers",
                     "after", "cleanup", "start", "stop", "ordered", "events",
                     "forbidden", "log", "program", "suites", "timeout", "boot", "table"}
# What a scenario with a program of its own may have.
PROGRAM_KEYS = CONDITIONS | {"description", "program", "suites", "timeout", "boot", "setup",
                             "after", "cleanup", "name"}
PROGRAM_SECONDS = 120
TRIGGER_KEYS = CONDITIONS | {"run", "exit", "signal", "stdout", "stderr", "files",
                             "timeout"}
TABLE_KEYS = {"policy", "acts", "rows", "others"}
ACT_KEYS = {"do", "stdout", "event"}
ROW_KEYS = {"operator", "values", "matches"}
# What a table makes.
MADE_KEYS = {"policies", "triggers", "events", "forbidden"}
EVENT_KEYS = {"match", "count", "at_least"} | CONDITIONS
POLICY_FOLDERS = [os.path.join(kernels.REPO, "examples", "policies"),
                  os.path.join(kernels.REPO, "tests", "data")]
SUITE_FOLDERS = [os.path.join(kernels.REPO, "examples", "policy-tests"),
                 os.path.join(kernels.REPO, "tests", "data", "suites")]
# Seen from the folder of the tests' programs.
TETRA_POLICY = "../../../examples/tetra-policy/tetra-policy"


class ScenarioError(Exception):
    """The file is not a scenario; the text says where and why."""


class StringLoader(yaml.SafeLoader):
    """5.10 is a kernel's name and not a number."""


StringLoader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers
            if tag != "tag:yaml.org,2002:float"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()}


def check_keys(where, mapping, known):
    if not isinstance(mapping, dict):
        raise ScenarioError("%s: not a mapping" % where)
    unknown = set(mapping) - known
    if unknown:
        raise ScenarioError("%s: unknown key '%s'" % (where, sorted(unknown)[0]))
    for name in mapping.get("kernels", []):
        if name not in kernels.NAMES:
            raise ScenarioError("%s: unknown kernel '%s'" % (where, name))
    for name in mapping.get("needs", []) + mapping.get("lacks", []):
        if name not in kernels.ALL_FEATURES:
            raise ScenarioError("%s: unknown feature '%s'" % (where, name))


def check_trigger(where, trigger):
    check_keys(where, trigger, TRIGGER_KEYS)
    if "run" not in trigger:
        raise ScenarioError(where + ": no 'run'")
    if "signal" in trigger and not hasattr(signal, "SIG" + trigger["signal"]):
        raise ScenarioError("%s: unknown signal '%s'" % (where, trigger["signal"]))


def check_operators(where, value):
    """An operator that does not exist must not wait for its first use to be found."""
    name = compare.operator(value)
    if name:
        try:
            compare.fits_special(name, value[name], "")
        except ValueError as error:
            raise ScenarioError("%s: %s" % (where, error)) from error
    for child in (value.values() if isinstance(value, dict)
                  else value if isinstance(value, list) else []):
        check_operators(where, child)


def forbidden_entry(entry):
    return entry if isinstance(entry, dict) and "match" in entry else {"match": entry}


def check(scenario):
    name = scenario["name"]
    check_keys(name, scenario, KEYS | {"name"})
    if not scenario.get("description"):
        raise ScenarioError(name + ": no description")
    if "program" in scenario:
        check_keys(name + ": a scenario with a program", scenario, PROGRAM_KEYS)
    elif "timeout" in scenario:
        raise ScenarioError(name + ": a timeout without a program")
    for section in ("triggers", "after"):
        for i, trigger in enumerate(scenario.get(section, [])):
            check_trigger("%s: %s[%d]" % (name, section, i), trigger)
    scenario["forbidden"] = [forbidden_entry(e) for e in scenario.get("forbidden", [])]
    for section in ("events", "forbidden"):
        for i, entry in enumerate(scenario.get(section, [])):
            where = "%s: %s[%d]" % (name, section, i)
            check_keys(where, entry, EVENT_KEYS)
            check_operators(where, entry.get("match"))
    if scenario.get("stop", "TERM") not in ("TERM", "KILL", "INT", "itself"):
        raise ScenarioError("%s: unknown stop '%s'" % (name, scenario["stop"]))
    if "start" in scenario:
        check_keys(name + ": start", scenario["start"], {"exit", "stderr"})


def check_table(name, scenario):
    table = scenario["table"]
    check_keys(name + ": table", table, TABLE_KEYS)
    for key in ("policy", "acts", "rows"):
        if not table.get(key):
            raise ScenarioError("%s: table: no '%s'" % (name, key))
    for key in MADE_KEYS & set(scenario):
        raise ScenarioError("%s: '%s' beside a table, which makes them" % (name, key))
    for act, entry in table["acts"].items():
        check_keys("%s: act %s" % (name, act), entry, ACT_KEYS)
        if "event" not in entry:
            raise ScenarioError("%s: act %s: no event" % (name, act))
    for i, row in enumerate(table["rows"]):
        where = "%s: rows[%d]" % (name, i)
        check_keys(where, row, ROW_KEYS)
        if "operator" not in row or "matches" not in row:
            raise ScenarioError(where + ": no operator, or no matches")
        for act in row["matches"]:
            if act not in table["acts"]:
                raise ScenarioError("%s: there is no act '%s'" % (where, act))


def table_trigger(acts):
    """The trigger that does all acts, and what it must print."""
    done = [act for act in acts.values() if "do" in act]
    trigger = {"run": "trig " + " -- ".join(act["do"] for act in done)}
    printed = [act["stdout"] for act in done if "stdout" in act]
    if printed:
        trigger["stdout"] = {"$lines": printed}
    return trigger


def table_row(table, row, policy):
    """(events, forbidden) of one row, whose policy has that name."""
    events, forbidden = [], []
    for name, act in table["acts"].items():
        match = {"process_kprobe": dict(act["event"], policy_name=policy)}
        if name in row["matches"]:
            events.append({"match": match, "count": 1})
        else:
            forbidden.append({"match": match})
    if not table.get("others"):
        events.append({"match": {"process_kprobe": {"policy_name": policy}},
                       "count": len(row["matches"])})
    return events, forbidden


def table_expand(scenario):
    """Makes the policies, triggers and expectations of a table's rows."""
    table = scenario.pop("table")
    for key in MADE_KEYS:
        scenario[key] = []
    scenario["triggers"].append(table_trigger(table["acts"]))
    for number, row in enumerate(table["rows"]):
        policy = "%s-%d-%s" % (scenario["name"], number, row["operator"].lower())
        text = table["policy"].replace("@operator@", row["operator"])
        text = text.replace("@values@", json.dumps(row.get("values", [])))
        scenario["policies"].append(
            "apiVersion: cilium.io/v1alpha1\nkind: TracingPolicy\n"
            "metadata:\n  name: %s\nspec:\n%s" % (policy, textwrap.indent(text, "  ")))
        events, forbidden = table_row(table, row, policy)
        scenario["events"] += events
        scenario["forbidden"] += forbidden


def file_of(name, folders, wanted):
    path = next((p for p in (os.path.join(f, wanted) for f in folders) if os.path.exists(p)),
                None)
    if not path:
        raise ScenarioError("%s: no file '%s'" % (name, wanted))
    return path


def suites_expand(scenario):
    if "program" in scenario:
        raise ScenarioError(scenario["name"] + ": suites and a program")
    scenario["program"] = [TETRA_POLICY, "test",
                           *(file_of(scenario["name"], SUITE_FOLDERS, suite)
                             for suite in scenario["suites"])]


def load(path):
    """Reads and checks one file."""
    name = os.path.splitext(os.path.basename(path))[0]
    with open(path, encoding="utf-8") as file:
        try:
            scenario = yaml.load(file, Loader=StringLoader)
        except yaml.YAMLError as error:
            raise ScenarioError("%s: %s" % (name, error)) from error
    if not isinstance(scenario, dict):
        raise ScenarioError(name + ": not a mapping")
    scenario["name"] = name
    if "table" in scenario:
        check_keys(name, scenario, KEYS | {"name"})
        check_table(name, scenario)
        table_expand(scenario)
    if "suites" in scenario:
        suites_expand(scenario)
    check(scenario)
    return scenario


def applies(entry, kernel):
    """Whether an entry with kernels, needs, lacks is meant for the kernel."""
    features = kernels.FEATURES[kernel]
    return (kernel in entry.get("kernels", kernels.NAMES)
            and features.issuperset(entry.get("needs", []))
            and features.isdisjoint(entry.get("lacks", [])))


def policy_texts(name, policy):
    """[(file name, text)] of one entry of policies."""
    if isinstance(policy, dict):
        return [("%s-%d.yaml" % (name, i), policy["text"].replace("@i@", str(i)))
                for i in range(int(policy["count"]))]
    if "\n" in policy:
        return [(name + ".yaml", policy)]
    path = file_of(name, POLICY_FOLDERS, policy)
    with open(path, encoding="utf-8") as file:
        return [(os.path.basename(path), file.read())]


def for_kernel(scenario, kernel, folder):
    """The scenario as the guest gets it, its policies written below folder."""
    job = dict(scenario)
    for section in ("triggers", "after", "events", "forbidden"):
        job[section] = [e for e in scenario.get(section, []) if applies(e, kernel)]
    job["forbidden"] = [entry["match"] for entry in job["forbidden"]]
    job["policies"] = []
    if "program" in scenario:
        job["timeout"] = int(scenario.get("timeout", PROGRAM_SECONDS))
    for number, policy in enumerate(scenario.get("policies", [])):
        texts = policy_texts("policy-%d" % number, policy)
        where = os.path.join(folder, scenario["name"])
        if isinstance(policy, dict):
            where = os.path.join(where, "policies-%d" % number)
        os.makedirs(where, exist_ok=True)
        for name, text in texts:
            with open(os.path.join(where, name), "w", encoding="utf-8") as file:
                file.write(text)
        job["policies"].append(where if isinstance(policy, dict)
                               else os.path.join(where, texts[0][0]))
    return job
