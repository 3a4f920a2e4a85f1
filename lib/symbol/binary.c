/* SPDX-License-Identifier: MIT */
/* A look at a file before libdwfl gets to see it: is it sound, and which build is it? */
#include "symbol/binary.h"

#include <elfutils/libdwelf.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

bool build_id_is(const struct build_id *build_id, const uint8_t *bytes, size_t length)
{
	return build_id->length == length && memcmp(build_id->bytes, bytes, length) == 0;
}

int regular_file_open(const char *path, struct stat *ret_stat)
{
	struct stat status;
	int fd;

	if (stat(path, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return -EINVAL;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return -errno;
	/* Again: the name may have been given to something else in between. */
	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode)) {
		close(fd);
		return -EINVAL;
	}
	if (ret_stat)
		*ret_stat = status;
	return fd;
}

/* Of the budget, what debug information may take that lies compressed in the file. */
#define DEBUG_SHARE 2

/* .gnu_debugdata is a file in a file, of symbols only: expanded it is some five times as long. */
#define SYMBOLS_RATIO 64

/*
 * Bytes that libelf will make of a compressed section, by its header: 1 MB may say 1 GB. The
 * older form, .zdebug_…, begins with "ZLIB" and its size, big-endian.
 */
static uint64_t expanded_size(Elf_Scn *section, const GElf_Shdr *header, const char *name)
{
	const Elf_Data *data;
	GElf_Chdr compressed;
	uint64_t size;

	if (header->sh_type == SHT_NOBITS)
		return 0;
	if (header->sh_flags & SHF_COMPRESSED)
		return gelf_getchdr(section, &compressed) ? compressed.ch_size : UINT64_MAX;
	if (name && strcmp(name, ".gnu_debugdata") == 0)
		return header->sh_size * SYMBOLS_RATIO;
	if (!name || strncmp(name, ".zdebug", 7) != 0)
		return 0;
	data = elf_rawdata(section, NULL);
	if (!data || data->d_size < 12 || memcmp(data->d_buf, "ZLIB", 4) != 0)
		return 0;
	memcpy(&size, (const char *)data->d_buf + 4, sizeof(size));
	return be64toh(size);
}

/*
 * libdwfl 0.188 divides by sh_entsize (load_symtab) and lays the headers that
 * .gnu.prelink_undo claims to hold out on the stack (find_prelink_address_sync).
 */
static int binary_inspect_sections(Elf *elf, struct binary *binary)
{
	size_t symbol_size = gelf_fsize(elf, ELF_T_SYM, 1, EV_CURRENT);
	uint64_t expanded = 0;
	size_t names;

	if (elf_getshdrstrndx(elf, &names) < 0)
		return -ENOEXEC;
	for (Elf_Scn *section = elf_nextscn(elf, NULL); section;
	     section = elf_nextscn(elf, section)) {
		GElf_Shdr header;
		const char *name;

		if (!gelf_getshdr(section, &header))
			return -ENOEXEC;
		if ((header.sh_type == SHT_SYMTAB || header.sh_type == SHT_DYNSYM) &&
		    header.sh_entsize != symbol_size)
			return -ENOEXEC;
		binary->has_symtab |= header.sh_type == SHT_SYMTAB;
		name = elf_strptr(elf, names, header.sh_name);
		if (__builtin_add_overflow(expanded, expanded_size(section, &header, name),
					   &expanded))
			expanded = UINT64_MAX;
		/* Names are read whatever the rest costs. */
		if (header.sh_flags & SHF_COMPRESSED &&
		    (header.sh_type == SHT_SYMTAB || header.sh_type == SHT_STRTAB) &&
		    expanded > memory_limit() / DEBUG_SHARE)
			return -ENOEXEC;
		if (name && strcmp(name, ".gnu.prelink_undo") == 0)
			return -ENOEXEC;
	}
	binary->is_heavy = expanded > memory_limit() / DEBUG_SHARE;
	return 0;
}

static int binary_inspect_elf(Elf *elf, struct binary *binary)
{
	GElf_Ehdr header;
	const void *build_id;
	ssize_t length;
	size_t segments;

	if (elf_kind(elf) != ELF_K_ELF || !gelf_getehdr(elf, &header))
		return -ENOEXEC;
	if (header.e_type != ET_EXEC && header.e_type != ET_DYN)
		return -ENOEXEC;
	if (elf_getphdrnum(elf, &segments) != 0 || segments == 0)
		return -ENOEXEC;
	length = dwelf_elf_gnu_build_id(elf, &build_id);
	if (length > 0 && length <= BUILD_ID_MOST) {
		memcpy(binary->build_id.bytes, build_id, (size_t)length);
		binary->build_id.length = (size_t)length;
	}
	return binary_inspect_sections(elf, binary);
}

int binary_inspect(int fd, struct binary *ret_binary)
{
	struct binary binary = { 0 };
	Elf *elf;
	int error;

	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	if (!elf)
		return -ENOEXEC;
	error = binary_inspect_elf(elf, &binary);
	elf_end(elf);
	if (!error)
		*ret_binary = binary;
	return error;
}
