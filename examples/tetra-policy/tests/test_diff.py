#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""tetra-policy diff and prove: what they say, and their statuses."""

import json
import unittest

from program import GOOD, Program

SELECTORS = """\
apiVersion: cilium.io/v1alpha1
kind: TracingPolicy
metadata:
  name: guard
spec:
  kprobes:
  - call: security_file_permission
    syscall: false
    args:
    - index: 0
      type: file
    - index: 1
      type: int
    selectors:
"""
SELECTOR = """\
    - matchArgs:
      - index: 0
        operator: %s
        values: [%s]
      - index: 1
        operator: Equal
        values: ["2"]
      matchBinaries:
      - operator: NotIn
        values: [/usr/bin/login]
      matchActions:
      - action: %s
"""
SOCKETS = """\
apiVersion: cilium.io/v1alpha1
kind: TracingPolicy
metadata:
  name: egress
spec:
  kprobes:
  - call: tcp_connect
    syscall: false
    args:
    - index: 0
      type: sock
    selectors:
    - matchArgs:
      - index: 0
        operator: %s
        values: %s
      matchActions:
      - action: Sigkill
"""


def packets(filters):
    return SOCKETS.split("  - call:", maxsplit=1)[0] + (
        "  - {call: ip_rcv, syscall: false, args: [{index: 0, type: skb}], selectors: "
        "[{matchArgs: [%s], matchActions: [{action: Sigkill}]}]}\n" % filters)


def guard(*selectors):
    return SELECTORS + "".join(SELECTOR % one for one in selectors)


