#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What the shells complete. bash always, zsh and fish where they are installed.
# UNCLOSED_BUILD names the build tree (build/).
set -euo pipefail
cd "$(dirname "$0")/.."
PATH=$(realpath "${UNCLOSED_BUILD:-build}")/bin:$PATH
failures=0

# expect SHELL LINE WORD [WORD…]: completing LINE offers all WORDs.
expect() {
	local shell=$1 line=$2 offered word
	offered=$("complete_$shell" "$line")
	for word in "${@:3}"; do
		grep -qxF -- "$word" <<<"$offered" && continue
		printf '%s: "%s" does not offer "%s" but:\n%s\n' "$shell" "$line" "$word" "$offered" >&2
		failures=$((failures + 1))
	done
}

complete_bash() {
	bash -c 'source scripts/completions/unclosed.bash
		line=$1
		# As readline does it: "=" is a word of its own.
		read -ra COMP_WORDS <<<"${line//=/ = }"
		[[ $line != *[[:space:]=] ]] || COMP_WORDS+=("")
		[[ ${COMP_WORDS[-1]} == "" && $line == *= ]] && unset "COMP_WORDS[-1]"
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		_unclosed
		printf "%s\n" "${COMPREPLY[@]}"' bash "$1" 2>/dev/null
}

complete_fish() {
	fish -c 'source scripts/completions/unclosed.fish; complete -C $argv[1]' "$1" 2>/dev/null |
		cut -f 1
}

for shell in bash fish; do
	command -v "$shell" >/dev/null || continue
	expect "$shell" 'unclosed --ki' --kinds --killed
	expect "$shell" 'unclosed --gate ' open proven growing none
	expect "$shell" 'unclosed -k socket,ep' socket,epoll
	expect "$shell" 'unclosed de' demo
	expect "$shell" 'unclosed demo c/server_forgets_l' c/server_forgets_listener
	expect "$shell" 'unclosed --wait for' forever
	expect "$shell" 'unclosed report --js' --json
	expect "$shell" 'unclosed top --' --once --jsonl --interval --kinds
done
expect bash 'unclosed --gate=p' proven
mapfile -t options < <(unclosed --help | grep -oE '^  (-.,|   ) --[a-z0-9-]+' | grep -oE -- '--.*')
((${#options[@]} >= 40)) || {
	echo "unclosed --help lists ${#options[@]} options only" >&2
	failures=$((failures + 1))
}
expect bash 'unclosed --' "${options[@]}"
if command -v zsh >/dev/null; then
	zsh -n scripts/completions/_unclosed || failures=$((failures + 1))
fi
exit $((failures > 0))
