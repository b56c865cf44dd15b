#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Replays golden recordings inside the guest: golden_guest.py JOB

The machine is made to look as it did when they were taken: the trigger program at
/golden/bin/trig and under the names of two others, beside it trigu, which has functions to
probe, a marker program, a network module, a work folder on a tmpfs, the trigger at
/golden/NAME/trigger.sh run by sh in /.
Standard library only.
"""

import json
import os
import shutil
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))

import daemon  # noqa: E402
import kernel_log  # noqa: E402
import patience  # noqa: E402

WORK = "/tmp/g"
BIN = "/golden/bin"
MARK = BIN + "/mark"
CHECK_SECONDS = 600
ETC = {"hostname": "tgvm\n", "hosts": "127.0.0.1 localhost\n",
       "passwd": "root:x:0:0:root:/root:/bin/bash\n"
                 "nobody:x:65534:65534:nobody:/nonexistent:/bin/sh\n"
                 "user:x:1000:1000:u:/home:/bin/sh\n"}
WARM = ("unshare -p -f --mount-proc sleep 0; nsenter -V;"
        " ps -eo pid,ppid,comm | awk 1 | tail -1")


def prepare(job):
    os.makedirs(BIN, exist_ok=True)
    for target in (BIN + "/trig", "/usr/bin/curl", "/usr/bin/sample-exec"):
        if os.path.lexists(target):
            os.unlink(target)
        shutil.copy(job["trig"], target)
    shutil.copy(job["mark"], MARK)
    shutil.copy(os.path.join(job["programs"], "trigu"), BIN + "/trigu")
    if os.path.exists(job["module"]):
        shutil.copy(job["module"], BIN + "/dummy.ko")
        os.chmod(BIN + "/dummy.ko", 0o644)


def prepare_files():
    """The recordings' guest had its root in memory, and nearly nothing in /etc.

    On an overlay a read passes the hooks of files twice; programs look for more files; and
    programs that are read for the first time are slow, where the trigger gives them a time.
    """
    # There libc was where other distributions have it.
    if not os.path.lexists("/lib64/libc.so.6"):
        os.symlink("/lib/x86_64-linux-gnu/libc.so.6", "/lib64/libc.so.6")
    shutil.copytree("/etc/alternatives", "/run/etc/alternatives", symlinks=True)
    for name, text in ETC.items():
        with open("/run/etc/" + name, "w", encoding="utf-8") as file:
            file.write(text)
    os.makedirs("/run/root")
    for name in ("etc", "root"):
        subprocess.run(["mount", "--bind", "/run/" + name, "/" + name], check=True)
    # Nothing was in two folders of the path, as ip can be.
    os.environ["PATH"] = "/usr/bin:/usr/sbin"
    subprocess.run(["sh", "-c", WARM], stdout=subprocess.DEVNULL, check=True)


def fresh_work():
    """/tmp is a file system: a dentry's path begins there."""
    top = os.path.dirname(WORK)
    while os.path.ismount(top):
        subprocess.run(["umount", "-l", top], check=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=1777", "g", top], check=True)
    os.mkdir(WORK)
    os.chmod(WORK, 0o1777)


def not_supported(program, policy):
    """(reason to leave it out, problem) of --check on a policy."""
    done = subprocess.run([program, "--check", policy], capture_output=True, text=True,
                          errors="replace", timeout=CHECK_SECONDS, check=False)
    if done.returncode == 0:
        return "", ""
    errors = [line.split(" error: ", 1)[1] for line in
              (done.stdout + done.stderr).splitlines() if " error: " in line]
    unsupported = [line for line in errors if "not yet supported" in line]
    if unsupported:
        return unsupported[0], ""
    return "", "the policy is refused: " + "; ".join(errors or [done.stderr[-400:]])


def flags_lacking(program, flags):
    """Those that the program does not know."""
    if not flags:
        return []
    known = subprocess.run([program, "--help"], capture_output=True, text=True,
                           timeout=CHECK_SECONDS, check=False)
    return [flag for flag in flags if flag not in known.stdout + known.stderr]


def mark_seen(text):
    """Whether the end marker's exit event has come."""
    for line in reversed(text.splitlines()):
        if "end0" in line and '"process_exit"' in line:
            try:
                process = json.loads(line)["process_exit"]["process"]
            except ValueError:
                continue
            if process.get("arguments") == "end0":
                return True
    return False


def wait_for_mark(run):
    waiting, why = run.patient(), None
    while not why:
        if mark_seen(run.events_text()):
            return ""
        time.sleep(0.05)
        why = waiting.over()
    return "the end marker's exit event did not come: " + why


def trigger_patience(process):
    session = os.getsid(0)
    return patience.Patience(lambda: patience.session_ticks(session), "trigger")


def run_trigger(trigger):
    """(status, standard output) of the trigger between the two markers."""
    subprocess.run([MARK, "begin0"], cwd="/", check=True)
    # Pipes, as when the recordings were taken: the trigger's own programs see them.
    process = subprocess.Popen(["sh", trigger], cwd="/", stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    waiting, out, why = trigger_patience(process), b"", None
    while not why:
        try:
            out, _ = process.communicate(timeout=0.5)
            break
        except subprocess.TimeoutExpired:
            why = waiting.over()
    if why:
        process.kill()
    subprocess.run([MARK, "end0"], cwd="/", check=True)
    return -1 if why else process.returncode, out.decode("utf-8", "surrogateescape")


def replay(job, name, source):
    """Replays one recording; returns its account."""
    account = {"name": name, "problem": "", "left_out": "", "status": None, "stdout": ""}
    folder = "/golden/" + name
    shutil.copytree(source, folder)
    command = [job["program"], "--output", "json", *job["flags"][name]]
    lacking = flags_lacking(job["program"], job["flags"][name])
    if lacking:
        account["left_out"] = "recorded with %s, which tetra-mini lacks" % lacking[0]
        return account
    policy = folder + "/policy.yaml"
    if os.path.exists(policy):
        account["left_out"], account["problem"] = not_supported(job["program"], policy)
        if account["left_out"] or account["problem"]:
            return account
        command += ["--policy", policy]
    fresh_work()
    run = daemon.Daemon(command, "/run/golden/" + name)
    account["problem"] = run.wait_ready() or ""
    if not account["problem"]:
        account["status"], account["stdout"] = run_trigger(folder + "/trigger.sh")
        account["problem"] = wait_for_mark(run)
    if run.stop() != 0 and not account["problem"]:
        account["problem"] = "tetra-mini did not stop in order: " + run.log()[-800:]
    shutil.copytree("/run/golden/" + name, os.path.join(job["results"], name))
    return account


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        job = json.load(file)
    os.chdir("/")
    prepare(job)
    prepare_files()
    log = kernel_log.KernelLog()
    with open(os.path.join(job["results"], "results.jsonl"), "w",
              encoding="utf-8") as results:
        for name, source in job["recordings"].items():
            account = replay(job, name, source)
            account["problem"] = "\n".join(
                filter(None, [account["problem"], *log.complaints(job["taints"].get(name, 0))]))
            results.write(json.dumps(account) + "\n")
            results.flush()
            os.fsync(results.fileno())
            print("replayed %s%s" % (name, ": " + account["problem"].splitlines()[0]
                                     if account["problem"] else ""), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
