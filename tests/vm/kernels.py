# SPDX-License-Identifier: Apache-2.0
"""The kernels of the lab: their names, where they lie, what they can do.

Debian's lines are fetched by fetch-kernels into one cache folder; 6.12-full is our own
build, for what no Debian kernel has (error injection).
"""

import glob
import os

HERE = os.path.dirname(os.path.realpath(__file__))
REPO = os.path.dirname(os.path.dirname(HERE))

DEBIAN = ["5.10", "6.1", "6.12", "7.2"]
FULL = "6.12-full"
NAMES = DEBIAN + [FULL]
# How long their verifiers take over our programs: the longest first.
BY_TIME = ["7.2", "6.1", "5.10", "6.12", FULL]

# What differs between them and decides whether a policy can be honoured as written.
FEATURES = {
    "5.10": set(),
    "6.1": {"attach-cookie"},
    "6.12": {"attach-cookie", "kprobe-multi"},
    "7.2": {"attach-cookie", "kprobe-multi", "override-syscall", "sleepable-syscall"},
    FULL: {"attach-cookie", "kprobe-multi", "override-syscall", "sleepable-syscall",
           "error-injection"},
}
ALL_FEATURES = set().union(*FEATURES.values())


def cache():
    """The folder that holds the fetched kernels, one folder each."""
    return os.environ.get("TETRA_KERNELS") or os.path.join(
        os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"),
        "libtetra", "kernels")


def shared():
    """The folder of recordings and kernels beside the checkout; may not exist."""
    return os.environ.get("TETRA_SHARED") or os.path.join(os.path.dirname(REPO), "shared")


def images(folder):
    """The kernel images in an unpacked package or a build folder."""
    return [f for pattern in ("boot/vmlinuz*", "usr/lib/modules/*/vmlinuz", "bzImage",
                              "vmlinuz*", "vmlinux")
            for f in sorted(glob.glob(os.path.join(folder, pattern)))]


def find(name):
    """The folder of a kernel of the list, or None."""
    folders = [os.path.join(cache(), name)]
    if name == FULL:
        folders.insert(0, os.path.join(shared(), "kernels", FULL))
    return next((f for f in folders if images(f)), None)


def version(folder):
    """The exact version, as far as the folder tells."""
    modules = (glob.glob(folder + "/lib/modules/*")
               + glob.glob(folder + "/usr/lib/modules/*"))
    if modules:
        return os.path.basename(modules[0])
    config = os.path.join(folder, "config")
    if os.path.exists(config):
        with open(config, encoding="utf-8", errors="replace") as file:
            for line in file:
                # "# Linux/x86 6.12.117 Kernel Configuration"
                if line.startswith("# Linux/"):
                    return line.split()[2]
    return os.path.basename(images(folder)[0])
