#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Make seeds for the fuzzers: corpus.sh UNCLOSED SEED_PROGRAM DIRECTORY OBJCOPY
set -euo pipefail
unclosed="$1" program="$2" corpus="$3" objcopy="$4"
golden="$(cd "$(dirname "$0")/../golden" && pwd)"

rm -rf "$corpus"
mkdir -p "$corpus"/{ledger,json,options,elf,suppressions,baseline,frame_rule}

# The used part of a ledger: the header has its pages, in the file nobody wrote the rest.
"$unclosed" --quiet --gate none --kinds all --keep-ledger "$corpus/whole" \
	--json "$corpus/json/seed" -- "$program" 2>/dev/null
"$unclosed" --quiet --gate none --keep-ledger "$corpus/small" -- /bin/true 2>/dev/null
for seed in whole small; do
	size=$(($(du --block-size=1 "$corpus/$seed" | cut -f1)))
	head -c "$((size < 524288 ? size : 524288))" "$corpus/$seed" >"$corpus/ledger/$seed"
	rm "$corpus/$seed"
done

cp "$golden"/*.json "$corpus/json/"
cp "$golden"/*.json "$corpus/baseline/"
"$unclosed" --quiet --gate none --kinds all --output /dev/null --baseline "$corpus/baseline/seed" \
	--update-baseline --print-suppressions="$corpus/suppressions/printed" \
	-- "$program" 2>/dev/null
cp "$golden/../../lib/cli/default.supp" "$corpus/suppressions/default"
cp "$program" "$corpus/elf/program"
head -c 4096 "$program" >"$corpus/elf/start"
# As it lies in memory: the header, the records behind it.
for seed in "$program" "$unclosed" /bin/true; do
	"$objcopy" --output-target=binary --only-section=.eh_frame_hdr --only-section=.eh_frame \
		"$seed" "$corpus/frame_rule/$(basename "$seed")"
done

printf '%s' off >"$corpus/options/off"
printf '%s' 'kinds=socket,file:gate=proven:verbose' >"$corpus/options/words"
printf '%s' 'output="a:b":tag='\''k=v'\'':stack_depth=12:nonsense:wait=forever' \
	>"$corpus/options/quotes"
