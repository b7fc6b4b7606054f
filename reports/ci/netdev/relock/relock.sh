#!/bin/bash
# SPDX-License-Identifier: MIT
# A test folder for netdev's CI (NIPA): copy relock/ to its tests/patch/. It compares the tree
# before (HEAD~) and after (HEAD) a patch, and fails where there are more errors than before.
# 250 is its word for a warning. relock has to be in PATH.
#
# The reports are kept by commit in RELOCK_CACHE (by default where relock keeps its facts), so
# that what was "after" for one patch of a series is "before" for the next one.
set -u

desc() { echo "$*" >&"${DESC_FD:-2}"; }

cache=${RELOCK_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/relock}
kept=$cache/netdev
work=$(mktemp -d)
head=$(git rev-parse HEAD)
before=$(git rev-parse HEAD~)
# What to go back to: a branch if there is one.
back=$(git symbolic-ref -q --short HEAD || echo "$head")

# shellcheck disable=SC2317 # the trap gets here
leave() {
	git checkout -q "$back"
	rm -rf "$work"
}
trap leave EXIT
trap 'exit 1' INT TERM
mkdir -p "$kept"
# Reports of a week ago are of series that are done.
find "$kept" -name '*.json' -mtime +7 -delete

# check COMMIT: fills in $kept/COMMIT.json; returns relock's status, 0 and 3 are fine
check() {
	local status=0

	git checkout -q "$1" || return 2
	relock check . --cache "$cache" --fail-on never --output "json:$work/report.json" || status=$?
	# What is there only in part is no measure for another patch.
	if [ $status -eq 0 ]; then
		mv "$work/report.json" "$kept/$1.json"
	elif [ $status -eq 3 ]; then
		mv "$work/report.json" "$work/$1.json"
	fi
	return $status
}

report_of() {
	if [ -e "$work/$1.json" ]; then echo "$work/$1.json"; else echo "$kept/$1.json"; fi
}

# count SEVERITY COLUMN: that of the table that relock diff prints; 2 is before, 3 after
count() { awk -v what="$1" -v column="$2" '$1 == what { print $column }' "$work/diff"; }

echo "Tree base:"
git log -1 --pretty='%h ("%s")' HEAD~
relock --version

if [ "${FIRST_IN_SERIES:-1}" = 0 ] && [ -e "$kept/$before.json" ]; then
	echo "Not the first patch: the report of the one before it is the measure"
else
	echo "Analysing the tree before the patch"
	check "$before"
	case $? in
	0 | 3) ;;
	*) desc "relock could not analyse the tree before the patch"; exit 250 ;;
	esac
fi

echo "Analysing the tree with the patch"
check "$head"
case $? in
0 | 3) ;;
*) desc "relock could analyse the tree before the patch, but not with it"; exit 1 ;;
esac

relock diff --fail-on never "$(report_of "$before")" "$(report_of "$head")" >"$work/diff" ||
	{ desc "relock could not compare its reports"; exit 1; }
errors=$(count errors 3) errors_before=$(count errors 2)
warnings=$(count warnings 3) warnings_before=$(count warnings 2)
desc "Errors before: $errors_before this patch: $errors; warnings before: $warnings_before this patch: $warnings"

cat "$work/diff"
if [ "$errors" -gt "$errors_before" ]; then
	echo "New errors added" >&2
	cat "$work/diff" >&2
	exit 1
fi
if [ "$warnings" -gt "$warnings_before" ]; then
	echo "New warnings added" >&2
	cat "$work/diff" >&2
	exit 250
fi
exit 0
