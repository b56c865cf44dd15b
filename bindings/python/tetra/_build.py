# SPDX-License-Identifier: Apache-2.0
"""Builds tetra._ffi. What Python sees of the library is generated from its headers.

Used in two ways: by setuptools, through `ffibuilder`, against an installed library; and as
a program, _build.py INCLUDE_DIR OUTPUT.c, by the library's own build.
"""

import os
import re
import subprocess
import sys
import tempfile

from cffi import FFI

HEADER = "tetra/tetra.h"

# What C calls in Python.
CALLBACKS = """
extern "Python" int tetra_python_event(void *, const struct tetra_event *);
extern "Python" void tetra_python_log(void *, uint32_t, const char *, const char *);
"""

# A macro whose value is a number, perhaps by way of a limit of the C library.
NUMBER = re.compile(r"#define (TETRA_[A-Z0-9_]+) ([0-9(][0-9a-fxuUlL<( )]*|U?INT\d+_MAX)$")


def preprocess(include_dir, *options):
    """The header through the C preprocessor, without what the system's headers bring.

    cffi knows the types of stdint.h and stddef.h itself, so those are replaced by nothing.
    """
    with tempfile.TemporaryDirectory() as folder:
        for name in ("stddef.h", "stdint.h"):
            with open(os.path.join(folder, name), "w", encoding="ascii"):
                pass
        command = [os.environ.get("CC", "cc"), "-E", "-nostdinc", "-I" + folder,
                   "-I" + include_dir, "-D__attribute__(x)=", *options,
                   os.path.join(include_dir, HEADER)]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def cdef(include_dir):
    """The declarations, as cffi reads them."""
    declarations = preprocess(include_dir, "-P")
    macros = preprocess(include_dir, "-dM")
    numbers = sorted(match[1] for match in map(NUMBER.match, macros.splitlines()) if match)
    return declarations + "".join("#define %s ...\n" % name for name in numbers) + CALLBACKS


def builder(include_dir, **options):
    ffi = FFI()
    ffi.cdef(cdef(include_dir))
    ffi.set_source("tetra._ffi", "#include <%s>\n" % HEADER, **options)
    return ffi


def installed_builder():
    def ask(*what):
        return subprocess.run(["pkg-config", *what, "tetra"], check=True,
                              capture_output=True, text=True).stdout.strip()

    include_dir = ask("--variable=includedir")
    return builder(include_dir, include_dirs=[include_dir], libraries=["tetra"],
                   library_dirs=[ask("--variable=libdir")])


if __name__ == "__main__":
    builder(sys.argv[1]).emit_c_code(sys.argv[2])
else:
    ffibuilder = installed_builder()
