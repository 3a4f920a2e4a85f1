#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A short run of one fuzzer: run.sh FUZZER NAME CORPUS. UNCLOSED_FUZZ_SECONDS makes it longer.
# An input that shows a bug is kept in CORPUS/found-NAME-….
set -euo pipefail
fuzzer="$1" name="$2" corpus="$3"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
export ASAN_OPTIONS="detect_leaks=1:allocator_may_return_null=1${ASAN_OPTIONS:+:$ASAN_OPTIONS}"
export UBSAN_OPTIONS="halt_on_error=1:print_stacktrace=1"
"$fuzzer" -max_total_time="${UNCLOSED_FUZZ_SECONDS:-10}" -timeout=20 -rss_limit_mb=3000 \
	-max_len=600000 -print_final_stats=1 -verbosity=1 \
	-artifact_prefix="$corpus/found-$name-" "$work" "$corpus/$name" >"$work/log" 2>&1 || {
	tail -n 60 "$work/log" >&2
	exit 1
}
tail -n 8 "$work/log"
