#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""tetra-policy sim: what it makes of recordings, and of events written by hand."""

import json
import os
import unittest

from program import BAD, Program

PASSWD = """\
apiVersion: cilium.io/v1alpha1
kind: TracingPolicy
metadata:
  name: passwd
spec:
  kprobes:
  - call: security_file_permission
    syscall: false
    args:
    - {index: 0, type: file}
    - {index: 1, type: int, label: mask}
    selectors:
    - matchArgs:
      - {index: 0, operator: Equal, values: [/etc/passwd]}
      - {index: 1, operator: Equal, values: ["2"]}
      matchBinaries:
      - {operator: NotIn, values: [/usr/bin/login]}
      matchActions:
      - action: Sigkill
"""


def policy(call, arg, selector, name="p", more=""):
    return ("apiVersion: cilium.io/v1alpha1\nkind: TracingPolicy\nmetadata: {name: %s}\n"
            "spec:\n%s  kprobes:\n  - call: %s\n    syscall: false\n    args: [%s]\n"
            "    selectors: [%s]\n" % (name, more, call, arg, selector))


def match(operator, *values):
    return "{matchArgs: [{index: 0, operator: %s, values: %s}]}" % (operator, json.dumps(values))


def recorded(function, *args, process=None, maker="p", kind="process_kprobe", **more):
    event = {"process": process or {"pid": 7, "binary": "/usr/bin/dash"},
             "function_name": function, "args": list(args), "action": "KPROBE_ACTION_POST", **more}
    if maker:
        event["policy_name"] = maker
    return {kind: event, "node_name": "n", "time": "2026-08-21T10:46:36.5Z"}


def write_passwd(binary="/usr/bin/dash", mask=2, path="/etc/passwd", maker="passwd"):
    return recorded("security_file_permission",
                    {"file_arg": {"path": path, "permission": "-rw-r--r--"}},
                    {"int_arg": mask, "label": "mask"},
                    process={"pid": 7, "binary": binary}, maker=maker)


EXEC = {"process_exec": {"process": {"pid": 7, "binary": "/usr/bin/dash"}}, "node_name": "n"}


