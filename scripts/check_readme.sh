#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Run the commands of the README as they stand there, but for scripts/test.sh, which runs this.
# UNCLOSED_BUILD names the build tree (build/).
set -euo pipefail
cd "$(dirname "$0")/.."
build=$(realpath "${UNCLOSED_BUILD:-build}")
export UNCLOSED_BUILD=$build LC_ALL=C.UTF-8
failures=0

# expect STATUS TEXT COMMAND: the README has COMMAND; it exits with STATUS and prints TEXT.
expect() {
	local wanted=$1 text=$2 command=$3 output status=0
	if ! grep -qF -- "$command" README.md; then
		echo "README.md does not have: $command" >&2
		failures=$((failures + 1))
		return
	fi
	command=${command//\[PROGRAM ARG…\]/}
	command=${command//.\/server --port 8080/$build\/samples\/c\/server_ok}
	command=${command//.\/server/$build\/samples\/c\/server_forgets_connection}
	command=${command//\$PWD\/build/$build}
	command=${command//…\/libunclosed.so/$build\/lib\/libunclosed.so}
	command=${command/#build\/bin/$build\/bin}
	command=${command/#unclosed /$build/bin/unclosed }
	command=${command//json=report.json/json=$build\/readme.json}
	output=$(bash -c "$command" 2>&1) || status=$?
	if ((status != wanted)) || [[ $output != *"$text"* ]]; then
		printf 'README.md: %s\n  exit status %d instead of %d, or without "%s":\n%s\n' \
			"$command" "$status" "$wanted" "$text" "$output" >&2
		failures=$((failures + 1))
	fi
}

expect 23 '3 × TCP connection, accepted, never closed' './scripts/run.sh [PROGRAM ARG…]'
expect 0 'no socket left open' 'build/bin/unclosed ./server --port 8080'
expect 23 '3 leaked sockets from 1 place' 'LD_PRELOAD=$PWD/build/lib/libunclosed.so ./server'
expect 0 'c/server_ok' 'build/bin/unclosed demo --list'
expect 23 'leaked' 'UNCLOSED_OPTIONS=kinds=all:json=report.json LD_PRELOAD=…/libunclosed.so ./server'
[[ -s $build/readme.json ]] || {
	echo "README.md: the JSON report was not written" >&2
	failures=$((failures + 1))
}
rm -f "$build/readme.json"
expect 0 '23: PROGRAM returned 0 and left something open' 'unclosed help 23'

# The action of the README, as a runner calls it.
runner=$(mktemp -d)
status=0
GITHUB_WORKSPACE=$PWD GITHUB_OUTPUT=$runner/output GITHUB_STEP_SUMMARY=$runner/summary RUNNER_TEMP=$runner \
	UNCLOSED_RUN="'$build/samples/c/server_forgets_connection' && true" UNCLOSED_ARGUMENTS='--gate proven' \
	scripts/ci/github.sh >"$runner/log" 2>&1 || status=$?
if ((status != 23)) || ! grep -q '^::error file=.*server_forgets_connection.c,line=' "$runner/log" ||
	! grep -q '3 × TCP connection' "$runner/summary" ||
	! [[ -s $(sed -n 's/^sarif=//p' "$runner/output") ]]; then
	echo "scripts/ci/github.sh: status $status, or an output is missing:" >&2
	cat "$runner/log" >&2
	failures=$((failures + 1))
fi
rm -rf "$runner"
./scripts/run.sh true || failures=$((failures + 1))
exit $((failures > 0))
