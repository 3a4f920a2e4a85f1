#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Build the packages and try them: a Debian package, and a tarball that runs from any folder.
#   scripts/package.sh              both, into build-package/packages and build-portable/packages
#   scripts/package.sh --install    also install the package in a fresh Debian (debootstrap, as root) and
#                                   run it there
set -euo pipefail
cd "$(dirname "$0")/.."
base="${UNCLOSED_BUILD:-$PWD/build}"
work=$(mktemp -d "${TMPDIR:-/tmp}/unclosed-package.XXXXXX")
trap 'rm -rf "$work"' EXIT

fail() {
	echo "package: $*" >&2
	exit 1
}

# make_package TREE GENERATOR CMAKE-OPTION…: print the package's path.
make_package() {
	local tree=$1 generator=$2
	cmake -S . -B "$tree" -G Ninja -DUNCLOSED_TESTS=OFF -DUNCLOSED_WERROR=ON \
		-DCMAKE_BUILD_TYPE=RelWithDebInfo "${@:3}" >"$work/log" 2>&1 &&
		cmake --build "$tree" -- -j "$(nproc)" >>"$work/log" 2>&1 || {
		cat "$work/log" >&2
		fail "cannot build in $tree"
	}
	rm -rf "$tree/packages"
	(cd "$tree" && cpack -G "$generator") >"$work/log" 2>&1 || {
		cat "$work/log" >&2
		fail "cpack -G $generator"
	}
	find "$tree/packages" -maxdepth 1 -type f -name 'unclosed*' -print
}

# try_tree ROOT: the installed tree works from where it lies.
try_tree() {
	local root=$1 status=0
	"$root/bin/unclosed" true 2>/dev/null || fail "$root: true: status $?"
	"$root/bin/unclosed" demo >"$work/demo" 2>&1 || status=$?
	((status == 23)) || fail "$root: demo: status $status: $(tail -3 "$work/demo")"
	grep -q '3 leaked sockets from 1 place' "$work/demo" || fail "$root: demo finds something else"
	grep -q 'server_forgets_connection.c:[0-9]' "$work/demo" || fail "$root: demo has no line numbers"
	status=0
	env "LD_PRELOAD=$(echo "$root"/lib*/libunclosed.so)" "$root"/lib*/unclosed/samples/c/server_forgets_connection \
		>"$work/bare" 2>&1 || status=$?
	((status == 23)) || fail "$root: bare form: status $status: $(tail -3 "$work/bare")"
	for file in share/man/man1/unclosed.1 share/man/man7/libunclosed.7 \
		share/bash-completion/completions/unclosed; do
		[[ -s $root/$file ]] || fail "$root: no $file"
	done
}

# libc_asked FILE: the newest version of the C library that it asks for.
libc_asked() {
	readelf -W --version-info "$1" | grep -oE 'GLIBC_[0-9.]+' | sort -Vu | tail -n 1
}

scripts/setup.sh --packages
deb=$(make_package "$base-package" DEB -DUNCLOSED_SAMPLES_INSTALLED_PATHS=ON -DCMAKE_INSTALL_PREFIX=/usr \
	-DCMAKE_INSTALL_LIBDIR=lib)
dpkg-deb -x "$deb" "$work/deb"
try_tree "$work/deb/usr"
echo "package: $deb"

tarball=$(make_package "$base-portable" TGZ -DUNCLOSED_PORTABLE=ON -DUNCLOSED_SAMPLES_INSTALLED_PATHS=ON)
mkdir "$work/anywhere"
tar -xzf "$tarball" -C "$work/anywhere" --strip-components=1
try_tree "$work/anywhere"
scripts/check_layers.sh "$work/anywhere/lib/libunclosed.so"
! readelf -d "$work/anywhere/bin/unclosed" | grep -q NEEDED || fail "the tarball's program needs libraries"
for sample in "$work"/anywhere/lib/unclosed/samples/c/*; do
	newest=$(printf '%s\n' "$(libc_asked "$sample")" GLIBC_2.17 | sort -V | tail -n 1)
	[[ $newest == GLIBC_2.17 ]] || fail "$sample needs $newest"
done
echo "package: $tarball"

[[ ${1:-} == --install ]] || exit 0
command -v debootstrap >/dev/null || fail "needs debootstrap"
release=$(. /etc/os-release && echo "$VERSION_CODENAME")
echo "package: a fresh $release, to install it in"
debootstrap --variant=minbase "$release" "$work/root" >"$work/log" 2>&1 || {
	tail -5 "$work/log" >&2
	fail debootstrap
}
cp "$deb" "$work/root/tmp/"
cp /etc/apt/sources.list "$work/root/etc/apt/" 2>/dev/null || true
chroot "$work/root" sh -ec "apt-get update -qq; apt-get install -y -qq /tmp/$(basename "$deb") >/dev/null 2>&1
	unclosed --version; unclosed true; unclosed demo >/tmp/demo 2>&1 || test \$? = 23; tail -3 /tmp/demo
	apt-get remove -y -qq unclosed >/dev/null 2>&1; test ! -e /usr/bin/unclosed"
