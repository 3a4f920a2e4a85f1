#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Set up, build with warnings as errors, and run everything that must hold.
#   scripts/test.sh [CTEST-OPTION…]    e.g. -R e2e
set -euo pipefail
cd "$(dirname "$0")/.."
export UNCLOSED_BUILD="${UNCLOSED_BUILD:-$PWD/build}"
scripts/setup.sh --tests
scripts/build.sh -DUNCLOSED_TESTS=ON -DUNCLOSED_WERROR=ON
ctest --test-dir "$UNCLOSED_BUILD" --output-on-failure "$@"
