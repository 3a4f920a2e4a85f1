# SPDX-License-Identifier: MIT
# Toolchain file: build for arm64 on another machine, against the libraries of a root of Debian.
#   cmake -S . -B build-arm64 -G Ninja -DCMAKE_TOOLCHAIN_FILE=scripts/arm64.cmake
# UNCLOSED_ARM64_ROOT, in the environment, is that root; scripts/arm64.sh makes one, and runs the tests in it.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)

# Without, the libraries are those of the build machine: multiarch has arm64's beside its own.
set(root $ENV{UNCLOSED_ARM64_ROOT})
set(triplet aarch64-linux-gnu)
set(CMAKE_C_COMPILER /usr/bin/${triplet}-gcc)
set(CMAKE_CXX_COMPILER /usr/bin/${triplet}-g++)
set(CMAKE_ASM_COMPILER /usr/bin/${triplet}-gcc)
set(CMAKE_LIBRARY_ARCHITECTURE ${triplet})
set(CMAKE_SYSROOT ${root})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(ENV{PKG_CONFIG_LIBDIR} ${root}/usr/lib/${triplet}/pkgconfig:${root}/usr/share/pkgconfig)
set(ENV{PKG_CONFIG_SYSROOT_DIR} ${root})

# No CMAKE_CROSSCOMPILING_EMULATOR: the build runs its own program, and CTest in the root runs all, by the
# kernel's binfmt_misc. QEMU_LD_PREFIX, in the environment, tells qemu of the root.