class Diff(Program):
    def compare(self, old, new, *args, status):
        out, _ = self.run_it("diff", "--json", *args, self.write("old.yaml", old),
                             self.write("new.yaml", new), status=status)
        self.assertEqual(out.count("\n"), 1)
        found = json.loads(out)
        self.assertTrue(found["complete"])
        return found

    def regions(self, old, new):
        [hook] = self.compare(old, new, status=1)["hooks"]
        return hook["regions"]

    def test_a_policy_is_equal_to_itself(self):
        found = self.compare(GOOD, GOOD, status=0)
        self.assertEqual(found, {"hooks": [], "equal": True, "only_tightens": True,
                                 "complete": True})

    def test_the_order_of_values_does_not_matter(self):
        one = guard(("Equal", "/a, /b", "Sigkill"))
        self.compare(one, guard(("Equal", "/b, /a", "Sigkill")), status=0)
        self.compare(one, guard(("Equal", "/b", "Sigkill"), ("Equal", "/a", "Sigkill")),
                     status=0)

    def test_what_an_earlier_selector_takes_does_not_matter(self):
        self.compare(guard(("Prefix", "/etc/", "Sigkill")),
                     guard(("Prefix", "/etc/", "Sigkill"), ("Equal", "/etc/shadow", "Post")),
                     status=0)

    def test_blocked_and_no_longer_blocked(self):
        old = guard(("Prefix", "/etc/passwd", "Sigkill"))
        new = guard(("Equal", "/etc/passwd", "Sigkill"), ("Equal", "/etc/shadow", "Sigkill"))
        blocked, free = self.regions(old, new)
        self.assertEqual((blocked["class"], blocked["old"], blocked["new"]),
                         ("newly-blocked", "allow", "kill"))
        self.assertEqual(blocked["where"], {
            "args[0]": '= "/etc/shadow"', "args[1]": "= 2",
            "binary": 'not in {"/usr/bin/login"} or unreadable or no path'})
        self.assertEqual(blocked["witness"], {
            "function": "security_file_permission", "args": ["/etc/shadow", 2],
            "process": {"binary": "/usr/bin/dash"}})
        self.assertIsNone(blocked["old_rule"])
        self.assertEqual((blocked["new_rule"]["selector"], blocked["new_rule"]["line"]), (1, 27))
        self.assertEqual((free["class"], free["new_rule"]), ("no-longer-blocked", None))
        self.assertEqual(free["where"]["args[0]"],
                         'under "/etc/passwd" and not in {"/etc/passwd"}')

    def test_fail_open_is_seen(self):
        old = guard(("Equal", "/etc/passwd", "Sigkill"))
        new = old.replace("spec:\n", "spec:\n  options:\n  - name: unreadable\n"
                          "    value: no-match\n")
        wheres = [one["where"] for one in self.regions(old, new)]
        self.assertTrue(any(one["args[0]"] == "unreadable" for one in wheres
                            if "args[0]" in one), wheres)

    def test_monitor_mode_only_tells(self):
        old = guard(("Equal", "/etc/passwd", "Sigkill"))
        new = old.replace("spec:\n", "spec:\n  options:\n  - name: policy-mode\n"
                          "    value: monitor\n")
        for region in self.regions(old, new):
            self.assertIn((region["old"], region["new"]),
                          [("kill", "told"), ("kill", "allow")])

    def test_only_tightens(self):
        old = guard(("Equal", "/etc/passwd", "Sigkill"))
        new = guard(("Equal", "/etc/passwd, /etc/shadow", "Sigkill"))
        self.assertTrue(self.compare(old, new, "--only-tightens", status=0)["only_tightens"])
        self.assertFalse(self.compare(new, old, "--only-tightens", status=1)["only_tightens"])

    def test_denied_and_killed_are_both_blocked(self):
        old = guard(("Equal", "/etc/passwd", "Sigkill"))
        new = old.replace("action: Sigkill", "action: Override\n        argError: -13")
        [region] = self.regions(old, new)
        self.assertEqual((region["class"], region["new"]), ("other-effect", "deny:EACCES"))
        self.compare(old, new, "--only-tightens", status=0)

    def test_a_hook_of_one_side_only(self):
        old = guard(("Equal", "/etc/passwd", "Post"))
        found = self.compare(old, SOCKETS % ("DPort", '["443"]'), status=1)
        self.assertEqual([one["function"] for one in found["hooks"]],
                         ["security_file_permission", "tcp_connect"])

    def test_ports_and_networks(self):
        [region] = self.regions(SOCKETS % ("DPort", '["1:1023"]'),
                                SOCKETS % ("DPort", '["443"]'))
        self.assertEqual(region["where"], {"args[0].dport": "in 1..442 or in 444..1023"})
        [region] = self.regions(SOCKETS % ("DAddr", "[10.0.0.0/8]"),
                                SOCKETS % ("DAddr", "[10.0.0.0/8, 192.168.0.0/16]"))
        self.assertEqual(region["where"], {"args[0].daddr": "in 192.168.0.0/16"})

    def agree(self, region, old, new):
        """What sim makes of the witness is what diff says of it."""
        event = self.write("event.json", json.dumps(region["witness"]) + "\n")
        for side, text in (("old", old), ("new", new)):
            out, _ = self.run_it("sim", self.write("one.yaml", text), "--events", event,
                                 "--json", "--all", status=0)
            verdict = json.loads(out.splitlines()[0])["verdict"]
            self.assertEqual(verdict, {"allow": "none"}.get(region[side], region[side]),
                             (side, region["witness"]))

    def test_a_state_beside_other_parts_of_a_packet(self):
        # A header out of reach leaves the state absent; only a packet that is out of reach has
        # one that cannot be read.
        state = packets("{index: 0, operator: State, values: [TCP_ESTABLISHED]}")
        for operator, value in (("DPort", "22"), ("Protocol", "IPPROTO_TCP"), ("Family", "AF_INET"),
                                ("SAddr", "10.0.0.0/8")):
            other = packets("{index: 0, operator: %s, values: ['%s']}" % (operator, value))
            for old, new in ((other, state), (state, other)):
                with self.subTest(operator, state_is_new=new == state):
                    found = self.regions(old, new)
                    self.assertTrue(found)
                    for region in found:
                        self.agree(region, old, new)

    def test_the_families_of_packets_have_names(self):
        state = packets("{index: 0, operator: State, values: [TCP_ESTABLISHED]}")
        port = packets("{index: 0, operator: DPort, values: ['22']}")
        self.assertIn("readable or absent",
                      [one["where"]["args[0].family"] for one in self.regions(port, state)])
        [region] = self.regions(packets("{index: 0, operator: Family, values: [AF_INET]}"),
                                packets("{index: 0, operator: Family, values: [AF_INET6]}, "
                                        "{index: 0, operator: Family, values: [AF_INET]}"))[:1]
        self.assertEqual(region["where"]["args[0].family"], "= AF_INET")

    def test_ports_that_a_short_header_hides(self):
        ports = "{index: 0, operator: DPort, values: ['22']}, "
        old, new = (packets(ports + "{index: 0, operator: Protocol, values: [%s]}" % one)
                    for one in ("IPPROTO_TCP", "IPPROTO_ICMP"))
        for region in self.regions(old, new):
            self.agree(region, old, new)

    def test_a_packet_of_a_protocol_that_fits_in_no_header(self):
        old, new = (packets("{index: 0, operator: Protocol, values: [IPPROTO_TCP%s]}" % more)
                    for more in ("", ", '300', IPPROTO_MPTCP"))
        self.compare(old, new, status=0)

    def test_a_rate_limit_is_said(self):
        old = guard(("Equal", "/etc/passwd", "Post"))
        new = old.replace("action: Post", "action: Post\n        rateLimit: 1m")
        [region] = self.regions(old, new)
        self.assertEqual(region["class"], "no-longer-told")
        self.assertEqual([text for name, text in region["where"].items()
                          if "rateLimit" in name], ["= no"])

    def test_text_for_people(self):
        out, err = self.run_it("diff", self.write("old.yaml", guard(("Equal", "/a", "Sigkill"))),
                               self.write("new.yaml", guard(("Equal", "/a, /b", "Sigkill"))),
                               status=1)
        self.assertIn("guard: kprobes[0] security_file_permission\n  NEWLY BLOCKED", out)
        self.assertIn("1 region, each confirmed", out)
        self.assertIn("symbolic links", err)

    def test_probes_of_programs(self):
        out, _ = self.run_it("diff", self.write("old.yaml", usdt(5)),
                             self.write("new.yaml", usdt(6)), status=1)
        self.assertIn("usdts[0] /bin/x:lab/probe\n  NO LONGER TOLD", out)
        self.assertIn('{"usdt":"/bin/x:lab/probe","args":[6],', out)

    def test_what_cannot_be_compared(self):
        good = self.write("good.yaml", GOOD)
        self.run_it("diff", good, good + "x", status=2)
        self.run_it("diff", good, status=2)

    def test_counters_are_not_compared_and_that_is_said(self):
        probe = ("apiVersion: cilium.io/v1alpha1\nkind: TracingPolicy\nmetadata: {name: p}\n"
                 "spec:\n  uprobes: [{path: /bin/x, symbols: [f], refCtrOffsets: [%d]}]\n")
        for counter, said in ((64, False), (66, True), (0, True)):
            _, err = self.run_it("diff", self.write("old.yaml", probe % 64),
                                 self.write("new.yaml", probe % counter), status=0)
            self.assertEqual("[counters-not-compared]" in err, said)


