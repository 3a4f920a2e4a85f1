#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Build for arm64 on x86-64, and run it under qemu-user: scripts/arm64.sh COMMAND…
#   root             make the root of an arm64 Debian, with what building and testing needs
#   build            make the root, and build against it, into build-arm64
#   run COMMAND…     run something in the root, from this folder
#   test [CTEST…]    build, and run the tests that qemu-user can run; `scripts/test.sh --arm64` is this
# As root: the kernel has to be told of arm64's programs (binfmt_misc), and chroot needs it. What it needs
# `scripts/setup.sh --arm64` installs. Nothing of the machine's own packages is touched.
#   UNCLOSED_ARM64_ROOT  where the root is; default build-arm64-root. It stays, 1.5 GB.
set -euo pipefail
cd "$(dirname "$0")/.."
export UNCLOSED_ARM64_ROOT="${UNCLOSED_ARM64_ROOT:-$PWD/build-arm64-root}"
root=$UNCLOSED_ARM64_ROOT
build=$PWD/build-arm64
release=bookworm
# To build; to run the tests; the real programs that they run.
packages=(libc6-dev libstdc++-12-dev libgcc-12-dev libdw-dev libelf-dev libjansson-dev libiberty-dev
	libncurses-dev
	libcriterion-dev libgtest-dev liburing-dev libbz2-dev liblzma-dev zlib1g-dev libc6-dbg
	bats binutils cmake curl file git perl procps python3 python3-pytest python3-greenlet util-linux
	nginx-light redis-server openssh-client)

fail() {
	echo "arm64: $*" >&2
	exit 1
}

# The mirror of the machine's own sources of Debian, in either form of apt's lists.
mirror() {
	cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources \
		2>/dev/null | sed -nE 's@^(deb .*|URIs:.*) (https?://[^ ]*/debian/?)( .*)?$@\2@p' | head -n 1
}

# Packages are unpacked by this machine and not configured: under qemu that takes half an hour. What
# their scripts would have made and the tests need is made here.
root_configure() {
	local link path
	cp "$root/usr/share/base-passwd/passwd.master" "$root/etc/passwd"
	cp "$root/usr/share/base-passwd/group.master" "$root/etc/group"
	ln -sf mawk "$root/usr/bin/awk"
	ln -sf bash "$root/usr/bin/sh"
	cp /etc/resolv.conf "$root/etc/resolv.conf"
	echo 'LC_ALL=C.UTF-8' >"$root/etc/environment"
	# Libraries' names for the linker lead to the root, not to this machine.
	while IFS= read -r -d '' link; do
		path=$(readlink "$link")
		ln -sfn "$(realpath -m --relative-to="$(dirname "$link")" "$root$path")" "$link"
	done < <(find "$root/usr" -xtype l -lname '/*' -print0)
}

root_make() {
	local archive list folder
	list=$(IFS=,; echo "${packages[*]}")
	[[ -e $root/made && $(<"$root/made") == "$list" ]] && return
	[[ $(mirror) ]] || fail "no source of Debian in /etc/apt"
	echo "arm64: making a root of Debian $release for arm64 in $root"
	rm -rf "$root"
	mkdir -p "$root"
	debootstrap --arch=arm64 --foreign --variant=minbase --include="$list" \
		--keyring=/usr/share/keyrings/debian-archive-keyring.gpg \
		"$release" "$root" "$(mirror)" >"$root.log" 2>&1 || fail "debootstrap failed; see $root.log"
	for archive in "$root"/var/cache/apt/archives/*.deb; do
		dpkg-deb --fsys-tarfile "$archive" | tar -C "$root" --keep-directory-symlink -xf -
		rm "$archive"
	done
	root_configure
	echo "$list" >"$root/made"
}

# The kernel starts qemu for an arm64 program, also for one that a test starts, in a chroot too ("F").
programs_register() {
	local at=/proc/sys/fs/binfmt_misc
	[[ -e $at/register ]] || mount -t binfmt_misc none "$at" 2>/dev/null ||
		fail "the kernel has no binfmt_misc: programs of another architecture cannot be started"
	[[ -e $at/qemu-aarch64 ]] || cat /usr/lib/binfmt.d/qemu-aarch64.conf >"$at/register"
}

# In a mount namespace of its own: nothing is left mounted. This folder is where it is outside.
run() {
	programs_register
	exec unshare --mount --propagation private bash -euc '
		root=$1 here=$2
		shift 2
		for folder in proc sys dev tmp; do mount --rbind "/$folder" "$root/$folder"; done
		mkdir -p "$root$here"
		mountpoint -q "$root/tmp" && [[ $here == /tmp/* ]] || mount --rbind "$here" "$root$here"
		exec chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin \
			LC_ALL=C.UTF-8 UNCLOSED_EMULATED=1 ${TMPDIR:+TMPDIR="$TMPDIR"} \
			/bin/bash -c "cd \"\$1\" && shift && exec \"\$@\"" bash "$here" "$@"' \
		arm64 "$root" "$PWD" "$@"
}

build() {
	root_make
	cmake -S . -B "$build" -G Ninja --log-level=WARNING -DCMAKE_TOOLCHAIN_FILE="$PWD/scripts/arm64.cmake" \
		-DUNCLOSED_TESTS=ON -DUNCLOSED_WERROR=ON "$@"
	programs_register
	QEMU_LD_PREFIX=$root cmake --build "$build" -- -j "$(nproc)"
}

((EUID == 0)) || fail "binfmt_misc, mount and chroot need root"
command -v qemu-aarch64-static aarch64-linux-gnu-gcc debootstrap >/dev/null ||
	fail "what it needs is missing: scripts/setup.sh --arm64"
case "${1:-}" in
root) root_make ;;
build) build ;;
run)
	shift
	run "$@"
	;;
test)
	shift
	build
	run scripts/arm64_tests.sh "$build" "$@"
	;;
*)
	sed -nE '3,12s/^# ?//p' "$0"
	exit 2
	;;
esac
