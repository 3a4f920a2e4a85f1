/* SPDX-License-Identifier: MIT */
/* Which characters may come out as they are. */
#include <criterion/criterion.h>

#include "base/utf8.h"

Test(utf8, characters_that_steer_are_not_printable)
{
	static const uint32_t codes[] = { 0,       '\n',    '\t',   0x1b,   0x7f,   0x80,   0x85,
					  0x9b,    0x9f,    0xad,   0x61c,  0x180e, 0x200b, 0x200d,
					  0x200e,  0x200f,  0x2028, 0x2029, 0x202a, 0x202e, 0x2060,
					  0x2066,  0x2069,  0x206f, 0xfeff, 0xfff9, 0xfffe, 0xffff,
					  0xe0001, 0xe007f, 0xe01ef };

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		cr_expect_not(utf8_is_printable(codes[i]), "U+%04X", codes[i]);
}

Test(utf8, letters_of_all_scripts_are)
{
	static const uint32_t codes[] = { ' ',   '~',    0xa0,   0xe9,   0x3b1,  0x5d0,  0x627,
					  0x915, 0x2026, 0x4e2d, 0xac00, 0xfffd, 0x1f50c };

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		cr_expect(utf8_is_printable(codes[i]), "U+%04X", codes[i]);
}
