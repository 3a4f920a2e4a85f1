#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Other people's test suites, run bare and under both forms of unclosed. The results must be equal.
#   scripts/transparency.sh [--quick] [--keep DIR] [--only PATTERN] [SUITE…]
#
#   --quick         a few units of each suite, below 90 s
#   --keep DIR      keep the output of every run there
#   --only PATTERN  only units whose name fits this shell pattern
#
# Suites: python glib dbus bash coreutils redis. Their packages are installed with apt; bash, coreutils and
# redis keep their tests in the source packages, which are fetched into $UNCLOSED_CACHE
# (~/.cache/unclosed) and run against the installed programs. UNCLOSED_BUILD names the build tree.
#
# A unit is what a suite runs in one process tree (a Python test module, a test program); it holds
# cases. A case whose result differs is run again, three times in all: it is DIFFERENT when no run under
# the form gave a result that a bare run gave, and unsteady otherwise, or when bare runs differ
# among themselves. Status: 0 nothing is DIFFERENT, 1 something is, 2 cannot run.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$(realpath -m "${UNCLOSED_BUILD:-$root/build}")
cache=${UNCLOSED_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/unclosed}
unit_limit_s=300
is_quick=0
keep=
pattern='*'
suites=()

fail() {
	echo "transparency: $*" >&2
	exit 2
}

while (($#)); do
	case $1 in
	--quick) is_quick=1 ;;
	--keep) keep=${2:?--keep DIR} && shift ;;
	--only) pattern=${2:?--only PATTERN} && shift ;;
	-*) fail "unknown option $1" ;;
	*) suites+=("$1") ;;
	esac
	shift
done
((${#suites[@]})) || suites=(python glib dbus bash coreutils redis)

# shellcheck source=scripts/transparency_suites.sh
source "$root/scripts/transparency_suites.sh"

# form_of NAME: set form[], what stands before the program.
form_of() {
	case $1 in
	bare) form=(env) ;;
	launcher) form=("$build/bin/unclosed" -q --exit-status program --gate none --wait 1
		--ledger-dir "$ledgers" -o unclosed.report --) ;;
	preload)
		local keys=quiet:exit-status=program:gate=none:wait=1
		keys+=:ledger-dir=$ledgers:output=$PWD/unclosed.report
		form=(env "LD_PRELOAD=$build/lib/libunclosed.so" "UNCLOSED_OPTIONS=$keys")
		;;
	esac
}

# run_unit SUITE UNIT FORM RESULTS: in a directory of its own; RESULTS gets "case<TAB>result" lines.
run_unit() {
	local suite=$1 unit=$2 name=$3 results=$4 status=0 place
	place=$(mktemp -d "$work/${suite}.XXXXXX")
	mkdir "$place/home"
	(
		cd "$place"
		form_of "$name"
		export HOME=$place/home TMPDIR=$place
		form=(timeout -k 5 "$unit_limit_s" "${form[@]}")
		"${suite}_run" "$unit" >"$place/output" 2>&1 </dev/null
	) || status=$?
	(
		cd "$place"
		"${suite}_cases" "$place/output" || true
		printf '(exit status)\t%s\n' "$status"
	) | LC_ALL=C sort >"$results"
	[[ -z $keep ]] || keep_output "$suite" "$unit" "$name" "$place" "$results"
	chmod -R u+rwX "$place" 2>/dev/null || true
	rm -rf "$place"
}

