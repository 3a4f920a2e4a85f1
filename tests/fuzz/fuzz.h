/* SPDX-License-Identifier: MIT */
/*
 * What the fuzzers share. Each is a libFuzzer program: LLVMFuzzerTestOneInput()
 * gives a parser bytes of which nothing may be trusted. They run with the tool
 * side under ASan and UBSan; a crash, a leak or a run that does not end is a bug.
 */
#ifndef UNCLOSED_TESTS_FUZZ_H
#define UNCLOSED_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * The path of a file with these bytes. It lives in memory, is the same one in
 * every call, and holds until the next.
 */
const char *fuzz_file(const uint8_t *data, size_t size);

#endif
