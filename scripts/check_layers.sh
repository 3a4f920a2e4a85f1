#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The rules that no compiler checks. Prints what breaks them; status 0 when nothing does.
#   scripts/check_layers.sh [LIBUNCLOSED.SO [BUILD]]
#
# Every source file says at its head what it is.
# Includes go one way, by the table below. With BUILD, the folder of a build, the same holds for
# what object files take from one another; and no two files need each other, not even by way of
# others.
# The library, when given, exports the rows of calls.def, databases.def and cxx_runtime.def in
# preload/libc and of api.def and frameworks.def in preload/scopes, and nothing else. It imports only
# what is listed here, and that from an old libc. In a build, the functions of calls.def and
# databases.def are in preload/calls, in files named after them.
set -euo pipefail
library=${1:+$(realpath -e "$1")}
build=${2:+$(realpath -e "$2")}
cd "$(dirname "$0")/.."

broken=0

complain() {
	echo "check_layers: $*" >&2
	broken=1
}

# What a folder may take from, itself included. A folder that is not named is part of the one above.
declare -A allowed

# The folders of a list, each over those before it and over the others given.
stack_up() {
	local over=$1 folder
	for folder in $2; do
		over+=" $folder"
		allowed[$folder]=$over
	done
}

shared="lib/base lib/ledger lib/recorder lib/include"
allowed[lib/base]="lib/base"
allowed[lib/include]="lib/include"
allowed[lib/ledger]="lib/base lib/ledger"
allowed[lib/recorder]="lib/base lib/ledger lib/recorder"
allowed[lib/live]="lib/base lib/ledger lib/live"
allowed[lib/symbol]="lib/base lib/symbol"
allowed[lib/model]="lib/base lib/model"
allowed[lib/known]="lib/base lib/model lib/known"
model="lib/base lib/model lib/known"
stack_up "lib/base lib/ledger lib/symbol lib/model lib/known" "lib/judge lib/judge/process lib/judge/stack
	lib/judge/descriptor lib/judge/words lib/judge/find"
stack_up "$model" "lib/report lib/report/text"
allowed[lib/report/json]="$model lib/report lib/report/json"
allowed[lib/report/ci]="$model lib/report lib/report/text lib/report/json lib/report/ci"
allowed[lib/cli]="$shared $model lib/live lib/symbol lib/judge lib/judge/process lib/report lib/cli"
allowed[lib/cli]+=" lib/report/text lib/report/json lib/report/ci"
stack_up "$shared" "preload/shim preload/libc preload/process preload/stack preload/record preload/end
	preload/calls preload/scopes preload"

# The order of work and the table of formats name what lies in the folders below them.
on_top="lib/judge/judge.c lib/report/formats.c"

# One call goes up by design: the first hooked call may come before any constructor (real.h).
up_call="preload/libc/real.c preload/start.c"

# The folder of the table that a file belongs to.
folder_of() {
	local folder=${1%/*}
	while [[ $folder == */* && -z ${allowed[$folder]:-} ]]; do
		folder=${folder%/*}
	done
	REPLY=$folder
}

check_arrow() { # FILE OTHER WHAT
	local folder other
	[[ "$1 $2" == "$up_call" || " $on_top " == *" $1 "* ]] && return
	folder_of "$1"
	folder=$REPLY
	folder_of "$2"
	other=$REPLY
	[[ " ${allowed[$folder]:-} " == *" $other "* ]] ||
		complain "$1 may not use $2 ($3): $other is not below $folder"
}

# Where an include of the project leads, from lib/ or from preload/.
check_includes() {
	local file header
	while IFS=: read -r file header; do
		if [[ -e lib/$header && $header == */* ]]; then
			check_arrow "$file" "lib/$header" include
		elif [[ -e preload/$header ]]; then
			check_arrow "$file" "preload/$header" include
		fi
	done < <(find lib preload -type f \( -name '*.[chS]' -o -name '*.def' \) -exec \
		sed -nE 's@^#[[:space:]]*include "([^"]*)".*@\1@;T;F;p' {} + | paste -d: - -)
}

