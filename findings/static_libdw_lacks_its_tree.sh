#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Debian 13's libdw.a cannot be linked: functions of elfutils' own are in none of its archives.
#
# Guess before it was run: libdw-dev ships libdw.a, and `pkg-config --static --libs libdw` names what
# it needs. So a program that is linked with exactly that is a static program, as it is with
# elfutils 0.188 of Debian 12.
#
# Seen: five names are undefined, eu_tsearch and its kin, with every program that opens debug
# information. They are elfutils' own search tree, new in 0.192, of its internal library libeu. libdw.so
# has them; libdw.a and libelf.a refer to them, and no archive of the two packages defines them. Nothing is
# wrong with the flags, and a program that reads ELF files only links: that one archive works
# says nothing of the other.
#
# Seen with libdw-dev and libelf-dev 0.192-4, gcc 4:14.2.0-1 and pkgconf 1.8.1-4, in a root of Debian 13:
#
#	dynamic: began
#	static: eu_search_tree_fini eu_search_tree_init eu_tdelete eu_tfind eu_tsearch
#	defined in an archive: 0
#
# It matters here: the static build of a tool that reads debug information needs a tree of its own, under
# these names, where they are missing, and must not have one where they are there.
#
# Status 0: as seen. 1: it is otherwise by now. 77: it cannot be run here: it needs root,
# debootstrap, about 600 MB and a mirror of Debian in apt's sources.
set -euo pipefail

packages="gcc=4:14.2.0-1 libdw-dev=0.192-4 libelf-dev=0.192-4 pkgconf=1.8.1-4"
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
((EUID == 0)) && command -v debootstrap >/dev/null && [[ -e $keyring ]] || exit 77
mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources \
	2>/dev/null | sed -nE 's@^(deb .*|URIs:.*) (https?://[^ ]*/debian/?)( .*)?$@\2@p' | head -n 1) || true # not each of the files is there
[[ $mirror ]] || exit 77

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
debootstrap --variant=minbase --keyring="$keyring" trixie "$root" "$mirror" >"$root.log" 2>&1 || {
	rm -f "$root.log"
	exit 77
}
rm -f "$root.log"
cp /etc/resolv.conf "$root/etc/"
find /etc/apt/apt.conf.d -name '*proxy*' -exec cp {} "$root/etc/apt/apt.conf.d/" \;
# shellcheck disable=SC2086 # several packages
chroot "$root" apt-get install -qq -y --no-install-recommends $packages libc6-dev \
	libbz2-dev liblzma-dev libzstd-dev zlib1g-dev >/dev/null 2>&1 || exit 77

cat >"$root/tmp/begin.c" <<'C'
#include <elfutils/libdwfl.h>
#include <stdio.h>

int main(void)
{
	static const Dwfl_Callbacks callbacks = { .find_elf = dwfl_build_id_find_elf,
						  .find_debuginfo = dwfl_standard_find_debuginfo };
	Dwfl *dwfl = dwfl_begin(&callbacks);

	puts(dwfl ? "began" : "did not begin");
	dwfl_end(dwfl);
	return 0;
}
C
cat >"$root/tmp/try.sh" <<'SH'
cd /tmp
gcc begin.c -o dynamic -ldw && echo "dynamic: $(./dynamic)"
missing=$(gcc -static begin.c -o static $(pkg-config --static --libs libdw) 2>&1 |
	sed -n "s/.*undefined reference to .\([a-z_]*\)'.*/\1/p" | sort -u | tr '\n' ' ')
echo "static: ${missing% }"
echo "defined in an archive: $(for archive in $(dpkg -L libdw-dev libelf-dev | grep '\.a$'); do
	nm "$archive" 2>/dev/null
done | grep -c ' T eu_tsearch$')"
SH
seen=$(chroot "$root" env LC_ALL=C sh /tmp/try.sh)
echo "$seen"
[[ $seen == "dynamic: began
static: eu_search_tree_fini eu_search_tree_init eu_tdelete eu_tfind eu_tsearch
defined in an archive: 0" ]]
