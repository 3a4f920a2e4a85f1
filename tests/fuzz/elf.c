/* SPDX-License-Identifier: MIT */
/* What a program's file is, and names and lines of addresses in it. */
#include <stdlib.h>
#include <string.h>

#include "judge/process/elf_file.h"
#include "fuzz.h"
#include "symbol/symbol.h"

static void addresses_resolve(const char *path)
{
	static const uint64_t addresses[] = { 0, 0x1000, 0x1150, 0x401136, UINT64_MAX };
	struct symbolizer *symbolizer = symbolizer_new(false);
	struct symbol_frame frames[8];

	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++)
		if (symbolizer_resolve(symbolizer, path, NULL, 0, addresses[i], frames, 8) == 0)
			abort();
	(void)symbolizer_lack(symbolizer, path);
	symbolizer_free(symbolizer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *path = fuzz_file(data, size);
	struct elf_file file;

	if (elf_file_read(path, &file) == 0 &&
	    (memchr(file.interpreter, '\0', sizeof(file.interpreter)) == NULL ||
	     file.build_id_length > sizeof(file.build_id)))
		abort();
	addresses_resolve(path);
	return 0;
}