def usdt(most):
    """A policy that tells of a probe whose argument is above that."""
    return """\
apiVersion: cilium.io/v1alpha1
kind: TracingPolicy
metadata: {name: guard}
spec:
  usdts:
  - {path: /bin/x, provider: lab, name: probe, args: [{index: 0, type: int32}], selectors: [
      {matchArgs: [{index: 0, operator: GT, values: ["%d"]}]}]}
""" % most


SUITE = """\
apiVersion: tetra.test/v1
kind: PolicySuite
policies: [guard.yaml]
prove:
"""


class Prove(Program):
    def prove(self, *claims, args=(), status):
        self.write("guard.yaml", guard(("Equal", "/etc/passwd", "Sigkill")))
        suite = self.write("suite.yaml", SUITE + "".join("- %s\n" % one for one in claims))
        out, _ = self.run_it("prove", "--json", *args, suite, status=status)
        return json.loads(out)["suites"][0]["proofs"]

    def test_a_claim_that_holds(self):
        [proof] = self.prove("never-allowed: {function: security_file_permission, args: "
                             "[/etc/passwd, 2], unless: {binary: /usr/bin/login}}", status=0)
        self.assertEqual((proof["status"], proof["witness"]), ("proved", None))

    def test_without_its_exception_it_does_not_hold(self):
        [proof] = self.prove("never-allowed: {function: security_file_permission, args: "
                             "[/etc/passwd, 2]}", status=1)
        self.assertEqual(proof["status"], "refuted")
        self.assertEqual(proof["witness"]["process"]["binary"], "/usr/bin/login")

    def test_what_is_not_given_includes_the_unreadable(self):
        [proof] = self.prove("never-blocked: {function: security_file_permission, args: "
                             "[any, 2], binary: /usr/bin/dash}", status=1)
        self.assertIn("args[0]", proof["reason"])
        [proof] = self.prove("never-blocked: {function: security_file_permission, args: "
                             "[any, 4]}", status=0)
        self.assertEqual(proof["status"], "proved")

    def test_a_function_that_nobody_hooks(self):
        proofs = self.prove("always-told: {function: tcp_connect, args: [{dport: 4444}]}",
                            "never-blocked: {function: tcp_connect}", status=1)
        self.assertEqual([one["status"] for one in proofs], ["refuted", "proved"])
        self.assertEqual(proofs[0]["witness"], {"function": "tcp_connect"})

    def test_probes_of_programs(self):
        self.write("probe.yaml", usdt(5))
        suite = self.write("suite.yaml", SUITE.replace("guard.yaml", "probe.yaml") +
                           "- always-told: {usdt: '/bin/x:lab/probe', args: [6]}\n"
                           "- always-told: {usdt: '/bin/x:lab/probe', args: [5]}\n")
        out, _ = self.run_it("prove", "--json", suite, status=1)
        proofs = json.loads(out)["suites"][0]["proofs"]
        self.assertEqual([one["status"] for one in proofs], ["proved", "refuted"])

    def test_a_broken_suite(self):
        self.prove_broken("prove: 3\n", "must be a list")
        self.prove_broken("prove:\n- never: {function: x}\n", "expected never-allowed")
        self.prove_broken("kind: Other\n", "must be PolicySuite")

    def prove_broken(self, text, why):
        _, err = self.run_it("prove", self.write("broken.yaml", text), status=2)
        self.assertIn(why, err)


