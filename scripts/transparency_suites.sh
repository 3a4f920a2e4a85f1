# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# The suites of scripts/transparency.sh, which sources this file: where each comes from, what its units are, how
# one is run and how its output is read. It expects $cache, and form[]: what stands before the program.
#
# A suite is five functions:
#   SUITE_setup     install and fetch what is needed
#   SUITE_units     print the names of all units; SUITE_quick those of --quick
#   SUITE_run U     run unit U in the current, empty directory; "${form[@]}" stands before the program
#   SUITE_cases F   read the unit's output from file F, print "case<TAB>result" lines

install_packages() {
	local package missing=() sudo=()
	for package in "$@"; do
		dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii' ||
			missing+=("$package")
	done
	((${#missing[@]})) || return 0
	((EUID == 0)) || sudo=(sudo)
	echo "transparency: installing ${missing[*]}" >&2
	"${sudo[@]}" apt-get update -qq
	"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
		apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# fetch_source PACKAGE: unpack its source of this release into $cache/PACKAGE, without root and without a
# change to the machine's own lists.
fetch_source() {
	local package=$1 apt=$cache/apt release
	[[ ! -d $cache/$package ]] || return 0
	release=$(. /etc/os-release && echo "${VERSION_CODENAME:-stable}")
	mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
	echo "deb-src http://deb.debian.org/debian $release main" >"$apt/sources.list"
	local options=(-o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts=-
		-o Dir::State::lists="$apt/lists" -o Dir::Cache="$apt/cache" -o APT::Sandbox::User=)
	apt-get "${options[@]}" update -qq
	local unpacked=$cache/unpack.$$
	mkdir -p "$unpacked/tree"
	(cd "$unpacked" && apt-get "${options[@]}" source -qq --download-only "$package" >/dev/null)
	tar -xf "$unpacked"/*.orig.tar.* -C "$unpacked/tree" --strip-components 1
	mv "$unpacked/tree" "$cache/$package"
	rm -rf "$unpacked"
}

# Python's own regression tests: sockets, processes, signals, threads, files, event loops.
python_setup() { install_packages libpython3.11-testsuite python3.11 openssl; }
python_quick() { printf '%s\n' test_socketserver test_fcntl test_posix test_select test_epoll test_pty; }
python_units() {
	printf 'test_%s\n' asynchat asyncio asyncore atexit audit builtin cmd_line code_module \
		concurrent_futures contextlib ctypes dbm_dumb docxmlrpc eintr epoll exceptions \
		faulthandler fcntl file fileio fork1 ftplib gc getpass glob httplib httpservers \
		imaplib import io ioctl kqueue largefile logging mailbox mmap \
		multiprocessing_fork multiprocessing_forkserver multiprocessing_main_handling \
		multiprocessing_spawn netrc nntplib openpty os ossaudiodev pathlib pdb pipes \
		poll popen poplib posix posixpath pty pwd queue readline regrtest repl resource \
		runpy sched script_helper select selectors shelve shutil signal site smtpd \
		smtplib smtpnet socket socketserver ssl stat subprocess support sys syslog \
		telnetlib tempfile thread threadedtempfile threading threading_local \
		threadsignals time timeout tracemalloc unittest urllib urllib2 urllib2_localnet \
		urllib_response venv wait3 wait4 warnings webbrowser wsgiref xmlrpc zipfile
}
python_run() {
	# VSOCK tests wait forever for a peer where the device is there but no hypervisor.
	"${form[@]}" /usr/bin/python3.11 -m test --fail-env-changed --junit-xml=junit.xml \
		-i '*VSOCK*' "$1"
}
python_cases() {
	[[ ! -s junit.xml ]] || /usr/bin/python3.11 - junit.xml <<-'END'
		import sys, xml.etree.ElementTree as tree
		for case in tree.parse(sys.argv[1]).iter("testcase"):
		    bad = [e.tag for e in case if e.tag in ("failure", "error", "skipped")]
		    print(case.get("name"), (bad or [case.get("result")])[0], sep="\t")
	END
}

# Programs that print TAP, listed in the .test files of "installed tests".
tap_cases() {
	sed -nE -e 's/^ok +[0-9]* *-? *(.*)$/\1\tok/p' -e 's/^not ok +[0-9]* *-? *(.*)$/\1\tnot ok/p' "$1" |
		sed -E 's/^(.*) # SKIP.*\t.*/\1\tskip/; s/^(.*) # TODO.*\t.*/\1\ttodo/' |
		sed -E 's/0x[0-9a-f]+/0x/g; s/seed:[0-9]+/seed/g; s/[0-9]+\.[0-9]+ ?(s|ms|us|sec|seconds)/TIME/g'
}
installed_units() {
	local file
	for file in "/usr/share/installed-tests/$1"/*.test; do
		basename "$file" .test
	done
}
installed_run() {
	local command
	command=$(sed -n 's/^Exec=//p' "/usr/share/installed-tests/$1/$2.test")
	"${form[@]}" dbus-run-session -- sh -c "$command"
}

# GLib: main loops, GSocket, GSubprocess, spawn, D-Bus over real daemons, threads.
glib_setup() { install_packages libglib2.0-tests dbus-daemon libglib2.0-dev-bin python3-dbusmock; }
glib_quick() {
	printf '%s\n' socket spawn-test spawn-singlethread unix-streams gdbus-peer file unix-fd \
		socket-listener
}
glib_units() {
	# performance*: prints measurements. static-link: needs a compiler and static libraries.
	installed_units glib | grep -vxE 'performance.*|static-link'
}
glib_run() { installed_run glib "$1"; }
glib_cases() { tap_cases "$1"; }

# D-Bus: a daemon, its clients, descriptors sent over sockets, activation of services.
dbus_setup() { install_packages dbus-tests dbus-daemon; }
dbus_quick() { printf '%s\n' test-fdpass test-loopback test-sysdeps test-shell test-relay; }
dbus_units() { installed_units dbus-debug-build; }
dbus_run() { installed_run dbus-debug-build "$1"; }
dbus_cases() { tap_cases "$1"; }

# bash: redirections of numbered descriptors, job control, coprocesses, traps.
bash_setup() {
	install_packages bash gcc
	fetch_source bash
	mkdir -p "$cache/bash/helpers"
	: >"$cache/bash/helpers/config.h"
	local program
	for program in recho zecho printenv xcase; do
		[[ -x $cache/bash/helpers/$program ]] ||
			gcc -w -DHAVE_STRING_H -DHAVE_STDLIB_H -DHAVE_UNISTD_H -DPROTOTYPES \
				"-I$cache/bash/helpers" "-I$cache/bash" "-I$cache/bash/include" \
				-o "$cache/bash/helpers/$program" "$cache/bash/support/$program.c"
	done
}
bash_quick() { printf 'run-%s\n' redir vredir coproc procsub comsub heredoc; }
# run-all and run-minimal run the others.
bash_units() { (cd "$cache/bash/tests" && printf '%s\n' run-*) | grep -vxE 'run-(all|minimal)'; }
bash_run() {
	cp -r "$cache/bash/tests" tests
	cp "$cache/bash/helpers/"* tests
	cd tests || return
	BUILD_DIR=.. THIS_SH=/bin/bash BASH_TSTOUT=../stdout PATH=.:$PATH "${form[@]}" sh "./$1"
}
# The unit prints the difference to what bash's authors expect: equal when the same lines differ.
bash_cases() {
	grep -aE '^[<>]' "$1" | sed -E 's/[0-9]{2,}/N/g; s@[^ ]*/(tests|work)[^ ]*/@@g' | sort | uniq -c |
		awk '{ n = $1; sub(/^ *[0-9]+ /, ""); gsub(/\t/, " "); print $0 "\t" n }'
}

# coreutils: every command as a process of its own, pipes, closed standard descriptors, signals.
coreutils_setup() {
	install_packages coreutils perl
	fetch_source coreutils
	local helpers=$cache/coreutils/helpers program name
	mkdir -p "$helpers/src"
	: >"$helpers/config.h"
	for program in $(coreutils_programs); do
		ln -sf "$(type -P "$program")" "$helpers/src/$program"
	done
	# What the helper of that name prints on a 64-bit machine.
	{
		echo '#!/bin/sh'
		for name in INT PID_T; do
			echo "echo ${name}_MAX=2147483647 ${name}_OFLOW=2147483648"
			echo "echo ${name}_MIN=-2147483648 ${name}_UFLOW=-2147483649"
		done
		for name in UINT UID_T GID_T; do
			echo "echo ${name}_MAX=4294967295 ${name}_OFLOW=4294967296"
		done
		for name in LONG SSIZE INTMAX OFF_T TIME_T OFF64_T; do
			echo "echo ${name}_MAX=9223372036854775807 ${name}_OFLOW=9223372036854775808"
			echo "echo ${name}_MIN=-9223372036854775808 ${name}_UFLOW=-9223372036854775809"
		done
		for name in ULONG SIZE UINTMAX; do
			echo "echo ${name}_MAX=18446744073709551615 ${name}_OFLOW=18446744073709551616"
		done
	} >"$helpers/src/getlimits"
	chmod +x "$helpers/src/getlimits"
}
coreutils_programs() { dpkg -L coreutils | sed -n 's@^\(/usr\)\?/s\?bin/@@p' | grep -vxF '['; }
coreutils_quick() {
	printf 'tests/%s.sh\n' misc/tee misc/cat-buf misc/close-stdout misc/nohup \
		split/filter misc/env misc/stdbuf dd/reblock
}
# Those that need root mount file systems and change owners: not run. env-null and printenv compare the
# environments of two processes. Under unclosed each is told its own entry of the ledger there: nothing else
# passes an exec with certainty. Pids come again and differ by namespace, and of two children that one
# process starts at once only what they were started with says which is which.
coreutils_units() {
	sed -n '/^all_tests *=/,/[^\\]$/p' "$cache/coreutils/tests/local.mk" |
		grep -oE 'tests/[^ ]+\.(sh|pl)' | grep -vxE 'tests/misc/(env-null|printenv)\.sh'
}
coreutils_run() {
	local tree=$cache/coreutils name=$1 command version
	version=$(cat "$tree/.tarball-version")
	command=(sh "$tree/$name")
	[[ $name == *.sh ]] || command=(perl -w "-I$tree/tests" -MCuSkip -MCoreutils
		"-MCuTmpdir qw($name)" "$tree/$name")
	env PATH="$tree/helpers/src:$PATH" srcdir="$tree" top_srcdir="$tree" abs_srcdir="$tree" abs_top_srcdir="$tree" \
		abs_top_builddir="$tree/helpers" CONFIG_HEADER="$tree/helpers/config.h" VERSION="$version" PACKAGE_VERSION="$version" \
		LOCALE_FR=none LOCALE_FR_UTF8=none host_os=linux-gnu host_triplet=x86_64-pc-linux-gnu \
		CC=gcc AWK=awk EGREP='grep -E' MAKE=make PERL=perl SHELL=/bin/sh EXEEXT= LC_ALL=C \
		CU_TEST_NAME="${name//\//-}" fail=0 \
		built_programs="$(coreutils_programs | tr '\n' ' ')" \
		"${form[@]}" "${command[@]}" 9>&2
}
coreutils_cases() { :; }

# redis-server, driven by its own Tcl clients: an event loop, forked children, replication.
redis_setup() {
	install_packages redis-server redis-tools tcl8.6
	fetch_source redis
}
redis_quick() { printf '%s\n' unit/protocol unit/networking; }
redis_units() {
	# moduleapi needs modules compiled with the server; tls certificates made by its build.
	(cd "$cache/redis/tests" && printf '%s\n' unit/*.tcl unit/type/*.tcl integration/*.tcl) |
		sed 's/\.tcl$//' | grep -vE 'printver|unit/tls|violations|oom-score|corrupt-dump-fuzzer'
}
redis_run() {
	mkdir src
	cp -r "$cache/redis/tests" "$cache/redis/redis.conf" "$cache/redis/sentinel.conf" .
	local program
	for program in server cli benchmark check-aof check-rdb; do
		ln -s "/usr/bin/redis-$program" "src/redis-$program"
	done
	"${form[@]}" tclsh8.6 tests/test_helper.tcl --single "$1" --clients 1 \
		--baseport $((20000 + RANDOM % 10000)) --portcount 200
}
# PSYNC2 picks who replicates from whom at random, and names its steps by that.
redis_cases() {
	grep -avE 'PSYNC2: (Set|\[NEW LAYOUT\])' "$1" | sed -E 's/\x1b\[[0-9;]*m//g' |
		sed -nE -e 's/^\[(ok|err|exception|skip|ignore|timeout)\]: (.*)$/\2\t\1/p' |
		sed -E 's/ \([0-9]+ ms\)//; s/ in tests\/.*\t/\t/; s/[0-9]{3,}/N/g'
}
