/* SPDX-License-Identifier: MIT */
/* Text that a program holds for others to read, found by the name of its symbol. */
#include "symbol/constant.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "symbol/binary.h"

/* A text of rules; what claims to be more is something else. */
#define CONSTANT_BYTES_MAX (1u << 20)

/* Look `name` up in one table of symbols. */
static bool table_find(Elf *elf, Elf_Scn *section, const GElf_Shdr *header, const char *name,
		       GElf_Sym *ret_symbol)
{
	Elf_Data *data = elf_getdata(section, NULL);
	size_t count = data && header->sh_entsize ? header->sh_size / header->sh_entsize : 0;

	for (size_t i = 0; i < count && i <= INT32_MAX; i++) {
		const char *found;

		if (!gelf_getsym(data, (int)i, ret_symbol))
			return false;
		if (ret_symbol->st_shndx == SHN_UNDEF ||
		    GELF_ST_TYPE(ret_symbol->st_info) != STT_OBJECT)
			continue;
		found = elf_strptr(elf, header->sh_link, ret_symbol->st_name);
		if (found && strcmp(found, name) == 0)
			return true;
	}
	return false;
}

static bool symbol_find(Elf *elf, const char *name, GElf_Sym *ret_symbol)
{
	static const GElf_Word tables[] = { SHT_DYNSYM, SHT_SYMTAB };

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (Elf_Scn *section = elf_nextscn(elf, NULL); section;
		     section = elf_nextscn(elf, section)) {
			GElf_Shdr header;

			if (gelf_getshdr(section, &header) && header.sh_type == tables[i] &&
			    table_find(elf, section, &header, name, ret_symbol))
				return true;
		}
	return false;
}

/* A pointer is eight bytes that the loader fills in: in a section that it may write to. */
static bool is_array(const GElf_Sym *symbol, const GElf_Shdr *header)
{
	bool may_be_pointer = header->sh_flags & SHF_WRITE && symbol->st_size == sizeof(void *);

	return header->sh_type == SHT_PROGBITS && !may_be_pointer && symbol->st_size > 0 &&
	       symbol->st_size <= CONSTANT_BYTES_MAX && symbol->st_value >= header->sh_addr &&
	       symbol->st_value - header->sh_addr <= header->sh_size &&
	       symbol->st_size <= header->sh_size - (symbol->st_value - header->sh_addr);
}

static int symbol_read(int fd, Elf *elf, const GElf_Sym *symbol, char **ret_text,
		       size_t *ret_length)
{
	Elf_Scn *section = elf_getscn(elf, symbol->st_shndx);
	GElf_Shdr header;
	char *text;
	ssize_t length;

	if (!section || !gelf_getshdr(section, &header) || !is_array(symbol, &header))
		return -EINVAL;
	text = malloc(symbol->st_size + 1);
	if (!text)
		return -ENOMEM;
	length = pread(fd, text, symbol->st_size,
		       (off_t)(header.sh_offset + (symbol->st_value - header.sh_addr)));
	if (length != (ssize_t)symbol->st_size) {
		free(text);
		return -EINVAL;
	}
	text[length] = '\0';
	*ret_text = text;
	*ret_length = strlen(text);
	return 0;
}

int constant_read(const char *path, const uint8_t *build_id, size_t build_id_length,
		  const char *name, char **ret_text, size_t *ret_length)
{
	int fd = regular_file_open(path, NULL);
	struct binary binary;
	GElf_Sym symbol;
	Elf *elf = NULL;
	int result;

	if (fd < 0)
		return fd;
	result = binary_inspect(fd, &binary);
	if (result == 0 && build_id_length > 0 &&
	    !build_id_is(&binary.build_id, build_id, build_id_length))
		result = -ESTALE;
	if (result == 0)
		elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	if (elf)
		result = symbol_find(elf, name, &symbol)
				 ? symbol_read(fd, elf, &symbol, ret_text, ret_length)
				 : -ENOENT;
	else if (result == 0)
		result = -ENOEXEC;
	elf_end(elf);
	close(fd);
	return result;
}
