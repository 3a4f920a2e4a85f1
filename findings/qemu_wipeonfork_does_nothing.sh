#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# qemu-user takes madvise(MADV_WIPEONFORK), says that it worked, and does nothing.
#
# Guess before it was run: either the advice is handed to the kernel, and a forked child finds the
# page wiped, or the emulator does not know it and says EINVAL, as a kernel before 4.14 does. madvise(2)
# says of this one that it has an effect that programs rely on, unlike a hint.
#
# Seen: the call returns 0, and the child reads what the parent had written. Programs that keep the
# state of a random generator in such a page, or a mark by which they tell a child of a fork, have no
# way to notice: the error that they fall back on does not come.
#
# Seen with qemu-user-static 1:7.2+dfsg-7+deb12u18+b3, a program compiled by tcc
# 0.9.27+git20200814.62c30a4a-1, glibc 2.36, Linux 6.18:
#
#	native: madvise 0, child reads 0
#	emulated: madvise 0, child reads 42
#
# It matters here: the mark by which a library finds out that it runs in the child of a fork that no
# function of libc made.
#
# Status 0: as seen. 1: it is otherwise by now. 77: it cannot be run here.
set -euo pipefail

packages=(tcc=0.9.27+git20200814.62c30a4a-1 qemu-user-static=1:7.2+dfsg-7+deb12u18+b3)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"

[[ $(dpkg --print-architecture 2>/dev/null) == amd64 && -e /usr/include/x86_64-linux-gnu/sys/mman.h ]] || exit 77
cd "$work"
apt-get download -qq "${packages[@]}" >/dev/null 2>&1 || exit 77
for package in *.deb; do dpkg -x "$package" tools; done

cat >wipe.c <<'C'
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define MADV_WIPEONFORK_HERE 18 /* include/uapi/asm-generic/mman-common.h, since Linux 4.14 */

int main(void)
{
	int *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int status, result = madvise(page, 4096, MADV_WIPEONFORK_HERE);
	pid_t child;

	*page = 42;
	child = fork();
	if (child == 0)
		_exit(*page);
	waitpid(child, &status, 0);
	printf("madvise %d, child reads %d\n", result, WEXITSTATUS(status));
	return 0;
}
C
tools/usr/bin/tcc -B tools/usr/lib/x86_64-linux-gnu/tcc -I tools/usr/lib/x86_64-linux-gnu/tcc/include \
	-o wipe wipe.c
{
	echo "native: $(./wipe)"
	echo "emulated: $(tools/usr/bin/qemu-x86_64-static ./wipe)"
} | tee seen
cat >expected <<'T'
native: madvise 0, child reads 0
emulated: madvise 0, child reads 42
T
cmp -s seen expected
