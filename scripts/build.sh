#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Configure and build: scripts/build.sh [CMAKE-OPTION…], into build/ or $UNCLOSED_BUILD.
set -euo pipefail
cd "$(dirname "$0")/.."
build="${UNCLOSED_BUILD:-build}"
cmake -S . -B "$build" -G Ninja "$@" >"${TMPDIR:-/tmp}/unclosed-cmake.$$" 2>&1 || {
	cat "${TMPDIR:-/tmp}/unclosed-cmake.$$" >&2
	rm -f "${TMPDIR:-/tmp}/unclosed-cmake.$$"
	exit 1
}
rm -f "${TMPDIR:-/tmp}/unclosed-cmake.$$"
# Before ninja 1.11 there is no --quiet.
quiet=()
if ninja --help 2>&1 | grep -q -e --quiet; then quiet=(--quiet); fi
cmake --build "$build" -- -j "$(nproc)" "${quiet[@]}"
