#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Run the project on other releases of Debian: scripts/distros.sh [RELEASE…] (trixie, sid, bullseye).
# For each a root is made by debootstrap. In it the README's two commands are run: run.sh, which must
# report the demo's leaks, and test.sh. Then real programs are compared with the kernel's list
# (compare_programs.py). Where the compiler or CMake is too old to build, as on bullseye, the tarball
# is made here, and its program runs the demo and the comparison there. As root. The mirror and the
# keyring are those of apt's own sources.
#   UNCLOSED_DISTROS  where the roots are; default build/distros. They stay, so that a second run
#                     takes what is there. Nobody else may be able to write there.
set -euo pipefail
cd "$(dirname "$0")/.."
place="${UNCLOSED_DISTROS:-$PWD/build/distros}"
releases=("$@")
((${#releases[@]})) || releases=(trixie sid bullseye)

fail() {
	echo "distros: $*" >&2
	exit 1
}

((EUID == 0)) || fail "debootstrap and mount need root"
command -v debootstrap >/dev/null || fail "debootstrap is missing: apt-get install debootstrap"
[[ $(git status --porcelain) ]] && echo "distros: what is not committed is left out" >&2

# The first source of Debian itself, in either form of apt's lists.
mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources \
	2>/dev/null | sed -nE 's@^(deb .*|URIs:.*) (https?://[^ ]*/debian/?)( .*)?$@\2@p' | head -n 1) || true # not each of the files is there
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[[ $mirror ]] || fail "no source of Debian in /etc/apt"
[[ -e $keyring ]] || fail "$keyring is missing: apt-get install debian-archive-keyring"

echo "distros: ${releases[*]}: about 3 GB of disk each below $place, and 30 minutes each on two cores"

mounted=()
unmount() {
	local at
	for ((at = ${#mounted[@]} - 1; at >= 0; at--)); do
		umount "${mounted[at]}" || echo "distros: still mounted: ${mounted[at]}" >&2
	done
	mounted=()
}
trap unmount EXIT

mount_at() { # PLACE OPTION…
	local at=$1
	shift
	mount "$@" "$at"
	mounted+=("$at")
}

root_make() { # RELEASE ROOT
	[[ -e $2/made ]] && return
	rm -rf "$2"
	mkdir -p "$2"
	debootstrap --variant=minbase --keyring="$keyring" "$1" "$2" "$mirror" >"$2.log" 2>&1 ||
		fail "debootstrap of $1 failed; see $2.log"
	touch "$2/made"
}

# The sources as they are committed, in a clone: some tests ask git. And what apt knows of proxies.
root_fill() { # ROOT
	[[ -e $1/src/.git ]] || git init -q "$1/src"
	git -C "$1/src" fetch -q --depth=1 "file://$PWD" HEAD
	git -C "$1/src" checkout -qf --detach FETCH_HEAD
	git -C "$1/src" clean -qfd
	cp /etc/resolv.conf "$1/etc/resolv.conf"
	find /etc/apt/apt.conf.d -name '*proxy*' -exec cp {} "$1/etc/apt/apt.conf.d/" \;
	# A mirror may be a snapshot, or behind: its list of sid is valid for a week.
	echo 'Acquire::Check-Valid-Until "false";' >"$1/etc/apt/apt.conf.d/10unclosed-snapshot"
}

inside() { # ROOT COMMAND…
	local root=$1
	shift
	chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 "$@"
}

# The README's commands, as it gives them.
project_run() { # ROOT RELEASE
	local status=0
	inside "$1" /src/scripts/run.sh || status=$?
	((status != 77)) || return 77
	((status == 23)) || {
		echo "distros: $2: run.sh: status $status in place of 23" >&2
		return 1
	}
	echo "distros: $2: run.sh: the demo's leaks are reported"
	status=0
	inside "$1" /src/scripts/test.sh >"$1.tests" 2>&1 || status=$?
	grep -E '^[0-9]+% tests passed|^The following|^\s+[0-9]+ - ' "$1.tests" || tail -n 25 "$1.tests"
	echo "distros: $2: test.sh: status $status; $1.tests has what it printed"
	return "$status"
}

# Made once, by the host's compiler.
tarball=
tarball_make() {
	[[ $tarball ]] && return
	scripts/package.sh >"$place/package.log" 2>&1 || fail "package.sh failed; see $place/package.log"
	tarball=$(sed -nE 's/^package: (.*\.tar\.gz)$/\1/p' "$place/package.log")
}

tarball_run() { # ROOT RELEASE
	local status=0
	tarball_make
	rm -rf "$1/opt/unclosed"
	mkdir -p "$1/opt/unclosed"
	tar -xzf "$tarball" -C "$1/opt/unclosed" --strip-components=1 || return
	inside "$1" /opt/unclosed/bin/unclosed demo || status=$?
	((status == 23)) || {
		echo "distros: $2: the tarball's demo: status $status in place of 23" >&2
		return 1
	}
	echo "distros: $2: the tarball's program reports the demo's leaks"
}

compare() { # ROOT RELEASE UNCLOSED
	local packages
	packages=$(sed -n 's/^# packages: //p' scripts/compare_programs.list)
	# Servers are only run by the comparison, never as services.
	# shellcheck disable=SC2086
	inside "$1" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq \
		--no-install-recommends $packages >"$1.packages" 2>&1 || {
		tail -n 5 "$1.packages" >&2
		return 1
	}
	inside "$1" cc -O2 -D_GNU_SOURCE -o /opt/exit_fds /src/tests/support/exit_fds.c || return
	inside "$1" python3 /src/scripts/compare_programs.py --unclosed "$3" --exit-fds /opt/exit_fds
}

release_run() { # ROOT RELEASE
	local status=0 unclosed=/src/build/bin/unclosed
	project_run "$1" "$2" || status=$?
	if ((status == 77)); then
		unclosed=/opt/unclosed/bin/unclosed
		status=0
		tarball_run "$1" "$2" || return
	fi
	compare "$1" "$2" "$unclosed" || status=1
	return "$status"
}

failed=0
for release in "${releases[@]}"; do
	root=$place/$release
	root_make "$release" "$root"
	root_fill "$root"
	# As the root of a system is: a mount, which can be made private.
	mount_at "$root" --bind "$root"
	mount_at "$root/proc" -t proc proc
	mount_at "$root/sys" -t sysfs -o ro sysfs
	mount_at "$root/dev" --bind /dev
	mount_at "$root/dev/pts" --bind /dev/pts
	mount_at "$root/dev/shm" -t tmpfs tmpfs
	status=0
	release_run "$root" "$release" || status=$?
	echo "distros: $release: status $status"
	((status == 0)) || failed=1
	unmount
done
exit "$failed"
