#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Run the project on other releases of Debian: scripts/distros.sh [RELEASE…] (trixie, sid, bullseye).
# For each a root is made by debootstrap, and in it the README's two commands are run: run.sh, which
# must report the demo's leaks, and test.sh. On bullseye, whose compiler or CMake may be too old, what
# they say is shown. As root. The mirror and the keyring are those of apt's own sources.
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
	2>/dev/null | sed -nE 's@^(deb .*|URIs:.*) (https?://[^ ]*/debian/?)( .*)?$@\2@p' | head -n 1)
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

# The sources as they are committed, and what apt knows of proxies.
root_fill() { # ROOT
	rm -rf "$1/src"
	mkdir -p "$1/src"
	git archive HEAD | tar -x -C "$1/src"
	# A clean clone: some tests ask git.
	git -C "$1/src" init -q
	git -C "$1/src" add -A
	git -C "$1/src" -c user.name=distros -c user.email=distros@localhost commit -qm "As committed"
	cp /etc/resolv.conf "$1/etc/resolv.conf"
	find /etc/apt/apt.conf.d -name '*proxy*' -exec cp {} "$1/etc/apt/apt.conf.d/" \;
}

inside() { # ROOT COMMAND…
	local root=$1
	shift
	chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 "$@"
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
	inside "$root" /src/scripts/run.sh || status=$?
	if ((status == 23)); then
		echo "distros: $release: run.sh: the demo's leaks are reported"
		status=0
		inside "$root" /src/scripts/test.sh >"$root.tests" 2>&1 || status=$?
		tail -n 25 "$root.tests"
	fi
	echo "distros: $release: status $status"
	((status == 0)) || failed=1
	unmount
done
exit "$failed"
