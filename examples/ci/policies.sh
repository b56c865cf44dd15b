#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# For any CI: checks the policies of a folder, runs the suites in FOLDER/tests without a kernel,
# and judges the policies for the machines in FOLDER/fleet, if there are any.
#
#     policies.sh FOLDER
set -eu
folder=${1:?the folder of the policies}
tool=${TETRA_POLICY:-tetra-policy}

"$tool" check --strict "$folder"
if [ -d "$folder/fleet" ]; then
	"$tool" fit "$folder" --kernel "$folder/fleet"
fi
if [ -d "$folder/tests" ]; then
	# 3: all of it was skipped, as it needs a kernel.
	"$tool" test --offline "$folder"/tests/*.yaml || [ $? = 3 ]
fi
