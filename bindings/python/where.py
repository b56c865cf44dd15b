# SPDX-License-Identifier: Apache-2.0
"""where.py PREFIX: the folder below the prefix in which this Python finds packages.

If it looks nowhere below it, the folder that it would have if it were installed there.
"""

import os
import site
import sys
import sysconfig


def main():
    prefix = sys.argv[1]
    below = os.path.join(prefix, "lib") + os.sep
    for path in site.getsitepackages():
        if path.startswith(below):
            return path
    return sysconfig.get_path("platlib", "posix_prefix",
                              {"base": prefix, "platbase": prefix})


print(main())
