#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A witness of diff is an event that sim judges as diff says, for the old policy and the new."""

import json
import random
import unittest

from program import Program

POLICY = """\
apiVersion: cilium.io/v1alpha1
kind: TracingPolicy
metadata: {name: p}
spec:
  options: [%s]
  %s:
  - %s
    args: [%s]
    %s
    selectors: [%s]
"""
FILE = ("kprobes", "{call: security_file_permission, syscall: false}",
        "{index: 0, type: file}, {index: 1, type: int}")
SOCK = ("kprobes", "{call: tcp_connect, syscall: false}", "{index: 0, type: sock}")
CALL = ("kprobes", "{call: sys_write, syscall: true}",
        "{index: 0, type: int}, {index: 1, type: string}")
LSM = ("lsmhooks", "{hook: file_open}", "{index: 0, type: file}")
POINT = ("tracepoints", "{subsystem: syscalls, event: sys_enter_openat}",
         "{index: 6, type: string}")
UNREADABLE = "{name: unreadable, value: no-match}"
KILL = "matchActions: [{action: Sigkill}]"


def policy(hook, *selectors, option="", more=""):
    kind, name, args = hook
    return POLICY % (option, kind, name.strip("{}").replace(", ", "\n    "), args, more,
                     ", ".join("{%s}" % one for one in selectors))


def arg(index, operator, *values):
    return "{index: %d, operator: %s, values: %s}" % (index, operator, json.dumps(values))


def args(*filters):
    return "matchArgs: [%s]" % ", ".join(filters)


def rule(*parts, does=KILL):
    return ", ".join((*parts, does))


def binaries(operator, *values, more=""):
    return "matchBinaries: [{operator: %s, values: %s%s}]" % (operator, json.dumps(values), more)


def pids(operator, *values, more=""):
    return "matchPIDs: [{operator: %s, values: %s%s}]" % (operator, json.dumps(values), more)


def namespaces(which, operator, *values):
    return "matchNamespaces: [{namespace: %s, operator: %s, values: %s}]" % (
        which, operator, json.dumps(values))


def capabilities(which, operator, *values):
    return "matchCapabilities: [{type: %s, operator: %s, values: %s}]" % (
        which, operator, json.dumps(values))


def agrees(effect, verdict):
    """Whether a verdict of sim is the strongest of an effect of diff."""
    parts = effect.split("+")
    kind = verdict["verdict"]
    if any(part.startswith("deny:") for part in parts):
        return kind == "deny"
    if "kill" in parts:
        return kind == "kill"
    signals = [int(part.split(":")[1]) for part in parts if part.startswith("signal:")]
    if signals:
        return kind == "signal" and verdict.get("signal") in signals
    return kind in {"told": ("post",), "silent": ("silent",),
                    "allow": ("none", "silent")}[parts[0]]


BINARIES = ["/usr/bin/login", "/usr/bin/sshd", "/usr/bin/tee"]
ACTIONS = ["{action: Post}", "{action: Sigkill}", "{action: Sigkill}", "{action: NoPost}",
           "{action: Override, argError: -1}", "{action: Signal, argSig: 10}"]
OPTIONS = ["", "", UNREADABLE, "{name: user-namespaces, value: trust}"]


def some(rng, values):
    return rng.sample(values, rng.randint(1, 2))


def random_args(rng):
    operator = rng.choice(["Equal", "Prefix", "Postfix", "NotEqual", "NotPrefix", "NotPostfix"])
    values = [".key", ".pem"] if "Postfix" in operator else ["/etc/", "/etc/shadow", "/srv/x"]
    filters = [arg(0, operator, *some(rng, values))]
    if rng.random() < .2:
        filters.append(arg(0, rng.choice(["FileType", "NotFileType"]),
                           rng.choice(["reg", "dir"])))
    if rng.random() < .4:
        filters.append(arg(1, rng.choice(["Equal", "NotEqual", "Mask", "GT"]),
                           rng.choice(["2", "4", "6"])))
    return args(*filters)


def random_binaries(rng):
    if rng.random() < .6:
        return binaries(rng.choice(["In", "NotIn"]), *some(rng, BINARIES),
                        more=", followChildren: true")
    return binaries(rng.choice(["In", "NotIn", "Prefix", "NotPrefix", "Postfix", "NotPostfix"]),
                    *some(rng, BINARIES))


def random_pids(rng):
    more = ", followForks: true" * (rng.random() < .6)
    more += ", isNamespacePID: true" * (rng.random() < .4)
    return pids(rng.choice(["In", "NotIn"]), *some(rng, [7, 8, 9]), more=more)


def random_capabilities(rng):
    text = capabilities(rng.choice(["Effective", "Permitted"]), rng.choice(["In", "NotIn"]),
                        *some(rng, ["CAP_SYS_ADMIN", "CAP_NET_RAW"]))
    if rng.random() < .4:
        return text.replace("}]", ", isNamespaceCapability: true}]")
    return text


def random_namespaces(rng):
    return namespaces(rng.choice(["Mnt", "User", "User", "Pid"]), rng.choice(["In", "NotIn"]),
                      *some(rng, ["host_ns", "4026531840", "4026532000"]))


