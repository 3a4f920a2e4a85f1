#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Is what is installed hardened, as the files themselves say?
#   scripts/check_hardening.sh PROGRAM LIBRARY [OBJECT]
# Both: read-only after relocation, bound at start, no executable stack, no text relocations, and marked
# for the processor's control-flow protection. The program: position-independent, with stack
# protector and fortified calls. OBJECT is a start file of libc: what it is not marked for, no
# program is. A static program is not asked for what only a loader does.
set -euo pipefail
program=$1 library=$2 start_file=${3:-}

broken=0

complain() {
	echo "check_hardening: $*" >&2
	broken=1
}

has() { # FILE OPTION PATTERN
	readelf -W "$2" "$1" 2>/dev/null | grep -E -- "$3" >/dev/null # all of it: no SIGPIPE
}

must() { # FILE OPTION PATTERN WHAT
	has "$1" "$2" "$3" || complain "$1: $4"
}

loaded_check() {
	must "$1" -l 'GNU_RELRO' "nothing is read-only after relocation (-z relro)"
	must "$1" -d 'FLAGS.*(NOW|BIND_NOW)|BIND_NOW' "not bound at start (-z now)"
	has "$1" -d 'TEXTREL' && complain "$1: relocations in its code"
	must "$1" -l 'GNU_STACK +([^ ]+ +){5}RW ' "an executable stack"
}

# The marks of a file, one a line.
marks() {
	readelf -nW "$1" 2>/dev/null | sed -nE 's/.*(x86|AArch64) feature: //p' | tr -d ' ' | tr , '\n'
}

mark_check() { # FILE MARK…
	local file=$1 mark
	for mark in "${@:2}"; do
		marks "$file" | grep -x "$mark" >/dev/null || complain "$file: not marked for $mark"
	done
}

is_static=0
has "$program" -l INTERP || is_static=1
loaded_check "$library"
if ((!is_static)); then
	loaded_check "$program"
	must "$program" -h 'Type: +DYN' "not position-independent (-pie)"
	# A build for the debugger, or one with sanitizers, has no fortified calls.
	[[ ${UNCLOSED_UNFORTIFIED:-} ]] || must "$program" --dyn-syms '__[a-z]+_chk@' "no fortified calls"
	must "$program" --dyn-syms '__stack_chk_fail|__stack_chk_guard' "no stack protector"
fi
case $(readelf -h "$library" | sed -n 's/ *Machine: *//p') in
*X86-64*)
	mark_check "$library" IBT SHSTK
	((is_static)) || mark_check "$program" SHSTK
	if [[ $start_file ]] && marks "$start_file" | grep -x IBT >/dev/null; then mark_check "$program" IBT; fi
	;;
*AArch64*)
	mark_check "$library" BTI
	if [[ $start_file ]] && marks "$start_file" | grep -x BTI >/dev/null; then mark_check "$program" BTI; fi
	;;
esac
exit "$broken"
