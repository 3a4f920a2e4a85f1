#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Set up, build with warnings as errors, and run everything that must hold.
#   scripts/test.sh [CTEST-OPTION…]    e.g. -R e2e; without the sanitized build then
#   scripts/test.sh --soak             millions of random steps and long fuzzing instead: an hour
#   scripts/test.sh --arm64 [CTEST-OPTION…]  built for arm64 and run under qemu-user instead; as root
set -euo pipefail
cd "$(dirname "$0")/.."
export UNCLOSED_BUILD="${UNCLOSED_BUILD:-$PWD/build}"
sanitized="$UNCLOSED_BUILD-sanitized"
quiet=() # before ninja 1.11 there is no --quiet

# The tool side under ASan and UBSan, by clang for its fuzzers.
build_sanitized() {
	if ninja --help 2>&1 | grep -q -e --quiet; then quiet=(--quiet); fi
	cmake -S . -B "$sanitized" -G Ninja -DUNCLOSED_TESTS=ON --log-level=WARNING \
		-DCMAKE_C_COMPILER=clang -DCMAKE_CXX_COMPILER=clang++ \
		-DUNCLOSED_SANITIZE=address,undefined,fuzzer-no-link
	cmake --build "$sanitized" --target sanitized -- -j "$(nproc)" "${quiet[@]}"
}

test_sanitized() {
	LSAN_OPTIONS="suppressions=$PWD/tests/fuzz/lsan.supp:print_suppressions=0" \
		UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 \
		ctest --test-dir "$sanitized" --output-on-failure -j "$(nproc)" \
		-R '^(unit_|report$|fuzz_)' "$@"
}

# The official schema of SARIF, where npm can bring it: the tests of that format check with it then.
fetch_sarif_schema() {
	local folder="$UNCLOSED_BUILD/sarif-schema"

	export UNCLOSED_SARIF_SCHEMA="$folder/package/lib/schemas/sarif-2.1.0-rtm.5.json"
	[[ -e $UNCLOSED_SARIF_SCHEMA ]] || ! command -v npm >/dev/null && return
	mkdir -p "$folder"
	(cd "$folder" && timeout 60 npm pack --silent @microsoft/jest-sarif@1.0.0-beta.0 >/dev/null &&
		tar -xzf microsoft-jest-sarif-*.tgz) 2>/dev/null || echo "test: SARIF without its schema" >&2
}

soak() {
	local model=("$UNCLOSED_BUILD/bin/model_test" "$UNCLOSED_BUILD/bin/model"
		"$UNCLOSED_BUILD/lib/libunclosed.so")

	"${model[@]}" --seeds 400 --steps 10000 --complete 1
	"${model[@]}" --seeds 100 --steps 60000 --threads 4
	"$UNCLOSED_BUILD/bin/unclosed" --quiet --gate none -- "$UNCLOSED_BUILD/bin/race" 1000000
	UNCLOSED_SOAK=1 "$UNCLOSED_BUILD/bin/e2e_short_lives"
	build_sanitized
	UNCLOSED_FUZZ_SECONDS=500 test_sanitized --timeout 1000
}

if [[ "${1:-}" == --arm64 ]]; then
	scripts/setup.sh --arm64
	shift
	exec scripts/arm64.sh test "$@"
fi
scripts/setup.sh --tests
scripts/build.sh -DUNCLOSED_TESTS=ON -DUNCLOSED_WERROR=ON
if [[ "${1:-}" == --soak ]]; then
	soak
	exit
fi
fetch_sarif_schema
ctest --test-dir "$UNCLOSED_BUILD" --output-on-failure -j "$(nproc)" "$@"
if (($# == 0)); then
	build_sanitized
	test_sanitized
fi
