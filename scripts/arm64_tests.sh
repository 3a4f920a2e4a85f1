#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The tests of a build for arm64, inside its root: scripts/arm64_tests.sh BUILD [CTEST-OPTION…]
# scripts/arm64.sh calls it: the demo, and what tests/arm64.list names. What tests/arm64.skip names of these is
# left out, and said with its reason; a name in either that no test has is an error.
set -euo pipefail
build=$1
shift
list=tests/arm64.skip

names_of_tests() {
	local program
	ctest --test-dir "$build" -N | sed -nE 's/^ *Test +#[0-9]+: //p'
	for program in "$build"/bin/{unit,e2e}_* "$build"/bin/report_*; do
		[[ -x $program ]] || continue
		"$program" --list | sed -nE 's/^([^:├└ ]+): [0-9]+ tests?$/\1/p;s/^[├└]── ([^: ]+)$/ \1/p' |
			awk '/^ / { print suite "/" $1; next } { suite = $1 }'
	done
}

known() { # NAME FILE
	grep -qxF "$1" <<<"$names" && return
	echo "arm64: $2: there is no test '$1'" >&2
	exit 1
}

status=0
"$build/bin/unclosed" demo || status=$?
((status == 23)) || {
	echo "arm64: the demo: status $status in place of 23" >&2
	exit 1
}
patterns='' chosen=''
names=$(names_of_tests)
while read -r name; do
	[[ -z $name || $name == '#'* ]] && continue
	known "$name" tests/arm64.list
	chosen+="${chosen:+|}$name"
done <tests/arm64.list
while read -r name reason; do
	[[ -z $name || $name == '#'* ]] && continue
	known "$name" "$list"
	patterns+="${patterns:+|}$name"
	echo "arm64: skipped: $name: $reason"
done <"$list"
export CRITERION_TEST_PATTERN="!(${patterns:-none})"
ctest --test-dir "$build" --output-on-failure -j "$(nproc)" -R "^($chosen)\$" "$@"
