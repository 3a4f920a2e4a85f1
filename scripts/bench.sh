#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What unclosed costs: every row a ratio of runs with and without it, in turns, on this machine, now.
#   scripts/bench.sh [--quick] [ROW…]     only rows whose name contains one of the words
#
# The fastest of many short runs counts: others share the machine, and nothing makes a program faster than
# it is. Beside it, where installed: valgrind --tool=none --track-fds=yes and strace -f. Nothing fails here:
# `over` marks a row above its bar; `noisy` one whose bare runs differ by more than that among themselves.
# UNCLOSED_BUILD names the build tree (build/).
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$(realpath -m "${UNCLOSED_BUILD:-$root/build}")
unclosed=$build/bin/unclosed
python=/usr/bin/python3
[[ -x $python ]] || python=$(command -v python3 || true)

rounds=12
words=()
for word in "$@"; do
	case $word in
	--quick) rounds=3 ;;
	-h | --help) sed -n '3,10s/^# \{0,1\}//p' "$0" && exit 0 ;;
	*) words+=("$word") ;;
	esac
done

[[ -x $build/bin/bench_calls ]] || UNCLOSED_BUILD=$build "$root/scripts/build.sh" -DUNCLOSED_TESTS=ON
work=$(mktemp -d "${TMPDIR:-/tmp}/unclosed-bench.XXXXXX")
ledgers=$(mktemp -d /dev/shm/unclosed-bench.XXXXXX 2>/dev/null || mktemp -d "$work/ledgers.XXXXXX")
servers=()
finish() {
	stop_servers
	rm -rf "$work" "$ledgers"
}
trap finish EXIT
unset UNCLOSED_OPTIONS LD_PRELOAD DEBUGINFOD_URLS

if command -v taskset >/dev/null; then
	pin_one=(taskset -c 0)
	pin_other=(taskset -c "$(($(nproc) > 1 ? 1 : 0))")
else
	pin_one=()
	pin_other=()
fi

# shellcheck disable=SC2034
under_bare=()
# shellcheck disable=SC2034
under_unclosed=("$unclosed" -q -o /dev/null --gate none --ledger-dir "$ledgers" --)
# shellcheck disable=SC2034
under_valgrind=(valgrind --tool=none --track-fds=yes --log-file=/dev/null)
# shellcheck disable=SC2034
under_strace=(strace -f -o /dev/null)
others=()
! command -v valgrind >/dev/null || others+=(valgrind)
! command -v strace >/dev/null || others+=(strace)

