#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Configure and build: scripts/build.sh [CMAKE-OPTION…], into build/ or $UNCLOSED_BUILD.
set -euo pipefail
cd "$(dirname "$0")/.."
build="${UNCLOSED_BUILD:-build}"
mkdir -p "$build"
# In the build folder: elsewhere another user could have made something of that name before.
log=$(mktemp "$build/configure.XXXXXX")
trap 'rm -f "$log"' EXIT
cmake -S . -B "$build" -G Ninja "$@" >"$log" 2>&1 || {
	cat "$log" >&2
	exit 1
}
# Before ninja 1.11 there is no --quiet.
quiet=()
if ninja --help 2>&1 | grep -q -e --quiet; then quiet=(--quiet); fi
cmake --build "$build" -- -j "$(nproc)" "${quiet[@]}"
