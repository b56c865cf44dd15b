/* SPDX-License-Identifier: Apache-2.0 */
/* Findings that make a text no valid policy. In the order of their codes. */
#include "lib/manual/findings.h"

#define ERROR TETRA_SEVERITY_ERROR

static const struct finding_row rows[] = {
	{ "bad-enum", ERROR, "A word that is not on the list",
	  "The field takes one of a few words (a type, an operator, an action, the name of a "
	  "capability), and this is none of them. Words are compared exactly, with upper and "
	  "lower case.",
	  "Use the word that the hint offers, or one of the list in the language's reference.",
	  "kprobes:\n"
	  "- call: security_file_permission\n"
	  "  syscall: false\n"
	  "  args:\n"
	  "  - index: 0\n"
	  "    type: flie\n" },
	{ "bad-reference", ERROR, "A name or index that nothing in the policy has",
	  "A filter, an action or a call refers to an argument, a list or a macro by its index or "
	  "name, and the policy does not define it. The filter would have nothing to look at.",
	  "Declare the argument in 'args', or the list in spec.lists, or correct the index.",
	  "kprobes:\n"
	  "- call: security_file_permission\n"
	  "  syscall: false\n"
	  "  args:\n"
	  "  - index: 0\n"
	  "    type: file\n"
	  "  selectors:\n"
	  "  - matchArgs:\n"
	  "    - index: 3\n"
	  "      operator: Equal\n"
	  "      values: [/etc/passwd]\n" },
	{ "bad-value", ERROR, "A value that cannot be read",
	  "The field takes a text of a certain form (an address, a port, a range, a digest, a "
	  "name), and this text does not have it.",
	  "Write it in the form that the message names.",
	  "kprobes:\n"
	  "- call: tcp_connect\n"
	  "  syscall: false\n"
	  "  args:\n"
	  "  - index: 0\n"
	  "    type: sock\n"
	  "  selectors:\n"
	  "  - matchArgs:\n"
	  "    - index: 0\n"
	  "      operator: DAddr\n"
	  "      values: [10.0.0.0/33]\n" },
	{ "conflict", ERROR, "Two things that exclude each other",
	  "Each of the two is valid, but only one can hold. Which one was meant cannot be told, "
	  "so the policy is rejected instead of one being preferred silently.",
	  "Remove one of them.",
	  "kprobes:\n"
	  "- call: sys_write\n"
	  "  syscall: true\n"
	  "  args:\n"
	  "  - index: 1\n"
	  "    type: char_buf\n"
	  "    maxData: true\n"
	  "    returnCopy: true\n" },
	{ "duplicate-key", ERROR, "A key that is in a mapping twice",
	  "Most readers of YAML keep the last value and forget the first without a word: half of "
	  "what was written would not be in force. Keys are compared without case, as Tetragon "
	  "does.",
	  "Merge the two, or make each an item of a list.",
	  "kprobes:\n"
	  "- call: tcp_connect\n"
	  "  syscall: false\n"
	  "  call: tcp_close\n" },
	{ "duplicate-name", ERROR, "A name that is taken already",
	  "Two lists, options or loaded policies have one name, so that a reference to it, or a "
	  "later unload, could mean either.",
	  "Rename one; a policy that is loaded can be unloaded first, or replaced.",
	  "options:\n"
	  "- name: policy-mode\n"
	  "  value: monitor\n"
	  "- name: policy-mode\n"
	  "  value: enforce\n" },
	{ "empty-document", ERROR, "No policy in the file",
	  "The file is empty, or holds nothing but comments. A folder of policies with such a file "
	  "would protect less than its author believes.",
	  "Write the policy, or remove the file.", "# a comment\n" },
	{ "encoding", ERROR, "Bytes that are not text",
	  "The file is not valid UTF-8, or has a control character. Both could show one thing to a "
	  "reader and mean another.",
	  "Save the file as UTF-8; write a control character as an escape in double quotes.",
	  "kprobes:\n"
	  "- call: tcp_connect\x01\n" },
	{ "missing-field", 0, "A field that has to be there",
	  "Without this field the rest has no meaning: a filter without an operator, an action "
	  "without its name. As a warning: without it, the policy does less than it seems to.",
	  "Add the field that the message names.",
	  "kprobes:\n"
	  "- syscall: false\n" },
	{ "multiple-documents", ERROR, "More than one document in a file",
	  "A file holds one policy. Some tools would read the first document and ignore the rest.",
	  "Put each policy into a file of its own.",
	  "apiVersion: cilium.io/v1alpha1\n"
	  "kind: TracingPolicy\n"
	  "metadata: {name: first}\n"
	  "spec: {}\n"
	  "---\n"
	  "kind: TracingPolicy\n" },
	{ "not-allowed", ERROR, "Something that cannot be used in this place",
	  "The field, type, operator or action exists, but not here: for example an LSM hook has "
	  "no stack traces, and only functions that let an error be put into their result can be "
	  "overridden.",
	  "Remove it, or use the kind of hook that allows it.",
	  "kprobes:\n"
	  "- call: tcp_connect\n"
	  "  syscall: false\n"
	  "  selectors:\n"
	  "  - matchActions:\n"
	  "    - action: Override\n"
	  "      argError: -1\n" },
	{ "not-supported", ERROR, "A part of the language that is not supported yet",
	  "The policy is valid, but this version of the library cannot do what it asks for. It is "
	  "rejected as a whole: a policy in force without one of its parts would be weaker than "
	  "written.",
	  "Leave the part out, or write it in another way.",
	  "kprobes:\n"
	  "- call: list:all\n"
	  "lists:\n"
	  "- name: all\n"
	  "  type: generated_syscalls\n" },
	{ "out-of-range", ERROR, "A number that is too small or too large",
	  "The number is too large or too small for its purpose: an index past the last parameter, a signal "
	  "that does not exist, a value that the argument's type cannot have.",
	  "Use a number in the range that the message gives.",
	  "kprobes:\n"
	  "- call: tcp_connect\n"
	  "  syscall: false\n"
	  "  args:\n"
	  "  - index: 9\n"
	  "    type: int\n" },
	{ "removed", ERROR, "A word that is no longer in the language",
	  "Older versions of Tetragon had this field or action. It does nothing any more, so a "
	  "policy that depends on it does not do what it did.",
	  "Remove it; the release notes of Tetragon say what replaces it.",
	  "kprobes:\n"
	  "- call: sys_write\n"
	  "  syscall: true\n"
	  "  selectors:\n"
	  "  - matchActions:\n"
	  "    - action: FollowFD\n" },
	{ "resource-limit", ERROR, "More than the library takes",
	  "The text, or the policy it describes, is larger than any sensible one: bytes, nesting, "
	  "aliases, hook points, or rules on one function. The limit keeps a hostile or generated "
	  "file from using up the machine's memory.",
	  "Split the policy, or use lists and prefixes instead of single values.", NULL },
	{ "too-long", ERROR, "A text that is longer than what is compared",
	  "Names, paths and values have a greatest length. Cutting the text would make it match "
	  "something else.",
	  "Shorten it; for a path or a text, use Prefix or Postfix with a part of it.",
	  "kprobes:\n"
	  "- call: security_file_open\n"
	  "  syscall: false\n"
	  "  args:\n"
	  "  - index: 0\n"
	  "    type: file\n"
	  "  selectors:\n"
	  "  - matchArgs:\n"
	  "    - index: 0\n"
	  "      operator: Postfix\n"
	  "      values:\n"
	  "      - \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\\\n"
	  "        xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\\\n"
	  "        xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"\n" },
	{ "too-many", 0, "More items than a list takes",
	  "A list has a greatest length: hooks, selectors, filters, values, arguments. As a note: "
	  "there are more findings than are shown.",
	  "Split the list; use InMap for many integers, and prefixes for many paths.",
	  "kprobes:\n"
	  "- call: security_file_permission\n"
	  "  syscall: false\n"
	  "  args:\n"
	  "  - index: 1\n"
	  "    type: int\n"
	  "  selectors:\n"
	  "  - matchArgs:\n"
	  "    - index: 1\n"
	  "      operator: Equal\n"
	  "      values: [\"1\", \"2\", \"4\", \"8\", \"16\"]\n" },
	{ "too-short", ERROR, "A text that is too short",
	  "Messages and tags need at least two characters, an expression at least one.",
	  "Write more, or remove the field.",
	  "kprobes:\n"
	  "- call: tcp_connect\n"
	  "  syscall: false\n"
	  "  message: x\n" },
	{ "type-mismatch", ERROR, "An operator that does not fit the argument's type",
	  "Each operator compares some types only: DAddr needs a socket, Prefix a text or path, "
	  "GT a number.",
	  "Use an operator for the type, or correct the type of the argument.",
	  "kprobes:\n"
	  "- call: security_file_permission\n"
	  "  syscall: false\n"
	  "  args:\n"
	  "  - index: 0\n"
	  "    type: file\n"
	  "  selectors:\n"
	  "  - matchArgs:\n"
	  "    - index: 0\n"
	  "      operator: DPort\n"
	  "      values: [\"22\"]\n" },
	{ "unknown-field", ERROR, "A key that is not in the language",
	  "Nothing reads this key. A misspelt filter would be a filter that is missing, and the "
	  "policy would hit more than it should, or nothing.",
	  "Correct the spelling; the hint names the nearest key, or the place where it belongs.",
	  "kprobes:\n"
	  "- call: tcp_connect\n"
	  "  sycall: false\n" },
	{ "unknown-kind", ERROR, "A document that is not a policy",
	  "Policies have the kind TracingPolicy or TracingPolicyNamespaced. Nothing else in the "
	  "document is looked at.",
	  "Write kind: TracingPolicy, or take the file out of the folder.",
	  "apiVersion: v1\n"
	  "kind: Pod\n"
	  "metadata: {name: x}\n" },
	{ "unknown-option", ERROR, "An option that does not exist",
	  "spec.options has a name that no option has. The policy would run without what the "
	  "option asks for.",
	  "Use the name that the hint offers, or remove the option.",
	  "options:\n"
	  "- name: policy-mod\n"
	  "  value: monitor\n" },
	{ "unknown-symbol", 0, "A function, hook or event that does not exist",
	  "No kernel that is known has this function, LSM hook, system call or tracepoint, or the "
	  "kernel of this machine has not. The hook could never fire. As a note: the hook is left "
	  "out, because the policy says that it may be (ignore.callNotFound).",
	  "Correct the name; LSM hooks are named without 'security_', system calls with 'sys_'. "
	  "For functions that only some kernels have, use ignore: {callNotFound: true}.",
	  "lsmhooks:\n"
	  "- hook: file_opne\n" },
	{ "unreadable", ERROR, "A file that cannot be read",
	  "The file does not exist, is a folder, or its permissions do not let this user read it. "
	  "Nothing is known about the policy in it.",
	  "Correct the name or the permissions.", NULL },
	{ "wrong-type", ERROR, "A value of the wrong type",
	  "The field takes a text, a number, a truth, a list or a mapping, and the value is "
	  "something else. YAML makes a number of 22, a truth of yes and nothing of an empty value, "
	  "unless they are in quotes.",
	  "Write the type that the message names: quotes around a text, '- ' in front of each "
	  "item of a list.",
	  "kprobes:\n"
	  "- call: tcp_connect\n"
	  "  syscall: \"false\"\n" },
	{ "yaml-syntax", ERROR, "Text that is not YAML",
	  "The text cannot be taken apart into keys and values: a bracket that is not closed, a tab "
	  "in the indentation, a colon without a blank. Nothing after this place was read.",
	  "Correct the place that the message names, or a few lines before it.",
	  "kprobes: [{call: tcp_connect\n" },
};

const struct finding_rows findings_language = { rows, ARRAY_SIZE(rows) };
