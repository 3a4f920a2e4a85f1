/* SPDX-License-Identifier: MIT */
/* A reader of the few ELF facts that decide about coverage. It believes no offset in the file. */
#include "judge/process/elf_file.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__x86_64__)
#define OWN_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define OWN_MACHINE EM_AARCH64
#endif

/* More than any linker writes; a hostile file must not keep us busy. */
#define SEGMENTS_MAX 512
#define SECTIONS_MAX 4096
#define DYNAMIC_MAX 4096
#define NEEDED_MAX 256
#define NOTE_BYTES_MAX 4096
#define STRINGS_BYTES_MAX (4u << 20)

struct reader {
	int fd;
	uint64_t size;
	Elf64_Ehdr header;
	Elf64_Phdr segments[SEGMENTS_MAX];
	size_t segment_count;
	struct elf_file *file;
};

int plain_file_open(const char *path)
{
	struct stat status;
	int fd;

	if (stat(path, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return -EACCES;
	/* O_NONBLOCK: it may have become a FIFO since. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode)) {
		close(fd);
		return -EACCES;
	}
	return fd;
}

/* All of `size` bytes at `offset`, or false. */
static bool read_at(const struct reader *reader, uint64_t offset, void *ret_bytes, size_t size)
{
	size_t done = 0;

	if (offset > reader->size || size > reader->size - offset)
		return false;
	while (done < size) {
		ssize_t part = pread(reader->fd, (char *)ret_bytes + done, size - done,
				     (off_t)(offset + done));

		if (part <= 0)
			return false;
		done += (size_t)part;
	}
	return true;
}

/* Text at `offset`, cut to fit; "" when there is none. */
static void read_text(const struct reader *reader, uint64_t offset, char *ret_text, size_t size)
{
	size_t room = size - 1;

	memset(ret_text, 0, size);
	if (offset >= reader->size)
		return;
	if (room > reader->size - offset)
		room = (size_t)(reader->size - offset);
	if (!read_at(reader, offset, ret_text, room))
		ret_text[0] = '\0';
}

/* File offset of a virtual address; UINT64_MAX when no segment has it. */
static uint64_t offset_of(const struct reader *reader, uint64_t address)
{
	for (size_t i = 0; i < reader->segment_count; i++) {
		const Elf64_Phdr *segment = &reader->segments[i];

		if (segment->p_type == PT_LOAD && address >= segment->p_vaddr &&
		    address - segment->p_vaddr < segment->p_filesz)
			return segment->p_offset + (address - segment->p_vaddr);
	}
	return UINT64_MAX;
}

/* The build ids of the GNU toolchain and of Go are notes. */
static void read_notes(struct reader *reader, const Elf64_Phdr *segment)
{
	uint8_t bytes[NOTE_BYTES_MAX];
	size_t size = segment->p_filesz < sizeof(bytes) ? segment->p_filesz : sizeof(bytes);
	size_t at = 0;

	if (!read_at(reader, segment->p_offset, bytes, size))
		return;
	while (size - at >= sizeof(Elf64_Nhdr)) {
		Elf64_Nhdr note;
		size_t name_size, text_size;
		const uint8_t *name, *text;

		memcpy(&note, bytes + at, sizeof(note));
		at += sizeof(note);
		name_size = ((size_t)note.n_namesz + 3) & ~(size_t)3;
		text_size = ((size_t)note.n_descsz + 3) & ~(size_t)3;
		if (name_size > size - at || text_size > size - at - name_size)
			return;
		name = bytes + at;
		text = name + name_size;
		at += name_size + text_size;
		if (note.n_namesz == 4 && memcmp(name, "Go\0", 4) == 0)
			reader->file->is_go = true;
		if (note.n_namesz == 4 && memcmp(name, "GNU", 4) == 0 &&
		    note.n_type == NT_GNU_BUILD_ID &&
		    note.n_descsz <= sizeof(reader->file->build_id)) {
			memcpy(reader->file->build_id, text, note.n_descsz);
			reader->file->build_id_length = note.n_descsz;
		}
	}
}

/* gcc links these as libraries, and they insist on coming first. */
static bool is_sanitizer(const char *soname)
{
	return strncmp(soname, "libasan.so", 10) == 0 || strncmp(soname, "libtsan.so", 10) == 0 ||
	       strncmp(soname, "libhwasan.so", 12) == 0;
}

/* clang links the runtime into the program and exports it. `size` bytes of names, each ended by
 * '\0'. */
static bool has_asan_name(const struct reader *reader, uint64_t offset, uint64_t size)
{
	char *names;
	bool has = false;

	if (size == 0 || size > STRINGS_BYTES_MAX)
		return false;
	names = malloc(size);
	if (names && read_at(reader, offset, names, size) && names[size - 1] == '\0')
		for (size_t at = 0; !has && at < size; at += strlen(names + at) + 1)
			has = strcmp(names + at, "__asan_init") == 0;
	free(names);
	return has;
}

static void read_dynamic(struct reader *reader, const Elf64_Phdr *segment)
{
	uint64_t needed[NEEDED_MAX], soname = UINT64_MAX, strings = UINT64_MAX, strings_size = 0;
	size_t needed_count = 0;

	for (size_t i = 0; i < DYNAMIC_MAX && i < segment->p_filesz / sizeof(Elf64_Dyn); i++) {
		Elf64_Dyn entry;

		if (!read_at(reader, segment->p_offset + i * sizeof(entry), &entry, sizeof(entry)))
			return;
		if (entry.d_tag == DT_NULL)
			break;
		if (entry.d_tag == DT_NEEDED && needed_count < NEEDED_MAX)
			needed[needed_count++] = entry.d_un.d_val;
		else if (entry.d_tag == DT_SONAME)
			soname = entry.d_un.d_val;
		else if (entry.d_tag == DT_STRTAB)
			strings = offset_of(reader, entry.d_un.d_ptr);
		else if (entry.d_tag == DT_STRSZ)
			strings_size = entry.d_un.d_val;
	}
	if (strings >= reader->size || strings_size > reader->size - strings)
		return;
	if (soname < strings_size)
		read_text(reader, strings + soname, reader->file->soname,
			  sizeof(reader->file->soname));
	for (size_t i = 0; i < needed_count; i++) {
		char name[sizeof(reader->file->sanitizer)] = "";

		if (needed[i] < strings_size)
			read_text(reader, strings + needed[i], name, sizeof(name));
		if (is_sanitizer(name)) {
			memcpy(reader->file->sanitizer, name, sizeof(name));
			break;
		}
	}
	if (!reader->file->sanitizer[0])
		reader->file->has_static_asan = has_asan_name(reader, strings, strings_size);
}

static void read_sections(struct reader *reader)
{
	const Elf64_Ehdr *header = &reader->header;
	struct elf_file *file = reader->file;
	Elf64_Shdr names, section;

	if (header->e_shentsize != sizeof(section) || header->e_shnum > SECTIONS_MAX ||
	    header->e_shoff > reader->size || header->e_shstrndx >= header->e_shnum ||
	    !read_at(reader, header->e_shoff + header->e_shstrndx * sizeof(names), &names,
		     sizeof(names)) ||
	    names.sh_offset > reader->size)
		return;
	for (size_t i = 0; i < header->e_shnum; i++) {
		char name[20];

		if (!read_at(reader, header->e_shoff + i * sizeof(section), &section,
			     sizeof(section)))
			return;
		if (section.sh_type == SHT_NOBITS)
			continue;
		read_text(reader, names.sh_offset + section.sh_name, name, sizeof(name));
		if (strcmp(name, ".symtab") == 0)
			file->has_symbols = true;
		else if (strcmp(name, ".debug_line") == 0 || strcmp(name, ".zdebug_line") == 0)
			file->has_lines = true;
		else if (strcmp(name, ".gnu_debuglink") == 0)
			read_text(reader, section.sh_offset, file->debug_link,
				  sizeof(file->debug_link));
		else if (strcmp(name, ".go.buildinfo") == 0)
			file->is_go = true;
	}
}

static int read_all(struct reader *reader)
{
	Elf64_Ehdr *header = &reader->header;
	struct elf_file *file = reader->file;

	if (!read_at(reader, 0, header->e_ident, EI_NIDENT) ||
	    memcmp(header->e_ident, ELFMAG, SELFMAG) != 0)
		return -ENOEXEC;
	file->is_32bit = header->e_ident[EI_CLASS] == ELFCLASS32;
	file->is_foreign = header->e_ident[EI_DATA] != ELFDATA2LSB;
	if (file->is_32bit || file->is_foreign)
		return 0; /* the other fields lie elsewhere, and decide nothing any more */
	if (header->e_ident[EI_CLASS] != ELFCLASS64 || !read_at(reader, 0, header, sizeof(*header)))
		return -ENOEXEC;
	file->is_foreign = header->e_machine != OWN_MACHINE;
	if ((header->e_type != ET_EXEC && header->e_type != ET_DYN) ||
	    header->e_phentsize != sizeof(Elf64_Phdr) || header->e_phnum > SEGMENTS_MAX ||
	    !read_at(reader, header->e_phoff, reader->segments,
		     header->e_phnum * sizeof(Elf64_Phdr)))
		return -ENOEXEC;
	reader->segment_count = header->e_phnum;
	for (size_t i = 0; i < reader->segment_count; i++) {
		const Elf64_Phdr *segment = &reader->segments[i];

		if (segment->p_type == PT_INTERP)
			read_text(reader, segment->p_offset, file->interpreter,
				  sizeof(file->interpreter));
		else if (segment->p_type == PT_NOTE)
			read_notes(reader, segment);
		else if (segment->p_type == PT_DYNAMIC)
			read_dynamic(reader, segment);
	}
	read_sections(reader);
	return 0;
}

static int file_read(struct reader *reader, const char *path)
{
	struct stat status;
	int result;

	reader->fd = plain_file_open(path);
	if (reader->fd < 0)
		return reader->fd;
	if (fstat(reader->fd, &status) < 0) {
		result = -errno;
	} else {
		reader->size = (uint64_t)status.st_size;
		result = read_all(reader);
	}
	close(reader->fd);
	return result;
}

int elf_file_read(const char *path, struct elf_file *ret_file)
{
	struct elf_file file = { .soname = "" };
	struct reader reader = { .file = &file };
	int result = file_read(&reader, path);

	if (result == 0)
		*ret_file = file;
	return result;
}
