#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The same files from any folder: folder.py SOURCE BUILD FILE...

Copies what the library is made of to a folder of another name and depth, builds FILEs there
with the options of BUILD, in a folder that is not inside the source, and compares them with
those of BUILD, byte by byte.
"""

import filecmp
import json
import os
import shutil
import subprocess
import sys
import tempfile

PARTS = ["bpf", "include", "lib", "meson.build", "meson_options.txt", "tetra.pc.in"]
# Which options of meson's own, besides those of the compilers (b_*, c_*), change what is compiled.
OPTIONS = ["buildtype", "debug", "default_library", "optimization", "prefix", "libdir"]
# Nothing else is copied.
WITHOUT = ["-Dprograms=disabled", "-Dpython=disabled", "-Dtests=disabled"]


def copy(source, target):
    os.makedirs(target)
    for part in PARTS:
        origin = os.path.join(source, part)
        copier = shutil.copytree if os.path.isdir(origin) else shutil.copy
        copier(origin, os.path.join(target, part))


def options(build):
    found = json.loads(subprocess.check_output(["meson", "introspect", "--buildoptions", build]))
    for option in found:
        name, value = option["name"], option["value"]
        if name in OPTIONS or name.startswith(("b_", "c_")):
            if isinstance(value, list):
                value = ",".join(value)
            yield "-D%s=%s" % (name, str(value).lower() if isinstance(value, bool) else value)


def make(source, build, files, work):
    """Where they are: below the folder that is returned."""
    tree = os.path.join(work, "quite", "another", "place", "for-the-source")
    elsewhere = os.path.join(work, "made")
    copy(source, tree)
    subprocess.run(["meson", "setup", *options(build), *WITHOUT, elsewhere, tree], check=True,
                   stdout=subprocess.DEVNULL)
    subprocess.run(["ninja", "-C", elsewhere, *files], check=True, stdout=subprocess.DEVNULL)
    return elsewhere


def main():
    source, build, *files = sys.argv[1:]
    with tempfile.TemporaryDirectory() as work:
        elsewhere = make(source, build, files, work)
        differ = [name for name in files
                  if not filecmp.cmp(os.path.join(build, name), os.path.join(elsewhere, name),
                                     shallow=False)]
    for name in differ:
        print("%s is not the same when it is built from another folder" % name)
    print("%d files compared, %d differ" % (len(files), len(differ)))
    return 1 if differ or not files else 0


if __name__ == "__main__":
    sys.exit(main())