def random_policy(rng):
    """Of few values, so that they meet in all ways."""
    parts = ((.4, random_args), (.6, random_binaries), (.5, random_pids),
             (.4, random_namespaces), (.3, random_capabilities))
    rules = [rule(*[make(rng) for often, make in parts if rng.random() < often],
                  does="matchActions: [%s]" % rng.choice(ACTIONS))
             for _ in range(rng.randint(1, 3))]
    return policy(FILE, *rules, option=rng.choice(OPTIONS))


class Witness(Program):
    def verdict(self, path, events):
        """The strongest verdict of each event, by its number."""
        out, err = self.run_it("sim", path, "--events", "-", "--json", "--all", status=0,
                               stdin="".join(json.dumps(one) + "\n" for one in events))
        found = [json.loads(line) for line in out.splitlines()]
        self.assertEqual(found[-1]["summary"]["broken"], 0, err)
        return {one["event"]: one for one in found[:-1]}

    def agree(self, old, new):
        """Both ways round; returns the witnesses."""
        return self.agree_once(old, new) + self.agree_once(new, old)

    def agree_once(self, old, new, status=1):
        paths = self.write("old.yaml", old), self.write("new.yaml", new)
        out, err = self.run_it("diff", "--json", *paths, status=status)
        answer = json.loads(out)
        self.assertTrue(answer["complete"], err)
        regions = [one for hook in answer["hooks"] for one in hook["regions"]]
        events = [one["witness"] for one in regions]
        sides = [self.verdict(path, events) for path in paths]
        for i, region in enumerate(regions, 1):
            for side, verdicts in zip(("old", "new"), sides):
                self.assertTrue(agrees(region[side], verdicts[i]),
                                (side, region, verdicts[i]))
        return events

    def test_random_policies(self):
        found = 0
        for seed in range(400):
            rng = random.Random(seed)
            with self.subTest(seed=seed):
                found += len(self.agree_once(random_policy(rng), random_policy(rng),
                                             status=None))
        self.assertGreater(found, 1000)

    def test_paths(self):
        empty = policy(FILE, rule(args(arg(0, "Equal", "/nowhere"))))
        for operator in ("Equal", "Prefix", "Postfix", "NotEqual", "NotPrefix", "NotPostfix"):
            for value in ("/etc/shadow", "/etc/", ".key"):
                if value == ".key" and "Postfix" not in operator:
                    continue
                with self.subTest(operator=operator, value=value):
                    self.agree(empty, policy(FILE, rule(args(arg(0, operator, value)))))

    def test_unreadable(self):
        for hook, filters in ((FILE, arg(0, "Equal", "/etc/shadow")),
                              (FILE, arg(0, "NotPrefix", "/etc/")),
                              (CALL, arg(1, "Equal", "text")),
                              (CALL, arg(1, "NotEqual", "text")),
                              (SOCK, arg(0, "DPort", "443")),
                              (SOCK, arg(0, "NotDPort", "443"))):
            with self.subTest(hook=hook[1], filters=filters):
                text = rule(args(filters))
                self.agree(policy(hook, text), policy(hook, text, option=UNREADABLE))

    def test_numbers(self):
        one = policy(FILE, rule(args(arg(1, "Equal", "2"))))
        for operator, value in (("Mask", "6"), ("GT", "1"), ("LT", "4"), ("NotEqual", "2"),
                                ("Equal", "-2")):
            with self.subTest(operator=operator):
                self.agree(one, policy(FILE, rule(args(arg(1, operator, value)))))

    def test_texts(self):
        one = policy(CALL, rule(args(arg(1, "Equal", "text"))))
        for operator in ("Prefix", "Postfix", "NotEqual", "NotPrefix", "NotPostfix"):
            with self.subTest(operator=operator):
                self.agree(one, policy(CALL, rule(args(arg(1, operator, "go\x01\"od")))))

    def test_sockets(self):
        one = policy(SOCK, rule(args(arg(0, "DPort", "443"))))
        for operator, value in (("DPort", "1:1023"), ("SPort", "80"), ("NotDPort", "443"),
                                ("DAddr", "10.0.0.0/8"), ("DAddr", "fd00::/8"),
                                ("NotDAddr", "10.0.0.0/8"), ("Protocol", "IPPROTO_UDP"),
                                ("Family", "AF_INET6"), ("Family", "AF_UNIX"),
                                ("State", "TCP_LISTEN")):
            with self.subTest(operator=operator, value=value):
                self.agree(one, policy(SOCK, rule(args(arg(0, operator, value)))))

    def test_file_types(self):
        one = policy(FILE, rule(args(arg(0, "Prefix", "/srv/"))))
        for operator in ("FileType", "NotFileType"):
            with self.subTest(operator=operator):
                self.agree(one, policy(FILE, rule(args(arg(0, "Prefix", "/srv/"),
                                                       arg(0, operator, "reg")))))

    def process(self, *filters):
        one = policy(FILE, rule(args(arg(1, "Equal", "2"))))
        for text in filters:
            with self.subTest(filters=text):
                self.agree(one, policy(FILE, rule(args(arg(1, "Equal", "2")), text)))
                self.agree(one, policy(FILE, rule(args(arg(1, "Equal", "2")), text),
                                       option=UNREADABLE))

    def test_binaries(self):
        self.process(*(binaries(operator, "/usr/bin/login") for operator in
                       ("In", "NotIn", "Prefix", "NotPrefix", "Postfix", "NotPostfix")))

    def test_descent(self):
        self.process(binaries("In", "/usr/bin/login", more=", followChildren: true"),
                     binaries("NotIn", "/usr/bin/login", more=", followChildren: true"),
                     pids("In", 7, more=", followForks: true"),
                     pids("NotIn", 7, more=", followForks: true"))

    def test_descent_from_one_and_not_from_another(self):
        children = rule(binaries("In", "/usr/bin/login", more=", followChildren: true"))
        forks = rule(pids("In", 7, more=", followForks: true"))
        self.agree(policy(FILE, children), policy(FILE, children, forks))

    def test_descent_from_a_name_that_one_rule_distrusts(self):
        told = "matchActions: [{action: Post}]"
        text = binaries("NotIn", "/usr/bin/login", more=", followChildren: true")
        seen = self.agree(policy(FILE, rule(text, does=told)), policy(FILE, rule(text)))
        self.assertIn({"binary": "/usr/bin/login", "foreign": True, "parent": None},
                      [one["process"].get("parent") for one in seen])

    def test_descent_that_is_not_readable(self):
        text = binaries("In", "/usr/bin/login", more=", followChildren: true")
        seen = self.agree(policy(FILE, rule(text)),
                          policy(FILE, rule(text), option=UNREADABLE))
        self.assertIn({"binary": {"unreadable": True}},
                      [one["process"].get("parent") for one in seen])
        text = pids("In", 7, more=", followForks: true")
        seen = self.agree(policy(FILE, rule(text)),
                          policy(FILE, rule(text), option=UNREADABLE))
        self.assertIn({"unreadable": True}, [one["process"].get("parent") for one in seen])

    def test_a_process_is_in_its_own_tree(self):
        tree = pids("In", 7, more=", followForks: true")
        one = policy(FILE, rule(pids("In", 7)))
        seen = self.agree(one, policy(FILE, rule(tree)))
        self.assertTrue(all(event["process"]["pid"] != 7 for event in seen), seen)

    def test_pids(self):
        self.process(pids("In", 7), pids("NotIn", 7),
                     pids("In", 7, more=", isNamespacePID: true"),
                     pids("NotIn", 7, more=", isNamespacePID: true"))

    def test_namespaces(self):
        self.process(*(namespaces(which, operator, *values)
                       for which in ("Mnt", "User") for operator in ("In", "NotIn")
                       for values in (["host_ns"], ["4026531840"], ["host_ns", "4026531840"])))

    def test_namespaces_and_names(self):
        for which in ("Mnt", "User"):
            one = policy(FILE, rule(args(arg(0, "NotPrefix", "/etc/")),
                                    binaries("NotIn", "/usr/bin/login")))
            two = policy(FILE, rule(args(arg(0, "NotPrefix", "/etc/")),
                                    binaries("NotIn", "/usr/bin/login"),
                                    namespaces(which, "NotIn", "host_ns")))
            with self.subTest(which=which):
                self.agree(one, two)
                self.agree(one, two.replace("NotIn, values: [\"host_ns", "In, values: [\"host_ns"))

    def test_capabilities(self):
        self.process(*(capabilities(which, operator, "CAP_SYS_ADMIN", "CAP_NET_RAW")
                       for which in ("Effective", "Permitted", "Inheritable")
                       for operator in ("In", "NotIn")))

    def test_hooks(self):
        for hook, filters in ((LSM, arg(0, "Prefix", "/etc/")),
                              (POINT, arg(6, "Prefix", "/etc/"))):
            with self.subTest(hook=hook[1]):
                self.agree(policy(hook, rule(args(filters))),
                           policy(hook, rule(args(filters), binaries("NotIn", "/usr/bin/login"))))

    def test_return_values(self):
        more = "return: true\n    returnArg: {index: 0, type: int}"
        returns = "matchReturnArgs: [{index: 0, operator: %s, values: ['-1']}]"
        one = policy(CALL, rule(returns % "Equal", does="matchActions: [{action: Post}]"),
                     more=more)
        self.agree(one, one.replace("Equal", "NotEqual"))

    def test_actions(self):
        text = args(arg(0, "Prefix", "/etc/"))
        kill = policy(FILE, rule(text))
        for action in ("{action: Post}", "{action: NoPost}", "{action: Signal, argSig: 10}",
                       "{action: Override, argError: -13}",
                       "{action: Sigkill}, {action: NoPost}"):
            with self.subTest(action=action):
                other = policy(FILE, rule(text, does="matchActions: [%s]" % action))
                if "Sigkill" not in action:
                    self.agree(kill, other)
                self.agree(other, policy(FILE, rule(args(arg(0, "Equal", "/tmp/x")))))


if __name__ == "__main__":
    unittest.main()