# The second line of a source file says what the file is.
check_heads() {
	local file
	while read -r file; do
		complain "$file: the second line begins no comment that says what the file is"
	done < <(find lib preload -name '*.c' -exec awk 'FNR == 2 && !/^\/\*/ { print FILENAME }' {} + | sort)
}

# "FILE OTHER SYMBOL" for everything that an object of these takes from another.
links_of() { # FOLDER-OF-OBJECTS…
	{
		find lib preload -name '*.[cS]'
		find "$@" -name '*.o' -exec nm -A {} +
	} | awk -v build="$build" '
		NF == 1 { is_source[$1] = 1; next } # a build folder may have objects of files that are gone
		{
			at = index($0, ".o:")
			file = substr($0, 1, at - 1)
			sub(build "/", "", file)
			sub(/CMakeFiles\/[^\/]*\.dir\//, "", file)
			sub(/^preload\/__\//, "", file)
			if (!(file in is_source))
				next
			type = $(NF - 1)
			if (type == "U" || type == "w" || type == "v")
				takes[file, $NF] = 1
			else if (type ~ /^[TDBRVWCi]$/ && file != "preload/shim/bytes.c") # libc to all
				from[$NF] = file
		}
		END {
			for (pair in takes) {
				split(pair, part, SUBSEP)
				if (part[2] in from && from[part[2]] != part[1])
					print part[1], from[part[2]], part[2]
			}
		}'
}

check_links() { # NAME FOLDER-OF-OBJECTS…
	local name=$1 file other symbol links
	shift
	links=$(links_of "$@")
	while read -r file other symbol; do
		check_arrow "$file" "$other" "$symbol"
	done <<<"$links"
	awk '{ print $1, $2 }' <<<"$links" | grep -vxF "$up_call" | tsort >/dev/null 2>"$scratch" ||
		complain "$name: files that need each other:" $(sed 's/^tsort: -*:*//' "$scratch")
}

# libc functions that neither allocate nor lock nor use streams, or are called at the start only.
imports="
	__cxa_at_quick_exit on_exit __register_atfork gnu_get_libc_version
	__environ environ __errno_location clock_gettime
	dirfd fileno dladdr dladdr1 dlerror dlopen dlsym
	getauxval _r_debug program_invocation_name __progname_full
"
# The unwinder of libgcc, linked in statically: it registers frames of JIT compilers and old
# programs under a lock; objects.c is what it asks for all others. From gcc 13 on they are in a
# tree: two who write a node wait for each other, a look-up takes no lock.
imports+="
	malloc free pthread_mutex_lock pthread_mutex_unlock
	memmove pthread_cond_broadcast pthread_cond_wait
"
# Of a test framework, weak: where there is none they are NULL.
imports+=" criterion_current_suite criterion_current_test criterion_test_die "

# The names of the rows of calls.def that have a function.
rows_of_calls() {
	sed -nE 's/^CALL(_SINCE|_PLAIN|_STREAM_END)?\(([A-Za-z0-9_]+)[,)].*/\2/p' preload/libc/calls.def
}

# Those of databases.def.
rows_of_databases() {
	sed -nE 's/^DATABASE\(([A-Za-z0-9_]+)\)$/\1/p' preload/libc/databases.def
}

# Absolute symbols are the names of versions.
check_exports() {
	local name
	while read -r name; do
		complain "$library: export differs from the rows of calls.def and its kin: $name"
	done < <(comm -3 \
		<({
			rows_of_calls
			rows_of_databases
			sed -nE 's/^API\(([a-z_]+)\)$/unclosed_\1/p' preload/scopes/api.def
			sed -nE 's/^THROWER\(([a-z_]+)\)$/\1/p' preload/libc/cxx_runtime.def
			sed -nE 's/^FRAMEWORK\(([a-z_]+),.*/\1/p' preload/scopes/frameworks.def
			echo unclosed_api
		} | sort -u) \
		<(nm -D --defined-only "$library" | grep -v ' A ' | sed -E 's/.* //; s/@.*//' | sort -u))
}

# A wrapper whose row has a close-on-exec asks the row for it. Two read what the kernel answered
# (record/messages.c), and __clone shares clone's body.
check_cloexec() {
	local name
	while read -r name; do
		[[ " recvmsg recvmmsg __clone " == *" $name "* ]] ||
			complain "preload/calls: the wrapper of $name does not read close-on-exec from its row"
	done < <(comm -23 \
		<(sed -nE 's/^CALL(_SINCE)?\(([A-Za-z0-9_]+),.* (BIT\(|MODE\(|ALWAYS).*/\2/p' \
			preload/libc/calls.def | sort -u) \
		<(sed -nE 's/.*(FACT_CLOEXEC_OF|STREAM_FACTS)\(([A-Za-z0-9_]+),.*/\2/p' \
			preload/calls/*.c | sort -u))
}

# ls preload/calls answers where a call is caught: every row's function is in there, and every file is
# named after one of them. Not so: the start of a program, functions of the C++ runtime, and syscall(),
# whose entry is with vfork's.
check_wrappers() { # FOLDER-OF-OBJECTS
	local name file functions rows
	rows=$({ rows_of_calls && rows_of_databases; } | sort -u)
	functions=$(for file in preload/calls/*.[cS]; do
		nm "$1/${file#preload/}.o" | sed -nE "s@^[^ ]* [TW] ([^\\@]*).*@\\1 ${file##*/}@p"
	done | sort | join - <(echo "$rows"))
	while read -r name; do
		[[ $name == __libc_start_main ]] ||
			complain "preload/calls: no file has the wrapper of $name, a row of calls.def or databases.def"
	done < <(comm -23 <(echo "$rows") <(cut -d' ' -f1 <<<"$functions" | sort -u))
	while read -r file; do
		[[ " cxx_throw.c syscall.c " == *" $file "* ]] ||
			complain "preload/calls/$file: named after none of the calls that it has"
	done < <(comm -23 <(cd preload/calls && printf '%s\n' *.[cS] | sort) \
		<(awk '{ name = $2; sub(/[.].*/, "", name) } index($1, name) { print $2 }' <<<"$functions" | sort -u))
}

check_imports() {
	local name
	while read -r name; do
		[[ " ${imports//[$'\n\t']/ } " == *" $name "* ]] ||
			complain "$library: imports $name, which is not on the list in this script"
	done < <(nm -D --undefined-only "$library" | sed -E 's/.* //; s/@.*//' | sort -u)
}

# The oldest libc that has all: what is built here runs on older systems.
check_versions() {
	local version
	while read -r version; do
		[[ $(printf '%s\n' "$version" 2.17 | sort -V | tail -1) == 2.17 ]] ||
			complain "$library: imports of GLIBC_$version; 2.17 is the oldest it is to run with"
	done < <(nm -D --undefined-only "$library" | sed -nE 's/.*@GLIBC_//p' | sort -u)
}

check_needed() {
	local name
	while read -r name; do
		[[ $name == libc.so.6 || $name == libdl.so.2 || $name == ld-linux* ]] ||
			complain "$library: needs $name; it may need libc only"
	done < <(readelf -d "$library" | sed -nE 's/.*\(NEEDED\).*\[(.*)\]/\1/p')
}

scratch=$(mktemp)
trap 'rm -f "$scratch"' EXIT

check_includes
check_heads
check_cloexec
if [[ $build ]]; then
	check_links lib "$build"/lib
	check_links preload "$build"/preload/CMakeFiles/unclosed_preload.dir
fi
if [[ $library ]]; then
	check_exports
	check_imports
	check_versions
	check_needed
	# Where it lies in the build that made it; a package has no objects.
	objects=${library%/lib/*}/preload/CMakeFiles/unclosed_preload.dir
	[[ ! -d $objects ]] || check_wrappers "$objects"
fi
exit "$broken"
