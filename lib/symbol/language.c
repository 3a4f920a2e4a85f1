/* SPDX-License-Identifier: MIT */
/* Languages by their numbers in DWARF. */
#include "symbol/language.h"

#include <stddef.h>

/*
 * Numbers and not DW_LANG_*: the register (https://dwarfstd.org/languages.html)
 * is ahead of <dwarf.h>.
 */
/* clang-format off */
static const struct {
	unsigned char number;
	char name[10];
} languages[] = {
	{ 0x01, "c"       }, /* C89 */
	{ 0x02, "c"       },
	{ 0x0c, "c"       }, /* C99 */
	{ 0x1d, "c"       }, /* C11 */
	{ 0x2c, "c"       }, /* C17 */
	{ 0x3e, "c"       }, /* C23 */
	{ 0x04, "c++"     },
	{ 0x1a, "c++"     }, /* C++11 */
	{ 0x21, "c++"     }, /* C++14 */
	{ 0x2a, "c++"     }, /* C++17 */
	{ 0x2b, "c++"     }, /* C++20 */
	{ 0x3a, "c++"     }, /* C++23 */
	{ 0x1c, "rust"    },
	{ 0x16, "go"      },
	{ 0x13, "d"       },
	{ 0x1e, "swift"   },
	{ 0x27, "zig"     },
	{ 0x28, "crystal" },
	{ 0x10, "objc"    },
	{ 0x11, "objc++"  },
	{ 0x03, "ada"     },
	{ 0x0d, "ada"     },
	{ 0x2e, "ada"     },
	{ 0x2f, "ada"     },
	{ 0x07, "fortran" },
	{ 0x08, "fortran" },
	{ 0x0e, "fortran" },
	{ 0x22, "fortran" },
	{ 0x23, "fortran" },
	{ 0x2d, "fortran" },
	{ 0x09, "pascal"  },
	{ 0x0b, "java"    },
	{ 0x14, "python"  },
	{ 0x18, "haskell" },
	{ 0x1b, "ocaml"   },
	{ 0x1f, "julia"   },
	{ 0x31, "asm"     },
};
/* clang-format on */

/* DW_LANG_Mips_Assembler, which GNU as writes for every machine; above a byte. */
#define LANGUAGE_ASSEMBLER 0x8001

const char *language_name(int dw_lang)
{
	if (dw_lang == LANGUAGE_ASSEMBLER)
		return "asm";
	for (size_t i = 0; i < sizeof(languages) / sizeof(languages[0]); i++)
		if (languages[i].number == dw_lang)
			return languages[i].name;
	return NULL;
}
