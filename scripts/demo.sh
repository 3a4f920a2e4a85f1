#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Run every sample program under unclosed and compare the reports with what the samples promise.
#   scripts/demo.sh [WORD…]   only samples whose name contains one of the words
# UNCLOSED_BUILD names the build tree (build/). Status: 0 all as promised, 1 not, 2 cannot run.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=${UNCLOSED_BUILD:-$root/build}
samples=$root/tests/fixtures/samples
unclosed=$build/bin/unclosed

if [[ ! -x $unclosed ]]; then
	"$root/scripts/setup.sh"
	UNCLOSED_BUILD=$build "$root/scripts/build.sh" -DUNCLOSED_TESTS=OFF
fi
# The distribution's python3 is what the samples promise for; else whatever python3 really runs,
# which may be a shell script that looks for an interpreter.
python=/usr/bin/python3
[[ -x $python ]] || python=$(python3 -c 'import sys; print(sys.executable)')
export PYTHONDONTWRITEBYTECODE=1
unset UNCLOSED_OPTIONS

reports=$(mktemp -d)
trap 'rm -rf "$reports"' EXIT

is_wanted() {
	local name=$1 word
	shift
	for word in "$@"; do
		[[ $name != *"$word"* ]] || return 0
	done
	(($# == 0))
}

# Prints NAME, source, report and exit status of each sample, as check_samples.py reads them.
run_samples() {
	local name file _ status report
	while read -r name file _; do
		if [[ $name != */* ]] || ! is_wanted "$name" "$@"; then
			continue
		fi
		report=$reports/${name/\//-}.json
		local program=("$build/samples/$name")
		[[ $file != *.py ]] || program=("$python" "$samples/$file")
		status=0
		timeout 60 "$unclosed" -o /dev/null --json "$report" "${program[@]}" \
			>/dev/null 2>&1 </dev/null || status=$?
		printf '%s\t%s\t%s\t%s\n' "$name" "$samples/$file" "$report" "$status"
	done < <(grep -v '^#' "$samples/index.txt")
}

run_samples "$@" | "$python" "$samples/check_samples.py"
