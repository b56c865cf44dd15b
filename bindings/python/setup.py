# SPDX-License-Identifier: Apache-2.0
"""Only what pyproject.toml cannot say: the extension is made by cffi."""

from setuptools import setup

setup(cffi_modules=["tetra/_build.py:ffibuilder"])
