# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What the tests of the formats share.

# need PROGRAM PACKAGE: skips the test where the program is missing; in CI that is a failure
need() {
	command -v "$1" >/dev/null && return 0
	echo "SKIPPED: there is no $1; on Debian: apt install $2" >&2
	[[ ${CI:-} == true ]] && exit 1
	exit 77
}

fail() { echo "$*" >&2; exit 1; }
