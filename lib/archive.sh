#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# archive.sh INPUT OUTPUT OBJCOPY AR COMPILER...
# libtetra.a as others link it: one object, so that what the library does when it is loaded is
# always in it, and in which only the interface can be seen. The system's libraries are not in it.
set -eu
input=$1 output=$2 objcopy=$3 ar=$4
shift 4

object=$output.o
"$@" -r -nostdlib -Wl,--whole-archive "$input" -Wl,--no-whole-archive -o "$object"
"$objcopy" --localize-hidden "$object"
rm -f "$output"
"$ar" rcD "$output" "$object"
rm -f "$object"