is_wanted() {
	local word
	for word in "${words[@]}"; do
		[[ $1 != *"$word"* ]] || return 0
	done
	((!${#words[@]}))
}

# run VARIANT COMMAND…: add the number it prints to the variant's samples.
run() {
	local -n under=under_$1
	"${pinned[@]}" "${under[@]}" "${@:2}" 2>/dev/null </dev/null >>"$work/$1" || true
}

# For start-up the stopwatch is outside, around everything.
run_timed() {
	local -n under=under_$1
	"${pinned[@]}" "$build/bin/bench_stopwatch" "${under[@]}" "${@:2}" >>"$work/$1" || true
}

fastest() {
	sort -g "$work/$1" 2>/dev/null | awk 'NR == 1'
}

# sample RUNNER COMMAND…: bare and unclosed in turns, the others seldom: they are slow.
sample() {
	local round variant
	rm -f "$work/bare" "$work/unclosed" "$work/valgrind" "$work/strace"
	"$1" bare "${@:2}" && : >"$work/bare" # warm-up
	for ((round = 0; round < rounds; round++)); do
		"$1" bare "${@:2}"
		"$1" unclosed "${@:2}"
	done
}
sample_others() {
	local variant
	for variant in "${others[@]}"; do
		"$1" "$variant" "${@:2}"
	done
}

# --- the table ------------------------------------------------------------------------------------

line='%-44s %12s %12s %9s %9s %-5s %9s %9s\n'
header() {
	# shellcheck disable=SC2059
	printf "$line" "$1" bare unclosed "$2" bar '' valgrind strace
}

# ratio_row NAME UNIT DIVISOR BAR: from the samples; time an operation, smaller is better.
ratio_row() {
	awk -v name="$1" -v unit="$2" -v divisor="$3" -v bar="$4" -v line="$line" \
		-v bare="$(fastest bare)" -v with="$(fastest unclosed)" \
		-v valgrind="$(fastest valgrind)" -v strace="$(fastest strace)" '
	function ratio(ns) { return ns != "" && bare > 0 ? sprintf("%.1f x", ns / bare) : "-" }
	BEGIN {
		if (bare == "" || with == "") { printf line, name, "-", "-", "not run", "", "", "", ""; exit }
		r = with / bare
		printf line, name, sprintf("%.2f %s", bare / divisor, unit),
			sprintf("%.2f %s", with / divisor, unit), sprintf("%.3f x", r),
			bar == "" ? "" : sprintf("<= %.2f", bar), bar == "" ? "" : (r <= bar ? "ok" : "over"),
			ratio(valgrind), ratio(strace)
	}'
}

# added_row NAME BAR_MS: what is added to a whole run.
added_row() {
	awk -v name="$1" -v bar="$2" -v line="$line" -v bare="$(fastest bare)" \
		-v with="$(fastest unclosed)" -v valgrind="$(fastest valgrind)" -v strace="$(fastest strace)" '
	function added(ns) { return ns != "" ? sprintf("%+.0f ms", (ns - bare) / 1e6) : "-" }
	BEGIN {
		if (bare == "" || with == "") { printf line, name, "-", "-", "not run", "", "", "", ""; exit }
		a = (with - bare) / 1e6
		printf line, name, sprintf("%.2f ms", bare / 1e6), sprintf("%.2f ms", with / 1e6),
			sprintf("+%.2f ms", a), "<= " bar " ms", a <= bar ? "ok" : "over",
			added(valgrind), added(strace)
	}'
}

# not_run NAME WHAT: a row whose programs are not installed.
not_run() {
	printf '%-44s not run: install %s\n' "$1" "$2"
}

calls_row() {
	local name=$1 bar=$2 what=$3 threads=$4
	is_wanted "$name" || return 0
	pinned=("${pin_one[@]}")
	# Threads that take turns on one processor would not meet in the ledger.
	((threads == 1)) || pinned=()
	sample run "$build/bin/bench_calls" "$what" "$threads" 40 $((threads * 500))
	sample_others run "$build/bin/bench_calls" "$what" "$threads" 2 $((threads * 200))
	ratio_row "$name" us 1000 "$bar"
}

program_row() {
	local name=$1 bar=$2 few=$3 && shift 3
	is_wanted "$name" || return 0
	pinned=("${pin_one[@]}")
	sample run "$@"
	# shellcheck disable=SC2086
	sample_others run "$@" $few
	ratio_row "$name" us 1000 "$bar"
}

# Debian's Python, and those that UNCLOSED_TEST_PYTHONS names (paths with colons between).
python_rows() {
	local path paths
	IFS=: read -ra paths <<<"$python:${UNCLOSED_TEST_PYTHONS:-}"
	for path in "${paths[@]}"; do
		[[ -x $path ]] || continue
		program_row "$("$path" -c 'import platform; print("Python", platform.python_version())'), 10 frames deep" \
			1.15 '2 50' "$path" "$root/tests/bench/sockets.py"
	done
}

start_row() {
	local name=$1 && shift
	is_wanted "$name" || return 0
	pinned=("${pin_one[@]}")
	rounds=$((rounds * 2)) sample run_timed "$@"
	sample_others run_timed "$@"
	added_row "$name" 15
}

# Processes that do nothing else than start and end: the worst that a test suite can be made of.
tree_row() {
	local name='sh, 300 times /bin/true'
	local loop='i=0; while [ $i -lt 300 ]; do /bin/true; i=$((i + 1)); done'
	is_wanted "$name" || return 0
	pinned=("${pin_one[@]}")
	sample run_timed sh -c "$loop"
	sample_others run_timed sh -c "$loop"
	ratio_row "$name" ms 1000000 ''
}

# --- servers: both run all the time, the load goes to one after the other ------------------------

free_port() {
	"$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

wait_for_port() {
	local try
	for ((try = 0; try < 200; try++)); do
		! (: >"/dev/tcp/127.0.0.1/$1") 2>/dev/null || return 0
		sleep 0.05
	done
	return 1
}

# serve VARIANT PORT COMMAND…
serve() {
	local -n under=under_$1
	"${pin_one[@]}" "${under[@]}" "${@:3}" >/dev/null 2>&1 </dev/null &
	servers+=($!)
	wait_for_port "$2"
	# strace passes no signal on: what it runs has to be ended itself.
	[[ $1 != strace ]] || servers[-1]=$(($(ps -o pid= --ppid "${servers[-1]}")))
}

stop_servers() {
	((!${#servers[@]})) || kill "${servers[@]}" 2>/dev/null || true
	wait
	servers=()
}

# The process that does a server's work: a master and unclosed only wait.
worker_of() {
	local pid=$1 child
	while child=$(ps -o pid= --ppid "$pid" | head -1) && [[ -n $child ]]; do
		pid=$((child))
	done
	echo "$pid"
}

used_ns() {
	cut -d ' ' -f 1 "/proc/$1/schedstat" 2>/dev/null || echo 0
}

# load_once VARIANT LOAD: one slice of load; LOAD PORT prints "requests requests-a-second".
load_once() {
	local before after requests rate
	before=$(used_ns "${workers[$1]}")
	read -r requests rate < <("$2" "${ports[$1]}") || return 0
	after=$(used_ns "${workers[$1]}")
	echo "$rate" >>"$work/$1.rate"
	awk -v ns=$((after - before)) -v n="$requests" 'BEGIN { if (n > 0 && ns > 0) print ns / n }' >>"$work/$1"
}

median() {
	sort -g "$work/$1" 2>/dev/null | awk '{ value[NR] = $1 } END { if (NR) print value[int((NR + 1) / 2)] }'
}

# server_rows NAME BAR SLICES LOAD: throughput, by the median of the ratios of neighbouring slices: the
# load program shares the machine. And the server's own processor time a request, which is disturbed less.
server_rows() {
	local name=$1 bar=$2 slices=$3 load=$4 round variant
	local -A workers=()
	rm -f "$work"/{bare,unclosed,valgrind,strace}{,.rate}
	for variant in bare unclosed "${others[@]}"; do
		workers[$variant]=$(worker_of "${pids[$variant]}")
		"$load" "${ports[$variant]}" >/dev/null # warm-up
	done
	for ((round = 0; round < slices; round += 2)); do
		load_once bare "$load"
		load_once unclosed "$load"
		load_once unclosed "$load"
		load_once bare "$load"
	done
	paste "$work/bare.rate" "$work/unclosed.rate" | awk '$1 > 0 { print $2 / $1 }' >"$work/pairs"
	# How far neighbouring slices of the bare program are apart: a smaller difference says nothing.
	paste - - <"$work/bare.rate" | awk '$1 > 0 && $2 > 0 { d = $2 / $1 - 1; print d < 0 ? -d : d }' >"$work/noise"
	for variant in "${others[@]}"; do
		load_once "$variant" "$load"
	done
	awk -v name="$name" -v bar="$bar" -v line="$line" -v bare="$(median bare.rate)" \
		-v with="$(median unclosed.rate)" -v r="$(median pairs)" -v noise="$(median noise)" \
		-v valgrind="$(median valgrind.rate)" -v strace="$(median strace.rate)" '
	function ratio(rate) { return rate > 0 ? sprintf("%.2f x", rate / bare) : "-" }
	BEGIN {
		if (!(bare > 0 && with > 0)) { printf line, name, "-", "-", "not run", "", "", "", ""; exit }
		printf line, name, sprintf("%.0f /s", bare), sprintf("%.0f /s", with),
			sprintf("%.3f x", r), sprintf(">= %.2f", bar),
			((r >= bar) ? "ok" : (1 - r < noise) ? "noisy" : "over"), ratio(valgrind), ratio(strace)
	}'
	ratio_row "    its processor time a request" us 1000 ''
}

redis_load() {
	"${pin_other[@]}" redis-benchmark -p "$1" -k 0 -c 8 -n 1000 -t ping_mbulk --csv 2>/dev/null |
		awk -F '"' '$2 ~ /^PING/ { print 1000, $4 }'
}

# wrk counts in whole seconds.
nginx_load() {
	"${pin_other[@]}" wrk -t 1 -c 8 -d 1 -H 'Connection: close' "http://127.0.0.1:$1/" |
		awk '/requests in/ { n = $1 } /^Requests\/sec/ { print n, $2 }'
}

redis_row() {
	local name='redis-server, a connection a request' variant
	is_wanted "$name" || return 0
	command -v redis-server redis-benchmark >/dev/null || { not_run "$name" redis-tools && return 0; }
	local -A ports=() pids=()
	for variant in bare unclosed "${others[@]}"; do
		ports[$variant]=$(free_port)
		serve "$variant" "${ports[$variant]}" redis-server --port "${ports[$variant]}" \
			--bind 127.0.0.1 --save '' --appendonly no --dir "$work"
		pids[$variant]=${servers[-1]}
	done
	server_rows "$name" 0.98 $((rounds * 4)) redis_load
	stop_servers
}

nginx_row() {
	local name='nginx, a connection a request' variant nginx place
	is_wanted "$name" || return 0
	nginx=$(PATH=$PATH:/usr/sbin command -v nginx) && command -v wrk >/dev/null ||
		{ not_run "$name" 'nginx, wrk' && return 0; }
	local -A ports=() pids=()
	for variant in bare unclosed "${others[@]}"; do
		ports[$variant]=$(free_port)
		place=$work/nginx.$variant
		mkdir -p "$place"
		echo hello >"$place/index.html"
		chmod 755 "$work" "$place"
		cat >"$place/conf" <<-END
			daemon off; worker_processes 1; pid $place/pid; error_log /dev/null;
			events { worker_connections 256; }
			http {
				access_log off;
				client_body_temp_path $place; proxy_temp_path $place; fastcgi_temp_path $place;
				uwsgi_temp_path $place; scgi_temp_path $place;
				server { listen 127.0.0.1:${ports[$variant]}; root $place; }
			}
		END
		serve "$variant" "${ports[$variant]}" "$nginx" -p "$place" -e /dev/null -c "$place/conf"
		pids[$variant]=${servers[-1]}
	done
	server_rows "$name" 0.98 "$rounds" nginx_load
	stop_servers
}

# --- ledgers and reports --------------------------------------------------------------------------

# report_row NAME LEDGER BAR_S COUNT WHAT: fastest of a few reports; bytes of storage behind the ledger.
report_row() {
	local name=$1 ledger=$2 bar=$3 count=$4 what=$5 bytes
	rm -f "$work/report"
	for _ in 1 2 3; do
		"$build/bin/bench_stopwatch" "$unclosed" report --gate none "$ledger" >>"$work/report" || true
	done
	bytes=$(($(stat -c '%b * %B' "$ledger")))
	awk -v name="$name" -v ns="$(fastest report)" -v bar="$bar" -v bytes="$bytes" -v count="$count" \
		-v what="$what" '
	BEGIN {
		per = bytes / count
		printf "%-44s %9.3f s", name, ns / 1e9
		printf "  %-12s", bar == "" ? "" : ("< " bar " s " (ns / 1e9 < bar ? "ok" : "over"))
		printf " %8.1f MiB %8.0f bytes a %s", bytes / 1048576, per, what
		printf "  %s\n", bar == "" ? "" : per <= 96 ? "<= 96 ok" : "<= 96 over"
	}'
	rm -f "$ledger"
}

# keep_ledger COMMAND…: a run whose ledger stays, as $ledgers/kept.
keep_ledger() {
	"$unclosed" -q -o /dev/null --gate none --keep-ledger "$ledgers/kept" -- "$@" >/dev/null 2>&1
}

report_rows() {
	local ledger count bar=
	is_wanted report || return 0
	printf '\n%-44s %11s  %-12s %12s\n' 'report' time bar ledger
	for count in 10000 100000 1000000; do
		read -r ledger _ < <("$build/bin/bench_big_ledger" "$ledgers" "$count" 100)
		((count < 1000000)) || bar=5
		report_row "$count sockets left, 100 places" "$ledger" "$bar" "$count" descriptor
	done
	count=$(ulimit -Hn)
	[[ $count != unlimited ]] && ((count <= 100100)) || count=100100
	count=$((count - 100))
	keep_ledger "$build/bin/bench_leave" sockets "$count"
	report_row "$count sockets left, a real run" "$ledgers/kept" '' "$count" descriptor
	keep_ledger "$build/bin/bench_leave" processes 1000
	report_row 'a tree of 1000 processes, a socket each' "$ledgers/kept" '' 1000 process
}

# bytes_row NAME COUNT SMALL LARGE: what one more takes, of two ledgers that differ by COUNT of them.
bytes_row() {
	printf '%-44s %8.0f bytes\n' "$1" "$(((($4) - ($3)) / $2))"
}

# kept_bytes COMMAND…: of a run of which every process stays in the ledger.
kept_bytes() {
	"$unclosed" -q -o /dev/null --gate none --skip no-such-program --keep-ledger "$ledgers/kept" -- "$@" \
		>/dev/null 2>&1
	stat -c '%s' "$ledgers/kept"
	rm -f "$ledgers/kept"
}

# made_bytes DESCRIPTORS PLACES
made_bytes() {
	local ledger bytes
	read -r ledger bytes < <("$build/bin/bench_big_ledger" "$ledgers" "$1" "$2")
	rm -f "$ledger"
	echo "$bytes"
}

# --skip asks for the names of all. Else a process that ended clean gives its part back.
bytes_rows() {
	local loop='i=0; while [ $i -lt $0 ]; do "$@"; i=$((i + 1)); done'
	is_wanted bytes || return 0
	printf '\n%-44s %14s\n' 'bytes of the ledger' 'one more takes'
	bytes_row 'a descriptor left open' 100000 "$(made_bytes 1000 1)" "$(made_bytes 101000 1)"
	bytes_row 'a stack of 20 frames' 1000 "$(made_bytes 2000 1000)" "$(made_bytes 2000 2000)"
	bytes_row 'a forked process that leaves a socket' 1000 \
		"$(kept_bytes "$build/bin/bench_leave" processes 1000)" \
		"$(kept_bytes "$build/bin/bench_leave" processes 2000)"
	bytes_row 'fork + exec, /bin/true, kept' 300 "$(kept_bytes sh -c "$loop" 300 /bin/true)" \
		"$(kept_bytes sh -c "$loop" 600 /bin/true)"
	bytes_row 'fork + exec, cat of a file, kept' 300 "$(kept_bytes sh -c "$loop" 300 cat /dev/null)" \
		"$(kept_bytes sh -c "$loop" 600 cat /dev/null)"
}

# --------------------------------------------------------------------------------------------------

echo "$("$unclosed" --version | head -1), $(nproc) processors, $(uname -sr); fastest of $rounds runs in turns"
header 'an operation' ratio
calls_row 'socket + close, 20 frames deep' 1.10 socket 1
calls_row 'open + close, 20 frames deep' 1.20 open 1
calls_row 'dup + close, 20 frames deep' '' dup 1
for threads in 2 4 8; do
	calls_row "socket + close, $threads threads (cpu time)" 1.10 socket "$threads"
	calls_row "open + close, $threads threads (cpu time)" 1.20 open "$threads"
done
[[ -z $python ]] || python_rows
program_row 'a thread per connection' 1.10 '2 20' "$build/bin/bench_connections"
program_row 'fork + wait' '' '2 4' "$build/bin/bench_forks" 0
program_row 'fork + wait, 10000 descriptors' 1.10 '1 2' "$build/bin/bench_forks" 10000
redis_row
nginx_row
start_row 'start-up + report, /bin/true' /bin/true
[[ -z $python ]] || start_row 'start-up + report, python3 -c pass' "$python" -c pass
tree_row
report_rows
bytes_rows
