#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The tests of a build for arm64, inside its root: scripts/arm64_tests.sh BUILD [CTEST-OPTION…]
# scripts/arm64.sh calls it. What tests/arm64.skip names is left out, and said with its reason; a name there
# that no test has is an error.
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

patterns='' whole=''
names=$(names_of_tests)
while read -r name reason; do
	[[ -z $name || $name == '#'* ]] && continue
	if [[ $name == */* ]]; then
		patterns+="${patterns:+|}$name"
	else
		whole+="${whole:+|}$name"
	fi
	grep -qxF "$name" <<<"$names" || {
		echo "arm64: $list: there is no test '$name'" >&2
		exit 1
	}
	echo "arm64: skipped: $name: $reason"
done <"$list"
export CRITERION_TEST_PATTERN="!(${patterns:-none})"
ctest --test-dir "$build" --output-on-failure -j "$(nproc)" -E "^($whole)\$" "$@"