keep_output() {
	local base
	base=$keep/$1.${2//\//-}.$3.$((run_count))
	cp "$4/output" "$base.output"
	cp "$5" "$base.results"
	[[ ! -e $4/unclosed.report ]] || cp "$4/unclosed.report" "$base.report"
}

# Compare the result files bare.* and FORM.* of a unit: the differing cases, with a verdict each.
compare() {
	awk -F '\t' -v form="$1" '
	function base(name) { sub(/.*\//, "", name); return name }
	{
		is_bare = base(FILENAME) ~ /^bare/
		nth[FILENAME, $1]++
		name = nth[FILENAME, $1] > 1 ? $1 " #" nth[FILENAME, $1] : $1
		names[name]
		result[FILENAME, name] = $2
		files[FILENAME] = is_bare
	}
	END {
		for (name in names) {
			bare = other = ""; same = 0; delete seen; bares = others = 0
			for (file in files) if (files[file]) {
				r = ((file, name) in result) ? result[file, name] : "absent"
				if (!(r in seen)) { seen[r]; bares++; bare = bare (bare ? "|" : "") r }
			}
			delete kinds
			for (file in files) if (!files[file]) {
				r = ((file, name) in result) ? result[file, name] : "absent"
				if (r in seen) same++
				if (!(r in kinds)) { kinds[r]; others++; other = other (other ? "|" : "") r }
			}
			if (bares == 1 && others == 1 && same) continue
			verdict = (same || bares > 1) ? "unsteady" : "DIFFERENT"
			printf "%s\t%s\t%s\t%s\n", verdict, name, bare, other
		}
	}' "${@:2}"
}

# One unit under all forms; adds to the suite's numbers and to $differences.
test_unit() {
	local suite=$1 unit=$2 name round found place
	place=$(mktemp -d "$work/results.XXXXXX")
	run_count=1
	run_unit "$suite" "$unit" bare "$place/bare.1"
	cases=$((cases + $(wc -l <"$place/bare.1")))
	for name in launcher preload; do
		run_count=1
		run_unit "$suite" "$unit" "$name" "$place/$name.1"
		found=$(compare "$name" "$place"/bare.* "$place/$name".*)
		for round in 2 3; do
			[[ -n $found ]] || break
			run_count=$round
			run_unit "$suite" "$unit" "$name" "$place/$name.$round"
			[[ -e $place/bare.$round ]] || run_unit "$suite" "$unit" bare "$place/bare.$round"
			found=$(compare "$name" "$place"/bare.* "$place/$name".*)
		done
		[[ -n $found ]] || continue
		LC_ALL=C sort <<<"$found" | awk -v at="$suite $unit $name" '{ print at "\t" $0 }' |
			tee -a "$differences" |
			awk '{ gsub(/\t/, "  ") } NR <= 10 { print "  " $0 } END { if (NR > 10) print "  … and", NR - 10, "more" }' >&2
	done
	rm -rf "$place"
}

count_of() {
	awk -F '\t' -v at="^$1 .* $2\$" -v verdict="$3" \
		'$1 ~ at && $2 == verdict { n++ } END { print n + 0 }' "$differences"
}

[[ -x $build/bin/unclosed ]] || UNCLOSED_BUILD=$build "$root/scripts/build.sh" -DUNCLOSED_TESTS=OFF
command -v apt-get >/dev/null || fail "the suites come from Debian packages, and there is no apt-get"
mkdir -p "$cache"
work=$(mktemp -d "${TMPDIR:-/tmp}/unclosed-transparency.XXXXXX")
# Ledgers of their own, away from those of whatever else runs on this machine.
ledgers=$(mktemp -d /dev/shm/unclosed-transparency.XXXXXX 2>/dev/null || mktemp -d "$work/ledgers.XXXXXX")
trap 'chmod -R u+rwX "$work"; rm -rf "$work" "$ledgers"' EXIT
differences=$work/differences
: >"$differences"
[[ -z $keep ]] || { mkdir -p "$keep" && keep=$(realpath "$keep"); }
unset UNCLOSED_OPTIONS LD_PRELOAD
export LC_ALL=C.UTF-8 G_MESSAGES_DEBUG=

table=$(printf '%-10s %6s %6s   %-22s %-22s %s' suite units cases 'launcher differs' 'preload differs' seconds)
for suite in "${suites[@]}"; do
	declare -F "${suite}_setup" >/dev/null || fail "no suite $suite"
	"${suite}_setup"
	list=units
	((!is_quick)) || list=quick
	units=0 cases=0 SECONDS=0
	while read -r unit; do
		# shellcheck disable=SC2053
		[[ $unit == $pattern ]] || continue
		units=$((units + 1))
		test_unit "$suite" "$unit"
	done < <("${suite}_$list")
	table+=$(printf '\n%-10s %6d %6d' "$suite" "$units" "$cases")
	for name in launcher preload; do
		table+=$(printf '   %-22s' "$(count_of "$suite" "$name" DIFFERENT) ($(count_of "$suite" "$name" unsteady) unsteady)")
	done
	table+=" $SECONDS"
done
echo "$table"
! grep -q $'\tDIFFERENT\t' "$differences"