RESULT = """\
apiVersion: cilium.io/v1alpha1
kind: TracingPolicy
metadata: {name: result}
spec:
  kprobes:
  - call: security_file_open
    syscall: false
    return: true
    returnArg: {index: 0, type: int}
    args: [{index: 0, type: file}]
    selectors:
"""
WAITS = """\
    - matchReturnArgs: [{index: 0, operator: NotEqual, values: ["77"]}]
"""
KILLS = """\
    - matchArgs: [{index: 0, operator: Equal, values: [/x]}]
      matchActions: [{action: Sigkill}]
"""


class BeforeTheResult(Program):
    """What enforces has acted before there is a result that another selector waits for."""

    def test_it_is_blocked(self):
        self.write("guard.yaml", RESULT + WAITS + KILLS)
        suite = self.write("suite.yaml", SUITE + "- never-allowed: {function: security_file_open, "
                           "args: [/x]}\n- never-blocked: {function: security_file_open, args: [/x]}\n")
        out, _ = self.run_it("prove", "--json", suite, status=1)
        self.assertEqual([one["status"] for one in json.loads(out)["suites"][0]["proofs"]],
                         ["proved", "refuted"])

    def test_what_waits_changes_what_is_told_alone(self):
        old, new = self.write("old.yaml", RESULT + WAITS + KILLS), self.write("new.yaml",
                                                                              RESULT + KILLS)
        out, _ = self.run_it("diff", "--json", old, new, status=1)
        [hook] = json.loads(out)["hooks"]
        self.assertEqual({region["class"] for region in hook["regions"]}, {"no-longer-told"})

    def test_what_waits_after_it_and_what_waits_alone(self):
        for old, new in ((KILLS + WAITS, WAITS + KILLS), (WAITS + WAITS + KILLS, WAITS + KILLS)):
            self.run_it("diff", self.write("old.yaml", RESULT + old),
                        self.write("new.yaml", RESULT + new), status=0)


class NotComparable(Program):
    """What has no exact answer is refused: it was called equal, or contradicted itself."""

    def refused(self, *selectors, word):
        paths = [self.write("%d.yaml" % i, SELECTORS + one) for i, one in enumerate(selectors)]
        _, err = self.run_it("diff", *paths, status=2)
        self.assertIn(word, err)
        self.assertIn("[not-comparable]", err)
        self.assertNotIn("internal-error", err)

    def test_two_lists_that_follow_forks(self):
        one = "      - {operator: In, followForks: true, values: [%d], isNamespacePID: %s}\n"
        head = "    - matchPIDs:\n"
        for old, new in ((one % (1, "false"), one % (1, "false") + one % (2, "true")),
                         (one % (1, "false") + one % (2, "false"),
                          one % (1, "false") + one % (3, "false"))):
            with self.subTest(new):
                self.refused(head + old, head + new, word="two filters with followForks")

    def test_a_type_that_the_machine_knows(self):
        text = ("apiVersion: cilium.io/v1alpha1\nkind: TracingPolicy\nmetadata: {name: a}\nspec:\n"
                "  tracepoints:\n  - subsystem: sched\n    event: sched_process_exec\n"
                "    args: [{index: 5, type: auto}]\n    selectors:\n"
                "    - matchArgs: [{index: 5, operator: Equal, values: ['%d']}]\n")
        one, two = (self.write("%d.yaml" % i, text % i) for i in (1, 2))
        self.assertIn("type auto cannot be compared", self.run_it("diff", one, two, status=2)[1])
        suite = self.write("s.yaml", "apiVersion: tetra.test/v1\nkind: PolicySuite\npolicies: [1.yaml]\n"
                           "prove:\n- always-told: {event: sched/sched_process_exec, args: ['1']}\n")
        self.assertIn("type auto cannot be compared", self.run_it("prove", suite, status=2)[1])


