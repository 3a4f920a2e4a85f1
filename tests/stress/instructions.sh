#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# instructions.sh UNCLOSED BENCH_CALLS WHAT MOST: how many instructions recording adds to one opening and its
# close, 20 frames deep. Callgrind counts them, so the answer is the same on a loaded machine. Above MOST: 1.
set -euo pipefail

unclosed=$1 bench=$2 what=$3 most=$4
command -v valgrind >/dev/null || exit 77
few=200 many=1200 slices=5
# A round to warm up, and the slices.
operations=$(((slices + 1) * (many - few)))

# collected OPERATIONS COMMAND…: instructions of bench_calls with so many operations a slice.
collected() {
	"${@:2}" valgrind --tool=callgrind --callgrind-out-file=/dev/null "$bench" "$what" 1 "$slices" "$1" \
		2>&1 >/dev/null | sed -n 's/.*Collected : *//p' | tail -1
}

# per_operation COMMAND…: what stands before the program. Start and end are the same with few and with many.
per_operation() {
	local of_few of_many
	of_few=$(collected "$few" "$@")
	of_many=$(collected "$many" "$@")
	[[ -n $of_few && -n $of_many ]] || { echo "instructions: callgrind does not work here" >&2 && exit 77; }
	echo $(((of_many - of_few) / operations))
}

bare=$(per_operation env)
watched=$(per_operation "$unclosed" -q --gate none --)
echo "instructions: $what + close: $bare alone, $watched watched, $((watched - bare)) added, $most at most"
((watched - bare <= most))
