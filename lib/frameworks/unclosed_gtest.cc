/* SPDX-License-Identifier: MIT */
/* To be compiled into tests that are not to be edited: unclosed_test(TARGET GTEST) does. */
#include <unclosed/gtest.h>