class Members(Program):
    """Two members of what one parameter points to are two values."""
    TEXT = """\
apiVersion: cilium.io/v1alpha1
kind: TracingPolicy
metadata: {name: members}
spec:
  kprobes:
  - call: security_task_kill
    syscall: false
    args:
    - {index: 0, type: int, resolve: pid}
    - {index: 0, type: int, resolve: %s}
    selectors:
    - matchArgs:
      - {args: [0], operator: Equal, values: ["1"]}
      - {args: [1], operator: Equal, values: ["%d"]}
      matchActions: [{action: Override, argError: -1}]
"""

    def compare(self, old, new):
        paths = [self.write("%d.yaml" % i, self.TEXT % one) for i, one in enumerate((old, new))]
        return self.run_it("diff", *paths, status=1)[0]

    def test_each_has_its_own_value(self):
        out = self.compare(("tgid", 2), ("tgid", 3))
        self.assertIn('"args":[1,3]', out)
        self.assertIn("args[0] = 1 or unreadable  and  args[1] = 3", out)

    def test_one_member_is_not_another(self):
        self.assertIn("BLOCKED", self.compare(("tgid", 2), ("exit_code", 2)))

    def test_claims_are_about_the_member(self):
        self.write("one.yaml", self.TEXT % ("tgid", 2))
        suite = "apiVersion: tetra.test/v1\nkind: PolicySuite\npolicies: [one.yaml]\nprove:\n" \
                "- never-allowed: {function: security_task_kill, args: ['1', '%d']}\n"
        self.run_it("prove", self.write("yes.yaml", suite % 2), status=0)
        self.run_it("prove", self.write("no.yaml", suite % 3), status=1)


class Data(Program):
    """Elements of data are told from arguments, and from each other."""
    TEXT = """\
apiVersion: cilium.io/v1alpha1
kind: TracingPolicy
metadata: {name: data}
spec:
  kprobes:
  - call: sys_lseek
    args:
    - {index: 0, type: int}
    data:
    - {index: 0, type: int, source: current_task, resolve: pid}
    - {index: 1, type: int, source: pt_regs, resolve: %s}
    selectors:
    - matchArgs:
      - {index: 0, operator: Equal, values: ["1"]}
      matchData:
      - {index: 0, operator: Equal, values: ["7"]}
      - {index: 1, operator: Equal, values: ["%d"]}
      matchActions: [{action: Sigkill}]
"""

    def test_regions_name_them(self):
        paths = [self.write("%d.yaml" % i, self.TEXT % one)
                 for i, one in enumerate((("esi", 2), ("esi", 3)))]
        out = self.run_it("diff", *paths, status=1)[0]
        self.assertIn('"args":[1],"data":[7,3]', out)
        self.assertIn("data[0] = 7 or unreadable  and  data[1] = 3", out)

    def test_one_register_is_not_another(self):
        paths = [self.write("%d.yaml" % i, self.TEXT % one)
                 for i, one in enumerate((("esi", 2), ("edx", 2)))]
        self.assertIn("BLOCKED", self.run_it("diff", *paths, status=1)[0])

    def test_sim_reads_them(self):
        path = self.write("one.yaml", self.TEXT % ("esi", 2))
        for data, word in (([7, 2], " 1 matched"), ([7, 3], " 0 matched"), ([2, 7], " 0 matched")):
            event = self.write("event.json", json.dumps(
                {"function": "sys_lseek", "args": [1], "data": data, "process": {}}) + "\n")
            with self.subTest(data):
                out = self.run_it("sim", "--events", event, path, status=0)[0]
                self.assertIn(word, out)


if __name__ == "__main__":
    unittest.main()
