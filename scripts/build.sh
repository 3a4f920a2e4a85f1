#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Configure and build: scripts/build.sh [CMAKE-OPTION…], into build/ or $UNCLOSED_BUILD.
set -euo pipefail
cd "$(dirname "$0")/.."
build="${UNCLOSED_BUILD:-build}"

# Status 77: this system is too old to build here. The tarball's program and library run on it.
too_old() {
	echo "build: $*; the tarball that scripts/package.sh makes on a newer system runs here" >&2
	exit 77
}
needed=$(sed -nE 's/^cmake_minimum_required\(VERSION ([0-9.]+)\).*/\1/p' CMakeLists.txt)
have=$(cmake --version | sed -nE '1s/.* ([0-9.]+).*/\1/p')
[[ $(printf '%s\n' "$needed" "$have" | sort -V | head -n 1) == "$needed" ]] ||
	too_old "CMake $have is too old, $needed is needed"
echo 'int main(void) { return 0; }' | "${CC:-cc}" -std=gnu17 -fsyntax-only -x c - 2>/dev/null ||
	too_old "${CC:-cc} is too old, it has no -std=gnu17"

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
