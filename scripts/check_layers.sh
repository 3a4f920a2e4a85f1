#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The rules that no compiler checks. Prints what breaks them; status 0 when nothing does.
#   scripts/check_layers.sh [LIBUNCLOSED.SO]
#
# Includes go one way: base <- ledger <- preload; base <- model <- { known, report };
# { ledger, symbol, model, known } <- judge <- cli.
# The library, when given, exports the rows of preload/libc/calls.def, preload/scopes/api.def,
# preload/scopes/frameworks.def and preload/libc/cxx_runtime.def and nothing else, imports nothing but what is listed here, and that from an old libc.
set -euo pipefail
library=${1:+$(realpath -e "$1")}
cd "$(dirname "$0")/.."

broken=0

complain() {
	echo "check_layers: $*" >&2
	broken=1
}

# What a folder may include from, itself included.
declare -A allowed=(
	[lib/base]="base"
	[lib/ledger]="base ledger"
	[preload]="base ledger"
	[lib/symbol]="base ledger symbol"
	[lib/model]="base model"
	[lib/known]="base model known"
	[lib/judge]="base ledger symbol model known judge"
	[lib/report]="base model known report"
	[lib/cli]="base ledger symbol model known judge report cli"
)

check_includes() {
	local folder file layer
	for folder in "${!allowed[@]}"; do
		while IFS=: read -r file layer; do
			[[ " ${allowed[$folder]} " == *" $layer "* ]] ||
				complain "$file may not include $layer/"
		done < <(find "$folder" -type f \( -name '*.[chS]' -o -name '*.def' \) -exec \
			sed -nE 's@^#[[:space:]]*include "(base|ledger|symbol|model|known|judge|report|cli|preload|tests)/.*@\1@;T;F;p' {} + |
			paste -d: - -)
	done
}

# libc functions that neither allocate nor lock nor use streams, or are called at the start only.
imports="
	__cxa_at_quick_exit on_exit __register_atfork gnu_get_libc_version
	__environ environ __errno_location clock_gettime
	dirfd fileno dladdr dladdr1 dlerror dlopen dlsym
	getauxval _r_debug memcmp memcpy memmove memset strchr strcmp strcspn strlen strncmp strrchr strspn strstr
"
# The unwinder of libgcc, linked in statically: it registers frames of JIT compilers and old
# programs under a lock; objects.c is what it asks for all others.
imports+="
	malloc free pthread_mutex_lock pthread_mutex_unlock
"
# Of a test framework, weak: where there is none they are NULL.
imports+=" criterion_current_suite criterion_current_test criterion_test_die "

# Absolute symbols are the names of versions.
check_exports() {
	local name
	while read -r name; do
		complain "$library: export differs from the rows of preload/*.def: $name"
	done < <(comm -3 \
		<({
			sed -nE 's/^CALL(_SINCE)?\(([A-Za-z0-9_]+),.*/\2/p' preload/libc/calls.def
			sed -nE 's/^API\(([a-z_]+)\)$/unclosed_\1/p' preload/scopes/api.def
			sed -nE 's/^THROWER\(([a-z_]+)\)$/\1/p' preload/libc/cxx_runtime.def
			sed -nE 's/^FRAMEWORK\(([a-z_]+),.*/\1/p' preload/scopes/frameworks.def
			echo unclosed_api
		} | sort -u) \
		<(nm -D --defined-only "$library" | grep -v ' A ' | sed -E 's/.* //; s/@.*//' | sort -u))
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

check_includes
if [[ $library ]]; then
	check_exports
	check_imports
	check_versions
	check_needed
fi
exit "$broken"
