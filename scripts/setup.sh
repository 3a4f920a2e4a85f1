#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Install what building and testing needs. Does nothing when all is there.
#   scripts/setup.sh             to build and run
#   scripts/setup.sh --packages  to make packages, too: what cpack and a static program need
#   scripts/setup.sh --tests     to test, too: Criterion and the real programs that the tests run
#   scripts/setup.sh --arm64     to build for arm64 on x86-64, and to run that (scripts/arm64.sh)
set -euo pipefail

build=(gcc g++ cmake ninja-build pkg-config libdw-dev libelf-dev libjansson-dev libiberty-dev
	libncurses-dev
	libunwind-dev libunwind8)
packages=(dpkg-dev file libbz2-dev liblzma-dev zlib1g-dev)
tests=(libcriterion-dev libgtest-dev python3-pytest bats liburing-dev clang libclang-rt-dev python3
	python3-jsonschema strace valgrind curl git perl nodejs
	openssh-client nginx-light
	redis-server musl-tools libc6-dbg binutils util-linux python3-greenlet tmux)
arm64=(gcc-aarch64-linux-gnu g++-aarch64-linux-gnu qemu-user-static debootstrap)

wanted=("${build[@]}")
[[ "${1:-}" == --arm64 ]] && wanted+=("${arm64[@]}")
[[ "${1:-}" == --packages || "${1:-}" == --tests ]] && wanted+=("${packages[@]}")
[[ "${1:-}" == --tests ]] && wanted+=("${tests[@]}")

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
	echo "setup: this is no Debian or Ubuntu; install what these packages hold: ${wanted[*]}" >&2
	exit 0
fi

is_installed() {
	dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null | grep -q '^ii'
}

# A program may be there without its package, built by hand.
is_provided() {
	case "$1" in
	libclang-rt-dev) compgen -G '/usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.asan*' >/dev/null ;;
	nodejs) command -v node >/dev/null ;;
	nginx-light) command -v nginx >/dev/null || [[ -x /usr/sbin/nginx ]] ;;
	*) return 1 ;;
	esac
}

missing=()
for package in "${wanted[@]}"; do
	is_installed "$package" || is_provided "$package" || missing+=("$package")
done
((${#missing[@]})) || exit 0

root=()
if ((EUID != 0)); then
	if ! command -v sudo >/dev/null; then
		echo "setup: not root and no sudo; ask for: apt-get install ${missing[*]}" >&2
		exit 1
	fi
	root=(sudo)
fi
# Another apt may be at work: unattended upgrades on a fresh machine, say.
update() {
	local said
	for ((tries = 0; tries < 60; tries++)); do
		said=$("${root[@]}" apt-get update -qq 2>&1) && return
		[[ $said == *"Could not get lock"* ]] || break
		((tries)) || echo "setup: waiting for another apt to end" >&2
		sleep 5
	done
	echo "setup: apt-get update failed: $said" >&2
	return 1
}

is_available() {
	[[ -n $(apt-cache --no-all-versions show "$1" 2>/dev/null) ]]
}

# The same under another name of an older release; nothing: this release does not have it.
replacement() {
	local version
	if [[ $1 == libclang-rt-dev ]]; then
		version=$(apt-cache depends clang | sed -nE 's/.*Depends: clang-([0-9]+)$/\1/p' | head -n 1)
		is_available "libclang-common-$version-dev" && echo "libclang-common-$version-dev"
	fi
	return 0
}

update
found=()
for package in "${missing[@]}"; do
	name=$package
	is_available "$package" || name=$(replacement "$package")
	if [[ -n $name ]]; then
		found+=("$name")
	else
		echo "setup: this release has no $package; what needs it is left out" >&2
	fi
done
((${#found[@]})) || exit 0
echo "setup: installing ${found[*]}"
# Servers are only run by the tests, never as services.
"${root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
	apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=600 "${found[@]}" >/dev/null