class Sim(Program):
    def sim(self, text, *events, options=(), status=0):
        """The documents of --json, the last apart, and standard error."""
        path = self.write("p.yaml", text)
        lines = "".join((event if isinstance(event, str) else json.dumps(event)) + "\n"
                        for event in events)
        out, err = self.run_it("sim", path, "--events", "-", "--json", *options, status=status,
                               stdin=lines)
        found = [json.loads(line) for line in out.splitlines()]
        return found[:-1], found[-1]["summary"], err

    def verdicts(self, text, *events):
        found, _, _ = self.sim(text, *events, options=["--all"])
        return [one["verdict"] for one in found]

    def test_each_line_has_a_number_and_each_match_a_document(self):
        found, total, _ = self.sim(PASSWD, EXEC, write_passwd(), EXEC, write_passwd(mask=4))
        self.assertEqual(found, [{
            "event": 2, "policy": "passwd", "hook": "kprobes[0]", "selector": 0,
            "verdict": "kill", "missed_by": None, "depends_on": None, "signal": 9}])
        self.assertEqual(total, {"events": 4, "matched": 1, "unknown": 0, "broken": 0})

    def test_a_miss_names_the_filter(self):
        found, total, _ = self.sim(PASSWD, write_passwd(mask=4), write_passwd("/usr/bin/login"),
                                   options=["--all"])
        self.assertEqual([(one["event"], one["verdict"], one["missed_by"]) for one in found],
                         [(1, "none", "matchArgs[1]"), (2, "none", "matchBinaries[0]")])
        self.assertEqual(total["matched"], 0)

    def test_what_a_recording_does_not_carry_is_unknown(self):
        event = write_passwd()
        del event["process_kprobe"]["process"]["binary"]
        found, total, _ = self.sim(PASSWD, event)
        self.assertEqual([(one["verdict"], one["depends_on"]) for one in found],
                         [("unknown", "matchBinaries[0]")])
        self.assertEqual(total["unknown"], 1)

    def test_a_result_of_0_denies_nothing(self):
        """Nor does it undo what a rule before it denies."""
        for actions, verdict in (("{action: Override, argError: 0}", "post"),
                                 ("{action: Override, argError: -1}", "deny"),
                                 ("{action: Sigkill}, {action: Override, argError: 0}", "kill")):
            for call in ("security_file_permission", "__x64_sys_swapoff"):
                text = policy(call, "{index: 0, type: uint64}",
                              "{matchActions: [%s]}" % actions)
                self.assertEqual(self.verdicts(text, recorded(call, {"size_arg": "1"})),
                                 [verdict], actions)

    def test_names_of_a_user_namespace_are_not_trusted(self):
        """What an allow-list would pass, it stops if the name was made in a user namespace."""
        deny = "matchActions: [{action: Override, argError: -1}]"
        binary = policy("security_file_permission", "{index: 0, type: file}",
                        "{matchBinaries: [{operator: NotIn, values: [/usr/bin/ok]}], %s}" % deny)
        path = policy("security_file_permission", "{index: 0, type: file}",
                      "{matchArgs: [{index: 0, operator: NotPrefix, values: [/usr/]}], %s}" % deny)
        children = policy("security_file_permission", "{index: 0, type: file}",
                          "{matchBinaries: [{operator: NotIn, values: [/usr/bin/ok], "
                          "followChildren: true}], %s}" % deny)
        foreign = "execve userNamespace rootcwd"
        for text, flags, argument, parent, verdict in (
                (binary, "execve rootcwd", "", "", "none"),
                (binary, foreign, "", "", "deny"),
                (binary, "userNamespaces", "userNamespace", "", "none"),
                (path, foreign, "", "", "none"),
                (path, "", "userNamespace", "", "deny"),
                (path, "", "unresolvedPathComponents userNamespace", "", "unknown"),
                (children, "", "", "execve", "none"),
                (children, "", "", foreign, "unknown")):
            with self.subTest(flags=flags, argument=argument, parent=parent):
                process = {"pid": 7, "binary": "/usr/bin/ok", "flags": flags}
                more = {}
                if parent:
                    process["binary"] = "/usr/bin/dash"
                    more["parent"] = {"pid": 6, "binary": "/usr/bin/ok", "flags": parent}
                file = {"path": "/usr/a", "flags": argument}
                event = recorded("security_file_permission", {"file_arg": file},
                                 process=process, **more)
                self.assertEqual(self.verdicts(text, event), [verdict])

    def test_another_policys_arguments_are_told_apart_or_unknown(self):
        event = write_passwd(maker="other")
        # One parameter of this function is a file, one a number.
        self.assertEqual(self.verdicts(PASSWD, event), ["kill"])
        event["process_kprobe"]["args"].reverse()
        self.assertEqual(self.verdicts(PASSWD, event), ["kill"])
        # Two numbers; a label says which is which.
        two = policy("f", "{index: 0, type: int, label: fd}, {index: 1, type: int}",
                     match("Equal", "1"))
        ints = [{"int_arg": 1}, {"int_arg": 2}]
        self.assertEqual(self.verdicts(two, recorded("f", *ints)), ["post"])
        self.assertEqual(self.verdicts(two, recorded("f", *ints, maker="other")), ["unknown"])
        labelled = [{"int_arg": 2}, {"int_arg": 1, "label": "fd"}]
        self.assertEqual(self.verdicts(two, recorded("f", *labelled, maker="other")), ["post"])
        # A type that this policy does not have.
        self.assertEqual(self.verdicts(two, recorded("f", {"string_arg": "1"}, *ints[1:])),
                         ["unknown"])

    def test_each_argument_as_it_is_recorded(self):
        sock = {"family": "AF_INET", "type": "SOCK_STREAM", "protocol": "IPPROTO_TCP",
                "saddr": "10.0.0.5", "daddr": "10.0.0.9", "sport": 4000, "dport": 443,
                "state": "TCP_SYN_SENT"}
        unix = {"family": "AF_UNIX", "type": "SOCK_STREAM", "protocol": "IPPROTO_IP",
                "saddr": "invalid IP", "daddr": "invalid IP", "state": "TCP_ESTABLISHED"}
        packet = {"len": 60, "saddr": "10.0.0.5", "daddr": "10.0.0.9", "dport": 53,
                  "proto": 17, "protocol": "IPPROTO_UDP", "family": "AF_INET"}
        protocol_0 = {"saddr": "10.0.0.5", "daddr": "10.0.0.9", "protocol": "IPPROTO_IP",
                      "family": "AF_INET"}
        address = {"family": "AF_INET", "addr": "10.0.0.1", "port": 443}
        long_one = {"truncated_bytes_arg": {"bytes_arg": "R0VUIC8=", "orig_size": "5000"}}
        for kind, selector, arg, verdict in (
                ("int", match("Equal", "-1"), {"int_arg": -1}, "post"),
                ("uint32", match("GT", "5"), {"uint_arg": 6}, "post"),
                ("int64", match("Equal", "-9"), {"long_arg": "-9"}, "post"),
                ("uint64", match("GT", "5"), {"size_arg": "18446744073709551615"}, "post"),
                ("string", match("Equal", "a"), {"string_arg": "a"}, "post"),
                ("string", match("Equal", "a"), {"string_arg": ""}, "unknown"),
                ("char_buf", match("Prefix", "GET"), {"bytes_arg": "R0VUIC8="}, "post"),
                ("char_buf", match("Equal", "GET /"), {"bytes_arg": "R0VUIC8="}, "post"),
                ("char_buf", match("Prefix", "GET"), long_one, "post"),
                ("char_buf", match("Equal", "GET /"), long_one, "unknown"),
                ("char_buf", match("Prefix", "GET"),
                 {"bytes_arg": "Q2hhckJ1ZkVycm9yUGFnZUZhdWx0"}, "unknown"),
                ("file", match("Prefix", "/etc/"), {"file_arg": {"path": "/etc/a"}}, "post"),
                ("file", match("Prefix", "/etc/"), {"file_arg": {}}, "unknown"),
                ("file", match("Prefix", "/etc/"),
                 {"file_arg": {"path": "/a", "flags": "unresolvedPathComponents"}}, "unknown"),
                ("file", match("FileType", "reg"),
                 {"file_arg": {"path": "/a", "permission": "-rw-r--r--"}}, "post"),
                ("file", match("FileType", "fifo"),
                 {"file_arg": {"permission": "prw-------"}}, "post"),
                ("file", match("FileType", "reg"),
                 {"file_arg": {"permission": "-rw-------"}}, "unknown"),
                ("path", match("Postfix", "a"), {"path_arg": {"path": "/etc/a"}}, "post"),
                ("linux_binprm", match("Equal", "/bin/id"),
                 {"linux_binprm_arg": {"path": "/bin/id"}}, "post"),
                ("sock", match("DPort", "443"), {"sock_arg": sock}, "post"),
                ("sock", match("NotDAddr", "10.0.0.0/8"), {"sock_arg": sock}, "none"),
                ("sock", match("State", "TCP_SYN_SENT"), {"sock_arg": sock}, "post"),
                ("sock", match("NotDPort", "443"), {"sock_arg": unix}, "none"),
                ("sock", match("Family", "AF_UNIX"), {"sock_arg": unix}, "post"),
                ("sock", match("DPort", "443"), {"sock_arg": {}}, "unknown"),
                ("socket", match("DPort", "443"), {"sock_arg": sock}, "post"),
                ("sockaddr", match("SPort", "443"), {"sockaddr_arg": address}, "post"),
                ("sockaddr", match("NotSAddr", "10.0.0.0/8"), {"sockaddr_arg": address}, "none"),
                ("sockaddr", match("SPort", "443"), {"sockaddr_arg": {}}, "unknown"),
                ("sockaddr", match("NotSPort", "443"),
                 {"sockaddr_arg": {"family": "AF_UNIX"}}, "none"),
                ("skb", match("DPort", "53"), {"skb_arg": packet}, "post"),
                ("skb", match("NotSAddr", "10.0.0.0/8"), {"skb_arg": packet}, "none"),
                ("skb", match("Protocol", "IPPROTO_UDP"), {"skb_arg": packet}, "post"),
                ("skb", match("State", "TCP_LISTEN"), {"skb_arg": packet}, "none"),
                # A port of 0 and none are left out alike; ICMP has none.
                ("skb", match("NotSPort", "1"), {"skb_arg": packet}, "unknown"),
                ("skb", match("NotSPort", "1"), {"skb_arg": {**packet, "proto": 1}}, "none"),
                ("skb", match("NotSPort", "1"), {"skb_arg": {"len": 60}}, "unknown"),
                # A protocol of 0 has a name and no number; without a header, it has neither.
                ("skb", match("Protocol", "0"), {"skb_arg": protocol_0}, "post"),
                ("skb", match("NotSPort", "1"), {"skb_arg": protocol_0}, "none"),
                ("skb", match("Protocol", "0"), {"skb_arg": {"protocol": "IPPROTO_IP"}},
                 "unknown"),
                ("cap_effective", match("Equal", "32"),
                 {"cap_effective_arg": "0000000000000020"}, "post"),
                ("cap_effective", match("Equal", "171"),
                 {"cap_effective_arg": "00000000000000aB"}, "post"),
                ("int", match("Equal", "1"), {}, "unknown"),
                ("int", match("Equal", "1"), {"error_arg": {"Message": "x"}}, "unknown")):
            with self.subTest(kind=kind, arg=arg):
                text = policy("f", "{index: 0, type: %s}" % kind, selector)
                self.assertEqual(self.verdicts(text, recorded("f", arg)), [verdict])

    def test_what_is_not_a_set_of_capabilities_is_unknown(self):
        text = policy("f", "{index: 0, type: cap_effective}", match("NotEqual", "4096"))
        for caps in ("", "-1", " 12", "0x10", "1ffffffffffffffffff", "000000000000020",
                     "00000000000000020", "-000000000000001", "0x00000000000020",
                     " 000000000000020", "000000000000002g", 32):
            with self.subTest(caps=caps):
                event = recorded("f", {"cap_effective_arg": caps})
                self.assertEqual(self.verdicts(text, event), ["unknown"])

    def test_the_process_as_it_is_recorded(self):
        host, other = {"inum": 4026531841, "is_host": True}, {"inum": 4026532000}
        caps = "{matchCapabilities: [{type: Effective, operator: %s, values: [CAP_DAC_OVERRIDE]}]}"
        mnt = "{matchNamespaces: [{namespace: Mnt, operator: NotIn, values: [host_ns]}]}"
        child = "{matchBinaries: [{operator: In, values: [/bin/sh], followChildren: true}]}"
        for selector, process, more, verdict in (
                (caps % "In", {"cap": {"effective": ["DAC_OVERRIDE"]}}, {}, "post"),
                (caps % "In", {"cap": {"permitted": ["CAP_CHOWN"]}}, {}, "none"),
                (caps % "NotIn", {"cap": {}}, {}, "post"),
                (caps % "NotIn", {}, {}, "unknown"),
                (mnt, {"ns": {"mnt": other}}, {}, "post"),
                (mnt, {"ns": {"mnt": host}}, {}, "none"),
                (mnt, {"ns": {}}, {}, "unknown"),
                ("{matchPIDs: [{operator: In, values: [7]}]}", {"pid": 7}, {}, "post"),
                (child, {"binary": "/bin/ls"}, {"parent": {"binary": "/bin/sh"}}, "post"),
                (child, {"binary": "/bin/ls"}, {"parent": {"binary": "/bin/su"}}, "unknown"),
                ("{matchBinaries: [{operator: NotIn, values: [/bin/sh]}]}",
                 {"binary": "[kworker/0:1]"}, {}, "none")):
            with self.subTest(process=process):
                text = policy("f", "{index: 0, type: int}", selector)
                self.assertEqual(self.verdicts(text, recorded("f", process=process, **more)),
                                 [verdict])

    def test_other_hooks(self):
        lsm = policy("f", "", "").replace("kprobes:\n  - call: f\n    syscall: false\n",
                                          "lsmhooks:\n  - hook: file_open\n")
        point = lsm.replace("lsmhooks:\n  - hook: file_open",
                            "tracepoints:\n  - subsystem: sched\n    event: sched_switch")
        self.assertEqual(self.verdicts(lsm, recorded("file_open", kind="process_lsm")), ["post"])
        event = recorded("", kind="process_tracepoint", subsys="sched", event="sched_switch")
        self.assertEqual(self.verdicts(point, event), ["post"])
        self.assertEqual(self.verdicts(point, recorded("g")), ["none"])

    def test_events_written_by_hand(self):
        for event in ('{"function": "security_file_permission", "args": ["/etc/passwd", 2], '
                      '"process": {"binary": "/usr/bin/dash"}}',
                      "{function: security_file_permission, args: [/etc/passwd, 2], "
                      "process: {binary: /usr/bin/dash}}"):
            self.assertEqual(self.verdicts(PASSWD, event), ["kill"])

    def test_places_in_programs(self):
        probe = ("apiVersion: cilium.io/v1alpha1\nkind: TracingPolicy\nmetadata: {name: p}\nspec:\n"
                 "%s  uprobes: [{path: bin/x, %s, args: [{index: 0, type: string}], selectors: ["
                 "{matchArgs: [{index: 0, operator: Equal, values: [x]}], "
                 "matchActions: [{action: Sigkill}]}]}]\n")
        event = "{uprobe: 'bin/x:f', args: [%s]}"
        plain = probe % ("", "symbols: [f]")
        self.assertEqual(self.verdicts(plain, event % "x", event % "z", event % "{unreadable: true}"),
                         ["kill", "none", "none"])
        lenient = probe % ("  options: [{name: unreadable, value: match}]\n", "symbols: [f]")
        self.assertEqual(self.verdicts(lenient, event % "{unreadable: true}"), ["kill"])
        offset = probe % ("", "offsets: [16]")
        told = recorded("", {"string_arg": "x"}, kind="process_uprobe", path="bin/x", offset="16")
        self.assertEqual(self.verdicts(offset, told), ["kill"])
        for wrong in ("zz", "16x", "-1", "", "99999999999999999999"):
            told["process_uprobe"]["offset"] = wrong
            self.assertEqual(self.sim(offset, told)[1]["broken"], 1)

    def test_a_broken_line_is_reported_and_counted(self):
        found, total, err = self.sim(PASSWD, EXEC, "{\"process_kprobe\":", "", "[1]",
                                     "{function: f, arg: 1}", "\x1b[2J", write_passwd())
        self.assertEqual([one["event"] for one in found], [7])
        self.assertEqual(total, {"events": 6, "matched": 1, "unknown": 0, "broken": 4})
        for line in (2, 4, 5, 6):
            self.assertRegex(err, r"standard input:%d: warning: not an event: ." % line)
        self.assertIn("no key 'arg'", err)
        self.assertNotIn("\x1b", err)

    def test_links_are_not_followed_and_that_is_said(self):
        self.assertIn("[links-not-followed]", self.sim(PASSWD)[2])
        self.assertEqual(self.sim(policy("f", "{index: 0, type: int}", match("Equal", "1")))[2], "")

    def test_text_has_sums_by_rule_and_binary(self):
        events = self.write("e.json", "".join(json.dumps(event) + "\n" for event in (
            write_passwd(), write_passwd(), write_passwd("/usr/bin/tee"))))
        out, _ = self.run_it("sim", self.write("p.yaml", PASSWD), "--events", events, status=0)
        self.assertEqual(out, """\
1: kill passwd/kprobes[0].selectors[0]  /usr/bin/dash
2: kill passwd/kprobes[0].selectors[0]  /usr/bin/dash
3: kill passwd/kprobes[0].selectors[0]  /usr/bin/tee

By rule:
       3  passwd/kprobes[0].selectors[0]  kill 3

By binary:
       2  /usr/bin/dash  kill 2
       1  /usr/bin/tee  kill 1

3 events, 3 matched, 0 unknown
""")

    def test_diff_shows_what_changes(self):
        old = self.write("old.yaml", PASSWD.replace("action: Sigkill", "action: Post"))
        found, total, _ = self.sim(PASSWD, write_passwd(), write_passwd(mask=4),
                                   options=["--diff", old])
        self.assertEqual([(one["event"], one["old"], one["verdict"]) for one in found],
                         [(1, "post", "kill")])
        self.assertEqual(total["changed"], 1)

    def test_what_cannot_run(self):
        good, bad = self.write("p.yaml", PASSWD), self.write("bad.yaml", BAD)
        for args, word in (([good], "--events"), (["--events", "-"], "policy"),
                           ([bad, "--events", "-"], "[bad-enum]"),
                           ([good, "--events", self.folder + "/no"], "No such file"),
                           ([good, "--events", self.folder], "directory"),
                           ([good, "--events", "-", "--diff", bad], "[bad-enum]")):
            with self.subTest(args):
                out, err = self.run_it("sim", *args, status=2)
                self.assertIn(word, err)

    def test_what_the_reference_reported_is_never_a_miss(self):
        """Each recorded event was reported, so its policy had matched it."""
        golden = os.path.join(os.environ.get("TETRA_SHARED", ""), "golden")
        if not os.path.isdir(golden):
            self.skipTest("no recordings found")
        missed = set()
        for name in sorted(os.listdir(golden)):
            files = [os.path.join(golden, name, part) for part in ("policy.yaml", "events.json")]
            if not all(map(os.path.exists, files)):
                continue
            out, _ = self.run_it("sim", files[0], "--events", files[1], "--json", "--all",
                                 status=None)
            if any(json.loads(line).get("verdict") == "none" for line in out.splitlines()):
                missed.add(name)
        # Credentials and namespaces that changed after the exec, which is what events show; a
        # filter whose index the reference takes for another argument's; a filter of results
        # that it leaves out; an address, which events show as an offset in the file.
        self.assertLessEqual(missed, {"cap-inh-in", "ns-net-notin-and-mnt-in", "ns-pid-notin",
                                      "type-filename", "uprobe-return-match", "uprobe-addr"})


if __name__ == "__main__":
    unittest.main()
