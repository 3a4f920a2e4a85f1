#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Set up, build, and run PROGRAM under unclosed; without arguments the leaky demo server.
#   scripts/run.sh [PROGRAM [ARG…]]
set -euo pipefail
here="$(dirname "$0")"
"$here/setup.sh" >&2
UNCLOSED_BUILD="${UNCLOSED_BUILD:-$here/../build}"
UNCLOSED_BUILD="$(realpath -m "$UNCLOSED_BUILD")"
export UNCLOSED_BUILD
options=()
[[ -f "$UNCLOSED_BUILD/CMakeCache.txt" ]] || options=(-DUNCLOSED_TESTS=OFF)
"$here/build.sh" "${options[@]}" >&2
if (($#)); then
	exec "$UNCLOSED_BUILD/bin/unclosed" "$@"
fi
exec "$UNCLOSED_BUILD/bin/unclosed" demo
